/* SPDX-License-Identifier: Apache-2.0
 * From the gate to formatted files: parts, then manifest and marker. Pure. */
#include "deciding.h"

#include "plan.h"
#include "stages.h"

#include "longshore/reflist.h"
#include "longshore/result_names.h"

static struct file_plan plan_of(struct deciding *d)
{
	return (struct file_plan){
	        .spec = d->frozen.spec, .zone = d->frozen.file_zone, .delivery = d->x};
}

enum next decide_format(struct deciding *d)
{
	const struct spec_destination *to = &d->frozen.spec->destination;
	struct file_plan plan = plan_of(d);
	struct err e = {0};
	struct str *names = NULL;
	if (d->m->is_formatted) { /* it was held between formatting and upload */
		return NEXT_UPLOAD_PARTS;
	}
	if (plan_init(&plan, decide_count(d, str_c(COUNT_MEMBERS)), d->rules->tasks_max, &e) != 0) {
		decide_hold_plan(d, "max_rows_per_file", e.text);
		return NEXT_STAYS;
	}
	if (plan.parts > 1 && to->completion == COMPLETION_NONE && !to->parts_without_marker) {
		decide_hold_plan(d, "parts_without_marker",
		        "several files without a marker need the destination's consent");
		return NEXT_STAYS;
	}
	if (to->one_row_a_primary &&
	        decide_count(d, str_c(COUNT_MEMBERS)) > decide_count(d, str_c(COUNT_PRIMARY_IDS))) {
		decide_hold_plan(d, "format.dedupe",
		        "not all columns of the record are written, and a primary id has several "
		        "records, so rows would repeat; format.dedupe: none allows this");
		return NEXT_STAYS;
	}
	if (plan_names(&plan, d->mem, &names, &e) != 0) {
		decide_hold_plan(d, "naming", e.text);
		return NEXT_STAYS;
	}
	d->m->lists_seen_ms = 0; /* a look before the files were made does not count */
	d->m->parts = plan.parts;
	d->m->files_planned = plan_files(&plan);
	decide_go_to(d, EV_PHASE_PARTS, STATE_FORMATTING);
	decide_set_detail(d, STR(""));
	return decide_begin_tasks(d, plan.parts);
}

static int list_part(const struct brief *part, struct str name, struct buf *out, struct err *e)
{
	struct reflist_item item = {
	        .name = part->ref.name,
	        .sha256 = part->ref.sha256,
	        .bytes = part->ref.bytes,
	        .rows = part->ref.rows,
	        .label = name,
	        .plain_sha256 = part->plain_sha256,
	};
	return reflist_add(out, &item, e);
}

/* The parts, for the manifest. A marker lists nothing. */
static int list_parts(struct deciding *d, const struct file_plan *plan,
        const struct brief *const *by, struct err *e)
{
	struct buf list;
	struct arena scratch;
	int act = 0;
	arena_init(&scratch, d->mem->limit_bytes);
	buf_init(&list, REFLIST_MAX_BYTES);
	for (int32_t i = 0; i < plan->parts && act == 0; i++) {
		struct str name = STR("");
		arena_reset(&scratch);
		act = plan_name(plan, i, &scratch, &name, e);
		act = act ? act : list_part(by[i], name, &list, e);
	}
	arena_release(&scratch);
	if (act == 0)
		d->m->parts_list =
		        decide_add_list(d, arena_str(d->mem, buf_str(&list)), plan->parts);
	buf_release(&list);
	return act;
}

static int count_rows(const struct brief *const *by, int32_t parts, int64_t *out, struct err *e)
{
	int64_t rows = 0;
	for (int32_t i = 0; i < parts; i++) {
		if (!by[i] || !by[i]->ref.name.p)
			return err_set(
			        e, ERR_REJECT, CODE_BAD_RESULT, "a part's result lacks the file");
		if (__builtin_add_overflow(rows, by[i]->ref.rows, &rows))
			return err_set(e, ERR_REJECT, CODE_BOOKS, "the parts count too many rows");
	}
	*out = rows;
	return 0;
}

static int check_parts(struct deciding *d, const struct file_plan *plan, struct err *e)
{
	const struct brief **by = decide_done(d, STAGE_PART, 0, plan->parts);
	int64_t rows = 0;
	if (!by)
		return err_set(e, ERR_REJECT, CODE_TOO_MANY_PARTS, "the parts are too many");
	int act = count_rows(by, plan->parts, &rows, e);
	if (act == 0 && rows != plan->members)
		act = err_set(e, ERR_REJECT, CODE_BOOKS,
		        "the files have %lld rows, but the selection has %lld members",
		        (long long)rows, (long long)plan->members);
	return act || !plan->has_manifest ? act : list_parts(d, plan, by, e);
}

enum next decide_trailers(struct deciding *d)
{
	struct file_plan plan;
	if (!decide_plan_again(d, &plan))
		return NEXT_END;
	decide_go_to(d, EV_PHASE_TRAILERS, STATE_FORMATTING);
	for (int32_t i = plan.parts; i < plan_files(&plan); i++) {
		struct str name = STR("");
		struct err e;
		if (plan_name(&plan, i, d->mem, &name, &e) != 0)
			return decide_fail(
			        d, str_c(CODE_BAD_NAME), arena_str(d->mem, str_c(e.text)));
		bool is_manifest = plan_role(&plan, i) == EV_FILE_ROLE_MANIFEST;
		decide_add_trailer(d, is_manifest ? STAGE_MANIFEST : STAGE_MARKER, i, name);
	}
	return NEXT_STAYS;
}

enum next decide_parts_done(struct deciding *d)
{
	if (decide_lacks_stages(d, 1u << STAGE_PART))
		return NEXT_STAYS;
	struct file_plan plan = plan_of(d);
	struct err e = {0};
	int act = plan_init(&plan, decide_count(d, str_c(COUNT_MEMBERS)), d->rules->tasks_max, &e);
	act = act ? act : check_parts(d, &plan, &e);
	if (act)
		return decide_fail(d, str_c(e.code), arena_str(d->mem, str_c(e.text)));
	return plan_files(&plan) > plan.parts ? NEXT_TRAILERS : NEXT_UPLOAD_PARTS;
}

enum next decide_trailers_done(struct deciding *d)
{
	if (decide_lacks_stages(d, 1u << STAGE_MANIFEST | 1u << STAGE_MARKER))
		return NEXT_STAYS;
	struct ev_delivery_memory *m = d->m;
	for (int32_t i = m->parts; i < m->files_planned; i++) {
		const struct brief *manifest = decide_done_one(d, STAGE_MANIFEST, i);
		const struct brief *done =
		        manifest ? manifest : decide_done_one(d, STAGE_MARKER, i);
		if (!done || !done->ref.name.p)
			return decide_fail(d, str_c(CODE_BAD_RESULT),
			        STR("the result of manifest or marker lacks the file"));
		if (manifest) {
			m->manifest = decide_copy_ref(d, &done->ref);
			m->manifest_plain = done->plain_sha256;
		} else {
			m->marker = decide_copy_ref(d, &done->ref);
			m->marker_plain = done->plain_sha256;
		}
	}
	return NEXT_UPLOAD_PARTS;
}
