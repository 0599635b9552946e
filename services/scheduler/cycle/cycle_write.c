/* SPDX-License-Identifier: Apache-2.0
 * The rows that a cycle stores in one transaction. */
#include "cycle.h"
#include "db/conf_db.h"

#include "longshore/result_names.h"

static int encode(struct arena *mem, const struct ev_type *type, const void *event, struct str *out,
        struct err *e)
{
	struct buf bytes;
	buf_init(&bytes, EVENT_MAX_BYTES);
	int act = event_encode(type, event, &bytes, e);
	if (act == 0)
		*out = arena_str(mem, buf_str(&bytes));
	buf_release(&bytes);
	return act;
}

struct new_task {
	const struct task_row *row;
	const struct item *item;
};

struct writes {
	struct state_row *inserts, *updates;
	size_t inserts_count, updates_count;
	struct new_task *new_tasks;
	struct task_write *tasks;
	size_t new_tasks_count, tasks_count;
	struct str *drops;
	size_t drops_count;
	struct spec_row *specs;
	size_t specs_count;
	const struct delivery **takes;
	size_t takes_count;
};

/* Keeps what is needed later of a result: its facts, outputs and, for a select, counts. Of a
 * receipt later steps need only the name; the full receipt is published. */
static int encode_kept(struct cycle *c, struct task_row *row, struct err *e)
{
	const struct ev_task_result *r = row->result;
	row->result_bytes = (struct str){NULL, 0};
	if (row->stage == STAGE_BUILD || row->stage == STAGE_INSPECT || row->stage == STAGE_LISTS ||
	        row->stage == STAGE_COMBINE)
		return 0;
	struct ev_file_receipt receipt = {.name = r->receipt ? r->receipt->name : STR("")};
	const struct ev_task_result kept = {
	        .outcome = r->outcome,
	        .facts = r->facts,
	        .facts_count = r->facts_count,
	        .outputs = r->outputs,
	        .outputs_count = r->outputs_count,
	        .counts = r->counts,
	        .counts_count = row->stage == STAGE_SELECT ? r->counts_count : 0,
	        .receipt = r->receipt ? &receipt : NULL,
	};
	return encode(c->mem, &ev_task_result_type, &kept, &row->result_bytes, e);
}

/* What a worker reports about itself is only displayed and never trusted. Anything that cannot be
 * a time or a name is left out. */
static bool is_time(int64_t ms)
{
	const int64_t year_10000_ms = INT64_C(253402300800000);
	return ms > 0 && ms < year_10000_ms;
}

static bool is_worker(struct str name)
{
	enum { WORKER_MAX = 100 };
	return name.n > 0 && name.n <= WORKER_MAX && event_name_is_good(name) &&
	       str_find(name, ' ', 0) < 0;
}

static int64_t rows_of(const struct task_row *row)
{
	const struct ev_task_result *r = row->result;
	int64_t n = 0;
	if (row->stage == STAGE_SELECT)
		n = done_count(r, str_c(COUNT_ROWS_READ));
	else if (row->stage == STAGE_PART && r->outputs_count > 0)
		n = r->outputs[0].rows;
	else if (row->stage == STAGE_UPLOAD && r->receipt)
		n = r->receipt->rows;
	return n < 0 ? 0 : n;
}

static struct task_write write_of(const struct item *item, const struct task_row *row)
{
	struct task_write w = {.row = *row,
	        .delivery_id = item->id,
	        .tenant = item->decision.after.tenant,
	        .worker = {NULL, 0}};
	const struct ev_task_result *r = row->result;
	if (!row->result_bytes.p || row->status != TASK_DONE)
		return w;
	w.started_ms = is_time(r->started_at_ms) ? r->started_at_ms : 0;
	w.done_ms = is_time(r->finished_at_ms) ? r->finished_at_ms : 0;
	w.rows_done = rows_of(row);
	if (is_worker(r->worker))
		w.worker = r->worker;
	return w;
}

