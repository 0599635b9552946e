/* SPDX-License-Identifier: Apache-2.0
 * The place behind a bucket's URL is remembered before the first file goes there, and another one gets
 * nothing until a person accepts it. */
#include "bench.h"

#define HERE "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define THERE "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define OTHER "cccccccccccccccccccccccccccccccc"

static int begin_with_places(void **state)
{
	int rc = begin(state);
	struct bench *b = *state;
	b->k.place = HERE;
	b->k.compares_places = true;
	b->w.rules.breaker_failures = 1000; /* its rests are another test's */
	return rc;
}

static struct stored *to_uploads(struct bench *b, struct str id)
{
	struct stored *s = world_request(&b->w, id, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	assert_true(b->next < b->w.tasks_count);
	return s;
}

static const struct ev_upload_task *upload(const struct bench *b, size_t task)
{
	return &b->w.tasks[task].event.upload;
}

/* Time goes on, and whatever is issued then is worked on, until nothing is any more. */
static void go_on(struct bench *b, struct str id)
{
	for (int i = 0; i < 200; i++) {
		work_all(&b->k, &b->next);
		if (world_find(&b->w, id)->x.state == STATE_HELD ||
		        delivery_state_is_final(world_find(&b->w, id)->x.state))
			return;
		b->w.now_ms += 60000;
		(void)world_due(&b->w, id);
	}
	fail_msg("it goes on for ever");
}

static void resume(struct bench *b, struct str id, const char *word)
{
	b->w.new_place = strcmp(word, "new") == 0;
	(void)world_say(&b->w, id, DECIDE_RESUME, "bob",
	        arena_printf(&b->w.mem, "%s-%zu", word, b->next).p);
	b->w.new_place = false;
}

static void the_first_upload_of_a_bucket_is_a_question(void **state)
{
	struct bench *b = *state;
	struct stored *s = to_uploads(b, D1);
	size_t parts = b->w.tasks_count - b->next;
	for (size_t i = b->next; i < b->w.tasks_count; i++)
		assert_true(upload(b, i)->asks_place);
	for (size_t i = 0; i < parts; i++)
		(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
	assert_int_equal(b->k.files_count, 0); /* nothing was sent for it */
	assert_int_equal(s->x.memory.files_visible, 0);
	assert_true(str_eq(b->w.bucket_place, STR(HERE)));
	assert_int_equal(b->w.tasks_count - b->next, parts);
	for (size_t i = b->next; i < b->w.tasks_count; i++) {
		assert_false(upload(b, i)->asks_place);
		assert_true(str_eq(upload(b, i)->bucket_place, STR(HERE)));
	}
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	/* The next delivery is told, and is not asked. */
	size_t second = b->next;
	is_at(run(b, D2), STATE_COMPLETED, "");
	for (size_t i = second; i < b->w.tasks_count; i++)
		if (b->w.tasks[i].stage == STAGE_UPLOAD)
			assert_true(!upload(b, i)->asks_place && upload(b, i)->bucket_place.n > 0);
}

static void an_answer_that_names_no_place_is_asked_again_with_a_pause(void **state)
{
	struct bench *b = *state;
	struct stored *s = to_uploads(b, D1);
	static const char *const bad[] = {"", "none", "aaaa", "ZZaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		b->k.place = bad[i];
		size_t issued = b->w.tasks_count;
		struct ev_task_result *r = work(&b->k, &b->w.tasks[b->next]);
		(void)world_result(&b->w, r);
		assert_int_equal(b->w.tasks_count, issued); /* not at once */
		assert_int_equal(world_row(s, r->task_id)->attempts, i + 1);
		b->w.now_ms += 900000;
		(void)world_due(&b->w, D1);
		while (!str_eq(b->w.tasks[b->next].event.head.task_id, r->task_id) ||
		        b->w.tasks[b->next].event.head.issue == r->issue)
			assert_true(++b->next < b->w.tasks_count);
	}
	assert_int_equal(b->w.bucket_place.n, 0);
}

static struct stored *held_at_another_place(struct bench *b, const char *found)
{
	is_at(run(b, D1), STATE_COMPLETED, "");
	size_t sent = b->k.files_count;
	b->k.place = found;
	struct stored *s = to_uploads(b, D2);
	go_on(b, D2);
	is_at(s, STATE_HELD, "drop_changed");
	assert_int_equal(b->k.files_count, sent);
	assert_int_equal(s->x.memory.hold_check_ms, 0); /* nobody but a person ends it */
	return s;
}

static void another_place_gets_nothing_and_a_person_is_asked(void **state)
{
	struct bench *b = *state;
	struct stored *s = held_at_another_place(b, "none");
	assert_non_null(strstr(s->x.memory.detail.p,
	        "longshore resume d2000000000000000000000000000002 --new-place"));
	for (size_t i = 0; i < s->rows_count; i++)
		assert_true(s->rows[i].attempts < b->w.spec.limits.attempts);
	/* Resumed too early: it is looked once, not as often as before. */
	resume(b, D2, "early");
	go_on(b, D2);
	is_at(s, STATE_HELD, "drop_changed");
	b->k.place = HERE; /* mounted again */
	resume(b, D2, "mounted");
	go_on(b, D2);
	is_at(s, STATE_COMPLETED, "");
	assert_true(str_eq(b->w.bucket_place, STR(HERE)));
	assert_int_equal(s->x.memory.place_found.n, 0);
}

static void an_accepted_place_counts_for_all_from_then_on(void **state)
{
	struct bench *b = *state;
	struct stored *s = held_at_another_place(b, THERE);
	b->w.new_place = true;
	(void)world_say(&b->w, D2, DECIDE_RESUME, "bob", "accept");
	b->w.new_place = false;
	assert_true(str_eq(b->w.last.place.accepted_by, STR("bob")));
	bool is_recorded = false;
	for (size_t i = 0; i < b->w.last.audits_count; i++) {
		const struct ev_audit_record *a = &b->w.last.audits[i];
		if (!str_eq(a->action, STR("delivery.place_accepted")))
			continue;
		is_recorded = str_eq(a->actor, STR("bob"));
		assert_non_null(strstr(
		        a->detail.p, "file:///drop/: place aaaaaaaa is replaced by bbbbbbbb"));
	}
	assert_true(is_recorded);
	go_on(b, D2);
	is_at(s, STATE_COMPLETED, "");
	assert_true(str_eq(b->w.bucket_place, STR(THERE)));
	is_at(run(b, D3), STATE_COMPLETED, "");
}

/* A fresh disk has no identity yet: it is asked for it as at the very first time. */
static void an_accepted_place_without_identity_is_asked_for_it(void **state)
{
	struct bench *b = *state;
	struct stored *s = held_at_another_place(b, "none");
	b->k.place = THERE; /* that is what its mark will be */
	size_t from = b->w.tasks_count;
	resume(b, D2, "new");
	assert_true(b->w.tasks_count > from);
	assert_true(upload(b, from)->asks_place);
	go_on(b, D2);
	is_at(s, STATE_COMPLETED, "");
	assert_true(str_eq(b->w.bucket_place, STR(THERE)));
}

static void who_accepts_late_does_not_undo_what_was_accepted_since(void **state)
{
	struct bench *b = *state;
	struct stored *s = held_at_another_place(b, THERE);
	b->w.bucket_place = STR(OTHER); /* another person, by another delivery */
	b->k.place = OTHER;
	resume(b, D2, "new");
	assert_true(str_eq(b->w.bucket_place, STR(OTHER)));
	go_on(b, D2);
	is_at(s, STATE_COMPLETED, "");
}

static void a_place_is_accepted_only_where_one_was_found_and_by_somebody(void **state)
{
	struct bench *b = *state;
	struct stored *s = held_at_another_place(b, THERE);
	b->w.new_place = true;
	(void)world_say(&b->w, D2, DECIDE_RESUME, "", "nobody");
	is_at(s, STATE_HELD, "drop_changed");
	assert_true(str_eq(b->w.bucket_place, STR(HERE)));
	assert_non_null(strstr(s->x.memory.detail.p, "needs an actor"));
	b->w.spec.paused = true;
	struct stored *other = run(b, D3);
	is_at(other, STATE_HELD, "paused");
	(void)world_say(&b->w, D3, DECIDE_RESUME, "bob", "what");
	is_at(other, STATE_HELD, "paused");
	assert_non_null(strstr(other->x.memory.detail.p, "no different place was found"));
}

/* Two hosts saw two directories at the same moment: the one that was stored first counts. */
static void the_first_that_is_seen_counts_and_the_other_is_told(void **state)
{
	struct bench *b = *state;
	struct stored *s = to_uploads(b, D1);
	b->w.bucket_place = STR(THERE); /* stored by another scheduler meanwhile */
	go_on(b, D1);
	is_at(s, STATE_HELD, "drop_changed");
	assert_int_equal(b->k.files_count, 0);
	assert_true(str_eq(b->w.bucket_place, STR(THERE)));
}

static void a_delivery_with_files_at_the_place_before_ends(void **state)
{
	struct bench *b = *state;
	is_at(run(b, D1), STATE_COMPLETED, "");
	struct stored *s = to_uploads(b, D2);
	while (s->x.memory.files_visible == 0)
		(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
	b->k.place = THERE;
	go_on(b, D2);
	is_at(s, STATE_HELD, "drop_changed");
	resume(b, D2, "new");
	go_on(b, D2);
	is_at(s, STATE_FAILED, "drop_changed");
	assert_true(s->x.memory.files_visible < s->x.memory.files_planned);
	assert_true(str_eq(b->w.bucket_place, STR(THERE))); /* the word counts all the same */
	is_at(run(b, D3), STATE_COMPLETED, "");
}

/* A settle asks nobody but where it cannot know, and the new place may be accepted there, too. */
static void a_settle_at_another_place_says_how_to_accept_it(void **state)
{
	struct bench *b = *state;
	is_at(run(b, D1), STATE_COMPLETED, "");
	struct stored *s = to_uploads(b, D2);
	b->k.place = THERE;
	b->k.has_written = true;
	(void)world_say(&b->w, D2, DECIDE_CANCEL, "bob", "cancel");
	b->next = b->w.tasks_count - 1;
	while (b->w.tasks[b->next].stage != STAGE_SETTLE)
		b->next--;
	go_on(b, D2);
	is_at(s, STATE_HELD, "uncertain");
	assert_non_null(strstr(s->x.memory.detail.p, "--new-place"));
	resume(b, D2, "new");
	assert_true(str_eq(b->w.bucket_place, STR(THERE)));
	go_on(b, D2);
	is_at(s, STATE_CANCELLED, "cancelled");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_with_places, finish)
	const struct CMUnitTest tests[] = {
	        TEST(the_first_upload_of_a_bucket_is_a_question),
	        TEST(an_answer_that_names_no_place_is_asked_again_with_a_pause),
	        TEST(another_place_gets_nothing_and_a_person_is_asked),
	        TEST(an_accepted_place_counts_for_all_from_then_on),
	        TEST(an_accepted_place_without_identity_is_asked_for_it),
	        TEST(who_accepts_late_does_not_undo_what_was_accepted_since),
	        TEST(a_place_is_accepted_only_where_one_was_found_and_by_somebody),
	        TEST(the_first_that_is_seen_counts_and_the_other_is_told),
	        TEST(a_delivery_with_files_at_the_place_before_ends),
	        TEST(a_settle_at_another_place_says_how_to_accept_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
