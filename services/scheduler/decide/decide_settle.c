/* SPDX-License-Identifier: Apache-2.0
 * The end. Once an upload was issued, every final state but completed goes through settle. Only
 * the ledger knows what the partner can see, and it is closed first. Pure. */
#include "deciding.h"

#include "plan.h"
#include "stages.h"

enum { NAMES_SHOWN = 5 };

static void close_route(struct deciding *d, bool is_accepted)
{
	struct ev_delivery_memory *m = d->m;
	if (!m->holds_route)
		return;
	m->holds_route = false;
	d->out->head = is_accepted ? HEAD_ADVANCE : HEAD_RELEASE;
	d->out->forces_full = !is_accepted && (m->files_visible > 0 || d->is_unsettled);
	d->out->wakes_route = true;
}

enum next decide_over(struct deciding *d)
{
	enum delivery_state state = d->ending.state;
	struct str reason = d->ending.reason, detail = d->ending.detail;
	decide_drop_unfinished(d);
	decide_go_to(d, EV_PHASE_OVER, state);
	d->x->reason = reason.p ? reason : STR("");
	decide_set_detail(d, detail.p ? detail : STR(""));
	close_route(d, state == STATE_COMPLETED && !str_eq(d->x->reason, STR("dry_run")));
	decide_audit(d, delivery_state_name(state), d->x->reason, d->m->detail);
	return NEXT_STAYS;
}

/* Adds a settle task for each upload that was issued and is not receipted. false: it fails. */
static bool add_settles(
        struct deciding *d, const struct brief *const *parts, const int32_t *open, size_t count)
{
	struct file_plan plan;
	if (!decide_plan_again(d, &plan))
		return false;
	decide_expect_rows(d, (int32_t)count);
	for (size_t i = 0; i < count; i++) {
		bool is_part = open[i] < d->m->parts;
		struct file_upload file = {.index = open[i]};
		decide_add_settle_of(d, &plan, &file, is_part ? parts[open[i]] : NULL);
	}
	return true;
}

struct open_files {
	int32_t files, *indexes;
	size_t count;
	const struct brief **done;
	bool *is_seen;
};

static void note_open(struct open_files *open, int32_t index)
{
	if (index < 0 || index >= open->files || open->done[index] || open->is_seen[index])
		return;
	open->is_seen[index] = true;
	open->indexes[open->count++] = index;
}

/* Files whose upload was issued and is not receipted. An upload that was sent again after a
 * person's answer has two rows but one ledger record, so it is settled once. */
static bool find_open(struct deciding *d, struct open_files *out)
{
	int32_t files = d->m->files_planned;
	struct open_files open = {
	        .files = files,
	        .indexes = ARENA_TRY_ARRAY(d->mem, int32_t, (size_t)files + 1),
	        .done = decide_done(d, STAGE_UPLOAD, 0, files),
	        .is_seen = ARENA_TRY_ARRAY(d->mem, bool, (size_t)files + 1),
	};
	if (!open.done || !open.is_seen || !open.indexes)
		return false;
	const struct briefs *known = &d->facts->briefs[STAGE_UPLOAD];
	for (size_t i = 0; i < known->count; i++)
		if (known->items[i].was_issued && known->items[i].revision == d->x->revision)
			note_open(&open, known->items[i].index);
	*out = open;
	return true;
}

/* It settles to start over, not to end. */
static bool is_to_restart(const struct deciding *d)
{
	return d->m->phase == EV_PHASE_SETTLE &&
	       str_eq(d->m->end_state, str_c(delivery_state_name(STATE_SELECTING)));
}

bool decide_end_instead(
        struct deciding *d, enum delivery_state state, struct str reason, struct str detail)
{
	if (!is_to_restart(d))
		return false;
	d->m->end_state = str_c(delivery_state_name(state));
	d->m->end_reason = reason;
	d->m->end_detail = detail.p ? detail : STR("");
	d->out->is_changed = true;
	return true;
}

static enum next restart(struct deciding *d)
{
	d->m->end_state = STR("");
	d->m->end_reason = STR("");
	d->m->end_detail = STR("");
	decide_begin_revision(d, EV_PHASE_LISTS);
	return NEXT_LISTS;
}

