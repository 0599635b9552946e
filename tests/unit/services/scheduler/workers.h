/* SPDX-License-Identifier: Apache-2.0
 * The fake workers on the world in memory. */
#ifndef TESTS_SCHEDULER_WORKERS_H
#define TESTS_SCHEDULER_WORKERS_H

#include "world.h"

static inline void workers_init(struct workers *k, struct world *w)
{
	*k = (struct workers){.w = w,
	        .mem = &w->mem,
	        .now_ms = &w->now_ms,
	        .spec = &w->spec,
	        .slices = 2,
	        .rows_per_slice = 12,
	        .list_hash = "l1",
	        .list_ids = 3,
	        .list_known = 3,
	        .list_modified_ms = w->now_ms};
}

/* Does everything that was published, until nothing new comes or the next task is of this stage. */
static inline void work_until(struct workers *k, size_t *next, enum stage stop)
{
	while (*next < k->w->tasks_count && k->w->tasks[*next].stage != stop)
		(void)world_result(k->w, work(k, &k->w->tasks[(*next)++]));
}

static inline void work_all(struct workers *k, size_t *next)
{
	work_until(k, next, STAGE_COUNT);
}

#endif
