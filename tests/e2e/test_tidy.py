"""Nothing grows for ever: what is over for long leaves its small row only. And nothing is forgotten by it: all topics read
again from their beginning, with Redis empty, create no delivery, task, file or record again."""
import os
import re
import secrets
import signal
import urllib.request

import pytest

from crash import Trap
from fleet import Fleet, wait_until
from oracle import sha256
from memory import nothing_is_stuck
from registry import STAGING_OWNERS
from test_law_newer_wins import Topic
from world import QUICK, World

FORGETFUL = QUICK | {"LONGSHORE_SCHEDULER_KEEP_TASKS_MS": "1000", "LONGSHORE_SCHEDULER_REREAD_MS": "1000",
                     "LONGSHORE_TIDY_EVERY_MS": "200"}
READS = ("triggers", "results", "deliveries")
WRITES = ("bridge.tasks", "format.tasks", "upload.tasks", "build.tasks", "audit")


@pytest.fixture(scope="module")
def world():
    with Fleet("tidy", env=FORGETFUL) as fleet:
        yield World(fleet, people=2000, objects=3, per_file=5000, routes=("main",)).prepare()


def removed(replica, what):
    """Its counter of that name, from its admin port."""
    port = replica.events("worker.started")[0]["admin_port"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=120) as answer:
        text = answer.read().decode()
    return int(re.search(rf'^longshore_removed_total{{service="{replica.service}",what="{what}"}} (\d+)$', text, re.M)[1])


def leave(directory, name, age_s):
    """A file there, last written to so long ago."""
    os.makedirs(directory, exist_ok=True)
    path = os.path.join(directory, name)
    with open(path, "wb") as f:
        f.write(b"half")
    then = os.stat(path).st_mtime - age_s
    os.utime(path, (then, then))
    return path


def all_is_tidied(fleet):
    return fleet.query("SELECT (SELECT count(*) FROM run.task), (SELECT count(*) FROM run.state WHERE tidied_at IS NULL)") == [(0, 0)]


def memory(fleet):
    """What must be as it was: rows, the trail, what was sent, files."""
    rows = [fleet.query(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in (
        "run.state", "run.spec", "run.route_head", "run.name_claim", "run.delivery", "run.build", "run.file", "run.receipt",
        "audit.record", "audit.dead_letter")]
    sent = {name: Topic(fleet, name).ends() for name in WRITES + READS}
    files = {n: (os.stat(p).st_ino, os.stat(p).st_mtime_ns) for n, p in fleet.dropped().items()}
    return rows, sent, files


def is_quiet(fleet):
    """Nothing is under way, and the recorder has recorded all that was said."""
    at = {(topic, part): next_offset for topic, part, next_offset in fleet.query("SELECT topic, partition, next_offset FROM audit.position")}
    return nothing_is_stuck(fleet) and all_is_tidied(fleet) and all(
        low == high or at.get((name, part), 0) >= high
        for name in ("deliveries", "audit") for part, (low, high) in Topic(fleet, name).ends().items())


def read_all_again(fleet):
    """The scheduler's group stands at the beginning of everything, and nothing remembers that it was ever further."""
    import redis
    host, port = fleet.servers["LONGSHORE_REDIS"].split(":")
    server = redis.Redis(host, int(port))
    for key in server.scan_iter(f"{fleet.prefix}*"):
        server.delete(key)
    group = fleet.prefix + "scheduler"
    for name in READS:
        topic = Topic(fleet, name)
        topic.set_group(group, {part: low for part, (low, _) in topic.ends().items()})


def is_read_to_the_end(fleet):
    from confluent_kafka import ConsumerGroupTopicPartitions
    from confluent_kafka.admin import AdminClient
    group = fleet.prefix + "scheduler"
    client = AdminClient({"bootstrap.servers": fleet.servers["LONGSHORE_KAFKA"]})
    (future,) = client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)]).values()
    at = {(p.topic, p.partition): p.offset for p in future.result(30).topic_partitions}
    return all(at.get((fleet.prefix + name, part), -1) >= high or low == high
               for name in READS for part, (low, high) in Topic(fleet, name).ends().items())


def test_what_is_over_is_tidied_and_comes_to_nothing_when_read_again(world):
    fleet = world.fleet
    sent = []
    for cause in ("one", "two"):  # one after the other: they are of one route
        sent.append(world.deliver("main", "--id", cause))
        world.completes(sent[-1])
    wait_until(lambda: is_quiet(fleet), 120, "what is over to be tidied")
    (scheduler,) = fleet.of("scheduler")
    assert removed(scheduler, "row") > 20  # when their final status was read back
    assert scheduler.stop() == 0
    before = memory(fleet)
    read_all_again(fleet)
    fleet.start_replica("scheduler")
    wait_until(lambda: is_read_to_the_end(fleet), 120, "everything to be read again")
    assert world.deliver("main", "--id", "one") == sent[0]  # and asked for once more
    wait_until(lambda: is_read_to_the_end(fleet) and nothing_is_stuck(fleet), 120, "that to be read, too")
    after = memory(fleet)
    assert after[0] == before[0] and after[2] == before[2]
    assert {n: e for n, e in after[1].items() if n != "triggers"} == {n: e for n, e in before[1].items() if n != "triggers"}


