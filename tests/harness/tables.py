"""The tables that code, pages and tests share, as the build printed them (tests/tables)."""
import json
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLES = json.loads((ROOT / os.environ.get("LONGSHORE_BUILD", "build/dev") / "tables.json").read_text())


def fields(kind):
    """The rows of a kind's fields that have a value."""
    rows = next(k for k in TABLES["kinds"] if k["name"] == kind)["fields"]
    return [f for f in rows if f["type"] not in ("group", "list")]
