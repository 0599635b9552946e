"""The examples tell of every field that a document may have: in use, or in a comment."""
import re
from pathlib import Path

import pytest
import tables
import yaml

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = {yaml.safe_load(f.read_text())["kind"]: f.read_text() for f in sorted((ROOT / "examples").glob("*.yaml"))}


def fields_of(kind):
    """The paths that `apply` takes. Of a Destination those that mean something; of the others of a partner's model it warns."""
    return [f["path"] for f in tables.fields(kind) if kind != "Destination" or f["resolved"] or f["words"]]


@pytest.mark.parametrize("kind", ["Tenant", "Audience", "Bridge", "Destination", "Bucket", "SuppressionList", "Route"])
def test_every_field_is_in_the_example_of_its_kind(kind):
    fields = fields_of(kind)
    assert len(fields) > 3
    text = EXAMPLES[kind]
    if "source" in text and kind in ("Bridge", "SuppressionList"):  # they refer to the Audience's
        text += EXAMPLES["Audience"]
    if kind != "Tenant":  # the first file says so for all
        fields = [f for f in fields if f != "description"]
    missing = [f for f in fields if not re.search(r"\b%s\b" % re.escape(f.rpartition(".")[2]), text)]
    assert not missing, f"examples/ tells nothing of {missing} of a {kind}"


def test_the_examples_name_no_place_but_the_one_that_is_replaced():
    urls = re.findall(r"file://\S*", "".join(EXAMPLES.values()))
    assert urls and all(u.startswith("file:///path/to/") for u in urls)
