/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge_world.h"

enum { PAIRS = 20000 };

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void ids_lead_to_their_records(void **state)
{
	struct world *w = *state;
	struct bridge_build_spec spec = spec_of(w, "v1", true, 2);
	struct bridge_build *b = NULL;
	struct bridge_build_facts facts;
	struct err e;
	must(bridge_build_new(&spec, &b, &e), &e);
	for (unsigned i = 0; i < PAIRS; i++)
		add_pair(b, i, i, i + 1);
	add_pair(b, 5, 5, PAIRS + 1);
	must(bridge_build_finish(b, &facts, &e), &e);
	bridge_build_free(b);
	assert_int_equal(facts.pairs, PAIRS + 1);
	assert_int_equal(facts.repeated, 1);
	assert_int_equal(facts.records, PAIRS);
	assert_int_equal(facts.persons, PAIRS);
	assert_int_equal(facts.primaries, PAIRS);

	/* The oracle: tokens sorted by bytes. */
	char(*tokens)[32] = calloc(PAIRS, 32);
	assert_non_null(tokens);
	for (unsigned i = 0; i < PAIRS; i++)
		token_of(i, tokens[i]);
	qsort(tokens, PAIRS, 32, by_text);
	struct bridge_cache *cache = NULL;
	struct bridge_keys *keys = NULL;
	struct bridge_values *values = NULL;
	struct arena scratch;
	arena_init(&scratch, 1 << 20);
	must(bridge_cache_open(w->staging, w->keys, w->cache_dir, 1 << 20, &cache, &e), &e);
	must(bridge_keys_open(cache, STR("v1"), &keys, &e), &e);
	must(bridge_values_open(cache, STR("v1"), &values, &e), &e);
	assert_int_equal(bridge_values_columns(values), 2);
	struct selection *persons = selection_new();
	for (unsigned i = 0; i < PAIRS; i += 7) {
		struct bridge_hit hit;
		struct str got[2];
		char want[32];
		lookup(w, keys, i, &hit);
		token_of(i, want);
		assert_true(hit.ordinal >= 0 && hit.ordinal < PAIRS);
		assert_string_equal(tokens[hit.ordinal], want);
		uint32_t ordinal = (uint32_t)hit.ordinal, person = (uint32_t)hit.person;
		must(bridge_values_fetch(values, &ordinal, 1, &scratch, got, &e), &e);
		assert_true(str_eq(got[0], str_c(want)) && str_eq(got[1], STR("x")));
		selection_add(persons, &person, 1);
		assert_int_equal(selection_count(persons), i / 7 + 1); /* it was not there */
	}
	struct bridge_hit miss;
	lookup(w, keys, PAIRS + 3, &miss);
	assert_int_equal(miss.ordinal, BRIDGE_NO_ORDINAL);
	uint32_t beyond = PAIRS;
	struct str nothing[2];
	assert_int_equal(
	        bridge_values_fetch(values, &beyond, 1, &scratch, nothing, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_ordinal");
	selection_free(persons);
	bridge_values_release(values);
	bridge_keys_release(keys);
	bridge_cache_close(cache);
	arena_release(&scratch);
	free(tokens);
}

static void plain_hash(struct world *w, const char *object, const char *scope, const char *prefix,
        char out[SHA256_HEX])
{
	struct secret key;
	struct sealed_facts facts;
	struct err e;
	must(keyring_staging(w->keys, str_c(prefix), str_c(scope), &key, &e), &e);
	must(sealed_check(w->staging, str_c(object), &key, &facts, &e), &e);
	memcpy(out, facts.sha256, SHA256_HEX);
}

static void the_order_of_rows_changes_no_byte(void **state)
{
	struct world *w = *state;
	char hash[2][3][SHA256_HEX];
	for (unsigned round = 0; round < 2; round++) {
		char version[8], object[64];
		(void)snprintf(version, sizeof(version), "o%u", round);
		struct bridge_build_spec spec = spec_of(w, version, false, 1);
		struct bridge_build *b = NULL;
		struct bridge_build_facts facts;
		struct err e;
		must(bridge_build_new(&spec, &b, &e), &e);
		for (unsigned i = 0; i < PAIRS; i++) {
			unsigned k = round == 0 ? i : PAIRS - 1 - i;
			add_pair(b, k, k / 2, i + 1); /* two persons share a record */
		}
		must(bridge_build_finish(b, &facts, &e), &e);
		bridge_build_free(b);
		assert_int_equal(facts.records, PAIRS / 2);
		assert_int_equal(facts.persons, PAIRS);
		(void)snprintf(object, sizeof(object), "keys/%s/keys.000", version);
		plain_hash(w, object, version, "keys", hash[round][0]);
		(void)snprintf(object, sizeof(object), "keys/%s/marks", version);
		plain_hash(w, object, version, "keys", hash[round][1]);
		(void)snprintf(object, sizeof(object), "values/%s/values.000", version);
		plain_hash(w, object, version, "values", hash[round][2]);
	}
	for (int i = 0; i < 3; i++)
		assert_string_equal(hash[0][i], hash[1][i]);
}

static void refused(struct world *w, const char *version, bool one_to_one,
        const unsigned pairs[][2], size_t count, const char *says)
{
	struct bridge_build_spec spec = spec_of(w, version, one_to_one, 1);
	struct bridge_build *b = NULL;
	struct bridge_build_facts facts;
	struct store_facts there;
	struct err e;
	char manifest[64];
	must(bridge_build_new(&spec, &b, &e), &e);
	for (size_t i = 0; i < count; i++)
		add_pair(b, pairs[i][0], pairs[i][1], (int64_t)i + 1);
	assert_int_equal(bridge_build_finish(b, &facts, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_bridge");
	if (!strstr(e.text, says))
		fail_msg("says: %s", e.text);
	bridge_build_free(b);
	(void)snprintf(manifest, sizeof(manifest), "keys/%s/manifest", version);
	assert_int_equal(store_stat(w->staging, str_c(manifest), &there, &e), ERR_REJECT);
}

static void contradictions_name_rows_and_leave_no_version(void **state)
{
	static const unsigned two_records[][2] = {{1, 10}, {2, 20}, {1, 30}};
	static const unsigned two_persons[][2] = {{1, 10}, {2, 10}};
	refused(*state, "c1", true, two_records, 3, "1 rows contradict the cardinality 1:1");
	refused(*state, "c2", false, two_records, 3, "1 rows contradict the cardinality n:1");
	refused(*state, "c3", true, two_persons, 2,
	        "1 rows contradict the cardinality 1:1, the first: rows 1 and 2 ");
}

static void a_missing_version_is_gone(void **state)
{
	struct world *w = *state;
	struct bridge_cache *cache = NULL;
	struct bridge_values *values = NULL;
	struct err e;
	must(bridge_cache_open(w->staging, w->keys, w->cache_dir, 1 << 20, &cache, &e), &e);
	assert_int_equal(bridge_values_open(cache, STR("nowhere"), &values, &e), ERR_REJECT);
	assert_string_equal(e.code, "bridge_version_gone");
	bridge_cache_close(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(ids_lead_to_their_records, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_order_of_rows_changes_no_byte, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                contradictions_name_rows_and_leave_no_version, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_missing_version_is_gone, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
