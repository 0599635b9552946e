"""A drop that cannot rename without replacing (NFS): each file is there once, whole, whoever dies in the middle of a commit and
however quickly the partner takes what it sees."""
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

import makers
import no_rename_flags
from crash import Trap
from crash_case import has_all_partitions
from fleet import Fleet, wait_until
from memory import nothing_is_stuck
from world import QUICK, World

# Tests of one module share a fleet; each has a route, so a bucket's directory, of its own.
ROUTES = ("plain", "taken", "killed-linked", "killed-linked-taken", "killed-claimed", "killed-doubted", "stopped-linked")
SETTINGS = QUICK | {"LONGSHORE_SCHEDULER_ALARM_MS": "1000", "LONGSHORE_SCHEDULER_NOT_AFTER_MS": "8000", "LONGSHORE_LEASE_MS": "1000",
                    "LONGSHORE_SCHEDULER_BACKOFF_MAX_MS": "1000"}


@pytest.fixture(scope="module")
def world():
    with Fleet("links", env=SETTINGS, wrapper=(sys.executable, no_rename_flags.__file__)) as fleet:
        w = World(fleet)
        w.put(*(makers.route(route) for route in ROUTES))
        yield w.prepare()
        wait_until(lambda: nothing_is_stuck(fleet), 120, "outbox and alarms to be empty")


class Partner:
    """Takes each file away as soon as it sees it."""

    def __init__(self, world, route):
        self.inbox, self.taken = Path(world.fleet.path("drop", route)), {}
        self._thread, self._goes = threading.Thread(target=self._run), True

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._goes = False
        self._thread.join()

    def _run(self):
        while self._goes:
            for path in self.inbox.glob("*") if self.inbox.is_dir() else ():
                self.taken.setdefault(path.name, []).append(path.read_bytes())
                path.unlink()

    def has_each_once(self, status):
        names = [os.path.basename(f["name"]) for f in status["files"]]
        assert sorted(self.taken) == sorted(names) and all(len(times) == 1 for times in self.taken.values())


def uploader(world):
    found = world.fleet.of("uploader")
    one = found[0] if found else world.fleet.start_replica("uploader")
    wait_until(lambda: has_all_partitions(one), 120, "the uploader to have all partitions")
    return one


def dies_at(world, point, route=None):
    """The only uploader, at this point of a new delivery of the route, or of what is under way."""
    victim = uploader(world)
    trap = Trap(victim.pid, point)
    delivery = world.deliver(route) if route else None
    trap.wait()
    assert victim.process.wait(10) == -signal.SIGKILL
    return delivery


def guarantees(status):
    return sorted({f["receipt"]["guarantee"] for f in status["files"]})


def nothing_is_left(world):
    assert not list(Path(world.fleet.path("drop", ".longshore-tmp")).glob("[0-9a-f]*")), "a temporary is left"


def answered(world, delivery, answer):
    world.fleet.wait_until_status(delivery, lambda d: (d["state"], d["reason"]) == ("held", "uncertain"), 120, "a person to be asked")
    world.fleet.cli("resume", delivery, answer, "--actor", "bob")


def test_files_are_there_once_and_the_receipt_says_how(world):
    status = world.completes(world.deliver("plain"))
    assert guarantees(status) == ["link_noreplace"]
    nothing_is_left(world)


def test_the_partner_takes_each_at_once(world):
    with Partner(world, "taken") as partner:
        status = world.ends(world.deliver("taken"), "completed")
    partner.has_each_once(status)
    nothing_is_left(world)


def test_killed_behind_the_link_with_the_file_there(world):
    delivery = dies_at(world, "drop_after_link", "killed-linked")
    uploader(world)
    assert guarantees(world.completes(delivery)) == ["link_noreplace"]
    nothing_is_left(world)


def test_killed_behind_the_link_and_the_partner_was_quicker(world):
    with Partner(world, "killed-linked-taken") as partner:
        delivery = dies_at(world, "drop_after_link", "killed-linked-taken")
        wait_until(lambda: len(partner.taken) == 1, 120, "the partner to take the file")
        uploader(world)
        answered(world, delivery, "--adopt")
        status = world.ends(delivery, "completed")
    partner.has_each_once(status)
    assert guarantees(status) == ["asserted_by_person", "link_noreplace"]
    nothing_is_left(world)


def test_killed_before_the_link(world):
    delivery = dies_at(world, "drop_after_claim", "killed-claimed")
    uploader(world)
    answered(world, delivery, "--resend")
    world.completes(delivery)
    nothing_is_left(world)


def test_killed_again_where_the_claim_is_in_doubt(world):
    delivery = dies_at(world, "drop_after_claim", "killed-doubted")
    dies_at(world, "drop_after_doubt")
    uploader(world)
    answered(world, delivery, "--resend")
    world.completes(delivery)
    nothing_is_left(world)


def test_stopped_behind_the_link_until_a_person_was_asked(world):
    """It goes on, and knows what happened: its receipt is the receipt."""
    trap = Trap(uploader(world).pid, "drop_after_link", action="stop")
    with Partner(world, "stopped-linked") as partner:
        try:
            delivery = world.deliver("stopped-linked")
            trap.wait()
            world.fleet.start_replica("uploader")
            world.fleet.wait_until_status(delivery, lambda d: (d["state"], d["reason"]) == ("held", "uncertain"), 120, "the question")
        finally:
            trap.release()
        answered(world, delivery, "--adopt")
        status = world.ends(delivery, "completed", timeout=90)
    partner.has_each_once(status)
    nothing_is_left(world)
