/* SPDX-License-Identifier: Apache-2.0
 * Who is suppressed before anything is visible is not sent, whatever lies between combine and the
 * first upload: each way to wait there, and the edges of the look before the uploads. */
#include "bench.h"

static const int64_t MINUTE = 60 * 1000;

static void use_list(struct bench *b)
{
	b->list = (struct spec_suppression){
	        .name = STR("optout"), .source = {.url = STR("file:///lists/optout/")}};
	b->w.spec.suppressions = &b->list;
	b->w.spec.suppressions_count = 1;
}

static void list_grows(struct bench *b)
{
	b->k.list_hash = "l2";
	b->k.blocked = 3;
}

/* What lies between, in tasks that were published and not worked on. */
static struct stored *run_until(struct bench *b, enum stage stage)
{
	use_list(b);
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, stage);
	return s;
}

static const struct message *last_task(const struct bench *b)
{
	return &b->w.tasks[b->w.tasks_count - 1];
}

static int count_tasks(const struct bench *b, enum stage stage)
{
	int count = 0;
	for (size_t i = 0; i < b->w.tasks_count; i++)
		count += b->w.tasks[i].stage == stage;
	return count;
}

static void sent_by_the_newer_list(struct bench *b, const struct stored *s)
{
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 2);
	assert_true(str_eq(b->w.head.content_hash, STR("hash-21-l2")));
	for (size_t i = 0; i < b->k.files_count; i++) {
		const struct ledger_file *f = &b->k.files[i];
		bool is_old = false; /* of the first revision */
		for (size_t k = 0; k < s->rows_count; k++)
			is_old = is_old ||
			         (s->rows[k].stage == STAGE_UPLOAD && s->rows[k].revision == 1 &&
			                 str_eq(s->rows[k].made->upload.file_id, f->file_id));
		assert_false(is_old && f->is_visible);
	}
}

static void the_lists_are_looked_at_right_before_the_first_upload(void **state)
{
	struct bench *b = *state;
	use_list(b);
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_MARKER);
	assert_int_equal(count_tasks(b, STAGE_LISTS), 1); /* before combine */
	(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
	is_at(s, STATE_UPLOADING, "");
	assert_int_equal(last_task(b)->stage, STAGE_LISTS);
	assert_false(s->x.memory.has_uploads);
	assert_int_equal(count_tasks(b, STAGE_UPLOAD), 0);
	(void)world_result(&b->w, work(&b->k, last_task(b)));
	b->next = b->w.tasks_count - 3; /* the parts go in the decision that learns it */
	assert_int_equal(count_tasks(b, STAGE_UPLOAD), 3);
	assert_true(s->x.memory.has_uploads);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 1);
	assert_int_equal(count_tasks(b, STAGE_LISTS), 2); /* what is visible needs none */
}

static void without_lists_nothing_is_looked_at(void **state)
{
	struct bench *b = *state;
	is_at(run(b, D1), STATE_COMPLETED, "");
	assert_int_equal(count_tasks(b, STAGE_LISTS), 0);
}

static void a_list_that_grows_while_files_are_formatted_counts(void **state)
{
	struct bench *b = *state;
	struct stored *s = run_until(b, STAGE_PART);
	list_grows(b);
	work_all(&b->k, &b->next);
	sent_by_the_newer_list(b, s);
}

static void a_list_that_grows_while_the_breaker_is_open_counts(void **state)
{
	struct bench *b = *state;
	struct stored *s = run_until(b, STAGE_PART);
	b->w.breaker = (struct breaker){.failures = 3, .open_until_ms = b->w.now_ms + 60 * MINUTE};
	work_all(&b->k, &b->next);
	is_at(s, STATE_UPLOADING, "");
	assert_int_equal(count_tasks(b, STAGE_LISTS), 1); /* none while nothing could go */
	list_grows(b);
	b->w.now_ms = b->w.breaker.open_until_ms;
	(void)world_due(&b->w, D1);
	assert_int_equal(last_task(b)->stage, STAGE_LISTS);
	b->w.breaker = (struct breaker){0};
	work_all(&b->k, &b->next);
	sent_by_the_newer_list(b, s);
}

