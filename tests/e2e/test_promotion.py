"""PostgreSQL's primary is lost and a standby promoted that lacks the last commits, while Kafka's offsets are ahead of it: what
was lost comes back from the topics, comes to the same files, and versions only grow."""
import os
import pathlib
import shutil
import subprocess
import tempfile

import psycopg
import pytest

from fleet import Fleet, wait_until
from memory import nothing_is_stuck
from world import World
from test_neighbours import Stack

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
QUICK = {"LONGSHORE_SCHEDULER_ALARM_MS": "3000", "LONGSHORE_SCHEDULER_OUTBOX_AGE_MS": "500",
         "LONGSHORE_SCHEDULER_BACKOFF_MS": "100", "LONGSHORE_SCHEDULER_CONFIRM_MS": "1000"}


def as_postgres(*command):
    user = ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups") if os.getuid() == 0 else ()
    return [*user, *map(str, command)]


class Standby:
    def __init__(self, primary, port):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="standby-"))
        self.primary, self.port, self.process = primary, port, None
        if os.getuid() == 0:
            shutil.chown(self.directory, "postgres", "postgres")
        self.data = self.directory / "data"
        subprocess.run(as_postgres(BIN / "pg_basebackup", "-D", self.data, "-R", "-X", "stream", "-c", "fast", "-d", primary),
                       check=True, cwd="/", capture_output=True, timeout=120)

    def address(self, database):
        return f"host=127.0.0.1 port={self.port} dbname={database} user=longshore_admin connect_timeout=5"

    def ask(self, database, statement):
        with psycopg.connect(self.address(database)) as c:
            return c.execute(statement).fetchall()

    def answers(self):
        try:
            return self.ask("postgres", "SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    def start(self):
        with open(self.directory.with_suffix(".log"), "ab") as log:
            self.process = subprocess.Popen(as_postgres(BIN / "postgres", "-D", self.data, "-p", self.port), cwd="/",
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self.answers, 120, "the standby to answer")

    def stop(self):
        if self.process:
            subprocess.run(as_postgres(BIN / "pg_ctl", "-D", self.data, "stop", "-m", "fast"), check=True, cwd="/",
                           capture_output=True, timeout=60)
            self.process.wait(30)
            self.process = None

    def remove(self):
        self.stop()
        shutil.rmtree(self.directory)
        self.directory.with_suffix(".log").unlink()


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def installation():
    with tempfile.TemporaryDirectory(prefix="promotion-", dir=os.environ["LONGSHORE_RUN"]) as run:
        os.chmod(run, 0o755)
        stack = Stack(os.path.join(run, "s"))
        stack.do("up")
        before = {k: os.environ[k] for k in stack.addresses()}
        own = stack.addresses()
        primary = dict(word.split("=", 1) for word in own["LONGSHORE_POSTGRES"].split())
        standby = Standby(own["LONGSHORE_POSTGRES"], free_port())
        both = (f"host=127.0.0.1,127.0.0.1 port={primary['port']},{standby.port} dbname={primary['dbname']} "
                f"user={primary['user']} connect_timeout=5")  # a standby is passed over by itself
        os.environ.update(own | {"LONGSHORE_POSTGRES": both})
        try:
            standby.start()
            with Fleet("promotion", env=QUICK, replicas={"scheduler": 2}) as fleet:
                fleet.wait_ready()  # so that no rebalance comes in the way
                yield World(fleet, people=2000, objects=3, per_file=500, routes=("main",)).prepare(), stack, standby
        finally:
            os.environ.update(before)
            standby.remove()
            stack.do("wipe")


def test_what_a_promoted_standby_lacks_comes_back(installation):
    world, stack, standby = installation
    fleet = world.fleet
    kept = world.deliver()
    world.completes(kept)
    wait_until(lambda: nothing_is_stuck(fleet), 120, "the first delivery to be confirmed")
    there = f"SELECT count(*) FROM run.state WHERE delivery_id = '{kept}' AND due_at IS NULL"
    wait_until(lambda: standby.ask(fleet.database, there) == [(1,)], 120, "the standby to follow")
    standby.stop()
    lost = world.deliver()
    status = world.completes(lost)
    wait_until(lambda: nothing_is_stuck(fleet), 120, "the second delivery to be confirmed")
    files = {name: (os.stat(path).st_ino, os.stat(path).st_mtime_ns) for name, path in world.paths(lost).items()}
    stack.do("kill-postgres")
    standby.start()
    assert standby.ask(fleet.database, f"SELECT count(*) FROM run.state WHERE delivery_id = '{lost}'") == [(0,)]
    # Only a standby answers: nobody ends over it, nor somebody who starts now.
    newcomer = fleet.start_replica("scheduler")
    wait_until(lambda: newcomer.events("worker.tick_failed"), 120, "a scheduler to find the standby only")
    assert newcomer.events("worker.tick_failed")[0]["code"] in ("pg_unavailable", "pg_read_only")
    assert newcomer.alive()
    assert standby.ask(fleet.database, "SELECT pg_promote(true, 60)") == [(True,)]
    again = world.completes(lost)
    assert again["version"] >> 40 == 2 and again["version"] > status["version"]
    assert {name: (os.stat(path).st_ino, os.stat(path).st_mtime_ns) for name, path in world.paths(lost).items()} == files
    world.completes(kept)
    world.completes(world.deliver())
    wait_until(lambda: nothing_is_stuck(fleet), 120, "outbox and alarms to be empty")
    schedulers = fleet.of("scheduler")
    assert len(schedulers) == 3, "no scheduler ended over it"
    assert any(r.events("worker.history_changed") for r in schedulers)
    assert sum(e["messages"] for r in schedulers for e in r.events("worker.reread")) > 0
