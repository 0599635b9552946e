/* SPDX-License-Identifier: Apache-2.0
 * The deliveries of a cycle with their events, and loading their stored state. */
#include "cycle.h"
#include "db/conf_db.h"

static struct item *find_item(struct cycle *c, struct str id)
{
	return lookup_find(c->by_id, id);
}

struct item *cycle_item(struct cycle *c, struct str id)
{
	struct item *item = find_item(c, id);
	if (item)
		return item;
	ARENA_GROW_KNOWN(c->kept, c->items, c->count, c->room);
	item = ARENA_NEW(c->kept, struct item);
	item->id = arena_str(c->kept, id);
	lookup_put(c->by_id, item->id, item, c->kept);
	c->items[c->count++] = item;
	return item;
}

bool cycle_is_full(const struct cycle *c)
{
	return c->count >= CYCLE_ITEMS || c->bytes >= CYCLE_BYTES;
}

int cycle_has_room(const struct cycle *c, struct err *e)
{
	if (!arena_has_enough(c->mem))
		return 0;
	return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
	        "what was loaded of %zu deliveries has more than %zu bytes", c->count,
	        c->mem->enough_bytes);
}

void cycle_add(struct cycle *c, struct str id, const struct decide_event *event)
{
	struct item *item = cycle_item(c, id);
	ARENA_GROW_KNOWN(c->kept, item->events, item->events_count, item->events_room);
	item->events[item->events_count++] = *event;
	c->bytes += sizeof *event + event->frozen.json.n + event->result_bytes.n;
}

void cycle_add_audit(struct cycle *c, const struct ev_audit_record *record)
{
	ARENA_GROW_KNOWN(c->kept, c->trail.items, c->trail.count, c->trail.room);
	c->trail.items[c->trail.count++] = *record;
}

static int load_specs(struct cycle *c, struct err *e)
{
	struct str *missing = arena_alloc(c->mem, (c->count + 1) * sizeof *missing);
	size_t count = 0;
	for (size_t i = 0; i < c->count; i++) {
		struct str hash = c->items[i]->before.spec_hash;
		if (hash.n > 0 && !specs_find(&c->g->specs, hash))
			missing[count++] = hash;
	}
	struct spec_row *rows = NULL;
	size_t found = 0;
	int act = count > 0 ? conf_db_load_specs(c->g->pg, missing, count, c->mem, &rows, &found, e)
	                    : 0;
	for (size_t i = 0; i < c->count && act == 0; i++) {
		struct str hash = c->items[i]->before.spec_hash;
		const struct frozen *frozen = specs_find(&c->g->specs, hash);
		for (size_t k = 0; k < found && !frozen && hash.n > 0 && act == 0; k++)
			if (str_eq(rows[k].hash, hash))
				act = specs_add(
				        &c->g->specs, hash, rows[k].body, c->mem, &frozen, e);
		if (act == 0 && !frozen && hash.n > 0)
			act = err_set(e, ERR_FATAL, "bad_row",
			        "the spec of delivery " STR_FMT " is not stored",
			        STR_ARG(c->items[i]->id));
		if (frozen)
			c->items[i]->facts.frozen = *frozen;
	}
	return act;
}

static int load_named_rows(struct cycle *c, struct err *e)
{
	size_t most = 0;
	for (size_t i = 0; i < c->count; i++)
		most += c->items[i]->events_count;
	struct str *ids = arena_alloc(c->mem, (most + 1) * sizeof *ids);
	size_t count = 0;
	for (size_t i = 0; i < c->count; i++)
		for (size_t k = 0; k < c->items[i]->events_count; k++)
			if (c->items[i]->events[k].kind == DECIDE_RESULT)
				ids[count++] = c->items[i]->events[k].result->task_id;
	return count > 0 ? cycle_load_rows(c, ids, count, e) : 0;
}

int cycle_load(struct cycle *c, struct err *e)
{
	struct str *ids = arena_alloc(c->mem, (c->count + 1) * sizeof *ids);
	for (size_t i = 0; i < c->count; i++)
		ids[i] = c->items[i]->id;
	struct state_row *rows = NULL;
	size_t count = 0;
	int act = state_db_load(c->g->pg, ids, c->count, c->mem, &c->clock, &rows, &count, e);
	if (act)
		return act;
	for (size_t i = 0; i < c->count; i++)
		c->items[i]->before = (struct delivery){.id = c->items[i]->id};
	for (size_t i = 0; i < count; i++) {
		struct item *item = find_item(c, rows[i].x.id);
		item->before = rows[i].x;
		item->stored_status = rows[i].status;
		item->waits_what = rows[i].waits_what;
		item->waits_since_ms = rows[i].waits_since_ms;
	}
	act = load_specs(c, e);
	return act ? act : load_named_rows(c, e);
}
