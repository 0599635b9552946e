/* SPDX-License-Identifier: Apache-2.0
 *
 * Quotas limit how many deliveries of a tenant, and of a tenant at a destination, can begin to
 * upload in an hour and in a day. Hours and days are UTC: they are the same for all routes of a
 * tenant, whatever their zones, and a day never has 23 or 25 hours. A delivery begins once, with
 * its first upload. It counts whatever happens to it later. Waiting deliveries are served in
 * order of arrival. Pure. */
#include "deciding.h"

#include "longshore/civil.h"

static const int64_t HOUR_MS = INT64_C(3600) * 1000;
static const int64_t DAY_MS = INT64_C(86400) * 1000;

struct quota {
	struct str of;
	const char *word;
	int64_t limit, used, ahead; /* limit 0: no limit */
	int64_t end_ms;             /* of the hour or day of now_ms */
	bool is_day;
};

enum { QUOTAS = 4 };

static int64_t next(int64_t now_ms, int64_t length_ms)
{
	return (civil_floor(now_ms, length_ms) + 1) * length_ms;
}

static void all_quotas(const struct deciding *d, struct quota out[QUOTAS])
{
	const struct spec_limits *limits = &d->frozen.spec->limits;
	const struct quota_use *t = &d->facts->tenant_quota, *a = &d->facts->destination_quota;
	int64_t hour = next(d->facts->now_ms, HOUR_MS), day = next(d->facts->now_ms, DAY_MS);
	struct str tenant =
	        arena_printf(d->mem, "Tenant " STR_FMT, STR_ARG(d->frozen.spec->tenant));
	struct str destination = arena_printf(
	        d->mem, "Destination " STR_FMT, STR_ARG(d->frozen.spec->destination.name));
	out[0] = (struct quota){
	        tenant, "hour", limits->tenant_per_hour, t->hour, t->ahead, hour, false};
	out[1] = (struct quota){tenant, "day", limits->tenant_per_day, t->day, t->ahead, day, true};
	out[2] = (struct quota){
	        destination, "hour", limits->destination_per_hour, a->hour, a->ahead, hour, false};
	out[3] = (struct quota){
	        destination, "day", limits->destination_per_day, a->day, a->ahead, day, true};
}

bool decide_has_quota(const struct spec_limits *limits)
{
	return limits->tenant_per_hour > 0 || limits->tenant_per_day > 0 ||
	       limits->destination_per_hour > 0 || limits->destination_per_day > 0;
}

/* In the last hour of a day both end at the same time. The day is named then: the hour's limit alone would
 * suggest that raising it is enough. */
static bool lasts_longer(const struct quota *q, const struct quota *than)
{
	if (q->end_ms != than->end_ms)
		return q->end_ms > than->end_ms;
	return q->is_day && !than->is_day;
}

static void hold(struct deciding *d, const struct quota *q, const char *why, int64_t again_ms)
{
	char at[CIVIL_LABEL_BYTES];
	civil_label(civil_floor(again_ms, 1000), at);
	if (!decide_is_uploading(d))
		d->m->phase = EV_PHASE_GATE; /* continues from here; keeps the formatted files */
	decide_hold(d, HOLD_QUOTA,
	        arena_printf(d->mem,
	                STR_FMT ": limits.deliveries_per_%s is %lld, and %s; continues by itself, "
	                        "checked again at %s UTC; or %scancel",
	                STR_ARG(q->of), q->word, (long long)q->limit, why, at,
	                d->m->has_uploads ? "" : "raise the limit and resume, or "));
	d->m->hold_check_ms = again_ms;
	d->out->quota = QUOTA_WAITS;
}

bool decide_waits_for_quota(struct deciding *d)
{
	if (!decide_has_quota(&d->frozen.spec->limits))
		return false;
	if (decide_lacks(d, NEED_QUOTAS))
		return true;
	struct quota all[QUOTAS];
	const struct quota *full = NULL, *behind = NULL;
	all_quotas(d, all);
	for (int i = 0; i < QUOTAS; i++) {
		const struct quota *q = &all[i];
		if (q->limit > 0 && q->used >= q->limit && (!full || lasts_longer(q, full)))
			full = q; /* the one that stays used up for longest */
		if (q->limit > 0 && q->used + q->ahead >= q->limit && !behind)
			behind = q;
	}
	if (!behind)
		return false;
	int64_t soon = d->facts->now_ms + d->rules->hold_check_ms;
	d->out->quota_from_ms = full ? full->end_ms : d->facts->now_ms;
	if (full)
		hold(d, full, "that many have begun to upload", full->end_ms);
	else
		hold(d, behind, "the remaining places are for deliveries that came first",
		        soon < behind->end_ms ? soon : behind->end_ms);
	return true;
}

bool decide_take_place(struct deciding *d)
{
	d->m->lacks_place = false;
	if (d->m->has_begun)
		return true; /* a delivery that began counts already */
	bool has_quota = decide_has_quota(&d->frozen.spec->limits);
	if (has_quota && decide_lacks(d, NEED_PLACE))
		return false;
	if (has_quota && d->facts->place_rests) { /* cannot upload: must not block others */
		d->m->lacks_place = true;
		return true;
	}
	if (decide_waits_for_quota(d))
		return false;
	d->out->quota = QUOTA_TAKES;
	return true;
}

enum next decide_take_place_again(struct deciding *d)
{
	if (!d->m->lacks_place || !decide_is_uploading(d) || d->m->is_looking)
		return NEXT_STAYS;
	if (d->x->state != STATE_UPLOADING && !decide_is_held(d, HOLD_QUOTA))
		return NEXT_STAYS;
	if (decide_lacks(d, NEED_PLACE | NEED_UNFINISHED))
		return NEXT_STAYS;
	if (!d->facts->place_rests && decide_waits_for_quota(d))
		return NEXT_STAYS;
	if (!d->facts->place_rests) {
		d->m->lacks_place = false;
		d->out->quota = QUOTA_TAKES;
	}
	return d->x->state == STATE_HELD ? decide_go_on(d) : NEXT_STAYS;
}
