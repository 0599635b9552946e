/* SPDX-License-Identifier: Apache-2.0
 * Loads task rows: whole rows for unfinished tasks, and briefs for tasks that are only counted and
 * listed. For a stage of very many tasks, at most one page of rows is in memory at once. */
#include "cycle.h"

enum { PAGE_INDEXES = 1000 };

static void widen_rows(struct cycle *c, struct item *item, size_t room)
{
	struct task_row *wider = arena_alloc(c->mem, room * sizeof *wider);
	if (item->rows_count > 0)
		memcpy(wider, item->rows, item->rows_count * sizeof *wider);
	item->rows = wider;
	item->rows_room = room;
}

static void merge_row(struct cycle *c, struct item *item, const struct task_row *row)
{
	if (lookup_find(&item->row_places, row->id))
		return;
	if (item->rows_count == item->rows_room)
		widen_rows(c, item, item->rows_room * 2 + 8);
	size_t *place = ARENA_NEW(c->mem, size_t);
	*place = item->rows_count;
	lookup_put(&item->row_places, row->id, place, c->mem);
	item->rows[item->rows_count++] = *row;
}

/* The limit is on the rows of all deliveries of the cycle together. */
static int merge(struct cycle *c, const struct loaded_tasks *loaded, struct err *e)
{
	c->rows.loaded += loaded->count;
	if (c->rows.loaded > c->rows.most)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "more than %zu task rows of %zu deliveries", c->rows.most, c->count);
	if (c->count == 1) { /* all rows are its own, possibly very many */
		struct item *item = c->items[0];
		if (item->rows_count + loaded->count > item->rows_room)
			widen_rows(c, item, item->rows_count + loaded->count);
	}
	for (size_t i = 0; i < loaded->count; i++) {
		struct item *item = lookup_find(c->by_id, loaded->items[i].delivery_id);
		if (item)
			merge_row(c, item, &loaded->items[i].row);
	}
	return cycle_has_room(c, e);
}

int cycle_load_rows(struct cycle *c, const struct str *ids, size_t count, struct err *e)
{
	struct loaded_tasks loaded;
	int act = task_db_load(c->g->pg, ids, count, c->mem, &loaded, e);
	return act ? act : merge(c, &loaded, e);
}

/* One more than fits, so that the caller notices an overflow. */
static int64_t rows_left(const struct cycle *c)
{
	return (int64_t)(c->rows.most - c->rows.loaded) + 1;
}

static struct wanted_stage wanted_of(const struct item *item, enum stage stage)
{
	return (struct wanted_stage){item->id, item->decision.after.revision, stage};
}

/* --- briefs --- */

static int keep(struct cycle *c, const struct loaded_tasks *loaded, struct err *e)
{
	bool has_room = true;
	c->rows.loaded += loaded->count;
	for (size_t i = 0; i < loaded->count && has_room; i++) {
		struct item *item = lookup_find(c->by_id, loaded->items[i].delivery_id);
		const struct task_row *row = &loaded->items[i].row;
		has_room = !item || brief_keep(&item->facts.briefs[row->stage], row, c->mem);
	}
	if (has_room && c->rows.loaded <= c->rows.most)
		return 0;
	return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
	        "%zu task rows of %zu deliveries are too many", c->rows.loaded, c->count);
}

/* Keeps `count` indexes, starting at `first`. */
static int keep_pages(struct cycle *c, const struct wanted_stage *wanted, int32_t first,
        int32_t count, struct err *e)
{
	struct arena piece;
	struct index_range page;
	int act = 0;
	arena_init(&piece, c->mem->limit_bytes);
	for (int32_t i = 0; i < count && act == 0; i += PAGE_INDEXES) {
		int32_t n = count - i < PAGE_INDEXES ? count - i : PAGE_INDEXES;
		struct loaded_tasks loaded;
		page = (struct index_range){first + i, first + i + n - 1};
		arena_reset(&piece);
		act = task_db_load_page(c->g->pg, wanted, page, &piece, &loaded, e);
		act = act ? act : keep(c, &loaded, e);
	}
	arena_release(&piece);
	return act;
}

/* The maximum number of indexes of a stage, or 0 if that fits one page. */
static int32_t indexes_of(const struct item *item, enum stage stage)
{
	const struct ev_delivery_memory *m = &item->decision.after.memory;
	int32_t count = 0;
	if (stage == STAGE_SELECT)
		count = m->slices_count;
	else if (stage == STAGE_PART || stage == STAGE_UPLOAD || stage == STAGE_SETTLE)
		count = m->files_planned;
	return count > PAGE_INDEXES ? count : 0;
}

