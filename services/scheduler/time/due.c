/* SPDX-License-Identifier: Apache-2.0 */
#include "due.h"

#include "cycle/cycle.h"
#include "db/place_db.h"
#include "db/task_db.h"

#include "longshore/ended.h"
#include "longshore/id.h"
#include "longshore/log_events.h"
#include "longshore/probe.h"

enum {
	CLAIM_MS = 30000,
	BREAKER_AGE_MS = 7 * 24 * 3600 * 1000,
	CHECK_AT_ONCE = 512,
	TIDY_DELIVERIES = 100,
	TIDY_ROWS = 1000,
	BREAKERS_MAX = 10000,
	PROBERS_MAX = 64,
	CONFIRM_TASKS = 1000 /* a delivery of more tasks keeps its rows until due_tidy */
};

int due_deliveries(struct duties *d, struct arena *mem, bool *out_more, struct err *e)
{
	struct str *ids = NULL;
	size_t count = 0, looked = 0;
	const struct claim_bounds bounds = {
	        .most = d->rules.due_batch,
	        .claim_ms = CLAIM_MS,
	        .back_ms = reach_back_ms(&d->due_reach, d->g->mono_ms, CLAIM_MS),
	};
	int act = state_db_claim_due(d->g->pg, &bounds, mem, &ids, &count, &looked, e);
	if (act)
		return act;
	*out_more = looked == (size_t)bounds.most;
	if (!*out_more)
		reach_saw_all(&d->due_reach, d->g->mono_ms, bounds.back_ms);
	if (count == 0)
		return 0;
	struct cycle c;
	cycle_init(&c, d->g, mem);
	c.is_for_due = true;
	struct decide_event due = {.kind = DECIDE_DUE};
	for (size_t i = 0; i < count; i++)
		cycle_add(&c, ids[i], &due);
	return cycle_run(&c, e);
}

int due_places(struct duties *d, struct arena *mem, bool *out_more, struct err *e)
{
	struct cycle c;
	struct str *ids = NULL;
	size_t count = 0;
	struct decide_event due = {.kind = DECIDE_DUE};
	int act = place_db_find_probers(d->g->pg, PROBERS_MAX, mem, &ids, &count, e);
	*out_more = act == 0 && count == PROBERS_MAX;
	if (act || count == 0)
		return act;
	cycle_init(&c, d->g, mem);
	for (size_t i = 0; i < count; i++)
		cycle_add(&c, ids[i], &due);
	return cycle_run(&c, e);
}

static void note_removed(struct duties *d, int64_t rows)
{
	d->g->tally.removed += rows;
	if (rows > 0 && d->g->outlet.removed)
		d->g->outlet.removed(d->g->outlet.arg, rows);
}

int due_tidy(struct duties *d, struct arena *mem, bool *out_more, struct err *e)
{
	const struct duty_rules *set = &d->rules;
	const struct tidy_bounds bounds = {
	        .age_ms = set->keep_tasks_ms > set->reread_ms ? set->keep_tasks_ms : set->reread_ms,
	        .deliveries = TIDY_DELIVERIES,
	        .rows = TIDY_ROWS,
	};
	int64_t rows = 0, deliveries = 0;
	int act = place_db_trim_breakers(d->g->pg, BREAKER_AGE_MS, BREAKERS_MAX, mem, e);
	act = act ? act : task_db_remove_old(d->g->pg, &bounds, mem, &rows, &deliveries, e);
	if (act)
		return act;
	*out_more = rows == TIDY_ROWS || deliveries == TIDY_DELIVERIES;
	note_removed(d, rows);
	if (deliveries > 0)
		LOG(SCHEDULER_TASKS_REMOVED, "removed old task rows of finished deliveries",
		        LOG_NUM("deliveries", deliveries), LOG_NUM("rows", rows));
	return 0;
}

static int tell_ended(struct duties *d, const struct ended_delivery *over, size_t count,
        struct arena *mem, struct err *e)
{
	struct ended *items = arena_alloc(mem, (count + 1) * sizeof *items);
	for (size_t i = 0; i < count; i++) {
		const struct str route[] = {over[i].tenant, over[i].route};
		struct id *id = ARENA_NEW(mem, struct id);
		*id = id_of("route/1", route, 2);
		items[i] = (struct ended){.delivery = over[i].id, .route_id = id_str(id)};
	}
	return ended_tell(d->g->store, d->g->keys, items, count, e);
}

