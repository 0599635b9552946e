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

/* A row without a type, without a meaning, or twice, would be a mistake of the table. */
static void each_row_says_what_its_field_is(void **state)
{
	(void)state;
	for (size_t k = 0; kind_at(k); k++) {
		const struct kind *kind = kind_at(k);
		int idle = 0;
		for (size_t i = 0; i < kind->fields_count; i++) {
			const struct field *f = &kind->fields[i];
			if (!f->path) {
				assert_non_null(f->name);
				continue;
			}
			if (f->type != TYPE_GROUP && f->about[0] == '\0')
				fail_msg("%s: nothing is said of %s", kind->name, f->path);
			if (kind_row(kind, str_c(f->path)) != f)
				fail_msg("%s: %s stands twice", kind->name, f->path);
			if (f->is_idle)
				assert_int_equal(kind_idle(kind, str_c(f->path)), idle++);
			if (f->type == TYPE_GROUP &&
			        kind_field(kind, str_c(f->path)) != FIELD_GROUP)
				fail_msg("%s: there is nothing below %s", kind->name, f->path);
		}
		assert_true(idle < KIND_IDLE_MAX);
	}
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
	        cmocka_unit_test(each_row_says_what_its_field_is),
	        cmocka_unit_test(the_nearest_field_is_of_the_same_depth),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
