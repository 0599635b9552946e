"""Data and configuration for a fleet, the same for the same seed. Written with Python's csv; shares no code with the
project."""
import csv
import json
import random
from pathlib import Path

STATES = ("CA", "NY", "TX", "WA", "FL", "CO", "NV", "CT")


def people(count, seed=1, prefix="P"):
    """That many internal ids, in no order."""
    ids = [f"{prefix}{i:09d}" for i in range(count)]
    random.Random(seed).shuffle(ids)
    return ids


def token(person, seed=1):
    """What the partner calls a person: no order or look in common with the id."""
    return "T" + random.Random(f"{seed}/{person}").randbytes(12).hex()


def write_csv(path, header, rows, delimiter=","):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def audience_rows(ids, seed=1):
    """One row an id: patient_id, state, score."""
    chance = random.Random(f"audience/{seed}")
    return [(person, chance.choice(STATES), chance.randrange(100)) for person in ids]


def write_audience(folder, rows, objects=1, header=("patient_id", "state", "score")):
    """The rows in that many objects below a folder, in order; sizes differ by one row at most."""
    size, more = divmod(len(rows), objects)
    first = 0
    for number in range(objects):
        last = first + size + (number < more)
        write_csv(Path(folder) / f"part-{number:03d}.csv", header, rows[first:last])
        first = last
    return Path(folder)


def write_bridge(folder, pairs, objects=1, header=("patient_id", "token")):
    """Pairs (id, column, ...) in that many objects below a folder."""
    return write_audience(folder, pairs, objects, header)


def as_text(documents):
    """Documents (dicts) as one file's text: JSON, which is YAML."""
    return "".join(f"---\n{json.dumps(d, indent=1)}\n" for d in documents)


def url(path):
    """file:// of a folder (with a slash behind it: all objects below) or of one file."""
    path = Path(path)
    return f"file://{path}" + ("/" if path.is_dir() else "")


def tenant(name="acme", **more):
    return {"kind": "Tenant", "name": name, **more}


def audience(source, name="people", tenant_name="acme", **more):
    return {"kind": "Audience", "tenant": tenant_name, "name": name, "type": "DTC", "source": {"url": url(source)},
            "id": {"column": "patient_id", "kind": "patient_id"}, **more}


def bridge(source, name="tokens", tenant_name="acme", record=(("token", "token"),), **more):
    """record: (name, column of the partner's file), primary id first."""
    return {"kind": "Bridge", "tenant": tenant_name, "name": name, "source": {"url": url(source)},
            "from": {"column": "patient_id", "kind": "patient_id"},
            "record": [{"name": n, "column": c} for n, c in record], "cardinality": "1:1", "recipient": "partner", **more}


def destination(name="dsp", columns=(("token", "token"),), compression="gzip", template="{delivery}_{part}.csv.gz", **more):
    """columns: (header, source); a source that begins with = is a constant."""
    return {"kind": "Destination", "name": name, "columns": [
        {"name": n, "constant": s[1:]} if s.startswith("=") else {"name": n, "source": s} for n, s in columns],
        "format": {"container": "csv"}, "packaging": {"compression": compression},
        "naming": {"data_template": template}, **more}


def bucket(drop, name="box", **more):
    return {"kind": "Bucket", "name": name, "url": f"file://{drop}/", **more}


def suppression(source, name="optout", tenant_name="acme", **more):
    return {"kind": "SuppressionList", "tenant": tenant_name, "name": name, "source": {"url": url(source)},
            "id": {"column": "patient_id", "kind": "patient_id"}, **more}


def route(name="daily", tenant_name="acme", audience_name="people", destination_name="dsp", bridge_name="tokens",
          bucket_name="box", **more):
    return {"kind": "Route", "tenant": tenant_name, "name": name, "audience": audience_name,
            "destination": destination_name, "bridge": bridge_name, "bucket": bucket_name, "mode": "full", **more}
