"""No delivery has fewer people than the installation's floor, whatever its documents ask for and whoever approves."""
import os
from pathlib import Path

import pytest

import makers
from fleet import CommandFailed, Fleet
from world import QUICK, World

FLOOR = 25  # as it is where nobody sets it
SIZES = (FLOOR - 1, FLOOR, FLOOR + 1)


@pytest.fixture(scope="module")
def world():
    with Fleet("floor", env=QUICK | {"LONGSHORE_MIN_AUDIENCE": None}) as fleet:
        w = World(fleet)
        for size in SIZES:
            w.put(w.audience(f"of-{size}", w.known[:size], min_size=1),
                  makers.route(f"to-{size}", audience_name=f"of-{size}", guards={"min_size": 1}, approval="always"))
        yield w.prepare()


def staged(world, delivery):
    root = Path(world.fleet.path("staging", "selections", delivery[:2], delivery))
    return [p.name for p in root.rglob("*.members")]


@pytest.mark.parametrize("size", SIZES)
def test_a_delivery_of_fewer_is_held_and_no_approval_releases_it(world, size):
    delivery = world.deliver(f"to-{size}")
    if size >= FLOOR:
        world.held(delivery, "approval")
        assert len(staged(world, delivery)) == 1
        world.fleet.cli("approve", delivery, "--actor", "bob")
        assert world.completes(delivery)["books"]["members"] == size
        return
    held = world.held(delivery, "below_floor")
    assert f"{size} are fewer than the {FLOOR} that LONGSHORE_MIN_AUDIENCE requires" in held["detail"]
    assert staged(world, delivery) == [], "what is too small to go leaves bridge-worker's hands"
    assert world.release_command(delivery) == ["resume", delivery]
    with pytest.raises(CommandFailed, match="which approve does not release"):
        world.fleet.cli("approve", delivery, "--actor", "bob")
    world.held(delivery, "below_floor")
    # What status names works once there are enough people.
    world.audience(f"of-{size}", world.known[:FLOOR])
    world.fleet.cli(*world.release_command(delivery))
    world.held(delivery, "approval")
    world.fleet.cli("approve", delivery, "--actor", "bob")
    assert world.completes(delivery)["books"]["members"] == FLOOR
    assert os.listdir(world.fleet.path("drop"))
