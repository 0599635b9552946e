"""Bad input, case by case: what is said of it, exactly; then the same fleet delivers right, without a restart of any service.
Nothing that is said, logged or recorded shows a person's id. The tables are bad_*.py of the harness."""
import contextlib
import copy
import functools
import os
import secrets
import time

import pytest

from bad_bridges import BRIDGE
from bad_configuration import CONFIGURATION
from bad_events import A_LETTER, A_RECEIPT, A_RECORD, A_RESULT, A_STATUS, A_TRIGGER, EVENT, STRANGER, result
from bad_sources import SOURCE, A
from bad_world import CANARY, DESTINATION, DONE, GOOD, GOOD_BRIDGE, QUICK, World, outcome
from fleet import Fleet, wait_until
from foreign import Foreigner, decode, encode, header_of
from memory import nothing_is_stuck
from registry import TASKS
from test_law_newer_wins import Topic


@pytest.fixture(scope="module")
def world():
    with Fleet("bad", env=QUICK) as fleet:
        fleet.wait_ready()
        world = World(fleet)
        world.put("wrong/list.csv", f"person\n{A}\n")
        world.apply([world.list_of("wrong"), world.list_of("late")] + [d for case in SOURCE for d in case.documents(world)] +
                    [d for case in BRIDGE for d in case.documents(world)])
        yield world


@pytest.fixture(autouse=True)
def services_are_up(world):
    """A case that ended a service fails; those behind it need not wait for what nobody does."""
    world.check_services()


@pytest.fixture(scope="module")
def foreigner(world):
    foreigner = Foreigner(world.fleet)
    yield foreigner
    foreigner.close()


# --- commands and configuration ---

@pytest.mark.parametrize("case", CONFIGURATION, ids=lambda case: case.name)
def test_configuration(world, case):
    def documents():
        return world.fleet.query("SELECT kind, tenant, name, hash, applied_at FROM conf.document ORDER BY 1, 2, 3")
    before, deliveries = documents(), world.fleet.query("SELECT count(*) FROM run.state")
    path = world.put(f"conf/{case.name}.yaml", case.text or "")
    said = world.say(*(path if arg == "{file}" else arg for arg in case.args))
    says = case.says.replace("{file}", path.replace(world.fleet.root, "ROOT"))
    assert said.all() == (case.code, "", says)
    assert (documents(), world.fleet.query("SELECT count(*) FROM run.state")) == (before, deliveries)
    world.good_run()


# --- sources ---

@pytest.mark.parametrize("case", SOURCE, ids=lambda case: case.name)
def test_source(world, case):
    world.clear(case.name)
    for name, content in case.files.items():
        world.put(f"{case.name}/{name}", content)
    if case.prepare:
        case.prepare(world, case)
    assert world.deliver(case.name, "bad").all() == (case.code, case.says, "")
    if case.code == 0:
        books = world.check(case.name, "bad")
        assert {name: books[name] for name in case.books} == case.books
    elif case.code == 1:
        assert world.delivered(world.row(case.name, "bad")[0]) == []
    if case.then:
        case.then(world, case)
    world.clear(case.name)
    world.put(case.url or f"{case.name}/part.csv", GOOD)
    if case.marker:
        world.put(f"{case.name}/{case.marker}", "")
    world.good_run(case.name)


def changed(world, name):
    world.put(f"{name}/part.csv", GOOD.replace(A, f"{CANARY}new"))


def grown(world, name):
    """What arrives later is left alone."""
    world.put(f"{name}/part.csv", GOOD + f"{CANARY}new\n")


def cut_short(world, name):
    world.put(f"{name}/part.csv", GOOD[:GOOD.rindex("\n", 0, -30) + 1])


def spoilt(world, name):
    world.put(f"{name}/part.csv", GOOD.replace(A, 'a"b'))


def removed(world, name):
    os.unlink(os.path.join(world.root, name, "part.csv"))


def replaced_by_a_link(world, name):
    removed(world, name)
    os.symlink(world.put("elsewhere/part.csv", GOOD), os.path.join(world.root, name, "part.csv"))


def nothing_left(world, name):
    removed(world, name)
    removed_too = os.path.join(world.root, name, "second.csv")
    os.unlink(removed_too)


