/* SPDX-License-Identifier: Apache-2.0 */
#include "kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_field_and_the_way_to_it_are_known_and_nothing_else(void **state)
{
	(void)state;
	const struct kind *route = kind_find(STR("Route"));
	static const char *const known[] = {
	        "kind", "name", "tenant", "guards", "guards.min_size", "blackout.to_minute"};
	static const char *const unknown[] = {"guard", "guards.min", "guards.min_sise",
	        "guards.min_size.of", "guards.", "min_size", "url", ""};
	assert_non_null(route);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_int_not_equal(kind_field(route, str_c(known[i])), FIELD_UNKNOWN);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_int_equal(kind_field(route, str_c(unknown[i])), FIELD_UNKNOWN);
}

static void what_is_of_no_tenant_has_none(void **state)
{
	(void)state;
	assert_int_equal(kind_field(kind_find(STR("Bucket")), STR("tenant")), FIELD_UNKNOWN);
	assert_int_equal(
	        kind_field(kind_find(STR("Destination")), STR("anything.at.all")), FIELD_VALUE);
	assert_null(kind_find(STR("Rout")));
	assert_null(kind_find(STR("")));
}

static void the_nearest_field_is_of_the_same_depth(void **state)
{
	(void)state;
	const struct kind *route = kind_find(STR("Route"));
	assert_true(str_eq(kind_nearest(route, STR("guard")), STR("guards")));
	assert_true(str_eq(kind_nearest(route, STR("guards.min_sise")), STR("guards.min_size")));
	assert_true(str_eq(kind_nearest(route, STR("limit.attempts")), STR("limits.attempts")));
	assert_int_equal(kind_nearest(route, STR("something")).n, 0);
	assert_int_equal(kind_nearest(route, STR("")).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_field_and_the_way_to_it_are_known_and_nothing_else),
	        cmocka_unit_test(what_is_of_no_tenant_has_none),
	        cmocka_unit_test(the_nearest_field_is_of_the_same_depth),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
