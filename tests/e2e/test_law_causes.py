"""Law 1: ids are causes. A fleet that lost its whole memory (database, topics, Redis) and is asked for the same again comes to
the same ids, finds what is staged and sent already, and changes nothing; another input gives another id."""
import hashlib
import os
import shutil

import pytest

import makers
from fleet import Fleet, wait_until
from foreign import decode
from memory import nothing_is_stuck
from registry import TASKS
from test_law_newer_wins import Topic
from world import QUICK, World

ASKED = (("daily", "one"), ("daily", "two"), ("weekly", "one"))


def id_of(tag, *fields):
    """As PROTOCOL says it: SHA-256 over length-prefixed fields, the first 16 bytes in hex."""
    whole = hashlib.sha256()
    for field in (tag, *fields):
        whole.update(len(field.encode()).to_bytes(8, "little") + field.encode())
    return whole.hexdigest()[:32]


def tasks_that_were_sent(fleet):
    found = set()
    for event, topic in TASKS:
        for message in Topic(fleet, topic).messages():
            head = decode(event, message.value())["head"]
            found.add((head["task_id"], head["delivery_id"], head["stage"], head["index"]))
    return found


class Life:
    """What one fleet made of the same requests on the same directories."""

    def __init__(self, root, **route_more):
        with Fleet("causes", env=QUICK, root=root, keep=True) as fleet:
            world = World(fleet)
            world.put(world.destination("dsp", limits={"max_rows_per_file": 50}),
                      *(makers.route(r, limits={"slice_bytes": 4096}, **route_more) for r in ("daily", "weekly")))
            world.apply()
            self.build = fleet.cli_json("bridge", "build", "tokens", "--id", "b1", "--actor", "alice")["delivery_id"]
            fleet.wait_state(self.build, ("completed",))
            # One after the other: what is accepted before is an input of the next.
            statuses = [world.completes(world.deliver(route, "--id", cause)) for route, cause in ASKED]
            self.deliveries = [s["delivery_id"] for s in statuses]
            wait_until(lambda: nothing_is_stuck(fleet), 120, "outbox and alarms to be empty")
            self.again = [world.deliver(route, "--id", cause) for route, cause in ASKED]
            self.tasks = tasks_that_were_sent(fleet)
            self.bridge_version = statuses[0]["bridge_version"]
            self.content = {s["delivery_id"]: s["content_hash"] for s in statuses}
            self.files = {(f["name"], f["sha256"]) for s in statuses for f in s["files"]}
            self.inodes = {n: (os.stat(p).st_ino, os.stat(p).st_mtime_ns) for n, p in fleet.dropped().items()}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return str(tmp_path_factory.mktemp("causes"))


@pytest.fixture(scope="module")
def first(root):
    return Life(root)


@pytest.fixture(scope="module")
def reborn(root, first):
    """The second life: only the directories are left."""
    return Life(root)


@pytest.fixture(scope="module")
def changed(root, reborn):
    """The third: nothing is staged or sent, and the configuration says something else that gives the same content."""
    for directory in ("drop", "cache"):
        shutil.rmtree(os.path.join(root, directory))
    for entry in os.scandir(os.path.join(root, "staging")):
        if entry.is_dir():  # its identity stays: it is the staging of these keys
            shutil.rmtree(entry.path)
    return Life(root, guards={"min_size": 7})


def test_an_id_is_the_hash_of_its_cause(first):
    assert first.deliveries == [id_of("delivery/1", "acme", route, "trigger", f"cli/{cause}", "0") for route, cause in ASKED]
    assert first.build == id_of("build/1", "acme", "tokens", "trigger", "cli/b1", "0")
    assert len(set(first.deliveries)) == len(ASKED)
    assert first.again == first.deliveries


def test_the_same_causes_are_the_same_tasks_and_nothing_is_sent_twice(first, reborn):
    assert reborn.deliveries == first.deliveries and reborn.build == first.build
    assert reborn.tasks == first.tasks and len(first.tasks) > 20
    assert (reborn.bridge_version, reborn.content, reborn.files) == (first.bridge_version, first.content, first.files)
    assert reborn.inodes == first.inodes, "a file that was there already was touched"


def test_another_input_is_another_task(first, changed):
    assert changed.deliveries == first.deliveries and changed.content == first.content
    assert changed.files == first.files
    of_builds = {t for t in first.tasks if t[1] == first.build}
    assert changed.tasks & first.tasks == of_builds
    assert {t[1:] for t in changed.tasks} == {t[1:] for t in first.tasks}, "the same steps, under other ids"
