"""services/registry.toml is the one list of services: a mistake in it fails the build with a message that names place and
remedy, and no other list of them stands anywhere."""
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from registry import ROOT, ROWS, SERVICES

MISTAKES = {  # what is put in place of what -> what is said
    "not TOML": ('at_destination = true\n\n[services.uploader]', '[services.uploader', "it cannot be read"),
    "unknown table": ("[kept.week]", "[more]\n[kept.week]", "not ['more']"),
    "unknown key": ('stages = ["ledger"]', 'stages = ["ledger"]\nstage = ["x"]', "services.uploader: 'stage' is not known; use"),
    "wrong type": ('stages = ["ledger"]', 'stages = "ledger"', "services.uploader: stages must be a list of texts"),
    "twice": ('opens = ["specs", "files"]', 'opens = ["specs", "specs"]', "services.uploader: opens names something twice"),
    "bad name": ("[services.audit-sink]", "[services.audit_sink]", "services.audit_sink: a name has small letters"),
    "no such kind": ('kind = "task"\nreads = ["upload.tasks"]', 'kind = "job"\nreads = ["upload.tasks"]',
                     'services.uploader: kind must be "task" or "batch"'),
    "no such topic": ('reads = ["upload.tasks"]', 'reads = ["uploads"]', "services.uploader: there is no topic 'uploads'"),
    "two topics": ('reads = ["upload.tasks"]', 'reads = ["upload.tasks", "results"]', "services.uploader: a task service reads one"),
    "no results": ('reads = ["upload.tasks"]\nwrites = ["results", "deadletters"]',
                   'reads = ["upload.tasks"]\nwrites = ["deadletters"]', "services.uploader: writes must name results"),
    "no dead letters": ('"audit", "deadletters"]\nwrites = ["deadletters"]', '"audit", "deadletters"]\nwrites = []',
                        "services.audit-sink: writes must name deadletters"),
    "batch with tasks": ('reads = ["deliveries", "audit", "deadletters"]', 'reads = ["audit", "deadletters"]\ntasks = ["x"]',
                         "services.audit-sink: tasks belongs to task services only"),
    "task without stages": ('stages = ["ledger"]\n', "", "services.uploader: stages must name a prefix"),
    "nobody reads": ('reads = ["deliveries", "audit", "deadletters"]', 'reads = ["deliveries", "deadletters"]',
                     "topics.audit: nobody reads it"),
    "nobody writes": ('"deliveries", "audit", "deadletters"]\nstages', '"audit", "deadletters"]\nstages',
                      "topics.deliveries: nobody writes it"),
    "kept how": ('kept = "last"', 'kept = "for good"', "topics.deliveries: it needs partitions, events, and kept"),
    "no schema": ('events = ["Trigger"]', 'events = ["Triger"]', "topics.triggers: there is no schemas/Triger.avsc"),
    "one topic, two services": ('[outside.producer]\n', '[services.more]\nkind = "task"\nreads = ["upload.tasks"]\nwrites = ["results", "deadletters"]'
                                '\nstages = ["more"]\ntasks = ["more"]\n[outside.producer]\n', "services.more: upload.tasks must hold one"),
    "one prefix, two writers": ('stages = ["ledger"]', 'stages = ["files"]', "formatter writes below the staging prefix 'files' already"),
    "no such prefix": ('opens = ["specs", "files"]', 'opens = ["specs", "file"]', "opens names 'file', below which no other service"),
    "no such key": ('reads_with = ["fingerprint-*.key"]', 'reads_with = ["finger.key"]', "names 'finger.key', which no service writes"),
    "one stage, two services": ('tasks = ["upload", "settle"]', 'tasks = ["upload", "part"]', "formatter does tasks of the stage 'part'"),
    "unknown operation": ('tasks = ["upload", "settle"]', 'tasks = ["upload"]', "op of schemas/UploadTask.avsc has UNKNOWN, UPLOAD, SETTLE"),
    "no operations": ('tasks = ["build"]', 'tasks = ["build", "rebuild"]', "BuildTask has no field `op`"),
}


