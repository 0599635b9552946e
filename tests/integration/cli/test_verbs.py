"""What each verb prints and how it exits, against a fleet; and what is said to misuse."""
import concurrent.futures
import json
import os
import re
import signal
import subprocess

import pytest

import makers
from fleet import CommandFailed, Fleet, wait_until
from world import World

ID = "0" * 32


@pytest.fixture(scope="module")
def world():
    with Fleet("verbs") as fleet:
        world = World(fleet, people=300, repeats=15, per_file=200, routes=("main", "again"))
        world.put(world.audience("few", world.ids), world.audience("unrouted", world.ids),
                  makers.route("small", audience_name="few", guards={"min_size": 100000}))
        yield world.prepare()


@pytest.fixture(scope="module")
def fleet(world):
    return world.fleet


@pytest.fixture
def held(fleet):
    """Held below its minimum, asked for by alice."""
    done = fleet.run("deliver", "small", "--actor", "alice", "--wait", "60", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["state"], answer["reason"]) == (3, "held", "below_minimum"), answer
    yield answer["delivery_id"]
    if fleet.status(answer["delivery_id"])["state"] == "held":
        fleet.cli("reject", answer["delivery_id"], "--wait", "60")


MISUSE = [
    ((), 0, None), (("help", "fly"), 2, "longshore: unknown verb fly; longshore help lists the verbs\n"),
    (("fly",), 2, "longshore: unknown verb fly; longshore help lists the verbs\n"),
    (("status", "a", "b"), 2, "longshore: status: unexpected argument b; usage: longshore status [DELIVERY]\n"),
    (("status", "--color"), 2, "longshore: status: there is no option --color; longshore help status\n"),
    (("status", "--json=1"), 2, "longshore: status: --json takes no value\n"),
    (("status", "--limit", "0"), 2, "longshore: --limit: 0 is not a whole number from 1 to 100000\n"),
    (("status", "--limit"), 2, "longshore: status: --limit needs a value: --limit COUNT\n"),
    (("status", "--state", "held,flying"), 2, "longshore: status: flying is not a state; states are requested held selecting "
     "formatting uploading cancelling completed failed rejected cancelled superseded\n"),
    (("status", ID), 1, f"longshore: delivery {ID} does not exist; longshore status lists deliveries\n"),
    (("trace",), 2, "longshore: trace: an argument is missing; usage: longshore trace DELIVERY\n"),
    (("trace", ID), 1, f"longshore: delivery {ID} does not exist; longshore status lists deliveries\n"),
    (("deliver",), 2, "longshore: deliver: an argument is missing; usage: longshore deliver ROUTE, or longshore deliver --audience NAME\n"),
    (("deliver", "main", "--audience", "few"), 2, "longshore: deliver: name a route or an audience, not both\n"),
    (("deliver", "nowhere"), 1, "longshore: tenant acme has no Route nowhere; longshore get Route lists them\n"),
    (("deliver", "main", "--tenant", "globex"), 1, "longshore: tenant globex has no Route main; longshore get Route lists them\n"),
    (("deliver", "main", "--id", ""), 2, "longshore: deliver: the value of --id is empty\n"),
    (("deliver", "main", "--wait=soon"), 2, "longshore: --wait: soon is not a whole number from 1 to 31622400\n"),
    (("deliver", "--audience", "nobody"), 1, "longshore: tenant acme has no Audience nobody; longshore get Audience lists them\n"),
    (("deliver", "--audience", "unrouted"), 1,
     "longshore: no route of tenant acme delivers audience unrouted; apply one\n"),
    (("bridge", "burn", "tokens"), 2, "longshore: bridge: unknown action burn; usage: longshore bridge build|info NAME\n"),
    (("bridge", "build", "none"), 1, "longshore: tenant acme has no Bridge none; longshore get Bridge lists them\n"),
    (("bridge", "info", "none"), 1, "longshore: tenant acme has no Bridge none; longshore get Bridge lists them\n"),
    (("resume", ID, "--adopt", "--resend"), 2, "longshore: resume: --adopt and --resend exclude each other\n"),
    (("statsu",), 2, "longshore: unknown verb statsu; did you mean status? longshore help lists the verbs\n"),
    (("status", "--rout", "x"), 2, "longshore: status: there is no option --rout; did you mean --route? longshore help status\n"),
    (("status", "--route", "mian"), 1, "longshore: there is no route or bridge mian; did you mean main? longshore get Route lists them\n"),
    (("status", "--route", "acme/nowhere"), 1, "longshore: there is no route or bridge nowhere; longshore get Route lists them\n"),
    (("status", "--route", "acmee/main"), 1, "longshore: there is no tenant acmee; did you mean acme? longshore get Tenant lists them\n"),
    (("status", "--tenant", "globex"), 1, "longshore: there is no tenant globex; longshore get Tenant lists them\n"),
    (("status", "--route", "acme/main", "--tenant", "globex"), 2, "longshore: acme/main and --tenant globex contradict\n"),
    (("deliver", "acme/main", "--tenant", "globex"), 2, "longshore: acme/main and --tenant globex contradict\n"),
    (("deliver", "mian"), 1, "longshore: tenant acme has no Route mian; did you mean main? longshore get Route lists them\n"),
    (("watch", "mian"), 1, "longshore: there is no route or bridge mian; did you mean main? longshore get Route lists them\n"),
    (("status", "--since", "yesterday"), 2, "longshore: status: --since: yesterday is not a time; examples are 2026-11-30, "
     "2026-11-30T11:01:09Z (UTC) and 2h\n"),
    (("status", "--sort", "size"), 2, "longshore: status: --sort size is not supported; use created, changed, state or route\n"),
    (("status", ID, "--next"), 2, "longshore: status: --next shows routes; it takes no delivery\n"),
    (("get", "Rout"), 2, "longshore: get: there is no kind Rout; did you mean Route? kinds are Tenant, Audience, Bridge, Destination, Bucket, "
     "SuppressionList, Route, ConceptGroup, Credential\n"),
    (("get", "Route", "none"), 1, "longshore: there is no Route none; longshore get Route lists them\n"),
    (("keys", "make"), 2, "longshore: keys: unknown action make; usage: longshore keys init [--rotate] [--new-staging]\n"),
] + [((verb, ID), 1, f"longshore: delivery {ID} does not exist; longshore status lists deliveries\n")
     for verb in ("approve", "reject", "cancel", "resume")]


