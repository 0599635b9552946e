/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/civil.h"

#include <assert.h>
#include <stdio.h>

int64_t civil_floor(int64_t n, int64_t unit)
{
	return n / unit - (n % unit < 0 ? 1 : 0);
}

/* Counts in 400-year eras that begin on 1 March, so the leap day is the last day of a year. */
int64_t civil_days(struct civil_date date)
{
	int64_t y = date.month <= 2 ? date.year - 1 : date.year;
	int64_t era = civil_floor(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t month = (date.month + 9) % 12;
	int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

struct civil_date civil_date_of(int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = civil_floor(z, 146097);
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era =
	        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
	        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t m = (5 * day_of_year + 2) / 153;
	struct civil_date date = {.day = (int)(day_of_year - (153 * m + 2) / 5 + 1),
	        .month = (int)(m < 10 ? m + 3 : m - 9)};
	date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
	return date;
}

int civil_days_in_month(int64_t year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && is_leap ? 29 : days[month - 1];
}

int civil_weekday(int64_t days)
{
	int64_t n = days + 3; /* 1970-01-01 was a Thursday */
	return (int)(n - civil_floor(n, 7) * 7) + 1;
}

void civil_label(int64_t civil_s, char out[CIVIL_LABEL_BYTES])
{
	int64_t days = civil_floor(civil_s, CIVIL_DAY_S);
	int64_t minute = (civil_s - days * CIVIL_DAY_S) / 60;
	struct civil_date d = civil_date_of(days);
	assert(d.year >= 0 && d.year <= 9999);
	char text[64];
	int n = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d", (int)d.year, d.month, d.day,
	        (int)(minute / 60), (int)(minute % 60));
	assert(n == CIVIL_LABEL_BYTES - 1);
	memcpy(out, text, CIVIL_LABEL_BYTES);
}

static bool digits(struct str text, size_t at, size_t n, int64_t *out)
{
	int64_t value = 0;
	for (size_t i = at; i < at + n; i++) {
		if (i >= text.n || text.p[i] < '0' || text.p[i] > '9')
			return false;
		value = value * 10 + (text.p[i] - '0');
	}
	*out = value;
	return true;
}

bool civil_parse_date(struct str text, int64_t *out_days)
{
	int64_t year = 0, month = 0, day = 0;
	if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' || !digits(text, 0, 4, &year) ||
	        !digits(text, 5, 2, &month) || !digits(text, 8, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > civil_days_in_month(year, (int)month))
		return false;
	*out_days = civil_days((struct civil_date){year, (int)month, (int)day});
	return true;
}

bool civil_parse_label(struct str label, int64_t *out_civil_s)
{
	int64_t days = 0, hour = 0, minute = 0;
	if (label.n != CIVIL_LABEL_BYTES - 1 || label.p[10] != 'T' || label.p[13] != ':' ||
	        !civil_parse_date((struct str){label.p, 10}, &days) ||
	        !digits(label, 11, 2, &hour) || !digits(label, 14, 2, &minute) || hour > 23 ||
	        minute > 59)
		return false;
	*out_civil_s = days * CIVIL_DAY_S + hour * 3600 + minute * 60;
	return true;
}
