/* SPDX-License-Identifier: Apache-2.0 */
#include "state_db.h"

#include "db_lists.h"
#include "stored.h"

#include "sql/scheduler.h"

int db_begin(struct pg *pg, struct err *e)
{
	return pg_tx_begin(pg, e);
}

int db_commit(struct pg *pg, struct err *e)
{
	return pg_tx_commit(pg, e);
}

void db_rollback(struct pg *pg)
{
	pg_tx_rollback(pg);
}

static int read_state(const struct pg_rows *rows, size_t i, struct arena *mem,
        struct state_row *out, struct err *e)
{
	struct delivery *x = &out->x;
	struct str kind = pg_text(rows, i, COL_LOAD_STATES_KIND, mem),
	           state = pg_text(rows, i, COL_LOAD_STATES_STATE, mem);
	*x = (struct delivery){
	        .id = pg_text(rows, i, COL_LOAD_STATES_DELIVERY_ID, mem),
	        .kind = str_eq(kind, STR("build")) ? KIND_BUILD : KIND_DELIVERY,
	        .tenant = pg_text(rows, i, COL_LOAD_STATES_TENANT, mem),
	        .route = pg_text(rows, i, COL_LOAD_STATES_ROUTE, mem),
	        .audience = pg_text(rows, i, COL_LOAD_STATES_AUDIENCE, mem),
	        .destination = pg_text(rows, i, COL_LOAD_STATES_DESTINATION, mem),
	        .reason = pg_text(rows, i, COL_LOAD_STATES_REASON, mem),
	        .revision = (int32_t)pg_num(rows, i, COL_LOAD_STATES_REVISION),
	        .version = pg_num(rows, i, COL_LOAD_STATES_VERSION),
	        .status_version = pg_num(rows, i, COL_LOAD_STATES_STATUS_VERSION),
	        .due_ms = pg_num(rows, i, COL_LOAD_STATES_DUE_MS),
	        .planned_ms = pg_num(rows, i, COL_LOAD_STATES_PLANNED_MS),
	        .spec_hash = pg_text(rows, i, COL_LOAD_STATES_SPEC_HASH, mem),
	        .created_ms = pg_num(rows, i, COL_LOAD_STATES_CREATED_MS),
	        .changed_ms = pg_num(rows, i, COL_LOAD_STATES_CHANGED_MS),
	};
	out->waits_what = pg_is_null(rows, i, COL_LOAD_STATES_WAITS_FOR)
	                          ? (struct str){NULL, 0}
	                          : pg_text(rows, i, COL_LOAD_STATES_WAITS_FOR, mem);
	out->waits_since_ms = pg_num(rows, i, COL_LOAD_STATES_WAITS_SINCE_MS);
	x->tasks_out = (int32_t)pg_num(rows, i, COL_LOAD_STATES_TASKS_OUT);
	x->destination_tasks_out = (int32_t)pg_num(rows, i, COL_LOAD_STATES_DESTINATION_TASKS_OUT);
	if (!delivery_state_parse(state, &x->state))
		return err_set(e, ERR_FATAL, "bad_row",
		        "delivery " STR_FMT " has the unknown state " STR_FMT
		        "; is this scheduler older than the one that wrote it?",
		        STR_ARG(x->id), STR_ARG(state));
	const struct stored_key key = {.delivery_id = x->id};
	if (stored_unpack(&key, pg_bytes(rows, i, COL_LOAD_STATES_MEMORY, mem), mem, &out->memory,
	            e) != 0 ||
	        stored_unpack(&key, pg_bytes(rows, i, COL_LOAD_STATES_STATUS, mem), mem,
	                &out->status, e) != 0 ||
	        event_decode(&ev_delivery_memory_type, out->memory, mem, &x->memory, e) != 0) {
		e->act = ERR_FATAL; /* our own bytes */
		return err_note(e, "memory of delivery " STR_FMT, STR_ARG(x->id));
	}
	return 0;
}

int state_db_load(struct pg *pg, const struct str *ids, size_t count, struct arena *mem,
        struct db_clock *clock, struct state_row **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_LOAD_STATES_IDS, ids, count);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_load_states, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct state_row *list = arena_alloc(mem, (n + 1) * sizeof *list);
	size_t found = 0;
	for (size_t i = 0; i < n; i++) {
		if (pg_is_null(rows, i, COL_LOAD_STATES_DELIVERY_ID))
			continue;
		act = read_state(rows, i, mem, &list[found++], e);
		if (act)
			return act;
	}
	*clock = (struct db_clock){
	        pg_num(rows, 0, COL_LOAD_STATES_NOW_MS), pg_num(rows, 0, COL_LOAD_STATES_TIMELINE)};
	*out = list;
	*out_count = found;
	return 0;
}

