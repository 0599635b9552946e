/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/reflist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena mem;
static struct buf out;

static int begin(void **state)
{
	(void)state;
	arena_init(&mem, 1024 * 1024);
	buf_init(&out, REFLIST_MAX_BYTES);
	return 0;
}

static int end(void **state)
{
	(void)state;
	buf_release(&out);
	arena_release(&mem);
	return 0;
}

static struct reflist_item item(const char *name, int64_t bytes, int64_t rows)
{
	return (struct reflist_item){.name = str_c(name),
	        .sha256 = STR("ab12"),
	        .bytes = bytes,
	        .rows = rows,
	        .label = STR("out/part 1.csv"),
	        .plain_sha256 = STR("")};
}

static void a_list_reads_back_as_it_was_written(void **state)
{
	(void)state;
	struct err e;
	struct reflist_item a = item("selections/d/1.sel", 0, INT64_MAX);
	struct reflist_item b = item("selections/d/2.sel", 7, 0);
	assert_int_equal(reflist_add(&out, &a, &e), 0);
	assert_int_equal(reflist_add(&out, &b, &e), 0);
	assert_string_equal(arena_cstr(&mem, buf_str(&out)),
	        "selections/d/1.sel\tab12\t0\t9223372036854775807\tout/part 1.csv\t\n"
	        "selections/d/2.sel\tab12\t7\t0\tout/part 1.csv\t\n");
	struct reflist_item *items = NULL;
	size_t count = 0;
	assert_int_equal(reflist_parse(buf_str(&out), &mem, &items, &count, &e), 0);
	assert_int_equal(count, 2);
	assert_true(str_eq(items[0].name, a.name) && items[0].rows == INT64_MAX);
	assert_true(str_eq(items[1].label, b.label) && items[1].bytes == 7);
	assert_int_equal(items[1].plain_sha256.n, 0);
}

static void an_empty_text_is_an_empty_list(void **state)
{
	(void)state;
	struct err e;
	struct reflist_item *items = NULL;
	size_t count = 9;
	assert_int_equal(reflist_parse(STR(""), &mem, &items, &count, &e), 0);
	assert_int_equal(count, 0);
}

static void a_field_that_would_break_the_form_is_refused(void **state)
{
	(void)state;
	struct err e;
	const char *names[] = {"", "a\tb", "a\nb", "a\rb"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct reflist_item bad = item(names[i], 1, 1);
		assert_int_equal(reflist_add(&out, &bad, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_list");
	}
	struct reflist_item negative = item("a", -1, 0);
	assert_int_equal(reflist_add(&out, &negative, &e), ERR_REJECT);
	assert_int_equal(out.n, 0);
}

static void a_damaged_list_names_the_line(void **state)
{
	(void)state;
	static const char *const texts[] = {
	        "a\th\t1\t1\t\t\nb\th\t1\t1\t\n",     /* a field short */
	        "a\th\t1\t1\t\t\nb\th\t1\t1\t\t\t\n", /* one too many */
	        "a\th\t1\t1\t\t\n\th\t1\t1\t\t\n",    /* no name */
	        "a\th\t1\t1\t\t\nb\th\tx\t1\t\t\n",   /* no number */
	        "a\th\t1\t1\t\t\nb\th\t1\t-1\t\t\n",  /* negative */
	        "a\th\t1\t1\t\t\nb\th\t1\t1\t\t",     /* cut off */
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct err e;
		struct reflist_item *items = NULL;
		size_t count = 0;
		assert_int_equal(
		        reflist_parse(str_c(texts[i]), &mem, &items, &count, &e), ERR_REJECT);
		assert_string_equal(e.code, "corrupt");
		assert_non_null(strstr(e.text, "line 2"));
		assert_null(items);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(a_list_reads_back_as_it_was_written, begin, end),
	        cmocka_unit_test_setup_teardown(an_empty_text_is_an_empty_list, begin, end),
	        cmocka_unit_test_setup_teardown(
	                a_field_that_would_break_the_form_is_refused, begin, end),
	        cmocka_unit_test_setup_teardown(a_damaged_list_names_the_line, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
