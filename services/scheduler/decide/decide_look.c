/* SPDX-License-Identifier: Apache-2.0
 *
 * The look at the suppression lists before uploads. Hours can pass between combine and the first
 * upload: a breaker is open, a cap or quota is used up, a worker is stopped, a person is asked. So
 * the lists are looked at again when everything else allows an upload. While no file is known to be
 * visible, no upload is issued without a recent look (issue.c checks).
 *
 *   the lists are as combined     -> the uploads go, in the decision that reads the result
 *   a list is newer, none issued  -> combine again, as the next revision
 *   a list is newer, one issued   -> settle first, so that nothing appears later. If nothing
 *                                    is visible: combine again; else the delivery fails, or
 *                                    completes as too late
 *   unreadable, missing, too old  -> held; nothing is sent
 *
 * The look takes the upload's places under the caps and its turn at the breaker, so that both are
 * still available when it is done. Pure. */
#include "deciding.h"

#include "stages.h"

static bool is_fresh(int64_t seen_ms, int64_t now_ms, int64_t most_ms)
{
	return seen_ms > 0 && seen_ms <= now_ms && now_ms - seen_ms <= most_ms;
}

bool decide_wants_look(const struct delivery *x, const struct spec *spec,
        const struct decide_rules *rules, int64_t now_ms)
{
	const struct ev_delivery_memory *m = &x->memory;
	return spec && spec->suppressions_count > 0 && m->files_visible == 0 &&
	       !is_fresh(m->lists_seen_ms, now_ms, rules->lists_fresh_ms);
}

void decide_look_before_upload(struct deciding *d)
{
	decide_add_lists(d);
	struct task_row *look = &d->out->rows[d->out->rows_count - 1];
	look->destination = d->frozen.spec->destination.name;
	d->m->is_looking = true;
}

/* A delivery held for a stale list stays held during the look. */
enum next decide_look_at_uploads(struct deciding *d)
{
	if (decide_is_held(d, HOLD_SUPPRESSION_STALE) && !d->m->is_looking)
		decide_look_before_upload(d);
	return decide_take_place_again(d);
}

void decide_add_look(struct decision *decision, const struct frozen *frozen,
        const struct facts *facts, struct arena *mem)
{
	struct deciding d = {
	        .out = decision,
	        .x = &decision->after,
	        .m = &decision->after.memory,
	        .frozen = *frozen,
	        .facts = facts,
	        .mem = mem,
	};
	d.m->is_admitted = true;
	decide_look_before_upload(&d);
}

/* The result can have waited for hours, in Kafka or in staging, before it was read. */
static int64_t age_of(const struct deciding *d, const struct ev_task_result *result)
{
	return d->facts->now_ms - result->started_at_ms;
}

void decide_note_look(struct deciding *d, const struct ev_task_result *result)
{
	bool counts = age_of(d, result) <= d->rules->not_after_ms;
	d->m->lists_seen_ms = counts ? d->facts->now_ms : 0;
}

static bool is_too_old(struct deciding *d, const struct ev_task_result *result)
{
	int64_t age = age_of(d, result);
	if (age <= d->rules->not_after_ms)
		return false;
	decide_hold(d, HOLD_SUPPRESSION_STALE,
	        arena_printf(d->mem,
	                "the look at the suppression lists is %lld s old by the clock of the "
	                "machine that looked, but at most %lld s are allowed; they are read again: "
	                "check that results are read in time, and check the clocks",
	                (long long)(age / 1000), (long long)(d->rules->not_after_ms / 1000)));
	return true;
}

static enum next combine_again(struct deciding *d)
{
	decide_audit(d, "restarted", str_c(CODE_SUPPRESSION_NEWER), STR(""));
	if (d->m->has_uploads) {
		d->ending = (struct ending){STATE_SELECTING, str_c(CODE_SUPPRESSION_NEWER),
		        STR("a suppression list is newer than the files")};
		return NEXT_SETTLE;
	}
	decide_begin_revision(d, EV_PHASE_LISTS);
	return NEXT_LISTS;
}

bool decide_asks_about_file(const struct deciding *d)
{
	return d->x->state == STATE_HELD && decide_is_uploading(d) &&
	       !decide_is_held(d, HOLD_SOURCE_MISSING) &&
	       !decide_is_held(d, HOLD_SUPPRESSION_STALE);
}

enum next decide_seen_before_upload(
        struct deciding *d, const struct ev_task_result *result, bool is_same)
{
	if (decide_lacks(d, NEED_UNFINISHED))
		return NEXT_STAYS; /* needs the rows that can be issued now */
	d->m->lists_seen_ms = 0;
	if (d->m->files_visible > 0)
		return decide_go_on(d);
	if (is_too_old(d, result))
		return NEXT_STAYS;
	if (!is_same)
		return combine_again(d);
	decide_note_look(d, result);
	return decide_go_on(d);
}
