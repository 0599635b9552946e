/* SPDX-License-Identifier: Apache-2.0 */
#include "quota_db.h"

#include "db_lists.h"

#include "sql/scheduler.h"

static void add_names(struct pg_params *p, struct quota_names names)
{
	ADD_TEXTS(p, names.items, names.count, tenant);
	ADD_TEXTS(p, names.items, names.count, destination);
}

static struct quota_name read_name(const struct pg_rows *rows, size_t i, struct arena *mem)
{
	return (struct quota_name){pg_text(rows, i, 0, mem), pg_text(rows, i, 1, mem)};
}

int quota_db_count(struct pg *pg, struct quota_names names, const int64_t begins_ms[2],
        struct arena *mem, struct quota_taken **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	add_names(&p, names);
	pg_add_num(&p, begins_ms[0]);
	pg_add_num(&p, begins_ms[1]);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_count_quotas, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct quota_taken *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct quota_taken){
		        read_name(rows, i, mem), pg_num(rows, i, 2), pg_num(rows, i, 3)};
	*out = list;
	*out_count = n;
	return 0;
}

int quota_db_queues(struct pg *pg, struct quota_names names, int64_t now_ms, int64_t most,
        struct arena *mem, struct quota_waiting **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	add_names(&p, names);
	pg_add_num(&p, now_ms);
	pg_add_num(&p, most);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_load_quota_queues, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct quota_waiting *list = ARENA_TRY_ARRAY(mem, struct quota_waiting, n + 1);
	if (!list)
		return err_set(e, ERR_RETRY, "out_of_memory", "%zu deliveries wait for quotas", n);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct quota_waiting){read_name(rows, i, mem), pg_text(rows, i, 2, mem)};
	*out = list;
	*out_count = n;
	return 0;
}

int quota_db_store(struct pg *pg, const struct quota_place *places, size_t count, int64_t now_ms,
        struct arena *mem, struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	ADD_TEXTS(&p, places, count, delivery_id);
	ADD_TEXTS(&p, places, count, tenant);
	ADD_TEXTS(&p, places, count, destination);
	pg_add_num(&p, now_ms);
	ADD_NUMS(&p, places, count, free_ms);
	ADD_NUMS(&p, places, count, begun_ms);
	return pg_run(pg, &sql_store_quota_places, &p, NULL, NULL, e);
}

int quota_db_begin(struct pg *pg, const struct str *ids, size_t count, int64_t now_ms,
        struct arena *mem, struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, ids, count);
	pg_add_num(&p, now_ms);
	return pg_run(pg, &sql_begin_quota_places, &p, NULL, NULL, e);
}

static int read_texts(struct pg *pg, const struct pg_statement *stmt, const struct pg_params *p,
        struct quota_texts *out, struct err *e)
{
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, stmt, p, &rows, NULL, e);
	if (bad)
		return bad;
	out->count = pg_rows_count(rows);
	out->items = arena_alloc(p->mem, (out->count + 1) * sizeof *out->items);
	for (size_t i = 0; i < out->count; i++)
		out->items[i] = pg_text(rows, i, 0, p->mem);
	return 0;
}

int quota_db_drop(struct pg *pg, const struct str *ids, size_t count, struct arena *mem,
        struct quota_texts *out_tenants, struct err *e)
{
	if (count == 0) {
		*out_tenants = (struct quota_texts){0};
		return 0;
	}
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, ids, count);
	return read_texts(pg, &sql_drop_quota_places, &p, out_tenants, e);
}

int quota_db_return(struct pg *pg, const struct str *ids, size_t count, int64_t now_ms,
        struct arena *mem, struct quota_texts *out_tenants, struct err *e)
{
	*out_tenants = (struct quota_texts){0};
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, ids, count);
	pg_add_num(&p, now_ms);
	return read_texts(pg, &sql_return_quota_places, &p, out_tenants, e);
}

int quota_db_waiting(struct pg *pg, struct quota_texts tenants, int64_t most, struct arena *mem,
        struct quota_texts *out_ids, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, tenants.items, tenants.count);
	pg_add_num(&p, most);
	return read_texts(pg, &sql_find_quota_waiting, &p, out_ids, e);
}
