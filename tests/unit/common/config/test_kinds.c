/* SPDX-License-Identifier: Apache-2.0 */
#include "kinds.h"
#include "unsupported.h"

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
	        kind_field(kind_find(STR("Destination")), STR("anything.at.all")), FIELD_UNKNOWN);
	assert_null(kind_find(STR("Rout")));
	assert_null(kind_find(STR("")));
}

static void what_people_name_themselves_is_below_a_star(void **state)
{
	(void)state;
	const struct kind *d = kind_find(STR("Destination"));
	assert_int_equal(kind_field(d, STR("feedback.channels.mapping")), FIELD_GROUP);
	assert_int_equal(kind_field(d, STR("feedback.channels.mapping.Total Rows")), FIELD_VALUE);
	assert_int_equal(kind_field(d, STR("feedback.channels.mapping.a.b")), FIELD_VALUE);
	assert_int_equal(kind_field(d, STR("feedback.channels.mappings")), FIELD_UNKNOWN);
	assert_int_equal(kind_field(d, STR("feedback.channels.*")), FIELD_UNKNOWN);
}

/* Else a delivery is held for a field that nobody may write, or a warning never comes. */
static void each_kind_knows_what_it_says_of_its_fields(void **state)
{
	static const char *const names[] = {"Tenant", "Audience", "Bridge", "Destination", "Bucket",
	        "SuppressionList", "Route", "ConceptGroup", "Credential"};
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct kind *kind = kind_find(str_c(names[i]));
		assert_non_null(kind);
		int n = 0;
		for (; kind->idle[n]; n++)
			if (kind_field(kind, str_c(kind->idle[n])) == FIELD_UNKNOWN)
				fail_msg("%s has no %s", names[i], kind->idle[n]);
		assert_true(n < KIND_IDLE_MAX);
	}
	for (size_t i = 0; unsupported_fine(i); i++)
		if (kind_field(kind_find(STR("Destination")), str_c(unsupported_fine(i))) ==
		        FIELD_UNKNOWN)
			fail_msg("Destination has no %s", unsupported_fine(i));
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
	        cmocka_unit_test(what_people_name_themselves_is_below_a_star),
	        cmocka_unit_test(each_kind_knows_what_it_says_of_its_fields),
	        cmocka_unit_test(the_nearest_field_is_of_the_same_depth),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