def test_status_trace_and_the_next_delivery_are_as_ever(world):
    fleet = world.fleet
    delivery = world.deliver("main", "--id", "three")
    status = world.completes(delivery)
    wait_until(lambda: is_quiet(fleet), 120, "it to be tidied")
    assert world.completes(delivery) == status
    trace = fleet.cli_json("trace", delivery)
    assert [t["what"] for t in trace if t["source"] == "task"] == ["rows removed"]
    assert {"delivery.requested", "delivery.completed"} <= {t["what"] for t in trace}
    world.completes(world.deliver())


def test_each_service_removes_what_killed_ones_left_in_its_staging(world):
    fleet = world.fleet
    day = 24 * 3600
    before = {service: removed(fleet.of(service)[0], "temporary") for service in STAGING_OWNERS.values()}
    dead, kept = [], []
    for prefix in STAGING_OWNERS:
        directory = fleet.path("staging", prefix, ".tmp")
        dead.append(leave(directory, secrets.token_hex(16), 2 * day))
        kept += [leave(directory, secrets.token_hex(16), day // 2), leave(directory, "README", 2 * day),
                 leave(fleet.path("staging", prefix), secrets.token_hex(16), 2 * day)]
    kept.append(leave(fleet.path("staging", "elsewhere", ".tmp"), secrets.token_hex(16), 2 * day))
    kept.append(leave(fleet.path("drop", ".longshore-tmp"), secrets.token_hex(16), 2 * day))
    wait_until(lambda: not any(map(os.path.exists, dead)), 120, "dead temporaries to be removed")
    world.completes(world.deliver())
    assert all(map(os.path.exists, kept))
    for service in set(STAGING_OWNERS.values()):
        more = sum(owner == service for owner in STAGING_OWNERS.values())
        wait_until(lambda s=service, n=more: removed(fleet.of(s)[0], "temporary") == before[s] + n, 120, "it to be counted")
        assert not fleet.of(service)[0].events("worker.tidy_failed")


def staged(directory):
    """What lies there, and which inode it is."""
    return {name: (os.stat(os.path.join(directory, name)).st_ino, sha256(open(os.path.join(directory, name), "rb").read()))
            for name in sorted(os.listdir(directory))}


def test_who_was_stopped_for_days_makes_nothing_of_a_temporary_that_is_gone(world):
    fleet = world.fleet
    (sleeper,) = fleet.of("formatter")
    directory = fleet.path("staging", "files", ".tmp")
    before = set(os.listdir(directory))
    trap = Trap(sleeper.pid, "format_before_finish", action="stop")
    try:
        delivery = world.deliver()
        trap.wait()
        (name,) = set(os.listdir(directory)) - before
        temporary = os.path.join(directory, name)
        then = os.stat(temporary).st_mtime - 2 * 24 * 3600
        os.utime(temporary, (then, then))
        fleet.start_replica("formatter")
        wait_until(lambda: not os.path.exists(temporary), 120, "the temporary to be removed")
        status = world.completes(delivery)
        objects = staged(fleet.staged("files", delivery))
    finally:
        trap.release()
    told = wait_until(lambda: [e for e in sleeper.events("worker.result") if e.get("reason") == "store_unavailable"], 120,
                      "it to give up")
    assert told[0]["outcome"] == "retry" and sleeper.alive()
    assert world.completes(delivery) == status
    assert staged(fleet.staged("files", delivery)) == objects
    world.completes(world.deliver())


def temporaries(drop):
    return sorted(set(os.listdir(os.path.join(drop, ".longshore-tmp"))) - {"identity"})


def test_what_was_settled_while_its_drop_was_away_goes_when_that_is_back(world):
    """An uploader dies while it writes; then the drop is away, and the delivery is cancelled."""
    fleet, drop = world.fleet, world.fleet.path("drop")
    (victim,) = fleet.of("uploader")
    strangers = temporaries(drop)
    trap = Trap(victim.pid, "ledger_after_part")
    delivery = world.deliver()
    trap.wait()
    assert victim.process.wait(10) == -signal.SIGKILL
    (left,) = set(temporaries(drop)) - set(strangers)
    os.rename(drop, drop + ".away")
    uploader = fleet.start_replica("uploader")
    wait_until(lambda: fleet.query("SELECT 1 FROM run.task WHERE delivery_id = %s AND stage = 'upload' AND issue > 1", (delivery,)),
               60, "the upload to be tried again")
    fleet.cli("cancel", delivery, "--actor", "bob")
    assert fleet.wait_state(delivery)["state"] == "cancelled"
    assert left in temporaries(drop + ".away") and len(os.listdir(fleet.staged("ledger", "leftover"))) == 1
    os.rename(drop + ".away", drop)
    wait_until(lambda: temporaries(drop) == strangers, 120, "the temporary to be removed")
    wait_until(lambda: removed(uploader, "drop_temporary") == 1, 120, "it to be counted")
    assert os.listdir(fleet.staged("ledger", "leftover")) == []
    assert not world.files(delivery)
