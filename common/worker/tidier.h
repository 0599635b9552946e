/* SPDX-License-Identifier: Apache-2.0
 *
 * A thread that now and then removes garbage that belongs to the service: temporaries in
 * staging left by killed writers, and what the service's own `tidy` finds. It shares nothing
 * with the loop except the counters. The work of one turn is bounded; the rest waits for the
 * next turn. Any number of processes can do it at once. */
#ifndef COMMON_WORKER_TIDIER_H
#define COMMON_WORKER_TIDIER_H

#include "frame.h"

struct tidier;

struct tidier_plan {
	struct frame *frame;
	const char *const *prefixes; /* in staging, terminated by NULL; NULL or none: no sweep */
	int (*more)(void *state, const struct tidy_run *run, struct tidied *out, struct err *e);
	void *state; /* for `more`, which can be NULL */
};

/* *out is NULL if there is nothing to do. The first turn starts at once. */
int tidier_start(const struct tidier_plan *plan, struct tidier **out, struct err *e) ERR_MUST_USE;
/* Waits for the current turn, which ends soon. If it does not (a mount can hang), the process
 * exits here with this code, because nothing that the thread uses may be released. Accepts
 * NULL. */
void tidier_stop(struct tidier *t, int code);

#endif
