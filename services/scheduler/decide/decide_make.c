/* SPDX-License-Identifier: Apache-2.0
 *
 * Wide phases, which can have very many tasks: select, parts, uploads of parts. Their rows are
 * made in index order, shortly before they can be issued. So no decision makes, loads or changes
 * more than a few waves of rows. Tasks without a row are only a number (tasks_unmade), which
 * ends or continues with its phase. Pure. */
#include "deciding.h"

#include "plan.h"

enum { WAVES_OPEN = 4 };

bool decide_is_wide(const struct delivery *x)
{
	return x->memory.phase == EV_PHASE_SELECT || x->memory.phase == EV_PHASE_PARTS ||
	       x->memory.phase == EV_PHASE_UPLOAD_PARTS;
}

enum stage decide_wide_stage(const struct delivery *x)
{
	return x->memory.phase == EV_PHASE_SELECT  ? STAGE_SELECT
	       : x->memory.phase == EV_PHASE_PARTS ? STAGE_PART
	                                           : STAGE_UPLOAD;
}

int32_t decide_open_max(const struct decide_rules *rules)
{
	return rules->wave > INT32_MAX / WAVES_OPEN ? INT32_MAX : rules->wave * WAVES_OPEN;
}

/* Rows of the phase that are not done. */
int32_t decide_open(const struct delivery *x)
{
	const struct ev_delivery_memory *m = &x->memory;
	return m->tasks_total - m->tasks_unmade - m->tasks_done;
}

static int32_t smaller(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

/* No upload is made while a person or a look at the lists is waited for. */
static bool rests(const struct delivery *x)
{
	return x->memory.phase == EV_PHASE_UPLOAD_PARTS &&
	       (x->state == STATE_HELD || x->memory.is_looking);
}

int32_t decide_makes(const struct delivery *x, const struct decide_rules *rules)
{
	int32_t unmade = x->memory.tasks_unmade, open = decide_open(x);
	if (unmade <= 0 || !decide_is_wide(x) || rests(x))
		return 0;
	int32_t waiting = open > x->tasks_out ? open - x->tasks_out : 0;
	int32_t room = smaller(rules->wave - waiting, decide_open_max(rules) - open);
	int32_t worth = smaller(unmade, (rules->wave + 1) / 2); /* avoids one decision per row */
	return room >= worth && room > 0 ? smaller(room, unmade) : 0;
}

static int32_t planned(const struct delivery *x)
{
	return x->memory.phase == EV_PHASE_SELECT ? x->memory.slices_count : x->memory.parts;
}

static enum next make_parts(struct deciding *d, int32_t from, int32_t count)
{
	struct file_plan plan;
	struct err e = {0};
	if (!decide_plan_again(d, &plan))
		return NEXT_END;
	for (int32_t i = from; i < from + count; i++) {
		struct file_part part = {.index = i};
		if (plan_name(&plan, i, d->mem, &part.name, &e) != 0)
			return decide_fail(
			        d, str_c(CODE_BAD_NAME), arena_str(d->mem, str_c(e.text)));
		plan_part(&plan, i, &part.first_rank, &part.ranks);
		decide_add_part(d, &part);
	}
	return NEXT_STAYS;
}

static enum next make_uploads(struct deciding *d, int32_t from, int32_t count)
{
	struct file_plan plan;
	if (!decide_plan_again(d, &plan))
		return NEXT_END;
	const struct brief **parts = decide_done(d, STAGE_PART, from, count);
	enum next next = NEXT_STAYS;
	for (int32_t i = 0; parts && i < count && next == NEXT_STAYS; i++)
		next = decide_upload_part(d, &plan, from + i, parts[i]);
	return next;
}

static enum next make(struct deciding *d, int32_t count)
{
	struct ev_delivery_memory *m = d->m;
	enum ev_phase phase = m->phase;
	int32_t from = planned(d->x) - m->tasks_unmade, total = m->tasks_total;
	enum next next = NEXT_STAYS;
	decide_expect_rows(d, count);
	if (phase == EV_PHASE_PARTS)
		next = make_parts(d, from, count);
	else if (phase == EV_PHASE_UPLOAD_PARTS)
		next = make_uploads(d, from, count);
	for (int32_t i = from; phase == EV_PHASE_SELECT && i < from + count; i++)
		decide_add_select(d, i);
	if (next != NEXT_STAYS)
		return next;    /* one of them failed the delivery */
	m->tasks_total = total; /* all tasks were counted when the phase began */
	m->tasks_unmade -= count;
	return NEXT_STAYS;
}

enum next decide_begin_tasks(struct deciding *d, int32_t count)
{
	d->m->tasks_total = d->m->tasks_unmade = count;
	d->m->tasks_floor = 0;
	return make(d, smaller(count, d->rules->wave));
}

static void raise_floor(struct deciding *d)
{
	int32_t floor = planned(d->x) - d->m->tasks_unmade;
	if (!decide_is_wide(d->x) || !d->facts->knows_open)
		return;
	for (size_t i = 0; i < d->out->rows_count; i++) {
		const struct task_row *row = &d->out->rows[i];
		bool is_open = row->status == TASK_WAITING || row->status == TASK_ISSUED;
		if (is_open && decide_row_is(d, row, decide_wide_stage(d->x)) && row->index < floor)
			floor = row->index;
	}
	if (floor > d->m->tasks_floor)
		d->m->tasks_floor = floor;
}

enum next decide_make_more(struct deciding *d)
{
	int32_t count = decide_makes(d->x, d->rules);
	int32_t from = planned(d->x) - d->m->tasks_unmade;
	if (count > 0 && d->m->phase == EV_PHASE_UPLOAD_PARTS && decide_lacks_parts(d, from, count))
		return NEXT_STAYS;
	raise_floor(d);
	return count > 0 ? make(d, count) : NEXT_STAYS;
}
