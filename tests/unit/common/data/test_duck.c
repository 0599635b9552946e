/* SPDX-License-Identifier: Apache-2.0
 * What DuckDB may not do here. */
#include "duck.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static int count(void *arg, const struct duck_value *values, struct err *e)
{
	int64_t *rows = arg;
	(void)values;
	(void)e;
	(*rows)++;
	return 0;
}

static void it_opens_no_file_but_its_own_and_its_settings_stay(void **state)
{
	(void)state;
	const char *library = getenv("LONGSHORE_DUCKDB");
	if (!library)
		fail_msg("LONGSHORE_DUCKDB names no library: run the tests by ./dev test");
	struct duck *d = NULL;
	struct err e;
	int64_t rows = 0;
	const struct duck_calls calls = {.on_row = count, .arg = &rows};
	assert_int_equal(duck_open(library, "/proc/self/fd/99", &d, &e), 0);
	assert_int_equal(duck_query(d, "SELECT CAST(1 AS BIGINT)", &calls, &e), 0);
	assert_int_equal(rows, 1);
	static const char *const refused[] = {
	        "SELECT CAST(content AS VARCHAR) FROM read_text('/etc/hostname')",
	        "SELECT CAST(file AS VARCHAR) FROM glob('/etc/*')",
	        "COPY (SELECT 1) TO '/tmp/longshore-duck-test.csv'",
	        "ATTACH '/tmp/longshore-duck-test.db'", "LOAD httpfs", "INSTALL httpfs",
	        "SET enable_external_access = true", "SET memory_limit = '1TB'",
	        "SELECT CAST(1 AS BIGINT) FROM 'https://localhost/x.parquet'"};
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		rows = 0;
		if (duck_query(d, refused[i], &calls, &e) == 0 && rows > 0)
			fail_msg("it did: %s", refused[i]);
		assert_int_equal(duck_query(d, refused[i], &calls, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_source");
		assert_null(strstr(e.text, "/tmp"));
	}
	duck_close(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(it_opens_no_file_but_its_own_and_its_settings_stay)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
