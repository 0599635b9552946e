/* SPDX-License-Identifier: Apache-2.0
 * From the gate to formatted files: parts, then manifest and marker. Pure. */
#include "deciding.h"

#include "plan.h"

#include "longshore/reflist.h"

static struct file_plan plan_of(struct deciding *d)
{
	return (struct file_plan){
	        .spec = d->frozen.spec, .zone = d->frozen.file_zone, .delivery = d->x};
}

void decide_format(struct deciding *d)
{
	const struct spec_destination *to = &d->frozen.spec->destination;
	struct file_plan plan = plan_of(d);
	struct err e = {0};
	struct str *names = NULL;
	if (d->m->is_formatted) { /* it was held between here and the upload */
		decide_upload(d);
		return;
	}
	if (plan_init(&plan, decide_count(d, STR("members")), d->rules->tasks_most, &e) != 0) {
		decide_hold_plan(d, "max_rows_per_file", e.text);
		return;
	}
	if (plan.parts > 1 && to->completion == COMPLETION_NONE && !to->parts_without_marker) {
		decide_hold_plan(d, "parts_without_marker",
		        "several files without a marker need the destination's consent");
		return;
	}
	if (to->one_row_a_primary &&
	        decide_count(d, STR("members")) > decide_count(d, STR("primary_ids"))) {
		decide_hold_plan(d, "format.dedupe",
		        "columns of the record are not written, and a primary id has several "
		        "records, so "
		        "rows would repeat; format.dedupe: none allows it");
		return;
	}
	if (plan_names(&plan, d->mem, &names, &e) != 0) {
		decide_hold_plan(d, "naming", e.text);
		return;
	}
	d->m->lists_seen_ms = 0; /* what was seen before the files were made does not count */
	d->m->parts = plan.parts;
	d->m->files_planned = plan_files(&plan);
	decide_go_to(d, EV_PHASE_PARTS, STATE_FORMATTING);
	decide_set_detail(d, STR(""));
	decide_expect_rows(d, plan.parts);
	for (int32_t i = 0; i < plan.parts; i++) {
		struct file_part part = {.index = i, .name = names[i]};
		plan_part(&plan, i, &part.first_rank, &part.ranks);
		decide_add_part(d, &part);
	}
}

static int list_part(const struct task_row *row, struct str name, struct buf *out, struct err *e)
{
	const struct ev_staged_ref *ref =
	        row && row->result ? done_output(row->result, STR("file")) : NULL;
	if (!ref)
		return err_set(e, ERR_REJECT, "bad_result", "a part's result lacks the file");
	struct str plain = done_fact(row->result, STR("plain_sha256"));
	struct reflist_item item = {
	        .name = ref->name,
	        .sha256 = ref->sha256,
	        .bytes = ref->bytes,
	        .rows = ref->rows,
	        .label = name,
	        .plain_sha256 = plain.p ? plain : STR(""),
	};
	return reflist_add(out, &item, e);
}

static int list_parts(struct deciding *d, const struct file_plan *plan, struct buf *list,
        int64_t *out_rows, struct err *e)
{
	struct str *names = NULL;
	const struct task_row **by = decide_done_rows(d, STAGE_PART, plan->parts);
	if (!by)
		return err_set(e, ERR_REJECT, "too_many_parts", "the parts are too many");
	int bad = plan_names(plan, d->mem, &names, e);
	int64_t rows = 0;
	for (int32_t i = 0; i < plan->parts && bad == 0; i++) {
		bad = list_part(by[i], names[i], list, e);
		int64_t more = bad == 0 ? done_output(by[i]->result, STR("file"))->rows : 0;
		if (__builtin_add_overflow(rows, more, &rows))
			bad = err_set(e, ERR_REJECT, "books", "the parts count too many rows");
	}
	*out_rows = rows;
	return bad;
}

static void add_trailers(struct deciding *d, const struct file_plan *plan)
{
	decide_go_to(d, EV_PHASE_TRAILERS, STATE_FORMATTING);
	for (int32_t i = plan->parts; i < plan_files(plan); i++) {
		struct str name = STR("");
		struct err e;
		if (plan_name(plan, i, d->mem, &name, &e) != 0) {
			decide_fail(d, STR("bad_name"), arena_str(d->mem, str_c(e.text)));
			return;
		}
		bool is_manifest = plan_role(plan, i) == EV_FILE_ROLE_MANIFEST;
		decide_add_trailer(d, is_manifest ? STAGE_MANIFEST : STAGE_MARKER, i, name);
	}
}

void decide_parts_done(struct deciding *d)
{
	if (decide_lacks_stages(d, 1u << STAGE_PART))
		return;
	int64_t members = decide_count(d, STR("members"));
	struct file_plan plan = plan_of(d);
	struct err e = {0};
	int64_t rows = 0;
	struct buf list;
	buf_init(&list, REFLIST_MAX_BYTES);
	int bad = plan_init(&plan, members, d->rules->tasks_most, &e);
	if (bad == 0)
		bad = list_parts(d, &plan, &list, &rows, &e);
	if (bad == 0 && rows != members)
		bad = err_set(&e, ERR_REJECT, "books",
		        "the files have %lld rows, the selection %lld members", (long long)rows,
		        (long long)members);
	if (bad == 0 && plan.has_manifest) /* a marker says only that all is there */
		d->m->parts_list =
		        decide_add_list(d, arena_str(d->mem, buf_str(&list)), plan.parts);
	buf_release(&list);
	if (bad)
		decide_fail(d, str_c(e.code), arena_str(d->mem, str_c(e.text)));
	else if (plan_files(&plan) > plan.parts)
		add_trailers(d, &plan);
	else
		decide_upload(d);
}

void decide_trailers_done(struct deciding *d)
{
	if (decide_lacks_stages(d, 1u << STAGE_MANIFEST | 1u << STAGE_MARKER))
		return;
	struct ev_delivery_memory *m = d->m;
	for (int32_t i = m->parts; i < m->files_planned; i++) {
		const struct task_row *manifest = decide_done_row(d, STAGE_MANIFEST, i);
		const struct task_row *row =
		        manifest ? manifest : decide_done_row(d, STAGE_MARKER, i);
		const struct ev_staged_ref *ref =
		        row && row->result ? done_output(row->result, STR("file")) : NULL;
		if (!ref) {
			decide_fail(d, STR("bad_result"),
			        STR("the result of manifest or marker lacks the file"));
			return;
		}
		struct str plain = done_fact(row->result, STR("plain_sha256"));
		plain = plain.p ? plain : STR("");
		if (manifest) {
			m->manifest = decide_copy_ref(d, ref);
			m->manifest_plain = plain;
		} else {
			m->marker = decide_copy_ref(d, ref);
			m->marker_plain = plain;
		}
	}
	decide_upload(d);
}
