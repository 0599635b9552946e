/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/cadence_runs.h"

int cadence_init(
        struct cadence *c, const struct spec_cadence *spec, const struct tz *zone, struct err *e)
{
	struct cadence made = {
	        .kind = spec->kind,
	        .hour = spec->hour,
	        .minute = spec->minute,
	        .weekday = spec->weekday,
	        .day = spec->day,
	        .month = spec->month,
	        .zone = zone,
	};
	if (spec->kind == CADENCE_CRON) {
		int act = cron_parse(spec->cron, &made.cron, e);
		if (act)
			return act;
	}
	if (spec->kind == CADENCE_BIWEEKLY && !civil_parse_date(spec->anchor, &made.anchor_days))
		return err_set(e, ERR_REJECT, "bad_cadence",
		        "cadence: biweekly needs an anchor, a date yyyy-mm-dd in a week with runs");
	*c = made;
	return 0;
}

static int64_t monday_of(int64_t days)
{
	return days - (civil_weekday(days) - 1);
}

static bool month_fits(const struct cadence *c, struct civil_date d)
{
	int last = civil_days_in_month(d.year, d.month);
	if (d.day != (c->day < last ? c->day : last))
		return false;
	return c->kind == CADENCE_MONTHLY || (d.month - 1) % 3 + 1 == c->month;
}

static bool date_fits(const struct cadence *c, int64_t days)
{
	switch (c->kind) {
	case CADENCE_DAILY:
		return true;
	case CADENCE_WEEKLY:
		return civil_weekday(days) == c->weekday;
	case CADENCE_BIWEEKLY:
		return civil_weekday(days) == c->weekday &&
		       (monday_of(days) - monday_of(c->anchor_days)) / 7 % 2 == 0;
	case CADENCE_MONTHLY:
	case CADENCE_QUARTERLY:
		return month_fits(c, civil_date_of(days));
	case CADENCE_NONE:
	case CADENCE_CRON:
		break;
	}
	return false;
}

/* Finds the first label at or after the civil second. */
static bool label_from(const struct cadence *c, int64_t civil_s, int64_t *out)
{
	if (c->kind == CADENCE_CRON)
		return cron_next(&c->cron, civil_s, out);
	int64_t time = (int64_t)c->hour * 3600 + (int64_t)c->minute * 60;
	int64_t first = civil_floor(civil_s - time + CIVIL_DAY_S - 1, CIVIL_DAY_S);
	for (int64_t day = first; day < first + 100; day++) {
		if (date_fits(c, day)) {
			*out = day * CIVIL_DAY_S + time;
			return true;
		}
	}
	return false;
}

static bool follows_elapsed_time(const struct cadence *c)
{
	return c->kind == CADENCE_CRON && c->cron.any_hour;
}

static void set_run(struct cadence_run *out, int64_t civil_s, int fold, int64_t due_s)
{
	civil_label(civil_s, out->label);
	out->fold = fold;
	out->due_s = due_s;
}

/* Walks the segments of constant UTC offset. Within one segment, civil time advances with the
 * clock. */
static bool elapsed_after(const struct cadence *c, int64_t after_s, struct cadence_run *out)
{
	struct tz_segment s = tz_segment_at(c->zone, after_s + 1);
	int64_t from = after_s + 1;
	for (int turns = 0; turns < 64; turns++) {
		int64_t civil = 0;
		if (!cron_next(&c->cron, from + s.offset_s, &civil))
			return false;
		int64_t due = civil - s.offset_s;
		if (due < s.until_s) {
			int64_t moments[2];
			enum tz_fit fit = tz_resolve(c->zone, civil, moments);
			set_run(out, civil, fit == TZ_TWICE && moments[1] == due ? 1 : 0, due);
			return true;
		}
		from = s.until_s;
		s = tz_segment_at(c->zone, s.until_s);
	}
	return false;
}

bool cadence_after(const struct cadence *c, int64_t after_s, struct cadence_run *out)
{
	if (c->kind == CADENCE_NONE)
		return false;
	if (follows_elapsed_time(c))
		return elapsed_after(c, after_s, out);
	struct tz_segment s = tz_segment_at(c->zone, after_s);
	/* A label in a gap runs later than its civil time says, so start a day earlier. */
	int64_t civil = after_s + s.offset_s - CIVIL_DAY_S;
	while (label_from(c, civil, &civil)) {
		int64_t moments[2];
		(void)tz_resolve(c->zone, civil, moments);
		if (moments[0] > after_s) {
			set_run(out, civil, 0, moments[0]);
			return true;
		}
		civil += 60;
	}
	return false;
}

bool cadence_next(const struct cadence *c, const struct cadence_run *run, struct cadence_run *out)
{
	int64_t civil = 0, due = 0;
	if (c->kind == CADENCE_NONE || !civil_parse_label(str_c(run->label), &civil))
		return false;
	if (follows_elapsed_time(c))
		return cadence_due(c, str_c(run->label), run->fold, &due) &&
		       elapsed_after(c, due, out);
	if (!label_from(c, civil + 60, &civil))
		return false;
	int64_t moments[2];
	(void)tz_resolve(c->zone, civil, moments);
	set_run(out, civil, 0, moments[0]);
	return true;
}

bool cadence_due(const struct cadence *c, struct str label, int fold, int64_t *out_s)
{
	int64_t civil = 0;
	if (!civil_parse_label(label, &civil))
		return false;
	int64_t moments[2];
	enum tz_fit fit = tz_resolve(c->zone, civil, moments);
	*out_s = fit == TZ_TWICE && fold == 1 ? moments[1] : moments[0];
	return true;
}