@pytest.mark.parametrize("change, state, reason, revision", [
    (changed, "completed", "", 2), (grown, "completed", "", 1), (cut_short, "completed", "", 2), (removed, "completed", "", 2),
    (replaced_by_a_link, "failed", "bad_source", 2), (spoilt, "failed", "bad_csv", 2), (nothing_left, "held", "source_missing", 2),
], ids=lambda value: getattr(value, "__name__", None))
def test_source_changes_between_inspect_and_select(world, change, state, reason, revision):
    name = "c" + change.__name__
    world.put(f"{name}/part.csv", GOOD)
    world.put(f"{name}/second.csv", f"patient\n{A}\n")
    world.apply([world.audience_of(name), world.route_of(name)])
    world.between_inspect_and_select(name, "bad", lambda: change(world, name))
    row = world.wait_row(name, "bad", state)
    assert (row[2], row[4]) == (reason, revision)
    if change is grown:
        world.put(f"{name}/part.csv", GOOD)
    if state == "completed":
        world.check(name, "bad")
    world.put(f"{name}/part.csv", GOOD)
    if state == "held":
        assert row[3] == f"audience {name}: file://{world.root}/{name}/ contains no object yet: put it there"
        world.wait_row(name, "bad", "completed")
        world.check(name, "bad")
    world.clear(name)
    world.put(f"{name}/part.csv", GOOD)
    world.good_run(name)


def test_source_directory_is_away_for_a_while(world):
    """Between inspect and select all is gone, as when a mount is lost; when it is back the same delivery goes on."""
    world.put("away/part.csv", GOOD)
    world.apply([world.audience_of("away"), world.route_of("away")])
    path = os.path.join(world.root, "away")
    world.between_inspect_and_select("away", "bad", lambda: os.rename(path, path + ".lost"))
    row = world.wait_row("away", "bad", "held")
    assert row[2:4] == ("source_missing", f"audience away: object part.csv: cannot read file://{path}/ (No such file or directory): "
                                          "put it there, or correct the URL and resume")
    os.rename(path + ".lost", path)
    assert world.wait_row("away", "bad", "completed")[4] == 1
    world.check("away", "bad")
    world.good_run("away")


# --- bridges ---

@pytest.mark.parametrize("case", BRIDGE, ids=lambda case: case.name)
def test_bridge(world, case):
    world.clear(case.name)
    for name, content in case.files.items():
        world.put(f"{case.name}/{name}", content)
    assert world.build(case.name, "bad").all() == (case.code, case.says, "")
    if case.code == 0:
        books = world.row(case.name, "bad")[5]
        assert {name: books[name] for name in case.books} == case.books
        world.good_run(case.name, "daily")
    if case.then:
        case.then(world, case)
    world.clear(case.name)
    world.put(f"{case.name}/pairs.csv", GOOD_BRIDGE)
    assert world.build(case.name, "good").all() == (0, DONE, "")
    world.good_run(case.name, "daily")


@pytest.mark.parametrize("name, detail", [
    ("never_built", "bridge never_built has no version yet; build it"),
    ("too_old", "the newest version of bridge too_old is older than 1 hours; rebuild it")])
def test_bridge_is_stale(world, name, detail):
    world.put(f"{name}/pairs.csv", GOOD_BRIDGE)
    world.apply([world.bridge_of(name, f"{name}/", max_age_hours=1), world.route_of(name, audience="daily", bridge=name)])
    if name == "too_old":
        assert world.build(name, "old").all() == (0, DONE, "")
        world.fleet.query("UPDATE run.bridge_version SET built_at = built_at - interval '61 minutes' WHERE bridge = %s RETURNING 1",
                          (name,))
    assert world.deliver(name, "bad").all() == (3, outcome("held", "stale_bridge", detail), "")
    assert world.build(name, "good").all() == (0, DONE, "")
    world.wait_row(name, "bad", "completed")  # goes on by itself
    world.check(name, "bad", "daily")
    world.good_run(name, "daily")


# --- events ---

def check_letters(world, foreigner, case, place, value):
    """They hold the message: where it lay, key, value and headers, whole or cut as they say."""
    found = world.letters_of(case.topic, place, len(case.letters))
    assert tuple(row[:3] for row in found) == case.letters
    for service, reason, detail, partition, offset in found:
        letter = decode("DeadLetter", foreigner.at("deadletters", partition, offset).value())
        assert (letter["service"], letter["reason"], letter["detail"]) == (service, reason, detail)
        assert (letter["topic"], letter["partition"], letter["offset"]) == (world.fleet.prefix + case.topic, *place)
        assert letter["value"] == (value if case.kept is None else value[:case.kept])
        assert letter["key"] == (case.key and case.key[:1024])
        assert [(h["name"], h["value"]) for h in letter["headers"]] == (case.headers or [])[:case.kept_headers]


@pytest.fixture(scope="module")
def delivered_before(world):
    assert world.deliver("daily", "before").code == 0


def assert_nothing_escaped(world):
    assert not [name for directory in (world.fleet.root, os.path.dirname(world.fleet.root), "/") for name in os.listdir(directory)
                if name.startswith("escaped")]


