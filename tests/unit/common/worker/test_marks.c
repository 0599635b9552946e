/* SPDX-License-Identifier: Apache-2.0
 * Each test is a rule of the loop's executable specification, or holds the module against a list
 * with one entry per message. */
#include "marks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

static void expect(const struct marks *m, int64_t floor, const char *text)
{
	char out[BUS_METADATA_MAX];
	size_t n = marks_encode(m, out);
	assert_int_equal(m->floor, floor);
	assert_int_equal(n, strlen(text));
	if (n)
		assert_memory_equal(out, text, n);
}

static void take(struct marks *m, int64_t floor, const char *text)
{
	struct err e;
	if (marks_take_over(m, floor, str_c(text), &e))
		fail_msg("%s", e.text);
}

static void see(struct marks *m, int64_t from, int64_t to)
{
	for (int64_t o = from; o < to; o++)
		(void)marks_see(m, o);
}

/* bitmap: what is finished above the floor is kept; the floor never jumps a gap */
static void floor_never_passes_an_unfinished_message(void **state)
{
	(void)state;
	struct marks m;
	marks_init(&m, 10);
	see(&m, 10, 16);
	for (int64_t o = 10; o < 15; o++)
		assert_true(marks_run(&m, o));
	assert_true(marks_finish(&m, 12));
	assert_true(marks_finish(&m, 13));
	expect(&m, 10, "1r2f2r");
	assert_true(marks_finish(&m, 10));
	expect(&m, 11, "1rf2r");
	assert_true(marks_finish(&m, 11));
	expect(&m, 14, "1r");
	assert_true(marks_finish(&m, 14));
	expect(&m, 15, "");
	assert_true(marks_finish(&m, 15));
	expect(&m, 16, "");
	marks_release(&m);
}

static void first_message_sets_the_floor_where_nothing_was_committed(void **state)
{
	(void)state;
	struct marks m;
	struct err e;
	assert_int_equal(marks_take_over(&m, -1, (struct str){NULL, 0}, &e), 0);
	expect(&m, -1, "");
	assert_int_equal(marks_see(&m, 7).state, MARK_UNTOUCHED);
	expect(&m, 7, "");
	assert_true(marks_run(&m, 7));
	expect(&m, 7, "1r");
	marks_release(&m);
}

/* only-alone-counts: what ran in company becomes a suspect without a death */
static void running_becomes_suspect_without_a_death(void **state)
{
	(void)state;
	struct marks m;
	take(&m, 5, "1r3fr");
	expect(&m, 5, "1s3fs");
	assert_int_equal(marks_see(&m, 5).state, MARK_SUSPECT);
	assert_int_equal(marks_get(&m, 5).deaths, 0);
	assert_int_equal(marks_get(&m, 8).state, MARK_FINISHED);
	assert_int_equal(marks_get(&m, 10).state, MARK_UNTOUCHED);
	marks_release(&m);
}

static void death_while_alone_counts(void **state)
{
	(void)state;
	struct marks m;
	take(&m, 5, "1s2l.1s.4");
	expect(&m, 5, "1s2s.2s.4");
	assert_true(marks_alone(&m, 7));
	expect(&m, 5, "1s2l.2s.4");
	marks_release(&m);
	take(&m, 0, "1l");
	expect(&m, 0, "1s.1");
	marks_release(&m);
	take(&m, 0, "1l.255"); /* as many as there are */
	expect(&m, 0, "1s.255");
	marks_release(&m);
}

/* tries-kept */
static void suspects_and_their_deaths_are_kept(void **state)
{
	(void)state;
	struct marks m;
	take(&m, 5, "1s.2-2s");
	expect(&m, 5, "1s.2-2s");
	char out[BUS_METADATA_MAX];
	size_t n = marks_encode(&m, out);
	marks_release(&m);
	struct err e;
	assert_int_equal(marks_take_over(&m, 5, (struct str){out, n}, &e), 0);
	expect(&m, 5, "1s.2-2s");
	marks_release(&m);
}

