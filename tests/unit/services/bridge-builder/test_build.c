/* SPDX-License-Identifier: Apache-2.0
 * A build from the partner's files to a version, as the loop calls it. */
#include "build.h"
#include "folder.h"
#include "result_of.h"

#include "longshore/bridge.h"
#include "longshore/fingerprint.h"
#include "longshore/place.h"
#include "longshore/result.h"
#include "longshore/sealed.h"

enum { ARENA = 64 * 1024 * 1024, PEOPLE = 4000, SHARD = 64 * 1024 };

struct world {
	struct folder folder;
	struct store *staging;
	struct keyring *keys;
	struct bridge_builder builder;
	struct spec spec;
	struct spec_bridge_column columns[2];
	struct ev_build_task task;
	struct arena mem;
	char source[96], spill[96];
	atomic_bool stop;
};

static void must(int act, const struct err *e)
{
	if (act != 0)
		fail_msg("%s: %s", e->code, e->text);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err e;
	char path[128];
	assert_non_null(w);
	folder_make(&w->folder);
	folder_mkdir(&w->folder, "staging");
	folder_mkdir(&w->folder, "spill");
	(void)snprintf(path, sizeof(path), "%s/staging", w->folder.url);
	must(store_open(PLACE_AT(path), &w->staging, &e), &e);
	(void)snprintf(path, sizeof(path), "%s/keys", w->folder.path);
	must(keyring_init(path, false, &e), &e);
	(void)snprintf(path, sizeof(path), "%s/keys/bridge-builder", w->folder.path);
	must(keyring_open(path, &w->keys, &e), &e);
	(void)snprintf(w->spill, sizeof(w->spill), "%s/spill", w->folder.path);
	(void)snprintf(w->source, sizeof(w->source), "%s/src/", w->folder.url);
	w->builder = (struct bridge_builder){.staging = w->staging,
	        .keys = w->keys,
	        .spill_dir = w->spill,
	        .memory_bytes = 2 << 20,
	        .shard_bytes = SHARD};
	w->columns[0] = (struct spec_bridge_column){STR("token"), STR("partner_id"), 40};
	w->columns[1] = (struct spec_bridge_column){STR("extra"), STR("more"), 0};
	w->spec.tenant = STR("t");
	w->spec.bridge = (struct spec_bridge){.name = STR("b"),
	        .source = {.url = str_c(w->source), .delimiter = ','},
	        .from_column = STR("patient"),
	        .from_kind = STR("patient_id"),
	        .columns = w->columns,
	        .columns_count = 2,
	        .cardinality = CARDINALITY_N_1,
	        .recipient = STR("r")};
	arena_init(&w->mem, ARENA);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	arena_release(&w->mem);
	keyring_close(w->keys);
	store_close(w->staging);
	folder_drop(&w->folder);
	free(w);
	return 0;
}

static int build(struct world *w, struct ev_task_result *out, struct err *e)
{
	struct building b = {.builder = &w->builder,
	        .task = &w->task,
	        .spec = &w->spec,
	        .now_ms = INT64_C(4102444800000),
	        .stop = &w->stop,
	        .mem = &w->mem,
	        .out = out};
	*out = (struct ev_task_result){0};
	return build_version(&b, e);
}

static const char *version_of(const struct ev_task_result *r)
{
	return result_fact_of(r, STR("bridge_version")).p; /* terminated: it lives in the arena */
}

/* Person i leads to record i / 2. In so many objects, from the first or from the last on. */
static void write_source(struct world *w, int objects, bool backwards)
{
	folder_rmdir(&w->folder, "src");
	folder_mkdir(&w->folder, "src");
	for (int o = 0; o < objects; o++) {
		char path[160];
		(void)snprintf(path, sizeof(path), "%s/src/%02d.csv", w->folder.path, o);
		FILE *f = fopen(path, "wb");
		assert_non_null(f);
		(void)fprintf(f, o % 2 ? "more,partner_id,patient\n" : "patient,partner_id,more\n");
		for (int k = PEOPLE * o / objects; k < PEOPLE * (o + 1) / objects; k++) {
			int i = backwards ? PEOPLE - 1 - k : k;
			if (o % 2)
				(void)fprintf(f, "x,t%05d,p%d\n", i / 2, i);
			else
				(void)fprintf(f, "p%d,t%05d,\"x\"\n", i, i / 2);
		}
		assert_int_equal(fclose(f), 0);
	}
}

