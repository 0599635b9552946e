/* SPDX-License-Identifier: Apache-2.0
 * Resumed with the configuration of now: it is another delivery to those who look at it and to those
 * who may approve it. */
#include "bench.h"

/* What is told of it is what is done: the files go where the new configuration says. */
static void a_resumed_delivery_is_told_under_its_new_configuration(void **state)
{
	struct bench *b = *state;
	struct spec paused = b->w.spec;
	paused.paused = true;
	b->w.frozen.spec = &paused;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "paused");
	b->w.spec.audience.name = STR("others");
	b->w.spec.destination.name = STR("elsewhere");
	b->w.spec.mode = STR("fuller");
	b->w.frozen.spec = &b->w.spec;
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	assert_true(str_eq(s->x.audience, STR("others")));
	assert_true(str_eq(s->x.destination, STR("elsewhere")));
	assert_true(str_eq(s->x.memory.mode, STR("fuller")));
}

/* Else one person could have anything sent under somebody else's request. */
static void who_resumes_it_as_something_else_does_not_approve_it(void **state)
{
	struct bench *b = *state;
	struct spec other = b->w.spec;
	b->w.spec.approval = other.approval = APPROVAL_ALWAYS;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "approval");
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1"); /* the same again */
	work_all(&b->k, &b->next);
	assert_true(str_eq(s->x.memory.requested_by, STR("ann")));
	other.destination.name = STR("elsewhere");
	b->w.frozen.spec = &other;
	b->w.frozen.hash = STR("another");
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r2");
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "approval");
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	is_at(s, STATE_HELD, "approval");
	assert_non_null(strstr(s->x.memory.detail.p, "must not be the requester"));
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "ann", "a2");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)
	const struct CMUnitTest tests[] = {
	        TEST(a_resumed_delivery_is_told_under_its_new_configuration),
	        TEST(who_resumes_it_as_something_else_does_not_approve_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
