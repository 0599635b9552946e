"""scheduler killed, and stopped and continued, at each of its points."""
import itertools

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

import makers
from crash_case import Delivery, at_each_point, killed, stopped
from crash_table import SCENES
from fleet import wait_until

SERVICE = "scheduler"

# What was read is looked at soon; the alarm, which would repair it, too, comes late.
world, test_killed_at, test_stopped_at_and_continued_later = at_each_point(SERVICE, env={
    "LONGSHORE_SCHEDULER_READBACK_MS": "200", "LONGSHORE_SCHEDULER_CONFIRM_MS": "8000"})
ROUTES = (f"dated-{n}" for n in itertools.count())


class DueRun(Delivery):
    """A run that its cadence makes due, of a route of its own: there is one delivery of it, whoever dies over it."""

    def __init__(self, world):
        super().__init__(world, next(ROUTES))
        world.apply(makers.route(self.route, guards={"min_size": 1}, limits={"slice_bytes": 4096},
                                 cadence={"kind": "monthly", "day": 1, "at": "00:00", "zone": "UTC",
                                          "catchup_seconds": 4000000}))
        wait_until(lambda: self.planned("next_due > now()"), 120, "the route to be planned")

    def planned(self, when):
        return self.world.fleet.query(f"SELECT 1 FROM run.route_due WHERE route = %s AND {when}", (self.route,))

    def start(self):
        # As if nobody had been there since the first of the month: the label says what is due.
        self.world.fleet.change(
            "UPDATE run.route_due SET label = to_char(date_trunc('month', now() AT TIME ZONE 'UTC'), "
            "'YYYY-MM-DD\"T\"HH24:MI'), next_due = date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' "
            "WHERE route = %s", (self.route,))

    def deliveries(self):
        return [d for d, in self.world.fleet.query("SELECT delivery_id FROM run.state WHERE route = %s", (self.route,))]

    def unfinished(self):
        self.ids = self.deliveries()
        return self.planned("next_due <= now()") or super().unfinished()

    def check(self):
        wait_until(self.deliveries, 120, "the delivery of the due run")
        self.ids = self.deliveries()
        assert len(self.ids) == 1 and self.planned("next_due > now()")
        super().check()


@pytest.mark.parametrize("point", [p for p in SCENES[SERVICE] if p.startswith("sched_")])
@pytest.mark.parametrize("how", [killed, stopped])
def test_due_run(world, how, point):
    how(world, SERVICE, point, DueRun(world))


class StaleWord(Delivery):
    """An old status of a finished delivery becomes the last word in Kafka, as a stopped scheduler that wakes up may make it:
    the stored one has to follow it."""

    def __init__(self, world):
        super().__init__(world)
        super().start()
        super().check()
        wait_until(lambda: not super(StaleWord, self).unfinished(), 120, "the final status to be read back")
        self.topic = world.fleet.prefix + "deliveries"
        self.servers = {"bootstrap.servers": world.fleet.servers["LONGSHORE_KAFKA"]}
        first, self.last = self.statuses()[0], self.statuses()[-1]
        assert first.value() != self.last.value()
        self.first = first

    def statuses(self):
        """All that Kafka has of the delivery, in order."""
        consumer = Consumer(self.servers | {"group.id": "nobody", "enable.auto.commit": False})
        try:
            places = [TopicPartition(self.topic, p, 0) for p in consumer.list_topics(self.topic, 30).topics[self.topic].partitions]
            ends = {p.partition: consumer.get_watermark_offsets(p, 30)[1] for p in places}
            consumer.assign([p for p in places if ends[p.partition] > 0])
            left = {p for p, end in ends.items() if end > 0}
            found = []
            while left:
                message = consumer.poll(30)
                assert message is not None and message.error() is None
                if message.key() == self.ids[0].encode():
                    found.append(message)
                if message.offset() >= ends[message.partition()] - 1:
                    left.discard(message.partition())
            return found
        finally:
            consumer.close()

    def start(self):
        producer = Producer(self.servers)
        producer.produce(self.topic, self.first.value(), self.first.key(), self.first.partition(),
                         headers=self.first.headers())
        assert producer.flush(30) == 0

    def unfinished(self):
        return self.statuses()[-1].value() == self.first.value()

    def check(self):
        wait_until(lambda: self.statuses()[-1].value() == self.last.value(), 120, "the stored status to be the last word")
        super().check()


@pytest.mark.parametrize("how", [killed, stopped])
def test_read_back(world, how):
    how(world, SERVICE, "readback_before_publish", StaleWord(world))
