/* SPDX-License-Identifier: Apache-2.0
 * Handles what uploads find at the bucket's URL: a place when none is remembered yet, or another
 * place than the remembered one. Pure. */
#include "deciding.h"

#include "longshore/result_names.h"

enum { IDENTITY_DIGITS = 32, DIGITS_SHOWN = 8 };

static bool is_identity(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!((text.p[i] >= '0' && text.p[i] <= '9') ||
		            (text.p[i] >= 'a' && text.p[i] <= 'f')))
			return false;
	return text.n == IDENTITY_DIGITS;
}

static bool is_none(struct str found)
{
	return str_eq(found, STR("none"));
}

bool decide_place_told(struct deciding *d, const struct ev_task_result *r)
{
	struct str place = done_fact(r, str_c(FACT_PLACE));
	if (!is_identity(place))
		return false;
	d->out->place.seen = arena_str(d->mem, place);
	return true;
}

void decide_note_elsewhere(struct deciding *d, const struct ev_task_result *r)
{
	struct str found = done_fact(r, str_c(FACT_PLACE_FOUND));
	struct str wanted = done_fact(r, str_c(FACT_PLACE_WANTED));
	if (!is_identity(wanted) || !(is_identity(found) || is_none(found)))
		return;
	d->m->place_wanted = arena_str(d->mem, wanted);
	d->m->place_found = arena_str(d->mem, found);
}

void decide_forget_elsewhere(struct deciding *d)
{
	d->m->place_wanted = STR("");
	d->m->place_found = STR("");
}

bool decide_is_found_elsewhere(const struct deciding *d)
{
	return d->m->place_found.n > 0;
}

struct str decide_elsewhere_detail(struct deciding *d, struct str detail)
{
	return arena_printf(d->mem,
	        STR_FMT "; then resume. If the directory that is there now replaces it: longshore "
	                "resume " STR_FMT " --new-place",
	        STR_ARG(detail), STR_ARG(d->x->id));
}

static struct str shown(struct str identity)
{
	return str_bytes(identity.p, identity.n < DIGITS_SHOWN ? identity.n : DIGITS_SHOWN);
}

/* The delivery ends if files were visible at the old place: they are not at the new one. */
static enum next end_at_new_place(struct deciding *d)
{
	struct ev_delivery_memory *m = d->m;
	if (m->phase == EV_PHASE_SETTLE || m->files_visible == 0)
		return NEXT_STAYS;
	return decide_fail(d, str_c(CODE_DROP_CHANGED),
	        STR("the drop was replaced while the old one already had files of this delivery; "
	            "deliver again"));
}

enum next decide_accept_place(struct deciding *d)
{
	struct ev_delivery_memory *m = d->m;
	bool is_unmarked = is_none(m->place_found);
	d->out->place = (struct place_news){
	        .accepted = is_unmarked ? STR("") : m->place_found,
	        .replaced = m->place_wanted,
	        .accepted_by = d->actor,
	};
	decide_audit(d, "place_accepted", str_c(CODE_DROP_CHANGED),
	        arena_printf(d->mem, STR_FMT ": place " STR_FMT " is replaced by " STR_FMT,
	                STR_ARG(d->frozen.spec->bucket.url), STR_ARG(shown(m->place_wanted)),
	                STR_ARG(is_unmarked ? STR("a new one") : shown(m->place_found))));
	decide_forget_elsewhere(d);
	return end_at_new_place(d);
}
