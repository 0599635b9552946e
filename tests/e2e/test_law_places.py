"""A drop that is not mounted, or another disk in its place, gets no file: nobody is told that a delivery is complete which
the partner cannot see. A person accepts another place, with the command that `status` names."""
import getpass
import os
import re
import shlex
import subprocess
import json
from pathlib import Path

import pytest

import makers
from fleet import Fleet, wait_until
from memory import nothing_is_stuck
from world import QUICK, World

SETTINGS = QUICK | {"LONGSHORE_SCHEDULER_BREAKER_OPEN_MS": "200", "LONGSHORE_SCHEDULER_BACKOFF_MAX_MS": "500"}
ROUTES = ("first", "unmounted", "replaced", "marked", "after")


@pytest.fixture(scope="module")
def world():
    with Fleet("places", env=SETTINGS) as fleet:
        w = World(fleet)
        w.drop, w.aside = Path(fleet.path("drop")), Path(fleet.path("drop-aside"))
        w.put(*(makers.route(r, limits={"attempts": 3}) for r in ROUTES))
        w.prepare()
        w.completes(w.deliver("first"))
        yield w
        nothing_is_stuck(fleet)


def remembered(world):
    [row] = world.fleet.query("SELECT url, identity, accepted_by FROM run.drop_place")
    assert row[0].rstrip("/") == f"file://{world.drop}"
    return row[1:]


def identity(world):
    return (world.drop / ".longshore-tmp" / "identity").read_text().strip()


def unmount(world):
    """What is seen where a mount is missing: the path, and nothing in it."""
    world.drop.rename(world.aside)
    world.drop.mkdir()


def head(world, route):
    return world.fleet.query("SELECT delivery_id FROM run.route_head WHERE route = %s AND delivery_id IS NOT NULL", (route,))


def held(world, route):
    delivery = world.deliver(route)
    status = world.held(delivery, "drop_changed")
    assert status["files"] == [] and head(world, route) == []
    assert world.release_command(delivery) == ["resume", delivery]
    return delivery, status


def accept(world, delivery, status):
    """The very command that the detail names."""
    [command] = re.findall(rf"longshore resume {delivery} --new-place", status["detail"])
    world.fleet.cli(*shlex.split(command)[1:])


def told_by_doctor(world):
    done = subprocess.run([os.path.join(world.fleet.bin, "longshore"), "doctor", "--json"], env=world.fleet.environment(),
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
    found = [f for f in json.loads(done.stdout) if f["subject"].startswith("bucket ")]
    assert found, done.stdout
    return [f["text"] for f in found if f["level"] == "problem"]


def test_the_first_upload_remembers_the_place(world):
    assert remembered(world) == (identity(world), "")
    assert told_by_doctor(world) == []


def test_an_unmounted_drop_gets_nothing_and_is_gone_on_with_once_it_is_mounted(world):
    unmount(world)
    delivery, status = held(world, "unmounted")
    assert "has no identity, like an empty mount point" in status["detail"] and os.uname().nodename in status["detail"]
    assert list(world.drop.iterdir()) == [], "something was made below the mount point"
    [problem] = told_by_doctor(world)
    assert "this is not the place that files were sent to" in problem
    assert list(world.drop.iterdir()) == []
    world.drop.rmdir()
    world.aside.rename(world.drop)
    world.fleet.cli(*world.release_command(delivery))
    world.completes(delivery)
    assert remembered(world) == (identity(world), "")


def test_an_empty_disk_in_its_place_is_accepted_by_a_person(world):
    before = remembered(world)[0]
    unmount(world)
    delivery, status = held(world, "replaced")
    accept(world, delivery, status)
    world.completes(delivery)
    assert remembered(world) == (identity(world), getpass.getuser()) and identity(world) != before
    said = wait_until(lambda: [t for t in world.fleet.cli_json("trace", delivery) if t["what"] == "delivery.place_accepted"],
                      30, "the trail of who accepted it")
    assert [t["by"] for t in said] == [getpass.getuser()] and f"place {before[:8]} is replaced by" in said[0]["detail"]
    world.completes(world.deliver("after"))  # it counts for all


def test_another_drop_in_its_place_is_accepted_by_a_person(world):
    """The one of before is mounted again: it has an identity, and it is not the one of now."""
    now = remembered(world)[0]
    empty = world.drop.with_name("drop-empty")
    world.drop.rename(empty)
    world.aside.rename(world.drop)
    files = sorted(p for p in world.drop.rglob("*"))
    delivery, status = held(world, "marked")
    assert f"is a different one ({identity(world)[:8]})" in status["detail"] and f"files belong in {now[:8]}" in status["detail"]
    assert sorted(p for p in world.drop.rglob("*")) == files
    accept(world, delivery, status)
    world.completes(delivery)
    assert remembered(world)[0] == identity(world) != now
