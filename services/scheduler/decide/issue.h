/* SPDX-License-Identifier: Apache-2.0
 *
 * Which waiting tasks go now: those that are ready, while there is room under the caps of tenant
 * and destination, while the breaker of their place is closed, and not more than a wave at once.
 * What the others wait for: who frees that wakes them. And when the delivery must be looked at
 * again whatever happens. Pure.
 */
#ifndef SCHEDULER_ISSUE_H
#define SCHEDULER_ISSUE_H

#include "decide.h"

struct cap {          /* as one delivery sees it: those that have waited longer come first */
	int64_t room; /* places left for it; INT64_MAX = no cap */
};

struct issue_world {
	int64_t now_ms;
	const struct decide_rules *rules;
	struct cap *tenant, *destination;
	struct breaker *breaker;
	bool knows_unfinished;       /* NEED_UNFINISHED was given to decide */
	const struct frozen *frozen; /* the configuration that counts now; NULL: none */
	struct arena *mem;
};

bool breaker_is_open(const struct breaker *b, const struct decide_rules *rules);

/* News of uploads: enough failures in a row open it, one success closes it. While it is open the
 * probe alone counts: what was under way when it opened says nothing new. */
void breaker_note(struct breaker *b, const struct decision *decision, const struct issue_world *w);

/* Marks rows as issued, says what the others wait for, and sets due_ms of the delivery. `before`: as
 * it was loaded. */
void issue_ready(
        struct decision *decision, const struct delivery *before, const struct issue_world *w);

/* Behind issue_count: where more tasks are to be made it is looked at again at once. */
void issue_look_soon(struct decision *decision, const struct issue_world *w);

/* How many tasks are out after this decision. `before`: the rows as they
 * were loaded, in the order of the decision's. */
void issue_count(struct decision *decision, const struct task_row *before, size_t before_count);

/* What an issue adds to the task's event: its number and time and, at the destination, where the
 * delivery's files are as far as is known now, and which place is remembered for the bucket's URL. An
 * upload to a bucket that none is remembered for (bucket_place empty) is a question first. */
void issue_fill(const struct delivery *x, const struct task_row *row, struct str bucket_place,
        union task_event *event);

#endif
