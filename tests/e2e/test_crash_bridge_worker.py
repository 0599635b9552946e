"""bridge-worker killed, and stopped and continued, at each of its points."""
import signal

import pytest
from confluent_kafka import Producer

from crash import Trap
from crash_case import Delivery, Stream, at_each_point, killed, only_one, spring, stopped
from fleet import wait_until

SERVICE = "bridge-worker"


world, test_killed_at, test_stopped_at_and_continued_later = at_each_point(SERVICE)


def rebalance(world):
    """A second one comes, and takes partitions of the first."""
    return Stream(world, lambda: world.fleet.start_replica(SERVICE))


def drain(world):
    """The orchestrator asks it to end."""
    return Stream(world, lambda: world.fleet.of(SERVICE)[0].signal(signal.SIGTERM))


@pytest.mark.parametrize("point,way", [("revoke_begin", rebalance), ("revoke_end", rebalance), ("drain_begin", drain)])
def test_killed_on_its_way_out(world, point, way):
    killed(world, SERVICE, point, way(world))


@pytest.mark.parametrize("point", ["revoke_begin", "revoke_end"])
def test_stopped_on_its_way_out(world, point):
    stopped(world, SERVICE, point, rebalance(world))


def test_killed_before_a_suspect_runs(world):
    """One dies with a task in its hands; the next, which wants to try that task alone, dies, too."""
    first = only_one(world, SERVICE)
    second = world.fleet.start_replica(SERVICE)
    wait_until(lambda: second.events("worker.assigned"), 120, "the second to get partitions")
    suspects = Trap(second.pid, "suspect_before_run")
    work = Stream(world, lambda: None)
    spring(Trap(first.pid, "task_before_handle"), work)
    assert first.process.wait(10) == -signal.SIGKILL
    suspects.wait()
    assert second.process.wait(10) == -signal.SIGKILL
    assert work.unfinished()
    world.fleet.start_replica(SERVICE)
    work.check()


class Poison(Delivery):
    """A task that nobody can decode, beside a delivery. Its letter may be there twice, for one place in the topic."""

    def start(self):
        before = self.letters()
        producer = Producer({"bootstrap.servers": self.world.fleet.servers["LONGSHORE_KAFKA"]})
        producer.produce(self.world.fleet.prefix + "bridge.tasks", value=b"\x00not a task", key=b"poison")
        assert producer.flush(30) == 0
        super().start()
        self.expected = before + 1

    def letters(self):
        return self.world.fleet.query("SELECT count(DISTINCT (from_topic, from_partition, from_offset)) FROM audit.dead_letter")[0][0]

    def check(self):
        super().check()
        wait_until(lambda: self.letters() == self.expected, 120, "the dead letter to be recorded")


@pytest.mark.parametrize("point", ["deadletter_after_produce", "deadletter_after_ack"])
@pytest.mark.parametrize("how", [killed, stopped])
def test_poison(world, how, point):
    how(world, SERVICE, point, Poison(world))
