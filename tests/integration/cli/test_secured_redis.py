"""Redis with users and passwords: what is right serves, what is wrong is said, and no password is told anywhere."""
import json
import os
import re
import socket
import subprocess
from pathlib import Path

import pytest

from fleet import Fleet, wait_until
from world import World

BIN = os.environ["LONGSHORE_BIN"]
PASSWORD = "hunter2-is-no-password"
PAGE = (Path(__file__).resolve().parents[3] / "docs/OPERATING.md").read_text()


class Redis:
    """Wants a password of everybody; the user `longshore` has the rights of docs/OPERATING.md and no others."""

    def __init__(self, directory, prefix):
        self.directory = directory
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        rule = re.search(r"^ACL SETUSER longshore (.*)$", PAGE, re.MULTILINE).group(1)
        self.rule = rule.replace("PASSWORD", PASSWORD).replace("~longshore.*", f"~{prefix}*").replace("resetkeys ", "")
        config = directory / "redis.conf"
        config.write_text(f"port {self.port}\nbind 127.0.0.1\nsave ''\nappendonly no\ndir {directory}\nrequirepass {PASSWORD}\n"
                          f"user longshore {self.rule}\n")
        with (directory / "redis.log").open("w") as log:
            self.process = subprocess.Popen(["redis-server", str(config)], stdin=subprocess.DEVNULL, stdout=log)
        wait_until(lambda: self.ask("PING") == "PONG", 120, "Redis to answer")

    def ask(self, *words):
        done = subprocess.run(["redis-cli", "-p", str(self.port), *words], env=os.environ | {"REDISCLI_AUTH": PASSWORD},
                              capture_output=True, text=True, timeout=120, check=False)
        return done.stdout.strip()

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    made = Redis(tmp_path_factory.mktemp("redis"), "secured.")
    yield made
    made.stop()


@pytest.fixture
def doctor(redis, tmp_path):
    """doctor(text of the file or None, address=...): what it finds of Redis."""
    def call(text, address=None):
        env = {k: v for k, v in os.environ.items() if not k.startswith("LONGSHORE_")}
        env |= {"LONGSHORE_REDIS": address or f"127.0.0.1:{redis.port}", "LONGSHORE_TOPIC_PREFIX": "secured."}
        if text is not None:
            path = tmp_path / "redis.conf"
            path.write_text(text)
            path.chmod(0o600)
            env["LONGSHORE_REDIS_CONFIG"] = str(path)
        done = subprocess.run([os.path.join(BIN, "longshore"), "doctor", "--json"], env=env, capture_output=True, text=True,
                              timeout=60, check=False)
        assert PASSWORD not in done.stdout + done.stderr
        return {f["subject"]: f for f in json.loads(done.stdout)}
    return call


@pytest.mark.parametrize("text", [f"user=longshore\npassword={PASSWORD}\n", f"password={PASSWORD}\n"])
def test_a_user_and_the_default_user_are_taken(doctor, redis, text):
    assert doctor(text)["redis"] | {"text": ""} == {"check": "redis", "level": "ok", "subject": "redis", "text": "", "remedy": ""}


def test_the_address_may_hold_them(doctor, redis):
    found = doctor(None, f"redis://longshore:{PASSWORD}@127.0.0.1:{redis.port}")["redis"]
    assert found["level"] == "ok" and found["text"] == f"127.0.0.1:{redis.port} answers"


@pytest.mark.parametrize("text,said", [(None, "it requires a password"), ("password=wrong\n", "rejects our user and password"),
                                       (f"user=nobody\npassword={PASSWORD}\n", "rejects our user and password")])
def test_what_is_wrong_is_a_problem_with_a_remedy(doctor, text, said):
    found = doctor(text)["redis"]
    assert found["level"] == "problem" and said in found["text"] and "LONGSHORE_REDIS_CONFIG" in found["remedy"]


def test_a_user_without_the_rights_is_found(doctor, redis):
    redis.ask("ACL", "SETUSER", "poor", "on", f">{PASSWORD}", "+ping", "~*")
    found = doctor(f"user=poor\npassword={PASSWORD}\n")["redis"]
    assert found["level"] == "problem" and "its ACL does not give" in found["text"]
    redis.ask("ACL", "SETUSER", "elsewhere", "on", f">{PASSWORD}", *redis.rule.replace("~secured.*", "~other.*").split()[2:])
    assert doctor(f"user=elsewhere\npassword={PASSWORD}\n")["redis"]["level"] == "problem"


def test_mistakes_in_the_file_are_told(doctor):
    found = doctor(f"pasword={PASSWORD}\n")["redis"]
    assert found["level"] == "problem" and ":1: unknown setting pasword" in found["text"]
    found = doctor(None, f"rediss://u:{PASSWORD}@127.0.0.1:1")["redis"]
    assert found["level"] == "problem" and "has no TLS" in found["text"]


def test_redis_on_another_machine_is_a_warning(doctor, redis):
    found = doctor(f"password={PASSWORD}\n", f"0.0.0.0:{redis.port}")
    assert found["redis"]["level"] == "ok" and found["redis encryption"]["level"] == "warning"


@pytest.mark.parametrize("password,serves", [(PASSWORD, True), ("wrong-" + PASSWORD, False)])
def test_a_fleet_delivers_with_the_right_password_and_without_redis_with_a_wrong_one(tmp_path, password, serves):
    config = tmp_path / "credentials"
    config.write_text(f"user=longshore\npassword={password}\n")
    config.chmod(0o600)
    fleet = Fleet("redis")
    redis = Redis(tmp_path, fleet.prefix)
    fleet.extra |= {"LONGSHORE_REDIS": f"0.0.0.0:{redis.port}", "LONGSHORE_REDIS_CONFIG": str(config)}
    try:
        with fleet:
            world = World(fleet, people=500, objects=3, per_file=500, routes=("main",)).prepare()
            world.completes(world.deliver())
            told = [e for r in fleet.replicas for e in r.events("worker.redis_absent")]
            refused = {r.service for r in fleet.replicas if r.events("worker.redis_refused")}
            weak = {r.service for r in fleet.replicas if r.events("worker.redis_unprotected")}
            logs = "".join(r.log() for r in fleet.replicas)
        assert PASSWORD not in logs
        assert len(weak) == 6
        if serves:
            assert not told and not refused and fleet.prefix in redis.ask("KEYS", "*")
        else:
            assert len(refused) == 6 and all("rejects our user and password" in e["why"] for e in told) and told
            assert redis.ask("DBSIZE") == "0"
    finally:
        redis.stop()
