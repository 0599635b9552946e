/* SPDX-License-Identifier: Apache-2.0
 * What a build takes, refuses, and makes of it. */
#include "bridge_building.h"
#include "bridge_world.h"

enum { PEOPLE = 20000, ALL = 1 << 28 };

struct row {
	const char *id, *primary, *extra;
};

static struct bridge_build *begin(
        struct world *w, const char *version, bool one_to_one, size_t columns_count)
{
	struct bridge_build_spec spec = spec_of(w, version, one_to_one, columns_count);
	struct bridge_build *b = NULL;
	struct err e;
	must(bridge_build_new(&spec, &b, &e), &e);
	return b;
}

static void add_rows(struct bridge_build *b, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err e;
		struct str values[2] = {str_c(rows[i].primary), str_c(rows[i].extra)};
		must(bridge_build_add(b, str_c(rows[i].id), values, (int64_t)i + 1, &e), &e);
	}
}

/* Column by column: "a" comes before "a!", whatever is behind; and a short value before a longer
 * one. */
static void records_are_ordered_by_their_columns(void **state)
{
	struct world *w = *state;
	static const struct row rows[] = {{"p1", "b", ""}, {"p2", "a!", "1"}, {"p3", "a", "z"},
	        {"p4", "a", "y"}, {"p5", "a", ""}, {"p6", "\xc3\xa9", "1"}, {"p7", "a", "y"}};
	static const char *const want[][2] = {
	        {"a", ""}, {"a", "y"}, {"a", "z"}, {"a!", "1"}, {"b", ""}, {"\xc3\xa9", "1"}};
	static const uint32_t leaders[] = {0, 3, 4, 5};
	struct bridge_build *b = begin(w, "v", false, 2);
	struct bridge_build_facts facts;
	struct bridge_cache *cache = NULL;
	struct bridge_values *values = NULL;
	struct bridge_keys *keys = NULL;
	struct arena scratch;
	struct err e;
	struct str got[6 * 2];
	static const uint32_t ordinals[] = {0, 1, 2, 3, 4, 5};
	add_rows(b, rows, 7);
	must(bridge_build_finish(b, &facts, &e), &e);
	bridge_build_free(b);
	assert_int_equal(facts.pairs, 7);
	assert_int_equal(facts.repeated, 0);
	assert_int_equal(facts.records, 6);
	assert_int_equal(facts.persons, 7);
	assert_int_equal(facts.primaries, 4);
	arena_init(&scratch, 1 << 16);
	open_cache(w, ALL, &cache);
	must(bridge_values_open(cache, STR("v"), &values, &e), &e);
	must(bridge_keys_open(cache, STR("v"), &keys, &e), &e);
	assert_true(str_eq(bridge_values_column_name(values, 0), STR("token")));
	assert_true(str_eq(bridge_values_column_name(values, 1), STR("extra")));
	must(bridge_values_fetch(values, ordinals, 6, &scratch, got, &e), &e);
	for (size_t i = 0; i < 6; i++) {
		assert_true(str_eq(got[2 * i], str_c(want[i][0])));
		assert_true(str_eq(got[2 * i + 1], str_c(want[i][1])));
	}
	assert_int_equal(selection_count(bridge_keys_leader(keys)), 4);
	struct selection *leading = selection_new();
	selection_add(leading, leaders, 4);
	assert_int_equal(selection_common(bridge_keys_leader(keys), leading), 4);
	selection_free(leading);
	assert_true(str_eq(bridge_keys_tenant(keys), STR("acme")));
	assert_true(str_eq(bridge_keys_bridge(keys), STR("tokens")));
	assert_true(str_eq(bridge_keys_id_kind(keys), STR("patient_id")));
	assert_int_equal(bridge_keys_epoch(keys), 1);
	uint32_t past = 6;
	assert_int_equal(bridge_values_fetch(values, &past, 1, &scratch, got, &e), ERR_REJECT);
	bridge_keys_release(keys);
	bridge_values_release(values);
	bridge_cache_close(cache);
	arena_release(&scratch);
}

