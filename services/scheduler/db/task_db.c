/* SPDX-License-Identifier: Apache-2.0 */
#include "task_db.h"

#include "db_lists.h"
#include "stored.h"

#include "sql/scheduler.h"

enum { INSERT_AT_ONCE = 1000 }; /* rows per statement, to keep its literals small */

/* Most rows have the same text as the row before, and share it. */
static struct str text_like(
        const struct pg_rows *rows, size_t i, int name, struct str before, struct arena *mem)
{
	return pg_is_text(rows, i, name, before) ? before : pg_text(rows, i, name, mem);
}

struct words { /* of the previous row */
	struct str stage, status;
};

static int read_task(const struct pg_rows *rows, size_t i, struct words *words, struct arena *mem,
        struct loaded_task *out, struct err *e)
{
	static const struct loaded_task none;
	const struct loaded_task *before = i > 0 ? out - 1 : &none;
	struct str stage = words->stage =
	        text_like(rows, i, COL_LOAD_TASKS_STAGE, words->stage, mem);
	struct str status = words->status =
	        text_like(rows, i, COL_LOAD_TASKS_STATUS, words->status, mem);
	out->delivery_id = text_like(rows, i, COL_LOAD_TASKS_DELIVERY_ID, before->delivery_id, mem);
	struct task_row *row = &out->row;
	*row = (struct task_row){
	        .id = pg_text(rows, i, COL_LOAD_TASKS_TASK_ID, mem),
	        .revision = (int32_t)pg_num(rows, i, COL_LOAD_TASKS_REVISION),
	        .index = (int32_t)pg_num(rows, i, COL_LOAD_TASKS_INDEX),
	        .lane = text_like(rows, i, COL_LOAD_TASKS_LANE, before->row.lane, mem),
	        .issue = (int32_t)pg_num(rows, i, COL_LOAD_TASKS_ISSUE),
	        .attempts = (int32_t)pg_num(rows, i, COL_LOAD_TASKS_ATTEMPTS),
	        .ready_ms = pg_num(rows, i, COL_LOAD_TASKS_READY_MS),
	        .not_after_ms = pg_num(rows, i, COL_LOAD_TASKS_NOT_AFTER_MS),
	        .destination = text_like(
	                rows, i, COL_LOAD_TASKS_DESTINATION, before->row.destination, mem),
	};
	if (!stage_parse(stage, &row->stage) || !task_status_parse(status, &row->status))
		return err_set(e, ERR_FATAL, "bad_row",
		        "task " STR_FMT " has an unknown stage or status", STR_ARG(row->id));
	if (pg_is_null(rows, i, COL_LOAD_TASKS_RESULT))
		return 0;
	struct ev_task_result *result = ARENA_NEW(mem, struct ev_task_result);
	const struct stored_key key = {out->delivery_id, row->id, row->lane};
	struct str bytes;
	if (stored_unpack(&key, pg_bytes(rows, i, COL_LOAD_TASKS_RESULT, mem), mem, &bytes, e) !=
	                0 ||
	        event_decode(&ev_task_result_type, bytes, mem, result, e) != 0) {
		e->act = ERR_FATAL; /* it could be decoded before */
		return err_note(e, "stored result of task " STR_FMT, STR_ARG(row->id));
	}
	row->result = result;
	return 0;
}

static int read_tasks(struct pg *pg, const struct pg_statement *stmt, const struct pg_params *p,
        struct arena *mem, struct loaded_tasks *out, struct err *e)
{
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, stmt, p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct loaded_task *items = ARENA_TRY_ARRAY(mem, struct loaded_task, n + 1);
	if (!items)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE, "%zu task rows are too many", n);
	struct words words = {0};
	for (size_t i = 0; i < n && act == 0; i++) {
		act = read_task(rows, i, &words, mem, &items[i], e);
		if (act == 0 && arena_has_enough(mem))
			act = err_set(e, ERR_REJECT, CODE_TOO_LARGE,
			        "%zu of %zu task rows have more than %zu bytes", i + 1, n,
			        mem->enough_bytes);
	}
	*out = (struct loaded_tasks){items, n};
	return act;
}