@pytest.mark.parametrize("args", [("deliver", "main", "--note", b"\xff"), ("deliver", "main", "--actor", "a\nb"), ("status", "\x1b[31m"),
                                  ("deliver", "main", "--id", "x" * 201), ("deliver", "main", "--note", "x" * 1001)])
def test_what_is_no_text_goes_nowhere(fleet, args):
    done = fleet.run(*args)
    assert done.returncode == 2 and done.stdout == ""
    assert re.fullmatch(r"longshore: \w+: the value of .* must be UTF-8 text of at most (200|1000) bytes without control characters\n",
                        done.stderr)


def test_of_several_tenants_one_must_be_named():
    fleet = Fleet("tenants")
    try:
        fleet.setup()
        assert fleet.run("deliver", "main").stderr == "longshore: there are 0 tenants: apply one first\n"
        World(fleet, people=10, routes=("main",)).apply()
        fleet.apply([{"kind": "Tenant", "name": "globex"}])
        for args in (("deliver", "main"), ("bridge", "build", "tokens"), ("bridge", "info", "tokens")):
            done = fleet.run(*args)
            assert (done.returncode, done.stderr) == (2, "longshore: there are 2 tenants: choose one with --tenant\n")
        assert fleet.cli("bridge", "info", "tokens", "--tenant", "acme").splitlines()[1:] == []
        assert len(fleet.cli("deliver", "main", "--tenant", "acme")) == 33
        assert fleet.cli("keys", "init", "--rotate").endswith("the next builds are full\n")
        assert os.path.exists(fleet.path("keys", "bridge-worker", "fingerprint-2.key"))
    finally:
        fleet.remove()


@pytest.mark.parametrize("args,code,words", MISUSE, ids=lambda v: " ".join(v) if isinstance(v, tuple) else "")
def test_misuse_is_told_with_place_and_remedy(fleet, args, code, words):
    done = fleet.run(*args)
    assert done.returncode == code, (done.stdout, done.stderr)
    if words is None:
        assert done.stdout.startswith("usage: longshore VERB") and done.stderr == ""
        return
    assert (done.stdout, done.stderr) == ("", words)
    as_json = fleet.run(*args, "--json")
    assert (as_json.returncode, as_json.stdout) == (code, "")
    if args[0] not in ("fly", "help", "statsu"):
        assert json.loads(as_json.stderr)["error"]["text"] == words.removeprefix("longshore: ").rstrip("\n")


def test_every_verb_has_help(fleet):
    listed = [line.split()[0] for line in fleet.cli("help").splitlines() if line.startswith("  ") and line[2].islower()]
    assert {"migrate", "topics", "keys", "apply", "get", "bridge", "deliver", "status", "trace", "approve", "reject",
            "cancel", "resume"} <= set(listed)
    for verb in listed:
        text = fleet.cli("help", verb)
        assert text.startswith(f"usage: longshore {verb}") and "--json" in text
        assert fleet.cli(verb, "--help") == text == fleet.cli(verb, "-h")
    assert fleet.cli("-h") == fleet.cli("--help") == fleet.cli("help")
    for code in ("0 ", "1 ", "2 ", "3 ", "4 ", "130 "):
        assert f"\n  {code}" in fleet.cli("help")
    assert re.fullmatch(r"longshore \d+\.\d+\.\d+\n", fleet.cli("--version"))


