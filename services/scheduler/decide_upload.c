/* SPDX-License-Identifier: Apache-2.0
 * Upload in order: parts together, then the manifest, then the marker; each only when all before it
 * are receipted. Pure. */
#include "deciding.h"

#include "plan.h"

static bool plan_uploads(struct deciding *d, struct file_plan *plan, struct str **out_names)
{
	struct err e = {0};
	*plan = (struct file_plan){
	        .spec = d->frozen.spec, .zone = d->frozen.file_zone, .delivery = d->x};
	int bad = plan_init(plan, decide_count(d, STR("members")), d->rules->tasks_most, &e);
	if (bad == 0)
		bad = plan_names(plan, d->mem, out_names, &e);
	if (bad)
		decide_fail(d, STR("bad_name"), arena_str(d->mem, str_c(e.text)));
	return bad == 0;
}

struct str decide_encoder(const struct task_row *part)
{
	if (!part)
		return STR("");
	struct str encoder = done_fact(part->result, STR("encoder"));
	return encoder.p ? encoder : STR("");
}

/* What the files of a delivery are made of. */
struct staged_files {
	struct file_plan plan;
	struct str *names;
	const struct task_row *
	        *parts; /* rows by index, a hole is NULL; NULL where none is asked for */
};

/* The rows of the parts, each looked at once. False: it fails. */
static bool take_parts(struct deciding *d, struct staged_files *files)
{
	files->parts = decide_done_rows(d, STAGE_PART, files->plan.parts);
	if (!files->parts)
		decide_fail(d, STR("too_many_parts"), STR("the parts are too many"));
	return files->parts != NULL;
}

static const struct task_row *part_of(const struct staged_files *files, int32_t index)
{
	return files->parts && index < files->plan.parts ? files->parts[index] : NULL;
}

/* The staged file of a place in the plan. */
static bool file_of(struct deciding *d, const struct staged_files *files, int32_t index,
        struct file_upload *out)
{
	struct ev_delivery_memory *m = d->m;
	out->index = index;
	out->role = plan_role(&files->plan, index);
	out->plain_sha256 = STR("");
	out->encoder = STR("");
	if (out->role == EV_FILE_ROLE_MANIFEST) {
		out->file = m->manifest;
		out->plain_sha256 = m->manifest_plain;
	} else if (out->role == EV_FILE_ROLE_MARKER) {
		out->file = m->marker;
		out->plain_sha256 = m->marker_plain;
	} else {
		const struct task_row *row = part_of(files, index);
		if (!row)
			return false;
		struct str plain = done_fact(row->result, STR("plain_sha256"));
		out->file = decide_copy_ref(d, done_output(row->result, STR("file")));
		out->plain_sha256 = plain.p ? plain : STR("");
		out->encoder = decide_encoder(row);
	}
	return out->file != NULL;
}

static void add_upload(struct deciding *d, const struct staged_files *files, int32_t index,
        enum ev_resolution resolution)
{
	struct file_upload file = {.name = files->names[index], .resolution = resolution};
	if (file_of(d, files, index, &file))
		decide_add_upload(d, &file);
	else
		decide_fail(d, STR("bad_result"), STR("a formatted file is not known any more"));
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
	struct staged_files files = {0};
	if (!plan_uploads(d, &files.plan, &files.names))
		return;
	bool lacks = decide_lacks_stages(d, 1u << STAGE_PART);
	want_claims(d, files.names, (size_t)plan_files(&files.plan));
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
	if (!take_parts(d, &files)) {
		d->out->claims_count = 0;
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
	decide_expect_rows(d, files.plan.parts);
	for (int32_t i = 0; i < files.plan.parts && d->m->phase == EV_PHASE_UPLOAD_PARTS; i++)
		add_upload(d, &files, i, EV_RESOLUTION_NONE);
}

/* All uploads of the phase are receipted: the next file, or the end. */
void decide_uploaded(struct deciding *d)
{
	struct staged_files files = {0};
	const struct file_plan *plan = &files.plan;
	if (!plan_uploads(d, &files.plan, &files.names))
		return;
	int32_t next = d->m->phase == EV_PHASE_UPLOAD_PARTS ? plan->parts : plan_files(plan) - 1;
	bool is_over = next >= plan_files(plan) ||
	               (d->m->phase == EV_PHASE_UPLOAD_MANIFEST && !plan->has_marker) ||
	               d->m->phase == EV_PHASE_UPLOAD_MARKER;
	if (is_over) {
		decide_complete(d, STR(""));
		return;
	}
	bool is_manifest = plan_role(plan, next) == EV_FILE_ROLE_MANIFEST;
	decide_go_to(d, is_manifest ? EV_PHASE_UPLOAD_MANIFEST : EV_PHASE_UPLOAD_MARKER,
	        STATE_UPLOADING);
	decide_set_detail(d, STR(""));
	add_upload(d, &files, next, EV_RESOLUTION_NONE);
}

/* What waits for a person goes again: as it is, or as another task that carries the answer. */
void decide_resend(struct deciding *d, enum ev_resolution resolution)
{
	bool settles = d->m->phase == EV_PHASE_SETTLE;
	enum stage stage = settles ? STAGE_SETTLE : STAGE_UPLOAD;
	struct staged_files files = {0};
	if (decide_lacks_stages(d, 1u << STAGE_PART | 1u << stage) ||
	        !plan_uploads(d, &files.plan, &files.names) || !take_parts(d, &files))
		return;
	d->m->looks++;
	size_t count = d->out->rows_count; /* new rows come behind */
	for (size_t i = 0; i < count; i++) {
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
		int32_t index = row->index;
		struct file_upload settle = {.index = index,
		        .name = files.names[index],
		        .role = plan_role(&files.plan, index),
		        .encoder = decide_encoder(part_of(&files, index)),
		        .resolution = resolution};
		if (settles)
			decide_add_settle(d, &settle);
		else
			add_upload(d, &files, index, resolution);
	}
}
