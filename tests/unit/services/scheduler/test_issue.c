/* SPDX-License-Identifier: Apache-2.0
 * Which ready tasks go now, and what the others wait for: waves, caps, breakers. */
#include "bench.h"

enum { ROWS_MAX = 5 };

struct issuing {
	struct world w;
	struct task_row rows[ROWS_MAX];
	struct decision n;
	struct issue_world iw;
};

static int begin_issuing(void **state)
{
	struct issuing *t = calloc(1, sizeof *t);
	assert_non_null(t);
	world_init(&t->w); /* three failures open a breaker */
	t->iw = (struct issue_world){t->w.now_ms, &t->w.rules, &t->w.tenant, &t->w.destination,
	        &t->w.breaker, true, &t->w.frozen, &t->w.mem};
	*state = t;
	return 0;
}

static int finish_issuing(void **state)
{
	struct issuing *t = *state;
	world_release(&t->w);
	free(t);
	return 0;
}

static void rows_of(struct issuing *t, enum stage stage, size_t count)
{
	static const struct str ids[ROWS_MAX] = {
	        {"t0", 2}, {"t1", 2}, {"t2", 2}, {"t3", 2}, {"t4", 2}};
	t->n = (struct decision){.rows = t->rows, .rows_count = count, .rows_room = count};
	t->n.after.id = D1;
	t->n.after.state = stage == STAGE_UPLOAD ? STATE_UPLOADING : STATE_SELECTING;
	t->n.after.memory.phase = stage == STAGE_UPLOAD ? EV_PHASE_UPLOAD_PARTS : EV_PHASE_SELECT;
	for (size_t i = 0; i < count; i++)
		t->rows[i] = (struct task_row){.id = ids[i],
		        .stage = stage,
		        .status = TASK_WAITING,
		        .destination = stage == STAGE_UPLOAD ? STR("partner") : STR("")};
}

static int issue_all(struct issuing *t)
{
	t->n.waits_for = WAIT_NOTHING;
	for (size_t i = 0; i < t->n.rows_count; i++)
		t->rows[i].is_issued_now = false;
	issue_ready(&t->n, &t->n.after, &t->iw);
	int issued = 0;
	for (size_t i = 0; i < t->n.rows_count; i++)
		issued += t->rows[i].is_issued_now;
	assert_int_equal(issued, t->n.issued);
	return issued;
}

/* The first upload's answer; up: it arrived. */
static void answer_first(struct issuing *t, int32_t down, int32_t up)
{
	t->rows[0].status = up ? TASK_DONE : TASK_WAITING;
	t->n.uploads_down = down;
	t->n.uploads_up = up;
	breaker_note(&t->w.breaker, &t->n, &t->iw);
	t->n.uploads_down = t->n.uploads_up = 0;
}

/* Somebody else's uploads, in flight since before. */
static void others_fail(struct issuing *t, int32_t count)
{
	struct decision other = {.uploads_down = count};
	other.after.id = D2;
	breaker_note(&t->w.breaker, &other, &t->iw);
}

static void a_wave_bounds_what_one_decision_issues(void **state)
{
	struct issuing *t = *state;
	t->w.rules.wave = 3;
	rows_of(t, STAGE_SELECT, 5);
	assert_int_equal(issue_all(t), 3);
	assert_int_equal(
	        t->n.after.due_ms, t->w.now_ms); /* the rest at once, in its own decision */
	assert_int_equal(t->n.waits_for, WAIT_NOTHING);
}

static void who_finds_a_cap_full_waits_for_it_and_looks_by_itself_seldom(void **state)
{
	struct issuing *t = *state;
	t->w.tenant.room = 2;
	t->w.destination.room = 0;
	rows_of(t, STAGE_SELECT, 4);
	t->rows[0].destination = STR("partner");
	assert_int_equal(issue_all(t), 2);
	assert_int_equal(t->rows[0].status, TASK_WAITING);
	assert_int_equal(t->rows[3].status, TASK_WAITING);
	assert_int_equal(t->n.waits_for, WAIT_DESTINATION); /* the first that did not go */
	int64_t pause = t->n.after.due_ms - t->w.now_ms;
	assert_true(pause >= t->w.rules.cap_wait_ms / 2 && pause <= t->w.rules.cap_wait_ms);
	rows_of(t, STAGE_SELECT, 1);
	assert_int_equal(issue_all(t), 0);
	assert_int_equal(t->n.waits_for, WAIT_TENANT);
}

