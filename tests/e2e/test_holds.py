"""Holds that a person releases: `status` names the command, that very command works, and who may not say so is refused.
All deliveries are asked for at once; each test then tells the story of its own."""
import os
import signal
from pathlib import Path

import pytest

import makers
from crash import Trap
from fleet import Fleet, wait_until
from foreign import Foreigner, encode
from memory import change_memory, nothing_is_stuck
from world import QUICK, World

PEOPLE = 200
GUARDS = {  # reason: what is special about its route
    "empty_source": {"audience_name": "nobody"},
    "zero_match": {"audience_name": "strangers"},
    "below_minimum": {"guards": {"min_size": PEOPLE + 1}},
    "above_maximum": {"guards": {"max_size": 10}},
    "low_match_rate": {"guards": {"min_match_rate": "0.9"}},
    "approval": {"approval": "always"},
}
SUDDEN = ("sudden", "sudden_cancel")


def name_of(reason, end):
    return f"{reason}-{end}"


@pytest.fixture(scope="module")
def world():
    with Fleet("holds", env=QUICK) as fleet:
        w = World(fleet, PEOPLE)
        w.put(w.audience("nobody", []), w.audience("strangers", makers.people(50, prefix="S")))
        ends = ("approve", "cancel", "reject")
        w.put(*(makers.route(name_of(r, e), **more) for r, more in GUARDS.items() for e in ends))
        # Change is measured against what was accepted before: these have an audience of their own.
        w.put(w.audience("moving", w.ids[:100]))
        w.put(*(makers.route(r, audience_name="moving", guards={"max_shrink": "0.2"}) for r in SUDDEN))
        w.put(makers.route("paused", paused=True), makers.route("asking", destination_name="asking"),
              w.destination("asking", packaging={"compression": "gzip", "encryption": "pgp"}))
        w.put(makers.route("drafted", destination_name="drafted"), w.destination("drafted", status="draft"))
        w.put(*(makers.route(r, approval="always") for r in ("stranger-adopt", "stranger-resend", "forgotten", "said-twice")))
        w.put(w.destination("labelled", template="same/{label}_{part}.csv.gz", completion={"kind": "none"}),
              makers.route("first", destination_name="labelled"), makers.route("second", destination_name="labelled"))
        w.put(makers.bucket(fleet.path("drop"), "swept", others_may_delete=True),
              makers.route("lost", bucket_name="swept"))
        yield w.prepare()


@pytest.fixture(scope="module")
def asked(world):
    """{route: delivery} of everything that can be held from the start."""
    routes = [name_of(r, e) for r in GUARDS for e in ("approve", "cancel", "reject")]
    routes += ["paused", "drafted", "asking", "stranger-adopt", "stranger-resend", "forgotten"]
    return {r: world.deliver(r) for r in routes}


def content(world, delivery):
    """What binds an answer to the selection that was looked at."""
    return ["--content", world.fleet.status(delivery)["content_hash"][:16]]


def release(world, delivery):
    """What `status` says, word by word."""
    world.fleet.cli(*world.release_command(delivery))


def trail(world, delivery):
    return [(t["what"], t["by"]) for t in world.fleet.cli_json("trace", delivery) if t["source"] == "audit"]


@pytest.mark.parametrize("reason", GUARDS)
def test_the_gate_waits_for_another_person(world, asked, reason):
    delivery = asked[name_of(reason, "approve")]
    world.held(delivery, reason)
    assert world.release_command(delivery) == ["approve", delivery, *content(world, delivery)]
    world.fleet.cli("approve", delivery, "--actor", "alice", codes=(1,))
    world.fleet.wait_until_status(delivery, lambda d: "the approver must not be the requester" in d["detail"], 120,
                                  "refused with a reason")
    world.held(delivery, reason)
    release(world, delivery)
    status = world.completes(delivery)
    assert status["approved_by"] not in ("", "alice") and status["revision"] == 1
    said = wait_until(lambda: {w for w, _ in trail(world, delivery)} >= {"delivery.held", "delivery.approved"} and
                      trail(world, delivery), 120, "the trail of the approval")
    assert ("delivery.approve_refused", "alice") in said


@pytest.mark.parametrize("reason", GUARDS)
@pytest.mark.parametrize("end,state", (("cancel", "cancelled"), ("reject", "rejected")))
def test_a_delivery_at_the_gate_can_be_ended(world, asked, reason, end, state):
    delivery = asked[name_of(reason, end)]
    world.held(delivery, reason)
    world.fleet.cli(end, delivery, "--actor", "bob", "--note", "not this one")
    assert "not this one" in world.ends(delivery, state, state)["detail"]
    world.leaves_nothing(delivery)


