/* SPDX-License-Identifier: Apache-2.0
 * A final state is left by nobody: whatever is said, found or failed afterwards, at any end. */
#include "bench.h"

static void fail_it(struct bench *b)
{
	struct decide_event ev = {
	        .kind = DECIDE_FAIL, .reason = STR("unproducible"), .detail = STR("too large")};
	(void)world_step(&b->w, D1, &ev, 1);
}

static void is_left_by_nobody(struct bench *b, enum delivery_state want)
{
	static const enum decide_kind words[] = {
	        DECIDE_CANCEL, DECIDE_APPROVE, DECIDE_REJECT, DECIDE_RESUME};
	static const enum ev_outcome outcomes[] = {EV_OUTCOME_DONE, EV_OUTCOME_RETRY,
	        EV_OUTCOME_DEFER, EV_OUTCOME_REJECT, EV_OUTCOME_EXPIRED};
	struct stored *s = world_find(&b->w, D1);
	assert_int_equal(s->x.state, want);
	const struct delivery end = s->x;
	const size_t tasks = b->w.tasks_count;
	fail_it(b);
	(void)world_request(&b->w, D1, b->w.now_ms);
	(void)world_wake(&b->w, D1);
	(void)world_due(&b->w, D1);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		char identity[16];
		(void)snprintf(identity, sizeof identity, "late%zu", i);
		(void)world_say(&b->w, D1, words[i], "bob", identity);
	}
	for (size_t i = 0; i < tasks; i++)
		for (size_t k = 0; k < sizeof outcomes / sizeof outcomes[0]; k++)
			(void)world_result(
			        &b->w, answer(&b->k, &b->w.tasks[i], outcomes[k], "late"));
	assert_int_equal(s->x.state, want);
	assert_true(str_eq(s->x.reason, end.reason));
	assert_int_equal(s->x.status_version, end.status_version);
	assert_int_equal(b->w.tasks_count, tasks); /* nothing was begun */
}

static void completed_stays(void **state)
{
	struct bench *b = *state;
	(void)world_request(&b->w, D1, b->w.now_ms);
	work_all(&b->k, &b->next);
	is_left_by_nobody(b, STATE_COMPLETED);
}

static void failed_stays(void **state)
{
	struct bench *b = *state;
	(void)world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_PART);
	fail_it(b);
	is_left_by_nobody(b, STATE_FAILED);
}

static void cancelled_stays(void **state)
{
	struct bench *b = *state;
	(void)world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "bob", "c1");
	work_all(&b->k, &b->next);
	is_left_by_nobody(b, STATE_CANCELLED);
}

static void rejected_stays(void **state)
{
	struct bench *b = *state;
	b->w.frozen = (struct frozen){.fault = STR("Route daily: is not there")};
	(void)world_request(&b->w, D1, b->w.now_ms);
	is_left_by_nobody(b, STATE_REJECTED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)
	const struct CMUnitTest tests[] = {
	        TEST(completed_stays),
	        TEST(failed_stays),
	        TEST(cancelled_stays),
	        TEST(rejected_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
