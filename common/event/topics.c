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

static const char *const roles[ROLE_COUNT] = {
        [ROLE_SCHEDULER] = "scheduler",
        [ROLE_BRIDGE_BUILDER] = "bridge-builder",
        [ROLE_BRIDGE_WORKER] = "bridge-worker",
        [ROLE_FORMATTER] = "formatter",
        [ROLE_UPLOADER] = "uploader",
        [ROLE_AUDIT_SINK] = "audit-sink",
        [ROLE_OPERATOR] = "operator",
        [ROLE_PRODUCER] = "producer",
};

#define BIT(role) (1U << ROLE_##role)
#define WORKERS (BIT(BRIDGE_BUILDER) | BIT(BRIDGE_WORKER) | BIT(FORMATTER) | BIT(UPLOADER))

/* Tasks are written by the scheduler alone: whoever could write those of another service could have
 * it read, and send, what is not meant to be sent. Dead letters are written by all who read. */
static const struct topic_plan plans[TOPIC_COUNT] = {
        [TOPIC_TRIGGERS] = {"triggers", 12, for_a_week, BIT(SCHEDULER),
                BIT(OPERATOR) | BIT(PRODUCER)},
        [TOPIC_BUILD_TASKS] = {"build.tasks", 24, for_a_week, BIT(BRIDGE_BUILDER), BIT(SCHEDULER)},
        [TOPIC_BRIDGE_TASKS] = {"bridge.tasks", 24, for_a_week, BIT(BRIDGE_WORKER), BIT(SCHEDULER)},
        [TOPIC_FORMAT_TASKS] = {"format.tasks", 24, for_a_week, BIT(FORMATTER), BIT(SCHEDULER)},
        [TOPIC_UPLOAD_TASKS] = {"upload.tasks", 24, for_a_week, BIT(UPLOADER), BIT(SCHEDULER)},
        [TOPIC_RESULTS] = {"results", 12, for_a_week, BIT(SCHEDULER), WORKERS},
        [TOPIC_DELIVERIES] = {"deliveries", 12, last_word,
                BIT(SCHEDULER) | BIT(AUDIT_SINK) | BIT(OPERATOR), BIT(SCHEDULER)},
        [TOPIC_AUDIT] = {"audit", 6, for_ever, BIT(AUDIT_SINK),
                BIT(SCHEDULER) | BIT(OPERATOR)}, /* the command line records what it applies */
        [TOPIC_DEADLETTERS] = {"deadletters", 3, for_ever, BIT(AUDIT_SINK),
                WORKERS | BIT(SCHEDULER) | BIT(AUDIT_SINK)},
};

const struct topic_plan *topic_plan(enum topic topic)
{
	assert(topic < TOPIC_COUNT);
	return &plans[topic];
}

const char *topic_role_name(enum topic_role role)
{
	assert(role < ROLE_COUNT);
	return roles[role];
}

bool topic_role_has_group(enum topic_role role)
{
	return role <= ROLE_AUDIT_SINK;
}
