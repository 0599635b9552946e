"""The partners' documents of destinations/ can be applied as they are, and `apply` warns of what will hold a delivery."""
import re
from pathlib import Path

import pytest
import yaml

import makers
from fleet import CommandFailed, Fleet

FOLDER = Path(__file__).resolve().parents[3] / "destinations"
NAMES = sorted(f.stem for f in FOLDER.glob("*.yaml"))
TABLE = dict(re.findall(r"^\| ([a-z_]+) \| (.*) \|$", (FOLDER / "README.md").read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def fleet():
    f = Fleet("destinations")  # nothing is delivered: no service is started
    try:
        f.setup()
        yield f
    finally:
        f.remove()


def test_an_audience_of_a_type_that_the_partner_does_not_take_is_a_mistake(fleet):
    source = fleet.path("source")
    done = fleet.run("apply", "-f", str(FOLDER / "pulsepoint.yaml"))
    assert done.returncode == 0
    with pytest.raises(CommandFailed) as failed:
        fleet.apply([makers.tenant(), makers.bridge(source), makers.bucket(fleet.path("drop")), makers.audience(source),
                     makers.route(destination_name="pulsepoint")])
    assert "audience: is of type DTC, which is not among the audience_types of pulsepoint\n" in failed.value.stderr
    fleet.change("DELETE FROM conf.document")


def test_every_partner_s_document_is_applied_and_what_it_lacks_is_said(fleet):
    done = fleet.run("apply", "-f", str(FOLDER))
    assert done.returncode == 0
    assert done.stdout.splitlines() == [f"Destination {n}: created" for n in NAMES] and len(NAMES) == 9
    for name in NAMES:
        said = re.findall(r"^%s:\d+: warning: ([\w.]+): is not honoured yet" % re.escape(str(FOLDER / f"{name}.yaml")), done.stderr, re.M)
        assert sorted(said) == sorted(TABLE[name].split(", ")), name
    source = fleet.path("source")
    fleet.apply([makers.tenant(), makers.bridge(source), makers.bucket(fleet.path("drop")), makers.audience(source, "DTC", state_column="state"),
                 makers.audience(source, "HCP", type="HCP")])
    for name in NAMES:
        path = Path(fleet.path(f"{name}.yaml"))
        taken = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())["audience_types"][0]
        path.write_text(f"kind: Route\ntenant: acme\nname: to\naudience: {taken}\nbridge: tokens\nbucket: box\n"
                        f"destination: {name}\n")
        done = fleet.run("apply", "-f", str(path))
        assert done.returncode == 0
        assert done.stderr == (f"{path}:1: warning: deliveries of route to will be held: unsupported({TABLE[name]})\n"
                               f"{path}:7: warning: destination: deliveries of route to will be held: {name} is a draft, until it "
                               "says status: confirmed\n")
