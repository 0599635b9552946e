/* SPDX-License-Identifier: Apache-2.0
 * The numbers that combine read from the suppression lists, and whether they are plausible. If a
 * list suppresses too few people, files contain people who must not be sent. So a doubt waits
 * for a person. Pure. */
#include "deciding.h"

#include "longshore/result_names.h"

enum { PPM = 1000000 };

static int64_t number(
        struct deciding *d, const struct ev_task_result *r, const char *what, struct str list)
{
	return done_fact_number(r, arena_printf(d->mem, "%s." STR_FMT, what, STR_ARG(list)));
}

bool decide_take_lists(struct deciding *d, const struct ev_task_result *result)
{
	const struct spec *spec = d->frozen.spec;
	struct ev_list_read *lists =
	        arena_alloc(d->mem, (spec->suppressions_count + 1) * sizeof *lists);
	for (size_t i = 0; i < spec->suppressions_count; i++) {
		struct str name = spec->suppressions[i].name;
		struct str at = done_fact(
		        result, arena_printf(d->mem, "list_invalid_at." STR_FMT, STR_ARG(name)));
		lists[i] = (struct ev_list_read){
		        .name = name,
		        .ids = number(d, result, FACT_LIST_IDS, name),
		        .invalid = number(d, result, FACT_LIST_INVALID, name),
		        .known = number(d, result, FACT_LIST_KNOWN, name),
		        .invalid_at = at.p ? at : STR(""),
		};
		if (lists[i].ids < 0 || lists[i].invalid < 0 || lists[i].known < 0)
			return false;
	}
	d->m->lists = lists;
	d->m->lists_count = spec->suppressions_count;
	return true;
}

/* Ids on the list at the last delivery of the route; -1: the list was not used. */
static int64_t ids_before(struct str text, struct str name)
{
	while (text.n > 0) {
		ptrdiff_t end = str_find(text, '\n', 0), tab = str_find(text, '\t', 0);
		int64_t ids = 0;
		if (end < 0 || tab < 0 || tab > end)
			return -1;
		struct str number = str_bytes(text.p + tab + 1, (size_t)(end - tab - 1));
		if (str_eq(str_bytes(text.p, (size_t)tab), name))
			return str_to_i64(number, &ids) ? ids : -1;
		text = str_bytes(text.p + end + 1, text.n - (size_t)end - 1);
	}
	return -1;
}

static struct str percent(struct deciding *d, int64_t ppm)
{
	return ppm % 10000 == 0 ? arena_printf(d->mem, "%lld %%", (long long)(ppm / 10000))
	                        : arena_printf(d->mem, "%lld.%04lld %%", (long long)(ppm / 10000),
	                                  (long long)(ppm % 10000));
}

static void check_list(struct deciding *d, const struct spec_suppression *list,
        const struct ev_list_read *seen, decide_on_finding *found, void *arg)
{
	int64_t rows = seen->ids + seen->invalid, before = ids_before(d->m->base_lists, list->name);
	struct str what = arena_printf(d->mem, "suppression list " STR_FMT, STR_ARG(list->name));
	if (seen->invalid * PPM > list->max_invalid_ppm * rows)
		found(arg, HOLD_SUPPRESSION_INVALID,
		        arena_printf(d->mem,
		                STR_FMT
		                ": %lld of %lld rows have no valid id and suppress nobody (" STR_FMT
		                "); max_invalid allows " STR_FMT,
		                STR_ARG(what), (long long)seen->invalid, (long long)rows,
		                STR_ARG(seen->invalid_at),
		                STR_ARG(percent(d, list->max_invalid_ppm))));
	if (seen->ids == 0 && !list->may_be_empty) {
		found(arg, HOLD_SUPPRESSION_EMPTY,
		        before > 0
		                ? arena_printf(d->mem,
		                          STR_FMT " has no id; it had %lld for the last accepted "
		                                  "delivery",
		                          STR_ARG(what), (long long)before)
		                : arena_printf(d->mem, STR_FMT " has no id", STR_ARG(what)));
		return;
	}
	if (list->max_shrink_ppm != GUARD_OFF && before > 0 &&
	        (before - seen->ids) * PPM > list->max_shrink_ppm * before)
		found(arg, HOLD_SUPPRESSION_SHRUNK,
		        arena_printf(d->mem,
		                STR_FMT
		                " has %lld ids; it had %lld for the last accepted delivery, and "
		                "max_shrink allows " STR_FMT " fewer",
		                STR_ARG(what), (long long)seen->ids, (long long)before,
		                STR_ARG(percent(d, list->max_shrink_ppm))));
	if (seen->known * PPM < list->min_known_ppm * seen->ids)
		found(arg, HOLD_SUPPRESSION_UNKNOWN,
		        arena_printf(d->mem,
		                STR_FMT ": the bridge knows %lld of %lld ids, but min_known "
		                        "requires " STR_FMT
		                        "; are they formatted or hashed differently?",
		                STR_ARG(what), (long long)seen->known, (long long)seen->ids,
		                STR_ARG(percent(d, list->min_known_ppm))));
}

void decide_check_lists(struct deciding *d, decide_on_finding *found, void *arg)
{
	const struct spec *spec = d->frozen.spec;
	for (size_t i = 0; i < spec->suppressions_count && i < d->m->lists_count; i++)
		check_list(d, &spec->suppressions[i], &d->m->lists[i], found, arg);
}
