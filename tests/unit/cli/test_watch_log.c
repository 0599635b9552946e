/* SPDX-License-Identifier: Apache-2.0
 * A topic that lost its end and gave the offsets out again is noticed by who watches it. */
#include "watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct watch_log l;

static int setup(void **state)
{
	struct err e;
	(void)state;
	assert_int_equal(watch_log_init(&l, 2, &e), 0);
	watch_log_add(&l, STR("t"), 0);
	watch_log_add(&l, STR("t"), 7);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	watch_log_release(&l);
	return 0;
}

static struct bus_message message(int64_t offset, const char *value)
{
	return (struct bus_message){.topic = STR("t"),
	        .partition = 7,
	        .offset = offset,
	        .timestamp_ms = 1000,
	        .key = STR("k"),
	        .value = str_c(value)};
}

static void see(int64_t offset, const char *value)
{
	struct bus_message m = message(offset, value);
	watch_log_see(&l, &m);
}

static void begin_behind(int64_t offset, const char *value)
{
	char text[WITNESS_BYTES];
	struct bus_message m = message(offset, value);
	struct witness w = witness_of(&m);
	(void)witness_encode(&w, text);
	watch_log_begin(&l, 7, offset + 1, str_c(text));
}

/* It begins one earlier than the recorder stands, to compare. */
static void what_the_recorder_saw_is_compared_first(void **state)
{
	(void)state;
	begin_behind(9, "nine");
	assert_int_equal(l.at[1].offset, 9);
	see(9, "nine");
	assert_false(l.owes_move);
	begin_behind(9, "nine");
	see(9, "another");
	assert_true(l.owes_move);
	assert_int_equal(watch_log_again(&l)[1].offset, -1);
	assert_false(l.owes_move);
}

/* After a connection broke the last message comes once more. */
static void watch_compares(void **state)
{
	(void)state;
	see(4, "four");
	see(5, "five");
	assert_int_equal(watch_log_again(&l)[1].offset, 5);
	assert_int_equal(l.at[0].offset, -1);
	see(5, "five");
	see(6, "six");
	assert_false(l.owes_move);
	assert_int_equal(watch_log_again(&l)[1].offset, 6);
	see(6, "another");
	assert_true(l.owes_move);
	see(7, "what comes until it is read again is not followed");
	assert_int_equal(watch_log_again(&l)[1].offset, -1);
	see(0, "nought");
	assert_int_equal(watch_log_again(&l)[1].offset, 0);
}

/* What is gone, by retention or since the partition is shorter, proves nothing. */
static void what_is_gone_proves_nothing(void **state)
{
	(void)state;
	see(5, "five");
	(void)watch_log_again(&l);
	see(8, "eight");
	assert_false(l.owes_move);
	(void)watch_log_again(&l);
	see(2, "two");
	see(8, "another");
	assert_false(l.owes_move);
	assert_int_equal(watch_log_again(&l)[1].offset, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	        CASE(what_the_recorder_saw_is_compared_first),
	        CASE(watch_compares),
	        CASE(what_is_gone_proves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
