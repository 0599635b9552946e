/* SPDX-License-Identifier: Apache-2.0
 * The order of a cycle's steps, and how failures are handled. */
#include "cycle.h"

#include "longshore/id.h"
#include "longshore/log_events.h"
#include "longshore/probe.h"

enum { TRIES_ALONE = 8, ROUNDS_MAX = 64 };

void cycle_init(struct cycle *c, struct engine *g, struct arena *kept)
{
	*c = (struct cycle){
	        .g = g, .mem = &g->attempt, .kept = kept, .by_id = ARENA_NEW(kept, struct lookup)};
}

/* Forgets everything loaded or decided. Events and further writes stay. */
static void start_over(struct cycle *c)
{
	arena_reset(c->mem);
	bool is_alone = c->count <= 1;
	size_t most = c->mem->limit_bytes / 4 * 3;
	c->mem->enough_bytes = is_alone || most < CYCLE_MEM_MANY ? most : CYCLE_MEM_MANY;
	c->rows.most = is_alone ? INT32_MAX : CYCLE_ROWS;
	c->rows.loaded = 0;
	for (size_t i = 0; i < c->count; i++) {
		struct item fresh = {
		        .id = c->items[i]->id,
		        .events = c->items[i]->events,
		        .events_count = c->items[i]->events_count,
		        .events_room = c->items[i]->events_room,
		};
		*c->items[i] = fresh;
	}
}

static bool has_writes(const struct cycle *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct decision *n = &c->items[i]->decision;
		if (n->is_changed || n->republish || n->audits_count > 0)
			return true;
	}
	return c->trail.count > 0 || c->inside.write;
}

static int store(struct cycle *c, struct written *out, struct err *e)
{
	struct pg *pg = c->g->pg;
	if (c->is_for_due)
		PROBE(sched_before_due_tx);
	else
		PROBE(sched_before_tx);
	int act = c->inside.write ? 0 : db_begin(pg, e);
	act = act ? act : cycle_write(c, out, e);
	act = act ? act : db_commit(pg, e);
	if (act) {
		db_rollback(pg);
		return act;
	}
	if (c->is_for_due)
		PROBE(sched_after_due_tx);
	else
		PROBE(sched_after_tx);
	return 0;
}

static int attempt(struct cycle *c, struct written *out, struct err *e)
{
	*out = (struct written){0};
	start_over(c);
	int act = cycle_load(c, e);
	PROBE(sched_after_load);
	act = act ? act : cycle_decide(c, e);
	if (act == 0 && !has_writes(c))
		return 0;
	act = act ? act : cycle_write_lists(c, e);
	return act ? act : store(c, out, e);
}

static void note_wakes(struct cycle *c, const struct written *written, struct wakes *w)
{
	size_t room = c->count + 1;
	*w = (struct wakes){
	        .routes = arena_alloc(c->mem, room * sizeof(struct route_key)),
	        .bridge_tenants = arena_alloc(c->mem, room * sizeof(struct str)),
	        .places = arena_alloc(c->mem, room * sizeof(struct str)),
	        .quota_tenants = written->freed,
	};
	for (size_t i = 0; i < c->count; i++) {
		const struct decision *n = &c->items[i]->decision;
		if (n->wakes_route)
			w->routes[w->routes_count++] =
			        (struct route_key){n->after.tenant, n->after.route};
		if (n->wakes_bridge)
			w->bridge_tenants[w->bridge_tenants_count++] = n->after.tenant;
		if (n->uploads_up > 0)
			w->places[w->places_count++] = item_place(c->items[i]);
	}
	cycle_note_free(&written->flights, c->mem, w);
}

/* A message that can never be sent fails its delivery. The decision to fail is small enough to be
 * sent. */
void cycle_fail_unproducible(struct cycle *c, const struct failed_rows *failed)
{
	const struct decide_event fail = {
	        .kind = DECIDE_FAIL,
	        .reason = str_c(CODE_UNPRODUCIBLE),
	        .detail = STR("a task's event is larger than the broker accepts"),
	};
	for (size_t i = 0; i < failed->count; i++)
		cycle_add(c, failed->ids[i], &fail);
}