def test_a_delivery_is_named_by_the_beginning_of_its_id(fleet, held):
    for length in (8, 16, 31):
        assert fleet.cli_json("status", held[:length])["delivery_id"] == held
    assert fleet.cli("trace", held[:12]) == fleet.cli("trace", held)
    done = fleet.run("approve", held[:10], "--actor", "alice")
    assert (done.returncode, done.stderr.startswith(f"longshore: approve {held}: refused (own_request)")) == (1, True), done
    assert fleet.run("status", held[:3]).stderr == f"longshore: delivery {held[:3]} does not exist; longshore status lists deliveries\n"
    twin = held[:8] + ("0" if held[8] != "0" else "1") * 24
    columns = [c for (c,) in fleet.query("SELECT column_name FROM information_schema.columns WHERE table_schema = 'run' AND "
                                         "table_name = 'state' AND is_generated = 'NEVER' AND column_name <> 'delivery_id'")]
    fleet.change(f"INSERT INTO run.state (delivery_id, {', '.join(columns)}) SELECT '{twin}', "
                 f"{', '.join(columns).replace('due_at', 'NULL')} FROM run.state WHERE delivery_id = '{held}'")
    try:
        done = fleet.run("status", held[:8])
        assert done.returncode == 1 and f"several deliveries begin with {held[:8]}; give more digits: " in done.stderr
        assert f"{held} (small, held)" in done.stderr and twin in done.stderr
        assert fleet.cli_json("status", held[:9])["delivery_id"] == held
    finally:
        fleet.change(f"DELETE FROM run.state WHERE delivery_id = '{twin}'")


def test_a_tenant_may_be_set_or_stand_before_the_route(fleet, held):
    assert [d["delivery_id"] for d in json.loads(run_with(fleet, {"LONGSHORE_TENANT": "acme"}, "status", "--state", "held",
                                                          "--json").stdout)] == [held]
    done = run_with(fleet, {"LONGSHORE_TENANT": "globex"}, "deliver", "main")
    assert (done.returncode, done.stderr) == (1, "longshore: tenant globex has no Route main; longshore get Route lists them\n")
    assert run_with(fleet, {"LONGSHORE_TENANT": "globex"}, "deliver", "acme/main", "--id", "with-tenant", "--wait", "60").returncode == 0
    assert fleet.cli("deliver", "main", "--id", "with-tenant") == fleet.cli("deliver", "main", "--tenant", "acme", "--id", "with-tenant")
    assert fleet.cli("bridge", "info", "acme/tokens") == fleet.cli("bridge", "info", "tokens")


def test_a_minimum_says_whose_it_is_and_counts_what_they_are(fleet, held):
    status = fleet.status(held)
    assert status["detail"].endswith(" are fewer than the minimum of 100000 (guards.min_size of Route small)")
    assert status["minimum"] == "guards.min_size of Route small" and status["release_note"] == ""
    text = fleet.cli("status", held)
    assert "\n  members 240: records that are sent\n" in text and "\n  blocked_by_list 0: " in text
    assert status["books"]["blocked"] == status["books"]["blocked_by_state"] + status["books"]["blocked_by_list"]


def test_no_text_steers_a_terminal(fleet, held):
    """Whoever may ask for something could else write into the screen of who looks."""
    note = "a\u009b31mb\u202ec\u200bd\u2066e"
    fleet.cli("cancel", held, "--actor", "b\u202eob", "--note", note)
    wait_until(lambda: fleet.status(held)["state"] == "cancelled", 120, "the end")
    shown = "a\\u009b31mb\\u202ec\\u200bd\\u2066e"
    wait_until(lambda: any(t["detail"].endswith(note) for t in fleet.cli_json("trace", held)), 120, "the trail, raw in JSON")
    for text in (fleet.cli("status", held), fleet.cli("trace", held)):
        assert shown in text and not set(text) & set("\u009b\u202e\u200b\u2066\x1b"), text
    assert "b\\u202eob" in fleet.cli("trace", held)
    done = fleet.run("status", "\u202e\u009b1m")
    assert done.returncode == 1 and "\\u202e\\u009b1m" in done.stderr and not set(done.stderr) & set("\u009b\u202e")


def test_coming_runs_are_listed(fleet):
    route = json.loads(fleet.cli("get", "Route", "again"))
    fleet.apply([route | {"paused": True, "cadence": {"kind": "daily", "at": "06:30", "zone": "America/Chicago"}}])
    try:
        runs = fleet.cli_json("status", "--next")
        assert [(r["route"], r["tenant"], r["zone"], r["paused"]) for r in runs] == [("again", "acme", "America/Chicago", True)] * 3
        assert all(TIME.fullmatch(r["at"]) and r["label"].endswith("T06:30") for r in runs)
        assert [r["at"] for r in runs] == sorted(r["at"] for r in runs)
        lines = fleet.cli("status", "--next", "--route", "again").splitlines()
        assert [line.split()[0] for line in lines[1:]] == [r["at"] for r in runs] and lines[1].endswith("paused")
        assert fleet.cli_json("status", "--next", "--route", "main") == []
    finally:
        fleet.apply([route])


