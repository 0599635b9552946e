"""A Kafka of a test's own that takes nobody without TLS, user and password, and allows nothing that no ACL allows. It runs
what the stack runs: one node, from the same files."""
import os
import secrets
import shutil
import socket
import subprocess
from pathlib import Path

from certificates import Authority
from fleet import wait_until

ROOT = Path(__file__).resolve().parents[2]
JVM = ("-Xms96m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Djava.net.preferIPv4Stack=true",
       f"-Dlog4j2.configurationFile={ROOT}/scripts/stack/log4j2.properties")


def installed(function):
    """What the stack's scripts know: kafka_home, java_bin."""
    parts = " ".join(f". {ROOT}/scripts/lib/{part}.sh;" for part in ("say", "paths", "tools"))
    return subprocess.run(["bash", "-c", f"PROGRAM=test; {parts} {function}"], capture_output=True, text=True, check=True).stdout.strip()


def free_ports(count):
    held = [socket.socket() for _ in range(count)]
    for s in held:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


class SecuredKafka:
    """users: names; each gets a password. `admin` may do everything, the others what ACLs say."""

    def __init__(self, directory, users):
        self.directory = Path(directory)
        self.home, self.java = installed("kafka_home"), installed("java_bin")
        self.authority = Authority(self.directory / "ca")
        self.passwords = {user: secrets.token_hex(16) for user in ("admin", *users)}
        self.port, self.controller = free_ports(2)
        self.address = f"localhost:{self.port}"
        self.process = None
        shutil.copytree(os.path.join(self.home, "formatted"), self.directory / "data")
        certificate, key = self.authority.sign("broker", "DNS:localhost", "IP:127.0.0.1")
        (self.directory / "broker.pem").write_text(key.read_text() + certificate.read_text())
        (self.directory / "server.properties").write_text(self.settings())
        self.properties = self.directory / "admin.properties"
        self.properties.write_text(f"security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.jaas.config={self.login()}\n"
                                   f"ssl.truststore.type=PEM\nssl.truststore.location={self.authority.file}\n")

    def login(self, *more):
        words = [f'username="admin" password="{self.passwords["admin"]}"', *more]
        return f"org.apache.kafka.common.security.plain.PlainLoginModule required {' '.join(words)};"

    def settings(self):
        users = self.login(*(f'user_{user}="{password}"' for user, password in self.passwords.items()))
        return "\n".join([
            "process.roles=broker,controller", "node.id=1", f"controller.quorum.voters=1@127.0.0.1:{self.controller}",
            f"listeners=CLIENT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller}",
            f"advertised.listeners=CLIENT://{self.address}", "controller.listener.names=CONTROLLER",
            "listener.security.protocol.map=CLIENT:SASL_SSL,CONTROLLER:SASL_SSL", "inter.broker.listener.name=CLIENT",
            "sasl.enabled.mechanisms=PLAIN", "sasl.mechanism.inter.broker.protocol=PLAIN",
            "sasl.mechanism.controller.protocol=PLAIN", f"listener.name.client.plain.sasl.jaas.config={users}",
            f"listener.name.controller.plain.sasl.jaas.config={users}",
            "ssl.keystore.type=PEM", f"ssl.keystore.location={self.directory}/broker.pem",
            "ssl.truststore.type=PEM", f"ssl.truststore.location={self.authority.file}",
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users=User:admin", "allow.everyone.if.no.acl.found=false",
            f"log.dirs={self.directory}/data", "auto.create.topics.enable=false", "offsets.topic.replication.factor=1",
            "offsets.topic.num.partitions=4", "transaction.state.log.replication.factor=1", "transaction.state.log.min.isr=1",
            "share.coordinator.state.topic.replication.factor=1", "share.coordinator.state.topic.min.isr=1",
            "group.initial.rebalance.delay.ms=0", "group.min.session.timeout.ms=1000", "num.network.threads=2", "num.io.threads=4",
            "background.threads=2", "log.cleaner.dedupe.buffer.size=16777216", "log.index.size.max.bytes=1048576", ""])

    def file(self, user, password=None, **more):
        """The file of LONGSHORE_KAFKA_CONFIG for a user."""
        path = self.directory / f"{user}-{secrets.token_hex(4)}.conf"
        settings = {"security.protocol": "sasl_ssl", "sasl.mechanisms": "PLAIN", "sasl.username": user,
                    "sasl.password": password or self.passwords[user], "ssl.ca.location": self.authority.file}
        path.write_text("".join(f"{k}={v}\n" for k, v in (settings | {k.replace("__", "."): v for k, v in more.items()}).items()))
        path.chmod(0o600)
        return str(path)

    def client(self, user, **more):
        """Settings for confluent_kafka."""
        return {"bootstrap.servers": self.address, "security.protocol": "sasl_ssl", "sasl.mechanisms": "PLAIN", "sasl.username": user,
                "sasl.password": self.passwords[user], "ssl.ca.location": str(self.authority.file), "log_level": 2} | more

    def acls_command(self):
        """kafka-acls.sh, as the administrator."""
        return " ".join([self.java, *JVM, "-cp", f"{self.home}/libs/*", "org.apache.kafka.tools.AclCommand", "--bootstrap-server",
                         self.address, "--command-config", str(self.properties)])

    def answers(self):
        from confluent_kafka import KafkaException
        from confluent_kafka.admin import AdminClient
        assert self.process.poll() is None, (self.directory / "log").read_text()[-3000:]
        try:
            return AdminClient(self.client("admin")).list_topics(timeout=2).brokers
        except KafkaException:
            return False

    def start(self):
        with (self.directory / "log").open("w") as log:
            self.process = subprocess.Popen([self.java, *JVM, "-cp", f"{self.home}/libs/*", "kafka.Kafka",
                                             str(self.directory / "server.properties")], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT)
        wait_until(self.answers, 120, "the broker to answer")
        return self

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
