/* SPDX-License-Identifier: Apache-2.0
 * The topics: one table, read by `longshore topics`, the loops and the scheduler's outbox. */
#ifndef LONGSHORE_TOPICS_H
#define LONGSHORE_TOPICS_H

#include "longshore/str.h"

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

struct topic_plan {
	const char *suffix;          /* "bridge.tasks"; the full name is prefix + suffix */
	int32_t partitions;          /* never changes once created */
	const char *const *settings; /* name, value, ..., NULL */
};

const struct topic_plan *topic_plan(enum topic topic);

#endif