/* Nothing waits for this: the next turn retries it. */
static int put_off(struct duties *d, const struct err *why)
{
	db_rollback(d->g->pg);
	LOG_ERR(SCHEDULER_ENDED_UNTOLD, why, NULL, 0);
	return 0;
}

/* Writes to staging before the commit. After a crash in between, the same deliveries are listed
 * again, which is harmless. */
int due_ended(struct duties *d, struct arena *mem, bool *out_more, struct err *e)
{
	const struct duty_rules *set = &d->rules;
	int64_t age_ms = set->list_ended_ms > set->reread_ms ? set->list_ended_ms : set->reread_ms;
	struct ended_delivery *over = NULL;
	size_t count = 0;
	int act = db_begin(d->g->pg, e);
	if (act)
		return act;
	act = state_db_take_ended(d->g->pg, age_ms, ENDED_LIST_MAX, mem, &over, &count, e);
	if (act == 0 && count > 0)
		act = tell_ended(d, over, count, mem, e);
	if (act != 0 && act != ERR_FATAL && count > 0)
		return put_off(d, e); /* for any staging error */
	if (act == 0 && count > 0)
		PROBE(ended_before_commit);
	act = act ? act : db_commit(d->g->pg, e);
	if (act) {
		db_rollback(d->g->pg);
		return act;
	}
	*out_more = count == ENDED_LIST_MAX;
	if (count > 0)
		LOG(SCHEDULER_ENDED_TOLD, "listed finished deliveries in staging",
		        LOG_NUM("deliveries", (int64_t)count));
	return 0;
}

void status_reader_init(
        struct status_reader *r, struct duties *d, size_t messages, struct arena *mem)
{
	*r = (struct status_reader){
	        .d = d, .seen = arena_alloc(mem, (messages + 1) * sizeof(struct seen_status))};
}

void status_read(struct status_reader *r, const struct ev_delivery_status *status, int64_t mono_ms)
{
	r->seen[r->seen_count++] = (struct seen_status){status->delivery_id, status->version};
	/* Even a final status can arrive out of order; then the one after it counts. If there
	 * is no room, due times repair it. */
	(void)readback_note(&r->d->readback, status->delivery_id, status->version, mono_ms);
}

int status_confirm(struct status_reader *r, struct arena *mem, struct err *e)
{
	struct duties *d = r->d;
	const struct confirm_bounds bounds = {d->rules.confirm_ms, CONFIRM_TASKS};
	int64_t rows = 0;
	int act = state_db_confirm(d->g->pg, r->seen, r->seen_count, &bounds, mem, &rows, e);
	if (act == 0)
		note_removed(d, rows);
	return act;
}

int due_statuses(
        struct duties *d, int64_t mono_ms, struct arena *mem, bool *out_more, struct err *e)
{
	struct readback_entry *entries = arena_alloc(mem, CHECK_AT_ONCE * sizeof *entries);
	struct seen_status *seen = arena_alloc(mem, CHECK_AT_ONCE * sizeof *seen);
	size_t count =
	        readback_take(&d->readback, mono_ms - d->rules.readback_ms, entries, CHECK_AT_ONCE);
	*out_more = count == CHECK_AT_ONCE && !d->g->rests[TOPIC_DELIVERIES].is_resting;
	if (count == 0)
		return 0;
	for (size_t i = 0; i < count; i++)
		seen[i] = (struct seen_status){str_c(entries[i].id), entries[i].version};
	struct str *behind = NULL;
	size_t behind_count = 0;
	bool is_sent = true;
	int act = state_db_find_behind(d->g->pg, seen, count, mem, &behind, &behind_count, e);
	struct outbox_row *rows = arena_alloc(mem, (behind_count + 1) * sizeof *rows);
	for (size_t i = 0; i < behind_count && act == 0; i++)
		rows[i] = (struct outbox_row){.delivery_id = behind[i],
		        .is_by_reference = true,
		        .version = OUTBOX_NEWEST};
	act = act ? act : cycle_compose_again(d->g, rows, behind_count, mem, e);
	if (act == 0 && behind_count > 0) {
		PROBE(readback_before_publish);
		act = publish_only(d->g, rows, behind_count, mem, &is_sent, e);
	}
	for (size_t i = 0; i < count && !(act == 0 && is_sent); i++) /* check them again later */
		(void)readback_note(&d->readback, seen[i].id, seen[i].version, mono_ms);
	if (act == 0 && is_sent)
		d->g->tally.republished += (int64_t)behind_count;
	return act;
}
