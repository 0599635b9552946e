/* SPDX-License-Identifier: Apache-2.0 */
#include "issue.h"

#include "backoff.h"

static int64_t sooner(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

bool breaker_is_open(const struct breaker *b, const struct decide_rules *rules)
{
	return b->failures >= rules->breaker_failures;
}

/* The probe was answered, lost, or dropped with its delivery. */
static bool probe_ended(const struct breaker *b, const struct decision *decision)
{
	if (b->probe.n == 0 || !str_eq(b->prober, decision->after.id))
		return false;
	if (decision->drops_unfinished || delivery_state_is_final(decision->after.state))
		return true;
	const struct ev_delivery_memory *m = &decision->after.memory;
	for (size_t i = 0; i < decision->rows_count; i++)
		if (str_eq(decision->rows[i].id, b->probe))
			return decision->rows[i].status != TASK_ISSUED && !m->is_looking &&
			       !m->is_admitted;
	return false;
}

/* It had the turn to probe while it looked at the lists, and then issued no upload. */
static bool lost_turn(
        const struct breaker *b, const struct decision *decision, const struct delivery *before)
{
	const struct delivery *x = &decision->after;
	if (!before->memory.is_admitted || x->memory.is_admitted || !str_eq(b->prober, x->id))
		return false;
	for (size_t i = 0; i < decision->rows_count; i++)
		if (str_eq(decision->rows[i].id, b->probe))
			return decision->rows[i].status != TASK_ISSUED;
	return true;
}

static void forget_probe(struct breaker *b)
{
	b->prober = b->probe = STR("");
	b->is_changed = true;
}

static int64_t rest_ms(const struct breaker *b, const struct decide_rules *rules)
{
	int64_t pause = rules->breaker_open_ms;
	for (int32_t i = 0; i < b->rests && pause < rules->breaker_open_max_ms; i++)
		pause *= 2;
	return pause < rules->breaker_open_max_ms ? pause : rules->breaker_open_max_ms;
}

static void note_failures(struct breaker *b, int32_t count, const struct issue_world *w)
{
	bool was_open = breaker_is_open(b, w->rules);
	b->failures = b->failures > INT32_MAX - count ? INT32_MAX : b->failures + count;
	if (!breaker_is_open(b, w->rules))
		return;
	if (was_open && b->rests < INT32_MAX)
		b->rests++;
	b->open_until_ms = w->now_ms + rest_ms(b, w->rules);
}

void breaker_note(struct breaker *b, const struct decision *decision, const struct issue_world *w)
{
	if (decision->uploads_up > 0) {
		if (b->failures > 0)
			*b = (struct breaker){.is_changed = true};
		return;
	}
	bool ended = probe_ended(b, decision);
	bool counts = decision->uploads_down > 0 && (ended || !breaker_is_open(b, w->rules));
	if (!ended && !counts)
		return;
	if (counts)
		note_failures(b, decision->uploads_down, w);
	else
		b->open_until_ms = w->now_ms; /* not about the place: another can probe */
	if (ended)
		forget_probe(b);
	b->is_changed = true;
}

static void probe(const struct delivery *x, const struct task_row *row, struct breaker *b,
        const struct issue_world *w)
{
	b->open_until_ms = w->now_ms + w->rules->not_after_ms + 2 * w->rules->alarm_ms;
	b->prober = x->id;
	b->probe = row->id;
	b->is_changed = true;
}

/* Half open: one upload probes the place, and the others wait until it is answered or lost. The
 * delivery keeps its turn while it looks at the suppression lists. */
static bool passes_breaker(const struct delivery *x, const struct task_row *row, struct breaker *b,
        const struct issue_world *w)
{
	if (!breaker_is_open(b, w->rules))
		return true;
	bool is_kept = x->memory.is_admitted && str_eq(b->prober, x->id);
	if (b->open_until_ms > w->now_ms && !is_kept)
		return false;
	probe(x, row, b, w);
	return true;
}

/* Waiting deliveries are woken; this poll is for a lost wake-up. The jitter spreads the polls. */
static int64_t poll_ms(const struct delivery *x, const struct issue_world *w)
{
	return w->now_ms + backoff_ms(x->id, (int32_t)(x->version & INT32_MAX),
	                           w->rules->cap_wait_ms, w->rules->cap_wait_ms);
}

struct block {
	int64_t until_ms; /* 0: not blocked */
	enum wait_kind what;
};

static int64_t blackout_end(const struct issue_world *w)
{
	return w->frozen ? decide_blackout_end(w->frozen, w->now_ms) : 0;
}

static struct block blocked(const struct delivery *x, const struct task_row *row, int32_t issued,
        const struct issue_world *w)
{
	if (row->ready_ms > w->now_ms)
		return (struct block){row->ready_ms, WAIT_NOTHING};
	if (issued >= w->rules->wave)
		return (struct block){w->now_ms, WAIT_NOTHING};
	if (row->stage == STAGE_UPLOAD && blackout_end(w) > 0)
		return (struct block){blackout_end(w), WAIT_NOTHING};
	if (row->stage == STAGE_UPLOAD && x->memory.lacks_place)
		return (struct block){poll_ms(x, w), WAIT_PLACE};
	if (w->tenant->room <= 0)
		return (struct block){poll_ms(x, w), WAIT_TENANT};
	if (row->destination.n > 0 && w->destination->room <= 0)
		return (struct block){poll_ms(x, w), WAIT_DESTINATION};
	if (row->stage == STAGE_UPLOAD && !passes_breaker(x, row, w->breaker, w))
		return (struct block){poll_ms(x, w), WAIT_PLACE};
	return (struct block){0, WAIT_NOTHING};
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
	row->issued_ms = w->now_ms;
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

/* While a person is asked about a file, or the lists are looked at, no other upload is issued. */
static bool rests(const struct delivery *x, const struct task_row *row)
{
	bool waits = x->state == STATE_HELD || x->memory.is_looking;
	return waits && row->stage == STAGE_UPLOAD;
}

/* The upload is ready, but needs a look at the lists: issues a look in its place. */
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

/* True if no file can be visible: every issue of an upload was answered with a retry. An upload
 * without an answer is always among the rows. */
static bool shows_nothing(const struct decision *decision)
{
	if (decision->after.memory.files_visible > 0)
		return false;
	for (size_t i = 0; i < decision->rows_count; i++) {
		const struct task_row *row = &decision->rows[i];
		if (row->stage == STAGE_UPLOAD && row->revision == decision->after.revision &&
		        (row->status != TASK_WAITING || row->issue != row->attempts))
			return false;
	}
	return true;
}

/* A delivery whose bucket is unavailable returns its place under the quotas, so that others can use
 * it. */
static void return_place(struct decision *decision, const struct issue_world *w)
{
	struct ev_delivery_memory *m = &decision->after.memory;
	const struct spec *spec = w->frozen ? w->frozen->spec : NULL;
	if (decision->waits_for != WAIT_PLACE || m->lacks_place || !w->knows_unfinished || !spec ||
	        !decide_has_quota(&spec->limits) || !shows_nothing(decision))
		return;
	m->lacks_place = true;
	m->has_begun = false;
	decision->quota = QUOTA_RETURNS;
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
	for (size_t i = 0; i < decision->rows_count; i++) { /* a look is added at the end */
		struct task_row *row = &decision->rows[i];
		if (row->status == TASK_WAITING && !rests(x, row)) {
			struct block block = blocked(x, row, issued, w);
			if (block.until_ms == 0 && looks_first(decision, row, w))
				continue;
			if (block.until_ms == 0) {
				issue(x, row, w);
				issued++;
			} else {
				due = sooner(due, block.until_ms);
			}
			if (decision->waits_for == WAIT_NOTHING)
				decision->waits_for = block.what;
		}
		if (row->status == TASK_ISSUED)
			due = sooner(due, row->not_after_ms + w->rules->alarm_ms);
	}
	decision->issued = issued;
	/* The old due time stands for tasks of the phase that were not loaded. */
	bool is_same_work = before->memory.phase == x->memory.phase && !decision->drops_unfinished;
	decision->waits_on = !w->knows_unfinished && is_same_work;
	if (decision->waits_on)
		due = sooner(due, before->due_ms);
	if (!x->memory.is_looking)
		x->memory.is_admitted = false; /* the breaker is checked again next time */
	return_place(decision, w);
	if (lost_turn(w->breaker, decision, before)) {
		w->breaker->open_until_ms = w->now_ms;
		forget_probe(w->breaker);
	}
	x->due_ms = due != 0 ? due : w->now_ms + w->rules->not_after_ms;
}

static void count_out(struct delivery *x, const struct task_row *row, int32_t change)
{
	x->tasks_out += change;
	if (row->destination.n > 0)
		x->destination_tasks_out += change;
}

void issue_count(struct decision *decision, const struct task_row *before, size_t before_count)
{
	struct delivery *x = &decision->after;
	bool knows_all = decision->drops_unfinished;
	if (knows_all)
		x->tasks_out = x->destination_tasks_out = 0;
	for (size_t i = 0; i < decision->rows_count; i++) {
		const struct task_row *row = &decision->rows[i];
		if (row->status == TASK_ISSUED)
			count_out(x, row, 1);
		if (!knows_all && i < before_count && before[i].status == TASK_ISSUED)
			count_out(x, &before[i], -1);
	}
}

void issue_look_soon(struct decision *decision, const struct issue_world *w)
{
	if (decide_makes(&decision->after, w->rules) > 0)
		decision->after.due_ms = w->now_ms;
}

void issue_fill(const struct delivery *x, const struct task_row *row, struct str bucket_place,
        union task_event *event)
{
	event->head.issue = row->issue;
	event->head.not_after_ms = row->not_after_ms;
	if (row->stage != STAGE_UPLOAD && row->stage != STAGE_SETTLE)
		return;
	event->upload.place = x->memory.place;
	event->upload.bucket_place = bucket_place;
	event->upload.asks_place = row->stage == STAGE_UPLOAD && bucket_place.n == 0;
}
