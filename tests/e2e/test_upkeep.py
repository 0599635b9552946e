"""What docs/OPERATING.md tells to do by hand now and then, done: keys are rotated and replaced, old data is removed from
staging, and deliveries go on to be right."""
import os
import shutil

import pytest

from fleet import Fleet
from scene import Scene
from world import QUICK


@pytest.fixture(scope="module")
def scene():
    with Fleet("upkeep", env=QUICK) as fleet:
        yield Scene(fleet, people=300, per_file=100, routes=("main", "asking")).prepare()


def restart(fleet, *services):
    for service in services:
        for replica in fleet.of(service):
            assert replica.stop() == 0
        fleet.start_replica(service)
    fleet.wait_ready()


def versions(fleet):
    return [(v["version"], v["key_epoch"]) for v in fleet.cli_json("bridge", "info", "tokens")]


def keys_are_right(fleet):
    said = [f for f in fleet.cli_json("doctor", codes=(0, 1)) if f["check"] == "keys"]
    return [f["level"] for f in said] == ["ok"] or said


def test_a_fingerprint_key_is_rotated_and_the_old_one_removed(scene):
    fleet = scene.fleet
    [(old, _)] = versions(fleet)
    assert fleet.cli("keys", "init", "--rotate").endswith("the next builds are full\n")
    scene.check(scene.deliver())  # nobody was started again: all goes on as it was
    restart(fleet, "bridge-worker", "bridge-builder")
    assert scene.check(scene.deliver())["bridge_version"] == old
    fleet.cli("bridge", "build", "tokens", "--wait")
    (new, epoch), (also, _) = versions(fleet)
    assert (epoch, also) == (2, old) and new != old
    assert scene.check(scene.deliver())["bridge_version"] == new
    for service in ("bridge-worker", "bridge-builder"):
        os.unlink(fleet.path("keys", service, "fingerprint-1.key"))
    assert keys_are_right(fleet) is True
    restart(fleet, "bridge-worker", "bridge-builder")
    scene.check(scene.deliver())


def test_what_lies_in_staging_of_deliveries_that_are_over_is_not_missed(scene):
    fleet = scene.fleet
    members = len(scene.expected.members)
    over = [d for d, in fleet.query("SELECT delivery_id FROM run.state WHERE kind = 'delivery' AND confirmed")]
    assert over
    for delivery in over:
        for prefix in ("files", "selections", "specs"):
            shutil.rmtree(fleet.staged(prefix, delivery), ignore_errors=True)
    for version, _ in versions(fleet)[1:]:
        for prefix in ("keys", "values"):
            shutil.rmtree(fleet.staged(prefix, version))
    status = scene.check(scene.deliver())
    assert status["books"]["baseline"] == status["books"]["unchanged"] == members, "it is still compared with the last one"


def test_a_delivery_whose_version_was_removed_begins_anew(scene):
    fleet = scene.fleet
    scene_route = fleet.path("asking.yaml")
    with open(scene.config, encoding="utf-8") as f:
        route = f.read().rpartition("---\n")[2]
    assert "name: asking\n" in route
    with open(scene_route, "w", encoding="utf-8") as f:
        f.write(route + "approval: always\n")
    fleet.cli("apply", "-f", scene_route)
    asking = scene.deliver("asking", args=("--actor", "alice"))
    before = fleet.wait_state(asking)
    assert before["reason"] == "approval"
    [name] = {v for v, _ in versions(fleet)} & {before["bridge_version"]}
    with open(os.path.join(scene.bridge, "part-0002.csv"), "w", encoding="utf-8") as f:
        f.write("patient,token\nnobody,tnobody\n")
    fleet.cli("bridge", "build", "tokens", "--wait")
    assert versions(fleet)[0][0] != name
    for prefix in ("keys", "values"):
        shutil.rmtree(fleet.staged(prefix, name))
    shutil.rmtree(fleet.path("cache"))
    for service in ("bridge-worker", "formatter"):
        restart(fleet, service)
    fleet.cli("approve", asking, "--actor", "bob")
    fleet.wait_until_status(asking, lambda d: d["revision"] > 1 and d["state"] == "held", 60, "asking again")
    fleet.cli("approve", asking, "--actor", "bob")
    fleet.wait_until_status(asking, lambda d: d["state"] == "completed", 60, "completed")
    assert scene.check(asking)["bridge_version"] == versions(fleet)[0][0]


def test_all_keys_are_replaced(scene):
    fleet = scene.fleet
    assert set(fleet.stop().values()) == {0}
    for directory in ("keys", "staging"):
        shutil.rmtree(fleet.path(directory))
        os.mkdir(fleet.path(directory), 0o700)
    fleet.cli("keys", "init")
    fleet.start()
    fleet.wait_ready()
    fleet.cli("bridge", "build", "tokens", "--wait")
    scene.check(scene.deliver())
    assert keys_are_right(fleet) is True
