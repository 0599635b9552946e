/* SPDX-License-Identifier: Apache-2.0
 * Within the transaction: consults breakers, and issues ready tasks. */
#include "cycle.h"

static bool touches_breaker(const struct item *item)
{
	const struct decision *n = &item->decision;
	if (!n->is_changed || !item_spec(item))
		return false;
	if (n->uploads_up > 0 || n->uploads_down > 0)
		return true;
	const struct ev_delivery_memory *m = &item->before.memory;
	if (m->is_admitted || (n->drops_unfinished && m->has_uploads))
		return true; /* the probe can be among them */
	for (size_t i = 0; i < n->rows_count; i++)
		if (n->rows[i].stage == STAGE_UPLOAD && n->rows[i].status == TASK_WAITING)
			return true;
	return false;
}

struct str item_place(const struct item *item)
{
	const struct spec *spec = item_spec(item);
	return spec && spec->bucket.url.p ? spec->bucket.url : STR("");
}

static struct breaker *find_breaker(const struct breakers *all, struct str place)
{
	for (size_t i = 0; i < all->count; i++)
		if (str_eq(all->before[i].place, place))
			return &all->now[i];
	return NULL;
}

/* Breakers are read without a lock first. They are locked if one has a stored failure or fails
 * now. */
static int load_breakers(struct cycle *c, struct breakers *all, struct err *e)
{
	struct str *names = arena_alloc(c->mem, (c->count + 1) * sizeof *names);
	size_t count = 0;
	bool fails = false;
	for (size_t i = 0; i < c->count; i++) {
		if (!touches_breaker(c->items[i]))
			continue;
		names[count++] = item_place(c->items[i]);
		fails = fails || c->items[i]->decision.uploads_down > 0;
	}
	all->before = arena_alloc(c->mem, (count + 1) * sizeof *all->before);
	all->now = arena_alloc(c->mem, (count + 1) * sizeof *all->now);
	all->count = 0;
	if (count == 0)
		return 0;
	struct loaded_breaker *found = NULL;
	size_t found_count = 0;
	int act = place_db_load_breakers(
	        c->g->pg, names, count, false, c->mem, &found, &found_count, e);
	if (act == 0 && (found_count > 0 || fails))
		act = place_db_load_breakers(
		        c->g->pg, names, count, true, c->mem, &found, &found_count, e);
	for (size_t i = 0; i < count && act == 0; i++) {
		if (find_breaker(all, names[i]))
			continue;
		size_t at = all->count++;
		all->before[at] = (struct loaded_breaker){.place = names[i]};
		for (size_t k = 0; k < found_count; k++)
			if (str_eq(found[k].place, names[i]))
				all->before[at] = found[k];
		all->now[at] = all->before[at].state;
	}
	return act;
}

static void issue_item(struct cycle *c, const struct written *w, struct item *item)
{
	static struct breaker closed; /* never changed: the item has nothing at a place */
	struct breaker *breaker = find_breaker(&w->breakers, item_place(item));
	struct item_caps caps = cycle_caps_of(&w->flights, item);
	struct issue_world world = {
	        .now_ms = c->clock.now_ms,
	        .rules = &c->g->rules,
	        .tenant = &caps.rooms[0],
	        .destination = &caps.rooms[1],
	        .breaker = breaker ? breaker : &closed,
	        .knows_unfinished = (item->facts.known & NEED_UNFINISHED) != 0,
	        .frozen = item->decision.new_spec.spec ? &item->decision.new_spec
	                                               : &item->facts.frozen,
	        .mem = c->mem,
	};
	if (breaker)
		breaker_note(breaker, &item->decision, &world);
	issue_ready(&item->decision, &item->before, &world);
	issue_count(&item->decision, item->rows, item->rows_count);
	issue_look_soon(&item->decision, &world);
	cycle_note_caps(&caps, item);
}

int cycle_issue(struct cycle *c, struct written *w, struct err *e)
{
	int act = cycle_count_flights(c, &w->flights, e);
	if (act == 0)
		act = load_breakers(c, &w->breakers, e);
	for (size_t i = 0; i < c->count && act == 0; i++)
		if (c->items[i]->decision.is_changed)
			issue_item(c, w, c->items[i]);
	return act;
}

int cycle_store_breakers(struct cycle *c, const struct breakers *all, struct err *e)
{
	struct str *closed = arena_alloc(c->mem, (all->count + 1) * sizeof *closed);
	size_t closed_count = 0;
	int act = 0;
	for (size_t i = 0; i < all->count && act == 0; i++) {
		const struct loaded_breaker row = {all->before[i].place, all->now[i]};
		if (row.state.is_changed && row.state.failures == 0)
			closed[closed_count++] = row.place;
		else if (row.state.is_changed)
			act = place_db_store_breaker(c->g->pg, &row, c->mem, e);
	}
	return act ? act : place_db_close_breakers(c->g->pg, closed, closed_count, c->mem, e);
}
