/* SPDX-License-Identifier: Apache-2.0
 *
 * Moves a delivery from step to step. The table is the state diagram. For each phase it has the
 * tasks, the step that begins it, the steps that follow its results and its end, the check while
 * it is held, and what happens to a rejected task. A stage returns what is next; the step itself
 * is taken only here. Pure. */
#include "drive.h"

#include <assert.h>

#define BIT(n) (UINT32_C(1) << (n))
#define TO(next) BIT(NEXT_##next)
/* While nothing was uploaded, a changed source or list makes the delivery start over. */
#define AGAIN (TO(START) | TO(LISTS))

const struct phase_row decide_phases[] = {
        {NEXT_START, EV_PHASE_START, STATE_REQUESTED, 0, .begin = decide_start,
                .looked_at = decide_start, .follows = TO(INSPECT)},
        {NEXT_INSPECT, EV_PHASE_INSPECT, STATE_SELECTING, BIT(STAGE_INSPECT),
                .begin = decide_inspect, .answered = decide_inspected, .failed = decide_rejected,
                .follows = AGAIN | TO(SELECT) | TO(ORDER)},
        {NEXT_SELECT, EV_PHASE_SELECT, STATE_SELECTING, BIT(STAGE_SELECT), .begin = decide_select,
                .done = decide_selected, .failed = decide_rejected, .follows = AGAIN | TO(ORDER)},
        {NEXT_ORDER, EV_PHASE_ORDER, STATE_SELECTING, 0, .begin = decide_take_route,
                .looked_at = decide_take_route, .follows = TO(LISTS)},
        {NEXT_LISTS, EV_PHASE_LISTS, STATE_SELECTING, BIT(STAGE_LISTS),
                .begin = decide_look_at_lists, .answered = decide_lists_seen,
                .looked_at = decide_look_at_lists_again, .failed = decide_rejected,
                .follows = AGAIN | TO(COMBINE) | TO(GATE) | TO(SETTLE)},
        {NEXT_COMBINE, EV_PHASE_COMBINE, STATE_SELECTING, BIT(STAGE_COMBINE),
                .begin = decide_combine, .answered = decide_combined, .failed = decide_rejected,
                .follows = AGAIN | TO(GATE)},
        {NEXT_GATE, EV_PHASE_GATE, STATE_SELECTING, 0, .begin = decide_gate,
                .looked_at = decide_gate_again, .follows = TO(LISTS) | TO(PARTS) | TO(OVER)},
        {NEXT_PARTS, EV_PHASE_PARTS, STATE_FORMATTING, BIT(STAGE_PART), .begin = decide_format,
                .done = decide_parts_done, .failed = decide_rejected,
                .follows = AGAIN | TO(TRAILERS) | TO(UPLOAD_PARTS)},
        {NEXT_TRAILERS, EV_PHASE_TRAILERS, STATE_FORMATTING,
                BIT(STAGE_MANIFEST) | BIT(STAGE_MARKER), .begin = decide_trailers,
                .done = decide_trailers_done, .failed = decide_rejected,
                .follows = AGAIN | TO(UPLOAD_PARTS)},
        {NEXT_UPLOAD_PARTS, EV_PHASE_UPLOAD_PARTS, STATE_UPLOADING, BIT(STAGE_UPLOAD),
                .begin = decide_upload, .answered = decide_done_at_destination,
                .done = decide_uploaded, .looked_at = decide_look_at_uploads,
                .failed = decide_rejected_upload,
                .follows = TO(LISTS) | TO(UPLOAD_MANIFEST) | TO(UPLOAD_MARKER) | TO(OVER)},
        {NEXT_UPLOAD_MANIFEST, EV_PHASE_UPLOAD_MANIFEST, STATE_UPLOADING, BIT(STAGE_UPLOAD),
                .begin = decide_upload_manifest, .answered = decide_done_at_destination,
                .done = decide_uploaded, .looked_at = decide_look_at_uploads,
                .failed = decide_rejected_upload, .follows = TO(UPLOAD_MARKER) | TO(OVER)},
        {NEXT_UPLOAD_MARKER, EV_PHASE_UPLOAD_MARKER, STATE_UPLOADING, BIT(STAGE_UPLOAD),
                .begin = decide_upload_marker, .answered = decide_done_at_destination,
                .done = decide_uploaded, .looked_at = decide_look_at_uploads,
                .failed = decide_rejected_upload, .follows = TO(OVER)},
        {NEXT_SETTLE, EV_PHASE_SETTLE, STATE_CANCELLING, BIT(STAGE_SETTLE), .begin = decide_settle,
                .answered = decide_done_at_destination, .done = decide_settled,
                .failed = decide_ask_person, .follows = TO(LISTS) | TO(OVER)},
        {NEXT_BUILD, EV_PHASE_BUILD, STATE_SELECTING, BIT(STAGE_BUILD), .begin = decide_start_build,
                .answered = decide_built, .failed = decide_rejected, .follows = TO(BUILD)},
        {NEXT_OVER, EV_PHASE_OVER, STATE_COMPLETED, 0, .begin = decide_over},
        /* On the way to its end, from any phase: decides whether it settles first. */
        {NEXT_END, EV_PHASE_UNKNOWN, STATE_COUNT, 0, .begin = decide_ending,
                .follows = TO(SETTLE) | TO(OVER)},
};
enum { PHASES = sizeof decide_phases / sizeof decide_phases[0] };
const size_t decide_phases_count = PHASES;

