"""Law 6: a place that is away holds up no other, not even one of the same destination. Its circuit breaker opens where
operators look, the destination's cap holds, and when it is back everything arrives there once."""
import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

import makers
from crash import Trap
from fleet import Fleet, wait_until
from frozen import Mount, MountRefused
from memory import nothing_is_stuck
from world import QUICK, World

CAP, FAILURES, REST_S = 2, 3, 1.0
DEAD = tuple(f"dead{i}" for i in range(4))
ALIVE = tuple(f"alive{i}" for i in range(6))
BESIDE = tuple(f"beside{i}" for i in range(3))  # of the same destination, to another bucket
SETTINGS = QUICK | {"LONGSHORE_SCHEDULER_BREAKER_FAILURES": str(FAILURES),
                    "LONGSHORE_SCHEDULER_BREAKER_OPEN_MS": str(int(REST_S * 1000)),
                    "LONGSHORE_SCHEDULER_BREAKER_OPEN_MAX_MS": str(int(REST_S * 1000)),
                    "LONGSHORE_SCHEDULER_BACKOFF_MAX_MS": str(int(REST_S * 1000))}


@pytest.fixture(scope="module")
def world():
    with Fleet("away", env=SETTINGS) as fleet:
        w = World(fleet)
        w.mount = Path(fleet.path("drop", "mount"))
        (w.mount / "inbox").mkdir(parents=True)
        w.put(makers.bucket(w.mount / "inbox", "far"), w.destination("far", limits={"tasks_in_flight": CAP}))
        w.put(*(makers.route(r, destination_name="far", bucket_name="far", limits={"attempts": 100}) for r in DEAD))
        w.put(*(makers.route(r, destination_name="far") for r in BESIDE))
        w.put(*(makers.route(r) for r in ALIVE), makers.route("moved", limits={"attempts": 100}))
        w.place = f"file://{w.mount}/inbox/"
        w.prepare()
        # Where its directory should be there is a file now: not even root can write there.
        shutil.rmtree(w.mount)
        w.mount.write_bytes(b"")
        yield w


def breaker(world):
    return world.fleet.query("SELECT failures FROM run.place_breaker WHERE place = %s AND open_until > now()", (world.place,))


def tries(world):
    return world.fleet.query("SELECT sum(attempts) FROM run.task WHERE destination = 'far' AND stage = 'upload'")[0][0]


def in_flight(world):
    return world.fleet.query("SELECT count(*) FROM run.task WHERE destination = 'far' AND status = 'issued'")[0][0]


def states(world, deliveries):
    return {s for (s,) in world.fleet.query("SELECT state FROM run.delivery WHERE delivery_id = ANY(%s)", (deliveries,))}


def test_a_dead_destination_holds_up_no_other(world):
    most = 0

    def look():
        nonlocal most
        most = max(most, in_flight(world))
    began = time.monotonic()
    dead = [world.deliver(r) for r in DEAD]
    wait_until(lambda: look() or breaker(world), 120, "the circuit breaker to open", pause=0)  # tries are short
    alive = [world.deliver(r) for r in ALIVE + BESIDE]
    wait_until(lambda: look() or states(world, alive) == {"completed"}, 120, "the others to complete")
    for delivery in alive:
        world.completes(delivery)
    # Others are through; these still try, under their cap, and say why they wait.
    wait_until(lambda: look() or states(world, dead) == {"uploading"}, 120, "the dead destination's deliveries to upload")
    told = [d for d in dead if "cannot open the bucket's directory" in world.fleet.status(d)["detail"]]
    assert told, [world.fleet.status(d) for d in dead]
    [line] = [t for t in world.fleet.cli_json("trace", dead[0]) if t["what"].startswith("circuit breaker")]
    assert (line["source"], line["by"]) == ("place", world.place) and "found it away" in line["detail"]
    assert all(world.place in world.fleet.status(d)["detail"] for d in told)
    [scheduler] = world.fleet.of("scheduler")
    assert {e["place"] for e in scheduler.events("scheduler.place.away")} == {world.place}
    # It is left in peace: while the breaker is open one upload at a time looks whether it is back.
    wait_until(lambda: look() or [f for f, in breaker(world) if f >= FAILURES + 3], 120, "some more tries")
    assert tries(world) <= FAILURES + CAP + (time.monotonic() - began) / REST_S + 1
    assert 0 < most <= CAP
    # It comes back: everything arrives once, and the breaker closes.
    world.mount.unlink()
    (world.mount / "inbox").mkdir(parents=True)
    for delivery in dead:
        status = world.ends(delivery, "completed")
        assert status["detail"] == "" and status["revision"] == 1
        found = {n.removeprefix("mount/inbox/"): c for n, c in world.files(delivery).items()}
        world.check(status, found)
    wait_until(lambda: scheduler.events("scheduler.place.back"), 120, "the breaker to close")
    assert world.fleet.query("SELECT count(*) FROM run.place_breaker") == [(0,)]
    assert world.fleet.query("SELECT count(*) FROM run.waiting") == [(0,)]


