/* SPDX-License-Identifier: Apache-2.0
 * Within the transaction: places under the caps are claimed, breakers are asked, ready tasks become
 * issued. */
#include "cycle.h"

static bool has_waiting(const struct item *item)
{
	for (size_t i = 0; i < item->decision.rows_count; i++)
		if (item->decision.rows[i].status == TASK_WAITING)
			return true;
	return false;
}

static bool wants_tasks(const struct item *item)
{
	return item->decision.is_changed && item_spec(item) && has_waiting(item);
}

static struct flight_count *find_flight(struct cycle *c, bool is_tenant, struct str name)
{
	for (size_t i = 0; i < c->flights_count; i++)
		if (c->flights[i].is_tenant == is_tenant && str_eq(c->flights[i].name, name))
			return &c->flights[i];
	return NULL;
}

static void want_flight(struct cycle *c, bool is_tenant, struct str name, int64_t cap)
{
	if (cap > 0 && name.n > 0 && !find_flight(c, is_tenant, name))
		c->flights[c->flights_count++] =
		        (struct flight_count){.is_tenant = is_tenant, .name = name};
}

/* Places that this cycle gives back: tasks that were in flight when they were loaded, and are no
 * more. */
static void give_back(struct cycle *c, const struct item *item)
{
	for (size_t i = 0; i < item->rows_count; i++) {
		if (item->rows[i].status != TASK_ISSUED ||
		        item->decision.rows[i].status == TASK_ISSUED)
			continue;
		struct flight_count *tenant = find_flight(c, true, item->before.tenant);
		struct flight_count *at = find_flight(c, false, item->rows[i].destination);
		if (tenant)
			tenant->tasks--;
		if (at)
			at->tasks--;
	}
}

static int lock_names(struct cycle *c, struct cap_names *names, struct err *e)
{
	size_t count = c->flights_count;
	struct str *locks = arena_alloc(c->mem, (count + 1) * sizeof *locks);
	*names = (struct cap_names){
	        .tenants = arena_alloc(c->mem, (count + 1) * sizeof(struct str)),
	        .destinations = arena_alloc(c->mem, (count + 1) * sizeof(struct str)),
	};
	for (size_t i = 0; i < count; i++) {
		const struct flight_count *f = &c->flights[i];
		locks[i] = arena_printf(c->mem, "%s:" STR_FMT,
		        f->is_tenant ? "tenant" : "destination", STR_ARG(f->name));
		if (f->is_tenant)
			names->tenants[names->tenants_count++] = f->name;
		else
			names->destinations[names->destinations_count++] = f->name;
	}
	return task_db_lock_caps(c->s->pg, locks, count, c->mem, e);
}

static int count_flights(struct cycle *c, struct err *e)
{
	c->flights = arena_alloc(c->mem, (c->count * 2 + 1) * sizeof *c->flights);
	c->flights_count = 0;
	for (size_t i = 0; i < c->count; i++) {
		if (!wants_tasks(c->items[i]))
			continue;
		const struct spec *spec = item_spec(c->items[i]);
		want_flight(c, true, spec->tenant, spec->limits.tenant_tasks);
		want_flight(c, false, spec->destination.name, spec->limits.destination_tasks);
	}
	if (c->flights_count == 0)
		return 0;
	struct cap_names names;
	struct flight *found = NULL;
	size_t found_count = 0;
	int bad = lock_names(c, &names, e);
	if (bad == 0)
		bad = task_db_count_flight(c->s->pg, &names, c->mem, &found, &found_count, e);
	for (size_t i = 0; i < found_count && bad == 0; i++) {
		struct flight_count *flight = find_flight(c, found[i].is_tenant, found[i].name);
		if (flight)
			flight->tasks = found[i].tasks;
	}
	for (size_t i = 0; i < c->count && bad == 0; i++)
		give_back(c, c->items[i]);
	return bad;
}

static bool touches_breaker(const struct item *item)
{
	const struct decision *n = &item->decision;
	if (!n->is_changed || !item_spec(item))
		return false;
	if (n->uploads_up > 0 || n->uploads_down > 0)
		return true;
	for (size_t i = 0; i < n->rows_count; i++)
		if (n->rows[i].stage == STAGE_UPLOAD && n->rows[i].status == TASK_WAITING)
			return true;
	return false;
}