static void not_all_look_at_the_same_moment(void **state)
{
	struct issuing *t = *state;
	t->w.rules.cap_wait_ms = 30000;
	t->w.tenant.room = 0;
	rows_of(t, STAGE_SELECT, 1);
	assert_int_equal(issue_all(t), 0);
	int64_t first = t->n.after.due_ms;
	rows_of(t, STAGE_SELECT, 1);
	t->n.after.id = D2;
	assert_int_equal(issue_all(t), 0);
	assert_true(t->n.after.due_ms != first);
}

static void a_task_whose_time_has_not_come_waits_for_nothing_else(void **state)
{
	struct issuing *t = *state;
	t->w.tenant.room = 0;
	rows_of(t, STAGE_SELECT, 1);
	t->rows[0].ready_ms = t->w.now_ms + 1;
	assert_int_equal(issue_all(t), 0);
	assert_int_equal(t->n.waits_for, WAIT_NOTHING);
	assert_int_equal(t->n.after.due_ms, t->w.now_ms + 1);
}

static void who_gave_its_place_under_a_quota_back_uploads_nothing(void **state)
{
	struct issuing *t = *state;
	rows_of(t, STAGE_UPLOAD, 2);
	t->n.after.memory.lacks_place = true;
	assert_int_equal(issue_all(t), 0);
	assert_int_equal(t->n.waits_for, WAIT_PLACE);
	t->n.after.memory.lacks_place = false;
	assert_int_equal(issue_all(t), 2);
}

/* --- breakers --- */

static void open_it(struct issuing *t)
{
	for (int i = 1; i <= 3; i++) {
		others_fail(t, 1);
		assert_int_equal(t->w.breaker.open_until_ms > 0, i == 3);
	}
	assert_int_equal(t->w.breaker.open_until_ms, t->iw.now_ms + t->w.rules.breaker_open_ms);
}

static void a_breaker_opens_rests_probes_once_and_lets_all_go(void **state)
{
	struct issuing *t = *state;
	open_it(t);
	rows_of(t, STAGE_UPLOAD, 5);
	assert_int_equal(issue_all(t), 0);
	assert_int_equal(t->n.waits_for, WAIT_PLACE);
	t->iw.now_ms = t->w.breaker.open_until_ms - 1;
	assert_int_equal(issue_all(t), 0);
	t->iw.now_ms++;
	assert_int_equal(issue_all(t), 1); /* half open: one, however long it takes */
	assert_true(str_eq(t->w.breaker.probe, t->rows[0].id));
	t->iw.now_ms += t->w.rules.not_after_ms + t->w.rules.alarm_ms;
	assert_int_equal(issue_all(t), 0);
	answer_first(t, 0, 1);
	assert_int_equal(t->w.breaker.failures, 0);
	assert_int_equal(issue_all(t), 4);
	assert_int_equal(t->n.waits_for, WAIT_NOTHING);
}

static void each_probe_that_fails_doubles_the_rest_up_to_the_most(void **state)
{
	struct issuing *t = *state;
	open_it(t);
	int64_t rest = t->w.rules.breaker_open_ms;
	for (int i = 0; i < 40; i++) {
		rows_of(t, STAGE_UPLOAD, 1);
		t->iw.now_ms = t->w.breaker.open_until_ms;
		assert_int_equal(issue_all(t), 1);
		answer_first(t, 1, 0);
		assert_int_equal(t->w.breaker.probe.n, 0);
		rest = rest * 2 < t->w.rules.breaker_open_max_ms ? rest * 2
		                                                 : t->w.rules.breaker_open_max_ms;
		assert_int_equal(t->w.breaker.open_until_ms, t->iw.now_ms + rest);
	}
	assert_int_equal(rest, t->w.rules.breaker_open_max_ms);
}

