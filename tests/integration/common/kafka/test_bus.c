/* SPDX-License-Identifier: Apache-2.0
 * The Kafka adapter against a real broker. */
#include "bus_world.h"

/* --- tests --- */

static void message_comes_back_whole(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "whole");
	make_topic(topic, 3);
	struct bus_producer *p = producer();
	struct bus_header headers[] = {{STR("traceparent"), STR("00-1-2-01")},
	        {STR("none"), {NULL, 0}}, {STR("empty"), STR("")}};
	struct bus_send s = {.topic = topic,
	        .partition = 2,
	        .key = STR("k\0y"),
	        .value = STR("a\0\xff"),
	        .headers = headers,
	        .headers_count = 3,
	        .tag = 77};
	struct err e;
	ok(bus_produce(p, &s, &e), &e);
	struct bus_report report;
	size_t count = 0;
	for (int i = 0; i < 300 && !count; i++)
		ok(bus_reports(p, 100, &report, 1, &count, &e), &e);
	assert_int_equal(count, 1);
	assert_int_equal(report.tag, 77);
	assert_int_equal(report.act, 0);
	struct seen seen = {.start_at = -2};
	struct bus_consumer *c = consumer(topic, &seen);
	const struct bus_message *m = next(c);
	assert_true(str_eq(m->topic, topic));
	assert_int_equal(m->partition, 2);
	assert_int_equal(m->offset, 0);
	assert_true(m->timestamp_ms > clock_unix_ms() - 600000);
	assert_true(str_eq(m->key, STR("k\0y")));
	assert_true(str_eq(m->value, STR("a\0\xff")));
	assert_int_equal(m->headers_count, 3);
	assert_true(str_eq(m->headers[0].name, STR("traceparent")));
	assert_true(str_eq(m->headers[0].value, STR("00-1-2-01")));
	assert_null(m->headers[1].value.p);
	assert_int_equal(m->headers[2].value.n, 0);
	bus_message_free(m);
	bus_consumer_close(c);
	assert_int_equal(seen.revoked, 1);
	bus_producer_close(p);
}

static void partition_of_a_key_is_what_we_say(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "keys");
	make_topic(topic, 12);
	struct bus_producer *p = producer();
	int32_t partitions;
	struct err e;
	ok(bus_partitions(p, topic, &partitions, &e), &e);
	assert_int_equal(partitions, 12);
	enum { KEYS = 40 };
	for (int i = 0; i < KEYS; i++) {
		char key[32];
		int n = snprintf(key, sizeof(key), "delivery-%d", i * 7919);
		struct bus_send s = {.topic = topic,
		        .partition = -1,
		        .key = {key, (size_t)n},
		        .value = STR("x")};
		ok(bus_produce(p, &s, &e), &e);
	}
	ok(bus_flush(p, PATIENCE_MS, &e), &e);
	struct seen seen = {.start_at = -2};
	struct bus_consumer *c = consumer(topic, &seen);
	for (int i = 0; i < KEYS; i++) {
		const struct bus_message *m = next(c);
		assert_int_equal(m->partition, bus_partition_of(m->key, 12));
		bus_message_free(m);
	}
	bus_consumer_close(c);
	bus_producer_close(p);
}

static void metadata_of_any_length_up_to_the_limit_comes_back(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "metadata");
	make_topic(topic, 1);
	static const size_t lengths[] = {0, 1, 255, 1024, BUS_METADATA_MAX - 1, BUS_METADATA_MAX};
	char text[BUS_METADATA_MAX];
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('!' + i % 90);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct seen seen = {.start_at = -2};
		struct bus_consumer *c = consumer(topic, &seen);
		await_assignment(c, &seen, 1);
		if (i == 0) {
			assert_int_equal(seen.offset, -1);
		} else {
			assert_int_equal(seen.offset, 1000 + (int64_t)i - 1);
			assert_int_equal(seen.metadata_bytes, lengths[i - 1]);
			assert_memory_equal(seen.metadata, text, lengths[i - 1]);
		}
		struct bus_position at = {topic, 0, 1000 + (int64_t)i, {text, lengths[i]}};
		struct err e;
		ok(bus_commit(c, &at, 1, &e), &e);
		bus_consumer_close(c);
	}
}

