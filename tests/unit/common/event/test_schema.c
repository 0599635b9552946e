/* SPDX-License-Identifier: Apache-2.0
 * The canonical form and the fingerprints below were computed by another implementation of Avro. */
#include "schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ARENA_BYTES = 8 * 1024 * 1024 };

static const char every_kind[] =
        "{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"a.b\",\"doc\":\"d\",\"fields\":["
        "{\"name\":\"x\",\"doc\":\"y\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"doc\":\"z\","
        "\"symbols\":[\"A\",\"B\"],\"default\":\"A\"},\"default\":\"B\",\"aliases\":[\"q\"]},"
        "{\"name\":\"f\",\"type\":{\"type\":\"fixed\",\"name\":\"c.F\",\"size\":4}},"
        "{\"name\":\"g\",\"type\":[\"null\",\"E\",\"c.F\",{\"type\":\"map\",\"values\":\"R\"}]},"
        "{\"name\":\"h\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":"
        "\"In\","
        "\"namespace\":\"n\",\"fields\":[{\"name\":\"k\",\"type\":{\"type\":\"enum\",\"name\":"
        "\"Deep\","
        "\"symbols\":[\"Z\"]}},{\"name\":\"l\",\"type\":{\"type\":\"long\",\"logicalType\":"
        "\"timestamp-millis\"}}]}}},"
        "{\"name\":\"m\",\"type\":\"n.Deep\"},{\"name\":\"d\",\"type\":\"double\"},"
        "{\"name\":\"fl\",\"type\":\"float\"},{\"name\":\"bo\",\"type\":\"boolean\"},"
        "{\"name\":\"by\",\"type\":\"bytes\"},{\"name\":\"s\",\"type\":\"string\"},"
        "{\"name\":\"n\",\"type\":\"null\"},{\"name\":\"i\",\"type\":\"int\"}]}";

static const char every_kind_canonical[] =
        "{\"name\":\"a.b.R\",\"type\":\"record\",\"fields\":[{\"name\":\"x\",\"type\":{\"name\":"
        "\"a.b.E\","
        "\"type\":\"enum\",\"symbols\":[\"A\",\"B\"]}},{\"name\":\"f\",\"type\":{\"name\":\"c.F\","
        "\"type\":\"fixed\",\"size\":4}},{\"name\":\"g\",\"type\":[\"null\",\"a.b.E\",\"c.F\","
        "{\"type\":\"map\",\"values\":\"a.b.R\"}]},{\"name\":\"h\",\"type\":{\"type\":\"array\","
        "\"items\":"
        "{\"name\":\"n.In\",\"type\":\"record\",\"fields\":[{\"name\":\"k\",\"type\":{\"name\":\"n."
        "Deep\","
        "\"type\":\"enum\",\"symbols\":[\"Z\"]}},{\"name\":\"l\",\"type\":\"long\"}]}}},"
        "{\"name\":\"m\",\"type\":\"n.Deep\"},{\"name\":\"d\",\"type\":\"double\"},"
        "{\"name\":\"fl\",\"type\":\"float\"},{\"name\":\"bo\",\"type\":\"boolean\"},"
        "{\"name\":\"by\",\"type\":\"bytes\"},{\"name\":\"s\",\"type\":\"string\"},"
        "{\"name\":\"n\",\"type\":\"null\"},{\"name\":\"i\",\"type\":\"int\"}]}";

static int parse(struct str json, struct err *e)
{
	struct arena mem;
	struct schema *schema = NULL;
	arena_init(&mem, ARENA_BYTES);
	int rc = schema_parse(json, &mem, &schema, e);
	assert_true((rc == 0) == (schema != NULL));
	arena_release(&mem);
	return rc;
}

static void check_canonical(const char *json, const char *want)
{
	struct err e;
	struct arena mem;
	struct buf out;
	struct schema *schema;
	arena_init(&mem, ARENA_BYTES);
	buf_init(&out, 65536);
	assert_int_equal(schema_parse(str_c(json), &mem, &schema, &e), 0);
	assert_int_equal(schema_canonical(schema, &out, &e), 0);
	if (!str_eq(buf_str(&out), str_c(want)))
		print_error(STR_FMT "\n", STR_ARG(buf_str(&out)));
	assert_true(str_eq(buf_str(&out), str_c(want)));
	buf_release(&out);
	arena_release(&mem);
}

static void the_canonical_form_has_full_names_and_only_what_decides(void **state)
{
	(void)state;
	check_canonical(every_kind, every_kind_canonical);
	check_canonical(every_kind_canonical, every_kind_canonical);
	assert_true(
	        schema_fingerprint(str_c(every_kind_canonical)) == UINT64_C(0xf3c5911c7237b543));
}

