"""A fleet of its own for a test: all services against the servers that the environment names, isolated by database,
topic prefix, directories and Redis prefix. Only processes started here are signalled."""
import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time

import makers
from registry import SERVICES

FINAL = ("completed", "failed", "rejected", "cancelled", "superseded")


def wait_until(condition, timeout, what, pause=0.05):
    """Polls `condition` until it is true; the one waiting loop of the tests."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s in vain for {what}")
        time.sleep(pause)


class CommandFailed(AssertionError):
    def __init__(self, argv, done):
        self.code, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr
        super().__init__(f"{' '.join(argv)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")


class Replica:
    def __init__(self, fleet, service, number, env):
        self.service, self.number = service, number
        self.log_path = os.path.join(fleet.root, f"{service}.{number}.log")
        self._log = open(self.log_path, "ab")
        binary = os.path.join(fleet.bin, f"longshore-{service}")
        self.process = subprocess.Popen([*fleet.wrapper, binary], env=env, stdin=subprocess.DEVNULL, stdout=self._log,
                                        stderr=subprocess.STDOUT)
        self.pid = self.process.pid

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def alive(self):
        return self.process.poll() is None

    def signal(self, number):
        if self.alive():
            self.process.send_signal(number)

    def pause(self):
        """SIGSTOP: nothing of it runs when this returns."""
        self.signal(signal.SIGSTOP)
        wait_until(lambda: self._state() == "T", 120, f"{self.service} to stop")

    def cont(self):
        self.signal(signal.SIGCONT)

    def _state(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rpartition(")")[2].split()[0]

    def events(self, name=None):
        """Its log lines as objects; those of one event if named."""
        lines = [line for line in self.log().splitlines() if line.startswith("{") and line.endswith("}")]
        found = [json.loads(line) for line in lines]
        return [e for e in found if name is None or e.get("event") == name]

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait()
        self._log.close()

    def stop(self, timeout=40):
        """SIGTERM; the exit code."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.service} did not drain within {timeout} s:\n{self.log()[-3000:]}") from None
        self._log.close()
        return code


