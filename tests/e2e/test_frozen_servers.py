"""Kafka, or PostgreSQL, stands still for longer than any session, rebalance or statement may take, and goes on: no process
ends by it, no task is set aside as poison, and each delivery comes out once. The servers are this test's own."""
import os
import signal
import time
from contextlib import contextmanager

import pytest

from fleet import Fleet, wait_until
from memory import nothing_is_stuck
from world import World
from test_neighbours import Hung, stack  # noqa: F401  (a fixture)

ROUTES = tuple(f"r{i}" for i in range(6))
STILL_S = 65
QUICK = {"LONGSHORE_SCHEDULER_ALARM_MS": "3000", "LONGSHORE_SCHEDULER_OUTBOX_AGE_MS": "500",
         "LONGSHORE_SCHEDULER_BACKOFF_MS": "100", "LONGSHORE_SCHEDULER_CONFIRM_MS": "1000", "LONGSHORE_SESSION_TIMEOUT_MS": "6000"}


@pytest.fixture(scope="module")
def world(stack):  # noqa: F811
    before = {k: os.environ[k] for k in stack.addresses()}
    os.environ.update(stack.addresses())
    try:
        with Fleet("frozen", env=QUICK, replicas={"scheduler": 2, "bridge-worker": 2, "uploader": 2}) as fleet:
            yield World(fleet, people=3000, objects=3, per_file=500, routes=ROUTES, slice_bytes=2048).prepare()
    finally:
        os.environ.update(before)


@contextmanager
def kafka_stands_still(stack):  # noqa: F811
    home = os.path.join(stack.env["LONGSHORE_RUN"], "kafka")
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                words = f.read()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"java" in words.split(b"\0")[0] and home.encode() in words:
            found.append(int(pid))
    assert len(found) == 1, found
    os.kill(found[0], signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(found[0], signal.SIGCONT)


def for_its_time():
    end = time.monotonic() + STILL_S
    wait_until(lambda: time.monotonic() > end, 2 * STILL_S, "the time to pass", pause=1)


def at_work(world, deliveries):
    """Some tasks are done, and others of the same deliveries are not."""
    [(done, left)] = world.fleet.query("SELECT count(*) FILTER (WHERE status = 'done'), count(*) FILTER (WHERE status = 'issued') "
                                       "FROM run.task WHERE delivery_id = ANY(%s)", (deliveries,))
    return done > 0 and left > 0


def nobody_minds(world, frozen):
    fleet = world.fleet
    before = [r.pid for r in fleet.replicas]
    deliveries = [world.deliver(route) for route in ROUTES]
    wait_until(lambda: at_work(world, deliveries), 120, "tasks to be under way")
    with frozen():
        for_its_time()
        ended = [r.service for r in fleet.replicas if not r.alive()]
        assert not ended, f"{ended} ended meanwhile"
    for delivery in deliveries:
        world.completes(delivery)
    wait_until(lambda: nothing_is_stuck(fleet), 120, "outbox and alarms to be empty")
    assert [r.pid for r in fleet.replicas if r.alive()] == before, "a process ended"
    for replica in fleet.replicas:
        assert not replica.events("worker.failed"), replica.log()[-3000:]
    # The new owner of a partition cannot know whether a silent one died: tasks that ran there run alone, and a second rebalance
    # in a row counts as a death. No task may reach the limit.
    assert fleet.query("SELECT count(*) FROM audit.dead_letter") == [(0,)]


def test_kafka_stands_still(world, stack):  # noqa: F811
    nobody_minds(world, lambda: kafka_stands_still(stack))


def test_postgresql_stands_still(world):
    nobody_minds(world, lambda: Hung(world.fleet))