def test_who_waits_for_what_does_not_run_is_told(fleet):
    """Also where it cannot be found out; and how far it is."""
    for replica in fleet.of("uploader"):
        replica.stop()
    try:
        delivery = fleet.cli("deliver", "main").strip()
        wait_until(lambda: "\nwaiting: no uploader is running\n" in fleet.run("status", delivery).stdout, 120, "the delivery to wait")
        text = fleet.cli("status", delivery)
        assert "\nprogress: select 1 of 1 slices, 315 rows\n" in text and re.search(r"\nprogress: upload 0 of \d files\n", text), text
        status = wait_until(lambda: (s := fleet.status(delivery))["waiting"] and s, 120, "the same as JSON")
        assert status["waiting"] == "no uploader is running"
        assert status["progress"][0] == {"stage": "select", "done": 1, "total": 1, "rows": 315}
        assert "waiting: no uploader is running\n" in fleet.cli("status")
        away = run_with(fleet, {"LONGSHORE_KAFKA": "127.0.0.1:1"}, "status", delivery)
        assert away.returncode == 0 and "\nwaiting: could not determine whether the uploader is running (" in away.stdout, away
        doctor = fleet.run("doctor")
        assert doctor.returncode == 1, doctor
        assert "problem  service uploader: none is running, and 1 delivery waits for it -> start longshore-uploader\n" in doctor.stdout
    finally:
        fleet.start_replica("uploader")
    fleet.wait_state(delivery, states=("completed",))
    assert fleet.status(delivery)["waiting"] == "" and fleet.status(delivery)["progress"] == []


def test_a_trigger_that_nobody_reads_is_a_problem(fleet):
    for replica in fleet.of("scheduler"):
        replica.stop()
    try:
        delivery = fleet.cli("deliver", "main").strip()
        doctor = fleet.run("doctor")
        assert doctor.returncode == 1 and re.search(r"\nproblem  service scheduler: none is running, and \d+ messages? waits? for it "
                                                    r"-> start longshore-scheduler\n", doctor.stdout), doctor.stdout
    finally:
        fleet.start_replica("scheduler")
    fleet.wait_state(delivery, states=("completed",))


def test_setting_up_twice_changes_nothing(fleet):
    assert fleet.cli("migrate") == "0 migrations applied\n"
    assert fleet.cli_json("migrate") == {"applied": 0}
    assert fleet.cli("topics") == "9 topics are there\n"
    assert fleet.cli_json("topics") == {"topics": 9}
    assert fleet.cli("keys", "init") == f"key directories are in {fleet.path('keys')}, one per service\n"
    assert fleet.cli_json("keys", "init") == {"keys": "initialised"}


def test_get_lists_and_prints_what_was_applied(fleet):
    rows = fleet.cli("get", "Route").splitlines()
    assert rows[0].split()[:4] == ["kind", "tenant", "name", "hash"]
    assert [r.split()[:3] for r in rows[1:]] == [["Route", "acme", name] for name in ("again", "main", "small")]
    assert {d["name"] for d in fleet.cli_json("get", "Route")} == {"again", "main", "small"}
    body = json.loads(fleet.cli("get", "Route", "main"))
    assert (body["kind"], body["tenant"], body["audience"]) == ("Route", "acme", "people")
    assert fleet.cli_json("get", "Route", "main") == [body] == fleet.cli_json("get", "routes", "main")
    assert fleet.cli("get", "routes") == fleet.cli("get", "Route") and TIME.search(rows[1])
    assert fleet.cli_json("get", "Credential") == [] and fleet.cli_json("get", "--tenant", "globex") == []


def test_bridge_info_lists_versions(fleet):
    (version,) = fleet.cli_json("bridge", "info", "tokens")
    assert (version["records"], version["persons"], version["key_epoch"]) == (240, 240, 1)
    lines = fleet.cli("bridge", "info", "tokens").splitlines()
    assert len(lines) == 2 and lines[1].split()[:4] == [version["version"], "240", "240", "1"]


