"""What a delivery must come to, computed from its inputs alone; shares no code with the project."""
import csv
import gzip
import hashlib
import os


def write_csv(path, header, rows):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_objects(directory, header, rows, objects):
    """Cuts rows into that many objects of the same header."""
    os.makedirs(directory, exist_ok=True)
    size = -(-len(rows) // objects)
    for i in range(objects):
        write_csv(os.path.join(directory, f"part-{i:04}.csv"), header, rows[i * size:(i + 1) * size])


def read_rows(directory, column):
    for name in sorted(os.listdir(directory)):
        if name[0] in "._":
            continue
        with open(os.path.join(directory, name), newline="", encoding="utf-8") as f:
            yield from csv.DictReader(f)


class Expected:
    """members: records in byte order; books by name."""

    def __init__(self, audience_dir, bridge_dir, id_column, bridge_column, record_columns, suppressed=(),
                 state_column=None, states=(), unknown_state=False, known_states=()):
        bridge = {r[bridge_column]: tuple(r[c].encode() for c in record_columns) for r in read_rows(bridge_dir, None)}
        books = dict.fromkeys(("rows_read", "invalid", "filtered", "unmatched", "matched"), 0)
        chosen, blocked, persons, links = set(), set(), set(), 0
        for row in read_rows(audience_dir, None):
            books["rows_read"] += 1
            person = row[id_column]
            if not person:
                books["invalid"] += 1
            elif person not in bridge:
                books["unmatched"] += 1
            else:
                books["matched"] += 1
                links += 1
                persons.add(person)
                chosen.add(bridge[person])
                state = row[state_column].strip().upper() if state_column else None
                if state_column and (state in states or (unknown_state and state not in known_states)):
                    blocked.add(bridge[person])
        blocked |= {bridge[p] for p in suppressed if p in bridge}
        members = chosen - blocked
        self.members = sorted(members)
        self.books = books | {"links": links, "repeated": links - len(persons), "shared": len(persons) - len(chosen),
                              "chosen": len(chosen), "blocked": len(chosen) - len(members), "members": len(members)}

    def file_bytes(self, header, per_file=None):
        """Plain CSV bytes of each part (no value here needs quotes)."""
        size = per_file or max(len(self.members), 1)
        parts = [self.members[i:i + size] for i in range(0, len(self.members), size)]
        head = ",".join(header).encode() + b"\n"
        return [head + b"".join(b",".join(record) + b"\n" for record in part) for part in parts]


def plain(path):
    with open(path, "rb") as f:
        data = f.read()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def sha256(data):
    return hashlib.sha256(data).hexdigest()