static int collect_tasks(struct cycle *c, const struct item *item, struct writes *w, struct err *e)
{
	const struct decision *n = &item->decision;
	int act = 0;
	for (size_t i = 0; i < n->rows_count && act == 0; i++) {
		struct task_row row = n->rows[i];
		if (row.is_new) {
			w->new_tasks[w->new_tasks_count++] = (struct new_task){&n->rows[i], item};
			continue;
		}
		if (!row.is_changed)
			continue;
		struct task_write *write = &w->tasks[w->tasks_count++];
		*write = write_of(item, &row);
		if (row.result_bytes.p)
			act = encode_kept(c, &write->row, e);
		act = act ? act : cycle_has_room(c, e);
	}
	return act;
}

static int collect(struct cycle *c, struct item *item, struct writes *w, struct err *e)
{
	const struct decision *n = &item->decision;
	if (!n->is_changed)
		return 0;
	bool is_new = item->before.state == STATE_ABSENT;
	struct state_row row = {.x = n->after};
	struct ev_delivery_memory memory = delivery_lasting(&n->after);
	int act = encode(c->mem, &ev_delivery_memory_type, &memory, &row.memory, e);
	if (act)
		return err_note(e, "memory of delivery " STR_FMT, STR_ARG(item->id));
	/* The status published now is derived from this row for as long as the row does not
	 * change. */
	if (!n->wants_status && !is_new)
		act = cycle_stored_status(c, item, &row.status, e);
	if (act)
		return act;
	if (is_new)
		w->inserts[w->inserts_count++] = row;
	else
		w->updates[w->updates_count++] = row;
	if (n->drops_unfinished && !is_new)
		w->drops[w->drops_count++] = item->id;
	if (n->new_spec.json.p)
		w->specs[w->specs_count++] = (struct spec_row){n->new_spec.hash, n->new_spec.json};
	if (n->head == HEAD_TAKE)
		w->takes[w->takes_count++] = &n->after;
	return collect_tasks(c, item, w, e);
}

static void count_tasks(const struct decision *n, size_t *out_new, size_t *out_changed)
{
	for (size_t i = 0; i < n->rows_count; i++) {
		*out_new += n->rows[i].is_new;
		*out_changed += !n->rows[i].is_new && n->rows[i].is_changed;
	}
}

static int collect_all(struct cycle *c, struct writes *w, struct err *e)
{
	size_t fresh = 0, tasks = 0, count = c->count + 1;
	for (size_t i = 0; i < c->count; i++)
		count_tasks(&c->items[i]->decision, &fresh, &tasks);
	*w = (struct writes){
	        .inserts = arena_alloc(c->mem, count * sizeof(struct state_row)),
	        .updates = arena_alloc(c->mem, count * sizeof(struct state_row)),
	        .new_tasks = ARENA_TRY_ARRAY(c->mem, struct new_task, fresh + 1),
	        .tasks = ARENA_TRY_ARRAY(c->mem, struct task_write, tasks + 1),
	        .drops = arena_alloc(c->mem, count * sizeof(struct str)),
	        .specs = arena_alloc(c->mem, count * sizeof(struct spec_row)),
	        .takes = arena_alloc(c->mem, count * sizeof(void *)),
	};
	if (!w->new_tasks || !w->tasks)
		return err_set(
		        e, ERR_REJECT, CODE_TOO_LARGE, "%zu task rows are too many", fresh + tasks);
	int act = 0;
	for (size_t i = 0; i < c->count && act == 0; i++)
		act = collect(c, c->items[i], w, e);
	return act;
}

/* Writes what deliveries share: heads (released before taken), names, bridge versions, breakers,
 * waiters. */
