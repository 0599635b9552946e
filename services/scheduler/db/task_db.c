/* SPDX-License-Identifier: Apache-2.0 */
#include "task_db.h"

#include "db_lists.h"
#include "stored.h"

#include "sql/scheduler.h"

enum { INSERT_AT_ONCE = 1000 }; /* rows of one statement, so that its literal stays small */

/* Most rows have it as the one before them: then they share it. */
static struct str text_like(
        const struct pg_rows *rows, size_t i, int column, struct str before, struct arena *mem)
{
	return pg_is_text(rows, i, column, before) ? before : pg_text(rows, i, column, mem);
}

struct words { /* of the row before */
	struct str stage, status;
};

static int read_task(const struct pg_rows *rows, size_t i, struct words *words, struct arena *mem,
        struct loaded_task *out, struct err *e)
{
	static const struct loaded_task none;
	const struct loaded_task *before = i > 0 ? out - 1 : &none;
	struct str stage = words->stage = text_like(rows, i, 3, words->stage, mem);
	struct str status = words->status = text_like(rows, i, 8, words->status, mem);
	out->delivery_id = text_like(rows, i, 0, before->delivery_id, mem);
	struct task_row *row = &out->row;
	*row = (struct task_row){
	        .id = pg_text(rows, i, 1, mem),
	        .revision = (int32_t)pg_num(rows, i, 2),
	        .index = (int32_t)pg_num(rows, i, 4),
	        .lane = text_like(rows, i, 5, before->row.lane, mem),
	        .issue = (int32_t)pg_num(rows, i, 6),
	        .attempts = (int32_t)pg_num(rows, i, 7),
	        .ready_ms = pg_num(rows, i, 9),
	        .not_after_ms = pg_num(rows, i, 10),
	        .destination = text_like(rows, i, 11, before->row.destination, mem),
	};
	if (!stage_parse(stage, &row->stage) || !task_status_parse(status, &row->status))
		return err_set(e, ERR_FATAL, "bad_row",
		        "task " STR_FMT " has an unknown stage or status", STR_ARG(row->id));
	if (pg_is_null(rows, i, 12))
		return 0;
	struct ev_task_result *result = ARENA_NEW(mem, struct ev_task_result);
	const struct stored_key key = {out->delivery_id, row->id, row->lane};
	struct str bytes;
	if (stored_unpack(&key, pg_bytes(rows, i, 12, mem), mem, &bytes, e) != 0 ||
	        event_decode(&ev_task_result_type, bytes, mem, result, e) != 0) {
		e->act = ERR_FATAL; /* it was read once */
		return err_note(e, "stored result of task " STR_FMT, STR_ARG(row->id));
	}
	row->result = result;
	return 0;
}

static int read_tasks(struct pg *pg, const struct pg_statement *stmt, const struct pg_params *p,
        struct arena *mem, struct loaded_tasks *out, struct err *e)
{
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, stmt, p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct loaded_task *items = ARENA_TRY_ARRAY(mem, struct loaded_task, n + 1);
	if (!items)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE, "%zu task rows are too many", n);
	struct words words = {0};
	for (size_t i = 0; i < n && bad == 0; i++) {
		bad = read_task(rows, i, &words, mem, &items[i], e);
		if (bad == 0 && arena_has_enough(mem))
			bad = err_set(e, ERR_REJECT, CODE_TOO_LARGE,
			        "%zu of %zu task rows have more than %zu bytes", i + 1, n,
			        mem->enough_bytes);
	}
	*out = (struct loaded_tasks){items, n};
	return bad;
}

int task_db_load(struct pg *pg, const struct str *task_ids, size_t count, struct arena *mem,
        struct loaded_tasks *out, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, task_ids, count);
	return read_tasks(pg, &sql_load_tasks, &p, mem, out, e);
}

int task_db_load_unfinished(struct pg *pg, const struct str *delivery_ids, size_t count,
        struct rows_most most, struct arena *mem, struct loaded_tasks *out, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, delivery_ids, count);
	pg_add_num(&p, most.all);
	pg_add_num(&p, most.of_kind);
	return read_tasks(pg, &sql_load_unfinished, &p, mem, out, e);
}

static const char *wanted_word(struct wanted_stage wanted)
{
	return stage_plan(wanted.stage)->name;
}

int task_db_load_stages(struct pg *pg, const struct wanted_stage *wanted, size_t count,
        int64_t most, struct arena *mem, struct loaded_tasks *out, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	ADD_TEXTS(&p, wanted, count, delivery_id);
	ADD_NUMS(&p, wanted, count, revision);
	ADD_WORDS(&p, wanted, count, wanted_word);
	pg_add_num(&p, most);
	return read_tasks(pg, &sql_load_stages, &p, mem, out, e);
}

int task_db_load_resting(struct pg *pg, const struct wanted_stage *wanted, size_t count,
        int64_t most, struct arena *mem, struct loaded_tasks *out, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	ADD_TEXTS(&p, wanted, count, delivery_id);
	ADD_NUMS(&p, wanted, count, revision);
	ADD_WORDS(&p, wanted, count, wanted_word);
	pg_add_num(&p, most);
	return read_tasks(pg, &sql_load_resting, &p, mem, out, e);
}

static void add_wanted(struct pg_params *p, const struct wanted_stage *wanted)
{
	pg_add(p, wanted->delivery_id);
	pg_add_num(p, wanted->revision);
	pg_add(p, str_c(wanted_word(*wanted)));
}

