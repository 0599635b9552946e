/* SPDX-License-Identifier: Apache-2.0
 * Readers of Parquet are kept and used again: empty, sound ones only, and not more than a few. Whether one is
 * still there is seen by the descriptor of its window. */
#include "parquet_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BYTES = 1000 };

static struct parquet_engine *take(int64_t bytes)
{
	struct parquet_engine *g = NULL;
	struct err e;
	const char *library = getenv("LONGSHORE_DUCKDB");
	if (!library)
		fail_msg("LONGSHORE_DUCKDB names no library: run the tests by ./dev test");
	if (parquet_engine_take(library, bytes, &g, &e) != 0)
		fail_msg("%s", e.text);
	return g;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

static void one_that_is_used_again_has_nothing_of_the_object_before(void **state)
{
	(void)state;
	struct err e;
	char read[2 * BYTES];
	struct parquet_engine *g = take(BYTES);
	int fd = g->window.fd;
	assert_int_equal(parquet_window_put(&g->window, 10, "somebody's id", 13, &e), 0);
	parquet_engine_give(g, true);
	assert_int_equal(lseek(fd, 0, SEEK_END), 0); /* while it is idle, too */
	g = take(2 * BYTES);
	assert_int_equal(g->window.fd, fd);
	assert_int_equal(g->window.bytes, 2 * BYTES);
	assert_int_equal(pread(fd, read, sizeof read, 0), 2 * BYTES);
	for (int i = 0; i < 2 * BYTES; i++)
		assert_int_equal(read[i], 0);
	parquet_engine_give(g, false);
}

static void one_that_failed_is_not_used_again(void **state)
{
	(void)state;
	struct parquet_engine *g = take(BYTES);
	int fd = g->window.fd;
	parquet_engine_give(g, false);
	assert_false(is_open(fd));
	g = take(BYTES);
	fd = g->window.fd;
	parquet_engine_give(g, true);
	assert_true(is_open(fd));
	parquet_engine_give(take(BYTES), false);
	assert_false(is_open(fd));
	parquet_engine_give(NULL, true);
}

static void no_more_than_a_few_are_kept(void **state)
{
	(void)state;
	struct parquet_engine *taken[PARQUET_IDLE_MAX + 1];
	int fds[PARQUET_IDLE_MAX + 1];
	for (int i = 0; i <= PARQUET_IDLE_MAX; i++) {
		taken[i] = take(BYTES);
		fds[i] = taken[i]->window.fd;
	}
	for (int i = 0; i <= PARQUET_IDLE_MAX; i++)
		parquet_engine_give(taken[i], true);
	for (int i = 0; i <= PARQUET_IDLE_MAX; i++)
		assert_int_equal(is_open(fds[i]), i < PARQUET_IDLE_MAX);
}

static void a_library_that_is_not_there_is_not_replaced_by_another(void **state)
{
	(void)state;
	struct parquet_engine *g = NULL;
	struct err e;
	parquet_engine_give(take(BYTES), true);
	assert_int_equal(parquet_engine_take("/nowhere/libduckdb.so", BYTES, &g, &e), ERR_RETRY);
	assert_string_equal(e.code, "no_duckdb");
	assert_null(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(one_that_is_used_again_has_nothing_of_the_object_before),
	        cmocka_unit_test(one_that_failed_is_not_used_again),
	        cmocka_unit_test(no_more_than_a_few_are_kept),
	        cmocka_unit_test(a_library_that_is_not_there_is_not_replaced_by_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
