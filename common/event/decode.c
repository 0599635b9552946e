/* SPDX-License-Identifier: Apache-2.0
 *
 * Decodes bytes into a generated struct, value by value, as the plan says. It nests as deeply as
 * our own structs do. Skipped values can nest deeper; skip.c bounds that.
 */
#include "decode.h"

static int read_value(struct wire_in *in, const struct plan_step *step, char *base, struct err *e);

static int read_text(struct wire_in *in, const struct ev_field *f, char *at, struct err *e)
{
	struct str s;
	int act = wire_get_bytes(in, &s, e);
	if (act < 0)
		return act;
	if (s.n > f->limit)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "has %zu bytes; at most %zu are allowed", s.n, f->limit);
	if (f->kind == EVK_TEXT && str_find(s, '\0', 0) >= 0)
		return wire_undecodable(e, "a text contains NUL");
	if (f->kind == EVK_TEXT && !str_is_utf8(s))
		return wire_undecodable(e, "a text is not UTF-8");
	void *copy;
	act = wire_alloc(in, s.n + 1, 1, &copy, e); /* terminated, for foreign C interfaces */
	if (act < 0)
		return act;
	memcpy(copy, s.p, s.n);
	s.p = copy;
	memcpy(at, &s, sizeof s);
	return 0;
}

static int read_scalar(struct wire_in *in, const struct ev_field *f, char *at, struct err *e)
{
	int act;
	int32_t number;
	int64_t large;
	bool claim;
	switch (f->kind) {
	case EVK_TEXT:
	case EVK_BYTES:
		return read_text(in, f, at, e);
	case EVK_INT:
		act = wire_get_int(in, &number, e);
		if (act == 0)
			memcpy(at, &number, sizeof number);
		return act;
	case EVK_LONG:
		act = wire_get_long(in, &large, e);
		if (act == 0)
			memcpy(at, &large, sizeof large);
		return act;
	case EVK_BOOL:
		act = wire_get_bool(in, &claim, e);
		if (act == 0)
			memcpy(at, &claim, sizeof claim);
		return act;
	case EVK_ENUM:
	case EVK_RECORD:
	case EVK_ARRAY:
		break;
	}
	return err_set(
	        e, ERR_FATAL, "broken_plan", "a field is planned as a scalar but is not one");
}

static int read_enum(struct wire_in *in, const struct plan_step *step, char *at, struct err *e)
{
	size_t index;
	int act = wire_get_index(in, step->writer->count, &index, e);
	if (act < 0)
		return act;
	if (step->symbols[index] < 0)
		return wire_undecodable(e,
		        "symbol " STR_FMT " is not known here and there is no default",
		        STR_ARG(step->writer->names[index]));
	memcpy(at, &step->symbols[index], sizeof step->symbols[index]);
	return 0;
}

static int read_nested(struct wire_in *in, const struct plan_step *step, char *at, struct err *e)
{
	if (!step->field->is_nullable)
		return decode_record(in, step->record, at, e);
	void *record;
	int act = wire_alloc(in, 1, step->record->reader->struct_bytes, &record, e);
	if (act == 0)
		act = decode_record(in, step->record, record, e);
	if (act == 0)
		memcpy(at, &record, sizeof record);
	return act;
}

struct items {
	char *p;
	size_t count;
	size_t room;
	size_t width;
};

/* Doubles, so a writer of many small blocks costs at most about twice what it sends. */
static int make_room(
        struct wire_in *in, struct items *list, size_t more, size_t limit, struct err *e)
{
	if (more > limit - list->count)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE, "has more than %zu items", limit);
	if (more <= list->room - list->count)
		return 0;
	size_t room = list->count + more;
	if (room < 2 * list->room)
		room = 2 * list->room;
	void *p;
	int act = wire_alloc(in, room, list->width, &p, e);
	if (act < 0)
		return act;
	if (list->count > 0)
		memcpy(p, list->p, list->count * list->width);
	list->p = p;
	list->room = room;
	return 0;
}

static int read_block(struct wire_in *in, const struct plan_step *step, struct items *list,
        struct wire_block block, struct err *e)
{
	int act = make_room(in, list, block.items, step->field->limit, e);
	if (act < 0)
		return act;
	size_t before = in->left;
	for (size_t i = 0; i < block.items; i++) {
		act = read_value(in, step->items, list->p + list->count * list->width, e);
		if (act < 0)
			return err_note(e, "item %zu", list->count);
		list->count++;
	}
	if (block.bytes != SIZE_MAX && before - in->left != block.bytes)
		return wire_undecodable(e, "a block has a different length than it says");
	return 0;
}

static int read_array(struct wire_in *in, const struct plan_step *step, char *base, struct err *e)
{
	const struct ev_field *f = step->field;
	struct items list = {.width = f->record->struct_bytes};
	struct wire_block block;
	do {
		int act = wire_get_block(in, &block, e);
		if (act == 0)
			act = read_block(in, step, &list, block, e);
		if (act < 0)
			return act;
	} while (block.items > 0);
	memcpy(base + f->offset, &list.p, sizeof list.p);
	memcpy(base + f->count_offset, &list.count, sizeof list.count);
	return 0;
}

static int read_union(struct wire_in *in, const struct plan_step *step, char *base, struct err *e)
{
	size_t branch;
	int act = wire_get_index(in, step->writer->count, &branch, e);
	return act < 0 ? act : read_value(in, &step->branches[branch], base, e);
}

static int read_value(struct wire_in *in, const struct plan_step *step, char *base, struct err *e)
{
	switch (step->how) {
	case PLAN_SKIP:
		return decode_skip(in, step->writer, 0, e);
	case PLAN_NULL:
		return 0; /* memory is zeroed, so the value is already absent */
	case PLAN_SCALAR:
		return read_scalar(in, step->field, base + step->field->offset, e);
	case PLAN_ENUM:
		return read_enum(in, step, base + step->field->offset, e);
	case PLAN_RECORD:
		return read_nested(in, step, base + step->field->offset, e);
	case PLAN_ARRAY:
		return read_array(in, step, base, e);
	case PLAN_UNION:
		return read_union(in, step, base, e);
	case PLAN_MISMATCH:
		break;
	}
	return wire_undecodable(e, "contains a type that is not supported here");
}

static void fill_default(const struct ev_field *f, char *base)
{
	struct str text = {f->default_text ? f->default_text : "", f->default_text_bytes};
	int32_t number = (int32_t)f->default_number;
	bool claim = f->default_number != 0;
	if (f->is_nullable)
		return; /* absent */
	switch (f->kind) {
	case EVK_TEXT:
	case EVK_BYTES:
		memcpy(base + f->offset, &text, sizeof text);
		return;
	case EVK_INT:
	case EVK_ENUM:
		memcpy(base + f->offset, &number, sizeof number);
		return;
	case EVK_LONG:
		memcpy(base + f->offset, &f->default_number, sizeof f->default_number);
		return;
	case EVK_BOOL:
		memcpy(base + f->offset, &claim, sizeof claim);
		return;
	case EVK_RECORD: /* the generator allows no defaults for records */
	case EVK_ARRAY:  /* empty, because memory is zeroed */
		return;
	}
}

int decode_record(struct wire_in *in, const struct plan_record *plan, char *base, struct err *e)
{
	for (size_t i = 0; i < plan->absent_count; i++)
		fill_default(plan->absent[i], base);
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_step *step = &plan->steps[i];
		int act = read_value(in, step, base, e);
		if (act < 0)
			return err_note(e, "%s",
			        step->field ? step->field->name : "a field that is skipped");
	}
	return 0;
}
