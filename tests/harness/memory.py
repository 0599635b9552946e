"""What the scheduler remembers: whether anything is left to do, and changed as no command would."""
import io
import json
import zlib
from pathlib import Path

import fastavro


def nothing_is_stuck(fleet):
    """Everything stored was published, and every final state was read back."""
    left = fleet.query("SELECT (SELECT count(*) FROM run.outbox) + (SELECT count(*) FROM run.packet), "
                       "(SELECT count(*) FROM run.state WHERE due_at IS NOT NULL)")
    return left == [(0, 0)]


def unsqueezed(stored, *words):
    """A record as it was before the scheduler stored it: after a mark and two numbers, raw deflate with a preset dictionary."""
    if stored[:1] != b"\x5a":
        return stored
    (dictionary,) = (Path(__file__).resolve().parents[2] / "services" / "scheduler").rglob("stored.txt")
    inflate = zlib.decompressobj(-15, zdict=dictionary.read_bytes() + "".join(words).encode())
    plain = inflate.decompress(stored[9:])
    assert inflate.eof and not inflate.unused_data and len(plain) == int.from_bytes(stored[1:5], "big")
    return plain


def change_memory(fleet, delivery, **fields):
    """Changes what the scheduler remembers of a delivery, and makes it look at once. The memory is an Avro record, which
    its schema lets anybody read and write. Gives what was remembered before."""
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
