"""Law 9: suppression is always the latest. A list that became newer while a delivery was held is applied when it is released,
the gate looks again, and an approval counts for the selection that was looked at."""
import csv
import io

import pytest

import makers
from fleet import Fleet, wait_until
from oracle import plain
from memory import nothing_is_stuck
from world import QUICK, World

# {route: size of its list at first, and when it is released}; 160 of the 200 people are known to the bridge
LISTS = {"fewer": (10, 25), "more": (25, 10), "too-few": (10, 70), "same": (10, 10), "gone-on": (10, 25)}
MINIMUM = 100


@pytest.fixture(scope="module")
def world():
    with Fleet("optout", env=QUICK) as fleet:
        w = World(fleet)
        for route, (size, _) in LISTS.items():
            rule = {"paused": True} if route == "gone-on" else {"approval": "always"}
            w.put(makers.suppression(w.write_list(f"list-{route}", w.known[:size]), f"list-{route}"),
                  makers.route(route, suppress=[f"list-{route}"], guards={"min_size": MINIMUM}, **rule))
        yield w.prepare()


@pytest.fixture(scope="module")
def held(world):
    """{route: status} of deliveries that wait with their first selection, and whose lists have changed since."""
    asked = {r: world.deliver(r) for r in LISTS}
    found = {r: world.held(d, "paused" if r == "gone-on" else "approval") for r, d in asked.items()}
    for route, (_, size) in LISTS.items():
        world.write_list(f"list-{route}", world.known[:size])
    return found


def sent_to(world, delivery):
    """The partner ids in all data files of a delivery."""
    found = set()
    for name, content in world.files(delivery).items():
        if name.endswith(".csv.gz"):
            found |= {row["token"] for row in csv.DictReader(io.StringIO(plain(content).decode()))}
    return found


def suppressed_stay_away(world, route, delivery):
    away = {world.tokens[p] for p in world.known[:LISTS[route][1]]}
    sent = sent_to(world, delivery)
    assert sent and not sent & away


def approve(world, delivery):
    world.fleet.cli("approve", delivery, "--actor", "bob")


def told(world, delivery):
    return [t["detail"] for t in world.fleet.cli_json("trace", delivery) if t["what"] == "delivery.suppressed"]


def test_a_list_that_the_bridge_does_not_know_is_told(world):
    """Ids in another form suppress nobody: here two of three have a zero before them."""
    a, b, c = world.known[:3]
    world.apply(makers.suppression(world.write_list("list-form", ["0" + a, "0" + b, c]), "list-form", min_known="30%"),
                makers.route("form", suppress=["list-form"]))
    delivery = world.deliver("form")
    assert world.completes(delivery)["books"]["blocked"] == 1
    assert told(world, delivery) == ["3 ids on the suppression lists; the bridge knows 1 of them"]


def test_an_approval_outlives_removals_within_the_guards(world, held):
    delivery = held["fewer"]["delivery_id"]
    approve(world, delivery)
    status = world.completes(delivery)
    assert status["revision"] == 2 and status["approved_by"] == "bob"
    assert status["content_hash"] != held["fewer"]["content_hash"]
    assert status["books"]["blocked"] == 25 and held["fewer"]["books"]["blocked"] == 10
    suppressed_stay_away(world, "fewer", delivery)


def test_a_list_that_lets_people_in_again_needs_another_approval(world, held):
    delivery = held["more"]["delivery_id"]
    approve(world, delivery)
    again = world.fleet.wait_until_status(delivery, lambda d: d["state"] == "held" and d["revision"] == 2, 120, "held again")
    assert again["reason"] == "approval" and again["content_hash"] != held["more"]["content_hash"]
    assert world.files(delivery) == {}
    world.fleet.cli(*world.release_command(delivery))
    status = world.completes(delivery)
    assert (status["revision"], status["content_hash"]) == (2, again["content_hash"])
    suppressed_stay_away(world, "more", delivery)


def test_removals_beyond_a_guard_are_held_for_that(world, held):
    delivery = held["too-few"]["delivery_id"]
    approve(world, delivery)
    again = world.held(delivery, "below_minimum")
    assert again["revision"] == 2 and str(MINIMUM) in again["detail"]
    world.fleet.cli(*world.release_command(delivery))
    assert world.completes(delivery)["revision"] == 2
    suppressed_stay_away(world, "too-few", delivery)


def test_the_same_list_changes_nothing(world, held):
    delivery = held["same"]["delivery_id"]
    approve(world, delivery)
    status = world.completes(delivery)
    assert (status["revision"], status["content_hash"]) == (1, held["same"]["content_hash"])
    assert told(world, delivery)[0] == "10 ids on the suppression lists; the bridge knows 10 of them"


def test_a_resumed_delivery_has_the_newest_list(world, held):
    delivery = held["gone-on"]["delivery_id"]
    world.apply(makers.route("gone-on", suppress=["list-gone-on"], guards={"min_size": MINIMUM}))
    world.fleet.cli(*world.release_command(delivery))
    assert world.completes(delivery)["books"]["blocked"] == 25
    suppressed_stay_away(world, "gone-on", delivery)


def test_nobody_suppressed_comes_back_with_the_next_delivery(world, held):
    again = {r: world.deliver(r) for r in LISTS}
    for route, delivery in again.items():
        if route != "gone-on":
            world.held(delivery, "below_minimum" if route == "too-few" else "approval")
            approve(world, delivery)
    for route, delivery in again.items():
        world.completes(delivery)
        suppressed_stay_away(world, route, delivery)


def test_nothing_is_left_over(world):
    wait_until(lambda: nothing_is_stuck(world.fleet), 120, "outbox and alarms to be empty")
