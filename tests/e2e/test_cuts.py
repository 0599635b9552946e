"""The same bytes, whatever the number of workers and however the source is cut."""
from fleet import Fleet
from scene import Scene


def hash_with(replicas, objects):
    with Fleet("cuts", replicas={"bridge-worker": replicas}) as fleet:
        scene = Scene(fleet, objects=objects, shared=True, slice_bytes=4096).prepare()
        delivery = scene.deliver()
        scene.check(delivery)
        return scene.hash_of(delivery)


def test_the_same_bytes_with_one_and_four_workers_and_any_cut():
    hashes = {hash_with(1, 1), hash_with(4, 7), hash_with(1, 50)}
    assert len(hashes) == 1
