"""Bad input, case by case: what is said of it, exactly; then the same fleet delivers right, with no service started anew.
Nothing that is said, logged or recorded shows a person's id."""
import os
import secrets
import time
from dataclasses import dataclass, field
from typing import Callable

import pytest

from bad_world import CANARY, DESTINATION, GOOD, GOOD_BRIDGE, PEOPLE, QUICK, TOKENS, World, outcome
from fleet import Fleet, wait_until
from foreign import Foreigner, avro_long, encode, header_of

A, B, C = PEOPLE[:3]
TOO_LARGE = 995904  # the largest event; the broker takes 1,048,588 bytes


@pytest.fixture(scope="module")
def world():
    with Fleet("bad", env=QUICK) as fleet:
        fleet.wait_ready()
        world = World(fleet)
        world.put("optout/list.csv", f"patient\n{A}\n")
        world.put("wrong/list.csv", f"person\n{A}\n")
        lists = [{"kind": "SuppressionList", "tenant": "acme", "name": name, "source": {"url": world.url(f"{name}/")},
                  "id": {"column": "patient", "kind": "patient_id"}} for name in ("optout", "wrong", "late")]
        world.apply(lists + [d for case in SOURCE for d in case.documents(world)] +
                    [d for case in BRIDGE for d in case.documents(world)])
        yield world


@pytest.fixture(scope="module")
def foreigner(world):
    foreigner = Foreigner(world.fleet)
    yield foreigner
    foreigner.close()


# --- sources ---

@dataclass
class Source:
    """files: below the audience's prefix. says: what deliver --wait prints, and its exit code. books: what is counted.
    prepare: what files cannot say. then: what a person or the world does about it."""
    name: str
    files: dict
    code: int
    says: str
    books: dict = field(default_factory=dict)
    prepare: Callable = None
    then: Callable = None
    lists: tuple = ()
    url: str = None

    def documents(self, world):
        return [world.audience_of(self.name, self.url),
                world.route_of(self.name, **({"suppress": list(self.lists)} if self.lists else {}))]


def failed(reason, detail):
    return outcome("failed", reason, detail)


def bad_csv(name, detail, row=None):
    where = f"row {row}" if row else "header"
    return failed("bad_csv", f"inspect 0: audience {name}: object part.csv: {where}: {detail}")


def bad_source(name, detail):
    return failed("bad_source", f"inspect 0: audience {name}: {detail}")


COLUMN = "correct the header, or the column or delimiter in the configuration"
DONE = outcome("completed")


def nobody_there(name):
    return outcome("held", "source_missing", f"audience {name}: file://ROOT/source/{name}/ holds no object yet")


def arrives(world, case):
    """The delivery that waited goes on by itself."""
    world.put(f"{case.name}/part.csv", GOOD)
    world.wait_row(case.name, "bad", "completed")
    world.check(case.name, "bad")


def ended_by_another(world, case):
    delivery_id = world.row(case.name, "bad")[0]
    assert world.say("reject", delivery_id, "--actor", "bob").code == 0
    world.wait_row(case.name, "bad", "rejected")


def only_links_and_hidden_files(world, case):
    world.put("elsewhere/part.csv", GOOD)
    os.symlink(os.path.join(world.root, "elsewhere", "part.csv"), os.path.join(world.root, case.name, "part.csv"))
    os.symlink(os.path.join(world.root, "elsewhere"), os.path.join(world.root, case.name, "dir"))


def no_file_but_a_directory(world, case):
    os.makedirs(os.path.join(world.root, case.name, "people.csv"))


def no_file_but_a_pipe(world, case):
    os.mkfifo(os.path.join(world.root, case.name, "people.csv"))


def list_arrives(world, case):
    world.put("late/list.csv", f"patient\n{B}\n")
    world.wait_row(case.name, "bad", "completed")
    world.check(case.name, "bad", suppressed=[TOKENS[B]])


