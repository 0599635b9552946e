/* SPDX-License-Identifier: Apache-2.0
 * Nothing that steers a terminal, turns a line round or hides in it is shown as it is. */
#include "plain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void shows(const char *text, bool keeps_lines, const char *want)
{
	char out[PLAIN_GROWS * 64 + 1];
	size_t n = plain_escape(str_c(text), keeps_lines, out);
	out[n] = '\0';
	assert_true(n <= PLAIN_GROWS * strlen(text));
	assert_string_equal(out, want);
}

static void each_class_is_escaped(void **state)
{
	static const char *const cases[][2] = {{"a\x1b[31mb", "a\\u001b[31mb"}, /* C0 */
	        {"\x01\x1f", "\\u0001\\u001f"}, {"\r", "\\u000d"}, {"\x07", "\\u0007"},
	        {"\x7f", "\\u007f"}, /* DEL */
	        {"\xc2\x80", "\\u0080"},
	        {"\xc2\x9b"
	         "31m",
	                "\\u009b31m"}, /* C1 */
	        {"\xc2\x9f", "\\u009f"}, {"\xc2\xa0", "\xc2\xa0"},
	        {"\xd8\x9c", "\\u061c"}, /* bidi */
	        {"\xe2\x80\x8e\xe2\x80\x8f", "\\u200e\\u200f"},
	        {"\xe2\x80\xaa\xe2\x80\xae", "\\u202a\\u202e"},
	        {"\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069"},
	        {"\xe2\x80\x8b\xe2\x80\x8d", "\\u200b\\u200d"}, /* zero width */
	        {"\xe2\x81\xa0\xef\xbb\xbf\xc2\xad", "\\u2060\\ufeff\\u00ad"},
	        {"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"},         /* lines of another kind */
	        {"\xf3\xa0\x81\x81", "\\udb40\\udc41"},                 /* a tag */
	        {"\xff\xc2", "\\xff\\xc2"}, {"\xc0\x9b", "\\xc0\\x9b"}, /* no UTF-8 */
	        {"M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80 \\u001b",
	                "M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80 \\u001b"}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		shows(cases[i][0], false, cases[i][1]);
		shows(cases[i][0], true, cases[i][1]);
	}
}

static void lines_stay_only_where_they_are_kept(void **state)
{
	(void)state;
	shows("a\nb\tc", true, "a\nb\tc");
	shows("a\nb\tc", false, "a b c");
	shows("", false, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_class_is_escaped),
	        cmocka_unit_test(lines_stay_only_where_they_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