static enum next conclude_settled(struct deciding *d)
{
	struct ev_delivery_memory *m = d->m;
	enum delivery_state state = STATE_FAILED;
	if (is_to_restart(d) && m->files_visible == 0)
		return restart(d);
	if (!is_to_restart(d)) /* else some files are visible, and the others are closed */
		(void)delivery_state_parse(m->end_state, &state);
	d->ending = (struct ending){state, m->end_reason, m->end_detail};
	if (m->files_visible >= m->files_planned && m->files_planned > 0)
		d->ending = (struct ending){STATE_COMPLETED, STR("too_late"),
		        arena_printf(d->mem,
		                "every file was visible before the delivery could be stopped "
		                "(" STR_FMT ")",
		                STR_ARG(m->end_reason))};
	return NEXT_OVER;
}

static void add_visible(struct deciding *d, struct str names)
{
	d->m->end_detail = arena_printf(d->mem, STR_FMT "%s%d of %d files are visible: " STR_FMT,
	        STR_ARG(d->m->end_detail), d->m->end_detail.n > 0 ? "; " : "",
	        (int)d->m->files_visible, (int)d->m->files_planned, STR_ARG(names));
}

struct shown_names {
	struct str text;
	int count;
};

/* Only files with a receipt: a settle that found nothing visible has none. */
static void show_names(struct deciding *d, enum stage stage, struct shown_names *shown)
{
	const struct brief **by = decide_done(d, stage, 0, d->m->files_planned);
	for (int32_t i = 0; by && i < d->m->files_planned; i++) {
		if (!by[i] || !by[i]->receipt.p ||
		        decide_is_elsewhere(d, by[i]->place, by[i]->is_by_person) ||
		        shown->count++ >= NAMES_SHOWN)
			continue;
		shown->text = arena_printf(d->mem, STR_FMT "%s" STR_FMT, STR_ARG(shown->text),
		        shown->count > 1 ? ", " : "", STR_ARG(by[i]->receipt));
	}
}

/* Names of the visible files: receipted uploads, and files that settle found. */
static void name_visible(struct deciding *d)
{
	struct shown_names shown = {.text = STR("")};
	show_names(d, STAGE_UPLOAD, &shown);
	show_names(d, STAGE_SETTLE, &shown);
	if (shown.count > NAMES_SHOWN)
		shown.text = arena_printf(d->mem, STR_FMT ", and %d more", STR_ARG(shown.text),
		        shown.count - NAMES_SHOWN);
	if (d->m->files_visible > 0)
		add_visible(d, shown.text);
}

enum next decide_settled(struct deciding *d)
{
	if (decide_lacks_stages(d, 1u << STAGE_UPLOAD | 1u << STAGE_SETTLE))
		return NEXT_STAYS;
	name_visible(d);
	return conclude_settled(d);
}

static enum next end_unsettled(struct deciding *d)
{
	struct ev_delivery_memory *m = d->m;
	if (decide_lacks_stages(d, 1u << STAGE_UPLOAD | 1u << STAGE_SETTLE))
		return NEXT_STAYS;
	m->end_detail = arena_printf(d->mem,
	        STR_FMT "%snot all files could be settled: check the destination",
	        STR_ARG(m->end_detail), m->end_detail.n > 0 ? "; " : "");
	name_visible(d);
	d->is_unsettled = true;
	return conclude_settled(d);
}

/* First nothing more can become visible; then it is known what the partner can see. */
enum next decide_settle(struct deciding *d)
{
	struct ev_delivery_memory *m = d->m;
	const struct ending *end = &d->ending;
	if (decide_lacks_stages(d, 1u << STAGE_PART | 1u << STAGE_UPLOAD))
		return NEXT_STAYS;
	struct open_files open;
	const struct brief **parts = decide_done(d, STAGE_PART, 0, m->parts);
	if (!parts || !find_open(d, &open))
		return NEXT_STAYS; /* out of memory: its alarm brings it back */
	m->end_state = str_c(delivery_state_name(end->state));
	m->end_reason = end->reason;
	m->end_detail = end->detail.p ? end->detail : STR("");
	decide_drop_unfinished(d);
	decide_go_to(d, EV_PHASE_SETTLE, STATE_CANCELLING);
	d->x->reason = end->reason;
	decide_set_detail(d, STR("checking what has arrived at the destination"));
	return add_settles(d, parts, open.indexes, open.count) ? NEXT_CHECKS : NEXT_END;
}

enum next decide_ending(struct deciding *d)
{
	const struct ending *end = &d->ending;
	if (delivery_state_is_final(d->x->state))
		return NEXT_STAYS;
	if (d->m->phase == EV_PHASE_SETTLE) { /* a person was asked and did not answer */
		(void)decide_end_instead(d, end->state, end->reason, end->detail);
		return end_unsettled(d);
	}
	return d->m->has_uploads ? NEXT_SETTLE : NEXT_OVER;
}
