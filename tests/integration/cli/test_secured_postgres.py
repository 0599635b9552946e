"""PostgreSQL over TLS: what `sslmode` asks for holds for services and command line, and what is missing is said."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

from certificates import Authority
from fleet import wait_until

BIN = os.environ["LONGSHORE_BIN"]
PASSWORD = "hunter2-is-no-password"


class Server:
    """A PostgreSQL of this test's own, without TLS at first. 0.0.0.0 leads to this machine, and no name says so."""

    def __init__(self, run, authority):
        self.env = dict(os.environ, LONGSHORE_RUN=str(run))
        self.stack = os.environ["LONGSHORE_STACK"]
        self.run = Path(run)
        self.do("claim")
        self.do("start-postgres")
        self.port = int((self.run / "postgres" / "ports").read_text().split()[0])
        self.data = Path(os.path.realpath(self.run / "postgres" / "data"))
        self.authority = authority
        with self.ask() as c:
            c.execute(f"CREATE ROLE secured LOGIN CREATEROLE PASSWORD '{PASSWORD}'")
            c.execute("CREATE DATABASE secured OWNER secured")

    def do(self, command):
        done = subprocess.run([self.stack, command], env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=180, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)

    def ask(self):
        return psycopg.connect(f"host=127.0.0.1 port={self.port} dbname=postgres user=longshore_admin sslmode=prefer", autocommit=True)

    def put(self, source, name):
        target = self.data / name
        shutil.copy(source, target)
        os.chmod(target, 0o600)
        if os.getuid() == 0:
            shutil.chown(target, "postgres", "postgres")

    def set(self, *statements, hba=None):
        """Statements, and who may come in; both count when this returns."""
        if hba:
            (self.data / "pg_hba.conf").write_text(hba + "local all all trust\nhost all longshore_admin 127.0.0.1/32 trust\n")
        with self.ask() as c:
            for statement in statements:
                c.execute(statement)
            before = c.execute("SELECT pg_conf_load_time()").fetchone()
            c.execute("SELECT pg_reload_conf()")
        def is_loaded():
            with self.ask() as c:
                return c.execute("SELECT pg_conf_load_time()").fetchone() != before
        wait_until(is_loaded, 120, "the configuration to be loaded")

    def encrypt(self):
        certificate, key = self.authority.sign("db", "DNS:localhost", "DNS:db.example")
        self.put(certificate, "server.crt")
        self.put(key, "server.key")
        self.set("ALTER SYSTEM SET ssl = on", hba="hostssl secured all 127.0.0.1/32 scram-sha-256\n")

    def plain(self):
        self.set("ALTER SYSTEM SET ssl = off", hba="host secured all 127.0.0.1/32 scram-sha-256\n")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def server(authority):
    with tempfile.TemporaryDirectory(prefix="secured-", dir=os.environ["LONGSHORE_RUN"]) as run:
        os.chmod(run, 0o755)
        made = Server(os.path.join(run, "s"), authority)
        try:
            yield made
        finally:
            made.do("wipe")


@pytest.fixture
def plain(server):
    server.plain()
    return server


@pytest.fixture
def encrypted(server):
    server.encrypt()
    return server


@pytest.fixture
def environment(tmp_path):
    password = tmp_path / "pgpass"
    password.write_text(f"*:*:*:*:{PASSWORD}\n")
    password.chmod(0o600)
    for directory in ("keys", "staging"):
        (tmp_path / directory).mkdir()
    base = {k: v for k, v in os.environ.items() if not k.startswith(("LONGSHORE_", "PG"))}
    return base | {"PGPASSFILE": str(password), "LONGSHORE_KAFKA": os.environ["LONGSHORE_KAFKA"], "LONGSHORE_ADMIN": "127.0.0.1:0",
                   "LONGSHORE_TOPIC_PREFIX": "secured.", "LONGSHORE_KEYS": str(tmp_path / "keys"),
                   "LONGSHORE_STAGING": f"file://{tmp_path}/staging", "HOME": str(tmp_path)}


def conninfo(server, host="localhost", hostaddr="127.0.0.1", **more):
    words = {"host": host, "port": server.port, "dbname": "secured", "user": "secured"}
    if hostaddr:
        words["hostaddr"] = hostaddr
    return " ".join(f"{k}={v}" for k, v in (words | more).items())


