"""docs/OPERATING.md against the code: its lists are whole, and name nothing that is not there."""
import re
from pathlib import Path

import programs
import pytest
from tables import TABLES

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/OPERATING.md").read_text()
PAGES = {"docs/OPERATING.md": PAGE, "README.md": (ROOT / "README.md").read_text(),
         "examples/README.md": (ROOT / "examples/README.md").read_text()}
WORD = r"`([a-z_]+)`"


def sources(*folders):
    return {f: f.read_text() for folder in folders for f in sorted((ROOT / folder).rglob("*.c"))}


def rows(heading, first):
    """Rows of the table below a heading whose head begins with that cell, as lists of cells."""
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    table = section.split(f"\n| {first} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in table]


def words(cells):
    return [w for cell in cells for w in re.findall(WORD, cell)]


def held():
    return {words(row[:1])[0]: row for row in rows("Held deliveries", "reason")}


def test_what_releases_a_hold_is_what_status_says():
    assert len(held()) == len(TABLES["holds"]) > 20
    for hold in TABLES["holds"]:
        told, word = held()[hold["word"]][2], hold["word"]
        if hold["end"] == "itself":
            assert told.startswith("itself") and not hold["command"], word
            assert hold["note"], f"{word}: status does not say when"
        else:
            verb, _, option = hold["command"].removeprefix("longshore ").replace(" {}", "").removesuffix("#").partition(" ")
            assert verb == hold["end"], f"{word}: the scheduler takes another answer"
            assert re.search(rf"`{verb}( {option})?`" if option else f"`{verb}`", told), word


def test_every_line_of_the_log_that_warns_says_what_to_do():
    for event in TABLES["logs"]:
        assert bool(event["remedy"]) == (event["level"] in ("warn", "error")), event["word"]


def test_words_are_told_apart():
    """Two rows of one word would answer it in two ways; a hold that is a code, too, is the same word on purpose."""
    for table in ("holds", "states", "codes", "counts", "facts", "logs"):
        named = [row["word"] for row in TABLES[table]]
        assert len(named) == len(set(named)) > 10, table
    reasons = {row["word"] for row in TABLES["holds"]}
    assert {row["word"] for row in TABLES["codes"] if row["use"] == "holds"} <= reasons


def test_each_reason_of_a_failure_has_a_remedy():
    told = set(words(row[0] for row in rows("How a delivery ends", "reason of `failed`")))
    assert told == {code["word"] for code in TABLES["codes"] if code["use"] == "fails"}
    assert all(code["same"] or (code["meaning"] and code["remedy"]) for code in TABLES["codes"] if code["use"] == "fails")


def test_every_metric_is_told():
    names = {metric["name"] for metric in TABLES["metrics"]}
    told = [words(row[:1])[0] for row in rows("Health, readiness, metrics", "metric")]
    assert len(told) == len(set(told)) and set(told) == names
    outcomes = re.findall(r'outcome="(\w+)"', " ".join(m["labels"] or "" for m in TABLES["metrics"]))
    line = next(row[2] for row in rows("Health, readiness, metrics", "metric") if "longshore_results_total" in row[0])
    assert outcomes and set(words([line])) >= set(outcomes)


@pytest.mark.parametrize("page", PAGES)
def test_only_commands_and_settings_that_exist_are_named(page):
    verbs = programs.verbs()
    text = PAGES[page]
    named = set(re.findall(r"(?:`|exec |^ *)longshore ([a-z]+)\b", text, re.MULTILINE))
    assert named and named <= verbs, f"there is no longshore {sorted(named - verbs)}"
    headers = "".join(f.read_text() for f in sorted((ROOT / "include").rglob("*.h")))
    known = headers + "".join(sources("common", "services", "cli").values()) + "".join(
        f.read_text() for f in [ROOT / "dev", *(ROOT / "scripts").rglob("*.sh"), ROOT / "scripts/exec"])
    prefixed = re.findall(r'"(LONGSHORE_\w+_)" name', known)
    for setting in set(re.findall(r"LONGSHORE_[A-Z_]+", text)):
        parts = [p for p in prefixed if setting.startswith(p)]
        assert setting in known or any(f'"{setting[len(p):]}"' in known for p in parts), f"there is no {setting}"
    for command in set(re.findall(r"\./dev ([a-z]+)", text)):
        assert re.search(rf"^(.* \| )?{command}( \| .*)?\)", (ROOT / "dev").read_text(), re.MULTILINE), f"there is no ./dev {command}"


def preset(setting):
    """The default of a setting, as its program says."""
    (default,) = programs.settings()[setting]
    return int(default)


@pytest.mark.parametrize("settings,words,value", [
    (("LONGSHORE_SCHEDULER_REREAD_MS",), "15 minutes by default", 15 * 60_000),
    (("LONGSHORE_SCHEDULER_KEEP_TASKS_MS",), "30 days by default", 30 * 86_400_000),
    (("LONGSHORE_TIDY_AGE_MS",), "a day by default", 86_400_000),
    (("LONGSHORE_KEEP_STAGED_MS",), "30 days by default", 30 * 86_400_000),
    (("LONGSHORE_SCHEDULER_LIST_ENDED_MS",), "an hour by default", 3_600_000),
    (("LONGSHORE_SCHEDULER_NOT_AFTER_MS", "LONGSHORE_SCHEDULER_ALARM_MS"), "16 minutes by default", 16 * 60_000)])
def test_a_default_that_is_named_is_the_one_that_holds(settings, words, value):
    page = " ".join(PAGE.split())
    assert re.search(r"`%s`[^|]{0,60}\b%s" % (settings[-1], re.escape(words)), page), f"the page says nothing of {settings[-1]}"
    assert sum(preset(s) for s in settings) == value


def test_redis_acl_gives_what_is_asked_of_it():
    code = "".join(sources("common/redis").values())
    asked = {w.lower() for w in re.findall(r"redis\.call\('([A-Z]+)'", code)} | {w.lower() for w in re.findall(r'words\[\] = \{\s*STR\("([A-Z]+)"', code)}
    asked |= {"eval", "evalsha", "script|load"}
    rule = re.search(r"^ACL SETUSER longshore (.*)$", PAGE, re.MULTILINE).group(1)
    given = set(re.findall(r"\+(\S+)", rule))
    assert "pttl" in asked and given == asked - {"script"}