/* revoke-unmarks */
static void revoke_takes_alone_back_and_keeps_the_deaths(void **state)
{
	(void)state;
	struct marks m;
	take(&m, 5, "1s.1s-f");
	assert_true(marks_alone(&m, 5));
	expect(&m, 5, "1l.1s-f");
	marks_revoke(&m);
	expect(&m, 5, "1s.1s-f");
	marks_release(&m);
}

/* Its process lives: it had lost sight of its partition for a while. */
static void death_that_never_happened_is_taken_back(void **state)
{
	(void)state;
	struct marks m;
	take(&m, 5, "1l.1r");
	expect(&m, 5, "1s.2s");
	assert_true(marks_spare(&m, 5, 1));
	expect(&m, 5, "1s.1s");
	assert_false(marks_spare(&m, 5, 1)); /* never more than are counted */
	assert_false(marks_spare(&m, 5, 7));
	assert_false(marks_spare(&m, 8, 0)); /* untouched: it cannot have died */
	assert_false(marks_spare(&m, 4, 0)); /* finished */
	expect(&m, 5, "1s.1s");
	assert_false(marks_has_alone(&m));
	assert_true(marks_alone(&m, 6));
	assert_true(marks_has_alone(&m));
	marks_release(&m);
}

/* revoke-no-finish: a running message keeps its mark */
static void revoke_leaves_running_ones_running(void **state)
{
	(void)state;
	struct marks m;
	marks_init(&m, 5);
	see(&m, 5, 8);
	assert_true(marks_run(&m, 5));
	assert_true(marks_run(&m, 7));
	marks_revoke(&m);
	expect(&m, 5, "1r-r");
	marks_release(&m);
}

static void unstarted_goes_back_to_what_it_was(void **state)
{
	(void)state;
	struct marks m;
	take(&m, 5, "1-s.3");
	see(&m, 5, 7);
	assert_true(marks_run(&m, 5));
	marks_unstart(&m, 5);
	expect(&m, 5, "1-s.3");
	assert_true(marks_alone(&m, 6));
	marks_unstart(&m, 6);
	expect(&m, 5, "1-s.3");
	marks_release(&m);
}

static void offsets_that_do_not_exist_hold_nothing_up(void **state)
{
	(void)state;
	struct marks m;
	take(&m, 5, "1s.1");
	assert_int_equal(
	        marks_see(&m, 9).state, MARK_UNTOUCHED); /* 5 to 8 were removed by retention */
	expect(&m, 9, "");
	assert_true(marks_run(&m, 9));
	assert_int_equal(marks_see(&m, 12).state, MARK_UNTOUCHED);
	expect(&m, 9, "1rf2");
	marks_release(&m);
}

/* As in a log that is compacted, or holds the marks of transactions: every second offset. */
static void however_many_offsets_do_not_exist_the_text_fits(void **state)
{
	(void)state;
	char out[BUS_METADATA_MAX];
	struct marks m, next;
	struct err e;
	marks_init(&m, 0);
	for (int64_t o = 0; o < 8000; o += 2)
		(void)marks_see(&m, o);
	size_t n = marks_encode(&m, out);
	assert_in_range(n, BUS_METADATA_MAX - 40, BUS_METADATA_MAX);
	assert_int_equal(marks_take_over(&next, 0, (struct str){out, n}, &e), 0);
	assert_int_equal(marks_get(&next, 1).state, MARK_FINISHED);
	assert_int_equal(marks_get(&next, 0).state, MARK_UNTOUCHED);
	assert_int_equal(marks_get(&next, 7999).state, MARK_UNTOUCHED);
	marks_release(&m);
	marks_release(&next);
}

