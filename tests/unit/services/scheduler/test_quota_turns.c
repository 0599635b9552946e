/* SPDX-License-Identifier: Apache-2.0
 * Deliveries that wait for a quota: which ones give their place back, whose turn it is, and what releases them. */
#include "quotas.h"

/* --- whose bucket is away --- */

static void open_breaker(struct bench *b, int64_t rest_ms)
{
	b->w.breaker = (struct breaker){.failures = 3, .open_until_ms = b->w.now_ms + rest_ms};
}

static void close_breaker(struct bench *b)
{
	b->w.breaker = (struct breaker){0};
}

static void who_can_go_nowhere_takes_no_place_and_asks_when_it_can(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	open_breaker(b, 10 * HOUR);
	struct stored *dead = run_beside(b, D[0]);
	is_at(dead, STATE_UPLOADING, "");
	assert_null(world_place(&b->w, D[0]));
	close_breaker(b); /* as for another bucket */
	struct stored *alive = run_beside(b, D[1]);
	is_at(alive, STATE_COMPLETED, "");
	open_breaker(b, 10 * HOUR);
	(void)look_beside(b, D[0]);
	is_at(dead, STATE_UPLOADING, ""); /* it waits for its bucket, not for the quota */
	close_breaker(b);
	(void)look_beside(b, D[0]); /* now it could go, and the one place of the hour is used */
	is_at(dead, STATE_HELD, "quota");
	tells(dead, "that many have begun to upload");
	b->w.now_ms = end_of(b->w.now_ms, HOUR);
	(void)look_beside(b, D[0]);
	is_at(dead, STATE_COMPLETED, "");
	assert_int_equal(dead->x.revision, 1);
}

static void who_found_its_bucket_away_gives_its_place_back(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	struct stored *dead = world_request(&b->w, D[0], b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	assert_true(world_place(&b->w, D[0])->begun_ms > 0);
	size_t uploads = b->w.tasks_count - b->next;
	assert_true(uploads > 1);
	for (size_t i = 0; i < uploads; i++)
		(void)world_result(&b->w, answer(&b->k, &b->w.tasks[b->next++], EV_OUTCOME_RETRY,
		                                  "drop_unavailable"));
	assert_int_equal(world_quota(&b->w, D[1]).hour, 1);
	b->w.now_ms += 2 * b->w.rules.backoff_ms; /* their own pauses are over */
	open_breaker(b, 10 * HOUR);
	(void)world_due(&b->w, D[0]);
	is_at(dead, STATE_UPLOADING, "");
	assert_int_equal(world_quota(&b->w, D[1]).hour, 0);
	close_breaker(b);
	give_back_route(b, dead);
	is_at(run_beside(b, D[1]), STATE_COMPLETED, "");
	(void)look_beside(b, D[0]);
	is_at(dead, STATE_HELD, "quota");
	b->w.now_ms = end_of(b->w.now_ms, HOUR);
	(void)look_beside(b, D[0]);
	is_at(dead, STATE_COMPLETED, "");
	assert_int_equal(world_quota(&b->w, D[2]).hour, 1);
}

/* It was issued, and nobody said what became of it: it may become visible yet. */
static void who_was_not_answered_stays_counted(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_day = 1;
	struct stored *dead = world_request(&b->w, D[0], b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	open_breaker(b, 10 * HOUR);
	b->w.now_ms += b->w.rules.not_after_ms + b->w.rules.alarm_ms;
	(void)world_due(&b->w, D[0]);
	is_at(dead, STATE_UPLOADING, "");
	assert_int_equal(world_quota(&b->w, D[1]).day, 1);
}

/* --- in which order --- */

static void who_came_first_goes_first(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	(void)run_beside(b, D[0]);
	b->w.now_ms += 1000;
	struct stored *early = run_beside(b, D[2]);
	b->w.now_ms += 1000;
	struct stored *late = run_beside(b, D[1]);
	is_at(early, STATE_HELD, "quota");
	is_at(late, STATE_HELD, "quota");
	b->w.now_ms = end_of(b->w.now_ms, HOUR);
	(void)look_beside(b, D[1]); /* it looks first, and is not the first */
	is_at(late, STATE_HELD, "quota");
	tells(late, "for deliveries that came first");
	assert_int_equal(late->x.memory.hold_check_ms, b->w.now_ms + b->w.rules.hold_check_ms);
	is_at(run_beside(b, D[3]), STATE_HELD, "quota"); /* nor does a newcomer pass them */
	(void)look_beside(b, D[2]);
	is_at(early, STATE_COMPLETED, "");
	b->w.now_ms = end_of(b->w.now_ms, HOUR);
	(void)look_beside(b, D[3]);
	is_at(world_find(&b->w, D[3]), STATE_HELD, "quota");
	(void)look_beside(b, D[1]);
	is_at(late, STATE_COMPLETED, "");
}

static void who_is_kept_by_something_else_keeps_nobody_waiting(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	(void)run_beside(b, D[0]);
	struct stored *early = run_beside(b, D[1]);
	struct stored *late = run_beside(b, D[2]);
	is_at(late, STATE_HELD, "quota");
	b->w.now_ms = end_of(b->w.now_ms, HOUR);
	early->x.reason =
	        STR("approval"); /* it was let out of the queue, and its lists are newer */
	(void)look_beside(b, D[2]);
	is_at(late, STATE_COMPLETED, "");
}

/* --- beside the other holds --- */

static void lists_are_looked_at_again_when_it_is_released(void **state)
{
	struct bench *b = *state;
	b->list = (struct spec_suppression){
	        .name = STR("optout"), .source = {.url = STR("file:///lists/optout/")}};
	b->w.spec.suppressions = &b->list;
	b->w.spec.suppressions_count = 1;
	b->w.spec.limits.tenant_per_hour = 1;
	(void)run(b, D[0]);
	struct stored *s = run(b, D[1]);
	is_at(s, STATE_HELD, "quota");
	b->w.now_ms += 1000;
	size_t before = b->w.tasks_count;
	(void)world_wake(&b->w, D[1]); /* used up: no task is made for a look */
	assert_int_equal(b->w.tasks_count, before);
	b->w.now_ms = end_of(b->w.now_ms, HOUR);
	b->k.list_hash = "l2";
	b->k.blocked = 3;
	(void)look(b, D[1]);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 2);
	assert_int_equal(s->x.memory.members->rows, 21);
	assert_int_equal(world_quota(&b->w, D[1]).hour, 1);
}

static void a_blackout_may_come_before_and_after(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	/* 2026-05-28T20:26:40Z is a Thursday: minute 3 * 1440 + 1226 of the week */
	b->blackout = (struct spec_blackout){3 * 1440 + 1226, 3 * 1440 + 1228};
	b->w.spec.blackouts = &b->blackout;
	b->w.spec.blackouts_count = 1;
	struct stored *s = run_beside(b, D[0]);
	is_at(s, STATE_HELD, "blackout");
	b->w.now_ms = s->x.due_ms;
	is_at(run_beside(b, D[1]), STATE_COMPLETED, "");
	(void)look_beside(b, D[0]);
	is_at(s, STATE_HELD, "quota"); /* after the blackout */
	b->blackout = (struct spec_blackout){3 * 1440 + 1260, 3 * 1440 + 1265};
	b->w.now_ms = s->x.due_ms;
	(void)look_beside(b, D[0]);
	is_at(s, STATE_HELD, "blackout"); /* after the quota */
	is_at(run_beside(b, D[2]), STATE_HELD, "blackout");
	b->w.now_ms = s->x.due_ms;
	(void)look_beside(b, D[0]);
	is_at(s, STATE_COMPLETED, "");
	(void)look_beside(b, D[2]);
	is_at(world_find(&b->w, D[2]), STATE_HELD, "quota");
}

static void a_higher_limit_and_resume_let_it_go(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	(void)run(b, D[0]);
	struct stored *s = run(b, D[1]);
	struct spec more = b->w.spec;
	more.limits.tenant_per_hour = 2;
	(void)world_say(&b->w, D[1], DECIDE_APPROVE, "bob", "a1"); /* no approval is asked for */
	is_at(s, STATE_HELD, "quota");
	(void)world_say(&b->w, D[1], DECIDE_RESUME, "bob", "r1"); /* as it is: the same again */
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "quota");
	assert_int_equal(s->x.revision, 2);
	b->w.frozen.spec = &more;
	(void)world_say(&b->w, D[1], DECIDE_RESUME, "bob", "r2");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 3);
}

