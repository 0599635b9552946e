/* SPDX-License-Identifier: Apache-2.0
 * The order of a cycle's steps, and what is done when they fail. */
#include "cycle.h"

#include "longshore/id.h"
#include "longshore/log.h"
#include "longshore/probe.h"

enum { TRIES_ALONE = 8 };

void cycle_init(struct cycle *c, struct scheduler *s, struct arena *mem)
{
	*c = (struct cycle){.s = s, .mem = mem};
}

/* Everything that was loaded or decided is forgotten; events and further writes stay. */
static void start_over(struct cycle *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct item fresh = {
		        .id = c->items[i]->id,
		        .events = c->items[i]->events,
		        .events_count = c->items[i]->events_count,
		        .events_room = c->items[i]->events_room,
		};
		*c->items[i] = fresh;
	}
	c->heads_count = 0;
	c->bridges_count = 0;
	c->flights_count = 0;
	c->breakers_count = 0;
	c->quotas_count = 0;
	c->freed.count = 0;
	c->outbox_count = 0;
}

static bool has_writes(const struct cycle *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct decision *n = &c->items[i]->decision;
		if (n->is_changed || n->republish || n->audits_count > 0)
			return true;
	}
	return c->audits_count > 0 || c->inside != NULL;
}

static int store(struct cycle *c, struct err *e)
{
	struct pg *pg = c->s->pg;
	if (c->is_for_due)
		PROBE(sched_before_due_tx);
	else
		PROBE(sched_before_tx);
	int bad = c->inside ? 0 : db_begin(pg, e);
	bad = bad ? bad : cycle_write(c, e);
	bad = bad ? bad : db_commit(pg, e);
	if (bad) {
		db_rollback(pg);
		return bad;
	}
	if (c->is_for_due)
		PROBE(sched_after_due_tx);
	else
		PROBE(sched_after_tx);
	return 0;
}

static int attempt(struct cycle *c, struct err *e)
{
	start_over(c);
	int bad = cycle_load(c, e);
	PROBE(sched_after_load);
	bad = bad ? bad : cycle_decide(c, e);
	if (bad == 0 && !has_writes(c))
		return 0;
	bad = bad ? bad : cycle_write_lists(c, e);
	return bad ? bad : store(c, e);
}

static void note_wakes(struct cycle *c)
{
	struct wakes *w = &c->wakes;
	size_t room = c->count + 1;
	*w = (struct wakes){
	        .routes = arena_alloc(c->mem, room * sizeof(struct route_key)),
	        .bridge_tenants = arena_alloc(c->mem, room * sizeof(struct str)),
	        .caps = {.tenants = arena_alloc(c->mem, room * sizeof(struct str)),
	                .destinations = arena_alloc(c->mem, room * sizeof(struct str))},
	        .quota_tenants = c->freed,
	};
	for (size_t i = 0; i < c->count; i++) {
		const struct item *item = c->items[i];
		const struct decision *n = &item->decision;
		if (n->wakes_route)
			w->routes[w->routes_count++] =
			        (struct route_key){n->after.tenant, n->after.route};
		if (n->wakes_bridge)
			w->bridge_tenants[w->bridge_tenants_count++] = n->after.tenant;
		bool frees = false;
		for (size_t k = 0; k < item->rows_count; k++)
			frees = frees || (item->rows[k].status == TASK_ISSUED &&
			                         n->rows[k].status != TASK_ISSUED);
		const struct spec *spec = item->frozen.spec;
		if (frees && spec && spec->limits.tenant_tasks > 0)
			w->caps.tenants[w->caps.tenants_count++] = spec->tenant;
		if (frees && spec && spec->limits.destination_tasks > 0)
			w->caps.destinations[w->caps.destinations_count++] = spec->destination.name;
	}
}

/* What can never go out fails its delivery; that decision is small and goes. */
static int fail_unproducible(struct cycle *c, const struct failed_rows *failed, struct err *e)
{
	if (failed->count == 0)
		return 0;
	struct cycle again;
	cycle_init(&again, c->s, c->mem);
	struct decide_event fail = {
	        .kind = DECIDE_FAIL,
	        .reason = STR("unproducible"),
	        .detail = STR("a task's event is larger than the broker takes"),
	};
	for (size_t i = 0; i < failed->count; i++)
		cycle_add(&again, failed->ids[i], &fail);
	return cycle_run(&again, e);
}

/* One line for each change of state: what was decided is stored now. */
static void log_changes(const struct cycle *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct delivery *before = &c->items[i]->before;
		const struct delivery *x = &c->items[i]->decision.after;
		if (before->state == x->state && str_eq(before->reason, x->reason) &&
		        before->revision == x->revision)
			continue;
		LOG(LOG_INFO, "scheduler.delivery.changed", "decided and stored",
		        LOG_TEXT("delivery_id", x->id), LOG_TEXT("tenant", x->tenant),
		        LOG_TEXT("route", x->route),
		        LOG_TEXT("state", str_c(delivery_state_name(x->state))),
		        LOG_TEXT("reason", x->reason), LOG_NUM("revision", x->revision),
		        LOG_NUM("version", x->version));
	}
}