SOURCE = [
    Source("ragged_row", {"part.csv": f"patient,x\n{A},1\n{B},2,3\n"}, 1, bad_csv(
        "ragged_row", "3 fields, expected 2: correct the row, or the delimiter in the configuration", 2)),
    Source("open_quote", {"part.csv": f'patient,x\n{A},1\n"{B},2\n{C},3\n'}, 1, bad_csv(
        "open_quote", "an open quote at the end: is the file cut off?", 2)),
    Source("quote_inside", {"part.csv": f'patient\n{A}"{B}"\n'}, 1, bad_csv(
        "quote_inside", "a quote inside an unquoted field: quote the field and double the quote", 1)),
    Source("nul_byte", {"part.csv": f"patient,x\n{A},1\n{B}\0,2\n"}, 1, bad_csv(
        "nul_byte", "a NUL byte: is it UTF-16 or compressed? deliver it as UTF-8", 2)),
    Source("utf_16", {"part.csv": GOOD.encode("utf-16")}, 1, bad_csv(
        "utf_16", "a NUL byte: is it UTF-16 or compressed? deliver it as UTF-8")),
    Source("lone_cr", {"part.csv": f"patient\r{A}\r"}, 1, bad_csv(
        "lone_cr", "a carriage return without a line feed: end lines in LF or in CR LF")),
    Source("long_row", {"part.csv": f"patient,x\n{A},1\n{B},{'y' * (1 << 20)}\n"}, 1, bad_csv(
        "long_row", "longer than 1 MiB: is a quote missing?", 2)),
    Source("many_columns", {"part.csv": ",".join(f"c{i}" for i in range(1025)) + "\n"}, 1, bad_csv(
        "many_columns", "more than 1024 fields: deliver fewer columns")),
    Source("no_id_column", {"part.csv": f"person\n{A}\n"}, 1, bad_source(
        "no_id_column", f"object part.csv: header: there is no column patient: {COLUMN}")),
    Source("no_header", {"part.csv": f"{A}\n{B}\n"}, 1, bad_source(
        "no_header", f"object part.csv: header: there is no column patient: {COLUMN}")),
    Source("wrong_delimiter", {"part.csv": f"patient;x\n{A};1\n"}, 1, bad_source(
        "wrong_delimiter", f"object part.csv: header: there is no column patient: {COLUMN}")),
    Source("column_twice", {"part.csv": f"patient,patient\n{A},{B}\n"}, 1, bad_source(
        "column_twice", f"object part.csv: header: there is more than one column patient: {COLUMN}")),
    Source("other_columns", {"part.csv": GOOD, "qart.csv": f"patient,x\n{A},1\n"}, 1, bad_source(
        "other_columns", "object qart.csv: header: its columns are not those of object part.csv: "
        "all objects of a source have the same ones")),
    Source("empty_file", {"part.csv": ""}, 1, bad_source(
        "empty_file", "object part.csv: it is empty: even an object without rows needs its header")),
    Source("odd_name", {"part\n.csv": GOOD}, 1, bad_source(
        "odd_name", "file://ROOT/source/odd_name/: an object's name holds a control character: rename it")),
    Source("header_only", {"part.csv": "patient\n"}, 3, outcome(
        "held", "empty_source", "the source has no row", "approve ID"), then=ended_by_another),
    Source("nobody_matches", {"part.csv": f"patient\n{CANARY}stranger\n"}, 3, outcome(
        "held", "zero_match", "no row of the source matched", "approve ID"), then=ended_by_another),
    Source("no_object", {}, 3, nobody_there("no_object"), then=arrives),
    Source("no_prefix", {}, 3, outcome(
        "held", "source_missing", "audience no_prefix: file://ROOT/source/no_prefix/ cannot be read (No such file or directory): "
        "deliver it there, or correct the URL"), prepare=lambda world, case: os.rmdir(os.path.join(world.root, case.name)),
           then=arrives),
    Source("links", {".hidden.csv": GOOD, "_tmp/part.csv": GOOD}, 3, nobody_there("links"),
           prepare=only_links_and_hidden_files, then=lambda world, case: (
               os.unlink(os.path.join(world.root, case.name, "part.csv")), arrives(world, case))),
    Source("directory", {}, 1, bad_source(
        "directory", "file://ROOT/source/directory/people.csv is no regular file (end the URL in a slash for all files below it)"),
           prepare=no_file_but_a_directory, url="directory/people.csv"),
    Source("pipe", {}, 1, bad_source(
        "pipe", "file://ROOT/source/pipe/people.csv is no regular file (end the URL in a slash for all files below it)"),
           prepare=no_file_but_a_pipe, url="pipe/people.csv"),
    Source("list_without_column", {"part.csv": GOOD}, 1, failed(
        "bad_source", f"lists 0: suppression list wrong: object list.csv: header: there is no column patient: {COLUMN}"),
           lists=("wrong",), then=lambda world, case: world.put("wrong/list.csv", "patient\nnobody\n")),
    Source("list_missing", {"part.csv": GOOD}, 3, outcome(
        "held", "source_missing", "suppression list late: file://ROOT/source/late/ cannot be read (No such file or directory): "
        "deliver it there, or correct the URL"), lists=("late",), then=lambda world, case: (
            list_arrives(world, case), world.put("late/list.csv", "patient\nnobody\n"))),
    # What is odd and no mistake: it is counted, and the rest is delivered.
    Source("empty_id", {"part.csv": f"patient,x\n{A},1\n,2\n\a,3\n"}, 0, DONE, {"rows_read": 3, "invalid": 2, "matched": 1}),
    Source("blank_line", {"part.csv": f"patient\n{A}\n\n{B}\n"}, 0, DONE, {"rows_read": 3, "invalid": 1, "matched": 2}),
    Source("endless_id", {"part.csv": f"patient\n{A}\n{CANARY * 2000}\n"}, 0, DONE, {"invalid": 1, "matched": 1}),
    Source("no_utf_8", {"part.csv": f"patient\n{A}\n".encode() + f"{CANARY}".encode() + b"\xff\xfe\n"}, 0, DONE,
           {"rows_read": 2, "invalid": 0, "unmatched": 1, "matched": 1}),
    Source("bom_and_crlf", {"part.csv": b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()}, 0, DONE,
           {"rows_read": len(PEOPLE), "matched": len(PEOPLE)}),
    Source("no_last_line_end", {"part.csv": GOOD.rstrip("\n")}, 0, DONE, {"matched": len(PEOPLE)}),
    Source("twice_the_same", {"part.csv": GOOD + f"{A}\n{A}\n"}, 0, DONE, {"matched": len(PEOPLE) + 2, "repeated": 2}),
]


