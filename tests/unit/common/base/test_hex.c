/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void all_bytes_go_there_and_back(void **state)
{
	(void)state;
	unsigned char bytes[256], back[256];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)i;
	char text[2 * sizeof bytes + 1];
	hex_encode(bytes, sizeof bytes, text);
	assert_memory_equal(text, "000102030405060708090a0b0c0d0e0f10", 34);
	assert_string_equal(text + 2 * 253, "fdfeff");
	assert_true(hex_decode(str_c(text), back, sizeof back));
	assert_memory_equal(bytes, back, sizeof bytes);
	hex_encode(bytes, 0, text);
	assert_string_equal(text, "");
}

static void both_cases_are_read(void **state)
{
	(void)state;
	unsigned char out[2];
	assert_true(hex_decode(STR("aBFf"), out, sizeof out));
	assert_int_equal(out[0], 0xab);
	assert_int_equal(out[1], 0xff);
	assert_true(hex_decode(STR(""), out, 0));
}

static void anything_else_is_refused_and_writes_nothing(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "aa", "aab", "aabbc", "aabbcc", "aag0", "aa0G",
	        " aab", "0xab", "aa:b", "aa\xc3\xa9"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		unsigned char out[2] = {7, 7};
		assert_false(hex_decode(str_c(bad[i]), out, sizeof out));
		assert_int_equal(out[0], 7);
		assert_int_equal(out[1], 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(all_bytes_go_there_and_back),
	        cmocka_unit_test(both_cases_are_read),
	        cmocka_unit_test(anything_else_is_refused_and_writes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
