/* SPDX-License-Identifier: Apache-2.0
 *
 * Two sorts. The first, by record, gives ordinals: a pair is (columns, fingerprint, row), and each
 * new record takes the next ordinal. The second, by fingerprint, gives the keys. The same pair
 * twice is counted; a pair that contradicts the cardinality is counted, and its row remembered for
 * the message.
 */
#include "longshore/bridge_build.h"

#include "bridge_pieces.h"
#include "extsort.h"

#include "longshore/fingerprint.h"
#include "longshore/probe.h"
#include "longshore/selection.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	BATCH = 1024,
	CONFLICT_ROWS = 5,
	ENTRY_HEAD = FINGERPRINT_BYTES + 8,
	ARENA_MAX = 8 * 1024 * 1024
};

struct conflicts {
	uint64_t count;
	int64_t rows[CONFLICT_ROWS];
};

struct bridge_build {
	struct bridge_build_spec spec;
	struct arena mem;
	struct fingerprinter *ids, *marks;
	struct sorter *pairs, *slots;
	struct buf waiting; /* values of rows whose fingerprints are not made yet */
	struct buf id_bytes;
	size_t id_ends[BATCH], value_ends[BATCH];
	int64_t rows[BATCH];
	size_t batched;
	struct bridge_build_facts facts;
	struct conflicts conflicts;
	/* of the walk over records */
	struct buf last, entry, primary_bytes;
	size_t primary_ends[BATCH];
	size_t primaries_batched;
	struct selection *leader;
	struct sealed_writer *mark_piece;
	struct values_writer *values;
	struct keys_writer *keys;
};

/* --- entries --- */

