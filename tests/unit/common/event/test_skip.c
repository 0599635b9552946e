/* SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MOST_DEEP = 64 }; /* of what is skipped */

static int pass_over(const char *json, struct str bytes, size_t *out_left, struct err *e)
{
	struct arena mem;
	struct schema *schema;
	arena_init(&mem, 1024 * 1024);
	assert_int_equal(schema_parse(str_c(json), &mem, &schema, e), 0);
	/* In memory of its own size, so that one byte past it is seen. */
	char *exact = arena_alloc(&mem, bytes.n);
	memcpy(exact, bytes.p, bytes.n);
	struct wire_in in = {.p = (const unsigned char *)exact, .left = bytes.n, .mem = &mem};
	int rc = decode_skip(&in, schema, 0, e);
	*out_left = in.left;
	arena_release(&mem);
	return rc;
}

#define NAMED(kind, more) "{\"type\":\"" kind "\",\"name\":\"N\"," more "}"
#define ENUM NAMED("enum", "\"symbols\":[\"A\",\"B\"]")
#define LIST \
	NAMED("record", "\"fields\":[{\"name\":\"v\",\"type\":\"int\"}," \
	                "{\"name\":\"next\",\"type\":[\"null\",\"N\"]}]")

static void every_kind_is_skipped_to_its_end(void **state)
{
	(void)state;
	static const struct {
		const char *schema;
		struct str bytes;
	} cases[] = {
	        {"\"boolean\"", {"\x01", 1}},
	        {"\"int\"", {"\x80\x01", 2}},
	        {"\"long\"", {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10}},
	        {"\"float\"", {"abcd", 4}},
	        {"\"double\"", {"abcdefgh", 8}},
	        {"\"bytes\"", {"\x04\x00\xff", 3}},
	        {"\"string\"", {"\x02z", 2}},
	        {NAMED("fixed", "\"size\":3"), {"abc", 3}},
	        {ENUM, {"\x02", 1}},
	        {"[\"null\",\"int\"]", {"\x02\x06", 2}},
	        {"{\"type\":\"array\",\"items\":\"int\"}", {"\x04\x02\x04\x02\x06\x00", 6}},
	        {"{\"type\":\"array\",\"items\":\"int\"}", {"\x03\x04\x02\x04\x00", 5}},
	        {"{\"type\":\"map\",\"values\":\"null\"}", {"\x02\x02k\x00", 4}},
	        {LIST, {"\x02\x02\x04\x00", 4}},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e;
		char more[32] = {0};
		size_t left, n = cases[i].bytes.n;
		memcpy(more, cases[i].bytes.p, n);
		assert_int_equal(pass_over(cases[i].schema, str_bytes(more, n + 3), &left, &e), 0);
		assert_int_equal(left, 3);
		for (size_t part = 0; part < n; part++)
			assert_int_equal(
			        pass_over(cases[i].schema, str_bytes(more, part), &left, &e),
			        ERR_REJECT);
	}
}

static void bad_values_are_refused_where_nobody_wants_them_too(void **state)
{
	(void)state;
	static const struct {
		const char *schema;
		struct str bytes;
	} cases[] = {
	        {"\"boolean\"", {"\x02", 1}},
	        {"\"int\"", {"\x80\x80\x80\x80\x10", 5}},
	        {"\"bytes\"", {"\x01", 1}},
	        {"\"string\"", {"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10}},
	        {ENUM, {"\x04", 1}},
	        {"[\"null\",\"int\"]", {"\x04\x06", 2}},
	        {"{\"type\":\"array\",\"items\":\"int\"}",
	                {"\x03\x02\x02\x04\x00", 5}}, /* block too short */
	        {"{\"type\":\"array\",\"items\":\"int\"}",
	                {"\x03\x06\x02\x04\x00", 5}}, /* and too long */
	        {"{\"type\":\"map\",\"values\":\"null\"}",
	                {"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00", 11}},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e;
		size_t left;
		assert_int_equal(pass_over(cases[i].schema, cases[i].bytes, &left, &e), ERR_REJECT);
		assert_string_equal(e.code, "undecodable");
	}
}

static void depth_is_bounded(void **state)
{
	(void)state;
	/* Two levels for each link of the chain: the record and the union. */
	for (size_t links = MOST_DEEP / 2 - 2; links < MOST_DEEP / 2 + 2; links++) {
		struct err e;
		char bytes[4 * MOST_DEEP];
		size_t left;
		for (size_t i = 0; i < links; i++)
			memcpy(bytes + 2 * i, "\x02\x02", 2);
		memcpy(bytes + 2 * links, "\x02\x00", 2);
		int rc = pass_over(LIST, str_bytes(bytes, 2 * links + 2), &left, &e);
		assert_int_equal(rc, links < MOST_DEEP / 2 ? 0 : ERR_REJECT);
	}
	/* A million links in a message: refused, and the stack is not used up. */
	static char chain[1000000];
	memset(chain, 2, sizeof chain);
	struct err e;
	struct arena mem;
	struct schema *parsed;
	arena_init(&mem, 65536);
	assert_int_equal(schema_parse(str_c(LIST), &mem, &parsed, &e), 0);
	struct wire_in in = {.p = (const unsigned char *)chain, .left = sizeof chain, .mem = &mem};
	assert_int_equal(decode_skip(&in, parsed, 0, &e), ERR_REJECT);
	assert_string_equal(e.text, "is nested too deeply");
	arena_release(&mem);
}

/* 2^45 ways to an empty record: skipped without going any. */
static void what_has_no_width_takes_no_time(void **state)
{
	(void)state;
	struct err e;
	struct buf json;
	size_t left;
	buf_init(&json, 65536);
	assert_int_equal(buf_printf(&json, &e,
	                         "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f0\","
	                         "\"type\":{\"type\":\"record\",\"name\":\"T0\",\"fields\":[]}}"),
	        0);
	for (int i = 1; i <= 45; i++)
		assert_int_equal(buf_printf(&json, &e,
		                         ",{\"name\":\"f%d\",\"type\":{\"type\":\"record\","
		                         "\"name\":\"T%d\",\"fields\":["
		                         "{\"name\":\"a\",\"type\":\"T%d\"},{\"name\":\"b\","
		                         "\"type\":\"T%d\"}]}}",
		                         i, i, i - 1, i - 1),
		        0);
	assert_int_equal(buf_printf(&json, &e, ",{\"name\":\"z\",\"type\":\"int\"}]}%c", '\0'), 0);
	assert_int_equal(pass_over(json.p, STR("\x02"), &left, &e), 0);
	assert_int_equal(left, 0);
	buf_release(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_kind_is_skipped_to_its_end),
	        cmocka_unit_test(bad_values_are_refused_where_nobody_wants_them_too),
	        cmocka_unit_test(depth_is_bounded),
	        cmocka_unit_test(what_has_no_width_takes_no_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
