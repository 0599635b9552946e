"""docs/extending.md against the tree: each list of files is what an existing example touches, and is no longer than promised."""
import re

import pytest

from registry import ROOT

PAGE = (ROOT / "docs/extending.md").read_text()
EXAMPLES = {  # section: files at most, what names the example
    "A verb of the command line": (3, r"\bverb_trace\b|\bX\(trace\)"),
    "A field of a task's event": (3, r"\bbaseline_version\b"),
    "A hold": (2, r"\bSUPPRESSION_EMPTY\b|_SUPPRESSION_EMPTY\b"),
    "A source format": (3, r"\brow_format_parquet\b|ROW\(PARQUET, parquet\)"),
    "An output format": (3, r"\bfile_jsonl\b|ROW\(JSONL, jsonl\)"),
    "A drop driver": (4, r"\bdrop_sftp_ops\b"),
}
FOLDERS = ("cli", "common", "include", "schemas", "services", "db", "scripts", "CMakeLists.txt")


def listed(section):
    text = PAGE.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\d+\. `([^`]+)`", text, re.MULTILINE)


def files_with(pattern):
    found = set()
    for folder in FOLDERS:
        for path in [ROOT / folder] if (ROOT / folder).is_file() else (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix != ".md" and re.search(pattern, path.read_text(errors="replace")):
                found.add(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize("section", EXAMPLES)
def test_the_files_of_an_example_are_those_that_the_page_lists(section):
    most, pattern = EXAMPLES[section]
    assert set(listed(section)) == files_with(pattern)
    assert len(listed(section)) <= most


def test_a_batch_service_touches_two_files_beside_its_folder():
    """tests/unit/scripts/test_gen_services.py makes one of just these."""
    assert listed("A batch service") == ["services/registry.toml", "db/migrations/"]


def test_every_file_that_the_page_lists_is_there():
    sections = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert {*EXAMPLES, "A batch service"} == set(sections)
    for section in sections:
        assert listed(section) and all((ROOT / file).exists() for file in listed(section)), section
