/* SPDX-License-Identifier: Apache-2.0
 * What the duties of time share: intervals, limits, and how far each scan has come. */
#ifndef SCHEDULER_DUTIES_H
#define SCHEDULER_DUTIES_H

#include "cycle/engine.h"
#include "reach.h"
#include "readback.h"

struct duty_rules {
	int64_t due_batch; /* due deliveries or runs handled at once */
	int64_t outbox_age_ms;
	int64_t confirm_ms, readback_ms;
	int64_t keep_tasks_ms, list_ended_ms, reread_ms;
};

struct duties {
	struct engine *g;
	struct duty_rules rules;
	struct readback readback;
	struct reach due_reach, outbox_reach, packet_reach;
};

/* Each works in the given memory. *out_more: there is more to do right away. */
typedef int duty(struct duties *d, struct arena *mem, bool *out_more, struct err *e);

#endif
