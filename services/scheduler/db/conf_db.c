/* SPDX-License-Identifier: Apache-2.0 */
#include "conf_db.h"

#include "db_lists.h"

#include "sql/scheduler.h"

static struct conf_document read_document(const struct pg_rows *rows, size_t i, struct arena *mem)
{
	return (struct conf_document){pg_text(rows, i, COL_LOAD_DOCUMENTS_KIND, mem),
	        pg_text(rows, i, COL_LOAD_DOCUMENTS_TENANT, mem),
	        pg_text(rows, i, COL_LOAD_DOCUMENTS_NAME, mem),
	        pg_text(rows, i, COL_LOAD_DOCUMENTS_BODY, mem),
	        pg_text(rows, i, COL_LOAD_DOCUMENTS_APPLIED_BY, mem)};
}

int conf_db_load(struct pg *pg, const struct str *tenants, size_t count, struct arena *mem,
        struct conf_document **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_LOAD_DOCUMENTS_TENANTS, tenants, count);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_load_documents, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct conf_document *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = read_document(rows, i, mem);
	*out = list;
	*out_count = n;
	return 0;
}

int conf_db_load_route(struct pg *pg, struct str tenant, struct str route, struct arena *mem,
        struct conf_document *out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set(&p, PARAM_LOAD_ROUTE_TENANT, tenant);
	pg_set(&p, PARAM_LOAD_ROUTE_NAME, route);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_load_route, &p, &rows, NULL, e);
	if (act)
		return act;
	*out_count = pg_rows_count(rows);
	if (*out_count > 0)
		*out = read_document(rows, 0, mem);
	return 0;
}

int conf_db_routes_of(struct pg *pg, struct str tenant, struct str audience, struct arena *mem,
        struct str **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set(&p, PARAM_FIND_ROUTES_OF_AUDIENCE_TENANT, tenant);
	pg_set(&p, PARAM_FIND_ROUTES_OF_AUDIENCE_AUDIENCE, audience);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_find_routes_of_audience, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	*out = arena_alloc(mem, (n + 1) * sizeof **out);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = pg_text(rows, i, COL_FIND_ROUTES_OF_AUDIENCE_NAME, mem);
	*out_count = n;
	return 0;
}

int conf_db_load_specs(struct pg *pg, const struct str *hashes, size_t count, struct arena *mem,
        struct spec_row **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_LOAD_SPECS_HASHES, hashes, count);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_load_specs, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct spec_row *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct spec_row){pg_text(rows, i, COL_LOAD_SPECS_HASH, mem),
		        pg_bytes(rows, i, COL_LOAD_SPECS_BODY, mem)};
	*out = list;
	*out_count = n;
	return 0;
}

int conf_db_insert_specs(
        struct pg *pg, const struct spec_row *rows, size_t count, struct arena *mem, struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_INSERT_SPECS_HASH, rows, count, hash);
	SET_BYTES(&p, PARAM_INSERT_SPECS_BODY, rows, count, body);
	return pg_run(pg, &sql_insert_specs, &p, NULL, NULL, e);
}
