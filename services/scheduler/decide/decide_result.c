/* SPDX-License-Identifier: Apache-2.0
 *
 * Results. The first `done` of any issue is accepted and never taken back; every other word counts
 * for the current issue only. Only here is it decided whether a task is tried again. Pure.
 *
 *   retry    spends an attempt; waits with backoff; too many of them fail the delivery
 *   defer, expired   spend none; who says `expired` too early has a clock that is ahead, and would
 *            say so for ever: the task waits with backoff
 *   reject   will never work: what then depends on the reason
 */
#include "deciding.h"

#include "backoff.h"

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

/* The neighbour is away, which may last; that is no fault of the task. */
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

/* A worker's word moves a task by so much at most: then it is asked again, and says again how long. */
enum { PUT_OFF_MOST_MS = 3600 * 1000 };

static void wait_until(
        struct deciding *d, struct task_row *row, int64_t ready_ms, int64_t not_before_ms)
{
	int64_t latest_ms = d->facts->now_ms + PUT_OFF_MOST_MS;
	int64_t asked_ms = not_before_ms < latest_ms ? not_before_ms : latest_ms;
	row->status = TASK_WAITING;
	row->ready_ms = ready_ms > asked_ms ? ready_ms : asked_ms;
	row->is_changed = true;
	d->out->is_changed = true;
}

static void source_missing(struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	if (!decide_asks_about_file(d))
		decide_hold(d, "source_missing", true, arena_str(d->mem, present(r->detail)));
	wait_until(d, row, d->facts->now_ms + d->rules->hold_check_ms, r->not_before_ms);
}

/* The same task looks again, so that a list that stays old for days makes no row a look. */
static void list_is_stale(struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	decide_hold(d, "suppression_stale", true, arena_str(d->mem, present(r->detail)));
	d->m->is_admitted = false; /* others may look whether the bucket is back */
	wait_until(d, row, d->facts->now_ms + d->rules->hold_check_ms, r->not_before_ms);
}

/* Stays in the status until this step is over, so that it is told once and not at every try. */
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
		        "gave no answer in time: it hangs, or no uploader runs; it is tried again",
		        STR(""));
}

/* Another place than is wanted was found often enough: a person is asked. */
static bool ask_for_place(struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	bool is_elsewhere = done_fact(r, STR("place_found")).n > 0;
	if (!is_elsewhere || row->stage != STAGE_UPLOAD || !decide_is_found_elsewhere(d) ||
	        row->attempts + 1 < d->frozen.spec->limits.attempts)
		return false;
	wait_until(d, row, TASK_NEVER_MS, 0);
	decide_hold(d, "drop_changed", false, decide_elsewhere_detail(d, present(r->detail)));
	return true;
}

static void retry(struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	if (row->stage == STAGE_UPLOAD && str_eq(r->reason, STR("drop_unavailable")))
		place_away(d, "was away, it is tried again: ", present(r->detail));
	if (row->stage == STAGE_UPLOAD || row->stage == STAGE_SETTLE)
		decide_note_elsewhere(d, r);
	if (ask_for_place(d, row, r))
		return;
	if (str_eq(r->reason, STR("source_missing"))) {
		source_missing(d, row, r);
		return;
	}
	if (row->stage == STAGE_LISTS && str_eq(r->reason, STR("suppression_stale"))) {
		list_is_stale(d, row, r);
		return;
	}
	row->attempts++;
	int64_t pause =
	        backoff_ms(row->id, row->attempts, d->rules->backoff_ms, d->rules->backoff_most_ms);
	wait_until(d, row, d->facts->now_ms + pause, r->not_before_ms);
	if (row->attempts < attempts_allowed(d, r->reason))
		return;
	struct str detail = arena_printf(d->mem, "%s %d, after %d attempts: " STR_FMT,
	        stage_plan(row->stage)->name, (int)row->index, (int)row->attempts,
	        STR_ARG(r->detail));
	/* What became of a file must be known, so settle goes on; but now a person may answer, too.
	 */
	if (row->stage == STAGE_SETTLE)
		decide_hold(d, "uncertain", false,
		        decide_is_found_elsewhere(d) ? decide_elsewhere_detail(d, detail) : detail);
	else
		decide_fail(d, r->reason.n > 0 ? r->reason : STR("retry"), detail);
}

/* What a file's task may leave to a person. A settle that cannot answer is uncertain for any other
 * reason, too. */
