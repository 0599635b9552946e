"""The fleet against a broker with SASL_SSL that allows nothing but what `longshore topics --acls` prints, a user for each
service. Nobody but the scheduler can write a task, and nobody reads what it need not."""
import json
import os
import shlex
import subprocess
import tempfile

import pytest
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AclBindingFilter, AclOperation, AclPermissionType, AdminClient, ResourcePatternType, ResourceType

from certificates import Authority
from fleet import SERVICES, Fleet, wait_until
from world import World
from secured_kafka import SecuredKafka

ROLES = (*SERVICES, "operator", "producer")
TASKS = ("build.tasks", "bridge.tasks", "format.tasks", "upload.tasks")
TOPICS = (*TASKS, "triggers", "results", "deliveries", "audit", "deadletters")


class SecuredFleet(Fleet):
    def __init__(self, kafka):
        super().__init__("secured")
        self.kafka = kafka
        self.servers["LONGSHORE_KAFKA"] = kafka.address
        self.files = {role: kafka.file("longshore-" + role) for role in ROLES}
        self.files["admin"] = kafka.file("admin")
        self.person = "operator"

    def environment(self, service=None):
        return super().environment(service) | {"LONGSHORE_KAFKA_CONFIG": self.files[service or self.person]}

    def setup(self):
        """As the cluster's administrator does it: topics, then rights."""
        self.person = "admin"
        super().setup()
        self.person = "operator"
        commands = self.cli("topics", "--acls")
        done = subprocess.run(["bash", "-efuc", commands], env=os.environ | {"KAFKA_ACLS": self.kafka.acls_command()}, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=600, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def remove(self):
        self.kafka.stop()  # its topics go with it
        self.servers["LONGSHORE_KAFKA"] = ""
        super().remove()


@pytest.fixture(scope="module")
def kafka():
    with tempfile.TemporaryDirectory(prefix="secured-kafka-") as directory:
        made = SecuredKafka(directory, ["longshore-" + role for role in ROLES])
        try:
            yield made.start()
        finally:
            made.stop()


@pytest.fixture(scope="module")
def fleet(kafka):
    with SecuredFleet(kafka) as made:
        made.wait_ready(120)
        yield made


@pytest.fixture(scope="module")
def world(fleet):
    """Applies documents and builds a bridge."""
    return World(fleet, people=800, objects=3, per_file=200, routes=("main",), slice_bytes=2048).prepare()


@pytest.fixture(scope="module")
def rights(fleet):
    return fleet.cli_json("topics", "--acls")


def allowed(fleet, rights, role, operation):
    """Topics without the prefix."""
    return {r["resource_name"].removeprefix(fleet.prefix) for r in rights
            if r["role"] == role and r["operation"] == operation and r["resource_type"] == "TOPIC"}


def test_the_commands_give_exactly_what_json_says(kafka, fleet, rights):
    every = AclBindingFilter(ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY)
    client = AdminClient(kafka.client("admin"))
    there = client.describe_acls(every).result(60)
    given = {(a.principal, a.host, a.operation.name, a.permission_type.name, a.restype.name, a.name, a.resource_pattern_type.name)
             for a in there}
    keys = ("principal", "host", "operation", "permission", "resource_type", "resource_name", "pattern_type")
    assert given == {tuple(r[k] for k in keys) for r in rights} and len(given) == len(rights) > 50


def test_a_bridge_is_built_and_a_delivery_arrives(fleet, world):
    world.completes(world.deliver())
    assert not [e for r in fleet.replicas for e in r.events() if e["level"] == "error"]
    secrets = set(fleet.kafka.passwords.values())
    assert not [r.service for r in fleet.replicas for s in secrets if s in r.log()]


def test_the_operator_sees_what_doctor_and_watch_show(fleet, world):
    found = json.loads(fleet.run("doctor", "--json").stdout)
    bad = [f for f in found if f["check"] in ("kafka", "services") and f["level"] != "ok"]
    assert {f["subject"] for f in bad} <= {"kafka"} and all("of 3 brokers" in f["text"] for f in bad), bad
    assert sum(f["subject"].startswith("topic ") for f in found) == len(TOPICS)
    assert {f["subject"] for f in found if f["check"] == "services" and f["text"] == "1 running"} == {f"service {s}" for s in SERVICES}
    with subprocess.Popen([os.path.join(fleet.bin, "longshore"), "watch", "--json"], env=fleet.environment(), text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watch:
        try:
            asked = world.deliver()
            line = watch.stdout.readline()
        finally:
            watch.kill()
        assert line and json.loads(line)["delivery_id"] == asked, watch.stderr.read()
    fleet.wait_state(asked, timeout=120)


def refused_writes(kafka, user, topics):
    """Topics that did not take a message from the user, because it may not write there."""
    refused = set()

    def told(error, message):
        if error and error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            refused.add(message.topic())
    producer = Producer(kafka.client(user, **{"message.timeout.ms": 60000}))
    for topic in topics:
        producer.produce(topic, b"not an event", partition=0, on_delivery=told)
    assert producer.flush(90) == 0
    return refused


@pytest.mark.parametrize("role", ROLES)
def test_nobody_writes_what_is_not_its_own(kafka, fleet, rights, role):
    own = allowed(fleet, rights, role, "WRITE")
    assert role == "scheduler" or not own & set(TASKS)
    others = [fleet.prefix + topic for topic in TOPICS if topic not in own]
    assert refused_writes(kafka, "longshore-" + role, others) == set(others)


@pytest.mark.parametrize("role", ROLES)
def test_nobody_reads_what_it_need_not(kafka, fleet, rights, role):
    own = allowed(fleet, rights, role, "READ")
    consumer = Consumer(kafka.client("longshore-" + role, **{"group.id": fleet.prefix + role, "enable.auto.commit": False}))

    def is_refused():
        message = consumer.poll(1)
        assert not message or message.error(), f"{role} has read {message.topic()}"
        return message and message.error().code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    for topic in (fleet.prefix + t for t in TOPICS if t not in own):
        known = consumer.list_topics(topic, timeout=60).topics[topic].error
        if known:  # it may not even ask for the topic
            assert known.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
        else:
            consumer.assign([TopicPartition(topic, 0, 0)])
            wait_until(is_refused, 120, f"{role} to be refused {topic}")
            consumer.unassign()
    consumer.close()


def test_bridge_worker_cannot_join_another_service_s_group(kafka, fleet):
    consumer = Consumer(kafka.client("longshore-bridge-worker", **{"group.id": fleet.prefix + "formatter"}))
    consumer.subscribe([fleet.prefix + "bridge.tasks"])

    def refused():
        message = consumer.poll(1)
        return message and message.error() and message.error().code() == KafkaError.GROUP_AUTHORIZATION_FAILED
    wait_until(refused, 120, "bridge-worker to be refused")
    consumer.close()


def service(fleet, name, config):
    """Runs a service until it ends: (exit code, the last line of its log)."""
    env = fleet.environment(name) | {"LONGSHORE_KAFKA_CONFIG": config}
    done = subprocess.run([os.path.join(fleet.bin, f"longshore-{name}")], env=env, capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, check=False)
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def test_a_service_with_a_wrong_password_ends_and_says_so(kafka, fleet):
    code, last = service(fleet, "formatter", kafka.file("longshore-formatter", "wrong-password"))
    assert code == 1 and last["level"] == "error" and last["code"] == "bus_forbidden"
    assert "correct user, password or mechanism" in last["msg"] and "wrong-password" not in last["msg"]


def test_a_service_without_its_rights_ends_and_says_which_command_helps(kafka, fleet):
    code, last = service(fleet, "formatter", fleet.files["uploader"])
    assert code == 1 and last["level"] == "error" and last["code"] == "bus_forbidden"
    assert f"{fleet.prefix}format.tasks" in last["msg"] and "longshore topics --acls" in last["msg"]


MISTAKES = {"another CA": ({"ssl__ca__location": "OTHER"}, "the TLS settings"), "no TLS": ({"security__protocol": "sasl_plaintext"}, ""),
            "a wrong password": ({"sasl__password": "wrong-password"}, "correct user, password or mechanism"),
            "a mechanism that is not offered": ({"sasl__mechanisms": "SCRAM-SHA-512"}, "correct user, password or mechanism")}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_command_line_says_why_it_was_not_let_in(kafka, fleet, tmp_path, mistake):
    settings, remedy = MISTAKES[mistake]
    settings = {k: str(Authority(tmp_path / "other", "other").file) if v == "OTHER" else v for k, v in settings.items()}
    before = fleet.files["operator"]
    fleet.files["operator"] = kafka.file("longshore-operator", **settings)
    try:
        topics = fleet.run("topics")
        found = {f["subject"]: f for f in json.loads(fleet.run("doctor", "--json").stdout)}["kafka"]
    finally:
        fleet.files["operator"] = before
    assert topics.returncode == 1 and remedy in topics.stderr, topics.stderr
    assert found["level"] == "problem" and remedy in found["text"] and "LONGSHORE_KAFKA_CONFIG" in found["remedy"]
    assert "wrong-password" not in topics.stderr + found["text"]


def test_the_prefix_of_principals_and_topics_is_quoted_for_a_shell(fleet):
    text = fleet.cli("topics", "--acls", "--principal-prefix", "User:CN=a b,O=$(x),OU=")
    words = [shlex.split(line) for line in text.splitlines() if line.startswith("$KAFKA_ACLS")]
    assert {w[w.index("--allow-principal") + 1] for w in words} == {f"User:CN=a b,O=$(x),OU={role}" for role in ROLES}
    assert fleet.run("topics", "--acls", "--principal-prefix", "User:it's").returncode == 2
    assert fleet.run("topics", "--acls", "--principal-prefix", "longshore-").returncode == 2
    assert fleet.run("topics", "--principal-prefix", "User:x").returncode == 2