def test_a_place_that_goes_away_with_a_file_half_sent_gets_it_once(world):
    """Written, and before it is put in place the uploader dies and the drop is unmounted: an empty directory stands there
    instead. Then it is mounted again."""
    [uploader] = world.fleet.of("uploader")
    trap = Trap(uploader.pid, "ledger_after_written")
    delivery = world.deliver("moved")
    trap.wait()
    assert uploader.process.wait(10) == -signal.SIGKILL
    drop, away, empty = (world.fleet.path(n) for n in ("drop", "drop.away", "drop.empty"))
    os.rename(drop, away)
    os.mkdir(drop)
    world.fleet.start_replica("uploader")
    world.fleet.wait_until_status(delivery, lambda d: d["state"] == "uploading" and "was unavailable" in d["detail"], 120, "waiting")
    assert world.fleet.dropped() == {}, "put into a place that is not the one"
    os.rename(drop, empty)
    os.rename(away, drop)
    assert world.completes(delivery)["revision"] == 1
    assert os.listdir(os.path.join(drop, ".longshore-tmp")) == ["identity"], "a temporary is left"


def test_a_delivery_is_not_dealt_out_to_two_places(world):
    """Its part is receipted, and before the marker the drop is unmounted: the marker waits for the place of the part."""
    uploader = next(u for u in world.fleet.of("uploader") if u.process.poll() is None)
    trap = Trap(uploader.pid, "ledger_after_committed")
    delivery = world.deliver("moved")
    trap.wait()
    assert uploader.process.wait(10) == -signal.SIGKILL
    drop, away, empty = (world.fleet.path(n) for n in ("drop", "drop.away2", "drop.empty2"))
    os.rename(drop, away)
    os.mkdir(drop)
    world.fleet.start_replica("uploader")
    world.fleet.wait_until_status(delivery, lambda d: d["state"] in ("completed", "failed") or "was unavailable" in d["detail"], 120, "waiting")
    assert world.fleet.dropped() == {}, "put into a place that is not the delivery's"
    os.rename(drop, empty)
    os.rename(away, drop)
    status = world.completes(delivery)
    assert status["revision"] == 1
    encoders = {f["role"]: f["receipt"]["encoder"] for f in status["files"]}
    assert encoders["part"].startswith("isal-") and encoders["marker"] == "", encoders


def test_nothing_is_left_over(world):
    wait_until(lambda: nothing_is_stuck(world.fleet), 120, "outbox and alarms to be empty")


FROZEN = ("frozen0", "frozen1", "frozen2")
THREADS = 4


def test_drops_that_hang_leave_threads_for_others():
    """Three file systems freeze; each has more files to take than there are threads. Another place gets its files, and they
    get theirs after the thaw."""
    with Fleet("frozen", env=QUICK | {"LONGSHORE_THREADS": str(THREADS)}) as fleet, contextlib.ExitStack() as mounts:
        w = World(fleet)
        few = {"limits": {"max_rows_per_file": 20}}  # eight files and a marker
        w.put(w.destination("well", **few), makers.route("well", destination_name="well"))
        try:
            places = [mounts.enter_context(Mount(fleet.path("mounted", name))) for name in FROZEN]
        except MountRefused as refused:
            pytest.skip(f"cannot mount here: {refused}")
        for name, place in zip(FROZEN, places):
            w.put(w.destination(name, **few), makers.bucket(place.path, name),
                  makers.route(name, destination_name=name, bucket_name=name))
        w.prepare()
        for name in FROZEN:  # places that are known and were tried out
            w.ends(w.deliver(name), "completed")
        for place in places:
            place.freeze()
        hung = [w.deliver(name) for name in FROZEN]
        wait_until(lambda: fleet.query("SELECT count(DISTINCT delivery_id) FROM run.task WHERE stage = 'upload' AND issue = 1 AND "
                                       "delivery_id = ANY(%s)", (hung,))[0][0] == len(hung), 120, "uploads to the frozen places")
        w.completes(w.deliver("well"), timeout=90)
        assert [fleet.status(d)["state"] for d in hung] == ["uploading"] * len(hung)
        for place in places:
            place.thaw()
        for delivery, place in zip(hung, places):
            status = w.ends(delivery, "completed", timeout=120)
            found = {os.path.relpath(p, place.path) for p in Path(place.path).rglob("*") if delivery in p.name and p.is_file()}
            assert found == {f["name"] for f in status["files"]}
        fleet.stop()
