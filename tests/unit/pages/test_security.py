"""SECURITY.md against the code: it tells of every key and every service, and of none that is not there."""
import re

from registry import ROOT, SERVICES, keys

PAGE = (ROOT / "SECURITY.md").read_text()


def rows(heading, first):
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    table = section.split(f"\n| {first} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in table]


def test_each_key_is_told_what_it_gives():
    told = [re.fullmatch(r"`([^`]+)`", row[0]).group(1) for row in rows("What a theft gives", "key")]
    assert len(told) == len(set(told)) and set(told) == {file for _, file in keys()}


def test_each_service_is_told_what_it_sees_and_it_holds_the_keys_for_that():
    seen = {}
    for services, persons, partners, both in rows("What each service can see", "service"):
        for service in services.split(", "):
            seen[service] = (not persons.startswith("no"), not partners.startswith("no"), both.startswith("yes"))
    assert set(seen) == set(SERVICES)
    for service, (persons, partners, both) in seen.items():
        holds = {file for s, file in keys() if s == service}
        assert persons == ("fingerprint-*.key" in holds), service
        assert partners == bool(holds & {"staging-values.key", "staging-files.key"}), service
        assert both == ({"staging-keys.key", "fingerprint-*.key", "staging-values.key"} <= holds), service


def test_the_links_of_the_pages_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"
