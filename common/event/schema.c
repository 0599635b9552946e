/* SPDX-License-Identifier: Apache-2.0 */
#include "schema.h"

#include <avro.h>

struct parse {
	struct arena *mem;
	struct schema *all; /* newest first */
};

static int bad_schema(struct err *e, const char *why)
{
	(void)err_set(e, ERR_REJECT, "bad_schema", "%s", why);
	return ERR_REJECT; /* written out for the analyzers, which do not look into err_set */
}

static int read_type(
        struct parse *p, avro_schema_t from, int depth, struct schema **out, struct err *e);

/* The canonical form writes names and symbols without escapes. */
static bool is_plain_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		bool is_more = (c >= '0' && c <= '9') || c == '.';
		if (!is_letter && !(is_more && i > 0))
			return false;
	}
	return s.n > 0;
}

/* "<space>.<name>", or the name alone. */
static int join_name(
        struct parse *p, struct str space, struct str name, struct str *out, struct err *e)
{
	if (!is_plain_name(name) || (space.n > 0 && !is_plain_name(space)))
		return bad_schema(e, "a name has characters that Avro does not allow");
	size_t before = space.n > 0 ? space.n + 1 : 0;
	char *copy = arena_try_alloc(p->mem, before + name.n, 1);
	if (!copy)
		return bad_schema(e, "is too large");
	if (before > 0) {
		memcpy(copy, space.p, space.n);
		copy[space.n] = '.';
	}
	memcpy(copy + before, name.p, name.n);
	*out = str_bytes(copy, before + name.n);
	return 0;
}

static int copy_name(struct parse *p, const char *name, struct str *out, struct err *e)
{
	return join_name(p, str_c(NULL), str_c(name), out, e);
}

static int full_name(struct parse *p, avro_schema_t from, struct str *out, struct err *e)
{
	return join_name(
	        p, str_c(avro_schema_namespace(from)), str_c(avro_schema_name(from)), out, e);
}

static int new_node(
        struct parse *p, enum schema_kind kind, size_t count, struct schema **out, struct err *e)
{
	if (count > SCHEMA_MAX_MEMBERS)
		return bad_schema(e, "has too many fields, symbols or branches");
	struct schema *s = ARENA_TRY_ARRAY(p->mem, struct schema, 1);
	if (!s)
		return bad_schema(e, "is too large");
	*s = (struct schema){.kind = kind, .count = count, .next = p->all};
	s->names = ARENA_TRY_ARRAY(p->mem, struct str, count);
	s->members = ARENA_TRY_ARRAY(p->mem, struct schema *, count);
	if (!s->names || !s->members)
		return bad_schema(e, "is too large");
	p->all = s;
	*out = s;
	return 0;
}

static struct schema *find_named(const struct parse *p, struct str name)
{
	for (struct schema *s = p->all; s; s = s->next)
		if (s->name.p && str_eq(s->name, name))
			return s;
	return NULL;
}

static int check_names_differ(const struct schema *s, struct err *e)
{
	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(s->names[i], s->names[k]))
				return bad_schema(e, "two fields or symbols have the same name");
	return 0;
}

static int read_record(
        struct parse *p, avro_schema_t from, int depth, struct schema *s, struct err *e)
{
	for (size_t i = 0; i < s->count; i++) {
		int act =
		        copy_name(p, avro_schema_record_field_name(from, (int)i), &s->names[i], e);
		if (act == 0)
			act = read_type(p, avro_schema_record_field_get_by_index(from, (int)i),
			        depth + 1, &s->members[i], e);
		if (act < 0)
			return act;
	}
	return check_names_differ(s, e);
}

static int read_enum(struct parse *p, avro_schema_t from, struct schema *s, struct err *e)
{
	for (size_t i = 0; i < s->count; i++) {
		int act = copy_name(p, avro_schema_enum_get(from, (int)i), &s->names[i], e);
		if (act < 0)
			return act;
	}
	return check_names_differ(s, e);
}

static int read_union(
        struct parse *p, avro_schema_t from, int depth, struct schema *s, struct err *e)
{
	for (size_t i = 0; i < s->count; i++) {
		int act = read_type(
		        p, avro_schema_union_branch(from, (int)i), depth + 1, &s->members[i], e);
		if (act < 0)
			return act;
		if (s->members[i]->kind == SCHEMA_UNION)
			return bad_schema(e, "a union directly contains a union");
	}
	return 0;
}

static int read_named(
        struct parse *p, avro_schema_t from, int depth, struct schema **out, struct err *e)
{
	struct str name;
	int act = full_name(p, from, &name, e);
	if (act < 0)
		return act;
	if (find_named(p, name))
		return bad_schema(e, "a name is defined twice");
	struct schema *s = NULL;
	if (is_avro_record(from))
		act = new_node(p, SCHEMA_RECORD, avro_schema_record_size(from), &s, e);
	else if (is_avro_enum(from))
		act = new_node(
		        p, SCHEMA_ENUM, (size_t)avro_schema_enum_number_of_symbols(from), &s, e);
	else
		act = new_node(p, SCHEMA_FIXED, 0, &s, e);
	if (act < 0)
		return act;
	s->name = name; /* set before the fields, which can refer to it */
	*out = s;
	if (s->kind == SCHEMA_RECORD)
		return read_record(p, from, depth, s, e);
	if (s->kind == SCHEMA_ENUM)
		return read_enum(p, from, s, e);
	int64_t bytes = avro_schema_fixed_size(from);
	if (bytes < 0)
		return bad_schema(e, "a fixed type has a negative size");
	s->fixed_bytes = (size_t)bytes;
	return 0;
}

