"""How often a task service commits: once for the start of each task, for it waits for that. Ends go along with the next start; they
are committed for their own sake once in a pause, so what is idle has committed all that it did."""
import os
import time
import urllib.request

import pytest
from confluent_kafka import Consumer, TopicPartition

from fleet import Fleet, wait_until
from world import World

PAUSE_S = 0.1
FEW = 10  # commits at the start and of what else goes on


@pytest.fixture(scope="module")
def world():
    with Fleet("commits", env={"LONGSHORE_THREADS": "1"}) as fleet:
        yield World(fleet, people=3000, objects=3, repeats=150, per_file=400, routes=("main",), slice_bytes=512).prepare()


def counted(worker):
    [started] = worker.events("worker.started")
    with urllib.request.urlopen(f"http://127.0.0.1:{started['admin_port']}/metrics", timeout=120) as answer:
        lines = answer.read().decode().splitlines()

    def total(name):
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))
    return total("longshore_commits_total"), total("longshore_messages_total")


def uncommitted(fleet):
    """Messages of the worker's topic that are behind its group's offsets."""
    topic = f"{fleet.prefix}bridge.tasks"
    reader = Consumer({"bootstrap.servers": os.environ["LONGSHORE_KAFKA"], "group.id": f"{fleet.prefix}bridge-worker"})
    try:
        partitions = [TopicPartition(topic, p) for p in reader.list_topics(topic, 10).topics[topic].partitions]
        ends = {p.partition: reader.get_watermark_offsets(p, 10) for p in partitions}
        return sum(ends[p.partition][1] - max(p.offset, ends[p.partition][0]) for p in reader.committed(partitions, 10))
    finally:
        reader.close()


def test_ends_are_committed_with_the_next_start_or_after_a_pause(world):
    [worker] = world.fleet.of("bridge-worker")
    commits, messages = counted(worker)
    began = time.monotonic()
    world.completes(world.deliver())
    wait_until(lambda: uncommitted(world.fleet) == 0, 120, "the worker to commit all that it did")
    took_s = time.monotonic() - began
    commits, messages = (after - before for after, before in zip(counted(worker), (commits, messages)))
    assert messages > 60
    assert commits >= 1
    assert commits <= messages + took_s / PAUSE_S + FEW, (commits, messages, took_s)
