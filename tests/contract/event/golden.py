#!/usr/bin/env python3
"""golden.py [--write]: the files below tests/unit/event/golden, made by fastavro from schemas/; checks them, or writes them.

For each event three values: `full` sets everything, `edge` goes to the ends of ranges, `defaults` sets nothing that has
a default. Each as .json (for people), .bin (single-object encoding as fastavro writes it) and as C in <Event>.h; same.h
compares the structs member by member. evolution/ holds what other versions of a schema write (see evolution.py) and
what we must make of it. After a change of a schema: --write, and look at the difference.
"""
import copy
import io
import json
import re
import sys
from pathlib import Path

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

sys.path.insert(0, str(Path(__file__).resolve().parent))
import evolution  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "unit" / "event" / "golden"
VALUES = ("full", "edge", "defaults")
EDGE_TEXTS = ("", "pä€𝄞 \"\\\n\t?", "x" * 200)


def schemas():
    return {p.stem: json.loads(p.read_text()) for p in sorted((ROOT / "schemas").glob("*.avsc"))}


def encode(schema, value, strict=True):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, value, strict=strict)
    return encode_header(schema) + out.getvalue()


def decode(schema, data, reader=None):
    """The value, after a look at magic, fingerprint and length."""
    assert data[:10] == encode_header(schema), "header"
    body = io.BytesIO(data[10:])
    value = fastavro.schemaless_reader(body, schema, reader)
    assert body.read() == b"", "bytes left over"
    return value


def encode_header(schema):
    return b"\xc3\x01" + bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))


class Values:
    """A value of each of the three kinds for any schema, always the same."""

    def __init__(self, kind):
        self.kind, self.named, self.n = kind, {}, 0

    def record(self, schema):
        self.named[schema["name"]] = schema
        return {f["name"]: self.of_field(f) for f in schema["fields"]}

    def of_field(self, f):
        value = self.of(f["type"], f["name"])
        if self.kind == "defaults" and "default" in f:
            return f["default"]
        return value

    def of(self, t, name):
        self.n += 1
        if isinstance(t, list):
            value = self.of(t[1], name)  # also where null is meant: named types are met in order
            return None if self.kind == "defaults" else value
        if isinstance(t, str):
            return self.of(self.named[t], name) if t in self.named else self.scalar(t, name)
        if t["type"] == "record":
            return self.record(t)
        if t["type"] == "enum":
            self.named[t["name"]] = t
            return t["symbols"][-1 if self.kind == "full" else 0]
        if t["type"] == "array":
            first = self.of(t["items"], name)
            return {"full": [first, self.of(t["items"], name)], "edge": [first], "defaults": []}[self.kind]
        return self.scalar(t["type"], name)

    def scalar(self, t, name):
        n = self.n
        if self.kind == "defaults":
            return {"string": "", "bytes": b"", "int": 0, "long": 0, "boolean": False}[t]
        if self.kind == "edge":
            most = {"int": 2**31, "long": 2**63}.get(t, 0)
            return {"string": EDGE_TEXTS[n % 3], "bytes": b"", "boolean": False}.get(t, -most if n % 2 else most - 1)
        return {"string": f"{name} {n}", "bytes": bytes([0, n % 256, 255]) + name.encode(), "boolean": True,
                "int": n * 1000003 * (-1) ** n, "long": n * 1000000000039 * (-1) ** n}[t]


def for_people(value):
    def plain(v):
        if isinstance(v, bytes):
            return {"hex": v.hex()}
        if isinstance(v, dict):
            return {k: plain(x) for k, x in v.items()}
        return [plain(x) for x in v] if isinstance(v, list) else v
    return (json.dumps(plain(value), indent=1, ensure_ascii=False) + "\n").encode()


# ---- C

def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def literal(data):
    if len(data) > 60 and len(set(data)) == 1:
        return " ".join(literal(data[i:i + 50]) for i in range(0, len(data), 50))
    return '"' + "".join(chr(b) if chr(b).isalnum() and b < 128 or b == 32 else f"\\{b:03o}" for b in data) + '"'


class Initialisers:
    """Designated initialisers; nullable records and arrays become variables of their own, before what points to them."""

    def __init__(self, named):
        self.named, self.lines = named, []

    def resolve(self, t):
        return self.named.get(t, t) if isinstance(t, str) else t

    def members(self, schema, value, name):
        parts = []
        for f in schema["fields"]:
            parts += self.member(f["name"], f["type"], value[f["name"]], f"{name}_{f['name']}")
        return "{" + (", ".join(parts) or "0") + "}"

    def member(self, field, t, value, name):
        is_nullable = isinstance(t, list)
        t = self.resolve(t[1] if is_nullable else t)
        if value is None:
            return []
        kind = t if isinstance(t, str) else t["type"]
        if kind in ("string", "bytes"):
            data = value.encode() if isinstance(value, str) else value
            return [f".{field} = {{{literal(data)}, {len(data)}}}"]
        if kind == "boolean":
            return [f".{field} = {str(value).lower()}"]
        if kind in ("int", "long"):
            return [f".{field} = " + (f"INT{32 if kind == 'int' else 64}_MIN" if value in (-2**31, -2**63) else
                                      f"INT64_C({value})")]
        if kind == "enum":
            return [f".{field} = EV_{snake(t['name']).upper()}_{value}"]
        if kind == "record" and not is_nullable:
            return [f".{field} = {self.members(t, value, name)}"]
        if kind == "record":
            self.variable(f"struct ev_{snake(t['name'])} {name}", self.members(t, value, name))
            return [f".{field} = &{name}"]
        item = self.resolve(t["items"])
        if not value:
            return []
        items = ", ".join(self.members(item, v, f"{name}_{i}") for i, v in enumerate(value))
        self.variable(f"struct ev_{snake(item['name'])} {name}[]", "{" + items + "}")
        return [f".{field} = {name}", f".{field}_count = {len(value)}"]

    def variable(self, what, value):
        self.lines.append(f"static {what} = {value};")


