"""Law 11 as a CDC reader sees it: whatever crashes, comes late or is read again, a row's version only grows, each change
is one UPDATE, nothing is written for what did not change, and nobody leaves a final state."""
import io
import json
import signal
import uuid

import fastavro
import pytest

import makers
from cdc import UNCHANGED, Reader
from crash import Trap
from fleet import FINAL, Fleet, wait_until
from memory import nothing_is_stuck
from world import QUICK, World

KEYS = {"run.state": ("delivery_id",), "run.delivery": ("delivery_id",), "run.build": ("delivery_id",),
        "run.receipt": ("delivery_id", "file_id"), "run.file": ("delivery_id", "file_id")}
PUBLIC = ("run.delivery", "run.build")


class Topic:
    """What lies on a topic of the fleet, and more of it."""

    def __init__(self, fleet, name):
        self.short, self.name = name, fleet.prefix + name
        self.conf = {"bootstrap.servers": fleet.servers["LONGSHORE_KAFKA"]}

    def _consumer(self, group):
        from confluent_kafka import Consumer
        return Consumer(self.conf | {"group.id": group, "enable.auto.commit": False, "enable.partition.eof": False})

    def ends(self):
        consumer = self._consumer("ends-" + uuid.uuid4().hex)
        parts = consumer.list_topics(self.name, timeout=120).topics[self.name].partitions
        from confluent_kafka import TopicPartition
        ends = {p: consumer.get_watermark_offsets(TopicPartition(self.name, p), timeout=120) for p in parts}
        consumer.close()
        return ends

    def messages(self):
        from confluent_kafka import TopicPartition
        consumer = self._consumer("copy-" + uuid.uuid4().hex)
        found = []
        for part, (low, high) in self.ends().items():
            consumer.assign([TopicPartition(self.name, part, low)])
            while low < high:
                message = consumer.poll(30)
                assert message is not None and not message.error(), message
                low = message.offset() + 1
                found.append(message)
        consumer.close()
        return found

    def send_again(self, messages):
        """The same bytes to the same partitions, from a stranger."""
        from confluent_kafka import Producer
        producer = Producer(self.conf | {"acks": "all"})
        for m in messages:
            producer.produce(self.name, m.value(), m.key(), partition=m.partition(), headers=m.headers())
        assert producer.flush(60) == 0

    def set_group(self, group, offsets):
        from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
        from confluent_kafka.admin import AdminClient
        places = [TopicPartition(self.name, p, o) for p, o in offsets.items()]
        admin = AdminClient(self.conf)
        for future in admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, places)]).values():
            for place in future.result(30).topic_partitions:
                assert place.error is None, place


def versions_on(messages, schemas):
    """{delivery: versions of its snapshots}, read by fastavro with the schemas that `migrate` stored."""
    found = {}
    for message in messages:
        if dict(message.headers()).get("longshore-type") != b"DeliveryStatus":
            continue
        schema = fastavro.parse_schema(json.loads(schemas[message.value()[2:10]]))
        event = fastavro.schemaless_reader(io.BytesIO(message.value()[10:]), schema)
        found.setdefault(event["delivery_id"], set()).add(event["version"])
    return found


def restart_sink(world, between):
    """The recorder is away while `between` happens; back it must take its place in the group again."""
    for sink in world.fleet.of("audit-sink"):
        assert sink.stop() == 0
    between()
    return world.fleet.start_replica("audit-sink")


def recorder_is_at(fleet, *topics):
    """It has written what lies on the topics now."""
    for topic in topics:
        end = sum(high for _, high in topic.ends().values())
        wait_until(lambda e=end, t=topic: fleet.query("SELECT coalesce(sum(next_offset), 0) >= %s FROM audit.position "
                                                      "WHERE topic = %s", (e, t.short)) == [(True,)],
                   60, "the recorder to come to the end", pause=0.1)


@pytest.fixture(scope="module")
def world():
    with Fleet("newer", env=QUICK) as fleet:
        w = World(fleet, people=300)
        w.put(makers.route("plain"), makers.route("after"),
              *(makers.route(r, approval="always") for r in ("held", "refused", "stopped")))
        w.reader = Reader(fleet)
        try:
            yield w.prepare()
        finally:
            w.reader.close()


