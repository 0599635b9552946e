/* SPDX-License-Identifier: Apache-2.0 */
#include "quota_db.h"

#include "db_lists.h"

#include "sql/scheduler.h"

int quota_db_count(struct pg *pg, struct quota_names names, const int64_t begins_ms[2],
        struct arena *mem, struct quota_taken **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_COUNT_QUOTAS_TENANT, names.items, names.count, tenant);
	SET_TEXTS(&p, PARAM_COUNT_QUOTAS_DESTINATION, names.items, names.count, destination);
	pg_set_num(&p, PARAM_COUNT_QUOTAS_HOUR, begins_ms[0]);
	pg_set_num(&p, PARAM_COUNT_QUOTAS_DAY, begins_ms[1]);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_count_quotas, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct quota_taken *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct quota_taken){
		        {pg_text(rows, i, COL_COUNT_QUOTAS_TENANT, mem),
		                pg_text(rows, i, COL_COUNT_QUOTAS_DESTINATION, mem)},
		        pg_num(rows, i, COL_COUNT_QUOTAS_IN_HOUR),
		        pg_num(rows, i, COL_COUNT_QUOTAS_IN_DAY)};
	*out = list;
	*out_count = n;
	return 0;
}

int quota_db_queues(struct pg *pg, struct quota_names names, int64_t now_ms, int64_t most,
        struct arena *mem, struct quota_waiting **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_LOAD_QUOTA_QUEUES_TENANT, names.items, names.count, tenant);
	SET_TEXTS(&p, PARAM_LOAD_QUOTA_QUEUES_DESTINATION, names.items, names.count, destination);
	pg_set_num(&p, PARAM_LOAD_QUOTA_QUEUES_AT, now_ms);
	pg_set_num(&p, PARAM_LOAD_QUOTA_QUEUES_LIMIT, most);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_load_quota_queues, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct quota_waiting *list = ARENA_TRY_ARRAY(mem, struct quota_waiting, n + 1);
	if (!list)
		return err_set(e, ERR_RETRY, "out_of_memory", "%zu deliveries wait for quotas", n);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct quota_waiting){
		        {pg_text(rows, i, COL_LOAD_QUOTA_QUEUES_TENANT, mem),
		                pg_text(rows, i, COL_LOAD_QUOTA_QUEUES_DESTINATION, mem)},
		        pg_text(rows, i, COL_LOAD_QUOTA_QUEUES_DELIVERY_ID, mem)};
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
	SET_TEXTS(&p, PARAM_STORE_QUOTA_PLACES_ID, places, count, delivery_id);
	SET_TEXTS(&p, PARAM_STORE_QUOTA_PLACES_TENANT, places, count, tenant);
	SET_TEXTS(&p, PARAM_STORE_QUOTA_PLACES_DESTINATION, places, count, destination);
	pg_set_num(&p, PARAM_STORE_QUOTA_PLACES_NOW, now_ms);
	SET_NUMS(&p, PARAM_STORE_QUOTA_PLACES_FREE, places, count, free_ms);
	SET_NUMS(&p, PARAM_STORE_QUOTA_PLACES_BEGUN, places, count, begun_ms);
	return pg_run(pg, &sql_store_quota_places, &p, NULL, NULL, e);
}

int quota_db_begin(struct pg *pg, const struct str *ids, size_t count, int64_t now_ms,
        struct arena *mem, struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_BEGIN_QUOTA_PLACES_IDS, ids, count);
	pg_set_num(&p, PARAM_BEGIN_QUOTA_PLACES_AT, now_ms);
	return pg_run(pg, &sql_begin_quota_places, &p, NULL, NULL, e);
}

/* name: the column to read. */
static int read_texts(
        const struct pg_rows *rows, int name, struct arena *mem, struct quota_texts *out)
{
	out->count = pg_rows_count(rows);
	out->items = arena_alloc(mem, (out->count + 1) * sizeof *out->items);
	for (size_t i = 0; i < out->count; i++)
		out->items[i] = pg_text(rows, i, name, mem);
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
	pg_set_texts(&p, PARAM_DROP_QUOTA_PLACES_IDS, ids, count);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_drop_quota_places, &p, &rows, NULL, e);
	return act ? act : read_texts(rows, COL_DROP_QUOTA_PLACES_TENANT, mem, out_tenants);
}

int quota_db_return(struct pg *pg, const struct str *ids, size_t count, int64_t now_ms,
        struct arena *mem, struct quota_texts *out_tenants, struct err *e)
{
	*out_tenants = (struct quota_texts){0};
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_RETURN_QUOTA_PLACES_IDS, ids, count);
	pg_set_num(&p, PARAM_RETURN_QUOTA_PLACES_AT, now_ms);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_return_quota_places, &p, &rows, NULL, e);
	return act ? act : read_texts(rows, COL_RETURN_QUOTA_PLACES_TENANT, mem, out_tenants);
}

int quota_db_waiting(struct pg *pg, struct quota_texts tenants, int64_t most, struct arena *mem,
        struct quota_texts *out_ids, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_FIND_QUOTA_WAITING_TENANT, tenants.items, tenants.count);
	pg_set_num(&p, PARAM_FIND_QUOTA_WAITING_LIMIT, most);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_find_quota_waiting, &p, &rows, NULL, e);
	return act ? act : read_texts(rows, COL_FIND_QUOTA_WAITING_DELIVERY_ID, mem, out_ids);
}
