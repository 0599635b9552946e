"""docs/memory.md and docs/admission.md against the code: every arena with its limit, every setting, field and table."""
import re
from collections import Counter
from pathlib import Path

import programs
import pytest

ROOT = Path(__file__).resolve().parents[3]
MEMORY = (ROOT / "docs/memory.md").read_text()
ADMISSION = (ROOT / "docs/admission.md").read_text()
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
CODE = {p.relative_to(ROOT).as_posix(): p.read_text() for folder in ("include", "common", "services", "cli")
        for p in sorted((ROOT / folder).rglob("*.[ch]"))}
ARENA = re.compile(r"\barena_init\(([^,;]+), ([^;]+)\);")


def arenas():
    """(file, limit as the code says it) of each arena; of several in one file that are alike, one."""
    return {(name, limit) for name, text in CODE.items() if name.endswith(".c") and name != "common/base/arena.c"
            for _, limit in ARENA.findall(text)}


def rows():
    """(file, limit, its size in words or "") of each row of the page."""
    return re.findall(r"^\| [^|]+ \| `([^`|]+\.c)` \| `([^`|]+)`(?: = ([^|]+?))? \|", MEMORY, re.MULTILINE)


def value(name, file):
    """A constant of that file, or else of a header, as a number."""
    for place in [file] + [n for n in CODE if n.endswith(".h")]:
        found = re.search(rf"(?:\b{name} =|#define {name}) ([^,;}}\n/]+)", CODE[place])
        if found:
            text = re.sub(r"U?INT64_C\((\d+)\)", r"\1", found[1])
            text = re.sub(r"\b[A-Z][A-Z0-9_]+\b", lambda m: str(value(m[0], file)), text)
            assert re.fullmatch(r"[\d\s()*+<]+", text), (name, text)
            return eval(text)  # digits and operators only
    raise AssertionError(f"{name} is defined nowhere")


def test_every_arena_has_a_row_and_every_row_an_arena():
    assert len(arenas()) > 30
    assert {(file, limit) for file, limit, _ in rows()} == arenas()


@pytest.mark.parametrize("file, limit, says", [r for r in rows() if r[1].isupper()])
def test_the_limit_of_an_arena_is_what_the_page_says(file, limit, says):
    number, unit = says.split()
    assert value(limit, file) == int(number) * UNITS[unit]


def test_every_constant_that_the_page_names_is_in_the_code():
    code = "".join(CODE.values())
    named = Counter(re.findall(r"`([A-Z][A-Z_]{5,})`", MEMORY))
    assert len(named) > 20 and [n for n in named if not re.search(rf"\b{n}\b", code)] == []
    for name, number, unit in re.findall(r"`([A-Z_]+)` \((\d+) (\w+)\)", MEMORY):
        file = next(f for f, text in CODE.items() if re.search(rf"\b{name} =", text))
        assert value(name, file) == int(number) * UNITS[unit], name


def test_every_setting_of_the_page_on_admission_is_there_with_its_default():
    settings = programs.settings()
    named = re.findall(r"`(LONGSHORE_\w+)`(?: \(([\d,]+)[ )])?", ADMISSION)
    assert len(set(n for n, _ in named)) >= 8
    for name, default in named:
        assert name in settings, name
        if default:
            assert default.replace(",", "") in settings[name], name


def test_every_field_table_file_and_reason_of_the_page_on_admission_is_there():
    fields = (ROOT / "docs/configuration.md").read_text()
    for field in set(re.findall(r"`(limits\.\w+)`", ADMISSION)):
        assert f"| `{field}` |" in fields, field
    schema = "".join(p.read_text() for p in (ROOT / "db/migrations").glob("*.sql"))
    for table in set(re.findall(r"`(run\.\w+)`", ADMISSION)):
        assert re.search(rf"CREATE TABLE {re.escape(table)}\b", schema), table
    code = "".join(CODE.values())
    for word in set(re.findall(r"`([a-z]+_[a-z_]+|scheduler\.[a-z.]+)`", ADMISSION)):
        assert f'"{word}' in code or re.search(rf"\b{word}\b", code), word
    for path in set(re.findall(r"`((?:common|services)/[\w/.-]+)`", ADMISSION)):
        assert (ROOT / path).exists(), path
