"""A small world for end-to-end tests: one audience, one bridge, one destination, and what must come of them."""
import io
import json
import os
import random
import zlib
from pathlib import Path

import fastavro

from oracle import Expected, plain, sha256, write_objects

CONFIG = """\
kind: Tenant
name: acme
---
kind: Audience
tenant: acme
name: asthma
type: DTC
source: {{url: "{source}"}}
id: {{column: patient, kind: patient_id}}
---
kind: Bridge
tenant: acme
name: tokens
source: {{url: "{bridge}"}}
from: {{column: patient, kind: patient_id}}
record:
  - {{name: token, column: token}}
cardinality: "{cardinality}"
---
kind: Destination
name: partner
columns:
  - {{name: user_id, source: token}}
naming: {{data_template: "{{route}}/{{delivery}}_{{part}}.csv.gz"}}
packaging: {{compression: gzip}}
limits: {{max_rows_per_file: {per_file}}}
completion: {{kind: success_file, name_template: "{{route}}/{{delivery}}_SUCCESS"}}
---
kind: Bucket
name: drop
url: "{drop}"
"""

ROUTE = """\
---
kind: Route
tenant: acme
name: {name}
audience: asthma
destination: partner
bridge: tokens
bucket: drop
guards: {{min_size: {min_size}}}
limits: {{slice_bytes: {slice_bytes}}}
"""


class Scene:
    def __init__(self, fleet, people=2000, objects=3, per_file=400, routes=("main",), min_size=1, slice_bytes=8192,
                 seed=1, shared=False):
        self.fleet, self.per_file = fleet, per_file
        rng = random.Random(seed)
        ids = [f"p{rng.getrandbits(64):016x}" for _ in range(people)]
        known = ids[: people * 4 // 5]
        tokens = {p: f"t{rng.getrandbits(64):016x}" for p in known}
        if shared:  # every third person shares the record of the one before
            for a, b in zip(known[1::3], known[2::3]):
                tokens[b] = tokens[a]
        rows = [[p] for p in ids + rng.sample(ids, people // 20)]
        rng.shuffle(rows)
        pairs = [[p, t] for p, t in tokens.items()]
        rng.shuffle(pairs)
        self.ids, self.tokens = ids, tokens
        self.source, self.bridge = fleet.path("source", "audience"), fleet.path("source", "bridge")
        write_objects(self.source, ["patient"], rows, objects)
        write_objects(self.bridge, ["patient", "token"], pairs, 2)
        self.expected = Expected(self.source, self.bridge, "patient", "patient", ["token"])
        text = CONFIG.format(source=f"file://{self.source}/", bridge=f"file://{self.bridge}/", per_file=per_file,
                             cardinality="n:1" if shared else "1:1", drop=f"file://{fleet.path('drop')}/")
        text += "".join(ROUTE.format(name=r, min_size=min_size, slice_bytes=slice_bytes) for r in routes)
        self.config = fleet.path("config.yaml")
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(text)

    def prepare(self):
        self.fleet.cli("apply", "-f", self.config, "--actor", "alice")
        self.fleet.cli("bridge", "build", "tokens", "--wait", timeout=120)
        return self

    def deliver(self, route="main", **kwargs):
        return self.fleet.cli_json("deliver", route, *kwargs.pop("args", ()), **kwargs)["delivery_id"]

    def files_of(self, delivery_id):
        return {name: path for name, path in self.fleet.dropped().items() if delivery_id in name}

    def check(self, delivery_id):
        """The delivery is complete, right and there exactly once; returns its status."""
        self.fleet.wait_state(delivery_id, timeout=120)
        # receipts come by another topic than the states, perhaps a moment later
        status = self.fleet.wait_until_status(
            delivery_id, lambda s: s["state"] != "completed" or len(s["files"]) == s["files_visible"], 60, "recorded file by file")
        assert status["state"] == "completed", status
        files = self.files_of(delivery_id)
        parts = sorted(n for n in files if n.endswith(".csv.gz"))
        want = self.expected.file_bytes(["user_id"], self.per_file)
        assert [plain(files[n]) for n in parts] == want
        assert [n for n in files if n.endswith("_SUCCESS")] and len(files) == len(parts) + 1
        for name, value in self.expected.books.items():
            assert status["books"].get(name, 0) == value, (name, status["books"])
        with_hash = {f["name"]: f["sha256"] for f in status["files"]}
        for name, path in files.items():
            with open(path, "rb") as f:
                assert with_hash[name] == sha256(f.read()), name
        return status

    def hash_of(self, delivery_id):
        files = self.files_of(delivery_id)
        return sha256(b"".join(plain(files[n]) for n in sorted(files) if n.endswith(".csv.gz")))


def nothing_is_stuck(fleet):
    """Everything stored was published, and every final state was read back."""
    left = fleet.query("SELECT (SELECT count(*) FROM run.outbox) + (SELECT count(*) FROM run.packet), "
                       "(SELECT count(*) FROM run.state WHERE due_at IS NOT NULL)")
    return left == [(0, 0)]


def unsqueezed(stored, *words):
    """A record that the scheduler stored, as it was before: raw deflate with a preset dictionary, behind a mark and two numbers."""
    if stored[:1] != b"\x5a":
        return stored
    folder = Path(__file__).resolve().parents[2] / "services" / "scheduler" / "db"
    inflate = zlib.decompressobj(-15, zdict=(folder / "stored.txt").read_bytes() + "".join(words).encode())
    plain = inflate.decompress(stored[9:])
    assert inflate.eof and not inflate.unused_data and len(plain) == int.from_bytes(stored[1:5], "big")
    return plain


def change_memory(fleet, delivery, **fields):
    """What the scheduler remembers of a delivery is changed, and it is to look at once. The memory is an Avro record that
    anybody can read and write by its schema. Gives what was remembered before."""
    [(memory,)] = fleet.query("SELECT memory FROM run.state WHERE delivery_id = %s", (delivery,))
    memory = unsqueezed(memory, delivery)
    [(schema,)] = fleet.query("SELECT schema FROM event.schema WHERE fingerprint = %s", (memory[2:10],))
    schema = fastavro.parse_schema(json.loads(schema))
    before = fastavro.schemaless_reader(io.BytesIO(memory[10:]), schema)
    assert fields.keys() <= before.keys()
    out = io.BytesIO(memory[:10])
    out.seek(10)
    fastavro.schemaless_writer(out, schema, before | fields)
    assert fleet.change("UPDATE run.state SET memory = %s, due_at = now() WHERE delivery_id = %s",
                        (out.getvalue(), delivery)) == 1
    return before


def staged_temporaries(root):
    return [os.path.join(d, n) for d, _, names in os.walk(root) for n in names if ".longshore" in os.path.join(d, n)]
