"""apply: all of it or nothing; every mistake at once; what is applied already counts, too."""
import hashlib
import json
import os
import subprocess

import pytest

from fleet import Fleet, wait_until
from world import World


@pytest.fixture(scope="module")
def world():
    with Fleet("apply") as fleet:
        yield World(fleet, people=20, per_file=10, routes=("main",))


@pytest.fixture(scope="module")
def applied(world):
    code, out, said = apply(world, world.text(), args=("--actor", "alice"))
    assert (code, said) == (0, "")
    assert out.splitlines() == ["Tenant acme: created", "Destination dsp: created", "Bucket box: created",
                                "Bridge tokens: created", "Audience people: created", "Route main: created"]
    return world


def documents(world):
    return world.fleet.query("SELECT kind, tenant, name, body, hash, applied_by, applied_at FROM conf.document ORDER BY 1, 2, 3")


def apply(world, *texts, args=()):
    """Each text a file of its own; what is said has FILE0, FILE1 for their names."""
    files = []
    for i, text in enumerate(texts):
        files.append(world.fleet.path(f"some-{i}.yaml"))
        with open(files[-1], "w", encoding="utf-8") as f:
            f.write(text)
    done = world.fleet.run("apply", *(a for f in files for a in ("-f", f)), *args)
    said = done.stderr
    for i, path in enumerate(files):
        said = said.replace(path, f"FILE{i}")
    return done.returncode, done.stdout, said


def test_the_same_again_changes_nothing(applied):
    before = documents(applied)
    assert all(row[5] == "alice" and len(row[4]) == 64 for row in before)
    assert all(row[4] == hashlib.sha256(row[3].encode()).hexdigest() for row in before if isinstance(row[3], str))
    code, out, said = apply(applied, applied.text(), args=("--actor", "bob"))
    assert (code, said) == (0, "") and all(line.endswith(": unchanged") for line in out.splitlines())
    assert documents(applied) == before


def test_all_mistakes_of_all_files_at_once_and_nothing_is_applied(applied):
    before = documents(applied)
    code, out, said = apply(
        applied,
        "kind: Tenant\nname: other\n---\nkind: Route\ntenant: acme\nname: nightly\naudience: people\nbridge: none\n"
        "destination: dsp\nbucket: box\nguards:\n  min_size: few\n  max_shrink: 130%\n",
        "kind: Bucket\nname: far\nurl: https://far/\n---\nkind: Bridge\ntenant: acme\nname: two\nsource: {url: file:///b/}\n"
        "from: {column: p, kind: npi}\nrecord:\n  - {name: t, column: t, max_length: 70000}\n  - {name: u}\n")
    assert (code, out) == (1, "")
    assert said.splitlines() == [
        "FILE0:8: bridge: there is no Bridge none: apply it",
        "FILE0:12: guards.min_size: must be a whole number, 0 or more",
        "FILE0:13: guards.max_shrink: must be at most 100%",
        "FILE1:3: url: must be an absolute file:// URL, such as file:///data/audience/, without '.', '..' and empty parts, or sftp://user@host/path; other places are not known here",
        "FILE1:11: record[0].max_length: must be from 0 to 65536",
        "FILE1:12: record[1].column: is missing",
        "longshore: nothing was applied: correct the mistakes above"]
    assert documents(applied) == before


def test_what_is_applied_is_looked_at_with_what_replaces_a_part_of_it(applied):
    before = documents(applied)
    bridge = applied.documents["Bridge", "tokens"] | {"record": [{"name": "other", "column": "token"}]}
    code, _, said = apply(applied, json.dumps(bridge))
    assert (code, said.splitlines()[0]) == (
        1, "FILE0:1: Route main, which is applied already: bridge: records of tokens have no column token, which dsp writes")
    assert documents(applied) == before


def test_a_drop_is_tried(applied):
    before = documents(applied)
    nowhere = applied.fleet.path("nowhere")
    text = f"kind: Bucket\nname: elsewhere\nurl: file://{nowhere}/\n"
    code, out, said = apply(applied, text)
    assert (code, out) == (1, "") and said.startswith("FILE0:3: url: drop: cannot open the bucket's directory: No such file")
    assert documents(applied) == before
    assert apply(applied, text, args=("--no-probe",)) == (0, "Bucket elsewhere: created\n", "")
    os.mkdir(nowhere)
    assert apply(applied, text) == (0, "Bucket elsewhere: unchanged\n", "")
    assert [f for _, _, files in os.walk(nowhere) for f in files] == [], "no file is left there"