/* Shards of 4 KiB: some 130 of keys, 80 of values; and searches that run over their home line. */
static void every_id_is_found_in_its_shard_and_no_other(void **state)
{
	struct world *w = *state;
	struct bridge_build_spec spec = spec_of(w, "v", true, 1);
	struct bridge_build *b = NULL;
	struct bridge_build_facts facts;
	struct bridge_cache *cache = NULL;
	struct bridge_keys *keys = NULL;
	struct bridge_values *values = NULL;
	struct arena scratch;
	struct err e;
	spec.shard_bytes = 4096;
	must(bridge_build_new(&spec, &b, &e), &e);
	for (unsigned i = 0; i < PEOPLE; i++)
		add_pair(b, i, i, i + 1);
	must(bridge_build_finish(b, &facts, &e), &e);
	bridge_build_free(b);
	arena_init(&scratch, 1 << 16);
	open_cache(w, ALL, &cache);
	must(bridge_keys_open(cache, STR("v"), &keys, &e), &e);
	must(bridge_values_open(cache, STR("v"), &values, &e), &e);
	unsigned char *prints = malloc((size_t)2 * PEOPLE * FINGERPRINT_BYTES);
	struct bridge_hit *hits = calloc((size_t)2 * PEOPLE, sizeof(*hits));
	struct fingerprinter *f = NULL;
	assert_true(prints && hits);
	must(fingerprinter_new(&w->fingerprint, STR("acme"), STR("patient_id"), &f, &e), &e);
	for (unsigned i = 0; i < 2 * PEOPLE; i++) {
		char id[32];
		struct str s = str_bytes(id, (size_t)snprintf(id, sizeof(id), "p%u", i));
		must(fingerprint_batch(f, &s, 1, prints + (size_t)i * FINGERPRINT_BYTES, &e), &e);
	}
	must(bridge_keys_lookup(keys, prints, 2 * PEOPLE, hits, &e), &e);
	struct selection *persons = selection_new(), *records = selection_new();
	for (unsigned i = 0; i < 2 * PEOPLE; i++) {
		if (i >= PEOPLE) {
			assert_int_equal(hits[i].ordinal, BRIDGE_NO_ORDINAL);
			assert_int_equal(hits[i].person, BRIDGE_NO_ORDINAL);
			continue;
		}
		char want[32];
		struct str got;
		uint32_t ordinal = (uint32_t)hits[i].ordinal, person = (uint32_t)hits[i].person;
		token_of(i, want);
		must(bridge_values_fetch(values, &ordinal, 1, &scratch, &got, &e), &e);
		assert_true(str_eq(got, str_c(want)));
		selection_add(persons, &person, 1);
		selection_add(records, &ordinal, 1);
	}
	assert_int_equal(selection_count(persons), PEOPLE); /* every person a position of his own */
	assert_int_equal(selection_count(records), PEOPLE);
	selection_free(persons);
	selection_free(records);
	fingerprinter_free(f);
	free(prints);
	free(hits);
	bridge_values_release(values);
	bridge_keys_release(keys);
	bridge_cache_close(cache);
	arena_release(&scratch);
}

static void plain_hash(struct world *w, const char *prefix, const char *version, const char *piece,
        char out[SHA256_HEX])
{
	char object[64];
	struct secret key;
	struct sealed_facts facts;
	struct err e;
	(void)snprintf(object, sizeof(object), "%s/%s/%s", prefix, version, piece);
	must(keyring_staging(w->keys, str_c(prefix), str_c(version), &key, &e), &e);
	must(sealed_check(w->staging, str_c(object), &key, &facts, &e), &e);
	memcpy(out, facts.sha256, SHA256_HEX);
}