@pytest.fixture(scope="module")
def story(world):
    """Everything that may go wrong for a reader, and the changes that were decoded meanwhile."""
    fleet, topic = world.fleet, Topic(world.fleet, "deliveries")
    held, refused, stopped = (world.deliver(r) for r in ("held", "refused", "stopped"))
    # The recorder dies behind its transaction, before Kafka knows: what it stored comes again.
    sink = fleet.of("audit-sink")[0]
    trap = Trap(sink.pid, "sink_after_tx_commit")
    plain = world.deliver("plain")
    trap.wait()
    assert sink.process.wait(10) == -signal.SIGKILL
    fleet.start_replica("audit-sink")
    # The scheduler dies with a decision stored and not published.
    scheduler = fleet.of("scheduler")[0]
    trap = Trap(scheduler.pid, "sched_after_tx")
    after = world.deliver("after")
    trap.wait()
    assert scheduler.process.wait(10) == -signal.SIGKILL
    fleet.start_replica("scheduler")
    world.completes(plain)
    world.completes(after)
    for d in (held, refused, stopped):
        world.held(d, "approval")
    topic.send_again(topic.messages()[::-1])  # older snapshots behind newer ones, while nothing is final
    recorder_is_at(fleet, topic)
    fleet.cli("approve", held, "--actor", "bob")
    fleet.cli("reject", refused, "--actor", "bob")
    fleet.cli("cancel", stopped, "--actor", "bob")
    world.completes(held)
    world.ends(refused, "rejected", "rejected")
    world.ends(stopped, "cancelled", "cancelled")
    wait_until(lambda: nothing_is_stuck(fleet), 120, "outbox and alarms to be empty")
    recorder_is_at(fleet, topic, Topic(fleet, "audit"))
    before = {t: fleet.query(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {t} AS t") for t in KEYS}
    trail = fleet.query("SELECT count(*), max(sequence) FROM audit.record")
    messages = topic.messages()
    # All snapshots once more, and in the wrong order.
    topic.send_again(messages[::-1])
    # The recorder loses its own places, and the group's are set back: it reads and writes everything once more.
    starts = {p: low for p, (low, _) in topic.ends().items()}
    restart_sink(world, lambda: (topic.set_group(f"{fleet.prefix}audit-sink", starts),
                                 fleet.change("DELETE FROM audit.position")))
    recorder_is_at(fleet, topic, Topic(fleet, "audit"))
    last = world.deliver("after")  # it goes on behind that
    world.completes(last)
    wait_until(lambda: nothing_is_stuck(fleet), 120, "outbox and alarms to be empty")
    return {"changes": world.reader.read(), "messages": messages, "before": before, "trail": trail, "last": last,
            "ends": {held: "completed", plain: "completed", refused: "rejected", stopped: "cancelled"}}


def rows_of(changes, table):
    """{key: its changes in order}"""
    found = {}
    for change in changes:
        if change.table == table:
            found.setdefault(tuple(change.row[k] for k in KEYS[table]), []).append(change)
    return found


def text(value):
    return value.strip("'")


@pytest.mark.parametrize("table", KEYS)
def test_a_row_is_born_once_and_never_removed(story, table):
    rows = rows_of(story["changes"], table)
    assert len(rows) >= (1 if table == "run.build" else 6)
    for key, changes in rows.items():
        ops = [c.op for c in changes]
        assert set(ops[1:]) <= {"UPDATE"}, (key, ops)
        assert ops[0] == "INSERT", (key, ops)
        assert all(c.old_key is None for c in changes), key


@pytest.mark.parametrize("table", KEYS)
def test_no_update_changes_nothing(story, table):
    for key, changes in rows_of(story["changes"], table).items():
        for old, new in zip(changes, changes[1:]):
            assert any(v not in (old.row[c], UNCHANGED) for c, v in new.row.items()), (table, key, new)


@pytest.mark.parametrize("table", [t for t in KEYS if t != "run.file"])
def test_versions_only_grow(story, table):
    for key, changes in rows_of(story["changes"], table).items():
        versions = [int(c.row["version"]) for c in changes]
        if table == "run.state":  # its alarm moves without a decision; then nothing else does
            assert versions == sorted(versions), key
            for old, new in zip(changes, changes[1:]):
                moved = {c for c, v in new.row.items() if v not in (old.row[c], UNCHANGED)}
                assert new.row["version"] != old.row["version"] or moved <= {"due_at", "confirmed", "past"}, (key, moved)
        else:
            assert versions == sorted(set(versions)), (key, versions)


@pytest.mark.parametrize("table", PUBLIC)
def test_each_update_is_one_published_change(world, story, table):
    published = versions_on(story["messages"], dict(world.fleet.query("SELECT fingerprint, schema FROM event.schema")))
    for (key,), changes in rows_of(story["changes"], table).items():
        if text(key) == story["last"]:
            continue
        assert {int(c.row["version"]) for c in changes} <= published[text(key)]
        assert int(changes[-1].row["version"]) == max(published[text(key)])


@pytest.mark.parametrize("table", ("run.state", *PUBLIC))
def test_nobody_leaves_a_final_state(story, table):
    seen = 0
    for key, changes in rows_of(story["changes"], table).items():
        states = [text(c.row["state"]) for c in changes]
        final = [s for s in states if s in FINAL]
        seen += len(final) > 0
        assert states[len(states) - len(final):] == final and len(set(final)) == 1, (key, states)
        assert story["ends"].get(text(key[0]), states[-1]) == states[-1]
    assert seen >= (1 if table == "run.build" else 6)


def test_reading_again_left_every_row_as_it_was(world, story):
    for table, before in story["before"].items():
        same = world.fleet.query(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t "
                                 "WHERE delivery_id <> %s", (story["last"],))
        assert same == before, table
    count, most = story["trail"][0]
    [(now_count, now_most)] = world.fleet.query("SELECT count(*), max(sequence) FROM audit.record WHERE delivery_id <> %s",
                                                (story["last"],))
    assert (now_count, now_most) == (count, most), "the trail has records twice"
