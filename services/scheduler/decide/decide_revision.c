/* SPDX-License-Identifier: Apache-2.0
 * Recalculates a delivery: what is forgotten and what is kept. Pure. */
#include "deciding.h"

static void forget_selection(struct deciding *d)
{
	struct ev_delivery_memory *m = d->m;
	m->members = NULL;
	m->withheld_below = 0;
	m->baseline = NULL;
	m->content_hash = STR("");
	m->is_formatted = false;
	m->parts = 0;
	m->files_planned = 0;
	m->parts_list = NULL;
	m->manifest = NULL;
	m->marker = NULL;
	m->manifest_plain = STR("");
	m->marker_plain = STR("");
	m->has_uploads = false; /* of this revision; nothing of the previous one is visible */
	m->lists_seen_ms = 0;
	m->is_admitted = false;
}

static void forget_source(struct deciding *d)
{
	struct ev_delivery_memory *m = d->m;
	m->bridge_version = STR("");
	m->slices = NULL;
	m->slices_count = 0;
	m->selections = NULL;
	m->pins = NULL;
	m->pins_count = 0;
	m->counts = NULL;
	m->counts_count = 0;
	/* In another bridge version the same ordinals are other people, so even equal hashes prove
	 * nothing. */
	m->approved = NULL;
	m->approved_hash = STR("");
	m->approved_by = STR("");
}

/* Returns its place under the quotas, so that others can use it meanwhile. It keeps its turn in the
 * queue. */
static void give_place_back(struct deciding *d)
{
	if (!decide_is_uploading(d) || d->m->has_begun)
		return;
	d->out->quota = QUOTA_WAITS;
	d->out->quota_from_ms = d->facts->now_ms;
}

void decide_begin_revision(struct deciding *d, enum ev_phase phase)
{
	give_place_back(d);
	decide_drop_unfinished(d);
	d->x->revision++;
	forget_selection(d);
	if (phase == EV_PHASE_START)
		forget_source(d);
	decide_go_to(d, phase, STATE_SELECTING);
}

static const char *remedy(struct str reason)
{
	if (str_eq(reason, str_c(CODE_BRIDGE_VERSION_GONE)))
		return "all services have the same staging, and rebuild the bridge";
	if (str_eq(reason, str_c(CODE_SUPPRESSION_CHANGED)))
		return "the lists do not change while they are read";
	return "the source does not change while it is read";
}

enum next decide_restart(struct deciding *d, enum ev_phase phase, struct str reason)
{
	if (d->m->restarts >= d->frozen.spec->limits.attempts)
		return decide_fail(d, reason,
		        arena_printf(d->mem,
		                "restarted %d times, and still: " STR_FMT "; make sure that %s",
		                (int)d->m->restarts, STR_ARG(reason), remedy(reason)));
	d->m->restarts++;
	decide_audit(d, "restarted", reason, STR(""));
	decide_begin_revision(d, phase);
	bool is_first = d->x->kind == KIND_BUILD || phase == EV_PHASE_START;
	return is_first ? decide_first(d) : NEXT_LISTS;
}
