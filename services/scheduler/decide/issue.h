/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides which waiting tasks are issued now: those that are ready, within the caps of tenant
 * and destination, while the breaker of their place is closed, and at most a wave at once. Says
 * what the other tasks wait for: a delivery that frees it wakes them. Sets when the delivery
 * must be looked at again in any case. Pure.
 */
#ifndef SCHEDULER_ISSUE_H
#define SCHEDULER_ISSUE_H

#include "decide.h"

struct cap {          /* as one delivery sees it: deliveries that have waited longer come first */
	int64_t room; /* places left for this delivery; INT64_MAX = no cap */
};

struct issue_world {
	int64_t now_ms;
	const struct decide_rules *rules;
	struct cap *tenant, *destination;
	struct breaker *breaker;
	bool knows_unfinished;       /* decide knew NEED_UNFINISHED */
	const struct frozen *frozen; /* the current configuration; NULL: none */
	struct arena *mem;
};

bool breaker_is_open(const struct breaker *b, const struct decide_rules *rules);

/* Counts results of uploads: enough failures in a row open the breaker, one success closes it.
 * While it is open, only a failure of the probe counts: uploads in flight when it opened say
 * nothing new. */
void breaker_note(struct breaker *b, const struct decision *decision, const struct issue_world *w);

/* Marks rows as issued, says what the others wait for, and sets due_ms of the delivery. `before`:
 * the delivery as loaded. */
void issue_ready(
        struct decision *decision, const struct delivery *before, const struct issue_world *w);

/* Call it after issue_count. If more tasks are to be made, the delivery is due at once. */
void issue_look_soon(struct decision *decision, const struct issue_world *w);

/* Updates the number of issued tasks. `before`: the rows as loaded, in the decision's order. */
void issue_count(struct decision *decision, const struct task_row *before, size_t before_count);

/* Fills in what an issue adds to the task's event: its number and time. At the destination also the
 * place of the delivery's files as far as it is known, and the remembered place of the bucket's
 * URL. An upload to a bucket without a remembered place (bucket_place empty) first asks for it. */
void issue_fill(const struct delivery *x, const struct task_row *row, struct str bucket_place,
        union task_event *event);

#endif
