/* SPDX-License-Identifier: Apache-2.0
 * Uploads in order: all parts, then the manifest, then the marker. Each step begins only when
 * all files before it are receipted. Pure. */
#include "deciding.h"

#include "plan.h"
#include "stages.h"

static bool plan_uploads(struct deciding *d, struct file_plan *plan, struct str **out_names)
{
	struct err e = {0};
	if (!decide_plan_again(d, plan))
		return false;
	if (plan_names(plan, d->mem, out_names, &e) == 0)
		return true;
	(void)decide_fail(d, str_c(CODE_BAD_NAME), arena_str(d->mem, str_c(e.text)));
	return false;
}

static void want_claims(struct deciding *d, struct str *names, size_t count)
{
	struct name_claim *claims = arena_alloc(d->mem, count * sizeof *claims);
	for (size_t i = 0; i < count; i++)
		claims[i] = (struct name_claim){names[i], decide_file_id(d, names[i])};
	d->out->claims = claims;
	d->out->claims_count = count;
}

/* A name is never used twice. If {label} can make the names differ, the label gets some digits of
 * the delivery's id, and the files are made again under the new names. So two deliveries of the
 * same second, or of two routes into one bucket, do not block each other. */
static bool take_own_names(struct deciding *d)
{
	const struct spec_destination *to = &d->frozen.spec->destination;
	struct ev_delivery_memory *m = d->m;
	if (!naming_labels_differ(to) || naming_is_own_label(m->label, d->x->id))
		return false;
	m->label = naming_own_label(m->label, d->x->id, d->mem);
	decide_audit(d, "renamed", str_c(CODE_NAME_CONFLICT),
	        arena_printf(d->mem,
	                "another delivery has the name " STR_FMT "; {label} is now " STR_FMT,
	                STR_ARG(d->facts->claimed_path), STR_ARG(m->label)));
	decide_begin_revision(d, EV_PHASE_LISTS);
	return true;
}

enum next decide_upload(struct deciding *d)
{
	struct file_plan plan;
	struct str *names = NULL;
	if (!plan_uploads(d, &plan, &names))
		return NEXT_END;
	int32_t first = plan.parts < d->rules->wave ? plan.parts : d->rules->wave;
	bool lacks = decide_lacks_parts(d, 0, first);
	want_claims(d, names, (size_t)plan_files(&plan));
	if (decide_lacks(d, NEED_CLAIMS) || lacks)
		return NEXT_STAYS;
	if (d->facts->claimed_path.p) {
		d->out->claims_count = 0;
		if (take_own_names(d))
			return NEXT_LISTS;
		decide_hold(d, HOLD_NAME_CONFLICT,
		        arena_printf(d->mem,
		                "another delivery has the name " STR_FMT
		                "; a name is never used twice: change the template and resume",
		                STR_ARG(d->facts->claimed_path)));
		return NEXT_STAYS;
	}
	d->m->is_formatted = true;
	if (decide_waits_for_blackout(d) || !decide_take_place(d)) {
		d->out->claims_count = 0; /* names are taken with the first upload */
		return NEXT_STAYS;
	}
	d->m->is_admitted = false;
	decide_go_to(d, EV_PHASE_UPLOAD_PARTS, STATE_UPLOADING);
	decide_set_detail(d, STR(""));
	return decide_begin_tasks(d, plan.parts);
}

/* All uploads of the phase are receipted: continues with the next file, or ends. */
enum next decide_uploaded(struct deciding *d)
{
	struct file_plan plan;
	if (!decide_plan_again(d, &plan))
		return NEXT_END;
	int32_t next = d->m->phase == EV_PHASE_UPLOAD_PARTS ? plan.parts : plan_files(&plan) - 1;
	bool is_over = next >= plan_files(&plan) ||
	               (d->m->phase == EV_PHASE_UPLOAD_MANIFEST && !plan.has_marker) ||
	               d->m->phase == EV_PHASE_UPLOAD_MARKER;
	if (is_over)
		return decide_complete(d, STR(""));
	bool is_manifest = plan_role(&plan, next) == EV_FILE_ROLE_MANIFEST;
	return is_manifest ? NEXT_UPLOAD_MANIFEST : NEXT_UPLOAD_MARKER;
}

static enum next upload_one(
        struct deciding *d, const struct file_plan *plan, enum ev_phase phase, int32_t index)
{
	decide_go_to(d, phase, STATE_UPLOADING);
	decide_set_detail(d, STR(""));
	struct file_upload file = {.index = index, .resolution = EV_RESOLUTION_NONE};
	return decide_add_upload_of(d, plan, &file, NULL);
}

enum next decide_upload_manifest(struct deciding *d)
{
	struct file_plan plan;
	if (!decide_plan_again(d, &plan))
		return NEXT_END;
	return upload_one(d, &plan, EV_PHASE_UPLOAD_MANIFEST, plan.parts);
}

enum next decide_upload_marker(struct deciding *d)
{
	struct file_plan plan;
	if (!decide_plan_again(d, &plan))
		return NEXT_END;
	return upload_one(d, &plan, EV_PHASE_UPLOAD_MARKER, plan_files(&plan) - 1);
}

static enum next send_again(struct deciding *d, const struct file_plan *plan, int32_t index,
        const struct brief *const *parts, enum ev_resolution resolution)
{
	const struct brief *part = index < plan->parts ? parts[index] : NULL;
	struct file_upload file = {.index = index, .resolution = resolution};
	if (d->m->phase != EV_PHASE_SETTLE)
		return decide_add_upload_of(d, plan, &file, part);
	decide_add_settle_of(d, plan, &file, part);
	return NEXT_STAYS;
}

/* Sends again what waits for a person: unchanged, or as a new task with the answer. */
enum next decide_resend(struct deciding *d, enum ev_resolution resolution)
{
	bool settles = d->m->phase == EV_PHASE_SETTLE;
	enum stage stage = settles ? STAGE_SETTLE : STAGE_UPLOAD;
	struct file_plan plan;
	bool lacks = decide_lacks_stages(d, 1u << STAGE_PART);
	if (decide_lacks_waiting(d, stage) || lacks)
		return NEXT_STAYS;
	if (!decide_plan_again(d, &plan))
		return NEXT_END;
	const struct brief **parts = decide_done(d, STAGE_PART, 0, plan.parts);
	if (!parts)
		return decide_fail(d, str_c(CODE_TOO_MANY_PARTS), STR("the parts are too many"));
	d->m->looks++;
	size_t count = d->out->rows_count; /* new rows are added at the end */
	enum next next = NEXT_STAYS;
	for (size_t i = 0; i < count && next == NEXT_STAYS; i++) {
		struct task_row *row = &d->out->rows[i];
		bool asks = settles || row->ready_ms >= TASK_NEVER_MS;
		if (!decide_row_is(d, row, stage) || row->status != TASK_WAITING || !asks)
			continue;
		row->is_changed = true;
		row->ready_ms = d->facts->now_ms;
		if (resolution == EV_RESOLUTION_NONE)
			continue;
		row->status = TASK_DROPPED;
		d->m->tasks_total--;
		next = send_again(d, &plan, row->index, parts, resolution);
	}
	return next;
}
