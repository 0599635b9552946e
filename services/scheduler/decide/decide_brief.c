/* SPDX-License-Identifier: Apache-2.0
 * Briefs: makes them from rows, and looks them up in a decision. Pure. */
#include "deciding.h"

#include "longshore/result_names.h"

#include <string.h>

const char *const brief_count_names[BRIEF_COUNTS] = {COUNT_ROWS_READ, COUNT_INVALID, COUNT_FILTERED,
        COUNT_UNMATCHED, COUNT_MATCHED, COUNT_LINKS_FOUND, COUNT_NOT_PICKED, COUNT_OVER_CAP,
        COUNT_LINKS, COUNT_FAN_OUT};

static struct str fact_of(const struct ev_task_result *result, const char *name)
{
	struct str fact = done_fact(result, str_c(name));
	return fact.p ? fact : STR("");
}

static const int64_t *counts_of(const struct ev_task_result *result, struct arena *mem)
{
	int64_t *counts = arena_alloc(mem, BRIEF_COUNTS * sizeof *counts);
	for (size_t i = 0; i < BRIEF_COUNTS; i++)
		counts[i] = done_count(result, str_c(brief_count_names[i]));
	return counts;
}

struct brief brief_of(const struct task_row *row, struct arena *mem)
{
	const struct ev_task_result *result = row->result;
	struct brief b = {
	        .revision = row->revision,
	        .index = row->index,
	        .is_done = row->status == TASK_DONE && result,
	        .was_issued = row->issue > 0,
	        .plain_sha256 = STR(""),
	        .encoder = STR(""),
	        .md5 = STR(""),
	        .invalid_at = STR(""),
	        .place = STR(""),
	};
	if (!b.is_done)
		return b;
	bool is_select = row->stage == STAGE_SELECT;
	const struct ev_staged_ref *ref =
	        done_output(result, is_select ? STR("selection") : STR("file"));
	if (ref)
		b.ref = *ref;
	if (is_select)
		b.counts = counts_of(result, mem);
	b.plain_sha256 = fact_of(result, FACT_PLAIN_SHA256);
	b.encoder = fact_of(result, FACT_ENCODER);
	b.md5 = fact_of(result, FACT_MD5);
	b.invalid_at = fact_of(result, FACT_INVALID_AT);
	b.place = fact_of(result, FACT_PLACE);
	b.is_by_person = str_eq(fact_of(result, FACT_PLACE_BY), STR("person"));
	if (result->receipt)
		b.receipt = result->receipt->name;
	return b;
}

static struct str like(struct str text, struct str before, struct arena *mem)
{
	bool is_same = before.p && text.p && str_eq(text, before);
	return is_same ? before : arena_str(mem, text);
}

static bool widen(struct briefs *all, size_t room, struct arena *mem)
{
	struct brief *wider = ARENA_TRY_ARRAY(mem, struct brief, room);
	if (!wider)
		return false;
	if (all->count > 0)
		memcpy(wider, all->items, all->count * sizeof *wider);
	all->items = wider;
	all->room = room;
	return true;
}

bool brief_expect(struct briefs *all, size_t count, struct arena *mem)
{
	return all->room - all->count >= count || widen(all, all->count + count, mem);
}

bool brief_keep(struct briefs *all, const struct task_row *row, struct arena *mem)
{
	static const struct brief none;
	if (arena_has_enough(mem) ||
	        (all->count == all->room && !widen(all, all->room * 2 + 16, mem)))
		return false;
	const struct brief *before = all->count > 0 ? &all->items[all->count - 1] : &none;
	struct brief b = brief_of(row, mem);
	b.ref.kind = like(b.ref.kind, before->ref.kind, mem);
	b.ref.name = arena_str(mem, b.ref.name);
	b.ref.sha256 = arena_str(mem, b.ref.sha256);
	b.plain_sha256 = like(b.plain_sha256, before->plain_sha256, mem);
	b.encoder = like(b.encoder, before->encoder, mem);
	b.md5 = like(b.md5, before->md5, mem);
	b.invalid_at = like(b.invalid_at, before->invalid_at, mem);
	b.receipt = like(b.receipt, before->receipt, mem);
	b.place = like(b.place, before->place, mem);
	all->items[all->count++] = b;
	return true;
}

/* --- in a decision --- */

bool decide_lacks_parts(struct deciding *d, int32_t from, int32_t count)
{
	const struct facts *f = d->facts;
	if ((f->stages >> STAGE_PART & 1) != 0)
		return false;
	if ((f->known & NEED_PARTS) != 0 && from >= f->parts_from &&
	        from + count <= f->parts_from + f->parts_count)
		return false;
	d->out->needs |= NEED_PARTS;
	d->out->parts_from = from;
	d->out->parts_count = count;
	return true;
}

const struct brief **decide_done(struct deciding *d, enum stage stage, int32_t from, int32_t count)
{
	const struct brief **by = ARENA_TRY_ARRAY(d->mem, const struct brief *, (size_t)count + 1);
	const struct briefs *known = &d->facts->briefs[stage];
	for (size_t i = 0; by && i < known->count; i++) {
		const struct brief *b = &known->items[i];
		if (b->is_done && b->revision == d->x->revision && b->index >= from &&
		        b->index - from < count)
			by[b->index - from] = b;
	}
	for (size_t i = 0; by && i < d->out->rows_count; i++) { /* done in this decision */
		const struct task_row *row = &d->out->rows[i];
		if (!decide_row_is(d, row, stage) || row->status != TASK_DONE || !row->result ||
		        row->index < from || row->index - from >= count)
			continue;
		struct brief *b = ARENA_NEW(d->mem, struct brief);
		*b = brief_of(row, d->mem);
		by[row->index - from] = b;
	}
	return by;
}

const struct brief *decide_done_one(struct deciding *d, enum stage stage, int32_t index)
{
	const struct brief **by = decide_done(d, stage, index, 1);
	return by ? by[0] : NULL;
}
