/* SPDX-License-Identifier: Apache-2.0
 *
 * What cycles run on: connections, keys, memory, and where decisions are made known. The world is
 * behind these ports, so that tests can stand there. One thread owns it.
 */
#ifndef SCHEDULER_ENGINE_H
#define SCHEDULER_ENGINE_H

#include "specs.h"

#include "longshore/keyring.h"
#include "longshore/publisher.h"
#include "longshore/store.h"

struct pg;

/* Where decisions are made known. */
struct outlet {
	void *arg;
	/* As publisher_send_each. */
	int (*send)(void *arg, const struct publication_set *set, struct err *e);
	int32_t (*partition_of)(
	        struct str key, int32_t partitions); /* as the Java client: murmur2 */
	/* Counts, for the metrics, what was removed for good; may be NULL. */
	void (*removed)(void *arg, int64_t rows);
	/* Called between the steps of long work: shows that it goes on, and keeps the partitions.
	 * false: stop, and touch the batch no more. May be NULL. */
	bool (*breathe)(void *arg);
};

/* Counted since the start; main logs it at the end. */
struct tally {
	int64_t decisions, published, swept, fenced, refused, runs, skipped_runs, republished,
	        removed;
};

/* A topic that did not take what was sent: see publish.c. */
struct topic_rest {
	bool is_resting;
	int64_t not_before_ms; /* monotonic: when it is tried again */
	int32_t wait_ms, rows; /* so long, with so many rows at most */
};

struct engine {
	struct decide_rules rules;
	int64_t lane_spread; /* partitions that the tasks of one lane spread over at most */
	struct pg *pg;
	struct store *store; /* staging; only specs/ is written */
	struct keyring *keys;
	struct outlet outlet;
	struct zones zones;
	struct specs specs;
	struct arena attempt;   /* one attempt of a cycle */
	struct arena rounds[2]; /* those who go on because of a cycle */
	int64_t mono_ms;        /* at the beginning of the call */
	struct topic_rest rests[TOPIC_COUNT];
	struct tally tally;
};

/* Far above what is used: loops over input stop much sooner. */
#define ENGINE_ARENA_BYTES (UINT64_C(1) << 30)

void engine_init(struct engine *g, const char *zoneinfo);
/* Not pg, store and keys: they are the caller's. */
void engine_release(struct engine *g);
/* Between two steps of long work: the loop shows that it lives. ERR_DEFER: stop here. */
int engine_breathe(struct engine *g, struct err *e) ERR_MUST_USE;

#endif