int task_db_load(struct pg *pg, const struct str *task_ids, size_t count, struct arena *mem,
        struct loaded_tasks *out, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_LOAD_TASKS_IDS, task_ids, count);
	return read_tasks(pg, &sql_load_tasks, &p, mem, out, e);
}

int task_db_load_unfinished(struct pg *pg, const struct str *delivery_ids, size_t count,
        struct rows_max most, struct arena *mem, struct loaded_tasks *out, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_LOAD_UNFINISHED_IDS, delivery_ids, count);
	pg_set_num(&p, PARAM_LOAD_UNFINISHED_LIMIT, most.all);
	pg_set_num(&p, PARAM_LOAD_UNFINISHED_EACH, most.of_kind);
	return read_tasks(pg, &sql_load_unfinished, &p, mem, out, e);
}

static const char *wanted_word(struct wanted_stage wanted)
{
	return stage_plans[wanted.stage].name;
}

int task_db_load_stages(struct pg *pg, const struct wanted_stage *wanted, size_t count,
        int64_t most, struct arena *mem, struct loaded_tasks *out, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_LOAD_STAGES_ID, wanted, count, delivery_id);
	SET_NUMS(&p, PARAM_LOAD_STAGES_REVISION, wanted, count, revision);
	SET_WORDS(&p, PARAM_LOAD_STAGES_STAGE, wanted, count, wanted_word);
	pg_set_num(&p, PARAM_LOAD_STAGES_LIMIT, most);
	return read_tasks(pg, &sql_load_stages, &p, mem, out, e);
}

int task_db_load_resting(struct pg *pg, const struct wanted_stage *wanted, size_t count,
        int64_t most, struct arena *mem, struct loaded_tasks *out, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_LOAD_RESTING_ID, wanted, count, delivery_id);
	SET_NUMS(&p, PARAM_LOAD_RESTING_REVISION, wanted, count, revision);
	SET_WORDS(&p, PARAM_LOAD_RESTING_STAGE, wanted, count, wanted_word);
	pg_set_num(&p, PARAM_LOAD_RESTING_LIMIT, most);
	return read_tasks(pg, &sql_load_resting, &p, mem, out, e);
}

int task_db_load_open(struct pg *pg, const struct wanted_stage *wanted, int64_t floor, int64_t most,
        struct arena *mem, struct loaded_tasks *out, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set(&p, PARAM_LOAD_OPEN_DELIVERY, wanted->delivery_id);
	pg_set_num(&p, PARAM_LOAD_OPEN_REVISION, wanted->revision);
	pg_set(&p, PARAM_LOAD_OPEN_STAGE, str_c(wanted_word(*wanted)));
	pg_set_num(&p, PARAM_LOAD_OPEN_FIRST, floor);
	pg_set_num(&p, PARAM_LOAD_OPEN_LIMIT, most);
	return read_tasks(pg, &sql_load_open, &p, mem, out, e);
}

int task_db_load_page(struct pg *pg, const struct wanted_stage *wanted, struct index_range range,
        struct arena *mem, struct loaded_tasks *out, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set(&p, PARAM_LOAD_STAGE_PAGE_DELIVERY, wanted->delivery_id);
	pg_set_num(&p, PARAM_LOAD_STAGE_PAGE_REVISION, wanted->revision);
	pg_set(&p, PARAM_LOAD_STAGE_PAGE_STAGE, str_c(wanted_word(*wanted)));
	pg_set_num(&p, PARAM_LOAD_STAGE_PAGE_FIRST, range.first);
	pg_set_num(&p, PARAM_LOAD_STAGE_PAGE_LAST, range.last);
	return read_tasks(pg, &sql_load_stage_page, &p, mem, out, e);
}

