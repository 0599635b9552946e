"""The table of bad sources: what lies below an audience's prefix, and what is said of it."""
import os
from dataclasses import dataclass, field
from typing import Callable

from bad_world import CANARY, COLUMN, DONE, GOOD, PEOPLE, TOKENS, failed, outcome

A, B, C = PEOPLE[:3]


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
    marker: str = None

    def documents(self, world):
        audience = world.audience_of(self.name, self.url)
        if self.marker:
            audience["source"]["ready"] = {"marker": self.marker}
        return [audience,
                world.route_of(self.name, **({"suppress": list(self.lists)} if self.lists else {}))]


def bad_csv(name, detail, row=None):
    where = f"row {row}" if row else "header"
    return failed("bad_csv", f"inspect 0: audience {name}: object part.csv: {where}: {detail}")


def bad_source(name, detail):
    return failed("bad_source", f"inspect 0: audience {name}: {detail}")


def nobody_there(name):
    return outcome("held", "source_missing", f"audience {name}: file://ROOT/source/{name}/ contains no object yet: put it there")


def still_written(name):
    return outcome("held", "source_missing", f"audience {name}: object part.csv: its last row has no line end, so somebody may still be writing it: add a line end, or it will be read once it has not changed for 60 s")


def arrives(world, case):
    """The delivery that waited goes on by itself."""
    world.put(f"{case.name}/part.csv", GOOD)
    world.wait_row(case.name, "bad", "completed")
    world.check(case.name, "bad")


def marker_arrives(world, case):
    world.put(f"{case.name}/_SUCCESS", "")
    world.wait_row(case.name, "bad", "completed")
    world.check(case.name, "bad")


def ended_by_another(world, case):
    delivery_id = world.row(case.name, "bad")[0]
    assert world.say("reject", delivery_id, "--actor", "bob").code == 0
    world.wait_row(case.name, "bad", "rejected")