int task_db_load_open(struct pg *pg, const struct wanted_stage *wanted, int64_t floor, int64_t most,
        struct arena *mem, struct loaded_tasks *out, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	add_wanted(&p, wanted);
	pg_add_num(&p, floor);
	pg_add_num(&p, most);
	return read_tasks(pg, &sql_load_open, &p, mem, out, e);
}

int task_db_load_page(struct pg *pg, const struct wanted_stage *wanted, struct index_range range,
        struct arena *mem, struct loaded_tasks *out, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	add_wanted(&p, wanted);
	pg_add_num(&p, range.first);
	pg_add_num(&p, range.last);
	return read_tasks(pg, &sql_load_stage_page, &p, mem, out, e);
}

int task_db_load_events(struct pg *pg, const struct str *task_ids, size_t count, struct arena *mem,
        struct task_event_row **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, task_ids, count);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_load_task_events, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct task_event_row *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++) {
		const struct stored_key key = {pg_text(rows, i, 2, mem), pg_text(rows, i, 0, mem),
		        pg_text(rows, i, 3, mem)};
		list[i].task_id = key.task_id;
		bad = stored_unpack(&key, pg_bytes(rows, i, 1, mem), mem, &list[i].event, e);
		if (bad) {
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
	return stage_plan(write.row.stage)->name;
}

static const char *status_word(struct task_write write)
{
	return task_status_name(write.row.status);
}

/* The form that is stored. */
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
	ADD_TEXTS(&p, rows, count, row.id);
	ADD_TEXTS(&p, rows, count, delivery_id);
	ADD_NUMS(&p, rows, count, row.revision);
	ADD_WORDS(&p, rows, count, stage_word);
	ADD_NUMS(&p, rows, count, row.index);
	ADD_TEXTS(&p, rows, count, row.lane);
	ADD_NUMS(&p, rows, count, row.issue);
	ADD_WORDS(&p, rows, count, status_word);
	ADD_NUMS(&p, rows, count, row.ready_ms);
	ADD_NUMS(&p, rows, count, row.not_after_ms);
	ADD_BYTES(&p, rows, count, row.event);
	ADD_TEXTS(&p, rows, count, tenant);
	ADD_TEXTS(&p, rows, count, row.destination);
	ADD_NUMS(&p, rows, count, row.issued_ms);
	return pg_run(pg, &sql_insert_tasks, &p, NULL, NULL, e);
}

int task_db_insert(struct pg *pg, const struct task_write *rows, size_t count, struct arena *mem,
        struct err *e)
{
	int bad = 0;
	for (size_t i = 0; i < count && bad == 0; i += INSERT_AT_ONCE) {
		size_t n = count - i < INSERT_AT_ONCE ? count - i : INSERT_AT_ONCE;
		bad = insert(pg, rows + i, n, mem, e);
	}
	return bad;
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
	ADD_TEXTS(&p, rows, count, row.id);
	ADD_NUMS(&p, rows, count, row.issue);
	ADD_NUMS(&p, rows, count, row.attempts);
	ADD_WORDS(&p, rows, count, status_word);
	ADD_NUMS(&p, rows, count, row.ready_ms);
	ADD_NUMS(&p, rows, count, row.not_after_ms);
	ADD_BYTES(&p, rows, count, row.result_bytes);
	ADD_NUMS(&p, rows, count, row.issued_ms);
	ADD_NUMS(&p, rows, count, started_ms);
	ADD_NUMS(&p, rows, count, done_ms);
	ADD_TEXTS(&p, rows, count, worker);
	ADD_NUMS(&p, rows, count, rows_done);
	return pg_run(pg, &sql_update_tasks, &p, NULL, NULL, e);
}

int task_db_drop(struct pg *pg, const struct str *delivery_ids, size_t count, struct arena *mem,
        struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, delivery_ids, count);
	return pg_run(pg, &sql_drop_tasks, &p, NULL, NULL, e);
}

int task_db_lock_caps(
        struct pg *pg, const struct str *names, size_t count, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, names, count);
	AUTO_PG_ROWS rows = NULL;
	return pg_run(pg, &sql_lock_caps, &p, &rows, NULL, e);
}

static void add_names(struct pg_params *p, const struct cap_names *names)
{
	pg_add_texts(p, names->tenants, names->tenants_count);
	pg_add_texts(p, names->destinations, names->destinations_count);
}

int task_db_count_flight(struct pg *pg, const struct cap_names *names, struct arena *mem,
        struct flight **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	add_names(&p, names);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_count_flight, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct flight *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct flight){str_eq(pg_text(rows, i, 0, mem), STR("tenant")),
		        pg_text(rows, i, 1, mem), pg_num(rows, i, 2)};
	*out = list;
	*out_count = n;
	return 0;
}

int task_db_remove_old(struct pg *pg, const struct tidy_bounds *bounds, struct arena *mem,
        int64_t *out_rows, int64_t *out_deliveries, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_num(&p, bounds->age_ms);
	pg_add_num(&p, bounds->deliveries);
	pg_add_num(&p, bounds->rows);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_remove_tasks, &p, &rows, NULL, e);
	if (bad)
		return bad;
	*out_rows = pg_num(rows, 0, 0);
	*out_deliveries = pg_num(rows, 0, 1);
	return 0;
}