/* 20,000 pairs do not fit in 1 MiB and do fit in 64. */
static void what_is_spilled_changes_no_byte(void **state)
{
	struct world *w = *state;
	static const char *const versions[] = {"m0", "m1"};
	static const char *const pieces[][2] = {{"keys", "keys.000"}, {"keys", "marks"},
	        {"keys", "leader"}, {"values", "values.000"}};
	for (int round = 0; round < 2; round++) {
		struct bridge_build_spec spec = spec_of(w, versions[round], false, 1);
		struct bridge_build *b = NULL;
		struct bridge_build_facts facts;
		struct err e;
		spec.memory_bytes = round == 0 ? 2 << 20 : 1 << 26;
		must(bridge_build_new(&spec, &b, &e), &e);
		for (unsigned i = 0; i < PEOPLE; i++)
			add_pair(b, i, i / 3, i + 1);
		must(bridge_build_finish(b, &facts, &e), &e);
		bridge_build_free(b);
	}
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		char a[SHA256_HEX], b[SHA256_HEX];
		plain_hash(w, pieces[i][0], versions[0], pieces[i][1], a);
		plain_hash(w, pieces[i][0], versions[1], pieces[i][1], b);
		assert_string_equal(a, b);
	}
}

static void building_again_finds_what_is_there(void **state)
{
	struct world *w = *state;
	char before[SHA256_HEX], after[SHA256_HEX];
	struct store_facts a, b;
	struct err e;
	build_plain(w, "v", 100);
	plain_hash(w, "keys", "v", "manifest", before);
	must(store_stat(w->staging, STR("keys/v/keys.000"), &a, &e), &e);
	build_plain(w, "v", 100);
	plain_hash(w, "keys", "v", "manifest", after);
	must(store_stat(w->staging, STR("keys/v/keys.000"), &b, &e), &e);
	assert_string_equal(before, after);
	assert_string_equal(a.tag, b.tag); /* created once */
}

static void a_version_knows_its_key(void **state)
{
	struct world *w = *state;
	struct bridge_cache *cache = NULL;
	struct bridge_keys *keys = NULL;
	struct secret other = w->fingerprint;
	struct err e;
	build_plain(w, "v", 10);
	open_cache(w, ALL, &cache);
	must(bridge_keys_open(cache, STR("v"), &keys, &e), &e);
	must(bridge_keys_check(keys, &w->fingerprint, &e), &e);
	other.bytes[31] ^= 1;
	assert_int_equal(bridge_keys_check(keys, &other, &e), ERR_REJECT);
	assert_string_equal(e.code, "wrong_key");
	bridge_keys_release(keys);
	bridge_cache_close(cache);
}

