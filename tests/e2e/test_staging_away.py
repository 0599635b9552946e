"""Staging that is not mounted is waited for: the empty directory in its place gets nothing, and work goes on by itself once the
right one is back, or a copy of it."""
import json
import os
import shutil
from pathlib import Path

import pytest

import makers
from fleet import FINAL, Fleet, wait_until
from memory import nothing_is_stuck
from registry import STAGING_USERS
from world import QUICK, World

ROUTES = ("before", "unmounted", "under_way", "copied", "after")


@pytest.fixture(scope="module")
def world():
    with Fleet("staging", env=QUICK | {"LONGSHORE_TIDY_EVERY_MS": "200"}) as fleet:
        w = World(fleet)
        w.staging, w.aside = Path(fleet.path("staging")), Path(fleet.path("staging-aside"))
        w.put(*(makers.route(r) for r in ROUTES))
        w.prepare()
        w.completes(w.deliver("before"))
        yield w
        nothing_is_stuck(fleet)


def unmount(world):
    world.staging.rename(world.aside)
    world.staging.mkdir()


def mount(world):
    """Fails where something lies in the mount point."""
    world.aside.rename(world.staging)


def waits(fleet, service, before=0):
    return sum(len(r.events("worker.staging_awaited")) for r in fleet.of(service)) > before


def tree(path):
    return sorted(str(p.relative_to(path)) for p in path.rglob("*") if p.is_file())


def test_nothing_is_written_where_staging_is_not_mounted(world):
    fleet = world.fleet
    unmount(world)
    delivery = world.deliver("unmounted")
    wait_until(lambda: waits(fleet, "bridge-worker"), 120, "a task to wait for staging")
    assert os.listdir(world.staging) == []
    assert fleet.status(delivery)["state"] not in FINAL and world.files(delivery) == {}
    assert all(len(fleet.of(service)) == 1 for service in STAGING_USERS)
    # Who starts now does not take the place for staging either.
    for service in STAGING_USERS:
        late = fleet.start_replica(service)
        assert late.process.wait(60) == 1
        [said] = late.events("worker.start_failed")
        assert said["code"] == "store_unavailable" and "like an empty mount point" in json.dumps(said), said
    mount(world)
    world.completes(delivery, timeout=120)


def test_work_under_way_waits_and_goes_on(world):
    fleet = world.fleet
    (formatter,) = fleet.of("formatter")
    formatter.pause()
    delivery = world.deliver("under_way")
    fleet.wait_until_status(delivery, lambda d: d["state"] == "formatting", 120, "formatting")
    unmount(world)
    formatter.cont()
    wait_until(lambda: waits(fleet, "formatter"), 120, "the formatter to wait for staging")
    assert os.listdir(world.staging) == [] and world.files(delivery) == {}
    mount(world)
    world.completes(delivery, timeout=120)


def test_a_copy_is_followed_by_running_processes(world):
    fleet = world.fleet
    copy = Path(fleet.path("staging-copy"))
    shutil.copytree(world.staging, copy)
    before = tree(world.staging)
    world.staging.rename(world.aside)
    copy.rename(world.staging)
    delivery = world.deliver("copied")
    world.completes(delivery, timeout=120)
    assert tree(world.aside) == before, "somebody went on in the old one"
    assert list((world.staging / "files").glob(f"*/{delivery}/*"))
    shutil.rmtree(world.aside)
    world.completes(world.deliver("after"), timeout=120)
