/* SPDX-License-Identifier: Apache-2.0
 *
 * Holds: the delivery waits for a person or for a condition. `cancel`, `reject` and hold_hours
 * can end every hold. The table in longshore/holds.h says what releases each one. Pure. */
#include "deciding.h"

bool decide_is_held(const struct deciding *d, enum hold why)
{
	return d->x->state == STATE_HELD && str_eq(d->x->reason, str_c(holds[why].word));
}

/* reason: the word of the hold, and the property if it has one. */
static void hold(struct deciding *d, enum hold why, struct str reason, struct str detail)
{
	struct ev_delivery_memory *m = d->m;
	const int64_t hour_ms = 3600 * 1000;
	bool is_same = d->x->state == STATE_HELD && str_eq(d->x->reason, reason);
	if (!is_same) {
		m->hold_since_ms = d->facts->now_ms;
		m->hold_expires_ms = d->facts->now_ms + d->frozen.spec->limits.hold_hours * hour_ms;
	}
	d->x->state = STATE_HELD;
	d->x->reason = reason;
	m->hold_check_ms =
	        holds[why].end == HOLD_ITSELF ? d->facts->now_ms + d->rules->hold_check_ms : 0;
	decide_set_detail(d, detail);
	if (!is_same)
		decide_audit(d, "held", d->x->reason, d->m->detail);
}

void decide_hold(struct deciding *d, enum hold why, struct str detail)
{
	hold(d, why, str_c(holds[why].word), detail);
}

void decide_hold_unsupported(struct deciding *d, struct str property, struct str detail)
{
	struct str reason = arena_printf(
	        d->mem, "%s(" STR_FMT ")", holds[HOLD_UNSUPPORTED].word, STR_ARG(property));
	hold(d, HOLD_UNSUPPORTED, reason, detail);
}

void decide_hold_plan(struct deciding *d, const char *property, const char *why)
{
	decide_hold_unsupported(d, str_c(property),
	        arena_printf(d->mem, "%s; change the configuration and resume", why));
}

/* The phase continues where it was, with its counters. */
enum next decide_go_on(struct deciding *d)
{
	if (d->x->state == STATE_HELD) {
		decide_audit(d, "released", d->x->reason, STR(""));
		d->m->hold_since_ms = 0;
		d->m->hold_check_ms = 0;
		d->m->hold_expires_ms = 0;
		decide_set_detail(d, STR(""));
	}
	d->x->state = STATE_UPLOADING;
	d->x->reason = STR("");
	return NEXT_CHECKS;
}
