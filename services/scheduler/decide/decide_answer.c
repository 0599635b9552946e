/* SPDX-License-Identifier: Apache-2.0
 * Answers of people to a hold. A refused answer changes only the audit trail and the detail.
 * Pure. */
#include "deciding.h"

#include "longshore/chars.h"

static bool is_approvable(const struct deciding *d)
{
	const struct hold_row *hold = d->x->state == STATE_HELD ? hold_of(d->x->reason) : NULL;
	return hold && hold->end == HOLD_APPROVE;
}

/* Also puts the refusal into the status, where the sender looks. */
static void refuse(struct deciding *d, const char *action, const char *reason, const char *why)
{
	decide_refuse(d, action, reason, str_c(why));
	if (d->x->state != STATE_HELD)
		return;
	d->out->answers = true;
	struct str mark = STR(" [refused: ");
	struct str base = d->m->detail;
	for (size_t i = 0; i + mark.n <= base.n; i++)
		if (memcmp(base.p + i, mark.p, mark.n) == 0)
			base.n = i;
	decide_set_detail(d, arena_printf(d->mem, STR_FMT " [refused: %s by " STR_FMT ": %s]",
	                             STR_ARG(base), action, STR_ARG(d->actor), why));
}

/* An answer is only for the selection that its author looked at. */
static bool is_other_content(struct deciding *d, const struct decide_event *ev, const char *action)
{
	if (ev->content_hash.n == 0 || str_eq(ev->content_hash, d->m->content_hash))
		return false;
	refuse(d, action, "other_content",
	        "the selection has changed since you looked at it; look again");
	return true;
}

enum next decide_approve(struct deciding *d, const struct decide_event *ev)
{
	struct ev_delivery_memory *m = d->m;
	if (decide_is_held(d, HOLD_BELOW_FLOOR)) {
		refuse(d, "approve", holds[HOLD_BELOW_FLOOR].word,
		        "nobody can approve fewer people than LONGSHORE_MIN_AUDIENCE");
		return NEXT_STAYS;
	}
	if (!is_approvable(d)) {
		refuse(d, "approve", "nothing_to_approve", "it is not waiting for an approval");
		return NEXT_STAYS;
	}
	if (person_is_nobody(ev->actor)) {
		refuse(d, "approve", "no_actor", "an approval needs an actor");
		return NEXT_STAYS;
	}
	if (person_is_same(ev->actor, m->requested_by)) {
		refuse(d, "approve", "own_request", "the approver must not be the requester");
		return NEXT_STAYS;
	}
	if (is_other_content(d, ev, "approve"))
		return NEXT_STAYS;
	m->approved_by = ev->actor;
	m->approved_hash = m->content_hash;
	m->approved = m->baseline;
	decide_audit(d, "approved", d->x->reason, ev->note);
	decide_go_to(d, EV_PHASE_GATE, STATE_SELECTING);
	decide_set_detail(d, STR(""));
	return NEXT_LISTS;
}

enum next decide_reject(struct deciding *d, const struct decide_event *ev)
{
	if (d->x->state != STATE_HELD) {
		refuse(d, "reject", "not_held", "it is not held");
		return NEXT_STAYS;
	}
	if (ev->actor.n == 0) {
		refuse(d, "reject", "no_actor", "a rejection needs an actor");
		return NEXT_STAYS;
	}
	if (is_other_content(d, ev, "reject"))
		return NEXT_STAYS;
	return decide_end(d, STATE_REJECTED, STR("rejected"),
	        arena_printf(d->mem, "by " STR_FMT "%s" STR_FMT, STR_ARG(ev->actor),
	                ev->note.n > 0 ? ": " : "", STR_ARG(ev->note)));
}

static enum next resume_uploads(struct deciding *d, const struct decide_event *ev)
{
	bool settles = d->m->phase == EV_PHASE_SETTLE;
	d->m->lists_seen_ms = 0; /* no upload without another look, however short the hold was */
	decide_audit(d, "resumed", STR(""), ev->note);
	enum next next = ev->new_place ? decide_accept_place(d) : NEXT_STAYS;
	if (next != NEXT_STAYS)
		return next;
	decide_forget_elsewhere(d);
	next = decide_resend(d, ev->resolution);
	if (next != NEXT_STAYS || d->out->needs)
		return next;
	/* The phase continues where it was, with its counters. */
	d->x->state = settles ? STATE_CANCELLING : STATE_UPLOADING;
	d->x->reason = settles ? d->m->end_reason : STR("");
	d->m->hold_since_ms = 0;
	d->m->hold_check_ms = 0;
	d->m->hold_expires_ms = 0;
	decide_set_detail(d, STR(""));
	return NEXT_CHECKS;
}

enum next decide_resume(struct deciding *d, const struct decide_event *ev)
{
	if (d->x->state != STATE_HELD) {
		refuse(d, "resume", "not_held", "it is not held");
		return NEXT_STAYS;
	}
	if (is_other_content(d, ev, "resume"))
		return NEXT_STAYS;
	if (ev->new_place && !decide_is_found_elsewhere(d)) {
		refuse(d, "resume", "no_new_place",
		        "no different place was found at its bucket's url");
		return NEXT_STAYS;
	}
	if (ev->new_place && person_is_nobody(ev->actor)) {
		refuse(d, "resume", "no_actor", "accepting a new place needs an actor");
		return NEXT_STAYS;
	}
	if (d->m->has_uploads)
		return resume_uploads(d, ev);
	if (!ev->frozen.spec) {
		decide_refuse(d, "resume", "bad_configuration", ev->frozen.fault);
		d->out->answers = true;
		decide_set_detail(d, ev->frozen.fault);
		return NEXT_STAYS;
	}
	/* A person who resumes it with other content becomes the requester, and so cannot approve
	 * it. */
	if (!str_eq(d->x->spec_hash, ev->frozen.hash) && !person_is_nobody(ev->actor))
		d->m->requested_by = ev->actor;
	decide_take_spec(d, &ev->frozen);
	decide_audit(d, "resumed", STR(""), ev->note);
	decide_begin_revision(d, EV_PHASE_START);
	return decide_first(d);
}
