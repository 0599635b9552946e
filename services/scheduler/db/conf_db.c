/* SPDX-License-Identifier: Apache-2.0 */
#include "conf_db.h"

#include "db_lists.h"

#include "sql/scheduler.h"

static struct conf_document read_document(const struct pg_rows *rows, size_t i, struct arena *mem)
{
	return (struct conf_document){pg_text(rows, i, 0, mem), pg_text(rows, i, 1, mem),
	        pg_text(rows, i, 2, mem), pg_text(rows, i, 3, mem), pg_text(rows, i, 4, mem)};
}

int conf_db_load(struct pg *pg, const struct str *tenants, size_t count, struct arena *mem,
        struct conf_document **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, tenants, count);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_load_documents, &p, &rows, NULL, e);
	if (bad)
		return bad;
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
	pg_add(&p, tenant);
	pg_add(&p, route);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_load_route, &p, &rows, NULL, e);
	if (bad)
		return bad;
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
	pg_add(&p, tenant);
	pg_add(&p, audience);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_find_routes_of_audience, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	*out = arena_alloc(mem, (n + 1) * sizeof **out);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = pg_text(rows, i, 0, mem);
	*out_count = n;
	return 0;
}

int conf_db_load_specs(struct pg *pg, const struct str *hashes, size_t count, struct arena *mem,
        struct spec_row **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, hashes, count);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_load_specs, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct spec_row *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct spec_row){pg_text(rows, i, 0, mem), pg_bytes(rows, i, 1, mem)};
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
	ADD_TEXTS(&p, rows, count, hash);
	ADD_BYTES(&p, rows, count, body);
	return pg_run(pg, &sql_insert_specs, &p, NULL, NULL, e);
}
