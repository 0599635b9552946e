"""What an event says is recorded: each of its fields is a parameter of the statement that stores it. audit-sink binds them by
name, so a new field needs nothing but its place in the statement, and this test notices when that was forgotten."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
SQL = ROOT / "services" / "audit-sink" / "sql"
# Event, statement, and the fields that are not recorded as a column of that name.
STORED = [("DeliveryStatus", "upsert_statuses", {"counts", "slices"}), ("Receipt", "upsert_receipts", {"tenant"}),
          ("AuditRecord", "insert_records", {"facts"}), ("DeadLetter", "insert_dead_letters", {"key", "value", "headers", "timestamp_ms", "tries", "tenant"})]


def fields(record):
    """The names of a record's fields, and of those of the records within it."""
    for f in record["fields"]:
        if isinstance(f["type"], dict) and f["type"].get("type") == "record":
            yield from fields(f["type"])
        else:
            yield f["name"]


def parameters(statement):
    done = subprocess.run([sys.executable, ROOT / "scripts" / "gen-sql", "describe", *sorted(SQL.glob("*.sql"))], check=True,
                          capture_output=True, text=True)
    (found,) = [s for s in json.loads(done.stdout) if s["name"] == statement]
    return set(found["params"])


@pytest.mark.parametrize("event, statement, others", STORED)
def test_each_field_of_an_event_is_recorded(event, statement, others):
    names = set(fields(json.loads((ROOT / "schemas" / f"{event}.avsc").read_text())))
    assert names - parameters(statement) == others