static struct breaker *find_breaker(struct cycle *c, struct str destination)
{
	for (size_t i = 0; i < c->breakers_count; i++)
		if (str_eq(c->breakers[i].destination, destination))
			return &c->breaker_states[i];
	return NULL;
}

/* Breakers at rest are only looked at; where one has failed before, or fails now, it is locked. */
static int load_breakers(struct cycle *c, struct err *e)
{
	struct str *names = arena_alloc(c->mem, (c->count + 1) * sizeof *names);
	size_t count = 0;
	bool fails = false;
	for (size_t i = 0; i < c->count; i++) {
		if (!touches_breaker(c->items[i]))
			continue;
		names[count++] = item_spec(c->items[i])->destination.name;
		fails = fails || c->items[i]->decision.uploads_down > 0;
	}
	c->breakers = arena_alloc(c->mem, (count + 1) * sizeof *c->breakers);
	c->breaker_states = arena_alloc(c->mem, (count + 1) * sizeof *c->breaker_states);
	c->breakers_count = 0;
	if (count == 0)
		return 0;
	struct loaded_breaker *found = NULL;
	size_t found_count = 0;
	int bad = route_db_load_breakers(
	        c->s->pg, names, count, false, c->mem, &found, &found_count, e);
	if (bad == 0 && (found_count > 0 || fails))
		bad = route_db_load_breakers(
		        c->s->pg, names, count, true, c->mem, &found, &found_count, e);
	for (size_t i = 0; i < count && bad == 0; i++) {
		if (find_breaker(c, names[i]))
			continue;
		size_t at = c->breakers_count++;
		c->breakers[at] = (struct loaded_breaker){.destination = names[i]};
		c->breaker_states[at] = (struct breaker){0};
		for (size_t k = 0; k < found_count; k++)
			if (str_eq(found[k].destination, names[i])) {
				c->breakers[at] = found[k];
				c->breaker_states[at] = (struct breaker){
				        found[k].failures, found[k].open_until_ms, false};
			}
	}
	return bad;
}

static int64_t room_under(int64_t cap, const struct flight_count *flight)
{
	return flight && cap > 0 ? cap - flight->tasks : INT64_MAX;
}

static void issue_item(struct cycle *c, struct item *item)
{
	const struct spec *spec = item_spec(item);
	static struct breaker closed; /* never changed: nothing of the item is at a destination */
	struct cap tenant = {INT64_MAX}, destination = {INT64_MAX};
	struct flight_count *of_tenant = NULL, *of_destination = NULL;
	struct breaker *breaker = NULL;
	if (spec) {
		of_tenant = find_flight(c, true, spec->tenant);
		of_destination = find_flight(c, false, spec->destination.name);
		tenant.room = room_under(spec->limits.tenant_tasks, of_tenant);
		destination.room = room_under(spec->limits.destination_tasks, of_destination);
		breaker = find_breaker(c, spec->destination.name);
	}
	struct issue_world world = {
	        .now_ms = c->clock.now_ms,
	        .rules = &c->s->rules,
	        .tenant = &tenant,
	        .destination = &destination,
	        .breaker = breaker ? breaker : &closed,
	        .knows_unfinished = (item->known & NEED_UNFINISHED) != 0,
	        .frozen = item->decision.new_spec.spec ? &item->decision.new_spec : &item->frozen,
	        .mem = c->mem,
	};
	int64_t tenant_before = tenant.room, destination_before = destination.room;
	if (breaker)
		breaker_note(breaker, &item->decision, &world);
	issue_ready(&item->decision, &item->before, &world);
	if (of_tenant)
		of_tenant->tasks += tenant_before - tenant.room;
	if (of_destination)
		of_destination->tasks += destination_before - destination.room;
}

int cycle_issue(struct cycle *c, struct err *e)
{
	int bad = count_flights(c, e);
	if (bad == 0)
		bad = load_breakers(c, e);
	for (size_t i = 0; i < c->count && bad == 0; i++)
		if (c->items[i]->decision.is_changed)
			issue_item(c, c->items[i]);
	return bad;
}
