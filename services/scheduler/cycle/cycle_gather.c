/* SPDX-License-Identifier: Apache-2.0
 * The rounds of deciding and gathering facts. */
#include "cycle.h"

static struct loaded_head *find_head(const struct shared *s, const struct delivery *x)
{
	for (size_t i = 0; i < s->heads_count; i++)
		if (str_eq(s->heads[i].key.route, x->route) &&
		        str_eq(s->heads[i].key.tenant, x->tenant))
			return &s->heads[i];
	return NULL;
}

static struct loaded_bridge *find_bridge(
        const struct shared *s, struct str tenant, struct str bridge)
{
	for (size_t i = 0; i < s->bridges_count; i++)
		if (str_eq(s->bridges[i].key.route, bridge) &&
		        str_eq(s->bridges[i].key.tenant, tenant))
			return &s->bridges[i];
	return NULL;
}

const struct spec *item_spec(const struct item *item)
{
	const struct decision *n = &item->decision;
	if (n->new_spec.spec)
		return n->new_spec.spec;
	return item->facts.frozen.spec;
}

static const struct delivery *now_of(const struct item *item)
{
	return &item->decision.after;
}

static int gather_heads(
        struct cycle *c, struct shared *s, struct item **items, size_t count, struct err *e)
{
	struct route_key *keys = arena_alloc(c->mem, (count + 1) * sizeof *keys);
	const struct delivery **asking = arena_alloc(c->mem, (count + 1) * sizeof(void *));
	size_t keys_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct delivery *x = now_of(items[i]);
		asking[i] = x;
		if (!find_head(s, x))
			keys[keys_count++] = (struct route_key){x->tenant, x->route};
	}
	struct loaded_head *found = NULL;
	size_t found_count = 0;
	int act = route_db_load_heads(c->g->pg, keys, keys_count, c->mem, &found, &found_count, e);
	if (act)
		return act;
	struct loaded_head *all =
	        arena_alloc(c->mem, (s->heads_count + keys_count + 1) * sizeof *all);
	if (s->heads_count > 0)
		memcpy(all, s->heads, s->heads_count * sizeof *all);
	s->heads = all;
	for (size_t i = 0; i < found_count; i++)
		if (!find_head(s, &(struct delivery){.tenant = found[i].key.tenant,
		                          .route = found[i].key.route}))
			s->heads[s->heads_count++] = found[i];
	for (size_t i = 0; i < count; i++) /* routes without a head yet */
		if (!find_head(s, asking[i]))
			s->heads[s->heads_count++] =
			        (struct loaded_head){.key = {asking[i]->tenant, asking[i]->route}};
	struct str *newer = NULL;
	size_t newer_count = 0;
	act = route_db_newer_waiting(c->g->pg, asking, count, c->mem, &newer, &newer_count, e);
	for (size_t i = 0; i < newer_count && act == 0; i++) {
		struct item *item = lookup_find(c->by_id, newer[i]);
		item->facts.newer_waits = true;
	}
	return act;
}

static int gather_bridges(
        struct cycle *c, struct shared *s, struct item **items, size_t count, struct err *e)
{
	struct route_key *keys = arena_alloc(c->mem, (count + 1) * sizeof *keys);
	size_t keys_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct route_key key = {now_of(items[i])->tenant, item_spec(items[i])->bridge.name};
		if (!find_bridge(s, key.tenant, key.route))
			keys[keys_count++] = key;
	}
	struct loaded_bridge *found = NULL;
	size_t found_count = 0;
	int act =
	        route_db_load_bridges(c->g->pg, keys, keys_count, c->mem, &found, &found_count, e);
	if (act)
		return act;
	struct loaded_bridge *all =
	        arena_alloc(c->mem, (s->bridges_count + keys_count + 1) * sizeof *all);
	if (s->bridges_count > 0)
		memcpy(all, s->bridges, s->bridges_count * sizeof *all);
	s->bridges = all;
	for (size_t i = 0; i < found_count; i++)
		s->bridges[s->bridges_count++] = found[i];
	for (size_t i = 0; i < keys_count; i++)
		if (!find_bridge(s, keys[i].tenant, keys[i].route))
			s->bridges[s->bridges_count++] =
			        (struct loaded_bridge){.key = keys[i], .version = STR("")};
	return 0;
}

static int gather_claims(struct cycle *c, struct item **items, size_t count, struct err *e)
{
	int act = 0;
	for (size_t i = 0; i < count && act == 0; i++) {
		const struct decision *n = &items[i]->decision;
		struct claim_set set = {
		        item_spec(items[i])->bucket.url, items[i]->id, n->claims, n->claims_count};
		act = route_db_find_claims(
		        c->g->pg, &set, c->mem, &items[i]->facts.claimed_path, e);
	}
	return act;
}

static int gather_places(struct cycle *c, struct item **items, size_t count, struct err *e)
{
	struct str *places = arena_alloc(c->mem, (count + 1) * sizeof *places);
	for (size_t i = 0; i < count; i++)
		places[i] = item_place(items[i]);
	struct loaded_breaker *found = NULL;
	size_t found_count = 0;
	int act = place_db_load_breakers(
	        c->g->pg, places, count, false, c->mem, &found, &found_count, e);
	for (size_t i = 0; i < count && act == 0; i++)
		for (size_t k = 0; k < found_count; k++)
			if (str_eq(found[k].place, places[i]))
				items[i]->facts.place_rests =
				        breaker_is_open(&found[k].state, &c->g->rules) &&
				        found[k].state.open_until_ms > c->clock.now_ms;
	return act;
}

static int gather_quotas(
        struct cycle *c, struct shared *s, struct item **items, size_t count, struct err *e)
{
	return cycle_gather_quotas(c, &s->quotas, items, count, e);
}

