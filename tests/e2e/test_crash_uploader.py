"""uploader killed, and stopped and continued, at each of its points."""
import itertools
import os
import signal

import pytest

import makers
from crash import Trap
from crash_case import Delivery, at_each_point, killed, only_one, stopped
from fleet import wait_until

SERVICE = "uploader"
NUMBERS = itertools.count()

world, test_killed_at, test_stopped_at_and_continued_later = at_each_point(SERVICE)


class Cancelled(Delivery):
    """Cancelled while its drop is away: settle decides what became of the files. Nothing may be visible afterwards that the
    status does not name, and nothing named that is not visible."""

    def __init__(self, world):
        # A bucket of its own: the breaker of a place that was away stays open for a while.
        name = f"away-{next(NUMBERS)}"
        super().__init__(world, name)
        self.name, self.drop = name, world.fleet.path("drop", name)
        os.makedirs(self.drop)
        world.apply(makers.bucket(self.drop, name),
                    world.destination(name, template="{route}/{delivery}_{part}.csv", compression="none",
                                      limits={"max_rows_per_file": 200}),
                    makers.route(name, destination_name=name, bucket_name=name, guards={"min_size": 1}))

    def start(self):
        self.close()
        super().start()
        self.wait_for_uploads()
        self.cancel()
        self.open()

    def close(self):
        os.rename(self.drop, self.drop + ".away")

    def open(self):
        os.rename(self.drop + ".away", self.drop)

    def wait_for_uploads(self, issue=1):
        wait_until(lambda: self.world.fleet.query("SELECT 1 FROM run.task WHERE delivery_id = %s AND stage = 'upload' AND "
                                                  "issue > %s", (self.ids[-1], issue)), 120, "an upload to fail and be tried again")

    def cancel(self):
        self.world.fleet.cli("cancel", self.ids[-1], "--actor", "bob")

    def check(self):
        for delivery in self.ids:
            status = self.world.ends(delivery, "cancelled", "cancelled")
            visible = {f["name"] for f in status["files"] if f["receipt"]}
            assert set(self.world.paths(delivery)) == {f"{self.name}/{name}" for name in visible}


class CancelledWhenWritten(Cancelled):
    """One file is written but not yet committed when its uploader dies, and then the drop is away: settle commits it."""

    def start(self):
        victim = only_one(self.world, SERVICE)
        trap = Trap(victim.pid, "ledger_before_commit")
        Delivery.start(self)
        trap.wait()
        assert victim.process.wait(10) == -signal.SIGKILL
        self.close()
        self.successor = self.world.fleet.start_replica(SERVICE)
        self.wait_for_uploads(2)  # the first issue asked which place this is
        self.cancel()

    def check(self):
        super().check()
        assert any(self.world.paths(d) for d in self.ids)


@pytest.mark.parametrize("how", [killed, stopped])
def test_settle_after_close(world, how):
    how(world, SERVICE, "settle_after_close", Cancelled(world))


def test_settle_before_commit(world):
    work = CancelledWhenWritten(world)
    work.start()
    trap = Trap(work.successor.pid, "settle_before_commit")
    work.open()
    trap.wait()
    assert work.successor.process.wait(10) == -signal.SIGKILL
    assert work.unfinished()
    world.fleet.start_replica(SERVICE)
    work.check()
