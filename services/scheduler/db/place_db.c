/* SPDX-License-Identifier: Apache-2.0 */
#include "place_db.h"

#include "db_lists.h"

#include "sql/scheduler.h"

static struct loaded_breaker read_breaker(const struct pg_rows *rows, size_t i, struct arena *mem)
{
	return (struct loaded_breaker){
	        .place = pg_text(rows, i, COL_LOAD_BREAKERS_PLACE, mem),
	        .state =
	                {
	                        .failures = (int32_t)pg_num(rows, i, COL_LOAD_BREAKERS_FAILURES),
	                        .rests = (int32_t)pg_num(rows, i, COL_LOAD_BREAKERS_RESTS),
	                        .open_until_ms = pg_num(rows, i, COL_LOAD_BREAKERS_OPEN_UNTIL_MS),
	                        .prober = pg_text(rows, i, COL_LOAD_BREAKERS_PROBER, mem),
	                        .probe = pg_text(rows, i, COL_LOAD_BREAKERS_PROBE, mem),
	                },
	};
}

int place_db_load_breakers(struct pg *pg, const struct str *places, size_t count, bool locks,
        struct arena *mem, struct loaded_breaker **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_LOAD_BREAKERS_PLACES, places, count);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, locks ? &sql_lock_breakers : &sql_load_breakers, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct loaded_breaker *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = read_breaker(rows, i, mem);
	*out = list;
	*out_count = n;
	return 0;
}

int place_db_store_breaker(
        struct pg *pg, const struct loaded_breaker *breaker, struct arena *mem, struct err *e)
{
	const struct breaker *b = &breaker->state;
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set(&p, PARAM_STORE_BREAKER_PLACE, breaker->place);
	pg_set_num(&p, PARAM_STORE_BREAKER_FAILURES, b->failures);
	pg_set_num(&p, PARAM_STORE_BREAKER_RESTS, b->rests);
	pg_set_num(&p, PARAM_STORE_BREAKER_OPEN_UNTIL_MS, b->open_until_ms);
	pg_set(&p, PARAM_STORE_BREAKER_PROBER, b->prober.p ? b->prober : STR(""));
	pg_set(&p, PARAM_STORE_BREAKER_PROBE, b->probe.p ? b->probe : STR(""));
	return pg_run(pg, &sql_store_breaker, &p, NULL, NULL, e);
}

int place_db_close_breakers(
        struct pg *pg, const struct str *places, size_t count, struct arena *mem, struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_CLOSE_BREAKERS_PLACES, places, count);
	return pg_run(pg, &sql_close_breakers, &p, NULL, NULL, e);
}

int place_db_trim_breakers(
        struct pg *pg, int64_t age_ms, int64_t most, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_num(&p, PARAM_TRIM_BREAKERS_IDLE_MS, age_ms);
	pg_set_num(&p, PARAM_TRIM_BREAKERS_KEPT, most);
	return pg_run(pg, &sql_trim_breakers, &p, NULL, NULL, e);
}

int place_db_load_waiting(struct pg *pg, const struct str *what, size_t count, int64_t most,
        struct arena *mem, struct waiter **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_LOAD_WAITING_WHAT, what, count);
	pg_set_num(&p, PARAM_LOAD_WAITING_EACH, most);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_load_waiting, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct waiter *list = ARENA_TRY_ARRAY(mem, struct waiter, n + 1);
	if (!list)
		return err_set(e, ERR_RETRY, "out_of_memory", "%zu deliveries wait", n);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct waiter){pg_text(rows, i, COL_LOAD_WAITING_WHAT, mem),
		        pg_text(rows, i, COL_LOAD_WAITING_DELIVERY_ID, mem),
		        pg_num(rows, i, COL_LOAD_WAITING_SINCE_MS)};
	*out = list;
	*out_count = n;
	return 0;
}

int place_db_find_probers(struct pg *pg, int64_t most, struct arena *mem, struct str **out,
        size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_num(&p, PARAM_FIND_PROBERS_LIMIT, most);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_find_probers, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct str *ids = arena_alloc(mem, (n + 1) * sizeof *ids);
	for (size_t i = 0; i < n; i++)
		ids[i] = pg_text(rows, i, COL_FIND_PROBERS_DELIVERY_ID, mem);
	*out = ids;
	*out_count = n;
	return 0;
}

int place_db_store_waiting(
        struct pg *pg, const struct waiter *rows, size_t count, struct arena *mem, struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_STORE_WAITING_ID, rows, count, delivery_id);
	SET_TEXTS(&p, PARAM_STORE_WAITING_WHAT, rows, count, what);
	SET_NUMS(&p, PARAM_STORE_WAITING_SINCE, rows, count, since_ms);
	return pg_run(pg, &sql_store_waiting, &p, NULL, NULL, e);
}

int place_db_drop_waiting(
        struct pg *pg, const struct str *ids, size_t count, struct arena *mem, struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_DROP_WAITING_IDS, ids, count);
	return pg_run(pg, &sql_drop_waiting, &p, NULL, NULL, e);
}
