/* SPDX-License-Identifier: Apache-2.0
 * What is around an id and not part of it, and what no id may hold. */
#include "longshore/bridge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
	WHITE_SPACE_COUNT = 25
}; /* characters with White_Space=yes in the Unicode Character Database */

static size_t put(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | c);
	return n;
}

static struct str between(uint32_t before, const char *text, uint32_t after, char room[64])
{
	size_t n = before ? put(before, room) : 0;
	memcpy(room + n, text, strlen(text));
	n += strlen(text);
	n += after ? put(after, room + n) : 0;
	return str_bytes(room, n);
}

static bool is_trimmed(uint32_t c)
{
	char room[64];
	struct str before = bridge_id_canonical(between(c, "P001", 0, room));
	bool is_before = str_eq(before, STR("P001"));
	struct str after = bridge_id_canonical(between(0, "P001", c, room));
	assert_int_equal(is_before, str_eq(after, STR("P001"))); /* the same on both sides */
	return is_before;
}

static void every_blank_of_unicode_is_around_an_id_and_nothing_else_is(void **state)
{
	static const uint32_t invisible[][2] = {{0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c},
	        {0x180e, 0x180e}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x206f},
	        {0xfeff, 0xfeff}};
	size_t blanks = 0, hidden = 0, trimmed = 0;
	(void)state;
	for (size_t i = 0; i < sizeof invisible / sizeof invisible[0]; i++)
		for (uint32_t c = invisible[i][0]; c <= invisible[i][1]; c++, hidden++)
			assert_true(is_trimmed(c));
	static const uint32_t white[] = {9, 10, 11, 12, 13, 0x20, 0x85, 0xa0, 0x1680, 0x2000,
	        0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a,
	        0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
	for (; blanks < sizeof white / sizeof white[0]; blanks++)
		assert_true(is_trimmed(white[blanks]));
	assert_int_equal(blanks, WHITE_SPACE_COUNT);
	for (uint32_t c = 1; c < 0x110000; c++)
		if (c < 0xd800 || c > 0xdfff)
			trimmed += is_trimmed(c);
	assert_int_equal(trimmed, blanks + hidden);
}

static void many_blanks_of_many_kinds_go(void **state)
{
	(void)state;
	struct str id = STR("\xef\xbb\xbf\t \xc2\xa0P 001\xe2\x80\x8b\r\n\xe3\x80\x80 ");
	assert_true(str_eq(bridge_id_canonical(id), STR("P 001")));
	assert_true(bridge_id_is_valid(id));
	assert_int_equal(bridge_id_canonical(STR(" \t\xc2\xa0")).n, 0);
	assert_int_equal(bridge_id_canonical(STR("")).n, 0);
}

static void what_no_id_may_hold_makes_it_invalid(void **state)
{
	static const char *const bad[] = {"", " ", "\t", "\xe2\x80\x8b", "P\t1", "P\n1",
	        "P\x7f"
	        "1",
	        "P\xc2\x80"
	        "1", /* C1 */
	        "P\xc2\xa0"
	        "1", /* a blank that is no plain space */
	        "P\xe2\x80\x8b"
	        "1", /* an invisible character */
	        "P\xe9"
	        "1",         /* Latin-1 */
	        "P\xe2\x80", /* cut off */
	        "12345678\xff",
	        "\xff"
	        "12345678"};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(bridge_id_is_valid(str_c(bad[i])));
	assert_false(bridge_id_is_valid(str_bytes("P\0001", 3)));
	static const char *const good[] = {"P1", "Jos\xc3\xa9", "a b", "\xf0\x9f\x98\x80", "0"};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(bridge_id_is_valid(str_c(good[i])));
}

static void blanks_do_not_count_towards_the_longest_id(void **state)
{
	char room[BRIDGE_ID_MAX + 3];
	(void)state;
	memset(room, 'x', sizeof room);
	room[0] = ' ';
	room[BRIDGE_ID_MAX + 1] = '\t';
	assert_true(bridge_id_is_valid(str_bytes(room, BRIDGE_ID_MAX + 2)));
	room[BRIDGE_ID_MAX + 1] = 'x';
	assert_false(bridge_id_is_valid(str_bytes(room, BRIDGE_ID_MAX + 2)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_blank_of_unicode_is_around_an_id_and_nothing_else_is),
	        cmocka_unit_test(many_blanks_of_many_kinds_go),
	        cmocka_unit_test(what_no_id_may_hold_makes_it_invalid),
	        cmocka_unit_test(blanks_do_not_count_towards_the_longest_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
