"""The stack's scripts: they start what is asked for, touch nobody else's process, and leave nothing behind."""
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

STACK = str(Path(__file__).resolve().parents[2] / "scripts" / "stack" / "stack")
SERVERS = ("kafka", "postgres", "redis")


class Stack:
    def __init__(self, run):
        self.run = Path(run)
        self.env = {**os.environ, "LONGSHORE_RUN": str(run), "LONGSHORE_PG_FSYNC": "off"}

    def start(self, *words):
        return subprocess.Popen([STACK, *words], env=self.env, stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def call(self, *words, ok=True):
        process = self.start(*words)
        out, _ = process.communicate(timeout=120)
        assert (process.returncode == 0) == ok, f"stack {words}: {process.returncode}\n{out}"
        return out

    def pid(self, server):
        return int((self.run / server / "pid").read_text().split()[0])

    def ports(self, server):
        return [int(p) for p in (self.run / server / "ports").read_text().split()]


def alive(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def crash(pid):
    """SIGKILL, with nobody there to tidy up."""
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while alive(pid):
        assert time.monotonic() < deadline, f"process {pid} does not die"
        time.sleep(0.01)


def processes_naming(text):
    """Processes with the text in their command line or working directory."""
    found = []
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            words = (proc / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if alive(proc.name) and (text in words or text in os.readlink(proc / "cwd")):
                found.append(words)
        except OSError:
            pass
    return found


def identity(pid):
    start = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{pid} {start} {boot}\n"


@pytest.fixture
def stack():
    """A stack in a directory of its own, with a name that not every program takes, below the test run's so that whoever
    cleans up finds it."""
    made = []

    def make():
        top = os.environ.get("LONGSHORE_RUN")
        run = tempfile.mkdtemp(prefix="private é-", dir=top if top and os.path.isdir(top) else None)
        made.append(Stack(run))
        return made[-1]

    yield make
    for s in made:
        if s.run.exists() and (s.run / ".longshore-run").exists():
            s.call("wipe")
        shutil.rmtree(s.run, ignore_errors=True)


@pytest.fixture
def stranger():
    process = subprocess.Popen(["sleep", "300"])
    yield process
    process.kill()
    process.wait()


def test_up_answers_is_idempotent_and_down_leaves_no_process(stack):
    s = stack()
    first, second = s.start("up"), s.start("up")  # at once
    assert first.wait(120) == 0 and second.wait(120) == 0, first.stdout.read() + second.stdout.read()
    pids = {name: s.pid(name) for name in SERVERS}
    s.call("up")
    assert {name: s.pid(name) for name in SERVERS} == pids
    assert s.call("status").count("running") == 3

    env = s.call("env")
    shell = subprocess.run(["bash", "-c", f"{env}\nprintf '%s\\n' \"$LONGSHORE_POSTGRES\" \"$LONGSHORE_KAFKA\""],
                           capture_output=True, text=True, check=True).stdout.split("\n")
    assert re.fullmatch(r"host=127\.0\.0\.1 port=\d+ dbname=longshore user=longshore_admin", shell[0])
    assert shell[1] == f"127.0.0.1:{s.ports('kafka')[0]}"
    import psycopg
    with psycopg.connect(shell[0]) as db:
        assert db.execute("show wal_level").fetchone() == ("logical",)

    data = os.path.realpath(s.run / "postgres" / "data")
    s.call("down")
    assert not any(alive(pid) for pid in pids.values())
    assert processes_naming(str(s.run)) + processes_naming(data) == []
    assert "stopped" in s.call("status", ok=False)
    s.call("wipe")
    assert not s.run.exists() and not os.path.exists(data)


def test_a_restarted_server_keeps_its_port_and_its_data(stack):
    s = stack()
    for verb, server in (("stop", "postgres"), ("kill", "postgres")):
        s.call(f"start-{server}")
        before, ports = s.pid(server), s.ports(server)
        s.call(f"{verb}-{server}")
        assert not alive(before)
        s.call(f"start-{server}")
        assert s.ports(server) == ports and s.pid(server) != before


@pytest.mark.parametrize("content", [
    lambda pid: f"{pid}\n", lambda pid: f"{pid} 1 0000\n", lambda pid: identity(pid).replace(" ", " 1", 1),
    lambda pid: "garbage\n", lambda pid: "", lambda pid: "-1 0 0\n"],
    ids=["pid only", "other boot", "other start", "garbage", "empty", "negative"])
def test_a_stranger_with_our_pid_is_left_alone(stack, stranger, content):
    s = stack()
    s.call("start-redis")
    s.call("kill-redis")
    (s.run / "redis" / "pid").write_text(content(stranger.pid))
    s.call("down")
    assert alive(stranger.pid)
    (s.run / "redis" / "pid").write_text(content(stranger.pid))
    s.call("start-redis")
    assert alive(stranger.pid) and s.pid("redis") != stranger.pid
    (s.run / "redis" / "pid").write_text(content(stranger.pid))
    s.call("kill-redis")
    assert alive(stranger.pid)
    for redis in processes_naming(f"127.0.0.1:{s.ports('redis')[0]}"):
        assert "redis" in redis  # the one that our false pid file hid from the stack
    subprocess.run(["redis-cli", "-p", str(s.ports("redis")[0]), "shutdown", "nosave"], check=False)


def test_a_dead_machine_leaves_nothing_that_hinders(stack):
    s = stack()
    s.call("up")
    pids = [s.pid(name) for name in SERVERS]
    for pid in pids:
        crash(pid)
    assert s.call("status", ok=False).count("stopped") == 3
    s.call("up")
    assert s.call("status").count("running") == 3
    for name in SERVERS:
        crash(s.pid(name))
    s.call("down")
    s.call("up")


def test_a_postmaster_file_that_names_a_stranger_is_no_hindrance(stack, stranger):
    s = stack()
    s.call("start-postgres")
    file = Path(os.path.realpath(s.run / "postgres" / "data")) / "postmaster.pid"
    lines = file.read_text().split("\n")
    s.call("stop-postgres")
    file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
    s.call("start-postgres")
    assert alive(stranger.pid)


def test_a_taken_port_is_an_error_on_restart_and_another_port_on_up(stack):
    s = stack()
    s.call("up")
    s.call("down")
    port = s.ports("redis")[0]
    with socket.socket() as taker:
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taker.bind(("127.0.0.1", port))
        taker.listen()
        said = s.call("start-redis", ok=False)
        assert f"port {port}" in said and "was taken" in said
        s.call("up")
        assert s.ports("redis")[0] != port


def test_two_stacks_live_side_by_side(stack):
    a, b = stack(), stack()
    starts = [a.start("up"), b.start("up")]
    for start in starts:
        assert start.wait(120) == 0, start.stdout.read()
    ports = [p for s in (a, b) for name in SERVERS for p in s.ports(name)]
    assert len(set(ports)) == len(ports)
    a.call("wipe")
    assert b.call("status").count("running") == 3


def test_a_directory_that_is_not_ours_is_neither_used_nor_removed(stack):
    s = stack()
    (s.run / "precious").write_text("x")
    assert "not a stack's" in s.call("up", ok=False)
    assert "nothing was removed" in s.call("wipe", ok=False)
    assert (s.run / "precious").exists()


def test_a_stopped_process_is_stopped_all_the_same(stack):
    s = stack()
    s.call("start-redis")
    os.kill(s.pid("redis"), signal.SIGSTOP)
    pid = s.pid("redis")
    s.call("stop-redis")
    assert not alive(pid)


def test_wipe_ends_the_services_that_the_run_directory_names(stack, stranger):
    s = stack()
    s.call("claim")
    (s.run / "services" / "uploader").mkdir(parents=True)
    (s.run / "services" / "uploader" / "pid").write_text(identity(stranger.pid))
    s.call("wipe")
    assert not alive(stranger.pid) and not s.run.exists()


def test_a_setup_that_is_interrupted_leaves_no_server_and_no_file(stack):
    s = stack()
    s.call("claim")
    real, cache, temp = Path(os.environ["LONGSHORE_PYTHON"]).parents[2], s.run / "cache", s.run / "temp"
    temp.mkdir()
    cache.mkdir()
    for entry in real.glob("python-*"):
        (cache / entry.name).symlink_to(entry)
    for entry in real.glob("kafka-*"):
        (cache / entry.name).mkdir()  # without its class archive, which setup therefore makes with a broker of its own
        (cache / entry.name / "libs").symlink_to(entry / "libs")
        shutil.copytree(entry / "formatted", cache / entry.name / "formatted")
        if (entry / ".files.sha256").exists():  # one of an older tree has none, and is not looked at
            shutil.copy(entry / ".files.sha256", cache / entry.name)
    setup = subprocess.Popen([str(Path(STACK).parents[1] / "setup" / "setup")], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
                             env={**s.env, "LONGSHORE_CACHE": str(cache), "LONGSHORE_APT": "skip", "TMPDIR": str(temp)})
    broker = f"kafka.Kafka {temp}"
    deadline = time.monotonic() + 60
    while not processes_naming(broker):
        assert setup.poll() is None and time.monotonic() < deadline, setup.communicate()[0]
        time.sleep(0.01)
    os.killpg(setup.pid, signal.SIGINT)
    out, _ = setup.communicate(timeout=60)
    assert setup.returncode != 0, out
    assert not processes_naming(str(temp)) and not list(temp.iterdir()), out