@pytest.mark.parametrize("case", SOURCE, ids=lambda case: case.name)
def test_source(world, case):
    world.clear(case.name)
    for name, content in case.files.items():
        world.put(f"{case.name}/{name}", content)
    if case.prepare:
        case.prepare(world, case)
    assert world.deliver(case.name, "bad").all() == (case.code, case.says, "")
    if case.code == 0:
        books = world.check(case.name, "bad")
        assert {name: books[name] for name in case.books} == case.books
    elif case.code == 1:
        assert world.delivered(world.row(case.name, "bad")[0]) == []
    if case.then:
        case.then(world, case)
    world.clear(case.name)
    world.put(case.url or f"{case.name}/part.csv", GOOD)
    world.good_run(case.name)


def changed(world, name):
    world.put(f"{name}/part.csv", GOOD.replace(A, f"{CANARY}new"))


def grown(world, name):
    """What arrives later is left alone."""
    world.put(f"{name}/part.csv", GOOD + f"{CANARY}new\n")


def cut_short(world, name):
    world.put(f"{name}/part.csv", GOOD[:-30])


def spoilt(world, name):
    world.put(f"{name}/part.csv", GOOD.replace(A, '"'))


def removed(world, name):
    os.unlink(os.path.join(world.root, name, "part.csv"))


def replaced_by_a_link(world, name):
    removed(world, name)
    os.symlink(world.put("elsewhere/part.csv", GOOD), os.path.join(world.root, name, "part.csv"))


