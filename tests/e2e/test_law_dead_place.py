"""A server that takes connections and never answers slows no other place, even with more uploads to it than there are threads."""
import os

import pytest

import makers
from fleet import Fleet, wait_until
from sftp_server import SftpServer
from world import QUICK, World

THREADS = 4
HEALTHY = [f"healthy{n}" for n in range(8)]
DEAD = [f"dead{n}" for n in range(THREADS + 2)]


@pytest.fixture(scope="module")
def world():
    with SftpServer() as server, SftpServer() as ninth, Fleet("ninth", env=QUICK | {
            "LONGSHORE_THREADS": str(THREADS), "LONGSHORE_DROP_ROOTS": f"/,{server.root},{ninth.root}"}) as fleet:
        server.give_credentials(fleet.path("keys", "uploader"))
        ninth.give_credentials(fleet.path("keys", "uploader"), "ninth-")
        w = World(fleet)
        w.ninth, away = ninth, fleet.path("ninth")
        os.mkdir(away)
        for name in [*HEALTHY, "dead"]:
            at = ninth.place(f"{away}/", "ninth-ed25519") if name == "dead" else server.place(fleet.path("drop") + "/")
            w.put(makers.bucket(fleet.path("drop"), name) | at, w.destination(name))
        w.put(*(makers.route(r, destination_name=r, bucket_name=r) for r in HEALTHY))
        w.put(*(makers.route(r, destination_name="dead", bucket_name="dead", limits={"attempts": 100}) for r in DEAD))
        yield w.prepare()


HANGING = "SELECT 1 FROM run.task WHERE stage = 'upload' AND status = 'issued' AND delivery_id = ANY(%s)"
TRIED = "SELECT coalesce(sum(attempts), 0) FROM run.task WHERE stage = 'upload' AND delivery_id = ANY(%s)"


ROUNDS = 3


def none_waits(world, hung):
    """Whether all eight have their files before a try at the ninth is given up. On a machine that is busy for as long as a try
    lasts it is not seen, whoever waits for whom."""
    fleet = world.fleet
    wait_until(lambda: fleet.query(HANGING, (hung,)), 300, "an upload to the server that does not answer")
    tried = fleet.query(TRIED, (hung,))
    healthy = [world.deliver(route) for route in HEALTHY]
    for delivery in healthy:
        fleet.wait_state(delivery, timeout=300)
    is_seen = fleet.query(TRIED, (hung,)) == tried
    for delivery in healthy:
        world.completes(delivery)
    return is_seen


def test_eight_places_complete_while_the_ninth_hangs(world):
    for delivery in [world.deliver(route) for route in [*HEALTHY, DEAD[0]]]:  # each place is known, and was tried out
        world.ends(delivery, "completed", timeout=300)
    world.ninth.freeze()
    try:
        hung = [world.deliver(route) for route in DEAD]
        assert any(none_waits(world, hung) for _ in range(ROUNDS)), \
            "a place that never answers was given up before the others had their files"
    finally:
        world.ninth.thaw()
    for delivery in hung:
        world.ends(delivery, "completed", timeout=300)
