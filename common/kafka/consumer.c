/* SPDX-License-Identifier: Apache-2.0
 *
 * The consumer. It never stores or commits offsets by itself, because the stored offsets of
 * librdkafka 2.0.2 lose their metadata. It uses eager assignment (range) and reads the committed
 * offsets with their metadata on every assignment. All callbacks run inside bus_consumer_poll and
 * bus_consumer_close, on the caller's thread.
 */
#include "commit.h"
#include "kafka.h"
#include "message.h"
#include "position.h"

#include "longshore/clock.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
	COMMIT_MS = 3000,
	COMMITTED_FIRST_MS =
	        1000, /* first timeout; it doubles up to the maximum, for a slow coordinator */
	COMMITTED_MAX_MS = 8000,
	LOOK_UP_MS = 8000, /* for offset queries and seeks */
	RETRY_PAUSE_MS = 50,
	RETRY_PAUSE_MAX_MS = 500,
	DESTROY_SECONDS = 5,
	ABANDON_SECONDS = 3,
};

struct bus_consumer {
	rd_kafka_t *rk;
	rd_kafka_queue_t *queue; /* held while it can wake a loop */
	struct bus_listener listener;
	struct commits commits;
	int session_timeout_ms;
	bool was_assigned;
	bool is_closing;
	bool is_abandoned; /* leave the group without calling the listener */
	bool has_paused;   /* some partition was paused since the last assignment */
	bool is_broken;    /* an assignment failed: `broken` has the error */
	bool was_cut_off;  /* a connection broke since the caller last asked */
	struct err broken;
	struct kafka_cause trouble; /* from librdkafka, not yet reported to the caller */
};

/* --- assignment --- */

static rd_kafka_resp_err_t first_error(const rd_kafka_topic_partition_list_t *list)
{
	for (int i = 0; i < list->cnt; i++) {
		if (list->elems[i].err)
			return list->elems[i].err;
	}
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static int read_committed(struct bus_consumer *c, rd_kafka_topic_partition_list_t *list,
        int timeout_ms, struct err *e)
{
	rd_kafka_resp_err_t code = rd_kafka_committed(c->rk, list, timeout_ms);
	if (!code)
		code = first_error(list);
	return code ? kafka_err(e, code, "read the committed offsets") : 0;
}

static int ask_listener(
        struct bus_consumer *c, rd_kafka_topic_partition_list_t *list, struct err *e)
{
	struct bus_position *positions;
	if (positions_of_list(list, &positions, e))
		return e->act;
	int act = c->listener.assigned(c->listener.arg, positions, (size_t)list->cnt, e);
	for (int i = 0; i < list->cnt && !act; i++)
		list->elems[i].offset =
		        positions[i].offset < 0 ? RD_KAFKA_OFFSET_BEGINNING : positions[i].offset;
	free(positions);
	return act;
}

/* Retries until the coordinator and the listener's own dependencies answer: a broker that has just
 * started is still loading committed offsets, and a database can be down for hours. Returns 0 with
 * *out_ready false if it gave up without an error. */
static int prepare(struct bus_consumer *c, rd_kafka_topic_partition_list_t *list, bool *out_ready,
        struct err *e)
{
	int timeout_ms = COMMITTED_FIRST_MS;
	int pause_ms = RETRY_PAUSE_MS;
	for (;;) {
		int act = list->cnt ? read_committed(c, list, timeout_ms, e) : 0;
		if (!act)
			act = ask_listener(c, list, e);
		*out_ready = act == 0;
		if (act == ERR_FENCED) /* others own them already; the group will say so soon */
			return 0;
		if (act != ERR_RETRY && act != ERR_DEFER)
			return act;
		if (c->listener.waiting && !c->listener.waiting(c->listener.arg, e))
			return 0;
		(void)poll(NULL, 0, pause_ms);
		timeout_ms = 2 * timeout_ms < COMMITTED_MAX_MS ? 2 * timeout_ms : COMMITTED_MAX_MS;
		pause_ms = 2 * pause_ms < RETRY_PAUSE_MAX_MS ? 2 * pause_ms : RETRY_PAUSE_MAX_MS;
	}
}

static int take(struct bus_consumer *c, rd_kafka_topic_partition_list_t *list, struct err *e)
{
	bool is_ready;
	if (prepare(c, list, &is_ready, e))
		return e->act;
	rd_kafka_resp_err_t code = rd_kafka_assign(c->rk, is_ready ? list : NULL);
	if (code)
		return kafka_err(e, code, "take an assignment");
	c->was_assigned |= is_ready;
	return 0;
}

static void give_up(struct bus_consumer *c, rd_kafka_topic_partition_list_t *list)
{
	struct err e;
	struct bus_position *positions;
	if (positions_of_list(list, &positions, &e)) {
		c->is_broken = true;
		c->broken = e;
	} else {
		for (int i = 0; i < list->cnt; i++)
			positions[i].offset = -1;
		c->listener.revoked(c->listener.arg, positions, (size_t)list->cnt,
		        rd_kafka_assignment_lost(c->rk));
		free(positions);
	}
	/* Wait for an outstanding commit: if librdkafka sends it later, it counts for the next
	 * generation. */
	(void)commits_settle(&c->commits, c->session_timeout_ms);
	/* A pause outlives its assignment. Resume here and not at the next assignment: a resume,
	 * even of a partition that is not paused, makes librdkafka discard its requests in
	 * flight. */
	if (c->has_paused && list->cnt)
		(void)rd_kafka_resume_partitions(c->rk, list);
	c->has_paused = false;
	(void)rd_kafka_assign(c->rk, NULL);
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
        rd_kafka_topic_partition_list_t *list, void *opaque)
{
	struct bus_consumer *c = opaque;
	if (c->is_abandoned) {
		(void)rd_kafka_assign(rk, NULL);
		return;
	}
	if (code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
		give_up(c, list);
		return;
	}
	if (c->is_closing) { /* new assignments are not wanted any more */
		(void)rd_kafka_assign(rk, NULL);
		return;
	}
	if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && !take(c, list, &c->broken))
		return;
	if (code != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
		(void)kafka_err(&c->broken, code, "rebalance");
	c->is_broken = true;
	(void)rd_kafka_assign(rk, NULL);
}

/* --- life cycle --- */

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
	(void)rk;
	struct bus_consumer *c = opaque;
	c->was_cut_off = true;
	kafka_cause_note(&c->trouble, code, reason);
}

