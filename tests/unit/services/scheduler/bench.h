/* SPDX-License-Identifier: Apache-2.0
 * One world and its workers for each test of decide, and the shortest words for them. */
#ifndef TESTS_SCHEDULER_BENCH_H
#define TESTS_SCHEDULER_BENCH_H

#include "workers.h"

struct bench {
	struct world w;
	struct workers k;
	size_t next; /* of the world's tasks, to be worked on */
	struct spec_suppression list;
	struct spec_blackout blackout;
	struct str unsupported;
};

static const struct str D1 = {"d1000000000000000000000000000001", 32};
static const struct str D2 = {"d2000000000000000000000000000002", 32};
static const struct str D3 = {"d3000000000000000000000000000003", 32};

static inline int begin(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	assert_non_null(b);
	world_init(&b->w);
	workers_init(&b->k, &b->w);
	*state = b;
	return 0;
}

static inline int finish(void **state)
{
	struct bench *b = *state;
	world_release(&b->w);
	free(b);
	return 0;
}

static inline void is_at(const struct stored *s, enum delivery_state state, const char *reason)
{
	if (s->x.state != state || !str_eq(s->x.reason, str_c(reason)))
		fail_msg("state %s(" STR_FMT "), detail " STR_FMT "; want %s(%s)",
		        delivery_state_name(s->x.state), STR_ARG(s->x.reason),
		        STR_ARG(s->x.memory.detail), delivery_state_name(state), reason);
}

/* Asked for, and worked on until there is no more to do. */
static inline struct stored *run(struct bench *b, struct str id)
{
	struct stored *s = world_request(&b->w, id, b->w.now_ms);
	work_all(&b->k, &b->next);
	return s;
}

#endif