typedef int gather_own(struct cycle *c, struct item **items, size_t count, struct err *e);
typedef int gather_shared(
        struct cycle *c, struct shared *s, struct item **items, size_t count, struct err *e);

static const struct {
	unsigned need;
	gather_own *own;       /* for one delivery */
	gather_shared *shared; /* or shared by all */
} gatherers[] = {
        {NEED_UNFINISHED, cycle_gather_unfinished, NULL},
        {NEED_STAGES, cycle_gather_stages, NULL},
        {NEED_PARTS, cycle_gather_parts, NULL},
        {NEED_WAITING, cycle_gather_resting, NULL},
        {NEED_HEAD, NULL, gather_heads},
        {NEED_BRIDGE, NULL, gather_bridges},
        {NEED_CLAIMS, gather_claims, NULL},
        {NEED_QUOTAS, NULL, gather_quotas},
        {NEED_PLACE, gather_places, NULL},
};

/* Runs one query for all deliveries that lack the same fact. */
static int gather(struct cycle *c, struct shared *s, struct err *e)
{
	struct item **asking = arena_alloc(c->mem, (c->count + 1) * sizeof(struct item *));
	for (size_t k = 0; k < sizeof gatherers / sizeof gatherers[0]; k++) {
		size_t count = 0;
		for (size_t i = 0; i < c->count; i++)
			if (!c->items[i]->is_decided &&
			        (c->items[i]->decision.needs & gatherers[k].need) != 0)
				asking[count++] = c->items[i];
		if (count == 0)
			continue;
		int act = gatherers[k].own ? gatherers[k].own(c, asking, count, e)
		                           : gatherers[k].shared(c, s, asking, count, e);
		if (act)
			return act;
	}
	for (size_t i = 0; i < c->count; i++) {
		struct item *item = c->items[i];
		if (item->is_decided)
			continue;
		item->facts.known |= item->decision.needs;
		item->facts.stages |= item->decision.need_stages;
		item->facts.waiting |= item->decision.need_waiting;
	}
	return 0;
}

/* Looks facts up by the names as they were before this round; the answer does not change them. */
static void give_shared(const struct shared *s, struct item *item)
{
	struct facts *facts = &item->facts;
	const struct loaded_head *head = find_head(s, now_of(item));
	if (head)
		facts->head = head->head;
	const struct spec *spec = item_spec(item);
	const struct loaded_bridge *bridge =
	        spec ? find_bridge(s, now_of(item)->tenant, spec->bridge.name) : NULL;
	facts->bridge_version = STR("");
	if (bridge) {
		facts->bridge_version = bridge->version;
		facts->bridge_built_ms = bridge->built_ms;
		facts->bridge_persons = bridge->persons;
	}
	cycle_give_quotas(&s->quotas, item);
}

static void decide_item(struct cycle *c, const struct shared *s, struct item *item)
{
	item->facts.now_ms = c->clock.now_ms;
	item->facts.timeline = c->clock.timeline;
	give_shared(s, item);
	if (item->work_room < item->rows_count) {
		item->work_room = item->rows_count + 8;
		item->work = arena_alloc(c->mem, item->work_room * sizeof *item->work);
	}
	struct decide_input in = {
	        .row_places = &item->row_places,
	        .work = item->work,
	        .work_room = item->work_room,
	        .before = &item->before,
	        .rows = item->rows,
	        .rows_count = item->rows_count,
	        .events = item->events,
	        .events_count = item->events_count,
	        .facts = &item->facts,
	        .rules = &c->g->rules,
	        .mem = c->mem,
	};
	struct decision decision;
	decide(&in, &decision);
	item->decision = decision;
	item->is_decided = decision.needs == 0;
}

/* Updates the shared facts: the head was taken or moved, a bridge was built. */
static void tell_others(struct cycle *c, struct shared *s, struct item *item)
{
	const struct decision *n = &item->decision;
	const struct delivery *x = &n->after;
	struct loaded_head *head = find_head(s, x);
	if (head && n->head == HEAD_TAKE)
		head->head.holder = x->id;
	if (head && (n->head == HEAD_RELEASE || n->head == HEAD_ADVANCE))
		head->head.holder = STR("");
	if (head && n->head == HEAD_ADVANCE) {
		head->head.delivery_id = x->id;
		head->head.bridge_version = x->memory.bridge_version;
		head->head.content_hash = x->memory.content_hash;
		head->head.members = x->memory.members ? x->memory.members->rows : 0;
		head->head.baseline = x->memory.baseline;
		head->head.lists = delivery_lists_text(&x->memory, c->mem);
	}
	cycle_note_quota(&s->quotas, item, c->clock.now_ms);
	struct loaded_bridge *bridge = n->bridge ? find_bridge(s, x->tenant, x->route) : NULL;
	if (bridge) {
		bridge->version = n->bridge->version;
		bridge->built_ms = n->bridge->built_ms;
		bridge->persons = n->bridge->persons;
	}
}

enum { ROUNDS_MAX = 12 };

int cycle_decide(struct cycle *c, struct err *e)
{
	struct shared shared = {0};
	for (int round = 0; round < ROUNDS_MAX; round++) {
		size_t open = 0;
		for (size_t i = 0; i < c->count; i++) {
			struct item *item = c->items[i];
			if (item->is_decided)
				continue;
			decide_item(c, &shared, item);
			if (item->is_decided)
				tell_others(c, &shared, item);
			else
				open++;
			if (cycle_has_room(c, e))
				return e->act;
		}
		if (open == 0)
			return 0;
		int act = gather(c, &shared, e);
		if (act)
			return act;
	}
	return err_set(e, ERR_FATAL, "undecided", "decide asks for facts without end");
}
