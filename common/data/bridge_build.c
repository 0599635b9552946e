/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge_building.h"
#include "bridge_pair.h"

#include "longshore/bridge.h"

#include <stdlib.h>

enum { ARENA_MAX = 8 * 1024 * 1024, MEMORY_MIN = 2 * SORT_MEMORY_MIN, SHARD_MIN = 4096 };

/* --- batches --- */

int build_batch_add(struct build_batch *b, const void *p, size_t n, struct err *e)
{
	int act = buf_append(&b->bytes, p, n, e);
	if (act == 0)
		b->ends[b->count++] = b->bytes.n;
	return act;
}

struct str build_batch_at(const struct build_batch *b, size_t i)
{
	size_t from = i == 0 ? 0 : b->ends[i - 1];
	return str_bytes(b->bytes.p + from, b->ends[i] - from);
}

void build_batch_clear(struct build_batch *b)
{
	buf_clear(&b->bytes);
	b->count = 0;
}

/* --- create and free --- */

static int check_spec(const struct bridge_build_spec *spec, struct err *e)
{
	if (spec->columns_count == 0 || spec->columns_count > BRIDGE_COLUMNS_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_BRIDGE,
		        "a record has 1 to %d columns, not %zu", BRIDGE_COLUMNS_MAX,
		        spec->columns_count);
	if (spec->memory_bytes < MEMORY_MIN || spec->shard_bytes < SHARD_MIN)
		return err_set(e, ERR_FATAL, "bad_settings",
		        "a build needs at least %d bytes of memory and shards of at least %d bytes",
		        MEMORY_MIN, SHARD_MIN);
	return 0;
}

static int open_sorters(struct bridge_build *b, struct err *e)
{
	const struct bridge_build_spec *spec = &b->spec;
	size_t half = spec->memory_bytes / 2; /* one sorter is read while the other is filled */
	int act =
	        fingerprinter_new(&spec->fingerprint_key, spec->tenant, spec->id_kind, &b->ids, e);
	if (act == 0)
		act = fingerprinter_new(&spec->mark_key, spec->tenant, STR("mark"), &b->marks, e);
	if (act == 0)
		act = sort_new(spec->spill_dir, half, &b->pairs, e);
	if (act == 0)
		act = sort_new(spec->spill_dir, half, &b->slots, e);
	return act;
}

int bridge_build_new(const struct bridge_build_spec *spec, struct bridge_build **out, struct err *e)
{
	int act = check_spec(spec, e);
	if (act != 0)
		return act;
	struct bridge_build *b = calloc(1, sizeof(*b));
	if (!b)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to build");
	b->spec = *spec;
	arena_init(&b->mem, ARENA_MAX);
	buf_init(&b->waiting_ids.bytes, (size_t)BUILD_BATCH * FINGERPRINT_ID_MAX);
	buf_init(&b->waiting_primaries.bytes, (size_t)BUILD_BATCH * FINGERPRINT_ID_MAX);
	buf_init(&b->waiting_records.bytes, (size_t)BUILD_BATCH * SORT_ENTRY_MAX);
	buf_init(&b->last, SORT_ENTRY_MAX);
	buf_init(&b->entry, SORT_ENTRY_MAX);
	act = open_sorters(b, e);
	if (act != 0) {
		bridge_build_free(b);
		return act;
	}
	b->leader = selection_new();
	*out = b;
	return 0;
}

/* Wipes the buffer, because it contained personal data. */
static void drop(struct buf *b)
{
	if (b->p)
		wipe(b->p, b->cap);
	buf_release(b);
}

void bridge_build_free(struct bridge_build *b)
{
	if (!b)
		return;
	keys_writer_free(b->keys);
	values_writer_free(b->values);
	sealed_abandon(b->mark_piece);
	selection_free(b->leader);
	sort_free(b->slots);
	sort_free(b->pairs);
	fingerprinter_free(b->marks);
	fingerprinter_free(b->ids);
	drop(&b->entry);
	drop(&b->last);
	drop(&b->waiting_primaries.bytes);
	drop(&b->waiting_records.bytes);
	drop(&b->waiting_ids.bytes);
	arena_release(&b->mem);
	wipe(&b->spec, sizeof(b->spec));
	free(b);
}

