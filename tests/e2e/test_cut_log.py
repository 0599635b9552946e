"""Kafka falls and loses the last messages of all partitions, which the fleet has read, and gives their offsets to new ones:
those are read, and somebody is told. The servers are this test's own."""
import contextlib
import json
import os
import signal
import subprocess

import pytest
from confluent_kafka import Consumer, TopicPartition

import makers
from fleet import Fleet, wait_until
from kafka_log import lose_ends
from memory import nothing_is_stuck
from test_neighbours import stack  # noqa: F401  (a fixture)
from world import QUICK, World

LOST = 2  # batches of a partition
# No session ends within the test: a service that lost its producer ends, leaves its group, and its successor gets the partitions.
SESSION_S = 300
PATIENCE_S = 240


@pytest.fixture(scope="module")
def world(stack):  # noqa: F811
    before = {k: os.environ[k] for k in stack.addresses()}
    os.environ.update(stack.addresses())
    try:
        # a session outlives the broker's restart: the partitions are not assigned again
        with Fleet("cut", env=QUICK | {"LONGSHORE_SESSION_TIMEOUT_MS": str(SESSION_S * 1000)}) as fleet:
            w = World(fleet, people=60)
            w.put(makers.route("main"))
            yield w.prepare()
    finally:
        os.environ.update(before)


def fall(world, stack):  # noqa: F811
    stack.do("stop-kafka")
    cut = lose_ends(os.path.join(stack.env["LONGSHORE_RUN"], "kafka", "data"), world.fleet.prefix, LOST)
    stack.do("start-kafka")
    return {name.removeprefix(world.fleet.prefix).rpartition("-")[0] for name in cut}


def tellings(replica):
    return len(replica.events("worker.log_cut") + replica.events("worker.log_began_anew"))


def as_many_as_were_lost(world):
    """Triggers go to the partition of their route: now it ends where it had ended, with others."""
    return [world.deliver("main") for _ in range(LOST)]


def deliver_before(world):
    """A service that says little may find only now that an earlier fall cost it its producer."""
    all_come_out(world, as_many_as_were_lost(world))


def supervise(fleet):
    """A producer is lost when the broker forgot its numbered messages: its process ends, and a supervisor starts it again."""
    for replica in [r for r in fleet.replicas if not r.alive() and r.process.returncode != 0]:
        assert [f["code"] for f in replica.events("worker.failed")] == ["bus_fatal"], replica.log()[-2000:]
        fleet.replicas.remove(replica)
        fleet.start_replica(replica.service)


def all_come_out(world, deliveries):
    def is_over():
        supervise(world.fleet)
        seen = [world.fleet.status(d) for d in deliveries]
        return all(s and s["state"] == "completed" for s in seen) and nothing_is_stuck(world.fleet)
    wait_until(is_over, PATIENCE_S, "what was asked for after the fall to come out")
    for delivery in deliveries:
        world.completes(delivery)


@contextlib.contextmanager
def watched(fleet):
    """longshore watch, and the file that its lines go to."""
    with open(fleet.path("watched"), "wb") as out, subprocess.Popen(
            [os.path.join(fleet.bin, "longshore"), "watch", "--json"], env=fleet.environment(), stdin=subprocess.DEVNULL,
            stdout=out, stderr=subprocess.STDOUT) as watch:
        try:
            yield watch, out.name
        finally:
            watch.send_signal(signal.SIGCONT)
            watch.terminate()


def shown(path):
    with open(path, encoding="utf-8") as f:
        lines = f.read().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")], [line for line in lines if "lost messages" in line]


def ends(fleet):
    """Where each partition of the statuses ends."""
    topic = f"{fleet.prefix}deliveries"
    reader = Consumer({"bootstrap.servers": os.environ["LONGSHORE_KAFKA"], "group.id": "look"})
    try:
        partitions = reader.list_topics(topic, 30).topics[topic].partitions
        return [reader.get_watermark_offsets(TopicPartition(topic, p), 30)[1] for p in partitions]
    finally:
        reader.close()


def test_found_by_who_watches(world, stack):  # noqa: F811
    """Whoever stood still meanwhile finds as many messages there as it had read, and more: it tells so, and shows all."""
    deliver_before(world)
    fleet = world.fleet
    with watched(fleet) as (watch, path):
        def has_shown(delivery):
            return (delivery, "completed") in {(s["delivery_id"], s["state"]) for s in shown(path)[0]}
        for delivery in as_many_as_were_lost(world):
            wait_until(lambda d=delivery: has_shown(d), 120, "the watch to show what is done")
        wait_until(lambda: nothing_is_stuck(fleet), 120, "outbox and alarms to be empty")
        watch.send_signal(signal.SIGSTOP)
        before = ends(fleet)
        alive = [r for r in fleet.replicas if r.alive()]
        for replica in alive:
            replica.pause()
        fall(world, stack)
        deliveries = as_many_as_were_lost(world)
        for replica in alive:
            replica.cont()
        all_come_out(world, deliveries)
        while not any(0 < was < now for was, now in zip(before, ends(fleet))):
            assert len(deliveries) < 60
            deliveries.append(world.deliver("main"))
            all_come_out(world, deliveries[-1:])
        watch.send_signal(signal.SIGCONT)
        wait_until(lambda: all(has_shown(d) for d in deliveries), 120, "all to be shown")
        wait_until(lambda: shown(path)[1], 120, "somebody to be told")


def test_found_by_who_takes_the_partitions(world, stack):  # noqa: F811
    deliver_before(world)
    assert set(world.fleet.stop().values()) == {0}
    topics = fall(world, stack)
    assert {"triggers", "results", "deliveries", "audit", "upload.tasks"} <= topics
    deliveries = as_many_as_were_lost(world)
    world.fleet.start()
    began = {r.service: r for r in world.fleet.replicas if r.alive()}
    all_come_out(world, deliveries)
    assert tellings(began["scheduler"]) and tellings(began["audit-sink"])


def test_found_by_who_has_them_already(world, stack):  # noqa: F811
    deliver_before(world)
    fleet = world.fleet
    alive = [r for r in fleet.replicas if r.alive()]
    assigned = {r.number: len(r.events("worker.assigned")) for r in alive}
    said = {r.number: tellings(r) for r in alive}
    for replica in alive:
        replica.pause()
    fall(world, stack)
    deliveries = as_many_as_were_lost(world)
    for replica in alive:
        replica.cont()
    all_come_out(world, deliveries)
    scheduler = next(r for r in alive if r.service == "scheduler")
    assert len(scheduler.events("worker.assigned")) == assigned[scheduler.number], "no rebalance had a part in it"
    assert tellings(scheduler) > said[scheduler.number]
