"""doctor: nothing to say on a good installation, and each thing that is broken is found, alone, with its remedy."""
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

import pytest

from fleet import Fleet, wait_until
from world import World


def doctor(fleet, timeout=60, **env):
    """(findings, exit code); findings are (level, subject, text, remedy)."""
    done = subprocess.run([os.path.join(fleet.bin, "longshore"), "doctor", "--json"], env=fleet.environment() | env,
                          capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL, check=False)
    assert done.stderr == "", done.stderr
    found = [(f["level"], f["subject"], f["text"], f["remedy"]) for f in json.loads(done.stdout)]
    assert done.returncode == any(f[0] == "problem" for f in found), (done.returncode, found)
    return found


def told(found, *levels):
    return [f[:2] for f in found if f[0] in levels]


def one(found, subject):
    (finding,) = [f for f in found if f[1] == subject and f[0] != "ok"]
    return finding


def files_below(root):
    return sorted(os.path.join(directory, name) for directory, _, names in os.walk(root) for name in names)


@pytest.fixture(scope="module")
def fleet():
    """Set up and configured; no service runs, so nothing minds what is broken."""
    fleet = Fleet("doctor")
    try:
        fleet.setup()
        World(fleet, people=10, routes=("main",)).apply()
        yield fleet
    finally:
        fleet.remove()


def test_a_good_installation_has_no_problem():
    with Fleet("healthy") as fleet:
        world = World(fleet, people=100, routes=("main",)).prepare()
        world.completes(world.deliver())
        fleet.wait_ready()
        env = {"LONGSHORE_POSTGRES": fleet.conninfo("longshore_operator")}
        before = files_below(fleet.path("drop"))
        found = doctor(fleet, **env)
        assert told(found, "problem") == [], found
        # what a development stack does without
        assert {s for _, s in told(found, "warning")} <= {"kafka", "standby", "postgres durability"}, found
        fine = {f[1]: f[2] for f in found if f[0] == "ok"}
        assert {"settings", "postgres", "clock", "migrations", "grants", "redis", "staging", "keys", "time zones", "work",
                "bucket box", *(f"topic {fleet.prefix}{t}" for t in ("triggers", "results", "deliveries", "audit"))} <= set(fine)
        assert {s: t for s, t in fine.items() if s.startswith("service ")} == {
            f"service {s}": "1 running" for s in fleet.counts}
        assert fine[f"topic {fleet.prefix}audit"] == "6 partitions, kept for ever"
        assert fine[f"topic {fleet.prefix}deliveries"] == "12 partitions, the last message of each key is kept"
        assert fine[f"topic {fleet.prefix}triggers"] == "12 partitions, kept for 168 h"
        assert [n for n in os.listdir(fleet.path("staging")) if n.startswith("doctor")] == []
        assert files_below(fleet.path("drop")) == before
        text = fleet.cli("doctor")
        assert text.splitlines()[0] == f"ok       settings: all are set; topic names begin with {fleet.prefix}"
        assert text.splitlines()[-1].startswith("0 problems, ")
        for replica in fleet.of("uploader"):
            replica.stop()
        wait_until(lambda: ("warning", "service uploader", "none is running", "start longshore-uploader") in doctor(fleet, **env),
                   30, "doctor to miss the uploader")


def test_before_anything_is_set_up_every_line_names_the_next_step():
    fleet = Fleet("bare")
    try:
        fleet.admin(f"CREATE DATABASE {fleet.database}")
        found = doctor(fleet)
        count = len(list((pathlib.Path(__file__).parents[3] / "db" / "migrations").glob("*.sql")))
        assert one(found, "migrations")[2:] == (f"{count} of {count} migrations are not applied", "longshore migrate")
        assert one(found, f"topic {fleet.prefix}audit")[2:] == ("is not there", "longshore topics")
        assert one(found, "keys uploader")[3].endswith("run longshore keys init to add it")
        assert not [f for f in found if f[1] in ("database", "grants", "work")]
        for command in ("migrate", "topics"):
            fleet.cli(command)
        fleet.cli("keys", "init")
        assert told(doctor(fleet), "problem") == []
    finally:
        fleet.remove()


