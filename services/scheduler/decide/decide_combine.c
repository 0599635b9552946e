/* SPDX-License-Identifier: Apache-2.0
 * From the selections to the gate: takes the route, looks at the suppression lists, combines the
 * selections. Pure. */
#include "deciding.h"

#include "books.h"
#include "stages.h"

#include "longshore/result_names.h"

/* From here to its final state, only one delivery per route goes on: the holder of the head. */
enum next decide_take_route(struct deciding *d)
{
	struct ev_delivery_memory *m = d->m;
	m->phase = EV_PHASE_ORDER;
	if (decide_lacks(d, NEED_HEAD))
		return NEXT_STAYS;
	const struct route_head *head = &d->facts->head;
	bool is_mine = m->holds_route;
	if (!is_mine && d->facts->newer_waits)
		return decide_end(d, STATE_SUPERSEDED, STR("newer_delivery"),
		        STR("a newer full delivery of the route is waiting"));
	if (!is_mine && head->holder.n > 0 && !str_eq(head->holder, d->x->id)) {
		d->out->wakes_route = !decide_is_held(d, HOLD_OVERLAP);
		decide_hold(d, HOLD_OVERLAP,
		        arena_printf(d->mem, "delivery " STR_FMT " of the route is not over yet",
		                STR_ARG(head->holder)));
		return NEXT_STAYS;
	}
	if (!is_mine) {
		m->holds_route = true;
		m->base_delivery = head->delivery_id.p ? head->delivery_id : STR("");
		m->base_version = head->bridge_version.p ? head->bridge_version : STR("");
		m->base_members = m->base_delivery.n > 0 ? head->members : -1;
		m->base = decide_copy_ref(d, head->baseline);
		m->base_lists = head->lists.p ? head->lists : STR("");
	}
	return NEXT_LISTS;
}

enum next decide_combine(struct deciding *d)
{
	decide_go_to(d, EV_PHASE_COMBINE, STATE_SELECTING);
	decide_set_detail(d, STR(""));
	decide_add_combine(d);
	return NEXT_STAYS;
}

/* Runs before combine, and again after a later hold is released. */
enum next decide_look_at_lists(struct deciding *d)
{
	if (d->frozen.spec->suppressions_count == 0)
		return d->m->members ? NEXT_GATE : NEXT_COMBINE;
	decide_go_to(d, EV_PHASE_LISTS, STATE_SELECTING);
	decide_add_lists(d);
	return NEXT_STAYS;
}

/* A delivery held for a stale list stays held during the look. */
enum next decide_look_at_lists_again(struct deciding *d)
{
	if (d->m->tasks_done == d->m->tasks_total)
		decide_add_lists(d);
	return NEXT_STAYS;
}

static const struct ev_staged_ref *output_of_list(
        const struct ev_task_result *result, struct str list)
{
	for (size_t i = 0; i < result->outputs_count; i++)
		if (str_eq(result->outputs[i].kind, STR("suppression")) &&
		        str_eq(result->outputs[i].name, list))
			return &result->outputs[i];
	return NULL;
}

enum { CLOCKS_DIFFER_MS = 5 * 60 * 1000 };

static bool is_stale_list(struct deciding *d, const struct spec_suppression *list,
        const struct ev_task_result *result)
{
	if (list->max_age_hours <= 0)
		return false;
	struct str fact = arena_printf(d->mem, "modified_ms." STR_FMT, STR_ARG(list->name));
	int64_t modified = done_fact_time(result, fact);
	/* A time in the future says nothing about the age. */
	return modified < 0 || modified > d->facts->now_ms + CLOCKS_DIFFER_MS ||
	       d->facts->now_ms - modified > list->max_age_hours * INT64_C(3600000);
}

enum next decide_lists_seen(struct deciding *d, const struct task_row *row)
{
	const struct ev_task_result *result = row->result;
	const struct spec *spec = d->frozen.spec;
	struct ev_delivery_memory *m = d->m;
	size_t count = spec->suppressions_count;
	m->is_looking = false;
	if (decide_asks_about_file(d)) {
		m->lists_seen_ms = 0;
		return NEXT_STAYS;
	}
	struct ev_suppression_pin *pins = arena_alloc(d->mem, (count + 1) * sizeof *pins);
	bool is_same = m->pins_count == count;
	for (size_t i = 0; i < count; i++) {
		const struct spec_suppression *list = &spec->suppressions[i];
		const struct ev_staged_ref *seen = output_of_list(result, list->name);
		if (!seen)
			return decide_fail(d, str_c(CODE_BAD_RESULT),
			        arena_printf(d->mem, "the look at the lists lacks list " STR_FMT,
			                STR_ARG(list->name)));
		if (is_stale_list(d, list, result)) {
			decide_hold(d, HOLD_SUPPRESSION_STALE,
			        arena_printf(d->mem,
			                "suppression list " STR_FMT
			                " has an object that is older than %lld hours or has a "
			                "time in the future; put a newer one there",
			                STR_ARG(list->name), (long long)list->max_age_hours));
			return NEXT_STAYS;
		}
		pins[i] = (struct ev_suppression_pin){list->name, seen->sha256, list->source.url};
		is_same = is_same && str_eq(m->pins[i].name, pins[i].name) &&
		          str_eq(m->pins[i].version, pins[i].version);
	}
	if (decide_is_uploading(d))
		return decide_seen_before_upload(d, result, is_same);
	if (m->members && is_same) {
		decide_note_look(d, result);
		return NEXT_GATE;
	}
	if (m->members) {
		decide_audit(d, "restarted", str_c(CODE_SUPPRESSION_NEWER), STR(""));
		decide_begin_revision(d, EV_PHASE_COMBINE);
	}
	m->pins = pins;
	m->pins_count = count;
	return NEXT_COMBINE;
}

