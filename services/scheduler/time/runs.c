/* SPDX-License-Identifier: Apache-2.0 */
#include "runs.h"

#include "cycle/cycle.h"
#include "cycle/resolve.h"
#include "db/runs_db.h"
#include "delivery/cause.h"

#include "longshore/cadence_runs.h"
#include "longshore/log_events.h"
#include "longshore/probe.h"
#include "longshore/sha256.h"

enum { SYNC_AT_ONCE = 500, SKIP_MAX = 100000 };

/* Reads the cadence of a route's document. False: it has none, or none that can be followed
 * here. */
static bool read_cadence(struct duties *d, struct str body, struct arena *mem, struct cadence *out,
        struct spec_cadence *out_spec)
{
	struct err e;
	*out_spec = (struct spec_cadence){0};
	int act = spec_cadence(body, mem, out_spec, &e);
	if (act == 0 && out_spec->kind == CADENCE_NONE)
		return false;
	const struct tz *zone = act ? NULL : zones_find(&d->g->zones, out_spec->zone);
	if (act == 0 && !zone)
		act = err_set(&e, ERR_REJECT, "bad_zone",
		        "the time zone " STR_FMT " is unknown here", STR_ARG(out_spec->zone));
	if (act == 0)
		act = cadence_init(out, out_spec, zone, &e);
	if (act)
		LOG_ERR(SCHEDULER_CADENCE_REFUSED, &e, NULL, 0);
	return act == 0;
}

static struct str cadence_hash(const struct spec_cadence *c, struct arena *mem)
{
	struct str text = arena_printf(mem, "%d|" STR_FMT "|%d|%d|%d|%d|%d|" STR_FMT "|" STR_FMT,
	        (int)c->kind, STR_ARG(c->cron), c->hour, c->minute, c->weekday, c->day, c->month,
	        STR_ARG(c->anchor), STR_ARG(c->zone));
	char hash[SHA256_HEX];
	sha256_hex(text.p, text.n, hash);
	return arena_str(mem, str_c(hash));
}

static struct cadence_run run_of(const struct due_run *row)
{
	struct cadence_run run = {.fold = (int)row->fold, .due_s = row->due_ms / 1000};
	size_t n = row->label.n < CIVIL_LABEL_BYTES ? row->label.n : CIVIL_LABEL_BYTES - 1;
	memcpy(run.label, row->label.p, n);
	return run;
}

/* --- plans follow documents --- */

static int sync_route(struct duties *d, const struct changed_route *row, int64_t now_ms,
        struct arena *mem, struct err *e)
{
	struct cadence cadence;
	struct spec_cadence spec;
	struct route_plan plan = {
	        .tenant = row->tenant,
	        .route = row->route,
	        .document_hash = row->hash,
	        .label = STR(""),
	        .zone = STR(""),
	        .cadence_hash = STR(""),
	};
	struct cadence_run next;
	if (read_cadence(d, row->body, mem, &cadence, &spec)) {
		plan.cadence_hash = cadence_hash(&spec, mem);
		plan.zone = spec.zone;
		if (cadence_after(&cadence, now_ms / 1000, &next)) {
			plan.label = arena_str(mem, str_c(next.label));
			plan.fold = next.fold;
			plan.due_ms = next.due_s * 1000;
		}
	}
	if (row->cadence_hash.p && str_eq(row->cadence_hash, plan.cadence_hash))
		return runs_db_touch(d->g->pg, &plan, mem, e);
	return runs_db_store(d->g->pg, &plan, mem, e);
}

static int database_now(struct duties *d, struct arena *mem, int64_t *out_ms, struct err *e)
{
	struct db_clock clock;
	struct state_row *rows = NULL;
	size_t count = 0;
	int act = state_db_load(d->g->pg, NULL, 0, mem, &clock, &rows, &count, e);
	if (act == 0)
		*out_ms = clock.now_ms;
	return act;
}

static int sync_all(struct duties *d, const struct changed_route *rows, size_t count,
        struct arena *mem, struct err *e)
{
	int64_t now_ms = 0;
	int act = database_now(d, mem, &now_ms, e);
	for (size_t i = 0; i < count && act == 0; i++)
		act = sync_route(d, &rows[i], now_ms, mem, e);
	return act;
}