/* One tries whether the destination is back: its look keeps the turn for it, and only once. */
static void the_look_keeps_the_turn_at_the_breaker(void **state)
{
	struct bench *b = *state;
	struct stored *s = run_until(b, STAGE_PART);
	b->w.breaker = (struct breaker){.failures = 3, .open_until_ms = b->w.now_ms};
	work_until(&b->k, &b->next, STAGE_LISTS);
	assert_true(b->w.breaker.open_until_ms > b->w.now_ms); /* its turn is taken */
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	assert_int_equal(count_tasks(b, STAGE_UPLOAD), 1); /* one tries */
	assert_false(s->x.memory.is_admitted);
	(void)world_result(
	        &b->w, answer(&b->k, &b->w.tasks[b->next++], EV_OUTCOME_RETRY, "drop_unavailable"));
	assert_int_equal(count_tasks(b, STAGE_UPLOAD), 1);
}

static void the_look_takes_the_upload_s_place_under_the_caps(void **state)
{
	struct bench *b = *state;
	struct stored *s = run_until(b, STAGE_MARKER);
	b->w.destination.room = 0;
	work_all(&b->k, &b->next);
	assert_int_equal(count_tasks(b, STAGE_LISTS), 1); /* no room: no look */
	b->w.destination.room = 1;
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	assert_int_equal(last_task(b)->stage, STAGE_LISTS);
	assert_int_equal(b->w.destination.room, 0);
	b->w.destination.room = 1; /* it comes back, as the database counts */
	(void)world_result(&b->w, work(&b->k, last_task(b)));
	assert_int_equal(count_tasks(b, STAGE_UPLOAD), 1);
	assert_int_equal(b->w.destination.room, 0);
}

/* Issued again so long after the look, and no later. */
static void a_look_is_good_for_so_long(void **state)
{
	for (int64_t late = 0; late < 2; late++) {
		struct bench *b = NULL;
		assert_int_equal(begin((void **)&b), 0);
		b->w.rules.backoff_ms = 1;
		struct stored *s = run_until(b, STAGE_UPLOAD);
		int64_t seen = s->x.memory.lists_seen_ms;
		assert_int_equal(seen, b->w.now_ms);
		int uploads = count_tasks(b, STAGE_UPLOAD);
		(void)world_result(&b->w,
		        answer(&b->k, &b->w.tasks[b->next], EV_OUTCOME_DEFER, "rate_limited"));
		assert_int_equal(count_tasks(b, STAGE_UPLOAD), uploads + 1); /* at once */
		b->w.now_ms = seen + b->w.rules.lists_fresh_ms + late;
		(void)world_result(
		        &b->w, answer(&b->k, last_task(b), EV_OUTCOME_DEFER, "rate_limited"));
		assert_int_equal(last_task(b)->stage, late ? STAGE_LISTS : STAGE_UPLOAD);
		assert_int_equal(s->x.memory.is_looking, late != 0);
		(void)finish((void **)&b);
	}
	(void)state;
}

/* Nobody started it for hours: it expired, or was lost. */
static void before_a_lost_upload_goes_again_the_lists_are_looked_at(void **state)
{
	struct bench *b = *state;
	b->w.rules.breaker_failures = 100; /* lost uploads are failures, too */
	struct stored *s = run_until(b, STAGE_UPLOAD);
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	assert_int_equal(last_task(b)->stage, STAGE_LISTS);
	(void)world_result(&b->w, work(&b->k, last_task(b)));
	assert_int_equal(last_task(b)->stage, STAGE_UPLOAD);
	assert_int_equal(last_task(b)->event.head.issue, 2);
	b->next = b->w.tasks_count - 3;
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 1);
}