static const char *const combine_counts[] = {COUNT_REPEATED, COUNT_SHARED, COUNT_CHOSEN,
        COUNT_BLOCKED, COUNT_HELD_OUT, COUNT_CAPPED, COUNT_MEMBERS, COUNT_PERSONS,
        COUNT_PRIMARY_IDS};
static const char *const block_counts[] = {COUNT_BLOCKED_BY_STATE, COUNT_BLOCKED_BY_LIST};
static const char *const delta_counts[] = {
        COUNT_UNCHANGED, COUNT_CHANGED, COUNT_ADDED, COUNT_REMOVED, COUNT_BASELINE};

/* A count of the result, or the fact with that name. */
static void take_count(struct deciding *d, const struct ev_task_result *result, struct str name)
{
	int64_t n = done_count(result, name);
	n = n < 0 ? done_fact_number(result, name) : n;
	decide_set_count(d, name, n < 0 ? 0 : n);
}

/* Compares with what the receiver has: the route's last accepted delivery. If there is none, all
 * members are new. If the members cannot be compared (another bridge version), there are no
 * deltas. */
static void take_deltas(struct deciding *d, const struct ev_task_result *result, bool has_baseline)
{
	for (size_t i = 0; i < sizeof delta_counts / sizeof delta_counts[0]; i++) {
		decide_forget_count(d, str_c(delta_counts[i]));
		if (has_baseline)
			take_count(d, result, str_c(delta_counts[i]));
	}
	if (has_baseline || d->m->base_delivery.n > 0)
		return;
	decide_set_count(d, str_c(COUNT_ADDED), decide_count(d, str_c(COUNT_MEMBERS)));
	decide_set_count(d, str_c(COUNT_REMOVED), 0);
}

/* Only this record shows that a list is in another form than the bridge's ids, and so suppresses
 * nobody. */
static void tell_suppressed(struct deciding *d, const struct ev_task_result *result)
{
	int64_t ids = done_fact_number(result, str_c(FACT_SUPPRESSION_IDS));
	if (ids < 0 || d->frozen.spec->suppressions_count == 0)
		return; /* an older worker does not send it */
	decide_audit(d, "suppressed", STR(""),
	        arena_printf(d->mem,
	                "%lld ids on the suppression lists; the bridge knows %lld of them",
	                (long long)ids,
	                (long long)done_fact_number(result, str_c(FACT_SUPPRESSION_KNOWN))));
}

enum next decide_combined(struct deciding *d, const struct task_row *row)
{
	const struct ev_task_result *result = row->result;
	struct ev_delivery_memory *m = d->m;
	const struct ev_staged_ref *members = done_output(result, STR("members"));
	struct str hash = done_fact(result, str_c(FACT_CONTENT_HASH));
	int64_t withheld = done_fact_number(result, str_c(FACT_WITHHELD_BELOW));
	if ((!members && withheld <= 0) || hash.n == 0)
		return decide_fail(d, str_c(CODE_BAD_RESULT),
		        STR("combine's result lacks the members or their hash"));
	m->members = decide_copy_ref(d, members);
	m->withheld_below = members ? 0 : withheld;
	m->baseline = decide_copy_ref(d, done_output(result, STR("baseline")));
	m->content_hash = hash;
	tell_suppressed(d, result);
	if (!decide_take_lists(d, result))
		return decide_fail(d, str_c(CODE_BAD_RESULT),
		        STR("combine's result lacks the numbers of a suppression list; are all "
		            "bridge-workers of this release?"));
	for (size_t i = 0; i < sizeof combine_counts / sizeof combine_counts[0]; i++)
		take_count(d, result, str_c(combine_counts[i]));
	for (size_t i = 0; i < sizeof block_counts / sizeof block_counts[0]; i++) {
		decide_forget_count(d, str_c(block_counts[i]));
		if (done_count(result, str_c(block_counts[i])) >= 0)
			take_count(d, result, str_c(block_counts[i]));
	}
	bool has_baseline = done_count(result, str_c(COUNT_BASELINE)) >= 0;
	take_deltas(d, result, has_baseline);
	if (m->compares_approved) {
		int64_t added = done_fact_number(result, str_c(FACT_APPROVED_ADDED));
		m->compares_approved =
		        added >= 0; /* absent: the approval covers only what was looked at */
		m->approved_added = added;
	}
	struct books books = {m->counts, m->counts_count, m->slices->rows, -1, has_baseline};
	struct str fault = books_fault(&books, d->mem);
	return fault.p ? decide_fail(d, str_c(CODE_BOOKS), fault) : NEXT_GATE;
}
