/* SPDX-License-Identifier: Apache-2.0
 *
 * One thread of a process that now and then removes what is dead and the service's to remove:
 * temporaries in staging that killed writers left, and what the service's own `tidy` knows of. It
 * shares nothing with the loop but the counters. Work of one turn is bounded; what is left waits
 * for the next. Any number of processes may do it at once.
 */
#ifndef COMMON_WORKER_TIDIER_H
#define COMMON_WORKER_TIDIER_H

#include "frame.h"

struct tidier;

struct tidier_plan {
	struct frame *frame;
	const char *const *prefixes; /* in staging, ended by NULL; NULL: none */
	int (*more)(void *state, const struct tidy_run *run, struct tidied *out, struct err *e);
	void *state; /* of more, which may be NULL */
};

/* *out is NULL where there is nothing to do. The first turn begins at once. */
int tidier_start(const struct tidier_plan *plan, struct tidier **out, struct err *e) ERR_MUST_USE;
/* Waits for the turn that is under way, which ends soon. If it does not (a mount may hang) the
 * process ends here, with this code: nothing that the thread uses may be released. Accepts NULL. */
void tidier_stop(struct tidier *t, int code);

#endif
