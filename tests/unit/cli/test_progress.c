/* SPDX-License-Identifier: Apache-2.0
 * What is said of a delivery that runs, and of a service that does not. */
#include "progress.h"
#include "services.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void progress_is_told_as_far_as_it_is_known(void **state)
{
	const struct {
		struct progress p;
		const char *text;
	} cases[] = {
	        {{STR(""), STR("select"), 0, 10, 0, 0}, "select 0 of 10 slices"},
	        {{STR(""), STR("select"), 0, 10, 0, 5000}, "select 0 of 10 slices"},
	        {{STR(""), STR("select"), 4, 10, 8000, 2000},
	                "select 4 of 10 slices, 8000 rows, 4000 rows/s, about 3 s left"},
	        {{STR(""), STR("part"), 10, 10, 8000, 2000}, "part 10 of 10 files, 8000 rows"},
	        {{STR(""), STR("upload"), 1, 2, 0, 119001},
	                "upload 1 of 2 files, about 120 s left"},
	        {{STR(""), STR("upload"), 1, 2, 0, 120000},
	                "upload 1 of 2 files, about 2 min left"},
	        {{STR(""), STR("upload"), 1, 2, 0, 7200000}, "upload 1 of 2 files, about 2 h left"},
	        {{STR(""), STR("upload"), 1, 3, INT64_MAX, INT64_MAX},
	                "upload 1 of 3 files, 9223372036854775807 rows"},
	};
	struct arena mem;
	(void)state;
	arena_init(&mem, 65536);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
		        arena_cstr(&mem, progress_text(&cases[i].p, &mem)), cases[i].text);
	struct progress list[] = {
	        {STR("a"), STR("select"), 4, 10, 8000, 2000}, {STR("b"), STR("part"), 0, 1, 0, 0}};
	assert_string_equal(arena_cstr(&mem, progress_json(list, 2, STR("a"), &mem)),
	        "[{\"stage\":\"select\",\"done\":4,\"total\":10,\"rows\":8000,\"rows_per_second\":"
	        "4000,"
	        "\"left_ms\":3000}]");
	assert_string_equal(arena_cstr(&mem, progress_json(list, 2, STR("b"), &mem)),
	        "[{\"stage\":\"part\",\"done\":0,\"total\":1,\"rows\":0}]");
	arena_release(&mem);
}

static void who_waits_for_what_does_not_run_is_told_and_not_knowing_too(void **state)
{
	const struct needed needed[] = {{STR("a"), SERVICE_UPLOADER}, {STR("a"), SERVICE_SCHEDULER},
	        {STR("b"), SERVICE_FORMATTER}};
	const int all[SERVICES] = {1, 1, 1, 1, 1, 1};
	int some[SERVICES] = {0, 1, 1, 1, 0, 0};
	struct arena mem;
	(void)state;
	arena_init(&mem, 65536);
	assert_null(cli_waiting_text(needed, 3, STR("a"), all, NULL, &mem).p);
	assert_null(cli_waiting_text(needed, 3, STR("b"), some, NULL, &mem).p);
	assert_null(cli_waiting_text(needed, 3, STR("c"), some, NULL, &mem).p);
	assert_string_equal(
	        arena_cstr(&mem, cli_waiting_text(needed, 3, STR("a"), some, NULL, &mem)),
	        "no scheduler is running, no uploader is running");
	some[SERVICE_SCHEDULER] = 1;
	some[SERVICE_UPLOADER] = -1;
	assert_string_equal(
	        arena_cstr(&mem, cli_waiting_text(needed, 3, STR("a"), some, NULL, &mem)),
	        "could not determine whether the uploader is running");
	assert_string_equal(arena_cstr(&mem, cli_waiting_text(needed, 3, STR("b"), NULL,
	                                             "Kafka is away", &mem)),
	        "could not determine whether the formatter is running (Kafka is away)");
	arena_release(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(progress_is_told_as_far_as_it_is_known),
	        cmocka_unit_test(who_waits_for_what_does_not_run_is_told_and_not_knowing_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
