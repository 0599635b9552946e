"""Documents name places; which of them are places at all the installation says: what lies elsewhere is neither read nor
written, whoever applied it."""
import json
import os
import tempfile
from pathlib import Path

import pytest

import makers
from fleet import CommandFailed, Fleet
from world import QUICK, World


@pytest.fixture(scope="module")
def world():
    root = tempfile.mkdtemp(prefix="longshore-allowed-")
    env = {"LONGSHORE_DROP_ROOTS": f"/nowhere,file://{root}/drop/", "LONGSHORE_SOURCE_ROOTS": f"{root}/source"}
    with Fleet("allowed", root=root, env=QUICK | env) as fleet:
        w = World(fleet)
        w.put(makers.route("good"))
        w.prepare()
        os.makedirs(fleet.path("elsewhere"))
        os.symlink(fleet.path("elsewhere"), fleet.path("drop", "link"))
        yield w


def apply_all_the_same(world, *documents):
    """Without a look at the places."""
    path = Path(world.fleet.path("bad.yaml"))
    path.write_text("".join(f"---\n{json.dumps(d)}\n" for d in documents))
    with pytest.raises(CommandFailed, match="is not below a directory of LONGSHORE|is in staging or a key directory"):
        world.fleet.cli("apply", "-f", str(path))
    world.fleet.cli("apply", "-f", str(path), "--no-probe")


def test_what_lies_below_a_root_is_delivered(world):
    world.completes(world.deliver("good"))


@pytest.mark.parametrize("name,place", (("outside", "elsewhere"), ("linked", "drop/link"), ("staged", "staging/files"),
                                        ("keyed", "keys/uploader")))
def test_no_file_goes_to_another_place(world, name, place):
    target = Path(world.fleet.path(*place.split("/")))
    target.mkdir(parents=True, exist_ok=True)
    apply_all_the_same(world, makers.bucket(target, name), makers.route(f"to-{name}", bucket_name=name))
    delivery = world.deliver(f"to-{name}")
    detail = world.ends(delivery, "failed", "bad_place")["detail"]
    assert "in the document" in detail
    assert not [p for p in target.rglob("*") if ".longshore" in p.name or f"to-{name}" in p.name], "it was written to"
    problem = [p for p in world.fleet.cli_json("doctor", codes=(0, 1)) if p["subject"] == f"bucket {name}"]
    assert problem and problem[0]["level"] == "problem", problem


def test_nothing_is_read_elsewhere(world):
    folder = makers.write_audience(world.fleet.path("elsewhere", "people"), makers.audience_rows(world.ids))
    apply_all_the_same(world, makers.audience(folder, "strangers"), makers.route("of-strangers", audience_name="strangers"))
    assert "LONGSHORE_SOURCE_ROOTS" in world.ends(world.deliver("of-strangers"), "failed", "bad_place")["detail"]
    listed = makers.write_csv(world.fleet.path("elsewhere", "optout", "list.csv"), ["patient_id"], [[world.ids[0]]]).parent
    apply_all_the_same(world, makers.suppression(listed, "foreign"), makers.route("suppressed", suppress=["foreign"]))
    world.ends(world.deliver("suppressed"), "failed", "bad_place")
    pairs = makers.write_bridge(world.fleet.path("elsewhere", "bridge"), [(world.ids[0], "t")])
    apply_all_the_same(world, makers.bridge(pairs, "foreign"))
    done = world.fleet.run("bridge", "build", "foreign", "--wait", timeout=120)
    assert done.returncode == 1 and "bad_place" in done.stdout + done.stderr, done
