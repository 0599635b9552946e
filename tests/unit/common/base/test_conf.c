/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/conf.h"

#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct settings {
	const char *name;
	const char *label;
	const char *keys;
	int64_t wait_ms;
	bool is_dry;
};

#define FIELD(member) offsetof(struct settings, member)

static const struct conf_field table[] = {
        {.env = "LONGSHORE_T_NAME", .kind = CONF_TEXT, .offset = FIELD(name), .help = "Name"},
        {.env = "LONGSHORE_T_LABEL",
                .kind = CONF_TEXT,
                .offset = FIELD(label),
                .preset = "",
                .help = "Label"},
        {.env = "LONGSHORE_T_KEYS",
                .kind = CONF_TEXT,
                .offset = FIELD(keys),
                .preset = "/keys",
                .is_secret = true,
                .help = "Keys"},
        {.env = "LONGSHORE_T_WAIT_MS",
                .kind = CONF_INT,
                .offset = FIELD(wait_ms),
                .preset = "100",
                .min = 10,
                .max = 1000,
                .unit = "ms",
                .help = "Wait"},
        {.env = "LONGSHORE_T_DRY",
                .kind = CONF_BOOL,
                .offset = FIELD(is_dry),
                .preset = "false",
                .help = "Dry"},
};
enum { FIELDS = sizeof table / sizeof table[0] };

struct fixture {
	struct settings settings;
	struct arena mem;
	struct buf report;
	struct err e;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	if (!f)
		return -1;
	arena_init(&f->mem, 65536);
	buf_init(&f->report, 65536);
	for (size_t i = 0; i < FIELDS; i++)
		(void)unsetenv(table[i].env);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	arena_release(&f->mem);
	buf_release(&f->report);
	free(f);
	return 0;
}

static int read_all(struct fixture *f)
{
	return conf_read(table, FIELDS, &f->settings, &f->mem, &f->report, &f->e);
}

static bool says(struct fixture *f, const char *text)
{
	return memmem(f->report.p, f->report.n, text, strlen(text)) != NULL;
}

static void what_is_not_set_takes_its_default(void **state)
{
	struct fixture *f = *state;
	(void)setenv("LONGSHORE_T_NAME", "n", 1);
	(void)setenv("LONGSHORE_T_OF_ANOTHER_SERVICE", "x", 1);
	assert_int_equal(read_all(f), 0);
	assert_string_equal(f->settings.name, "n");
	assert_string_equal(f->settings.label, "");
	assert_string_equal(f->settings.keys, "/keys");
	assert_int_equal(f->settings.wait_ms, 100);
	assert_false(f->settings.is_dry);
	assert_int_equal(f->report.n, 0);
}

static void what_is_set_is_read_and_copied(void **state)
{
	struct fixture *f = *state;
	(void)setenv("LONGSHORE_T_NAME", "first", 1);
	(void)setenv("LONGSHORE_T_LABEL", "l", 1);
	(void)setenv("LONGSHORE_T_WAIT_MS", "250", 1);
	(void)setenv("LONGSHORE_T_DRY", "true", 1);
	assert_int_equal(read_all(f), 0);
	(void)setenv("LONGSHORE_T_NAME", "second", 1);
	assert_string_equal(f->settings.name, "first");
	assert_string_equal(f->settings.label, "l");
	assert_int_equal(f->settings.wait_ms, 250);
	assert_true(f->settings.is_dry);
}

static void all_mistakes_are_told_at_once(void **state)
{
	struct fixture *f = *state;
	(void)setenv("LONGSHORE_T_KEYS", "", 1);
	(void)setenv("LONGSHORE_T_WAIT_MS", "soon", 1);
	(void)setenv("LONGSHORE_T_DRY", "yes", 1);
	assert_int_equal(read_all(f), ERR_FATAL);
	assert_string_equal(f->e.code, "bad_settings");
	assert_true(says(f, "LONGSHORE_T_NAME: is not set; it is required: Name\n"));
	assert_true(says(f, "LONGSHORE_T_KEYS: is empty; set it or unset it\n"));
	assert_true(
	        says(f, "LONGSHORE_T_WAIT_MS: is not a whole number; set a whole number from 10 "
	                "to 1000 ms\n"));
	assert_true(says(f, "LONGSHORE_T_DRY: must be true or false\n"));
}

