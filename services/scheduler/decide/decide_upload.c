/* SPDX-License-Identifier: Apache-2.0
 * Upload in order: parts together, then the manifest, then the marker; each only when all before it
 * are receipted. Pure. */
#include "deciding.h"

#include "plan.h"

bool decide_plan_again(struct deciding *d, struct file_plan *plan)
{
	struct err e = {0};
	*plan = (struct file_plan){
	        .spec = d->frozen.spec, .zone = d->frozen.file_zone, .delivery = d->x};
	if (plan_init(plan, decide_count(d, STR("members")), d->m->parts, &e) == 0)
		return true;
	decide_fail(d, STR("bad_name"), arena_str(d->mem, str_c(e.text)));
	return false;
}

static bool plan_uploads(struct deciding *d, struct file_plan *plan, struct str **out_names)
{
	struct err e = {0};
	if (!decide_plan_again(d, plan))
		return false;
	if (plan_names(plan, d->mem, out_names, &e) == 0)
		return true;
	decide_fail(d, STR("bad_name"), arena_str(d->mem, str_c(e.text)));
	return false;
}

/* The staged file of a place in the plan. */
static bool file_of(struct deciding *d, const struct file_plan *plan, const struct brief *part,
        struct file_upload *out)
{
	struct ev_delivery_memory *m = d->m;
	out->role = plan_role(plan, out->index);
	out->plain_sha256 = STR("");
	out->encoder = STR("");
	if (out->role == EV_FILE_ROLE_MANIFEST) {
		out->file = m->manifest;
		out->plain_sha256 = m->manifest_plain;
	} else if (out->role == EV_FILE_ROLE_MARKER) {
		out->file = m->marker;
		out->plain_sha256 = m->marker_plain;
	} else if (part && part->ref.name.p) {
		out->file = decide_copy_ref(d, &part->ref);
		out->plain_sha256 = part->plain_sha256;
		out->encoder = part->encoder;
	}
	return out->file != NULL;
}

/* `part`: of a part, as it was formatted. */
static void add_upload(struct deciding *d, const struct file_plan *plan, struct file_upload *file,
        const struct brief *part)
{
	struct err e = {0};
	if (plan_name(plan, file->index, d->mem, &file->name, &e) != 0)
		decide_fail(d, STR("bad_name"), arena_str(d->mem, str_c(e.text)));
	else if (file_of(d, plan, part, file))
		decide_add_upload(d, file);
	else
		decide_fail(d, STR("bad_result"), STR("a formatted file is not known any more"));
}

void decide_upload_part(
        struct deciding *d, const struct file_plan *plan, int32_t index, const struct brief *part)
{
	struct file_upload file = {.index = index, .resolution = EV_RESOLUTION_NONE};
	add_upload(d, plan, &file, part);
}

static void want_claims(struct deciding *d, struct str *names, size_t count)
{
	struct name_claim *claims = arena_alloc(d->mem, count * sizeof *claims);
	for (size_t i = 0; i < count; i++)
		claims[i] = (struct name_claim){names[i], decide_file_id(d, names[i])};
	d->out->claims = claims;
	d->out->claims_count = count;
}

/* Names are never given twice. Where {label} makes the difference it gets some of the delivery's id,
 * which nobody else has, and the files are made anew under other names: what two deliveries of one
 * second, or of two routes into one bucket, would have in common stops none of them. */
static bool take_own_names(struct deciding *d)
{
	const struct spec_destination *to = &d->frozen.spec->destination;
	struct ev_delivery_memory *m = d->m;
	if (!naming_labels_differ(to) || naming_is_own_label(m->label, d->x->id))
		return false;
	m->label = naming_own_label(m->label, d->x->id, d->mem);
	decide_audit(d, "renamed", STR("name_conflict"),
	        arena_printf(d->mem,
	                "another delivery has the name " STR_FMT "; {label} is now " STR_FMT,
	                STR_ARG(d->facts->claimed_path), STR_ARG(m->label)));
	decide_begin_revision(d, EV_PHASE_LISTS);
	decide_look_at_lists(d);
	return true;
}

