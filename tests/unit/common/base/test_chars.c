/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/chars.h"

#include <locale.h>
#include <wctype.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_person_is_one_however_the_name_is_typed(void **state)
{
	(void)state;
	static const char *const same[][2] = {{"ann", "ann"}, {"Ann", "ann "}, {" ANN\t", "ann"},
	        {"Ann Lee", "annlee"}, {"ann\xc2\xa0lee", "Ann Lee"}, {"ann\xe2\x80\x8b", "ann"},
	        {"\xef\xbb\xbf"
	         "ann",
	                "Ann"},
	        {"J\xc3\x89R\xc3\x94ME", "j\xc3\xa9r\xc3\xb4me"},
	        {"\xce\xa3\xce\xa3", "\xcf\x83\xcf\x82"}, {"\xd0\x90\xd0\xaf", "\xd0\xb0\xd1\x8f"},
	        {"\xef\xbc\xa1nn", "ann"}, {"a\xff", "A\xff"}};
	static const char *const other[][2] = {{"ann", "anna"}, {"ann", ""}, {"ann", "bnn"},
	        {"jos\xc3\xa9", "jose"}, {"a\xff", "a\xfe"}, {"a", "a\xff"}};
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
		assert_true(person_is_same(str_c(same[i][0]), str_c(same[i][1])));
		assert_true(person_is_same(str_c(same[i][1]), str_c(same[i][0])));
	}
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
		assert_false(person_is_same(str_c(other[i][0]), str_c(other[i][1])));
	assert_true(person_is_nobody(STR("")));
	assert_true(person_is_nobody(STR(" \t\xc2\xa0\xe2\x80\x8b")));
	assert_false(person_is_nobody(STR(" a")));
}

/* Held against the C library's table, where that knows better. */
static void capitals_of_what_people_are_called_in_fold_as_the_library_says(void **state)
{
	(void)state;
	static const uint32_t ranges[][2] = {{0x00, 0x17e}, {0x1cd, 0x1dc}, {0x386, 0x3ab},
	        {0x400, 0x52f}, {0x531, 0x556}, {0x1e00, 0x1e95}, {0x1ea0, 0x1eff}};
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		for (uint32_t c = ranges[i][0]; c <= ranges[i][1]; c++)
			if (c != 0x130 && c != 0x4c0)
				assert_int_equal(char_fold(c), towlower((wint_t)c));
	for (uint32_t c = 0; c < 0x20000; c++)
		assert_int_equal(char_fold(char_fold(c)), char_fold(c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_person_is_one_however_the_name_is_typed),
	        cmocka_unit_test(capitals_of_what_people_are_called_in_fold_as_the_library_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
