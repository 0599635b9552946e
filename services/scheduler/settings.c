/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#include "longshore/floor.h"

#include <stddef.h>

#define AT(member) offsetof(struct scheduler_settings, member)
#define MS(name, member, preset, least, most, help) \
	{ \
		"LONGSHORE_SCHEDULER_" name, CONF_INT, AT(member), preset, least, most, "ms", \
		        false, help \
	}
#define NUM(name, member, preset, least, most, help) \
	{ \
		"LONGSHORE_SCHEDULER_" name, CONF_INT, AT(member), preset, least, most, "count", \
		        false, help \
	}

#define YEAR_MS (INT64_C(365) * 24 * 3600 * 1000)

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

const struct conf_field scheduler_fields[] = {
        FLOOR_SETTING(AT(min_audience)),
        MS("NOT_AFTER_MS", not_after_ms, "900000", 1000, 24 * HOUR,
                "time after its issue when a task is no longer started"),
        MS("ALARM_MS", alarm_ms, "60000", 100, 24 * HOUR,
                "further time without a result after which it is issued again"),
        MS("BACKOFF_MS", backoff_ms, "1000", 1, HOUR,
                "pause after the first failure; doubles with each retry"),
        MS("BACKOFF_MAX_MS", backoff_max_ms, "900000", 1, 24 * HOUR, "longest pause"),
        MS("HOLD_CHECK_MS", hold_check_ms, "60000", 10, 24 * HOUR,
                "interval between checks of a hold that releases itself"),
        MS("CONFIRM_MS", confirm_ms, "30000", 100, 24 * HOUR,
                "interval at which a final status that was not read back is published again"),
        MS("CAP_WAIT_MS", cap_wait_ms, "30000", 10, HOUR,
                "longest interval between checks of a delivery that waits for a cap or a bucket; "
                "normally it is woken sooner"),
        NUM("WAVE", wave, "500", 1, 10000, "most tasks of one delivery that one decision issues"),
        NUM("TASKS_MAX", tasks_max, "100000", 1, 100000, "most tasks in one stage of a delivery"),
        NUM("BREAKER_FAILURES", breaker_failures, "5", 1, 1000,
                "uploads in a row that find a bucket down, or are not answered, before its uploads "
                "pause"),
        MS("BREAKER_OPEN_MS", breaker_open_ms, "30000", 1, HOUR,
                "first pause; doubles with each failed probe"),
        MS("BREAKER_OPEN_MAX_MS", breaker_open_max_ms, "300000", 1, 24 * HOUR, "longest rest"),
        MS("LISTS_FRESH_MS", lists_fresh_ms, "1000", 0, HOUR,
                "while no file is visible, how old the last look at the suppression lists may be "
                "when an upload is issued; otherwise they are read again"),
        MS("OUTBOX_AGE_MS", outbox_age_ms, "5000", 10, HOUR,
                "age at which any scheduler publishes a stored event that was not published"),
        MS("TICK_MS", tick_ms, "500", 10, MINUTE, "longest interval between checks for due work"),
        MS("SYNC_MS", sync_ms, "2000", 10, HOUR,
                "interval between comparisons of routes with their plans"),
        MS("REREAD_MS", reread_ms, "900000", 1000, 24 * HOUR,
                "how far back triggers and results are read again after a standby was promoted"),
        MS("READBACK_MS", readback_ms, "5000", 10, HOUR,
                "age at which the latest status in Kafka is compared with the stored one"),
        NUM("DUE_BATCH", due_batch, "100", 1, 10000, "due deliveries or runs handled at once"),
        NUM("LANE_SPREAD", lane_spread, "12", 1, 1000,
                "most partitions that the tasks of one bridge or destination are spread over"),
        MS("KEEP_TASKS_MS", keep_tasks_ms, "2592000000", 1000, 10 * YEAR_MS,
                "how long task rows of finished deliveries are kept for `longshore trace`; at "
                "least as long as messages are read again"),
        MS("LIST_ENDED_MS", list_ended_ms, "3600000", 100, 24 * HOUR,
                "time after its end when a delivery is listed in staging, so that each service "
                "removes its staged data; at least as long as messages are read again"),
        {"LONGSHORE_SCHEDULER_ZONEINFO", CONF_TEXT, AT(zoneinfo), "/usr/share/zoneinfo", 0, 0, NULL,
                false, "directory of the time zone files"},
};
const size_t scheduler_fields_count = sizeof scheduler_fields / sizeof scheduler_fields[0];

struct decide_rules settings_rules(const struct scheduler_settings *s)
{
	return (struct decide_rules){
	        .min_audience = s->min_audience,
	        .not_after_ms = s->not_after_ms,
	        .alarm_ms = s->alarm_ms,
	        .backoff_ms = s->backoff_ms,
	        .backoff_max_ms = s->backoff_max_ms,
	        .hold_check_ms = s->hold_check_ms,
	        .confirm_ms = s->confirm_ms,
	        .cap_wait_ms = s->cap_wait_ms,
	        .wave = (int32_t)s->wave,
	        .tasks_max = (int32_t)s->tasks_max,
	        .breaker_failures = (int32_t)s->breaker_failures,
	        .breaker_open_ms = s->breaker_open_ms,
	        .lists_fresh_ms = s->lists_fresh_ms,
	        .breaker_open_max_ms = s->breaker_open_max_ms,
	};
}

struct duty_rules settings_duties(const struct scheduler_settings *s)
{
	return (struct duty_rules){
	        .due_batch = s->due_batch,
	        .outbox_age_ms = s->outbox_age_ms,
	        .confirm_ms = s->confirm_ms,
	        .readback_ms = s->readback_ms,
	        .keep_tasks_ms = s->keep_tasks_ms,
	        .list_ended_ms = s->list_ended_ms,
	        .reread_ms = s->reread_ms,
	};
}
