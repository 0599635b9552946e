"""A destination's files per second, shared by all uploaders through Redis; and without Redis each uploader's own bucket.
Only lower bounds are asserted: a machine may be slow, a partner must not be hurried."""
import os
import signal
import subprocess
import sys
from datetime import datetime

import pytest

import makers
from fleet import Fleet, wait_until
from memory import nothing_is_stuck
from world import QUICK, World

RATE = 4  # a second; as many at once from a full bucket
UPLOADERS = 2
ROUTES = ("one", "two")
CROWD = ("crowd-0", "crowd-1", "crowd-2")
CROWD_RATE = 20
ROUNDING_S = 0.05  # claims and receipts are in milliseconds, Redis's clock and ours are read one after the other


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    """A server of our own: it will be stopped."""
    ports = os.path.join(os.path.dirname(os.environ["LONGSHORE_STACK"]), "free-ports.py")
    port = subprocess.run([sys.executable, ports, "1"], capture_output=True, text=True, check=True, timeout=120).stdout.strip()
    folder = tmp_path_factory.mktemp("redis")
    with open(folder / "log", "wb") as log:
        server = subprocess.Popen(["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder],
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    server.address = f"127.0.0.1:{port}"
    import redis as client
    connection = client.Redis("127.0.0.1", int(port))

    def answers():
        try:
            return connection.ping()
        except client.ConnectionError:
            assert server.poll() is None, (folder / "log").read_text()
            return False
    wait_until(answers, 120, "Redis to answer")
    yield server
    if server.poll() is None:
        server.send_signal(signal.SIGKILL)
        server.wait(10)


@pytest.fixture(scope="module")
def world(redis):
    with Fleet("rates", env=QUICK | {"LONGSHORE_REDIS": redis.address}, replicas={"uploader": UPLOADERS}) as fleet:
        w = World(fleet, people=100)
        w.put(w.destination("slow", limits={"files_per_second": str(RATE), "max_rows_per_file": 10}))
        w.put(w.destination("quick", limits={"max_rows_per_file": 10}), makers.route("quick", destination_name="quick"))
        w.put(*(makers.route(r, destination_name="slow") for r in ROUTES))
        w.put(w.destination("crowded", limits={"files_per_second": str(CROWD_RATE), "max_rows_per_file": 1}),
              *(makers.route(r, destination_name="crowded") for r in CROWD))
        yield w.prepare()


def deliver_all(world, routes=ROUTES):
    """Files, and the seconds from the request to the last of them; each delivery's marker is its last."""
    deliveries = [world.deliver(r) for r in routes]
    files = []
    for delivery in deliveries:
        status = world.completes(delivery, timeout=120)
        times = {f["name"]: datetime.fromisoformat(f["receipt"]["committed_at"]) for f in status["files"]}
        assert max(times, key=times.get).endswith("_SUCCESS")
        files += times.values()
    began = min(datetime.fromisoformat(world.fleet.status(d)["created_at"]) for d in deliveries)
    return len(files), (max(files) - began).total_seconds()


def limited_by(world):
    """Deferred uploads: the limit was met, not merely never reached."""
    return sum(stage == "upload" and issue > 1 for _, stage, issue in world.fleet.issued_again(destination="slow"))


def test_uploaders_share_a_destination_s_rate(world):
    count, seconds = deliver_all(world)
    assert count == len(ROUTES) * 9
    assert seconds >= (count - RATE) / RATE - ROUNDING_S
    assert limited_by(world) > 0


def test_another_destination_is_not_limited(world):
    delivery = world.deliver("quick")
    world.completes(delivery)
    assert {issue for _, _, issue in world.fleet.issued_again(delivery_id=delivery)} == {1}


def test_without_redis_each_uploader_keeps_the_rate(world, redis):
    before = limited_by(world)
    redis.send_signal(signal.SIGKILL)
    redis.wait(10)
    count, seconds = deliver_all(world)
    assert seconds >= (count - UPLOADERS) / (RATE * UPLOADERS) - ROUNDING_S  # from empty buckets
    assert limited_by(world) > before


def test_without_redis_a_crowd_of_files_gets_through(world):
    """Far more files wait at once than are let through in a second: each gets its turn."""
    count, seconds = deliver_all(world, CROWD)
    assert count > 150
    assert seconds >= (count - UPLOADERS) / (CROWD_RATE * UPLOADERS) - ROUNDING_S


def test_nothing_is_left_over(world):
    wait_until(lambda: nothing_is_stuck(world.fleet), 120, "outbox and alarms to be empty")