int runs_sync(struct duties *d, struct arena *mem, bool *out_more, struct err *e)
{
	struct changed_route *rows = NULL;
	size_t count = 0;
	int act = runs_db_find_changed(d->g->pg, SYNC_AT_ONCE, mem, &rows, &count, e);
	if (act == 0 && count > 0) {
		act = db_begin(d->g->pg, e);
		act = act ? act : sync_all(d, rows, count, mem, e);
		act = act ? act : db_commit(d->g->pg, e);
		if (act)
			db_rollback(d->g->pg);
	}
	act = act ? act : runs_db_delete_gone(d->g->pg, e);
	*out_more = act == 0 && count == SYNC_AT_ONCE;
	return act;
}

int runs_recompute(struct duties *d, struct arena *mem, struct err *e)
{
	struct due_run *rows = NULL;
	size_t count = 0;
	int act = runs_db_load_plans(d->g->pg, mem, &rows, &count, e);
	for (size_t i = 0; i < count && act == 0; i++) {
		struct cadence cadence;
		struct spec_cadence spec;
		int64_t due_s = 0;
		if (!read_cadence(d, rows[i].body, mem, &cadence, &spec) ||
		        !cadence_due(&cadence, rows[i].label, (int)rows[i].fold, &due_s) ||
		        due_s * 1000 == rows[i].due_ms)
			continue;
		struct run_advance move = {rows[i].tenant, rows[i].route, rows[i].label,
		        rows[i].label, rows[i].fold, rows[i].fold, due_s * 1000};
		act = runs_db_advance(d->g->pg, &move, 1, mem, e);
		if (act == ERR_FENCED)
			act = 0; /* another scheduler took or moved the run meanwhile */
	}
	return act;
}

/* --- due runs become deliveries --- */

struct taking {
	struct duties *d;
	struct arena *mem;
	struct cycle c;
	struct resolver resolver;
	struct run_advance *moves;
	size_t moves_count;
	bool delivers; /* false: skip a run that cannot be stored, with an audit record */
};

static struct str absent_or(const struct due_run *row)
{
	return row->applied_by.n > 0 ? row->applied_by : STR("cadence");
}

static void record(
        struct taking *t, const struct due_run *row, const char *action, struct str detail)
{
	struct str fields[] = {row->tenant, row->route, str_c(action), row->label};
	struct id id = id_of("audit/1", fields, 4);
	struct ev_audit_record audit = {
	        .record_id = arena_str(t->mem, id_str(&id)),
	        .tenant = row->tenant,
	        .at_ms = row->now_ms,
	        .actor = STR("scheduler"),
	        .action = str_c(action),
	        .delivery_id = STR(""),
	        .route = row->route,
	        .reason = STR("cadence"),
	        .detail = detail,
	};
	cycle_add_audit(&t->c, &audit);
}

static int deliver(
        struct taking *t, const struct due_run *row, const struct cadence_run *run, struct err *e)
{
	struct str label = arena_str(t->mem, str_c(run->label));
	struct decide_event ev = {
	        .kind = DECIDE_REQUEST,
	        .identity = label,
	        .actor = STR(""),
	        .note = STR(""),
	        .request =
	                {
	                        .kind = KIND_DELIVERY,
	                        .tenant = row->tenant,
	                        .route = row->route,
	                        .cause_kind = STR("cadence"),
	                        .cause = arena_printf(t->mem, STR_FMT "|" STR_FMT "|%d",
	                                STR_ARG(label), STR_ARG(row->zone), run->fold),
	                        .epoch = STR("0"),
	                        .requested_by = absent_or(row),
	                        .label = label,
	                        .planned_ms = run->due_s * 1000,
	                },
	};
	struct request *q = &ev.request;
	struct id id = cause_delivery_id(q->tenant, q->route, q->cause_kind, q->cause, q->epoch);
	int act = resolve_spec(&t->resolver, KIND_DELIVERY, q->tenant, q->route, &ev.frozen, e);
	if (act == 0)
		cycle_add(&t->c, id_str(&id), &ev);
	return act;
}

static void move_to(struct taking *t, const struct due_run *row, const struct cadence_run *next)
{
	t->moves[t->moves_count++] = (struct run_advance){
	        .tenant = row->tenant,
	        .route = row->route,
	        .old_label = row->label,
	        .old_fold = row->fold,
	        .label = next ? arena_str(t->mem, str_c(next->label)) : STR(""),
	        .fold = next ? next->fold : 0,
	        .due_ms = next ? next->due_s * 1000 : 0,
	};
}

