/* SPDX-License-Identifier: Apache-2.0
 *
 * Places under the caps of tenants and destinations. A transaction that takes or frees places
 * holds an advisory lock for each cap, taken in name order. So no delivery misses a place that
 * becomes free just as it starts to wait.
 *
 * A waiting delivery has a row in run.waiting, which is also its claim: each free place is left to
 * those that have waited longer, so a delivery of many tasks does not retake every place that it
 * frees. A delivery that got a task issued goes to the end of the queue. The oldest waiter is
 * first under both caps, so it continues once both have a free place. */
#include "cycle.h"

enum { QUEUE_MAX = 1000, WAKES_MAX = 64 };

static bool has_waiting(const struct item *item)
{
	for (size_t i = 0; i < item->decision.rows_count; i++)
		if (item->decision.rows[i].status == TASK_WAITING)
			return true;
	return false;
}

static bool frees(const struct item *item)
{
	const struct decision *n = &item->decision;
	for (size_t i = 0; i < item->rows_count; i++)
		if (item->rows[i].status == TASK_ISSUED && n->rows[i].status != TASK_ISSUED)
			return true;
	return n->drops_unfinished;
}

static bool touches_caps(const struct item *item)
{
	return item->decision.is_changed && item_spec(item) && (has_waiting(item) || frees(item));
}

static struct flight_count *find(const struct flights *all, bool is_tenant, struct str name)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].is_tenant == is_tenant && str_eq(all->items[i].name, name))
			return &all->items[i];
	return NULL;
}

static struct str what_of(struct cycle *c, const char *kind, struct str name)
{
	return arena_printf(c->mem, "%s:" STR_FMT, kind, STR_ARG(name));
}

struct wanted_cap {
	bool is_tenant;
	struct str name;
	int64_t cap;
	bool drops;
};

static void want(struct cycle *c, struct flights *all, const struct wanted_cap *x)
{
	if (x->cap <= 0 || x->name.n == 0)
		return;
	struct flight_count *f = find(all, x->is_tenant, x->name);
	if (!f) {
		f = &all->items[all->count++];
		*f = (struct flight_count){.is_tenant = x->is_tenant,
		        .name = x->name,
		        .what = what_of(c, x->is_tenant ? "tenant" : "destination", x->name)};
	}
	f->cap = f->cap > x->cap ? f->cap : x->cap;
	f->drops = f->drops || x->drops;
}

/* Counts the places that this cycle gives back: tasks that were in flight when loaded and no
 * longer are. */
static void give_back(const struct flights *all, const struct item *item)
{
	for (size_t i = 0; i < item->rows_count; i++) {
		if (item->rows[i].status != TASK_ISSUED ||
		        item->decision.rows[i].status == TASK_ISSUED)
			continue;
		struct flight_count *tenant = find(all, true, item->before.tenant);
		struct flight_count *at = find(all, false, item->rows[i].destination);
		if (tenant)
			tenant->tasks--;
		if (at)
			at->tasks--;
	}
}

static int lock_caps(
        struct cycle *c, const struct flights *all, struct cap_names *names, struct err *e)
{
	size_t count = all->count;
	struct str *locks = arena_alloc(c->mem, (count + 1) * sizeof *locks);
	*names = (struct cap_names){
	        .tenants = arena_alloc(c->mem, (count + 1) * sizeof(struct str)),
	        .destinations = arena_alloc(c->mem, (count + 1) * sizeof(struct str)),
	};
	for (size_t i = 0; i < count; i++) {
		const struct flight_count *f = &all->items[i];
		locks[i] = f->what;
		if (f->is_tenant)
			names->tenants[names->tenants_count++] = f->name;
		else
			names->destinations[names->destinations_count++] = f->name;
	}
	return task_db_lock_caps(c->g->pg, locks, count, c->mem, e);
}

static int load_queues(struct cycle *c, const struct flights *all, struct err *e)
{
	struct str *what = arena_alloc(c->mem, (all->count + 1) * sizeof *what);
	for (size_t i = 0; i < all->count; i++)
		what[i] = all->items[i].what;
	struct waiter *found = NULL;
	size_t count = 0;
	int act = place_db_load_waiting(
	        c->g->pg, what, all->count, QUEUE_MAX, c->mem, &found, &count, e);
	for (size_t i = 0; i < all->count && act == 0; i++) {
		struct flight_count *f = &all->items[i];
		for (size_t k = 0; k < count; k++) { /* rows of one name are adjacent */
			if (!str_eq(found[k].what, f->what))
				continue;
			f->queue = f->queue_count == 0 ? &found[k] : f->queue;
			f->queue_count++;
		}
	}
	return act;
}

int cycle_count_flights(struct cycle *c, struct flights *all, struct err *e)
{
	all->items = arena_alloc(c->mem, (c->count * 2 + 1) * sizeof *all->items);
	all->count = 0;
	for (size_t i = 0; i < c->count; i++) {
		if (!touches_caps(c->items[i]))
			continue;
		const struct spec *spec = item_spec(c->items[i]);
		bool drops = c->items[i]->decision.drops_unfinished;
		const struct wanted_cap both[] = {
		        {true, spec->tenant, spec->limits.tenant_tasks, drops},
		        {false, spec->destination.name, spec->limits.destination_tasks, drops}};
		want(c, all, &both[0]);
		want(c, all, &both[1]);
	}
	if (all->count == 0)
		return 0;
	struct cap_names names;
	struct flight *found = NULL;
	size_t found_count = 0;
	int act = lock_caps(c, all, &names, e);
	if (act == 0)
		act = task_db_count_flight(c->g->pg, &names, c->mem, &found, &found_count, e);
	for (size_t i = 0; i < found_count && act == 0; i++) {
		struct flight_count *f = find(all, found[i].is_tenant, found[i].name);
		if (f)
			f->tasks = found[i].tasks;
	}
	for (size_t i = 0; i < c->count && act == 0; i++)
		if (c->items[i]->decision.is_changed)
			give_back(all, c->items[i]);
	return act ? act : load_queues(c, all, e);
}