static int open_client(struct bus_consumer *c, const struct bus_group *group, struct err *e)
{
	char session[16];
	char beat[16];
	char between_polls[16];
	int beat_ms = group->session_timeout_ms / 3 < 3000 ? group->session_timeout_ms / 3 : 3000;
	(void)snprintf(session, sizeof(session), "%d", group->session_timeout_ms);
	(void)snprintf(beat, sizeof(beat), "%d", beat_ms);
	(void)snprintf(between_polls, sizeof(between_polls), "%d", BUS_MAX_SESSION_MS);
	const struct kafka_setting settings[] = {
	        {"group.id", group->group},
	        {"session.timeout.ms", session},
	        {"heartbeat.interval.ms", beat},
	        {"max.poll.interval.ms", between_polls},
	        {"enable.auto.commit", "false"},
	        {"enable.auto.offset.store", "false"},
	        {"auto.offset.reset", "earliest"},
	        {"isolation.level", "read_uncommitted"},
	        {"partition.assignment.strategy", "range"},
	        {"fetch.min.bytes", "1"},
	        /* New messages arrive at once in any case. Newly assigned or resumed partitions
	         * wait for the fetch in flight. But every fetch names all partitions, so idle
	         * fetches are expensive. */
	        {"fetch.wait.max.ms", "250"},
	        {"fetch.error.backoff.ms", "50"},
	        {"queued.max.messages.kbytes",
	                "16384"}, /* bounds memory; ample, as messages are small */
	        {group->instance ? "group.instance.id" : NULL, group->instance},
	        {NULL, NULL},
	};
	rd_kafka_conf_t *conf;
	if (kafka_conf(group->brokers, group->client_id, settings, &conf, e))
		return e->act;
	rd_kafka_conf_set_opaque(conf, c);
	rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
	rd_kafka_conf_set_error_cb(conf, on_error);
	return kafka_client(RD_KAFKA_CONSUMER, conf, &c->rk, e);
}

