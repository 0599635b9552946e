#!/usr/bin/env python3
"""Does a dead place slow the others? Eight healthy places with and without a dead ninth.

    places.py [--deliveries 400] [--people 50] [--json FILE]

All places are on SFTP servers. Each of the eight has a route of its own, which is asked again as soon as its last delivery has
ended. Then the server of the ninth is stopped: it still takes connections, and never answers. As many deliveries as the
uploader has threads are sent there, and the eight are measured again, while those hang.
"""
import argparse
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "harness"))

import makers  # noqa: E402
from fleet import Fleet, wait_until  # noqa: E402
from load import Load  # noqa: E402
from measure import quantile  # noqa: E402
from sftp_server import SftpServer  # noqa: E402

HEALTHY = [f"healthy{n}" for n in range(8)]
DEAD = [f"dead{n}" for n in range(16)]  # the uploader's default number of threads
HANGING = "SELECT count(DISTINCT delivery_id) FROM run.task WHERE stage = 'upload' AND status = 'issued'"


def configure(fleet, server, ninth, people):
    everybody = makers.people(people)
    makers.write_bridge(fleet.path("source", "bridge"), [(p, makers.token(p)) for p in everybody])
    folder = makers.write_audience(fleet.path("source", "people"), makers.audience_rows(everybody))
    documents = [makers.tenant(), makers.bridge(fleet.path("source", "bridge")), makers.audience(folder)]
    for name in [*HEALTHY, "dead"]:
        place = fleet.path("drop", name)
        os.makedirs(place)
        at = ninth.place(f"{place}/", "ninth-ed25519") if name == "dead" else server.place(f"{place}/")
        documents += [makers.bucket(place, name) | at, makers.destination(name=name)]
    documents += [makers.route(route, destination_name=route, bucket_name=route) for route in HEALTHY]
    documents += [makers.route(route, destination_name="dead", bucket_name="dead") for route in DEAD]
    fleet.apply(documents, "alice")
    fleet.cli("bridge", "build", "tokens", "--wait", timeout=120)


def measured(load, count, patience):
    """Milliseconds from trigger to end, of each delivery."""
    before = set(load.ended)
    load.in_turn(HEALTHY, count, patience)
    new = set(load.ended) - before
    assert {load.ended[n][1] for n in new} == {"completed"}, load.ended
    took = [took for n, took in load.took_ms().items() if n in new]
    return {"p50_ms": quantile(took, 0.5), "p99_ms": quantile(took, 0.99), "most_ms": max(took)}


def hang(fleet, load, ninth, patience):
    """Stops the server, and waits until deliveries to it hang."""
    ninth.freeze()
    for route in DEAD:
        load.trigger(route)
    load.flush()
    wait_until(lambda: fleet.query(HANGING)[0][0] > 0, patience, "an upload to the dead place")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deliveries", type=int, default=400, help="to the eight places together, with and without")
    parser.add_argument("--people", type=int, default=50, help="of each delivery")
    parser.add_argument("--patience", type=int, default=120, help="seconds in which at least one delivery must end")
    parser.add_argument("--json", metavar="FILE", help="the figures, for a program")
    args = parser.parse_args()
    if min(args.deliveries, args.people) < 1:
        parser.error("counts are at least 1")
    with SftpServer() as server, SftpServer() as ninth, Fleet("places", env={
            "LONGSHORE_DROP_ROOTS": f"{server.root},{ninth.root}", "LONGSHORE_SESSION_TIMEOUT_MS": "10000"}) as fleet:
        server.give_credentials(fleet.path("keys", "uploader"))
        ninth.give_credentials(fleet.path("keys", "uploader"), "ninth-")
        configure(fleet, server, ninth, args.people)
        load = Load(fleet)
        measured(load, len(HEALTHY), args.patience)  # each place is known, and was tried out
        figures = {"deliveries": args.deliveries, "without": measured(load, args.deliveries, args.patience)}
        hang(fleet, load, ninth, args.patience)
        figures["with"] = measured(load, args.deliveries, args.patience)
        figures["hung"] = fleet.query("SELECT count(*) FROM run.delivery WHERE route LIKE 'dead%%' AND state = %s", ("uploading",))[0][0]
        load.close()
        ninth.thaw()
    for name in ("without", "with"):
        print(f"{name + ' a dead ninth':22} p50 {figures[name]['p50_ms']:7.0f} ms   p99 {figures[name]['p99_ms']:7.0f} ms   "
              f"slowest {figures[name]['most_ms']:7.0f} ms")
    print(f"p99 with / without: {figures['with']['p99_ms'] / figures['without']['p99_ms']:.2f}; {figures['hung']} deliveries to the dead "
          f"place hung meanwhile")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(figures, f, indent=1)


if __name__ == "__main__":
    main()