def test_status_of_one_shows_books_and_files(world, fleet):
    delivery = fleet.cli_json("deliver", "main", "--wait", "60")["delivery_id"]
    d = fleet.cli_json("status", delivery)
    assert {"delivery_id", "tenant", "route", "audience", "destination", "mode", "state", "reason", "revision", "version",
            "books", "files", "release"} <= set(d)
    assert (d["tenant"], d["route"], d["audience"], d["destination"], d["mode"]) == ("acme", "main", "people", "dsp", "full")
    for f in d["files"]:
        assert {"name", "url", "rows", "bytes", "sha256", "receipt"} <= set(f) and f["receipt"]["committed_at"]
    text = fleet.cli("status", delivery)
    assert f"members {d['books']['members']}" in text
    for f in d["files"]:
        assert any(line.split()[:5] == [f["name"], f["role"], str(f["rows"]), str(f["bytes"]), f["sha256"]]
                   for line in text.splitlines()), text
    assert world.completes(delivery)


def test_status_filters_and_orders(world, fleet, held):
    first = fleet.cli_json("deliver", "again", "--wait", "60")["delivery_id"]
    second = fleet.cli_json("deliver", "again", "--wait", "60")["delivery_id"]

    def ids(*args):
        return [d["delivery_id"] for d in fleet.cli_json("status", *args)]
    assert ids("--route", "again") == [second, first]
    assert ids("--route", "again", "--limit", "1") == [second]
    assert ids("--state", "held") == [held]
    assert {held, first, second} <= set(ids("--state", "held,completed"))
    assert ids("--state", "failed") == []
    created = [fleet.status(d)["created_at"] for d in (first, second)]
    assert ids("--route", "again", "--since", created[1]) == [second] and ids("--route", "acme/again", "--since", "1h") == [second, first]
    assert ids("--route", "again", "--until", created[1]) == [first] and ids("--until", "2020-01-01") == []
    by_state = [d["state"] for d in fleet.cli_json("status", "--sort", "state")]
    assert by_state == sorted(by_state) and len(set(by_state)) > 1
    by_route = [d["route"] for d in fleet.cli_json("status", "--sort", "route")]
    assert by_route == sorted(by_route) and len(set(by_route)) > 1
    by_change = [d["changed_at"] for d in fleet.cli_json("status", "--sort", "changed")]
    assert by_change == sorted(by_change, reverse=True)
    assert {held, first, second} <= set(ids("--tenant", "acme"))
    rows = [line.split()[0] for line in fleet.cli("status", "--route", "again").splitlines()]
    assert rows == ["delivery", second, first]


def test_a_held_delivery_shows_what_releases_it(fleet, held):
    command = f"longshore approve {held} --content {fleet.status(held)['content_hash'][:16]}"
    assert f"released by: {command}\n" in fleet.cli("status", held)
    assert fleet.status(held)["release"] == command
    assert fleet.cli_json("deliver", "main", "--wait", "60")["release"] == ""


def test_waiting_for_a_held_one_exits_3_and_says_how_it_is_released(fleet):
    done = fleet.run("deliver", "small", "--actor", "alice", "--wait", "60")
    lines = done.stdout.splitlines()
    delivery = lines[0].split()[0]
    assert done.returncode == 3 and lines[0] == f"{delivery}  held (below_minimum)", done
    assert lines[-1] == f"  released by: longshore approve {delivery} --content {fleet.status(delivery)['content_hash'][:16]}"
    fleet.cli("reject", delivery, "--wait", "60")


def test_waiting_goes_on_while_another_of_the_route_is_under_way(fleet, held):
    """A second one stands behind the first: that is no hold for anybody to act on."""
    argv = [os.path.join(fleet.bin, "longshore"), "deliver", "small", "--id", "behind", "--wait", "60"]
    second = fleet.cli("deliver", "small", "--id", "behind").strip()
    assert fleet.wait_state(second, states=("held",))["reason"] == "overlap"
    done = fleet.run("approve", second, "--actor", "bob")
    assert (done.returncode, done.stderr) == (1, f"longshore: approve: delivery {second} is held (overlap), which ends by "
                                              "itself: an approval would change nothing\n")
    with subprocess.Popen(argv, env=fleet.environment(), stdout=subprocess.PIPE, text=True) as waiting:
        fleet.cli("reject", held, "--wait", "60")
        out, _ = waiting.communicate(timeout=60)
    assert (waiting.returncode, out.splitlines()[0]) == (3, f"{second}  held (below_minimum)")
    fleet.cli("cancel", second, "--wait", "60")


def test_an_audience_is_delivered_by_all_its_routes(world, fleet):
    asked = fleet.cli_json("deliver", "--audience", "people", "--id", "one")
    assert [a["route"] for a in asked] == ["again", "main"]
    for a in asked:
        assert world.completes(a["delivery_id"])["route"] == a["route"]
    again = fleet.cli("deliver", "--audience", "people", "--id", "one")
    assert again == "".join(f"{a['delivery_id']}  {a['route']}\n" for a in asked)
    assert fleet.cli("deliver", "main", "--id", "one") == f"{asked[1]['delivery_id']}\n"
    done = fleet.cli_json("deliver", "--audience", "people", "--id", "one", "--wait", "60")
    assert {(d["delivery_id"], d["state"]) for d in done} == {(a["delivery_id"], "completed") for a in asked}


