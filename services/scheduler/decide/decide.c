/* SPDX-License-Identifier: Apache-2.0
 *
 * The decider: handles events one by one. Each leads to a step, and decide_drive.c, whose table
 * is the state diagram, goes from step to step. Pure.
 *
 * Invariants, each checked by the model test:
 *   1 a final state is never left
 *   2 a done task stays done; totals are sums over rows, never over messages
 *   3 retry, defer, reject and expired count only for the current issue; the first done of any
 *     issue wins
 *   4 every state that is not final has a due_ms; a final state has one until its status was read
 *     back
 *   5 no upload was issued, or every end but completed went through settle
 *   6 versions only grow; a status has the version of the decision that stored it
 *   7 an upload of the manifest or marker is made only after all files before it are receipted
 *   8 while nothing is visible, no upload is issued after an outdated look at the suppression lists
 */
#include "drive.h"

#include "longshore/id.h"

static void decide_due(struct deciding *d)
{
	struct ev_delivery_memory *m = d->m;
	int64_t now = d->facts->now_ms;
	if (delivery_state_is_final(d->x->state)) {
		d->out->republish = true;
		return;
	}
	if (d->x->state == STATE_ABSENT || decide_lacks(d, NEED_UNFINISHED))
		return;
	d->out->is_changed = true;
	if (d->x->state == STATE_HELD && now >= m->hold_expires_ms) {
		decide_drive(d, decide_end(d, STATE_REJECTED, STR("expired"),
		                        arena_printf(d->mem, "held for " STR_FMT " too long",
		                                STR_ARG(d->x->reason))));
		return;
	}
	for (size_t i = 0; i < d->out->rows_count; i++) {
		struct task_row *row = &d->out->rows[i];
		if (row->status == TASK_ISSUED && row->not_after_ms + d->rules->alarm_ms <= now) {
			row->status = TASK_WAITING; /* lost: handled as expired */
			row->ready_ms = now;
			row->is_changed = true;
			d->out->republish = true;
			decide_unanswered(d, row);
		}
	}
	if (d->x->state == STATE_HELD && m->hold_check_ms > 0 && now >= m->hold_check_ms)
		decide_look_again(d);
	else if (d->x->state == STATE_UPLOADING)
		decide_drive(d, decide_take_place_again(d));
	if (!d->out->needs)
		decide_drive(d, decide_make_more(d));
}

static bool is_persons_word(enum decide_kind kind)
{
	return kind == DECIDE_CANCEL || kind == DECIDE_APPROVE || kind == DECIDE_REJECT ||
	       kind == DECIDE_RESUME;
}

/* A request for one tenant must not change a delivery of another tenant. */
static bool is_foreign(struct deciding *d, const struct decide_event *ev)
{
	struct str tenant = ev->request.tenant;
	if (!is_persons_word(ev->kind) || d->x->state == STATE_ABSENT || tenant.n == 0 ||
	        str_eq(tenant, d->x->tenant))
		return false;
	decide_refuse(d, "request", "other_tenant", STR("it belongs to another tenant"));
	return true;
}

static void decide_one(struct deciding *d, const struct decide_event *ev)
{
	d->actor = ev->actor;
	d->identity = ev->identity;
	if (d->x->state == STATE_ABSENT)
		d->x->tenant = ev->request.tenant; /* for the audit trail */
	if (is_foreign(d, ev))
		return;
	switch (ev->kind) {
	case DECIDE_REQUEST:
		decide_drive(d, decide_request(d, ev));
		return;
	case DECIDE_CANCEL:
		decide_drive(d, decide_cancel(d, ev));
		return;
	case DECIDE_APPROVE:
		decide_drive(d, decide_approve(d, ev));
		return;
	case DECIDE_REJECT:
		decide_drive(d, decide_reject(d, ev));
		return;
	case DECIDE_RESUME:
		decide_drive(d, decide_resume(d, ev));
		return;
	case DECIDE_RESULT:
		decide_drive(d, decide_result(d, ev));
		return;
	case DECIDE_DUE:
		decide_due(d);
		return;
	case DECIDE_WAKE:
		if (d->x->state == STATE_HELD && d->m->hold_check_ms > 0)
			decide_look_again(d);
		return;
	case DECIDE_FAIL:
		if (d->x->state != STATE_ABSENT)
			decide_drive(d, decide_fail(d, ev->reason, ev->detail));
		return;
	}
}

/* The memory keeps this many digits of the hash of a request's identity, because an identity can
 * have 400 bytes. */
enum { HANDLED_MAX = 64, HANDLED_DIGITS = 16, ANSWER_MAX = 200 };

static struct str word_key(struct deciding *d, struct str identity)
{
	struct id id = id_of("word/1", &identity, 1);
	struct str text = id_str(&id);
	return arena_str(d->mem, str_bytes(text.p, HANDLED_DIGITS));
}

/* A request that was done or refused changes nothing when its message is read again. */
static bool was_handled(struct deciding *d, const struct decide_event *ev)
{
	if (!is_persons_word(ev->kind) || d->m->handled_count == 0)
		return false;
	struct str key = word_key(d, ev->identity);
	for (size_t i = 0; i < d->m->handled_count; i++)
		if (str_eq(d->m->handled[i].identity, key) ||
		        str_eq(d->m->handled[i].identity, ev->identity)) /* of older releases */
			return true;
	return false;
}

/* Requests of other tenants are not remembered, so they cannot push out others. A final state and
 * an absent delivery refuse every request anyway. */
