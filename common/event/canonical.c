/* SPDX-License-Identifier: Apache-2.0
 *
 * Avro's parsing canonical form: full names, only attributes that affect the encoding, a fixed
 * order, no white space. A named type is written in full at its first use and by name after that.
 */
#include "schema.h"

static int put_type(struct schema *s, struct buf *out, struct err *e);

static int put_text(const char *text, struct buf *out, struct err *e)
{
	return buf_append_str(out, str_c(text), e);
}

static int put_fields(struct schema *s, struct buf *out, struct err *e)
{
	int act = put_text(",\"fields\":[", out, e);
	for (size_t i = 0; act == 0 && i < s->count; i++) {
		act = buf_printf(out, e, "%s{\"name\":\"" STR_FMT "\",\"type\":", i > 0 ? "," : "",
		        STR_ARG(s->names[i]));
		if (act == 0)
			act = put_type(s->members[i], out, e);
		if (act == 0)
			act = put_text("}", out, e);
	}
	return act < 0 ? act : put_text("]}", out, e);
}

static int put_symbols(const struct schema *s, struct buf *out, struct err *e)
{
	int act = put_text(",\"symbols\":[", out, e);
	for (size_t i = 0; act == 0 && i < s->count; i++)
		act = buf_printf(
		        out, e, "%s\"" STR_FMT "\"", i > 0 ? "," : "", STR_ARG(s->names[i]));
	return act < 0 ? act : put_text("]}", out, e);
}

static int put_named(struct schema *s, struct buf *out, struct err *e)
{
	if (s->is_written)
		return buf_printf(out, e, "\"" STR_FMT "\"", STR_ARG(s->name));
	s->is_written = true;
	const char *kind = s->kind == SCHEMA_RECORD ? "record"
	                   : s->kind == SCHEMA_ENUM ? "enum"
	                                            : "fixed";
	int act = buf_printf(
	        out, e, "{\"name\":\"" STR_FMT "\",\"type\":\"%s\"", STR_ARG(s->name), kind);
	if (act < 0)
		return act;
	if (s->kind == SCHEMA_RECORD)
		return put_fields(s, out, e);
	if (s->kind == SCHEMA_ENUM)
		return put_symbols(s, out, e);
	return buf_printf(out, e, ",\"size\":%zu}", s->fixed_bytes);
}

static int put_union(struct schema *s, struct buf *out, struct err *e)
{
	int act = put_text("[", out, e);
	for (size_t i = 0; act == 0 && i < s->count; i++) {
		act = put_text(i > 0 ? "," : "", out, e);
		if (act == 0)
			act = put_type(s->members[i], out, e);
	}
	return act < 0 ? act : put_text("]", out, e);
}

static int put_type(struct schema *s, struct buf *out, struct err *e)
{
	static const char *const plain[] = {
	        [SCHEMA_NULL] = "\"null\"",
	        [SCHEMA_BOOLEAN] = "\"boolean\"",
	        [SCHEMA_INT] = "\"int\"",
	        [SCHEMA_LONG] = "\"long\"",
	        [SCHEMA_FLOAT] = "\"float\"",
	        [SCHEMA_DOUBLE] = "\"double\"",
	        [SCHEMA_BYTES] = "\"bytes\"",
	        [SCHEMA_STRING] = "\"string\"",
	};
	int act = 0;
	switch (s->kind) {
	case SCHEMA_RECORD:
	case SCHEMA_ENUM:
	case SCHEMA_FIXED:
		return put_named(s, out, e);
	case SCHEMA_UNION:
		return put_union(s, out, e);
	case SCHEMA_ARRAY:
	case SCHEMA_MAP:
		act = put_text(s->kind == SCHEMA_ARRAY ? "{\"type\":\"array\",\"items\":"
		                                       : "{\"type\":\"map\",\"values\":",
		        out, e);
		if (act == 0)
			act = put_type(s->members[0], out, e);
		return act < 0 ? act : put_text("}", out, e);
	case SCHEMA_NULL:
	case SCHEMA_BOOLEAN:
	case SCHEMA_INT:
	case SCHEMA_LONG:
	case SCHEMA_FLOAT:
	case SCHEMA_DOUBLE:
	case SCHEMA_BYTES:
	case SCHEMA_STRING:
		break;
	}
	return put_text(plain[s->kind], out, e);
}

int schema_canonical(struct schema *schema, struct buf *out, struct err *e)
{
	return put_type(schema, out, e);
}