def test_of_several_the_exit_code_is_the_worst(world, fleet):
    route = json.loads(fleet.cli("get", "Route", "again"))
    fleet.apply([route | {"paused": True}])
    try:
        done = fleet.run("deliver", "--audience", "people", "--wait", "60")
    finally:
        fleet.apply([route])
    assert done.returncode == 3 and "completed  main\n" in done.stdout and "held (paused)  again\n" in done.stdout
    (paused,) = [line.split()[0] for line in done.stdout.splitlines() if line.endswith(" again")]
    fleet.cli("cancel", paused, "--wait", "60")


def test_answers_are_judged_before_they_are_sent(fleet):
    delivery = fleet.cli_json("deliver", "main", "--wait", "60")["delivery_id"]
    for verb in ("approve", "reject", "cancel", "resume"):
        done = fleet.run(verb, delivery)
        assert (done.returncode, done.stderr) == (1, f"longshore: {verb}: delivery {delivery} is completed already\n")


def test_what_is_approved_is_the_selection_that_was_looked_at(fleet, held):
    content = fleet.cli_json("status", held)["content_hash"]
    assert len(content) == 64 and f"selection: {content}\n" in fleet.cli("status", held)
    for verb, *answer in (("approve",), ("reject",), ("resume", "--resend")):
        for seen in ("0" * 64, content + "0", content[:7] + ("0" if content[7] != "0" else "1")):
            done = fleet.run(verb, held, *answer, "--actor", "bob", "--content", seen)
            assert (done.returncode, done.stderr) == (
                1, f"longshore: {verb}: delivery {held} now has another selection ({content}): check "
                   f"longshore status {held}\n")
    done = fleet.run("approve", held, "--actor", "bob", "--content", content[:7])
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "longshore: approve: --content needs at least 8 digits")
    assert fleet.status(held)["state"] == "held"
    assert fleet.cli("approve", held, "--actor", "bob", "--content", content[:8], "--wait", "60") == f"{held}  completed\n"


def test_a_refused_approval_is_seen_by_who_waits(fleet, held):
    words = f"approve {held}: refused (own_request): the approver must not be the requester"
    for waits in ((), ("--wait", "60")):  # the same answer again is an answer
        done = fleet.run("approve", held, "--actor", "alice", *waits)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"longshore: {words}\n")
    done = fleet.run("approve", held, "--actor", "alice", "--json")
    assert (done.returncode, json.loads(done.stderr)) == (1, {"error": {"code": "refused", "text": words}})
    done = fleet.run("approve", held, "--actor", "bob", "--note", "by phone", "--wait", "60")
    assert (done.returncode, done.stdout) == (0, f"{held}  completed\n")
    seen = wait_until(lambda: [t for t in fleet.cli_json("trace", held) if t["what"] == "delivery.approved"], 120, "the trail")
    assert seen[0]["by"] == "bob" and "by phone" in seen[0]["detail"]
    table = fleet.cli("trace", held).splitlines()
    assert table[0].split()[0] == "at" and len(table) == 1 + len(fleet.cli_json("trace", held))


TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_trace_tells_when_a_task_was_done_and_by_whom(fleet):
    """While the uploader stands still a task is ready and issued; done it is when it was done."""
    (uploader,) = fleet.of("uploader")
    (formatter,) = fleet.of("formatter")
    uploader.pause()
    try:
        delivery = fleet.cli("deliver", "main").strip()
        issued = wait_until(lambda: [t for t in fleet.cli_json("trace", delivery) if t["what"] == "upload 0 issued"], 120,
                            "an upload to be issued")[0]
        assert issued["at"] == issued["issued_at"] and "done_at" not in issued and issued["by"] == "uploader"
        paused_until = fleet.query("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')")[0][0]
    finally:
        uploader.cont()
    fleet.wait_state(delivery, states=("completed",))

    def tasks():
        trace = fleet.cli_json("trace", delivery)
        assert all(TIME.fullmatch(t[k]) for t in trace for k in t if k.endswith("at") and k != "what"), trace
        return {t["what"]: t for t in trace if t["source"] == "task"}

    def check(told, name):
        upload = next(t for what, t in told.items() if what.startswith("upload 0"))
        assert upload["at"] == upload["done_at"] >= paused_until > upload["issued_at"] >= upload["ready_at"], upload
        assert upload["started_at"] <= upload["done_at"] and re.fullmatch(rf"uploader@\S+:{uploader.pid}", upload["by"]), upload
        assert re.fullmatch(rf"formatter@\S+:{formatter.pid}", told[name]["by"]), told
    wait_until(lambda: fleet.query("SELECT 1 FROM run.state WHERE delivery_id = %s AND past IS NOT NULL", (delivery,)), 120,
               "the words that remain of its tasks")
    told = tasks()
    check(told, next(what for what in told if what.startswith("part 0")))
    line = next(x for x in fleet.cli("trace", delivery).splitlines() if " upload 0" in x)
    assert re.search(r"; ready [\d:.]+; issued [\d:.]+; started [\d:.]+; done [\d:.]+$", line), line


