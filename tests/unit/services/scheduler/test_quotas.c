/* SPDX-License-Identifier: Apache-2.0
 * Quotas: so many deliveries begin to upload in an hour and in a day, and no more; who waits goes on
 * by itself, first come, first served. */
#include "bench.h"

static int begin_with_a_quota(void **state)
{
	int rc = begin(state);
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 2;
	return rc;
}

static const int64_t HOUR = 3600 * 1000, DAY = 24 * 3600 * 1000;
static const struct str D[] = {{"d1000000000000000000000000000001", 32},
        {"d2000000000000000000000000000002", 32}, {"d3000000000000000000000000000003", 32},
        {"d4000000000000000000000000000004", 32}, {"d5000000000000000000000000000005", 32}};

static void tells(const struct stored *s, const char *part)
{
	struct str detail = s->x.memory.detail;
	size_t n = strlen(part);
	for (size_t i = 0; i + n <= detail.n; i++)
		if (memcmp(detail.p + i, part, n) == 0)
			return;
	fail_msg("the detail is " STR_FMT "; it should tell: %s", STR_ARG(detail), part);
}

static struct stored *look(struct bench *b, struct str id)
{
	struct stored *s = world_due(&b->w, id);
	work_all(&b->k, &b->next);
	return s;
}

/* Each has a route of its own here: the world's one route is made free. */
static struct stored *run_beside(struct bench *b, struct str id)
{
	b->w.head = (struct route_head){.holder = STR(""), .delivery_id = STR("")};
	return run(b, id);
}

static void give_back_route(struct bench *b, const struct stored *s)
{
	b->w.head = (struct route_head){.holder = s->x.id,
	        .delivery_id = s->x.memory.base_delivery,
	        .bridge_version = STR("")};
}

static struct stored *look_beside(struct bench *b, struct str id)
{
	give_back_route(b, world_find(&b->w, id));
	return look(b, id);
}

static int64_t end_of(int64_t now_ms, int64_t length_ms)
{
	return (now_ms / length_ms + 1) * length_ms;
}

/* --- limits, at their edges --- */

struct edge {
	const char *name;
	struct spec_limits limits; /* only the quotas count */
	int passes;                /* of five within an hour */
	int64_t window_ms;         /* of the one that is used up for longest */
};

static const struct edge edges[] = {
        {"no quota", {0}, 5, 0},
        {"the tenant's hour", {.tenant_per_hour = 3}, 3, 3600 * 1000},
        {"the tenant's day", {.tenant_per_day = 1}, 1, 24 * 3600 * 1000},
        {"the destination's hour", {.destination_per_hour = 2}, 2, 3600 * 1000},
        {"the destination's day", {.destination_per_day = 4}, 4, 24 * 3600 * 1000},
        {"the smaller counts", {.tenant_per_hour = 4, .destination_per_hour = 2}, 2, 3600 * 1000},
        {"the smaller counts, the other way", {.tenant_per_hour = 1, .destination_per_hour = 2}, 1,
                3600 * 1000},
        {"the day within the hour", {.tenant_per_hour = 4, .destination_per_day = 3}, 3,
                24 * 3600 * 1000},
        {"both used up: the later end", {.tenant_per_hour = 2, .tenant_per_day = 2}, 2,
                24 * 3600 * 1000},
        {"exactly as many as there are", {.tenant_per_hour = 5}, 5, 0},
};

