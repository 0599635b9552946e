"""A drop, a source and a bridge on an SFTP server, OpenSSH's: what is delivered is right, whoever dies in the middle of an
upload, and what OpenSSH's own client fetches is what the receipts name."""
import os

import pytest

import makers
from crash_case import QUICK, Delivery, killed
from crash_table import POINTS
from fleet import CommandFailed, Fleet, wait_until
from memory import nothing_is_stuck
from oracle import sha256
from sftp_server import SftpServer
from world import World

LEDGER = [point for point in POINTS["uploader"] if point.startswith("ledger_")]
READERS = ("bridge-worker", "bridge-builder")


@pytest.fixture(scope="module")
def server():
    with SftpServer() as server:
        yield server


def delivered(world):
    delivery = world.deliver("read")
    world.completes(delivery)
    return world.data_hash(delivery)


def on_server(server, document):
    """The same source, read over SFTP."""
    place = server.place(document["source"]["url"].removeprefix("file://"), credential="ecdsa")
    return document | {"source": document["source"] | place}


@pytest.fixture(scope="module")
def world(server):
    roots = {"LONGSHORE_DROP_ROOTS": server.root, "LONGSHORE_SOURCE_ROOTS": f"/,{server.root}"}
    with Fleet("sftp", env=QUICK | roots) as fleet:
        for service in ("uploader", *READERS):
            server.give_credentials(fleet.path("keys", service))
        w = World(fleet, people=600, objects=3, repeats=30, per_file=200, routes=("main", "read"), slice_bytes=4096)
        w.put(makers.bucket(fleet.path("drop")) | server.place(fleet.path("drop") + "/"))
        yield w.prepare()
        wait_until(lambda: nothing_is_stuck(fleet), 120, "outbox and alarms to be empty")


def test_what_is_delivered_is_what_openssh_fetches(world, server, tmp_path):
    status = world.completes(world.deliver())
    assert {f["receipt"]["guarantee"] for f in status["files"]} == {"sftp_rename"}
    assert {f["receipt"]["verified"] for f in status["files"]} == {"size_sha256"}
    for f in status["files"]:
        bytes_there = server.fetch(world.fleet.path("drop", f["name"]), tmp_path / "fetched")
        assert sha256(bytes_there) == f["sha256"]
    left = [n for n in os.listdir(world.fleet.path("drop", ".longshore-tmp")) if n != "identity-sftp"]
    assert not left, "a temporary is left"


@pytest.mark.parametrize("point", LEDGER)
def test_killed_at(world, point):
    killed(world, "uploader", point, Delivery(world))


def test_sources_are_read_from_the_server(world, server):
    """The same documents give the same files, whichever way their sources are read."""
    local = {key: world.documents[key] for key in (("Audience", "people"), ("Bridge", "tokens"))}
    want = delivered(world)
    try:
        world.fleet.apply([on_server(server, d) for d in local.values()])
        world.fleet.cli("bridge", "build", "tokens", "--wait", timeout=120)
        assert delivered(world) == want
    finally:
        world.fleet.apply(list(local.values()))


def test_no_secret_is_told(world, server):
    secrets = [(server.dir / "credentials" / "sealed.passphrase").read_text().strip()]
    secrets += [(server.dir / "credentials" / f"{name}.key").read_text().splitlines()[2] for name in ("ed25519", "ecdsa")]
    world.completes(world.deliver())
    for directory, _, names in os.walk(world.fleet.root):
        for name in names if "credentials" not in directory else ():
            with open(os.path.join(directory, name), "rb") as f:
                text = f.read()
            assert not any(s.encode() in text for s in secrets), os.path.join(directory, name)


def refused(world, server, mistake, **fields):
    bucket = makers.bucket(world.fleet.path("drop"), "other") | server.place(world.fleet.path("drop") + "/") | fields
    with pytest.raises(CommandFailed, match=mistake):
        world.fleet.apply([bucket])


def test_apply_refuses_a_wrong_host_key_a_missing_credential_and_an_unknown_host(world, server):
    refused(world, server, "another host key", host_key="SHA256:" + "A" * 43)
    refused(world, server, "there is no credential absent", credential="absent")
    refused(world, server, "no sftp:// entry of LONGSHORE_DROP_ROOTS", url="sftp://someone@elsewhere.invalid/in/")
