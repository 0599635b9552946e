"""A fleet for bad input: one bridge, one drop, and for each case an audience and a route of its own. After each case the
same route gets good input, and what it delivers is held against Python's csv."""
import csv
import io
import os
import re
import shutil
from pathlib import Path

import makers
from fleet import wait_until
from oracle import canonical, plain

CANARY = "zq7x"  # what all ids of persons and partners begin with: it must be seen nowhere but in data
PEOPLE = [f"{CANARY}p{i:04d}" for i in range(12)]
TOKENS = {person: f"{CANARY}t{i * 7919 % 10007:05d}" for i, person in enumerate(PEOPLE)}
GOOD = "patient\n" + "".join(f"{person}\n" for person in PEOPLE)
GOOD_BRIDGE = "patient,token\n" + "".join(f"{p},{t}\n" for p, t in TOKENS.items())

HALF_WRITTEN = (".filepart", ".part", ".tmp", "~")

QUICK = {"LONGSHORE_SCHEDULER_HOLD_CHECK_MS": "100", "LONGSHORE_SCHEDULER_BACKOFF_MS": "20",
         "LONGSHORE_SCHEDULER_TICK_MS": "50", "LONGSHORE_SESSION_TIMEOUT_MS": "30000"}

DESTINATION = {"kind": "Destination", "name": "partner", "columns": [{"name": "user_id", "source": "token"}],
               "naming": {"data_template": "{route}/{delivery}_{part}.csv"}, "packaging": {"compression": "none"}}


class Said:
    """What a command printed, with what differs from run to run replaced: ids by ID, the fleet's directory by ROOT, and the
    selection that an answer is for left out."""

    def __init__(self, done, root):
        self.code = done.returncode
        self.out, self.err = (re.sub(r" --content [0-9a-f]{16}$", "", re.sub(r"\b[0-9a-f]{32}\b", "ID", text.replace(root, "ROOT")),
                                     flags=re.MULTILINE)
                              for text in (done.stdout, done.stderr))

    def all(self):
        return (self.code, self.out, self.err)


def outcome(state, reason="", detail="", release=""):
    """What --wait prints of a delivery."""
    return (f"ID  {state}{f' ({reason})' if reason else ''}\n" + (f"  {detail}\n" if detail else "") +
            (f"  released by: longshore {release}\n" if release else ""))


def failed(reason, detail):
    return outcome("failed", reason, detail)


COLUMN = "correct the header, or the column or delimiter in the configuration"
DONE = outcome("completed")


