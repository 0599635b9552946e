/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void order_is_by_bytes_and_a_prefix_comes_first(void **state)
{
	(void)state;
	assert_int_equal(str_cmp(STR("a"), STR("b")), -1);
	assert_int_equal(str_cmp(STR("b"), STR("a")), 1);
	assert_int_equal(str_cmp(STR("ab"), STR("ab")), 0);
	assert_int_equal(str_cmp(STR("a"), STR("ab")), -1);
	assert_int_equal(str_cmp(STR("ab"), STR("a")), 1);
	assert_int_equal(str_cmp(STR("\x7f"), STR("\x80")), -1); /* unsigned */
	assert_int_equal(str_cmp(str_c(NULL), STR("")), 0);
	assert_int_equal(str_cmp(str_c(NULL), STR("a")), -1);
	assert_int_equal(str_cmp(STR("a\0b"), STR("a\0c")), -1);
}

static void equality_is_of_length_and_bytes(void **state)
{
	(void)state;
	assert_true(str_eq(STR("a\0b"), STR("a\0b")));
	assert_false(str_eq(STR("a\0b"), STR("a\0c")));
	assert_false(str_eq(STR("a"), STR("ab")));
	assert_true(str_eq(str_c(NULL), STR("")));
}

static void prefix_and_suffix(void **state)
{
	(void)state;
	assert_true(str_has_prefix(STR("abc"), STR("ab")));
	assert_true(str_has_prefix(STR("abc"), STR("abc")));
	assert_true(str_has_prefix(STR("abc"), STR("")));
	assert_false(str_has_prefix(STR("abc"), STR("abcd")));
	assert_false(str_has_prefix(STR("abc"), STR("b")));
	assert_true(str_has_suffix(STR("abc"), STR("bc")));
	assert_true(str_has_suffix(STR("abc"), STR("")));
	assert_true(str_has_suffix(str_c(NULL), str_c(NULL)));
	assert_false(str_has_suffix(STR("abc"), STR("zabc")));
	assert_false(str_has_suffix(STR("abc"), STR("b")));
}

static void finding_starts_where_it_is_told(void **state)
{
	(void)state;
	assert_int_equal(str_find(STR("a,b,c"), ',', 0), 1);
	assert_int_equal(str_find(STR("a,b,c"), ',', 2), 3);
	assert_int_equal(str_find(STR("a,b,c"), ',', 4), -1);
	assert_int_equal(str_find(STR("a,b,c"), ',', 5), -1);
	assert_int_equal(str_find(STR("a,b,c"), ',', 99), -1);
	assert_int_equal(str_find(str_c(NULL), ',', 0), -1);
}

static void trimming_takes_blanks_off_both_ends(void **state)
{
	(void)state;
	assert_true(str_eq(str_trim(STR(" \t\r\na b\n")), STR("a b")));
	assert_true(str_eq(str_trim(STR(" \t ")), STR("")));
	assert_true(str_eq(str_trim(STR("")), STR("")));
}

static void numbers_are_read_whole_or_not_at_all(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t value;
	} good[] = {{"0", 0}, {"-0", 0}, {"7", 7}, {"-7", -7}, {"007", 7},
	        {"9223372036854775807", INT64_MAX}, {"-9223372036854775808", INT64_MIN}};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		int64_t out = 42;
		assert_true(str_to_i64(str_c(good[i].text), &out));
		assert_true(out == good[i].value);
	}
	static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "1x", "0x1", "1.0", "--1",
	        "9223372036854775808", "-9223372036854775809", "99999999999999999999"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int64_t out = 42;
		assert_false(str_to_i64(str_c(bad[i]), &out));
		assert_true(out == 42);
	}
	int64_t out = 42;
	assert_false(str_to_i64(STR("1\0"), &out));
	assert_false(str_to_i64(str_c(NULL), &out));
}

static void plain_bytes_are_passed_over_by_eight(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		for (size_t at = 0; at < 16; at++) {
			char text[17] = "plain text, 16 b";
			text[at] = (char)(unsigned char)c;
			size_t want = c >= 0x20 && c <= 0x7e ? 16 : at / 8 * 8;
			assert_int_equal(str_plain_length(str_bytes(text, 16)), want);
		}
	}
	assert_int_equal(str_plain_length(STR("seven b")), 0);
	assert_int_equal(str_plain_length(STR("fifteen bytes..")), 8);
	assert_int_equal(str_plain_length(STR("")), 0);
}

static void only_well_formed_utf8_passes(void **state)
{
	(void)state;
	static const char *const good[] = {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
	        "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
	        "\xf4\x8f\xbf\xbf"};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(str_is_utf8(str_c(good[i])));
	static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2z",
	        "\xe0\x9f\xbf", "\xe0\xa0", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80",
	        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xe2\x82"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(str_is_utf8(str_c(bad[i])));
	assert_int_equal(str_utf8_length(STR("\xe2\x82\xac!")), 3);
	assert_int_equal(str_utf8_length(STR("")), 0);
	/* The slice ends inside the character, whatever lies behind it. */
	assert_int_equal(str_utf8_length(str_bytes("\xe2\x82\xac", 2)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(order_is_by_bytes_and_a_prefix_comes_first),
	        cmocka_unit_test(equality_is_of_length_and_bytes),
	        cmocka_unit_test(prefix_and_suffix),
	        cmocka_unit_test(finding_starts_where_it_is_told),
	        cmocka_unit_test(trimming_takes_blanks_off_both_ends),
	        cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
	        cmocka_unit_test(only_well_formed_utf8_passes),
	        cmocka_unit_test(plain_bytes_are_passed_over_by_eight),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
