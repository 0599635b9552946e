"""Sources and files in each format: the same people give the same deliveries, whatever the format."""
import gzip
import json

import pytest

import makers
from fleet import Fleet, wait_until
from memory import nothing_is_stuck
from world import QUICK, World

PEOPLE = 200


@pytest.fixture(scope="module")
def world():
    with Fleet("formats", env=QUICK) as fleet:
        yield World(fleet, PEOPLE).prepare()


def test_json_lines_are_delivered(world):
    """Compressed, in several parts of exactly so many rows, with a manifest."""
    world.apply(
        world.destination("lines", columns=(("user \"id\"", "token"), ("where", "=é\\")), template="{route}/{delivery}_{part}.jsonl.gz",
                          format={"container": "jsonl"}, limits={"max_rows_per_file": 60},
                          manifest={"template": "{route}/{delivery}_manifest.json"}),
        makers.route("lines", destination_name="lines"))
    status = world.completes(world.deliver("lines"))
    files = world.files(status["delivery_id"])
    parts = [gzip.decompress(files[n]).decode().splitlines() for n in sorted(files) if n.endswith(".jsonl.gz")]
    assert [len(p) for p in parts] == [60, 60, 40]
    rows = [json.loads(line) for part in parts for line in part]
    assert sorted(r['user "id"'] for r in rows) == sorted(world.tokens.values())
    assert {r["where"] for r in rows} == {"é\\"}
    manifest = json.loads(next(c for n, c in files.items() if n.endswith("_manifest.json")))
    assert [f["rows"] for f in manifest["files"]] == [60, 60, 40] and manifest["rows"] == len(rows)


def test_options_of_csv_are_refused_for_json_lines(world):
    text = json.dumps(world.destination("odd", format={"container": "jsonl", "delimiter": ";"}, header_row=True))
    path = world.fleet.path("odd.yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    done = world.fleet.run("apply", "-f", path, "--actor", "alice")
    assert done.returncode == 1
    assert "format.delimiter: is for csv, tsv and psv only" in done.stderr
    assert "header_row: must be false or left out" in done.stderr


def test_nothing_is_left_over(world):
    wait_until(lambda: nothing_is_stuck(world.fleet), 60, "outbox and alarms to be empty")
