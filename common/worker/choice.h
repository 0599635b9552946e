/* SPDX-License-Identifier: Apache-2.0
 *
 * What to do next with the tasks at hand. Pure: looks only. The rules:
 *
 *   - a suspect with `poison_limit` deaths becomes a dead letter;
 *   - past its not_after nothing is started;
 *   - suspects come before fresh tasks and run alone: nothing else is at work in the whole process,
 * also nothing that is left over from a revoked partition, and nothing starts beside them;
 *   - who waits (a lease held elsewhere) holds up no other;
 *   - no more tasks than threads, and of one lane no more than its share of them.
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
	int64_t lane_threads; /* of them for one lane at most */
	int64_t poison_limit;
};

/* The share of one lane where lanes may hang: a quarter of the threads, one at least, is left for
 * others; of one thread it is the whole. */
int64_t choice_lane_threads(int64_t threads);

struct choice choose(struct task *const *tasks, size_t count, const struct choice_facts *facts);

#endif