static void put(struct world *w, const char *text)
{
	folder_rmdir(&w->folder, "src");
	folder_mkdir(&w->folder, "src");
	folder_write(&w->folder, "src/a.csv", text, strlen(text));
}

static void plain_hash(struct world *w, const char *prefix, const char *version, const char *piece,
        char out[SHA256_HEX])
{
	char object[96];
	struct secret key;
	struct sealed_facts facts;
	struct err e;
	(void)snprintf(object, sizeof(object), "%s/%s/%s", prefix, version, piece);
	must(keyring_staging(w->keys, str_c(prefix), str_c(version), &key, &e), &e);
	must(sealed_check(w->staging, str_c(object), &key, &facts, &e), &e);
	memcpy(out, facts.sha256, SHA256_HEX);
}

static void the_same_bytes_however_the_files_are_cut(void **state)
{
	struct world *w = *state;
	static const char *const pieces[][2] = {{"keys", "keys.000"}, {"keys", "keys.001"},
	        {"keys", "marks"}, {"keys", "leader"}, {"values", "values.000"}};
	static const int cuts[] = {1, 7, 50};
	char hashes[3][5][SHA256_HEX];
	const char *versions[3];
	for (int i = 0; i < 3; i++) {
		struct ev_task_result r;
		struct err e;
		write_source(w, cuts[i], i == 1);
		must(build(w, &r, &e), &e);
		assert_int_equal(result_count_of(&r, STR("rows_read")), PEOPLE);
		assert_int_equal(result_count_of(&r, STR("pairs")), PEOPLE);
		assert_int_equal(result_count_of(&r, STR("repeated")), 0);
		assert_int_equal(result_count_of(&r, STR("invalid")), 0);
		assert_true(str_eq(result_fact_of(&r, STR("records")), STR("2000")));
		assert_true(str_eq(result_fact_of(&r, STR("persons")), STR("4000")));
		assert_true(str_eq(result_fact_of(&r, STR("primary_ids")), STR("2000")));
		assert_true(str_eq(result_fact_of(&r, STR("key_epoch")), STR("1")));
		versions[i] = version_of(&r);
		for (size_t p = 0; p < 5; p++)
			plain_hash(w, pieces[p][0], versions[i], pieces[p][1], hashes[i][p]);
	}
	for (size_t p = 0; p < 5; p++) {
		assert_string_equal(hashes[0][p], hashes[1][p]);
		assert_string_equal(hashes[0][p], hashes[2][p]);
	}
	assert_string_not_equal(versions[0], versions[1]); /* other objects are another cause */
}

static void a_build_done_again_finds_its_version(void **state)
{
	struct world *w = *state;
	struct ev_task_result r, again;
	struct err e;
	write_source(w, 3, false);
	must(build(w, &r, &e), &e);
	must(build(w, &again, &e), &e);
	assert_string_equal(version_of(&r), version_of(&again));
	assert_true(str_eq(result_fact_of(&r, STR("source_hash")),
	        result_fact_of(&again, STR("source_hash"))));
}

