/* SPDX-License-Identifier: Apache-2.0
 *
 * What to do next with the tasks at hand. Pure: looks only. The rules:
 *
 *   - a suspect with `poison_limit` deaths becomes a dead letter;
 *   - past its not_after nothing is started;
 *   - suspects come before fresh tasks and run alone: nothing else is at work in the whole process,
 * also nothing that is left over from a revoked partition, and nothing starts beside them;
 *   - who waits (a lease held elsewhere) holds up no other;
 *   - no more tasks than threads, and of one lane no more than its share of them; what is on its
 * thread for long does not count, while there are spare threads: a lane that hangs, or several, must
 * not take the threads of those that answer.
 */
#ifndef COMMON_WORKER_CHOICE_H
#define COMMON_WORKER_CHOICE_H

#include "task.h"

enum choice_step {
	CHOICE_NONE,
	CHOICE_BURY,   /* dead letter, then a reject */
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
	int64_t spare_threads; /* more of them, which stand in for those that hang */
	int64_t lane_threads;  /* of all for one lane at most */
	int64_t poison_limit;
};

/* The share of one lane where lanes may hang: a quarter of the threads, one at least, is left for
 * others; of one thread it is the whole. */
int64_t choice_lane_threads(int64_t threads);
/* How many may hang before the others get fewer threads than they should. */
int64_t choice_spare_threads(int64_t threads);

enum {
	SILENT_MS = 10 * 1000,    /* after which a task on a thread counts as one that hangs */
	LANE_THREADS_CROWDED = 2, /* of one lane, when as many hang as should work at all */
	SPARE_THREADS_MAX = 192,
	WAITING_MAX = 1000, /* tasks held; reading pauses above and goes on below half of it */
	WAITING_MAX_BYTES = 16 << 20,
	LANE_WAITING_MAX = 60, /* of one lane, when half of what may wait does: so a lane that
	                           hangs does not pause the reading of others */
};

/* Where lanes may hang: too many of t's lane wait already for t to wait here, too. `tasks` may hold
 * t itself. */
bool choice_is_lane_full(struct task *const *tasks, size_t count, const struct task *t);

struct choice choose(struct task *const *tasks, size_t count, const struct choice_facts *facts);

#endif