static void values_that_no_file_could_hold_are_refused(void **state)
{
	struct world *w = *state;
	char *longest = malloc(BRIDGE_VALUE_MAX + 2);
	assert_non_null(longest);
	memset(longest, 'x', BRIDGE_VALUE_MAX + 1);
	longest[BRIDGE_VALUE_MAX + 1] = '\0';
	char *id = longest + BRIDGE_VALUE_MAX + 1 - (BRIDGE_ID_MAX + 1); /* one byte too long */
	const struct row bad[] = {{"", "t", "x"}, {"p", "", "x"}, {"p\nq", "t", "x"},
	        {"p", "t\x7f", "x"}, {id, "t", "x"}, {"p", id, "x"}, {"p", "t", "a\tb"},
	        {"p", "t", "\xff"},
	        {"p", "t",
	                "a\xc2\x85"
	                "b"},
	        {"p", "t\xc3", "x"}, {"p", "t", longest}};
	struct bridge_build *b = begin(w, "v", true, 2);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e;
		struct str values[2] = {str_c(bad[i].primary), str_c(bad[i].extra)};
		assert_int_equal(bridge_build_add(b, str_c(bad[i].id), values, 77, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_bridge");
		assert_non_null(strstr(e.text, ": correct the row"));
	}
	const struct row edge[] = {
	        {id + 1, id + 1, longest + 1}, {"p", "t", ""}, {"q", "\tu\xc2\xa0", "\xc2\xa0"}};
	add_rows(b, edge, 3);
	bridge_build_free(b);
	free(longest);
}

static void contradictions_name_the_lowest_rows(void **state)
{
	struct world *w = *state;
	struct bridge_build *b = begin(w, "v", true, 1);
	struct bridge_build_facts facts;
	struct err e;
	for (unsigned i = 0; i < 10; i++) /* one record, ten persons */
		add_pair(b, i, 1, 100 - i);
	assert_int_equal(bridge_build_finish(b, &facts, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_bridge");
	assert_non_null(strstr(e.text, "9 rows contradict the cardinality 1:1, the first: rows 9"));
	assert_null(strstr(e.text, "p1")); /* never who */
	bridge_build_free(b);

	struct conflicts c = {0};
	for (int64_t row = 20; row > 0; row--)
		conflicts_note(&c, row + 100, row);
	assert_int_equal(conflicts_check(&c, false, &e), ERR_REJECT);
	assert_non_null(
	        strstr(e.text, "20 rows contradict the cardinality n:1, the first: rows 1 and 101, "
	                       "2 and 102, 3 and 103, 4 and 104, 5 and 105 (counted through all "
	                       "objects)."));
}

static void ordinals_and_slots_have_32_bits(void **state)
{
	(void)state;
	struct err e;
	must(build_check_room(UINT32_MAX - 1, UINT32_MAX, &e), &e);
	assert_int_equal(build_check_room(UINT32_MAX, 0, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_bridge");
	assert_int_equal(build_check_room(0, (uint64_t)UINT32_MAX + 1, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_bridge");
}

static void damaged_manifests_are_refused_or_read(void **state)
{
	(void)state;
	struct arena mem;
	struct buf text;
	struct err e;
	struct bridge_piece piece = {.name = STR("keys.000"), .bytes = 640, .count = 40};
	memset(piece.sha256, 'a', SHA256_HEX - 1);
	struct bridge_manifest m = {.version = STR("v"),
	        .tenant = STR("t"),
	        .bridge = STR("b"),
	        .id_kind = STR("k"),
	        .recipient = STR("r"),
	        .key_epoch = 3,
	        .key_check = STR("00"),
	        .cardinality = STR("1:1"),
	        .records = 7,
	        .persons = 8,
	        .primaries = 6,
	        .lines = 9,
	        .columns = {STR("c")},
	        .columns_count = 1,
	        .pieces = &piece,
	        .pieces_count = 1};
	struct bridge_manifest back;
	uint64_t seed = 3;
	arena_init(&mem, 1 << 24);
	buf_init(&text, MANIFEST_MAX);
	must(bridge_manifest_write(&m, &text, &e), &e);
	must(bridge_manifest_read(buf_str(&text), &mem, &back, &e), &e);
	assert_int_equal(back.records, 7);
	assert_int_equal(back.persons, 8);
	assert_int_equal(back.primaries, 6);
	assert_int_equal(back.lines, 9);
	assert_int_equal(back.key_epoch, 3);
	assert_int_equal(back.pieces_count, 1);
	assert_int_equal(back.pieces[0].bytes, 640);
	for (int round = 0; round < 3000; round++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		size_t at = (size_t)(seed >> 33) % text.n, n = (seed & 1) ? at : text.n;
		char old = text.p[at];
		text.p[at] = "\t\n\0a9\xff"[(seed >> 20) % 6];
		arena_reset(&mem);
		if (bridge_manifest_read(str_bytes(text.p, n), &mem, &back, &e) != 0)
			assert_string_equal(e.code, "corrupt");
		text.p[at] = old;
	}
	piece.count = UINT64_C(1) << 60; /* times the size of a slot it would be 0 */
	piece.bytes = 0;
	buf_clear(&text);
	must(bridge_manifest_write(&m, &text, &e), &e);
	assert_int_equal(bridge_manifest_read(buf_str(&text), &mem, &back, &e), ERR_REJECT);
	assert_string_equal(e.code, "corrupt");
	buf_release(&text);
	arena_release(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                records_are_ordered_by_their_columns, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                every_id_is_found_in_its_shard_and_no_other, setup, teardown),
	        cmocka_unit_test_setup_teardown(what_is_spilled_changes_no_byte, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                building_again_finds_what_is_there, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_version_knows_its_key, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                values_that_no_file_could_hold_are_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                contradictions_name_the_lowest_rows, setup, teardown),
	        cmocka_unit_test(ordinals_and_slots_have_32_bits),
	        cmocka_unit_test(damaged_manifests_are_refused_or_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