static void a_value_is_never_repeated(void **state)
{
	struct fixture *f = *state;
	(void)setenv("LONGSHORE_T_WAIT_MS", "hunter2", 1);
	(void)setenv("LONGSHORE_T_DRY", "hunter2", 1);
	assert_int_equal(read_all(f), ERR_FATAL);
	assert_false(says(f, "hunter2"));
}

static void the_range_holds_at_both_edges(void **state)
{
	struct fixture *f = *state;
	(void)setenv("LONGSHORE_T_NAME", "n", 1);
	static const struct {
		const char *text;
		const char *wrong;
	} cases[] = {{"10", NULL}, {"1000", NULL}, {"9", "is too small"}, {"1001", "is too large"},
	        {"-10", "is too small"}, {"", "is empty"},
	        {"99999999999999999999", "is not a whole number"},
	        {"10 ", "is not a whole number"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		buf_clear(&f->report);
		(void)setenv("LONGSHORE_T_WAIT_MS", cases[i].text, 1);
		int rc = read_all(f);
		assert_int_equal(rc, cases[i].wrong ? ERR_FATAL : 0);
		if (cases[i].wrong)
			assert_true(says(f, cases[i].wrong));
	}
}

static void an_empty_text_is_allowed_only_where_it_is_the_default(void **state)
{
	struct fixture *f = *state;
	(void)setenv("LONGSHORE_T_NAME", "", 1);
	(void)setenv("LONGSHORE_T_LABEL", "", 1);
	assert_int_equal(read_all(f), ERR_FATAL);
	assert_true(says(f, "LONGSHORE_T_NAME: is empty; set it\n"));
	assert_false(says(f, "LONGSHORE_T_LABEL"));
}

static void a_text_that_does_not_fit_is_a_mistake(void **state)
{
	struct fixture *f = *state;
	f->mem.limit_bytes = 16;
	(void)setenv("LONGSHORE_T_NAME", "a name that is longer than sixteen bytes", 1);
	assert_int_equal(read_all(f), ERR_FATAL);
	assert_true(says(f, "LONGSHORE_T_NAME: is too long\n"));
}

static void a_full_report_is_still_an_error(void **state)
{
	struct fixture *f = *state;
	f->report.max = 10;
	assert_int_equal(read_all(f), ERR_FATAL);
	assert_string_equal(f->e.code, "bad_settings");
}

static void help_tells_name_default_range_and_unit(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(conf_help(table, FIELDS, &f->report, &f->e), 0);
	assert_true(says(f, "  LONGSHORE_T_NAME                     Name [text; required]\n"));
	assert_true(
	        says(f, "  LONGSHORE_T_LABEL                    Label [text; default empty]\n"));
	assert_true(says(
	        f, "  LONGSHORE_T_KEYS                     Keys [names a file; has a default]\n"));
	assert_true(says(
	        f, "  LONGSHORE_T_WAIT_MS                  Wait [10 to 1000 ms; default 100]\n"));
	assert_true(says(
	        f, "  LONGSHORE_T_DRY                      Dry [true or false; default false]\n"));
	f->report.max = f->report.n + 5;
	assert_int_equal(conf_help(table, FIELDS, &f->report, &f->e), ERR_REJECT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(what_is_not_set_takes_its_default),
	        TEST(what_is_set_is_read_and_copied),
	        TEST(all_mistakes_are_told_at_once),
	        TEST(a_value_is_never_repeated),
	        TEST(the_range_holds_at_both_edges),
	        TEST(an_empty_text_is_allowed_only_where_it_is_the_default),
	        TEST(a_text_that_does_not_fit_is_a_mistake),
	        TEST(a_full_report_is_still_an_error),
	        TEST(help_tells_name_default_range_and_unit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
