/* SPDX-License-Identifier: Apache-2.0
 * Results that say the largest and the smallest that is believed, and facts that say anything: the
 * delivery ends or waits, and nothing overflows on the way (UBSan is in this build). */
#include "bench.h"

static const char *const facts[] = {"-9223372036854775808", "-1", "0", "1", "999999999999",
        "1000000000000", "1000000000001", "253402300799999", "9223372036854775807",
        "9223372036854775808", "1e9", "nan", ""};
enum { FACTS = sizeof facts / sizeof facts[0] };

static const int64_t counts[] = {0, 1, EVENT_COUNT_MAX};
enum { COUNTS = sizeof counts / sizeof counts[0] };

/* Every number of a result, replaced. */
static void exaggerate(struct bench *b, struct ev_task_result *r, const char *fact, int64_t count)
{
	for (size_t i = 0; i < r->counts_count; i++)
		r->counts[i].value = count;
	for (size_t i = 0; i < r->outputs_count; i++) {
		r->outputs[i].rows = count;
		r->outputs[i].bytes = count;
	}
	for (size_t i = 0; i < r->facts_count; i++) {
		struct str name = r->facts[i].name;
		bool is_text = str_eq(name, STR("content_hash")) ||
		               str_eq(name, STR("plain_sha256")) || str_eq(name, STR("encoder")) ||
		               str_eq(name, STR("visible")) || str_eq(name, STR("md5"));
		if (fact && !is_text)
			r->facts[i].value = str_c(fact);
	}
	r->not_before_ms = EVENT_YEAR_10000_MS - 1;
	r->started_at_ms = r->finished_at_ms = r->not_before_ms;
	(void)b;
}

static bool was_told(const struct stored *s)
{
	return delivery_state_is_final(s->x.state) || s->x.state == STATE_HELD;
}

/* Only the results of one stage are exaggerated, so that each is reached. */
static void run_one(enum stage stage, const char *fact, int64_t count)
{
	struct bench b = {0};
	world_init(&b.w);
	workers_init(&b.k, &b.w);
	b.list = (struct spec_suppression){.name = STR("optout"),
	        .source = {.url = STR("file:///lists/optout/")},
	        .max_age_hours = 1,
	        .max_shrink_ppm = 1,
	        .min_known_ppm = 1000000};
	b.w.spec.suppressions = &b.list;
	b.w.spec.suppressions_count = 1;
	b.w.spec.guards = (struct spec_guards){.min_size = INT64_MAX,
	        .max_size = 1,
	        .max_shrink_ppm = 1000000,
	        .max_growth_ppm = INT64_C(1000000) * 1000000,
	        .max_change_ppm = INT64_C(1000000) * 1000000,
	        .min_match_rate_ppm = 1000000};
	b.w.head = (struct route_head){true, STR(""), STR("old"), STR("v0"), STR("h"),
	        EVENT_COUNT_MAX, NULL, false, STR("optout\t1000000000000\n")};
	struct stored *s = world_request(&b.w, D1, b.w.now_ms);
	for (int steps = 0; steps < 400 && !was_told(s) && b.next < b.w.tasks_count; steps++) {
		const struct message *m = &b.w.tasks[b.next++];
		struct ev_task_result *r = work(&b.k, m);
		if (m->stage == stage)
			exaggerate(&b, r, fact, count);
		(void)world_result(&b.w, r);
	}
	if (!was_told(s) && s->x.due_ms <= 0)
		fail_msg("stage %d, fact %s, count %lld: %s and nothing is due", (int)stage,
		        fact ? fact : "-", (long long)count, delivery_state_name(s->x.state));
	if (s->x.state == STATE_HELD)
		(void)world_say(&b.w, D1, DECIDE_APPROVE, "bob", "a1");
	world_release(&b.w);
}

static void no_number_of_a_worker_breaks_the_decider(void **state)
{
	(void)state;
	for (int stage = STAGE_INSPECT; stage < STAGE_COUNT; stage++) {
		for (size_t c = 0; c < COUNTS; c++)
			run_one((enum stage)stage, NULL, counts[c]);
		for (size_t i = 0; i < FACTS; i++)
			run_one((enum stage)stage, facts[i], 1);
	}
}

static void a_number_that_is_none_to_believe_is_as_if_it_was_not_said(void **state)
{
	struct bench *b = *state;
	static const struct {
		const char *text;
		int64_t count, time;
	} cases[] = {
	        {"0", 0, 0},
	        {"-1", -1, -1},
	        {"1000000000000", EVENT_COUNT_MAX, EVENT_COUNT_MAX},
	        {"1000000000001", -1, EVENT_COUNT_MAX + 1},
	        {"253402300799999", -1, EVENT_YEAR_10000_MS - 1},
	        {"253402300800000", -1, -1},
	        {"9223372036854775807", -1, -1},
	        {"", -1, -1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ev_fact fact = {STR("n"), str_c(cases[i].text)};
		const struct ev_task_result r = {.facts = &fact, .facts_count = 1};
		assert_int_equal(done_fact_number(&r, STR("n")), cases[i].count);
		assert_int_equal(done_fact_time(&r, STR("n")), cases[i].time);
	}
	(void)b;
}

/* Ids can be guessed by who knows a cause: nobody ends what was not asked for yet. */
static void a_cancel_of_the_unknown_ends_nothing_that_comes_later(void **state)
{
	struct bench *b = *state;
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "bob", "c1");
	assert_int_equal(b->w.tasks_count, 0);
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

/* 2^63 - 1 did overflow where the task's alarm was computed; any other time far ahead would put the
 * task off until then. */
static void a_worker_puts_its_task_off_for_an_hour_at_most(void **state)
{
	static const int64_t times[] = {INT64_MIN, -1, 0, INT64_C(253402300799999), INT64_MAX};
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		struct message m = b->w.tasks[b->w.tasks_count - 1]; /* the newest issue */
		struct ev_task_result *r = answer(&b->k, &m, EV_OUTCOME_DEFER, "rate_limited");
		r->not_before_ms = times[i];
		(void)world_result(&b->w, r);
		is_at(s, STATE_SELECTING, "");
		assert_true(s->x.due_ms <= b->w.now_ms + 3600 * 1000);
		b->next = b->w.tasks_count;
		b->w.now_ms += 3600 * 1000;
		(void)world_due(&b->w, D1);
	}
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

/* Else it would be the newest of its route until then, and all others would give way to it. */
static void a_time_that_lies_ahead_counts_as_now(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, INT64_C(253402300799999));
	assert_int_equal(s->x.planned_ms, b->w.now_ms);
	assert_int_equal(world_request(&b->w, D2, 5)->x.planned_ms, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(no_number_of_a_worker_breaks_the_decider),
	        TEST(a_cancel_of_the_unknown_ends_nothing_that_comes_later),
	        TEST(a_worker_puts_its_task_off_for_an_hour_at_most),
	        TEST(a_time_that_lies_ahead_counts_as_now),
	        TEST(a_number_that_is_none_to_believe_is_as_if_it_was_not_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