/* Logs one line per change of state. The decisions are stored by now. */
static void log_changes(const struct cycle *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct delivery *before = &c->items[i]->before;
		const struct delivery *x = &c->items[i]->decision.after;
		if (before->state == x->state && str_eq(before->reason, x->reason) &&
		        before->revision == x->revision)
			continue;
		LOG(SCHEDULER_DELIVERY_CHANGED, "decided and stored",
		        LOG_TEXT("delivery_id", x->id), LOG_TEXT("tenant", x->tenant),
		        LOG_TEXT("route", x->route),
		        LOG_TEXT("state", str_c(delivery_state_name(x->state))),
		        LOG_TEXT("reason", x->reason), LOG_NUM("revision", x->revision),
		        LOG_NUM("version", x->version));
	}
}

/* Logs results of tasks that are not stored: they decide nothing, but an operator should know. */
static void log_strangers(const struct cycle *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct item *item = c->items[i];
		bool is_over = delivery_state_is_final(item->before.state); /* no tasks are left */
		for (size_t k = 0; k < item->events_count; k++) {
			const struct decide_event *ev = &item->events[k];
			if (ev->kind != DECIDE_RESULT || is_over ||
			        lookup_find(&item->row_places, ev->result->task_id))
				continue;
			bool is_id = ev->result->task_id.n == ID_TEXT_BYTES - 1;
			LOG(SCHEDULER_RESULT_UNKNOWN, "ignored a result of an unknown task",
			        LOG_TEXT("delivery_id", item->id),
			        LOG_TEXT("task_id", is_id ? ev->result->task_id : STR("")));
		}
	}
}

/* Logs one line when a place's breaker opens or closes. */
static void log_breakers(const struct breakers *all, int32_t most)
{
	for (size_t i = 0; i < all->count; i++) {
		struct str place = all->before[i].place;
		const struct breaker *now = &all->now[i];
		bool was_open = all->before[i].state.failures >= most;
		bool is_open = now->failures >= most;
		if (is_open && !was_open)
			LOG(SCHEDULER_PLACE_AWAY,
			        "uploads pause: the place was down, or did not answer, too often "
			        "in a row",
			        LOG_TEXT("place", place), LOG_NUM("failures", now->failures));
		else if (was_open && !is_open)
			LOG(SCHEDULER_PLACE_BACK, "uploads continue: the place is back",
			        LOG_TEXT("place", place));
	}
}

static int attempt_and_publish(struct cycle *c, struct err *e)
{
	struct written written;
	int act = attempt(c, &written, e);
	if (act)
		return act;
	c->g->tally.decisions += (int64_t)c->count;
	log_changes(c);
	log_strangers(c);
	log_breakers(&written.breakers, c->g->rules.breaker_failures);
	struct failed_rows failed = {0};
	const struct outbox *box = &written.outbox;
	if (box->count > 0)
		act = publish_rows(c->g, box->rows, box->count, c->mem, &failed, e);
	if (act)
		return act;
	struct wakes wakes;
	note_wakes(c, &written, &wakes);
	cycle_fail_unproducible(c->after, &failed);
	return cycle_wake(c, &wakes, c->after, e);
}

/* The delivery itself cannot be decided or stored, so it fails with the reason. If even that
 * cannot be stored, its events are dropped as poison; the log entry and the row remain. */
static int give_up(struct cycle *c, const struct err *why, struct err *e)
{
	struct item *item = c->items[0];
	LOG_ERR(SCHEDULER_DELIVERY_UNDECIDABLE, why,
	        (const struct log_field[]){LOG_TEXT("delivery_id", item->id)}, 1);
	struct decide_event fail = {
	        .kind = DECIDE_FAIL,
	        .reason = str_c(why->code),
	        .detail = arena_str(c->kept, str_c(why->text)),
	};
	item->events_count = 0;
	cycle_add(c, item->id, &fail);
	int act = attempt_and_publish(c, e);
	if (act == ERR_REJECT) {
		LOG_ERR(SCHEDULER_EVENT_DROPPED, e,
		        (const struct log_field[]){LOG_TEXT("delivery_id", item->id)}, 1);
		return 0;
	}
	return act;
}

