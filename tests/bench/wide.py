#!/usr/bin/env python3
"""One delivery of very many tasks, and a scheduler alone with it: how long it takes, what memory, and what WAL.

    wide.py [--tasks 1000,20000,100000] [--in-flight 0] [--json FILE]

For each number one delivery with so many slices and so many files, from the trigger to its end, on a fleet of its own. The
workers are this program: each task is done at once, and nothing is read or written but messages.
"""
import argparse
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "harness"))

import foreign  # noqa: E402
import makers  # noqa: E402
import measure  # noqa: E402
from confluent_kafka import Consumer, Producer  # noqa: E402
from fleet import FINAL, SERVICES, Fleet  # noqa: E402

EVENTS = dict((topic, event) for event, topic in foreign.TASKS)
SELECTED = ("rows_read", "matched", "links_found", "links")
COMBINED = ("chosen", "members", "persons", "primary_ids")
BUILT = {"bridge_version": "v1", "key_epoch": "1", "records": "1", "persons": "1"}


def counts(names, value):
    return [{"segment": "", "name": name, "value": value} for name in names]


def facts(values):
    return [{"name": name, "value": value} for name, value in values.items()]


def output(task_id, kind, rows):
    return [{"kind": kind, "name": f"{kind}/{task_id}", "sha256": "0" * 64, "bytes": 1, "rows": rows}]


def receipt(task):
    return {"file_id": task["file_id"], "name": task["file_name"], "url": "file:///drop/", "role": task["role"].lower(), "rows": 1,
            "bytes": 1, "sha256": "0" * 64, "plain_sha256": "0" * 64, "guarantee": "bench", "verified": "bench",
            "committed_at_ms": int(time.time() * 1000)}


def work(task, wanted):
    """What a worker answers, beside the head of the task: it is done."""
    head = task["head"]
    stage, task_id = head["stage"], head["task_id"]
    if stage == "build":
        return {"facts": facts(BUILT)}
    if stage == "inspect":
        return {"outputs": output(task_id, "slices", wanted), "facts": facts({"slices": str(wanted)})}
    if stage == "select":
        return {"outputs": output(task_id, "selection", 1), "counts": counts(SELECTED, 1)}
    if stage == "combine":
        return {"outputs": output(task_id, "members", wanted), "counts": counts(COMBINED, wanted),
                "facts": facts({"content_hash": "0" * 64})}
    if stage in ("part", "manifest", "marker"):
        return {"outputs": output(task_id, "file", task["ranks"]), "facts": facts({"plain_sha256": "0" * 64})}
    if task["asks_place"]:
        return {"outcome": "DEFER", "reason": "place_unknown", "facts": facts({"place": "0" * 32})}
    return {"receipt": receipt(task), "facts": facts({"place": "0" * 32})}


def result(task, wanted):
    head, now = task["head"], int(time.time() * 1000)
    said = {"outcome": "DONE", "worker": "bench", "started_at_ms": now, "finished_at_ms": now}
    said |= {name: head[name] for name in ("task_id", "issue", "tenant", "delivery_id", "revision", "stage", "index")}
    return foreign.encode("TaskResult", said | work(task, wanted))


class Worker:
    """Does every task of every topic."""

    def __init__(self, fleet, wanted):
        servers = {"bootstrap.servers": fleet.servers["LONGSHORE_KAFKA"]}
        self.prefix, self.wanted, self.done = fleet.prefix, wanted, 0
        self.producer = Producer(servers | {"acks": "all", "linger.ms": 5, "queue.buffering.max.messages": 1_000_000})
        self.consumer = Consumer(servers | {"group.id": f"bench-{fleet.id}", "auto.offset.reset": "earliest"})
        self.consumer.subscribe([self.prefix + topic for topic in EVENTS])

    def ask(self, fields):
        self.producer.produce(self.prefix + "triggers", key=b"one", value=foreign.encode("Trigger", {
            "source": "bench", "tenant": "acme", "actor": "alice", "at_ms": int(time.time() * 1000), **fields}))
        self.producer.flush(30)

    def some(self):
        for message in self.consumer.consume(1000, 0.2):
            assert not message.error(), message.error()
            task = foreign.decode(EVENTS[message.topic()[len(self.prefix):]], message.value())
            self.producer.produce(self.prefix + "results", key=message.key(), value=result(task, self.wanted))
            self.done += 1
        self.producer.poll(0)

    def until(self, condition, patience, what):
        """Works until it is so; asks once a second. Fails where nothing was done for so many seconds."""
        done, moved, asked = self.done, time.monotonic(), 0
        while True:
            self.some()
            now = time.monotonic()
            if now - asked > 1:
                asked = now
                if condition():
                    return
            if self.done > done:
                done, moved = self.done, now
            assert now - moved < patience, f"{what}: nothing happens after {self.done} tasks"