static uint64_t get_be(const char *p, int n)
{
	uint64_t v = 0;
	for (int i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

static void put_be(char *p, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (char)(unsigned char)(v >> (8 * (n - 1 - i)));
}

/* Column by column in byte order: the columns of two entries, which come behind the head. */
static int compare_records(struct str a, struct str b)
{
	size_t i = ENTRY_HEAD, k = ENTRY_HEAD;
	while (i < a.n && k < b.n) {
		size_t an = (size_t)get_be(a.p + i, 2), bn = (size_t)get_be(b.p + k, 2);
		int order = str_cmp(str_bytes(a.p + i + 2, an), str_bytes(b.p + k + 2, bn));
		if (order != 0)
			return order;
		i += 2 + an;
		k += 2 + bn;
	}
	return 0;
}

static int compare_pairs(struct str a, struct str b)
{
	int order = compare_records(a, b);
	return order != 0 ? order : memcmp(a.p, b.p, ENTRY_HEAD);
}

static size_t entry_values(struct str entry, struct str *out)
{
	size_t n = 0;
	for (size_t i = ENTRY_HEAD; i < entry.n && n < BRIDGE_COLUMNS_MAX; n++) {
		size_t length = (size_t)get_be(entry.p + i, 2);
		out[n] = str_bytes(entry.p + i + 2, length);
		i += 2 + length;
	}
	return n;
}

/* --- life --- */

int bridge_build_new(const struct bridge_build_spec *spec, struct bridge_build **out, struct err *e)
{
	if (spec->columns_count == 0 || spec->columns_count > BRIDGE_COLUMNS_MAX)
		return err_set(e, ERR_REJECT, "bad_bridge", "a record has 1 to %d columns, not %zu",
		        BRIDGE_COLUMNS_MAX, spec->columns_count);
	struct bridge_build *b = calloc(1, sizeof(*b));
	if (!b)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to build");
	b->spec = *spec;
	arena_init(&b->mem, ARENA_MAX);
	buf_init(&b->waiting, (size_t)BATCH * BRIDGE_COLUMNS_MAX * (BRIDGE_VALUE_MAX + 2));
	buf_init(&b->id_bytes, (size_t)BATCH * FINGERPRINT_ID_MAX);
	buf_init(&b->primary_bytes, (size_t)BATCH * FINGERPRINT_ID_MAX);
	buf_init(&b->last, SORT_ENTRY_MAX);
	buf_init(&b->entry, SORT_ENTRY_MAX);
	int act =
	        fingerprinter_new(&spec->fingerprint_key, spec->tenant, spec->id_kind, &b->ids, e);
	if (act == 0)
		act = fingerprinter_new(&spec->mark_key, spec->tenant, STR("mark"), &b->marks, e);
	if (act == 0)
		act = sort_new(spec->spill_dir, spec->memory_bytes, compare_pairs, &b->pairs, e);
	if (act == 0)
		act = sort_new(spec->spill_dir, spec->memory_bytes, str_cmp, &b->slots, e);
	if (act != 0) {
		bridge_build_free(b);
		return act;
	}
	b->leader = selection_new();
	*out = b;
	return 0;
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
	buf_release(&b->entry);
	buf_release(&b->last);
	buf_release(&b->primary_bytes);
	buf_release(&b->id_bytes);
	buf_release(&b->waiting);
	arena_release(&b->mem);
	wipe(&b->spec, sizeof(b->spec));
	free(b);
}

/* --- adding --- */

static int flush_rows(struct bridge_build *b, struct err *e)
{
	struct str ids[BATCH];
	unsigned char prints[BATCH * FINGERPRINT_BYTES];
	size_t at = 0;
	for (size_t i = 0; i < b->batched; i++) {
		ids[i] = str_bytes(b->id_bytes.p + at, b->id_ends[i] - at);
		at = b->id_ends[i];
	}
	int act = fingerprint_batch(b->ids, ids, b->batched, prints, e);
	at = 0;
	for (size_t i = 0; act == 0 && i < b->batched; i++) {
		char head[ENTRY_HEAD];
		memcpy(head, prints + i * FINGERPRINT_BYTES, FINGERPRINT_BYTES);
		put_be(head + FINGERPRINT_BYTES, (uint64_t)b->rows[i], 8);
		buf_clear(&b->entry);
		act = buf_append(&b->entry, head, sizeof(head), e);
		if (act == 0)
			act = buf_append(&b->entry, b->waiting.p + at, b->value_ends[i] - at, e);
		if (act == 0)
			act = sort_add(b->pairs, buf_str(&b->entry), e);
		at = b->value_ends[i];
	}
	buf_clear(&b->waiting);
	buf_clear(&b->id_bytes);
	b->batched = 0;
	return act;
}

static int bad_value(int64_t row, const char *what, struct err *e)
{
	return err_set(e, ERR_REJECT, "bad_bridge", "bridge row %" PRId64 ": %s", row, what);
}

static int check_row(const struct bridge_build *b, struct str id, const struct str *values,
        int64_t row, struct err *e)
{
	if (id.n == 0)
		return bad_value(row, "the id is empty", e);
	if (id.n > FINGERPRINT_ID_MAX || values[0].n > FINGERPRINT_ID_MAX)
		return bad_value(row, "an id is longer than 512 bytes", e);
	if (values[0].n == 0)
		return bad_value(row, "the partner's primary id is empty", e);
	for (size_t c = 0; c < b->spec.columns_count; c++) {
		if (values[c].n > BRIDGE_VALUE_MAX)
			return bad_value(row, "a value is longer than 4096 bytes", e);
	}
	return 0;
}

int bridge_build_add(
        struct bridge_build *b, struct str id, const struct str *values, int64_t row, struct err *e)
{
	int act = check_row(b, id, values, row, e);
	if (act != 0)
		return act;
	for (size_t c = 0; act == 0 && c < b->spec.columns_count; c++) {
		char length[2];
		put_be(length, values[c].n, 2);
		act = buf_append(&b->waiting, length, sizeof(length), e);
		if (act == 0)
			act = buf_append_str(&b->waiting, values[c], e);
	}
	if (act == 0)
		act = buf_append_str(&b->id_bytes, id, e);
	if (act != 0)
		return act;
	b->rows[b->batched] = row;
	b->id_ends[b->batched] = b->id_bytes.n;
	b->value_ends[b->batched] = b->waiting.n;
	b->batched++;
	b->facts.pairs++;
	return b->batched == BATCH ? flush_rows(b, e) : 0;
}

/* --- records: ordinals, values, marks --- */

static void conflict(struct bridge_build *b, int64_t row)
{
	if (b->conflicts.count < CONFLICT_ROWS)
		b->conflicts.rows[b->conflicts.count] = row;
	b->conflicts.count++;
}

static int flush_marks(struct bridge_build *b, struct err *e)
{
	struct str ids[BATCH];
	uint32_t marks[BATCH];
	unsigned char bytes[BATCH * 4];
	size_t at = 0, n = b->primaries_batched;
	for (size_t i = 0; i < n; i++) {
		ids[i] = str_bytes(b->primary_bytes.p + at, b->primary_ends[i] - at);
		at = b->primary_ends[i];
	}
	int act = fingerprint_marks(b->marks, ids, n, marks, e);
	for (size_t i = 0; i < n; i++) {
		for (int k = 0; k < 4; k++)
			bytes[i * 4 + (size_t)k] = (unsigned char)(marks[i] >> (8 * k));
	}
	if (act == 0 && n > 0)
		act = sealed_write(b->mark_piece, bytes, n * 4, e);
	buf_clear(&b->primary_bytes);
	b->primaries_batched = 0;
	return act;
}

static int new_record(
        struct bridge_build *b, const struct str *values, bool new_primary, struct err *e)
{
	if (b->facts.records == UINT32_MAX)
		return err_set(e, ERR_REJECT, "bad_bridge",
		        "more than 2^32 - 1 distinct records: split the bridge");
	uint32_t ordinal = (uint32_t)b->facts.records++;
	if (new_primary) {
		b->facts.primaries++;
		selection_add(b->leader, &ordinal, 1);
	}
	int act = values_writer_add(b->values, values, e);
	if (act == 0)
		act = buf_append_str(&b->primary_bytes, values[0], e);
	if (act != 0)
		return act;
	b->primary_ends[b->primaries_batched++] = b->primary_bytes.n;
	return b->primaries_batched == BATCH ? flush_marks(b, e) : 0;
}

static int add_slot(struct bridge_build *b, struct str pair, struct err *e)
{
	char slot[FINGERPRINT_BYTES + 16];
	memcpy(slot, pair.p, FINGERPRINT_BYTES);
	put_be(slot + FINGERPRINT_BYTES, b->facts.records - 1, 8);
	memcpy(slot + FINGERPRINT_BYTES + 8, pair.p + FINGERPRINT_BYTES, 8);
	return sort_add(b->slots, str_bytes(slot, sizeof(slot)), e);
}

static int take_pair(struct bridge_build *b, struct str pair, uint64_t *slots, struct err *e)
{
	struct str values[BRIDGE_COLUMNS_MAX], last[BRIDGE_COLUMNS_MAX];
	(void)entry_values(pair, values);
	bool first = b->last.n == 0, same = !first && compare_records(buf_str(&b->last), pair) == 0;
	if (same && memcmp(b->last.p, pair.p, FINGERPRINT_BYTES) == 0) {
		b->facts.repeated++;
		return 0;
	}
	int act = 0;
	if (same && b->spec.one_to_one)
		conflict(b, (int64_t)get_be(pair.p + FINGERPRINT_BYTES, 8));
	if (!same) {
		bool new_primary = first || (entry_values(buf_str(&b->last), last) > 0 &&
		                                    !str_eq(last[0], values[0]));
		act = new_record(b, values, new_primary, e);
	}
	if (act == 0)
		act = add_slot(b, pair, e);
	(*slots)++;
	buf_clear(&b->last);
	return act == 0 ? buf_append_str(&b->last, pair, e) : act;
}

static int walk_pairs(struct bridge_build *b, struct piece_side *keys, struct piece_side *values,
        uint64_t *slots, struct err *e)
{
	int act = values_writer_new(
	        values, b->spec.columns_count, b->spec.shard_bytes, &b->values, e);
	if (act == 0)
		act = piece_open(keys, "marks", &b->mark_piece, e);
	if (act == 0)
		act = sort_seal(b->pairs, e);
	while (act == 0) {
		struct str pair;
		bool some = false;
		act = sort_next(b->pairs, &pair, &some, e);
		if (act != 0 || !some)
			break;
		act = take_pair(b, pair, slots, e);
	}
	if (act == 0)
		act = flush_marks(b, e);
	if (act == 0)
		act = values_writer_finish(b->values, e);
	if (act != 0)
		return act;
	struct sealed_writer *marks = b->mark_piece;
	b->mark_piece = NULL;
	sort_free(b->pairs);
	b->pairs = NULL;
	return piece_close(keys, "marks", marks, 0, b->facts.records, e);
}

/* --- keys --- */

static int walk_slots(struct bridge_build *b, struct piece_side *keys, uint64_t slots,
        uint64_t *lines, struct err *e)
{
	unsigned char last[FINGERPRINT_BYTES] = {0};
	int act = keys_writer_new(keys, slots, b->spec.shard_bytes, &b->keys, e);
	if (act == 0)
		act = sort_seal(b->slots, e);
	while (act == 0) {
		struct str slot;
		bool some = false;
		act = sort_next(b->slots, &slot, &some, e);
		if (act != 0 || !some)
			break;
		const unsigned char *fp = (const unsigned char *)slot.p;
		if (b->facts.persons > 0 &&
		        memcmp(last, fp, SLOT_FINGERPRINT) == 0) { /* one id, a second record */
			conflict(b, (int64_t)get_be(slot.p + FINGERPRINT_BYTES + 8, 8));
			continue;
		}
		memcpy(last, fp, FINGERPRINT_BYTES);
		b->facts.persons++;
		act = keys_writer_add(b->keys, fp, get_be(slot.p + FINGERPRINT_BYTES, 8), e);
	}
	return act == 0 ? keys_writer_finish(b->keys, lines, e) : act;
}

static int check_conflicts(const struct bridge_build *b, struct err *e)
{
	if (b->conflicts.count == 0)
		return 0;
	char rows[CONFLICT_ROWS * 24] = "";
	size_t n = 0;
	for (size_t i = 0; i < CONFLICT_ROWS && i < b->conflicts.count; i++)
		n += (size_t)snprintf(rows + n, sizeof(rows) - n, "%s%" PRId64, i ? ", " : "",
		        b->conflicts.rows[i]);
	return err_set(e, ERR_REJECT, "bad_bridge",
	        "%" PRIu64 " rows contradict the cardinality %s, the first: rows %s. Correct the "
	                   "partner's file, or the "
	        "cardinality of the bridge",
	        b->conflicts.count, b->spec.one_to_one ? "1:1" : "n:1", rows);
}

static int put_leader(struct bridge_build *b, struct piece_side *keys, struct err *e)
{
	struct buf bytes;
	buf_init(&bytes, (size_t)1 << 30);
	int act = selection_store(b->leader, &bytes, e);
	if (act == 0)
		act = piece_put(keys, "leader", buf_str(&bytes), b->facts.primaries, e);
	buf_release(&bytes);
	return act;
}

static struct piece_side side_of(struct bridge_build *b, struct str prefix, struct secret scope)
{
	return (struct piece_side){.staging = b->spec.staging,
	        .prefix = prefix,
	        .version = b->spec.version,
	        .scope = scope,
	        .mem = &b->mem,
	        .pieces = arena_alloc(&b->mem, PIECES_MAX * sizeof(struct bridge_piece))};
}

int bridge_build_finish(struct bridge_build *b, struct bridge_build_facts *out, struct err *e)
{
	struct piece_side keys = side_of(b, STR("keys"), b->spec.keys_scope);
	struct piece_side values = side_of(b, STR("values"), b->spec.values_scope);
	uint64_t slots = 0, lines = 0;
	int act = flush_rows(b, e);
	if (act == 0)
		act = walk_pairs(b, &keys, &values, &slots, e);
	PROBE(build_after_values);
	if (act == 0)
		act = walk_slots(b, &keys, slots, &lines, e);
	if (act == 0)
		act = check_conflicts(b, e);
	if (act == 0)
		act = put_leader(b, &keys, e);
	struct bridge_manifest m = {.version = b->spec.version,
	        .tenant = b->spec.tenant,
	        .bridge = b->spec.bridge,
	        .id_kind = b->spec.id_kind,
	        .recipient = b->spec.recipient,
	        .key_epoch = b->spec.key_epoch,
	        .cardinality = b->spec.one_to_one ? STR("1:1") : STR("n:1"),
	        .records = b->facts.records,
	        .persons = b->facts.persons,
	        .primaries = b->facts.primaries,
	        .lines = lines,
	        .columns_count = b->spec.columns_count};
	for (size_t i = 0; i < m.columns_count; i++)
		m.columns[i] = b->spec.columns[i];
	PROBE(build_before_manifest);
	if (act == 0)
		act = manifest_put(&values, &m, e);
	if (act == 0)
		act = manifest_put(&keys, &m, e);
	PROBE(build_after_manifest);
	if (act == 0)
		*out = b->facts;
	wipe(&keys.scope, sizeof(keys.scope));
	wipe(&values.scope, sizeof(values.scope));
	return act;
}
