/* SPDX-License-Identifier: Apache-2.0
 * An outbox row stored by reference names only its task or delivery. The sweep fills in the task
 * in its current issue, or the status. A task that is done or waits again needs no message. A
 * newer status has its own row, after the receipts that must precede it. */
#include "cycle.h"

/* Loads the deliveries with their specs, and the task rows with their events. */
static int load(struct cycle *c, const struct outbox_row *rows, size_t count, struct err *e)
{
	struct str *ids = arena_alloc(c->mem, (count + 1) * sizeof *ids);
	size_t tasks = 0;
	for (size_t i = 0; i < count; i++) {
		if (!rows[i].is_by_reference)
			continue;
		(void)cycle_item(c, rows[i].delivery_id);
		if (rows[i].task_id.p)
			ids[tasks++] = rows[i].task_id;
	}
	int act = c->count > 0 ? cycle_load(c, e) : 0;
	if (act || tasks == 0)
		return act;
	act = cycle_load_rows(c, ids, tasks, e);
	for (size_t i = 0; i < c->count && act == 0; i++) {
		struct item *item = c->items[i];
		item->decision = (struct decision){
		        .after = item->before, .rows = item->rows, .rows_count = item->rows_count};
		for (size_t k = 0; k < item->rows_count; k++)
			item->rows[k].is_issued_now = item->rows[k].status == TASK_ISSUED;
	}
	act = act ? act : cycle_load_events(c, e);
	return act ? act : cycle_places(c, e);
}

static const struct task_row *find_issued(const struct item *item, struct str task_id)
{
	for (size_t i = 0; i < item->rows_count; i++)
		if (str_eq(item->rows[i].id, task_id))
			return item->rows[i].status == TASK_ISSUED ? &item->rows[i] : NULL;
	return NULL;
}

static int fill(struct cycle *c, struct outbox_row *row, struct err *e)
{
	const struct item *item = cycle_item(c, row->delivery_id);
	const struct delivery *x = &item->before;
	if (x->state == STATE_ABSENT)
		return 0;
	struct outbox_row said = {.partition = -1};
	if (!row->task_id.p) {
		if (row->version != OUTBOX_NEWEST && row->version != x->status_version)
			return 0;
		struct str status;
		int act = cycle_stored_status(c, item, &status, e);
		if (act)
			return act;
		said = publish_status_row(c->g, x->id, x->tenant, status, c->mem);
	} else {
		const struct task_row *task = find_issued(item, row->task_id);
		int act = task ? cycle_fill_task(c, item, task, &said, e) : 0;
		if (act || !task)
			return act;
	}
	said.id = row->id;
	*row = said;
	return 0;
}

int cycle_compose_again(
        struct engine *g, struct outbox_row *rows, size_t count, struct arena *mem, struct err *e)
{
	struct cycle c;
	cycle_init(&c, g, mem);
	c.mem = mem; /* the rows outlive the attempts of other cycles */
	c.rows.most = count;
	int act = load(&c, rows, count, e);
	for (size_t i = 0; i < count && act == 0; i++) {
		if (rows[i].is_by_reference)
			act = fill(&c, &rows[i], e);
		else
			rows[i].traceparent =
			        publish_traceparent(rows[i].delivery_id, rows[i].task_id, mem);
	}
	return act;
}
