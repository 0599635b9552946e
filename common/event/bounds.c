/* SPDX-License-Identifier: Apache-2.0
 *
 * What a number in an event may be. Whoever writes to a topic may write any 64 bits: they are looked
 * at here, once, where a message comes in, so that nothing behind it has to ask whether a sum of two
 * of them overflows, or whether a database takes it as a time.
 */
#include "ev_type.h"

/* Times: 1970 up to the end of 9999. Counts: so that a million of them, or one taken a million times
 * (parts per million), still fit. Versions: timeline << 40 | n, for 65,536 timelines. */
#define TIME_MAX (EVENT_YEAR_10000_MS - 1)
#define COUNT_MAX EVENT_COUNT_MAX
#define BYTES_MAX INT64_C(1000000000000000)
#define VERSION_MAX ((INT64_C(1) << 56) - 1)
#define NUMBER_MAX INT64_C(1000000000) /* of issues, revisions, indices: one more fits, too */

static const struct bound {
	const char *record, *field;
	int64_t least, most;
} bounds[] = {
        {"AuditRecord", "at_ms", 0, TIME_MAX}, {"AuditRecord", "version", 0, VERSION_MAX},
        {"BuildTask", "key_epoch", 0, NUMBER_MAX}, {"Count", "value", 0, COUNT_MAX},
        {"DeadLetter", "partition", -1, NUMBER_MAX}, {"DeadLetter", "offset", -1, INT64_MAX - 1},
        {"DeadLetter", "timestamp_ms", -1, TIME_MAX}, {"DeadLetter", "tries", 0, NUMBER_MAX},
        {"DeadLetter", "at_ms", 0, TIME_MAX}, {"DeliveryStatus", "version", 0, VERSION_MAX},
        {"DeliveryStatus", "revision", 0, NUMBER_MAX},
        {"DeliveryStatus", "files_planned", 0, NUMBER_MAX},
        {"DeliveryStatus", "files_visible", 0, NUMBER_MAX},
        {"DeliveryStatus", "slices", 0, NUMBER_MAX},
        {"DeliveryStatus", "created_at_ms", 0, TIME_MAX},
        {"DeliveryStatus", "changed_at_ms", 0, TIME_MAX}, {"FileReceipt", "rows", 0, COUNT_MAX},
        {"FileReceipt", "bytes", 0, BYTES_MAX}, {"FileReceipt", "committed_at_ms", 0, TIME_MAX},
        {"FormatTask", "first_rank", 0, COUNT_MAX}, {"FormatTask", "ranks", 0, COUNT_MAX},
        {"Receipt", "version", 0, VERSION_MAX}, {"StagedRef", "bytes", 0, BYTES_MAX},
        {"StagedRef", "rows", 0, COUNT_MAX}, {"TaskHead", "issue", 0, NUMBER_MAX},
        {"TaskHead", "not_after_ms", 0, TIME_MAX}, {"TaskHead", "revision", 0, NUMBER_MAX},
        {"TaskHead", "index", 0, NUMBER_MAX}, {"TaskResult", "issue", 0, NUMBER_MAX},
        {"TaskResult", "revision", 0, NUMBER_MAX}, {"TaskResult", "index", 0, NUMBER_MAX},
        {"TaskResult", "not_before_ms", 0, TIME_MAX}, {"TaskResult", "started_at_ms", 0, TIME_MAX},
        {"TaskResult", "finished_at_ms", 0, TIME_MAX},
        {"Trigger", "at_ms", INT64_MIN, INT64_MAX}, /* the scheduler refuses it with an answer */
};

bool event_bound(const char *record, const char *field, int64_t *out_least, int64_t *out_most)
{
	for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
		if (strcmp(bounds[i].record, record) != 0 || strcmp(bounds[i].field, field) != 0)
			continue;
		*out_least = bounds[i].least;
		*out_most = bounds[i].most;
		return true;
	}
	return false;
}

static int check_number(
        const struct ev_record *record, const struct ev_field *f, const char *at, struct err *e)
{
	int64_t value = 0, least = 0, most = 0;
	int32_t narrow = 0;
	if (f->kind == EVK_INT) {
		memcpy(&narrow, at, sizeof narrow);
		value = narrow;
	} else {
		memcpy(&value, at, sizeof value);
	}
	if (!event_bound(record->name, f->name, &least, &most) || (value >= least && value <= most))
		return 0;
	return err_set(e, ERR_REJECT, "out_of_range",
	        "%s is %lld; it must be between %lld and %lld", f->name, (long long)value,
	        (long long)least, (long long)most);
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
			act = check_number(record, f, base + f->offset, e);
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
