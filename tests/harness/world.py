"""One tenant's documents on a fleet, applied as they change, and what each of its routes must deliver."""
import shlex
from pathlib import Path

import makers
from route_oracle import RouteOracle, check

QUICK = {  # alarms and looks are short, so that waiting costs a test little
    "LONGSHORE_SCHEDULER_ALARM_MS": "5000", "LONGSHORE_SCHEDULER_OUTBOX_AGE_MS": "500",
    "LONGSHORE_SCHEDULER_BACKOFF_MS": "100", "LONGSHORE_SCHEDULER_CONFIRM_MS": "1000",
    "LONGSHORE_SCHEDULER_HOLD_CHECK_MS": "300", "LONGSHORE_SCHEDULER_TICK_MS": "100"}


class World:
    """Requests and configuration are alice's; commands without an actor are the system user's."""

    def __init__(self, fleet, people=200):
        self.fleet = fleet
        self.documents = {}
        self.ids = makers.people(people)
        self.known = self.ids[: people * 4 // 5]
        self.tokens = {p: makers.token(p) for p in self.known}
        self.put(makers.tenant(), self.destination(), makers.bucket(fleet.path("drop")),
                 makers.bridge(self.write_bridge("bridge", self.known)), self.audience("people", self.ids))

    # --- data ---

    def write_bridge(self, folder, ids):
        return makers.write_bridge(self.fleet.path("source", folder), [(p, makers.token(p)) for p in ids])

    def write_list(self, name, ids):
        return makers.write_csv(self.fleet.path("source", name, "list.csv"), ["patient_id"], [[p] for p in ids]).parent

    def audience(self, name, ids, **more):
        """Its document; the source is written."""
        folder = makers.write_audience(self.fleet.path("source", name), makers.audience_rows(ids))
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

    def apply(self, *documents):
        """These, or all if none is named."""
        self.put(*documents)
        self.fleet.apply(documents or self.documents.values(), "alice")

    def prepare(self):
        self.apply()
        self.fleet.cli("bridge", "build", "tokens", "--wait", timeout=120)
        return self

    # --- deliveries ---

    def deliver(self, route, *args):
        return self.fleet.cli_json("deliver", route, "--actor", "alice", *args)["delivery_id"]

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

    def ends(self, delivery, state, reason="", timeout=60):
        status = self.fleet.wait_until_status(
            delivery, lambda d: d["state"] == state, timeout, f"{state}: {reason}")
        assert status["reason"] == reason, status
        return status

    def files(self, delivery):
        return {n: Path(p).read_bytes() for n, p in self.fleet.dropped().items() if delivery in n}

    def completes(self, delivery, timeout=60):
        """It is there, right and once; its status."""
        status = self.ends(delivery, "completed", timeout=timeout)
        self.check(status, self.files(delivery))
        return status

    def check(self, status, files):
        """files, {name: bytes}, are what the documents and sources of now must give, and all that the status names."""
        check(RouteOracle(list(self.documents.values()), status["route"]), status, files)
        assert sorted(files) == sorted(f["name"] for f in status["files"]), "other files than the status names"

    def leaves_nothing(self, delivery):
        assert self.files(delivery) == {}
        assert self.fleet.status(delivery)["files"] == []
