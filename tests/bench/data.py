#!/usr/bin/env python3
"""The core job, through the whole fleet, against DuckDB doing the bare query: audience x bridge -> distinct -> file.

    data.py [--people 1000000] [--pairs 5000000] [--rounds 3] [--compression gzip|none]

Both read the same CSV files and are to come to the same set of partner ids; the sets are compared. Rounds alternate. Figures are
wall seconds and CPU seconds (ours: of all six services; Kafka, PostgreSQL and Redis are not in it, the wall time has them), and
ratios of medians: single figures of a shared machine mean nothing.

The fleet's time is from the command `deliver --wait` to its end: inspection, selection, suppression, gate, sealing of everything
staged, upload, verification, receipts and status are all in it. DuckDB's is of one COPY (SELECT DISTINCT ...) statement.
"""
import argparse
import glob
import os
import resource
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "harness"))

import duckdb  # noqa: E402
import makers  # noqa: E402
from fleet import Fleet  # noqa: E402

OBJECTS = 10
UNKNOWN = 100 - 85  # percent of the audience that the bridge does not know
TWICE = 5           # percent that stands in it twice


def quiet():
    db = duckdb.connect()
    db.execute("SET enable_progress_bar = false")
    return db


def make_inputs(fleet, people, pairs):
    """Ids are hashes of numbers: a bridge of 0..pairs, an audience of which 85 % is in it and 5 % stands in it twice."""
    db = quiet()
    os.makedirs(fleet.path("source", "bridge"))
    os.makedirs(fleet.path("source", "audience"))
    known = people * (100 - UNKNOWN) // 100
    step = max(1, pairs // known)
    db.execute(f"""COPY (SELECT md5(i::VARCHAR) AS patient_id, substr(md5('t' || i), 1, 24) AS token FROM range({pairs}) r(i))
                   TO '{fleet.path("source", "bridge", "pairs.csv")}' (HEADER)""")
    db.execute(f"""CREATE TABLE a AS SELECT md5(CASE WHEN i < {known} THEN (i * {step})::VARCHAR ELSE 'x' || i END) AS patient_id
                   FROM range({people}) r(i)
                   UNION ALL SELECT md5((i * {step})::VARCHAR) FROM range({people * TWICE // 100}) r(i)""")
    rows = db.execute("SELECT count(*) FROM a").fetchone()[0]
    for n in range(OBJECTS):
        db.execute(f"""COPY (SELECT patient_id FROM a WHERE hash(patient_id) % {OBJECTS} = {n} ORDER BY hash(patient_id || 's'))
                       TO '{fleet.path("source", "audience", f"{n:02}.csv")}' (HEADER)""")
    return rows


def documents(fleet, compression, suffix):
    return [makers.tenant(), makers.audience(fleet.path("source", "audience")), makers.bridge(fleet.path("source", "bridge")),
            makers.bucket(fleet.path("drop")), makers.route("all", guards={"min_size": 1}),
            makers.destination(compression=compression, template="{delivery}_{part}.csv" + suffix,
                               limits={"max_rows_per_file": 100_000_000})]


def cpu_of(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            fields = f.read().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def timed(pids, work):
    cpu, wall = cpu_of(pids), time.monotonic()
    value = work()
    return time.monotonic() - wall, cpu_of(pids) - cpu, value


def deliver(fleet):
    pids = [r.pid for r in fleet.replicas]
    return timed(pids, lambda: fleet.cli_json("deliver", "all", "--wait", "3600", timeout=3700))


DUCK = """
import duckdb, sys
db = duckdb.connect(sys.argv[1], config={"threads": sys.argv[2], "preserve_insertion_order": "false"})
db.execute("SET enable_progress_bar = false")
db.execute(sys.argv[3])
"""


def duck(fleet, statement):
    """One statement in a process of its own -> wall, CPU."""
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([sys.executable, "-c", DUCK, fleet.path("duck.db"), str(os.cpu_count()), statement], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def load_statement(fleet):
    return f"""CREATE OR REPLACE TABLE bridge AS SELECT * FROM read_csv('{fleet.path("source", "bridge", "*.csv")}',
               columns = {{'patient_id': 'VARCHAR', 'token': 'VARCHAR'}})"""


def query_statement(fleet, path, compression):
    return f"""COPY (SELECT DISTINCT token FROM read_csv('{fleet.path("source", "audience", "*.csv")}',
               columns = {{'patient_id': 'VARCHAR'}}) JOIN bridge USING (patient_id)) TO '{path}'
               (FORMAT csv, HEADER, COMPRESSION '{compression}')"""


def same_set(ours, theirs):
    read = "SELECT token FROM read_csv('{}', columns = {{'token': 'VARCHAR'}}, header = true)"
    ours, theirs = read.format(ours), read.format(theirs)
    db = quiet()
    differ, count = db.execute(f"""SELECT (SELECT count(*) FROM ({ours} EXCEPT ALL {theirs}))
        + (SELECT count(*) FROM ({theirs} EXCEPT ALL {ours})), (SELECT count(*) FROM ({ours}))""").fetchone()
    assert differ == 0 and count > 0, (differ, count)
    return count


def line(what, ours, theirs):
    wall, cpu = (statistics.median(x[i] for x in ours) for i in (0, 1))
    their_wall, their_cpu = (statistics.median(x[i] for x in theirs) for i in (0, 1))
    print(f"{what:24} {wall:8.2f} {cpu:8.2f}   {their_wall:8.2f} {their_cpu:8.2f}   {wall / their_wall:8.2f} {cpu / their_cpu:8.2f}",
          flush=True)


def stages(fleet, delivery_id):
    """What the tasks of the last delivery took, as the workers' logs say."""
    took = {}
    for replica in fleet.replicas:
        for e in replica.events("worker.result"):
            if e["delivery_id"] == delivery_id:
                took.setdefault(e["stage"], []).append(e["dur_ms"])
    return [(stage, len(ms), max(ms), sum(ms)) for stage, ms in took.items()]


def bench(args):
    suffix = ".gz" if args.compression == "gzip" else ""
    with Fleet("bench", env={"LONGSHORE_THREADS": str(os.cpu_count())}) as fleet:
        rows = make_inputs(fleet, args.people, args.pairs)
        fleet.apply(documents(fleet, args.compression, suffix))
        print(f"{rows} rows of an audience, {args.pairs} pairs, {args.compression}; {os.cpu_count()} processors, load "
              f"{os.getloadavg()[0]:.1f}, DuckDB {duckdb.__version__}; {args.rounds} rounds, medians\n"
              f"{'':24} {'wall s':>8} {'CPU s':>8}   {'DuckDB':>8} {'CPU s':>8}   {'ratio':>8} {'of CPU':>8}", flush=True)
        pids = [r.pid for r in fleet.replicas]
        build = timed(pids, lambda: fleet.cli("bridge", "build", "tokens", "--wait", timeout=3600))
        line("bridge", [build], [duck(fleet, load_statement(fleet))])
        ours, theirs = [], []
        for n in range(args.rounds + 1):  # the first is not counted
            ours.append(deliver(fleet))
            path = fleet.path(f"duck{n}.csv{suffix}")
            theirs.append(duck(fleet, query_statement(fleet, path, args.compression)))
            assert ours[-1][2]["state"] == "completed", ours[-1][2]
            (mine,) = glob.glob(fleet.path("drop", "**", f"*{ours[-1][2]['delivery_id']}*"), recursive=True)
            count = same_set(mine, path)
            os.unlink(path)
        line("delivery", ours[1:], theirs[1:])
        print(f"{count} distinct ids in both files, the same ones")
        for stage, tasks, most, total in stages(fleet, ours[-1][2]["delivery_id"]):
            print(f"  {stage:12} {tasks:4} tasks, the longest {most:6} ms, together {total:6} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000, help="of the audience")
    parser.add_argument("--pairs", type=int, default=5_000_000, help="of the bridge")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--compression", choices=("gzip", "none"), default="gzip")
    bench(parser.parse_args())


if __name__ == "__main__":
    main()