@pytest.mark.parametrize("verb,state", [("reject", "rejected"), ("cancel", "cancelled")])
@pytest.mark.parametrize("waits", [False, True])
def test_ending_a_held_one(fleet, held, verb, state, waits):
    if waits:
        assert fleet.cli_json(verb, held, "--actor", "bob", "--wait", "60")["state"] == state
        return
    assert fleet.cli(verb, held, "--actor", "bob") == f"{held}  {verb}: carried out\n"
    assert fleet.wait_state(held, states=(state,))["state"] == state


def test_answers_to_one_delivery_at_the_same_time_are_not_mixed_up(fleet, held):
    """Of four words one is carried out; each author hears of their own."""
    said = [("alice", "approve"), ("alice", "approve"), ("alice", "approve"), ("bob", "approve")]
    with fleet.paused("scheduler"), concurrent.futures.ThreadPoolExecutor(len(said)) as pool:
        asked = [pool.submit(fleet.run, verb, held, "--actor", who, "--json") for who, verb in said]
        wait_until(lambda: fleet.query(LOOKS)[0][0] == len(said), 120, "all to wait for their answers")
        for replica in fleet.of("scheduler"):
            replica.cont()
        done = [a.result() for a in asked]
    assert [d.returncode for d in done] == [1, 1, 1, 0], done
    assert json.loads(done[3].stdout) == {"delivery_id": held, "asked": True, "answer": "carried_out"}
    assert all("(own_request)" in d.stderr or "(nothing_to_approve)" in d.stderr or "(completed)" in d.stderr for d in done[:3])
    assert fleet.wait_state(held, states=("completed",))["approved_by"] == "bob"


def test_who_does_not_wait_is_told_so_and_no_answer_is_no_refusal(fleet, held):
    with fleet.paused("scheduler"):
        done = fleet.run("cancel", held, "--actor", "bob", "--wait", "1", "--json")
        error = json.loads(done.stderr)["error"]
        assert (done.returncode, done.stdout, error["code"]) == (4, "", "no_answer")
        assert f"the request to cancel {held} was sent and may still be carried out, but no answer came within 1 s" in error["text"]
        assert fleet.cli("cancel", held, "--actor", "bob", "--no-wait") == f"request sent for {held}\n"
        assert fleet.cli_json("cancel", held, "--no-wait") == {"delivery_id": held, "asked": True, "answer": "not_awaited"}
    fleet.wait_state(held, states=("cancelled",))
    done = fleet.run("cancel", held, "--wait", "--no-wait")
    assert (done.returncode, done.stderr) == (2, "longshore: cancel: --wait and --no-wait exclude each other\n")


def test_an_answer_needs_no_recorder(fleet, held):
    """What the scheduler has counts, not what is recorded of it."""
    for replica in fleet.of("audit-sink"):
        replica.stop()
    try:
        second = fleet.cli("deliver", "small").strip()
        wait_until(lambda: fleet.query("SELECT 1 FROM run.state WHERE delivery_id = %s AND reason = 'overlap'", (second,)), 120,
                   "the second one to stand behind the first")
        assert fleet.status(second) is None
        assert fleet.cli("cancel", second) == f"{second}  cancel: carried out\n"
        assert fleet.query("SELECT state FROM run.state WHERE delivery_id = %s", (second,)) == [("cancelled",)]
        assert fleet.run("cancel", second).stderr == f"longshore: cancel: delivery {second} is cancelled already\n"
    finally:
        fleet.start_replica("audit-sink")


def test_approving_what_is_paused_names_the_right_command(world, fleet):
    route = json.loads(fleet.cli("get", "Route", "again"))
    fleet.apply([route | {"paused": True}])
    try:
        delivery = fleet.cli_json("deliver", "again", "--wait", "60", codes=(3,))["delivery_id"]
        done = fleet.run("approve", delivery, "--actor", "bob")
        assert (done.returncode, done.stderr) == (
            1, f"longshore: approve: delivery {delivery} is held (paused), which approve does not release: use longshore resume {delivery}\n")
    finally:
        fleet.apply([route])
    assert fleet.cli_json("resume", delivery, "--wait", "60")["state"] == "completed"


LOOKS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%%audit.record%%' " \
    "AND state = 'idle' AND application_name = 'longshore'"
LISTENS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%%run.delivery%%' " \
    "AND state = 'idle' AND application_name = 'longshore'"


