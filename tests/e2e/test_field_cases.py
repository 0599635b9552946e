"""What people who deliver files for a living reported, rebuilt: inputs that are odd and lawful."""
import os
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

import makers
from fleet import Fleet, wait_until
from memory import nothing_is_stuck
from world import QUICK, World


def last_autumn(zone):
    """The last day on which an hour from midnight came twice there, as Havana has it each year."""
    day = datetime.now(ZoneInfo(zone)).replace(hour=0, minute=30, second=0, microsecond=0) - timedelta(days=1)
    while day.replace(fold=0).utcoffset() == day.replace(fold=1).utcoffset():
        day -= timedelta(days=1)
    return day


AUTUMN = last_autumn("America/Havana")
EXPORTS = 20001  # one more than a delivery has tasks at most


@pytest.fixture(scope="module")
def world():
    with Fleet("field", env=QUICK) as fleet:
        w = World(fleet, 100)
        folder = fleet.path("data", "exports")
        os.makedirs(folder)
        for number in range(EXPORTS):
            with open(os.path.join(folder, f"{number:05}.csv"), "w") as f:
                f.write(f"patient_id,state\n{w.ids[number % len(w.ids)]},NY\n")
        w.put({"kind": "Audience", "tenant": "acme", "name": "exports", "type": "DTC", "source": {"url": f"file://{folder}/"},
               "id": {"column": "patient_id", "kind": "patient_id"}},
              makers.route("exports", audience_name="exports"),
              w.destination("labelled", template="{route}_{label}_{part}.csv.gz", completion={"kind": "none"}),
              makers.route("autumn", destination_name="labelled", cadence={
                  "kind": "cron", "cron": f"30 0 {AUTUMN.day} {AUTUMN.month} *", "zone": "America/Havana",
                  "catchup_seconds": 400 * 86400}))
        yield w.prepare()


def test_a_folder_of_small_exports_is_delivered(world):
    """Each was a slice of its own, and 20,001 slices are too many; to raise slice_bytes did not help."""
    status = world.ends(world.deliver("exports"), "completed", timeout=180)
    assert status["books"]["rows_read"] == EXPORTS
    assert status["books"]["members"] == len(world.known)


def test_both_runs_of_an_hour_that_comes_twice_are_delivered(world):
    """The second run had the first one's names, was held for them, and the route stood still behind it."""
    def deliveries():
        return [d for d, in world.fleet.query("SELECT delivery_id FROM run.state WHERE route = 'autumn'")]
    wait_until(lambda: world.fleet.query("SELECT 1 FROM run.route_due WHERE route = 'autumn'"), 120, "the cadence to be planned")
    day, names = AUTUMN.strftime("%Y%m%d"), set()
    for number, fold in enumerate((1, 0), 1):
        due = AUTUMN.replace(hour=0, minute=30, fold=fold)
        world.fleet.change("UPDATE run.route_due SET label = %s, fold = %s, next_due = %s WHERE route = 'autumn'",
                           (due.strftime("%Y-%m-%dT%H:%M"), fold, due.astimezone(timezone.utc)))
        wait_until(lambda n=number: len(deliveries()) == n, 120, "the run")
        names |= {f["name"] for d in deliveries() for f in world.ends(d, "completed")["files"]}
    assert names == {f"autumn_{day}T0030_00001.csv.gz", f"autumn_{day}T0030-0500_00001.csv.gz"}
    assert names <= set(world.fleet.dropped())


def test_nothing_is_left_over(world):
    wait_until(lambda: nothing_is_stuck(world.fleet), 120, "outbox and alarms to be empty")
