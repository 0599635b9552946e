"""watch: follows deliveries live, from what is recorded on, misses nothing, shows nothing twice or backwards."""
import json
import os
import pty
import re
import select
import signal
import subprocess
import threading
import time

import pytest

import makers
from fleet import FINAL, Fleet, wait_until
from world import World

ID = "0" * 32


@pytest.fixture(scope="module")
def world():
    with Fleet("watch") as fleet:
        world = World(fleet, people=400, per_file=100, routes=("main", "other"))
        world.put(makers.route("small", guards={"min_size": 100000}))
        yield world.prepare()


@pytest.fixture(scope="module")
def fleet(world):
    return world.fleet


class Watch:
    """longshore watch ARGS; its lines as they come."""
    def __init__(self, fleet, *args, env=None):
        argv = [os.path.join(fleet.bin, "longshore"), "watch", *args]
        self.process = subprocess.Popen(argv, env=fleet.environment() | (env or {}), stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.lines, self.errors = [], []
        self.threads = [threading.Thread(target=self._read, args=pair) for pair in
                        ((self.process.stdout, self.lines), (self.process.stderr, self.errors))]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def _read(stream, into):
        for line in stream:
            into.append(line)

    def snapshots(self):
        return [json.loads(line) for line in list(self.lines)]

    def wait_for(self, condition, what):
        return wait_until(lambda: condition(self), 120, what)

    def end(self, timeout=60):
        code = self.process.wait(timeout)
        for thread in self.threads:
            thread.join()
        return code

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.end(20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.end()


def watches(watch):
    """It has found out where to read on, and waits or is about to."""
    def catches_interrupts():
        with open(f"/proc/{watch.process.pid}/status", encoding="ascii") as f:
            (caught,) = [line.split()[1] for line in f if line.startswith("SigCgt")]
        return int(caught, 16) & 1 << signal.SIGINT - 1
    return wait_until(catches_interrupts, 120, "watch to begin")


def versions_only_grow(snapshots):
    for one in {s["delivery_id"] for s in snapshots}:
        versions = [s["version"] for s in snapshots if s["delivery_id"] == one]
        assert versions == sorted(set(versions)), versions
    return True


def test_a_delivery_is_followed_from_before_it_is_known_to_its_end(world, fleet):
    with fleet.paused("scheduler"):
        delivery = world.deliver()
        watch = Watch(fleet, delivery, "--json")
        watches(watch)
        watch.wait_for(lambda w: w.errors, "a word that nothing is recorded")
        assert watch.errors == [f"longshore: delivery {delivery} is not recorded yet; waiting for it\n"]
    with watch:
        assert watch.end() == 0
        seen = watch.snapshots()
    assert {s["delivery_id"] for s in seen} == {delivery} and versions_only_grow(seen)
    states = [s["state"] for s in seen]
    order = ["requested", "selecting", "formatting", "uploading", "completed"]
    assert states[-1] == "completed" and len(set(states)) >= 3
    assert [order.index(s) for s in states] == sorted(order.index(s) for s in states)
    status = world.completes(delivery)
    for name in ("tenant", "route", "audience", "destination", "mode", "state", "reason", "detail", "revision", "version", "books",
                 "files_planned", "files_visible", "kind", "requested_by", "approved_by", "bridge_version", "release"):
        assert seen[-1][name] == status[name], name


def test_what_is_over_is_shown_once_and_ends_at_once(world, fleet):
    delivery = world.deliver()
    world.completes(delivery)
    done = fleet.run("watch", delivery)
    (line,) = done.stdout.splitlines()
    assert done.returncode == 0 and re.fullmatch(rf"\S+Z  {delivery}  main  completed  files 5/5", line), line
    recorded = json.loads(fleet.run("watch", delivery, "--json").stdout)
    live = fleet.status(delivery)
    assert {k: recorded[k] for k in ("state", "version", "books", "route")} == {
        k: live[k] for k in ("state", "version", "books", "route")}


def test_it_needs_no_recorder(world, fleet):
    """The recorder is stopped before the delivery begins: watch reads the topic from where the recorder stood."""
    for replica in fleet.of("audit-sink"):
        replica.stop()
    try:
        delivery = world.deliver()
        wait_until(lambda: fleet.query("SELECT 1 FROM run.state WHERE delivery_id = %s AND state = 'completed' AND due_at IS NULL",
                                       (delivery,)), 120, "the delivery to be over")
        assert fleet.status(delivery) is None
        done = fleet.run("watch", delivery, "--json")
        seen = [json.loads(line) for line in done.stdout.splitlines()]
        assert (done.returncode, seen[-1]["state"]) == (0, "completed") and versions_only_grow(seen)
    finally:
        fleet.start_replica("audit-sink")
    world.completes(delivery)


def test_held_ends_it_if_wanted_and_else_it_goes_on(world, fleet):
    delivery = world.deliver("small")
    done = fleet.run("watch", delivery, "--until", "held")
    last = done.stdout.splitlines()[-1]
    content_hash = fleet.wait_state(delivery, states=("held",))["content_hash"]  # watch may be ahead of the recorder
    command = f"longshore approve {delivery} --content {content_hash[:16]}"
    assert done.returncode == 3 and "  held (below_minimum)  " in last and last.endswith(f" -> {command}")
    with Watch(fleet, delivery, "--json") as watch:
        watch.wait_for(lambda w: w.lines, "the held delivery")
        assert watch.snapshots()[-1]["release"] == command
        fleet.cli("reject", delivery, "--actor", "bob")
        assert watch.end() == 1
        assert watch.snapshots()[-1]["state"] == "rejected"


def test_a_route_is_watched_until_what_is_under_way_is_over(world, fleet):
    with Watch(fleet, "main", "--json", "--until", "final") as watch:
        watches(watch)
        other = world.deliver("other")
        world.completes(other)
        assert watch.process.poll() is None, "nothing of the route was under way yet"
        delivery = world.deliver("main")
        assert watch.end() == 0
        seen = watch.snapshots()
    assert {s["route"] for s in seen} == {"main"} and versions_only_grow(seen)
    assert (seen[-1]["delivery_id"], seen[-1]["state"]) == (delivery, "completed")


def test_all_are_watched_and_the_exit_code_is_the_worst(world, fleet):
    with fleet.paused("scheduler"):
        asked = {world.deliver(route) for route in ("main", "other", "small")}
        watch = Watch(fleet, "--json", "--until", "held")
        watches(watch)
    with watch:
        first = watch.end()
        seen = watch.snapshots()
    assert {s["delivery_id"] for s in seen} <= asked and versions_only_grow(seen)
    last = {s["delivery_id"]: s["state"] for s in seen}
    assert set(last.values()) <= {"completed", "held"} and first == (3 if "held" in last.values() else 0)
    (held,) = [d["delivery_id"] for d in wait_until(lambda: fleet.cli_json("status", "--state", "held"), 120, "the held one")]
    fleet.cli("cancel", held, "--wait", "60")
    for delivery in asked:
        assert fleet.wait_state(delivery, states=FINAL)


def test_a_build_is_watched_like_a_delivery(fleet):
    build = fleet.cli("bridge", "build", "tokens").strip()
    with Watch(fleet, build, "--json") as watch:
        assert watch.end() == 0
        assert (watch.snapshots()[-1]["kind"], watch.snapshots()[-1]["route"]) == ("build", "tokens")


@pytest.mark.parametrize("args,code", [((), 0), (("main",), 0), ((ID,), 130), (("main", "--until", "final"), 130)])
def test_ctrl_c_ends_it(fleet, args, code):
    with Watch(fleet, *args) as watch:
        watches(watch)
        assert watch.interrupt() == code


def messages(fleet, delivery):
    """The delivery's snapshots as they lie in the topic: (partition, key, value, headers)."""
    from confluent_kafka import Consumer, TopicPartition
    topic = f"{fleet.prefix}deliveries"
    consumer = Consumer({"bootstrap.servers": fleet.servers["LONGSHORE_KAFKA"], "group.id": f"{fleet.prefix}test",
                         "auto.offset.reset": "earliest", "enable.auto.commit": False, "enable.partition.eof": True})
    consumer.assign([TopicPartition(topic, p, 0) for p in range(12)])
    found, ended = [], set()
    while len(ended) < 12:
        m = consumer.poll(10)
        assert m is not None
        if m.error():
            ended.add(m.partition())
        elif m.key() == delivery.encode():
            found.append((m.partition(), m.key(), m.value(), m.headers()))
    consumer.close()
    return found


def publish(fleet, partition, key, value, headers=()):
    from confluent_kafka import Producer
    producer = Producer({"bootstrap.servers": fleet.servers["LONGSHORE_KAFKA"]})
    producer.produce(f"{fleet.prefix}deliveries", value=value, key=key, partition=partition, headers=list(headers))
    assert producer.flush(20) == 0


def test_an_older_snapshot_is_not_shown(world, fleet):
    delivery = world.deliver("small")
    assert fleet.wait_state(delivery)["state"] == "held"
    old = messages(fleet, delivery)
    assert len(old) >= 2
    with Watch(fleet, delivery, "--json") as watch:
        watches(watch)
        watch.wait_for(lambda w: w.lines, "what is so now")
        for m in old:
            publish(fleet, *m)
        fleet.cli("reject", delivery, "--actor", "bob")
        assert watch.end() == 1
        seen = watch.snapshots()
    assert versions_only_grow(seen) and [s["state"] for s in seen] == ["held", "rejected"]


def test_what_cannot_be_read_is_told_and_passed_over(world, fleet):
    delivery = world.deliver("small")
    assert fleet.wait_state(delivery)["state"] == "held"
    (partition, *_), *_ = messages(fleet, delivery)
    with Watch(fleet, delivery, "--json") as watch:
        watches(watch)
        publish(fleet, partition, b"x", b"\xc3\x01nonsense and more")
        watch.wait_for(lambda w: w.errors, "a word of the message")
        assert f"{fleet.prefix}deliveries/{partition}/" in watch.errors[0]
        fleet.cli("reject", delivery, "--actor", "bob")
        assert watch.end() == 1


def on_terminal(fleet, *args, rows, columns, once_shown):
    """Runs it on a terminal of that size until it ends; what it wrote, and its exit code. once_shown is called when
    something stands there."""
    import fcntl
    import struct
    import termios
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen([os.path.join(fleet.bin, "longshore"), *args], env=fleet.environment(), stdout=slave,
                               stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    os.close(slave)
    written, deadline = b"", time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([master], [], [], 1)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not written:
                once_shown()
            written += piece
        elif process.poll() is not None:
            break
    os.close(master)
    process.stderr.close()
    return written.decode(), process.wait(10)


def screen_of(written, rows, columns):
    """What stands on the terminal in the end; knows only the escapes that a table needs."""
    lines, row, column = [""], 0, 0
    for part in re.findall(r"\x1b\[\d*[AKJ]|\r|\n|[^\x1b\r\n]+", written):
        if part == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part == "\r":
            column = 0
        elif part.endswith("A") and part.startswith("\x1b"):
            row -= int(part[2:-1])
        elif part == "\x1b[K":
            lines[row] = lines[row][:column]
        elif part == "\x1b[J":
            lines = lines[:row] + [lines[row][:column]]
        else:
            assert column + len(part) <= columns, "a line that the terminal would break"
            lines[row] = lines[row][:column] + part + lines[row][column + len(part):]
            column += len(part)
    assert len(lines) <= rows
    return [line for line in lines if line]


@pytest.mark.parametrize("rows,columns", [(10, 140), (5, 60)])
def test_a_terminal_shows_a_table_that_is_refreshed(world, fleet, rows, columns):
    """First the held one, then what becomes of it once it is rejected."""
    delivery = world.deliver("small")
    assert fleet.wait_state(delivery)["state"] == "held"
    written, code = on_terminal(fleet, "watch", delivery, rows=rows, columns=columns,
                                once_shown=lambda: fleet.cli("reject", delivery, "--actor", "bob"))
    assert code == 1 and written.count("UTC") >= 2 and "held" in written
    head, line = screen_of(written, rows, columns)
    assert head.split()[:4] == ["UTC", "state", "files", "delivery"] and "rejected" in line and "held" not in line
    assert (delivery in line) == (columns > 100)


@pytest.mark.parametrize("args,code,words", [
    (("nowhere",), 1, "longshore: there is no route or bridge nowhere; longshore get Route lists them\n"),
    (("main", "--until", "dawn"), 2, "longshore: watch: --until dawn is not supported; use final or held\n"),
    (("main", "other"), 2, "longshore: watch: unexpected argument other; usage: longshore watch [DELIVERY | [TENANT/]ROUTE]\n"),
])
def test_misuse(fleet, args, code, words):
    done = fleet.run("watch", *args)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", words)


@pytest.mark.parametrize("env", [{"LONGSHORE_KAFKA": "127.0.0.1:1"}, {"LONGSHORE_TOPIC_PREFIX": "nowhere."},
                                 {"LONGSHORE_POSTGRES": "host=127.0.0.1 port=1 dbname=x user=x"}])
def test_servers_that_are_down(fleet, env):
    with Watch(fleet, "main", env=env) as watch:
        assert watch.end(40) == 1
        assert watch.lines == [] and ("LONGSHORE_KAFKA" in watch.errors[0] or "LONGSHORE_POSTGRES" in watch.errors[0])
