/* SPDX-License-Identifier: Apache-2.0
 * Files that are in the drop, or can be there. Pure. */
#include "deciding.h"

#include "stages.h"

#include "longshore/result_names.h"

static bool is_by_person(const struct ev_task_result *r)
{
	return str_eq(done_fact(r, str_c(FACT_PLACE_BY)), STR("person"));
}

/* An older uploader does not send the place. */
bool decide_is_elsewhere(const struct deciding *d, struct str place, bool is_by_person)
{
	return place.n > 0 && d->m->place.n > 0 && !is_by_person && !str_eq(place, d->m->place);
}

/* The place of the first receipt is the delivery's place, until a person's answer names another
 * one. */
static void keep_place(struct deciding *d, const struct ev_task_result *r)
{
	struct str place = done_fact(r, str_c(FACT_PLACE));
	if (place.n > 0 && (d->m->place.n == 0 || is_by_person(r)))
		d->m->place = arena_str(d->mem, place);
}

static void file_seen(struct deciding *d, const struct ev_file_receipt *receipt)
{
	d->m->files_visible++;
	if (receipt)
		decide_add_receipt(d, receipt);
}

/* Several files were in flight when the drop was mounted or unmounted. The receipt shows that this
 * file was sent, but the partner does not have a complete delivery. */
static enum next file_elsewhere(struct deciding *d, const struct ev_task_result *r)
{
	struct str detail = arena_printf(d->mem,
	        STR_FMT " %d: the file was put into a different directory from the files before "
	                "it; make sure that the bucket is mounted, remove the files below its "
	                "mount point, and deliver again",
	        STR_ARG(r->stage), (int)r->index);
	if (r->receipt)
		decide_add_receipt(d, r->receipt);
	if (d->m->phase != EV_PHASE_SETTLE)
		return decide_fail(d, str_c(CODE_DROP_CHANGED), detail);
	d->m->end_detail = arena_printf(d->mem, STR_FMT "%s" STR_FMT, STR_ARG(d->m->end_detail),
	        d->m->end_detail.n > 0 ? "; " : "", STR_ARG(detail));
	return NEXT_CHECKS;
}

enum next decide_done_at_destination(struct deciding *d, const struct task_row *row)
{
	const struct ev_task_result *r = row->result;
	bool is_upload = row->stage == STAGE_UPLOAD;
	bool is_visible = is_upload || str_eq(done_fact(r, str_c(FACT_VISIBLE)), STR("true"));
	if (is_upload)
		d->out->uploads_up++;
	decide_forget_elsewhere(d);
	if (is_visible && decide_is_elsewhere(d, done_fact(r, str_c(FACT_PLACE)), is_by_person(r)))
		return file_elsewhere(d, r);
	if (is_visible) {
		keep_place(d, r);
		file_seen(d, r->receipt);
	}
	return NEXT_CHECKS;
}
