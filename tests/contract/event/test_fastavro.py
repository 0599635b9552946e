"""The bytes of events, held against another implementation of Avro. The C side of it, with the same files, is
tests/unit/common/event/test_golden.c and test_evolution.c: it encodes to exactly these bytes and reads them."""
import copy
import json
import os
import re
import sys
from pathlib import Path

import fastavro
import pytest
from fastavro.schema import fingerprint, to_parsing_canonical_form

sys.path.insert(0, str(Path(__file__).resolve().parent))
import evolution  # noqa: E402
import golden  # noqa: E402

EVENTS = golden.schemas()
CASES = {name: (event, outcome, make) for name, event, outcome, make in evolution.CASES}


def generated():
    """What the build made of the schemas: event name to (fingerprint, canonical form)."""
    build = os.environ.get("LONGSHORE_BUILD")
    assert build, "LONGSHORE_BUILD names no build directory: run the tests by ./dev test"
    text = (Path(build) / "generated" / "events.c").read_text()
    found = {}
    for crc, literal in re.findall(r"\.fingerprint = UINT64_C\(0x([0-9a-f]{16})\),\s+\.schema = \{\.p = \"(.*)\", \.n", text):
        canonical = re.sub(r"\\(\d{3})", lambda m: chr(int(m.group(1), 8)), literal)
        found[json.loads(canonical)["name"].removeprefix("longshore.")] = (crc, canonical)
    return found


def test_committed_files_are_what_fastavro_writes():
    assert golden.differences() == [], "run golden.py --write and look at the difference"


@pytest.mark.parametrize("event", EVENTS)
def test_the_build_and_fastavro_agree_on_canonical_form_and_fingerprint(event):
    crc, canonical = generated()[event]
    assert canonical == to_parsing_canonical_form(EVENTS[event])
    assert bytes.fromhex(crc)[::-1].hex() == fingerprint(canonical, "CRC-64-AVRO")


def test_the_build_has_every_event_and_no_other():
    assert sorted(generated()) == sorted(EVENTS)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("value", golden.VALUES)
def test_fastavro_reads_what_we_encode(event, value):
    """test_golden.c proves that our encoder writes exactly this file."""
    data = (golden.GOLDEN / f"{event}.{value}.bin").read_bytes()
    assert data[:2] == b"\xc3\x01"
    assert data[2:10].hex() == fingerprint(to_parsing_canonical_form(EVENTS[event]), "CRC-64-AVRO")
    read = golden.for_people(golden.decode(EVENTS[event], data))
    assert read == (golden.GOLDEN / f"{event}.{value}.json").read_bytes()


# Changes that a reader on the other side survives too: what it has more than we write has a default there.
TWO_WAY = """
old_writer_without_our_defaulted_fields old_writer_without_a_nullable_record old_writer_without_an_array
old_writer_without_a_field_inside_a_shared_record old_writer_without_an_enum
old_writer_without_a_boolean_that_is_true_by_default new_writer_with_a_nullable_record_in_the_shared_head
new_writer_with_a_further_symbol_that_is_not_used symbols_in_another_order fields_in_another_order
branches_of_a_union_in_another_order new_writer_with_a_wider_union_that_holds_what_we_know
new_writer_whose_text_may_be_absent_but_is_there
""".split()


def without(value, kept):
    """The value with those members only that `kept` has, at every depth."""
    if isinstance(value, dict) and isinstance(kept, dict):
        return {k: without(v, kept[k]) for k, v in value.items() if k in kept}
    if isinstance(value, list) and isinstance(kept, list):
        return [without(v, k) for v, k in zip(value, kept, strict=True)]
    return value


@pytest.mark.parametrize("name", TWO_WAY)
def test_the_other_side_of_a_change_reads_what_we_write(name):
    """Ours written, theirs read: what a reader of the older or newer schema makes of our present bytes."""
    event, _, make = CASES[name]
    theirs, ours = copy.deepcopy(EVENTS[event]), EVENTS[event]
    make(theirs, golden.Values("full").record(ours))
    data = (golden.GOLDEN / f"{event}.full.bin").read_bytes()
    read = golden.decode(ours, data, theirs)
    written = golden.Values("full").record(ours)
    assert len(read) >= 3
    assert without(read, written) == without(written, read)


@pytest.mark.parametrize("name", CASES)
def test_a_writers_bytes_are_its_own(name):
    """Each case's message really is one of its schema, and not of ours, so that test_evolution.c proves something."""
    event, _, _ = CASES[name]
    folder = golden.GOLDEN / "evolution"
    theirs = json.loads((folder / f"{name}.avsc").read_text())
    data = (folder / f"{name}.bin").read_bytes()
    golden.decode(theirs, data)
    assert data[2:10] != (golden.GOLDEN / f"{event}.full.bin").read_bytes()[2:10]


def test_both_directions_of_change_are_covered():
    for word in ("old_writer", "new_writer"):
        assert sum(name.startswith(word) and CASES[name][1] == "ok" for name in CASES) >= 6
    assert {outcome for _, outcome, _ in CASES.values()} == {"ok", "undecodable", "incompatible", "bad_schema"}


def test_fastavro_is_the_version_that_was_pinned():
    wanted = (golden.ROOT / "scripts" / "setup" / "requirements.txt").read_text()
    assert f"fastavro=={fastavro.__version__} " in wanted
