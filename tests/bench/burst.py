#!/usr/bin/env python3
"""Many triggers in one burst for an audience of many routes, and a scheduler alone with them: that all is stored and published,
how long that takes, what memory it takes, and whether /healthz stays good all the while.

    burst.py [--triggers 256] [--routes 400] [--json FILE]

The deliveries are those that begin: no other service runs, so each ends as `selecting` with one task sent. With one route per
audience (--routes 1) it is a burst of plain triggers.
"""
import argparse
import json
import os
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "harness"))

import foreign  # noqa: E402
import makers  # noqa: E402
from confluent_kafka import Producer  # noqa: E402
from fleet import SERVICES, Fleet, wait_until  # noqa: E402

AUDIENCE = "everybody"


def configure(fleet, routes):
    folder = makers.write_audience(fleet.path("source", AUDIENCE), makers.audience_rows(makers.people(10)))
    makers.write_bridge(fleet.path("source", "bridge"), [(p, makers.token(p)) for p in makers.people(10)])
    fleet.apply([makers.tenant(), makers.bridge(fleet.path("source", "bridge")), makers.bucket(fleet.path("drop")),
                 makers.destination(template="{route}/{delivery}_{part}.csv"), makers.audience(folder, AUDIENCE),
                 *(makers.route(f"r{n}", audience_name=AUDIENCE) for n in range(routes))], "alice")


def send(fleet, triggers):
    producer = Producer({"bootstrap.servers": fleet.servers["LONGSHORE_KAFKA"], "acks": "all",
                         "queue.buffering.max.messages": 1_000_000})
    for n in range(triggers):
        producer.produce(fleet.prefix + "triggers", key=b"one", value=foreign.encode(
            "Trigger", {"trigger_id": str(n), "kind": "DELIVER", "source": "burst", "tenant": "acme", "audience": AUDIENCE,
                        "actor": "alice", "at_ms": int(time.time() * 1000)}))
        producer.poll(0)
    assert producer.flush(120) == 0, "Kafka does not take the triggers"


def is_healthy(port):
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20) as answer:
            return answer.status == 200
    except URLError:
        return False


def peak_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        [line] = [line for line in f if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def run(args):
    wanted = args.triggers * args.routes
    with Fleet("burst", replicas={service: int(service == "scheduler") for service in SERVICES}) as fleet:
        configure(fleet, args.routes)
        send(fleet, args.triggers)
        [scheduler] = fleet.of("scheduler")
        wait_until(lambda: scheduler.events("worker.started"), 120, "the scheduler to start")
        port = scheduler.events("worker.started")[0]["admin_port"]
        begin, first, sick = time.monotonic(), None, 0
        stored, looked = 0, time.monotonic()
        while stored < wanted:
            time.sleep(0.5)
            sick += not is_healthy(port)
            assert scheduler.alive(), "the scheduler ended"
            now, = fleet.query("SELECT count(*) FROM run.state")[0]
            if now > stored:
                looked = time.monotonic()
                first = first or looked - begin
            stored = now
            assert time.monotonic() - looked < args.patience, f"{stored} of {wanted} are stored, and it does not go on"
        wall = time.monotonic() - begin
        wait_until(lambda: fleet.query("SELECT count(*) FROM run.outbox") == [(0,)] == fleet.query("SELECT count(*) FROM run.packet"), 120, "all to be published")
        figures = {"deliveries": wanted, "wall_s": wall, "first_s": first, "unhealthy": sick, "peak_bytes": peak_bytes(scheduler.pid)}
        assert fleet.query("SELECT count(*) FROM run.task") <= [(wanted,)]
        assert scheduler.stop() == 0
        return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triggers", type=int, default=256)
    parser.add_argument("--routes", type=int, default=400, help="of the audience")
    parser.add_argument("--patience", type=int, default=170, help="seconds in which at least one more delivery must be stored")
    parser.add_argument("--json", metavar="FILE", help="the figures, for a program")
    args = parser.parse_args()
    if min(args.triggers, args.routes) < 1:
        parser.error("counts are at least 1")
    f = run(args)
    print(f"{f['deliveries']} deliveries in {f['wall_s']:.1f} s ({f['deliveries'] / f['wall_s']:.0f} a second), the first stored after "
          f"{f['first_s']:.1f} s; peak of memory {f['peak_bytes'] / 2**20:.0f} MB; /healthz was bad {f['unhealthy']} times")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump(f, out, indent=1)


if __name__ == "__main__":
    main()
