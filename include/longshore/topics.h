/* SPDX-License-Identifier: Apache-2.0
 * The topics, and who reads and writes each: one table, read by `longshore topics`, the loops and
 * the scheduler's outbox. */
#ifndef LONGSHORE_TOPICS_H
#define LONGSHORE_TOPICS_H

#include "longshore/str.h"

#include <stdbool.h>
#include <stdint.h>

enum topic {
	TOPIC_TRIGGERS,
	TOPIC_BUILD_TASKS,
	TOPIC_BRIDGE_TASKS,
	TOPIC_FORMAT_TASKS,
	TOPIC_UPLOAD_TASKS,
	TOPIC_RESULTS,
	TOPIC_DELIVERIES,
	TOPIC_AUDIT,
	TOPIC_DEADLETTERS,
	TOPIC_COUNT
};

/* Who connects to Kafka: the services, people with the command line, and who sends triggers. */
enum topic_role {
	ROLE_SCHEDULER,
	ROLE_BRIDGE_BUILDER,
	ROLE_BRIDGE_WORKER,
	ROLE_FORMATTER,
	ROLE_UPLOADER,
	ROLE_AUDIT_SINK,
	ROLE_OPERATOR,
	ROLE_PRODUCER,
	ROLE_COUNT
};

struct topic_plan {
	const char *suffix;          /* "bridge.tasks"; the full name is prefix + suffix */
	int32_t partitions;          /* never changes once created */
	const char *const *settings; /* name, value, ..., NULL */
	unsigned readers, writers;   /* bits 1 << enum topic_role */
};

const struct topic_plan *topic_plan(enum topic topic);

const char *topic_role_name(enum topic_role role); /* "bridge-worker" */
/* It reads as a member of the group <prefix><name>; the command line reads without a group. */
bool topic_role_has_group(enum topic_role role);

#endif
