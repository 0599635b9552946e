/* SPDX-License-Identifier: Apache-2.0
 * Quotas: only so many deliveries begin to upload in an hour and in a day, and each of them counts once. */
#include "quotas.h"

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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
