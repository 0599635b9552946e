/* SPDX-License-Identifier: Apache-2.0
 * A look begins where the last one ended; all is looked at when it is the first, and once a minute. */
#include "time/reach.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void the_first_look_is_at_all_of_it(void **state)
{
	(void)state;
	struct reach reach = {0};
	assert_true(reach_back_ms(&reach, 5000, 100) == REACH_ALL_MS);
	assert_true(reach_back_ms(&reach, 6000, 100) == REACH_ALL_MS); /* more was left */
}

static void the_next_ones_begin_where_nothing_was_left(void **state)
{
	(void)state;
	struct reach reach = {0};
	reach_saw_all(&reach, 5000, REACH_ALL_MS);
	assert_int_equal(reach_back_ms(&reach, 5000, 100), 100);
	assert_int_equal(reach_back_ms(&reach, 9000, 100), 4100); /* nothing was seen meanwhile */
	reach_saw_all(&reach, 9000, 4100);
	assert_int_equal(reach_back_ms(&reach, 9500, 100), 600);
}

static void all_is_looked_at_once_a_minute(void **state)
{
	(void)state;
	struct reach reach = {0};
	reach_saw_all(&reach, 5000, REACH_ALL_MS);
	reach_saw_all(&reach, 64999, 600);
	assert_int_equal(reach_back_ms(&reach, 64999, 100), 100);
	assert_true(reach_back_ms(&reach, 65000, 100) == REACH_ALL_MS);
	reach_saw_all(&reach, 65000, REACH_ALL_MS);
	assert_int_equal(reach_back_ms(&reach, 65001, 100), 101);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_first_look_is_at_all_of_it),
	        cmocka_unit_test(the_next_ones_begin_where_nothing_was_left),
	        cmocka_unit_test(all_is_looked_at_once_a_minute),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
