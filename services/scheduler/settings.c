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
                "a task that was not started so long after its issue is not started any more"),
        MS("ALARM_MS", alarm_ms, "60000", 100, 24 * HOUR,
                "so long after that without a result, it is issued again"),
        MS("BACKOFF_MS", backoff_ms, "1000", 1, HOUR, "pause after the first retry; doubles"),
        MS("BACKOFF_MOST_MS", backoff_most_ms, "900000", 1, 24 * HOUR, "longest pause"),
        MS("HOLD_CHECK_MS", hold_check_ms, "60000", 10, 24 * HOUR,
                "a hold that releases itself is looked at so often"),
        MS("CONFIRM_MS", confirm_ms, "30000", 100, 24 * HOUR,
                "a final status that was not read back is published again so often"),
        MS("CAP_WAIT_MS", cap_wait_ms, "30000", 10, HOUR,
                "who waits for a place under a cap, or for a bucket that is away, is woken; it "
                "looks by itself at least so often"),
        NUM("WAVE", wave, "500", 1, 10000,
                "tasks of one delivery that one decision issues at most"),
        NUM("TASKS_MOST", tasks_most, "100000", 1, 100000,
                "tasks of one stage of a delivery at most"),
        NUM("BREAKER_FAILURES", breaker_failures, "5", 1, 1000,
                "uploads in a row that find a bucket away, or are never answered, until it "
                "rests"),
        MS("BREAKER_OPEN_MS", breaker_open_ms, "30000", 1, HOUR,
                "first rest; doubles with each probe that fails"),
        MS("BREAKER_OPEN_MOST_MS", breaker_open_most_ms, "300000", 1, 24 * HOUR, "longest rest"),
        MS("LISTS_FRESH_MS", lists_fresh_ms, "1000", 0, HOUR,
                "while nothing is visible, an upload is issued so long after a look at the "
                "suppression lists; later they are looked at again"),
        MS("OUTBOX_AGE_MS", outbox_age_ms, "5000", 10, HOUR,
                "any scheduler publishes what was stored and not published for so long"),
        MS("TICK_MS", tick_ms, "500", 10, MINUTE, "longest pause between looks at what is due"),
        MS("SYNC_MS", sync_ms, "2000", 10, HOUR, "routes are compared with their plans so often"),
        MS("REREAD_MS", reread_ms, "900000", 1000, 24 * HOUR,
                "after the promotion of a standby, triggers and results of so long are read again"),
        MS("READBACK_MS", readback_ms, "5000", 10, HOUR,
                "a status that is the last word for so long is compared with what is stored"),
        NUM("DUE_BATCH", due_batch, "100", 1, 10000, "due deliveries or runs taken at once"),
        NUM("LANE_SPREAD", lane_spread, "12", 1, 1000,
                "partitions that the tasks of one bridge or destination spread over at most"),
        MS("KEEP_TASKS_MS", keep_tasks_ms, "2592000000", 1000, 10 * YEAR_MS,
                "task rows of what is over are kept so long for `longshore trace`, and not less "
                "than what is read again"),
        MS("LIST_ENDED_MS", list_ended_ms, "3600000", 100, 24 * HOUR,
                "deliveries that have been over for so long, and not less than what is read again, "
                "are named in staging, so that each service tidies up what it staged for them"),
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
	        .backoff_most_ms = s->backoff_most_ms,
	        .hold_check_ms = s->hold_check_ms,
	        .confirm_ms = s->confirm_ms,
	        .cap_wait_ms = s->cap_wait_ms,
	        .wave = (int32_t)s->wave,
	        .tasks_most = (int32_t)s->tasks_most,
	        .breaker_failures = (int32_t)s->breaker_failures,
	        .breaker_open_ms = s->breaker_open_ms,
	        .lists_fresh_ms = s->lists_fresh_ms,
	        .breaker_open_most_ms = s->breaker_open_most_ms,
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