@pytest.fixture
def tree(tmp_path):
    """What the generator reads and compares, to be spoiled."""
    for folder in ("scripts", "schemas", "db/migrations"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for name in SERVICES:
        (tmp_path / "services" / name).mkdir(parents=True)
        (tmp_path / "services" / name / "main.c").touch()
    shutil.copy(ROOT / "services/registry.toml", tmp_path / "services")
    return tmp_path


def generate(tree):
    out = [str(tree / name) for name in ("registry.h", "base.c", "topics.c")]
    return subprocess.run([sys.executable, tree / "scripts/gen-services", "c", *out], capture_output=True, text=True, check=False)


def refused(tree, text):
    done = generate(tree)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert done.stderr.startswith("gen-services: services/registry.toml: ") and text in done.stderr, done.stderr


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_registry_fails_the_build(tree, mistake):
    assert generate(tree).returncode == 0
    old, new, said = MISTAKES[mistake]
    path = tree / "services/registry.toml"
    text = path.read_text()
    assert text.count(old) == 1, "the case spoils one place"
    path.write_text(text.replace(old, new))
    refused(tree, said)


def test_a_folder_without_a_row_and_a_row_without_a_folder_are_refused(tree):
    (tree / "services/pixel").mkdir()
    assert generate(tree).returncode == 0, "a folder without main.c is no service"
    (tree / "services/pixel/main.c").touch()
    refused(tree, "services/pixel is a folder without a row; add [services.pixel]")
    shutil.rmtree(tree / "services/pixel")
    shutil.rmtree(tree / "services/formatter")
    refused(tree, "services.formatter: there is no services/formatter/main.c")


def test_a_service_without_a_database_role_and_a_role_without_a_service_are_refused(tree):
    last = tree / "db/migrations/9999_more.sql"
    last.write_text("-- longshore_pixel is a comment\n")
    assert generate(tree).returncode == 0
    last.write_text("CREATE ROLE longshore_pixel LOGIN;\n")
    refused(tree, "the migrations name longshore_pixel, which is the role of no service")
    last.unlink()
    with (tree / "services/registry.toml").open("a") as f:
        f.write('[services.pixel]\nkind = "batch"\nreads = ["results"]\nwrites = ["deadletters"]\n')
    (tree / "services/pixel").mkdir()
    (tree / "services/pixel/main.c").touch()
    refused(tree, "no migration creates longshore_pixel and grants it what it needs; add one to db/migrations")
    last.write_text("CREATE ROLE longshore_pixel LOGIN;\n")
    assert generate(tree).returncode == 0, "one folder, one row, one migration make a service"
    assert "SERVICE_PIXEL" in (tree / "registry.h").read_text()


def test_a_reader_of_a_key_stands_before_its_writer(tree):
    assert generate(tree).returncode == 0
    rows = re.findall(r'\{"([\w-]+)", "([\w.*-]+\.key)"\}', (tree / "base.c").read_text())
    written = {f"staging-{p}.key": name for name, row in ROWS["services"].items() for p in row.get("stages", ())}
    written |= {key: name for name, row in ROWS["services"].items() for key in row.get("writes_with", ())}
    assert len(written) > 5
    for key, writer in written.items():
        holders = [name for name, file in rows if file == key]
        assert holders[-1] == writer and holders.count(writer) == 1, (key, holders)


# Laws that are checked against what the registry makes of it, written out by hand: so they must not read it.
NEAR = 200  # characters
ORACLES = ("tests/unit/common/crypto/test_keyring.c", "tests/unit/common/event/test_topics.c")


def test_no_other_list_of_services_stands_anywhere():
    """Code that names most services close together lists them; what acts on one or two of them may name them."""
    suffixes = {".c", ".h", ".py", ".sql", ".cmake", ".txt", ".sh", ""}
    lists = []
    for folder in ("cli", "common", "include", "services", "scripts", "tests/harness", "tests/integration", "tests/unit",
                   "tests/stack", "tests/bench", "demo", "CMakeLists.txt", "dev"):
        files = [ROOT / folder] if (ROOT / folder).is_file() else sorted((ROOT / folder).rglob("*"))
        for path in files:
            if not path.is_file() or path.suffix not in suffixes or str(path.relative_to(ROOT)) in ORACLES:
                continue
            text = path.read_text(errors="replace")
            code = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S) if path.suffix in (".c", ".h") else re.sub(
                r'""".*?"""|^\s*(#|--)[^\n]*', "", text, flags=re.S | re.M)
            code = code.replace(";", " " * NEAR)  # a list ends with its statement
            named = [(m.start(), m.group(1)) for m in re.finditer(rf"(?<![\w./-])({'|'.join(SERVICES)})(?![\w./-])", code)]
            if any(len({name for at, name in named if begin <= at < begin + NEAR}) > 3 for begin, _ in named):
                lists.append(str(path.relative_to(ROOT)))
    assert not lists, "these list services by hand; let them read services/registry.toml"
