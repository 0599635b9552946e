/* SPDX-License-Identifier: Apache-2.0
 * The topics, the readers and writers of each, and the stages whose tasks they carry, from
 * services/registry.toml. The build makes the tables. */
#ifndef LONGSHORE_TOPICS_H
#define LONGSHORE_TOPICS_H

#include "longshore/event.h"
#include "longshore/services.h"

#include <stdbool.h>
#include <stdint.h>

struct topic_plan {
	const char *suffix;                  /* "bridge.tasks"; the full name is prefix + suffix */
	int32_t partitions;                  /* never changes once created */
	const char *const *settings;         /* name, value, ..., NULL */
	unsigned readers, writers;           /* bits 1 << enum topic_role */
	const struct ev_type *const *events; /* events that it may have, terminated by NULL */
};
extern const struct topic_plan topic_plans[TOPIC_COUNT];

const struct topic_plan *topic_plan(enum topic topic);
bool topic_may_hold(enum topic topic, const struct ev_type *type);

/* Clients of Kafka: the services, people with the command line, and systems that send triggers. */
struct topic_member {
	const char *name; /* "bridge-worker" */
	const char *note; /* describes it; empty for a service */
	bool has_group;   /* reads as a member of the group <prefix><name> */
};
extern const struct topic_member topic_members[ROLE_COUNT];

/* A stage of a delivery: the service that does its tasks, their topic and their event. */
struct stage_plan {
	const char *name;
	enum service service;
	enum topic topic;
	const struct ev_type *type;
	bool is_at_destination; /* counts towards the destination's limits */
};
extern const struct stage_plan stage_plans[STAGE_COUNT];

#endif
