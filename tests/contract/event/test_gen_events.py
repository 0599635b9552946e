"""The generator: what it refuses, in which words, and that its output depends on nothing but its input."""
import copy
import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCALARS = [{"name": "a", "type": "string"}, {"name": "b", "type": "long", "default": 1}]


def generate(folder, schemas):
    """Runs the generator over schemas by file name; returns (exit code, error, header, source)."""
    paths = []
    for name, schema in schemas.items():
        path = folder / f"{name}.avsc"
        path.write_text(schema if isinstance(schema, str) else json.dumps(schema))
        paths.append(str(path))
    header, source = folder / "out" / "events.h", folder / "out" / "events.c"
    done = subprocess.run([ROOT / "scripts" / "gen-events", "--header", header, "--source", source, *paths],
                          capture_output=True, text=True, check=False)
    made = [p.read_text() if p.exists() else None for p in (header, source)]
    return done.returncode, done.stderr, *made


def event(*fields, name="Event", **more):
    return {"type": "record", "name": name, "namespace": "longshore", "fields": list(fields), **more}


def of(kind, **more):
    return event({"name": "a", "type": kind, **more})


def record(name, *fields):
    return {"type": "record", "name": name, "fields": list(fields)}


def enum(name, *symbols, **more):
    return {"type": "enum", "name": name, "symbols": list(symbols), **more}


