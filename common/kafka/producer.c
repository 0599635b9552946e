/* SPDX-License-Identifier: Apache-2.0
 *
 * The idempotent producer. librdkafka's delivery callback runs inside rd_kafka_poll and only
 * records the reports; bus_reports returns them. librdkafka gives up a message that is not
 * acknowledged after SEND_MS, and we report it as ERR_RETRY. The caller decides whether to send it
 * again; a duplicate is then possible, and harmless.
 */
#include "kafka.h"

#include <assert.h>
#include <stdlib.h>

#define SEND_MS "30000"
enum { METADATA_MS = 5000 };

struct bus_producer {
	rd_kafka_t *rk;
	rd_kafka_queue_t *queue; /* the main queue, held while it can wake a loop */
	struct bus_report *reports;
	size_t reports_count;
	size_t reports_cap;
	bool out_of_memory;
	struct kafka_cause trouble;
};

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
	(void)rk;
	struct bus_producer *p = opaque;
	kafka_cause_note(&p->trouble, code, reason);
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
	(void)rk;
	struct bus_producer *p = opaque;
	if (p->reports_count == p->reports_cap) {
		size_t cap = p->reports_cap ? 2 * p->reports_cap : 256;
		struct bus_report *more = reallocarray(p->reports, cap, sizeof(*more));
		if (!more) {
			p->out_of_memory = true;
			return;
		}
		p->reports = more;
		p->reports_cap = cap;
	}
	const char *word;
	p->reports[p->reports_count++] = (struct bus_report){
	        .tag = (uint64_t)(uintptr_t)m->_private,
	        .act = m->err ? (int)kafka_act(m->err, &word) : 0,
	        .native = m->err,
	};
}

/* Compresses if librdkafka was built with lz4. Without it, nothing else changes. */
static void compress(rd_kafka_conf_t *conf)
{
	char text[128];
	(void)rd_kafka_conf_set(conf, "compression.type", "lz4", text, sizeof(text));
}

int bus_producer_open(
        const char *brokers, const char *client_id, struct bus_producer **out, struct err *e)
{
	static const struct kafka_setting settings[] = {
	        {"enable.idempotence", "true"},
	        {"acks", "all"},
	        {"linger.ms", "0"}, /* latency first; under load, requests fill up anyway */
	        {"message.timeout.ms", SEND_MS},
	        {"message.max.bytes", "1048588"},
	        {"partitioner",
	                "murmur2_random"}, /* like the Java clients: no key, any partition */
	        {"queue.buffering.max.kbytes", "65536"},
	        {NULL, NULL},
	};
	rd_kafka_conf_t *conf;
	if (kafka_conf(brokers, client_id, settings, &conf, e))
		return e->act;
	compress(conf);
	struct bus_producer *p = calloc(1, sizeof(*p));
	if (!p) {
		rd_kafka_conf_destroy(conf);
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for a producer");
	}
	rd_kafka_conf_set_opaque(conf, p);
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	rd_kafka_conf_set_error_cb(conf, on_error);
	if (kafka_client(RD_KAFKA_PRODUCER, conf, &p->rk, e)) {
		free(p);
		return e->act;
	}
	*out = p;
	return 0;
}

void bus_producer_close(struct bus_producer *p)
{
	if (!p)
		return;
	if (p->queue) {
		rd_kafka_queue_io_event_enable(p->queue, -1, NULL, 0);
		rd_kafka_queue_destroy(p->queue);
	}
	(void)rd_kafka_purge(p->rk,
	        RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT); /* fails for bad flags only */
	rd_kafka_destroy(p->rk);
	free(p->reports);
	free(p);
}

void bus_producer_wake(struct bus_producer *p, int fd)
{
	static const uint64_t one = 1;
	assert(!p->queue);
	p->queue = rd_kafka_queue_get_main(p->rk);
	rd_kafka_queue_io_event_enable(p->queue, fd, &one, sizeof(one));
}

static int fatal_of(struct bus_producer *p, struct err *e)
{
	char text[256];
	rd_kafka_resp_err_t code = rd_kafka_fatal_error(p->rk, text, sizeof(text));
	if (p->out_of_memory)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for delivery reports");
	if (!code)
		return 0;
	return err_set_native(
	        e, ERR_FATAL, "bus_fatal", "librdkafka", code, "the producer is lost: %s", text);
}