static const char *const asks[] = {"uncertain", "name_conflict", "credentials"};
enum { ASKS = sizeof asks / sizeof asks[0] };

static void wait_for_person(
        struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	const char *hold = asks[0];
	for (size_t i = 0; i < ASKS; i++)
		if (str_eq(r->reason, str_c(asks[i])))
			hold = asks[i];
	wait_until(d, row, TASK_NEVER_MS, 0);
	decide_hold(d, hold, false, arena_str(d->mem, present(r->detail)));
}

static void reject(struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	static const char *const stale[] = {
	        "source_changed", "stale_selection", "bridge_version_gone"};
	struct str reason = r->reason.n > 0 ? r->reason : STR("rejected");
	bool is_file = row->stage == STAGE_UPLOAD || row->stage == STAGE_SETTLE;
	if (row->stage == STAGE_SETTLE || (is_file && is_one_of(reason, asks, ASKS))) {
		wait_for_person(d, row, r);
		return;
	}
	if (is_one_of(reason, stale, sizeof stale / sizeof stale[0]) && !d->m->has_uploads) {
		decide_restart(d, EV_PHASE_START, reason);
		return;
	}
	if (str_eq(reason, STR("suppression_changed")) && !d->m->has_uploads) {
		decide_restart(d, EV_PHASE_LISTS, reason);
		return;
	}
	/* "closed" is among them: the ledger says that somebody settles, so settle. */
	wait_until(d, row, d->facts->now_ms, 0);
	decide_fail(d, reason,
	        arena_printf(d->mem, "%s %d: " STR_FMT, stage_plan(row->stage)->name,
	                (int)row->index, STR_ARG(r->detail)));
}

static void file_seen(struct deciding *d, const struct ev_file_receipt *receipt)
{
	d->m->files_visible++;
	if (receipt)
		decide_add_receipt(d, receipt);
}

void decide_check_phase(struct deciding *d)
{
	/* Held, nothing new is begun; but what is settled is over, and a source that was read whole
	 * is missing no more. */
	bool rests = d->x->state == STATE_HELD && d->m->phase != EV_PHASE_SETTLE &&
	             !decide_is_held(d, "source_missing");
	if (d->m->tasks_done < d->m->tasks_total || rests)
		return;
	switch (d->m->phase) {
	case EV_PHASE_SELECT:
		decide_selected(d);
		return;
	case EV_PHASE_PARTS:
		decide_parts_done(d);
		return;
	case EV_PHASE_TRAILERS:
		decide_trailers_done(d);
		return;
	case EV_PHASE_UPLOAD_PARTS:
	case EV_PHASE_UPLOAD_MANIFEST:
	case EV_PHASE_UPLOAD_MARKER:
		decide_uploaded(d);
		return;
	case EV_PHASE_SETTLE:
		decide_settled(d);
		return;
	case EV_PHASE_UNKNOWN: /* one task, whose result says how to go on */
	case EV_PHASE_START:
	case EV_PHASE_INSPECT:
	case EV_PHASE_ORDER:
	case EV_PHASE_LISTS:
	case EV_PHASE_COMBINE:
	case EV_PHASE_GATE:
	case EV_PHASE_BUILD:
	case EV_PHASE_OVER:
		return;
	}
}

static bool is_by_person(const struct ev_task_result *r)
{
	return str_eq(done_fact(r, STR("place_by")), STR("person"));
}

/* An older uploader does not say where it is. */
bool decide_is_elsewhere(const struct deciding *d, struct str place, bool is_by_person)
{
	return place.n > 0 && d->m->place.n > 0 && !is_by_person && !str_eq(place, d->m->place);
}

/* The first receipt's place is the delivery's, until a person's answer names another. */
static void keep_place(struct deciding *d, const struct ev_task_result *r)
{
	struct str place = done_fact(r, STR("place"));
	if (place.n > 0 && (d->m->place.n == 0 || is_by_person(r)))
		d->m->place = arena_str(d->mem, place);
}

/* Several files were under way when the drop was mounted or unmounted. The receipt says that this
 * one was sent, but the partner has no whole delivery. */