def test_settings_that_are_missing(fleet):
    found = doctor(fleet, LONGSHORE_KAFKA="", LONGSHORE_POSTGRES="", LONGSHORE_STAGING="", LONGSHORE_KEYS="", LONGSHORE_REDIS="")
    assert told(found, "problem") == [("problem", f"LONGSHORE_{s}") for s in ("KAFKA", "POSTGRES", "STAGING")]
    assert told(found, "warning") == [("warning", "LONGSHORE_KEYS"), ("warning", "redis")]
    assert told(found, "ok") == [("ok", "time zones")]


def test_servers_that_are_down_do_not_keep_the_others_from_being_looked_at(fleet):
    found = doctor(fleet, LONGSHORE_KAFKA="127.0.0.1:1", LONGSHORE_REDIS="127.0.0.1:1",
                   LONGSHORE_POSTGRES="host=127.0.0.1 port=1 dbname=x user=x")
    assert told(found, "problem") == [("problem", "kafka"), ("problem", "postgres"), ("problem", "services")]
    assert one(found, "services")[2].startswith("could not determine which services are running: ")
    assert one(found, "redis")[0] == "warning"
    assert {("ok", "staging"), ("ok", "keys"), ("ok", "time zones")} <= set(told(found, "ok"))


def test_a_topic_that_is_missing(fleet):
    from confluent_kafka.admin import AdminClient
    client = AdminClient({"bootstrap.servers": fleet.servers["LONGSHORE_KAFKA"]})
    name = f"{fleet.prefix}results"
    client.delete_topics([name])[name].result(20)
    wait_until(lambda: name not in client.list_topics(timeout=120).topics, 120, "the topic to go")
    try:
        found = doctor(fleet)
        assert [f for f in found if f[0] == "problem"] == [("problem", f"topic {name}", "is not there", "longshore topics")]
    finally:
        fleet.cli("topics")
    assert told(doctor(fleet), "problem") == []


def alter_topic(fleet, name, **values):
    from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource
    client = AdminClient({"bootstrap.servers": fleet.servers["LONGSHORE_KAFKA"]})
    changes = [ConfigEntry(k, v, incremental_operation=AlterConfigOpType.SET) for k, v in values.items()]
    resource = ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=changes)
    client.incremental_alter_configs([resource])[resource].result(20)