static void fingerprints_are_those_of_the_specification(void **state)
{
	(void)state;
	static const struct {
		const char *canonical;
		uint64_t fingerprint;
	} cases[] = {{"\"null\"", UINT64_C(0x63dd24e7cc258f8a)},
	        {"\"boolean\"", UINT64_C(0x9f42fc78a4d4f764)},
	        {"\"int\"", UINT64_C(0x7275d51a3f395c8f)},
	        {"\"long\"", UINT64_C(0xd054e14493f41db7)},
	        {"\"string\"", UINT64_C(0x8f014872634503c7)},
	        {"\"bytes\"", UINT64_C(0x4fc016dac3201965)}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_true(schema_fingerprint(str_c(cases[i].canonical)) == cases[i].fingerprint);
}

#define RECORD(fields) "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" fields "]}"
#define OF(type) RECORD("{\"name\":\"a\",\"type\":" type "}")
#define EMPTY(name) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[]}"

static void arrays_of_items_without_width_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
	        OF("{\"type\":\"array\",\"items\":\"null\"}"),
	        OF("{\"type\":\"array\",\"items\":" EMPTY("E") "}"),
	        OF("{\"type\":\"array\",\"items\":{\"type\":\"fixed\",\"name\":\"F\",\"size\":0}}"),
	        OF("{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"E\",\"fields\":["
	           "{\"name\":\"n\",\"type\":\"null\"},{\"name\":\"e\",\"type\":" EMPTY(
	                   "D") "}]}}"),
	        /* Where nobody would look for it: below a union, a map and an array. */
	        OF("[\"null\",{\"type\":\"map\",\"values\":{\"type\":\"array\",\"items\":{\"type\":"
	           "\"array\",\"items\":\"null\"}}}]"),
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e;
		assert_int_equal(parse(str_c(bad[i]), &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_schema");
		assert_string_equal(e.text, "the items of an array have size zero");
	}
	static const char *const good[] = {
	        OF("{\"type\":\"array\",\"items\":[\"null\"]}"), /* a branch takes a byte */
	        OF("{\"type\":\"array\",\"items\":{\"type\":\"fixed\",\"name\":\"F\",\"size\":1}}"),
	        OF("{\"type\":\"map\",\"values\":\"null\"}"),
	        OF("{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":\"int\"}}"),
	};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct err e;
		assert_int_equal(parse(str_c(good[i]), &e), 0);
	}
}

static void records_may_recurse_only_where_they_can_end(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(parse(str_c(OF("[\"null\",\"R\"]")), &e), 0);
	assert_int_equal(parse(str_c(OF("{\"type\":\"array\",\"items\":\"R\"}")), &e), 0);
	assert_int_equal(parse(str_c(OF("\"R\"")), &e), ERR_REJECT);
	assert_string_equal(e.text, "a record contains itself");
	assert_int_equal(parse(str_c(OF("{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":"
	                                "\"b\",\"type\":\"R\"}]}")),
	                         &e),
	        ERR_REJECT);
}

static void what_avro_does_not_allow_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "{", "null", "[]", "7", "{}", "{\"type\":\"record\"}",
	        OF("\"Unknown\""),
	        RECORD("{\"name\":\"a\",\"type\":\"int\"},{\"name\":\"a\",\"type\":\"long\"}"),
	        RECORD("{\"name\":\"1a\",\"type\":\"int\"}"),
	        RECORD("{\"name\":\"\",\"type\":\"int\"}"), OF("[\"null\",[\"null\",\"int\"]]"),
	        OF("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"A\"]}"),
	        OF("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\\\"\"]}"),
	        OF("{\"type\":\"fixed\",\"name\":\"F\",\"size\":-1}"), "\"int\" junk"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e;
		int rc = parse(str_c(bad[i]), &e);
		if (rc == 0)
			print_error("passed: %s\n", bad[i]);
		assert_int_equal(rc, ERR_REJECT);
		assert_string_equal(e.code, "bad_schema");
		assert_true(strlen(e.text) > 0);
	}
}

/* Width is decided once for each node: here are 2^60 ways to the same empty record. */
static void many_paths_to_one_type_cost_no_more_than_one(void **state)
{
	(void)state;
	struct err e;
	struct buf json;
	buf_init(&json, 65536);
	assert_int_equal(buf_printf(&json, &e,
	                         "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f0\","
	                         "\"type\":" EMPTY("T0") "}"),
	        0);
	for (int i = 1; i <= 60; i++)
		assert_int_equal(buf_printf(&json, &e,
		                         ",{\"name\":\"f%d\",\"type\":{\"type\":\"record\","
		                         "\"name\":\"T%d\",\"fields\":["
		                         "{\"name\":\"a\",\"type\":\"T%d\"},{\"name\":\"b\","
		                         "\"type\":\"T%d\"}]}}",
		                         i, i, i - 1, i - 1),
		        0);
	assert_int_equal(buf_printf(&json, &e, "]}"), 0);
	assert_int_equal(parse(buf_str(&json), &e), 0);
	buf_release(&json);
}