/* Loads all small stages at once, and each large one alone. */
int cycle_gather_stages(struct cycle *c, struct item **items, size_t count, struct err *e)
{
	struct wanted_stage *wanted =
	        arena_alloc(c->mem, (count * STAGE_COUNT + 1) * sizeof *wanted);
	size_t n = 0;
	int act = 0;
	for (size_t i = 0; i < count; i++)
		for (int s = 0; s < STAGE_COUNT && act == 0; s++) {
			if ((items[i]->decision.need_stages >> s & 1) == 0)
				continue;
			struct wanted_stage one = wanted_of(items[i], (enum stage)s);
			items[i]->facts.briefs[s].count = 0; /* part of it may already be loaded */
			int32_t indexes = indexes_of(items[i], (enum stage)s);
			if (indexes > 0 &&
			        !brief_expect(&items[i]->facts.briefs[s], (size_t)indexes, c->mem))
				act = err_set(e, ERR_REJECT, CODE_TOO_LARGE,
				        "%d tasks are too many", (int)indexes);
			else if (indexes > 0)
				act = keep_pages(c, &one, 0, indexes, e);
			else
				wanted[n++] = one;
		}
	if (act || n == 0)
		return act;
	struct arena piece;
	struct loaded_tasks loaded;
	arena_init(&piece, c->mem->limit_bytes);
	act = task_db_load_stages(c->g->pg, wanted, n, rows_left(c), &piece, &loaded, e);
	act = act ? act : keep(c, &loaded, e);
	arena_release(&piece);
	return act;
}

int cycle_gather_parts(struct cycle *c, struct item **items, size_t count, struct err *e)
{
	int act = 0;
	for (size_t i = 0; i < count && act == 0; i++) {
		struct wanted_stage wanted = wanted_of(items[i], STAGE_PART);
		items[i]->facts.parts_from = items[i]->decision.parts_from;
		items[i]->facts.parts_count = items[i]->decision.parts_count;
		if ((items[i]->decision.need_stages >> STAGE_PART & 1) ==
		        0) /* else all are loaded */
			act = keep_pages(c, &wanted, items[i]->facts.parts_from,
			        items[i]->facts.parts_count, e);
	}
	return act;
}

/* --- rows --- */

int cycle_gather_resting(struct cycle *c, struct item **items, size_t count, struct err *e)
{
	struct wanted_stage *wanted =
	        arena_alloc(c->mem, (count * STAGE_COUNT + 1) * sizeof *wanted);
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		for (int s = 0; s < STAGE_COUNT; s++)
			if ((items[i]->decision.need_waiting >> s & 1) != 0)
				wanted[n++] = wanted_of(items[i], (enum stage)s);
	struct loaded_tasks loaded;
	int act = task_db_load_resting(c->g->pg, wanted, n, rows_left(c), c->mem, &loaded, e);
	return act ? act : merge(c, &loaded, e);
}

/* True if the delivery has many tasks, of which few rows are open. */
static bool has_few_open(const struct cycle *c, const struct item *item)
{
	const struct delivery *x = &item->before;
	return decide_is_wide(x) && x->memory.tasks_total > c->g->rules.wave &&
	       decide_open(x) <= decide_open_max(&c->g->rules);
}

static int load_open(struct cycle *c, struct item *item, struct err *e)
{
	const struct wanted_stage wanted = {
	        item->id, item->before.revision, decide_wide_stage(&item->before)};
	struct loaded_tasks loaded;
	item->facts.knows_open = true;
	int act = task_db_load_open(c->g->pg, &wanted, item->before.memory.tasks_floor,
	        rows_left(c), c->mem, &loaded, e);
	return act ? act : merge(c, &loaded, e);
}

int cycle_gather_unfinished(struct cycle *c, struct item **items, size_t count, struct err *e)
{
	struct str *ids = arena_alloc(c->mem, (count + 1) * sizeof *ids);
	size_t n = 0;
	int act = 0;
	for (size_t i = 0; i < count && act == 0; i++)
		if (has_few_open(c, items[i]))
			act = load_open(c, items[i], e);
		else
			ids[n++] = items[i]->id;
	if (act || n == 0)
		return act;
	/* Load one row more than a wave: the extra row has the earliest time of all rows
	 * outside the wave. */
	const struct rows_max most = {rows_left(c), (int64_t)c->g->rules.wave + 1};
	struct loaded_tasks loaded;
	act = task_db_load_unfinished(c->g->pg, ids, n, most, c->mem, &loaded, e);
	return act ? act : merge(c, &loaded, e);
}
