"""The examples tell of every field that a document may have: in use, or in a comment."""
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = {yaml.safe_load(f.read_text())["kind"]: f.read_text() for f in sorted((ROOT / "examples").glob("*.yaml"))}
KINDS = (ROOT / "common/config/kinds.c").read_text()
RESOLVE = (ROOT / "common/config/resolve.c").read_text()


def fields_of(kind):
    """The paths that `apply` takes, of the code's own table."""
    table = re.search(r'\{"%s", \w+, \w+, (\w+), \w+\}' % kind, KINDS).group(1)
    text = re.search(r"static const char \*const %s\[\] = \{(.*?)NULL\}" % table, KINDS, re.DOTALL).group(1)
    shared = re.search(r"#define SOURCE_FIELDS (.*?)\n\n", KINDS, re.DOTALL).group(1)
    return re.findall(r'"([\w.]+)"', text.replace("SOURCE_FIELDS", shared))


def fields_of_destination():
    """Those that mean something: what a Destination is resolved from. The others of a partner's model are warned of."""
    body = re.search(r"\nvoid resolve_destination\(.*?\n}\n", RESOLVE, re.DOTALL).group(0)
    columns = re.search(r"\nstatic void read_columns\(.*?\n}\n", RESOLVE, re.DOTALL).group(0)
    return re.findall(r'doc,\s*"([\w.]+)"', body) + ["columns." + c for c in re.findall(r'&item, "(\w+)"', columns)]


@pytest.mark.parametrize("kind", ["Tenant", "Audience", "Bridge", "Destination", "Bucket", "SuppressionList", "Route"])
def test_every_field_is_in_the_example_of_its_kind(kind):
    fields = fields_of_destination() if kind == "Destination" else fields_of(kind)
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
