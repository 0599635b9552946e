/* SPDX-License-Identifier: Apache-2.0
 * The files of a delivery by their plan: makes the upload or the settle of one file. Pure. */
#include "deciding.h"

#include "plan.h"

#include "longshore/result_names.h"

bool decide_plan_again(struct deciding *d, struct file_plan *plan)
{
	struct err e = {0};
	*plan = (struct file_plan){
	        .spec = d->frozen.spec, .zone = d->frozen.file_zone, .delivery = d->x};
	if (plan_init(plan, decide_count(d, str_c(COUNT_MEMBERS)), d->m->parts, &e) == 0)
		return true;
	(void)decide_fail(d, str_c(CODE_BAD_NAME), arena_str(d->mem, str_c(e.text)));
	return false;
}

/* Finds the staged file of an index in the plan. */
static bool file_of(struct deciding *d, const struct file_plan *plan, const struct brief *part,
        struct file_upload *out)
{
	struct ev_delivery_memory *m = d->m;
	out->role = plan_role(plan, out->index);
	out->plain_sha256 = STR("");
	out->encoder = STR("");
	out->md5 = STR("");
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
		out->md5 = part->md5;
	}
	return out->file;
}

/* `part`: the formatted part, if the file is one. */
enum next decide_add_upload_of(struct deciding *d, const struct file_plan *plan,
        struct file_upload *file, const struct brief *part)
{
	struct err e = {0};
	if (plan_name(plan, file->index, d->mem, &file->name, &e) != 0)
		return decide_fail(d, str_c(CODE_BAD_NAME), arena_str(d->mem, str_c(e.text)));
	if (!file_of(d, plan, part, file))
		return decide_fail(
		        d, str_c(CODE_BAD_RESULT), STR("a formatted file is no longer known"));
	decide_add_upload(d, file);
	return NEXT_STAYS;
}

enum next decide_upload_part(
        struct deciding *d, const struct file_plan *plan, int32_t index, const struct brief *part)
{
	struct file_upload file = {.index = index, .resolution = EV_RESOLUTION_NONE};
	return decide_add_upload_of(d, plan, &file, part);
}

void decide_add_settle_of(struct deciding *d, const struct file_plan *plan,
        struct file_upload *file, const struct brief *part)
{
	struct err e = {0};
	file->role = plan_role(plan, file->index);
	file->encoder = part ? part->encoder : STR("");
	if (plan_name(plan, file->index, d->mem, &file->name, &e) == 0)
		decide_add_settle(d, file); /* it had a valid name before, so it has one now */
}
