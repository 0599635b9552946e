/* SPDX-License-Identifier: Apache-2.0
 * The scheduler's own settings. */
#ifndef SCHEDULER_SETTINGS_H
#define SCHEDULER_SETTINGS_H

#include "decide/decide.h"
#include "time/duties.h"

#include "longshore/conf.h"

struct scheduler_settings {
	int64_t min_audience; /* longshore/floor.h */
	int64_t not_after_ms, alarm_ms;
	int64_t backoff_ms, backoff_max_ms;
	int64_t hold_check_ms;
	int64_t confirm_ms;
	int64_t reread_ms;
	int64_t cap_wait_ms;
	int64_t wave, tasks_max;
	int64_t breaker_failures, breaker_open_ms, breaker_open_max_ms;
	int64_t lists_fresh_ms;
	int64_t outbox_age_ms;
	int64_t tick_ms;
	int64_t sync_ms;
	int64_t readback_ms;
	int64_t due_batch;
	int64_t lane_spread;
	int64_t keep_tasks_ms, list_ended_ms;
	const char *zoneinfo;
};

extern const struct conf_field scheduler_fields[];
extern const size_t scheduler_fields_count;

struct decide_rules settings_rules(const struct scheduler_settings *s);
struct duty_rules settings_duties(const struct scheduler_settings *s);

#endif
