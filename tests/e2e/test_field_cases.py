"""What people who deliver files for a living reported, rebuilt: inputs that are odd and lawful."""
import os

import pytest

import makers
from fleet import Fleet, wait_until
from scene import nothing_is_stuck
from world import QUICK, World

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
              makers.route("exports", audience_name="exports"))
        yield w.prepare()


def test_a_folder_of_small_exports_is_delivered(world):
    """Each was a slice of its own, and 20,001 slices are too many; to raise slice_bytes did not help."""
    status = world.ends(world.deliver("exports"), "completed", timeout=180)
    assert status["books"]["rows_read"] == EXPORTS
    assert status["books"]["members"] == len(world.known)


def test_nothing_is_left_over(world):
    wait_until(lambda: nothing_is_stuck(world.fleet), 60, "outbox and alarms to be empty")
