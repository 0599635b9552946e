/* SPDX-License-Identifier: Apache-2.0
 * From the start to the selections of all slices. Pure. */
#include "deciding.h"

#include "stages.h"

#include "longshore/reflist.h"
#include "longshore/result_names.h"

static bool hold_if_unsupported(struct deciding *d)
{
	const struct spec *spec = d->frozen.spec;
	if (spec->unsupported_count == 0)
		return false;
	struct str all = spec->unsupported[0];
	for (size_t i = 1; i < spec->unsupported_count; i++)
		all = arena_printf(
		        d->mem, STR_FMT ", " STR_FMT, STR_ARG(all), STR_ARG(spec->unsupported[i]));
	decide_hold_unsupported(d, spec->unsupported[0],
	        arena_printf(d->mem,
	                "the configuration uses properties that are not supported yet: " STR_FMT
	                "; change it and resume",
	                STR_ARG(all)));
	return true;
}

static bool hold_if_stale(struct deciding *d)
{
	const struct spec_bridge *bridge = &d->frozen.spec->bridge;
	const int64_t hour_ms = 3600 * 1000;
	if (d->facts->bridge_version.n == 0) {
		decide_hold(d, HOLD_STALE_BRIDGE,
		        arena_printf(d->mem, "bridge " STR_FMT " has no version yet; build it",
		                STR_ARG(bridge->name)));
		return true;
	}
	int64_t age = d->facts->now_ms - d->facts->bridge_built_ms;
	if (bridge->max_age_hours <= 0 || age <= bridge->max_age_hours * hour_ms)
		return false;
	decide_hold(d, HOLD_STALE_BRIDGE,
	        arena_printf(d->mem,
	                "the newest version of bridge " STR_FMT
	                " is older than %lld hours; rebuild it",
	                STR_ARG(bridge->name), (long long)bridge->max_age_hours));
	return true;
}

enum next decide_start(struct deciding *d)
{
	d->m->phase = EV_PHASE_START;
	if (d->frozen.spec->paused) {
		decide_hold(d, HOLD_PAUSED,
		        STR("the route is paused; unpause it in the configuration and resume"));
		return NEXT_STAYS;
	}
	if (d->frozen.spec->destination.is_draft && !d->frozen.spec->dry_run) {
		decide_hold(d, HOLD_DRAFT,
		        arena_printf(d->mem,
		                "Destination " STR_FMT
		                " is a draft; apply it with status: confirmed and resume",
		                STR_ARG(d->frozen.spec->destination.name)));
		return NEXT_STAYS;
	}
	if (hold_if_unsupported(d))
		return NEXT_STAYS;
	if (!d->frozen.route_zone || !d->frozen.file_zone) {
		decide_hold_unsupported(d, STR("time_zone"),
		        STR("the time zone of the route or of the destination is unknown here; "
		            "correct it and resume"));
		return NEXT_STAYS;
	}
	if (decide_is_unable(d))
		return NEXT_STAYS;
	if (decide_lacks(d, NEED_BRIDGE) || hold_if_stale(d))
		return NEXT_STAYS;
	d->m->bridge_version = d->facts->bridge_version;
	return NEXT_INSPECT;
}

enum next decide_inspect(struct deciding *d)
{
	decide_go_to(d, EV_PHASE_INSPECT, STATE_SELECTING);
	decide_set_detail(d, STR(""));
	decide_add_inspect(d);
	return NEXT_STAYS;
}

static void set_selections(struct deciding *d, struct buf *list, int64_t count)
{
	struct str bytes = arena_str(d->mem, buf_str(list));
	d->m->selections = decide_add_list(d, bytes, count);
}

/* All other counts of a delivery are parts of these, so arithmetic with them cannot overflow. */
static const int64_t count_max = INT64_C(1000000000000);

static bool sum_counts(struct deciding *d, const struct brief *const *by, int32_t slices)
{
	for (size_t k = 0; k < BRIEF_COUNTS; k++) {
		int64_t sum = 0;
		for (int32_t i = 0; i < slices; i++) {
			int64_t n = by[i] ? by[i]->counts[k] : 0;
			if (n > count_max - sum)
				return false;
			sum += n < 0 ? 0 : n;
		}
		decide_set_count(d, str_c(brief_count_names[k]), sum);
	}
	return true;
}

/* Tells anyone who misses people in the output that some files were not read. */
static void tell_left_out(struct deciding *d, const struct ev_task_result *result)
{
	int64_t hidden = done_fact_number(result, str_c(FACT_HIDDEN));
	int64_t partial = done_fact_number(result, str_c(FACT_PARTIAL));
	if (hidden > 0 || partial > 0)
		decide_audit(d, "left_out", STR(""),
		        arena_printf(d->mem,
		                "audience: skipped %lld names that begin with a dot or an "
		                "underscore and %lld of half-written files",
		                (long long)(hidden > 0 ? hidden : 0),
		                (long long)(partial > 0 ? partial : 0)));
}

