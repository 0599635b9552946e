/* SPDX-License-Identifier: Apache-2.0
 * What a scheduler's world in memory is made of, and how it begins. */
#ifndef TESTS_SCHEDULER_WORLD_TYPES_H
#define TESTS_SCHEDULER_WORLD_TYPES_H

#include "decide/issue.h"
#include "fake_workers.h"
#include "unfinished.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DELIVERIES = 16, ROWS = 1024, MESSAGES = 8192, CLAIMS = 512 };

struct stored {
	struct delivery x;
	struct task_row rows[ROWS]; /* with result and made, all in w->mem */
	size_t rows_count;
	struct frozen frozen;
	int64_t status_version; /* of the last word published */
	int published_statuses;
	int receipts;
};

struct claimed {
	struct str path, delivery_id;
};

struct place { /* under a quota */
	struct str delivery_id;
	int64_t since_ms, free_ms, begun_ms; /* free 0: it has one; begun 0: not yet */
};

struct world {
	struct arena mem;
	int64_t now_ms, timeline;
	struct decide_rules rules;
	struct spec spec;
	struct frozen frozen; /* of the next request */
	struct stored *all;
	size_t count;
	struct route_head head; /* one route */
	struct str bridge_version;
	int64_t bridge_built_ms, bridge_persons;
	struct claimed claims[CLAIMS];
	size_t claims_count;
	struct place places[DELIVERIES]; /* all of one tenant at one destination */
	size_t places_count;
	struct message *tasks; /* published, in order */
	size_t tasks_count;
	struct str bucket_place; /* remembered; empty: none is */
	struct cap tenant, destination;
	struct breaker breaker;
	struct decision last; /* of the last step */
	int audits;
	char last_audit[64];
	bool wakes_route;
	enum ev_resolution resolution; /* of the next word */
	bool new_place;                /* of the next word */
};

static inline void world_init(struct world *w)
{
	memset(w, 0, sizeof *w);
	arena_init(&w->mem, (size_t)1 << 30);
	w->all = calloc(DELIVERIES, sizeof *w->all);
	w->tasks = calloc(MESSAGES, sizeof *w->tasks);
	assert_non_null(w->all);
	assert_non_null(w->tasks);
	w->now_ms = INT64_C(1780000000000);
	w->timeline = 1;
	w->rules = (struct decide_rules){
	        .not_after_ms = 900000,
	        .alarm_ms = 60000,
	        .backoff_ms = 1000,
	        .backoff_max_ms = 900000,
	        .hold_check_ms = 60000,
	        .confirm_ms = 30000,
	        .cap_wait_ms = 1000,
	        .wave = 500,
	        .tasks_max = 100,
	        .breaker_failures = 3,
	        .breaker_open_ms = 30000,
	        .lists_fresh_ms = 1000,
	        .breaker_open_max_ms = 300000,
	};
	w->spec = (struct spec){
	        .kind = SPEC_DELIVERY,
	        .tenant = STR("acme"),
	        .route = STR("daily"),
	        .mode = STR("full"),
	        .audience = {.name = STR("people"), .segment = STR("")},
	        .bridge = {.name = STR("bridge"), .max_age_hours = 48},
	        .destination = {.name = STR("partner"),
	                .max_rows_per_file = 10,
	                .data_template = STR("{label}/{delivery}_{part}.csv"),
	                .part_format = STR("00001"),
	                .manifest_template = STR("{label}/{delivery}.manifest"),
	                .completion = COMPLETION_SUCCESS_FILE,
	                .marker_template = STR("{label}/{delivery}_SUCCESS"),
	                .time_zone = STR("UTC")},
	        .bucket = {.name = STR("drop"), .url = STR("file:///drop/")},
	        .guards = {.max_shrink_ppm = GUARD_OFF,
	                .max_growth_ppm = GUARD_OFF,
	                .max_change_ppm = GUARD_OFF,
	                .min_match_rate_ppm = GUARD_OFF},
	        .limits = {.attempts = 8, .hold_hours = 720},
	        .zone = STR("UTC"),
	};
	w->frozen = (struct frozen){
	        .spec = &w->spec,
	        .json = STR("{}"),
	        .hash = STR("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
	        .route_zone = &tz_utc,
	        .file_zone = &tz_utc,
	};
	w->bridge_version = STR("v1");
	w->bridge_built_ms = w->now_ms - 3600000;
	w->tenant.room = w->destination.room = INT64_MAX;
}

static inline void world_release(struct world *w)
{
	arena_release(&w->mem);
	free(w->all);
	free(w->tasks);
}

static inline struct stored *world_find(struct world *w, struct str id)
{
	for (size_t i = 0; i < w->count; i++)
		if (str_eq(w->all[i].x.id, id))
			return &w->all[i];
	return NULL;
}

static inline struct task_row *world_row(struct stored *s, struct str id)
{
	for (size_t i = 0; i < s->rows_count; i++)
		if (str_eq(s->rows[i].id, id))
			return &s->rows[i];
	return NULL;
}

#endif
