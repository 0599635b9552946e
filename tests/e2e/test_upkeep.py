"""What docs/OPERATING.md tells to do by hand now and then, done: keys are rotated and replaced, old data is removed from
staging, and deliveries go on to be right."""
import os
import shutil

import pytest

from fleet import Fleet
from world import QUICK, World


@pytest.fixture(scope="module")
def world():
    with Fleet("upkeep", env=QUICK) as fleet:
        yield World(fleet, people=300, objects=3, per_file=100, routes=("main", "asking")).prepare()


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


def test_a_fingerprint_key_is_rotated_and_the_old_one_removed(world):
    fleet = world.fleet
    [(old, _)] = versions(fleet)
    assert fleet.cli("keys", "init", "--rotate").endswith("the next builds are full\n")
    world.completes(world.deliver())  # nobody was started again: all goes on as it was
    restart(fleet, "bridge-worker", "bridge-builder")
    assert world.completes(world.deliver())["bridge_version"] == old
    fleet.cli("bridge", "build", "tokens", "--wait")
    (new, epoch), (also, _) = versions(fleet)
    assert (epoch, also) == (2, old) and new != old
    assert world.completes(world.deliver())["bridge_version"] == new
    for service in ("bridge-worker", "bridge-builder"):
        os.unlink(fleet.path("keys", service, "fingerprint-1.key"))
    assert keys_are_right(fleet) is True
    restart(fleet, "bridge-worker", "bridge-builder")
    world.completes(world.deliver())


def test_what_lies_in_staging_of_deliveries_that_are_over_is_not_missed(world):
    fleet = world.fleet
    members = len(world.expected().members)
    over = [d for d, in fleet.query("SELECT delivery_id FROM run.state WHERE kind = 'delivery' AND confirmed")]
    assert over
    for delivery in over:
        for prefix in ("files", "selections", "specs"):
            shutil.rmtree(fleet.staged(prefix, delivery), ignore_errors=True)
    for version, _ in versions(fleet)[1:]:
        for prefix in ("keys", "values"):
            shutil.rmtree(fleet.staged(prefix, version))
    status = world.completes(world.deliver())
    assert status["books"]["baseline"] == status["books"]["unchanged"] == members, "it is still compared with the last one"


def test_a_delivery_whose_version_was_removed_begins_anew(world):
    fleet = world.fleet
    world.apply(world.documents["Route", "asking"] | {"approval": "always"})
    asking = world.deliver("asking")
    before = fleet.wait_state(asking)
    assert before["reason"] == "approval"
    [name] = {v for v, _ in versions(fleet)} & {before["bridge_version"]}
    with open(world.bridge_folder / "part-002.csv", "w", encoding="utf-8") as f:
        f.write("patient_id,token\nnobody,tnobody\n")
    fleet.cli("bridge", "build", "tokens", "--wait")
    assert versions(fleet)[0][0] != name
    for prefix in ("keys", "values"):
        shutil.rmtree(fleet.staged(prefix, name))
    shutil.rmtree(fleet.path("cache"))
    for service in ("bridge-worker", "formatter"):
        restart(fleet, service)
    fleet.cli("approve", asking, "--actor", "bob")
    fleet.wait_until_status(asking, lambda d: d["revision"] > 1 and d["state"] == "held", 120, "asking again")
    fleet.cli("approve", asking, "--actor", "bob")
    fleet.wait_until_status(asking, lambda d: d["state"] == "completed", 120, "completed")
    assert world.completes(asking)["bridge_version"] == versions(fleet)[0][0]


def test_all_keys_are_replaced(world):
    fleet = world.fleet
    assert set(fleet.stop().values()) == {0}
    for directory in ("keys", "staging"):
        shutil.rmtree(fleet.path(directory))
        os.mkdir(fleet.path(directory), 0o700)
    fleet.cli("keys", "init")
    fleet.start()
    fleet.wait_ready()
    fleet.cli("bridge", "build", "tokens", "--wait")
    world.completes(world.deliver())
    assert keys_are_right(fleet) is True
