"""No patient id, partner id or key leaves its place: topics, tables, logs and staged objects are searched for planted ones,
raw and in the forms they could hide in. The scanner is shown to find what is put there on purpose."""
import base64
import gzip
import os

import pytest

from fleet import Fleet
from world import World


def forms(secret):
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for shift in range(3):  # wherever it stands in a base64 text, its middle part looks the same
        coded = base64.b64encode(b"\0" * shift + raw)
        yield coded[4 if shift else 0:-4]


class Scanner:
    def __init__(self, secrets):
        self.needles = {form: i for i, s in enumerate(secrets) for form in forms(s) if len(form) >= 8}

    def finds(self, data):
        """Number of the first secret in the bytes, also where they are gzip; None."""
        for blob in self.unpacked(data):
            for needle, number in self.needles.items():
                if needle in blob:
                    return number
        return None

    @staticmethod
    def unpacked(data):
        yield data
        at = data.find(b"\x1f\x8b\x08")
        while at >= 0:
            try:
                yield gzip.decompress(data[at:])
            except (OSError, EOFError, gzip.zlib.error):
                pass
            at = data.find(b"\x1f\x8b\x08", at + 1)


def files_below(root):
    for directory, _, names in os.walk(root):
        for name in names:
            with open(os.path.join(directory, name), "rb") as f:
                yield os.path.join(directory, name), f.read()


def messages_of(fleet):
    from confluent_kafka import Consumer, TopicPartition
    consumer = Consumer({"bootstrap.servers": fleet.servers["LONGSHORE_KAFKA"], "group.id": "canary",
                         "enable.auto.commit": False})
    for topic, meta in consumer.list_topics(timeout=120).topics.items():
        if not topic.startswith(fleet.prefix):
            continue
        for number in meta.partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=120)
            consumer.assign([TopicPartition(topic, number, low)])
            for _ in range(high - low):
                message = consumer.poll(30)
                if message is None:
                    break
                headers = b"".join(v or b"" for _, v in message.headers() or [])
                yield topic, (message.key() or b"") + b"|" + (message.value() or b"") + b"|" + headers
    consumer.close()


def rows_of(fleet):
    for schema, table in fleet.query("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN "
                                     "('conf', 'event', 'run', 'audit')"):
        for (text,) in fleet.query(f'SELECT t::text FROM {schema}."{table}" AS t'):
            yield f"{schema}.{table}", text.encode()
            for part in text.split('"\\\\x')[1:] + text.split("\\x")[1:]:  # bytea, as hex
                digits = part[:next((i for i, c in enumerate(part) if c not in "0123456789abcdef"), len(part))]
                yield f"{schema}.{table}", bytes.fromhex(digits[:len(digits) // 2 * 2])


@pytest.fixture(scope="module")
def world():
    with Fleet("canary") as fleet:
        world = World(fleet, people=300, objects=3, repeats=15, per_file=100, routes=("main",), slice_bytes=2048).prepare()
        world.completes(world.deliver())
        # A delivery whose source is damaged: errors must not quote it.
        with open(world.audience_folder / "part-000.csv", "a", encoding="utf-8") as f:
            f.write(f"{world.ids[0]},CA,1,one field too many\n")
        failed = fleet.wait_state(world.deliver(), timeout=60)
        assert failed["state"] == "failed", failed
        keys = [data.decode().strip() for _, data in files_below(fleet.path("keys"))]
        yield fleet, Scanner(world.ids + list(world.tokens.values()) + keys)


def test_the_scanner_finds_what_is_put_there(world):
    fleet, scanner = world
    secret = b"before " + next(iter(scanner.needles)) + b" behind"
    for hidden in (secret, secret.hex().encode(), base64.b64encode(secret), gzip.compress(secret), b"x" + gzip.compress(secret)):
        assert scanner.finds(hidden) is not None, hidden
    assert scanner.finds(b"nothing to see here, whatever its form") is None


def test_no_canary_in_any_topic(world):
    fleet, scanner = world
    seen = 0
    for topic, data in messages_of(fleet):
        seen += 1
        assert scanner.finds(data) is None, topic
    assert seen > 20


def test_no_canary_in_any_table(world):
    fleet, scanner = world
    seen = 0
    for table, data in rows_of(fleet):
        seen += 1
        assert scanner.finds(data) is None, table
    assert seen > 20


def test_no_canary_in_any_log(world):
    fleet, scanner = world
    for replica in fleet.replicas:
        assert scanner.finds(replica.log().encode()) is None, replica.service


def test_no_canary_in_any_staged_object(world):
    fleet, scanner = world
    names = [name for name, _ in files_below(fleet.path("staging"))]
    assert len(names) > 10
    for name, data in files_below(fleet.path("staging")):
        assert scanner.finds(data) is None, name
        for needle in list(scanner.needles)[:20]:
            assert needle not in os.path.basename(name).encode()
