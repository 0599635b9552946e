"""Which static tracepoint of which service is a place to die at. Add new points here: a test compares this table
with the source."""

TASK = ("task_before_mark", "task_after_mark", "task_before_handle", "task_after_handle", "task_after_result_stored",
        "task_after_produce", "task_after_ack", "task_before_commit", "task_after_commit")
BATCH = ("batch_before", "batch_after", "batch_before_commit", "batch_after_commit")

# Reached by any delivery (of the builder: by any build).
POINTS = {
    "bridge-builder": ("task_after_mark", "task_after_handle", "build_after_values", "build_before_manifest",
                       "build_after_manifest"),
    "bridge-worker": (*TASK, "inspect_after_list", "select_before_write", "select_after_write", "combine_before_write",
                      "combine_after_write"),
    "formatter": ("task_after_mark", "task_after_result_stored", "task_after_ack", "format_after_header",
                  "format_before_finish", "format_after_finish"),
    "uploader": ("task_after_mark", "task_after_ack", "ledger_after_temp", "ledger_after_record", "ledger_after_part",
                 "ledger_before_sync", "ledger_after_written", "ledger_before_commit", "ledger_after_commit",
                 "ledger_after_verify", "ledger_after_committed"),
    "scheduler": ("sched_after_load", "sched_before_tx", "sched_after_tx", "sched_after_publish", "sched_after_mark",
                  "publish_after_produce", "publish_after_ack", *BATCH),
    "audit-sink": ("sink_before_tx", "sink_after_rows", "sink_before_tx_commit", "sink_after_tx_commit"),
}

# These need more than a delivery; each has a scene of its own in tests/e2e/test_crash_<service>.py.
SCENES = {
    "bridge-worker": ("suspect_before_run", "revoke_begin", "revoke_end", "drain_begin", "deadletter_after_produce",
                      "deadletter_after_ack"),
    "uploader": ("settle_after_close", "settle_before_commit",
                 "settle_after_withdraw", "settle_after_aside"),  # tests/e2e/test_law_suppression_late.py
    "scheduler": ("sched_before_due_tx", "sched_after_due_tx", "readback_before_publish"),
}
# Reached when a delivery is over for good: tests/e2e/test_staged.py.
SCENES["scheduler"] += ("ended_before_commit",)
SCENES["uploader"] += ("book_after_write",)
# A drop that takes names by links: tests/e2e/test_law_links.py.
SCENES["uploader"] += ("drop_after_claim", "drop_after_link", "drop_after_doubt")
