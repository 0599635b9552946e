"""Connections to servers that want TLS, users and passwords: what is asked for holds, and what is wrong is said."""
import json
import os
import subprocess

import pytest

from registry import SERVICES

BIN = os.environ["LONGSHORE_BIN"]
SECRET = "hunter2-is-no-password"


@pytest.fixture
def run(tmp_path):
    """run(PROGRAM, *args, **env): with nothing of the environment's settings but these."""
    def call(program, *args, timeout=60, **env):
        base = {k: v for k, v in os.environ.items() if not k.startswith(("LONGSHORE_", "PG"))}
        for directory in ("keys", "staging"):
            (tmp_path / directory).mkdir(exist_ok=True)
        base |= {"LONGSHORE_KAFKA": "127.0.0.1:1", "LONGSHORE_KEYS": str(tmp_path / "keys"),
                 "LONGSHORE_STAGING": f"file://{tmp_path}/staging", "LONGSHORE_ADMIN": "127.0.0.1:0"}
        done = subprocess.run([os.path.join(BIN, program), *args], env=base | env, capture_output=True, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL, check=False)
        assert SECRET not in done.stdout + done.stderr
        return done
    return call


def private(path, text, mode=0o600):
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def lines_of(done):
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def findings(done):
    return {f["subject"]: f for f in json.loads(done.stdout)}


MISTAKES = [("acks=0\n", 0o600, ":1: acks is not allowed here"),
            ("security.protocol=tls\n", 0o600, ":1: librdkafka rejects the value of security.protocol"),
            (f"sasl.password={SECRET}\nsasl.pasword={SECRET}\n", 0o600, ":2: librdkafka"),
            (f"sasl.password={SECRET}\n", 0o644, "chmod 0600")]


@pytest.mark.parametrize("service", SERVICES)
def test_a_mistake_in_kafka_s_file_ends_every_service_at_its_start(run, tmp_path, service):
    path = private(tmp_path / "kafka.conf", *MISTAKES[2][:2])
    done = run(f"longshore-{service}", LONGSHORE_KAFKA_CONFIG=path)
    last = lines_of(done)[-1]
    assert done.returncode == 1 and last["event"] == "worker.start_failed", done.stdout
    assert f"LONGSHORE_KAFKA_CONFIG: {path}:2: librdkafka" in last["msg"]


@pytest.mark.parametrize("text,mode,said", MISTAKES)
def test_a_mistake_in_kafka_s_file_is_an_error_of_the_command_line(run, tmp_path, text, mode, said):
    path = private(tmp_path / "kafka.conf", text, mode)
    for verb in ("topics", "watch"):
        done = run("longshore", verb, LONGSHORE_KAFKA_CONFIG=path)
        assert done.returncode == 1 and said in done.stderr and path in done.stderr
    done = run("longshore", "doctor", "--json", LONGSHORE_KAFKA_CONFIG=path)
    found = findings(done)["kafka"]
    assert done.returncode == 1 and found["level"] == "problem"
    assert said in found["text"] and found["remedy"] == "correct the file named by LONGSHORE_KAFKA_CONFIG"
