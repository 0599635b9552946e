/* SPDX-License-Identifier: Apache-2.0 */
#include "issue.h"

static int64_t sooner(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

void breaker_note(struct breaker *b, const struct decision *decision, const struct issue_world *w)
{
	if (decision->uploads_up > 0 && b->failures > 0)
		*b = (struct breaker){.is_changed = true};
	if (decision->uploads_up > 0 || decision->uploads_down == 0)
		return;
	b->failures += decision->uploads_down;
	b->is_changed = true;
	int32_t over = b->failures - w->rules->breaker_failures;
	if (over < 0)
		return;
	int64_t pause = w->rules->breaker_open_ms;
	for (int32_t i = 0; i < over && pause < w->rules->backoff_most_ms; i++)
		pause *= 2;
	if (pause > w->rules->backoff_most_ms)
		pause = w->rules->backoff_most_ms;
	b->open_until_ms = w->now_ms + pause;
}

/* Half open: one upload may try, and until it reported the others wait as if the breaker were open.
 */
static bool passes_breaker(struct breaker *b, const struct issue_world *w)
{
	if (b->failures < w->rules->breaker_failures)
		return true;
	if (b->open_until_ms > w->now_ms)
		return false;
	b->open_until_ms = w->now_ms + w->rules->breaker_open_ms;
	b->is_changed = true;
	return true;
}

/* 0: it may go; else when to try again. */
static int64_t blocked_until(const struct delivery *x, const struct task_row *row, int32_t issued,
        const struct issue_world *w)
{
	if (row->ready_ms > w->now_ms)
		return row->ready_ms;
	if (issued >= w->rules->wave)
		return w->now_ms;
	if (w->tenant->room <= 0 || (row->destination.n > 0 && w->destination->room <= 0))
		return w->now_ms + w->rules->cap_wait_ms;
	bool asks_breaker = row->stage == STAGE_UPLOAD && !x->memory.is_admitted;
	if (asks_breaker && !passes_breaker(w->breaker, w))
		return w->breaker->open_until_ms;
	return 0;
}

static void take_place(struct cap *cap)
{
	if (cap->room != INT64_MAX)
		cap->room--;
}

static void issue(struct delivery *x, struct task_row *row, const struct issue_world *w)
{
	if (row->stage == STAGE_UPLOAD) {
		x->memory.has_uploads = true;
		x->memory.has_begun = true;
		x->memory.is_admitted = false;
	}
	row->issue++;
	row->status = TASK_ISSUED;
	row->not_after_ms = w->now_ms + w->rules->not_after_ms;
	row->is_changed = true;
	row->is_issued_now = true;
	take_place(w->tenant);
	if (row->destination.n > 0)
		take_place(w->destination);
}

static int64_t due_of_hold(const struct delivery *x)
{
	if (x->state != STATE_HELD)
		return 0;
	return sooner(x->memory.hold_expires_ms, x->memory.hold_check_ms);
}

/* A person is asked about one file, or the lists are looked at: no other is begun meanwhile. */
static bool rests(const struct delivery *x, const struct task_row *row)
{
	bool waits = x->state == STATE_HELD || x->memory.is_looking;
	return waits && row->stage == STAGE_UPLOAD;
}

/* It could go now, but for the lists: a look goes in its place. */
static bool looks_first(
        struct decision *decision, const struct task_row *row, const struct issue_world *w)
{
	const struct spec *spec = w->frozen ? w->frozen->spec : NULL;
	if (row->stage != STAGE_UPLOAD ||
	        !decide_wants_look(&decision->after, spec, w->rules, w->now_ms))
		return false;
	const struct facts facts = {.now_ms = w->now_ms};
	decide_add_look(decision, w->frozen, &facts, w->mem);
	return true;
}

void issue_ready(
        struct decision *decision, const struct delivery *before, const struct issue_world *w)
{
	struct delivery *x = &decision->after;
	if (delivery_state_is_final(x->state)) {
		x->due_ms = w->now_ms + w->rules->confirm_ms;
		return;
	}
	int64_t due = due_of_hold(x);
	int32_t issued = 0;
	for (size_t i = 0; i < decision->rows_count; i++) { /* a look comes behind them */
		struct task_row *row = &decision->rows[i];
		if (row->status == TASK_WAITING && !rests(x, row)) {
			int64_t until = blocked_until(x, row, issued, w);
			if (until == 0 && looks_first(decision, row, w))
				continue;
			if (until == 0) {
				issue(x, row, w);
				issued++;
			} else {
				due = sooner(due, until);
			}
		}
		if (row->status == TASK_ISSUED)
			due = sooner(due, row->not_after_ms + w->rules->alarm_ms);
	}
	/* Tasks of the phase that were not looked at have their say in the old due time. */
	bool is_same_work = before->memory.phase == x->memory.phase && !decision->drops_unfinished;
	if (!w->knows_unfinished && is_same_work)
		due = sooner(due, before->due_ms);
	if (!x->memory.is_looking)
		x->memory.is_admitted = false; /* the breaker's word is for now, not for later */
	x->due_ms = due != 0 ? due : w->now_ms + w->rules->not_after_ms;
}

void issue_fill(const struct delivery *x, const struct task_row *row, union task_event *event)
{
	event->head.issue = row->issue;
	event->head.not_after_ms = row->not_after_ms;
	if (row->stage == STAGE_UPLOAD || row->stage == STAGE_SETTLE)
		event->upload.place = x->memory.place;
}
