"""The table of bad events, as a foreign producer sends them, and what becomes of each."""
import hashlib
import json
import os
import secrets
import time
from dataclasses import dataclass
from typing import Callable

from bad_world import CANARY
from foreign import avro_long, encode, header_of

TOO_LARGE = 995904  # the largest event; the broker takes 1,048,588 bytes


@dataclass
class Event:
    """send: value, key and headers of a message to the topic. Each expectation that is there must come true: letters as
    (service, reason, detail); trail as (action, reason, detail, actor); row as (route, cause, state, reason, detail); logged
    as (service, event, fields)."""
    name: str
    topic: str
    value: Callable  # of the world
    key: bytes = None
    headers: list = None
    letters: tuple = ()
    trail: tuple = None
    row: tuple = None
    logged: tuple = None
    kept: int = None  # bytes of the value that the dead letter has; None: all
    kept_headers: int = None


STRANGER = "ee" * 16
CUT = " (the message of {} bytes with {} headers is truncated here; the full message is in its topic, within the topic's retention)"
WANTED = "; a message is C3 01, 8 bytes of the schema's fingerprint, and the value in Avro (single-object encoding)"
NO_MAGIC = "does not begin with C3 01" + WANTED
REGISTRY = "begins with a zero byte, like the output of a schema registry's serializer" + WANTED
UNKNOWN = "the writer's schema is not in event.schema; run `longshore migrate` of the newest release"


A_TRIGGER = {"kind": "DELIVER", "source": "api", "tenant": "acme", "route": "daily", "actor": "mallory"}
A_RESULT = {"task_id": "ab" * 16, "issue": 1, "tenant": "acme", "delivery_id": STRANGER, "revision": 1, "stage": "select",
            "index": 0, "outcome": "REJECT", "reason": "planted", "worker": "mallory", "started_at_ms": 1, "finished_at_ms": 2}
A_STATUS = {"delivery_id": STRANGER, "tenant": "acme", "route": "nowhere", "audience": "a", "destination": "d", "mode": "full",
            "epoch": "0", "cause_kind": "trigger", "cause": "forged", "state": "selecting", "reason": "", "detail": "",
            "requested_by": "mallory", "revision": 1, "version": 1, "spec_hash": "", "bridge_version": "", "content_hash": "",
            "created_at_ms": 1, "changed_at_ms": 1}
A_RECORD = {"record_id": "x", "tenant": "acme", "at_ms": 1, "actor": "mallory", "action": "x", "delivery_id": "", "route": "",
            "reason": "", "detail": "", "version": 0, "facts": [{"name": "a", "value": "b"}]}
A_LETTER = {"service": "s", "topic": "t", "partition": 1, "offset": 1, "headers": [], "timestamp_ms": 1, "reason": "r",
            "detail": "d", "at_ms": 1}
A_FILE = {"file_id": "f", "name": "n", "url": "u", "role": "part", "rows": 1, "bytes": 1, "sha256": "a", "plain_sha256": "b",
          "guarantee": "g", "verified": "v", "committed_at_ms": 1}
A_RECEIPT = {"delivery_id": STRANGER, "tenant": "acme", "version": 1, "file": A_FILE}


def trigger(**more):
    return encode("Trigger", A_TRIGGER | more)


def head(**more):
    return {"task_id": "ab" * 16, "issue": 1, "not_after_ms": int(time.time() * 1000) + 600000, "tenant": "acme",
            "delivery_id": STRANGER, "revision": 1, "stage": "inspect", "index": 0, "lane": "x", "spec": b"{}",
            "spec_hash": hashlib.sha256(b"{}").hexdigest()} | more


def task(**more):
    return encode("BridgeTask", {"head": head(**more), "op": "INSPECT"})


def result(**more):
    return encode("TaskResult", A_RESULT | more)


def status(**more):
    return encode("DeliveryStatus", A_STATUS | more)


def sent_on(service, topic, name, value, reason, detail, **more):
    return Event(name, topic, lambda world: value, letters=((service, reason, detail),), **more)


