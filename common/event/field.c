/* SPDX-License-Identifier: Apache-2.0
 *
 * Access to events' fields by name, for code that stores events in columns.
 */
#include "ev_type.h"

#include <assert.h>
#include <string.h>

static size_t bytes_of(enum ev_kind kind)
{
	switch (kind) {
	case EVK_TEXT:
		return sizeof(struct str);
	case EVK_LONG:
		return sizeof(int64_t);
	case EVK_INT:
		return sizeof(int32_t);
	case EVK_BOOL:
		return sizeof(bool);
	case EVK_BYTES:
	case EVK_ENUM:
	case EVK_RECORD:
	case EVK_ARRAY:
	default:
		return 0; /* does not fit into one column */
	}
}

static bool find_here(const struct ev_record *record, const char *name, struct event_field *out)
{
	for (size_t i = 0; i < record->count; i++) {
		const struct ev_field *f = &record->fields[i];
		if (bytes_of(f->kind) == 0 || strcmp(f->name, name) != 0)
			continue;
		*out = (struct event_field){.is_text = f->kind == EVK_TEXT,
		        .offset = f->offset,
		        .bytes = bytes_of(f->kind)};
		return true;
	}
	return false;
}

bool event_field(const struct ev_type *type, const char *name, struct event_field *out)
{
	const struct ev_record *record = type->record;
	if (find_here(record, name, out))
		return true;
	for (size_t i = 0; i < record->count; i++) {
		const struct ev_field *f = &record->fields[i];
		if (f->kind != EVK_RECORD || f->is_nullable || !find_here(f->record, name, out))
			continue;
		out->offset += f->offset;
		return true;
	}
	return false;
}

struct str event_field_text(const struct event_field *field, const void *event)
{
	assert(field->is_text);
	return *(const struct str *)(const void *)((const char *)event + field->offset);
}

int64_t event_field_number(const struct event_field *field, const void *event)
{
	const void *at = (const char *)event + field->offset;
	assert(!field->is_text);
	if (field->bytes == sizeof(int64_t))
		return *(const int64_t *)at;
	return field->bytes == sizeof(int32_t) ? *(const int32_t *)at : *(const bool *)at;
}
