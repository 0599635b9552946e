/* SPDX-License-Identifier: Apache-2.0
 * Settle: `open`, or nothing, becomes `closed`; what is `written` is finished instead
 * (ledger_commit.c). */
#include "ledger_steps.h"
#include "longshore/probe.h"

/* No record: was the upload never begun, or is this not the staging that it was begun with? */
static int check_staging(struct ledger *l, struct err *e)
{
	bool is_known = false;
	if (l->ports.knows_delivery(l->ports.arg, &is_known, e) != 0)
		return e->act;
	if (is_known)
		return 0;
	return err_set(e, ERR_RETRY, "store_unavailable",
	        "staging has nothing of this delivery, not even its files: see that the right one "
	        "is mounted");
}

int ledger_step_close(struct ledger *l, struct err *e)
{
	struct record next = l->record; /* zero where there is none */
	bool has_won = false;
	if (!l->has_record && check_staging(l, e) != 0)
		return e->act;
	bool is_answer = l->has_record && next.phase == RECORD_WRITTEN;
	next.phase = RECORD_CLOSED;
	if (record_set(next.name, sizeof next.name, l->task.name, "file_name", e) != 0 ||
	        record_set(next.role, sizeof next.role, l->task.role, "role", e) != 0)
		return e->act;
	if (is_answer &&
	        record_set(next.resolved, sizeof next.resolved, l->task.task_id, "task_id", e) != 0)
		return e->act;
	if (ledger_swap(l, &next, &has_won, e) != 0)
		return e->act;
	if (has_won) {
		PROBE(settle_after_close);
		l->record = next;
	}
	l->step = has_won ? LEDGER_REMOVE : LEDGER_READ;
	return 0;
}

/* Tidying only: a closed record's temporary is never committed. A drop that is away does not keep
 * the answer back: the temporary is noted, and goes when the drop is back. */
int ledger_step_remove(struct ledger *l, struct err *e)
{
	if (l->record.temp[0] != '\0' && ledger_dispose(l, l->record.place, l->record.temp, e) != 0)
		return e->act;
	l->is_visible = false;
	l->step = LEDGER_DONE;
	return 0;
}
