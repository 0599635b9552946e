/* SPDX-License-Identifier: Apache-2.0
 *
 * The scheduler: the engine that runs cycles, the timed duties, and the memory of triggers. One
 * thread owns all of it.
 */
#ifndef SCHEDULER_H
#define SCHEDULER_H

#include "cycle/engine.h"
#include "settings.h"
#include "time/duties.h"

#include "longshore/worker.h"

/* Remembers decided triggers, only to save work. It can forget any of them. */
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
	struct arena reading; /* shared by the triggers of a batch */
	int64_t next_sync_ms, next_sweep_ms, next_tidy_ms, next_list_ms; /* monotonic */
	bool has_swept;     /* in the last tick: the pause before the next sweep starts now */
	bool plans_checked; /* run times were recomputed since the start */
};

void scheduler_init(struct scheduler *s, const struct scheduler_settings *settings);
void scheduler_release(struct scheduler *s); /* not pg, store and keys: the caller owns them */

/* --- what the loop calls --- */

/* When it returns 0, all messages are decided, stored and published. */
int scheduler_batch(struct scheduler *s, const struct batch_message *msgs, size_t count,
        int64_t mono_ms, struct err *e) ERR_MUST_USE;
/* PostgreSQL's timeline. A new timeline can lack the last writes of the old one. */
int scheduler_timeline(struct scheduler *s, int64_t *out, struct err *e) ERR_MUST_USE;
/* Runs what is due: sweeps, deliveries, runs, plans, read-back. mono_ms: monotonic clock.
 * *out_next_ms: time until the next call. */
int scheduler_tick(
        struct scheduler *s, int64_t mono_ms, int64_t *out_next_ms, struct err *e) ERR_MUST_USE;

#endif