def test_a_sudden_change_waits_for_another_person(world):
    for delivery in [world.deliver(r) for r in SUDDEN]:
        world.completes(delivery)
    world.put(world.audience("moving", world.ids[:60]))
    approved, cancelled = (world.deliver(r) for r in SUDDEN)
    for delivery in (approved, cancelled):
        assert world.held(delivery, "sudden_change")["books"]["members"] > 0
        assert world.release_command(delivery) == ["approve", delivery, *content(world, delivery)]
    world.fleet.cli("approve", approved, "--actor", "alice", codes=(1,))
    release(world, approved)
    assert world.completes(approved)["approved_by"] != "alice"
    world.fleet.cli("cancel", cancelled, "--actor", "bob")
    world.ends(cancelled, "cancelled", "cancelled")
    world.leaves_nothing(cancelled)
    # What was approved is the new measure; what was cancelled is not.
    world.completes(world.deliver(SUDDEN[0]))
    again = world.deliver(SUDDEN[1])
    world.held(again, "sudden_change")
    world.fleet.cli("cancel", again)


def test_a_paused_route_goes_on_when_it_is_unpaused_and_resumed(world, asked):
    delivery = asked["paused"]
    world.held(delivery, "paused")
    assert world.release_command(delivery) == ["resume", delivery]
    release(world, delivery)  # still paused: it looks, and says the same
    world.fleet.wait_until_status(delivery, lambda d: d["revision"] == 2, 120, "looked at again")
    world.held(delivery, "paused")
    world.apply(world.destination("other"), makers.route("paused", destination_name="other"))
    release(world, delivery)
    status = world.completes(delivery)
    # What is told of it is what was done.
    assert status["revision"] == 3 and status["destination"] == "other"
    assert world.fleet.query("SELECT destination FROM run.state WHERE delivery_id = %s", (delivery,)) == [("other",)]


def test_a_draft_is_delivered_to_once_it_is_confirmed_and_nothing_was_sent_before(world, asked):
    delivery = asked["drafted"]
    world.held(delivery, "draft")
    assert world.release_command(delivery) == ["resume", delivery]
    assert not world.fleet.query("SELECT 1 FROM run.task WHERE delivery_id = %s", (delivery,)), "nothing was read"
    world.apply(world.destination("drafted", status="confirmed"))
    release(world, delivery)
    assert world.completes(delivery)["revision"] == 2


def test_what_is_not_supported_goes_on_with_a_corrected_configuration(world, asked):
    delivery = asked["asking"]
    before = world.held(delivery, "unsupported(packaging.encryption)")
    assert "packaging.encryption" in before["detail"] and world.release_command(delivery) == ["resume", delivery]
    world.apply(world.destination("asking"))
    release(world, delivery)
    after = world.completes(delivery)
    assert after["revision"] == 2 and after["spec_hash"] != before["spec_hash"]


