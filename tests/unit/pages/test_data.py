"""docs/data.md against the code: its tables, numbers and orders are the code's, and each section names tests that are there."""
import json
import re
from pathlib import Path

import pytest
from tables import TABLES

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/data.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))


def test_each_section_names_tests_that_are_there():
    files = [f.read_text() for f in (ROOT / "tests").rglob("test_*") if f.suffix in (".c", ".py")]
    run = set(re.findall(r"\b\w+\b", " ".join(re.findall(r"(?:cmocka_unit_test\w*|TEST)\(\s*(\w+)", "".join(files)))))
    run |= set(re.findall(r"^def (test_\w+)", "".join(files), re.MULTILINE))
    assert len(SECTIONS) > 4
    for title, text in SECTIONS.items():
        named = re.search(r"<!-- tests: (.*?) -->", text, re.DOTALL)
        assert named, f"{title} names no test"
        assert not set(named.group(1).split()) - run, f"{title}: no such test"


def test_the_tokens_are_those_that_templates_take():
    rows = [line.split("|")[1] for line in SECTIONS["Names of files"].splitlines() if line.startswith("| `{")]
    assert {t for row in rows for t in re.findall(r"\{(\w+)\}", row)} == set(TABLES["tokens"])


@pytest.mark.parametrize("section, says, name", [
    ("Ids", "at most {} bytes", "BRIDGE_ID_MAX"),
    ("Names of files", "at most {} bytes", "NAME_MAX_BYTES"),
    ("Names of files", "and {} between two slashes", "NAME_COMPONENT_MAX_BYTES"),
])
def test_numbers_are_the_code_s(section, says, name):
    assert says.format(TABLES["numbers"][name]) in SECTIONS[section]


def test_the_share_of_a_bridge_s_invalid_rows_is_the_default():
    share = TABLES["numbers"]["SPEC_BRIDGE_INVALID_PPM"] / 10000
    assert f"more than {share:g} % of all rows" in SECTIONS["Ids"]


def test_each_line_of_the_books_is_told_and_of_counts_that_are_told():
    told = [re.findall(r"`(\w+)`", row) for row in SECTIONS["Rows and counts"].splitlines() if row.startswith("| `") and "` + `" in row]
    assert told == [[line["whole"], *line["terms"]] for line in TABLES["books"]] and len(told) == 8
    assert {word for line in told for word in line} <= {count["word"] for count in TABLES["counts"]}


def test_the_order_of_reasons_is_that_of_the_test():
    """tests/unit/services/scheduler/test_reasons.c holds the gate against the order of the table."""
    text = re.search(r"is the first of these:(.*?)\. After", SECTIONS["Guards"], re.DOTALL).group(1)
    told = re.findall(r"`(\w+)`", text)
    assert told == [hold["word"] for hold in TABLES["holds"]][:len(told)] and len(told) > 10


def test_the_manifest_of_the_page_adds_up():
    """tests/contract/format/test_delivered_files.py compares its members and its lines with a manifest that was delivered."""
    shown = json.loads(re.search(r"```json\n(.*?)```", SECTIONS["The manifest"], re.DOTALL).group(1))
    assert sum(f["rows"] for f in shown["files"]) == shown["rows"] > 0