static rd_kafka_headers_t *headers_of(const struct bus_send *send)
{
	if (send->headers_count == 0)
		return NULL;
	rd_kafka_headers_t *list = rd_kafka_headers_new(send->headers_count);
	for (size_t i = 0; i < send->headers_count; i++) {
		const struct bus_header *h = &send->headers[i];
		/* fails for read-only lists only */
		(void)rd_kafka_header_add(
		        list, h->name.p, (ssize_t)h->name.n, h->value.p, (ssize_t)h->value.n);
	}
	return list;
}

enum { TOPIC_NAME_MAX = 249 };

static int topic_text(struct str topic, char out[TOPIC_NAME_MAX + 1], struct err *e)
{
	if (topic.n == 0 || topic.n > TOPIC_NAME_MAX)
		return err_set(e, ERR_REJECT, "bad_topic",
		        "a topic's name has 1 to %d bytes, not %zu", TOPIC_NAME_MAX, topic.n);
	memcpy(out, topic.p, topic.n);
	out[topic.n] = '\0';
	return 0;
}

int bus_produce(struct bus_producer *p, const struct bus_send *send, struct err *e)
{
	char topic[TOPIC_NAME_MAX + 1];
	if (topic_text(send->topic, topic, e))
		return e->act;
	rd_kafka_headers_t *headers = headers_of(send);
	int32_t partition = send->partition < 0 ? RD_KAFKA_PARTITION_UA : send->partition;
	rd_kafka_resp_err_t code = rd_kafka_producev(p->rk, RD_KAFKA_V_TOPIC(topic),
	        RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
	        RD_KAFKA_V_KEY(send->key.p, send->key.n),
	        RD_KAFKA_V_VALUE((void *)(uintptr_t)send->value.p, send->value.n),
	        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE((void *)(uintptr_t)send->tag),
	        RD_KAFKA_V_END);
	if (!code)
		return 0;
	if (headers)
		rd_kafka_headers_destroy(headers); /* the call failed, so we still own them */
	if (fatal_of(p, e))
		return e->act;
	return kafka_err(e, code, "send %zu bytes to %s", send->value.n, topic);
}

int bus_reports(struct bus_producer *p, int timeout_ms, struct bus_report *out, size_t max,
        size_t *out_count, struct err *e)
{
	(void)rd_kafka_poll(p->rk, p->reports_count ? 0 : timeout_ms);
	if (fatal_of(p, e))
		return e->act;
	size_t n = p->reports_count < max ? p->reports_count : max;
	if (n) {
		memcpy(out, p->reports, n * sizeof(*out));
		p->reports_count -= n;
		memmove(p->reports, p->reports + n, p->reports_count * sizeof(*out));
	}
	*out_count = n;
	return 0;
}

int bus_flush(struct bus_producer *p, int timeout_ms, struct err *e)
{
	rd_kafka_resp_err_t code = rd_kafka_flush(p->rk, timeout_ms);
	if (fatal_of(p, e))
		return e->act;
	size_t count = p->reports_count;
	p->reports_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (p->reports[i].act) {
			(void)kafka_err(e, (rd_kafka_resp_err_t)p->reports[i].native,
			        "a message was not acknowledged");
			return kafka_cause_add(&p->trouble, e);
		}
	}
	if (!code)
		return 0;
	(void)kafka_err(e, code, "wait for acknowledgements");
	return kafka_cause_add(&p->trouble, e);
}

int bus_partitions(struct bus_producer *p, struct str topic, int32_t *out, struct err *e)
{
	char name[TOPIC_NAME_MAX + 1];
	if (topic_text(topic, name, e))
		return e->act;
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(p->rk, name, NULL);
	if (!rkt)
		return kafka_err(e, rd_kafka_last_error(), "topic %s", name);
	const struct rd_kafka_metadata *md = NULL;
	rd_kafka_resp_err_t code = rd_kafka_metadata(p->rk, 0, rkt, &md, METADATA_MS);
	int32_t partitions = 0;
	if (!code) {
		code = md->topic_cnt == 1 ? md->topics[0].err
		                          : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
		partitions = md->topic_cnt == 1 ? md->topics[0].partition_cnt : 0;
		rd_kafka_metadata_destroy(md);
	}
	rd_kafka_topic_destroy(rkt);
	if (!code && partitions == 0)
		code = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	if (code) {
		(void)kafka_err(e, code, "topic %s", name);
		(void)rd_kafka_poll(p->rk, 0); /* gets the cause, if librdkafka knows it */
		return kafka_cause_add(&p->trouble, e);
	}
	*out = partitions;
	return 0;
}
