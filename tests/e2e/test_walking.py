"""One audience from source to drop over the whole fleet, held against an oracle that shares no code with it."""
import pytest

from fleet import Fleet, wait_until
from scene import Scene, nothing_is_stuck


@pytest.fixture(scope="module")
def scene():
    with Fleet("walking") as fleet:
        yield Scene(fleet, routes=("main", "again", "small"), min_size=1).prepare()


def test_what_arrives_is_what_the_inputs_say(scene):
    delivery = scene.deliver()
    status = scene.check(delivery)
    assert status["route"] == "main" and status["destination"] == "partner" and status["mode"] == "full"
    assert sum(f["rows"] for f in status["files"]) == len(scene.expected.members)


def test_the_same_cause_is_the_same_delivery(scene):
    first = scene.deliver("again", args=("--id", "one"))
    scene.check(first)
    assert scene.deliver("again", args=("--id", "one")) == first
    second = scene.deliver("again", args=("--id", "two"))
    assert second != first
    scene.check(second)
    assert scene.hash_of(first) == scene.hash_of(second)


def test_a_delivery_below_its_minimum_waits_for_another_person(scene):
    with open(scene.config, encoding="utf-8") as f:
        text = f.read()
    with open(scene.config, "w", encoding="utf-8") as f:
        f.write(text.replace("name: small\n", "name: small\n", 1).replace(
            "guards: {min_size: 1}", "guards: {min_size: 1000000}"))
    scene.fleet.cli("apply", "-f", scene.config, "--actor", "alice")
    delivery = scene.deliver("small", args=("--actor", "alice"))
    status = scene.fleet.wait_state(delivery, timeout=60)
    assert (status["state"], status["reason"]) == ("held", "below_minimum")
    assert scene.files_of(delivery) == {}
    scene.fleet.cli("approve", delivery, "--actor", "alice", codes=(1,))
    scene.fleet.cli("approve", delivery, "--actor", "bob", "--note", "agreed by phone")
    wait_until(lambda: scene.fleet.status(delivery)["state"] == "completed", 60, "the approved delivery")
    scene.check(delivery)
    with open(scene.config, "w", encoding="utf-8") as f:
        f.write(text)
    scene.fleet.cli("apply", "-f", scene.config, "--actor", "alice")


def test_nothing_is_left_over(scene):
    wait_until(lambda: nothing_is_stuck(scene.fleet), 90, "outbox and alarms to be empty")


def test_the_trace_tells_who_and_why(scene):
    delivery = scene.deliver("again", args=("--actor", "carol", "--note", "for the trace"))
    scene.check(delivery)
    seen = wait_until(lambda: [t for t in scene.fleet.cli_json("trace", delivery) if t["source"] == "audit"], 30, "audit records")
    assert any(t["by"] == "carol" for t in seen), seen
    done_by = {t["what"].split()[0]: t["by"].split("@")[0] for t in scene.fleet.cli_json("trace", delivery) if t["source"] == "task"}
    workers = {"bridge-worker": ("inspect", "select", "combine"), "formatter": ("part", "marker"), "uploader": ("upload",)}
    assert done_by == {stage: service for service, stages in workers.items() for stage in stages}
