/* SPDX-License-Identifier: Apache-2.0
 * The delta lines of the books: against what the receiver has, and never against what somebody looked
 * at. */
#include "bench.h"

static int64_t count_of(const struct stored *s, const char *name)
{
	const struct ev_delivery_memory *m = &s->x.memory;
	for (size_t i = 0; i < m->counts_count; i++)
		if (str_eq(m->counts[i].name, str_c(name)))
			return m->counts[i].value;
	return -1;
}

static void says(const struct stored *s, int64_t added, int64_t removed, int64_t baseline)
{
	if (count_of(s, "added") != added || count_of(s, "removed") != removed ||
	        count_of(s, "baseline") != baseline)
		fail_msg("added %lld, removed %lld, baseline %lld", (long long)count_of(s, "added"),
		        (long long)count_of(s, "removed"), (long long)count_of(s, "baseline"));
}

static void use_list(struct bench *b)
{
	b->list = (struct spec_suppression){
	        .name = STR("optout"), .source = {.url = STR("file:///lists/optout/")}};
	b->w.spec.suppressions = &b->list;
	b->w.spec.suppressions_count = 1;
}

static void to_the_first_delivery_of_a_route_all_are_new(void **state)
{
	struct bench *b = *state;
	struct stored *s = run(b, D1);
	is_at(s, STATE_COMPLETED, "");
	says(s, 24, 0, -1);
	assert_true(count_of(s, "unchanged") == -1);
	b->k.replaced = 4;
	s = run(b, D2);
	says(s, 4, 4, 24);
}

/* An approval gives the first delivery no baseline: the receiver has nothing. */
static void an_approval_gives_no_baseline(void **state)
{
	struct bench *b = *state;
	use_list(b);
	b->w.spec.approval = APPROVAL_ALWAYS;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "approval");
	says(s, 24, 0, -1);
	b->k.list_hash = "l2";
	b->k.blocked = 3; /* combined again, and compared with what was approved */
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 2);
	says(s, 21, 0, -1);
}

static void after_an_approval_the_receiver_s_are_compared_still(void **state)
{
	struct bench *b = *state;
	use_list(b);
	(void)run(b, D2);
	assert_int_equal(b->w.head.members, 24);
	b->w.spec.approval = APPROVAL_ALWAYS;
	b->k.rows_per_slice = 15; /* 30 members */
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "approval");
	says(s, 6, 0, 24);
	b->k.list_hash = "l2";
	b->k.blocked = 3;
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	says(s, 3, 0, 24); /* of 27; against the approved it would be 0 and 3 of 30 */
}

static void of_another_bridge_version_nothing_is_said(void **state)
{
	struct bench *b = *state;
	(void)run(b, D2);
	b->w.bridge_version = STR("v2");
	struct stored *s = run(b, D1);
	is_at(s, STATE_COMPLETED, "");
	says(s, -1, -1, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                to_the_first_delivery_of_a_route_all_are_new, begin, finish),
	        cmocka_unit_test_setup_teardown(an_approval_gives_no_baseline, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                after_an_approval_the_receiver_s_are_compared_still, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                of_another_bridge_version_nothing_is_said, begin, finish),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