static const struct phase_row *row_of_phase(enum ev_phase phase)
{
	for (size_t i = 0; i < PHASES; i++)
		if (decide_phases[i].phase == phase && decide_phases[i].next != NEXT_END)
			return &decide_phases[i];
	return NULL;
}

static const struct phase_row *row_of_stage(enum stage stage)
{
	for (size_t i = 0; i < PHASES; i++)
		if ((decide_phases[i].stages & BIT(stage)) != 0)
			return &decide_phases[i];
	return NULL;
}

static const struct phase_row *row_of_next(enum next next)
{
	for (size_t i = 0; i < PHASES; i++)
		if (decide_phases[i].next == next)
			return &decide_phases[i];
	return NULL;
}

/* The table lists every transition: a stage must not return another one. */
static enum next checked(const struct phase_row *row, enum next next)
{
	uint32_t any = BIT(NEXT_STAYS) | BIT(NEXT_CHECKS) | BIT(NEXT_END);
	bool is_known = ((row->follows | any) & BIT(next)) != 0;
	assert(is_known);
	(void)is_known;
	return next;
}

/* A held delivery begins nothing new. Two exceptions: settle can finish, and a source that was read
 * completely is no longer missing. */
static enum next when_done(struct deciding *d)
{
	const struct phase_row *row = row_of_phase(d->m->phase);
	bool rests = d->x->state == STATE_HELD && d->m->phase != EV_PHASE_SETTLE &&
	             !decide_is_held(d, HOLD_SOURCE_MISSING);
	if (d->m->tasks_done < d->m->tasks_total || rests || !row || !row->done)
		return NEXT_STAYS;
	return checked(row, row->done(d));
}

void decide_drive(struct deciding *d, enum next next)
{
	while (next != NEXT_STAYS && !d->out->needs) {
		const struct phase_row *row = row_of_next(next);
		next = row ? checked(row, row->begin(d)) : when_done(d);
	}
}

void decide_look_again(struct deciding *d)
{
	const struct phase_row *row = row_of_phase(d->m->phase);
	d->m->hold_check_ms = d->facts->now_ms + d->rules->hold_check_ms;
	d->out->is_changed = true;
	if (row && row->looked_at)
		decide_drive(d, checked(row, row->looked_at(d)));
}

enum next decide_answered(struct deciding *d, const struct task_row *task)
{
	const struct phase_row *row = row_of_stage(task->stage);
	return row && row->answered ? checked(row, row->answered(d, task)) : NEXT_CHECKS;
}

enum next decide_failed(
        struct deciding *d, struct task_row *task, const struct ev_task_result *result)
{
	const struct phase_row *row = row_of_stage(task->stage);
	return row && row->failed ? checked(row, row->failed(d, task, result)) : NEXT_STAYS;
}
