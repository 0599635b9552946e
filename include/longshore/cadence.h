/* SPDX-License-Identifier: Apache-2.0
 * A route's cadence: when it is due, in civil time of its zone. This header reads it from the
 * configuration; cadence_runs.h computes the runs. */
#ifndef LONGSHORE_CADENCE_H
#define LONGSHORE_CADENCE_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/str.h"

#include <stdint.h>

/* As configured; not part of the spec. */
enum cadence_kind {
	CADENCE_NONE,
	CADENCE_CRON,
	CADENCE_DAILY,
	CADENCE_WEEKLY,
	CADENCE_BIWEEKLY,
	CADENCE_MONTHLY,
	CADENCE_QUARTERLY
};
struct spec_cadence {
	enum cadence_kind kind;
	struct str cron;         /* five fields */
	int hour, minute;        /* daily and slower */
	int weekday;             /* 1 Monday .. 7 Sunday */
	int day;                 /* 1..31; past the month's end: its last day */
	int month;               /* quarterly: 1..3, month in the quarter */
	struct str anchor;       /* biweekly: a date yyyy-mm-dd in a week with a run */
	struct str zone;         /* "America/New_York" */
	int64_t catchup_seconds; /* runs that are later than this are skipped; default 86400 */
};
int spec_cadence(struct str route_body, struct arena *mem, struct spec_cadence *out,
        struct err *e) ERR_MUST_USE;

#endif
