/* SPDX-License-Identifier: Apache-2.0
 * A topic, a producer and a consumer that keeps what it is told, against a real broker. Every test
 * uses topics and groups of its own. */
#ifndef TESTS_BUS_WORLD_H
#define TESTS_BUS_WORLD_H

#include "longshore/bus.h"
#include "longshore/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 120000 };

static const char *brokers;
static char run_name[64];

static inline void ok(int act, const struct err *e)
{
	if (act)
		fail_msg("%s: %s", e->code, e->text);
}

/* --- a topic, a producer, a consumer that keeps what it is told --- */

struct seen {
	int assigned;
	int revoked;
	bool lost;
	size_t positions_count;
	int64_t offset;
	char metadata[8192];
	size_t metadata_bytes;
	int64_t start_at; /* -2: where it was committed */
	int away;         /* so often what the listener needs does not answer */
	int waited;
	bool gives_up;
};

static inline bool on_waiting(void *arg, const struct err *why)
{
	struct seen *seen = arg;
	assert_string_equal(why->code, "database_away");
	seen->waited++;
	return !seen->gives_up;
}

static inline int on_assigned(
        void *arg, struct bus_position *positions, size_t count, struct err *e)
{
	struct seen *seen = arg;
	if (seen->away-- > 0)
		return err_set(e, ERR_RETRY, "database_away", "no database");
	seen->assigned++;
	seen->positions_count = count;
	if (!count)
		return 0;
	seen->offset = positions[0].offset;
	seen->metadata_bytes = positions[0].metadata.n;
	if (positions[0].metadata.n)
		memcpy(seen->metadata, positions[0].metadata.p, positions[0].metadata.n);
	if (seen->start_at != -2)
		positions[0].offset = seen->start_at;
	return 0;
}

static inline void on_revoked(
        void *arg, const struct bus_position *positions, size_t count, bool lost)
{
	(void)positions;
	(void)count;
	struct seen *seen = arg;
	seen->revoked++;
	seen->lost = lost;
}

static inline struct str topic_named(char out[128], const char *name)
{
	int n = snprintf(out, 128, "%s.%s", run_name, name);
	return (struct str){out, (size_t)n};
}

static inline void make_topic(struct str topic, int32_t partitions)
{
	struct err e;
	struct bus_topic plan = {.name = topic, .partitions = partitions};
	ok(bus_topics_create(brokers, &plan, 1, &e), &e);
}

static inline struct bus_producer *producer(void)
{
	struct err e;
	struct bus_producer *p;
	ok(bus_producer_open(brokers, "test", &p, &e), &e);
	return p;
}

static inline struct bus_consumer *consumer(struct str topic, struct seen *seen)
{
	struct err e;
	struct bus_consumer *c;
	char group[160];
	snprintf(group, sizeof(group), "%.*s.group", (int)topic.n, topic.p);
	struct bus_group settings = {.brokers = brokers,
	        .client_id = "test",
	        .group = group,
	        .topics = &topic,
	        .topics_count = 1,
	        .session_timeout_ms = 2000};
	struct bus_listener listener = {
	        .assigned = on_assigned, .revoked = on_revoked, .arg = seen, .waiting = on_waiting};
	ok(bus_consumer_open(&settings, &listener, &c, &e), &e);
	return c;
}

static inline void send(struct bus_producer *p, struct str topic, struct str key, struct str value)
{
	struct err e;
	struct bus_send s = {.topic = topic, .partition = -1, .key = key, .value = value};
	ok(bus_produce(p, &s, &e), &e);
	ok(bus_flush(p, PATIENCE_MS, &e), &e);
}

static inline const struct bus_message *next(struct bus_consumer *c)
{
	struct err e;
	const struct bus_message *m = NULL;
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	while (!m && clock_mono_ms() < until)
		ok(bus_consumer_poll(c, 100, &m, &e), &e);
	assert_non_null(m);
	return m;
}

static inline void await_assignment(struct bus_consumer *c, struct seen *seen, int times)
{
	struct err e;
	const struct bus_message *m = NULL;
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	while (seen->assigned < times && clock_mono_ms() < until) {
		ok(bus_consumer_poll(c, 50, &m, &e), &e);
		bus_message_free(m);
	}
	assert_int_equal(seen->assigned, times);
	assert_true(bus_is_assigned(c));
}

#endif
