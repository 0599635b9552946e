"""uploader killed, and stopped and continued, at each of its points."""
import itertools
import os
import signal

import pytest

import makers
from crash import Trap
from crash_case import Delivery, crash_scene, killed, only_one, stopped
from crash_table import POINTS
from fleet import wait_until

SERVICE = "uploader"
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def scene():
    with crash_scene(SERVICE) as scene:
        yield scene


@pytest.mark.parametrize("point", POINTS[SERVICE])
def test_killed_at(scene, point):
    killed(scene, SERVICE, point, Delivery(scene))


@pytest.mark.parametrize("point", POINTS[SERVICE])
def test_stopped_at_and_continued_later(scene, point):
    stopped(scene, SERVICE, point, Delivery(scene))


class Cancelled(Delivery):
    """Cancelled while its drop is away: settle decides what became of the files. Nothing may be visible afterwards that the
    status does not name, and nothing named that is not visible."""

    def __init__(self, scene):
        # A bucket of its own: the breaker of a place that was away stays open for a while.
        name = f"away-{next(NUMBERS)}"
        super().__init__(scene, name)
        self.name, self.drop = name, scene.fleet.path("drop", name)
        os.makedirs(self.drop)
        scene.fleet.apply([
            makers.bucket(self.drop, name),
            {"kind": "Destination", "name": name, "columns": [{"name": "user_id", "source": "token"}],
             "naming": {"data_template": "{route}/{delivery}_{part}.csv"}, "limits": {"max_rows_per_file": scene.per_file},
             "completion": {"kind": "success_file", "name_template": "{route}/{delivery}_SUCCESS"}},
            {"kind": "Route", "tenant": "acme", "name": name, "audience": "asthma", "destination": name,
             "bridge": "tokens", "bucket": name, "guards": {"min_size": 1}}])

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
        wait_until(lambda: self.scene.fleet.query("SELECT 1 FROM run.task WHERE delivery_id = %s AND stage = 'upload' AND "
                                                  "issue > %s", (self.ids[-1], issue)), 60, "an upload to fail and be tried again")

    def cancel(self):
        self.scene.fleet.cli("cancel", self.ids[-1], "--actor", "bob")

    def check(self):
        for delivery in self.ids:
            status = self.scene.fleet.wait_state(delivery, states=("cancelled", "completed", "failed"), timeout=120)
            assert status["state"] == "cancelled", status
            visible = {f["name"] for f in status["files"] if f["receipt"]}
            assert set(self.scene.files_of(delivery)) == {f"{self.name}/{name}" for name in visible}


class CancelledWhenWritten(Cancelled):
    """One file is written but not yet committed when its uploader dies, and then the drop is away: settle commits it."""

    def start(self):
        victim = only_one(self.scene, SERVICE)
        trap = Trap(victim.pid, "ledger_before_commit")
        Delivery.start(self)
        trap.wait()
        assert victim.process.wait(10) == -signal.SIGKILL
        self.close()
        self.successor = self.scene.fleet.start_replica(SERVICE)
        self.wait_for_uploads(2)  # the first issue asked which place this is
        self.cancel()

    def check(self):
        super().check()
        assert any(self.scene.files_of(d) for d in self.ids)


@pytest.mark.parametrize("how", [killed, stopped])
def test_settle_after_close(scene, how):
    how(scene, SERVICE, "settle_after_close", Cancelled(scene))


def test_settle_before_commit(scene):
    work = CancelledWhenWritten(scene)
    work.start()
    trap = Trap(work.successor.pid, "settle_before_commit")
    work.open()
    trap.wait()
    assert work.successor.process.wait(10) == -signal.SIGKILL
    assert work.unfinished()
    scene.fleet.start_replica(SERVICE)
    work.check()
