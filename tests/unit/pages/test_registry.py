"""The pages' tables of services against services/registry.toml."""
import re

from registry import ROOT, ROWS, SERVICES, keys


def table(page, first):
    """Rows of the table whose head begins with that cell, as lists of cells."""
    text = (ROOT / page).read_text()
    rows = text.split(f"\n| {first} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in rows]


def test_the_page_of_the_keys_says_who_holds_each():
    rows = table("common/crypto/README.md", "file")
    told = {re.search(r"`([^`]+)`", row[0])[1]: set(row[2].split(", ")) for row in rows}
    wanted = {}
    for name, file in keys():
        wanted.setdefault(file.replace("*", "<epoch>"), set()).add(name)
    assert told == wanted


def test_the_architecture_has_a_row_for_each_service_and_says_below_which_prefixes_it_writes():
    rows = {row[0]: row for row in table("ARCHITECTURE.md", "service")}
    assert tuple(rows) == SERVICES
    prefixes = {p for row in ROWS["services"].values() for p in row.get("stages", ())}
    for name, row in rows.items():
        told = set(re.findall(r"`(\w+)/`", row[3]))
        assert told & prefixes == set(ROWS["services"][name].get("stages", ())), name