@pytest.mark.parametrize("columns, form, says", [
    ("{name: u, source: token}, {name: c, constant: \"a,b\"}", "quote_mode: none",
     "3: columns[1].constant: contains the delimiter or a quote, but quote_mode is none"),
    ("{name: \"u\\tv\", source: token}", "quote_mode: all", "3: columns[0].name: contains a control character"),
    ("{name: u, source: token}", "delimiter: \"\\x01\"", "4: format.delimiter: must be a tab or a printable ASCII character"),
    (", ".join(f"{{name: u{i}, source: token}}" for i in range(257)), "quote_mode: all", "3: columns: there must be 1 to 256"),
], ids=["constant", "name", "delimiter", "columns"])
def test_a_form_that_cannot_be_written_is_refused(applied, columns, form, says):
    """The formatter says the same, but only once all was selected."""
    text = (f"kind: Destination\nname: odd\ncolumns: [{columns}]\nformat: {{{form}}}\n"
            "naming: {data_template: \"{label}.csv\"}\n")
    code, out, said = apply(applied, text)
    assert (code, out) == (1, "") and f"FILE0:{says}" in said


def test_a_route_that_will_be_held_is_warned_of(applied):
    text = ("kind: Destination\nname: picky\ncolumns: [{name: u, source: token}]\n"
            "naming: {data_template: \"{label}_{part}.csv\"}\npackaging: {encryption: pgp}\n---\n"
            "kind: Route\ntenant: acme\nname: sealed\naudience: people\nbridge: tokens\ndestination: picky\nbucket: box\n")
    code, out, said = apply(applied, text)
    assert (code, out) == (0, "Destination picky: created\nRoute sealed: created\n")
    assert said == ("FILE0:5: warning: packaging.encryption: is not honoured yet as it stands here: deliveries to it will be held\n"
                    "FILE0:7: warning: deliveries of route sealed will be held: unsupported(packaging.encryption)\n")
    held = {"file": applied.fleet.path("some-0.yaml"), "line": 7, "field": "",
            "text": "deliveries of route sealed will be held: unsupported(packaging.encryption)"}
    code, out, said = apply(applied, text, args=("--json",))
    assert (code, said) == (0, "") and held in json.loads(out)["warnings"]
    # Beside a mistake the warnings stay.
    code, out, said = apply(applied, text + "approvals: none\n", args=("--json",))
    report = json.loads(out)
    assert (code, report["applied"], report["documents"]) == (1, False, []) and held in report["warnings"]
    assert [(m["line"], m["field"], m["text"]) for m in report["mistakes"]] == [
        (14, "approvals", "is no field of a document of kind Route: did you mean approval?")]
    assert json.loads(said)["error"]["code"] == "bad_configuration"
    code, out, said = apply(applied, text + "approvals: none\n")
    assert (code, out) == (1, "") and "FILE0:7: warning: deliveries of route sealed" in said and "FILE0:14: approvals:" in said


def test_what_changes_is_said_beforehand_and_nothing_is_written(applied):
    old = ("kind: Tenant\nname: shown\ndescription: one\nlimits: {tasks_in_flight: 5, deliveries_per_day: 7}\n")
    new = ("kind: Tenant\nname: shown\nlimits: {tasks_in_flight: 6, deliveries_per_hour: 2, deliveries_per_day: 7}\n")
    before = documents(applied)
    assert apply(applied, old, args=("--dry-run",)) == (0, "Tenant shown: created\nnothing was applied: --dry-run\n", "")
    assert documents(applied) == before
    assert apply(applied, old) == (0, "Tenant shown: created\n", "")
    before = documents(applied)
    line = "Tenant shown: changed: description (removed), limits.tasks_in_flight, limits.deliveries_per_hour (added)\n"
    code, out, said = apply(applied, new, args=("--dry-run", "--diff"))
    assert (code, said) == (0, "")
    assert out == (line + "  - description: \"one\"\n  ~ limits.tasks_in_flight: 5 -> 6\n  + limits.deliveries_per_hour: 2\n"
                   "nothing was applied: --dry-run\n")
    code, out, said = apply(applied, new, args=("--dry-run", "--json"))
    report = json.loads(out)
    assert (code, said, report["applied"], report["dry_run"]) == (0, "", False, True)
    assert report["documents"] == [{"kind": "Tenant", "tenant": "shown", "name": "shown", "result": "changed", "next_runs": [], "changes": [
        {"field": "description", "change": "removed", "old": "one"},
        {"field": "limits.tasks_in_flight", "change": "changed", "old": 5, "new": 6},
        {"field": "limits.deliveries_per_hour", "change": "added", "new": 2}]}]
    assert documents(applied) == before
    assert apply(applied, new) == (0, line, "")
    assert documents(applied) != before
    assert apply(applied, new, args=("--diff",)) == (0, "Tenant shown: unchanged\n", "")
    assert apply(applied, old.replace("limits:", "limit:"), args=("--dry-run",))[0] == 1, "mistakes are told, too"


