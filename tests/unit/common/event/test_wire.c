/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct wire_in from(struct str bytes)
{
	return (struct wire_in){.p = (const unsigned char *)bytes.p, .left = bytes.n};
}

/* The examples of the specification, and the ends of the range. */
static const struct {
	int64_t value;
	struct str bytes;
} longs[] = {{0, {"\x00", 1}}, {-1, {"\x01", 1}}, {1, {"\x02", 1}}, {-2, {"\x03", 1}},
        {-64, {"\x7f", 1}}, {64, {"\x80\x01", 2}}, {8192, {"\x80\x80\x01", 3}},
        {INT32_MAX, {"\xfe\xff\xff\xff\x0f", 5}}, {INT32_MIN, {"\xff\xff\xff\xff\x0f", 5}},
        {INT64_MAX, {"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10}},
        {INT64_MIN, {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10}}};

static void numbers_are_zigzag_in_groups_of_seven_bits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof longs / sizeof longs[0]; i++) {
		struct err e;
		struct buf out;
		buf_init(&out, 100);
		struct wire_out w = {&out, 100};
		assert_int_equal(wire_put_long(&w, longs[i].value, &e), 0);
		assert_true(str_eq(buf_str(&out), longs[i].bytes));
		struct wire_in in = from(longs[i].bytes);
		int64_t value = 42;
		assert_int_equal(wire_get_long(&in, &value, &e), 0);
		assert_true(value == longs[i].value);
		assert_int_equal(in.left, 0);
		buf_release(&out);
	}
}

static void numbers_of_more_than_64_bits_or_without_end_are_refused(void **state)
{
	(void)state;
	static const struct str bad[] = {{"", 0}, {"\x80", 1},
	        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9},
	        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},
	        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81", 10},
	        {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11}};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e;
		struct wire_in in = from(bad[i]);
		int64_t value = 42;
		assert_int_equal(wire_get_long(&in, &value, &e), ERR_REJECT);
		assert_string_equal(e.code, "undecodable");
		assert_true(value == 42);
	}
}

static void an_int_has_32_bits(void **state)
{
	(void)state;
	static const struct {
		struct str bytes;
		int rc;
	} cases[] = {{{"\xfe\xff\xff\xff\x0f", 5}, 0}, {{"\xff\xff\xff\xff\x0f", 5}, 0},
	        {{"\x80\x80\x80\x80\x10", 5}, ERR_REJECT},
	        {{"\x81\x80\x80\x80\x10", 5}, ERR_REJECT}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e;
		struct wire_in in = from(cases[i].bytes);
		int32_t value;
		assert_int_equal(wire_get_int(&in, &value, &e), cases[i].rc);
	}
}

static void a_boolean_is_0_or_1(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		struct err e;
		char bytes[1] = {(char)byte};
		struct wire_in in = from(str_bytes(bytes, 1));
		bool value = false;
		assert_int_equal(wire_get_bool(&in, &value, &e), byte < 2 ? 0 : ERR_REJECT);
		assert_int_equal(value, byte == 1);
	}
}

static void an_index_is_below_its_count(void **state)
{
	(void)state;
	static const struct {
		const char *byte;
		int rc;
	} cases[] = {{"\x00", 0}, {"\x04", 0}, {"\x06", ERR_REJECT}, {"\x01", ERR_REJECT}};
	for (size_t i = 0; i < 4; i++) {
		struct err e;
		struct wire_in in = from(str_bytes(cases[i].byte, 1));
		size_t index;
		assert_int_equal(wire_get_index(&in, 3, &index, &e), cases[i].rc);
	}
}

static void a_length_is_believed_only_as_far_as_there_are_bytes(void **state)
{
	(void)state;
	struct err e;
	struct str out = {NULL, 0};
	struct wire_in in = from(STR("\x06"
	                             "abc"
	                             "d"));
	assert_int_equal(wire_get_bytes(&in, &out, &e), 0);
	assert_true(str_eq(out, STR("abc")));
	assert_int_equal(in.left, 1);
	/* One byte too many, 1 GiB, the largest, the smallest, minus one. */
	static const struct str bad[] = {{"\x08"
	                                  "abc",
	                                         4},
	        {"\x80\x80\x80\x80\x08"
	         "abc",
	                8},
	        {"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10},
	        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10},
	        {"\x01"
	         "abc",
	                4}};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		in = from(bad[i]);
		assert_int_equal(wire_get_bytes(&in, &out, &e), ERR_REJECT);
		assert_string_equal(e.code, "undecodable");
	}
}

static void a_block_has_no_more_items_than_bytes(void **state)
{
	(void)state;
	struct err e;
	struct wire_block block = {0, 0};
	struct wire_in in = from(STR("\x04"
	                             "ab"));
	assert_int_equal(wire_get_block(&in, &block, &e), 0);
	assert_int_equal(block.items, 2);
	assert_true(block.bytes == SIZE_MAX);
	in = from(STR("\x03\x04"
	              "ab")); /* minus two, with its bytes */
	assert_int_equal(wire_get_block(&in, &block, &e), 0);
	assert_int_equal(block.items, 2);
	assert_int_equal(block.bytes, 2);
	in = from(STR("\x00"));
	assert_int_equal(wire_get_block(&in, &block, &e), 0);
	assert_int_equal(block.items, 0);
	static const struct str bad[] = {{"\x06"
	                                  "ab",
	                                         3},
	        {"\x03\x06"
	         "ab",
	                4},
	        {"\x05\x04"
	         "ab",
	                4},
	        {"\x03\x01"
	         "ab",
	                4},
	        {"\x03", 1},
	        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02"
	         "a",
	                12},
	        {"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10}};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		in = from(bad[i]);
		assert_int_equal(wire_get_block(&in, &block, &e), ERR_REJECT);
		assert_string_equal(e.code, "undecodable");
	}
}