int state_db_lock(struct pg *pg, const struct delivery *const *before, size_t count,
        struct arena *mem, struct err *e)
{
	struct str *ids = arena_alloc(mem, (count + 1) * sizeof *ids);
	for (size_t i = 0; i < count; i++)
		ids[i] = before[i]->id;
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_LOCK_STATES_IDS, ids, count);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_lock_states, &p, &rows, NULL, e);
	if (act)
		return act;
	if (pg_rows_count(rows) != count)
		return err_set(e, ERR_FENCED, "version", "a delivery is gone");
	/* Both are in id order if the database's collation has that order, so find each row by
	 * id. */
	for (size_t i = 0; i < count; i++) {
		struct str id = pg_text(rows, i, COL_LOCK_STATES_DELIVERY_ID, mem);
		for (size_t k = 0; k < count; k++) {
			size_t at = (i + k) % count;
			if (!str_eq(before[at]->id, id))
				continue;
			if (before[at]->version != pg_num(rows, i, COL_LOCK_STATES_VERSION))
				return err_set(e, ERR_FENCED, "version",
				        "delivery " STR_FMT " was changed by another scheduler",
				        STR_ARG(id));
			break;
		}
	}
	return 0;
}

static const char *kind_word(struct state_row row)
{
	return delivery_kind_name(row.x.kind);
}

static const char *state_word(struct state_row row)
{
	return delivery_state_name(row.x.state);
}

/* Converts rows to the stored form. */
static int pack(const struct state_row *rows, size_t count, struct arena *mem,
        struct state_row **out, struct err *e)
{
	struct state_row *packed = arena_alloc(mem, count * sizeof *packed);
	for (size_t i = 0; i < count; i++) {
		const struct stored_key key = {.delivery_id = rows[i].x.id};
		packed[i] = rows[i];
		if (stored_pack(&key, rows[i].memory, mem, &packed[i].memory, e) != 0 ||
		        stored_pack(&key, rows[i].status, mem, &packed[i].status, e) != 0)
			return err_note(e, "delivery " STR_FMT, STR_ARG(rows[i].x.id));
	}
	*out = packed;
	return 0;
}

enum { ANSWERS_SHOWN = 16 };

/* The newest answers to commands, one per line, for the people who wait for them; absent: none. */
static struct str answers_of(const struct ev_delivery_memory *m, struct arena *mem)
{
	struct str text = {NULL, 0};
	size_t from = m->handled_count > ANSWERS_SHOWN ? m->handled_count - ANSWERS_SHOWN : 0;
	for (size_t i = from; i < m->handled_count; i++) {
		struct str answer = arena_str(mem, m->handled[i].answer);
		for (size_t k = 0; k < answer.n; k++) {
			char *c = (char *)(uintptr_t)answer.p + k; /* our own copy */
			*c = *c == '\n' ? ' ' : *c;
		}
		text = arena_printf(mem, STR_FMT "%s" STR_FMT " " STR_FMT, STR_ARG(text),
		        text.n > 0 ? "\n" : "", STR_ARG(m->handled[i].identity), STR_ARG(answer));
	}
	return text;
}

static struct str *list_answers(const struct state_row *rows, size_t count, struct arena *mem)
{
	struct str *list = arena_alloc(mem, count * sizeof *list);
	for (size_t i = 0; i < count; i++)
		list[i] = answers_of(&rows[i].x.memory, mem);
	return list;
}

