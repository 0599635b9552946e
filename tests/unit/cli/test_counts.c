/* SPDX-License-Identifier: Apache-2.0
 * Each count that the page on data tells of has words of its own where it is printed. */
#include "counts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void each_count_is_explained(void **state)
{
	static const char *const names[] = {"rows_read", "invalid", "filtered", "unmatched",
	        "matched", "links_found", "not_picked", "over_cap", "links", "fan_out", "repeated",
	        "shared", "chosen", "blocked", "blocked_by_state", "blocked_by_list", "held_out",
	        "capped", "members", "persons", "primary_ids", "unchanged", "changed", "added",
	        "removed", "baseline"};
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *meaning = count_meaning(str_c(names[i]));
		assert_non_null(meaning);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(meaning, count_meaning(str_c(names[k])));
	}
	assert_null(count_meaning(STR("of_a_newer_release")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_count_is_explained)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
