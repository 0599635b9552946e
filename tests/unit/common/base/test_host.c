/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void this_machine_is_known_by_its_names_only(void **state)
{
	(void)state;
	static const char *const here[] = {"localhost", "LocalHost", "127.0.0.1", "127.255.255.255",
	        "::1", "[::1]", "/run/postgresql", "@abstract"};
	static const char *const away[] = {"", "localhost.example.com", "128.0.0.1", "0.0.0.0",
	        "10.0.0.1", "::", "::2", "127.0.0.1.example.com", "1270.0.0.1", "db", "[]",
	        "a-name-that-is-longer-than-any-address-can-be-written-out"};
	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++)
		assert_true(host_is_here(str_c(here[i])));
	for (size_t i = 0; i < sizeof(away) / sizeof(away[0]); i++)
		assert_false(host_is_here(str_c(away[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(this_machine_is_known_by_its_names_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
