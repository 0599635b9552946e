/* SPDX-License-Identifier: Apache-2.0 */
#include "drop_place_db.h"

#include "db_lists.h"

#include "sql/scheduler.h"

int drop_place_db_remember(struct pg *pg, const struct drop_place_row *rows, size_t count,
        struct arena *mem, struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_REMEMBER_PLACES_URL, rows, count, url);
	SET_TEXTS(&p, PARAM_REMEMBER_PLACES_IDENTITY, rows, count, identity);
	SET_TEXTS(&p, PARAM_REMEMBER_PLACES_TOLD_BY, rows, count, told_by);
	return pg_run(pg, &sql_remember_places, &p, NULL, NULL, e);
}

int drop_place_db_accept(struct pg *pg, const struct drop_place_row *row, struct str replaced,
        struct str actor, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set(&p, PARAM_ACCEPT_PLACE_URL, row->url);
	pg_set(&p, PARAM_ACCEPT_PLACE_WAS, replaced);
	pg_set(&p, PARAM_ACCEPT_PLACE_IDENTITY, row->identity);
	pg_set(&p, PARAM_ACCEPT_PLACE_DELIVERY, row->told_by);
	pg_set(&p, PARAM_ACCEPT_PLACE_BY, actor);
	return pg_run(pg, &sql_accept_place, &p, NULL, NULL, e);
}

int drop_place_db_load(struct pg *pg, const struct str *urls, size_t count, struct arena *mem,
        struct drop_place_row **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_LOAD_PLACES_URLS, urls, count);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_load_places, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct drop_place_row *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct drop_place_row){.url = pg_text(rows, i, COL_LOAD_PLACES_URL, mem),
		        .identity = pg_text(rows, i, COL_LOAD_PLACES_IDENTITY, mem)};
	*out = list;
	*out_count = n;
	return 0;
}