/* --- adding pairs --- */

int build_flush_rows(struct bridge_build *b, struct err *e)
{
	struct str ids[BUILD_BATCH];
	unsigned char prints[BUILD_BATCH * FINGERPRINT_BYTES];
	size_t n = b->waiting_ids.count;
	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		ids[i] = build_batch_at(&b->waiting_ids, i);
	int act = fingerprint_batch(b->ids, ids, n, prints, e);
	for (size_t i = 0; act == 0 && i < n; i++) {
		char tail[PAIR_TAIL_BYTES];
		memcpy(tail, prints + i * FINGERPRINT_BYTES, FINGERPRINT_BYTES);
		put_be64(tail + FINGERPRINT_BYTES, (uint64_t)b->waiting_rows[i]);
		buf_clear(&b->entry);
		act = buf_append_str(&b->entry, build_batch_at(&b->waiting_records, i), e);
		if (act == 0)
			act = buf_append(&b->entry, tail, sizeof(tail), e);
		if (act == 0)
			act = sort_add(b->pairs, buf_str(&b->entry), e);
	}
	build_batch_clear(&b->waiting_ids);
	build_batch_clear(&b->waiting_records);
	return act;
}

static int bad_row(const char *what, struct err *e)
{
	return err_set(e, ERR_REJECT, CODE_BAD_BRIDGE, "%s: correct the row", what);
}

/* Refuses values now that a file could not contain later. U+0080 to U+009F are control characters,
 * too. */
static bool is_text(struct str value)
{
	for (size_t i = str_plain_length(value); i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		if (c < 0x20 || c == 0x7f)
			return false;
		if (c == 0xc2 && i + 1 < value.n && (unsigned char)value.p[i + 1] < 0xa0)
			return false;
	}
	return str_is_utf8(value);
}

static int check_row(
        const struct bridge_build *b, struct str id, const struct str *values, struct err *e)
{
	if (!bridge_id_is_valid(id))
		return bad_row("the id is empty, too long, not UTF-8, or contains a character that "
		               "is not allowed",
		        e);
	if (!bridge_id_is_valid(values[0]))
		return bad_row("the partner's primary id is empty, too long, not UTF-8, or "
		               "contains a character that is not allowed",
		        e);
	for (size_t c = 0; c < b->spec.columns_count; c++) {
		struct str value = bridge_id_canonical(values[c]);
		if (value.n > BRIDGE_VALUE_MAX)
			return bad_row("a value is longer than 4096 bytes", e);
		if (!is_text(value))
			return bad_row("a value is not UTF-8, or contains a control character", e);
	}
	return 0;
}

int bridge_build_add(
        struct bridge_build *b, struct str id, const struct str *values, int64_t row, struct err *e)
{
	int act = check_row(b, id, values, e);
	struct str who = bridge_id_canonical(id);
	if (act != 0)
		return act;
	buf_clear(&b->entry);
	for (size_t c = 0; act == 0 && c < b->spec.columns_count; c++) {
		/* A partner never receives the blanks around a value. */
		act = buf_append_str(&b->entry, bridge_id_canonical(values[c]), e);
		if (act == 0)
			act = buf_append(&b->entry, "", 1, e);
	}
	b->waiting_rows[b->waiting_ids.count] = row;
	if (act == 0)
		act = build_batch_add(&b->waiting_records, b->entry.p, b->entry.n, e);
	if (act == 0)
		act = build_batch_add(&b->waiting_ids, who.p, who.n, e);
	if (act != 0)
		return act;
	b->facts.pairs++;
	return b->waiting_ids.count == BUILD_BATCH ? build_flush_rows(b, e) : 0;
}

void bridge_build_name(struct bridge_build *b, struct str version, const struct secret *keys_scope,
        const struct secret *values_scope)
{
	b->spec.version = version;
	b->spec.keys_scope = *keys_scope;
	b->spec.values_scope = *values_scope;
}