void decide_upload(struct deciding *d)
{
	struct file_plan plan;
	struct str *names = NULL;
	if (!plan_uploads(d, &plan, &names))
		return;
	int32_t first = plan.parts < d->rules->wave ? plan.parts : d->rules->wave;
	bool lacks = decide_lacks_parts(d, 0, first);
	want_claims(d, names, (size_t)plan_files(&plan));
	if (decide_lacks(d, NEED_CLAIMS) || lacks)
		return;
	if (d->facts->claimed_path.p) {
		d->out->claims_count = 0;
		if (take_own_names(d))
			return;
		decide_hold(d, "name_conflict", false,
		        arena_printf(d->mem,
		                "another delivery has the name " STR_FMT
		                "; names are never given twice: change the template and resume",
		                STR_ARG(d->facts->claimed_path)));
		return;
	}
	d->m->is_formatted = true;
	if (decide_waits_for_blackout(d) || !decide_take_place(d)) {
		d->out->claims_count = 0; /* names are taken with the first upload */
		return;
	}
	d->m->is_admitted = false;
	decide_go_to(d, EV_PHASE_UPLOAD_PARTS, STATE_UPLOADING);
	decide_set_detail(d, STR(""));
	decide_begin_tasks(d, plan.parts);
}

/* All uploads of the phase are receipted: the next file, or the end. */
void decide_uploaded(struct deciding *d)
{
	struct file_plan plan;
	if (!decide_plan_again(d, &plan))
		return;
	int32_t next = d->m->phase == EV_PHASE_UPLOAD_PARTS ? plan.parts : plan_files(&plan) - 1;
	bool is_over = next >= plan_files(&plan) ||
	               (d->m->phase == EV_PHASE_UPLOAD_MANIFEST && !plan.has_marker) ||
	               d->m->phase == EV_PHASE_UPLOAD_MARKER;
	if (is_over) {
		decide_complete(d, STR(""));
		return;
	}
	bool is_manifest = plan_role(&plan, next) == EV_FILE_ROLE_MANIFEST;
	decide_go_to(d, is_manifest ? EV_PHASE_UPLOAD_MANIFEST : EV_PHASE_UPLOAD_MARKER,
	        STATE_UPLOADING);
	decide_set_detail(d, STR(""));
	struct file_upload file = {.index = next, .resolution = EV_RESOLUTION_NONE};
	add_upload(d, &plan, &file, NULL);
}

static void send_again(struct deciding *d, const struct file_plan *plan, int32_t index,
        const struct brief *const *parts, enum ev_resolution resolution)
{
	const struct brief *part = index < plan->parts ? parts[index] : NULL;
	struct file_upload file = {.index = index, .resolution = resolution};
	if (d->m->phase == EV_PHASE_SETTLE)
		decide_add_settle_of(d, plan, &file, part);
	else
		add_upload(d, plan, &file, part);
}

/* What waits for a person goes again: as it is, or as another task that carries the answer. */
void decide_resend(struct deciding *d, enum ev_resolution resolution)
{
	bool settles = d->m->phase == EV_PHASE_SETTLE;
	enum stage stage = settles ? STAGE_SETTLE : STAGE_UPLOAD;
	struct file_plan plan;
	bool lacks = decide_lacks_stages(d, 1u << STAGE_PART);
	if (decide_lacks_waiting(d, stage) || lacks || !decide_plan_again(d, &plan))
		return;
	const struct brief **parts = decide_done(d, STAGE_PART, 0, plan.parts);
	if (!parts) {
		decide_fail(d, STR("too_many_parts"), STR("the parts are too many"));
		return;
	}
	d->m->looks++;
	size_t count = d->out->rows_count; /* new rows come behind */
	for (size_t i = 0; i < count && !d->out->needs; i++) {
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
		send_again(d, &plan, row->index, parts, resolution);
	}
}