/* Others stand before it, but none of them may have a place now: their limit is the old one. */
static void who_is_resumed_with_a_higher_limit_passes_those_with_the_old_one(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	(void)run_beside(b, D[0]);
	(void)run_beside(b, D[1]);
	struct stored *s = run_beside(b, D[2]);
	is_at(s, STATE_HELD, "quota");
	struct spec more = b->w.spec;
	more.limits.tenant_per_hour = 2;
	b->w.frozen.spec = &more;
	give_back_route(b, s);
	(void)world_say(&b->w, D[2], DECIDE_RESUME, "bob", "r1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

static void the_next_of_the_route_waits_for_its_turn(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	(void)run(b, D[0]);
	struct stored *s = run(b, D[1]), *behind = run(b, D[2]);
	is_at(s, STATE_HELD, "quota");
	is_at(behind, STATE_HELD, "overlap");
	(void)world_say(&b->w, D[1], DECIDE_REJECT, "bob", "r1");
	is_at(s, STATE_REJECTED, "rejected");
	(void)world_wake(&b->w, D[2]);
	work_all(&b->k, &b->next);
	is_at(behind, STATE_HELD, "quota");
	assert_int_equal(behind->x.due_ms, end_of(b->w.now_ms, HOUR));
}

static void it_has_an_end_like_every_hold(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 0;
	b->w.spec.limits.tenant_per_day = 1;
	b->w.spec.limits.hold_hours = 1;
	(void)run(b, D[0]);
	struct stored *s = run(b, D[1]);
	is_at(s, STATE_HELD, "quota");
	assert_int_equal(s->x.due_ms, b->w.now_ms + HOUR);
	assert_true(s->x.memory.hold_check_ms == end_of(b->w.now_ms, DAY));
	b->w.now_ms += HOUR;
	(void)look(b, D[1]);
	is_at(s, STATE_REJECTED, "expired");
	assert_null(world_place(&b->w, D[1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(who_can_go_nowhere_takes_no_place_and_asks_when_it_can),
	        TEST(who_found_its_bucket_away_gives_its_place_back),
	        TEST(who_was_not_answered_stays_counted),
	        TEST(who_came_first_goes_first),
	        TEST(who_is_kept_by_something_else_keeps_nobody_waiting),
	        TEST(lists_are_looked_at_again_when_it_is_released),
	        TEST(a_blackout_may_come_before_and_after),
	        TEST(a_higher_limit_and_resume_let_it_go),
	        TEST(who_is_resumed_with_a_higher_limit_passes_those_with_the_old_one),
	        TEST(the_next_of_the_route_waits_for_its_turn),
	        TEST(it_has_an_end_like_every_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