static void what_was_issued_is_settled_before_it_is_calculated_again(void **state)
{
	struct bench *b = *state;
	b->w.rules.breaker_failures = 100; /* lost uploads are failures, too */
	struct stored *s = run_until(b, STAGE_UPLOAD);
	size_t zombies = b->next, zombies_count = b->w.tasks_count;
	list_grows(b);
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	b->next = b->w.tasks_count - 1;
	(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
	is_at(s, STATE_CANCELLING, "suppression_newer");
	assert_int_equal(count_tasks(b, STAGE_SETTLE), 3);
	assert_int_equal(s->x.revision, 1);
	work_all(&b->k, &b->next);
	sent_by_the_newer_list(b, s);
	for (size_t i = zombies; i < zombies_count; i++) /* paused uploaders wake up */
		(void)work(&b->k, &b->w.tasks[i]);
	sent_by_the_newer_list(b, s);
}

static bool withdraws(const struct bench *b)
{
	for (size_t i = 0; i < b->w.tasks_count; i++)
		if (b->w.tasks[i].stage == STAGE_SETTLE)
			return b->w.tasks[i].event.upload.withdraws;
	fail_msg("nothing was settled");
	return false;
}

/* A name that became free meanwhile must not show who is suppressed now. */
static void a_settle_withdraws_while_nothing_is_visible(void **state)
{
	enum { NO_LISTS = 1, VISIBLE = 2 };
	for (int kind = 0; kind < 3; kind++) {
		struct bench *b = NULL;
		assert_int_equal(begin((void **)&b), 0);
		if (kind != NO_LISTS)
			use_list(b);
		(void)world_request(&b->w, D1, b->w.now_ms);
		work_until(&b->k, &b->next, STAGE_UPLOAD);
		if (kind == VISIBLE)
			(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
		(void)world_say(&b->w, D1, DECIDE_CANCEL, "bob", "c1");
		assert_int_equal(withdraws(b), kind == 0);
		(void)finish((void **)&b);
	}
	(void)state;
}

static void what_is_visible_after_all_ends_it(void **state)
{
	struct bench *b = *state;
	b->w.rules.breaker_failures = 100; /* lost uploads are failures, too */
	struct stored *s = run_until(b, STAGE_UPLOAD);
	list_grows(b);
	(void)work(&b->k, &b->w.tasks[b->next]); /* put in place, and the answer is lost */
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	b->next = b->w.tasks_count - 1;
	work_all(&b->k, &b->next);
	is_at(s, STATE_FAILED, "suppression_newer");
	assert_int_equal(s->x.memory.files_visible, 1);
	assert_non_null(strstr(s->x.memory.detail.p, "1 of 5 files are visible"));
	assert_true(b->w.head.force_full);
}

static void once_a_file_is_visible_the_rest_follows(void **state)
{
	struct bench *b = *state;
	struct stored *s = run_until(b, STAGE_UPLOAD);
	(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next]));
	list_grows(b);
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	assert_int_equal(last_task(b)->stage, STAGE_UPLOAD);
	b->next = b->w.tasks_count - 2;
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 1);
}

/* A file became visible while the lists were looked at: it goes on as it is. */
static void a_look_that_comes_too_late_changes_nothing(void **state)
{
	struct bench *b = *state;
	b->w.rules.breaker_failures = 100; /* lost uploads are failures, too */
	struct stored *s = run_until(b, STAGE_UPLOAD);
	size_t first = b->next;
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	size_t look = b->w.tasks_count - 1;
	assert_int_equal(b->w.tasks[look].stage, STAGE_LISTS);
	for (size_t i = first; i < first + 3; i++)
		(void)world_result(&b->w, work(&b->k, &b->w.tasks[i]));
	list_grows(b);
	b->next = look;
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 1);
}

/* --- who is asked, and how it is resumed --- */

