/* SPDX-License-Identifier: Apache-2.0
 *
 * Holds: the delivery waits, for a person or for the world. Each has an end: `cancel`, `reject` and
 * hold_hours end all of them, and the table says what lets it go on. Pure. */
#include "deciding.h"

#include <assert.h>

/* A reason that is not among them is a mistake: nobody would know how to answer it. */
static const struct hold_kind kinds[] = {
        {"paused", HOLD_RESUME},
        {"draft", HOLD_RESUME},
        {"unsupported", HOLD_RESUME}, /* unsupported(property) */
        {"name_conflict", HOLD_RESUME},
        {"drop_changed", HOLD_RESUME},
        {"credentials", HOLD_RESUME},
        {"below_floor", HOLD_RESUME},
        {"uncertain", HOLD_RESUME}, /* with an answer */
        {"empty_source", HOLD_APPROVE},
        {"zero_match", HOLD_APPROVE},
        {"below_minimum", HOLD_APPROVE},
        {"above_maximum", HOLD_APPROVE},
        {"sudden_change", HOLD_APPROVE},
        {"low_match_rate", HOLD_APPROVE},
        {"suppression_invalid", HOLD_APPROVE},
        {"suppression_empty", HOLD_APPROVE},
        {"suppression_shrunk", HOLD_APPROVE},
        {"suppression_unknown", HOLD_APPROVE},
        {"approval", HOLD_APPROVE},
        {"source_missing", HOLD_ITSELF},
        {"stale_bridge", HOLD_ITSELF},
        {"suppression_stale", HOLD_ITSELF},
        {"overlap", HOLD_ITSELF},
        {"blackout", HOLD_ITSELF},
        {"quota", HOLD_ITSELF},
};

const struct hold_kind *decide_hold_kinds(size_t *out_count)
{
	*out_count = sizeof kinds / sizeof kinds[0];
	return kinds;
}

const struct hold_kind *decide_hold_kind(struct str reason)
{
	ptrdiff_t bracket = str_find(reason, '(', 0);
	struct str word = bracket < 0 ? reason : str_bytes(reason.p, (size_t)bracket);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (str_eq(word, str_c(kinds[i].reason)))
			return &kinds[i];
	return NULL;
}

bool decide_is_held(const struct deciding *d, const char *reason)
{
	return d->x->state == STATE_HELD && str_eq(d->x->reason, str_c(reason));
}

void decide_hold(struct deciding *d, const char *reason, bool releases_itself, struct str detail)
{
	struct ev_delivery_memory *m = d->m;
	const int64_t hour_ms = 3600 * 1000;
	bool is_same = decide_is_held(d, reason);
	assert(decide_hold_kind(str_c(reason)));
	if (!is_same) {
		m->hold_since_ms = d->facts->now_ms;
		m->hold_expires_ms = d->facts->now_ms + d->frozen.spec->limits.hold_hours * hour_ms;
	}
	d->x->state = STATE_HELD;
	d->x->reason = str_c(reason);
	m->hold_check_ms = releases_itself ? d->facts->now_ms + d->rules->hold_check_ms : 0;
	decide_set_detail(d, detail);
	if (!is_same)
		decide_audit(d, "held", d->x->reason, d->m->detail);
}

void decide_hold_plan(struct deciding *d, const char *property, const char *why)
{
	struct str reason = arena_printf(d->mem, "unsupported(%s)", property);
	decide_hold(d, reason.p, false,
	        arena_printf(d->mem, "%s; change the configuration and resume", why));
}

/* The phase goes on where it was: its counters stay. */
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
