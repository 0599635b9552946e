/* SPDX-License-Identifier: Apache-2.0
 * No upload begins in a blackout, whatever kept it until then; what was issued finishes. */
#include "bench.h"

static const int64_t MINUTE = 60000;

/* 2026-05-28T20:26:40Z is a Thursday: minute 3 * 1440 + 1226 of the week. */
static int64_t black_from(struct bench *b, int64_t minutes)
{
	int64_t at = 3 * 1440 + 1226 + minutes;
	b->blackout = (struct spec_blackout){at, at + 10};
	b->w.spec.blackouts = &b->blackout;
	b->w.spec.blackouts_count = 1;
	return b->w.now_ms - 40000 + (minutes + 10) * MINUTE; /* its end */
}

static size_t uploads(const struct bench *b)
{
	size_t count = 0;
	for (size_t i = 0; i < b->w.tasks_count; i++)
		count += b->w.tasks[i].stage == STAGE_UPLOAD;
	return count;
}

static bool tells(const struct stored *s, const char *text)
{
	struct str detail = s->x.memory.detail;
	size_t n = strlen(text);
	for (size_t i = 0; i + n <= detail.n; i++)
		if (memcmp(detail.p + i, text, n) == 0)
			return true;
	return false;
}

static void use_list(struct bench *b)
{
	b->list = (struct spec_suppression){
	        .name = STR("optout"), .source = {.url = STR("file:///lists/optout/")}};
	b->w.spec.suppressions = &b->list;
	b->w.spec.suppressions_count = 1;
}

static void files_that_were_made_too_late_wait_for_the_end(void **state)
{
	struct bench *b = *state;
	int64_t end = black_from(b, 1);
	use_list(b);
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_PART);
	is_at(s, STATE_FORMATTING, ""); /* the gate was in time */
	b->w.now_ms += 2 * MINUTE;
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "blackout");
	assert_true(tells(s, "2026-05-28T20:37 UTC"));
	assert_int_equal(s->x.due_ms, end);
	assert_int_equal(uploads(b), 0);
	b->w.now_ms = end;
	(void)world_due(&b->w, D1);
	assert_int_equal(
	        b->w.tasks[b->w.tasks_count - 1].stage, STAGE_LISTS); /* they are old now */
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 1); /* what was formatted was sent */
}

static void uploads_that_wait_for_a_place_wait_on(void **state)
{
	struct bench *b = *state;
	int64_t end = black_from(b, 1);
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_MARKER);
	b->w.destination.room = 0;
	work_all(&b->k, &b->next);
	is_at(s, STATE_UPLOADING, "");
	assert_int_equal(b->w.last.waits_for, WAIT_DESTINATION);
	b->w.now_ms += 2 * MINUTE;
	b->w.destination.room = INT64_MAX;
	(void)world_due(&b->w, D1);
	is_at(s, STATE_UPLOADING, "");
	assert_int_equal(uploads(b), 0);
	assert_int_equal(b->w.last.waits_for, WAIT_NOTHING); /* it keeps no place from others */
	assert_true(tells(s, "nothing is sent at this time of the week"));
	assert_true(tells(s, "2026-05-28T20:37 UTC"));
	assert_int_equal(s->x.due_ms, end);
	int words = s->published_statuses;
	(void)world_due(&b->w, D1);
	assert_int_equal(s->published_statuses, words); /* told once */
	b->w.now_ms = end;
	(void)world_due(&b->w, D1);
	assert_int_equal(uploads(b), 3);
	assert_int_equal(s->x.memory.detail.n, 0);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

static void uploads_that_wait_for_a_bucket_wait_on(void **state)
{
	struct bench *b = *state;
	int64_t end = black_from(b, 1);
	b->w.breaker = (struct breaker){.failures = 3,
	        .open_until_ms = b->w.now_ms + 2 * MINUTE,
	        .prober = STR(""),
	        .probe = STR("")};
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_all(&b->k, &b->next);
	assert_int_equal(b->w.last.waits_for, WAIT_PLACE);
	b->w.now_ms += 3 * MINUTE;
	(void)world_due(&b->w, D1);
	assert_int_equal(uploads(b), 0);
	assert_int_equal(b->w.breaker.probe.n, 0); /* nobody has the turn who cannot go */
	b->w.now_ms = end;
	(void)world_due(&b->w, D1);
	assert_int_equal(uploads(b), 1); /* looks whether it is back */
	work_all(&b->k, &b->next);
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

/* The first uploads are issued, and the blackout has begun. */
static struct stored *black_while_uploading(struct bench *b)
{
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	b->w.now_ms += 2 * MINUTE;
	return s;
}

static void completes_at(struct bench *b, struct stored *s, int64_t end)
{
	b->w.now_ms = end;
	(void)world_due(&b->w, D1);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

static void what_was_issued_finishes_and_the_next_files_wait(void **state)
{
	struct bench *b = *state;
	int64_t end = black_from(b, 1);
	struct stored *s = black_while_uploading(b);
	size_t issued = uploads(b);
	work_all(&b->k, &b->next);
	is_at(s, STATE_UPLOADING, "");
	assert_int_equal(s->x.memory.files_visible, 3); /* the parts; the manifest waits */
	assert_int_equal(uploads(b), issued);
	assert_true(tells(s, "nothing is sent at this time of the week"));
	completes_at(b, s, end);
}

static void another_try_waits_too(void **state)
{
	struct bench *b = *state;
	int64_t end = black_from(b, 1);
	struct stored *s = black_while_uploading(b);
	size_t issued = uploads(b);
	(void)world_result(
	        &b->w, answer(&b->k, &b->w.tasks[b->next++], EV_OUTCOME_RETRY, "drop_unavailable"));
	work_all(&b->k, &b->next);
	b->w.now_ms += MINUTE;
	(void)world_due(&b->w, D1);
	assert_int_equal(uploads(b), issued);
	assert_int_equal(s->x.due_ms, end);
	completes_at(b, s, end);
}

static void a_cancel_does_not_wait(void **state)
{
	struct bench *b = *state;
	(void)black_from(b, 1);
	struct stored *s = black_while_uploading(b);
	b->next = b->w.tasks_count; /* nobody uploads */
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "ann", "c1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_CANCELLED, "cancelled");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                files_that_were_made_too_late_wait_for_the_end, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                uploads_that_wait_for_a_place_wait_on, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                uploads_that_wait_for_a_bucket_wait_on, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                what_was_issued_finishes_and_the_next_files_wait, begin, finish),
	        cmocka_unit_test_setup_teardown(another_try_waits_too, begin, finish),
	        cmocka_unit_test_setup_teardown(a_cancel_does_not_wait, begin, finish),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