static void message_seen_again_is_what_it_was(void **state)
{
	(void)state;
	struct marks m;
	marks_init(&m, 0);
	see(&m, 0, 4);
	assert_true(marks_run(&m, 0));
	assert_true(marks_finish(&m, 2));
	assert_int_equal(marks_see(&m, 2).state, MARK_FINISHED);
	assert_int_equal(marks_see(&m, 0).state, MARK_RUNNING);
	assert_true(marks_finish(&m, 0));
	assert_int_equal(marks_see(&m, 0).state, MARK_FINISHED); /* below the floor */
	assert_true(marks_finish(&m, 0));
	expect(&m, 1, "1-f");
	assert_int_equal(m.next, 4);
	marks_release(&m);
}

static void log_that_begins_anew_has_no_marks(void **state)
{
	(void)state;
	struct marks m;
	take(&m, 5, "1rf-s.2");
	see(&m, 5, 10);
	marks_begin_anew(&m, 2);
	expect(&m, 2, "");
	assert_int_equal(marks_see(&m, 2).state, MARK_UNTOUCHED);
	assert_int_equal(marks_get(&m, 6).state, MARK_UNTOUCHED);
	assert_true(marks_run(&m, 2));
	expect(&m, 2, "1r");
	marks_release(&m);
}

static void foreign_text_is_refused_and_the_floor_stays(void **state)
{
	(void)state;
	static const char *const foreign[] = {"x", "2r", "1x", "1r0", "1r-1x",
	        "1r99999999999999999999", "1s.", "1s.0", "1s.256", "1f.1", "1-.2", "1r.1", "1 r",
	        "1r ", "1rf\n", "{}"};
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		struct marks m;
		struct err e;
		assert_int_equal(marks_take_over(&m, 3, str_c(foreign[i]), &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_marks");
		expect(&m, 3, "");
		assert_true(marks_run(&m, 3));
		marks_release(&m);
	}
	char large[BUS_METADATA_MAX + 1];
	memset(large, 'f', sizeof(large));
	large[0] = '1';
	struct marks m;
	struct err e;
	assert_int_equal(
	        marks_take_over(&m, 3, (struct str){large, sizeof(large)}, &e), ERR_REJECT);
	marks_release(&m);
	assert_int_equal(marks_take_over(&m, 3, (struct str){large, sizeof(large) - 1}, &e), 0);
	expect(&m, 3 + BUS_METADATA_MAX - 1, "");
	marks_release(&m);
}

/* Every second message finished: a byte each. Starting stops at the limit; the floor and suspects
 * still move. */
static void text_never_passes_its_maximum(void **state)
{
	(void)state;
	struct marks m;
	char out[BUS_METADATA_MAX];
	marks_init(&m, 0);
	int64_t o = 1;
	(void)marks_see(&m, 0);
	for (;; o += 2) {
		see(&m, o, o + 2);
		if (!marks_run(&m, o))
			break;
		assert_true(marks_finish(&m, o));
	}
	assert_in_range(marks_encode(&m, out), MARKS_ROOM - 3, MARKS_ROOM);
	assert_int_equal(marks_get(&m, o).state, MARK_UNTOUCHED);
	assert_false(
	        marks_finish(&m, o));  /* nor does an expired one fit: it is tried again later */
	assert_true(marks_run(&m, 0)); /* what holds the floor may always go on */
	assert_true(marks_finish(&m, 0));
	assert_int_equal(m.floor, 2);
	assert_true(marks_run(&m, o));
	assert_true(marks_finish(&m, o));
	marks_release(&m);
}

static void suspects_fit_where_nothing_else_does(void **state)
{
	(void)state;
	char text[BUS_METADATA_MAX + 1] = "1s3";
	for (size_t n = 3; n < MARKS_ROOM; n += 2)
		memcpy(text + n, "-f", 3);
	struct marks m;
	take(&m, 0, text);
	size_t before = strlen(text);
	see(&m, 0, 4);
	char out[BUS_METADATA_MAX];
	for (int limit = 0; limit < 20; limit++) { /* it kills its process twenty times */
		assert_true(marks_alone(&m, 1));
		size_t n = marks_encode(&m, out);
		struct marks next;
		struct err e;
		assert_int_equal(marks_take_over(&next, 0, (struct str){out, n}, &e), 0);
		marks_release(&m);
		m = next;
		assert_in_range(marks_encode(&m, out), before, BUS_METADATA_MAX);
	}
	assert_int_equal(marks_get(&m, 1).deaths, 20);
	marks_release(&m);
}

/* --- against a plain list --- */

enum { PLAIN = 120 };

static uint32_t chance = 12345;

static uint32_t draw(uint32_t below)
{
	chance = chance * 1664525U + 1013904223U;
	return (chance >> 8) % below;
}

static void compare(const struct marks *m, const struct mark *plain)
{
	int64_t floor = 0;
	while (floor < PLAIN && plain[floor].state == MARK_FINISHED)
		floor++;
	assert_int_equal(m->floor, floor);
	for (int64_t o = 0; o < PLAIN; o++) {
		assert_int_equal(marks_get(m, o).state, plain[o].state);
		assert_int_equal(marks_get(m, o).deaths, plain[o].deaths);
	}
}

static void pass_over(struct marks *m, struct mark *plain)
{
	char out[BUS_METADATA_MAX];
	size_t n = marks_encode(m, out);
	int64_t floor = m->floor;
	struct err e;
	marks_release(m);
	assert_int_equal(marks_take_over(m, floor, (struct str){out, n}, &e), 0);
	see(m, floor, PLAIN);
	for (int64_t o = 0; o < PLAIN; o++) {
		if (plain[o].state == MARK_RUNNING)
			plain[o] = (struct mark){MARK_SUSPECT, 0};
		else if (plain[o].state == MARK_ALONE)
			plain[o] = (struct mark){MARK_SUSPECT, plain[o].deaths + 1};
	}
}

static void behaves_like_a_plain_list(void **state)
{
	(void)state;
	struct marks m;
	struct mark plain[PLAIN] = {{0}};
	marks_init(&m, 0);
	see(&m, 0, PLAIN);
	for (int step = 0; step < 3000; step++) {
		int64_t o = draw(PLAIN);
		uint32_t what = draw(100);
		if (what < 40 && plain[o].state == MARK_UNTOUCHED && marks_run(&m, o))
			plain[o].state = MARK_RUNNING;
		else if (what < 55 && plain[o].state == MARK_SUSPECT && marks_alone(&m, o))
			plain[o].state = MARK_ALONE;
		else if (what < 57 && plain[o].state == MARK_RUNNING && marks_finish(&m, o))
			plain[o] = (struct mark){MARK_FINISHED, 0};
		else if (what < 58 && plain[o].state == MARK_RUNNING) {
			marks_unstart(&m, o);
			plain[o].state = MARK_UNTOUCHED;
		} else if (what == 98)
			pass_over(&m, plain);
		compare(&m, plain);
	}
	marks_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(floor_never_passes_an_unfinished_message),
	        cmocka_unit_test(first_message_sets_the_floor_where_nothing_was_committed),
	        cmocka_unit_test(running_becomes_suspect_without_a_death),
	        cmocka_unit_test(death_while_alone_counts),
	        cmocka_unit_test(suspects_and_their_deaths_are_kept),
	        cmocka_unit_test(revoke_takes_alone_back_and_keeps_the_deaths),
	        cmocka_unit_test(revoke_leaves_running_ones_running),
	        cmocka_unit_test(unstarted_goes_back_to_what_it_was),
	        cmocka_unit_test(offsets_that_do_not_exist_hold_nothing_up),
	        cmocka_unit_test(however_many_offsets_do_not_exist_the_text_fits),
	        cmocka_unit_test(death_that_never_happened_is_taken_back),
	        cmocka_unit_test(message_seen_again_is_what_it_was),
	        cmocka_unit_test(log_that_begins_anew_has_no_marks),
	        cmocka_unit_test(foreign_text_is_refused_and_the_floor_stays),
	        cmocka_unit_test(text_never_passes_its_maximum),
	        cmocka_unit_test(suspects_fit_where_nothing_else_does),
	        cmocka_unit_test(behaves_like_a_plain_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
