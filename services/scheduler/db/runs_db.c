/* SPDX-License-Identifier: Apache-2.0 */
#include "runs_db.h"

#include "db_lists.h"

#include "sql/scheduler.h"

int runs_db_find_changed(struct pg *pg, int64_t most, struct arena *mem, struct changed_route **out,
        size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_num(&p, PARAM_FIND_CHANGED_ROUTES_LIMIT, most);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_find_changed_routes, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct changed_route *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct changed_route){
		        pg_text(rows, i, COL_FIND_CHANGED_ROUTES_TENANT, mem),
		        pg_text(rows, i, COL_FIND_CHANGED_ROUTES_NAME, mem),
		        pg_text(rows, i, COL_FIND_CHANGED_ROUTES_BODY, mem),
		        pg_text(rows, i, COL_FIND_CHANGED_ROUTES_HASH, mem),
		        pg_text(rows, i, COL_FIND_CHANGED_ROUTES_CADENCE_HASH, mem)};
	*out = list;
	*out_count = n;
	return 0;
}

int runs_db_store(struct pg *pg, const struct route_plan *plan, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set(&p, PARAM_STORE_ROUTE_DUE_TENANT, plan->tenant);
	pg_set(&p, PARAM_STORE_ROUTE_DUE_ROUTE, plan->route);
	pg_set(&p, PARAM_STORE_ROUTE_DUE_DOCUMENT_HASH, plan->document_hash);
	pg_set(&p, PARAM_STORE_ROUTE_DUE_CADENCE_HASH, plan->cadence_hash);
	pg_set(&p, PARAM_STORE_ROUTE_DUE_LABEL, plan->label);
	pg_set(&p, PARAM_STORE_ROUTE_DUE_ZONE, plan->zone);
	pg_set_num(&p, PARAM_STORE_ROUTE_DUE_FOLD, plan->fold);
	pg_set_num(&p, PARAM_STORE_ROUTE_DUE_DUE, plan->due_ms);
	return pg_run(pg, &sql_store_route_due, &p, NULL, NULL, e);
}

int runs_db_touch(struct pg *pg, const struct route_plan *plan, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set(&p, PARAM_TOUCH_ROUTE_DUE_TENANT, plan->tenant);
	pg_set(&p, PARAM_TOUCH_ROUTE_DUE_ROUTE, plan->route);
	pg_set(&p, PARAM_TOUCH_ROUTE_DUE_DOCUMENT_HASH, plan->document_hash);
	pg_set(&p, PARAM_TOUCH_ROUTE_DUE_CADENCE_HASH, plan->cadence_hash);
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
	pg_set_num(&p, PARAM_CLAIM_RUNS_LIMIT, most);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_claim_runs, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct due_run *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct due_run){
		        .tenant = pg_text(rows, i, COL_CLAIM_RUNS_TENANT, mem),
		        .route = pg_text(rows, i, COL_CLAIM_RUNS_ROUTE, mem),
		        .label = pg_text(rows, i, COL_CLAIM_RUNS_LABEL, mem),
		        .zone = pg_text(rows, i, COL_CLAIM_RUNS_ZONE, mem),
		        .fold = pg_num(rows, i, COL_CLAIM_RUNS_FOLD),
		        .due_ms = pg_num(rows, i, COL_CLAIM_RUNS_DUE_MS),
		        .cadence_hash = pg_text(rows, i, COL_CLAIM_RUNS_CADENCE_HASH, mem),
		        .body = pg_text(rows, i, COL_CLAIM_RUNS_BODY, mem),
		        .document_hash = pg_text(rows, i, COL_CLAIM_RUNS_HASH, mem),
		        .applied_by = pg_text(rows, i, COL_CLAIM_RUNS_APPLIED_BY, mem),
		        .now_ms = pg_num(rows, i, COL_CLAIM_RUNS_NOW_MS),
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
	SET_TEXTS(&p, PARAM_ADVANCE_RUNS_TENANT, rows, count, tenant);
	SET_TEXTS(&p, PARAM_ADVANCE_RUNS_ROUTE, rows, count, route);
	SET_TEXTS(&p, PARAM_ADVANCE_RUNS_OLD_LABEL, rows, count, old_label);
	SET_NUMS(&p, PARAM_ADVANCE_RUNS_OLD_FOLD, rows, count, old_fold);
	SET_TEXTS(&p, PARAM_ADVANCE_RUNS_LABEL, rows, count, label);
	SET_NUMS(&p, PARAM_ADVANCE_RUNS_FOLD, rows, count, fold);
	SET_NUMS(&p, PARAM_ADVANCE_RUNS_DUE, rows, count, due_ms);
	int64_t changed = 0;
	int act = pg_run(pg, &sql_advance_runs, &p, NULL, &changed, e);
	if (act == 0 && changed != (int64_t)count)
		return err_set(e, ERR_FENCED, "route_due", "a run was taken by another scheduler");
	return act;
}

int runs_db_load_plans(
        struct pg *pg, struct arena *mem, struct due_run **out, size_t *out_count, struct err *e)
{
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_load_planned_runs, NULL, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct due_run *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct due_run){
		        .tenant = pg_text(rows, i, COL_LOAD_PLANNED_RUNS_TENANT, mem),
		        .route = pg_text(rows, i, COL_LOAD_PLANNED_RUNS_ROUTE, mem),
		        .label = pg_text(rows, i, COL_LOAD_PLANNED_RUNS_LABEL, mem),
		        .fold = pg_num(rows, i, COL_LOAD_PLANNED_RUNS_FOLD),
		        .due_ms = pg_num(rows, i, COL_LOAD_PLANNED_RUNS_DUE_MS),
		        .body = pg_text(rows, i, COL_LOAD_PLANNED_RUNS_BODY, mem),
		};
	*out = list;
	*out_count = n;
	return 0;
}