int state_db_insert(struct pg *pg, const struct state_row *given, size_t count, struct arena *mem,
        struct err *e)
{
	struct state_row *rows = NULL;
	if (count == 0)
		return 0;
	if (pack(given, count, mem, &rows, e) != 0 || !rows)
		return e->act;
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_INSERT_STATES_ID, rows, count, x.id);
	SET_WORDS(&p, PARAM_INSERT_STATES_KIND, rows, count, kind_word);
	SET_TEXTS(&p, PARAM_INSERT_STATES_TENANT, rows, count, x.tenant);
	SET_TEXTS(&p, PARAM_INSERT_STATES_ROUTE, rows, count, x.route);
	SET_TEXTS(&p, PARAM_INSERT_STATES_AUDIENCE, rows, count, x.audience);
	SET_TEXTS(&p, PARAM_INSERT_STATES_DESTINATION, rows, count, x.destination);
	SET_WORDS(&p, PARAM_INSERT_STATES_STATE, rows, count, state_word);
	SET_TEXTS(&p, PARAM_INSERT_STATES_REASON, rows, count, x.reason);
	SET_NUMS(&p, PARAM_INSERT_STATES_REVISION, rows, count, x.revision);
	SET_NUMS(&p, PARAM_INSERT_STATES_VERSION, rows, count, x.version);
	SET_NUMS(&p, PARAM_INSERT_STATES_STATUS_VERSION, rows, count, x.status_version);
	SET_NUMS(&p, PARAM_INSERT_STATES_DUE, rows, count, x.due_ms);
	SET_NUMS(&p, PARAM_INSERT_STATES_PLANNED, rows, count, x.planned_ms);
	SET_TEXTS(&p, PARAM_INSERT_STATES_SPEC_HASH, rows, count, x.spec_hash);
	SET_NUMS(&p, PARAM_INSERT_STATES_CHANGED, rows, count, x.changed_ms);
	SET_BYTES(&p, PARAM_INSERT_STATES_MEMORY, rows, count, memory);
	SET_NUMS(&p, PARAM_INSERT_STATES_OUT, rows, count, x.tasks_out);
	SET_NUMS(&p, PARAM_INSERT_STATES_THERE, rows, count, x.destination_tasks_out);
	int64_t changed = 0;
	int act = pg_run(pg, &sql_insert_states, &p, NULL, &changed, e);
	if (act == 0 && changed != (int64_t)count)
		return err_set(e, ERR_FENCED, "version", "a delivery already existed");
	return act;
}

int state_db_update(struct pg *pg, const struct state_row *given, size_t count, struct arena *mem,
        struct err *e)
{
	struct state_row *rows = NULL;
	if (count == 0)
		return 0;
	if (pack(given, count, mem, &rows, e) != 0 || !rows)
		return e->act;
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_UPDATE_STATES_ID, rows, count, x.id);
	SET_WORDS(&p, PARAM_UPDATE_STATES_STATE, rows, count, state_word);
	SET_TEXTS(&p, PARAM_UPDATE_STATES_REASON, rows, count, x.reason);
	SET_NUMS(&p, PARAM_UPDATE_STATES_REVISION, rows, count, x.revision);
	SET_NUMS(&p, PARAM_UPDATE_STATES_VERSION, rows, count, x.version);
	SET_NUMS(&p, PARAM_UPDATE_STATES_STATUS_VERSION, rows, count, x.status_version);
	SET_NUMS(&p, PARAM_UPDATE_STATES_DUE, rows, count, x.due_ms);
	SET_TEXTS(&p, PARAM_UPDATE_STATES_SPEC_HASH, rows, count, x.spec_hash);
	SET_NUMS(&p, PARAM_UPDATE_STATES_CHANGED, rows, count, x.changed_ms);
	SET_BYTES(&p, PARAM_UPDATE_STATES_MEMORY, rows, count, memory);
	SET_BYTES(&p, PARAM_UPDATE_STATES_STATUS, rows, count, status);
	SET_TEXTS(&p, PARAM_UPDATE_STATES_AUDIENCE, rows, count, x.audience);
	SET_TEXTS(&p, PARAM_UPDATE_STATES_DESTINATION, rows, count, x.destination);
	SET_NUMS(&p, PARAM_UPDATE_STATES_OUT, rows, count, x.tasks_out);
	SET_NUMS(&p, PARAM_UPDATE_STATES_THERE, rows, count, x.destination_tasks_out);
	pg_set_texts(&p, PARAM_UPDATE_STATES_ANSWERS, list_answers(rows, count, mem), count);
	SET_NUMS(&p, PARAM_UPDATE_STATES_UNMADE, rows, count, x.memory.tasks_unmade);
	return pg_run(pg, &sql_update_states, &p, NULL, NULL, e);
}

/* name: the column of the ids. */
static int read_ids(const struct pg_rows *rows, int name, struct arena *mem, struct str **out,
        size_t *out_count)
{
	size_t n = pg_rows_count(rows);
	struct str *ids = arena_alloc(mem, (n + 1) * sizeof *ids);
	for (size_t i = 0; i < n; i++)
		ids[i] = pg_text(rows, i, name, mem);
	*out = ids;
	*out_count = n;
	return 0;
}

int state_db_claim_due(struct pg *pg, const struct claim_bounds *bounds, struct arena *mem,
        struct str **out, size_t *out_count, size_t *out_looked, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_num(&p, PARAM_CLAIM_DUE_LIMIT, bounds->most);
	pg_set_num(&p, PARAM_CLAIM_DUE_CLAIM_MS, bounds->claim_ms);
	pg_set_num(&p, PARAM_CLAIM_DUE_BACK_MS, bounds->back_ms);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_claim_due, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows), due = 0;
	struct str *ids = arena_alloc(mem, (n + 1) * sizeof *ids);
	for (size_t i = 0; i < n; i++)
		if (pg_bool(rows, i, COL_CLAIM_DUE_IS_DUE))
			ids[due++] = pg_text(rows, i, COL_CLAIM_DUE_DELIVERY_ID, mem);
	*out = ids;
	*out_count = due;
	*out_looked = n;
	return 0;
}

