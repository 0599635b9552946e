"""A process killed, or stopped and later continued, exactly at each point of the protocol while it holds work: the
delivery must come out as if nothing had happened. The trap proves that the point was reached with a delivery on its way."""
import signal

import pytest

from crash import Trap
from fleet import Fleet, wait_until
from scene import Scene, nothing_is_stuck

TASK = ("task_before_mark", "task_after_mark", "task_before_handle", "task_after_handle", "task_after_result_stored",
        "task_after_produce", "task_after_ack", "task_before_commit", "task_after_commit")
BATCH = ("batch_before", "batch_after", "batch_before_commit", "batch_after_commit")

KILLS = (
    [("bridge-worker", p) for p in TASK]
    + [("bridge-worker", p) for p in ("inspect_after_list", "select_before_write", "select_after_write",
                                      "combine_before_write", "combine_after_write")]
    + [("formatter", p) for p in ("task_after_mark", "task_after_result_stored", "task_after_ack",
                                  "format_after_header", "format_before_finish", "format_after_finish")]
    + [("uploader", p) for p in ("task_after_mark", "task_after_ack", "ledger_after_temp", "ledger_after_record",
                                 "ledger_before_sync", "ledger_after_written", "ledger_after_commit",
                                 "ledger_after_verify")]
    + [("scheduler", p) for p in ("sched_after_load", "sched_before_tx", "sched_after_tx", "sched_after_publish",
                                  "sched_after_mark", "publish_after_produce", "publish_after_ack", *BATCH)]
    + [("audit-sink", p) for p in ("sink_before_tx", "sink_after_rows", "sink_before_tx_commit",
                                   "sink_after_tx_commit")]
)

STOPS = [("bridge-worker", "task_after_mark"), ("bridge-worker", "combine_before_write"),
         ("formatter", "format_before_finish"), ("uploader", "ledger_after_record"),
         ("uploader", "ledger_after_written"), ("scheduler", "sched_before_tx"), ("scheduler", "sched_after_tx"),
         ("audit-sink", "sink_before_tx_commit")]


@pytest.fixture(scope="module")
def scene():
    # Alarms are short, so that a lost process costs seconds here and not minutes.
    quick = {"LONGSHORE_SCHEDULER_ALARM_MS": "3000", "LONGSHORE_SCHEDULER_OUTBOX_AGE_MS": "500",
             "LONGSHORE_SCHEDULER_NOT_AFTER_MS": "30000", "LONGSHORE_LEASE_MS": "1000",
             "LONGSHORE_SCHEDULER_BACKOFF_MS": "100", "LONGSHORE_SCHEDULER_CONFIRM_MS": "1000"}
    with Fleet("crash", env=quick) as fleet:
        yield Scene(fleet, people=600, per_file=200, slice_bytes=4096).prepare()


@pytest.mark.parametrize("service,point", KILLS, ids=lambda v: v)
def test_killed_at(scene, service, point):
    victim = scene.fleet.of(service)[0]
    trap = Trap(victim.pid, point)
    delivery = scene.deliver()
    trap.wait()
    assert victim.process.wait(10) == -signal.SIGKILL
    scene.fleet.start_replica(service)
    scene.check(delivery)


@pytest.mark.parametrize("service,point", STOPS, ids=lambda v: v)
def test_stopped_at_and_continued_later(scene, service, point):
    victim = scene.fleet.of(service)[0]
    trap = Trap(victim.pid, point, action="stop")
    delivery = scene.deliver()
    trap.wait()
    second = scene.fleet.start_replica(service)
    scene.check(delivery)
    victim.signal(signal.SIGCONT)
    again = scene.deliver()
    scene.check(again)
    scene.check(delivery)
    second.stop()


def test_nothing_is_left_over(scene):
    wait_until(lambda: nothing_is_stuck(scene.fleet), 90, "outbox and alarms to be empty")
