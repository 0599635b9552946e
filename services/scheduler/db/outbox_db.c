/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox_db.h"

#include "db_lists.h"

#include "sql/scheduler.h"

enum { INSERT_AT_ONCE = 1000 };

/* Leaves out what other tables already hold. */
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
	SET_TEXTS(&p, PARAM_INSERT_OUTBOX_ID, rows, count, delivery_id);
	SET_NUMS(&p, PARAM_INSERT_OUTBOX_TOPIC, rows, count, topic);
	SET_NUMS(&p, PARAM_INSERT_OUTBOX_PARTITION, rows, count, partition);
	SET_TEXTS(&p, PARAM_INSERT_OUTBOX_KEY, rows, count, key);
	SET_BYTES(&p, PARAM_INSERT_OUTBOX_VALUE, rows, count, value);
	SET_TEXTS(&p, PARAM_INSERT_OUTBOX_TYPE, rows, count, type);
	SET_TEXTS(&p, PARAM_INSERT_OUTBOX_TENANT, rows, count, tenant);
	SET_TEXTS(&p, PARAM_INSERT_OUTBOX_TASK_ID, rows, count, task_id);
	SET_NUMS(&p, PARAM_INSERT_OUTBOX_AT, rows, count, stored_us);
	AUTO_PG_ROWS ids = NULL;
	int act = pg_run(pg, &sql_insert_outbox, &p, &ids, NULL, e);
	for (size_t i = 0; i < count && act == 0; i++)
		given[i].id = pg_num(ids, i, COL_INSERT_OUTBOX_ID);
	return act;
}

int outbox_db_insert(
        struct pg *pg, struct outbox_row *rows, size_t count, struct arena *mem, struct err *e)
{
	int act = 0;
	for (size_t i = 0; i < count && act == 0; i += INSERT_AT_ONCE) {
		size_t n = count - i < INSERT_AT_ONCE ? count - i : INSERT_AT_ONCE;
		act = insert(pg, rows + i, n, mem, e);
	}
	return act;
}

int outbox_db_delete(struct pg *pg, const struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_NUMS(&p, PARAM_DELETE_OUTBOX_IDS, rows, count, id);
	return pg_run(pg, &sql_delete_outbox, &p, NULL, NULL, e);
}

int outbox_db_sweep(struct pg *pg, const struct outbox_sweep *what, struct arena *mem,
        struct outbox_row **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_num(&p, PARAM_SWEEP_OUTBOX_OVER_MS, what->age_ms);
	pg_set_num(&p, PARAM_SWEEP_OUTBOX_LIMIT, what->most);
	pg_set_nums(&p, PARAM_SWEEP_OUTBOX_TOPICS, what->topics, what->topics_count);
	pg_set_num(&p, PARAM_SWEEP_OUTBOX_CLAIM_MS, OUTBOX_LEASE_MS);
	pg_set_num(&p, PARAM_SWEEP_OUTBOX_BACK_MS, what->back_ms);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_sweep_outbox, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct outbox_row *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++) {
		int64_t topic = pg_num(rows, i, COL_SWEEP_OUTBOX_TOPIC);
		if (topic < 0 || topic >= TOPIC_COUNT)
			return err_set(e, ERR_FATAL, "bad_row",
			        "outbox row %lld has no known topic",
			        (long long)pg_num(rows, i, COL_SWEEP_OUTBOX_ID));
		list[i] = (struct outbox_row){
		        .id = pg_num(rows, i, COL_SWEEP_OUTBOX_ID),
		        .delivery_id = pg_text(rows, i, COL_SWEEP_OUTBOX_DELIVERY_ID, mem),
		        .topic = (enum topic)topic,
		        .partition = (int32_t)pg_num(rows, i, COL_SWEEP_OUTBOX_PARTITION),
		        .key = pg_text(rows, i, COL_SWEEP_OUTBOX_KEY, mem),
		        .value = pg_bytes(rows, i, COL_SWEEP_OUTBOX_VALUE, mem),
		        .type = pg_text(rows, i, COL_SWEEP_OUTBOX_TYPE, mem),
		        .tenant = pg_text(rows, i, COL_SWEEP_OUTBOX_TENANT, mem),
		        .task_id = pg_text(rows, i, COL_SWEEP_OUTBOX_TASK_ID, mem),
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
