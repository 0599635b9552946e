/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/secret.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void wiping_leaves_nothing_and_no_more(void **state)
{
	(void)state;
	struct secret s, zero = {{0}};
	memset(&s, 0xaa, sizeof s);
	secret_wipe(&s);
	assert_memory_equal(&s, &zero, sizeof s);
	secret_wipe(NULL);
	char text[4] = "abc";
	wipe(text, 2);
	assert_memory_equal(text, "\0\0c", 4);
	wipe(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(wiping_leaves_nothing_and_no_more)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