def test_a_dry_run_waits_for_nobody_and_touches_no_drop(applied):
    import psycopg
    drop = applied.fleet.path("untouched")
    os.mkdir(drop)
    with psycopg.connect(applied.fleet.conninfo()) as other:
        other.execute("LOCK TABLE conf.document IN SHARE ROW EXCLUSIVE MODE")
        assert apply(applied, f"kind: Bucket\nname: untouched\nurl: file://{drop}/\n", args=("--dry-run",)) == (
            0, "Bucket untouched: created\nnothing was applied: --dry-run\n", "")
    assert os.listdir(drop) == []


def test_who_applied_which_content_is_on_record(applied):
    fleet = applied.fleet
    code, _, _ = apply(applied, "kind: Tenant\nname: acme\ndescription: changed\n", args=("--actor", "carol"))
    assert code == 0
    (body, digest), = fleet.query("SELECT body, hash FROM conf.document WHERE kind = 'Tenant' AND name = 'acme'")
    stored = body if isinstance(body, str) else json.dumps(body, sort_keys=True, separators=(",", ":"))
    assert digest == hashlib.sha256(stored.encode()).hexdigest()
    records = wait_until(lambda: fleet.query("SELECT actor, facts::text FROM audit.record WHERE action = 'configuration.applied' "
                                             "AND actor = 'carol'"), 120, "the audit record")
    assert len(records) == 1 and digest in records[0][1]


def test_a_record_that_could_not_be_published_is_made_up_for(applied):
    """Kafka is away after the documents were stored: they are applied, the command says so, and the same again records them."""
    fleet = applied.fleet
    text = "kind: Tenant\nname: late\n"
    path = fleet.path("late.yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    before = fleet.servers["LONGSHORE_KAFKA"]
    fleet.servers["LONGSHORE_KAFKA"] = "127.0.0.1:1"  # nobody there
    try:
        done = fleet.run("apply", "-f", path, "--actor", "dora", timeout=120)
    finally:
        fleet.servers["LONGSHORE_KAFKA"] = before
    assert done.returncode == 1 and done.stdout == "Tenant late: created\n"
    assert "everything is applied, but not everything is recorded in the audit trail: apply the same again" in done.stderr
    for _ in range(2):
        assert fleet.run("apply", "-f", path, "--actor", "emil").stdout == "Tenant late: unchanged\n"
    records = wait_until(lambda: fleet.query("SELECT actor FROM audit.record WHERE tenant = 'late'"), 120, "the audit record")
    assert records == [("dora",)]


def test_one_after_the_other(applied):
    """Who applies meanwhile waits, and is checked against what then is there."""
    import psycopg
    fleet = applied.fleet
    route = ("kind: Route\ntenant: acme\nname: second\naudience: people\nbridge: tokens\ndestination: dsp\nbucket: box\n")
    path = fleet.path("second.yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(route)
    with psycopg.connect(fleet.conninfo()) as other:
        other.execute("LOCK TABLE conf.document IN SHARE ROW EXCLUSIVE MODE")
        applying = subprocess.Popen([os.path.join(fleet.bin, "longshore"), "apply", "-f", path], env=fleet.environment(),
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        wait_until(lambda: fleet.query("SELECT 1 FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
                                       "WHERE c.relname = 'document' AND NOT l.granted"), 120, "it to wait")
        other.execute("DELETE FROM conf.document WHERE kind = 'Bucket'")
    out, said = applying.communicate(timeout=60)
    assert (applying.returncode, out) == (1, "") and said.startswith(f"{path}:7: bucket: there is no Bucket box: apply it\n")
    assert apply(applied, applied.text())[0] == 0


def test_a_directory_stands_for_its_yaml_files(applied):
    folder = applied.fleet.path("folder")
    os.makedirs(folder + "/below")
    for name, tenant in (("b.yaml", "later"), ("a.yml", "sooner"), (".hidden.yaml", "bad name"), ("notes.txt", "bad name"),
                         ("below/c.yaml", "bad name")):
        with open(f"{folder}/{name}", "w", encoding="utf-8") as f:
            f.write(f"kind: Tenant\nname: {tenant}\n")
    assert applied.fleet.cli("apply", "-f", folder) == "Tenant sooner: created\nTenant later: created\n"
    with open(folder + "/b.yaml", "w", encoding="utf-8") as f:
        f.write("kind: Tenant\nname: later\nlimit: 3\n")
    done = applied.fleet.run("apply", "-f", folder + "/")
    assert done.returncode == 1 and done.stderr.startswith(f"{folder}/b.yaml:3: limit: "), done.stderr


def test_a_directory_without_yaml_files_is_a_mistake(applied):
    empty = applied.fleet.path("empty")
    os.makedirs(empty)
    done = applied.fleet.run("apply", "-f", empty)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"longshore: {empty}: contains no file whose name ends in .yaml or .yml\n"
