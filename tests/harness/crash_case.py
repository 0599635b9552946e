"""A process killed, or stopped and continued later, at a point of the protocol while it holds work: what it was doing must
come out as if nothing had happened.

The trap proves that the point was reached; `unfinished` that there was work in the process's hands when it was.
"""
import signal
import time

import pytest

from crash import Trap
from crash_table import POINTS
from fleet import FINAL, Fleet, wait_until
from memory import nothing_is_stuck
from registry import partitions_read
from world import World

# Alarms are short, so that a lost process costs seconds here and not minutes.
QUICK = {"LONGSHORE_SCHEDULER_ALARM_MS": "3000", "LONGSHORE_SCHEDULER_OUTBOX_AGE_MS": "500",
         "LONGSHORE_SCHEDULER_NOT_AFTER_MS": "30000", "LONGSHORE_LEASE_MS": "1000",
         "LONGSHORE_SCHEDULER_BACKOFF_MS": "100", "LONGSHORE_SCHEDULER_CONFIRM_MS": "1000",
         "LONGSHORE_SCHEDULER_BREAKER_OPEN_MS": "1000", "LONGSHORE_SCHEDULER_BREAKER_OPEN_MAX_MS": "2000"}


def at_each_point(service, work=None, env=None):
    """What the file of each service has: its world, and a test that kills and one that stops it at each of its points.
    work(world) makes what is under way then; a delivery if it is not given."""
    work = work or Delivery

    @pytest.fixture(scope="module")
    def world():
        with Fleet(f"crash-{service}", env=QUICK | (env or {})) as fleet:
            yield World(fleet, people=600, objects=3, repeats=30, per_file=200, routes=("main",), slice_bytes=4096).prepare()
            wait_until(lambda: nothing_is_stuck(fleet), 120, "outbox and alarms to be empty")

    @pytest.mark.parametrize("point", POINTS[service])
    def test_killed_at(world, point):
        killed(world, service, point, work(world))

    @pytest.mark.parametrize("point", POINTS[service])
    def test_stopped_at_and_continued_later(world, point):
        stopped(world, service, point, work(world))

    return world, test_killed_at, test_stopped_at_and_continued_later


class Delivery:
    """The work of most cases. start() causes it, check() waits for it and judges it."""

    def __init__(self, world, route="main"):
        self.world, self.route, self.ids = world, route, []

    def start(self):
        self.ids.append(self.world.deliver(self.route))

    def unfinished(self):
        return not self.world.fleet.query("SELECT 1 FROM run.state WHERE delivery_id = ANY(%s) AND due_at IS NULL "
                                          "HAVING count(*) = %s", (self.ids, len(self.ids)))

    def check(self):
        for delivery in self.ids:
            self.world.completes(delivery)


FEED_S = 120


class Stream(Delivery):
    """Deliveries one after another until the trap has sprung, so that there is work at whatever moment it does.
    disturb() is what leads to the point; it is called when the first is under way."""

    def __init__(self, world, disturb):
        super().__init__(world)
        self.disturb = disturb

    def start(self):
        super().start()
        self.disturb()

    def feed(self, trap):
        until = time.monotonic() + FEED_S
        while not trap.has_sprung():
            assert time.monotonic() < until, f"{trap.point} was not reached within {FEED_S} s"
            super().start()

    def check(self):
        """The last is complete; one before it is, too, or gave way to a newer one and left nothing."""
        for delivery in self.ids:
            status = self.world.fleet.wait_state(delivery, states=FINAL, timeout=120)
            if status["state"] == "superseded" and delivery != self.ids[-1]:
                assert not self.world.paths(delivery)
            else:
                self.world.completes(delivery)


def spring(trap, work):
    work.start()
    if isinstance(work, Stream):
        work.feed(trap)
    trap.wait()


def has_all_partitions(replica):
    last = [e for e in replica.events() if e["event"] in ("worker.assigned", "worker.revoked")][-1:]
    return bool(last) and (last[0]["event"], last[0]["partitions"]) == (
        "worker.assigned", partitions_read(replica.service))


def only_one(world, service):
    """The one that runs, whatever an earlier case left. It is its whole group: no rebalance is under way."""
    for extra in world.fleet.of(service)[1:]:
        extra.stop()
    one = (world.fleet.of(service) or [world.fleet.start_replica(service)])[0]
    wait_until(lambda: has_all_partitions(one), 120, f"{service} to have all partitions")
    return one


def killed(world, service, point, work):
    victim = only_one(world, service)
    trap = Trap(victim.pid, point)
    spring(trap, work)
    assert victim.process.wait(10) == -signal.SIGKILL
    assert work.unfinished(), f"{service} held nothing at {point}"
    world.fleet.start_replica(service)
    work.check()


def stopped(world, service, point, work):
    """Another takes over; then the stopped one goes on with what it thinks it still owns."""
    trap = Trap(only_one(world, service).pid, point, action="stop")
    try:
        spring(trap, work)
        assert work.unfinished(), f"{service} held nothing at {point}"
        world.fleet.start_replica(service)
        work.check()
    finally:
        trap.release()
    again = world.deliver()
    world.completes(again)
    work.check()
