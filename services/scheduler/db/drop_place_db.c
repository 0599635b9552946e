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
	ADD_TEXTS(&p, rows, count, url);
	ADD_TEXTS(&p, rows, count, identity);
	ADD_TEXTS(&p, rows, count, told_by);
	return pg_run(pg, &sql_remember_places, &p, NULL, NULL, e);
}

int drop_place_db_accept(struct pg *pg, const struct drop_place_row *row, struct str replaced,
        struct str actor, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add(&p, row->url);
	pg_add(&p, replaced);
	pg_add(&p, row->identity);
	pg_add(&p, row->told_by);
	pg_add(&p, actor);
	return pg_run(pg, &sql_accept_place, &p, NULL, NULL, e);
}

int drop_place_db_load(struct pg *pg, const struct str *urls, size_t count, struct arena *mem,
        struct drop_place_row **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, urls, count);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_load_places, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct drop_place_row *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct drop_place_row){
		        .url = pg_text(rows, i, 0, mem), .identity = pg_text(rows, i, 1, mem)};
	*out = list;
	*out_count = n;
	return 0;
}