static int subscribe(struct bus_consumer *c, const struct bus_group *group, struct err *e)
{
	struct bus_position *topics = calloc(group->topics_count + 1, sizeof(*topics));
	if (!topics)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for a subscription");
	for (size_t i = 0; i < group->topics_count; i++)
		topics[i] = (struct bus_position){
		        .topic = group->topics[i], .partition = RD_KAFKA_PARTITION_UA};
	rd_kafka_topic_partition_list_t *list;
	int act = positions_to_list(topics, group->topics_count, &list, e);
	free(topics);
	if (act)
		return act;
	rd_kafka_resp_err_t code = rd_kafka_subscribe(c->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return code ? kafka_err(e, code, "subscribe") : 0;
}

int bus_consumer_open(const struct bus_group *group, const struct bus_listener *listener,
        struct bus_consumer **out, struct err *e)
{
	struct bus_consumer *c = calloc(1, sizeof(*c));
	if (!c)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for a consumer");
	c->listener = *listener;
	c->session_timeout_ms = group->session_timeout_ms;
	if (open_client(c, group, e)) {
		free(c);
		return e->act;
	}
	commits_init(&c->commits, c->rk);
	rd_kafka_resp_err_t code = rd_kafka_poll_set_consumer(c->rk);
	if (code)
		(void)kafka_err(e, code, "join the consumer's queues");
	if (code || subscribe(c, group, e)) {
		bus_consumer_close(c);
		return e->act;
	}
	*out = c;
	return 0;
}

/* Waits for a thread for a limited time. Returns false if it still runs; it is detached then. */
static bool join_in_time(pthread_t thread, int seconds)
{
	struct timespec until;
	(void)clock_gettime(CLOCK_MONOTONIC, &until); /* cannot fail for this clock */
	until.tv_sec += seconds;
	if (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) == 0)
		return true;
	(void)pthread_detach(thread);
	return false;
}

static void *destroy(void *rk)
{
	rd_kafka_destroy(rk);
	return NULL;
}

/* librdkafka joins its threads, and can hang there if a topic was recreated while it was in use.
 * The caller is about to exit and must not hang. Whatever is left is freed with the process.
 * Returns false if it is still running. */
static bool destroy_in_time(rd_kafka_t *rk)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, destroy, rk)) {
		rd_kafka_destroy(rk);
		return true;
	}
	return join_in_time(thread, DESTROY_SECONDS);
}

void bus_consumer_close(struct bus_consumer *c)
{
	if (!c)
		return;
	if (c->queue) {
		rd_kafka_queue_io_event_enable(c->queue, -1, NULL, 0);
		rd_kafka_queue_destroy(c->queue);
	}
	c->is_closing = true;
	/* in any case we leave the group, now or by time-out */
	(void)rd_kafka_consumer_close(c->rk);
	commits_release(&c->commits);
	if (destroy_in_time(c->rk))
		free(c);
}

static void *leave(void *rk)
{
	(void)rd_kafka_consumer_close(rk); /* ignore the result: the process is ending */
	return NULL;
}

/* librdkafka can wait for a broker that is down, so another thread waits and is left behind. */
void bus_consumer_abandon(struct bus_consumer *c)
{
	pthread_t thread;
	if (!c)
		return;
	c->is_abandoned = true;
	if (pthread_create(&thread, NULL, leave, c->rk) == 0)
		(void)join_in_time(thread, ABANDON_SECONDS);
}

void bus_consumer_wake(struct bus_consumer *c, int fd)
{
	static const uint64_t one = 1;
	assert(!c->queue);
	c->queue = rd_kafka_queue_get_consumer(c->rk);
	rd_kafka_queue_io_event_enable(c->queue, fd, &one, sizeof(one));
}

/* Looks up offsets: `ask` is a timestamp or one of librdkafka's special offsets. */
static int look_up(struct bus_consumer *c, int64_t ask, struct bus_position *positions,
        size_t count, struct err *e)
{
	rd_kafka_topic_partition_list_t *list;
	if (count == 0)
		return 0;
	if (positions_to_list(positions, count, &list, e))
		return e->act;
	for (int i = 0; i < list->cnt; i++)
		list->elems[i].offset = ask;
	rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(c->rk, list, LOOK_UP_MS);
	if (!code)
		code = first_error(list);
	for (int i = 0; i < list->cnt && !code; i++)
		positions[i].offset = list->elems[i].offset < 0 ? -1 : list->elems[i].offset;
	rd_kafka_topic_partition_list_destroy(list);
	return code ? kafka_err(e, code, "look up offsets") : 0;
}

