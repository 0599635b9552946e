"""People who say anything at any moment, and processes that end meanwhile: whatever becomes of a delivery, it ends, and what
is told of it is what is there."""
import json
import os
import random
import threading

import pytest

import makers
from fleet import FINAL, SERVICES, Fleet, wait_until
from memory import nothing_is_stuck
from world import QUICK, World

PEOPLE, COMMANDS = 3, 50
ROUTES = ("asked", "plain", "parts", "small", "paused", "empty")
WORDS = (["deliver"] * 3 + [["approve"]] * 3 + [["reject"], ["cancel"], ["cancel"], ["resume"], ["resume", "--adopt"],
                                                ["resume", "--resend"]])


@pytest.fixture(scope="module")
def world():
    quick = {"LONGSHORE_LEASE_MS": "1000", "LONGSHORE_SCHEDULER_NOT_AFTER_MS": "20000"}
    with Fleet("operators", env=QUICK | quick, replicas={"scheduler": 2, "uploader": 2}) as fleet:
        w = World(fleet, 200)
        w.put(w.audience("nobody", []), w.destination("parts", limits={"max_rows_per_file": 20}))
        w.put(makers.route("asked", approval="always"), makers.route("plain"), makers.route("paused", paused=True),
              makers.route("parts", destination_name="parts"), makers.route("small", guards={"min_size": 1000}),
              makers.route("empty", audience_name="nobody"))
        w.prepare()
        fleet.wait_ready()
        yield w


class Person(threading.Thread):
    def __init__(self, world, number, deliveries):
        super().__init__()
        self.world, self.chance, self.deliveries = world, random.Random(number), deliveries
        self.odd = []

    def run(self):
        for _ in range(COMMANDS):
            word = self.chance.choice(WORDS)
            who = ("--actor", self.chance.choice("abcd"))
            if word == "deliver" or not self.deliveries:
                done = self.world.fleet.run("deliver", self.chance.choice(ROUTES), *who, "--json")
                if done.returncode == 0:
                    self.deliveries.append(json.loads(done.stdout)["delivery_id"])
            else:
                done = self.world.fleet.run(word[0], self.chance.choice(self.deliveries[-12:]), *word[1:], *who,
                                             *(["--no-wait"] if self.chance.random() < 0.5 else []))
            if done.returncode not in (0, 1, 4):  # 4: no answer in time, the scheduler was killed
                self.odd.append((word, done.returncode, done.stderr))


def disturb(fleet, people):
    chance = random.Random(0)
    while any(p.is_alive() for p in people):
        service = chance.choice(SERVICES)
        victim = chance.choice(fleet.of(service))
        if chance.random() < 0.5:
            victim.kill()
        else:
            code = victim.stop()
            assert code == 0 or (code == -15 and not victim.events("worker.started")), "not drained"
        fleet.start_replica(service)
        people[0].join(chance.uniform(0.2, 1.0))


def all_end(fleet, deliveries):
    """Who is held is told to end; the rest ends by itself."""
    rows = fleet.query("SELECT delivery_id, state FROM run.state WHERE delivery_id = ANY(%s)", (deliveries,))
    for delivery, state in rows:
        if state == "held":
            fleet.run("cancel", delivery)
    return len(rows) == len(deliveries) and {state for _, state in rows} <= set(FINAL)


def all_told(fleet):
    """The recorder has written the last word of each."""
    return fleet.query("SELECT count(*) FROM run.state s LEFT JOIN run.delivery d ON d.delivery_id = s.delivery_id AND "
                       "d.state = s.state AND d.version = s.status_version "
                       "WHERE s.kind = 'delivery' AND d.version IS NULL") == [(0,)]


def test_what_is_told_is_what_is_there(world):
    fleet, deliveries = world.fleet, []
    people = [Person(world, n, deliveries) for n in range(PEOPLE)]
    for p in people:
        p.start()
    disturb(fleet, people)
    assert [p.odd for p in people] == [[]] * PEOPLE
    wait_until(lambda: all_end(fleet, deliveries), 120, "everything to end", pause=0.5)
    wait_until(lambda: nothing_is_stuck(fleet), 120, "outbox and alarms to be empty")
    wait_until(lambda: all_told(fleet), 120, "the recorder to have it all")
    told = {s["delivery_id"]: s for s in fleet.cli_json("status", "--limit", "1000") if s["kind"] == "delivery"}
    assert set(told) == set(deliveries)
    for status in told.values():
        files = world.files(status["delivery_id"])
        assert {f["name"] for f in status["files"]} == set(files), status
        assert status["files_visible"] == len(files), status
        assert status["state"] != "completed" or status["files_planned"] == len(files), status
        if status["state"] == "completed" and status["route"] in ("asked", "plain", "parts"):
            world.check(status, files)
    assert {s["state"] for s in told.values()} >= {"completed", "cancelled"}


def test_nothing_is_left_over(world):
    fleet = world.fleet
    assert fleet.query("SELECT route FROM run.route_head WHERE holder IS NOT NULL") == []
    # Who is killed between making a temporary and noting it in the ledger leaves that one.
    killed = [r for r in fleet.replicas if r.service == "uploader" and r.process.returncode == -9]
    assert len(os.listdir(fleet.path("drop", ".longshore-tmp"))) <= 1 + 4 * len(killed), "more than one a thread is left"
    assert fleet.query("SELECT reason, detail FROM audit.dead_letter") == []
    assert fleet.query("SELECT count(*) FROM audit.record a LEFT JOIN audit.record b ON b.tenant = a.tenant AND "
                       "b.sequence = a.sequence - 1 AND b.hash = a.previous WHERE a.sequence > 1 AND b.hash IS NULL") == [(0,)]
    assert {r.process.returncode for r in fleet.replicas if not r.alive()} <= {0, -9, -15}, "somebody died by himself"