static int read_link(struct parse *p, avro_schema_t from, struct schema **out, struct err *e)
{
	struct str name;
	int act = full_name(p, avro_schema_link_target(from), &name, e);
	if (act < 0)
		return act;
	*out = find_named(p, name);
	return *out ? 0 : bad_schema(e, "refers to a type that is not defined yet");
}

static int read_type(
        struct parse *p, avro_schema_t from, int depth, struct schema **out, struct err *e)
{
	static const enum schema_kind plain[] = {
	        [AVRO_NULL] = SCHEMA_NULL,
	        [AVRO_BOOLEAN] = SCHEMA_BOOLEAN,
	        [AVRO_INT32] = SCHEMA_INT,
	        [AVRO_INT64] = SCHEMA_LONG,
	        [AVRO_FLOAT] = SCHEMA_FLOAT,
	        [AVRO_DOUBLE] = SCHEMA_DOUBLE,
	        [AVRO_BYTES] = SCHEMA_BYTES,
	        [AVRO_STRING] = SCHEMA_STRING,
	        [AVRO_ARRAY] = SCHEMA_ARRAY,
	        [AVRO_MAP] = SCHEMA_MAP,
	        [AVRO_UNION] = SCHEMA_UNION,
	};
	if (depth > SCHEMA_MAX_DEPTH)
		return bad_schema(e, "is nested too deeply");
	avro_type_t type = avro_typeof(from);
	int act = 0;
	switch (type) {
	case AVRO_RECORD:
	case AVRO_ENUM:
	case AVRO_FIXED:
		return read_named(p, from, depth, out, e);
	case AVRO_LINK:
		return read_link(p, from, out, e);
	case AVRO_ARRAY:
	case AVRO_MAP:
		act = new_node(p, plain[type], 1, out, e);
		return act < 0 ? act
		               : read_type(p,
		                         type == AVRO_ARRAY ? avro_schema_array_items(from)
		                                            : avro_schema_map_values(from),
		                         depth + 1, &(*out)->members[0], e);
	case AVRO_UNION:
		act = new_node(p, SCHEMA_UNION, avro_schema_union_size(from), out, e);
		return act < 0 ? act : read_union(p, from, depth, *out, e);
	case AVRO_NULL:
	case AVRO_BOOLEAN:
	case AVRO_INT32:
	case AVRO_INT64:
	case AVRO_FLOAT:
	case AVRO_DOUBLE:
	case AVRO_BYTES:
	case AVRO_STRING:
		return new_node(p, plain[type], 0, out, e);
	}
	return bad_schema(e, "has an unknown type");
}

/* Computed once per node, as many paths can lead to it. A record that contains itself, other than
 * through a union or an array, has infinite width; such a record is still OPEN when it is met
 * again. */
static enum schema_width width_of(struct schema *s)
{
	if (s->width != SCHEMA_WIDTH_UNKNOWN)
		return s->width == SCHEMA_WIDTH_OPEN ? SCHEMA_WIDTH_ENDLESS : s->width;
	s->width = SCHEMA_WIDTH_OPEN;
	enum schema_width width = SCHEMA_WIDTH_SOME;
	if (s->kind == SCHEMA_NULL || (s->kind == SCHEMA_FIXED && s->fixed_bytes == 0) ||
	        s->kind == SCHEMA_RECORD)
		width = SCHEMA_WIDTH_NONE;
	for (size_t i = 0;
	        s->kind == SCHEMA_RECORD && i < s->count && width != SCHEMA_WIDTH_ENDLESS; i++) {
		enum schema_width of_field = width_of(s->members[i]);
		if (of_field != SCHEMA_WIDTH_NONE)
			width = of_field;
	}
	s->width = width;
	return width;
}

static int check_widths(const struct parse *p, struct err *e)
{
	for (struct schema *s = p->all; s; s = s->next) {
		if (width_of(s) == SCHEMA_WIDTH_ENDLESS)
			return bad_schema(e, "a record contains itself");
		if (s->kind == SCHEMA_ARRAY && width_of(s->members[0]) == SCHEMA_WIDTH_NONE)
			return bad_schema(e, "the items of an array have size zero");
	}
	return 0;
}

int schema_parse(struct str json, struct arena *mem, struct schema **out, struct err *e)
{
	if (json.n > SCHEMA_MAX_BYTES)
		return bad_schema(e, "is too large");
	avro_schema_t from = NULL;
	int native = avro_schema_from_json_length(json.p, json.n, &from);
	if (native != 0) /* avro-c has one text buffer per process: copy it now */
		return err_set_native(
		        e, ERR_REJECT, "bad_schema", "avro", native, "%s", avro_strerror());
	struct parse p = {.mem = mem};
	struct schema *top = NULL;
	int act = read_type(&p, from, 0, &top, e);
	avro_schema_decref(from);
	if (act == 0)
		act = check_widths(&p, e);
	if (act == 0)
		*out = top;
	return act;
}

uint64_t schema_fingerprint(struct str canonical)
{
	const uint64_t empty = UINT64_C(0xc15d213aa4d7a795);
	uint64_t crc = empty;
	for (size_t i = 0; i < canonical.n; i++) {
		crc ^= (unsigned char)canonical.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? empty : 0);
	}
	return crc;
}