/* Skips runs that are late by more than the window. False: the cadence has no further run. */
static bool skip_missed(struct taking *t, const struct due_run *row, const struct cadence *cadence,
        int64_t window_s, struct cadence_run *run)
{
	int64_t now_s = row->now_ms / 1000;
	int skipped = 0;
	bool has_run = true;
	while (has_run && now_s - run->due_s > window_s && skipped < SKIP_MAX) {
		struct cadence_run next;
		has_run = cadence_next(cadence, run, &next);
		if (has_run)
			*run = next;
		skipped++;
	}
	if (skipped == 0)
		return true;
	t->d->g->tally.skipped_runs += skipped;
	record(t, row, "run.skipped",
	        arena_printf(t->mem, "%d runs from " STR_FMT " on were missed by too long", skipped,
	                STR_ARG(row->label)));
	return has_run;
}

static int take_run(struct taking *t, const struct due_run *row, struct err *e)
{
	struct cadence cadence;
	struct spec_cadence spec;
	struct cadence_run run = run_of(row), next;
	if (!read_cadence(t->d, row->body, t->mem, &cadence, &spec)) {
		move_to(t, row, NULL);
		return 0;
	}
	bool is_other = !str_eq(row->cadence_hash, cadence_hash(&spec, t->mem));
	if (is_other || !cadence_due(&cadence, row->label, (int)row->fold, &run.due_s)) {
		bool has_next = cadence_after(&cadence, row->now_ms / 1000, &next);
		move_to(t, row, has_next ? &next : NULL);
		return 0;
	}
	if (!skip_missed(t, row, &cadence, spec.catchup_seconds, &run)) {
		move_to(t, row, NULL);
		return 0;
	}
	bool is_missed =
	        row->now_ms / 1000 - run.due_s > spec.catchup_seconds; /* there are more to skip */
	if (run.due_s * 1000 > row->now_ms || is_missed) {
		/* newer time-zone rules moved it, or all earlier ones were skipped */
		move_to(t, row, &run);
		return 0;
	}
	int act = 0;
	if (t->delivers)
		act = deliver(t, row, &run, e);
	else
		record(t, row, "run.failed", STR("its delivery could not be stored"));
	t->d->g->tally.runs++;
	bool has_next = cadence_next(&cadence, &run, &next);
	move_to(t, row, has_next ? &next : NULL);
	return act;
}

static int advance(void *arg, struct engine *g, struct arena *mem, struct err *e)
{
	struct taking *t = arg;
	return runs_db_advance(g->pg, t->moves, t->moves_count, mem, e);
}

static int take(struct duties *d, int64_t most, bool delivers, struct arena *mem, size_t *out_count,
        struct err *e)
{
	struct taking t = {.d = d, .mem = mem, .delivers = delivers};
	cycle_init(&t.c, d->g, mem);
	resolver_init(&t.resolver, d->g, mem);
	t.c.is_for_due = true;
	most = most < CYCLE_ITEMS ? most : CYCLE_ITEMS; /* they share one transaction */
	t.c.inside.write = advance;
	t.c.inside.arg = &t;
	struct due_run *rows = NULL;
	int act = db_begin(d->g->pg, e);
	act = act ? act : runs_db_claim(d->g->pg, most, mem, &rows, out_count, e);
	if (act == 0)
		t.moves = arena_alloc(mem, (*out_count + 1) * sizeof *t.moves);
	for (size_t i = 0; i < *out_count && act == 0; i++)
		act = take_run(&t, &rows[i], e);
	if (act || *out_count == 0) {
		db_rollback(d->g->pg);
		return act;
	}
	return cycle_run(&t.c, e);
}

int runs_materialise(struct duties *d, struct arena *mem, bool *out_more, struct err *e)
{
	size_t count = 0;
	int act = take(d, d->rules.due_batch, true, mem, &count, e);
	if (act == ERR_FENCED)
		act = take(d, 1, true, mem, &count, e);
	if (act == ERR_FENCED) {
		LOG_ERR(SCHEDULER_RUN_FAILED, e, NULL, 0);
		act = take(d, 1, false, mem, &count, e);
	}
	*out_more = act == 0 && count > 0;
	return act;
}