/* --- one delivery --- */

static bool is_older(const struct waiter *a, const struct item *item)
{
	if (!item->waits_what.p)
		return true;
	if (a->since_ms != item->waits_since_ms)
		return a->since_ms < item->waits_since_ms;
	return str_cmp(a->delivery_id, item->id) < 0;
}

static int64_t room_under(int64_t cap, const struct flight_count *f, const struct item *item)
{
	if (!f || cap <= 0)
		return INT64_MAX;
	int64_t room = cap - f->tasks;
	for (size_t i = 0; i < f->queue_count && room > 0; i++) {
		const struct waiter *w = &f->queue[i];
		room -= w->delivery_id.n > 0 && !str_eq(w->delivery_id, item->id) &&
		        is_older(w, item);
	}
	return room > 0 ? room : 0;
}

struct item_caps cycle_caps_of(const struct flights *all, const struct item *item)
{
	const struct spec *spec = item_spec(item);
	struct item_caps caps = {.rooms = {{INT64_MAX}, {INT64_MAX}}};
	if (spec) {
		caps.tenant = find(all, true, spec->tenant);
		caps.destination = find(all, false, spec->destination.name);
		caps.rooms[0].room = room_under(spec->limits.tenant_tasks, caps.tenant, item);
		caps.rooms[1].room =
		        room_under(spec->limits.destination_tasks, caps.destination, item);
	}
	caps.before[0] = caps.rooms[0].room;
	caps.before[1] = caps.rooms[1].room;
	return caps;
}

static void note(struct flight_count *f, int64_t taken, bool stays, struct str id)
{
	if (!f)
		return;
	f->tasks += taken;
	for (size_t i = 0; i < f->queue_count && !stays; i++)
		if (str_eq(f->queue[i].delivery_id, id))
			f->queue[i].delivery_id = STR("");
}

static bool keeps_all(const struct item *item)
{
	return item->decision.waits_on && item->decision.waits_for == WAIT_NOTHING;
}

/* A delivery that keeps waiting and got nothing keeps its turn. */
void cycle_note_caps(struct item_caps *caps, const struct item *item)
{
	const struct decision *n = &item->decision;
	bool all = keeps_all(item), stays = n->issued == 0;
	note(caps->tenant, caps->before[0] - caps->rooms[0].room,
	        all || (stays && n->waits_for == WAIT_TENANT), item->id);
	note(caps->destination, caps->before[1] - caps->rooms[1].room,
	        all || (stays && n->waits_for == WAIT_DESTINATION), item->id);
}

/* --- waiters --- */

static struct str waits_what(struct cycle *c, const struct item *item)
{
	switch (item->decision.waits_for) {
	case WAIT_NOTHING:
		break;
	case WAIT_TENANT:
		return what_of(c, "tenant", item_spec(item)->tenant);
	case WAIT_DESTINATION:
		return what_of(c, "destination", item_spec(item)->destination.name);
	case WAIT_PLACE:
		return what_of(c, "place", item_place(item));
	}
	return (struct str){NULL, 0};
}

int cycle_store_waiting(struct cycle *c, struct err *e)
{
	struct waiter *waits = arena_alloc(c->mem, (c->count + 1) * sizeof *waits);
	struct str *gone = arena_alloc(c->mem, (c->count + 1) * sizeof *gone);
	size_t waits_count = 0, gone_count = 0;
	for (size_t i = 0; i < c->count; i++) {
		const struct item *item = c->items[i];
		if (!item->decision.is_changed || keeps_all(item))
			continue;
		struct str what = waits_what(c, item);
		bool waited = item->waits_what.p, keeps = waited && item->decision.issued == 0;
		if (!what.p && waited)
			gone[gone_count++] = item->id;
		if (what.p && !(keeps && str_eq(what, item->waits_what)))
			waits[waits_count++] = (struct waiter){
			        what, item->id, keeps ? item->waits_since_ms : c->clock.now_ms};
	}
	int act = place_db_store_waiting(c->g->pg, waits, waits_count, c->mem, e);
	return act ? act : place_db_drop_waiting(c->g->pg, gone, gone_count, c->mem, e);
}

/* Wakes as many as there are places, oldest first; more would wake for nothing. How many places an
 * ended delivery gave back is not known. */
void cycle_note_free(const struct flights *all, struct arena *mem, struct wakes *out)
{
	size_t most = 0;
	for (size_t i = 0; i < all->count; i++)
		most += all->items[i].queue_count;
	out->deliveries = arena_alloc(mem, (most + 1) * sizeof *out->deliveries);
	for (size_t i = 0; i < all->count; i++) {
		const struct flight_count *f = &all->items[i];
		int64_t room = f->drops ? WAKES_MAX : f->cap - f->tasks;
		room = room < WAKES_MAX ? room : WAKES_MAX;
		for (size_t k = 0; k < f->queue_count && room > 0; k++) {
			if (f->queue[k].delivery_id.n == 0)
				continue;
			out->deliveries[out->deliveries_count++] = f->queue[k].delivery_id;
			room--;
		}
	}
}
