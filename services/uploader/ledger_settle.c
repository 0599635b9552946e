/* SPDX-License-Identifier: Apache-2.0
 * Settle: `open`, or no record, becomes `closed`. A `written` file is finished instead
 * (ledger_commit.c), or withdrawn if the task says so. */
#include "ledger_steps.h"
#include "longshore/probe.h"

#include <stdio.h>

/* There is no record: either the upload never began, or this is not the staging where it began. */
static int check_staging(struct ledger *l, struct err *e)
{
	bool is_known = false;
	if (l->ports.knows_delivery(l->ports.arg, &is_known, e) != 0)
		return e->act;
	if (is_known)
		return 0;
	return err_set(e, ERR_RETRY, CODE_STORE_UNAVAILABLE,
	        "staging has nothing of this delivery, not even its files: make sure that the "
	        "right staging is mounted");
}

int ledger_step_close(struct ledger *l, struct err *e)
{
	struct record next = l->record; /* all zero if there is none */
	bool has_won = false;
	if (!l->has_record && check_staging(l, e) != 0)
		return e->act;
	bool is_answer = l->has_record && l->task.answer == LEDGER_RESEND &&
	                 (next.phase == RECORD_WRITTEN || next.phase == RECORD_WITHDRAWN);
	next.phase = RECORD_CLOSED;
	if (record_set(next.name, sizeof next.name, l->task.name, "file_name", e) != 0 ||
	        record_set(next.role, sizeof next.role, l->task.role, "role", e) != 0)
		return e->act;
	if (is_answer &&
	        record_set(next.resolved, sizeof next.resolved, l->task.task_id, "task_id", e) != 0)
		return e->act;
	if (ledger_swap(l, &next, &has_won, e) != 0)
		return e->act;
	if (has_won)
		PROBE(settle_after_close);
	l->step = LEDGER_READ; /* also after winning: the delivery may have a book by now */
	return 0;
}

/* From here on nobody begins a commit. An attempt that finds the temporary gone reads the record
 * again. */
int ledger_step_withdraw(struct ledger *l, struct err *e)
{
	struct record next = l->record;
	bool has_won = false;
	next.phase = RECORD_WITHDRAWN;
	if (ledger_swap(l, &next, &has_won, e) != 0)
		return e->act;
	if (has_won)
		PROBE(settle_after_withdraw);
	l->step = LEDGER_READ;
	return 0;
}

int ledger_step_aside(struct ledger *l, struct err *e)
{
	enum drop_aside answer = DROP_ASIDE_IN_DOUBT;
	if (ledger_need_drop(l, e) != 0)
		return e->act;
	if (!ledger_is_same_place(l)) {
		if (l->task.answer == LEDGER_NO_ANSWER)
			return ledger_other_place(e);
		l->step = LEDGER_DOUBT; /* a person says what became of the file */
		return 0;
	}
	if (drop_temp_set_aside(l->drop, str_c(l->record.temp), &answer, e) != 0)
		return e->act;
	PROBE(settle_after_aside);
	/* Put aside: it was not committed. Gone: it was, unless others remove temporaries. */
	bool is_gone = answer == DROP_ASIDE_GONE && !l->task.others_may_delete;
	l->step = answer == DROP_ASIDE ? LEDGER_CLOSE : is_gone ? LEDGER_VERIFY : LEDGER_DOUBT;
	if (l->step == LEDGER_VERIFY)
		(void)snprintf(l->guarantee, sizeof l->guarantee, "%s", drop_guarantee(l->drop));
	return 0;
}

/* Only cleans up: the temporary of a closed record is never committed. An unavailable drop does
 * not delay the answer: the temporary is noted, and removed when the drop is back. */
int ledger_step_remove(struct ledger *l, struct err *e)
{
	if (l->record.temp[0] != '\0' && ledger_dispose(l, l->record.place, l->record.temp, e) != 0)
		return e->act;
	l->is_visible = false;
	l->step = LEDGER_DONE;
	return 0;
}