/* They say nothing new, and must not push the next look away, nor let a second one look. */
static void uploads_under_way_when_it_opened_change_nothing(void **state)
{
	struct issuing *t = *state;
	open_it(t);
	struct breaker open = t->w.breaker;
	open.is_changed = t->w.breaker.is_changed = false;
	others_fail(t, 12);
	assert_memory_equal(&t->w.breaker, &open, sizeof open);
	rows_of(t, STAGE_UPLOAD, 2);
	t->iw.now_ms = t->w.breaker.open_until_ms;
	assert_int_equal(issue_all(t), 1);
	others_fail(t, 12);
	t->iw.now_ms += t->w.rules.breaker_open_ms;
	assert_int_equal(issue_all(t), 0);
}

/* Deferred, expired, or its delivery was cancelled: it said nothing of the place. */
static void after_a_probe_that_said_nothing_another_looks(void **state)
{
	struct issuing *t = *state;
	open_it(t);
	for (int i = 0; i < 3; i++) {
		rows_of(t, STAGE_UPLOAD, 2);
		t->iw.now_ms += t->w.rules.breaker_open_ms;
		assert_int_equal(issue_all(t), 1);
		int32_t failures = t->w.breaker.failures;
		if (i == 0)
			t->rows[0].status = TASK_WAITING; /* deferred */
		else if (i == 1)
			t->n.drops_unfinished = true; /* and rows may not be loaded */
		else
			t->n.after.state = STATE_CANCELLED;
		t->n.rows_count = i == 0 ? 2 : 0;
		breaker_note(&t->w.breaker, &t->n, &t->iw);
		assert_int_equal(t->w.breaker.failures, failures);
		assert_int_equal(t->w.breaker.open_until_ms, t->iw.now_ms);
		rows_of(t, STAGE_UPLOAD, 2);
		assert_int_equal(issue_all(t), 1);
		answer_first(t, 0, 0);
	}
}

/* --- what counts --- */

