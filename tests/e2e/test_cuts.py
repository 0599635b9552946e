"""The same bytes, whatever the number of workers and however the source is cut."""
from fleet import Fleet
from world import World


def hash_with(replicas, objects):
    with Fleet("cuts", replicas={"bridge-worker": replicas}) as fleet:
        world = World(fleet, people=2000, objects=objects, repeats=100, shared=True, per_file=400, routes=("main",), slice_bytes=4096).prepare()
        delivery = world.deliver()
        world.completes(delivery)
        return world.data_hash(delivery)


def test_the_same_bytes_with_one_and_four_workers_and_any_cut():
    hashes = {hash_with(1, 1), hash_with(4, 7), hash_with(1, 50)}
    assert len(hashes) == 1
