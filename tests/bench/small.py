#!/usr/bin/env python3
"""Many small deliveries through the whole fleet: how many a second, and what each costs.

    small.py [--deliveries 1000] [--people 50] [--routes 1,100,1000] [--json FILE]
    small.py --triggers 100000 [--routes 4]

Each route has an audience of its own, a file of data and a marker; all share a bridge, a destination and a bucket. A route is
asked again as soon as its last delivery has ended, so that none supersedes another: with one route the figures are those of a
fleet that does one thing at a time. A route gets at most --most-a-route deliveries. PostgreSQL runs with fsync, as in earnest, and
with its default wal_level unless LONGSHORE_PG_WAL_LEVEL says otherwise.

With --triggers that many requests come in one burst for few routes; a newer one supersedes those that wait. What counts is
that all of them end and what memory that takes.

Every figure is of a run that was right: each delivery completed, its file holds the right ids, its rows are there, nothing is
left to be published. CPU and WAL can be compared between runs; rates and times only where the machine does nothing else.
LONGSHORE_RUN names the directory, and so the disk, of staging and drop.
"""
import argparse
import json
import os
import random
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "harness"))

import makers  # noqa: E402
import measure  # noqa: E402
from fleet import Fleet, wait_until  # noqa: E402
from load import Load  # noqa: E402
from oracle import plain  # noqa: E402

KNOWN_OF_TEN = 8
WARM = "warm"


