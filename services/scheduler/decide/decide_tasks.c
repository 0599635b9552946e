/* SPDX-License-Identifier: Apache-2.0
 *
 * New task rows. A task's id is the hash of its whole input: the fields of its event in order,
 * except those that its issue adds (issue.h) and those that only describe the file. New rows are
 * waiting and ready. Which of them are issued at once is decided later, in issue.c, where the
 * caps are known. Pure.
 */
#include "deciding.h"

#include "longshore/id.h"

#include <assert.h>

struct task_row *decide_find_row(struct deciding *d, struct str task_id)
{
	const size_t *place = d->row_places ? lookup_find(d->row_places, task_id) : NULL;
	for (size_t i = 0; !d->row_places && i < d->out->rows_count; i++)
		if (str_eq(d->out->rows[i].id, task_id))
			return &d->out->rows[i];
	return place ? &d->out->rows[*place] : NULL; /* new rows have no results yet */
}

bool decide_row_is(const struct deciding *d, const struct task_row *row, enum stage stage)
{
	return row->stage == stage && row->revision == d->x->revision;
}

static void make_room(struct deciding *d, size_t room)
{
	struct decision *out = d->out;
	struct task_row *wider = arena_alloc(d->mem, room * sizeof *wider);
	if (out->rows_count > 0)
		memcpy(wider, out->rows, out->rows_count * sizeof *wider);
	out->rows = wider;
	out->rows_room = room;
}

void decide_expect_rows(struct deciding *d, int32_t count)
{
	size_t room = d->out->rows_count + (size_t)count;
	if (room > d->out->rows_room)
		make_room(d, room);
}

static struct task_row *new_row(struct deciding *d)
{
	struct decision *out = d->out;
	if (out->rows_count == out->rows_room)
		make_room(d, out->rows_room * 2 + 8);
	struct task_row *row = &out->rows[out->rows_count++];
	*row = (struct task_row){0};
	return row;
}

static void add_ref(struct id_hash *h, const struct ev_staged_ref *ref)
{
	id_add(h, ref ? ref->name : STR(""));
	id_add(h, ref ? ref->sha256 : STR(""));
}

static void add_input(struct id_hash *h, enum stage stage, const union task_event *t)
{
	switch (stage) {
	case STAGE_BUILD:
		id_add_num(h, t->build.key_epoch);
		id_add(h, t->build.previous);
		return;
	case STAGE_INSPECT:
	case STAGE_SELECT:
	case STAGE_LISTS:
	case STAGE_COMBINE:
		id_add(h, t->bridge.bridge_version);
		add_ref(h, t->bridge.input);
		for (size_t i = 0; i < t->bridge.suppressions_count; i++) {
			id_add(h, t->bridge.suppressions[i].name);
			id_add(h, t->bridge.suppressions[i].version);
		}
		add_ref(h, t->bridge.baseline);
		return;
	case STAGE_PART:
	case STAGE_MANIFEST:
	case STAGE_MARKER:
		id_add(h, t->format.bridge_version);
		add_ref(h, t->format.members);
		id_add_num(h, t->format.first_rank);
		id_add_num(h, t->format.ranks);
		id_add(h, t->format.file_name);
		add_ref(h, t->format.parts);
		return;
	case STAGE_UPLOAD:
	case STAGE_SETTLE:
		id_add(h, t->upload.file_id);
		add_ref(h, t->upload.file);
		id_add_num(h, (int64_t)t->upload.resolution);
		if (t->upload.withdraws)
			id_add(h, STR("withdraws"));
		return;
	case STAGE_COUNT:
		break;
	}
	assert(!"a stage");
}

enum { LANE_BYTES_MAX = 200 };

/* The name of what the task depends on: a drop, which can hang, or a bridge, which is worth
 * caching. */
static struct str lane_of(struct deciding *d, const struct stage_plan *plan)
{
	const struct spec *spec = d->frozen.spec;
	struct str url = spec->bucket.url;
	if (!plan->is_at_destination)
		return spec->bridge.name;
	if (url.n > 0 && url.n <= LANE_BYTES_MAX)
		return url;
	struct id_hash *h = id_begin(STR("lane/1"));
	id_add(h, url);
	struct id id = id_end(h);
	return arena_str(d->mem, id_str(&id));
}

/* `turn` makes a new id for a task with the same input but a new cause: the second look, or a file
 * sent again. */
static void add_task(struct deciding *d, enum stage stage, union task_event *t, int32_t turn)
{
	const struct spec *spec = d->frozen.spec;
	const struct stage_plan *plan = &stage_plans[stage];
	struct ev_task_head *head = &t->head;
	head->tenant = d->x->tenant;
	head->delivery_id = d->x->id;
	head->revision = d->x->revision;
	head->stage = str_c(plan->name);
	head->lane = lane_of(d, plan);
	head->spec_hash = d->x->spec_hash;
	struct id_hash *h = id_begin(STR("task/1"));
	id_add(h, head->delivery_id);
	id_add(h, head->stage);
	id_add(h, head->spec_hash);
	id_add_num(h, head->revision);
	id_add_num(h, head->index);
	id_add_num(h, turn);
	add_input(h, stage, t);
	struct id id = id_end(h);
	head->task_id = arena_str(d->mem, id_str(&id));
	*new_row(d) = (struct task_row){
	        .id = head->task_id,
	        .revision = head->revision,
	        .stage = stage,
	        .index = head->index,
	        .lane = head->lane,
	        .destination = plan->is_at_destination ? spec->destination.name : STR(""),
	        .status = TASK_WAITING,
	        .ready_ms = d->facts->now_ms,
	        .made = t,
	        .is_new = true,
	};
	d->m->tasks_total++;
	d->out->is_changed = true;
}