PREAMBLE = """/* SPDX-License-Identifier: Apache-2.0
 * Made by tests/contract/event/golden.py from schemas/: do not edit. */
/* clang-format off */
"""


def event_header(schema, values, named):
    c_name = snake(schema["name"])
    c = Initialisers(named)
    for kind in VALUES:
        c.variable(f"struct ev_{c_name} {c_name}_{kind}", c.members(schema, values[kind], f"{c_name}_{kind}"))
    return PREAMBLE + "\n".join(c.lines) + "\n"


def same_header(named):
    lines = [PREAMBLE + "static void same_text(struct str got, struct str want)", "{",
             "\tassert_true(!got.p == !want.p);", "\tassert_true(str_eq(got, want));", "}", ""]
    for name, schema in named.items():
        if schema["type"] != "record":
            continue
        lines += [f"static void same_{snake(name)}(const struct ev_{snake(name)} *got, const struct ev_{snake(name)} *want)",
                  "{"]
        for f in schema["fields"]:
            lines += same_member(f["name"], f["type"], named)
        lines += ["}", ""]
    return "\n".join(lines)


def same_member(name, t, named):
    is_nullable = isinstance(t, list)
    t = t[1] if is_nullable else t
    t = named.get(t, t) if isinstance(t, str) else t
    kind = t if isinstance(t, str) else t["type"]
    if kind in ("string", "bytes"):
        return [f"\tsame_text(got->{name}, want->{name});"]
    if kind == "record" and not is_nullable:
        return [f"\tsame_{snake(t['name'])}(&got->{name}, &want->{name});"]
    if kind == "record":
        return [f"\tassert_true(!got->{name} == !want->{name});", f"\tif (want->{name})",
                f"\t\tsame_{snake(t['name'])}(got->{name}, want->{name});"]
    if kind == "array":
        item = named.get(t["items"], t["items"]) if isinstance(t["items"], str) else t["items"]
        return [f"\tassert_true(got->{name}_count == want->{name}_count);",
                f"\tfor (size_t i = 0; i < want->{name}_count; i++)",
                f"\t\tsame_{snake(item['name'])}(&got->{name}[i], &want->{name}[i]);"]
    return [f"\tassert_true(got->{name} == want->{name});"]


def table_header(events):
    lines = [PREAMBLE + '#include "same.h"'] + [f'#include "{name}.h"' for name in events] + [""]
    for name in events:
        c_name = snake(name)
        lines += [f"static void check_{c_name}(const void *got, const void *want)", "{",
                  f"\tsame_{c_name}(got, want);", "}", ""]
    lines += ["static const struct golden {", "\tconst char *event;", "\tconst char *value;",
              "\tconst struct ev_type *type;", "\tconst void *content;",
              "\tvoid (*check)(const void *got, const void *want);", "} goldens[] = {"]
    for name in events:
        c_name = snake(name)
        lines += [f'\t{{"{name}", "{kind}", &ev_{c_name}_type, &{c_name}_{kind}, check_{c_name}}},' for kind in VALUES]
    return "\n".join(lines + ["};", ""])


def definitions(schema, into):
    """All named types below a schema; what is embedded comes first."""
    if isinstance(schema, list):
        for part in schema:
            definitions(part, into)
    elif isinstance(schema, dict):
        for f in schema.get("fields", []):
            definitions(f["type"], into)
        definitions(schema.get("items", ""), into)
        if schema["type"] in ("record", "enum"):
            into.setdefault(schema["name"], schema)
    return into


# ---- all files

def evolution_files(events):
    files, table = {}, []
    for name, event, outcome, make in evolution.CASES:
        ours = events[event]
        writer, value = copy.deepcopy(ours), Values("full").record(ours)
        make(writer, value)
        files[f"evolution/{name}.avsc"] = (json.dumps(writer, separators=(",", ":")) + "\n").encode()
        files[f"evolution/{name}.bin"] = data = encode(writer, value, strict=False)
        if outcome == "ok":
            files[f"evolution/{name}.expected.bin"] = encode(ours, decode(writer, data, ours))
        table.append(f"{name} {event} {outcome}\n")
    files["evolution/cases.txt"] = "".join(table).encode()
    return files


def all_files():
    events, files, named = schemas(), {}, {}
    for schema in events.values():
        definitions(schema, named)
    for name, schema in events.items():
        values = {kind: Values(kind).record(schema) for kind in VALUES}
        for kind, value in values.items():
            for f in schema["fields"] if kind == "defaults" else []:
                if f["type"] == "bytes" and isinstance(value[f["name"]], str):
                    value[f["name"]] = value[f["name"]].encode("latin-1")
            files[f"{name}.{kind}.json"] = for_people(value)
            files[f"{name}.{kind}.bin"] = encode(schema, value)
        files[f"{name}.h"] = event_header(schema, values, named).encode()
    files["same.h"] = same_header(named).encode()
    files["table.h"] = table_header(events).encode()
    return files | evolution_files(events)


def differences():
    """Names of files that are missing, differ or are there too much."""
    wanted = all_files()
    there = {str(p.relative_to(GOLDEN)) for p in GOLDEN.rglob("*") if p.is_file() and p.name != "README.md"}
    return sorted((there ^ set(wanted)) | {n for n in there & set(wanted) if (GOLDEN / n).read_bytes() != wanted[n]})


def write():
    wanted = all_files()
    for name in differences():
        path = GOLDEN / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name in wanted:
            path.write_bytes(wanted[name])
        else:
            path.unlink()
        print(name)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        sys.exit("\n".join(differences()))
