"""What a new user reads is what happens: the block of README.md's "First steps" is run as it is written there, with the
data of examples/, on a stack of its own; what it delivers is computed by Python's csv. While its services run, the pages
that tell of them are held against them."""
import base64
import importlib.util
import json
import os
import pty
import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest
import yaml
from confluent_kafka import Producer

from fleet import SERVICES, wait_until
from oracle import Oracle, check

ROOT = Path(__file__).resolve().parents[2]
NO_CORE = re.compile(r"^Max core file size +0 +0 ", re.MULTILINE)
PAGE = (ROOT / "docs/OPERATING.md").read_text()


def first_steps():
    """The one block of code below the heading."""
    section = (ROOT / "README.md").read_text().split("\n## First steps", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1, "README.md's first steps are one block"
    return blocks[0]


class Newcomer:
    """A user with an empty home directory and an empty run directory."""

    def __init__(self, root):
        self.home, self.run = root / "home", root / "run"
        self.home.mkdir()
        known = {k: v for k, v in os.environ.items() if not k.startswith("LONGSHORE_")}
        cache = os.environ.get("LONGSHORE_CACHE") or os.path.join(
            os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "longshore")
        # What is built already is used, and nothing is installed: that is what differs from a user's first time.
        self.env = known | {"HOME": str(self.home), "LONGSHORE_RUN": str(self.run), "LONGSHORE_CACHE": cache,
                            "LONGSHORE_BUILD": os.environ["LONGSHORE_BUILD"], "LONGSHORE_APT": "skip",
                            "LONGSHORE_PG_FSYNC": "off"}

    def shell(self, script, code=0):
        done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == code, f"{script}\nexit code {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def longshore(self, *args):
        return json.loads(self.shell(f"./dev exec longshore {' '.join(args)} --json").stdout)

    def services(self):
        """What `fleet status` says of each: (pid, admin port)."""
        lines = self.shell("./dev fleet status").stdout
        found = re.findall(r"^(\S+) +ready +pid (\d+) +admin port (\d+)$", lines, re.MULTILINE)
        return {name: (int(pid), int(port)) for name, pid, port in found}


@pytest.fixture(scope="module")
def newcomer():
    root = Path(tempfile.mkdtemp(prefix="first-", dir=os.environ["LONGSHORE_RUN"]))
    user = Newcomer(root)
    try:
        user.said = user.shell(first_steps()).stdout
        yield user
        user.shell("./dev down")
        for service in SERVICES:
            log = (user.run / "services" / service / "server.log").read_text()
            assert json.loads(log.splitlines()[-1])["event"] == "worker.stopped", log[-2000:]
    finally:
        subprocess.run([ROOT / "scripts/stack/stack", "wipe"], env=user.env, check=True)
        shutil.rmtree(root)


def test_the_first_steps_deliver_what_the_examples_hold(newcomer):
    documents = [yaml.safe_load(f.read_text()) for f in sorted((newcomer.home / "first").glob("*.yaml"))]
    expected = Oracle(documents, "asthma-northstar")
    # The examples show something of everything.
    assert all(expected.books[name] > 0 for name in ("filtered", "unmatched", "repeated", "shared", "blocked"))
    assert len(expected.parts()) > 1
    (delivery,) = [d for d in newcomer.longshore("status") if d["route"] == "asthma-northstar"]
    record = newcomer.longshore("status", delivery["delivery_id"])
    drop = newcomer.home / "first" / "drop"
    files = {str(p.relative_to(drop)): p.read_bytes() for p in drop.rglob("*") if p.is_file() and ".longshore" not in str(p)}
    check(expected, record, files)
    assert set(files) == {f["name"] for f in record["files"]}
    assert [f["role"] for f in record["files"]].count("manifest") == [f["role"] for f in record["files"]].count("marker") == 1


def test_the_first_steps_show_what_they_promise(newcomer):
    said = newcomer.said
    assert re.search(r"^Route asthma-northstar: created$", said, re.MULTILINE)
    assert "delivery.completed" in said, "trace shows who did what"
    drop = newcomer.home / "first" / "drop"
    (first,) = drop.rglob("*_001.csv")
    assert "\n".join(first.read_text().splitlines()[:10]) in said, "head shows the first rows of a file"


def test_each_service_is_given_its_own_keys_and_role_only(newcomer):
    running = newcomer.services()
    assert set(running) == set(SERVICES)
    for service, (pid, _) in running.items():
        env = dict(e.split("=", 1) for e in Path(f"/proc/{pid}/environ").read_text().split("\0") if "=" in e)
        assert env["LONGSHORE_KEYS"] == str(newcomer.run / "keys" / service)
        assert re.findall(r"user=(\S+)", env["LONGSHORE_POSTGRES"]) == ["longshore_" + service.replace("-", "_")]


def test_no_core_of_a_service_or_a_command_would_hold_what_it_knows(newcomer):
    with subprocess.Popen(["./dev", "exec", "longshore", "watch"], cwd=ROOT, env=newcomer.env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as watch:
        try:
            wait_until(lambda: os.readlink(f"/proc/{watch.pid}/exe").endswith("/longshore") and NO_CORE.search(
                Path(f"/proc/{watch.pid}/limits").read_text()), 120, "the command to give up its cores")
            check_cores([watch.pid, *(pid for pid, _ in newcomer.services().values())])
        finally:
            watch.terminate()


def check_cores(pids):
    for pid in pids:
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert NO_CORE.search(limits), limits
        core_filter = Path(f"/proc/{pid}/coredump_filter")
        assert not core_filter.exists() or core_filter.read_text() == "00000000\n"


def test_the_services_offer_the_metrics_that_the_page_explains(newcomer):
    told = set(re.findall(r"^\| `(longshore_\w+)`", PAGE, re.MULTILINE))
    for service, (_, port) in newcomer.services().items():
        for path in ("healthz", "readyz"):
            with urlopen(f"http://127.0.0.1:{port}/{path}", timeout=120) as answer:
                assert answer.status == 200
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=120) as answer:
            lines = [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
        assert {line.partition("{")[0] for line in lines} == told, service
        assert all(f'service="{service}"' in line for line in lines)


def test_a_dead_letter_is_found_and_read_as_the_page_says(newcomer):
    section = PAGE.split("\n## Dead letters\n", 1)[1].split("\n## ", 1)[0]
    (statement,) = re.findall(r"^```\n(SELECT .*?)^```$", section, re.MULTILINE | re.DOTALL)
    (program,) = re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    servers = dict(line.split("=", 1) for line in newcomer.shell("./dev exec env").stdout.splitlines() if "=" in line)
    producer = Producer({"bootstrap.servers": servers["LONGSHORE_KAFKA"]})
    producer.produce("longshore.bridge.tasks", b"a stranger's", key=b"k")
    assert producer.flush(30) == 0

    def letters():
        with psycopg.connect(servers["LONGSHORE_POSTGRES"]) as db:
            return db.execute(statement).fetchall()
    ((_, service, source, reason, _, _, _, partition, offset),) = wait_until(letters, 120, "the line of the dead letter")
    assert (service, source, reason) == ("bridge-worker", "longshore.bridge.tasks", "undecodable")
    program_file = newcomer.home / "look.py"
    program_file.write_text(program)
    letter = json.loads(newcomer.shell(
        f"PARTITION={partition} OFFSET={offset} LOOK={shlex.quote(str(program_file))}"
        " ./dev exec sh -c '\"$LONGSHORE_PYTHON\" \"$LOOK\"'").stdout)
    assert base64.b64decode(letter["value"]) == b"a stranger's" and letter["reason"] == "undecodable"


def block(page, language, number=0):
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)[number]


@pytest.fixture(scope="module")
def environment(newcomer):
    lines = newcomer.shell("./dev exec env").stdout.splitlines()
    return dict(line.split("=", 1) for line in lines if line.startswith("LONGSHORE_"))


@pytest.fixture(scope="module")
def ask(newcomer, environment):
    """docs/triggers.md's program, as a module: what it sends and hears is the page's own code."""
    file = newcomer.home / "ask.py"
    file.write_text(block("docs/triggers.md", "python"))
    spec = importlib.util.spec_from_file_location("ask", file)
    module = importlib.util.module_from_spec(spec)
    before = dict(os.environ)
    os.environ |= environment
    try:
        os.chdir(ROOT)
        spec.loader.exec_module(module)
    finally:
        os.environ.clear()
        os.environ |= before
    return module


def run_page(newcomer, name, *words):
    return newcomer.shell(f"FILE={shlex.quote(str(newcomer.home / name))} ./dev exec sh -c "
                          f"{shlex.quote(chr(34) + '$LONGSHORE_PYTHON' + chr(34) + ' ' + chr(34) + '$FILE' + chr(34) + ' ' + ' '.join(words))}").stdout


def ask_sql(environment, number, **values):
    statement = re.sub(r":(\w+)", r"%(\1)s", block("docs/status.md", "sql", number).rstrip(";\n"))
    with psycopg.connect(re.sub(r"user=\S+", "user=reporting", environment["LONGSHORE_POSTGRES"])) as db:
        return db.execute(statement, values).fetchall()


def test_a_producer_asks_as_the_page_says_and_asks_twice_for_one_delivery(newcomer, ask):
    said = run_page(newcomer, "ask.py", "lakeside", "asthma-northstar", "order-1").split()
    delivery = ask.delivery_id("lakeside", "asthma-northstar", "order-1")
    assert said[:2] == ["DeliveryStatus", delivery]
    (newcomer.home / "follow.py").write_text(block("docs/status.md", "python"))
    followed = run_page(newcomer, "follow.py", delivery).splitlines()
    assert re.match(rf"{delivery} completed ", followed[-1]), followed
    trigger = {"kind": "DELIVER", "source": ask.SOURCE, "trigger_id": "order-1", "tenant": "lakeside", "route": "asthma-northstar"}
    ask.send(ask.encode(trigger), "asthma-northstar")
    assert run_page(newcomer, "ask.py", "lakeside", "nowhere", "order-2").split()[2:4] == ["rejected", "bad_configuration"]
    with_cause = [d for d in newcomer.longshore("status") if d["route"] == "asthma-northstar" and d["delivery_id"] == delivery]
    assert len(with_cause) == 1


def test_what_a_producer_gets_wrong_is_answered_where_the_page_says(ask):
    listening = ask.listen()
    trigger = {"kind": "DELIVER", "source": ask.SOURCE, "trigger_id": "order-3", "tenant": "lakeside"}
    event, record = ask.answer(listening, ask.send(ask.encode(trigger), "k"), "")
    assert (event, record["reason"]) == ("AuditRecord", "no_name") and {"name": "word", "value": "orders/order-3"} in record["facts"]
    plain = ask.encode(trigger | {"route": "asthma-northstar"})[10:]
    told = re.findall(r"^\| .* \| `(looks like JSON.*|begins with a zero.*|is an Avro file.*|does not begin.*)` \|$",
                      (ROOT / "docs/triggers.md").read_text(), re.MULTILINE)
    assert len(told) == 4
    for value, says in zip((json.dumps(trigger).encode(), b"\0\0\0\0\x07" + plain, b"Obj\x01" + plain, plain), told, strict=True):
        event, record = ask.answer(listening, ask.send(value, "k"), "")
        assert (event, record["reason"], record["key"]) == ("DeadLetter", "undecodable", b"k")
        assert record["detail"].startswith(says), (record["detail"], says)
    listening.close()


def test_status_is_read_from_postgresql_as_the_page_says(ask, environment):
    with psycopg.connect(environment["LONGSHORE_POSTGRES"], autocommit=True) as db:
        db.execute(block("docs/status.md", "sql", 0))
    try:
        delivery = ask.delivery_id("lakeside", "asthma-northstar", "order-1")
        rows = wait_until(lambda: [r for r in ask_sql(environment, 1, tenant="lakeside", cause="orders/order-1")
                                   if r[1] == "completed"], 120, "the recorder")
        assert [(r[0], r[4] == r[5] > 0) for r in rows] == [(delivery, True)]
        files = ask_sql(environment, 2, delivery=delivery)
        assert {f[1] for f in files} == {"part", "manifest", "marker"} and all(f[5] for f in files)
        ((_, reason, detail),) = wait_until(lambda: ask_sql(environment, 3, tenant="lakeside", cause="orders/order-3"), 120,
                                            "the refusal")
        assert (reason, detail) == ("no_name", "it names no route, audience or bridge")
    finally:
        with psycopg.connect(environment["LONGSHORE_POSTGRES"], autocommit=True) as db:
            db.execute("DROP OWNED BY reporting; DROP ROLE reporting")


def test_a_fleet_that_runs_is_left_alone_and_one_without_keys_is_not_started(newcomer):
    before = newcomer.services()
    newcomer.shell("./dev fleet up")
    assert newcomer.services() == before
    newcomer.shell("./dev fleet down")
    assert newcomer.shell("./dev fleet status", code=1).stdout.count("stopped") == len(SERVICES)
    keys, away = newcomer.run / "keys" / "uploader", newcomer.run / "keys" / "away"
    keys.rename(away)
    said = newcomer.shell("./dev fleet up", code=1).stderr
    assert said == "dev: fleet: there are no keys for uploader; run ./dev exec longshore keys init\n"
    assert newcomer.shell("./dev fleet status", code=1).stdout.count("stopped") == len(SERVICES)
    away.rename(keys)
    newcomer.shell("./dev fleet up")
    assert set(newcomer.services()) == set(SERVICES)


def in_a_terminal(newcomer, words):
    """What `./dev shell` shows to somebody who types that."""
    master, slave = pty.openpty()
    process = subprocess.Popen([ROOT / "dev", "shell"], stdin=slave, stdout=slave, stderr=slave, env=newcomer.env, cwd=ROOT)
    os.close(slave)
    os.write(master, f"{words}\nexit\n".encode())
    said = b""
    try:
        while chunk := os.read(master, 65536):
            said += chunk
    except OSError:
        pass  # so a terminal ends
    assert process.wait(60) == 0, said.decode()
    return said.decode()


def test_exec_and_shell_show_what_the_demo_left_until_the_stack_is_asked_for(newcomer):
    said = newcomer.shell("./dev demo")
    assert said.stderr.count("building the programs") == 1 and "configuring" not in said.stderr
    ids = set(re.findall(r"^   delivery ([0-9a-f]{32})", said.stdout, re.MULTILINE))
    assert len(ids) == 3
    seen = newcomer.shell("./dev exec longshore status")
    assert "on what the last demo left" in seen.stderr and all(i in seen.stdout for i in ids)
    typed = in_a_terminal(newcomer, "longshore status --state completed")
    assert "(longshore demo)" in typed and all(i in typed for i in ids)

    own = newcomer.shell("./dev exec --stack longshore status")
    assert f"on the stack in {newcomer.run}" in own.stderr and "asthma-northstar" in own.stdout
    assert not any(i in own.stdout for i in ids)
    newcomer.shell("./dev up")
    assert newcomer.shell("./dev exec longshore status").stdout == own.stdout
    assert newcomer.shell("./dev exec --demo longshore status").stdout == seen.stdout
    assert "asthma-northstar" in newcomer.shell("echo longshore status | ./dev shell").stdout
