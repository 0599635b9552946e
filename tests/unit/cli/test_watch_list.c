/* SPDX-License-Identifier: Apache-2.0
 * What watch knows: versions only grow, when it is over, with which exit code. */
#include "watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct snapshot of(const char *id, const char *state, int64_t version)
{
	return (struct snapshot){.delivery_id = str_c(id),
	        .route = STR("r"),
	        .tenant = STR("t"),
	        .state = str_c(state),
	        .reason = STR(""),
	        .version = version,
	        .changed_ms = 2000};
}

static bool take(struct watch_list *l, const char *id, const char *state, int64_t version)
{
	struct snapshot s = of(id, state, version);
	return watch_list_take(l, &s) != NULL;
}

static void a_version_that_was_seen_is_no_news(void **state)
{
	(void)state;
	struct watch_list l = {.count = 0};
	assert_true(take(&l, "a", "selecting", 5));
	assert_false(take(&l, "a", "selecting", 5));
	assert_false(take(&l, "a", "requested", 4));
	assert_true(take(&l, "b", "requested", 1));
	assert_true(take(&l, "a", "completed", 6));
	assert_false(take(&l, "a", "selecting", 7)); /* a final state is left by nobody */
	assert_int_equal(l.count, 2);
	watch_list_release(&l);
}

static void what_does_not_fit_is_passed_over(void **state)
{
	(void)state;
	struct watch_list l = {.filter = {.route = STR("other")}};
	assert_false(take(&l, "a", "selecting", 1));
	l.filter = (struct watch_filter){.delivery_id = STR("b")};
	assert_false(take(&l, "a", "selecting", 1));
	assert_true(take(&l, "b", "selecting", 1));
	l.filter = (struct watch_filter){.tenant = STR("u")};
	assert_false(take(&l, "c", "selecting", 1));
	watch_list_release(&l);
}

static void what_was_over_before_is_shown_from_the_record_only(void **state)
{
	(void)state;
	int code = -1;
	struct watch_list l = {.filter = {.since_ms = 3000}, .until = UNTIL_FINAL};
	assert_true(take(&l, "recorded", "failed", 1));
	assert_false(watch_list_is_over(&l, &code)); /* it was over: it does not count */
	l.is_live = true;
	assert_false(take(&l, "again", "completed", 1));
	assert_true(take(&l, "running", "uploading", 1));
	assert_false(watch_list_is_over(&l, &code));
	assert_true(take(&l, "running", "completed", 2));
	assert_true(watch_list_is_over(&l, &code));
	assert_int_equal(code, EXIT_DONE);
	watch_list_release(&l);
}

static void the_one_that_was_asked_for_counts_always(void **state)
{
	(void)state;
	int code = -1;
	struct watch_list l = {
	        .filter = {.delivery_id = STR("a"), .since_ms = 3000}, .until = UNTIL_FINAL};
	assert_true(take(&l, "a", "superseded", 1));
	assert_true(watch_list_is_over(&l, &code));
	assert_int_equal(code, EXIT_FAILED);
	watch_list_release(&l);
}

static void the_code_is_the_worst_and_overlap_is_no_end(void **state)
{
	(void)state;
	int code = -1;
	struct watch_list l = {.until = UNTIL_HELD};
	assert_true(take(&l, "a", "completed", 1));
	struct snapshot s = of("b", "held", 1);
	s.reason = STR("overlap");
	assert_non_null(watch_list_take(&l, &s));
	assert_false(watch_list_is_over(&l, &code));
	s.version = 2;
	s.reason = STR("paused");
	assert_non_null(watch_list_take(&l, &s));
	assert_true(watch_list_is_over(&l, &code));
	assert_int_equal(code, EXIT_HELD);
	assert_true(take(&l, "c", "failed", 1));
	assert_true(watch_list_is_over(&l, &code));
	assert_int_equal(code, EXIT_FAILED);
	l.until = UNTIL_NEVER;
	assert_false(watch_list_is_over(&l, &code));
	watch_list_release(&l);
}

/* Also where the snapshot's own memory is gone by then. */
static void it_is_bounded_and_forgets_what_is_over_first(void **state)
{
	(void)state;
	struct watch_list l = {.count = 0};
	assert_true(take(&l, "running", "selecting", 1));
	for (int i = 0; i < 6000; i++) {
		char id[32];
		(void)snprintf(id, sizeof(id), "%d", i);
		assert_true(take(&l, id, "completed", 1));
	}
	assert_true(l.count <= 5001);
	assert_false(take(&l, "running", "selecting", 1));
	assert_true(take(&l, "0", "completed", 1)); /* forgotten */
	assert_false(take(&l, "5999", "completed", 1));
	watch_list_release(&l);
}

static void the_newest_stands_first(void **state)
{
	(void)state;
	struct watch_list l = {.count = 0};
	static const int64_t created[] = {5, 9, 7, 1};
	static const char *const ids[] = {"five", "nine", "seven", "one"};
	for (size_t i = 0; i < 4; i++) {
		struct snapshot s = of(ids[i], "selecting", 1);
		s.created_ms = created[i];
		assert_non_null(watch_list_take(&l, &s));
	}
	int64_t before = INT64_MAX;
	assert_int_equal(l.count, 4);
	for (size_t i = 0; i < l.count; i++) {
		assert_true(l.items[i]->s.created_ms < before);
		before = l.items[i]->s.created_ms;
	}
	watch_list_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_version_that_was_seen_is_no_news),
	        cmocka_unit_test(what_does_not_fit_is_passed_over),
	        cmocka_unit_test(what_was_over_before_is_shown_from_the_record_only),
	        cmocka_unit_test(the_one_that_was_asked_for_counts_always),
	        cmocka_unit_test(the_code_is_the_worst_and_overlap_is_no_end),
	        cmocka_unit_test(it_is_bounded_and_forgets_what_is_over_first),
	        cmocka_unit_test(the_newest_stands_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
