/* SPDX-License-Identifier: Apache-2.0
 * A bench whose tenant has a quota of two deliveries an hour, and deliveries that meet there. */
#ifndef TESTS_SCHEDULER_QUOTAS_H
#define TESTS_SCHEDULER_QUOTAS_H

#include "bench.h"

static inline int begin_with_a_quota(void **state)
{
	int rc = begin(state);
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 2;
	return rc;
}

static const int64_t HOUR = 3600 * 1000, DAY = 24 * 3600 * 1000;
static const struct str D[] = {{"d1000000000000000000000000000001", 32},
        {"d2000000000000000000000000000002", 32}, {"d3000000000000000000000000000003", 32},
        {"d4000000000000000000000000000004", 32}, {"d5000000000000000000000000000005", 32}};

static inline void tells(const struct stored *s, const char *part)
{
	struct str detail = s->x.memory.detail;
	size_t n = strlen(part);
	for (size_t i = 0; i + n <= detail.n; i++)
		if (memcmp(detail.p + i, part, n) == 0)
			return;
	fail_msg("the detail is " STR_FMT "; it should tell: %s", STR_ARG(detail), part);
}

static inline struct stored *look(struct bench *b, struct str id)
{
	struct stored *s = world_due(&b->w, id);
	work_all(&b->k, &b->next);
	return s;
}

/* Each has a route of its own here: the world's one route is made free. */
static inline struct stored *run_beside(struct bench *b, struct str id)
{
	b->w.head = (struct route_head){.holder = STR(""), .delivery_id = STR("")};
	return run(b, id);
}

static inline void give_back_route(struct bench *b, const struct stored *s)
{
	b->w.head = (struct route_head){.holder = s->x.id,
	        .delivery_id = s->x.memory.base_delivery,
	        .bridge_version = STR("")};
}

static inline struct stored *look_beside(struct bench *b, struct str id)
{
	give_back_route(b, world_find(&b->w, id));
	return look(b, id);
}

static inline int64_t end_of(int64_t now_ms, int64_t length_ms)
{
	return (now_ms / length_ms + 1) * length_ms;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_with_a_quota, finish)

#endif
