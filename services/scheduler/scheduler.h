/* SPDX-License-Identifier: Apache-2.0
 *
 * The scheduler's state, and its ports. It decides; the world is behind these ports, so that tests
 * can stand there. One thread owns it all.
 */
#ifndef SCHEDULER_H
#define SCHEDULER_H

#include "cycle/specs.h"
#include "longshore/zones.h"
#include "settings.h"
#include "time/reach.h"
#include "time/readback.h"

#include "longshore/keyring.h"
#include "longshore/store.h"
#include "longshore/worker.h"

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

/* What saves work only; may forget everything. */
struct trigger_memory {
	void *arg;
	bool (*seen)(void *arg, struct str identity);
	void (*remember)(void *arg, struct str identity);
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

struct scheduler {
	struct scheduler_settings settings;
	struct decide_rules rules;
	struct pg *pg;
	struct store *store; /* staging; only specs/ is written */
	struct keyring *keys;
	struct outlet outlet;
	struct trigger_memory triggers;
	struct zones zones;
	struct specs specs;
	struct readback readback;
	struct arena work;      /* input of one duty, or of one cycle of a batch */
	struct arena reading;   /* what the triggers of a batch share */
	struct arena attempt;   /* one attempt of a cycle */
	struct arena rounds[2]; /* those who go on because of a cycle */
	int64_t mono_ms;        /* at the begin of the call */
	int64_t next_sync_ms, next_sweep_ms, next_tidy_ms, next_list_ms; /* monotonic */
	bool has_swept; /* in the last tick: the pause until the next begins with this one */
	struct topic_rest rests[TOPIC_COUNT];
	struct reach due_reach, outbox_reach, packet_reach;
	bool plans_checked; /* run times were computed anew since the start */
	struct tally tally;
};

void scheduler_init(struct scheduler *s, const struct scheduler_settings *settings);
void scheduler_release(
        struct scheduler *s); /* not the ports, pg, store and keys: they are the caller's */

/* --- what the loop calls --- */

/* All are durable and published when it returns 0. */
int scheduler_batch(struct scheduler *s, const struct batch_message *msgs, size_t count,
        int64_t mono_ms, struct err *e) ERR_MUST_USE;
/* PostgreSQL's timeline: another one may lack what was stored last. */
int scheduler_timeline(struct scheduler *s, int64_t *out, struct err *e) ERR_MUST_USE;
/* Sweeps, due deliveries, due runs, plans, read-back. mono_ms: monotonic clock. *out_next_ms: when
 * to come again. */
int scheduler_tick(
        struct scheduler *s, int64_t mono_ms, int64_t *out_next_ms, struct err *e) ERR_MUST_USE;

#endif
