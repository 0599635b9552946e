"""delete: a document goes when nothing needs it; all that it ever said stays."""
import json
import os
import subprocess

import psycopg
import pytest

import makers
from fleet import Fleet, wait_until
from world import World


@pytest.fixture(scope="module")
def world():
    with Fleet("delete", env={"LONGSHORE_SCHEDULER_SYNC_MS": "100"}) as fleet:
        yield World(fleet, people=20, per_file=10, routes=("main",)).prepare()


def delete(world, *args):
    done = world.fleet.run("delete", *args)
    return done.returncode, done.stdout, done.stderr


def count(world, kind, name):
    (n,), = world.fleet.query(f"SELECT count(*) FROM conf.document WHERE kind = '{kind}' AND name = '{name}'")
    return n


def records(world, name):
    return world.fleet.query("SELECT actor, facts ->> 'kind', facts ->> 'version' FROM audit.record "
                             f"WHERE action = 'configuration.deleted' AND facts ->> 'name' = '{name}' ORDER BY sequence")


@pytest.mark.parametrize("kind, name, users", [
    ("Tenant", "acme", "Audience people, Bridge tokens, Route main"), ("Audience", "people", "Route main"),
    ("Bridge", "tokens", "Route main"), ("Destination", "dsp", "Route main"), ("Bucket", "box", "Route main"),
    ("SuppressionList", "optout", "Route quiet")])
def test_what_is_used_stays(world, kind, name, users):
    if kind == "SuppressionList":
        world.fleet.apply([makers.suppression(world.audience_folder), makers.route("quiet", suppress=["optout"])])
    assert delete(world, kind, name) == (
        1, "", f"longshore: {kind} {name} is used by {users}: first delete or change what uses it\n")
    assert count(world, kind, name) == 1


def test_users_of_another_tenant_count_for_what_is_of_no_tenant_only(world):
    world.fleet.apply([makers.tenant("globex"), makers.audience(world.audience_folder, "people", "globex"),
                       makers.bridge(world.bridge_folder, "tokens", "globex"),
                       makers.bucket(world.fleet.path("drop"), "theirs"),
                       makers.route("theirs", "globex", bucket_name="theirs")])
    assert "is used by Route theirs:" in delete(world, "Bucket", "theirs")[2]
    assert delete(world, "Audience", "people")[0] == 2, "there are two tenants: one has to be named"
    assert "is used by Route theirs:" in delete(world, "Audience", "people", "--tenant", "globex")[2]
    assert delete(world, "Bucket", "box", "--tenant", "acme") == (
        2, "", "longshore: delete: a Bucket belongs to no tenant: omit --tenant\n")
    for kind, name in (("Route", "theirs"), ("Audience", "people"), ("Bridge", "tokens")):
        assert delete(world, kind, name, "--tenant", "globex") == (0, f"{kind} {name}: deleted\n", "")
    assert delete(world, "Bucket", "theirs")[0] == delete(world, "Tenant", "globex")[0] == 0
    assert count(world, "Audience", "people") == count(world, "Bridge", "tokens") == 1, "those of acme are there"


def test_a_route_stays_while_a_delivery_is_not_over(world):
    fleet = world.fleet
    fleet.apply([makers.route("asked", approval="always")])
    delivery = world.deliver("asked", "--wait", codes=(0, 3))
    code, out, said = delete(world, "Route", "asked")
    assert (code, out) == (1, "")
    assert said == f"longshore: Route asked is needed by unfinished deliveries or builds: {delivery} held; wait for them, or run longshore cancel ID\n"
    fleet.cli("cancel", delivery)
    fleet.wait_state(delivery, timeout=60)
    wait_until(lambda: delete(world, "Route", "asked")[0] == 0, 120, "the route to go")


def test_a_deleted_route_runs_no_more_and_may_come_back(world):
    fleet = world.fleet
    again = makers.route("nightly", cadence={"kind": "daily", "at": "03:00"})
    due = "SELECT next_due FROM run.route_due WHERE route = 'nightly'"
    fleet.apply([again])
    wait_until(lambda: fleet.query(due), 120, "a plan")
    assert fleet.wait_state(world.deliver("nightly"), timeout=120)["state"] == "completed"
    wait_until(lambda: delete(world, "Route", "nightly")[0] == 0, 120, "the route to go")
    wait_until(lambda: not fleet.query(due), 120, "the plan to go")
    done = fleet.run("deliver", "nightly")
    assert done.returncode == 1 and "has no Route nightly" in done.stderr
    fleet.apply([again])
    wait_until(lambda: fleet.query(due), 120, "a new plan")
    assert fleet.wait_state(world.deliver("nightly"), timeout=120)["state"] == "completed"
    assert [(h["version"], h["change"]) for h in fleet.cli_json("get", "Route", "nightly", "--history")] == [
        (3, "created"), (2, "deleted"), (1, "created")]