@pytest.mark.parametrize("topic,key,value,good,level,words", [
    ("audit", "retention.ms", "86400000", "-1", "problem",
     "retention.ms is 86400000; it should be -1: this topic must never expire"),
    ("deliveries", "cleanup.policy", "delete", "compact", "problem", "cleanup.policy is delete; it should be compact"),
    ("triggers", "retention.ms", "3600000", "604800000", "warning", "retention.ms is 3600000; it should be 604800000"),
    ("results", "max.message.bytes", "1000", "1048588", "problem", "max.message.bytes is 1000; it should be 1048588"),
])
def test_a_topic_that_keeps_too_little(fleet, topic, key, value, good, level, words):
    plan = {"audit": {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"},
            "deliveries": {"cleanup.policy": "compact"}}.get(topic, {"cleanup.policy": "delete", "retention.ms": "604800000"})
    plan = plan | {"max.message.bytes": "1048588"}
    name = f"{fleet.prefix}{topic}"
    alter_topic(fleet, name, **(plan | {key: value}))
    try:
        found = wait_until(lambda: (f := doctor(fleet)) and ("ok", f"topic {name}") not in told(f, "ok") and f, 120, "the change")
        assert one(found, f"topic {name}")[:3] == (level, f"topic {name}", words)
        assert f"--entity-name {name} --add-config {key}={good}" in one(found, f"topic {name}")[3]
        assert told(found, "problem") == ([("problem", f"topic {name}")] if level == "problem" else [])
    finally:
        alter_topic(fleet, name, **plan)
    wait_until(lambda: ("ok", f"topic {name}") in told(doctor(fleet), "ok"), 120, "the repair")


def test_a_topic_of_another_partition_count(fleet):
    from confluent_kafka.admin import AdminClient, NewPartitions
    client = AdminClient({"bootstrap.servers": fleet.servers["LONGSHORE_KAFKA"]})
    other = {"LONGSHORE_TOPIC_PREFIX": f"{fleet.prefix}wide."}
    subprocess.run([os.path.join(fleet.bin, "longshore"), "topics"], env=fleet.environment() | other, check=True,
                   capture_output=True)
    name = f"{fleet.prefix}wide.audit"
    client.create_partitions([NewPartitions(name, 7)])[name].result(20)
    found = wait_until(lambda: (f := doctor(fleet, **other)) and told(f, "problem") and f, 120, "the seventh partition")
    assert one(found, f"topic {name}")[:3] == ("problem", f"topic {name}", "has 7 partitions; it must have 6")


def test_a_migration_that_is_missing(fleet):
    (row,) = fleet.query("DELETE FROM longshore.migration WHERE number = (SELECT max(number) FROM longshore.migration) RETURNING *")
    try:
        found = doctor(fleet)
        assert told(found, "problem") == [("problem", "migrations")]
        assert one(found, "migrations")[3] == "longshore migrate"
    finally:
        fleet.query("INSERT INTO longshore.migration VALUES (%s, %s, %s, %s) RETURNING 1", row)


def test_a_migration_that_was_changed(fleet):
    fleet.query("UPDATE longshore.migration SET sha256 = repeat('0', 64) WHERE number = 3 RETURNING 1")
    try:
        assert "was changed after it was applied" in one(doctor(fleet), "migrations")[2]
    finally:
        (path,) = (pathlib.Path(__file__).parents[3] / "db" / "migrations").glob("0003_*.sql")
        fleet.query("UPDATE longshore.migration SET sha256 = %s WHERE number = 3 RETURNING 1",
                    (hashlib.sha256(path.read_bytes()).hexdigest(),))
    assert told(doctor(fleet), "problem") == []


@contextlib.contextmanager
def sql(fleet, do, undo):
    import psycopg
    with psycopg.connect(fleet.conninfo(), autocommit=True) as c:
        c.execute(do)
        try:
            yield
        finally:
            c.execute(undo)


GRANTS = [
    ("GRANT SELECT ON run.delivery TO longshore_formatter", "REVOKE SELECT ON run.delivery FROM longshore_formatter",
     "longshore_formatter", "has SELECT on run.delivery, which no migration grants"),
    ("REVOKE INSERT ON audit.record FROM longshore_audit_sink", "GRANT INSERT ON audit.record TO longshore_audit_sink",
     "longshore_audit_sink", "lacks INSERT on audit.record, which the migrations grant"),
    ("GRANT USAGE ON SCHEMA run TO longshore_bridge_worker", "REVOKE USAGE ON SCHEMA run FROM longshore_bridge_worker",
     "longshore_bridge_worker", "has USAGE on SCHEMA run, which no migration grants"),
    ("GRANT SELECT (memory) ON run.state TO longshore_uploader", "REVOKE SELECT (memory) ON run.state FROM longshore_uploader",
     "longshore_uploader", "has SELECT on run.state.memory, which no migration grants"),
    ("GRANT SELECT ON audit.record TO PUBLIC", "REVOKE SELECT ON audit.record FROM PUBLIC",
     "PUBLIC", "has SELECT on audit.record, which no migration grants"),
]


@pytest.mark.parametrize("do,undo,role,words", GRANTS, ids=lambda v: v.split()[-1])
def test_a_right_too_many_or_too_few(fleet, do, undo, role, words):
    with sql(fleet, do, undo):
        found = doctor(fleet)
        assert [f for f in found if f[0] == "problem"] == [("problem", f"role {role}", words, undo)]
    assert told(doctor(fleet), "problem") == []


def test_a_role_that_is_a_member_of_another(fleet):
    """Roles belong to the whole server, so a role that no other test uses is made a member."""
    with sql(fleet, "CREATE ROLE doctor_group", "DROP ROLE doctor_group"), sql(
            fleet, "GRANT doctor_group TO longshore_formatter", "REVOKE doctor_group FROM longshore_formatter"):
        found = doctor(fleet)
        assert ("problem", "role longshore_formatter", "is a member of doctor_group",
                "REVOKE doctor_group FROM longshore_formatter") in found
        assert set(told(found, "problem")) == {("problem", "role longshore_formatter")}


def test_a_role_that_may_not_read_is_told_so(fleet):
    found = doctor(fleet, LONGSHORE_POSTGRES=fleet.conninfo("longshore_uploader"))
    assert set(told(found, "problem")) == {("problem", "database")}
    assert all(f[3].endswith("longshore_operator") for f in found if f[1] == "database")


KEYS = [
    ("remove", "uploader/staging-ledger.key", "is not there"),
    ("remove", "bridge-worker/fingerprint-1.key", "is not there"),
    ("copy", "formatter/staging-keys.key", "this service must not hold this key"),
    ("copy", "audit-sink/mark.key", "this service must not hold this key"),
    ("copy", "bridge-worker/mark.key", "this service must not hold this key"),
    ("expose", "formatter/staging-values.key", "others can reach it (mode 0404); run chmod 0600 on it"),
    ("group", "formatter/staging-values.key", "others can reach it (mode 0660); run chmod 0600 on it"),
    ("link", "formatter/staging-values.key", "is a symbolic link; replace it with the file itself"),
    ("other", "formatter/staging-files.key", "differs from the one of uploader"),
    ("spoil", "scheduler/staging-specs.key", "does not consist of 64 hex digits and a line end"),
]


@pytest.mark.parametrize("act,file,words", KEYS, ids=lambda v: v.split()[0])
def test_key_directories(fleet, act, file, words):
    path = fleet.path("keys", *file.split("/"))
    holder = fleet.path("keys", "bridge-builder", os.path.basename(file))
    kept = fleet.path("kept-key")
    if os.path.exists(path):
        shutil.copy2(path, kept)
    try:
        if act == "remove":
            os.unlink(path)
        elif act == "copy":
            shutil.copy2(holder, path)
        elif act == "expose":
            os.chmod(path, 0o404)
        elif act == "group":
            os.chmod(path, 0o660)
        elif act == "link":
            os.unlink(path)
            os.symlink(kept, path)
        else:
            os.chmod(path, 0o600)
            with open(path, "w", encoding="ascii") as f:
                f.write("0" * 64 + "\n" if act == "other" else "nonsense\n")
        found = doctor(fleet)
        assert told(found, "problem") == [("problem", f"keys {file}")]
        assert words in one(found, f"keys {file}")[2] and one(found, f"keys {file}")[3]
        assert "0" * 64 not in json.dumps(found)
    finally:
        if os.path.lexists(path):
            os.unlink(path)
        if os.path.exists(kept):
            shutil.move(kept, path)
    assert told(doctor(fleet), "problem") == []


def test_a_key_directory_that_others_reach_or_that_is_gone(fleet):
    path = fleet.path("keys", "uploader")
    os.chmod(path, 0o755)
    assert one(doctor(fleet), "keys uploader")[2:] == ("others can reach the directory", "chmod 0700 on it")
    os.chmod(path, 0o700)
    os.rename(path, path + "-away")
    try:
        assert one(doctor(fleet), "keys uploader")[2] == "the directory does not exist"
    finally:
        os.rename(path + "-away", path)
    with open(os.path.join(path, "notes"), "w", encoding="ascii"):
        found = doctor(fleet)
    assert one(found, "keys uploader/notes")[0] == "warning" and told(found, "problem") == []
    os.unlink(os.path.join(path, "notes"))


def test_staging_that_cannot_be_written(fleet):
    """A directory of a file system that refuses writes to everybody, root too."""
    for url in ("file:///proc/longshore", "file:///nowhere/at/all", "s3://bucket/x"):
        found = doctor(fleet, LONGSHORE_STAGING=url)
        assert told(found, "problem") == [("problem", "staging")], found
        assert one(found, "staging")[2].startswith(url)


def test_staging_that_is_not_mounted_or_belongs_to_other_keys(fleet):
    """Nothing is written to it."""
    staging, aside = fleet.path("staging"), fleet.path("staging-aside")
    os.rename(staging, aside)
    os.mkdir(staging)
    try:
        found = doctor(fleet)
        assert told(found, "problem") == [("problem", "staging")], found
        assert "has no identity, like an empty mount point" in one(found, "staging")[2] and os.listdir(staging) == []
        done = fleet.run("keys", "init")
        assert done.returncode == 1 and "run longshore keys init --new-staging" in done.stderr, done.stderr
        assert os.listdir(staging) == []
        with open(os.path.join(staging, ".longshore-staging"), "w", encoding="ascii") as f:
            f.write("ab" * 16 + "\n")
        found = doctor(fleet)
        assert told(found, "problem") == [("problem", "staging")], found
        assert "is a different staging area" in one(found, "staging")[2] and os.listdir(staging) == [".longshore-staging"]
    finally:
        shutil.rmtree(staging)
        os.rename(aside, staging)
    assert told(doctor(fleet), "problem") == []


def test_a_drop_that_cannot_take_files(fleet):
    os.rename(fleet.path("drop"), fleet.path("drop-away"))
    try:
        found = doctor(fleet)
        assert told(found, "problem") == [("problem", "bucket box")]
    finally:
        if os.path.isdir(fleet.path("drop")):
            shutil.rmtree(fleet.path("drop"))
        os.rename(fleet.path("drop-away"), fleet.path("drop"))
    assert told(doctor(fleet), "problem") == []


def test_time_zones(fleet):
    found = doctor(fleet, LONGSHORE_SCHEDULER_ZONEINFO=fleet.path("source"))
    assert one(found, "time zones")[2] == f"{fleet.path('source')} contains no time zone files"
    fleet.query("UPDATE conf.document SET body = jsonb_set(body::jsonb, '{cadence}', '{\"zone\": \"Mars/Olympus\"}')::text "
                "WHERE kind = 'Route' RETURNING 1")
    found = doctor(fleet)
    assert one(found, "time zones")[2].startswith("Route main names Mars/Olympus, which is not in /usr/share/zoneinfo")
    fleet.query("UPDATE conf.document SET body = (body::jsonb - 'cadence')::text WHERE kind = 'Route' RETURNING 1")
    assert told(doctor(fleet), "problem") == []


def test_work_that_is_stuck(fleet):
    state = ("INSERT INTO run.state (delivery_id, kind, tenant, route, audience, destination, state, reason, revision, version, "
             "status_version, status, due_at, planned_at, spec_hash, memory, created_at, changed_at) VALUES ('late', 'delivery', "
             "'acme', 'main', 'people', 'dsp', 'selecting', '', 1, 1, 1, '', now() - interval '1 hour', now(), '', '', now(), "
             "now() - interval '1 hour')")
    outbox = ("INSERT INTO run.outbox (delivery_id, topic, partition, key, value, type, tenant, stored_at) VALUES ('late', 0, -1, "
              "'', '', '', 'acme', now() - interval '1 hour')")
    letter = ("INSERT INTO audit.dead_letter VALUES ('deadletters', 0, 0, 'formatter', 'format.tasks', 0, 0, 'poison', '', 'late', "
              "'', now())")
    with sql(fleet, state, "DELETE FROM run.state"):
        found = doctor(fleet)
        assert told(found, "problem") == [("problem", "service scheduler"), ("problem", "service audit-sink"), ("problem", "overdue"),
                                          ("problem", "recorder")]
        assert one(found, "service scheduler")[2:] == ("none is running, and 1 delivery waits for it", "start longshore-scheduler")
        assert "1 delivery is overdue; the oldest, late, " in one(found, "overdue")[2]
        assert one(found, "recorder")[3].startswith("start longshore-audit-sink")
    with sql(fleet, outbox, "DELETE FROM run.outbox"):
        found = doctor(fleet)
        assert told(found, "problem") == [("problem", "outbox")] and "longshore-scheduler" in one(found, "outbox")[3]
    with sql(fleet, letter, "DELETE FROM audit.dead_letter"):
        found = doctor(fleet)
        assert told(found, "problem") == []
        assert one(found, "dead letters")[:3] == ("warning", "dead letters", "1 in the last week; the newest: formatter: poison")
    assert told(doctor(fleet), "problem") == []


def test_servers_that_hang_keep_nothing_from_being_told(fleet):
    """They take connections and never answer; the database has no time-out of its own, so its checks are left behind."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        before = time.monotonic()
        found = doctor(fleet, LONGSHORE_POSTGRES=f"host=127.0.0.1 port={port} dbname=x user=x connect_timeout=300",
                       LONGSHORE_KAFKA=f"127.0.0.1:{port}", LONGSHORE_REDIS=f"127.0.0.1:{port}")
        assert time.monotonic() - before < 50
    late = {f[1]: f[3] for f in found if f[2] == "did not finish in time"}
    assert set(late) == {"postgres", "migrations", "grants", "drops", "zones", "work"}
    assert all("the server of LONGSHORE_POSTGRES" in remedy for remedy in late.values())
    assert one(found, "kafka")[0] == "problem" and one(found, "redis")[0] == "warning"
    assert {("ok", "staging"), ("ok", "keys")} <= set(told(found, "ok"))