static int parse_nested(int depth, struct err *e)
{
	struct buf json;
	buf_init(&json, 65536);
	int rc = 0;
	for (int i = 0; rc == 0 && i < depth; i++)
		rc = buf_printf(&json, e, "{\"type\":\"array\",\"items\":");
	if (rc == 0)
		rc = buf_printf(&json, e, "\"int\"");
	for (int i = 0; rc == 0 && i < depth; i++)
		rc = buf_printf(&json, e, "}");
	assert_int_equal(rc, 0);
	rc = parse(buf_str(&json), e);
	buf_release(&json);
	return rc;
}

static void depth_members_and_length_are_bounded(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(parse_nested(SCHEMA_MAX_DEPTH, &e), 0);
	assert_int_equal(parse_nested(SCHEMA_MAX_DEPTH + 1, &e), ERR_REJECT);
	assert_string_equal(e.text, "is nested too deeply");
	for (int count = SCHEMA_MAX_MEMBERS; count <= SCHEMA_MAX_MEMBERS + 1; count++) {
		struct buf json;
		buf_init(&json, SCHEMA_MAX_BYTES);
		assert_int_equal(
		        buf_printf(&json, &e, "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":["),
		        0);
		for (int i = 0; i < count; i++)
			assert_int_equal(
			        buf_printf(&json, &e, "%s\"S%d\"", i > 0 ? "," : "", i), 0);
		assert_int_equal(buf_printf(&json, &e, "]}"), 0);
		assert_int_equal(
		        parse(buf_str(&json), &e), count > SCHEMA_MAX_MEMBERS ? ERR_REJECT : 0);
		buf_release(&json);
	}
	struct buf blanks;
	buf_init(&blanks, SCHEMA_MAX_BYTES + 1);
	assert_int_equal(buf_reserve(&blanks, SCHEMA_MAX_BYTES + 1, &e), 0);
	memset(blanks.p, ' ', SCHEMA_MAX_BYTES + 1);
	memcpy(blanks.p, "{\"type\":\"int\"}", 14);
	assert_int_equal(parse(str_bytes(blanks.p, SCHEMA_MAX_BYTES), &e), 0);
	assert_int_equal(parse(str_bytes(blanks.p, SCHEMA_MAX_BYTES + 1), &e), ERR_REJECT);
	buf_release(&blanks);
}

static void a_small_arena_is_an_error_and_no_end(void **state)
{
	(void)state;
	for (size_t limit = 0; limit < 20000; limit += 61) {
		struct err e;
		struct arena mem;
		struct schema *schema;
		arena_init(&mem, limit);
		int rc = schema_parse(str_c(every_kind), &mem, &schema, &e);
		if (rc != 0) {
			assert_int_equal(rc, ERR_REJECT);
			assert_string_equal(e.text, "is too large");
		}
		arena_release(&mem);
	}
}

/* The library keeps its words in one buffer for the whole process: ours must not change with it. */
static void the_words_of_the_library_are_copied(void **state)
{
	(void)state;
	struct err first, second;
	assert_int_equal(parse(str_c("{"), &first), ERR_REJECT);
	assert_string_equal(first.source, "avro");
	assert_true(first.native != 0);
	char before[sizeof first.text];
	memcpy(before, first.text, sizeof before);
	assert_int_equal(parse(str_c(OF("\"Unknown\"")), &second), ERR_REJECT);
	assert_string_not_equal(first.text, second.text);
	assert_string_equal(first.text, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_canonical_form_has_full_names_and_only_what_decides),
	        cmocka_unit_test(fingerprints_are_those_of_the_specification),
	        cmocka_unit_test(arrays_of_items_without_width_are_refused),
	        cmocka_unit_test(records_may_recurse_only_where_they_can_end),
	        cmocka_unit_test(what_avro_does_not_allow_is_refused),
	        cmocka_unit_test(many_paths_to_one_type_cost_no_more_than_one),
	        cmocka_unit_test(depth_members_and_length_are_bounded),
	        cmocka_unit_test(a_small_arena_is_an_error_and_no_end),
	        cmocka_unit_test(the_words_of_the_library_are_copied),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
