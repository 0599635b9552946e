"""Sources and files in each format: the same people give the same deliveries, whatever the format."""
import gzip
import json
import shutil
from pathlib import Path

import pytest

import makers
from fleet import Fleet, wait_until
from memory import nothing_is_stuck
from sftp_server import SftpServer
from world import QUICK, World

PEOPLE = 200
LOW = [str(score) for score in range(50)]
GOLDEN = Path(__file__).resolve().parent / "golden" / "parquet"


@pytest.fixture(scope="module")
def server():
    with SftpServer() as server:
        yield server


@pytest.fixture(scope="module")
def world(server):
    with Fleet("formats", env=QUICK | {"LONGSHORE_SOURCE_ROOTS": f"/,{server.root}"}) as fleet:
        for service in ("bridge-worker", "bridge-builder"):
            server.give_credentials(fleet.path("keys", service))
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


@pytest.fixture(scope="module")
def parquet(world):
    """The same people, bridge and list, as pyarrow and DuckDB wrote them (golden/make_golden.py), in a world of their own names."""
    folder = Path(world.fleet.path("source", "parquet"))
    for name in ("people", "bridge", "optout"):
        (folder / name).mkdir(parents=True)
        shutil.copy(GOLDEN / f"{name}.parquet", folder / name)

    columns = [makers.audience(folder / "people", "columns", filters=[{"column": "score", "in": LOW}]),
               makers.bridge(folder / "bridge", "columns"), makers.suppression(folder / "optout", "columns")]
    for document in columns:
        document["source"]["format"] = "parquet"
    world.apply(
        *columns, makers.audience(world.fleet.path("source", "people"), "lines", filters=[{"column": "score", "in": LOW}]),
        makers.suppression(world.write_list("optout", world.known[:10]), "lines"),
        makers.route("from-columns", audience_name="columns", bridge_name="columns", suppress=["columns"],
                     limits={"slice_bytes": 1024}),
        makers.route("from-lines", audience_name="lines", suppress=["lines"]))
    world.fleet.cli("bridge", "build", "columns", "--wait", timeout=120)
    return folder, columns


def content(world, status):
    return [gzip.decompress(c) for n, c in sorted(world.files(status["delivery_id"]).items()) if n.endswith(".csv.gz")]


def test_parquet_gives_what_csv_gives(world, parquet):
    """Audience, bridge and suppression list; integers in a filter's column, NULL for a missing id, several slices."""
    lines = world.completes(world.deliver("from-lines"))
    columns = world.ends(world.deliver("from-columns"), "completed")
    assert columns["books"]["rows_read"] == lines["books"]["rows_read"] + 1
    assert columns["books"]["invalid"] == 1  # the NULL
    for name in ("filtered", "unmatched", "matched", "blocked_by_list", "members"):
        assert columns["books"][name] == lines["books"][name], name
    assert columns["books"]["members"] > 0 and columns["books"]["blocked_by_list"] > 0

    assert content(world, columns) == content(world, lines)


def test_parquet_is_read_over_sftp(world, server, parquet):
    """Audience, bridge and list on a server; several slices read parts of one file."""
    documents = parquet[1]
    there = [d | {"source": d["source"] | server.place(d["source"]["url"].removeprefix("file://"), credential="ecdsa")}
             for d in documents]
    want = content(world, world.ends(world.deliver("from-columns"), "completed"))
    try:
        world.fleet.apply(there)
        world.fleet.cli("bridge", "build", "columns", "--wait", timeout=120)
        assert content(world, world.ends(world.deliver("from-columns"), "completed")) == want
    finally:
        world.fleet.apply(documents)


def test_a_damaged_file_fails_and_half_a_file_is_waited_for(world, parquet):
    path = parquet[0] / "people" / "people.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    held = world.held(world.deliver("from-columns"), "source_missing")
    path.write_bytes(whole)
    assert world.ends(held["delivery_id"], "completed")["books"]["invalid"] == 1
    path.write_bytes(whole[:4] + bytes(100) + whole[104:])
    world.ends(world.deliver("from-columns"), "failed", "bad_source")
    path.write_bytes(whole)


def test_nothing_is_left_over(world):
    wait_until(lambda: nothing_is_stuck(world.fleet), 120, "outbox and alarms to be empty")