int bus_offsets_at(struct bus_consumer *c, int64_t at_ms, struct bus_position *positions,
        size_t count, struct err *e)
{
	return look_up(c, at_ms, positions, count, e);
}

int bus_ends(struct bus_consumer *c, struct bus_position *positions, size_t count, struct err *e)
{
	return look_up(c, RD_KAFKA_OFFSET_END, positions, count, e);
}

int64_t bus_known_end(const struct bus_consumer *c, struct str topic, int32_t partition)
{
	char name[250];
	int64_t low;
	int64_t high;
	if (topic.n >= sizeof(name))
		return -1;
	memcpy(name, topic.p, topic.n);
	name[topic.n] = '\0';
	if (rd_kafka_get_watermark_offsets(c->rk, name, partition, &low, &high) || high < 0)
		return -1;
	return high;
}

int bus_seek(
        struct bus_consumer *c, const struct bus_position *positions, size_t count, struct err *e)
{
	rd_kafka_topic_partition_list_t *list;
	if (count == 0)
		return 0;
	if (positions_to_list(positions, count, &list, e))
		return e->act;
	rd_kafka_error_t *failed = rd_kafka_seek_partitions(c->rk, list, LOOK_UP_MS);
	rd_kafka_resp_err_t code = failed ? rd_kafka_error_code(failed) : first_error(list);
	if (failed)
		rd_kafka_error_destroy(failed);
	rd_kafka_topic_partition_list_destroy(list);
	if (!code)
		return 0;
	(void)kafka_err(e, code, "seek to an offset");
	e->act = ERR_RETRY; /* __STATE: a partition that is not being fetched yet */
	return e->act;
}

bool bus_was_cut_off(struct bus_consumer *c)
{
	bool was = c->was_cut_off;
	c->was_cut_off = false;
	return was;
}

bool bus_is_assigned(const struct bus_consumer *c)
{
	return c->was_assigned;
}

/* --- messages --- */

static int take_trouble(struct bus_consumer *c, struct err *e)
{
	char text[256];
	rd_kafka_resp_err_t code = rd_kafka_fatal_error(c->rk, text, sizeof(text));
	if (code)
		return err_set_native(e, ERR_FATAL, "bus_fatal", "librdkafka", code,
		        "the consumer is lost: %s", text);
	if (c->is_broken) {
		*e = c->broken;
		e->act = ERR_FATAL;
		return err_note(e, "the assignment is lost");
	}
	code = c->trouble.code;
	c->trouble.code = RD_KAFKA_RESP_ERR_NO_ERROR;
	return code ? kafka_err(e, code, "%s", c->trouble.text) : 0;
}

int bus_consumer_poll(
        struct bus_consumer *c, int timeout_ms, const struct bus_message **out, struct err *e)
{
	rd_kafka_message_t *raw = rd_kafka_consumer_poll(c->rk, timeout_ms);
	if (!raw) {
		if (take_trouble(c, e))
			return e->act;
		*out = NULL;
		return 0;
	}
	return message_wrap(raw, out, e);
}

/* --- positions --- */

int bus_commit(
        struct bus_consumer *c, const struct bus_position *positions, size_t count, struct err *e)
{
	if (count == 0)
		return 0;
	return commits_send(&c->commits, positions, count, COMMIT_MS, e);
}

int bus_pause(struct bus_consumer *c, const struct bus_position *positions, size_t count,
        bool pause, struct err *e)
{
	rd_kafka_topic_partition_list_t *list;
	if (positions_to_list(positions, count, &list, e))
		return e->act;
	rd_kafka_resp_err_t code = pause ? rd_kafka_pause_partitions(c->rk, list)
	                                 : rd_kafka_resume_partitions(c->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	c->has_paused |= pause;
	return code ? kafka_err(e, code, "%s", pause ? "pause" : "resume") : 0;
}
