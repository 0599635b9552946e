/* SPDX-License-Identifier: Apache-2.0 */
#include "kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_field_and_the_way_to_it_are_known_and_nothing_else(void **state)
{
	(void)state;
	const struct kind *route = kind_of(STR("Route"));
	static const char *const known[] = {
	        "kind", "name", "tenant", "guards", "guards.min_size", "blackout.to_minute"};
	static const char *const unknown[] = {"guard", "guards.min", "guards.min_sise",
	        "guards.min_size.of", "guards.", "min_size", "url", ""};
	assert_non_null(route);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_true(kind_has(route, known[i]));
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_false(kind_has(route, unknown[i]));
}

static void what_is_of_no_tenant_has_none(void **state)
{
	(void)state;
	assert_false(kind_has(kind_of(STR("Bucket")), "tenant"));
	assert_true(kind_has(kind_of(STR("Destination")), "anything.at.all"));
	assert_null(kind_of(STR("Rout")));
	assert_null(kind_of(STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_field_and_the_way_to_it_are_known_and_nothing_else),
	        cmocka_unit_test(what_is_of_no_tenant_has_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
