/* SPDX-License-Identifier: Apache-2.0
 *
 * Ranges of numbers in events. Any producer can write any 64-bit value to a topic. Values are
 * checked once, when a message is decoded, so later code need not worry about overflow or about
 * times that a database rejects. The schemas define each field's range.
 */
#include "ev_type.h"

static int check_number(const struct ev_field *f, const char *at, struct err *e)
{
	int64_t value = 0;
	int32_t narrow = 0;
	if (f->kind == EVK_INT) {
		memcpy(&narrow, at, sizeof narrow);
		value = narrow;
	} else {
		memcpy(&value, at, sizeof value);
	}
	if (!f->is_bounded || (value >= f->least && value <= f->most))
		return 0;
	return err_set(e, ERR_REJECT, "out_of_range",
	        "%s is %lld; it must be between %lld and %lld", f->name, (long long)value,
	        (long long)f->least, (long long)f->most);
}

static int check_record(const struct ev_record *record, const char *base, struct err *e);

static int check_items(const struct ev_field *f, const char *base, struct err *e)
{
	const char *items = NULL;
	size_t count = 0;
	memcpy(&items, base + f->offset, sizeof items);
	memcpy(&count, base + f->count_offset, sizeof count);
	for (size_t i = 0; i < count; i++) {
		if (check_record(f->record, items + i * f->record->struct_bytes, e))
			return err_note(e, "%s, item %zu", f->name, i);
	}
	return 0;
}

static int check_nested(const struct ev_field *f, const char *base, struct err *e)
{
	const char *at = base + f->offset;
	if (f->is_nullable)
		memcpy(&at, base + f->offset, sizeof at);
	if (!at)
		return 0;
	return check_record(f->record, at, e) == 0 ? 0 : err_note(e, "%s", f->name);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the schemas, which do not recurse */
static int check_record(const struct ev_record *record, const char *base, struct err *e)
{
	int act = 0;
	for (size_t i = 0; i < record->count && act == 0; i++) {
		const struct ev_field *f = &record->fields[i];
		switch (f->kind) {
		case EVK_INT:
		case EVK_LONG:
			act = check_number(f, base + f->offset, e);
			break;
		case EVK_RECORD:
			act = check_nested(f, base, e);
			break;
		case EVK_ARRAY:
			act = check_items(f, base, e);
			break;
		case EVK_TEXT:
		case EVK_BYTES:
		case EVK_BOOL:
		case EVK_ENUM:
			break;
		}
	}
	return act;
}

int event_check_numbers(const struct ev_type *type, const void *value, struct err *e)
{
	return check_record(type->record, value, e) == 0 ? 0
	                                                 : err_note(e, "%s", type->record->name);
}