static bool has_task(const struct decision *n, struct str task_id)
{
	for (size_t i = 0; i < n->rows_count; i++)
		if (str_eq(n->rows[i].id, task_id))
			return true;
	return false;
}

/* Results of no task that is stored: nothing is decided by them, but somebody should know. */
static void log_strangers(const struct cycle *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct item *item = c->items[i];
		for (size_t k = 0; k < item->events_count; k++) {
			const struct decide_event *ev = &item->events[k];
			if (ev->kind != DECIDE_RESULT ||
			        has_task(&item->decision, ev->result->task_id))
				continue;
			bool is_id = ev->result->task_id.n == ID_TEXT_BYTES - 1;
			LOG(LOG_WARN, "scheduler.result.unknown",
			        "a result of a task that is not known here is passed over",
			        LOG_TEXT("delivery_id", item->id),
			        LOG_TEXT("task_id", is_id ? ev->result->task_id : STR("")));
		}
	}
}

/* One line where a destination's breaker opens or closes. */
static void log_breakers(const struct cycle *c)
{
	int32_t most = c->s->rules.breaker_failures;
	for (size_t i = 0; i < c->breakers_count; i++) {
		const struct loaded_breaker *before = &c->breakers[i];
		const struct breaker *now = &c->breaker_states[i];
		bool was_open = before->failures >= most, is_open = now->failures >= most;
		if (is_open && !was_open)
			LOG(LOG_WARN, "scheduler.destination.away",
			        "uploads rest: the destination was away too often in a row",
			        LOG_TEXT("destination", before->destination),
			        LOG_NUM("failures", now->failures));
		else if (was_open && !is_open)
			LOG(LOG_INFO, "scheduler.destination.back",
			        "uploads go on: the destination is back",
			        LOG_TEXT("destination", before->destination));
	}
}

static int attempt_and_publish(struct cycle *c, struct err *e)
{
	int bad = attempt(c, e);
	if (bad)
		return bad;
	c->s->tally.decisions += (int64_t)c->count;
	log_changes(c);
	log_strangers(c);
	log_breakers(c);
	note_wakes(c);
	if (c->outbox_count == 0)
		return 0;
	struct failed_rows failed;
	bad = publish_rows(c->s, c->outbox, c->outbox_count, c->mem, &failed, e);
	return bad ? bad : fail_unproducible(c, &failed, e);
}

/* The delivery itself cannot be decided or stored: it fails, with the reason. If even that cannot
 * be stored its events are given up, as poison; its alarm and its row stay. */
static int give_up(struct cycle *c, struct item *item, const struct err *why, struct err *e)
{
	log_err(LOG_ERROR, "scheduler.delivery.undecidable", why,
	        (const struct log_field[]){LOG_TEXT("delivery_id", item->id)}, 1);
	struct decide_event fail = {
	        .kind = DECIDE_FAIL,
	        .reason = str_c(why->code),
	        .detail = arena_str(c->mem, str_c(why->text)),
	};
	item->events_count = 0;
	cycle_add(c, item->id, &fail);
	int bad = attempt_and_publish(c, e);
	if (bad == ERR_REJECT) {
		log_err(LOG_ERROR, "scheduler.event.dropped", e,
		        (const struct log_field[]){LOG_TEXT("delivery_id", item->id)}, 1);
		return 0;
	}
	return bad;
}

static int run_alone(struct cycle *c, struct item *item, struct err *e)
{
	struct cycle alone;
	cycle_init(&alone, c->s, c->mem);
	alone.is_for_due = c->is_for_due;
	alone.items = &item;
	alone.count = 1;
	alone.room = 1;
	int bad = ERR_FENCED;
	for (int i = 0; i < TRIES_ALONE && bad == ERR_FENCED; i++)
		bad = attempt_and_publish(&alone, e);
	if (bad == ERR_FENCED)
		return err_set(e, ERR_RETRY, "contended",
		        "delivery " STR_FMT " is changed by others all the time",
		        STR_ARG(item->id));
	if (bad == ERR_REJECT) {
		struct err why = *e;
		bad = give_up(&alone, item, &why, e);
	}
	return bad ? bad : wake_all(c->s, &alone.wakes, c->mem, e);
}

static int run_audits_alone(struct cycle *c, struct err *e)
{
	if (c->audits_count == 0)
		return 0;
	struct cycle alone;
	cycle_init(&alone, c->s, c->mem);
	alone.audits = c->audits;
	alone.audits_count = c->audits_count;
	return attempt_and_publish(&alone, e);
}

int cycle_run(struct cycle *c, struct err *e)
{
	int bad = attempt_and_publish(c, e);
	if (bad == 0)
		return wake_all(c->s, &c->wakes, c->mem, e);
	if (c->inside)
		db_rollback(c->s->pg); /* also where it was not reached */
	if (bad != ERR_FENCED && bad != ERR_REJECT)
		return bad;
	c->s->tally.fenced++;
	if (c->inside)
		return err_set(e, ERR_FENCED, "version", "the batch was taken back");
	bad = run_audits_alone(c, e);
	for (size_t i = 0; i < c->count && bad == 0; i++)
		bad = run_alone(c, c->items[i], e);
	return bad;
}
