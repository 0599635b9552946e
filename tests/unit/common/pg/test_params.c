/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/pg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena mem;

static int begin(void **state)
{
	(void)state;
	arena_init(&mem, 1024 * 1024);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_release(&mem);
	return 0;
}

static void arrays_are_quoted_so_that_every_byte_survives(void **state)
{
	(void)state;
	struct pg_params p;
	pg_params_init(&p, &mem);
	struct str texts[] = {STR("a"), STR(""), STR("NULL"), {NULL, 0}, STR("q\"b\\s,{}")};
	pg_set_texts(&p, 0, texts, 5);
	assert_string_equal(p.values[0], "{\"a\",\"\",\"NULL\",NULL,\"q\\\"b\\\\s,{}\"}");
	pg_set_texts(&p, 1, texts, 0);
	assert_string_equal(p.values[1], "{}");
	int64_t nums[] = {INT64_MIN, 0, INT64_MAX};
	pg_set_nums(&p, 2, nums, 3);
	assert_string_equal(p.values[2], "{-9223372036854775808,0,9223372036854775807}");
	pg_set_nums(&p, 3, nums, 0);
	assert_string_equal(p.values[3], "{}");
	struct str bytes[] = {{"\0\xff", 2}, {NULL, 0}, {"", 0}};
	pg_set_bytes_array(&p, 4, bytes, 3);
	assert_string_equal(p.values[4], "{\"\\\\x00ff\",NULL,\"\\\\x\"}");
	assert_null(p.problem);
	assert_int_equal(p.count, 5);
}

static void absent_text_is_null_and_empty_text_is_not(void **state)
{
	(void)state;
	struct pg_params p;
	pg_params_init(&p, &mem);
	pg_set(&p, 0, (struct str){NULL, 0});
	pg_set(&p, 1, STR(""));
	assert_null(p.values[0]);
	assert_string_equal(p.values[1], "");
}

static void a_nul_in_a_text_is_a_problem_not_half_a_text(void **state)
{
	(void)state;
	struct pg_params p;
	pg_params_init(&p, &mem);
	pg_set(&p, 0, (struct str){"a\0b", 3});
	assert_non_null(p.problem);
	pg_params_init(&p, &mem);
	struct str items[] = {{"a\0b", 3}};
	pg_set_texts(&p, 0, items, 1);
	assert_non_null(p.problem);
	pg_params_init(&p, &mem);
	pg_set_bytes(&p, 0, (struct str){"a\0b", 3});
	assert_null(p.problem);
	assert_int_equal(p.lengths[0], 3);
}

static void more_than_the_arena_holds_is_a_problem(void **state)
{
	(void)state;
	struct arena small;
	arena_init(&small, 8192);
	static char big[9000];
	memset(big, 'x', sizeof(big));
	struct pg_params p;
	pg_params_init(&p, &small);
	pg_set(&p, 0, (struct str){big, sizeof(big)});
	assert_non_null(p.problem);
	arena_release(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                arrays_are_quoted_so_that_every_byte_survives, begin, end),
	        cmocka_unit_test_setup_teardown(
	                absent_text_is_null_and_empty_text_is_not, begin, end),
	        cmocka_unit_test_setup_teardown(
	                a_nul_in_a_text_is_a_problem_not_half_a_text, begin, end),
	        cmocka_unit_test_setup_teardown(more_than_the_arena_holds_is_a_problem, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
