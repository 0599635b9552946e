/* SPDX-License-Identifier: Apache-2.0
 *
 * The scheduler: an engine that runs cycles, the duties of time, and the messages that are read. One
 * thread owns it all.
 */
#ifndef SCHEDULER_H
#define SCHEDULER_H

#include "cycle/engine.h"
#include "settings.h"
#include "time/duties.h"

#include "longshore/worker.h"

/* What saves work only; may forget everything. */
struct trigger_memory {
	void *arg;
	bool (*seen)(void *arg, struct str identity);
	void (*remember)(void *arg, struct str identity);
};

struct scheduler {
	struct engine engine;
	struct duties duties;
	struct trigger_memory triggers;
	int64_t tick_ms, sync_ms;
	struct arena work;    /* input of one duty, or of one cycle of a batch */
	struct arena reading; /* what the triggers of a batch share */
	int64_t next_sync_ms, next_sweep_ms, next_tidy_ms, next_list_ms; /* monotonic */
	bool has_swept;     /* in the last tick: the pause until the next begins with this one */
	bool plans_checked; /* run times were recomputed since the start */
};

void scheduler_init(struct scheduler *s, const struct scheduler_settings *settings);
void scheduler_release(struct scheduler *s); /* not pg, store and keys: they are the caller's */

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