static void metadata_over_the_brokers_limit_is_rejected(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "metadata-large");
	make_topic(topic, 1);
	struct seen seen = {.start_at = -2};
	struct bus_consumer *c = consumer(topic, &seen);
	await_assignment(c, &seen, 1);
	char text[5000];
	memset(text, 'x', sizeof(text));
	struct bus_position at = {topic, 0, 1, {text, sizeof(text)}};
	struct err e;
	assert_int_equal(bus_commit(c, &at, 1, &e), ERR_REJECT);
	assert_string_equal(e.code, "metadata_too_large");
	bus_consumer_close(c);
}

static void listener_says_where_reading_starts(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "start");
	make_topic(topic, 1);
	struct bus_producer *p = producer();
	for (int i = 0; i < 5; i++)
		send(p, topic, STR("k"), STR("v"));
	struct seen seen = {.start_at = 3};
	struct bus_consumer *c = consumer(topic, &seen);
	const struct bus_message *m = next(c);
	assert_int_equal(m->offset, 3);
	bus_message_free(m);
	bus_consumer_close(c);
	seen = (struct seen){.start_at = -1};
	c = consumer(topic, &seen);
	m = next(c);
	assert_int_equal(m->offset, 0);
	bus_message_free(m);
	bus_consumer_close(c);
	bus_producer_close(p);
}

static void paused_partition_gives_nothing_until_resumed(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "pause");
	make_topic(topic, 1);
	struct bus_producer *p = producer();
	struct seen seen = {.start_at = -2};
	struct bus_consumer *c = consumer(topic, &seen);
	await_assignment(c, &seen, 1);
	struct bus_position at = {.topic = topic, .partition = 0};
	struct err e;
	ok(bus_pause(c, &at, 1, true, &e), &e);
	send(p, topic, STR("k"), STR("v"));
	const struct bus_message *m;
	for (int i = 0; i < 10; i++) {
		ok(bus_consumer_poll(c, 30, &m, &e), &e);
		assert_null(m);
	}
	ok(bus_pause(c, &at, 1, false, &e), &e);
	m = next(c);
	assert_int_equal(m->offset, 0);
	bus_message_free(m);
	bus_consumer_close(c);
	bus_producer_close(p);
}

/* A second member joins and leaves while the first has its partition paused. */
static void assignment_begins_unpaused(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "unpaused");
	make_topic(topic, 1);
	struct bus_producer *p = producer();
	struct seen first_seen = {.start_at = -2};
	struct bus_consumer *first = consumer(topic, &first_seen);
	await_assignment(first, &first_seen, 1);
	struct bus_position at = {.topic = topic, .partition = 0};
	struct err e;
	const struct bus_message *m = NULL;
	ok(bus_pause(first, &at, 1, true, &e), &e);
	send(p, topic, STR("k"), STR("v"));
	struct seen second_seen = {.start_at = -2};
	struct bus_consumer *second = consumer(topic, &second_seen);
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	while (second_seen.assigned == 0 && clock_mono_ms() < until) {
		ok(bus_consumer_poll(first, 10, &m, &e), &e);
		bus_message_free(m);
		ok(bus_consumer_poll(second, 10, &m, &e), &e);
		bus_message_free(m);
	}
	bus_consumer_close(second);
	m = next(first); /* nobody resumed it */
	assert_int_equal(m->offset, 0);
	bus_message_free(m);
	bus_consumer_close(first);
	bus_producer_close(p);
}