static bool is_worth_remembering(
        const struct deciding *d, const struct decide_event *ev, enum delivery_state before)
{
	struct str tenant = ev->request.tenant;
	bool is_theirs = before == STATE_ABSENT || tenant.n == 0 || str_eq(tenant, d->x->tenant);
	return is_persons_word(ev->kind) && is_theirs && d->x->state != STATE_ABSENT &&
	       !delivery_state_is_final(before);
}

/* The answer to the sender, shortened: the memory is written with each decision. The audit trail
 * has the full text. */
static struct str answer_kept(const struct deciding *d)
{
	struct str text = d->refused.p ? d->refused : STR("done");
	size_t n = text.n < ANSWER_MAX ? text.n : ANSWER_MAX;
	while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--; /* not in the middle of a character */
	return str_bytes(text.p, n);
}

static void remember_handled(struct deciding *d, const struct decide_event *ev)
{
	d->out->is_changed = true;
	size_t keep = d->m->handled_count < HANDLED_MAX ? d->m->handled_count : HANDLED_MAX - 1;
	struct ev_handled *list = arena_alloc(d->mem, (keep + 1) * sizeof *list);
	if (keep > 0)
		memcpy(list, d->m->handled + (d->m->handled_count - keep), keep * sizeof *list);
	list[keep] = (struct ev_handled){word_key(d, ev->identity), answer_kept(d)};
	d->m->handled = list;
	d->m->handled_count = keep + 1;
}

/* Quarters of a long phase. Short phases are over before anybody looks. */
static void note_progress(struct deciding *d)
{
	enum { LONG_PHASE = 16 };
	struct ev_delivery_memory *m = d->m;
	if (m->tasks_total >= LONG_PHASE)
		m->progress = (int32_t)((int64_t)m->tasks_done * 4 / m->tasks_total);
}

static bool tells_news(const struct delivery *before, const struct delivery *after)
{
	const struct ev_delivery_memory *a = &before->memory, *b = &after->memory;
	return before->state != after->state || !str_eq(before->reason, after->reason) ||
	       before->revision != after->revision || !str_eq(a->detail, b->detail) ||
	       !str_eq(a->approved_by, b->approved_by) ||
	       (a->progress != b->progress && b->progress > 0 && a->phase == b->phase);
}

static void number_audits(struct deciding *d)
{
	for (size_t i = 0; i < d->out->audits_count; i++) {
		struct ev_audit_record *a = &d->out->audits[i];
		a->version = d->x->version;
		if (a->record_id.p)
			continue;
		struct id_hash *h = id_begin(STR("audit/1"));
		id_add(h, a->delivery_id);
		id_add(h, a->action);
		id_add_num(h, a->version);
		id_add_num(h, (int64_t)i);
		struct id id = id_end(h);
		a->record_id = arena_str(d->mem, id_str(&id));
	}
}

static void finish(struct deciding *d, const struct delivery *before)
{
	struct decision *out = d->out;
	if (out->is_changed) {
		decide_tell_blackout(d);
		note_progress(d);
		out->wants_status = out->answers || tells_news(before, d->x);
		d->x->version = version_next(before->version, d->facts->timeline);
		d->x->changed_ms = d->facts->now_ms;
		if (out->wants_status)
			d->x->status_version = d->x->version;
	}
	for (size_t i = 0; i < out->receipts_count; i++)
		out->receipts[i].version = d->x->version;
	if (d->m->holds_route && !before->memory.holds_route)
		out->head = HEAD_TAKE;
	else if (!before->memory.holds_route)
		out->head = HEAD_STAYS; /* taken and returned within one decision */
	number_audits(d);
}

/* Copies what decide changes: the input stays as it was. */
static void copy_input(const struct decide_input *in, struct decision *out)
{
	*out = (struct decision){.after = *in->before};
	struct ev_delivery_memory *m = &out->after.memory;
	if (m->counts_count > 0) {
		struct ev_count *counts = arena_alloc(in->mem, m->counts_count * sizeof *counts);
		memcpy(counts, m->counts, m->counts_count * sizeof *counts);
		m->counts = counts;
	}
	out->rows = in->work;
	out->rows_room = in->work_room;
	if (out->rows_room < in->rows_count || !out->rows) {
		out->rows_room = in->rows_count + 8;
		out->rows = arena_alloc(in->mem, out->rows_room * sizeof *out->rows);
	}
	out->rows_count = in->rows_count;
	if (in->rows_count > 0)
		memcpy(out->rows, in->rows, in->rows_count * sizeof *out->rows);
}

void decide(const struct decide_input *in, struct decision *out)
{
	copy_input(in, out);
	struct deciding d = {
	        .out = out,
	        .x = &out->after,
	        .m = &out->after.memory,
	        .frozen = in->facts->frozen,
	        .facts = in->facts,
	        .rules = in->rules,
	        .mem = in->mem,
	        .row_places = in->row_places,
	};
	for (size_t i = 0; i < in->events_count; i++) {
		if (was_handled(&d, &in->events[i]))
			continue;
		bool changed = out->is_changed;
		enum delivery_state before = d.x->state;
		size_t audits = out->audits_count;
		out->is_changed = false;
		d.refused = (struct str){NULL, 0};
		decide_one(&d, &in->events[i]);
		if (out->needs)
			return;
		if (is_persons_word(in->events[i].kind))
			decide_cite_word(&d, &in->events[i], audits);
		if (is_worth_remembering(&d, &in->events[i], before))
			remember_handled(&d, &in->events[i]);
		out->is_changed = out->is_changed || changed;
	}
	finish(&d, in->before);
}
