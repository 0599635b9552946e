/* SPDX-License-Identifier: Apache-2.0
 *
 * What cycles run on: connections, keys, memory, and the port that decisions are published
 * through. Tests replace the outside world at these ports. Owned by one thread. */
#ifndef SCHEDULER_ENGINE_H
#define SCHEDULER_ENGINE_H

#include "specs.h"

#include "longshore/keyring.h"
#include "longshore/publisher.h"
#include "longshore/store.h"

struct pg;

/* Where decisions are published. */
struct outlet {
	void *arg;
	/* Like publisher_send_each. */
	int (*send)(void *arg, const struct publication_set *set, struct err *e);
	int32_t (*partition_of)(
	        struct str key, int32_t partitions); /* like the Java client: murmur2 */
	/* Counts permanently removed rows for the metrics. Can be NULL. */
	void (*removed)(void *arg, int64_t rows);
	/* Called between the steps of long work: reports progress, and keeps the partitions.
	 * false: stop, and do not touch the batch again. Can be NULL. */
	bool (*breathe)(void *arg);
};

/* Counted since the start; main logs it on exit. */
struct tally {
	int64_t decisions, published, swept, fenced, refused, runs, skipped_runs, republished,
	        removed;
};

/* A topic that did not accept what was sent: see publish.c. */
struct topic_rest {
	bool is_resting;
	int64_t not_before_ms; /* monotonic: time of the next try */
	int32_t wait_ms, rows; /* wait and row limit of that try */
};

struct engine {
	struct decide_rules rules;
	int64_t lane_spread; /* max partitions that one lane's tasks spread over */
	struct pg *pg;
	struct store *store; /* staging; only specs/ is written */
	struct keyring *keys;
	struct outlet outlet;
	struct zones zones;
	struct specs specs;
	struct arena attempt;   /* one attempt of a cycle */
	struct arena rounds[2]; /* deliveries that continue because of a cycle */
	int64_t mono_ms;        /* at the start of the call */
	struct topic_rest rests[TOPIC_COUNT];
	struct tally tally;
};

/* Far above normal use: loops over input stop much sooner. */
#define ENGINE_ARENA_BYTES (UINT64_C(1) << 30)

void engine_init(struct engine *g, const char *zoneinfo);
/* Does not release pg, store and keys: they are the caller's. */
void engine_release(struct engine *g);
/* Called between two steps of long work, to show that the loop is alive. ERR_DEFER: stop here. */
int engine_breathe(struct engine *g, struct err *e) ERR_MUST_USE;

#endif
