/* SPDX-License-Identifier: Apache-2.0
 *
 * Which waiting tasks go now: those that are ready, while there is room under the caps of tenant
 * and destination, while the destination's breaker is closed, and not more than a wave at once. And
 * when the delivery must be looked at again. Pure.
 */
#ifndef SCHEDULER_ISSUE_H
#define SCHEDULER_ISSUE_H

#include "decide.h"

/* Shared by all deliveries of a batch. */
struct cap {
	int64_t room; /* places left; INT64_MAX = no cap */
};

struct breaker {          /* of one destination */
	int32_t failures; /* uploads in a row that found it away */
	int64_t open_until_ms;
	bool is_changed;
};

struct issue_world {
	int64_t now_ms;
	const struct decide_rules *rules;
	struct cap *tenant, *destination;
	struct breaker *breaker;
	bool knows_unfinished; /* all unfinished rows were given to decide */
	const struct frozen *frozen; /* the configuration that counts now; NULL: none */
	struct arena *mem;
};

/* News of uploads: enough failures in a row open it, one success closes it. */
void breaker_note(struct breaker *b, const struct decision *decision, const struct issue_world *w);

/* Marks rows as issued and sets due_ms of the delivery. `before_due_ms`, `before_phase`: as they
 * were loaded. */
void issue_ready(
        struct decision *decision, const struct delivery *before, const struct issue_world *w);

/* What an issue adds to the task's event: its number and time and, at the destination, where the
 * delivery's files are as far as is known now. */
void issue_fill(const struct delivery *x, const struct task_row *row, union task_event *event);

#endif