def nothing_left(world, name):
    removed(world, name)
    removed_too = os.path.join(world.root, name, "second.csv")
    os.unlink(removed_too)


@pytest.mark.parametrize("change, state, reason, revision", [
    (changed, "completed", "", 2), (grown, "completed", "", 1), (cut_short, "completed", "", 2), (removed, "completed", "", 2),
    (replaced_by_a_link, "completed", "", 2), (spoilt, "failed", "bad_csv", 2), (nothing_left, "held", "source_missing", 2),
], ids=lambda value: getattr(value, "__name__", None))
def test_source_changes_between_inspect_and_select(world, change, state, reason, revision):
    name = "c" + change.__name__
    world.put(f"{name}/part.csv", GOOD)
    world.put(f"{name}/second.csv", f"patient\n{A}\n")
    world.apply([world.audience_of(name), world.route_of(name)])
    world.between_inspect_and_select(name, "bad", lambda: change(world, name))
    row = world.wait_row(name, "bad", state)
    assert (row[2], row[4]) == (reason, revision)
    if change is grown:
        world.put(f"{name}/part.csv", GOOD)
    if state == "completed":
        world.check(name, "bad")
    world.put(f"{name}/part.csv", GOOD)
    if state == "held":
        assert row[3] == f"audience {name}: file://{world.root}/{name}/ holds no object yet"
        world.wait_row(name, "bad", "completed")
        world.check(name, "bad")
    world.clear(name)
    world.put(f"{name}/part.csv", GOOD)
    world.good_run(name)


def test_source_directory_is_away_for_a_while(world):
    """Between inspect and select all is gone, as when a mount is lost; when it is back the same delivery goes on."""
    world.put("away/part.csv", GOOD)
    world.apply([world.audience_of("away"), world.route_of("away")])
    path = os.path.join(world.root, "away")
    world.between_inspect_and_select("away", "bad", lambda: os.rename(path, path + ".lost"))
    row = world.wait_row("away", "bad", "held")
    assert row[2:4] == ("source_missing", f"audience away: object part.csv: file://{path}/ cannot be read (No such file or directory): "
                                          "deliver it there, or correct the URL")
    os.rename(path + ".lost", path)
    assert world.wait_row("away", "bad", "completed")[4] == 1
    world.check("away", "bad")
    world.good_run("away")


# --- bridges ---

@dataclass
class Bridge:
    name: str
    files: dict
    code: int
    says: str
    books: dict = field(default_factory=dict)
    config: dict = field(default_factory=dict)
    then: Callable = None

    def documents(self, world):
        return [world.bridge_of(self.name, f"{self.name}/", **self.config),
                world.route_of(self.name, audience="daily", bridge=self.name)]


def bad_bridge(name, detail):
    return failed("bad_bridge", f"build 0: bridge {name}: {detail}")


def contradicts(name, cardinality, count, rows):
    return bad_bridge(name, f"{count} rows contradict the cardinality {cardinality}, the first: rows {rows} (counted through all "
                            "objects). Correct the partner's file, or the cardinality of the bridge")


def bridge_arrives(world, case):
    world.put(f"{case.name}/pairs.csv", GOOD_BRIDGE)
    world.wait_row(case.name, "bad", "completed")