static struct stored *uploads(struct bench *b)
{
	b->w.spec.destination.max_rows_per_file = 6; /* four files */
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	while (s->x.state != STATE_UPLOADING)
		(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
	return s;
}

static void uploads_that_nobody_answers_open_the_breaker(void **state)
{
	struct bench *b = *state;
	struct stored *s = uploads(b);
	size_t before = b->w.tasks_count;
	b->w.now_ms += b->w.rules.not_after_ms + b->w.rules.alarm_ms - 1;
	(void)world_due(&b->w, D1);
	assert_int_equal(b->w.breaker.failures, 0); /* they may be under way */
	b->w.now_ms++;
	(void)world_due(&b->w, D1);
	assert_int_equal(b->w.breaker.failures, 4);
	assert_true(b->w.breaker.open_until_ms > b->w.now_ms);
	assert_int_equal(b->w.tasks_count, before); /* and they are not sent there again */
	assert_non_null(strstr(s->x.memory.detail.p, "did not answer in time"));
	assert_non_null(strstr(s->x.memory.detail.p, b->w.spec.bucket.url.p));
}

static void tasks_elsewhere_that_nobody_answers_say_nothing_of_the_place(void **state)
{
	struct bench *b = *state;
	(void)world_request(&b->w, D1, b->w.now_ms);
	for (int i = 0; i < 5; i++) {
		b->w.now_ms += b->w.rules.not_after_ms + b->w.rules.alarm_ms;
		(void)world_due(&b->w, D1);
	}
	assert_int_equal(b->w.breaker.failures, 0);
}

static void staging_that_is_away_is_no_fault_of_the_place(void **state)
{
	struct bench *b = *state;
	(void)uploads(b);
	for (size_t i = b->next; i < b->w.tasks_count; i++)
		(void)world_result(&b->w, answer(&b->k, &b->w.tasks[i], EV_OUTCOME_RETRY,
		                                  i % 2 ? "store_unavailable" : "strange"));
	assert_int_equal(b->w.breaker.failures, 0);
}

static void a_place_that_is_away_is_named(void **state)
{
	struct bench *b = *state;
	struct stored *s = uploads(b);
	(void)world_result(
	        &b->w, answer(&b->k, &b->w.tasks[b->next], EV_OUTCOME_RETRY, "drop_unavailable"));
	assert_int_equal(b->w.breaker.failures, 1);
	assert_non_null(strstr(s->x.memory.detail.p, b->w.spec.bucket.url.p));
}

/* --- beside the look at the suppression lists --- */

/* Half open, and the one that may look at the place must first look at the lists. */
static struct stored *looks_at_lists(struct bench *b)
{
	b->list = (struct spec_suppression){.name = STR("optout"),
	        .source = {.url = STR("file:///lists/optout/")},
	        .max_age_hours = 24};
	b->w.spec.suppressions = &b->list;
	b->w.spec.suppressions_count = 1;
	b->k.list_modified_ms = b->w.now_ms;
	b->w.breaker = (struct breaker){.failures = 3, .open_until_ms = b->w.now_ms + 1};
	struct stored *s = uploads(b);
	b->w.now_ms += b->w.rules.cap_wait_ms;
	size_t before = b->w.tasks_count;
	(void)world_due(&b->w, D1);
	assert_int_equal(b->w.tasks_count, before + 1);
	assert_int_equal(b->w.tasks[before].stage, STAGE_LISTS);
	assert_true(str_eq(b->w.breaker.prober, D1));
	assert_true(b->w.breaker.open_until_ms > b->w.now_ms + b->w.rules.not_after_ms);
	return s;
}

static void the_turn_at_a_place_is_kept_while_the_lists_are_looked_at(void **state)
{
	struct bench *b = *state;
	(void)looks_at_lists(b);
	b->w.now_ms += 1000;
	size_t before = b->w.tasks_count;
	(void)world_result(&b->w, work(&b->k, &b->w.tasks[before - 1]));
	assert_int_equal(b->w.tasks_count, before + 1); /* one upload, of four */
	assert_int_equal(b->w.tasks[before].stage, STAGE_UPLOAD);
	assert_true(str_eq(b->w.breaker.probe, b->w.tasks[before].event.head.task_id));
	(void)world_result(&b->w, work(&b->k, &b->w.tasks[before]));
	assert_int_equal(b->w.breaker.failures, 0);
}

static void who_is_held_for_its_lists_gives_its_turn_on(void **state)
{
	struct bench *b = *state;
	struct stored *s = looks_at_lists(b);
	b->k.list_modified_ms = b->w.now_ms - INT64_C(25) * 3600 * 1000;
	(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->w.tasks_count - 1]));
	is_at(s, STATE_HELD, "suppression_stale");
	assert_int_equal(b->w.breaker.prober.n, 0);
	assert_int_equal(b->w.breaker.open_until_ms, b->w.now_ms);
}

#define ISSUING(name) cmocka_unit_test_setup_teardown(name, begin_issuing, finish_issuing)
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        ISSUING(a_wave_bounds_what_one_decision_issues),
	        ISSUING(who_finds_a_cap_full_waits_for_it_and_looks_by_itself_seldom),
	        ISSUING(not_all_look_at_the_same_moment),
	        ISSUING(a_task_whose_time_has_not_come_waits_for_nothing_else),
	        ISSUING(who_gave_its_place_under_a_quota_back_uploads_nothing),
	        ISSUING(a_breaker_opens_rests_probes_once_and_lets_all_go),
	        ISSUING(each_probe_that_fails_doubles_the_rest_up_to_the_most),
	        ISSUING(uploads_under_way_when_it_opened_change_nothing),
	        ISSUING(after_a_probe_that_said_nothing_another_looks),
	        TEST(uploads_that_nobody_answers_open_the_breaker),
	        TEST(tasks_elsewhere_that_nobody_answers_say_nothing_of_the_place),
	        TEST(staging_that_is_away_is_no_fault_of_the_place),
	        TEST(a_place_that_is_away_is_named),
	        TEST(the_turn_at_a_place_is_kept_while_the_lists_are_looked_at),
	        TEST(who_is_held_for_its_lists_gives_its_turn_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