/* What was being asked of the broker when partitions came must not get lost. */
static void messages_come_however_often_partitions_do(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "often");
	make_topic(topic, 4);
	struct bus_producer *p = producer();
	for (int i = 0; i < 4; i++) {
		struct bus_send s = {.topic = topic, .partition = i, .value = STR("v")};
		struct err e;
		ok(bus_produce(p, &s, &e), &e);
		ok(bus_flush(p, PATIENCE_MS, &e), &e);
	}
	for (int round = 0; round < 25; round++) {
		struct seen seen = {.start_at = -2};
		struct bus_consumer *c = consumer(topic, &seen);
		for (int i = 0; i < 4; i++)
			bus_message_free(next(c));
		bus_consumer_close(c);
	}
	bus_producer_close(p);
}

static void too_large_message_is_rejected_at_once(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "large");
	make_topic(topic, 1);
	struct bus_producer *p = producer();
	size_t n = 1100 * 1000;
	char *value = calloc(1, n);
	assert_non_null(value);
	struct bus_send s = {.topic = topic, .partition = -1, .key = STR("k"), .value = {value, n}};
	struct err e;
	assert_int_equal(bus_produce(p, &s, &e), ERR_REJECT);
	assert_string_equal(e.code, "too_large");
	s.value.n = 1000 * 1000; /* goes */
	ok(bus_produce(p, &s, &e), &e);
	ok(bus_flush(p, PATIENCE_MS, &e), &e);
	free(value);
	bus_producer_close(p);
}

static void missing_topic_says_so(void **state)
{
	(void)state;
	char name[128];
	struct bus_producer *p = producer();
	int32_t partitions;
	struct err e;
	assert_int_equal(
	        bus_partitions(p, topic_named(name, "never-made"), &partitions, &e), ERR_RETRY);
	assert_string_equal(e.code, "no_topic");
	bus_producer_close(p);
}

static void creating_again_is_harmless_and_another_count_differs(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "again");
	make_topic(topic, 3);
	make_topic(topic, 3);
	struct bus_topic plan = {.name = topic, .partitions = 4};
	struct err e;
	assert_int_equal(bus_topics_create(brokers, &plan, 1, &e), ERR_REJECT);
	assert_string_equal(e.code, "topic_differs");
	assert_non_null(strstr(e.text, "again"));
}

static void wake_up_comes_for_messages_and_reports(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "wake");
	make_topic(topic, 1);
	struct bus_producer *p = producer();
	struct seen seen = {.start_at = -2};
	struct bus_consumer *c = consumer(topic, &seen);
	await_assignment(c, &seen, 1);
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	bus_producer_wake(p, fd);
	bus_consumer_wake(c, fd);
	for (int round = 0; round < 20; round++) {
		struct err e;
		struct bus_send s = {
		        .topic = topic, .partition = -1, .key = STR("k"), .value = STR("v")};
		ok(bus_produce(p, &s, &e), &e);
		size_t reported = 0;
		const struct bus_message *m = NULL;
		while (!reported || !m) { /* only ever waits for the descriptor */
			struct pollfd wait = {fd, POLLIN, 0};
			assert_int_equal(poll(&wait, 1, PATIENCE_MS), 1);
			uint64_t n;
			assert_int_equal(read(fd, &n, sizeof(n)), sizeof(n));
			struct bus_report report;
			if (!reported)
				ok(bus_reports(p, 0, &report, 1, &reported, &e), &e);
			if (!m)
				ok(bus_consumer_poll(c, 0, &m, &e), &e);
		}
		assert_int_equal(m->offset, round);
		bus_message_free(m);
	}
	bus_consumer_close(c);
	bus_producer_close(p);
	close(fd);
}

static void closing_does_not_wait_for_an_assignment(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "close");
	make_topic(topic, 1);
	struct seen first_seen = {.start_at = -2};
	struct bus_consumer *first = consumer(topic, &first_seen);
	await_assignment(first, &first_seen, 1);
	/* the others join; their assignments come while nobody polls, and they are closed all the
	 * same */
	struct seen others_seen = {.start_at = -2};
	struct bus_consumer *others[3];
	for (int i = 0; i < 3; i++)
		others[i] = consumer(topic, &others_seen);
	int revoked = first_seen.revoked;
	struct err e;
	const struct bus_message *m;
	for (int64_t until = clock_mono_ms() + PATIENCE_MS;
	        first_seen.revoked == revoked && clock_mono_ms() < until;)
		ok(bus_consumer_poll(first, 20, &m, &e), &e);
	for (int i = 0; i < 3; i++)
		bus_consumer_close(others[i]);
	assert_int_equal(others_seen.assigned, 0);
	bus_consumer_close(first);
}