/* Whatever goes in makes another version. */
static void every_input_is_part_of_the_version(void **state)
{
	struct world *w = *state;
	const char *versions[10];
	size_t n = 0;
	struct err e;
	struct ev_task_result r;
	write_source(w, 1, false);
	for (int change = 0; change < 9; change++) {
		struct spec before = w->spec;
		struct spec_bridge_column columns[2] = {w->columns[0], w->columns[1]};
		switch (change) {
		case 1:
			w->spec.tenant = STR("u");
			break;
		case 2:
			w->spec.bridge.name = STR("c");
			break;
		case 3:
			w->spec.bridge.recipient = STR("s");
			break;
		case 4:
			w->spec.bridge.from_kind = STR("npi");
			break;
		case 5:
			w->columns[1].name = STR("other");
			break;
		case 6:
			w->spec.bridge.columns_count = 1;
			break;
		case 7:
			w->builder.shard_bytes = 2 * SHARD;
			break;
		case 8:
			write_source(w, 1, true);
			break;
		default:
			break;
		}
		must(build(w, &r, &e), &e);
		versions[n++] = version_of(&r);
		w->spec = before;
		memcpy(w->columns, columns, sizeof(columns));
		w->builder.shard_bytes = SHARD;
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(versions[i], versions[k]);
	}
}

static void rows_are_invalid_repeated_or_pairs(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	put(w, "patient,partner_id,more\n"
	       "p1,t1,x\n"
	       ",t2,x\n"                         /* no id */
	       "p2,,x\n"                         /* no partner's id */
	       "\"p\n3\",t3,x\n"                 /* no id is like that */
	       "p1,t1,x\n"                       /* repeated */
	       "p4,t1,x\n"                       /* another person of the record */
	       "p5,t1,y\n"                       /* another record of the primary id */
	       "p1,t1,x\n");                     /* repeated */
	w->spec.bridge.max_invalid_ppm = 375000; /* 3 of 8 */
	must(build(w, &r, &e), &e);
	assert_int_equal(result_count_of(&r, STR("rows_read")), 8);
	assert_int_equal(result_count_of(&r, STR("invalid")), 3);
	assert_int_equal(result_count_of(&r, STR("repeated")), 2);
	assert_int_equal(result_count_of(&r, STR("pairs")), 3);
	assert_true(str_eq(result_fact_of(&r, STR("records")), STR("2")));
	assert_true(str_eq(result_fact_of(&r, STR("persons")), STR("3")));
	assert_true(str_eq(result_fact_of(&r, STR("primary_ids")), STR("1")));
	assert_true(str_eq(result_fact_of(&r, STR("rows")), STR("8")));
	assert_true(str_eq(result_fact_of(&r, STR("duplicates")), STR("2")));
}

