"""One tenant's documents on a fleet, applied as they change, and what each of its routes must deliver."""
import random
import shlex
from pathlib import Path

import makers
from fleet import FINAL, wait_until
from oracle import Oracle, check, data_names, plain, sha256

QUICK = {  # alarms and looks are short, so that waiting costs a test little
    "LONGSHORE_SCHEDULER_ALARM_MS": "5000", "LONGSHORE_SCHEDULER_OUTBOX_AGE_MS": "500",
    "LONGSHORE_SCHEDULER_BACKOFF_MS": "100", "LONGSHORE_SCHEDULER_CONFIRM_MS": "1000",
    "LONGSHORE_SCHEDULER_HOLD_CHECK_MS": "300", "LONGSHORE_SCHEDULER_TICK_MS": "100"}


class World:
    """Requests and configuration are alice's; commands without an actor are the system user's.

    people: how many ids the audience `people` has; the bridge knows four fifths of them, the tokens in `tokens`.
    objects: how many files the audience is cut into (the bridge: two at most). repeats: how many of its rows come twice.
    shared: whether every third person of the bridge has the record of the one before. routes: names of routes to begin
    with, each of which takes slices of slice_bytes. per_file: the most rows of a file."""

    def __init__(self, fleet, people=200, *, objects=1, repeats=0, shared=False, routes=(), slice_bytes=8192, per_file=None):
        self.fleet = fleet
        self.documents = {}
        self.ids = makers.people(people)
        self.known = self.ids[: people * 4 // 5]
        self.tokens = {p: makers.token(p) for p in self.known}
        if shared:
            for first, second in zip(self.known[1::3], self.known[2::3]):
                self.tokens[second] = self.tokens[first]
        self.bridge_folder = makers.write_bridge(fleet.path("source", "bridge"), list(self.tokens.items()), min(objects, 2))
        again = random.Random("repeats").sample(self.ids, repeats)
        self.put(makers.tenant(), self.destination(**({"limits": {"max_rows_per_file": per_file}} if per_file else {})),
                 makers.bucket(fleet.path("drop")),
                 makers.bridge(self.bridge_folder, cardinality="n:1" if shared else "1:1"),
                 self.audience("people", self.ids + again, objects))
        self.audience_folder = Path(fleet.path("source", "people"))
        self.put(*(makers.route(name, guards={"min_size": 1}, limits={"slice_bytes": slice_bytes}) for name in routes))

    # --- data ---

    def write_bridge(self, folder, ids):
        return makers.write_bridge(self.fleet.path("source", folder), [(p, makers.token(p)) for p in ids])

    def write_list(self, name, ids):
        return makers.write_csv(self.fleet.path("source", name, "list.csv"), ["patient_id"], [[p] for p in ids]).parent

    def audience(self, name, ids, objects=1, **more):
        """Its document; the source is written."""
        folder = makers.write_audience(self.fleet.path("source", name), makers.audience_rows(ids), objects)
        return makers.audience(folder, name, **more)

    @staticmethod
    def destination(name="dsp", **more):
        own = {"template": "{route}/{delivery}_{part}.csv.gz",
               "completion": {"kind": "success_file", "name_template": "{route}/{delivery}_SUCCESS"}}
        return makers.destination(name, **(own | more))

    # --- documents ---

    def put(self, *documents):
        for d in documents:
            self.documents[d["kind"], d["name"]] = d

    def text(self):
        """All documents as one file."""
        return makers.as_text(self.documents.values())

    def apply(self, *documents):
        """These, or all if none is named."""
        self.put(*documents)
        self.fleet.apply(documents or self.documents.values(), "alice")

    def prepare(self):
        self.apply()
        self.fleet.cli("bridge", "build", "tokens", "--wait", timeout=120)
        return self

    # --- deliveries ---

    def deliver(self, route="main", *args, actor="alice", **kwargs):
        return self.fleet.cli_json("deliver", route, "--actor", actor, *args, **kwargs)["delivery_id"]

    def held(self, delivery, reason, timeout=60):
        """Its status, once it is held for that."""
        status = self.fleet.wait_until_status(
            delivery, lambda d: d["state"] == "held" and d["reason"] == reason, timeout, f"held: {reason}")
        assert self.files(delivery) == {}, "a held delivery shows files"
        return status

    def release_command(self, delivery):
        """What `status` names as the command that releases it, as arguments; None if it names none."""
        lines = [line for line in self.fleet.cli("status", delivery).splitlines() if line.startswith("released by: ")]
        assert len(lines) <= 1, lines
        if not lines or lines[0].startswith("released by: itself"):
            return None
        words = shlex.split(lines[0].removeprefix("released by: "))
        assert words[0] == "longshore" and delivery in words, words
        return words[1:]

    def ends(self, delivery, state, reason="", timeout=120):
        """Its status, once it is over: that is how it must have ended."""
        status = self.fleet.wait_state(delivery, states=FINAL, timeout=timeout)
        assert (status["state"], status["reason"]) == (state, reason), status
        return self.with_receipts(delivery)

    def with_receipts(self, delivery):
        """Its status, once the receipt of each visible file is recorded: one may be recorded a moment after the last word
        about the delivery."""
        def look():
            status = self.fleet.status(delivery)
            return status if sum(bool(f["receipt"]) for f in status["files"]) >= status["files_visible"] else None
        return wait_until(look, 120, f"the receipts of delivery {delivery} to be recorded")

    def paths(self, delivery):
        """Where its files are at the partner, by name."""
        return {n: Path(p) for n, p in self.fleet.dropped().items() if delivery in n}

    def files(self, delivery):
        return {n: p.read_bytes() for n, p in self.paths(delivery).items()}

    def completes(self, delivery, timeout=120):
        """It is there, right and once; its status."""
        status = self.ends(delivery, "completed", timeout=timeout)
        self.check(status, self.files(delivery))
        return status

    def expected(self, route="main"):
        """What the documents and sources of now must give on that route."""
        return Oracle(list(self.documents.values()), route)

    def check(self, status, files):
        """files, {name: bytes}, are what is expected of now, and all that the status names."""
        check(self.expected(status["route"]), status, files)
        assert sorted(files) == sorted(f["name"] for f in status["files"]), "other files than the status names"

    def data_hash(self, delivery):
        """One hash of the rows of all its data files."""
        files = self.files(delivery)
        return sha256(b"".join(plain(files[name]) for name in data_names(self.fleet.status(delivery))))

    def leaves_nothing(self, delivery):
        assert self.files(delivery) == {}
        assert self.fleet.status(delivery)["files"] == []