static void the_last_within_the_limit_passes_and_the_next_is_held(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
		const struct edge *c = &edges[i];
		struct bench b = {0};
		world_init(&b.w);
		workers_init(&b.k, &b.w);
		struct spec_limits *limits = &b.w.spec.limits;
		limits->tenant_per_hour = c->limits.tenant_per_hour;
		limits->tenant_per_day = c->limits.tenant_per_day;
		limits->destination_per_hour = c->limits.destination_per_hour;
		limits->destination_per_day = c->limits.destination_per_day;
		for (int k = 0; k < 5; k++) {
			struct stored *s = run_beside(&b, D[k]);
			bool passes = s->x.state == STATE_COMPLETED;
			if (passes != (k < c->passes))
				fail_msg("%s: number %d is %s(" STR_FMT ")", c->name, k + 1,
				        delivery_state_name(s->x.state), STR_ARG(s->x.reason));
			if (k >= c->passes) {
				assert_int_equal(s->x.memory.hold_check_ms,
				        end_of(b.w.now_ms, c->window_ms));
				assert_int_equal(s->x.due_ms, s->x.memory.hold_check_ms);
				assert_int_equal(b.w.last.quota, QUOTA_WAITS);
				assert_int_equal(b.w.last.claims_count, 0);
				assert_false(s->x.memory.has_uploads);
			}
		}
		world_release(&b.w);
	}
}

static void the_hold_says_which_quota_and_when_it_looks_again(void **state)
{
	struct bench *b = *state; /* it is 2026-05-28T20:26:40Z */
	b->w.spec.limits.tenant_per_hour = 0;
	b->w.spec.limits.destination_per_day = 1;
	(void)run(b, D[0]);
	struct stored *s = run(b, D[1]);
	is_at(s, STATE_HELD, "quota");
	tells(s, "Destination partner: limits.deliveries_per_day is 1");
	tells(s, "checked again at 2026-05-29T00:00 UTC");
	tells(s, "raise the limit and resume, or cancel");
}

/* Both end at midnight then, and the day's limit is the one that stays. */
static void in_the_last_hour_of_a_day_the_hold_names_the_day(void **state)
{
	struct bench *b = *state;
	b->w.now_ms = end_of(b->w.now_ms, INT64_C(86400000)) - 60 * 1000;
	b->w.spec.limits.tenant_per_hour = 1;
	b->w.spec.limits.tenant_per_day = 1;
	b->w.spec.limits.destination_per_hour = 1;
	(void)run(b, D[0]);
	struct stored *s = run(b, D[1]);
	is_at(s, STATE_HELD, "quota");
	tells(s, "Tenant acme: limits.deliveries_per_day is 1");
}

static void the_next_hour_releases_it_and_no_moment_before(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	(void)run(b, D[0]);
	struct stored *s = run(b, D[1]);
	int64_t since = s->x.memory.hold_since_ms;
	b->w.now_ms = end_of(b->w.now_ms, HOUR) - 1;
	(void)look(b, D[1]);
	is_at(s, STATE_HELD, "quota");
	(void)world_wake(&b->w, D[1]); /* too soon: it looks, and finds the same */
	is_at(s, STATE_HELD, "quota");
	assert_int_equal(s->x.memory.hold_since_ms, since);
	assert_int_equal(s->x.memory.hold_check_ms, b->w.now_ms + 1);
	b->w.now_ms += 1;
	size_t parts = b->w.tasks_count;
	(void)look(b, D[1]);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 1);
	for (size_t i = parts; i < b->w.tasks_count; i++) /* what is formatted stays so */
		assert_true(b->w.tasks[i].stage == STAGE_UPLOAD);
}

/* --- once is once --- */

static void several_files_and_new_issues_count_once(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D[0], b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	assert_int_equal(world_quota(&b->w, D[0]).hour, 1);
	struct message m = b->w.tasks[b->next++];
	(void)world_result(&b->w, answer(&b->k, &m, EV_OUTCOME_RETRY, "drop_unavailable"));
	b->w.now_ms += 60000;
	(void)world_due(&b->w, D[0]); /* the same upload again */
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_true(s->x.memory.files_planned > 3);
	assert_int_equal(world_quota(&b->w, D[0]).hour, 1);
	is_at(run(b, D[1]), STATE_COMPLETED, "");
	is_at(run(b, D[2]), STATE_HELD, "quota");
}

