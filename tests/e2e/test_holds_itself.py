"""Holds that release themselves once the world has changed: nobody has to say anything, and `status` names no command."""
import os
import subprocess
import time
from pathlib import Path

import pytest

import makers
from fleet import Fleet, wait_until
from memory import nothing_is_stuck
from world import QUICK, World

TWO_HOURS = 2 * 3600
BLACKOUT_SECONDS = 15  # long enough for all deliveries of this file to come to their holds


def quiet_zone(folder):
    """A zone whose next minute begins in so many seconds: blackouts are of whole minutes, tests have no minute to wait.
    Written by zic."""
    offset = (60 - BLACKOUT_SECONDS - int(time.time())) % 60
    source = Path(folder) / "soon"
    source.write_text(f"Zone Test/Soon 0:00:{offset:02} - TST\n", encoding="ascii")
    subprocess.run(["zic", "-d", folder, source], check=True, timeout=120)
    minute = time.gmtime(time.time() + offset)
    return {"zone": "Test/Soon"}, minute.tm_wday * 1440 + minute.tm_hour * 60 + minute.tm_min


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    zones = tmp_path_factory.mktemp("zones")
    with Fleet("itself", env=QUICK | {"LONGSHORE_SCHEDULER_ZONEINFO": str(zones)}) as fleet:
        w = World(fleet)
        w.zones = str(zones)
        # A folder that nobody has filled yet, and one that is not complete.
        Path(fleet.path("source", "coming")).mkdir()
        marked = w.audience("marked", w.ids)
        marked["source"]["ready"] = {"marker": "_DONE"}
        w.put(marked, makers.audience(fleet.path("source", "coming"), "coming"))
        w.put(makers.route("coming", audience_name="coming"), makers.route("marked", audience_name="marked"))
        # Bridges: one never built, one whose version is too old.
        w.put(*(makers.bridge(w.write_bridge(b, w.known), b, max_age_hours=1) for b in ("unbuilt", "aged")))
        w.put(*(makers.route(b, bridge_name=b) for b in ("unbuilt", "aged")))
        # A list that is too old.
        w.put(makers.suppression(w.write_list("optout", w.known[:3]), "optout", max_age_hours=1))
        w.put(makers.route("listed", suppress=["optout"]))
        set_age(fleet, TWO_HOURS)
        w.put(*(makers.route(r, approval="always") for r in ("turns", "turns-cancelled")))
        yield w.prepare()


def set_age(fleet, seconds):
    then = time.time() - seconds
    os.utime(fleet.path("source", "optout", "list.csv"), (then, then))


@pytest.fixture(scope="module")
def asked(world):
    fleet = world.fleet
    fleet.cli("bridge", "build", "aged", "--wait", timeout=60)
    assert fleet.change("UPDATE run.bridge_version SET built_at = built_at - interval '2 hours' WHERE bridge = 'aged'") == 1
    zone, minute = quiet_zone(world.zones)
    world.apply(makers.route("night", cadence=zone, blackout=[{"from_minute": minute, "to_minute": minute + 1}]))
    return {r: world.deliver(r) for r in ("night", "coming", "marked", "unbuilt", "aged", "listed")}


def waits(world, delivery, reason):
    status = world.held(delivery, reason)
    assert world.release_command(delivery) is None
    return status


def test_a_blackout_holds(world, asked):
    assert "continues by itself" in waits(world, asked["night"], "blackout")["detail"]


def test_a_missing_source_is_waited_for(world, asked):
    for route in ("coming", "marked"):
        waits(world, asked[route], "source_missing")
    rows = makers.audience_rows(world.ids)
    made = makers.write_audience(world.fleet.path("source", ".making"), rows)
    (made / "part-000.csv").rename(Path(world.fleet.path("source", "coming", "part-000.csv")))
    Path(world.fleet.path("source", "marked", "_DONE")).touch()
    for route in ("coming", "marked"):
        assert world.completes(asked[route])["revision"] == 1


def test_a_stale_bridge_is_waited_for(world, asked):
    assert "no version yet" in waits(world, asked["unbuilt"], "stale_bridge")["detail"]
    assert "older than 1 hours" in waits(world, asked["aged"], "stale_bridge")["detail"]
    for bridge in ("unbuilt", "aged"):  # the second from the same files: fresh again
        world.fleet.cli("bridge", "build", bridge, "--wait", timeout=60)
        world.completes(asked[bridge])


def test_a_stale_list_is_waited_for_and_the_newer_one_counts(world, asked):
    waits(world, asked["listed"], "suppression_stale")
    world.write_list("optout", world.known[:5])
    assert world.completes(asked["listed"])["books"]["blocked"] == 5


@pytest.mark.parametrize("route,answer", (("turns", "approve"), ("turns-cancelled", "cancel")))
def test_one_delivery_of_a_route_at_a_time_and_of_those_that_wait_the_newest(world, route, answer):
    first = world.deliver(route)
    world.held(first, "approval")
    second = world.deliver(route)
    assert first in waits(world, second, "overlap")["detail"]
    third = world.deliver(route)
    assert first in waits(world, third, "overlap")["detail"]
    world.ends(second, "superseded", "newer_delivery")
    world.leaves_nothing(second)
    world.fleet.cli(answer, first, "--actor", "bob")
    if answer == "approve":
        world.completes(first)
    else:
        world.ends(first, "cancelled", "cancelled")
    world.held(third, "approval")
    world.fleet.cli(*world.release_command(third))
    world.completes(third)


def test_a_blackout_ends_by_itself(world, asked):
    world.completes(asked["night"])
    said = wait_until(lambda: [(t["what"], t["by"]) for t in world.fleet.cli_json("trace", asked["night"])
                               if t["what"] == "delivery.released"], 120, "the release in the trail")
    assert said == [("delivery.released", "scheduler")]


def test_nothing_is_left_over(world):
    wait_until(lambda: nothing_is_stuck(world.fleet), 120, "outbox and alarms to be empty")