def test_a_wait_ends_in_time_and_at_ctrl_c(fleet):
    with fleet.paused("scheduler"):
        done = fleet.run("deliver", "main", "--wait", "1")
        assert done.returncode == 4 and "is still not recorded yet after 1 s and continues: longshore watch " in done.stderr
        argv = [os.path.join(fleet.bin, "longshore"), "deliver", "main", "--wait"]
        waiting = subprocess.Popen(argv, env=fleet.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: fleet.query(LISTENS)[0][0], 120, "the wait to begin")
        assert "not recorded yet; still waiting. longshore doctor shows whether all services are running" in waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        out, err = waiting.communicate(timeout=120)
        assert (waiting.returncode, out) == (130, "") and "stopped waiting; delivery " in err


def run_with(fleet, env, *args, timeout=60):
    return subprocess.run([os.path.join(fleet.bin, "longshore"), *args], env=fleet.environment() | env, capture_output=True,
                          text=True, timeout=timeout, stdin=subprocess.DEVNULL, check=False)


@pytest.mark.parametrize("args,setting", [(("status",), "LONGSHORE_POSTGRES"), (("topics",), "LONGSHORE_KAFKA"),
                                          (("keys", "init"), "LONGSHORE_KEYS"), (("keys", "init"), "LONGSHORE_STAGING"),
                                          (("migrate",), "LONGSHORE_POSTGRES")])
def test_a_setting_that_is_missing_is_named(fleet, args, setting):
    done = run_with(fleet, {setting: ""}, *args)
    assert (done.returncode, done.stdout) == (2, "") and f"{setting} is not set" in done.stderr


DOWN = [(("status",), {"LONGSHORE_POSTGRES": "host=127.0.0.1 port=1 dbname=x user=x"}),
        (("approve", ID), {"LONGSHORE_POSTGRES": "host=127.0.0.1 port=1 dbname=x user=x"}),
        (("topics",), {"LONGSHORE_KAFKA": "127.0.0.1:1"}),
        (("deliver", "main", "--id", "lost"), {"LONGSHORE_KAFKA": "127.0.0.1:1"})]


def test_a_server_that_is_down_is_told_in_bounded_time(fleet):
    with concurrent.futures.ThreadPoolExecutor(len(DOWN)) as pool:
        for (args, env), done in zip(DOWN, pool.map(lambda case: run_with(fleet, case[1], *case[0], timeout=40), DOWN)):
            (setting,) = env
            assert (done.returncode, done.stdout) == (1, "") and f"({setting})" in done.stderr, done
            assert args[0] != "deliver" or "repeat it with --id lost" in done.stderr


def test_a_wait_outlives_its_connection(fleet):
    with fleet.paused("scheduler"):
        argv = [os.path.join(fleet.bin, "longshore"), "deliver", "main", "--wait", "60"]
        waiting = subprocess.Popen(argv, env=fleet.environment(), stdout=subprocess.PIPE, text=True)
        wait_until(lambda: fleet.query(LISTENS)[0][0], 120, "the wait to begin")
        ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND " \
            "application_name = 'longshore'"
        assert fleet.query(ended)[0][0] == 1
    out, _ = waiting.communicate(timeout=60)
    assert waiting.returncode == 0 and out.endswith("  completed\n")


def test_a_role_without_rights_is_told_so(fleet):
    done = run_with(fleet, {"LONGSHORE_POSTGRES": fleet.conninfo("longshore_uploader")}, "status")
    assert done.returncode == 1 and "longshore_operator has the required rights" in done.stderr


def test_the_operator_may_do_all_but_migrate(fleet):
    env = {"LONGSHORE_POSTGRES": fleet.conninfo("longshore_operator")}
    assert run_with(fleet, env, "deliver", "main", "--wait", "60").returncode == 0
    assert run_with(fleet, env, "status").returncode == 0


def test_a_database_without_tables_is_told_so(fleet):
    name = f"{fleet.database}_bare"
    fleet.admin(f"CREATE DATABASE {name}")
    try:
        env = {"LONGSHORE_POSTGRES": fleet.conninfo().replace(fleet.database, name)}
        for args in (("status",), ("deliver", "main"), ("get",), ("trace", ID)):
            done = run_with(fleet, env, *args)
            assert done.returncode == 1 and done.stderr.endswith("migrations: run longshore migrate\n"), done
    finally:
        fleet.admin(f"DROP DATABASE {name}")


def test_output_that_cannot_be_written_is_a_failure(fleet):
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([os.path.join(fleet.bin, "longshore"), "status"], env=fleet.environment(), stdout=full,
                              stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "longshore: standard output: No space left on device\n")


def test_a_failure_raises_in_the_harness(fleet):
    with pytest.raises(CommandFailed):
        fleet.cli("status", ID)
    assert fleet.status(ID) is None