def configure(fleet, in_flight):
    limits = {"limits": {"tasks_in_flight": in_flight}}
    people = makers.people(1)
    folder = makers.write_audience(fleet.path("source", "people"), makers.audience_rows(people))
    makers.write_bridge(fleet.path("source", "bridge"), [(p, makers.token(p)) for p in people])
    fleet.apply([makers.tenant(**limits), makers.bridge(fleet.path("source", "bridge")), makers.bucket(fleet.path("drop")),
                 makers.destination(limits={"max_rows_per_file": 1, "tasks_in_flight": in_flight}, manifest={
                     "template": "{delivery}.manifest"}, completion={"kind": "success_file", "name_template": "{delivery}_SUCCESS"}),
                 makers.audience(folder), makers.route()], "alice")


def states(fleet, kind):
    return [state for state, in fleet.query("SELECT state FROM run.state WHERE kind = %s", (kind,))]


def run(wanted, args):
    env = {"LONGSHORE_SCHEDULER_TASKS_MAX": str(wanted), "LONGSHORE_SCHEDULER_KEEP_TASKS_MS": None}
    with Fleet("wide", env, {service: int(service == "scheduler") for service in SERVICES}) as fleet:
        configure(fleet, args.in_flight)
        worker = Worker(fleet, wanted)
        worker.ask({"trigger_id": "b", "kind": "BUILD", "bridge": "tokens"})
        worker.until(lambda: states(fleet, "build") == ["completed"], args.patience, "the build")
        [scheduler] = fleet.of("scheduler")
        processes = measure.Processes(fleet)
        before, cpu, begin = measure.Tables(fleet), processes.cpu(), time.monotonic()
        worker.ask({"trigger_id": "d", "kind": "DELIVER", "route": "daily"})
        worker.until(lambda: set(states(fleet, "delivery")) & set(FINAL) or not scheduler.alive(), args.patience, "the delivery")
        wall = time.monotonic() - begin
        assert states(fleet, "delivery") == ["completed"], fleet.query("SELECT state, reason FROM run.state")
        spent = {name: seconds - cpu[name] for name, seconds in processes.cpu().items()}
        after = measure.Tables(fleet)
        figures = {"tasks": wanted, "wall_s": wall, "cpu_s": spent,
                   "peak_bytes": measure.peak_of(scheduler.pid), "wal_bytes": int(after.lsn - before.lsn),
                   "rows": after.since(before)["run.task"]["rows"], "files": fleet.query(
                       "SELECT count(*) FROM run.task WHERE stage = 'upload' AND status = 'done'")[0][0]}
        assert figures["files"] == wanted + 2, figures
        assert scheduler.stop() == 0
        return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", default="1000,20000,100000", help="slices, and files, of the delivery; several: one after another")
    parser.add_argument("--in-flight", type=int, default=0, help="tasks in flight of the tenant and the destination; 0: no cap")
    parser.add_argument("--patience", type=int, default=170, help="seconds in which at least one more task must be done")
    parser.add_argument("--json", metavar="FILE", help="the figures, for a program")
    args = parser.parse_args()
    try:
        wanted = [int(n) for n in args.tasks.split(",")]
    except ValueError:
        parser.error("--tasks takes numbers with commas between them")
    if min(wanted) < 2 or args.in_flight < 0:
        parser.error("a delivery has 2 tasks at least, and a cap is no less than 0")
    all_figures = []
    for n in wanted:
        f = run(n, args)
        all_figures.append(f)
        print(f"{n} slices and {n} files: {f['wall_s']:.1f} s ({f['wall_s'] * 1e6 / n:.0f} us a file; CPU: scheduler "
              f"{f['cpu_s']['scheduler']:.1f} s, PostgreSQL {f['cpu_s']['postgres']:.1f} s), peak of memory "
              f"{f['peak_bytes'] / 2**20:.0f} MB, WAL {f['wal_bytes'] / 2**20:.0f} MB ({f['wal_bytes'] / 1024 / n:.1f} KB a file)",
              flush=True)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump(all_figures, out, indent=1)


if __name__ == "__main__":
    main()
