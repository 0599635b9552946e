/* SPDX-License-Identifier: Apache-2.0
 *
 * A task that did not succeed: whether it is tried again, and what happens to its delivery. Pure.
 *
 *   retry    counts as an attempt and waits with backoff; too many attempts fail the delivery
 *   defer, expired   count as no attempt. If a worker reports `expired` too early, its clock is
 *            ahead, and it would report it again and again: so the task waits with backoff
 *   reject   will never work: what follows depends on the phase (decide_drive.c) and the reason
 */
#include "deciding.h"

#include "backoff.h"
#include "stages.h"

#include "longshore/result_names.h"

static struct str present(struct str text)
{
	return text.p ? text : STR("");
}

static bool is_one_of(struct str reason, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(reason, str_c(words[i])))
			return true;
	return false;
}

/* The drop or staging is unavailable. This can last, and is not the fault of the task. */
static bool is_unavailable(struct str reason)
{
	static const char *const words[] = {"drop_unavailable", "store_unavailable"};
	return is_one_of(reason, words, sizeof words / sizeof words[0]);
}

static int64_t attempts_allowed(const struct deciding *d, struct str reason)
{
	int64_t attempts = d->frozen.spec->limits.attempts;
	return is_unavailable(reason) ? attempts * 3 : attempts;
}

/* A worker can delay a task by at most this much. Then the task is issued again, and the worker can
 * delay it again. */
enum { PUT_OFF_MAX_MS = 3600 * 1000 };

static void wait_until(
        struct deciding *d, struct task_row *row, int64_t ready_ms, int64_t not_before_ms)
{
	int64_t latest_ms = d->facts->now_ms + PUT_OFF_MAX_MS;
	int64_t asked_ms = not_before_ms < latest_ms ? not_before_ms : latest_ms;
	row->status = TASK_WAITING;
	row->ready_ms = ready_ms > asked_ms ? ready_ms : asked_ms;
	row->is_changed = true;
	d->out->is_changed = true;
}

static void source_missing(struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	if (!decide_asks_about_file(d))
		decide_hold(d, HOLD_SOURCE_MISSING, arena_str(d->mem, present(r->detail)));
	wait_until(d, row, d->facts->now_ms + d->rules->hold_check_ms, r->not_before_ms);
}

/* The same task looks again, so that a list that is stale for days does not make a new row for each
 * look. */
static void list_is_stale(struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	decide_hold(d, HOLD_SUPPRESSION_STALE, arena_str(d->mem, present(r->detail)));
	d->m->is_admitted = false; /* other deliveries can probe the bucket */
	wait_until(d, row, d->facts->now_ms + d->rules->hold_check_ms, r->not_before_ms);
}

/* Stays in the status until this step is over, so that it is published once and not at every
 * retry. */
static void place_away(struct deciding *d, const char *what, struct str detail)
{
	d->out->uploads_down++;
	if (d->x->state == STATE_UPLOADING)
		decide_set_detail(
		        d, arena_printf(d->mem, "the place " STR_FMT " %s" STR_FMT,
		                   STR_ARG(d->frozen.spec->bucket.url), what, STR_ARG(detail)));
}

void decide_unanswered(struct deciding *d, const struct task_row *row)
{
	if (row->stage == STAGE_UPLOAD)
		place_away(d,
		        "did not answer in time: it hangs, or no uploader is running; it is "
		        "retried",
		        STR(""));
}

/* If another place than the expected one was found often enough, a person is asked. */
static bool ask_for_place(struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	bool is_elsewhere = done_fact(r, str_c(FACT_PLACE_FOUND)).n > 0;
	if (!is_elsewhere || row->stage != STAGE_UPLOAD || !decide_is_found_elsewhere(d) ||
	        row->attempts + 1 < d->frozen.spec->limits.attempts)
		return false;
	wait_until(d, row, TASK_NEVER_MS, 0);
	decide_hold(d, HOLD_DROP_CHANGED, decide_elsewhere_detail(d, present(r->detail)));
	return true;
}

