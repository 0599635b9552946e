/* SPDX-License-Identifier: Apache-2.0
 *
 * Describes a cluster, its topics and its groups. Blocking and read-only; for the command line.
 */
#include "kafka.h"

#include "longshore/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { METADATA_MS = 8000, ANSWER_MS = 8000, KAFKA_NAME_BYTES = 512 };

static void read_partitions(
        const struct rd_kafka_metadata_topic *topic, struct bus_topic_facts *out)
{
	out->is_there = true;
	out->partitions = topic->partition_cnt;
	for (int i = 0; i < topic->partition_cnt; i++) {
		const struct rd_kafka_metadata_partition *p = &topic->partitions[i];
		if (i == 0 || p->replica_cnt < out->replicas)
			out->replicas = p->replica_cnt;
		out->leaderless += p->leader < 0;
		out->behind += p->isr_cnt < p->replica_cnt;
	}
}

static int describe_partitions(rd_kafka_t *rk, const struct bus_question *q, struct arena *mem,
        struct bus_cluster *cluster, struct bus_topic_facts *facts, struct err *e)
{
	const struct rd_kafka_metadata *md;
	rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 1, NULL, &md, METADATA_MS);
	if (code)
		return kafka_err(e, code, "list the topics");
	cluster->brokers = md->broker_cnt;
	for (size_t i = 0; i < q->topics_count; i++) {
		facts[i] = (struct bus_topic_facts){
		        .values = arena_alloc(mem, (q->settings_count + 1) * sizeof(struct str))};
		for (int k = 0; k < md->topic_cnt; k++) {
			if (!md->topics[k].err && str_eq(str_c(md->topics[k].topic), q->topics[i]))
				read_partitions(&md->topics[k], &facts[i]);
		}
	}
	rd_kafka_metadata_destroy(md);
	char *id = rd_kafka_clusterid(rk, ANSWER_MS);
	cluster->id = arena_str(mem, str_c(id ? id : ""));
	if (id)
		rd_kafka_mem_free(rk, id);
	return 0;
}

static void read_entries(const rd_kafka_ConfigResource_t *resource, const struct bus_question *q,
        struct arena *mem, struct bus_topic_facts *facts)
{
	size_t count = 0;
	const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &count);
	struct str topic = str_c(rd_kafka_ConfigResource_name(resource));
	for (size_t t = 0; t < q->topics_count; t++) {
		if (!str_eq(q->topics[t], topic))
			continue;
		for (size_t i = 0; i < count; i++) {
			struct str name = str_c(rd_kafka_ConfigEntry_name(entries[i]));
			for (size_t s = 0; s < q->settings_count; s++) {
				if (str_eq(name, str_c(q->settings[s])))
					facts[t].values[s] = arena_str(
					        mem, str_c(rd_kafka_ConfigEntry_value(entries[i])));
			}
		}
	}
}

static int read_answer(rd_kafka_event_t *answer, const struct bus_question *q, struct arena *mem,
        struct bus_topic_facts *facts, struct err *e)
{
	size_t count = 0;
	if (!answer)
		return err_set(e, ERR_RETRY, "bus_unavailable",
		        "describe the topics: no answer within %d s", ANSWER_MS / 1000);
	if (rd_kafka_event_error(answer))
		return kafka_err(e, rd_kafka_event_error(answer), "describe the topics");
	const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(
	        rd_kafka_event_DescribeConfigs_result(answer), &count);
	for (size_t i = 0; i < count; i++) {
		rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resources[i]);
		if (code)
			return kafka_err(e, code, "describe topic %s",
			        rd_kafka_ConfigResource_name(resources[i]));
		read_entries(resources[i], q, mem, facts);
	}
	return 0;
}

static int describe_settings(rd_kafka_t *rk, const struct bus_question *q, struct arena *mem,
        struct bus_topic_facts *facts, struct err *e)
{
	char text[128];
	size_t count = 0;
	rd_kafka_ConfigResource_t **asked =
	        calloc(q->topics_count + 1, sizeof(rd_kafka_ConfigResource_t *));
	if (!asked)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for topics");
	for (size_t i = 0; i < q->topics_count; i++) {
		if (facts[i].is_there)
			asked[count++] = rd_kafka_ConfigResource_new(
			        RD_KAFKA_RESOURCE_TOPIC, arena_cstr(mem, q->topics[i]));
	}
	int act = 0;
	if (count > 0) {
		rd_kafka_AdminOptions_t *options =
		        rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
		rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
		/* the value is in range */
		(void)rd_kafka_AdminOptions_set_request_timeout(
		        options, ANSWER_MS, text, sizeof(text));
		rd_kafka_DescribeConfigs(rk, asked, count, options, queue);
		rd_kafka_event_t *answer = rd_kafka_queue_poll(queue, ANSWER_MS + 1000);
		act = read_answer(answer, q, mem, facts, e);
		if (answer)
			rd_kafka_event_destroy(answer);
		rd_kafka_queue_destroy(queue);
		rd_kafka_AdminOptions_destroy(options);
	}
	rd_kafka_ConfigResource_destroy_array(asked, count);
	free(asked);
	return act;
}

