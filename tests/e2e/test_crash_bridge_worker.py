"""bridge-worker killed, and stopped and continued, at each of its points."""
import signal

import pytest
from confluent_kafka import Producer

from crash import Trap
from crash_case import Delivery, Stream, crash_scene, killed, only_one, spring, stopped
from crash_table import POINTS
from fleet import wait_until

SERVICE = "bridge-worker"


@pytest.fixture(scope="module")
def scene():
    with crash_scene(SERVICE) as scene:
        yield scene


@pytest.mark.parametrize("point", POINTS[SERVICE])
def test_killed_at(scene, point):
    killed(scene, SERVICE, point, Delivery(scene))


@pytest.mark.parametrize("point", POINTS[SERVICE])
def test_stopped_at_and_continued_later(scene, point):
    stopped(scene, SERVICE, point, Delivery(scene))


def rebalance(scene):
    """A second one comes, and takes partitions of the first."""
    return Stream(scene, lambda: scene.fleet.start_replica(SERVICE))


def drain(scene):
    """The orchestrator asks it to end."""
    return Stream(scene, lambda: scene.fleet.of(SERVICE)[0].signal(signal.SIGTERM))


@pytest.mark.parametrize("point,way", [("revoke_begin", rebalance), ("revoke_end", rebalance), ("drain_begin", drain)])
def test_killed_on_its_way_out(scene, point, way):
    killed(scene, SERVICE, point, way(scene))


@pytest.mark.parametrize("point", ["revoke_begin", "revoke_end"])
def test_stopped_on_its_way_out(scene, point):
    stopped(scene, SERVICE, point, rebalance(scene))


def test_killed_before_a_suspect_runs(scene):
    """One dies with a task in its hands; the next, which wants to try that task alone, dies, too."""
    first = only_one(scene, SERVICE)
    second = scene.fleet.start_replica(SERVICE)
    wait_until(lambda: second.events("worker.assigned"), 60, "the second to get partitions")
    suspects = Trap(second.pid, "suspect_before_run")
    work = Stream(scene, lambda: None)
    spring(Trap(first.pid, "task_before_handle"), work)
    assert first.process.wait(10) == -signal.SIGKILL
    suspects.wait()
    assert second.process.wait(10) == -signal.SIGKILL
    assert work.unfinished()
    scene.fleet.start_replica(SERVICE)
    work.check()


class Poison(Delivery):
    """A task that nobody can decode, beside a delivery. Its letter may be there twice, for one place in the topic."""

    def start(self):
        before = self.letters()
        producer = Producer({"bootstrap.servers": self.scene.fleet.servers["LONGSHORE_KAFKA"]})
        producer.produce(self.scene.fleet.prefix + "bridge.tasks", value=b"\x00not a task", key=b"poison")
        assert producer.flush(30) == 0
        super().start()
        self.expected = before + 1

    def letters(self):
        return self.scene.fleet.query("SELECT count(DISTINCT (from_topic, from_partition, from_offset)) FROM audit.dead_letter")[0][0]

    def check(self):
        super().check()
        wait_until(lambda: self.letters() == self.expected, 60, "the dead letter to be recorded")


@pytest.mark.parametrize("point", ["deadletter_after_produce", "deadletter_after_ack"])
@pytest.mark.parametrize("how", [killed, stopped])
def test_poison(scene, how, point):
    how(scene, SERVICE, point, Poison(scene))
