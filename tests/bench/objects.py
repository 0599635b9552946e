#!/usr/bin/env python3
"""An audience of many small objects, in Parquet and as CSV: seconds from trigger to end, and the memory of bridge-worker.

    objects.py [--objects 1000] [--json FILE]

Each object has the same 200 people (tests/e2e/golden/parquet), so both deliveries have the same members.
"""
import argparse
import json
import shutil
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "harness"))

import makers  # noqa: E402
from fleet import Fleet  # noqa: E402
from world import World  # noqa: E402

PARQUET = HERE.parent / "e2e/golden/parquet/people.parquet"
PEOPLE = 200


def peak_mib(fleet):
    (worker,) = fleet.of("bridge-worker")
    return int(Path(f"/proc/{worker.pid}/status").read_text().split("VmHWM:")[1].split()[0]) / 1024


def audience(world, form, original, count):
    folder = Path(world.fleet.path("source", f"{form}-{count}"))
    folder.mkdir()
    for number in range(count):
        shutil.copy(original, folder / f"{number:06}.{form}")
    document = makers.audience(folder, f"{form}-{count}")
    document["source"]["format"] = form
    return document


def delivered(world, form, original, count):
    name = f"{form}-{count}"
    world.apply(audience(world, form, original, count), makers.route(name, audience_name=name))
    begun = time.monotonic()
    status = world.ends(world.deliver(name), "completed", timeout=3600)
    return {"seconds": time.monotonic() - begun, "rows": status["books"]["rows_read"], "members": status["books"]["members"],
            "bridge_worker_peak_mib": peak_mib(world.fleet)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=1000)
    parser.add_argument("--json", metavar="FILE", help="the figures, for a program")
    args = parser.parse_args()
    if args.objects < 1:
        parser.error("there is at least 1 object")
    with Fleet("objects", env={"LONGSHORE_MIN_AUDIENCE": "1"}) as fleet:
        world = World(fleet, PEOPLE).prepare()
        (csv,) = (p for p in Path(fleet.path("source", "people")).rglob("*") if p.is_file())
        figures = {form: delivered(world, form, original, args.objects) for form, original in (("csv", csv), ("parquet", PARQUET))}
    assert figures["csv"]["members"] == figures["parquet"]["members"], figures
    for form, f in figures.items():
        print(f"{form:8} {args.objects} objects, {f['rows']} rows: {f['seconds']:7.2f} s; bridge-worker has had {f['bridge_worker_peak_mib']:.0f} MiB")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump(figures, out, indent=1)


if __name__ == "__main__":
    main()
