"""Triggers for a fleet, and the times at which what they asked for ended, as the topic of statuses tells."""
import time

import foreign
from confluent_kafka import Consumer, Producer, TopicPartition
from fleet import FINAL

SOURCE = "bench"


class Load:
    """Sends triggers and hears of ends. A cause of ours is `bench/<trigger id>`, the trigger id a number."""

    def __init__(self, fleet):
        servers = {"bootstrap.servers": fleet.servers["LONGSHORE_KAFKA"]}
        self.topic = fleet.prefix + "triggers"
        self.producer = Producer(servers | {"acks": "all", "linger.ms": 5, "queue.buffering.max.messages": 1_000_000})
        self.consumer = Consumer(servers | {"group.id": f"bench-{fleet.id}", "enable.auto.commit": False, "fetch.wait.max.ms": 500})
        self._listen(fleet.prefix + "deliveries")
        self.sent = {}   # trigger: (route, ms)
        self.ended = {}  # trigger: (delivery, state, ms)
        self.refused = []

    def _listen(self, topic):
        partitions = self.consumer.list_topics(topic, timeout=30).topics[topic].partitions
        ends = [TopicPartition(topic, p, self.consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=30)[1])
                for p in partitions]
        self.consumer.assign(ends)

    def _reported(self, error, _):
        if error:
            self.refused.append(str(error))

    def trigger(self, route):
        number = len(self.sent)
        now_ms = time.time() * 1000
        self.sent[number] = (route, now_ms)
        value = foreign.encode("Trigger", {"trigger_id": str(number), "kind": "DELIVER", "source": SOURCE, "tenant": "acme",
                                           "route": route, "actor": "alice", "at_ms": int(now_ms)})
        self.producer.produce(self.topic, value=value, key=route, on_delivery=self._reported)
        if number % 1000 == 0:
            self.producer.poll(0)

    def hear(self, timeout=1.0):
        """Triggers whose deliveries ended since the last call."""
        self.producer.poll(0)
        assert not self.refused, f"Kafka did not take {len(self.refused)} triggers: {self.refused[0]}"
        heard = []
        for message in self.consumer.consume(1, timeout) + self.consumer.consume(500, 0):  # it waits until it has so many
            assert not message.error(), message.error()
            if not (message.value() or b"").startswith(foreign.header_of("DeliveryStatus")):
                continue  # a receipt
            status = foreign.decode("DeliveryStatus", message.value())
            source, _, number = status["cause"].partition("/")
            if source != SOURCE or status["state"] not in FINAL or int(number) in self.ended:
                continue
            self.ended[int(number)] = (status["delivery_id"], status["state"], message.timestamp()[1])
            heard.append(int(number))
        return heard

    def flush(self):
        assert self.producer.flush(120) == 0, "Kafka does not take the triggers"

    def took_ms(self):
        """{trigger: from its sending to the status that ended it}."""
        return {n: at - self.sent[n][1] for n, (_, _, at) in self.ended.items()}

    def in_turn(self, routes, count, patience):
        """Each route is asked again as soon as its last delivery ended, `count` deliveries in all."""
        left = {route: count // len(routes) + (n < count % len(routes)) for n, route in enumerate(routes)}
        for route in [r for r in routes if left[r]]:
            left[route] -= 1
            self.trigger(route)
        self._until(len(self.ended) + count, patience, lambda n: self._again(left, self.sent[n][0]))

    def _again(self, left, route):
        if left[route]:
            left[route] -= 1
            self.trigger(route)

    def at_once(self, routes, count, patience):
        """All triggers in one burst; a route's newer ones take the place of its older ones."""
        for n in range(count):
            self.trigger(routes[n % len(routes)])
        self.flush()
        self._until(len(self.ended) + count, patience, lambda n: None)

    def _until(self, count, patience, ended):
        """Patience ends when nothing has ended for so many seconds."""
        last = time.monotonic()
        while len(self.ended) < count:
            for n in self.hear():
                last = time.monotonic()
                ended(n)
            assert time.monotonic() - last < patience, f"{len(self.ended)} of {count} ended so far, none in the last {patience} s"

    def close(self):
        self.consumer.close()