enum next decide_retry(struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	if (row->stage == STAGE_UPLOAD && str_eq(r->reason, str_c(CODE_DROP_UNAVAILABLE)))
		place_away(d, "was unavailable; it is retried: ", present(r->detail));
	if (row->stage == STAGE_UPLOAD || row->stage == STAGE_SETTLE)
		decide_note_elsewhere(d, r);
	if (ask_for_place(d, row, r))
		return NEXT_STAYS;
	if (str_eq(r->reason, str_c(CODE_SOURCE_MISSING))) {
		source_missing(d, row, r);
		return NEXT_STAYS;
	}
	if (row->stage == STAGE_LISTS && str_eq(r->reason, str_c(CODE_SUPPRESSION_STALE))) {
		list_is_stale(d, row, r);
		return NEXT_STAYS;
	}
	row->attempts++;
	int64_t pause =
	        backoff_ms(row->id, row->attempts, d->rules->backoff_ms, d->rules->backoff_max_ms);
	wait_until(d, row, d->facts->now_ms + pause, r->not_before_ms);
	if (row->attempts < attempts_allowed(d, r->reason))
		return NEXT_STAYS;
	struct str detail = arena_printf(d->mem, "%s %d, after %d attempts: " STR_FMT,
	        stage_plans[row->stage].name, (int)row->index, (int)row->attempts,
	        STR_ARG(r->detail));
	/* The state of a file must be known, so settle continues. From now on a person can answer,
	 * too. */
	if (row->stage != STAGE_SETTLE)
		return decide_fail(d, r->reason.n > 0 ? r->reason : STR("retry"), detail);
	decide_hold(d, HOLD_UNCERTAIN,
	        decide_is_found_elsewhere(d) ? decide_elsewhere_detail(d, detail) : detail);
	return NEXT_STAYS;
}

enum next decide_deferred(struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	bool was_asked = row->stage == STAGE_UPLOAD && str_eq(r->reason, STR("place_unknown"));
	if (was_asked && !decide_place_told(d, r))
		return decide_retry(d, row, r); /* otherwise issued at once, again and again */
	wait_until(d, row, d->facts->now_ms, r->not_before_ms);
	return NEXT_STAYS;
}

void decide_expired(struct deciding *d, struct task_row *row)
{
	int64_t now_ms = d->facts->now_ms, pause_ms = 0;
	if (now_ms < row->not_after_ms) {
		const struct decide_rules *rules = d->rules;
		pause_ms =
		        backoff_ms(row->id, row->issue, rules->backoff_ms, rules->backoff_max_ms);
		decide_set_detail(d, arena_printf(d->mem,
		                             "a worker reported %s %d as expired, but it was not: "
		                             "check the clocks of the workers' machines",
		                             stage_plans[row->stage].name, (int)row->index));
	}
	wait_until(d, row, now_ms + pause_ms, 0);
}

/* Reasons that a task at the destination leaves to a person. A settle that fails for another reason
 * is uncertain. */
static const enum hold asks[] = {HOLD_UNCERTAIN, HOLD_NAME_CONFLICT, HOLD_CREDENTIALS};

static bool asks_for(struct str reason, enum hold *out)
{
	for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
		if (!str_eq(reason, str_c(holds[asks[i]].word)))
			continue;
		*out = asks[i];
		return true;
	}
	return false;
}

enum next decide_ask_person(
        struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	enum hold hold = HOLD_UNCERTAIN;
	(void)asks_for(r->reason, &hold);
	wait_until(d, row, TASK_NEVER_MS, 0);
	decide_hold(d, hold, arena_str(d->mem, present(r->detail)));
	return NEXT_STAYS;
}

static enum next fail_rejected(
        struct deciding *d, struct task_row *row, struct str reason, struct str detail)
{
	/* The reason can be "closed": the ledger says that a settle began, so settle. */
	wait_until(d, row, d->facts->now_ms, 0);
	return decide_fail(d, reason,
	        arena_printf(d->mem, "%s %d: " STR_FMT, stage_plans[row->stage].name,
	                (int)row->index, STR_ARG(detail)));
}

static struct str reason_of(const struct ev_task_result *r)
{
	return r->reason.n > 0 ? r->reason : STR("rejected");
}

enum next decide_rejected(struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	static const char *const stale[] = {
	        "source_changed", "stale_selection", "bridge_version_gone"};
	struct str reason = reason_of(r);
	if (is_one_of(reason, stale, sizeof stale / sizeof stale[0]) && !d->m->has_uploads)
		return decide_restart(d, EV_PHASE_START, reason);
	if (str_eq(reason, str_c(CODE_SUPPRESSION_CHANGED)) && !d->m->has_uploads)
		return decide_restart(d, EV_PHASE_LISTS, reason);
	return fail_rejected(d, row, reason, r->detail);
}

enum next decide_rejected_upload(
        struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	enum hold hold;
	if (asks_for(r->reason, &hold))
		return decide_ask_person(d, row, r);
	return fail_rejected(d, row, reason_of(r), r->detail);
}
