"""What a partner receives, in every form that a destination can ask for, against files that Python's csv wrote from the
inputs and the configuration."""
import hashlib
import json
import re
from pathlib import Path

import pytest

import makers
from fleet import Fleet
from oracle import Oracle, balance, plain

PAGE = Path(__file__).resolve().parents[3] / "docs/data.md"
ROWS = 1500
FORMS = {
    "gzip": {},
    "plain_crlf": {"compression": "none", "format": {"container": "csv", "newline": "crlf"}, "end": "csv"},
    "pipe_all": {"format": {"container": "csv", "delimiter": "|", "quote_mode": "all"}},
    "tab_none": {"format": {"container": "csv", "delimiter": "\t", "quote_mode": "none"}, "compression": "none",
                 "end": "csv"},
    "no_header": {"header_row": False},
    "two_columns": {"columns": (("Household", "household"), ("kind", "=a,b"), ("Token Id", "token"))},
    "states": {"privacy": {"suppress_states_dtc": ["CA", "ny"], "suppress_unknown_state": True}},
    "parts": {"limits": {"max_rows_per_file": 100}},
    "one_part": {"limits": {"max_rows_per_file": 1000000}},
}


def documents_of(root, drop):
    people = makers.people(ROWS, seed=5)
    rows = makers.audience_rows(people, seed=5) + makers.audience_rows(people[:60], seed=6)
    rows += [("", "TX", 1), ("Q1", "TX", 2), (people[3], "ZZ", 3), (people[4], " ca ", 3)]
    makers.write_audience(root / "audience", rows, objects=5)
    # Some households share a record; some values need quotes, some are not ASCII.
    pairs = []
    for i, person in enumerate(people[:1300]):
        owner = people[i - 1] if i % 9 == 1 else person
        pairs.append((person, makers.token(owner), f'é "{len(owner)}", {makers.token(owner)[1:3]}'))
    makers.write_bridge(root / "bridge", pairs, objects=2, header=("patient_id", "token", "household"))
    makers.write_csv(root / "optout.csv", ("patient_id",), [(p,) for p in people[10:40] + ["nobody"]])
    record = (("token", "token"), ("household", "household"))
    made = [makers.tenant(), makers.bucket(drop), makers.suppression(root / "optout.csv"),
            makers.audience(root / "audience", state_column="state",
                            filters=[{"column": "score", "in": [str(n) for n in range(90)]}]),
            makers.bridge(root / "bridge", record=record, cardinality="n:1")]
    for name, form in FORMS.items():
        form = dict(form)
        end = form.pop("end", "csv.gz")
        if "columns" not in form:  # the household is not written, so a row may come twice
            form["format"] = {"container": "csv"} | form.get("format", {}) | {"dedupe": "none"}
        made.append(makers.destination(
            name, template="{route}/{delivery}_{part}." + end, manifest={"template": "{route}/{delivery}.json"},
            completion={"kind": "success_file", "name_template": "{route}/{delivery}_SUCCESS"}, **form))
        made.append(makers.route(name, destination_name=name, suppress=["optout"], limits={"slice_bytes": 4096}))
    return made


@pytest.fixture(scope="module")
def world():
    with Fleet("forms") as fleet:
        documents = documents_of(Path(fleet.path("source")), fleet.path("drop"))
        fleet.apply(documents)
        fleet.cli("bridge", "build", "tokens", "--wait", timeout=120)
        deliveries = {name: fleet.cli_json("deliver", name)["delivery_id"] for name in FORMS}
        yield fleet, documents, deliveries


def delivered(fleet, record):
    """{name: bytes} of what the drop holds of the delivery."""
    return {name: Path(path).read_bytes() for name, path in fleet.dropped().items() if record["delivery_id"] in name}


@pytest.mark.parametrize("form", FORMS)
def test_files_are_those_that_python_writes(world, form):
    fleet, documents, deliveries = world
    expected = Oracle(documents, form)
    record = fleet.wait_state(deliveries[form], timeout=180)
    assert record["state"] == "completed", record
    assert balance(record["books"]) == []
    assert {k: record["books"].get(k, 0) for k in expected.books} == expected.books
    found = delivered(fleet, record)
    data = sorted(n for n in found if ".csv" in n)
    assert [plain(found[n]) for n in data] == expected.parts()
    listed = {f["name"]: f for f in record["files"]}
    assert set(listed) == set(found)
    for name, content in found.items():
        assert (listed[name]["bytes"], listed[name]["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert listed[name]["plain_sha256"] == hashlib.sha256(plain(content)).hexdigest()
        assert listed[name]["receipt"]["md5"] == hashlib.md5(content).hexdigest()


def lines_of(manifest):
    """Its text: one line for each member, then one for each file."""
    head = "".join(f"{json.dumps(k)}: {json.dumps(v)},\n" for k, v in manifest.items() if k != "files")
    return "{\n" + head + '"files": [\n' + ",\n".join(json.dumps(f) for f in manifest["files"]) + "\n]\n}\n"


@pytest.mark.parametrize("form", ("gzip", "parts"))
def test_the_manifest_has_the_form_that_the_page_shows(world, form):
    fleet, _, deliveries = world
    text = next(c for n, c in delivered(fleet, fleet.wait_state(deliveries[form], timeout=180)).items() if n.endswith(".json"))
    shown = re.search(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL).group(1)
    manifest, example = json.loads(text), json.loads(shown)
    assert list(manifest) == list(example)
    assert {tuple(f) for f in manifest["files"]} == {tuple(f) for f in example["files"]}
    assert text.decode() == lines_of(manifest) and shown == lines_of(example)


@pytest.mark.parametrize("form", ("gzip", "parts"))
def test_the_manifest_lists_what_is_there(world, form):
    fleet, documents, deliveries = world
    record = fleet.wait_state(deliveries[form], timeout=180)
    found = delivered(fleet, record)
    manifest = json.loads(next(c for n, c in found.items() if n.endswith(".json")))
    data = sorted(n for n in found if ".csv" in n)
    assert (manifest["delivery_id"], manifest["tenant"], manifest["audience"], manifest["destination"]) == (
        record["delivery_id"], "acme", "people", form)
    assert manifest["rows"] == len(Oracle(documents, form).members)
    assert [(f["name"], f["bytes"], f["sha256"], f["plain_sha256"]) for f in manifest["files"]] == [
        (n, len(found[n]), hashlib.sha256(found[n]).hexdigest(), hashlib.sha256(plain(found[n])).hexdigest())
        for n in data]
    assert [f["rows"] for f in manifest["files"]] == [plain(found[n]).count(b"\n") - 1 for n in data]
    assert next(c for n, c in found.items() if n.endswith("_SUCCESS")) == b""
