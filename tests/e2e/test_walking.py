"""One audience from source to drop over the whole fleet, held against an oracle that shares no code with it."""
import pytest

from fleet import Fleet, wait_until
from memory import nothing_is_stuck
from world import World


@pytest.fixture(scope="module")
def world():
    with Fleet("walking") as fleet:
        yield World(fleet, people=2000, objects=3, repeats=100, per_file=400, routes=("main", "again", "small")).prepare()


def test_what_arrives_is_what_the_inputs_say(world):
    delivery = world.deliver()
    status = world.completes(delivery)
    assert status["route"] == "main" and status["destination"] == "dsp" and status["mode"] == "full"
    assert sum(f["rows"] for f in status["files"]) == len(world.expected().members)


def test_the_same_cause_is_the_same_delivery(world):
    first = world.deliver("again", "--id", "one")
    world.completes(first)
    assert world.deliver("again", "--id", "one") == first
    second = world.deliver("again", "--id", "two")
    assert second != first
    world.completes(second)
    assert world.data_hash(first) == world.data_hash(second)


def test_a_delivery_below_its_minimum_waits_for_another_person(world):
    before = world.documents["Route", "small"]
    world.apply(before | {"guards": {"min_size": 1000000}})
    delivery = world.deliver("small")
    status = world.fleet.wait_state(delivery, timeout=60)
    assert (status["state"], status["reason"]) == ("held", "below_minimum")
    assert world.files(delivery) == {}
    world.fleet.cli("approve", delivery, "--actor", "alice", codes=(1,))
    world.fleet.cli("approve", delivery, "--actor", "bob", "--note", "agreed by phone")
    wait_until(lambda: world.fleet.status(delivery)["state"] == "completed", 120, "the approved delivery")
    world.completes(delivery)
    world.apply(before)


def test_nothing_is_left_over(world):
    wait_until(lambda: nothing_is_stuck(world.fleet), 120, "outbox and alarms to be empty")


def test_the_trace_tells_who_and_why(world):
    delivery = world.deliver("again", "--note", "for the trace", actor="carol")
    world.completes(delivery)
    seen = wait_until(lambda: [t for t in world.fleet.cli_json("trace", delivery) if t["source"] == "audit"], 120, "audit records")
    assert any(t["by"] == "carol" for t in seen), seen
    done_by = {t["what"].split()[0]: t["by"].split("@")[0] for t in world.fleet.cli_json("trace", delivery) if t["source"] == "task"}
    workers = {"bridge-worker": ("inspect", "select", "combine"), "formatter": ("part", "marker"), "uploader": ("upload",)}
    assert done_by == {stage: service for service, stages in workers.items() for stage in stages}