class Fleet:
    def __init__(self, name="fleet", env=None, replicas=None, root=None, identity=None, keep=False, wrapper=()):
        """env: more settings for all services. replicas: {service: count}. root: directory, a temporary one by default.
        identity: names database and topics, drawn by default. keep: remove() leaves the directory. wrapper: command that
        ends in running a service in its own place (setpriv)."""
        self.bin = os.environ["LONGSHORE_BIN"]
        self.keep = keep
        self.wrapper = wrapper
        self.root = root or tempfile.mkdtemp(prefix=f"longshore-{name}-")
        os.makedirs(self.root, exist_ok=True)
        os.chmod(self.root, 0o755)
        self.id = identity or secrets.token_hex(4)
        self.prefix = f"t{self.id}."
        self.database = f"fleet_{self.id}"
        self.servers = {k: os.environ[k] for k in ("LONGSHORE_KAFKA", "LONGSHORE_POSTGRES", "LONGSHORE_REDIS")}
        self.extra = dict(env or {})
        self.counts = {service: 1 for service in SERVICES} | (replicas or {})
        self.replicas = []
        for directory in ("staging", "keys", "cache", "drop", "source"):
            os.makedirs(self.path(directory), 0o700, exist_ok=True)

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def staged(self, prefix, name):
        """Where an object, or a delivery's directory, lies in staging: names are fanned out by their first characters."""
        return self.path("staging", prefix, name[:2], name)

    # --- environment ---

    def conninfo(self, user=None):
        text = re.sub(r"\bdbname=\S+", "", self.servers["LONGSHORE_POSTGRES"])
        if user:
            text = re.sub(r"\buser=\S+", "", text)
        return f"{text} dbname={self.database}" + (f" user={user}" if user else "")

    def environment(self, service=None):
        env = {k: v for k, v in os.environ.items() if not k.startswith("LONGSHORE_")}
        env |= {"LONGSHORE_KAFKA": self.servers["LONGSHORE_KAFKA"], "LONGSHORE_REDIS": self.servers["LONGSHORE_REDIS"],
                "LONGSHORE_TOPIC_PREFIX": self.prefix, "LONGSHORE_STAGING": f"file://{self.path('staging')}",
                "LONGSHORE_KEYS": self.path("keys"), "LONGSHORE_POSTGRES": self.conninfo(),
                "LONGSHORE_DUCKDB": os.environ["LONGSHORE_DUCKDB"],
                "LONGSHORE_MIN_AUDIENCE": "0",  # tests deliver to a handful of people; those of the floor set it
                "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=1:disable_coredump=1",
                "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}
        if service:
            env |= {"LONGSHORE_KEYS": self.path("keys", service), "LONGSHORE_ADMIN": "127.0.0.1:0",
                    "LONGSHORE_POSTGRES": self.conninfo("longshore_" + service.replace("-", "_")),
                    "LONGSHORE_CACHE_DIR": self.path("cache", service), "LONGSHORE_SESSION_TIMEOUT_MS": "3000"}
            os.makedirs(self.path("cache", service), mode=0o700, exist_ok=True)
        return {k: v for k, v in (env | self.extra).items() if v is not None}  # None: as where nobody sets it

    # --- life ---

    def admin(self, statement):
        import psycopg
        with psycopg.connect(self.servers["LONGSHORE_POSTGRES"], autocommit=True) as c:
            c.execute(statement)

    def query(self, statement, args=()):
        import psycopg
        with psycopg.connect(self.conninfo()) as c:
            return c.execute(statement, args).fetchall()

    def change(self, statement, args=()):
        """What an operator might do to the database by hand."""
        import psycopg
        with psycopg.connect(self.conninfo()) as c:
            return c.execute(statement, args).rowcount

    def setup(self):
        self.admin(f"CREATE DATABASE {self.database}")
        self.cli("migrate")
        self.cli("topics")
        self.cli("keys", "init")

    def start(self):
        for service in SERVICES:
            for _ in range(self.counts[service]):
                self.start_replica(service)

    def start_replica(self, service):
        replica = Replica(self, service, len(self.replicas), self.environment(service))
        self.replicas.append(replica)
        return replica

    def of(self, service):
        return [r for r in self.replicas if r.service == service and r.alive()]

    def stop(self):
        for replica in self.replicas:
            replica.signal(signal.SIGCONT)
            replica.signal(signal.SIGTERM)
        return {(r.service, r.number): r.stop() for r in self.replicas if r.alive()}

    def remove(self):
        for replica in self.replicas:
            if replica.alive():
                replica.kill()
        with contextlib.suppress(Exception):  # the server may be gone: that must not hide the test's own failure
            self.admin(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        with contextlib.suppress(Exception):
            from confluent_kafka.admin import AdminClient
            client = AdminClient({"bootstrap.servers": self.servers["LONGSHORE_KAFKA"]})
            names = [t for t in client.list_topics(timeout=120).topics if t.startswith(self.prefix)]
            for future in client.delete_topics(names).values():
                future.result(10)
        if not self.keep:
            shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self):
        try:
            self.setup()
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, kind, *_):
        if kind:
            for replica in self.replicas:
                tail = replica.log()[-1500:]
                print(f"--- {replica.service}.{replica.number} {'alive' if replica.alive() else replica.process.returncode}\n{tail}")
        self.remove()

    # --- use ---

    def run(self, *args, timeout=60):
        argv = [os.path.join(self.bin, "longshore"), *args]
        return subprocess.run(argv, env=self.environment(), capture_output=True, text=True, timeout=timeout,
                              stdin=subprocess.DEVNULL, check=False)

    def cli(self, *args, codes=(0,), timeout=60):
        done = self.run(*args, timeout=timeout)
        if done.returncode not in codes:
            raise CommandFailed(args, done)
        return done.stdout

    def cli_json(self, *args, codes=(0,), timeout=60):
        return json.loads(self.cli(*args, "--json", codes=codes, timeout=timeout))

    def status(self, delivery_id):
        """What is recorded of it; None before that."""
        done = self.run("status", delivery_id, "--json")
        if done.returncode == 1 and json.loads(done.stderr)["error"]["code"] == "not_found":
            return None
        if done.returncode:
            raise CommandFailed(("status", delivery_id), done)
        return json.loads(done.stdout)

    @contextlib.contextmanager
    def paused(self, service):
        """Nothing of the service runs meanwhile."""
        for replica in self.of(service):
            replica.pause()
        try:
            yield
        finally:
            for replica in self.of(service):
                replica.cont()

    def wait_ready(self, timeout=60):
        """Every live replica has been given partitions."""
        for replica in self.replicas:
            if replica.alive():
                wait_until(lambda r=replica: not r.alive() or r.events("worker.assigned"), timeout,
                           f"{replica.service} to get work:\n{replica.log()[-2000:]}")

    def apply(self, documents, actor=None):
        path = self.path(f"apply-{secrets.token_hex(4)}.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(makers.as_text(documents))
        return self.cli("apply", "-f", path, *(("--actor", actor) if actor else ()))

    def story(self, delivery_id):
        """What the services remember and said of a delivery, for whoever must find out why it does not end."""
        tasks = self.query("SELECT stage, index, status, issue, ready_at::text, not_after::text FROM run.task "
                           "WHERE delivery_id = %s AND status <> 'done'", (delivery_id,))
        said = [f"{r.service}.{r.number} {line}" for r in self.replicas for line in r.log().splitlines() if delivery_id in line]
        alive = [f"{r.service}.{r.number} {'alive' if r.alive() else r.process.returncode}" for r in self.replicas]
        return "\n".join([f"state: {self.query('SELECT * FROM run.state WHERE delivery_id = %s', (delivery_id,))}",
                          f"tasks: {tasks}", f"replicas: {alive}", *said[-60:]])

    def wait_state(self, delivery_id, states=FINAL + ("held",), timeout=60):
        def look():
            row = self.query("SELECT state FROM run.delivery WHERE delivery_id = %s UNION ALL "
                             "SELECT state FROM run.build WHERE delivery_id = %s", (delivery_id, delivery_id))
            return row and row[0][0] in states
        try:
            wait_until(look, timeout, f"delivery {delivery_id} to be one of {states}")
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.story(delivery_id)}") from None
        return self.status(delivery_id)

    def wait_until_status(self, delivery_id, condition, timeout, what):
        """Its status (of `status --json`) once that is as wanted; the last one is in the failure."""
        seen = None

        def look():
            nonlocal seen
            seen = self.status(delivery_id)
            return seen and condition(seen)
        try:
            wait_until(look, timeout, f"delivery {delivery_id} to be {what}", pause=0.1)
        except AssertionError as e:
            raise AssertionError(f"{e}: {seen}") from None
        return seen

    def issued_again(self, **where):
        """How often tasks were issued, [(delivery, stage, issue)], of deliveries under way and over: of the latter the words that
        remain of their tasks. where: columns of run.state, as destination="slow"."""
        conditions = " AND ".join(f"s.{column} = %s" for column in where)
        return self.query(f"SELECT s.delivery_id, t.stage, t.issue FROM run.state s JOIN run.task t USING (delivery_id) WHERE {conditions} "
                          "UNION ALL SELECT s.delivery_id, w[2], w[6]::integer FROM run.state s, "
                          "regexp_split_to_table(s.past, E'\\n') AS line, string_to_array(line, ' ') AS w "
                          f"WHERE cardinality(w) >= 7 AND {conditions}", tuple(where.values()) * 2)

    def dropped(self):
        """Files at the destination by name; hidden ones are temporaries."""
        out = {}
        for directory, dirs, names in os.walk(self.path("drop")):
            dirs[:] = [d for d in dirs if not d.startswith(".")]
            for name in names:
                if not name.startswith("."):
                    full = os.path.join(directory, name)
                    out[os.path.relpath(full, self.path("drop"))] = full
        return out