class World:
    def __init__(self, fleet):
        self.fleet = fleet
        self.root = fleet.path("source")
        self.heard = []  # all that commands ever printed
        self.runs = 0
        self.put("bridge/pairs.csv", GOOD_BRIDGE)
        self.put("daily/part.csv", GOOD)
        self.apply([makers.tenant(), DESTINATION, makers.bucket(fleet.path("drop")), self.bridge_of("tokens", "bridge/"),
                    self.audience_of("daily"), self.route_of("daily")])
        fleet.cli("bridge", "build", "tokens", "--wait", "60")

    # --- input ---

    def put(self, name, content):
        """A file of the sources, as text or bytes."""
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        hidden = os.path.join(os.path.dirname(path), ".new")  # nobody sees half a file
        with open(hidden, "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        os.rename(hidden, path)
        return path

    def clear(self, name):
        """An empty directory of the sources."""
        path = os.path.join(self.root, name)
        if os.path.isdir(path):
            shutil.rmtree(path)
        os.makedirs(path)
        return path

    def url(self, name):
        return f"file://{self.root}/{name}"

    def apply(self, documents):
        return self.fleet.apply(documents)

    def bridge_of(self, name, source, **more):
        return {"kind": "Bridge", "tenant": "acme", "name": name, "source": {"url": self.url(source)},
                "from": {"column": "patient", "kind": "patient_id"}, "record": [{"name": "token", "column": "token"}],
                "cardinality": "1:1", **more}

    def audience_of(self, name, source=None, **more):
        return {"kind": "Audience", "tenant": "acme", "name": name, "type": "DTC",
                "source": {"url": self.url(source or f"{name}/")}, "id": {"column": "patient", "kind": "patient_id"}, **more}

    def list_of(self, name):
        return {"kind": "SuppressionList", "tenant": "acme", "name": name, "source": {"url": self.url(f"{name}/")},
                "id": {"column": "patient", "kind": "patient_id"}, "min_known": "0%"}

    def route_of(self, name, audience=None, bridge="tokens", **more):
        return {"kind": "Route", "tenant": "acme", "name": name, "audience": audience or name, "destination": "partner",
                "bridge": bridge, "bucket": "box", "guards": {"min_size": 1}, **more}

    # --- use ---

    def say(self, *args):
        said = Said(self.fleet.run(*args), self.fleet.root)
        self.heard += [said.out, said.err]
        return said

    def deliver(self, route, trigger, wait=True):
        return self.say("deliver", route, "--id", trigger, "--actor", "alice", *(["--wait", "60"] if wait else []))

    def build(self, bridge, trigger, wait=True):
        return self.say("bridge", "build", bridge, "--id", trigger, "--actor", "alice", *(["--wait", "60"] if wait else []))

    def row(self, route, trigger, source="cli"):
        """(id, state, reason, detail, revision, books) as recorded of a delivery or build, or None."""
        columns = "delivery_id, state, reason, detail, revision, books"
        found = self.fleet.query(f"SELECT {columns} FROM run.delivery WHERE route = %s AND cause = %s UNION ALL "
                                 f"SELECT {columns} FROM run.build WHERE route = %s AND cause = %s",
                                 (route, f"{source}/{trigger}") * 2)
        return found[0] if found else None

    def wait_row(self, route, trigger, state, source="cli"):
        def look():
            row = self.row(route, trigger, source)
            return row if row and row[1] == state else None
        try:
            return wait_until(look, 120, f"{route} {trigger} to be {state}")
        except AssertionError as e:
            raise AssertionError(f"{e}: {self.row(route, trigger, source)}") from None

    def members_of(self, audience):
        """What must come of an audience, as Python's csv reads it: the records of its persons in order of their bytes."""
        found, rows = set(), 0
        for directory, below, names in os.walk(os.path.join(self.root, audience)):
            below[:] = [name for name in below if name[0] not in "._"]
            for name in names:
                if name[0] in "._" or name.endswith(HALF_WRITTEN) or os.path.islink(os.path.join(directory, name)):
                    continue
                with open(os.path.join(directory, name), newline="", encoding="utf-8-sig", errors="surrogateescape") as f:
                    lines = csv.reader(f)
                    column = next(lines).index("patient")
                    for line in lines:  # an empty line is a row of one empty field
                        rows += 1
                        person = canonical(line[column]) if line else ""
                        found |= {TOKENS[person]} if person in TOKENS else set()
        return sorted(found), rows

    def delivered(self, delivery_id):
        rows = []
        for name, path in sorted(self.fleet.dropped().items()):
            if delivery_id in name:
                lines = list(csv.reader(io.StringIO(plain(Path(path).read_bytes()).decode())))
                assert lines[0] == ["user_id"], (name, lines[0])
                rows += [line[0] for line in lines[1:]]
        return rows

    def check(self, route, trigger, audience=None, suppressed=()):
        """The delivery is complete, once and right; its books balance."""
        delivery_id, state, reason, detail, _, books = self.row(route, trigger)
        assert state == "completed", (state, reason, detail)
        members, rows = self.members_of(audience or route)
        assert self.delivered(delivery_id) == [m for m in members if m not in suppressed]
        assert books["rows_read"] == rows
        assert books["rows_read"] == books["invalid"] + books["filtered"] + books["unmatched"] + books["matched"]
        return books

    def good_run(self, route="daily", audience=None):
        """Whatever came before, a delivery now completes and equals the oracle; no service was restarted."""
        self.runs += 1
        trigger = f"good-{self.runs}"
        assert self.deliver(route, trigger).all() == (0, outcome("completed"), "")
        self.check(route, trigger, audience)
        self.check_services()

    def check_services(self):
        for replica in self.fleet.replicas:
            assert replica.alive(), f"{replica.service} ended:\n{replica.log()[-2000:]}"

    def between_inspect_and_select(self, route, trigger, change):
        """Asks for a delivery and calls `change` when its source was inspected and nothing else was done."""
        worker, = self.fleet.of("bridge-worker")
        scheduler, = self.fleet.of("scheduler")
        worker.pause()
        delivery_id = self.fleet.cli("deliver", route, "--id", trigger).strip()
        wait_until(lambda: self.fleet.query("SELECT FROM run.task WHERE delivery_id = %s AND stage = 'inspect' AND status = 'issued' "
                                            "AND NOT EXISTS (SELECT FROM run.outbox WHERE delivery_id = %s) "
                                            "AND NOT EXISTS (SELECT FROM run.packet)", (delivery_id,) * 2),
                   60, "the inspection to be asked for")
        scheduler.pause()
        worker.cont()
        wait_until(lambda: any(e["delivery_id"] == delivery_id for e in worker.events("worker.result")), 120, "the inspection")
        change()
        scheduler.cont()
        return delivery_id

    # --- dead letters and the trail ---

    def letters_of(self, topic, place, count=1):
        """[(service, reason, detail, letter's partition, its offset)] of the message at that place, by service."""
        def look():
            found = self.fleet.query(
                'SELECT service, reason, detail, partition, "offset" FROM audit.dead_letter WHERE from_topic = %s AND '
                "from_partition = %s AND from_offset = %s ORDER BY service", (self.fleet.prefix + topic, *place))
            return found if len(found) >= count else None
        return wait_until(look, 120, f"{count} dead letters of {topic} {place}")

    def trail(self):
        """[(action, reason, detail, actor)] of what was refused, newest first."""
        return self.fleet.query("SELECT action, reason, detail, actor FROM audit.record WHERE action LIKE '%%refused' "
                                "ORDER BY at DESC, sequence DESC", ())

    def logged(self, service, event, **wanted):
        """The service has said so; its line."""
        def look():
            return [line for replica in self.fleet.of(service) for line in replica.events(event)
                    if all(line.get(k) == v for k, v in wanted.items())]
        return wait_until(look, 120, f"{service} to log {event} {wanted}")[-1]

    # --- what must not be seen ---

    def places(self):
        """(where, bytes) of all that people and programs read: what commands said, logs, tables."""
        yield "commands", "\n".join(self.heard).encode()
        for replica in self.fleet.replicas:
            yield replica.log_path, replica.log().encode()
        for schema, table in self.fleet.query("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('run', 'audit')"):
            for (text,) in self.fleet.query(f'SELECT t::text FROM {schema}."{table}" AS t'):
                yield f"{schema}.{table}", text.encode()
                for part in text.split("\\x")[1:]:  # bytea, as hex
                    digits = re.match(r"[0-9a-f]*", part)[0]
                    yield f"{schema}.{table}", bytes.fromhex(digits[:len(digits) // 2 * 2])