def test_all_that_was_applied_is_kept(world):
    fleet = world.fleet
    bodies = []
    for actor, text in (("ana", "one"), ("ben", "two"), ("cleo", "three")):
        fleet.apply([makers.tenant("kept", description=text)], actor=actor)
        bodies.append(json.loads(fleet.cli("get", "Tenant", "kept")))
    fleet.apply([makers.tenant("kept", description="three")], actor="dora")  # nothing new
    assert delete(world, "Tenant", "kept", "--actor", "emil") == (0, "Tenant kept: deleted\n", "")
    history = fleet.cli_json("get", "Tenant", "kept", "--history")
    assert [(h["version"], h["change"], h["by"]) for h in history] == [
        (4, "deleted", "emil"), (3, "changed", "cleo"), (2, "changed", "ben"), (1, "created", "ana")]
    assert all(h["at"].endswith("Z") and (h["hash"] == "") == (h["change"] == "deleted") for h in history)
    for i, body in enumerate(bodies):
        assert json.loads(fleet.cli("get", "Tenant", "kept", "--version", str(i + 1))) == body
        assert fleet.cli_json("get", "Tenant", "kept", "--version", str(i + 1)) == [body]
    lines = fleet.cli("get", "Tenant", "kept", "--history").splitlines()
    assert lines[0].split() == ["tenant", "version", "change", "hash", "by", "at", "(UTC)"] and len(lines) == 5
    for version, says in ((4, "version 4 of Tenant kept is its deletion, which has no content"),
                          (5, "Tenant kept has no version 5; longshore get Tenant kept --history lists them")):
        done = fleet.run("get", "Tenant", "kept", "--version", str(version))
        assert (done.returncode, done.stderr) == (1, f"longshore: {says}\n")
    done = fleet.run("get", "Tenant", "kept")
    assert done.stderr == "longshore: there is no Tenant kept: it was deleted; see longshore get Tenant kept --history\n"
    assert delete(world, "Tenant", "kept") == (
        1, "", "longshore: there is no Tenant kept: emil deleted it; see longshore get Tenant kept --history\n")
    assert delete(world, "Tenant", "never") == (1, "", "longshore: there is no Tenant never; longshore get Tenant lists them\n")
    assert wait_until(lambda: records(world, "kept"), 120, "the record") == [("emil", "Tenant", "4")]


def test_what_is_done_by_hand_is_kept_too(world):
    fleet = world.fleet
    fleet.apply([makers.tenant("hand")])
    fleet.change("DELETE FROM conf.document WHERE kind = 'Tenant' AND name = 'hand'")
    (who,), = fleet.query("SELECT session_user")
    assert [(h["change"], h["by"]) for h in fleet.cli_json("get", "Tenant", "hand", "--history")][0] == ("deleted", who)


def test_the_command_line_s_role_cannot_change_what_was(world):
    with psycopg.connect(world.fleet.conninfo()) as db:
        rights = db.execute("SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = 'longshore_operator' "
                            "AND table_schema = 'conf' AND table_name = 'document_version' ORDER BY 1").fetchall()
    assert rights == [("INSERT",), ("SELECT",)]


def test_a_record_that_could_not_be_published_is_made_up_for(world):
    fleet = world.fleet
    fleet.apply([makers.tenant("late")])
    before = fleet.servers["LONGSHORE_KAFKA"]
    fleet.servers["LONGSHORE_KAFKA"] = "127.0.0.1:1"  # nobody there
    try:
        done = fleet.run("delete", "Tenant", "late", "--actor", "fay", timeout=120)
    finally:
        fleet.servers["LONGSHORE_KAFKA"] = before
    assert (done.returncode, done.stdout) == (1, "Tenant late: deleted\n")
    assert "it is deleted, but the deletion is not recorded in the audit trail: delete it again" in done.stderr
    assert "there is no Tenant late: fay deleted it" in delete(world, "Tenant", "late", "--actor", "gus")[2]
    assert wait_until(lambda: records(world, "late"), 120, "the record") == [("fay", "Tenant", "2")]


def test_nobody_applies_meanwhile_what_would_use_it(world):
    fleet = world.fleet
    fleet.apply([makers.bucket(fleet.path("drop"), "spare")])
    with psycopg.connect(fleet.conninfo()) as other:
        other.execute("LOCK TABLE conf.document IN SHARE ROW EXCLUSIVE MODE")
        deleting = subprocess.Popen([os.path.join(fleet.bin, "longshore"), "delete", "Bucket", "spare"], env=fleet.environment(),
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        wait_until(lambda: fleet.query("SELECT 1 FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
                                       "WHERE c.relname = 'document' AND NOT l.granted"), 120, "it to wait")
        other.execute("INSERT INTO conf.document (kind, tenant, name, body, hash, applied_by) VALUES "
                      "('Route', 'acme', 'fresh', '{\"bucket\":\"spare\"}', 'x', 'x')")
    out, said = deleting.communicate(timeout=60)
    assert (deleting.returncode, out) == (1, "") and "Bucket spare is used by Route fresh" in said
    fleet.change("DELETE FROM conf.document WHERE name = 'fresh'")
