/* SPDX-License-Identifier: Apache-2.0
 *
 * Assembles a version from two sorts. The first, by record, assigns ordinals: each new record gets
 * the next one. The second, by fingerprint, produces the keys. Repeated pairs are counted. Pairs
 * that contradict the cardinality are counted as well, and the lowest of their rows are kept for
 * the message.
 */
#include "bridge_building.h"
#include "bridge_pair.h"

#include "longshore/probe.h"

#include <stdlib.h>

/* An entry to sort: fingerprint, ordinal, row. */
enum { SLOT_ENTRY_BYTES = FINGERPRINT_BYTES + 16 };

int build_check_room(uint64_t records, uint64_t slots, struct err *e)
{
	if (records >= UINT32_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_BRIDGE,
		        "at least 2^32 distinct records: split the bridge");
	if (slots > UINT32_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_BRIDGE,
		        "at least 2^32 slots for ids: split the bridge");
	return 0;
}

/* --- records: ordinals, values, marks --- */

static int flush_marks(struct bridge_build *b, struct err *e)
{
	struct str ids[BUILD_BATCH];
	uint32_t marks[BUILD_BATCH] = {0};
	unsigned char bytes[BUILD_BATCH * 4];
	size_t n = b->waiting_primaries.count;
	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		ids[i] = build_batch_at(&b->waiting_primaries, i);
	int act = fingerprint_marks(b->marks, ids, n, marks, e);
	build_batch_clear(&b->waiting_primaries);
	if (act != 0)
		return act;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < 4; k++)
			bytes[i * 4 + k] = (unsigned char)(marks[i] >> (8 * k));
	}
	return sealed_write(b->mark_piece, bytes, n * 4, e);
}

static int new_record(
        struct bridge_build *b, const struct str *values, bool is_leader, struct err *e)
{
	int act = build_check_room(b->facts.records, 0, e);
	if (act != 0)
		return act;
	uint32_t ordinal = (uint32_t)b->facts.records++;
	if (is_leader) {
		b->facts.primaries++;
		selection_add(b->leader, &ordinal, 1);
	}
	act = values_writer_add(b->values, values, e);
	if (act == 0)
		act = build_batch_add(&b->waiting_primaries, values[0].p, values[0].n, e);
	if (act != 0)
		return act;
	return b->waiting_primaries.count == BUILD_BATCH ? flush_marks(b, e) : 0;
}

static int add_slot(struct bridge_build *b, struct str pair, struct err *e)
{
	char slot[SLOT_ENTRY_BYTES];
	memcpy(slot, pair_fingerprint(pair), FINGERPRINT_BYTES);
	put_be64(slot + FINGERPRINT_BYTES, b->facts.records - 1);
	put_be64(slot + FINGERPRINT_BYTES + 8, (uint64_t)pair_row(pair));
	b->slots_count++;
	return sort_add(b->slots, str_bytes(slot, sizeof(slot)), e);
}

static bool is_new_primary(const struct bridge_build *b, const struct str *values)
{
	struct str before = {NULL, 0};
	if (b->last.n == 0)
		return true;
	record_values(pair_record(buf_str(&b->last)), &before, 1);
	return !str_eq(before, values[0]);
}

static int take_pair(struct bridge_build *b, struct str pair, struct err *e)
{
	struct str values[BRIDGE_COLUMNS_MAX] = {{NULL, 0}}, last = buf_str(&b->last);
	bool same = last.n > 0 && str_eq(pair_record(last), pair_record(pair));
	if (same &&
	        memcmp(pair_fingerprint(last), pair_fingerprint(pair), FINGERPRINT_BYTES) == 0) {
		b->facts.repeated++;
		return 0;
	}
	int act = 0;
	if (same && b->spec.one_to_one)
		conflicts_note(&b->conflicts, pair_row(last), pair_row(pair));
	if (!same) {
		record_values(pair_record(pair), values, b->spec.columns_count);
		act = new_record(b, values, is_new_primary(b, values), e);
	}
	if (act == 0)
		act = add_slot(b, pair, e);
	buf_clear(&b->last);
	return act == 0 ? buf_append_str(&b->last, pair, e) : act;
}

static int walk_pairs(
        struct bridge_build *b, struct piece_side *keys, struct piece_side *values, struct err *e)
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
		act = take_pair(b, pair, e);
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

