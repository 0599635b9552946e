"""Redis emptied and gone, Kafka and PostgreSQL restarted while deliveries are under way, three schedulers at once: each
delivery comes out once and right. The servers are this test's own."""
import os
import shutil
import signal
import subprocess
import tempfile
import time
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from fleet import Fleet, wait_until
from memory import nothing_is_stuck
from world import World

ROUTES = tuple(f"r{i}" for i in range(6))


class Stack:
    def __init__(self, run):
        self.env = dict(os.environ, LONGSHORE_RUN=run)
        self.program = os.environ["LONGSHORE_STACK"]

    def do(self, command):
        done = subprocess.run([self.program, command], env=self.env, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=180, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    def addresses(self):
        lines = subprocess.run(["bash", "-c", f'eval "$({self.program} env)"; env'], env=self.env, capture_output=True,
                               text=True, check=True).stdout.splitlines()
        found = dict(line.split("=", 1) for line in lines if "=" in line)
        return {k: found[k] for k in ("LONGSHORE_KAFKA", "LONGSHORE_POSTGRES", "LONGSHORE_REDIS")}


@pytest.fixture(scope="module")
def stack():
    with tempfile.TemporaryDirectory(prefix="stack-", dir=os.environ["LONGSHORE_RUN"]) as run:
        os.chmod(run, 0o755)
        stack = Stack(os.path.join(run, "s"))
        stack.do("up")
        try:
            yield stack
        finally:
            stack.do("wipe")


@pytest.fixture(scope="module")
def world(stack):
    quick = {"LONGSHORE_SCHEDULER_ALARM_MS": "3000", "LONGSHORE_SCHEDULER_OUTBOX_AGE_MS": "500",
             "LONGSHORE_SCHEDULER_BACKOFF_MS": "100", "LONGSHORE_SCHEDULER_CONFIRM_MS": "1000"}
    before = {k: os.environ[k] for k in stack.addresses()}
    os.environ.update(stack.addresses())
    try:
        with Fleet("neighbours", env=quick, replicas={"scheduler": 3, "bridge-worker": 2}) as fleet:
            yield World(fleet, people=3000, objects=3, per_file=1000, routes=ROUTES, slice_bytes=2048).prepare()
    finally:
        os.environ.update(before)


def deliver_while(world, disturb):
    deliveries = [world.deliver(route) for route in ROUTES]
    disturb()
    for delivery in deliveries:
        world.completes(delivery)
    wait_until(lambda: nothing_is_stuck(world.fleet), 120, "outbox and alarms to be empty")


def test_three_schedulers_make_each_delivery_once(world):
    deliver_while(world, lambda: None)
    assert world.fleet.query("SELECT count(*) FROM run.delivery") == [(len(ROUTES),)]


def test_redis_emptied_and_gone(world, stack):
    def disturb():
        host, port = os.environ["LONGSHORE_REDIS"].split(":")
        import redis
        redis.Redis(host, int(port)).flushall()
        stack.do("stop-redis")
    deliver_while(world, disturb)
    stack.do("start-redis")


def test_kafka_restarted(world, stack):
    deliver_while(world, lambda: (stack.do("stop-kafka"), stack.do("start-kafka")))


def test_postgresql_killed_and_restarted(world, stack):
    deliver_while(world, lambda: (stack.do("kill-postgres"), stack.do("start-postgres")))


class Hung:
    """PostgreSQL with all its processes stopped: its kernel accepts and acknowledges, and nobody answers."""

    def __init__(self, fleet):
        [(writer,)] = fleet.query("SELECT pid FROM pg_stat_activity WHERE backend_type = 'background writer'")
        self.postmaster = self.parents()[writer]
        self.stopped = []

    @staticmethod
    def parents():
        found = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as f:
                        found[int(name)] = int(f.read().rpartition(")")[2].split()[1])
                except (FileNotFoundError, ProcessLookupError):
                    pass  # it ended meanwhile
        return found

    def __enter__(self):
        self.stop(self.postmaster)
        for pid, parent in self.parents().items():
            if parent == self.postmaster:
                self.stop(pid)
        return self

    def stop(self, pid):
        os.kill(pid, signal.SIGSTOP)
        self.stopped.append(pid)

    def __exit__(self, *_):
        for pid in reversed(self.stopped):
            os.kill(pid, signal.SIGCONT)


def health(replica):
    [started] = replica.events("worker.started")
    try:
        with urlopen(f"http://127.0.0.1:{started['admin_port']}/healthz", timeout=120) as answer:
            return answer.status
    except HTTPError as e:
        return e.code


def test_postgresql_that_hangs_is_away(world):
    """Nobody is restarted for it, and nobody waits for ever."""
    fleet = world.fleet
    waiting = fleet.of("scheduler") + fleet.of("audit-sink")
    deliveries = [world.deliver(route) for route in ROUTES]

    begun = {r: len(r.events()) for r in waiting}
    with Hung(fleet):
        unhealthy = []

        def gave_up(replica):
            return any(e.get("code") == "pg_unavailable" for e in replica.events()[begun[replica]:])

        def all_gave_up():
            unhealthy.extend(r.service for r in waiting if health(r) != 200)
            return all(gave_up(r) for r in fleet.of("scheduler"))  # the recorder may have nothing to record
        wait_until(all_gave_up, 120, "the schedulers to give up waiting for PostgreSQL")
        until = time.monotonic() + 40  # longer than a loop may stand still
        wait_until(lambda: all_gave_up() and time.monotonic() > until, 120, "the time after which a loop counts as hung")
        assert not unhealthy
    for delivery in deliveries:
        world.completes(delivery)
    assert all(r.alive() for r in waiting)
    wait_until(lambda: nothing_is_stuck(fleet), 120, "outbox and alarms to be empty")


def test_a_service_without_its_keys_takes_no_work(world):
    """It would die of the first task, and the task be taken for poison."""
    fleet = world.fleet
    [uploader] = fleet.of("uploader")
    key = fleet.path("keys", "uploader", "staging-ledger.key")
    os.rename(key, key + ".away")
    keyless = fleet.start_replica("uploader")
    assert keyless.process.wait(30) == 1
    [failure] = keyless.events("worker.start_failed")
    assert failure["code"] == "key_missing" and key in failure["msg"]
    assert uploader.stop() == 0
    delivery = world.deliver(ROUTES[0])
    fleet.wait_state(delivery, ("uploading",))
    assert fleet.start_replica("uploader").process.wait(30) == 1
    os.rename(key + ".away", key)
    fleet.start_replica("uploader")
    world.completes(delivery)
    assert fleet.query("SELECT count(*) FROM audit.dead_letter") == [(0,)]


def test_kafka_s_data_lost_for_good(world, stack):
    """As docs/OPERATING.md tells it."""
    fleet = world.fleet
    stack.do("stop-kafka")
    shutil.rmtree(os.path.join(stack.env["LONGSHORE_RUN"], "kafka", "data"))
    stack.do("start-kafka")
    fleet.cli("topics")
    assert set(fleet.stop().values()) == {0}, "they end, though librdkafka may wait for partitions that are no more"
    assert fleet.change("DELETE FROM audit.position") > 0
    fleet.start()
    fleet.wait_ready()
    deliver_while(world, lambda: None)
