/* SPDX-License-Identifier: Apache-2.0
 * What people type, and what they probably meant. */
#include "words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { NONE = -1 };

static void a_moment_is_read_in_each_form(void **state)
{
	static const int64_t now = INT64_C(1796036469113); /* 2026-11-30T11:01:09.113Z */
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {{"2026-11-30T11:01:09.113Z", 1796036469113},
	        {"2026-11-30T11:01:09.113", 1796036469113}, {"2026-11-30T11:01:09Z", 1796036469000},
	        {"2026-11-30T11:01", 1796036460000}, {"2026-11-30T11:01Z", 1796036460000},
	        {"2026-11-30", 1795996800000}, {"1970-01-01", 0}, {"0s", now}, {"90s", now - 90000},
	        {"30m", now - 1800000}, {"2h", now - 7200000}, {"7d", now - 604800000},
	        {"20787d", now - 20787 * INT64_C(86400000)}, {"20788d", NONE},
	        {"9223372036854775807d", NONE}, {"-1h", NONE}, {"h", NONE}, {"", NONE}, {"5", NONE},
	        {"5w", NONE}, {"2026-13-01", NONE}, {"2026-11-31T00:00", NONE},
	        {"2026-11-30T11:01:60Z", NONE}, {"2026-11-30T11:01:09.1Z", NONE},
	        {"2026-11-30T11:01:09.113ZZ", NONE}, {"2026-11-30 11:01", NONE},
	        {"yesterday", NONE}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = NONE;
		bool is_read = words_read_time(str_c(cases[i].text), now, &ms);
		if (is_read != (cases[i].ms != NONE) || ms != cases[i].ms)
			fail_msg("%s: %d, %lld", cases[i].text, is_read, (long long)ms);
	}
}

static void the_nearest_is_near(void **state)
{
	const struct str verbs[] = {
	        STR("status"), STR("watch"), STR("trace"), STR("deliver"), STR("get")};
	static const struct {
		const char *word, *near;
	} cases[] = {{"statsu", "status"}, {"stauts", "status"}, {"tracee", "trace"},
	        {"gte", "get"}, {"delivre", "deliver"}, {"fly", NULL}, {"", NULL}, {"x", NULL},
	        {"restart", NULL}, {"watch", "watch"}};
	struct arena mem;
	char longer[66];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str near = words_nearest(str_c(cases[i].word), verbs, 5);
		if (cases[i].near ? !str_eq(near, str_c(cases[i].near)) : near.p != NULL)
			fail_msg("%s: " STR_FMT, cases[i].word, STR_ARG(near));
	}
	memset(longer, 'a', 65);
	longer[65] = '\0';
	const struct str names[] = {str_bytes(longer, 64), str_bytes(longer, 65)};
	assert_int_equal(words_nearest(str_bytes(longer, 64), names, 2).n, 64);
	assert_null(
	        words_nearest(str_bytes(longer, 65), names, 2).p); /* longer than is looked at */
	assert_null(words_nearest(str_bytes(longer, 63), names + 1, 1).p);
	arena_init(&mem, 4096);
	assert_string_equal(words_hint(STR("statsu"), verbs, 5, &mem), "; did you mean status?");
	assert_string_equal(words_hint(STR("fly"), verbs, 5, &mem), ";");
	arena_release(&mem);
}

static void a_name_may_begin_with_its_tenant(void **state)
{
	static const struct {
		const char *given, *tenant, *name;
	} cases[] = {{"acme/daily", "acme", "daily"}, {"daily", NULL, "daily"},
	        {"a/b/c", "a", "b/c"}, {"/daily", NULL, "/daily"}, {"acme/", NULL, "acme/"}};
	struct str tenant, name;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		words_split_name(str_c(cases[i].given), &tenant, &name);
		assert_true(str_eq(name, str_c(cases[i].name)));
		assert_true(cases[i].tenant ? str_eq(tenant, str_c(cases[i].tenant))
		                            : tenant.p == NULL);
	}
	words_split_name(str_c(NULL), &tenant, &name);
	assert_null(name.p);
}

static void a_kind_may_be_plural_and_in_small_letters(void **state)
{
	const struct str kinds[] = {STR("Route"), STR("SuppressionList")};
	static const char *const cases[][2] = {{"Route", "Route"}, {"route", "Route"},
	        {"routes", "Route"}, {"ROUTES", "Route"}, {"suppressionlists", "SuppressionList"},
	        {"routess", "routess"}, {"rout", "rout"}, {"s", "s"}, {"", ""}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_true(str_eq(words_kind(str_c(cases[i][0]), kinds, 2), str_c(cases[i][1])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_moment_is_read_in_each_form),
	        cmocka_unit_test(the_nearest_is_near),
	        cmocka_unit_test(a_name_may_begin_with_its_tenant),
	        cmocka_unit_test(a_kind_may_be_plural_and_in_small_letters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