static struct stored *run_into_conflict(struct bench *b)
{
	b->w.spec.destination.max_rows_per_file = 0; /* one part */
	struct stored *s = run_until(b, STAGE_UPLOAD);
	(void)world_result(
	        &b->w, answer(&b->k, &b->w.tasks[b->next++], EV_OUTCOME_REJECT, "name_conflict"));
	is_at(s, STATE_HELD, "name_conflict");
	return s;
}

static void a_resumed_delivery_with_nothing_visible_looks_again(void **state)
{
	static const enum ev_resolution answers[] = {
	        EV_RESOLUTION_NONE, EV_RESOLUTION_RESEND, EV_RESOLUTION_ADOPT};
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		struct bench *b = NULL;
		assert_int_equal(begin((void **)&b), 0);
		struct stored *s = run_into_conflict(b);
		list_grows(b);
		b->w.resolution = answers[i];
		(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1"); /* at once */
		is_at(s, STATE_UPLOADING, "");
		assert_int_equal(last_task(b)->stage, STAGE_LISTS);
		work_until(&b->k, &b->next, STAGE_SETTLE);
		is_at(s, STATE_CANCELLING, "suppression_newer");
		work_all(&b->k, &b->next);
		sent_by_the_newer_list(b, s);
		(void)finish((void **)&b);
	}
	(void)state;
}

static void an_answer_goes_after_the_look_where_the_lists_are_the_same(void **state)
{
	struct bench *b = *state;
	struct stored *s = run_into_conflict(b);
	b->w.resolution = EV_RESOLUTION_RESEND;
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	assert_int_equal(b->w.tasks[b->next].event.upload.resolution, EV_RESOLUTION_RESEND);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 1);
}

/* A person is asked while a look is out: whatever that finds, the question stays, nothing goes, and
 * the answer begins with another look. */
static void the_question_stays(struct bench *b, enum ev_outcome outcome, bool is_stale)
{
	struct stored *s = run_until(b, STAGE_UPLOAD);
	size_t first = b->next;
	(void)world_result(
	        &b->w, answer(&b->k, &b->w.tasks[first], EV_OUTCOME_DEFER, "rate_limited"));
	b->w.now_ms += 2 * b->w.rules.lists_fresh_ms;
	(void)world_result(&b->w, answer(&b->k, last_task(b), EV_OUTCOME_DEFER, "rate_limited"));
	size_t look = b->w.tasks_count - 1;
	assert_int_equal(b->w.tasks[look].stage, STAGE_LISTS);
	(void)world_result(
	        &b->w, answer(&b->k, &b->w.tasks[first + 1], EV_OUTCOME_REJECT, "name_conflict"));
	b->list.max_age_hours = is_stale ? 1 : 0;
	b->k.list_modified_ms -= is_stale ? 61 * MINUTE : 0;
	(void)world_result(&b->w, outcome == EV_OUTCOME_DONE ? work(&b->k, &b->w.tasks[look])
	                                                     : answer(&b->k, &b->w.tasks[look],
	                                                               outcome, "source_missing"));
	is_at(s, STATE_HELD, "name_conflict");
	assert_int_equal(s->x.memory.hold_check_ms, 0);
	size_t before = b->w.tasks_count;
	b->list.max_age_hours = 0;
	list_grows(b);
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	is_at(s, STATE_UPLOADING, "");
	if (outcome != EV_OUTCOME_DONE) { /* that look is still to be answered */
		b->w.now_ms = s->x.due_ms;
		(void)world_due(&b->w, D1);
	}
	assert_int_equal(b->w.tasks_count, before + 1);
	assert_int_equal(last_task(b)->stage, STAGE_LISTS);
	b->next = before;
	work_all(&b->k, &b->next);
	sent_by_the_newer_list(b, s);
}

static void a_look_that_meets_a_question_waits_for_its_answer(void **state)
{
	the_question_stays(*state, EV_OUTCOME_DONE, false);
}

static void a_stale_list_does_not_take_a_question_back(void **state)
{
	the_question_stays(*state, EV_OUTCOME_DONE, true);
}

