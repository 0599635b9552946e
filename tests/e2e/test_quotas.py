"""Quotas: with three schedulers exactly as many deliveries begin as may, the others wait and say so; a higher limit and
`resume` let one go, and the next day releases them by itself."""
import datetime

import pytest

import makers
from fleet import Fleet, wait_until
from memory import change_memory, nothing_is_stuck
from world import QUICK, World

LIMIT, ROUTES = 4, 16


@pytest.fixture(scope="module")
def world():
    with Fleet("quotas", env=QUICK, replicas={"scheduler": 3}) as fleet:
        w = World(fleet)
        w.put(rationed(w, LIMIT), w.destination("single", limits={"deliveries_per_day": 1}))
        w.put(*(makers.route(f"many{i}", destination_name="rationed") for i in range(ROUTES)))
        w.put(makers.suppression(w.write_list("optout", w.known[:3]), "optout"), makers.route("first", destination_name="single"),
              makers.route("listed", destination_name="single", suppress=["optout"]))
        w.day = today()
        yield w.prepare()


@pytest.fixture(autouse=True)
def same_day(world):
    """Counted is by days of UTC, which begin when they begin."""
    yield
    if today() != world.day:
        pytest.skip("midnight (UTC) came in between")


def rationed(world, limit):
    return world.destination("rationed", limits={"deliveries_per_day": limit, "deliveries_per_hour": 100})


def today():
    return datetime.datetime.now(datetime.timezone.utc).date()


def a_day_passes(fleet):
    """What began, began yesterday, and the time to look has come: as if the clock had been set forward."""
    fleet.change("UPDATE run.quota_place SET begun_at = begun_at - interval '1 day'")
    fleet.change("UPDATE run.quota_place SET free_at = now() WHERE free_at > now()")
    for (delivery,) in fleet.query("SELECT delivery_id FROM run.state WHERE reason = 'quota'"):
        change_memory(fleet, delivery, hold_check_ms=1)


@pytest.fixture(scope="module")
def asked(world):
    ids = [world.deliver(f"many{i}") for i in range(ROUTES)]
    over = {d: world.fleet.wait_until_status(d, lambda s: s["state"] in ("completed", "held"), 120, "over or held") for d in ids}
    return {state: [d for d in ids if over[d]["state"] == state] for state in ("completed", "held")}


def test_three_schedulers_begin_as_many_as_may(world, asked):
    assert (len(asked["completed"]), len(asked["held"])) == (LIMIT, ROUTES - LIMIT)
    for delivery in asked["completed"]:
        world.completes(delivery)
    shown = {name.split("/")[0] for name in world.fleet.dropped()}
    assert len(shown) == LIMIT, "others than those that may have begun"


def test_who_waits_says_for_what_and_that_it_goes_on_by_itself(world, asked):
    tomorrow = today() + datetime.timedelta(days=1)
    for delivery in asked["held"]:
        detail = world.held(delivery, "quota")["detail"]
        assert detail.startswith(f"Destination rationed: limits.deliveries_per_day is {LIMIT}, "), detail
        assert f"checked again at {tomorrow}T00:00 UTC" in detail and "raise the limit and resume" in detail
        assert world.release_command(delivery) is None
    assert "released by: itself, in the next hour or day (UTC)" in world.fleet.cli("status", asked["held"][0])


def test_nobody_approves_it(world, asked):
    done = world.fleet.run("approve", asked["held"][0], "--actor", "bob")
    assert done.returncode == 1 and "which ends by itself" in done.stderr, done


def test_with_a_higher_limit_the_one_that_is_resumed_goes(world, asked):
    resumed = asked["held"].pop()
    world.apply(rationed(world, LIMIT + 1))
    world.fleet.cli("resume", resumed)
    assert world.completes(resumed)["revision"] == 2
    for delivery in asked["held"]:  # they have the limit that they were asked for with
        assert world.fleet.status(delivery)["revision"] == 1
    another = asked["held"].pop()
    world.fleet.cli("resume", another)  # and that limit, too, is reached
    world.fleet.wait_until_status(another, lambda d: d["revision"] == 2 and d["reason"] == "quota", 120, "held again")
    world.fleet.cli("cancel", another, "--actor", "bob")
    world.ends(another, "cancelled", "cancelled")
    world.leaves_nothing(another)


def test_the_next_day_lets_as_many_go_and_looks_at_the_lists_again(world, asked):
    world.completes(world.deliver("first"))
    listed = world.deliver("listed")
    world.held(listed, "quota")
    world.write_list("optout", world.known[:5])
    a_day_passes(world.fleet)
    status = world.completes(listed)
    assert (status["revision"], status["books"]["blocked"]) == (2, 5)
    released = wait_until(lambda: [(t["what"], t["by"]) for t in world.fleet.cli_json("trace", listed)
                                   if t["what"] == "delivery.released"], 120, "the release in the trail")
    assert released[0] == ("delivery.released", "scheduler")
    # Not more than a day's places; those who came first.
    states = wait_until(lambda: (s := dict(world.fleet.query(
        "SELECT delivery_id, state FROM run.state WHERE delivery_id = ANY(%s)", (asked["held"],)))) and
        list(s.values()).count("completed") == LIMIT and s, 120, "as many to go as may")
    order = [d for (d,) in world.fleet.query(
        "SELECT delivery_id FROM run.quota_place WHERE delivery_id = ANY(%s) ORDER BY since, delivery_id", (asked["held"],))]
    assert [d for d in order if states[d] == "completed"] == order[:LIMIT]
    asked["held"] = order[LIMIT:]
    for delivery in asked["held"]:
        world.held(delivery, "quota")


def test_nothing_is_left_over(world, asked):
    for delivery in asked["held"]:
        world.fleet.cli("cancel", delivery)
    wait_until(lambda: nothing_is_stuck(world.fleet), 120, "outbox and alarms to be empty")
    assert world.fleet.query("SELECT count(*) FROM run.quota_place WHERE begun_at IS NULL") == [(0,)]
