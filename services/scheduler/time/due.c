/* SPDX-License-Identifier: Apache-2.0 */
#include "due.h"

#include "cycle/cycle.h"
#include "db/place_db.h"
#include "db/task_db.h"

#include "longshore/ended.h"
#include "longshore/id.h"
#include "longshore/log.h"
#include "longshore/probe.h"

enum {
	CLAIM_MS = 30000,
	BREAKER_AGE_MS = 7 * 24 * 3600 * 1000,
	CHECK_AT_ONCE = 512,
	TIDY_DELIVERIES = 100,
	TIDY_ROWS = 1000,
	BREAKERS_MOST = 10000,
	CONFIRM_TASKS = 1000 /* a delivery of more keeps its rows until it is tidied */
};

int due_deliveries(struct scheduler *s, struct arena *mem, bool *out_more, struct err *e)
{
	struct str *ids = NULL;
	size_t count = 0, looked = 0;
	const struct claim_bounds bounds = {
	        .most = s->settings.due_batch,
	        .claim_ms = CLAIM_MS,
	        .back_ms = reach_back_ms(&s->due_reach, s->mono_ms, CLAIM_MS),
	};
	int bad = state_db_claim_due(s->pg, &bounds, mem, &ids, &count, &looked, e);
	if (bad)
		return bad;
	*out_more = looked == (size_t)bounds.most;
	if (!*out_more)
		reach_saw_all(&s->due_reach, s->mono_ms, bounds.back_ms);
	if (count == 0)
		return 0;
	struct cycle c;
	cycle_init(&c, s, mem);
	c.is_for_due = true;
	struct decide_event due = {.kind = DECIDE_DUE};
	for (size_t i = 0; i < count; i++)
		cycle_add(&c, ids[i], &due);
	return cycle_run(&c, e);
}

static int fail_unproducible(struct scheduler *s, const struct swept *swept, struct err *e)
{
	struct cycle c;
	cycle_init(&c, s, swept->mem);
	cycle_fail_unproducible(&c, &swept->failed);
	return c.count > 0 ? cycle_run(&c, e) : 0;
}

int due_outbox(struct scheduler *s, struct arena *mem, bool *out_more, struct err *e)
{
	struct swept swept = {.mem = mem};
	int bad = packets_split_old(s, mem, out_more, e);
	bad = bad ? bad : publish_swept(s, &swept, e);
	*out_more = bad == 0 && (*out_more || swept.is_full);
	bad = bad ? bad : fail_unproducible(s, &swept, e);
	for (int t = 0; t < TOPIC_COUNT && bad == 0; t++) {
		bad = publish_probe(s, (enum topic)t, &swept, e);
		*out_more = *out_more || (bad == 0 && swept.is_full && !swept.is_open);
		bad = bad ? bad : fail_unproducible(s, &swept, e);
	}
	return bad;
}

static void note_removed(struct scheduler *s, int64_t rows)
{
	s->tally.removed += rows;
	if (rows > 0 && s->outlet.removed)
		s->outlet.removed(s->outlet.arg, rows);
}

int due_tidy(struct scheduler *s, struct arena *mem, bool *out_more, struct err *e)
{
	const struct scheduler_settings *set = &s->settings;
	const struct tidy_bounds bounds = {
	        .age_ms = set->keep_tasks_ms > set->reread_ms ? set->keep_tasks_ms : set->reread_ms,
	        .deliveries = TIDY_DELIVERIES,
	        .rows = TIDY_ROWS,
	};
	int64_t rows = 0, deliveries = 0;
	int bad = place_db_trim_breakers(s->pg, BREAKER_AGE_MS, BREAKERS_MOST, mem, e);
	bad = bad ? bad : task_db_remove_old(s->pg, &bounds, mem, &rows, &deliveries, e);
	if (bad)
		return bad;
	*out_more = rows == TIDY_ROWS || deliveries == TIDY_DELIVERIES;
	note_removed(s, rows);
	if (deliveries > 0)
		LOG(LOG_INFO, "scheduler.tasks.removed",
		        "task rows of deliveries that were over long ago were removed",
		        LOG_NUM("deliveries", deliveries), LOG_NUM("rows", rows));
	return 0;
}

static int tell_ended(struct scheduler *s, const struct ended_delivery *over, size_t count,
        struct arena *mem, struct err *e)
{
	struct ended *items = arena_alloc(mem, (count + 1) * sizeof *items);
	for (size_t i = 0; i < count; i++) {
		const struct str route[] = {over[i].tenant, over[i].route};
		struct id *id = ARENA_NEW(mem, struct id);
		*id = id_of("route/1", route, 2);
		items[i] = (struct ended){.delivery = over[i].id, .route_id = id_str(id)};
	}
	return ended_tell(s->store, s->keys, items, count, e);
}