static int64_t slot_row(const char *slot)
{
	return (int64_t)get_be64(slot + FINGERPRINT_BYTES + 8);
}

/* last: the previous id's slot. */
static int take_slot(
        struct bridge_build *b, const char *slot, char last[SLOT_ENTRY_BYTES], struct err *e)
{
	if (b->facts.persons > 0 && memcmp(last, slot, SLOT_FINGERPRINT) == 0) {
		/* the same id with a second record */
		conflicts_note(&b->conflicts, slot_row(last), slot_row(slot));
		return 0;
	}
	memcpy(last, slot, SLOT_ENTRY_BYTES);
	b->facts.persons++;
	return keys_writer_add(
	        b->keys, (const unsigned char *)slot, get_be64(slot + FINGERPRINT_BYTES), e);
}

static int walk_slots(
        struct bridge_build *b, struct piece_side *keys, uint64_t *lines, struct err *e)
{
	char last[SLOT_ENTRY_BYTES] = {0};
	int act = keys_writer_new(keys, b->slots_count, b->spec.shard_bytes, &b->keys, e);
	if (act == 0)
		act = sort_seal(b->slots, e);
	while (act == 0) {
		struct str slot;
		bool some = false;
		act = sort_next(b->slots, &slot, &some, e);
		if (act != 0 || !some)
			break;
		act = take_slot(b, slot.p, last, e);
	}
	uint64_t slots = 0;
	if (act == 0)
		act = keys_writer_finish(b->keys, lines, &slots, e);
	return act == 0 ? build_check_room(0, slots, e) : act;
}

/* --- manifests --- */

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

static struct piece_side side_of(
        struct bridge_build *b, struct str prefix, const struct secret *scope)
{
	return (struct piece_side){.staging = b->spec.staging,
	        .prefix = prefix,
	        .version = b->spec.version,
	        .scope = *scope,
	        .mem = &b->mem,
	        .pieces = arena_alloc(&b->mem, PIECES_MAX * sizeof(struct bridge_piece))};
}

/* Writes the keys' manifest last, because it makes the version visible. */
static int put_manifests(struct bridge_build *b, struct piece_side *keys, struct piece_side *values,
        uint64_t lines, struct err *e)
{
	const struct bridge_build_spec *spec = &b->spec;
	char check[KEY_CHECK_BYTES];
	struct bridge_manifest m = {.version = keys->version,
	        .tenant = spec->tenant,
	        .bridge = spec->bridge,
	        .id_kind = spec->id_kind,
	        .recipient = spec->recipient,
	        .key_epoch = spec->key_epoch,
	        .key_check = str_bytes(check, sizeof(check) - 1),
	        .cardinality = spec->one_to_one ? STR("1:1") : STR("n:1"),
	        .records = b->facts.records,
	        .persons = b->facts.persons,
	        .primaries = b->facts.primaries,
	        .lines = lines,
	        .columns_count = spec->columns_count};
	for (size_t i = 0; i < m.columns_count; i++)
		m.columns[i] = spec->columns[i];
	int act = bridge_key_check(&spec->fingerprint_key, check, e);
	PROBE(build_before_manifest);
	if (act == 0)
		act = manifest_put(values, &m, e);
	if (act == 0)
		act = manifest_put(keys, &m, e);
	PROBE(build_after_manifest);
	return act;
}

int bridge_build_finish(struct bridge_build *b, struct bridge_build_facts *out, struct err *e)
{
	struct piece_side keys = side_of(b, STR("keys"), &b->spec.keys_scope);
	struct piece_side values = side_of(b, STR("values"), &b->spec.values_scope);
	uint64_t lines = 0;
	int act = build_flush_rows(b, e);
	if (act == 0)
		act = walk_pairs(b, &keys, &values, e);
	PROBE(build_after_values);
	if (act == 0)
		act = walk_slots(b, &keys, &lines, e);
	if (act == 0)
		act = conflicts_check(&b->conflicts, b->spec.one_to_one, e);
	if (act == 0)
		act = put_leader(b, &keys, e);
	if (act == 0)
		act = put_manifests(b, &keys, &values, lines, e);
	if (act == 0)
		*out = b->facts;
	secret_wipe(&keys.scope);
	secret_wipe(&values.scope);
	return act;
}