def longshore(environment, postgres, *args):
    done = subprocess.run([os.path.join(BIN, "longshore"), *args], env=environment | {"LONGSHORE_POSTGRES": postgres},
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
    assert PASSWORD not in done.stdout + done.stderr
    return done


def doctor(environment, postgres):
    found = json.loads(longshore(environment, postgres, "doctor", "--json").stdout)
    return {f["subject"]: f for f in found}


# What is asked for, what libpq says, what helps.
REFUSED = [("plain", {"sslmode": "require"}, "server does not support SSL, but SSL was required", "set ssl=on at the server"),
           ("plain", {"sslmode": "verify-full", "sslrootcert": "CA"}, "server does not support SSL", "set ssl=on at the server"),
           ("encrypted", {"sslmode": "verify-full", "sslrootcert": "CA", "host": "wrong.example"}, "does not match host name",
            "from the server's certificate"),
           ("encrypted", {"sslmode": "verify-full", "sslrootcert": "OTHER"}, "certificate verify failed", "set sslrootcert"),
           ("encrypted", {"sslmode": "verify-ca", "sslrootcert": "OTHER"}, "certificate verify failed", "set sslrootcert"),
           ("encrypted", {"sslmode": "verify-full"}, "root certificate file", "set sslrootcert"),
           ("encrypted", {"sslmode": "disable"}, "no encryption", "set sslmode=verify-full")]


def asked(server, options, tmp_path, authority):
    options = dict(options)
    if options.get("sslrootcert") == "CA":
        options["sslrootcert"] = authority.file
    if options.get("sslrootcert") == "OTHER":
        options["sslrootcert"] = Authority(tmp_path / "other", "other").file
    return conninfo(server, **options)


@pytest.mark.parametrize("state,options,said,remedy", REFUSED)
def test_what_is_asked_for_and_not_there_is_an_error_with_a_remedy(request, environment, authority, tmp_path, state, options, said, remedy):
    postgres = asked(request.getfixturevalue(state), options, tmp_path, authority)
    done = longshore(environment, postgres, "migrate")
    assert done.returncode == 1 and said in done.stderr and remedy in done.stderr, done.stderr
    found = doctor(environment, postgres)["postgres"]
    assert found["level"] == "problem" and said in found["text"] and remedy in found["text"]


@pytest.mark.parametrize("service", ["scheduler", "audit-sink"])
def test_a_service_ends_rather_than_ask_for_ever(plain, environment, tmp_path, service):
    """The last line of its log says why, and nobody takes it for ready."""
    subprocess.run([os.path.join(BIN, "longshore"), "topics"], env=environment, check=True, capture_output=True, timeout=60)
    longshore(environment, conninfo(plain), "keys", "init")
    env = environment | {"LONGSHORE_POSTGRES": conninfo(plain, sslmode="require"), "LONGSHORE_KEYS": str(tmp_path / "keys" / service)}
    done = subprocess.run([os.path.join(BIN, f"longshore-{service}")], env=env, capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, check=False)
    last = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 1 and last["level"] == "error"
    assert "SSL was required" in last["msg"] and "set ssl=on at the server" in last["msg"]


def test_a_password_that_is_wrong_is_said(encrypted, environment, authority, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_text("*:*:*:*:other\n")
    wrong.chmod(0o600)
    postgres = conninfo(encrypted, sslmode="verify-full", sslrootcert=authority.file)
    done = longshore(environment | {"PGPASSFILE": str(wrong)}, postgres, "migrate")
    assert done.returncode == 1 and "password authentication failed" in done.stderr and "PGPASSFILE" in done.stderr


def test_with_tls_that_is_verified_all_is_well(encrypted, environment, authority):
    postgres = conninfo(encrypted, sslmode="verify-full", sslrootcert=authority.file)
    assert longshore(environment, postgres, "migrate").returncode == 0
    found = doctor(environment, postgres)["postgres encryption"]
    assert found["level"] == "ok" and "TLSv1" in found["text"]


def test_a_service_that_loses_tls_ends_and_says_why(encrypted, environment, authority, tmp_path):
    subprocess.run([os.path.join(BIN, "longshore"), "topics"], env=environment, check=True, capture_output=True, timeout=60)
    postgres = conninfo(encrypted, sslmode="verify-full", sslrootcert=authority.file)
    assert longshore(environment, postgres, "migrate").returncode == 0
    longshore(environment, postgres, "keys", "init")
    env = environment | {"LONGSHORE_POSTGRES": postgres, "LONGSHORE_KEYS": str(tmp_path / "keys" / "scheduler")}
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen([os.path.join(BIN, "longshore-scheduler")], env=env, stdin=subprocess.DEVNULL, stdout=out)
    try:
        wait_until(lambda: "worker.assigned" in log.read_text() or process.poll() is not None, 120, "the scheduler to get work")
        encrypted.plain()
        with encrypted.ask() as c:
            c.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'secured'")
        assert process.wait(60) == 1, log.read_text()
    finally:
        process.kill()
        process.wait()
    last = json.loads(log.read_text().splitlines()[-1])
    assert last["event"] == "worker.failed" and "SSL was required" in last["msg"] and "set ssl=on" in last["msg"]


@pytest.mark.parametrize("state,options,said", [("plain", {}, "not encrypted"), ("plain", {"sslmode": "disable"}, "not encrypted"),
                                                ("encrypted", {}, "encryption is not required"),
                                                ("encrypted", {"sslmode": "require"}, "is not always verified")])
def test_a_connection_that_is_not_protected_is_a_warning(request, environment, state, options, said):
    server = request.getfixturevalue(state)
    found = doctor(environment, conninfo(server, host="0.0.0.0", hostaddr=None, **options))["postgres encryption"]
    assert found["level"] == "warning" and said in found["text"] and "sslmode=verify-full" in found["remedy"]


def test_a_connection_on_this_machine_is_none(plain, environment):
    assert "postgres encryption" not in doctor(environment, conninfo(plain))


@pytest.mark.parametrize("service,options,warns", [("scheduler", {}, True), ("bridge-worker", {}, True), ("formatter", {"sslmode": "verify-full"}, False)])
def test_a_service_says_at_its_start_what_is_not_protected(environment, service, options, warns):
    words = " ".join(["host=0.0.0.0 port=1 dbname=x user=x", *(f"{k}={v}" for k, v in options.items())])
    env = environment | {"LONGSHORE_POSTGRES": words, "LONGSHORE_KAFKA": "127.0.0.1:1"}
    process = subprocess.Popen([os.path.join(BIN, f"longshore-{service}")], env=env, stdout=subprocess.PIPE, text=True,
                               stdin=subprocess.DEVNULL)
    seen = []
    for line in process.stdout:  # until it waits for Kafka, which is behind all that is said at the start
        seen.append(json.loads(line))
        if seen[-1]["event"] == "worker.topics_awaited":
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    told = [e for e in seen if e["event"] == "worker.postgres_unprotected"]
    assert bool(told) == warns, seen
    if warns:
        assert told[0]["level"] == "warn" and "sslmode=verify-full" in told[0]["remedy"]
