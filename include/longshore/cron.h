/* SPDX-License-Identifier: Apache-2.0
 *
 * A cron line of five fields: minute, hour, day of month, month, day of week. Supports lists,
 * ranges, steps, and English names of months and weekdays; 0 and 7 are Sunday. If both day fields
 * are restricted, a match of either is enough. Pure. */
#ifndef LONGSHORE_CRON_H
#define LONGSHORE_CRON_H

#include "longshore/err.h"
#include "longshore/str.h"

#include <stdbool.h>

struct cron {
	uint64_t minutes;
	uint32_t hours;
	uint32_t days;     /* bit 1..31 */
	uint32_t months;   /* bit 1..12 */
	uint32_t weekdays; /* bit 0 Sunday .. 6 Saturday */
	bool any_hour;     /* the hour field begins with a star: runs follow elapsed time, not the
	                  wall clock */
	bool any_day, any_weekday;
};

/* ERR_REJECT ("bad_cron") names the field. */
int cron_parse(struct str line, struct cron *out, struct err *e) ERR_MUST_USE;

/* First matching civil second at or after `civil_s` (rounded up to a minute). false: none within
 * nine years. */
bool cron_next(const struct cron *cron, int64_t civil_s, int64_t *out_civil_s);

#endif
