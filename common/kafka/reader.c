/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads without a consumer group, for read-only tools.
 */
#include "kafka.h"
#include "message.h"
#include "position.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { METADATA_MS = 10000 };

struct bus_reader {
	rd_kafka_t *rk;
	rd_kafka_queue_t *queue; /* held while it can wake a loop */
	struct kafka_cause trouble;
	bool was_cut_off; /* a connection broke since the caller last asked */
};

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
	(void)rk;
	struct bus_reader *r = opaque;
	r->was_cut_off = true;
	kafka_cause_note(&r->trouble, code, reason);
}

static int open_client(
        struct bus_reader *r, const char *brokers, const char *client_id, struct err *e)
{
	const struct kafka_setting settings[] = {
	        {"group.id", client_id}, /* librdkafka requires one; we join no group */
	        {"enable.auto.commit", "false"},
	        {"enable.auto.offset.store", "false"},
	        {"auto.offset.reset", "earliest"},
	        {"fetch.min.bytes", "1"},
	        {"fetch.wait.max.ms", "500"},
	        {"fetch.error.backoff.ms", "50"},
	        {"queued.max.messages.kbytes", "16384"},
	        {NULL, NULL},
	};
	rd_kafka_conf_t *conf;
	if (kafka_conf(brokers, client_id, settings, &conf, e))
		return e->act;
	rd_kafka_conf_set_opaque(conf, r);
	rd_kafka_conf_set_error_cb(conf, on_error);
	return kafka_client(RD_KAFKA_CONSUMER, conf, &r->rk, e);
}

/* librdkafka would silently wait for a topic that does not exist. */
static int find_topic(struct bus_reader *r, struct str topic, struct err *e)
{
	const struct rd_kafka_metadata *md = NULL;
	rd_kafka_resp_err_t code = rd_kafka_metadata(r->rk, 1, NULL, &md, METADATA_MS);
	if (code) {
		(void)kafka_err(e, code, "look for topic " STR_FMT, STR_ARG(topic));
		(void)rd_kafka_poll(r->rk, 0); /* gets the cause, if librdkafka knows it */
		return kafka_cause_add(&r->trouble, e);
	}
	bool is_there = false;
	for (int i = 0; i < md->topic_cnt; i++)
		is_there |= !md->topics[i].err && str_eq(str_c(md->topics[i].topic), topic);
	rd_kafka_metadata_destroy(md);
	return is_there ? 0
	                : kafka_err(e, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "topic " STR_FMT,
	                          STR_ARG(topic));
}

static int assign(
        struct bus_reader *r, const struct bus_position *from, size_t count, struct err *e)
{
	rd_kafka_topic_partition_list_t *list;
	if (positions_to_list(from, count, &list, e))
		return e->act;
	rd_kafka_resp_err_t code = rd_kafka_poll_set_consumer(r->rk);
	if (!code)
		code = rd_kafka_assign(r->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return code ? kafka_err(e, code, "read from given offsets") : 0;
}

int bus_reader_open(const char *brokers, const char *client_id, const struct bus_position *from,
        size_t count, struct bus_reader **out, struct err *e)
{
	assert(count > 0);
	struct bus_reader *r = calloc(1, sizeof(*r));
	if (!r)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for a reader");
	if (open_client(r, brokers, client_id, e)) {
		free(r);
		return e->act;
	}
	if (find_topic(r, from[0].topic, e) || assign(r, from, count, e)) {
		bus_reader_close(r);
		return e->act;
	}
	*out = r;
	return 0;
}

int bus_reader_go(struct bus_reader *r, const struct bus_position *to, size_t count, struct err *e)
{
	/* Otherwise librdkafka ignores an assignment with the same partitions. */
	rd_kafka_resp_err_t code = rd_kafka_assign(r->rk, NULL);
	return code ? kafka_err(e, code, "read from other offsets") : assign(r, to, count, e);
}

bool bus_reader_was_cut_off(struct bus_reader *r)
{
	bool was = r->was_cut_off;
	r->was_cut_off = false;
	return was;
}

void bus_reader_close(struct bus_reader *r)
{
	if (!r)
		return;
	if (r->queue) {
		rd_kafka_queue_io_event_enable(r->queue, -1, NULL, 0);
		rd_kafka_queue_destroy(r->queue);
	}
	(void)rd_kafka_consumer_close(r->rk); /* we joined no group and stored no offsets */
	rd_kafka_destroy(r->rk);
	free(r);
}

void bus_reader_wake(struct bus_reader *r, int fd)
{
	static const uint64_t one = 1;
	assert(!r->queue);
	r->queue = rd_kafka_queue_get_consumer(r->rk);
	rd_kafka_queue_io_event_enable(r->queue, fd, &one, sizeof(one));
}

int bus_reader_poll(
        struct bus_reader *r, int timeout_ms, const struct bus_message **out, struct err *e)
{
	rd_kafka_message_t *raw = rd_kafka_consumer_poll(r->rk, timeout_ms);
	/* librdkafka looks for the coordinator of the group.id that it requires. We do not need the
	 * group, so read-only users need no permission on any group. */
	if (raw && raw->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) {
		rd_kafka_message_destroy(raw);
		raw = NULL;
	}
	if (raw)
		return message_wrap(raw, out, e);
	*out = NULL;
	rd_kafka_resp_err_t code = r->trouble.code;
	r->trouble.code = RD_KAFKA_RESP_ERR_NO_ERROR;
	return code ? kafka_err(e, code, "%s", r->trouble.text) : 0;
}