/* --- an old generation --- */

/* Joins, tells the parent, and is stopped; once it goes on again it commits at once, without
 * polling. */
static int old_member(struct str topic, int to_parent)
{
	struct seen seen = {.start_at = -2};
	struct bus_consumer *c = consumer(topic, &seen);
	await_assignment(c, &seen, 1);
	if (write(to_parent, "j", 1) != 1)
		return 2;
	raise(SIGSTOP);
	struct bus_position at = {topic, 0, 5, STR("old")};
	struct err e;
	if (bus_commit(c, &at, 1, &e) != ERR_FENCED)
		return 3;
	bus_consumer_close(c);
	return seen.lost ? 0 : 4;
}

static void commit_of_an_old_generation_is_fenced(void **state)
{
	(void)state;
	char name[128];
	struct str topic = topic_named(name, "fenced");
	make_topic(topic, 1);
	int pipe_fds[2];
	assert_int_equal(pipe(pipe_fds), 0);
	pid_t old = fork();
	if (old == 0)
		_exit(old_member(topic, pipe_fds[1]));
	char c1;
	assert_int_equal(read(pipe_fds[0], &c1, 1), 1);
	int status;
	assert_int_equal(waitpid(old, &status, WUNTRACED), old);
	assert_true(WIFSTOPPED(status));
	struct seen seen = {.start_at = -2};
	struct bus_consumer *c = consumer(topic, &seen);
	struct err e;
	const struct bus_message *m;
	/* the session of the stopped one has to end first */
	for (int64_t until = clock_mono_ms() + PATIENCE_MS;
	        seen.positions_count == 0 && clock_mono_ms() < until;) {
		ok(bus_consumer_poll(c, 50, &m, &e), &e);
		bus_message_free(m);
	}
	assert_int_equal(seen.positions_count, 1);
	struct bus_position at = {topic, 0, 2, STR("new")};
	ok(bus_commit(c, &at, 1, &e), &e);
	kill(old, SIGCONT);
	assert_int_equal(waitpid(old, &status, 0), old);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	bus_consumer_close(c);
	seen = (struct seen){.start_at = -2};
	c = consumer(topic, &seen);
	await_assignment(c, &seen, 1);
	assert_int_equal(seen.offset, 2);
	assert_memory_equal(seen.metadata, "new", 3);
	bus_consumer_close(c);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
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
	        /* first: it forks, and librdkafka's threads do not survive that */
	        cmocka_unit_test(commit_of_an_old_generation_is_fenced),
	        cmocka_unit_test(message_comes_back_whole),
	        cmocka_unit_test(partition_of_a_key_is_what_we_say),
	        cmocka_unit_test(metadata_of_any_length_up_to_the_limit_comes_back),
	        cmocka_unit_test(metadata_over_the_brokers_limit_is_rejected),
	        cmocka_unit_test(listener_says_where_reading_starts),
	        cmocka_unit_test(paused_partition_gives_nothing_until_resumed),
	        cmocka_unit_test(assignment_begins_unpaused),
	        cmocka_unit_test(messages_come_however_often_partitions_do),
	        cmocka_unit_test(too_large_message_is_rejected_at_once),
	        cmocka_unit_test(missing_topic_says_so),
	        cmocka_unit_test(creating_again_is_harmless_and_another_count_differs),
	        cmocka_unit_test(closing_does_not_wait_for_an_assignment),
	        cmocka_unit_test(wake_up_comes_for_messages_and_reports),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
