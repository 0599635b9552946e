"""What is staged for deliveries that are over goes, by the service that staged it, and nothing that is still needed: the
last accepted delivery of each route stays whole, and the next one is compared with it."""
import json
import os
import signal

import pytest

from crash import Trap
from crash_case import only_one
from fleet import Fleet, wait_until
from world import QUICK, World

KEEP_MS = 20000  # an upload may take half of it
TIDY = QUICK | {"LONGSHORE_SCHEDULER_LIST_ENDED_MS": "100", "LONGSHORE_SCHEDULER_REREAD_MS": "1000",
                "LONGSHORE_TIDY_EVERY_MS": "200", "LONGSHORE_KEEP_STAGED_MS": str(KEEP_MS)}
PREFIXES = ("specs", "selections", "files", "ledger")


@pytest.fixture(scope="module")
def world():
    with Fleet("staged", env=TIDY) as fleet:
        yield World(fleet, people=300, objects=3, per_file=10000, routes=("main",)).prepare()  # a part and a marker: two files


def entries(fleet, delivery):
    """Directories and files below each prefix that are of this delivery alone, by prefix."""
    found = dict.fromkeys(PREFIXES, 0)
    for prefix in PREFIXES:
        for parent, directories, files in os.walk(fleet.path("staging", prefix)):
            found[prefix] += sum(name.startswith(delivery) or delivery in parent for name in directories + files)
    return found


def baselines(fleet):
    (name,), = fleet.query("SELECT baseline_name FROM run.route_head")
    _, route, newest = name.split("/")
    return newest, sorted(os.listdir(fleet.staged("selections", route)))


def booked(fleet, delivery):
    found = fleet.staged("ledger", delivery)
    return os.path.isfile(found + ".book") and not os.path.exists(found)


def test_a_ledger_is_closed_soon_and_all_goes_later(world):
    fleet = world.fleet
    first = world.deliver()
    status = world.completes(first)
    lives = entries(fleet, first)
    second = world.deliver()
    world.completes(second)
    wait_until(lambda: booked(fleet, first), 120, "the ledger to become one object")
    closed = entries(fleet, first)
    assert closed["ledger"] == 1 and closed["files"] == lives["files"], "nothing but the ledger goes so soon"
    assert len(baselines(fleet)[1]) == 2
    wait_until(lambda: not any(entries(fleet, first).values()), 120, "what it staged to be removed")
    wait_until(lambda: baselines(fleet)[1] == [baselines(fleet)[0]], 120, "its baseline to be removed")
    print(json.dumps({"lives": lives, "closed": closed, "removed": entries(fleet, first)}))
    assert world.completes(first) == status
    assert lives["ledger"] <= 9


def test_the_last_accepted_delivery_stays_whole_and_the_next_is_compared_with_it(world):
    fleet = world.fleet
    (last,), = fleet.query("SELECT delivery_id FROM run.route_head")
    assert fleet.query("SELECT delivery_id FROM run.ended") == [(last,)]
    assert entries(fleet, last)["files"] > 0 and not booked(fleet, last)
    members = len(world.expected().members)
    books = world.completes(world.deliver())["books"]
    assert books["baseline"] == books["unchanged"] == members
    wait_until(lambda: booked(fleet, last), 120, "it to be over for good")


@pytest.mark.parametrize("service, point", [("uploader", "book_after_write"), ("scheduler", "ended_before_commit")])
def test_killed_while_what_is_over_is_put_away(world, service, point):
    fleet = world.fleet
    victim = only_one(world, service)
    trap = Trap(victim.pid, point)
    (older,), = fleet.query("SELECT delivery_id FROM run.route_head")
    newer = world.deliver()  # once it is accepted, the one before is over for good
    trap.wait(120)
    assert victim.process.wait(10) == -signal.SIGKILL
    fleet.start_replica(service)
    world.completes(newer)
    wait_until(lambda: booked(fleet, older), 120, "the ledger to become one object")
    wait_until(lambda: not any(entries(fleet, older).values()), 120, "what it staged to be removed")


def test_nobody_complained(world):
    for replica in world.fleet.replicas:
        assert replica.events("worker.tidy_failed") == [], replica.service
        assert not replica.events("scheduler.ended.untold")