static void an_answer_while_it_uploads_takes_no_other_place(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	struct stored *s = world_request(&b->w, D[0], b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	struct message m = b->w.tasks[b->next++];
	(void)world_result(&b->w, answer(&b->k, &m, EV_OUTCOME_REJECT, "uncertain"));
	is_at(s, STATE_HELD, "uncertain");
	b->w.now_ms = end_of(b->w.now_ms, HOUR); /* in another hour, where somebody else began */
	is_at(run_beside(b, D[1]), STATE_COMPLETED, "");
	give_back_route(b, s);
	b->w.resolution = EV_RESOLUTION_RESEND;
	(void)world_say(&b->w, D[0], DECIDE_RESUME, "bob", "r1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(world_quota(&b->w, D[0]).hour, 1); /* the other's */
}

static void who_was_cancelled_while_it_uploaded_stays_counted(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	struct stored *s = world_request(&b->w, D[0], b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	(void)world_say(&b->w, D[0], DECIDE_CANCEL, "bob", "c1");
	b->next = b->w.tasks_count - 1; /* no upload was done */
	while (s->x.state == STATE_CANCELLING && b->next < b->w.tasks_count)
		work_all(&b->k, &b->next);
	for (size_t i = 0; i < b->w.tasks_count; i++)
		if (b->w.tasks[i].stage == STAGE_SETTLE)
			(void)world_result(&b->w, work(&b->k, &b->w.tasks[i]));
	is_at(s, STATE_CANCELLED, "cancelled");
	is_at(run(b, D[1]), STATE_HELD, "quota");
}

static void who_was_cancelled_while_it_waited_is_not_counted(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	(void)run(b, D[0]);
	struct stored *s = run(b, D[1]);
	is_at(s, STATE_HELD, "quota");
	(void)world_say(&b->w, D[1], DECIDE_CANCEL, "bob", "c1");
	is_at(s, STATE_CANCELLED, "cancelled");
	assert_null(world_place(&b->w, D[1]));
	assert_int_equal(b->w.head.holder.n, 0); /* the route is free */
	b->w.now_ms = end_of(b->w.now_ms, HOUR);
	is_at(run(b, D[2]), STATE_COMPLETED, "");
}

/* Its place is kept while a cap is full, and counts when its upload really begins. */
static void who_could_not_begin_at_once_counts_in_the_hour_it_begins(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	struct stored *first = world_request(&b->w, D[0], b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_MARKER);
	b->w.destination.room = 0;
	work_all(&b->k, &b->next);
	is_at(first, STATE_UPLOADING, "");
	assert_int_equal(world_place(&b->w, D[0])->begun_ms, 0);
	b->w.destination.room = INT64_MAX;
	b->w.now_ms = end_of(b->w.now_ms, HOUR);
	struct stored *second = run_beside(b, D[1]); /* another hour, and the place is taken */
	is_at(second, STATE_HELD, "quota");
	give_back_route(b, first);
	(void)look(b, D[0]);
	assert_int_equal(world_place(&b->w, D[0])->begun_ms, b->w.now_ms);
	is_at(first, STATE_COMPLETED, "");
	(void)look_beside(b, D[1]);
	is_at(second, STATE_HELD, "quota");
	b->w.now_ms = end_of(b->w.now_ms, HOUR);
	(void)look_beside(b, D[1]);
	is_at(second, STATE_COMPLETED, "");
}

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_with_a_quota, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_last_within_the_limit_passes_and_the_next_is_held),
	        TEST(the_hold_says_which_quota_and_when_it_looks_again),
	        TEST(in_the_last_hour_of_a_day_the_hold_names_the_day),
	        TEST(the_next_hour_releases_it_and_no_moment_before),
	        TEST(several_files_and_new_issues_count_once),
	        TEST(an_answer_while_it_uploads_takes_no_other_place),
	        TEST(who_was_cancelled_while_it_uploaded_stays_counted),
	        TEST(who_was_cancelled_while_it_waited_is_not_counted),
	        TEST(who_could_not_begin_at_once_counts_in_the_hour_it_begins),
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
