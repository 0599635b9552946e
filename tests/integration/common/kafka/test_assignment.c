/* SPDX-License-Identifier: Apache-2.0
 * How a consumer takes its partitions, and goes back in them, against a real broker. */
#include "bus_world.h"

/* What says where to begin is away, however often it is asked: the consumer waits, and goes on. */
static void assignment_waits_for_what_it_needs(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "waits");
	make_topic(topic, 1);
	struct bus_producer *p = producer();
	send(p, topic, STR("k"), STR("v"));
	struct seen seen = {.start_at = -2, .away = 5};
	struct bus_consumer *c = consumer(topic, &seen);
	const struct bus_message *m = next(c);
	assert_true(str_eq(m->value, STR("v")));
	assert_int_equal(seen.waited, 5);
	assert_int_equal(seen.assigned, 1);
	bus_message_free(m);
	bus_consumer_close(c);
	bus_producer_close(p);
}

/* Told to end meanwhile, it takes no partitions, and nothing is broken. */
static void assignment_can_be_given_up(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "gives-up");
	make_topic(topic, 1);
	struct seen seen = {.start_at = -2, .away = 1000000, .gives_up = true};
	struct bus_consumer *c = consumer(topic, &seen);
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	while (seen.waited == 0 && clock_mono_ms() < until) {
		struct err e;
		const struct bus_message *m = NULL;
		ok(bus_consumer_poll(c, 50, &m, &e), &e);
		assert_null(m);
	}
	assert_int_equal(seen.waited, 1);
	assert_int_equal(seen.assigned, 0);
	assert_false(bus_is_assigned(c));
	bus_consumer_close(c);
}

/* Where reading goes back to, and how far a partition reaches. */
static void reading_goes_back_to_an_offset(void **state)
{
	(void)state;
	char name[128];
	struct err e;
	struct str topic = topic_named(name, "back");
	make_topic(topic, 1);
	struct bus_producer *p = producer();
	for (int i = 0; i < 4; i++)
		send(p, topic, STR("k"), STR("v"));
	struct seen seen = {.start_at = -2};
	struct bus_consumer *c = consumer(topic, &seen);
	for (int64_t i = 0; i < 4; i++) {
		const struct bus_message *m = next(c);
		assert_int_equal(m->offset, i);
		bus_message_free(m);
	}
	struct bus_position at = {.topic = topic, .partition = 0, .offset = 2};
	ok(bus_seek(c, &at, 1, &e), &e);
	const struct bus_message *m = next(c);
	assert_int_equal(m->offset, 2);
	bus_message_free(m);
	assert_int_equal(bus_known_end(c, topic, 0), 4);
	assert_int_equal(bus_known_end(c, topic, 1), -1);
	ok(bus_ends(c, &at, 1, &e), &e);
	assert_int_equal(at.offset, 4);
	bus_consumer_close(c);
	bus_producer_close(p);
}

int main(void)
{
	brokers = getenv("LONGSHORE_KAFKA");
	if (!brokers) {
		fprintf(stderr, "LONGSHORE_KAFKA is not set\n");
		return 1;
	}
	snprintf(run_name, sizeof(run_name), "bus-%lld-%d", (long long)clock_unix_ms(),
	        (int)getpid());
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(assignment_waits_for_what_it_needs),
	        cmocka_unit_test(assignment_can_be_given_up),
	        cmocka_unit_test(reading_goes_back_to_an_offset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
