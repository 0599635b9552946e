/* SPDX-License-Identifier: Apache-2.0
 *
 * Chooses what to do next with the tasks at hand. Pure: changes nothing. The rules:
 *
 *   - A suspect with `poison_limit` deaths becomes a dead letter.
 *   - Nothing starts after its not_after.
 *   - Suspects come before fresh tasks and run alone: no other task is in progress in the whole
 *     process, including those left over from a revoked partition, and none starts beside them.
 *   - A task that waits (its lease is held elsewhere) blocks no other.
 *   - There are no more tasks than threads, and a lane gets no more than its share of them. A
 *     task that has been on its thread for long does not count while there are spare threads:
 *     lanes that hang must not take the threads of those that respond. */
#ifndef COMMON_WORKER_CHOICE_H
#define COMMON_WORKER_CHOICE_H

#include "task.h"

enum choice_step {
	CHOICE_NONE,
	CHOICE_BURY,   /* send a dead letter, then a reject */
	CHOICE_EXPIRE, /* report `expired` */
	CHOICE_LEASE,  /* take the lease, then choose again */
	CHOICE_ALONE,  /* mark as running alone, then start */
	CHOICE_RUN,    /* mark as running, then start */
};

struct choice {
	enum choice_step step;
	struct task *task; /* NULL for CHOICE_NONE */
};

struct choice_facts {
	int64_t now_ms; /* wall clock */
	int64_t mono_ms;
	int64_t threads;
	int64_t spare_threads; /* additional threads that replace those that hang */
	int64_t lane_threads;  /* max of all threads for one lane */
	int64_t poison_limit;
};

/* The share of one lane if lanes can hang: a quarter of the threads, at least one, is left for
 * others. With one thread, the share is the whole. */
int64_t choice_lane_threads(int64_t threads);
/* The number of threads that can hang before other tasks get fewer threads than configured. */
int64_t choice_spare_threads(int64_t threads);

enum {
	SILENT_MS = 10 * 1000,    /* a task on its thread for this long counts as hanging */
	LANE_THREADS_CROWDED = 2, /* per lane, while as many hang as should work */
	SPARE_THREADS_MAX = 192,
	WAITING_MAX = 1000, /* tasks held; reading pauses above, resumes below half */
	WAITING_MAX_BYTES = 16 << 20,
	LANE_WAITING_MAX = 60, /* per lane when half full: a hanging lane must not pause others */
};

/* If lanes can hang: true if too many tasks of t's lane already wait for t to wait here, too.
 * `tasks` can include t itself. */
bool choice_is_lane_full(struct task *const *tasks, size_t count, const struct task *t);

struct choice choose(struct task *const *tasks, size_t count, const struct choice_facts *facts);

#endif