@pytest.mark.parametrize("case", EVENT, ids=lambda case: case.name)
def test_event(world, foreigner, delivered_before, case):
    value = case.value(world)
    place = foreigner.send(case.topic, value, case.key, case.headers)
    if case.letters:
        check_letters(world, foreigner, case, place, value)
    if case.trail:
        wait_until(lambda: case.trail in world.trail(), 120, f"{case.trail} in {world.trail()}")
    if case.row:
        route, cause, state, reason, detail = case.row
        assert world.wait_row(route, cause, state, "api")[2:4] == (reason, detail)
    if case.logged:
        world.logged(case.logged[0], case.logged[1], **case.logged[2])
    world.good_run()
    assert_nothing_escaped(world)


def inspection_asked_for(world, route, trigger):
    """The delivery waits for a bridge-worker that is stopped; (delivery, task, issue)."""
    delivery_id = world.fleet.cli("deliver", route, "--id", trigger).strip()
    found = wait_until(lambda: world.fleet.query("SELECT task_id, issue FROM run.task WHERE delivery_id = %s AND status = 'issued'",
                                                 (delivery_id,)), 120, "the inspection to be asked for")
    return (delivery_id, *found[0])


@pytest.mark.parametrize("outcome_said", ["REJECT", "RETRY", "DEFER", "EXPIRED"])
def test_event_result_of_another_issue_changes_nothing(world, foreigner, outcome_said):
    worker, = world.fleet.of("bridge-worker")
    worker.pause()
    delivery_id, task_id, issue = inspection_asked_for(world, "daily", f"stale-{outcome_said}")
    for other in (issue - 1, issue + 1, -2**31):
        foreigner.send("results", result(delivery_id=delivery_id, task_id=task_id, issue=other, outcome=outcome_said),
                       key=delivery_id.encode())
    last = secrets.token_hex(16)  # in the same partition: when this is seen, those before it were decided
    foreigner.send("results", result(delivery_id=delivery_id, task_id=last), key=delivery_id.encode())
    world.logged("scheduler", "scheduler.result.unknown", task_id=last)
    assert world.fleet.query("SELECT issue, attempts FROM run.task WHERE task_id = %s", (task_id,)) == [(issue, 0)]
    worker.cont()
    world.wait_row("daily", f"stale-{outcome_said}", "completed")
    world.check("daily", f"stale-{outcome_said}")
    world.good_run()


LACKS = ("bad_result", "inspect's result lacks the number or the list of slices")
LIST = {"kind": "slices", "name": "selections/x/y.slices", "sha256": "00", "bytes": 1, "rows": 1}


@pytest.mark.parametrize("slices, outputs, reason, detail", [
    (None, [], *LACKS), ("1", [], *LACKS), ("-1", [LIST], *LACKS), ("many", [LIST], *LACKS), ("9" * 30, [LIST], *LACKS),
    (str(2**31), [LIST], "too_many_slices", "2147483648 slices, but at most 100000 are allowed; raise limits.slice_bytes"),
    ("1", [LIST], "not_found", "select 0: audience daily: open sealed selections/x/y.slices: read selections/x/y.slices: "
     "open: no such object"),
    ("1", [LIST | {"name": "../escaped"}], "bad_name", None),
])
def test_event_result_that_cannot_be_true(world, foreigner, slices, outputs, reason, detail):
    trigger = secrets.token_hex(4)
    worker, = world.fleet.of("bridge-worker")
    worker.pause()
    delivery_id, task_id, issue = inspection_asked_for(world, "daily", trigger)
    facts = [{"name": "slices", "value": slices}] if slices else []
    foreigner.send("results", result(delivery_id=delivery_id, task_id=task_id, issue=issue, outcome="DONE", facts=facts,
                                     outputs=outputs))
    wait_until(lambda: not world.fleet.query("SELECT FROM run.task WHERE task_id = %s AND status = 'issued'", (task_id,)), 120,
               "the result to be decided")
    worker.cont()
    row = world.wait_row("daily", trigger, "failed")
    assert row[2] == reason and row[3] == (detail or row[3])
    world.good_run()


STAGES = ("build", "inspect", "select", "lists", "combine", "part", "manifest", "marker", "upload", "settle")
NUMBERS = (-2**62, -2**31, -1, 0, 2**31 - 1, 2**62)
TEXTS = ("", "../../escaped", "/escaped", "x" * 300, "a\x01b")


def leaves(value, path=()):
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from leaves(child, (*path, key))
    if not isinstance(value, (dict, list)):
        yield path, value


def forged(record, but=()):
    """The record with each of its numbers and texts in turn replaced by what nobody would send."""
    for path, value in leaves(record):
        for other in () if path[-1] in but else NUMBERS if isinstance(value, int) else TEXTS:
            copy_of = copy.deepcopy(record)
            functools.reduce(lambda at, key: at[key], path[:-1], copy_of)[path[-1]] = other
            yield copy_of


