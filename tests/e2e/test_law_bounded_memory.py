"""Law 10: what a process needs is a matter of its settings, not of the audience: ten times the people, and the peak of each
service's memory stays where it was, though every file is larger than the little by which it may move."""
import hashlib
import os

import pytest

import makers
from fleet import Fleet
from world import QUICK, World

FEW, MANY = 30_000, 300_000
MOVES = 10 << 20  # bytes: buffers that only a longer run fills, and the allocator's own
BUILD_MEMORY, SHARD = 4 << 20, 1 << 20
# The sanitizer's quarantine would keep freed memory: it is off here, and with it the stacks it remembers.
SETTINGS = QUICK | {
    "LONGSHORE_BUILD_MEMORY_BYTES": str(BUILD_MEMORY), "LONGSHORE_SHARD_BYTES": str(SHARD),
    "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:disable_coredump=1:quarantine_size_mb=0:"
                    "thread_local_quarantine_size_kb=0:malloc_context_size=0:allocator_release_to_os_interval_ms=0"}


def peak(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        [line] = [line for line in f if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def peaks_of(fleet, work):
    """{service: highest resident memory while the work was done}"""
    for replica in fleet.replicas:
        with open(f"/proc/{replica.pid}/clear_refs", "w", encoding="ascii") as f:
            f.write("5")  # the peak restarts
    work()
    return {r.service: peak(r.pid) for r in fleet.replicas}


def assert_steady(few, many):
    grown = {s: many[s] - few[s] for s in few if many[s] - few[s] > MOVES}
    assert not grown, f"bytes more for ten times the people, at most {MOVES}: {grown}"


@pytest.fixture(scope="module")
def world():
    with Fleet("memory", env=SETTINGS) as fleet:
        w = World(fleet, people=10)
        people = makers.people(MANY, prefix="M")
        pairs = [(p, hashlib.md5(p.encode()).hexdigest()) for p in people]
        for name, count in (("few", FEW), ("many", MANY)):
            w.put(makers.audience(makers.write_audience(
                fleet.path("source", name), [(p, "CA", "x" * 80) for p in people[:count]]), name))
            w.put(makers.bridge(makers.write_bridge(fleet.path("source", f"bridge-{name}"), pairs[:count]), f"bridge-{name}"))
            w.put(makers.route(name, audience_name=name, destination_name="wide", bridge_name="bridge-many",
                               limits={"slice_bytes": 256 << 10}))
        w.put(w.destination("wide", columns=(("token", "token"), ("note", "=" + "y" * 60)), compression="none",
                            template="{route}/{delivery}_{part}.csv"))
        w.apply()
        yield w


def test_a_build_needs_its_budget_whatever_the_size_of_the_bridge(world):
    few, many = (peaks_of(world.fleet, lambda b=b: world.fleet.cli("bridge", "build", b, "--wait", timeout=300))
                 for b in ("bridge-few", "bridge-many"))
    assert os.path.getsize(world.fleet.path("source", "bridge-many", "part-000.csv")) > MOVES + BUILD_MEMORY / 2
    assert_steady(few, many)


def test_a_delivery_needs_no_more_for_more_people(world):
    def deliver(route):
        delivery = world.deliver(route)
        status = world.ends(delivery, "completed", timeout=300)
        [part] = [f for f in status["files"] if f["role"] == "part"]
        assert part["rows"] == (FEW if route == "few" else MANY)
        return part["bytes"]
    sizes = []
    few, many = (peaks_of(world.fleet, lambda r=r: sizes.append(deliver(r))) for r in ("few", "many"))
    assert min(sizes[1], os.path.getsize(world.fleet.path("source", "many", "part-000.csv"))) > 2 * MOVES
    assert_steady(few, many)