static int run_alone(struct cycle *c, struct err *e)
{
	int act = ERR_FENCED;
	for (int i = 0; i < TRIES_ALONE && act == ERR_FENCED; i++) {
		act = attempt_and_publish(c, e);
		c->g->tally.fenced += act == ERR_FENCED;
	}
	if (act == ERR_FENCED)
		return err_set(e, ERR_RETRY, "contended",
		        "delivery " STR_FMT " is constantly changed by other schedulers",
		        STR_ARG(c->items[0]->id));
	if (act != ERR_REJECT)
		return act;
	struct err why = *e;
	return give_up(c, &why, e);
}

/* Some of the items. Audit records without a delivery stay with the whole cycle. */
static struct cycle part_of(const struct cycle *c, size_t from, size_t count)
{
	struct cycle part = *c;
	part.items = c->items + from;
	part.count = count;
	part.room = count;
	part.trail.count = 0;
	return part;
}

static int run_part(struct cycle *c, struct err *e);

static int run_halves(struct cycle *c, struct err *e)
{
	int act = 0;
	size_t half = (c->count + 1) / 2;
	for (size_t from = 0; from < c->count && act == 0; from += half) {
		size_t left = c->count - from;
		struct cycle part = part_of(c, from, left < half ? left : half);
		act = run_part(&part, e);
	}
	return act;
}

/* NOLINTNEXTLINE(misc-no-recursion): halves, so no deeper than the logarithm of CYCLE_ITEMS */
static int run_part(struct cycle *c, struct err *e)
{
	int act = engine_breathe(c->g, e);
	if (act)
		return act;
	if (c->count == 1)
		return run_alone(c, e);
	act = attempt_and_publish(c, e);
	if (act != ERR_FENCED && act != ERR_REJECT)
		return act;
	c->g->tally.fenced++;
	return run_halves(c, e);
}

static int run_audits(struct cycle *c, struct err *e)
{
	struct cycle part = part_of(c, 0, 0);
	part.trail.count = c->trail.count;
	return part.trail.count > 0 ? attempt_and_publish(&part, e) : 0;
}

/* In the caller's transaction, or not at all. */
static int run_inside(struct cycle *c, struct err *e)
{
	int act = attempt_and_publish(c, e);
	if (act)
		db_rollback(c->g->pg); /* also if store() never ran */
	if (act != ERR_FENCED && act != ERR_REJECT)
		return act;
	c->g->tally.fenced++;
	return err_set(e, ERR_FENCED, "version", "the batch was rolled back");
}

static int run_all(struct cycle *c, struct err *e)
{
	if (c->inside.write)
		return run_inside(c, e);
	int act = run_audits(c, e);
	for (size_t from = 0; from < c->count && act == 0; from += CYCLE_ITEMS) {
		size_t left = c->count - from;
		struct cycle part = part_of(c, from, left < CYCLE_ITEMS ? left : CYCLE_ITEMS);
		act = run_part(&part, e);
	}
	return act;
}

/* Runs in rounds: deliveries that can continue because of one round form the next. Two arenas
 * alternate between rounds. Deliveries left after the last round are looked at again when they are
 * due. */
int cycle_run(struct cycle *c, struct err *e)
{
	struct cycle now = *c;
	int act = 0;
	for (int round = 0; act == 0 && round < ROUNDS_MAX; round++) {
		struct arena *mem = &c->g->rounds[round % 2];
		struct cycle after;
		arena_reset(mem);
		cycle_init(&after, c->g, mem);
		now.after = &after;
		act = run_all(&now, e);
		if (after.count == 0)
			break;
		now = after;
	}
	return act;
}