def tasks_of_each_stage(fleet):
    """One task as it was sent, with its event and topic, of each stage that any delivery had."""
    found = {}
    for event, topic in TASKS:
        for message in Topic(fleet, topic).messages():
            if (message.value() or b"")[:10] == header_of(event):
                with contextlib.suppress(ValueError, TypeError, EOFError, IndexError):  # what other tests sent is bad on purpose
                    task = decode(event, message.value())
                    if task["head"]["stage"] in STAGES:
                        found.setdefault(task["head"]["stage"], (event, topic, task))
    return found.values()


def test_event_tasks_with_one_hostile_field_each(world, foreigner):
    """Whatever a field says, the task is answered or set aside, and the service goes on."""
    world.put("optout/list.csv", "patient\nnobody\n")
    marked = DESTINATION | {"name": "marked", "completion": {"kind": "success_file", "name_template": "{route}/{delivery}_SUCCESS"}}
    world.apply([marked, world.list_of("optout"),
                 world.route_of("forged", "daily", suppress=["optout"]) | {"destination": "marked"}])
    assert world.deliver("forged", "real").all() == (0, DONE, "")
    specs = {found: bytes(body) for found, body in world.fleet.query("SELECT hash, body FROM run.spec")}
    asked, aside = set(), world.fleet.query("SELECT count(*) FROM audit.dead_letter")[0][0]
    for event, topic, real in tasks_of_each_stage(world.fleet):
        real["head"] |= {"spec": specs[real["head"]["spec_hash"]], "not_after_ms": int(time.time() * 1000) + 600000}
        for task in forged(real, ("task_id", "not_after_ms", "spec", "spec_hash", "op", "role", "resolution")):
            task["head"]["task_id"] = secrets.token_hex(16)
            with contextlib.suppress(ValueError, TypeError):  # the schema does not allow it
                foreigner.produce(topic, encode(event, task))
                asked.add(task["head"]["task_id"])
    foreigner.producer.flush(60)

    def left():
        done = {line["task_id"] for replica in world.fleet.replicas for line in replica.events("worker.result")}
        return len(asked - done) - (world.fleet.query("SELECT count(*) FROM audit.dead_letter")[0][0] - aside)
    assert len(asked) > 400
    wait_until(lambda: left() == 0 or not all(r.alive() for r in world.fleet.replicas), 120, "all to be answered or set aside", 0.3)
    assert_nothing_escaped(world)
    world.good_run()


@pytest.mark.parametrize("topic, event, record, own, kinds, readers", [
    ("triggers", "Trigger", A_TRIGGER | {"audience": "daily", "bridge": "tokens", "delivery_id": STRANGER, "note": "n"}, "trigger_id",
     [{"kind": kind} for kind in ("DELIVER", "BUILD", "CANCEL", "APPROVE", "REJECT", "RESUME", "REPLAY")], 1),
    ("results", "TaskResult", A_RESULT, None, [{"outcome": "DONE"}, {"outcome": "RETRY"}, {"outcome": "REJECT"}], 1),
    ("deliveries", "DeliveryStatus", A_STATUS, "delivery_id", [{}, {"kind": "build"}, {"state": "completed"}], 2),
    ("deliveries", "Receipt", A_RECEIPT, "delivery_id", [{}], 2),
    ("audit", "AuditRecord", A_RECORD, "record_id", [{}], 1),
    ("deadletters", "DeadLetter", A_LETTER, None, [{}], 1),
], ids=lambda value: value if isinstance(value, str) else None)
def test_events_with_one_hostile_field_each(world, foreigner, topic, event, record, own, kinds, readers):
    """They are refused, set aside or recorded; those behind them are read, and the services go on."""
    count = 0
    for kind in kinds:
        for forgery in forged(record | kind, ("kind", "outcome")):
            if own and forgery.get(own) == record.get(own):
                forgery[own] = secrets.token_hex(16)
            with contextlib.suppress(ValueError, TypeError):  # the schema does not allow it
                foreigner.produce(topic, encode(event, forgery), b"k")
                count += 1
    assert count > 40
    place = foreigner.send(topic, b"the last", b"k")  # in the same partition: it is read when all were
    world.letters_of(topic, place, readers)
    world.good_run()


# --- in the end ---

def test_nobody_is_named_anywhere(world):
    """What was said, logged and recorded in all cases before."""
    seen, specs = 0, 0
    for place, data in world.places():
        seen += 1
        specs += place == "run.spec" and b'"tenant":"acme"' in data  # so bytea is looked into
        assert CANARY.encode() not in data, (place, data[max(0, data.find(CANARY.encode()) - 200):][:400])
    assert seen > 20 and specs > 0


def test_nothing_is_stuck(world):
    wait_until(lambda: nothing_is_stuck(world.fleet), 120, "outbox and alarms to be empty")