int task_db_load_events(struct pg *pg, const struct str *task_ids, size_t count, struct arena *mem,
        struct task_event_row **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_LOAD_TASK_EVENTS_IDS, task_ids, count);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_load_task_events, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct task_event_row *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++) {
		const struct stored_key key = {
		        pg_text(rows, i, COL_LOAD_TASK_EVENTS_DELIVERY_ID, mem),
		        pg_text(rows, i, COL_LOAD_TASK_EVENTS_TASK_ID, mem),
		        pg_text(rows, i, COL_LOAD_TASK_EVENTS_LANE, mem)};
		list[i].task_id = key.task_id;
		act = stored_unpack(&key, pg_bytes(rows, i, COL_LOAD_TASK_EVENTS_EVENT, mem), mem,
		        &list[i].event, e);
		if (act) {
			e->act = ERR_FATAL; /* our own bytes */
			return err_note(e, "stored event of task " STR_FMT, STR_ARG(key.task_id));
		}
	}
	*out = list;
	*out_count = n;
	return 0;
}

static const char *stage_word(struct task_write write)
{
	return stage_plans[write.row.stage].name;
}

static const char *status_word(struct task_write write)
{
	return task_status_name(write.row.status);
}

/* Converts rows to the stored form. */
static int pack(const struct task_write *rows, size_t count, struct arena *mem,
        struct task_write **out, struct err *e)
{
	struct task_write *packed = arena_alloc(mem, count * sizeof *packed);
	for (size_t i = 0; i < count; i++) {
		struct task_row *row = &packed[i].row;
		packed[i] = rows[i];
		const struct stored_key key = {rows[i].delivery_id, row->id, row->lane};
		if (stored_pack(&key, row->event, mem, &row->event, e) != 0 ||
		        stored_pack(&key, row->result_bytes, mem, &row->result_bytes, e) != 0)
			return err_note(e, "task " STR_FMT, STR_ARG(row->id));
	}
	*out = packed;
	return 0;
}

static int insert(struct pg *pg, const struct task_write *given, size_t count, struct arena *mem,
        struct err *e)
{
	struct task_write *rows = NULL;
	if (pack(given, count, mem, &rows, e) != 0 || !rows)
		return e->act;
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_INSERT_TASKS_TASK, rows, count, row.id);
	SET_TEXTS(&p, PARAM_INSERT_TASKS_ID, rows, count, delivery_id);
	SET_NUMS(&p, PARAM_INSERT_TASKS_REVISION, rows, count, row.revision);
	SET_WORDS(&p, PARAM_INSERT_TASKS_STAGE, rows, count, stage_word);
	SET_NUMS(&p, PARAM_INSERT_TASKS_INDEX, rows, count, row.index);
	SET_TEXTS(&p, PARAM_INSERT_TASKS_LANE, rows, count, row.lane);
	SET_NUMS(&p, PARAM_INSERT_TASKS_ISSUE, rows, count, row.issue);
	SET_WORDS(&p, PARAM_INSERT_TASKS_STATUS, rows, count, status_word);
	SET_NUMS(&p, PARAM_INSERT_TASKS_READY, rows, count, row.ready_ms);
	SET_NUMS(&p, PARAM_INSERT_TASKS_NOT_AFTER, rows, count, row.not_after_ms);
	SET_BYTES(&p, PARAM_INSERT_TASKS_EVENT, rows, count, row.event);
	SET_TEXTS(&p, PARAM_INSERT_TASKS_TENANT, rows, count, tenant);
	SET_TEXTS(&p, PARAM_INSERT_TASKS_DESTINATION, rows, count, row.destination);
	SET_NUMS(&p, PARAM_INSERT_TASKS_ISSUED, rows, count, row.issued_ms);
	return pg_run(pg, &sql_insert_tasks, &p, NULL, NULL, e);
}

int task_db_insert(struct pg *pg, const struct task_write *rows, size_t count, struct arena *mem,
        struct err *e)
{
	int act = 0;
	for (size_t i = 0; i < count && act == 0; i += INSERT_AT_ONCE) {
		size_t n = count - i < INSERT_AT_ONCE ? count - i : INSERT_AT_ONCE;
		act = insert(pg, rows + i, n, mem, e);
	}
	return act;
}

