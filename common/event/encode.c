/* SPDX-License-Identifier: Apache-2.0
 *
 * Encodes a generated struct, field by field, as the tables say.
 */
#include "ev_type.h"
#include "wire.h"

#include <assert.h>

static int put_record(
        struct wire_out *w, const struct ev_record *record, const char *base, struct err *e);

static int unencodable(struct err *e, const char *why)
{
	return err_set(e, ERR_REJECT, "unencodable", "%s", why);
}

static int put_text(struct wire_out *w, const struct ev_field *f, struct str s, struct err *e)
{
	assert(s.p || s.n == 0);
	if (s.n > f->limit)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "has %zu bytes; at most %zu are allowed", s.n, f->limit);
	if (f->kind == EVK_TEXT && str_find(s, '\0', 0) >= 0)
		return unencodable(e, "a text contains NUL");
	if (f->kind == EVK_TEXT && !str_is_utf8(s))
		return unencodable(e, "a text is not UTF-8");
	return wire_put_bytes(w, s, e);
}

static int put_enum(struct wire_out *w, const struct ev_field *f, const char *at, struct err *e)
{
	int32_t symbol;
	memcpy(&symbol, at, sizeof symbol);
	if (symbol < 0 || (size_t)symbol >= f->symbols->count)
		return unencodable(e, "an enum has a number that is not one of its symbols");
	return wire_put_long(w, symbol, e);
}

static int put_array(struct wire_out *w, const struct ev_field *f, const char *base, struct err *e)
{
	const char *items;
	size_t count;
	memcpy(&items, base + f->offset, sizeof items);
	memcpy(&count, base + f->count_offset, sizeof count);
	assert(items || count == 0);
	if (count > f->limit)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "has %zu items; at most %zu are allowed", count, f->limit);
	int act = count > 0 ? wire_put_long(w, (int64_t)count, e) : 0;
	for (size_t i = 0; act == 0 && i < count; i++) {
		act = put_record(w, f->record, items + i * f->record->struct_bytes, e);
		if (act < 0)
			act = err_note(e, "item %zu", i);
	}
	return act < 0 ? act : wire_put_long(w, 0, e);
}

/* Writes the value itself. The index of its union branch has already been written. */
static int put_value(struct wire_out *w, const struct ev_field *f, const char *base, struct err *e)
{
	const char *at = base + f->offset;
	struct str text;
	int32_t number;
	int64_t large;
	switch (f->kind) {
	case EVK_TEXT:
	case EVK_BYTES:
		memcpy(&text, at, sizeof text);
		return put_text(w, f, text, e);
	case EVK_INT:
		memcpy(&number, at, sizeof number);
		return wire_put_long(w, number, e);
	case EVK_LONG:
		memcpy(&large, at, sizeof large);
		return wire_put_long(w, large, e);
	case EVK_BOOL:
		return wire_put(w, *(const bool *)(const void *)at ? "\1" : "\0", 1, e);
	case EVK_ENUM:
		return put_enum(w, f, at, e);
	case EVK_RECORD:
		if (f->is_nullable)
			memcpy(&at, base + f->offset, sizeof at);
		return put_record(w, f->record, at, e);
	case EVK_ARRAY:
		return put_array(w, f, base, e);
	}
	return unencodable(e, "a field has no kind");
}

/* Nullable texts and records start with a pointer; NULL means absent. */
static bool is_absent(const struct ev_field *f, const char *base)
{
	const char *p;
	memcpy(&p, base + f->offset, sizeof p);
	return f->is_nullable && !p;
}

static int put_record(
        struct wire_out *w, const struct ev_record *record, const char *base, struct err *e)
{
	for (size_t i = 0; i < record->count; i++) {
		const struct ev_field *f = &record->fields[i];
		bool is_null = f->is_nullable && is_absent(f, base);
		int act = f->is_nullable ? wire_put_long(w, is_null ? 0 : 1, e) : 0;
		if (act == 0 && !is_null)
			act = put_value(w, f, base, e);
		if (act < 0)
			return err_note(e, "%s", f->name);
	}
	return 0;
}

int event_encode(const struct ev_type *type, const void *value, struct buf *out, struct err *e)
{
	static_assert(offsetof(struct str, p) == 0, "is_absent looks at the first member");
	size_t start = out->n;
	struct wire_out w = {.out = out,
	        .most = start > SIZE_MAX - EVENT_MAX_BYTES ? SIZE_MAX : start + EVENT_MAX_BYTES};
	int act = wire_put_header(&w, type->fingerprint, e);
	if (act == 0)
		act = put_record(&w, type->record, value, e);
	if (act < 0) {
		out->n = start;
		return err_note(e, "encode %s", type->record->name);
	}
	return 0;
}