/* The first slice with invalid rows names the first few of them. */
static void tell_invalid(struct deciding *d, const struct brief *const *by)
{
	for (int32_t i = 0; i < d->m->slices_count; i++) {
		if (!by[i] || by[i]->invalid_at.n == 0)
			continue;
		decide_audit(d, "invalid_rows", STR(""),
		        arena_printf(d->mem, "%lld rows have no valid id: " STR_FMT,
		                (long long)decide_count(d, str_c(COUNT_INVALID)),
		                STR_ARG(by[i]->invalid_at)));
		return;
	}
}

enum next decide_inspected(struct deciding *d, const struct task_row *row)
{
	const struct ev_task_result *result = row->result;
	int64_t slices = done_fact_number(result, str_c(FACT_SLICES));
	const struct ev_staged_ref *list = done_output(result, STR("slices"));
	if (slices < 0 || !list)
		return decide_fail(d, str_c(CODE_BAD_RESULT),
		        STR("inspect's result lacks the number or the list of slices"));
	if (slices > d->rules->tasks_max)
		return decide_fail(d, str_c(CODE_TOO_MANY_SLICES),
		        arena_printf(d->mem,
		                "%lld slices, but at most %d are allowed; raise limits.slice_bytes",
		                (long long)slices, (int)d->rules->tasks_max));
	tell_left_out(d, result);
	d->m->slices = decide_copy_ref(d, list);
	d->m->slices_count = (int32_t)slices;
	if (slices == 0) { /* continues with an empty selection; the gate holds it */
		set_selections(d, &(struct buf){0}, 0);
		(void)sum_counts(d, NULL, 0); /* sums over no slice: all counts exist and are 0 */
		return NEXT_ORDER;
	}
	return NEXT_SELECT;
}

enum next decide_select(struct deciding *d)
{
	decide_go_to(d, EV_PHASE_SELECT, STATE_SELECTING);
	return decide_begin_tasks(d, d->m->slices_count);
}

static int selection_of(const struct brief *brief, const struct ev_staged_ref **out, struct err *e)
{
	*out = &brief->ref;
	return brief->ref.name.p ? 0
	                         : err_set(e, ERR_REJECT, CODE_BAD_RESULT,
	                                   "select's result lacks the selection");
}

static int list_line(const struct brief *brief, struct buf *out, struct err *e)
{
	const struct ev_staged_ref *ref = NULL;
	if (selection_of(brief, &ref, e))
		return e->act;
	struct reflist_item item = {
	        .name = ref->name,
	        .sha256 = ref->sha256,
	        .bytes = ref->bytes,
	        .rows = ref->rows,
	        .label = STR(""),
	        .plain_sha256 = STR(""),
	};
	return reflist_add(out, &item, e);
}

static int list_selections(
        struct deciding *d, const struct brief *const *by, int32_t count, struct err *e)
{
	struct buf list;
	int act = 0;
	buf_init(&list, REFLIST_MAX_BYTES);
	for (int32_t i = 0; i < count && act == 0; i++)
		act = by[i] ? list_line(by[i], &list, e)
		            : err_set(e, ERR_REJECT, CODE_BAD_RESULT, "slice %d has no result", i);
	if (act == 0)
		set_selections(d, &list, count);
	buf_release(&list);
	return act;
}

/* A single slice is referenced directly: no list is staged for it. */
static int take_selections(struct deciding *d, const struct brief *const *by, struct err *e)
{
	int32_t count = d->m->slices_count;
	const struct ev_staged_ref *only = NULL;
	if (!sum_counts(d, by, count))
		return err_set(e, ERR_REJECT, CODE_BAD_RESULT,
		        "the slices count more than %lld rows or links", (long long)count_max);
	if (count != 1 || !by[0])
		return list_selections(d, by, count, e);
	if (selection_of(by[0], &only, e))
		return e->act;
	d->m->selections = decide_copy_ref(d, only);
	return 0;
}

enum next decide_selected(struct deciding *d)
{
	bool lacks = decide_lacks(d, NEED_HEAD); /* needed next; else the list is made twice */
	if (decide_lacks_stages(d, 1u << STAGE_SELECT) || lacks)
		return NEXT_STAYS;
	struct err e = {0};
	const struct brief **by = decide_done(d, STAGE_SELECT, 0, d->m->slices_count);
	int act = by ? take_selections(d, by, &e)
	             : err_set(&e, ERR_REJECT, CODE_TOO_MANY_SLICES, "the slices are too many");
	if (act || !by)
		return decide_fail(d, str_c(e.code), arena_str(d->mem, str_c(e.text)));
	tell_invalid(d, by);
	return NEXT_ORDER;
}