static void memory_is_bounded_by_budget_and_arena_and_never_worth_a_retry(void **state)
{
	(void)state;
	struct err e;
	struct arena mem;
	void *p = NULL;
	arena_init(&mem, 1024);
	struct wire_in in = {.mem = &mem, .budget = 64};
	assert_int_equal(wire_alloc(&in, 1, 65, &p, &e), ERR_REJECT);
	assert_string_equal(e.code, "too_large");
	assert_null(p);
	assert_int_equal(wire_alloc(&in, 1, 1, &p, &e), 0);
	assert_int_equal(in.budget, 48); /* as the arena pads it */
	assert_int_equal(wire_alloc(&in, 3, 16, &p, &e), 0);
	assert_int_equal(in.budget, 0);
	assert_int_equal(wire_alloc(&in, 1, 1, &p, &e), ERR_REJECT);
	in.budget = SIZE_MAX;
	assert_int_equal(wire_alloc(&in, SIZE_MAX / 2, 3, &p, &e), ERR_REJECT);
	assert_int_equal(wire_alloc(&in, 1, 2048, &p, &e), ERR_REJECT);
	assert_string_equal(e.code, "too_large");
	arena_release(&mem);
}

static void the_header_is_magic_and_fingerprint(void **state)
{
	(void)state;
	struct err e;
	struct buf out;
	buf_init(&out, 100);
	struct wire_out w = {&out, 100};
	assert_int_equal(wire_put_header(&w, UINT64_C(0x0102030405060708), &e), 0);
	assert_true(str_eq(buf_str(&out), STR("\xc3\x01\x08\x07\x06\x05\x04\x03\x02\x01")));
	struct wire_in in = from(buf_str(&out));
	uint64_t fingerprint;
	assert_int_equal(wire_get_header(&in, &fingerprint, &e), 0);
	assert_true(fingerprint == UINT64_C(0x0102030405060708));
	assert_int_equal(in.left, 0);
	for (size_t n = 0; n < out.n; n++) {
		in = from(str_bytes(out.p, n));
		assert_int_equal(wire_get_header(&in, &fingerprint, &e), ERR_REJECT);
	}
	out.p[1] = 2;
	in = from(buf_str(&out));
	assert_int_equal(wire_get_header(&in, &fingerprint, &e), ERR_REJECT);
	assert_string_equal(e.code, "undecodable");
	buf_release(&out);
}

static void what_has_another_header_is_told_what_it_looks_like(void **state)
{
	(void)state;
	const struct {
		struct str bytes;
		const char *says;
	} cases[] = {
	        {STR("{\"kind\": \"DELIVER\"}"), "looks like JSON"},
	        {STR(" \n[]"), "looks like JSON"},
	        {STR("\0\0\0\0\7\0\2"), "schema registry"},
	        {STR("Obj\1\4\24avro"), "is an Avro file"},
	        {STR("\2\16billing\10acme"), "does not begin with C3 01"},
	        {STR("\xc3\1shrt"), "6 bytes are too short for single-object encoding"},
	        {STR("\0\0\0\0"), "4 bytes are too short for single-object encoding"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e;
		uint64_t fingerprint;
		struct wire_in in = from(cases[i].bytes);
		assert_int_equal(wire_get_header(&in, &fingerprint, &e), ERR_REJECT);
		assert_string_equal(e.code, "undecodable");
		assert_non_null(strstr(e.text, cases[i].says));
		assert_non_null(strstr(e.text, "single-object encoding"));
		assert_null(strstr(e.text, "billing"));
	}
}

static void writing_stops_at_the_most(void **state)
{
	(void)state;
	struct err e;
	struct buf out;
	buf_init(&out, 100);
	struct wire_out w = {&out, 4};
	assert_int_equal(wire_put_bytes(&w, STR("abc"), &e), 0);
	assert_int_equal(wire_put(&w, "d", 1, &e), ERR_REJECT);
	assert_string_equal(e.code, "too_large");
	assert_int_equal(out.n, 4);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(numbers_are_zigzag_in_groups_of_seven_bits),
	        cmocka_unit_test(numbers_of_more_than_64_bits_or_without_end_are_refused),
	        cmocka_unit_test(an_int_has_32_bits),
	        cmocka_unit_test(a_boolean_is_0_or_1),
	        cmocka_unit_test(an_index_is_below_its_count),
	        cmocka_unit_test(a_length_is_believed_only_as_far_as_there_are_bytes),
	        cmocka_unit_test(a_block_has_no_more_items_than_bytes),
	        cmocka_unit_test(memory_is_bounded_by_budget_and_arena_and_never_worth_a_retry),
	        cmocka_unit_test(the_header_is_magic_and_fingerprint),
	        cmocka_unit_test(what_has_another_header_is_told_what_it_looks_like),
	        cmocka_unit_test(writing_stops_at_the_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