def a_link_that_leads_out(world, case):
    world.put("elsewhere/part.csv", GOOD)
    os.symlink(os.path.join(world.root, "elsewhere", "part.csv"), os.path.join(world.root, case.name, "part.csv"))


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
    Source("open_quote", {"part.csv": f'patient,x\n{A},1\n"{B},2\n{C},3\n'}, 3, still_written("open_quote"), then=arrives),
    Source("half_a_row", {"part.csv": f"patient,x\n{A},1\n{B}"}, 3, still_written("half_a_row"), then=arrives),
    Source("quote_inside", {"part.csv": f'patient\n{A}"{B}"\n'}, 1, bad_csv(
        "quote_inside", "a quote inside an unquoted field: quote the field and double the quote", 1)),
    Source("nul_byte", {"part.csv": f"patient,x\n{A},1\n{B}\0,2\n"}, 1, bad_csv(
        "nul_byte", "a NUL byte: is the file UTF-16 or compressed? provide it as UTF-8", 2)),
    Source("utf_16", {"part.csv": GOOD.encode("utf-16")}, 1, bad_csv(
        "utf_16", "a NUL byte: is the file UTF-16 or compressed? provide it as UTF-8")),
    Source("lone_cr", {"part.csv": f"patient\r{A}\r"}, 1, bad_csv(
        "lone_cr", "a carriage return without a line feed: end lines with LF or CR LF")),
    Source("long_row", {"part.csv": f"patient,x\n{A},1\n{B},{'y' * (1 << 20)}\n"}, 1, bad_csv(
        "long_row", "longer than 1 MiB: is a quote missing?", 2)),
    Source("many_columns", {"part.csv": ",".join(f"c{i}" for i in range(1025)) + "\n"}, 1, bad_csv(
        "many_columns", "more than 1024 fields: provide fewer columns")),
    Source("no_id_column", {"part.csv": f"person\n{A}\n"}, 1, bad_source(
        "no_id_column", f"object part.csv: header: there is no column patient: {COLUMN}")),
    Source("no_header", {"part.csv": f"{A}\n{B}\n"}, 1, bad_source(
        "no_header", f"object part.csv: header: there is no column patient: {COLUMN}")),
    Source("wrong_delimiter", {"part.csv": f"patient;x\n{A};1\n"}, 1, bad_source(
        "wrong_delimiter", f"object part.csv: header: there is no column patient: {COLUMN}")),
    Source("column_twice", {"part.csv": f"patient,patient\n{A},{B}\n"}, 1, bad_source(
        "column_twice", f"object part.csv: header: there is more than one column patient: {COLUMN}")),
    Source("gzip", {"part.csv": b"\x1f\x8b\x08\x00"}, 1, bad_source(
        "gzip", "object part.csv: it is compressed with gzip, but this source is read uncompressed: decompress it")),
    Source("no_gzip", {"part.csv.gz": GOOD}, 1, bad_source(
        "no_gzip", "object part.csv.gz: its name ends in .gz, but it is not compressed: rename it, if it is complete")),
    Source("empty_file", {"part.csv": ""}, 1, bad_source(
        "empty_file", "object part.csv: it is empty: even an object without rows needs its header")),
    Source("odd_name", {"part\n.csv": GOOD}, 1, bad_source(
        "odd_name", "file://ROOT/source/odd_name/: an object's name contains a control character: rename it")),
    Source("deep", {"/".join("abcdefghijklmnopq") + "/part.csv": GOOD}, 1, bad_source(
        "deep", "file://ROOT/source/deep/ is nested deeper than 16 directories: move its files up")),
    Source("header_only", {"part.csv": "patient\n"}, 3, outcome(
        "held", "empty_source", "the source has no row", "approve ID"), then=ended_by_another),
    Source("nobody_matches", {"part.csv": f"patient\n{CANARY}stranger\n"}, 3, outcome(
        "held", "zero_match", "no row of the source matched", "approve ID"), then=ended_by_another),
    Source("no_object", {}, 3, nobody_there("no_object"), then=arrives),
    Source("not_ready", {"part.csv": GOOD}, 3, outcome(
        "held", "source_missing", "audience not_ready: file://ROOT/source/not_ready/ is not complete yet: its ready.marker is "
        "not there"), marker="_SUCCESS", then=marker_arrives),
    Source("no_prefix", {}, 3, outcome(
        "held", "source_missing", "audience no_prefix: cannot read file://ROOT/source/no_prefix/ (No such file or directory): "
        "put it there, or correct the URL and resume"), prepare=lambda world, case: os.rmdir(os.path.join(world.root, case.name)),
           then=arrives),
    Source("hidden", {".hidden.csv": GOOD, "_tmp/part.csv": GOOD, "part.csv.tmp": GOOD}, 3, nobody_there("hidden"), then=arrives),
    Source("link", {"other.csv": GOOD}, 1, bad_source(
        "link", "file://ROOT/source/link/: part.csv is a link that leaves it: replace the link with the file itself, or use the file's real location in the URL"), prepare=a_link_that_leads_out),
    Source("directory", {}, 1, bad_source(
        "directory", "file://ROOT/source/directory/people.csv is not a regular file (end the URL with a slash to read all files below it)"),
           prepare=no_file_but_a_directory, url="directory/people.csv"),
    Source("pipe", {}, 1, bad_source(
        "pipe", "file://ROOT/source/pipe/people.csv is not a regular file (end the URL with a slash to read all files below it)"),
           prepare=no_file_but_a_pipe, url="pipe/people.csv"),
    Source("list_without_column", {"part.csv": GOOD}, 1, failed(
        "bad_source", f"lists 0: suppression list wrong: object list.csv: header: there is no column patient: {COLUMN}"),
           lists=("wrong",), then=lambda world, case: world.put("wrong/list.csv", "patient\nnobody\n")),
    Source("list_missing", {"part.csv": GOOD}, 3, outcome(
        "held", "source_missing", "suppression list late: cannot read file://ROOT/source/late/ (No such file or directory): "
        "put it there, or correct the URL and resume"), lists=("late",), then=lambda world, case: (
            list_arrives(world, case), world.put("late/list.csv", "patient\nnobody\n"))),
    # What is odd and no mistake: it is counted, and the rest is delivered.
    Source("empty_id", {"part.csv": f"patient,x\n{A},1\n,2\n\a,3\n"}, 0, DONE, {"rows_read": 3, "invalid": 2, "matched": 1}),
    Source("blank_line", {"part.csv": f"patient\n{A}\n\n{B}\n"}, 0, DONE, {"rows_read": 3, "invalid": 1, "matched": 2}),
    Source("endless_id", {"part.csv": f"patient\n{A}\n{CANARY * 2000}\n"}, 0, DONE, {"invalid": 1, "matched": 1}),
    Source("no_utf_8", {"part.csv": f"patient\n{A}\n".encode() + f"{CANARY}".encode() + b"\xff\xfe\n"}, 0, DONE,
           {"rows_read": 2, "invalid": 1, "unmatched": 0, "matched": 1}),
    Source("name_that_is_no_text", {"part\udcff.csv": GOOD}, 0, DONE, {"matched": len(PEOPLE)}),
    Source("bom_and_crlf", {"part.csv": b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()}, 0, DONE,
           {"rows_read": len(PEOPLE), "matched": len(PEOPLE)}),
    Source("other_columns", {"part.csv": GOOD, "qart.csv": f"patient,x\n{A},1\n"}, 0, DONE, {"matched": len(PEOPLE) + 1, "repeated": 1}),
    Source("blanks_around_ids", {"part.csv": f"patient,x\n\t{A}\u00a0,1\n\u200b{B} ,2\n"}, 0, DONE, {"rows_read": 2, "matched": 2}),
    Source("no_last_line_end", {"part.csv": GOOD.rstrip("\n")}, 3, still_written("no_last_line_end"), then=arrives),
    Source("twice_the_same", {"part.csv": GOOD + f"{A}\n{A}\n"}, 0, DONE, {"matched": len(PEOPLE) + 2, "repeated": 2}),
]