int task_db_update(struct pg *pg, const struct task_write *given, size_t count, struct arena *mem,
        struct err *e)
{
	struct task_write *rows = NULL;
	if (count == 0)
		return 0;
	if (pack(given, count, mem, &rows, e) != 0 || !rows)
		return e->act;
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_UPDATE_TASKS_TASK, rows, count, row.id);
	SET_NUMS(&p, PARAM_UPDATE_TASKS_ISSUE, rows, count, row.issue);
	SET_NUMS(&p, PARAM_UPDATE_TASKS_ATTEMPTS, rows, count, row.attempts);
	SET_WORDS(&p, PARAM_UPDATE_TASKS_STATUS, rows, count, status_word);
	SET_NUMS(&p, PARAM_UPDATE_TASKS_READY, rows, count, row.ready_ms);
	SET_NUMS(&p, PARAM_UPDATE_TASKS_NOT_AFTER, rows, count, row.not_after_ms);
	SET_BYTES(&p, PARAM_UPDATE_TASKS_RESULT, rows, count, row.result_bytes);
	SET_NUMS(&p, PARAM_UPDATE_TASKS_ISSUED, rows, count, row.issued_ms);
	SET_NUMS(&p, PARAM_UPDATE_TASKS_STARTED, rows, count, started_ms);
	SET_NUMS(&p, PARAM_UPDATE_TASKS_DONE, rows, count, done_ms);
	SET_TEXTS(&p, PARAM_UPDATE_TASKS_WORKER, rows, count, worker);
	SET_NUMS(&p, PARAM_UPDATE_TASKS_ROWS, rows, count, rows_done);
	return pg_run(pg, &sql_update_tasks, &p, NULL, NULL, e);
}

int task_db_drop(struct pg *pg, const struct str *delivery_ids, size_t count, struct arena *mem,
        struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_DROP_TASKS_IDS, delivery_ids, count);
	return pg_run(pg, &sql_drop_tasks, &p, NULL, NULL, e);
}

int task_db_lock_caps(
        struct pg *pg, const struct str *names, size_t count, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_LOCK_CAPS_NAMES, names, count);
	AUTO_PG_ROWS rows = NULL;
	return pg_run(pg, &sql_lock_caps, &p, &rows, NULL, e);
}

int task_db_count_flight(struct pg *pg, const struct cap_names *names, struct arena *mem,
        struct flight **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_COUNT_FLIGHT_TENANTS, names->tenants, names->tenants_count);
	pg_set_texts(&p, PARAM_COUNT_FLIGHT_DESTINATIONS, names->destinations,
	        names->destinations_count);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_count_flight, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct flight *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct flight){
		        str_eq(pg_text(rows, i, COL_COUNT_FLIGHT_KIND, mem), STR("tenant")),
		        pg_text(rows, i, COL_COUNT_FLIGHT_NAME, mem),
		        pg_num(rows, i, COL_COUNT_FLIGHT_TASKS)};
	*out = list;
	*out_count = n;
	return 0;
}

int task_db_remove_old(struct pg *pg, const struct tidy_bounds *bounds, struct arena *mem,
        int64_t *out_rows, int64_t *out_deliveries, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_num(&p, PARAM_REMOVE_TASKS_OVER_MS, bounds->age_ms);
	pg_set_num(&p, PARAM_REMOVE_TASKS_DELIVERIES, bounds->deliveries);
	pg_set_num(&p, PARAM_REMOVE_TASKS_ROWS, bounds->rows);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_remove_tasks, &p, &rows, NULL, e);
	if (act)
		return act;
	*out_rows = pg_num(rows, 0, COL_REMOVE_TASKS_ROWS);
	*out_deliveries = pg_num(rows, 0, COL_REMOVE_TASKS_DELIVERIES);
	return 0;
}