static void a_missing_list_does_not_take_a_question_back(void **state)
{
	the_question_stays(*state, EV_OUTCOME_RETRY, false);
}

/* --- lists that cannot be read, and answers that are old --- */

static void lists_that_cannot_be_read_let_nothing_go(void **state)
{
	struct bench *b = *state;
	use_list(b);
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_MARKER);
	(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
	(void)world_result(
	        &b->w, answer(&b->k, &b->w.tasks[b->next++], EV_OUTCOME_RETRY, "source_missing"));
	is_at(s, STATE_HELD, "source_missing");
	for (int i = 0; i < 3; i++) {
		b->w.now_ms = s->x.due_ms;
		(void)world_due(&b->w, D1);
		assert_int_equal(count_tasks(b, STAGE_UPLOAD), 0);
	}
	list_grows(b);
	work_all(&b->k, &b->next);
	sent_by_the_newer_list(b, s);
}

static void a_list_that_becomes_stale_before_the_upload_is_waited_for(void **state)
{
	struct bench *b = *state;
	struct stored *s = run_until(b, STAGE_PART);
	b->list.max_age_hours = 1;
	b->w.now_ms += 61 * MINUTE;
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "suppression_stale");
	assert_int_equal(count_tasks(b, STAGE_UPLOAD), 0);
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "suppression_stale");
	b->k.list_modified_ms = b->w.now_ms;
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 1); /* newer, and the same */
}

