/* SPDX-License-Identifier: Apache-2.0
 * Administration of topics, clusters and groups for the command line. Every call blocks. */
#ifndef LONGSHORE_BUS_ADMIN_H
#define LONGSHORE_BUS_ADMIN_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stdint.h>

struct bus_topic {
	struct str name; /* full */
	int32_t partitions;
	int32_t replication;         /* 0: min(3, brokers) */
	const char *const *settings; /* name, value, ..., NULL */
};
/* Creates missing topics. ERR_REJECT ("topic_differs") if an existing topic has another partition
 * count. */
int bus_topics_create(const char *brokers, const struct bus_topic *topics, size_t count,
        struct err *e) ERR_MUST_USE;

/* What to ask a cluster: topics by full name, and the names of their settings. */
struct bus_question {
	const struct str *topics;
	size_t topics_count;
	const char *const *settings;
	size_t settings_count;
};
struct bus_topic_facts {
	bool is_there;
	int32_t partitions, replicas; /* replicas: of the partition that has the fewest */
	int32_t leaderless, behind;   /* partitions without a leader; with replicas out of sync */
	struct str *values; /* as question.settings; absent: the broker does not report it */
};
struct bus_cluster {
	int brokers;
	struct str id; /* empty: the brokers do not report it */
};
/* facts: one for each topic. Usually returns at once, and always within 30 seconds. */
int bus_describe(const char *brokers, const struct bus_question *question, struct arena *mem,
        struct bus_cluster *out_cluster, struct bus_topic_facts *facts, struct err *e) ERR_MUST_USE;
/* Current number of members of each group: 0 if the group does not exist, -1 if the brokers that
 * answered do not know. */
int bus_group_members(const char *brokers, const struct str *groups, size_t count, int *out,
        struct err *e) ERR_MUST_USE;
/* The group's lag on a topic: number of messages that it has not read yet. */
int bus_group_lag(const char *brokers, struct str group, struct str topic, int32_t partitions,
        int64_t *out, struct err *e) ERR_MUST_USE;

#endif
