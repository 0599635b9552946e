/* SPDX-License-Identifier: Apache-2.0 */
#include "place_db.h"

#include "db_lists.h"

#include "sql/scheduler.h"

static struct loaded_breaker read_breaker(const struct pg_rows *rows, size_t i, struct arena *mem)
{
	return (struct loaded_breaker){
	        .place = pg_text(rows, i, 0, mem),
	        .state =
	                {
	                        .failures = (int32_t)pg_num(rows, i, 1),
	                        .rests = (int32_t)pg_num(rows, i, 2),
	                        .open_until_ms = pg_num(rows, i, 3),
	                        .prober = pg_text(rows, i, 4, mem),
	                        .probe = pg_text(rows, i, 5, mem),
	                },
	};
}

int place_db_load_breakers(struct pg *pg, const struct str *places, size_t count, bool locks,
        struct arena *mem, struct loaded_breaker **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, places, count);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, locks ? &sql_lock_breakers : &sql_load_breakers, &p, &rows, NULL, e);
	if (bad)
		return bad;
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
	pg_add(&p, breaker->place);
	pg_add_num(&p, b->failures);
	pg_add_num(&p, b->rests);
	pg_add_num(&p, b->open_until_ms);
	pg_add(&p, b->prober.p ? b->prober : STR(""));
	pg_add(&p, b->probe.p ? b->probe : STR(""));
	return pg_run(pg, &sql_store_breaker, &p, NULL, NULL, e);
}

static int run_with_texts(struct pg *pg, const struct pg_statement *stmt, const struct str *texts,
        size_t count, struct arena *mem, struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, texts, count);
	return pg_run(pg, stmt, &p, NULL, NULL, e);
}

int place_db_close_breakers(
        struct pg *pg, const struct str *places, size_t count, struct arena *mem, struct err *e)
{
	return run_with_texts(pg, &sql_close_breakers, places, count, mem, e);
}

int place_db_trim_breakers(
        struct pg *pg, int64_t age_ms, int64_t most, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_num(&p, age_ms);
	pg_add_num(&p, most);
	return pg_run(pg, &sql_trim_breakers, &p, NULL, NULL, e);
}

int place_db_load_waiting(struct pg *pg, const struct str *what, size_t count, int64_t most,
        struct arena *mem, struct waiter **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, what, count);
	pg_add_num(&p, most);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_load_waiting, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct waiter *list = ARENA_TRY_ARRAY(mem, struct waiter, n + 1);
	if (!list)
		return err_set(e, ERR_RETRY, "out_of_memory", "%zu deliveries wait", n);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct waiter){
		        pg_text(rows, i, 0, mem), pg_text(rows, i, 1, mem), pg_num(rows, i, 2)};
	*out = list;
	*out_count = n;
	return 0;
}

int place_db_find_probers(struct pg *pg, int64_t most, struct arena *mem, struct str **out,
        size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_num(&p, most);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_find_probers, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct str *ids = arena_alloc(mem, (n + 1) * sizeof *ids);
	for (size_t i = 0; i < n; i++)
		ids[i] = pg_text(rows, i, 0, mem);
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
	ADD_TEXTS(&p, rows, count, delivery_id);
	ADD_TEXTS(&p, rows, count, what);
	ADD_NUMS(&p, rows, count, since_ms);
	return pg_run(pg, &sql_store_waiting, &p, NULL, NULL, e);
}

int place_db_drop_waiting(
        struct pg *pg, const struct str *ids, size_t count, struct arena *mem, struct err *e)
{
	return run_with_texts(pg, &sql_drop_waiting, ids, count, mem, e);
}
