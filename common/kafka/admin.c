/* SPDX-License-Identifier: Apache-2.0
 *
 * Creates missing topics and compares the existing ones. Blocking; for the command line.
 */
#include "kafka.h"

#include <stdlib.h>

enum { ADMIN_MS = 30000, METADATA_MS = 10000, LOOK_AGAIN_MS = 20 };

static const struct rd_kafka_metadata_topic *find(
        const struct rd_kafka_metadata *md, struct str name)
{
	for (int i = 0; i < md->topic_cnt; i++) {
		if (!md->topics[i].err && str_eq(str_c(md->topics[i].topic), name))
			return &md->topics[i];
	}
	return NULL;
}

static int new_topic(
        const struct bus_topic *t, int brokers, rd_kafka_NewTopic_t **out, struct err *e)
{
	char name[250];
	char text[256] = "";
	if (t->name.n >= sizeof(name))
		return err_set(e, ERR_REJECT, "bad_topic",
		        "a topic's name of %zu bytes is too long", t->name.n);
	memcpy(name, t->name.p, t->name.n);
	name[t->name.n] = '\0';
	int replication = t->replication ? t->replication : brokers < 3 ? brokers : 3;
	rd_kafka_NewTopic_t *topic =
	        rd_kafka_NewTopic_new(name, t->partitions, replication, text, sizeof(text));
	if (!topic)
		return err_set_native(
		        e, ERR_REJECT, "bad_topic", "librdkafka", 0, "topic %s: %s", name, text);
	for (const char *const *s = t->settings; s && *s; s += 2) {
		if (rd_kafka_NewTopic_set_config(topic, s[0], s[1])) {
			rd_kafka_NewTopic_destroy(topic);
			return err_set(
			        e, ERR_FATAL, "bus_misused", "topic %s: setting %s", name, s[0]);
		}
	}
	*out = topic;
	return 0;
}

static int check_answer(rd_kafka_event_t *answer, struct err *e)
{
	if (rd_kafka_event_error(answer))
		return kafka_err(e, rd_kafka_event_error(answer), "create topics");
	size_t count;
	const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(
	        rd_kafka_event_CreateTopics_result(answer), &count);
	for (size_t i = 0; i < count; i++) {
		rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);
		/* someone else created it first, from the same table */
		if (code && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
			const char *text = rd_kafka_topic_result_error_string(results[i]);
			return kafka_err(e, code, "create topic %s: %s",
			        rd_kafka_topic_result_name(results[i]), text ? text : "no text");
		}
	}
	return 0;
}

static int create(rd_kafka_t *rk, rd_kafka_NewTopic_t **topics, size_t count, struct err *e)
{
	char text[128];
	rd_kafka_AdminOptions_t *options =
	        rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	/* wait until the controller reports that they exist; both values are in range */
	(void)rd_kafka_AdminOptions_set_operation_timeout(options, ADMIN_MS, text, sizeof(text));
	(void)rd_kafka_AdminOptions_set_request_timeout(
	        options, ADMIN_MS + 5000, text, sizeof(text));
	rd_kafka_CreateTopics(rk, topics, count, options, queue);
	rd_kafka_event_t *answer = rd_kafka_queue_poll(queue, ADMIN_MS + 10000);
	int act = answer ? check_answer(answer, e)
	                 : err_set(e, ERR_RETRY, "bus_unavailable", "create topics: timed out");
	if (answer)
		rd_kafka_event_destroy(answer);
	rd_kafka_queue_destroy(queue);
	rd_kafka_AdminOptions_destroy(options);
	return act;
}

/* Builds a request for each missing topic. */
static int plan(const struct rd_kafka_metadata *md, const struct bus_topic *topics, size_t count,
        rd_kafka_NewTopic_t **missing, size_t *out_count, struct err *e)
{
	*out_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct rd_kafka_metadata_topic *there = find(md, topics[i].name);
		if (there && there->partition_cnt != topics[i].partitions)
			return err_set(e, ERR_REJECT, "topic_differs",
			        "topic " STR_FMT " has %d partitions; it must have %d: partition "
			        "counts never change; "
			        "remove the topic, or choose another topic prefix",
			        STR_ARG(topics[i].name), there->partition_cnt,
			        (int)topics[i].partitions);
		if (there)
			continue;
		if (new_topic(&topics[i], md->broker_cnt, &missing[*out_count], e))
			return e->act;
		(*out_count)++;
	}
	return 0;
}

/* The controller knows a topic slightly before the brokers do. A caller that learns that the topics
 * exist must be able to use them. */
static int wait_until_known(
        rd_kafka_t *rk, const struct bus_topic *topics, size_t count, struct err *e)
{
	for (int waited = 0; waited < ADMIN_MS; waited += LOOK_AGAIN_MS) {
		const struct rd_kafka_metadata *md;
		rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 1, NULL, &md, METADATA_MS);
		if (code)
			return kafka_err(e, code, "list the topics");
		size_t known = 0;
		while (known < count && find(md, topics[known].name))
			known++;
		rd_kafka_metadata_destroy(md);
		if (known == count)
			return 0;
		(void)rd_kafka_poll(rk, LOOK_AGAIN_MS);
	}
	return err_set(e, ERR_RETRY, "bus_unavailable",
	        "the brokers do not know the new topics yet: try again");
}

static int compare_and_create(
        rd_kafka_t *rk, const struct bus_topic *topics, size_t count, struct err *e)
{
	const struct rd_kafka_metadata *md;
	rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 1, NULL, &md, METADATA_MS);
	if (code)
		return kafka_err(e, code, "list the topics");
	size_t missing_count = 0;
	rd_kafka_NewTopic_t **missing = calloc(count + 1, sizeof(rd_kafka_NewTopic_t *));
	int act = missing ? plan(md, topics, count, missing, &missing_count, e)
	                  : err_set(e, ERR_FATAL, "out_of_memory", "out of memory for topics");
	if (!act && missing_count)
		act = create(rk, missing, missing_count, e);
	if (missing)
		rd_kafka_NewTopic_destroy_array(missing, missing_count);
	free(missing);
	rd_kafka_metadata_destroy(md);
	return act;
}

int bus_topics_create(
        const char *brokers, const struct bus_topic *topics, size_t count, struct err *e)
{
	struct kafka_cause cause;
	rd_kafka_t *rk;
	if (kafka_asking_client(brokers, "longshore-topics", &cause, &rk, e))
		return e->act;
	int act = compare_and_create(rk, topics, count, e);
	if (!act)
		act = wait_until_known(rk, topics, count, e);
	if (act)
		act = kafka_asking_failed(rk, &cause, e);
	rd_kafka_destroy(rk);
	return act;
}