def put_stranger(world, delivery, route):
    """A file of somebody else under the name that the delivery will want."""
    path = Path(world.fleet.path("drop", route, f"{delivery}_00001.csv.gz"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"somebody else's")
    return path


def conflict(world, asked, route):
    delivery = asked[route]
    world.held(delivery, "approval")
    stranger = put_stranger(world, delivery, route)
    world.fleet.cli("approve", delivery, "--actor", "bob")
    world.fleet.wait_until_status(delivery, lambda d: d["reason"] == "name_conflict", 120, "held for the name")
    assert world.release_command(delivery) == ["resume", delivery, "--resend", *content(world, delivery)]
    return delivery, stranger


def test_a_stranger_s_file_is_never_replaced_and_its_removal_lets_ours_go(world, asked):
    delivery, stranger = conflict(world, asked, "stranger-resend")
    tries = world.fleet.query("SELECT count(*) FROM run.task WHERE delivery_id = %s AND stage = 'upload'", (delivery,))
    release(world, delivery)  # it is still there: nothing is overwritten, the same is asked again
    wait_until(lambda: world.fleet.query("SELECT count(*) FROM run.task WHERE delivery_id = %s AND stage = 'upload'",
                                         (delivery,)) > tries, 30, "another try")
    world.fleet.wait_until_status(delivery, lambda d: d["reason"] == "name_conflict", 120, "held for the name again")
    assert stranger.read_bytes() == b"somebody else's"
    stranger.unlink()
    release(world, delivery)
    world.completes(delivery)


def test_a_stranger_s_file_can_stand_for_ours(world, asked):
    delivery, stranger = conflict(world, asked, "stranger-adopt")
    world.fleet.cli("resume", delivery, "--adopt", "--actor", "bob")
    status = world.ends(delivery, "completed")
    assert stranger.read_bytes() == b"somebody else's"
    adopted = {f["name"]: f for f in status["files"]}[f"stranger-adopt/{delivery}_00001.csv.gz"]
    assert adopted["receipt"]["guarantee"] == "adopted_by_person" and adopted["bytes"] == len(b"somebody else's")


def test_deliveries_of_one_second_have_names_of_their_own(world):
    """Two of one route, and one of another route into the same bucket: their labels are the same, and none stops the others."""
    foreigner = Foreigner(world.fleet)
    for name, route in (("one", "first"), ("two", "first"), ("three", "second")):
        foreigner.send("triggers", encode("Trigger", {"kind": "DELIVER", "source": "api", "trigger_id": name, "tenant": "acme",
                                                      "route": route, "actor": "alice", "at_ms": 1796031852345}))
    foreigner.close()

    def asked_for():
        return [d for d, in world.fleet.query("SELECT delivery_id FROM run.state WHERE route IN ('first', 'second')")]
    wait_until(lambda: len(asked_for()) == 3, 120, "the deliveries")
    names = {d: [f["name"] for f in world.ends(d, "completed")["files"]] for d in asked_for()}
    assert {n for of in names.values() for n in of} <= set(world.fleet.dropped())
    label = "same/20261130T094412"
    assert sorted(n for of in names.values() for n in of if n.startswith(label + "_")) == [f"{label}_00001.csv.gz"]
    others = {d: of for d, of in names.items() if of != [f"{label}_00001.csv.gz"]}
    assert len(others) == 2 and all(of == [f"{label}-{d[:8]}_00001.csv.gz"] for d, of in others.items())
    assert all(("delivery.renamed", "scheduler") in trail(world, d) for d in others)


def test_what_may_have_arrived_is_asked_about(world):
    # Written, and then somebody removes the temporary before it is put in place.
    uploader = world.fleet.of("uploader")[0]
    trap = Trap(uploader.pid, "ledger_after_written")
    delivery = world.deliver("lost")
    trap.wait()
    assert uploader.process.wait(10) == -signal.SIGKILL
    temporaries = world.fleet.path("drop", ".longshore-tmp")
    [lost] = [n for n in os.listdir(temporaries) if n != "identity"]
    os.unlink(os.path.join(temporaries, lost))
    world.fleet.start_replica("uploader")
    world.held(delivery, "uncertain")
    assert world.release_command(delivery) == ["resume", delivery, "--adopt", *content(world, delivery)]
    release(world, delivery)
    [part] = [f for f in world.ends(delivery, "completed")["files"] if f["role"] == "part"]
    assert part["receipt"]["guarantee"] == "asserted_by_person"


def make_old(fleet, delivery):
    """The hold began and ends an age ago: as if the clock had been set forward."""
    before = change_memory(fleet, delivery, hold_since_ms=1, hold_expires_ms=2)
    assert before["hold_expires_ms"] - before["hold_since_ms"] == 720 * 3600 * 1000, "the default is 30 days"


def test_a_hold_that_nobody_answers_ends(world, asked):
    delivery = asked["forgotten"]
    world.held(delivery, "approval")
    make_old(world.fleet, delivery)
    status = world.ends(delivery, "rejected", "expired")
    assert "approval" in status["detail"]
    world.leaves_nothing(delivery)
    done = world.fleet.run("approve", delivery, "--actor", "bob")
    assert (done.returncode, done.stderr) == (1, f"longshore: approve: delivery {delivery} is rejected already\n")
    foreigner = Foreigner(world.fleet)  # who does not ask our command
    foreigner.send("triggers", encode("Trigger", {"kind": "APPROVE", "source": "api", "trigger_id": "late", "tenant": "acme",
                                                  "delivery_id": delivery, "actor": "bob"}))
    foreigner.close()
    wait_until(lambda: ("delivery.approve_refused", "bob") in trail(world, delivery), 120, "the refusal in the trail")
    world.ends(delivery, "rejected", "expired")


def test_a_refused_word_that_comes_again_is_not_carried_out(world):
    """Kafka gives a message at least once. Refused while the delivery was selecting, it comes again when that is held."""
    foreigner = Foreigner(world.fleet)

    def send(name, actor, delivery, kind="APPROVE"):
        foreigner.send("triggers", encode("Trigger", {"kind": kind, "source": "api", "trigger_id": name, "tenant": "acme",
                                                      "delivery_id": delivery, "actor": actor}), key=b"one partition")
    [worker] = world.fleet.of("bridge-worker")
    worker.pause()
    try:
        delivery = world.deliver("said-twice")
        send("early-approve", "bob", delivery)
        send("early-reject", "bob", delivery, "REJECT")
        wait_until(lambda: {("delivery.approve_refused", "bob"), ("delivery.reject_refused", "bob")} <=
                   set(trail(world, delivery)), 120, "the refusals in the trail")
    finally:
        worker.cont()
    world.held(delivery, "approval")
    send("early-approve", "bob", delivery)
    send("early-reject", "bob", delivery, "REJECT")
    send("own", "alice", delivery)  # behind them: when it was refused, they were read
    world.fleet.wait_until_status(delivery, lambda d: "the approver must not be the requester" in d["detail"], 120,
                                  "the last word to be refused")
    world.held(delivery, "approval")
    foreigner.close()
    world.fleet.cli("approve", delivery, "--actor", "bob", *content(world, delivery))
    world.completes(delivery)


def test_nothing_is_left_over(world):
    wait_until(lambda: nothing_is_stuck(world.fleet), 120, "outbox and alarms to be empty")