class Town:
    """Who is in which audience, and what must stand in its file."""

    def __init__(self, fleet, routes, people):
        everybody = makers.people(max(5000, 2 * people))
        known = set(everybody[: len(everybody) * KNOWN_OF_TEN // 10])
        makers.write_bridge(fleet.path("source", "bridge"), [(p, makers.token(p)) for p in sorted(known)])
        self.routes = [f"r{n:04}" for n in range(routes)]
        self.expected = {}
        documents = [makers.tenant(), makers.bridge(fleet.path("source", "bridge")), makers.bucket(fleet.path("drop")),
                     makers.destination(template="{route}/{delivery}_{part}.csv.gz", completion={
                         "kind": "success_file", "name_template": "{route}/{delivery}_SUCCESS"})]
        for route in [WARM, *self.routes]:
            ids = random.Random(route).sample(everybody, people)
            folder = makers.write_audience(fleet.path("source", "audiences", route), makers.audience_rows(ids))
            documents += [makers.audience(folder, route), makers.route(route, audience_name=route, guards={"min_size": 1})]
            self.expected[route] = b"token\n" + b"".join(sorted(makers.token(p).encode() + b"\n" for p in ids if p in known))
        fleet.apply(documents, "alice")
        fleet.cli("bridge", "build", "tokens", "--wait", timeout=120)


def check_files(fleet, load, town):
    """Each completed delivery has its file and its marker, and the file is right."""
    files, left = {}, fleet.dropped()
    for name in left:
        route, _, rest = name.partition("/")
        files.setdefault((route, rest.split("_")[0]), {})[rest.partition("_")[2]] = left[name]
    completed = [(load.sent[n][0], delivery) for n, (delivery, state, _) in load.ended.items() if state == "completed"]
    for route, delivery in completed:
        mine = files.get((route, delivery), {})
        (data,), marker = [p for n, p in mine.items() if n.endswith(".csv.gz")], [n for n in mine if n == "SUCCESS"]
        assert plain(Path(data).read_bytes()) == town.expected[route], f"{data} is not what the audience of {route} must give"
        assert len(mine) == 2 and marker, f"{delivery} of {route} has the files {sorted(mine)}"
    assert sum(route != WARM for route, _ in files) == len(completed), "files of deliveries that did not complete"
    return len(completed)


def check_rows(fleet, load, completed, patience):
    """The recorder has everything, and the scheduler has nothing left to do."""
    def quiet():
        return fleet.query("SELECT (SELECT count(*) FROM run.outbox) + (SELECT count(*) FROM run.packet), "
                           "(SELECT count(*) FROM run.state WHERE due_at IS NOT NULL), "
                           "(SELECT count(*) FROM run.delivery WHERE starts_with(cause, 'bench/') AND state IN "
                           "('completed', 'superseded'))") == [(0, 0, len(load.ended))]
    wait_until(quiet, patience, "every end to be recorded and read back", pause=0.2)
    ours = "JOIN run.delivery d USING (delivery_id) WHERE starts_with(d.cause, 'bench/')"
    rows = fleet.query(f"SELECT (SELECT count(*) FROM run.delivery d WHERE starts_with(d.cause, 'bench/') AND d.state = 'completed'), "
                       f"(SELECT count(*) FROM run.file {ours}), (SELECT count(*) FROM run.receipt {ours})")
    assert rows == [(completed, 2 * completed, 2 * completed)], rows


def measured(fleet, town, args, work):
    """Does `work` with a load; its figures."""
    fleet.wait_ready()
    warm = [fleet.cli_json("deliver", WARM, "--wait", "120", timeout=150) for _ in range(3)]
    assert all(w["state"] == "completed" for w in warm), warm
    wait_until(lambda: fleet.query("SELECT count(*) FROM run.state WHERE due_at IS NOT NULL") == [(0,)], 120, "the warming to end")
    load, processes = Load(fleet), measure.Processes(fleet)
    tables, changes, staged = measure.Tables(fleet), measure.changes(fleet), measure.staged(fleet)
    cpu, own, wall = processes.cpu(), time.process_time(), time.monotonic()
    work(load)
    wall = time.monotonic() - wall
    completed = check_files(fleet, load, town)
    check_rows(fleet, load, completed, args.patience)
    own = time.process_time() - own
    after, peaks = processes.cpu(), processes.peaks()
    now, objects = measure.Tables(fleet), measure.staged(fleet)
    load.close()
    codes = fleet.stop()
    assert set(codes.values()) == {0}, codes
    took = list(load.took_ms().values())
    return {"deliveries": len(load.ended), "completed": completed, "wall_s": wall, "per_s": len(load.ended) / wall,
            "p50_ms": statistics.median(took), "p99_ms": measure.quantile(took, 0.99),
            "cpu_s": {name: after[name] - cpu[name] for name in after}, "bench_cpu_s": own, "peak_bytes": peaks,
            "wal_bytes": int(now.lsn - tables.lsn), "wal_page_images": now.pages_in_wal - tables.pages_in_wal,
            "tables": now.since(tables), "changes": measure.changes_since(measure.changes(fleet), changes),
            "staging_inodes": objects - staged}


def print_figures(f):
    n = f["deliveries"]
    total = sum(f["cpu_s"].values())
    print(f"{n} deliveries, {f['completed']} completed, in {f['wall_s']:.1f} s: {f['per_s']:.1f} a second; from trigger to end "
          f"p50 {f['p50_ms']:.0f} ms, p99 {f['p99_ms']:.0f} ms")
    print(f"  CPU of a delivery: {1000 * total / n:.1f} ms (the bench itself: {1000 * f['bench_cpu_s'] / n:.1f} ms beside it)")
    for name, seconds in sorted(f["cpu_s"].items(), key=lambda x: -x[1]):
        print(f"    {name:16} {1000 * seconds / n:7.2f} ms   peak of memory {f['peak_bytes'][name] / 2**20:7.1f} MB")
    tables = {t: v for t, v in f["tables"].items() if any(v.values()) or any(f["changes"][t].values())}
    print(f"  WAL of a delivery: {f['wal_bytes'] / n:.0f} bytes, {f['wal_page_images'] / n:.2f} of its records with a whole page; "
          f"staging: {f['staging_inodes'] / n:.1f} inodes")
    print(f"  lasting: {sum(v['row_bytes'] for v in tables.values()) / n:.0f} bytes of rows, "
          f"{sum(v['disk_bytes'] for v in tables.values()) / n:.0f} bytes on disk with indexes\n"
          f"    {'of a delivery':22} {'rows':>6} {'row bytes':>9} {'on disk':>9}   {'inserts':>7} {'updates':>7} {'(HOT)':>7} {'deletes':>7}")
    for table, v in tables.items():
        c = f["changes"][table]
        print(f"    {table:22} {v['rows'] / n:6.2f} {v['row_bytes'] / n:9.0f} {v['disk_bytes'] / n:9.0f}   {c['inserts'] / n:7.2f} "
              f"{c['updates'] / n:7.2f} {c['hot_updates'] / n:7.2f} {c['deletes'] / n:7.2f}")
    sys.stdout.flush()


def run(args, routes):
    count = min(args.deliveries, routes * args.most_a_route)
    # What is removed meanwhile would slow the making of files (ext4 without a journal passes over what died just now), so
    # each fleet's directory stays until with-stack removes them all.
    root = os.path.join(os.environ["LONGSHORE_RUN"], f"small-{routes}")
    with Fleet("small", env={"LONGSHORE_SESSION_TIMEOUT_MS": "10000"}, root=root, keep=True) as fleet:
        town = Town(fleet, min(routes, args.triggers or count), args.people)
        fsync, = fleet.query("SHOW fsync")[0]
        print(f"\n{len(town.routes)} routes, {args.people} people each; PostgreSQL's fsync is {fsync}; {os.cpu_count()} processors, "
              f"load {os.getloadavg()[0]:.1f}", flush=True)
        if args.triggers:
            figures = measured(fleet, town, args, lambda load: load.at_once(town.routes, args.triggers, args.patience))
        else:
            figures = measured(fleet, town, args, lambda load: load.in_turn(town.routes, count, args.patience))
            assert figures["completed"] == count, f"{figures['completed']} of {count} deliveries completed"
    print_figures(figures)
    return {"routes": len(town.routes), "people": args.people, "fsync": fsync} | figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deliveries", type=int, default=1000, help="for each count of routes")
    parser.add_argument("--people", type=int, default=50, help="of each audience")
    parser.add_argument("--routes", help="counts of routes, with commas between (default 1,100,1000; with --triggers 4)")
    parser.add_argument("--most-a-route", type=int, default=100, help="deliveries that one route gets at most")
    parser.add_argument("--triggers", type=int, default=0, help="so many in one burst")
    parser.add_argument("--patience", type=int, default=120, help="seconds in which at least one delivery must end")
    parser.add_argument("--json", metavar="FILE", help="the figures, for a program")
    args = parser.parse_args()
    counts = [int(n) for n in (args.routes or ("4" if args.triggers else "1,100,1000")).split(",")]
    if min(args.deliveries, args.people, args.most_a_route, *counts) < 1:
        parser.error("counts are at least 1")
    figures = [run(args, routes) for routes in counts]
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(figures, f, indent=1)


if __name__ == "__main__":
    main()