/* Nothing waits for it: the next turn tells them. */
static int put_off(struct scheduler *s, const struct err *why)
{
	db_rollback(s->pg);
	log_err(LOG_WARN, "scheduler.ended.untold", why, NULL, 0);
	return 0;
}

/* Staging first: who dies in between tells the same deliveries again, which does no harm. */
int due_ended(struct scheduler *s, struct arena *mem, bool *out_more, struct err *e)
{
	const struct scheduler_settings *set = &s->settings;
	int64_t age_ms = set->list_ended_ms > set->reread_ms ? set->list_ended_ms : set->reread_ms;
	struct ended_delivery *over = NULL;
	size_t count = 0;
	int bad = db_begin(s->pg, e);
	if (bad)
		return bad;
	bad = state_db_take_ended(s->pg, age_ms, ENDED_LIST_MAX, mem, &over, &count, e);
	if (bad == 0 && count > 0)
		bad = tell_ended(s, over, count, mem, e);
	if (bad != 0 && bad != ERR_FATAL && count > 0)
		return put_off(s, e); /* whatever staging has against it */
	if (bad == 0 && count > 0)
		PROBE(ended_before_commit);
	bad = bad ? bad : db_commit(s->pg, e);
	if (bad) {
		db_rollback(s->pg);
		return bad;
	}
	*out_more = count == ENDED_LIST_MAX;
	if (count > 0)
		LOG(LOG_INFO, "scheduler.ended.told",
		        "deliveries that are over were named in staging",
		        LOG_NUM("deliveries", (int64_t)count));
	return 0;
}

void status_reader_init(
        struct status_reader *r, struct scheduler *s, size_t messages, struct arena *mem)
{
	*r = (struct status_reader){
	        .s = s, .seen = arena_alloc(mem, (messages + 1) * sizeof(struct seen_status))};
}

void status_read(struct status_reader *r, const struct ev_delivery_status *status, int64_t mono_ms)
{
	r->seen[r->seen_count++] = (struct seen_status){status->delivery_id, status->version};
	/* A final one, too, may have come before its turn: the word after it counts. No room: due
	 * times repair it. */
	(void)readback_note(&r->s->readback, status->delivery_id, status->version, mono_ms);
}

int status_confirm(struct status_reader *r, struct arena *mem, struct err *e)
{
	struct scheduler *s = r->s;
	const struct confirm_bounds bounds = {s->settings.confirm_ms, CONFIRM_TASKS};
	int64_t rows = 0;
	int bad = state_db_confirm(s->pg, r->seen, r->seen_count, &bounds, mem, &rows, e);
	if (bad == 0)
		note_removed(s, rows);
	return bad;
}

int due_statuses(
        struct scheduler *s, int64_t mono_ms, struct arena *mem, bool *out_more, struct err *e)
{
	struct readback_entry *entries = arena_alloc(mem, CHECK_AT_ONCE * sizeof *entries);
	struct seen_status *seen = arena_alloc(mem, CHECK_AT_ONCE * sizeof *seen);
	size_t count = readback_take(
	        &s->readback, mono_ms - s->settings.readback_ms, entries, CHECK_AT_ONCE);
	*out_more = count == CHECK_AT_ONCE && !s->rests[TOPIC_DELIVERIES].is_resting;
	if (count == 0)
		return 0;
	for (size_t i = 0; i < count; i++)
		seen[i] = (struct seen_status){str_c(entries[i].id), entries[i].version};
	struct str *behind = NULL;
	size_t behind_count = 0;
	bool is_sent = true;
	int bad = state_db_find_behind(s->pg, seen, count, mem, &behind, &behind_count, e);
	struct outbox_row *rows = arena_alloc(mem, (behind_count + 1) * sizeof *rows);
	for (size_t i = 0; i < behind_count && bad == 0; i++)
		rows[i] = (struct outbox_row){.delivery_id = behind[i],
		        .is_by_reference = true,
		        .version = OUTBOX_NEWEST};
	bad = bad ? bad : cycle_compose_again(s, rows, behind_count, mem, e);
	if (bad == 0 && behind_count > 0) {
		PROBE(readback_before_publish);
		bad = publish_only(s, rows, behind_count, mem, &is_sent, e);
	}
	for (size_t i = 0; i < count && !(bad == 0 && is_sent); i++) /* looked at again later */
		(void)readback_note(&s->readback, seen[i].id, seen[i].version, mono_ms);
	if (bad == 0 && is_sent)
		s->tally.republished += (int64_t)behind_count;
	return bad;
}