def on_triggers(name, value, reason, detail, **more):
    return sent_on("scheduler", "triggers", name, value, reason, detail, **more)


def refused(name, reason, detail, actor="mallory", **trigger_fields):
    return Event(name, "triggers", lambda world: trigger(**trigger_fields), trail=("trigger.refused", reason, detail, actor))


def unresolved(name, detail, **trigger_fields):
    return Event(name, "triggers", lambda world: trigger(trigger_id=name, **trigger_fields),
                 row=(trigger_fields.get("route", "daily"), name, "rejected", "bad_configuration", detail))


BAD_NAMES = "its source, trigger_id or actor has more than 200 bytes or contains a control character"
BAD_TIME = "its at_ms is not a time between 1970 and 9999"
TRIGGER = trigger()
EVENT = [
    on_triggers("garbage", f"no event {CANARY}".encode(), "undecodable", NO_MAGIC, key=b"k\xff", headers=[("a", b"\0\xff"), ("b", None)]),
    on_triggers("empty", b"", "undecodable", "0 bytes are too short for single-object encoding"),
    on_triggers("no_value", None, "undecodable", "the message has no value", key=b"k"),
    on_triggers("confluent_framing", b"\0\0\0\0\x07" + TRIGGER[10:], "undecodable", REGISTRY),
    on_triggers("json", json.dumps(A_TRIGGER | {"note": CANARY}).encode(), "undecodable", "looks like JSON" + WANTED),
    on_triggers("plain_avro", b"\x02" + b"\x02a" + TRIGGER[11:], "undecodable", NO_MAGIC),
    on_triggers("avro_file", b"Obj\x01" + TRIGGER, "undecodable", "is an Avro file with an embedded schema" + WANTED),
    on_triggers("unknown_schema", b"\xc3\x01" + b"unknown!" + TRIGGER[10:], "unknown_schema", UNKNOWN),
    on_triggers("cut_short", TRIGGER[:-9], "undecodable", "decode Trigger: actor: needs 7 bytes, but only 3 are left"),
    on_triggers("left_over", TRIGGER + b"x", "undecodable", "decode Trigger: 1 bytes are left over"),
    on_triggers("hostile_length", header_of("Trigger") + b"\0\x02" + avro_long(2**60), "undecodable",
                f"decode Trigger: source: needs {2**60} bytes, but only 0 are left"),
    on_triggers("negative_length", header_of("Trigger") + b"\0\x02" + avro_long(-5), "undecodable",
                "decode Trigger: source: a length is negative"),
    on_triggers("endless_number", header_of("Trigger") + b"\0" + b"\xff" * 11, "undecodable",
                "decode Trigger: kind: a number has more than 64 bits"),
    on_triggers("no_utf_8", trigger(note="@@").replace(b"@@", b"\xff\xfe"), "undecodable", "decode Trigger: note: a text is not UTF-8"),
    on_triggers("nul_in_text", trigger(note="@@").replace(b"@@", b"a\0"), "undecodable", "decode Trigger: note: a text contains NUL"),
    on_triggers("wrong_event", task(), "wrong_type", "a BridgeTask does not belong on this topic"),
    on_triggers("too_large", os.urandom(1048400), "too_large", f"a message of 1048400 bytes; at most {TOO_LARGE} are allowed" +
                CUT.format(1048400, 0), kept=512 * 1024),
    on_triggers("large_key", b"\x7f" + os.urandom(899999), "undecodable", NO_MAGIC + CUT.format(900000, 1), key=os.urandom(140000),
                headers=[("a", b"b")], kept=512 * 1024),
    on_triggers("large_traceparent", b"x", "undecodable", "1 bytes are too short for single-object encoding" + CUT.format(1, 2),
                headers=[("a", b"b"), ("traceparent", os.urandom(1040000))], kept_headers=1),
    on_triggers("many_headers", b"x", "undecodable", "1 bytes are too short for single-object encoding" + CUT.format(1, 20000),
                headers=[("h", b"v")] * 20000, kept_headers=1000),
    # what can be read, and asks for what is not there
    unresolved("unknown_route", "Route nowhere: is not there: apply it", route="nowhere"),
    unresolved("unknown_tenant", "Route daily: is not there: apply it", tenant="nobody"),
    unresolved("unknown_bridge", "Bridge nowhere: is not there: apply it", kind="BUILD", bridge="nowhere", route="nowhere"),
    refused("unknown_audience", "no_route", "no route delivers this audience", route=None, audience="nowhere"),
    refused("no_name", "no_name", "it names no route, audience or bridge", route=None),
    refused("no_tenant", "no_tenant", "it names no tenant", tenant=""),
    refused("tenant_with_line_end", "no_tenant", "it names no tenant", tenant="ac\nme"),
    refused("not_done_yet", "unsupported", "this kind of trigger is not supported", kind="REPLAY"),
    refused("no_delivery", "no_delivery", "it names no delivery", kind="CANCEL", delivery_id="nowhere"),
    refused("endless_id", "bad_trigger", BAD_NAMES, trigger_id="x" * 900000),
    Event("endless_actor", "triggers", lambda world: trigger(actor="x" * 201),
          trail=("trigger.refused", "bad_trigger", BAD_NAMES, "scheduler")),
    refused("line_end_in_source", "bad_trigger", BAD_NAMES, source="a\nb"),
    refused("time_after_all", "bad_trigger", BAD_TIME, at_ms=2**62),
    refused("time_before_all", "bad_trigger", BAD_TIME, at_ms=-1),
    Event("cancel_of_nothing", "triggers", lambda world: trigger(kind="CANCEL", delivery_id="cc" * 16, trigger_id="typo", note="a typo"),
          trail=("delivery.cancel_refused", "unknown", "no such delivery", "mallory")),
    Event("approve_of_nothing", "triggers", lambda world: trigger(kind="APPROVE", delivery_id="dd" * 16),
          trail=("delivery.approve_refused", "nothing_to_approve", "it is not waiting for an approval", "mallory")),
    Event("cancel_by_another_tenant", "triggers",
          lambda world: trigger(kind="CANCEL", tenant="other", delivery_id=world.row("daily", "before")[0]),
          trail=("delivery.request_refused", "other_tenant", "it belongs to another tenant", "mallory")),
    Event("cancel_of_what_is_over", "triggers",
          lambda world: trigger(kind="CANCEL", delivery_id=world.row("daily", "before")[0]),
          trail=("delivery.cancel_refused", "completed", "it is already over", "mallory")),
    Event("large_but_readable", "triggers", lambda world: trigger(trigger_id="large", note="\u00e9" * 490000),
          row=("daily", "large", "completed", "", "")),
    # tasks
    sent_on("bridge-builder", "build.tasks", "stray_build", TRIGGER, "wrong_type", "is a Trigger, not a BuildTask"),
    sent_on("bridge-worker", "bridge.tasks", "stray_bridge", TRIGGER, "wrong_type", "is a Trigger, not a BridgeTask"),
    sent_on("formatter", "format.tasks", "stray_format", task(), "wrong_type", "is a BridgeTask, not a FormatTask"),
    sent_on("uploader", "upload.tasks", "stray_upload", task(), "wrong_type", "is a BridgeTask, not a UploadTask"),
    sent_on("uploader", "upload.tasks", "garbage_task", b"\x7f" + os.urandom(899999), "undecodable", NO_MAGIC + CUT.format(900000, 1),
            key=os.urandom(1000), headers=[("traceparent", os.urandom(140000))], kept=512 * 1024, kept_headers=0),
    sent_on("bridge-worker", "bridge.tasks", "endless_tenant", task(tenant="x" * 990000), "bad_task",
            "head: tenant has 990000 bytes; at most 512 are allowed"),
    Event("large_traceparent_of_a_task", "bridge.tasks", lambda world: task(task_id="a1" * 16),
          headers=[("traceparent", os.urandom(1040000))],
          logged=("bridge-worker", "worker.result", {"task_id": "a1" * 16, "outcome": "reject", "reason": "bad_spec"})),
    Event("path_for_a_task", "bridge.tasks", lambda world: task(task_id="../../../../escaped"),
          logged=("bridge-worker", "worker.result", {"task_id": "../../../../escaped", "outcome": "reject", "reason": "bad_name"})),
    Event("path_for_a_delivery", "upload.tasks", lambda world: encode("UploadTask", {
        "head": head(task_id="a2" * 16, delivery_id="../../escaped"), "op": "UPLOAD", "file_id": "f", "file_name": "../../f",
        "role": "PART"}), logged=("uploader", "worker.result", {"task_id": "a2" * 16, "outcome": "reject", "reason": "bad_name"})),
    Event("other_spec", "bridge.tasks", lambda world: task(task_id="a3" * 16, spec=b"[]"),
          logged=("bridge-worker", "worker.result", {"task_id": "a3" * 16, "outcome": "reject", "reason": "spec_mismatch"})),
    Event("too_late", "bridge.tasks", lambda world: task(task_id="a4" * 16, not_after_ms=1),
          logged=("bridge-worker", "worker.result", {"task_id": "a4" * 16, "outcome": "expired", "reason": "expired"})),
    # results
    Event("result_of_no_delivery", "results", lambda world: result(), logged=(
        "scheduler", "scheduler.result.unknown", {"delivery_id": STRANGER, "task_id": "ab" * 16})),
    Event("result_of_no_task", "results", lambda world: result(delivery_id="ac" * 16, task_id="ac" * 16),
          logged=("scheduler", "scheduler.result.unknown", {"task_id": "ac" * 16})),
    Event("result_without_delivery", "results", lambda world: result(delivery_id=""), logged=(
        "scheduler", "scheduler.result.unknown", {"msg": "ignored a result without a delivery"})),
    sent_on("scheduler", "results", "stray_result", TRIGGER, "wrong_type", "a Trigger does not belong on this topic"),
    # what only the recorder reads, or cannot store
    sent_on("audit-sink", "audit", "garbage_record", b"x", "undecodable", "1 bytes are too short for single-object encoding"),
    sent_on("audit-sink", "audit", "time_out_of_range", encode("AuditRecord", A_RECORD | {"at_ms": 2**62}), "out_of_range",
            f"AuditRecord: at_ms is {2**62}; it must be between 0 and 253402300799999"),
    Event("receipt_of_a_version_that_is_none", "deliveries", lambda world: encode("Receipt", A_RECEIPT | {"version": 2**62}),
          key=b"k", letters=tuple((service, "out_of_range", f"Receipt: version is {2**62}; it must be between 0 and {2**56 - 1}")
                                  for service in ("audit-sink", "scheduler"))),
    sent_on("scheduler", "results", "put_off_for_ever", result(not_before_ms=2**63 - 1), "out_of_range",
            f"TaskResult: not_before_ms is {2**63 - 1}; it must be between 0 and 253402300799999"),
    sent_on("bridge-worker", "bridge.tasks", "task_for_ever", task(not_after_ms=2**62), "out_of_range",
            f"BridgeTask: head: not_after_ms is {2**62}; it must be between 0 and 253402300799999"),
    sent_on("audit-sink", "deliveries", "endless_status", status(delivery_id=secrets.token_hex(5000)), "pg_too_large",
            "record statuses: upsert_statuses: index row requires 10016 bytes, maximum size is 8191 [54000]", key=b"k"),
    sent_on("audit-sink", "deadletters", "garbage_letter", b"x", "undecodable", "1 bytes are too short for single-object encoding"),
    Event("garbage_status", "deliveries", lambda world: b"x", key=b"k", letters=(
        ("audit-sink", "undecodable", "1 bytes are too short for single-object encoding"),
        ("scheduler", "undecodable", "1 bytes are too short for single-object encoding"))),
]
