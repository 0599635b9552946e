/* SPDX-License-Identifier: Apache-2.0
 * Footers at the edge of what POSIX allows, and past it. */
#include "tz_footer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int parse(const char *text, struct tz *z)
{
	struct err e;
	*z = (struct tz){0};
	return tz_footer_parse(str_c(text), z, &e);
}

static void offsets_go_to_167_hours(void **state)
{
	struct tz z;
	(void)state;
	assert_int_equal(parse("\nXXX167:59:59\n", &z), 0);
	assert_int_equal(z.footer_standard, -(167 * 3600 + 59 * 60 + 59));
	assert_int_equal(parse("\n<-03>-167\n", &z), 0);
	assert_int_equal(z.footer_standard, 167 * 3600);
	assert_int_equal(parse("\nXXX168\n", &z), ERR_REJECT);
}

/* Computed with, these would leave the range of 32 bits. */
static void numbers_past_any_range_are_refused(void **state)
{
	static const char *const bad[] = {"\nXXX999999\n", "\nXXX-1000009\n", "\nXXX1:999999\n",
	        "\nXXX1:1:999999\n", "\nXXX99999999999999999999\n",
	        "\nXXX5YYY,M3.2.0/1000009,M11.1.0\n", "\nXXX5YYY,J1000009,J300\n",
	        "\nXXX5YYY,1000009,300\n", "\nXXX5YYY,M13.2.0,M11.1.0\n",
	        "\nXXX5YYY,M3.6.0,M11.1.0\n", "\nXXX5YYY,M3.2.7,M11.1.0\n", "\nXX5\n", "\nXXX\n",
	        "XXX5\n", "\nXXX5"};
	struct tz z;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse(bad[i], &z), ERR_REJECT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(offsets_go_to_167_hours),
	        cmocka_unit_test(numbers_past_any_range_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
