/* SPDX-License-Identifier: Apache-2.0
 *
 * Quotas of tenants and destinations. decide() gets the number of places taken, but its decision
 * is provisional because other schedulers decide at the same time. A transaction that takes places
 * holds an advisory lock for each quota, taken in name order, and counts again. If a limit would
 * be exceeded, the cycle is fenced; the delivery is decided again, and held. So a limit holds for
 * any number of schedulers, and a batch that is rolled back took no place. */
#include "cycle.h"

#include "longshore/civil.h"

enum { QUEUE_MAX = 1000 }; /* a delivery past the end has more than these ahead of it */

static const int64_t HOUR_MS = INT64_C(3600) * 1000;
static const int64_t DAY_MS = INT64_C(86400) * 1000;

static bool is_name(struct quota_name a, struct quota_name b)
{
	return str_eq(a.tenant, b.tenant) && str_eq(a.destination, b.destination);
}

static struct quota_seen *find(const struct quotas *all, struct quota_name name)
{
	for (size_t i = 0; i < all->count; i++)
		if (is_name(all->items[i].name, name))
			return &all->items[i];
	return NULL;
}

static struct quota_seen *find_of(
        const struct quotas *all, const struct item *item, bool is_at_destination)
{
	const struct spec *spec = item_spec(item);
	if (!spec)
		return NULL;
	struct str at = is_at_destination ? spec->destination.name : STR("");
	return find(all, (struct quota_name){spec->tenant, at});
}

static void want(struct quotas *all, struct quota_name name)
{
	if (!find(all, name))
		all->items[all->count++] = (struct quota_seen){.name = name};
}

static void want_of(struct quotas *all, const struct item *item)
{
	const struct spec *spec = item_spec(item);
	const struct spec_limits *limits = &spec->limits;
	if (limits->tenant_per_hour > 0 || limits->tenant_per_day > 0)
		want(all, (struct quota_name){spec->tenant, STR("")});
	if (limits->destination_per_hour > 0 || limits->destination_per_day > 0)
		want(all, (struct quota_name){spec->tenant, spec->destination.name});
}

/* Starts at index `from`. */
static struct quota_names names_of(const struct quotas *all, size_t from, struct arena *mem)
{
	size_t count = all->count - from;
	struct quota_name *names = arena_alloc(mem, (count + 1) * sizeof *names);
	for (size_t i = 0; i < count; i++)
		names[i] = all->items[from + i].name;
	return (struct quota_names){names, count};
}

static int count_taken(struct cycle *c, const struct quotas *all, size_t from, struct err *e)
{
	int64_t now = c->clock.now_ms;
	const int64_t begins[2] = {
	        civil_floor(now, HOUR_MS) * HOUR_MS, civil_floor(now, DAY_MS) * DAY_MS};
	struct quota_taken *found = NULL;
	size_t count = 0;
	int act = quota_db_count(
	        c->g->pg, names_of(all, from, c->mem), begins, c->mem, &found, &count, e);
	for (size_t i = 0; i < count && act == 0; i++) {
		struct quota_seen *seen = find(all, found[i].name);
		if (!seen)
			continue;
		seen->hour = found[i].hour;
		seen->day = found[i].day;
	}
	return act;
}

static int load_queues(struct cycle *c, const struct quotas *all, size_t from, struct err *e)
{
	struct quota_waiting *found = NULL;
	size_t count = 0;
	int act = quota_db_queues(c->g->pg, names_of(all, from, c->mem), c->clock.now_ms, QUEUE_MAX,
	        c->mem, &found, &count, e);
	for (size_t i = 0; i < count && act == 0; i++) {
		struct quota_seen *seen = find(all, found[i].name);
		if (!seen || seen->queue_count == QUEUE_MAX)
			continue;
		if (!seen->queue)
			seen->queue = arena_alloc(c->mem, QUEUE_MAX * sizeof *seen->queue);
		seen->queue[seen->queue_count++] = found[i].delivery_id;
	}
	return act;
}

int cycle_gather_quotas(
        struct cycle *c, struct quotas *all, struct item **items, size_t count, struct err *e)
{
	size_t from = all->count;
	struct quota_seen *wider = arena_alloc(c->mem, (from + 2 * count + 1) * sizeof *wider);
	if (from > 0)
		memcpy(wider, all->items, from * sizeof *wider);
	all->items = wider;
	for (size_t i = 0; i < count; i++)
		want_of(all, items[i]);
	if (all->count == from)
		return 0;
	int act = count_taken(c, all, from, e);
	return act ? act : load_queues(c, all, from, e);
}

static struct quota_use use_of(const struct quota_seen *seen, struct str id)
{
	struct quota_use use = {0};
	if (!seen)
		return use;
	use.hour = seen->hour;
	use.day = seen->day;
	for (size_t i = 0; i < seen->queue_count && !str_eq(seen->queue[i], id); i++)
		use.ahead += seen->queue[i].n > 0;
	return use;
}

void cycle_give_quotas(const struct quotas *all, struct item *item)
{
	struct facts *out = &item->facts;
	if ((out->known & NEED_QUOTAS) == 0)
		return;
	out->tenant_quota = use_of(find_of(all, item, false), item->id);
	out->destination_quota = use_of(find_of(all, item, true), item->id);
}

static void leave_queue(struct quota_seen *seen, struct str id)
{
	for (size_t i = 0; i < seen->queue_count; i++)
		if (str_eq(seen->queue[i], id))
			seen->queue[i] = (struct str){NULL, 0};
}

