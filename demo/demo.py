"""Delivers an audience of 200,000 people to a directory, and to an SFTP server while processes are killed, and shows that it
makes no difference.

Everything is made below <run>/demo. What the last demo left (database, topics, files) is removed by the next one, so that
there is something to look at in between.
"""
import csv
import fcntl
import gzip
import hashlib
import json
import os
import random
import shlex
import signal
import sys
import time
from pathlib import Path

from fleet import Fleet, wait_until
from sftp_server import SftpServer

MEMBERS, REPEATED, STRANGERS, FEW = 200_000, 2_000, 4_000, 40
OBJECTS, BRIDGE_OBJECTS = 8, 3
HERE = Path(__file__).resolve().parent
OPEN_TASKS = """SELECT count(*) FILTER (WHERE status <> 'done'), count(*) FROM run.task
                WHERE delivery_id = %s AND stage = 'select'"""
BOOKS = (("rows", ("rows_read", "invalid", "filtered", "unmatched", "matched")),
         ("links", ("links", "repeated", "shared", "chosen")),
         ("set", ("chosen", "blocked", "held_out", "capped", "members")))


def say(text=""):
    print(text, flush=True)


def number(value):
    return f"{value:,}"


# --- data ---

def write_objects(folder, header, rows, objects):
    folder.mkdir(parents=True)
    size = -(-len(rows) // objects)
    for i in range(objects):
        with open(folder / f"{i:03d}.csv", "w", newline="", encoding="utf-8") as f:
            writer = csv.writer(f, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows[i * size:(i + 1) * size])


def make_data(folder):
    """Audience and bridge; what Python makes of them: the delivered rows, in the order of the partner's ids."""
    chance = random.Random(2026)
    people = [f"P{chance.getrandbits(40):013d}" for _ in range(MEMBERS + STRANGERS)]
    people = list(dict.fromkeys(people))
    known, strangers = people[:MEMBERS], people[MEMBERS:]
    tokens = {p: f"T{chance.getrandbits(96):024x}" for p in known}
    rows = known + chance.sample(known, REPEATED) + strangers
    chance.shuffle(rows)
    pairs = list(tokens.items())
    chance.shuffle(pairs)
    write_objects(folder / "audience", ["patient_id"], [[p] for p in rows], OBJECTS)
    write_objects(folder / "few", ["patient_id"], [[p] for p in known[:FEW]], 1)
    write_objects(folder / "bridge", ["patient_id", "token"], pairs, BRIDGE_OBJECTS)
    say(f"   audience: {number(len(rows))} rows in {OBJECTS} objects; {number(REPEATED)} name a person again, "
        f"{number(len(strangers))} the partner does not know")
    say(f"   bridge:   {number(len(pairs))} pairs in {BRIDGE_OBJECTS} objects")
    return [f"{t},US\n".encode() for t in sorted(tokens.values())]


# --- what was delivered ---

def delivered_rows(fleet, record):
    """The rows of the data files in order, without the header of each."""
    rows = []
    for name in sorted(f["name"] for f in record["files"] if f["name"].endswith(".csv.gz")):
        with gzip.open(fleet.path("drop", name)) as f:
            lines = f.readlines()
        assert lines[0] == b"user_id,country\n", f"{name} has another header"
        rows += lines[1:]
    return rows


def hash_of(rows):
    return hashlib.sha256(b"".join(rows)).hexdigest()


# --- crashes ---

def open_slices(fleet, delivery):
    return fleet.query(OPEN_TASKS, (delivery,))[0]


def caught_working(fleet, delivery, replica, share):
    """Stops a process once that share of the slices is done; (open slices, all slices). It is stopped, so what is open
    stays open."""
    def far_enough():
        left, total = open_slices(fleet, delivery)
        return total and total - left >= share * total
    wait_until(far_enough, 120, f"{share:.0%} of the slices", pause=0.01)
    replica.pause()
    return open_slices(fleet, delivery)


def crash(fleet, delivery, service, share):
    victim = fleet.of(service)[0]
    left, total = caught_working(fleet, delivery, victim, share)
    victim.kill()
    if left == 0:
        sys.exit(f"demo: the delivery was quicker than the crash of {service}; run it again")
    say(f"   SIGKILL to the {service} (pid {victim.pid}): {left} of {total} slices were not done")
    fleet.start_replica(service)


# --- the story ---

def wait_over(fleet, delivery, began):
    record = fleet.wait_state(delivery, timeout=300)
    if record["state"] != "completed":
        sys.exit(f"demo: {delivery} is {record['state']} ({record['reason']}): {record.get('detail', '')}")
    say(f"   completed: {number(record['books']['members'])} rows in {len(record['files'])} files "
        f"({time.monotonic() - began:.1f} s)")
    return record


def undisturbed(fleet):
    began = time.monotonic()
    delivery = fleet.cli_json("deliver", "undisturbed", "--actor", "ana")["delivery_id"]
    say(f"   delivery {delivery}")
    return wait_over(fleet, delivery, began)


def disturbed(fleet):
    began = time.monotonic()
    delivery = fleet.cli_json("deliver", "disturbed", "--actor", "ana")["delivery_id"]
    say(f"   delivery {delivery}")
    crash(fleet, delivery, "bridge-worker", 0.1)
    crash(fleet, delivery, "scheduler", 0.4)
    return wait_over(fleet, delivery, began)


def too_few(fleet):
    delivery = fleet.cli_json("deliver", "few", "--actor", "ana")["delivery_id"]
    record = fleet.wait_state(delivery, timeout=120)
    assert (record["state"], record["reason"]) == ("held", "below_minimum"), record
    say(f"   delivery {delivery}: held, {record['reason']}: {record['detail']}")
    for line in fleet.cli("status", delivery).splitlines():
        if line.startswith("released by"):
            say(f"   {line}")
    said = fleet.run("approve", delivery, "--actor", "ana", "--note", "it is fine")
    record = fleet.status(delivery)
    assert said.returncode == 1 and record["state"] == "held", (said, record)
    say(f"   ana approves her own: {said.stderr.strip().rpartition(f'{delivery}: ')[2]}")
    fleet.cli("approve", delivery, "--actor", "ben", "--note", "agreed with the partner")
    wait_until(lambda: fleet.status(delivery)["state"] == "completed", 120, "the approved delivery")
    record = fleet.status(delivery)
    say(f"   ben approves: completed, {record['books']['members']} rows")
    return record


def show_hashes(fleet, calm, stormy, wanted):
    say("   SHA-256 of the delivered rows, decompressed, all parts in order:")
    found = {"undisturbed": hash_of(delivered_rows(fleet, calm)), "disturbed": hash_of(delivered_rows(fleet, stormy)),
             "computed from the inputs by Python": hash_of(wanted)}
    for name, value in found.items():
        say(f"     {value}  {name}")
    if len(set(found.values())) != 1:
        sys.exit("demo: the hashes differ: this must never be; please report it")


# --- what the partner fetches ---

def show_fetched(fleet, server, record):
    """OpenSSH's own client fetches the manifest and the first file that it lists."""
    [name] = [f["name"] for f in record["files"] if f["name"].endswith("_manifest.json")]
    listed = json.loads(server.fetch(fleet.path("drop", name), fleet.path("fetched.json")))["files"][0]
    found = hashlib.sha256(server.fetch(fleet.path("drop", listed["name"]), fleet.path("fetched"))).hexdigest()
    say(f"   OpenSSH's sftp fetches {listed['name']} and the manifest; SHA-256 of the file, and what the manifest says:")
    say(f"     {found}\n     {listed['sha256']}")
    if found != listed["sha256"]:
        sys.exit("demo: the hashes differ: this must never be; please report it")


def show_files(records):
    for record in records:
        for f in record["files"]:
            say(f"   {f['name']:<60} {number(f['rows']):>8} rows {number(f['bytes']):>10} bytes  {f['sha256'][:16]}")


def show_books(record):
    for line, names in BOOKS:
        terms = " + ".join(f"{n} {number(record['books'][n])}" for n in names[1:])
        say(f"   {line:<6} {names[0]} {number(record['books'][names[0]])} = {terms}")


def show_further(fleet, records):
    """What is printed last; and for ./dev exec and ./dev shell, where to find what is left."""
    left = {"DEMO_DATABASE": fleet.database, "DEMO_PREFIX": fleet.prefix, "DEMO_ROOT": fleet.root}
    (Path(fleet.root).parent / "left").write_text("".join(f"{k}={shlex.quote(v)}\n" for k, v in left.items()))
    delivery = records[1]["delivery_id"]
    for command, meaning in (
            ("./dev shell", "then, until the next demo:"),
            ("longshore status", "all deliveries"),
            (f"longshore status {delivery} --json", "one, with files and receipts"),
            (f"longshore trace {delivery}", "who did what, when and why"),
            ("longshore doctor", "is all in place and well? (the services are stopped by then)"),
            (f"find {shlex.quote(str(fleet.path('drop')))} -type f", "what the partner sees"),
            (f"less {shlex.quote(str(fleet.path('scheduler.0.log')))}", "one log a process, JSON lines")):
        say(f"   {command:<62} # {meaning}")


def apply_documents(fleet, server):
    text = (HERE / "config.yaml").read_text()
    place = server.place(fleet.path("drop") + "/")
    for word, value in (("DATA", f"file://{fleet.path('source')}"), ("DROP", f"file://{fleet.path('drop')}"),
                        ("SFTP", place["url"]), ("HOST_KEY", place["host_key"])):
        text = text.replace(f'"{word}', f'"{value}')
    config = Path(fleet.path("config.yaml"))
    config.write_text(text)
    fleet.cli("apply", "-f", str(config), "--actor", "ana")


def story(fleet, server):
    say("1. An audience and a bridge, written with Python's csv")
    wanted = make_data(Path(fleet.path("source")))
    say("2. Database, topics, keys, six services, configuration")
    fleet.setup()
    server.give_credentials(fleet.path("keys", "uploader"))
    fleet.start()
    fleet.wait_ready()
    apply_documents(fleet, server)
    say("3. The bridge is built; bridge-builder alone reads both ids, and the delivery needs it no more")
    fleet.cli("bridge", "build", "tokens", "--wait", "--actor", "ana", timeout=300)
    say("4. A delivery that nobody disturbs")
    calm = undisturbed(fleet)
    say("5. The same data to an SFTP server (OpenSSH's sshd), with crashes")
    stormy = disturbed(fleet)
    show_hashes(fleet, calm, stormy, wanted)
    show_fetched(fleet, server, stormy)
    say("6. A delivery below the destination's minimum")
    few = too_few(fleet)
    records = [calm, stormy, few]
    say("7. Files")
    show_files(records)
    say("8. Books of the disturbed delivery; each line must balance, or a delivery fails")
    show_books(stormy)
    say("9. To look further")
    show_further(fleet, records)


# --- the run ---

def clear(home):
    """What the last demo left."""
    (home / "left").unlink(missing_ok=True)
    state = home / "state.json"
    if state.exists():
        last = json.loads(state.read_text())
        if Path(last["root"]).is_dir():
            Fleet(root=last["root"], identity=last["identity"]).remove()
        state.unlink()


def run(home, server):
    # The services end with the demo, however that ends.
    fleet = Fleet(root=str(home / "fleet"), wrapper=("setpriv", "--pdeathsig", "KILL"),
                  env={"LONGSHORE_MIN_AUDIENCE": None,  # the floor is as where nobody sets it
                       "LONGSHORE_DROP_ROOTS": f"{home},{server.root}"})
    (home / "state.json").write_text(json.dumps({"root": fleet.root, "identity": fleet.id}))
    try:
        story(fleet, server)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:
        print(f"demo: failed; the services' logs are in {fleet.root}", file=sys.stderr)
        raise
    finally:
        codes = fleet.stop()
    unclean = {f"{service} {n}": code for (service, n), code in codes.items() if code != 0}
    if unclean:
        sys.exit(f"demo: services did not end cleanly: {unclean}; their logs are in {fleet.root}")


def main():
    home = Path(os.environ["LONGSHORE_RUN"]) / "demo"
    home.mkdir(parents=True, exist_ok=True)
    with open(home / "lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("demo: another demo runs on this stack; wait for its end")
        clear(home)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        with SftpServer() as server:
            run(home, server)
    say("The services and the SFTP server are stopped; the stack runs on (./dev down stops it).")


if __name__ == "__main__":
    main()
