/* SPDX-License-Identifier: Apache-2.0 */
#include "runs_db.h"

#include "db_lists.h"

#include "sql/scheduler.h"

int runs_db_find_changed(struct pg *pg, int64_t most, struct arena *mem, struct changed_route **out,
        size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_num(&p, most);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_find_changed_routes, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct changed_route *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct changed_route){pg_text(rows, i, 0, mem), pg_text(rows, i, 1, mem),
		        pg_text(rows, i, 2, mem), pg_text(rows, i, 3, mem),
		        pg_text(rows, i, 4, mem)};
	*out = list;
	*out_count = n;
	return 0;
}

int runs_db_store(struct pg *pg, const struct route_plan *plan, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add(&p, plan->tenant);
	pg_add(&p, plan->route);
	pg_add(&p, plan->document_hash);
	pg_add(&p, plan->cadence_hash);
	pg_add(&p, plan->label);
	pg_add(&p, plan->zone);
	pg_add_num(&p, plan->fold);
	pg_add_num(&p, plan->due_ms);
	return pg_run(pg, &sql_store_route_due, &p, NULL, NULL, e);
}

int runs_db_touch(struct pg *pg, const struct route_plan *plan, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add(&p, plan->tenant);
	pg_add(&p, plan->route);
	pg_add(&p, plan->document_hash);
	pg_add(&p, plan->cadence_hash);
	return pg_run(pg, &sql_touch_route_due, &p, NULL, NULL, e);
}

int runs_db_delete_gone(struct pg *pg, struct err *e)
{
	return pg_run(pg, &sql_delete_gone_routes, NULL, NULL, NULL, e);
}

int runs_db_claim(struct pg *pg, int64_t most, struct arena *mem, struct due_run **out,
        size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_num(&p, most);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_claim_runs, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct due_run *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct due_run){
		        .tenant = pg_text(rows, i, 0, mem),
		        .route = pg_text(rows, i, 1, mem),
		        .label = pg_text(rows, i, 2, mem),
		        .zone = pg_text(rows, i, 3, mem),
		        .fold = pg_num(rows, i, 4),
		        .due_ms = pg_num(rows, i, 5),
		        .cadence_hash = pg_text(rows, i, 6, mem),
		        .body = pg_text(rows, i, 7, mem),
		        .document_hash = pg_text(rows, i, 8, mem),
		        .applied_by = pg_text(rows, i, 9, mem),
		        .now_ms = pg_num(rows, i, 10),
		};
	*out = list;
	*out_count = n;
	return 0;
}

int runs_db_advance(struct pg *pg, const struct run_advance *rows, size_t count, struct arena *mem,
        struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	ADD_TEXTS(&p, rows, count, tenant);
	ADD_TEXTS(&p, rows, count, route);
	ADD_TEXTS(&p, rows, count, old_label);
	ADD_NUMS(&p, rows, count, old_fold);
	ADD_TEXTS(&p, rows, count, label);
	ADD_NUMS(&p, rows, count, fold);
	ADD_NUMS(&p, rows, count, due_ms);
	int64_t changed = 0;
	int bad = pg_run(pg, &sql_advance_runs, &p, NULL, &changed, e);
	if (bad == 0 && changed != (int64_t)count)
		return err_set(e, ERR_FENCED, "route_due", "a run was taken by another scheduler");
	return bad;
}

int runs_db_load_plans(
        struct pg *pg, struct arena *mem, struct due_run **out, size_t *out_count, struct err *e)
{
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_load_planned_runs, NULL, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct due_run *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct due_run){
		        .tenant = pg_text(rows, i, 0, mem),
		        .route = pg_text(rows, i, 1, mem),
		        .label = pg_text(rows, i, 2, mem),
		        .fold = pg_num(rows, i, 3),
		        .due_ms = pg_num(rows, i, 4),
		        .body = pg_text(rows, i, 5, mem),
		};
	*out = list;
	*out_count = n;
	return 0;
}