void decide_add_build(struct deciding *d)
{
	union task_event *t = ARENA_NEW(d->mem, union task_event);
	struct str previous = d->facts->bridge_version;
	t->build.previous = previous.n > 0 ? previous : (struct str){NULL, 0};
	add_task(d, STAGE_BUILD, t, 0);
}

void decide_add_inspect(struct deciding *d)
{
	union task_event *t = ARENA_NEW(d->mem, union task_event);
	t->bridge.op = EV_BRIDGE_OP_INSPECT;
	add_task(d, STAGE_INSPECT, t, 0);
}

void decide_add_select(struct deciding *d, int32_t index)
{
	union task_event *t = ARENA_NEW(d->mem, union task_event);
	t->head.index = index;
	t->bridge.op = EV_BRIDGE_OP_SELECT;
	t->bridge.bridge_version = d->m->bridge_version;
	t->bridge.input = d->m->slices;
	add_task(d, STAGE_SELECT, t, 0);
}

void decide_add_lists(struct deciding *d)
{
	union task_event *t = ARENA_NEW(d->mem, union task_event);
	t->bridge.op = EV_BRIDGE_OP_LISTS;
	add_task(d, STAGE_LISTS, t, ++d->m->looks);
}

void decide_add_combine(struct deciding *d)
{
	union task_event *t = ARENA_NEW(d->mem, union task_event);
	struct ev_delivery_memory *m = d->m;
	t->bridge.op = EV_BRIDGE_OP_COMBINE;
	t->bridge.bridge_version = m->bridge_version;
	t->bridge.input = m->selections;
	t->bridge.suppressions = m->pins;
	t->bridge.suppressions_count = m->pins_count;
	/* The books compare with what the receiver has. After an approval, combine also counts the
	 * changes since then. */
	m->compares_approved = m->approved;
	t->bridge.approved = m->approved;
	if (m->base && str_eq(m->base_version, m->bridge_version)) {
		t->bridge.baseline = m->base;
		t->bridge.baseline_version = m->bridge_version;
	}
	add_task(d, STAGE_COMBINE, t, 0);
}

void decide_add_part(struct deciding *d, const struct file_part *part)
{
	union task_event *t = ARENA_NEW(d->mem, union task_event);
	t->head.index = part->index;
	t->format.op = EV_FORMAT_OP_PART;
	t->format.bridge_version = d->m->bridge_version;
	t->format.members = d->m->members;
	t->format.first_rank = part->first_rank;
	t->format.ranks = part->ranks;
	t->format.file_name = part->name;
	add_task(d, STAGE_PART, t, 0);
}

void decide_add_trailer(struct deciding *d, enum stage stage, int32_t index, struct str name)
{
	union task_event *t = ARENA_NEW(d->mem, union task_event);
	t->head.index = index;
	t->format.op = stage == STAGE_MANIFEST ? EV_FORMAT_OP_MANIFEST : EV_FORMAT_OP_MARKER;
	t->format.bridge_version = d->m->bridge_version;
	t->format.file_name = name;
	t->format.parts = d->m->parts_list;
	add_task(d, stage, t, 0);
}

struct str decide_file_id(struct deciding *d, struct str name)
{
	struct id_hash *h = id_begin(STR("file/1"));
	id_add(h, d->x->id);
	id_add_num(h, d->x->revision);
	id_add(h, name);
	struct id id = id_end(h);
	return arena_str(d->mem, id_str(&id));
}

void decide_add_upload(struct deciding *d, const struct file_upload *file)
{
	union task_event *t = ARENA_NEW(d->mem, union task_event);
	t->head.index = file->index;
	t->upload.op = EV_UPLOAD_OP_UPLOAD;
	t->upload.file_id = decide_file_id(d, file->name);
	t->upload.file_name = file->name;
	t->upload.file = file->file;
	t->upload.plain_sha256 = file->plain_sha256;
	t->upload.place = STR("");
	t->upload.bucket_place = STR("");
	t->upload.encoder = file->encoder;
	t->upload.md5 = file->md5;
	t->upload.role = file->role;
	t->upload.resolution = file->resolution;
	add_task(d, STAGE_UPLOAD, t, file->resolution == EV_RESOLUTION_NONE ? 0 : d->m->looks);
}

void decide_add_settle(struct deciding *d, const struct file_upload *file)
{
	union task_event *t = ARENA_NEW(d->mem, union task_event);
	t->head.index = file->index;
	t->upload.op = EV_UPLOAD_OP_SETTLE;
	/* While nothing is visible, settle withdraws the file: a newer list could forbid it. */
	t->upload.withdraws = d->m->files_visible == 0 && d->frozen.spec->suppressions_count > 0;
	t->upload.file_id = decide_file_id(d, file->name);
	t->upload.file_name = file->name;
	t->upload.role = file->role;
	t->upload.plain_sha256 = STR("");
	t->upload.place = STR("");
	t->upload.bucket_place = STR("");
	t->upload.encoder = file->encoder;
	t->upload.md5 = STR("");
	t->upload.resolution = file->resolution;
	add_task(d, STAGE_SETTLE, t, file->resolution == EV_RESOLUTION_NONE ? 0 : d->m->looks);
}
