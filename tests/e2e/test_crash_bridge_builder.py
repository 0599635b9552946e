"""bridge-builder killed, and stopped and continued, at each of its points: the version that comes of it is the right one."""
import itertools
import os

import pytest

from crash_case import Delivery, crash_scene, killed, stopped
from crash_table import POINTS
from oracle import write_csv

SERVICE = "bridge-builder"
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def scene():
    with crash_scene(SERVICE) as scene:
        yield scene


class Build:
    """A build of something new, and a delivery through it. The new pairs are of people outside the audience, so what is
    expected of a delivery stays."""

    def __init__(self, scene):
        self.scene, self.build = scene, None

    def start(self):
        n = next(NUMBERS)
        write_csv(os.path.join(self.scene.bridge, f"more-{n}.csv"), ["patient", "token"], [[f"q{n}", f"u{n:016x}"]])
        self.build = self.scene.fleet.cli_json("bridge", "build", "tokens")["delivery_id"]

    def unfinished(self):
        return self.scene.fleet.query("SELECT 1 FROM run.state WHERE delivery_id = %s AND due_at IS NOT NULL", (self.build,))

    def check(self):
        status = self.scene.fleet.wait_state(self.build, timeout=120)
        assert status is None or status["state"] == "completed", status
        work = Delivery(self.scene)
        work.start()
        work.check()
        used = self.scene.fleet.query("SELECT count(*) FROM run.bridge_version WHERE persons = %s", (self.persons(),))
        assert used == [(1,)], "the version holds all pairs, and there is one of it"

    def persons(self):
        return len(self.scene.tokens) + sum(n.startswith("more-") for n in os.listdir(self.scene.bridge))


@pytest.mark.parametrize("point", POINTS[SERVICE])
def test_killed_at(scene, point):
    killed(scene, SERVICE, point, Build(scene))


@pytest.mark.parametrize("point", POINTS[SERVICE])
def test_stopped_at_and_continued_later(scene, point):
    stopped(scene, SERVICE, point, Build(scene))