/* At the edge: as old as an issue may become before it is started. */
static void an_old_answer_is_no_look(void **state)
{
	for (int64_t over = 0; over < 2; over++) {
		struct bench *b = NULL;
		assert_int_equal(begin((void **)&b), 0);
		use_list(b);
		struct stored *s = world_request(&b->w, D1, b->w.now_ms);
		work_until(&b->k, &b->next, STAGE_MARKER);
		(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
		struct ev_task_result *r = work(&b->k, &b->w.tasks[b->next++]);
		b->w.now_ms += b->w.rules.not_after_ms + over;
		list_grows(b);
		(void)world_result(&b->w, r);
		assert_int_equal(count_tasks(b, STAGE_UPLOAD), over ? 0 : 3);
		if (over) {
			is_at(s, STATE_HELD, "suppression_stale");
			b->w.now_ms = s->x.due_ms;
			(void)world_due(&b->w, D1);
			work_all(&b->k, &b->next);
			sent_by_the_newer_list(b, s);
		}
		(void)finish((void **)&b);
	}
	(void)state;
}

/* --- while it settles, and under quotas --- */

static void while_it_settles_to_begin_anew_it_can_be_cancelled(void **state)
{
	struct bench *b = *state;
	struct stored *s = run_into_conflict(b);
	list_grows(b);
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	work_until(&b->k, &b->next, STAGE_SETTLE);
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "bob", "c1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_CANCELLED, "cancelled");
	assert_int_equal(s->x.memory.files_visible, 0);
}

/* The ledger cannot say what became of it: a person does, and then it goes on. */
static struct stored *run_into_a_settle_that_asks(struct bench *b)
{
	struct stored *s = run_into_conflict(b);
	list_grows(b);
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	work_until(&b->k, &b->next, STAGE_SETTLE);
	(void)world_result(
	        &b->w, answer(&b->k, &b->w.tasks[b->next++], EV_OUTCOME_REJECT, "uncertain"));
	is_at(s, STATE_HELD, "uncertain");
	return s;
}

static void a_settle_that_asks_goes_on_as_it_is_answered(void **state)
{
	struct bench *b = *state;
	struct stored *s = run_into_a_settle_that_asks(b);
	b->w.resolution = EV_RESOLUTION_RESEND; /* it did not arrive */
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r2");
	is_at(s, STATE_CANCELLING, "suppression_newer");
	work_all(&b->k, &b->next);
	sent_by_the_newer_list(b, s);
}

static void a_settle_that_nobody_answers_ends_the_delivery(void **state)
{
	struct bench *b = *state;
	struct stored *s = run_into_a_settle_that_asks(b);
	b->w.now_ms = s->x.memory.hold_expires_ms;
	(void)world_due(&b->w, D1);
	is_at(s, STATE_REJECTED, "expired");
	assert_non_null(strstr(s->x.memory.detail.p, "not all files could be settled"));
	assert_true(b->w.head.force_full);
}

static void who_begins_anew_gives_its_place_back_and_keeps_its_turn(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	struct stored *s = run_until(b, STAGE_PART);
	b->w.breaker = (struct breaker){.failures = 3, .open_until_ms = b->w.now_ms + MINUTE};
	work_all(&b->k, &b->next);
	is_at(s, STATE_UPLOADING, ""); /* it has the one place */
	list_grows(b);
	b->w.now_ms = b->w.breaker.open_until_ms;
	(void)world_due(&b->w, D1);
	b->w.breaker = (struct breaker){0};
	work_until(&b->k, &b->next, STAGE_COMBINE);
	assert_int_equal(b->w.places[0].free_ms, b->w.now_ms);
	work_all(&b->k, &b->next);
	sent_by_the_newer_list(b, s); /* and is not held for its own place */
}

/* Released from a quota it looks, and what is formatted goes by that look. */
static void one_look_is_enough_at_a_release(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	is_at(run(b, D2), STATE_COMPLETED, ""); /* has the place of this hour */
	use_list(b);
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "quota");
	assert_int_equal(count_tasks(b, STAGE_LISTS), 1);
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	assert_int_equal(count_tasks(b, STAGE_LISTS), 2);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

static void who_began_once_counts_once(void **state)
{
	struct bench *b = *state;
	b->w.spec.limits.tenant_per_hour = 1;
	struct stored *s = run_into_conflict(b);
	list_grows(b);
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	work_all(&b->k, &b->next);
	sent_by_the_newer_list(b, s);
	is_at(run(b, D2), STATE_HELD, "quota");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, finish)
	        CASE(the_lists_are_looked_at_right_before_the_first_upload),
	        CASE(without_lists_nothing_is_looked_at),
	        CASE(a_list_that_grows_while_files_are_formatted_counts),
	        CASE(a_list_that_grows_while_the_breaker_is_open_counts),
	        CASE(the_look_keeps_the_turn_at_the_breaker),
	        CASE(the_look_takes_the_upload_s_place_under_the_caps),
	        CASE(a_look_is_good_for_so_long),
	        CASE(before_a_lost_upload_goes_again_the_lists_are_looked_at),
	        CASE(what_was_issued_is_settled_before_it_is_calculated_again),
	        CASE(a_settle_withdraws_while_nothing_is_visible),
	        CASE(what_is_visible_after_all_ends_it),
	        CASE(once_a_file_is_visible_the_rest_follows),
	        CASE(a_look_that_comes_too_late_changes_nothing),
	        CASE(a_resumed_delivery_with_nothing_visible_looks_again),
	        CASE(an_answer_goes_after_the_look_where_the_lists_are_the_same),
	        CASE(a_look_that_meets_a_question_waits_for_its_answer),
	        CASE(a_stale_list_does_not_take_a_question_back),
	        CASE(a_missing_list_does_not_take_a_question_back),
	        CASE(lists_that_cannot_be_read_let_nothing_go),
	        CASE(a_list_that_becomes_stale_before_the_upload_is_waited_for),
	        CASE(an_old_answer_is_no_look),
	        CASE(while_it_settles_to_begin_anew_it_can_be_cancelled),
	        CASE(a_settle_that_asks_goes_on_as_it_is_answered),
	        CASE(a_settle_that_nobody_answers_ends_the_delivery),
	        CASE(who_begins_anew_gives_its_place_back_and_keeps_its_turn),
	        CASE(one_look_is_enough_at_a_release),
	        CASE(who_began_once_counts_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