int state_db_next_due(
        struct pg *pg, int64_t back_ms, int64_t ahead_ms, int64_t *out_ms, struct err *e)
{
	struct arena mem;
	arena_init(&mem, 4096);
	struct pg_params p;
	pg_params_init(&p, &mem);
	pg_set_num(&p, PARAM_NEXT_DUE_BACK_MS, back_ms);
	pg_set_num(&p, PARAM_NEXT_DUE_AHEAD_MS, ahead_ms);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_next_due, &p, &rows, NULL, e);
	if (act == 0)
		*out_ms = pg_is_null(rows, 0, COL_NEXT_DUE_DUE_IN_MS)
		                  ? INT64_MAX
		                  : pg_num(rows, 0, COL_NEXT_DUE_DUE_IN_MS);
	arena_release(&mem);
	return act;
}

int state_db_confirm(struct pg *pg, const struct seen_status *seen, size_t count,
        const struct confirm_bounds *bounds, struct arena *mem, int64_t *out_rows, struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_CONFIRM_FINALS_ID, seen, count, id);
	SET_NUMS(&p, PARAM_CONFIRM_FINALS_VERSION, seen, count, version);
	pg_set_num(&p, PARAM_CONFIRM_FINALS_ALARM_MS, bounds->alarm_ms);
	pg_set_num(&p, PARAM_CONFIRM_FINALS_FEW, bounds->tasks);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_confirm_finals, &p, &rows, NULL, e);
	if (act == 0)
		*out_rows = pg_num(rows, 0, COL_CONFIRM_FINALS_TASKS);
	return act;
}

int state_db_take_ended(struct pg *pg, int64_t age_ms, int64_t most, struct arena *mem,
        struct ended_delivery **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_num(&p, PARAM_TAKE_ENDED_OVER_MS, age_ms);
	pg_set_num(&p, PARAM_TAKE_ENDED_LIMIT, most);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_take_ended, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct ended_delivery *items = arena_alloc(mem, (n + 1) * sizeof *items);
	for (size_t i = 0; i < n; i++)
		items[i] = (struct ended_delivery){
		        .id = pg_text(rows, i, COL_TAKE_ENDED_DELIVERY_ID, mem),
		        .tenant = pg_text(rows, i, COL_TAKE_ENDED_TENANT, mem),
		        .route = pg_text(rows, i, COL_TAKE_ENDED_ROUTE, mem)};
	*out = items;
	*out_count = n;
	return 0;
}

int state_db_find_behind(struct pg *pg, const struct seen_status *seen, size_t count,
        struct arena *mem, struct str **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_FIND_BEHIND_ID, seen, count, id);
	SET_NUMS(&p, PARAM_FIND_BEHIND_VERSION, seen, count, version);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_find_behind, &p, &rows, NULL, e);
	return act ? act : read_ids(rows, COL_FIND_BEHIND_DELIVERY_ID, mem, out, out_count);
}

int state_db_route_waiting(struct pg *pg, const struct str *tenants, const struct str *routes,
        size_t count, struct arena *mem, struct str **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_FIND_ROUTE_WAITING_TENANT, tenants, count);
	pg_set_texts(&p, PARAM_FIND_ROUTE_WAITING_ROUTE, routes, count);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_find_route_waiting, &p, &rows, NULL, e);
	return act ? act : read_ids(rows, COL_FIND_ROUTE_WAITING_DELIVERY_ID, mem, out, out_count);
}

int state_db_bridge_waiting(struct pg *pg, const struct str *tenants, size_t count,
        struct arena *mem, struct str **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_FIND_BRIDGE_WAITING_TENANTS, tenants, count);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_find_bridge_waiting, &p, &rows, NULL, e);
	return act ? act : read_ids(rows, COL_FIND_BRIDGE_WAITING_DELIVERY_ID, mem, out, out_count);
}

int state_db_existing(struct pg *pg, const struct str *ids, size_t count, struct arena *mem,
        struct str **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_FIND_EXISTING_IDS, ids, count);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_find_existing, &p, &rows, NULL, e);
	return act ? act : read_ids(rows, COL_FIND_EXISTING_DELIVERY_ID, mem, out, out_count);
}