BRIDGE = [
    Bridge("b_two_tokens", {"pairs.csv": GOOD_BRIDGE + f"{A},{CANARY}other\n"}, 1, contradicts(
        "b_two_tokens", "1:1", 1, "1 and 13")),
    Bridge("b_shared_token", {"pairs.csv": GOOD_BRIDGE, "qairs.csv": f"patient,token\n{CANARY}other,{TOKENS[A]}\n"}, 1, contradicts(
        "b_shared_token", "1:1", 1, "1 and 13")),
    Bridge("b_two_tokens_n1", {"pairs.csv": GOOD_BRIDGE + f"{A},{CANARY}other\n"}, 1, contradicts(
        "b_two_tokens_n1", "n:1", 1, "1 and 13"), config={"cardinality": "n:1"}),
    Bridge("b_long_token", {"pairs.csv": GOOD_BRIDGE, "qairs.csv": f"patient,token\n{CANARY}other,{CANARY * 8}\n"}, 1, bad_bridge(
        "b_long_token", "object qairs.csv: row 1: column token is longer than 16 bytes: correct the row, or raise its max_length"),
           config={"record": [{"name": "token", "column": "token", "max_length": 16}]}),
    Bridge("b_no_text", {"pairs.csv": GOOD_BRIDGE.encode(), "qairs.csv": f"patient,token\n{CANARY},{CANARY}".encode() + b"\xff\n"}, 1,
           bad_bridge("b_no_text", "object qairs.csv: row 1: a value is not UTF-8, or holds a control character: correct the row")),
    Bridge("b_no_column", {"pairs.csv": f"patient,tokens\n{A},{TOKENS[A]}\n"}, 1, failed(
        "bad_source", f"build 0: bridge b_no_column: object pairs.csv: header: there is no column token: {COLUMN}")),
    Bridge("b_ragged", {"pairs.csv": f"patient,token\n{A}\n"}, 1, failed(
        "bad_csv", "build 0: bridge b_ragged: object pairs.csv: row 1: 1 fields, expected 2: correct the row, or the delimiter in the "
        "configuration")),
    Bridge("b_no_rows", {"pairs.csv": f"patient,token\n{A},\n,{TOKENS[A]}\n"}, 1, bad_bridge(
        "b_no_rows", "file://ROOT/source/b_no_rows/ holds no row with both ids: correct it, or the columns in the configuration")),
    Bridge("b_no_object", {}, 3, outcome(
        "held", "source_missing", "bridge b_no_object: file://ROOT/source/b_no_object/ holds no object yet"), then=bridge_arrives),
    Bridge("b_empty_ids", {"pairs.csv": GOOD_BRIDGE + f"{CANARY}more,\n,{CANARY}more\n"}, 0, DONE,
           {"rows_read": len(PEOPLE) + 2, "invalid": 2, "pairs": len(PEOPLE)}),
    Bridge("b_pair_twice", {"pairs.csv": GOOD_BRIDGE + f"{A},{TOKENS[A]}\n"}, 0, DONE,
           {"rows_read": len(PEOPLE) + 1, "repeated": 1, "pairs": len(PEOPLE)}),
]


@pytest.mark.parametrize("case", BRIDGE, ids=lambda case: case.name)
def test_bridge(world, case):
    world.clear(case.name)
    for name, content in case.files.items():
        world.put(f"{case.name}/{name}", content)
    assert world.build(case.name, "bad").all() == (case.code, case.says, "")
    if case.code == 0:
        books = world.row(case.name, "bad")[5]
        assert {name: books[name] for name in case.books} == case.books
        world.good_run(case.name, "daily")
    if case.then:
        case.then(world, case)
    world.clear(case.name)
    world.put(f"{case.name}/pairs.csv", GOOD_BRIDGE)
    assert world.build(case.name, "good").all() == (0, DONE, "")
    world.good_run(case.name, "daily")


@pytest.mark.parametrize("name, detail", [
    ("never_built", "bridge never_built has no version yet; build it"),
    ("too_old", "the newest version of bridge too_old is older than 1 hours; build it anew")])
def test_bridge_is_stale(world, name, detail):
    world.put(f"{name}/pairs.csv", GOOD_BRIDGE)
    world.apply([world.bridge_of(name, f"{name}/", max_age_hours=1), world.route_of(name, audience="daily", bridge=name)])
    if name == "too_old":
        assert world.build(name, "old").all() == (0, DONE, "")
        world.fleet.query("UPDATE run.bridge_version SET built_at = built_at - interval '61 minutes' WHERE bridge = %s RETURNING 1",
                          (name,))
    assert world.deliver(name, "bad").all() == (3, outcome("held", "stale_bridge", detail), "")
    assert world.build(name, "good").all() == (0, DONE, "")
    world.wait_row(name, "bad", "completed")  # goes on by itself
    world.check(name, "bad", "daily")
    world.good_run(name, "daily")
