"""bridge-builder killed, and stopped and continued, at each of its points: the version that comes of it is the right one."""
import itertools
import os

import makers
from crash_case import Delivery, at_each_point

NUMBERS = itertools.count()


class Build:
    """A build of something new, and a delivery through it. The new pairs are of people outside the audience, so what is
    expected of a delivery stays."""

    def __init__(self, world):
        self.world, self.build = world, None

    def start(self):
        n = next(NUMBERS)
        makers.write_csv(self.world.bridge_folder / f"more-{n}.csv", ["patient_id", "token"], [[f"q{n}", f"u{n:016x}"]])
        self.build = self.world.fleet.cli_json("bridge", "build", "tokens")["delivery_id"]

    def unfinished(self):
        return self.world.fleet.query("SELECT 1 FROM run.state WHERE delivery_id = %s AND due_at IS NOT NULL", (self.build,))

    def check(self):
        status = self.world.fleet.wait_state(self.build, timeout=120)
        assert status is None or status["state"] == "completed", status
        work = Delivery(self.world)
        work.start()
        work.check()
        used = self.world.fleet.query("SELECT count(*) FROM run.bridge_version WHERE persons = %s", (self.persons(),))
        assert used == [(1,)], "the version holds all pairs, and there is one of it"

    def persons(self):
        return len(self.world.tokens) + sum(n.startswith("more-") for n in os.listdir(self.world.bridge_folder))


world, test_killed_at, test_stopped_at_and_continued_later = at_each_point("bridge-builder", Build)
