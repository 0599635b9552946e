"""A producer and a reader that share nothing with the project but schemas/: fastavro and confluent-kafka."""
import functools
import io
import json
from pathlib import Path

import fastavro
from confluent_kafka import Consumer, Producer, TopicPartition
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
MAGIC = b"\xc3\x01"


@functools.cache
def schema_of(event):
    with open(SCHEMAS / f"{event}.avsc", encoding="utf-8") as f:
        return parse_schema(json.load(f))


@functools.cache
def header_of(event):
    """What single-object encoding begins with: magic and the schema's fingerprint."""
    with open(SCHEMAS / f"{event}.avsc", encoding="utf-8") as f:
        return MAGIC + bytes.fromhex(fingerprint(to_parsing_canonical_form(json.load(f)), "CRC-64-AVRO"))


def encode(event, record):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema_of(event), record)
    return header_of(event) + out.getvalue()


def decode(event, data):
    assert data[:10] == header_of(event), (event, data[:10].hex())
    return fastavro.schemaless_reader(io.BytesIO(data[10:]), schema_of(event))


def avro_long(value):
    """Zigzag, in groups of seven bits."""
    bits, out = (value << 1) ^ (value >> 63), bytearray()
    while bits > 0x7f:
        out.append(bits & 0x7f | 0x80)
        bits >>= 7
    return bytes(out + bytes([bits]))


class Foreigner:
    def __init__(self, fleet):
        self.fleet = fleet
        self.servers = {"bootstrap.servers": fleet.servers["LONGSHORE_KAFKA"]}
        self.producer = Producer(self.servers | {"message.max.bytes": 1048588, "acks": "all", "linger.ms": 0})
        self.consumer = Consumer(self.servers | {"group.id": f"foreign-{fleet.id}", "enable.auto.commit": False,
                                                  "fetch.wait.max.ms": 20})

    def produce(self, topic, value, key=None):
        """Without waiting: producer.flush does."""
        self.producer.produce(self.fleet.prefix + topic, value=value, key=key)

    def send(self, topic, value, key=None, headers=None):
        """The message's (partition, offset)."""
        seen = []
        self.producer.produce(self.fleet.prefix + topic, value=value, key=key, headers=headers,
                              on_delivery=lambda error, message: seen.append((error, message)))
        self.producer.flush(30)
        (error, message), = seen
        assert error is None, error
        return message.partition(), message.offset()

    def at(self, topic, partition, offset):
        """The message that lies there."""
        self.consumer.assign([TopicPartition(self.fleet.prefix + topic, partition, offset)])
        message = self.consumer.poll(30)
        self.consumer.unassign()
        assert message is not None and not message.error(), (topic, message and message.error())
        assert (message.partition(), message.offset()) == (partition, offset)
        return message

    def close(self):
        self.consumer.close()