static void too_many_rows_without_ids_make_no_version(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	put(w, "patient,partner_id,more\np1,t1,x\n,t2,x\np3,\t,x\np4,t4,x\n");
	w->spec.bridge.max_invalid_ppm = 500000;
	must(build(w, &r, &e), &e);
	assert_true(str_eq(result_fact_of(&r, STR("invalid_at")), STR("a.csv row 2, a.csv row 3")));
	w->spec.bridge.max_invalid_ppm = 499999;
	assert_int_equal(build(w, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_bridge");
	assert_non_null(strstr(e.text, "2 of 4 rows have no valid id (a.csv row 2, a.csv row 3), "
	                               "and max_invalid allows 49.9999 %: correct them, or raise"));
}

/* The partner gets ids without the blanks that its file has around them. */
static void blanks_around_partner_s_values_are_no_part_of_them(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	w->spec.bridge.cardinality = CARDINALITY_1_1;
	put(w, "patient,partner_id,more\np1, t1,x\np2,t1\t,x\n");
	assert_int_equal(build(w, &r, &e), ERR_REJECT);
	assert_non_null(strstr(e.text, "contradict the cardinality 1:1"));
	w->spec.bridge.cardinality = CARDINALITY_N_1;
	must(build(w, &r, &e), &e);
	assert_true(str_eq(result_fact_of(&r, STR("records")), STR("1")));
}

static void refused(struct world *w, const char *text, const char *code, const char *says)
{
	struct ev_task_result r;
	struct err e;
	put(w, text);
	assert_int_equal(build(w, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, code);
	if (!strstr(e.text, says))
		fail_msg("says: %s", e.text);
	assert_null(strstr(e.text, "secret"));
}

static void bad_files_are_refused_and_say_where(void **state)
{
	struct world *w = *state;
	refused(w, "patient,partner_id,more\nsecret1,secret2,x\nsecret1,secret3,x\n", "bad_bridge",
	        "1 rows contradict the cardinality n:1, the first: rows 1 and 2 ");
	refused(w, "patient,partner_id,more\np1,secret9012345678901234567890123456789012345,x\n",
	        "bad_bridge", "object a.csv: row 1: column partner_id is longer than 40 bytes");
	refused(w, "patient,partner_id,more\np1,t1,\"sec\tret\"\n", "bad_bridge",
	        "object a.csv: row 1: a value is not UTF-8");
	refused(w, "patient,partner_id\np1,t1\n", "bad_source", "there is no column more");
	refused(w, "patient,partner_id,more\np1\n", "bad_csv",
	        "object a.csv: row 1: 1 fields, expected 3");
	refused(w, "patient,partner_id,more\n", "bad_bridge", "holds no row with both ids");
	refused(w, "patient,partner_id,more\n,t,x\n", "bad_bridge", "holds no row with both ids");
}

static void files_that_are_not_complete_are_waited_for(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	assert_int_equal(build(w, &r, &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	write_source(w, 1, false);
	w->spec.bridge.source.ready_marker = STR("_SUCCESS");
	assert_int_equal(build(w, &r, &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	w->spec.bridge.source.ready_marker = STR("");
	w->stop = true;
	assert_int_equal(build(w, &r, &e), ERR_DEFER);
	assert_string_equal(e.code, "drain");
}

/* The bridge-worker, with its own keys, finds who was built in; and none of the records' values. */
static void the_keys_side_can_be_read_with_the_workers_keys(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	struct keyring *worker = NULL;
	struct bridge_cache *cache = NULL;
	struct bridge_keys *keys = NULL;
	struct bridge_values *values = NULL;
	struct fingerprinter *f = NULL;
	struct secret key;
	struct bridge_hit hit;
	unsigned char print[FINGERPRINT_BYTES];
	struct str id = STR("p10");
	char path[128];
	write_source(w, 2, false);
	must(build(w, &r, &e), &e);
	(void)snprintf(path, sizeof(path), "%s/keys/bridge-worker", w->folder.path);
	must(keyring_open(path, &worker, &e), &e);
	(void)snprintf(path, sizeof(path), "%s/cache", w->folder.path);
	must(bridge_cache_open(w->staging, worker, path, 1 << 24, &cache, &e), &e);
	must(bridge_keys_open(cache, str_c(version_of(&r)), &keys, &e), &e);
	must(keyring_fingerprint(worker, STR("t"), STR("b"), 1, &key, &e), &e);
	must(bridge_keys_check(keys, &key, &e), &e);
	must(fingerprinter_new(&key, STR("t"), STR("patient_id"), &f, &e), &e);
	must(fingerprint_batch(f, &id, 1, print, &e), &e);
	must(bridge_keys_lookup(keys, print, 1, &hit, &e), &e);
	assert_int_equal(hit.ordinal, 5);
	assert_int_equal(bridge_values_open(cache, str_c(version_of(&r)), &values, &e), ERR_FATAL);
	assert_string_equal(e.code, "key_missing");
	fingerprinter_free(f);
	bridge_keys_release(keys);
	bridge_cache_close(cache);
	keyring_close(worker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                the_same_bytes_however_the_files_are_cut, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_build_done_again_finds_its_version, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                every_input_is_part_of_the_version, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                rows_are_invalid_repeated_or_pairs, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                too_many_rows_without_ids_make_no_version, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                blanks_around_partner_s_values_are_no_part_of_them, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                bad_files_are_refused_and_say_where, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                files_that_are_not_complete_are_waited_for, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                the_keys_side_can_be_read_with_the_workers_keys, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
