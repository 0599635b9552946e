/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

static int incompatible(struct err *e, const char *why)
{
	return err_set(e, ERR_REJECT, "incompatible", "%s", why);
}

static int no_room(struct err *e)
{
	return incompatible(e, "the schema is too large");
}

static bool is_scalar_match(enum schema_kind writer, enum ev_kind reader)
{
	switch (reader) {
	case EVK_TEXT:
	case EVK_BYTES:
		return writer == SCHEMA_STRING || writer == SCHEMA_BYTES;
	case EVK_INT:
		return writer == SCHEMA_INT;
	case EVK_LONG:
		return writer == SCHEMA_INT || writer == SCHEMA_LONG;
	case EVK_BOOL:
		return writer == SCHEMA_BOOLEAN;
	case EVK_ENUM:
	case EVK_RECORD:
	case EVK_ARRAY:
		return false;
	}
	return false;
}

static int plan_value(const struct schema *writer, const struct ev_field *field, struct arena *mem,
        struct plan_step *out, struct err *e);

static int plan_enum(const struct schema *writer, const struct ev_field *field, struct arena *mem,
        struct plan_step *out, struct err *e)
{
	int32_t *map = ARENA_TRY_ARRAY(mem, int32_t, writer->count);
	if (!map)
		return no_room(e);
	for (size_t i = 0; i < writer->count; i++) {
		map[i] = field->symbols->default_index;
		for (size_t k = 0; k < field->symbols->count; k++)
			if (str_eq(writer->names[i], str_c(field->symbols->symbols[k])))
				map[i] = (int32_t)k;
	}
	out->how = PLAN_ENUM;
	out->symbols = map;
	return 0;
}

static int plan_array(const struct schema *writer, const struct ev_field *field, struct arena *mem,
        struct plan_step *out, struct err *e)
{
	struct plan_step *items = ARENA_TRY_ARRAY(mem, struct plan_step, 1);
	struct ev_field *item = ARENA_TRY_ARRAY(mem, struct ev_field, 1);
	if (!items || !item)
		return no_room(e);
	*item = (struct ev_field){.name = "items", .kind = EVK_RECORD, .record = field->record};
	out->how = PLAN_ARRAY;
	out->items = items;
	return plan_value(writer->members[0], item, mem, items, e);
}

/* A branch that cannot be converted is an error only when it occurs. If no branch can be, the
 * schema is refused. */
static int plan_union(const struct schema *writer, const struct ev_field *field, struct arena *mem,
        struct plan_step *out, struct err *e)
{
	struct plan_step *branches = ARENA_TRY_ARRAY(mem, struct plan_step, writer->count);
	if (!branches)
		return no_room(e);
	bool has_place = false;
	for (size_t i = 0; i < writer->count; i++) {
		struct err reason;
		if (plan_value(writer->members[i], field, mem, &branches[i], &reason) == 0)
			has_place = true;
		else
			branches[i] = (struct plan_step){
			        .how = PLAN_MISMATCH, .writer = writer->members[i], .field = field};
	}
	if (!has_place)
		return incompatible(e, "no branch of the writer's union converts to our type");
	out->how = PLAN_UNION;
	out->branches = branches;
	return 0;
}

static int plan_value(const struct schema *writer, const struct ev_field *field, struct arena *mem,
        struct plan_step *out, struct err *e)
{
	*out = (struct plan_step){.writer = writer, .field = field};
	if (writer->kind == SCHEMA_UNION)
		return plan_union(writer, field, mem, out, e);
	if (writer->kind == SCHEMA_NULL && field->is_nullable) {
		out->how = PLAN_NULL;
		return 0;
	}
	if (is_scalar_match(writer->kind, field->kind)) {
		out->how = PLAN_SCALAR;
		return 0;
	}
	if (writer->kind == SCHEMA_ENUM && field->kind == EVK_ENUM)
		return plan_enum(writer, field, mem, out, e);
	if (writer->kind == SCHEMA_ARRAY && field->kind == EVK_ARRAY)
		return plan_array(writer, field, mem, out, e);
	if (writer->kind == SCHEMA_RECORD && field->kind == EVK_RECORD) {
		out->how = PLAN_RECORD;
		return plan_make(writer, field->record, mem, &out->record, e);
	}
	return incompatible(e, "the writer's type does not convert to ours");
}

static const struct ev_field *field_named(const struct ev_record *reader, struct str name)
{
	for (size_t i = 0; i < reader->count; i++)
		if (str_eq(name, str_c(reader->fields[i].name)))
			return &reader->fields[i];
	return NULL;
}

static bool has_member(const struct schema *writer, const char *name)
{
	for (size_t i = 0; i < writer->count; i++)
		if (str_eq(writer->names[i], str_c(name)))
			return true;
	return false;
}

static int plan_absent(const struct schema *writer, struct plan_record *plan, struct err *e)
{
	for (size_t i = 0; i < plan->reader->count; i++) {
		const struct ev_field *f = &plan->reader->fields[i];
		if (has_member(writer, f->name))
			continue;
		if (!f->has_default)
			return err_set(e, ERR_REJECT, "incompatible",
			        "the writer has no field %s, and it has no default", f->name);
		plan->absent[plan->absent_count++] = f;
	}
	return 0;
}

int plan_make(const struct schema *writer, const struct ev_record *reader, struct arena *mem,
        struct plan_record **out, struct err *e)
{
	struct plan_record *plan = ARENA_TRY_ARRAY(mem, struct plan_record, 1);
	if (!plan)
		return no_room(e);
	*plan = (struct plan_record){.reader = reader, .count = writer->count};
	plan->steps = ARENA_TRY_ARRAY(mem, struct plan_step, writer->count);
	plan->absent = ARENA_TRY_ARRAY(mem, const struct ev_field *, reader->count);
	if (!plan->steps || !plan->absent)
		return no_room(e);
	for (size_t i = 0; i < writer->count; i++) {
		const struct ev_field *f = field_named(reader, writer->names[i]);
		plan->steps[i] = (struct plan_step){.how = PLAN_SKIP, .writer = writer->members[i]};
		int act = f ? plan_value(writer->members[i], f, mem, &plan->steps[i], e) : 0;
		if (act < 0)
			return err_note(e, "%s", f->name);
	}
	int act = plan_absent(writer, plan, e);
	if (act == 0)
		*out = plan;
	return act;
}
