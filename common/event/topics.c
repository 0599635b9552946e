/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/topics.h"

#include <assert.h>

#define RECORD_MAX "max.message.bytes", "1048588"
#define WEEK_MS "604800000"

static const char *const for_a_week[] = {
        RECORD_MAX, "cleanup.policy", "delete", "retention.ms", WEEK_MS, NULL};
static const char *const for_ever[] = {RECORD_MAX, "cleanup.policy", "delete", "retention.ms", "-1",
        "retention.bytes", "-1", NULL};
static const char *const last_word[] = {RECORD_MAX, "cleanup.policy", "compact", NULL};

static const struct topic_plan plans[TOPIC_COUNT] = {
        [TOPIC_TRIGGERS] = {"triggers", 12, for_a_week},
        [TOPIC_BUILD_TASKS] = {"build.tasks", 24, for_a_week},
        [TOPIC_BRIDGE_TASKS] = {"bridge.tasks", 24, for_a_week},
        [TOPIC_FORMAT_TASKS] = {"format.tasks", 24, for_a_week},
        [TOPIC_UPLOAD_TASKS] = {"upload.tasks", 24, for_a_week},
        [TOPIC_RESULTS] = {"results", 12, for_a_week},
        [TOPIC_DELIVERIES] = {"deliveries", 12, last_word},
        [TOPIC_AUDIT] = {"audit", 6, for_ever},
        [TOPIC_DEADLETTERS] = {"deadletters", 3, for_ever},
};

const struct topic_plan *topic_plan(enum topic topic)
{
	assert(topic < TOPIC_COUNT);
	return &plans[topic];
}