static int write_shared(
        struct cycle *c, const struct writes *w, const struct written *done, struct err *e)
{
	struct pg *pg = c->g->pg;
	int act = 0;
	for (size_t i = 0; i < c->count && act == 0; i++) {
		const struct decision *n = &c->items[i]->decision;
		if (n->head == HEAD_ADVANCE)
			act = route_db_advance(pg, &n->after, c->mem, e);
		else if (n->head == HEAD_RELEASE)
			act = route_db_release(pg, &n->after, n->forces_full, c->mem, e);
	}
	if (act == 0)
		act = route_db_take(pg, w->takes, w->takes_count, c->mem, e);
	for (size_t i = 0; i < c->count && act == 0; i++) {
		const struct item *item = c->items[i];
		const struct decision *n = &item->decision;
		if (n->claims_count > 0) {
			struct claim_set set = {
			        item_spec(item)->bucket.url, item->id, n->claims, n->claims_count};
			act = route_db_claim(pg, &set, c->mem->limit_bytes, e);
		}
		if (act == 0 && n->bridge)
			act = route_db_add_bridge(pg, &n->after, n->bridge, c->mem, e);
	}
	act = act ? act : cycle_store_breakers(c, &done->breakers, e);
	return act ? act : cycle_store_waiting(c, e);
}

enum { NEW_AT_ONCE = 500, NEW_BYTES = 16 << 20 };

/* Inserts the first tasks, and sets *count to their number. */
static int insert_piece(struct cycle *c, const struct new_task *tasks, size_t *count,
        struct arena *mem, struct err *e)
{
	struct task_write *rows = arena_alloc(mem, NEW_AT_ONCE * sizeof *rows);
	size_t n = 0;
	int act = 0;
	for (; n < *count && n < NEW_AT_ONCE && mem->used_bytes < NEW_BYTES && act == 0; n++) {
		const struct item *item = tasks[n].item;
		rows[n] = write_of(item, tasks[n].row);
		act = encode(mem, stage_plans[rows[n].row.stage].type, rows[n].row.made,
		        &rows[n].row.event, e);
	}
	*count = n;
	return act ? act : task_db_insert(c->g->pg, rows, n, mem, e);
}

/* A delivery can begin very many tasks at once, so their bytes are kept for one statement only. */
static int insert_new(struct cycle *c, const struct writes *w, struct err *e)
{
	struct arena piece;
	int act = 0;
	arena_init(&piece, c->mem->limit_bytes);
	for (size_t i = 0; i < w->new_tasks_count && act == 0;) {
		size_t count = w->new_tasks_count - i;
		arena_reset(&piece);
		act = insert_piece(c, w->new_tasks + i, &count, &piece, e);
		i += count;
	}
	arena_release(&piece);
	return act;
}

static int write_rows(
        struct cycle *c, const struct writes *w, const struct written *done, struct err *e)
{
	struct pg *pg = c->g->pg;
	struct arena *mem = c->mem;
	int act = conf_db_insert_specs(pg, w->specs, w->specs_count, mem, e);
	act = act ? act : state_db_insert(pg, w->inserts, w->inserts_count, mem, e);
	act = act ? act : state_db_update(pg, w->updates, w->updates_count, mem, e);
	act = act ? act : task_db_update(pg, w->tasks, w->tasks_count, mem, e);
	act = act ? act : task_db_drop(pg, w->drops, w->drops_count, mem, e);
	act = act ? act : insert_new(c, w, e);
	act = act ? act : write_shared(c, w, done, e);
	return act ? act : packets_store(c->g, done->outbox.rows, done->outbox.count, mem, e);
}

static int lock(struct cycle *c, struct err *e)
{
	const struct delivery **before = arena_alloc(c->mem, (c->count + 1) * sizeof(void *));
	size_t count = 0;
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i]->decision.is_changed && c->items[i]->before.state != STATE_ABSENT)
			before[count++] = &c->items[i]->before;
	return count > 0 ? state_db_lock(c->g->pg, before, count, c->mem, e) : 0;
}

int cycle_write(struct cycle *c, struct written *out, struct err *e)
{
	struct writes w;
	*out = (struct written){0};
	int act = lock(c, e);
	act = act ? act : cycle_claim_quotas(c, e);
	act = act ? act : cycle_issue(c, out, e);
	act = act ? act : cycle_places(c, e);
	act = act ? act : cycle_compose(c, &out->outbox, e);
	act = act ? act : collect_all(c, &w, e);
	act = act ? act : write_rows(c, &w, out, e);
	act = act ? act : cycle_store_quotas(c, &out->freed, e);
	if (act == 0 && c->inside.write)
		act = c->inside.write(c->inside.arg, c->g, c->mem, e);
	return act;
}