REFUSED = {
    "array of null": (of({"type": "array", "items": "null"}), "Event: field a: items of no width"),
    "array of texts": (of({"type": "array", "items": "string"}), "items must be records; wrap the item"),
    "array of nullable": (of({"type": "array", "items": ["null", record("R", *SCALARS)]}), "items must be records"),
    "array of arrays": (of({"type": "array", "items": {"type": "array", "items": "string"}}), "items must be records"),
    "empty record": (event(), "a record without fields has no width"),
    "empty item": (of({"type": "array", "items": record("R")}), "R: a record without fields has no width"),
    "map": (of({"type": "map", "values": "string"}), 'the type {"type": "map", "values": "string"} is not supported'),
    "fixed": (of({"type": "fixed", "name": "F", "size": 4}), "is not supported"),
    "float": (of("float"), 'the type "float" is not supported'),
    "null": (of("null"), 'the type "null" is not supported'),
    "unknown name": (of("Nowhere"), 'the type "Nowhere" is not supported'),
    "union of two": (of(["string", "long"]), 'a union may only be ["null", type], null first'),
    "null last": (of(["string", "null"]), "null first"),
    "union of three": (of(["null", "string", "long"]), "null first"),
    "union in union": (of(["null", ["null", "string"]]), "null first"),
    "nullable number": (of(["null", "long"]), "a nullable long has no C shape"),
    "nullable enum": (of(["null", enum("E", "A")]), "a nullable enum has no C shape; add a symbol"),
    "nullable array": (of(["null", {"type": "array", "items": record("R", *SCALARS)}]), "an empty array means none"),
    "recursion": (of(["null", "Event"]), "Event would hold itself"),
    "type in a type": (of({"type": {"type": "string"}}), "a type inside a type"),
    "logical type": (of({"type": "long", "logicalType": "timestamp-millis"}), "'logicalType' is not supported"),
    "alias": (of("string", aliases=["z"]), "'aliases' is not supported"),
    "default of another type": (of("long", default="1"), 'the default "1" does not fit'),
    "default past 32 bits": (of("int", default=2**31), "does not fit"),
    "default that is a boolean": (of("int", default=True), "does not fit"),
    "default NUL": (of("string", default="a\0"), "does not fit"),
    "default of a nullable": (of(["null", "string"], default="x"), "it may be null"),
    "default of an array": (of({"type": "array", "items": record("R", *SCALARS)}, default=[{}]), "it may be []"),
    "default of a record": (of(record("R", *SCALARS), default={}), "make the record nullable"),
    "default symbol": (of(enum("E", "A", default="B")), "'B' is none of the symbols"),
    "default of the field": (of(enum("E", "A"), default="B"), "does not fit"),
    "symbols twice": (of(enum("E", "A", "A")), "symbols must be a list of different names"),
    "no symbols": (of(enum("E")), "symbols must be a list of different names"),
    "symbol in lower case": (of(enum("E", "a")), "'a' is no usable name"),
    "field in camel case": (event({"name": "aB", "type": "int"}), "'aB' is no usable name"),
    "C keyword": (event({"name": "default", "type": "int"}), "the C name default is taken"),
    "field twice": (event(SCALARS[0], SCALARS[0]), "the C name a is taken"),
    "count of an array": (event({"name": "a", "type": {"type": "array", "items": record("R", *SCALARS)}},
                                {"name": "a_count", "type": "int"}), "the C name a_count is taken"),
    "defined twice": (event({"name": "a", "type": record("R", *SCALARS)}, {"name": "b", "type": record("R", *SCALARS)}),
                      "R: defined twice in this file; refer to it by name"),
    "inner namespace": (of(record("R", *SCALARS) | {"namespace": "n"}), "a namespace stands on the event only"),
    "other namespace": (event(*SCALARS, namespace="other"), 'the namespace must be "longshore"'),
    "other name than the file": (event(*SCALARS, name="Other"), "name file and record alike"),
    "no record": ("[]", "an event is a record"),
    "no JSON": ("{", "cannot be read"),
    "key twice": ('{"type": "record", "type": "record"}', "the key 'type' stands twice"),
    "limit of a number": (of("int", limit=5), "only texts, bytes and arrays have a limit"),
    "range of a text": (of("string", range="count"), "a range belongs to an int or a long"),
    "unknown range": (of("int", range="counts"), "and is one of time, time or none, count"),
    "limit of zero": (of("string", limit=0), "the limit must be a positive number"),
    "no type": (event({"name": "a"}), "Event: field a: has no type"),
    "items missing": (of({"type": "array"}), "is not supported"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_supported_is_refused_with_place_and_remedy(tmp_path, what):
    schema, words = REFUSED[what]
    code, error, header, source = generate(tmp_path, {"Event": schema})
    assert code == 1 and header is None and source is None
    assert error.startswith("gen-events: ") and str(tmp_path / "Event.avsc") in error, error
    assert words in error, error
    assert "Traceback" not in error


def test_names_that_meet_in_c_are_refused(tmp_path):
    code, error, _, _ = generate(tmp_path, {"Event": event(
        {"name": "a", "type": record("FooBar", *SCALARS)}, {"name": "b", "type": record("FOOBar", *SCALARS)})})
    assert code == 1 and "both become ev_foo_bar in C; rename one" in error


SHARED = record("Shared", *SCALARS)


def test_a_shared_record_must_be_the_same_in_all_files(tmp_path):
    one = event({"name": "s", "type": SHARED}, name="One")
    two = event({"name": "s", "type": copy.deepcopy(SHARED)}, name="Two")
    assert generate(tmp_path, {"One": one, "Two": two})[0] == 0
    for change in ({"doc": "other"}, {"default": 2}, {"type": "int"}):
        changed = copy.deepcopy(two)
        changed["fields"][0]["type"]["fields"][1].update(change)
        code, error, _, _ = generate(tmp_path, {"One": one, "Two": changed})
        assert code == 1
        assert f"Shared differs between {tmp_path}/One.avsc and {tmp_path}/Two.avsc; make the two definitions identical" in error


def test_a_shared_record_may_refer_to_what_the_other_file_defines_in_place(tmp_path):
    inner = record("Inner", *SCALARS)
    one = event({"name": "s", "type": record("Outer", {"name": "i", "type": inner})}, name="One")
    two = event({"name": "i", "type": inner},
                {"name": "s", "type": record("Outer", {"name": "i", "type": "Inner"})}, name="Two")
    code, error, header, _ = generate(tmp_path, {"One": one, "Two": two})
    assert code == 0, error
    assert header.count("struct ev_inner {") == 1 and header.count("struct ev_outer {") == 1


def test_a_name_of_another_file_is_not_known(tmp_path):
    one = event({"name": "s", "type": SHARED}, name="One")
    two = event({"name": "s", "type": "Shared"}, name="Two")
    code, error, _, _ = generate(tmp_path, {"One": one, "Two": two})
    assert code == 1 and "Two.avsc" in error and '"Shared" is not supported' in error


def test_the_output_depends_on_the_input_only(tmp_path):
    schemas = {"One": event({"name": "s", "type": SHARED}, name="One"), "Two": event(*SCALARS, name="Two")}
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    first = generate(tmp_path / "x", schemas)
    assert first[0] == 0
    assert first[2:] == generate(tmp_path / "y", dict(reversed(schemas.items())))[2:]
    assert str(tmp_path) not in first[2] + first[3]


def test_every_shape_compiles(tmp_path):
    text = "quote \" back \\ trigraph ??/ é */ /*"
    schema = event(
        {"name": "a", "type": "string", "default": text, "doc": text}, {"name": "b", "type": "bytes", "default": ""},
        {"name": "c", "type": "int", "default": -2**31}, {"name": "d", "type": "long", "default": -2**63},
        {"name": "e", "type": "boolean", "default": True}, {"name": "f", "type": enum("Colour", "RED", "BLUE"), "default": "BLUE"},
        {"name": "g", "type": ["null", "string"], "default": None}, {"name": "h", "type": SHARED},
        {"name": "i", "type": ["null", "Shared"]}, {"name": "j", "type": {"type": "array", "items": "Shared"}, "limit": 5},
        {"name": "k", "type": {"type": "string"}, "limit": 9})
    code, error, header, source = generate(tmp_path, {"Event": schema})
    assert code == 0, error
    folder = tmp_path / "out" / "longshore"
    folder.mkdir()
    (folder / "events.h").write_text(header)
    subprocess.run(["gcc", "-std=c17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-D_GNU_SOURCE",
                    f"-I{ROOT}/include", f"-I{ROOT}/common/event", f"-I{tmp_path}/out", tmp_path / "out" / "events.c"],
                   check=True)
    assert ".default_number = INT64_MIN" in source and ".limit = 5" in source and ".limit = 9" in source
    assert ".default_text_bytes = %d" % len(text.encode()) in source