static void file_elsewhere(struct deciding *d, const struct ev_task_result *r)
{
	struct str detail = arena_printf(d->mem,
	        STR_FMT " %d: the file was put into another directory than those before it; see "
	                "that the bucket is mounted, remove what is below its mount point, and "
	                "deliver again",
	        STR_ARG(r->stage), (int)r->index);
	if (r->receipt)
		decide_add_receipt(d, r->receipt);
	if (d->m->phase != EV_PHASE_SETTLE) {
		decide_fail(d, STR("drop_changed"), detail);
		return;
	}
	d->m->end_detail = arena_printf(d->mem, STR_FMT "%s" STR_FMT, STR_ARG(d->m->end_detail),
	        d->m->end_detail.n > 0 ? "; " : "", STR_ARG(detail));
	decide_check_phase(d);
}

static void done_at_destination(struct deciding *d, const struct task_row *row)
{
	const struct ev_task_result *r = row->result;
	bool is_upload = row->stage == STAGE_UPLOAD;
	bool is_visible = is_upload || str_eq(done_fact(r, STR("visible")), STR("true"));
	if (is_upload)
		d->out->uploads_up++;
	decide_forget_elsewhere(d);
	if (is_visible && decide_is_elsewhere(d, done_fact(r, STR("place")), is_by_person(r))) {
		file_elsewhere(d, r);
		return;
	}
	if (is_visible) {
		keep_place(d, r);
		file_seen(d, r->receipt);
	}
	decide_check_phase(d);
}

static void done(struct deciding *d, struct task_row *row, const struct decide_event *ev)
{
	row->status = TASK_DONE;
	row->result = ev->result;
	row->result_bytes = ev->result_bytes;
	row->is_changed = true;
	d->m->tasks_done++;
	d->out->is_changed = true;
	switch (row->stage) {
	case STAGE_BUILD:
		decide_built(d, ev->result);
		return;
	case STAGE_INSPECT:
		decide_inspected(d, ev->result);
		return;
	case STAGE_LISTS:
		decide_lists_seen(d, ev->result);
		return;
	case STAGE_COMBINE:
		decide_combined(d, ev->result);
		return;
	case STAGE_SELECT:
	case STAGE_PART:
	case STAGE_MANIFEST:
	case STAGE_MARKER:
		decide_check_phase(d);
		return;
	case STAGE_UPLOAD:
	case STAGE_SETTLE:
		done_at_destination(d, row);
		return;
	case STAGE_COUNT:
		return;
	}
}

static void deferred(struct deciding *d, struct task_row *row, const struct ev_task_result *r)
{
	bool was_asked = row->stage == STAGE_UPLOAD && str_eq(r->reason, STR("place_unknown"));
	if (was_asked && !decide_place_told(d, r))
		retry(d, row, r); /* else it would be asked again and again without a pause */
	else
		wait_until(d, row, d->facts->now_ms, r->not_before_ms);
}

static void expired(struct deciding *d, struct task_row *row)
{
	int64_t now_ms = d->facts->now_ms, pause_ms = 0;
	if (now_ms < row->not_after_ms) {
		const struct decide_rules *rules = d->rules;
		pause_ms =
		        backoff_ms(row->id, row->issue, rules->backoff_ms, rules->backoff_most_ms);
		decide_set_detail(d, arena_printf(d->mem,
		                             "a worker said of %s %d that its time was over, and "
		                             "it was not: see "
		                             "the clocks of its machines",
		                             stage_plan(row->stage)->name, (int)row->index));
	}
	wait_until(d, row, now_ms + pause_ms, 0);
}

void decide_result(struct deciding *d, const struct decide_event *ev)
{
	const struct ev_task_result *r = ev->result;
	struct task_row *row = decide_find_row(d, r->task_id);
	if (delivery_state_is_final(d->x->state) || !row || row->status == TASK_DONE ||
	        row->status == TASK_DROPPED || row->issue == 0)
		return;
	bool is_current = row->status == TASK_ISSUED && r->issue == row->issue;
	switch (r->outcome) {
	case EV_OUTCOME_DONE:
		done(d, row, ev);
		return;
	case EV_OUTCOME_RETRY:
		if (is_current)
			retry(d, row, r);
		return;
	case EV_OUTCOME_DEFER:
		if (is_current)
			deferred(d, row, r);
		return;
	case EV_OUTCOME_EXPIRED:
		if (is_current)
			expired(d, row);
		return;
	case EV_OUTCOME_REJECT:
		if (is_current)
			reject(d, row, r);
		return;
	case EV_OUTCOME_UNKNOWN: /* a newer worker's word: the alarm brings the task back */
		return;
	}
}