void cycle_note_quota(struct quotas *all, const struct item *item, int64_t now_ms)
{
	const struct decision *n = &item->decision;
	bool leaves =
	        n->quota == QUOTA_TAKES || (n->quota == QUOTA_WAITS && n->quota_from_ms > now_ms);
	for (int at = 0; at < 2; at++) {
		struct quota_seen *seen = find_of(all, item, at == 1);
		if (!seen)
			continue;
		seen->hour += n->quota == QUOTA_TAKES;
		seen->day += n->quota == QUOTA_TAKES;
		if (leaves)
			leave_queue(seen, item->id);
	}
}

static bool takes_place(const struct item *item)
{
	return item->decision.is_changed && item->decision.quota == QUOTA_TAKES;
}

static int lock_quotas(struct cycle *c, const struct quotas *all, struct err *e)
{
	struct str *locks = arena_alloc(c->mem, (all->count + 1) * sizeof *locks);
	for (size_t i = 0; i < all->count; i++)
		locks[i] = arena_printf(c->mem, "quota:" STR_FMT ":" STR_FMT,
		        STR_ARG(all->items[i].name.tenant),
		        STR_ARG(all->items[i].name.destination));
	return task_db_lock_caps(c->g->pg, locks, all->count, c->mem, e);
}

static bool is_used_up(const struct quota_seen *seen, int64_t per_hour, int64_t per_day)
{
	return seen &&
	       ((per_hour > 0 && seen->hour >= per_hour) || (per_day > 0 && seen->day >= per_day));
}

int cycle_claim_quotas(struct cycle *c, struct err *e)
{
	struct quotas quotas = {
	        .items = arena_alloc(c->mem, (2 * c->count + 1) * sizeof *quotas.items)};
	struct quotas *all = &quotas;
	for (size_t i = 0; i < c->count; i++)
		if (takes_place(c->items[i]))
			want_of(all, c->items[i]);
	if (all->count == 0)
		return 0;
	int act = lock_quotas(c, all, e);
	act = act ? act : count_taken(c, all, 0, e);
	for (size_t i = 0; i < c->count && act == 0; i++) {
		const struct item *item = c->items[i];
		if (!takes_place(item))
			continue;
		const struct spec_limits *limits = &item_spec(item)->limits;
		if (is_used_up(find_of(all, item, false), limits->tenant_per_hour,
		            limits->tenant_per_day) ||
		        is_used_up(find_of(all, item, true), limits->destination_per_hour,
		                limits->destination_per_day))
			act = err_set(e, ERR_FENCED, "quota",
			        "the places of a quota were taken in the meantime");
		cycle_note_quota(all, item, c->clock.now_ms);
	}
	return act;
}

static bool issues_upload(const struct item *item)
{
	const struct decision *n = &item->decision;
	for (size_t i = 0; i < n->rows_count; i++)
		if (n->rows[i].stage == STAGE_UPLOAD && n->rows[i].is_issued_now)
			return true;
	return false;
}

static struct quota_place place_of(const struct cycle *c, const struct item *item)
{
	const struct decision *n = &item->decision;
	const struct spec *spec = item_spec(item);
	bool has_place = n->quota == QUOTA_TAKES;
	return (struct quota_place){
	        .delivery_id = item->id,
	        .tenant = spec->tenant,
	        .destination = spec->destination.name,
	        .free_ms = has_place ? 0 : n->quota_from_ms,
	        .begun_ms = has_place && issues_upload(item) ? c->clock.now_ms : 0,
	};
}

/* Has a place, but could not begin at once. */
static bool begins_late(const struct item *item)
{
	return !item->before.memory.has_begun && issues_upload(item);
}

static void add_freed(struct quota_texts *freed, const struct quota_texts *more, struct arena *mem)
{
	size_t count = freed->count;
	struct str *all = arena_alloc(mem, (count + more->count) * sizeof *all);
	if (count > 0)
		memcpy(all, freed->items, count * sizeof *all);
	memcpy(all + count, more->items, more->count * sizeof *all);
	*freed = (struct quota_texts){all, count + more->count};
}

int cycle_store_quotas(struct cycle *c, struct quota_texts *out_freed, struct err *e)
{
	struct quota_place *places = arena_alloc(c->mem, (c->count + 1) * sizeof *places);
	struct str *begun = arena_alloc(c->mem, (c->count + 1) * sizeof *begun);
	struct str *over = arena_alloc(c->mem, (c->count + 1) * sizeof *over);
	struct str *returned = arena_alloc(c->mem, (c->count + 1) * sizeof *returned);
	size_t places_count = 0, begun_count = 0, over_count = 0, returned_count = 0;
	for (size_t i = 0; i < c->count; i++) {
		const struct item *item = c->items[i];
		const struct decision *n = &item->decision;
		if (!n->is_changed || n->after.kind != KIND_DELIVERY)
			continue;
		if (delivery_state_is_final(n->after.state))
			over[over_count++] = item->id;
		else if (n->quota == QUOTA_RETURNS)
			returned[returned_count++] = item->id;
		else if (n->quota != QUOTA_STAYS)
			places[places_count++] = place_of(c, item);
		else if (begins_late(item))
			begun[begun_count++] = item->id;
	}
	struct pg *pg = c->g->pg;
	int64_t now = c->clock.now_ms;
	int act = quota_db_store(pg, places, places_count, now, c->mem, e);
	act = act ? act : quota_db_begin(pg, begun, begun_count, now, c->mem, e);
	act = act ? act : quota_db_drop(pg, over, over_count, c->mem, out_freed, e);
	struct quota_texts more = {0};
	act = act ? act : quota_db_return(pg, returned, returned_count, now, c->mem, &more, e);
	if (act == 0 && more.count > 0)
		add_freed(out_freed, &more, c->mem);
	return act;
}
