/* SPDX-License-Identifier: Apache-2.0
 *
 * Civil time without a clock or a library: proleptic Gregorian dates as day numbers, and labels.
 * Pure. A civil second is a date and time of day, counted as if in UTC. Days are counted from
 * 1970-01-01. */
#ifndef LONGSHORE_CIVIL_H
#define LONGSHORE_CIVIL_H

#include "longshore/str.h"

#include <stdbool.h>
#include <stdint.h>

enum { CIVIL_DAY_S = 86400, CIVIL_LABEL_BYTES = 17 };

struct civil_date {
	int64_t year;
	int month; /* 1..12 */
	int day;   /* 1..31 */
};

int64_t civil_days(struct civil_date date);
struct civil_date civil_date_of(int64_t days);
int civil_days_in_month(int64_t year, int month);
int civil_weekday(int64_t days);              /* 1 Monday .. 7 Sunday */
int64_t civil_floor(int64_t n, int64_t unit); /* floor(n / unit), also for negative n */

/* yyyy-mm-ddThh:mm, for years 0..9999. */
void civil_label(int64_t civil_s, char out[CIVIL_LABEL_BYTES]);
bool civil_parse_label(struct str label, int64_t *out_civil_s);
bool civil_parse_date(struct str text, int64_t *out_days); /* yyyy-mm-dd */

#endif
