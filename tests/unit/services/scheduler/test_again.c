/* SPDX-License-Identifier: Apache-2.0
 * What a worker says of a task that it did not do, and when the task goes again. */
#include "bench.h"

static const struct message *last_task(const struct bench *b)
{
	return &b->w.tasks[b->w.tasks_count - 1];
}

static void only_the_current_issue_can_retry(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	const struct message first = b->w.tasks[0];
	(void)world_result(&b->w, answer(&b->k, &first, EV_OUTCOME_RETRY, "store_unavailable"));
	assert_int_equal(s->rows[0].attempts, 1);
	assert_int_equal(s->rows[0].status, TASK_WAITING);
	(void)world_result(&b->w, answer(&b->k, &first, EV_OUTCOME_RETRY, "store_unavailable"));
	assert_int_equal(s->rows[0].attempts, 1); /* it is the same issue's word */
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	assert_int_equal(s->rows[0].issue, 2);
	assert_int_equal(b->w.tasks_count, 2);
	(void)world_result(&b->w, answer(&b->k, &first, EV_OUTCOME_REJECT, "poison"));
	is_at(s, STATE_SELECTING, ""); /* a late word of issue 1 */
	(void)world_result(&b->w, work(&b->k, &first));
	assert_int_equal(s->rows[0].status, TASK_DONE); /* but its done counts */
}

static void too_many_retries_fail_the_delivery(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	for (int i = 1; i <= 8; i++) {
		is_at(s, STATE_SELECTING, "");
		assert_int_equal(b->w.tasks_count, i);
		(void)world_result(&b->w, answer(&b->k, last_task(b), EV_OUTCOME_RETRY, "strange"));
		b->w.now_ms = s->x.due_ms;
		(void)world_due(&b->w, D1);
	}
	is_at(s, STATE_FAILED, "strange");
	assert_int_equal(b->w.tasks_count, 8);
}

static void defer_and_expired_spend_nothing(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	for (int i = 0; i < 20; i++) {
		struct ev_task_result *r = answer(&b->k, last_task(b),
		        i % 2 ? EV_OUTCOME_DEFER : EV_OUTCOME_EXPIRED, "later");
		r->not_before_ms = i % 2 ? b->w.now_ms + 5000 : 0;
		if (i % 2 == 0) /* it lay there until its time was over */
			b->w.now_ms = last_task(b)->event.head.not_after_ms + 1;
		(void)world_result(&b->w, r);
		if (i % 2) {
			assert_int_equal(s->x.due_ms, b->w.now_ms + 5000);
			b->w.now_ms = s->x.due_ms;
			(void)world_due(&b->w, D1);
		}
		assert_int_equal(b->w.tasks_count, i + 2);
	}
	is_at(s, STATE_SELECTING, "");
	assert_int_equal(s->rows[0].attempts, 0);
}

/* A worker whose clock is ahead says `expired` at once, whatever it is given. */
static void a_clock_that_is_ahead_makes_no_storm_of_issues(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	for (int i = 1; i <= 30; i++) {
		int64_t now_ms = b->w.now_ms;
		(void)world_result(
		        &b->w, answer(&b->k, last_task(b), EV_OUTCOME_EXPIRED, "expired"));
		assert_int_equal(b->w.tasks_count, i);
		int64_t least = i < 11 ? INT64_C(500) << (i - 1) : 450000;
		assert_true(s->x.due_ms >= now_ms + least);
		assert_non_null(strstr(s->x.memory.detail.p, "clocks"));
		b->w.now_ms = s->x.due_ms;
		(void)world_due(&b->w, D1);
	}
	assert_int_equal(s->rows[0].attempts, 0);
	work_all(&b->k, &(size_t){b->w.tasks_count - 1}); /* another worker */
	is_at(s, STATE_COMPLETED, "");
	assert_true(str_eq(s->x.memory.detail, STR("")));
}

static void a_lost_task_is_issued_again(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	int64_t issued = b->w.now_ms;
	assert_int_equal(s->x.due_ms, issued + 900000 + 60000);
	b->w.now_ms = s->x.due_ms - 1;
	(void)world_due(&b->w, D1); /* too early: it may be under way */
	assert_int_equal(b->w.tasks_count, 1);
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	assert_int_equal(b->w.tasks_count, 2);
	assert_int_equal(last_task(b)->event.head.issue, 2);
	assert_int_equal(s->rows[0].attempts, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(only_the_current_issue_can_retry),
	        TEST(too_many_retries_fail_the_delivery),
	        TEST(defer_and_expired_spend_nothing),
	        TEST(a_clock_that_is_ahead_makes_no_storm_of_issues),
	        TEST(a_lost_task_is_issued_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
