/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/clock.h"

#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void times_are_written_as_rfc_3339(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
	        {0, "1970-01-01T00:00:00.000Z"},
	        {1, "1970-01-01T00:00:00.001Z"},
	        {-1, "1969-12-31T23:59:59.999Z"},
	        {INT64_C(951782400000), "2000-02-29T00:00:00.000Z"},
	        {INT64_C(1769850300123), "2026-01-31T09:05:00.123Z"},
	        {INT64_C(4107542399999), "2100-02-28T23:59:59.999Z"},
	        {INT64_C(4107542400000), "2100-03-01T00:00:00.000Z"}, /* no leap year */
	        {INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
	        {INT64_C(253402300800000), "9999-12-31T23:59:59.999Z"},
	        {INT64_C(-62167219200000), "0000-01-01T00:00:00.000Z"},
	        {INT64_MAX, "9999-12-31T23:59:59.999Z"},
	        {INT64_MIN, "0000-01-01T00:00:00.000Z"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[CLOCK_TEXT_BYTES];
		clock_text(cases[i].ms, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void clocks_tell_milliseconds(void **state)
{
	(void)state;
	int64_t before = (int64_t)time(NULL) * 1000;
	int64_t now = clock_unix_ms();
	assert_true(now >= before && now < before + 60000);
	int64_t first = clock_mono_ms();
	assert_true(clock_mono_ms() >= first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(times_are_written_as_rfc_3339),
	        cmocka_unit_test(clocks_tell_milliseconds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
