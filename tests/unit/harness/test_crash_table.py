"""Each static tracepoint of the source is a point that a crash test kills at, and there is no other in the table."""
import re
from pathlib import Path

from crash_table import POINTS, SCENES

ROOT = Path(__file__).resolve().parents[3]


def probes():
    files = [f for folder in ("common", "services") for f in (ROOT / folder).rglob("*.c")]
    return {name for f in files for name in re.findall(r"\bPROBE\((\w+)\)", f.read_text(encoding="utf-8"))}


def test_every_point_is_covered():
    table = {p for points in (*POINTS.values(), *SCENES.values()) for p in points}
    assert len(table) > 50
    assert table == probes()