int bus_describe(const char *brokers, const struct bus_question *q, struct arena *mem,
        struct bus_cluster *out_cluster, struct bus_topic_facts *facts, struct err *e)
{
	rd_kafka_t *rk = NULL;
	struct kafka_cause cause;
	struct bus_cluster cluster = {.brokers = 0};
	if (kafka_asking_client(brokers, "longshore-describe", &cause, &rk, e))
		return e->act;
	int act = describe_partitions(rk, q, mem, &cluster, facts, e);
	if (!act)
		act = describe_settings(rk, q, mem, facts, e);
	if (act)
		act = kafka_asking_failed(rk, &cause, e);
	rd_kafka_destroy(rk);
	if (!act)
		*out_cluster = cluster;
	return act;
}

int bus_group_members(
        const char *brokers, const struct str *groups, size_t count, int *out, struct err *e)
{
	rd_kafka_t *rk = NULL;
	struct kafka_cause cause;
	const struct rd_kafka_group_list *list = NULL;
	if (kafka_asking_client(brokers, "longshore-describe", &cause, &rk, e))
		return e->act;
	rd_kafka_resp_err_t code = rd_kafka_list_groups(rk, NULL, &list, ANSWER_MS);
	if (code && code != RD_KAFKA_RESP_ERR__PARTIAL) {
		(void)kafka_err(e, code, "list the consumer groups");
		(void)kafka_asking_failed(rk, &cause, e);
		rd_kafka_destroy(rk);
		return e->act;
	}
	for (size_t i = 0; i < count; i++) {
		out[i] = code ? -1 : 0; /* a broker that did not answer may have it */
		for (int k = 0; list && k < list->group_cnt; k++) {
			const struct rd_kafka_group_info *g = &list->groups[k];
			if (str_eq(str_c(g->group), groups[i]))
				out[i] = g->err ? -1 : g->member_cnt;
		}
	}
	if (list)
		rd_kafka_group_list_destroy(list);
	rd_kafka_destroy(rk);
	return 0;
}

enum { PAUSE_MS = 200 };

/* Errors that go away by themselves: a topic or its coordinator was created a moment ago. */
static bool passes(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR_NOT_COORDINATOR ||
	       code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
	       code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS ||
	       code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
	       code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
}

/* A partition without a committed offset counts from its first message. */
static int add_lag(rd_kafka_t *rk, const rd_kafka_topic_partition_t *p, int64_t *lag, struct err *e)
{
	int64_t low = 0, high = 0;
	rd_kafka_resp_err_t code = p->err;
	int64_t deadline = clock_mono_ms() + ANSWER_MS;
	if (!code)
		code = rd_kafka_query_watermark_offsets(
		        rk, p->topic, p->partition, &low, &high, ANSWER_MS);
	while (passes(code) && clock_mono_ms() < deadline) {
		(void)rd_kafka_poll(rk, PAUSE_MS);
		code = rd_kafka_query_watermark_offsets(
		        rk, p->topic, p->partition, &low, &high, ANSWER_MS);
	}
	if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	        code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
	        code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
		return 0; /* a topic that does not exist has no messages */
	if (code)
		return kafka_err(e, code, "get the position in %s/%d", p->topic, (int)p->partition);
	int64_t from = p->offset < low ? low : p->offset; /* no committed offset: below 0 */
	*lag += high > from ? high - from : 0;
	return 0;
}

static int open_reader_of(const char *brokers, const char *group, rd_kafka_t **out, struct err *e)
{
	const struct kafka_setting settings[] = {
	        {"group.id", group}, {"enable.auto.commit", "false"}, {NULL, NULL}};
	rd_kafka_conf_t *conf;
	if (kafka_conf(brokers, "longshore-describe", settings, &conf, e))
		return e->act;
	return kafka_client(RD_KAFKA_CONSUMER, conf, out, e);
}

/* The first request makes the broker create its offsets topic, so retry. */
static rd_kafka_resp_err_t ask_committed(rd_kafka_t *rk, rd_kafka_topic_partition_list_t *list)
{
	int64_t deadline = clock_mono_ms() + ANSWER_MS;
	rd_kafka_resp_err_t code = rd_kafka_committed(rk, list, ANSWER_MS);
	while (passes(code) && clock_mono_ms() < deadline) {
		(void)rd_kafka_poll(rk, PAUSE_MS);
		code = rd_kafka_committed(rk, list, ANSWER_MS);
	}
	return code;
}

int bus_group_lag(const char *brokers, struct str group, struct str topic, int32_t partitions,
        int64_t *out, struct err *e)
{
	rd_kafka_t *rk = NULL;
	char name[KAFKA_NAME_BYTES], of[KAFKA_NAME_BYTES];
	(void)snprintf(of, sizeof(of), STR_FMT, STR_ARG(group));
	(void)snprintf(name, sizeof(name), STR_FMT, STR_ARG(topic));
	if (open_reader_of(brokers, of, &rk, e)) /* only queries; never joins the group */
		return e->act;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
	for (int32_t i = 0; i < partitions; i++)
		(void)rd_kafka_topic_partition_list_add(list, name, i);
	rd_kafka_resp_err_t code = ask_committed(rk, list);
	int64_t lag = 0;
	int act = code ? kafka_err(e, code, "get the position of group %s", of) : 0;
	for (int i = 0; act == 0 && i < list->cnt; i++)
		act = add_lag(rk, &list->elems[i], &lag, e);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_destroy(rk);
	if (act == 0)
		*out = lag;
	return act;
}
