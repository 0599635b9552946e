/* SPDX-License-Identifier: Apache-2.0
 * Blackouts: times of the week when no file is sent. They are checked wherever an upload can
 * begin. Before the first upload is made, the delivery is held. Later uploads wait (issue.c),
 * because a breaker or a cap can have delayed them into the blackout. Issued uploads finish.
 * Pure. */
#include "deciding.h"

#include "longshore/civil.h"

enum { WEEK_MINUTES = 7 * 24 * 60 };

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* End of the blackout if `minute` is in it, in minutes of the week; else -1. */
static int64_t end_minute(const struct spec_blackout *b, int64_t minute)
{
	int64_t from = b->from_minute, to = b->to_minute;
	bool wraps = to <= from;
	bool is_in = wraps ? minute >= from || minute < to : minute >= from && minute < to;
	if (!is_in)
		return -1;
	return wraps && minute >= from ? to + WEEK_MINUTES : to;
}

int64_t decide_blackout_end(const struct frozen *frozen, int64_t now_ms)
{
	const struct spec *spec = frozen->spec;
	const struct tz *zone = frozen->route_zone;
	if (!spec || spec->blackouts_count == 0 || !zone)
		return 0;
	int64_t utc_s = civil_floor(now_ms, 1000);
	int64_t civil = utc_s + tz_segment_at(zone, utc_s).offset_s;
	int64_t days = civil_floor(civil, CIVIL_DAY_S);
	int64_t monday = days - (civil_weekday(days) - 1);
	int64_t minute = (civil - monday * CIVIL_DAY_S) / 60;
	int64_t latest = 0;
	for (size_t i = 0; i < spec->blackouts_count; i++) {
		int64_t end = end_minute(&spec->blackouts[i], minute), moments[2];
		if (end < 0)
			continue;
		(void)tz_resolve(zone, monday * CIVIL_DAY_S + end * 60, moments);
		latest = later(latest, moments[0] * 1000);
	}
	return latest > now_ms ? latest : 0;
}

#define NOTHING_IS_SENT "nothing is sent at this time of the week"

static struct str moment(struct deciding *d, int64_t at_ms)
{
	char label[CIVIL_LABEL_BYTES];
	civil_label(civil_floor(at_ms, 1000), label);
	return arena_str(d->mem, str_c(label));
}

bool decide_waits_for_blackout(struct deciding *d)
{
	int64_t until = decide_blackout_end(&d->frozen, d->facts->now_ms);
	if (until == 0)
		return false;
	d->m->phase = EV_PHASE_GATE; /* continues from here; keeps the formatted files */
	decide_hold(d, HOLD_BLACKOUT,
	        arena_printf(d->mem, NOTHING_IS_SENT "; continues by itself at " STR_FMT " UTC",
	                STR_ARG(moment(d, until))));
	d->m->hold_check_ms = until;
	return true;
}

static bool has_waiting_upload(const struct deciding *d)
{
	for (size_t i = 0; i < d->out->rows_count; i++) {
		const struct task_row *row = &d->out->rows[i];
		if (decide_row_is(d, row, STAGE_UPLOAD) && row->status == TASK_WAITING &&
		        row->ready_ms <= d->facts->now_ms)
			return true;
	}
	return false;
}

void decide_tell_blackout(struct deciding *d)
{
	if (d->x->state != STATE_UPLOADING)
		return;
	int64_t until = decide_blackout_end(&d->frozen, d->facts->now_ms);
	if (until == 0 && str_has_prefix(d->m->detail, STR(NOTHING_IS_SENT)))
		decide_set_detail(d, STR(""));
	if (until > 0 && has_waiting_upload(d))
		decide_set_detail(
		        d, arena_printf(d->mem,
		                   NOTHING_IS_SENT
		                   ": files whose upload has not begun wait until " STR_FMT " UTC",
		                   STR_ARG(moment(d, until))));
}
