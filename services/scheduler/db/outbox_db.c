/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox_db.h"

#include "db_lists.h"

#include "sql/scheduler.h"

enum { INSERT_AT_ONCE = 1000 };

/* What the tables hold already is not stored once more. */
static struct outbox_row *stored_form(
        const struct outbox_row *rows, size_t count, struct arena *mem)
{
	struct outbox_row *kept = arena_alloc(mem, (count + 1) * sizeof *kept);
	for (size_t i = 0; i < count; i++) {
		kept[i] = rows[i];
		if (!rows[i].is_by_reference)
			continue;
		kept[i].value = kept[i].type = STR("");
		kept[i].key = rows[i].task_id.p
		                      ? STR("")
		                      : arena_printf(mem, "%lld", (long long)rows[i].version);
	}
	return kept;
}

static int insert(
        struct pg *pg, struct outbox_row *given, size_t count, struct arena *mem, struct err *e)
{
	const struct outbox_row *rows = stored_form(given, count, mem);
	struct pg_params p;
	pg_params_init(&p, mem);
	ADD_TEXTS(&p, rows, count, delivery_id);
	ADD_NUMS(&p, rows, count, topic);
	ADD_NUMS(&p, rows, count, partition);
	ADD_TEXTS(&p, rows, count, key);
	ADD_BYTES(&p, rows, count, value);
	ADD_TEXTS(&p, rows, count, type);
	ADD_TEXTS(&p, rows, count, tenant);
	ADD_TEXTS(&p, rows, count, task_id);
	ADD_NUMS(&p, rows, count, stored_us);
	AUTO_PG_ROWS ids = NULL;
	int bad = pg_run(pg, &sql_insert_outbox, &p, &ids, NULL, e);
	for (size_t i = 0; i < count && bad == 0; i++)
		given[i].id = pg_num(ids, i, 0);
	return bad;
}

int outbox_db_insert(
        struct pg *pg, struct outbox_row *rows, size_t count, struct arena *mem, struct err *e)
{
	int bad = 0;
	for (size_t i = 0; i < count && bad == 0; i += INSERT_AT_ONCE) {
		size_t n = count - i < INSERT_AT_ONCE ? count - i : INSERT_AT_ONCE;
		bad = insert(pg, rows + i, n, mem, e);
	}
	return bad;
}

int outbox_db_delete(struct pg *pg, const struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	ADD_NUMS(&p, rows, count, id);
	return pg_run(pg, &sql_delete_outbox, &p, NULL, NULL, e);
}

int outbox_db_sweep(struct pg *pg, const struct outbox_sweep *what, struct arena *mem,
        struct outbox_row **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_num(&p, what->age_ms);
	pg_add_num(&p, what->most);
	pg_add_nums(&p, what->topics, what->topics_count);
	pg_add_num(&p, OUTBOX_LEASE_MS);
	pg_add_num(&p, what->back_ms);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_sweep_outbox, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct outbox_row *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++) {
		int64_t topic = pg_num(rows, i, 2);
		if (topic < 0 || topic >= TOPIC_COUNT)
			return err_set(e, ERR_FATAL, "bad_row",
			        "outbox row %lld has no known topic",
			        (long long)pg_num(rows, i, 0));
		list[i] = (struct outbox_row){
		        .id = pg_num(rows, i, 0),
		        .delivery_id = pg_text(rows, i, 1, mem),
		        .topic = (enum topic)topic,
		        .partition = (int32_t)pg_num(rows, i, 3),
		        .key = pg_text(rows, i, 4, mem),
		        .value = pg_bytes(rows, i, 5, mem),
		        .type = pg_text(rows, i, 6, mem),
		        .tenant = pg_text(rows, i, 7, mem),
		        .task_id = pg_text(rows, i, 8, mem),
		};
		if (list[i].value.n == 0) {
			list[i].is_by_reference = true;
			list[i].value = (struct str){NULL, 0};
			(void)str_to_i64(list[i].key, &list[i].version);
		}
	}
	*out = list;
	*out_count = n;
	return 0;
}
