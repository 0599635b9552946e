"""Law 9, later: between combine and the first file that a partner can see may lie hours. Whoever is suppressed meanwhile is
not sent, whatever it was that the delivery waited for."""
import contextlib
import csv
import io
import shutil
import signal
from pathlib import Path

import pytest

import makers
from crash import Trap
from fleet import Fleet, wait_until
from oracle import plain
from memory import nothing_is_stuck
from world import QUICK, World

FEW, MORE = 10, 30  # suppressed at first, and while it waits
ROUTES = {"formatter-stopped": {}, "breaker-open": {"bucket_name": "far"}, "name-taken": {"approval": "always"},
          "name-taken-still": {"approval": "always"}, "uploader-stopped": {}, "list-gone": {}}
KILLED_AT = ("settle_after_withdraw", "settle_after_aside")
ROUTES |= {point: {"approval": "always"} for point in KILLED_AT}
SETTINGS = QUICK | {"LONGSHORE_SCHEDULER_BREAKER_FAILURES": "2", "LONGSHORE_SCHEDULER_BREAKER_OPEN_MS": "1000",
                    "LONGSHORE_SCHEDULER_BREAKER_OPEN_MAX_MS": "1000", "LONGSHORE_SCHEDULER_BACKOFF_MAX_MS": "1000",
                    "LONGSHORE_SCHEDULER_NOT_AFTER_MS": "8000", "LONGSHORE_SCHEDULER_ALARM_MS": "1000"}


@pytest.fixture(scope="module")
def world():
    with Fleet("late", env=SETTINGS) as fleet:
        w = World(fleet)
        w.mount = Path(fleet.path("drop", "mount"))
        (w.mount / "inbox").mkdir(parents=True)
        w.put(makers.bucket(w.mount / "inbox", "far"),
              makers.route("opens", bucket_name="far", limits={"attempts": 100}))
        for route, rule in ROUTES.items():
            w.put(makers.suppression(w.write_list(f"list-{route}", w.known[:FEW]), f"list-{route}"),
                  makers.route(route, suppress=[f"list-{route}"], limits={"attempts": 100}, **rule))
        yield w.prepare()


def grows(world, route):
    world.write_list(f"list-{route}", world.known[:MORE])


def sent_to(world, delivery):
    found = set()
    for name, content in world.files(delivery).items():
        if name.endswith(".csv.gz"):
            found |= {row["token"] for row in csv.DictReader(io.StringIO(plain(content).decode()))}
    return found


def goes_by_the_newer_list(world, delivery):
    status = world.ends(delivery, "completed")
    away = {world.tokens[p] for p in world.known[:MORE]}
    sent = sent_to(world, delivery)
    assert sent and not sent & away, f"{len(sent & away)} suppressed people were sent"
    assert (status["revision"], status["books"]["blocked"]) == (2, MORE)
    return status


def uploads(world, delivery, issue):
    """How many of its files were issued so often at least."""
    return world.fleet.query("SELECT count(*) FROM run.task WHERE delivery_id = %s AND stage = 'upload' AND issue >= %s",
                             (delivery, issue))[0][0]


def state(world, delivery):
    found = world.fleet.query("SELECT state, reason FROM run.state WHERE delivery_id = %s", (delivery,))
    return found[0] if found else ("", "")


@contextlib.contextmanager
def stopped(world, service):
    [replica] = world.fleet.of(service)
    replica.pause()
    try:
        yield
    finally:
        replica.cont()


def test_while_the_formatter_is_stopped(world):
    with stopped(world, "formatter"):
        delivery = world.deliver("formatter-stopped")
        wait_until(lambda: state(world, delivery)[0] == "formatting", 120, "the selection to be combined")
        grows(world, "formatter-stopped")
    goes_by_the_newer_list(world, delivery)


def test_while_the_breaker_is_open_and_nothing_was_issued(world):
    shutil.rmtree(world.mount)
    world.mount.write_bytes(b"")  # a file: not even root can write there
    first = world.deliver("opens")
    wait_until(lambda: world.fleet.query("SELECT 1 FROM run.place_breaker WHERE failures >= 2"), 120, "the breaker to open")
    delivery = world.deliver("breaker-open")
    wait_until(lambda: state(world, delivery)[0] == "uploading", 120, "its files to be formatted")
    grows(world, "breaker-open")
    world.mount.unlink()
    (world.mount / "inbox").mkdir(parents=True)
    goes_by_the_newer_list(world, delivery)
    world.ends(first, "completed")


def conflict(world, route):
    delivery = world.deliver(route)
    world.held(delivery, "approval")
    stranger = Path(world.fleet.path("drop", route, f"{delivery}_00001.csv.gz"))
    stranger.parent.mkdir(parents=True, exist_ok=True)
    stranger.write_bytes(b"somebody else's")
    world.fleet.cli("approve", delivery, "--actor", "bob")
    world.fleet.wait_until_status(delivery, lambda d: d["reason"] == "name_conflict", 120, "held for the name")
    grows(world, route)
    return delivery, stranger


def test_while_a_person_is_asked_about_a_name(world):
    delivery, stranger = conflict(world, "name-taken")
    stranger.unlink()
    world.fleet.cli(*world.release_command(delivery))
    goes_by_the_newer_list(world, delivery)
    assert not list(Path(world.fleet.path("drop", ".longshore-tmp")).glob("[0-9a-f]*")), "a temporary is left"


def test_while_a_person_is_asked_and_the_name_stays_taken(world):
    delivery, stranger = conflict(world, "name-taken-still")
    world.fleet.cli(*world.release_command(delivery))
    world.fleet.wait_until_status(delivery, lambda d: d["reason"] == "name_conflict" and d["revision"] == 2, 120, "held again")
    stranger.unlink()
    world.fleet.cli(*world.release_command(delivery))
    goes_by_the_newer_list(world, delivery)


@pytest.mark.parametrize("point", KILLED_AT)
def test_a_withdrawal_that_dies_is_done_again(world, point):
    delivery, stranger = conflict(world, point)
    stranger.unlink()
    [uploader] = world.fleet.of("uploader")
    trap = Trap(uploader.pid, point)
    world.fleet.cli(*world.release_command(delivery))
    trap.wait()
    assert uploader.process.wait(10) == -signal.SIGKILL
    assert world.files(delivery) == {}
    world.fleet.start_replica("uploader")
    goes_by_the_newer_list(world, delivery)


def test_while_the_uploader_is_stopped_and_its_tasks_expire(world):
    with stopped(world, "uploader"):
        delivery = world.deliver("uploader-stopped")
        wait_until(lambda: uploads(world, delivery, 1), 120, "the upload to be issued")
        grows(world, "uploader-stopped")
        wait_until(lambda: state(world, delivery) == ("cancelling", "suppression_newer"), 120, "the look before the next issue")
        assert world.files(delivery) == {}
    goes_by_the_newer_list(world, delivery)


def test_lists_that_cannot_be_read_let_nothing_go(world):
    with stopped(world, "formatter"):
        delivery = world.deliver("list-gone")
        wait_until(lambda: state(world, delivery)[0] == "formatting", 120, "the selection to be combined")
        shutil.rmtree(world.fleet.path("source", "list-list-gone"))
    status = world.held(delivery, "source_missing")
    assert "list-list-gone" in status["detail"] and uploads(world, delivery, 1) == 0
    grows(world, "list-gone")
    goes_by_the_newer_list(world, delivery)


def test_nothing_is_left_over(world):
    wait_until(lambda: nothing_is_stuck(world.fleet), 120, "outbox and alarms to be empty")
