/* SPDX-License-Identifier: Apache-2.0
 *
 * Results. The first `done` of any issue is accepted and never taken back. Every other outcome
 * counts only for the current issue. Pure. */
#include "deciding.h"

#include "drive.h"

static enum next done(struct deciding *d, struct task_row *row, const struct decide_event *ev)
{
	row->status = TASK_DONE;
	row->result = ev->result;
	row->result_bytes = ev->result_bytes;
	row->is_changed = true;
	d->m->tasks_done++;
	d->out->is_changed = true;
	return decide_answered(d, row);
}

static enum next outcome(
        struct deciding *d, struct task_row *row, const struct ev_task_result *result)
{
	switch (result->outcome) {
	case EV_OUTCOME_RETRY:
		return decide_retry(d, row, result);
	case EV_OUTCOME_DEFER:
		return decide_deferred(d, row, result);
	case EV_OUTCOME_EXPIRED:
		decide_expired(d, row);
		return NEXT_STAYS;
	case EV_OUTCOME_REJECT:
		return decide_failed(d, row, result);
	case EV_OUTCOME_DONE:
	case EV_OUTCOME_UNKNOWN: /* from a newer worker: the alarm issues the task again */
		break;
	}
	return NEXT_STAYS;
}

enum next decide_result(struct deciding *d, const struct decide_event *ev)
{
	const struct ev_task_result *r = ev->result;
	struct task_row *row = decide_find_row(d, r->task_id);
	if (delivery_state_is_final(d->x->state) || !row || row->status == TASK_DONE ||
	        row->status == TASK_DROPPED || row->issue == 0)
		return NEXT_STAYS;
	if (r->outcome == EV_OUTCOME_DONE)
		return done(d, row, ev);
	bool is_current = row->status == TASK_ISSUED && r->issue == row->issue;
	return is_current ? outcome(d, row, r) : NEXT_STAYS;
}
