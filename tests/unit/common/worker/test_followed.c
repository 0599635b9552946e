/* SPDX-License-Identifier: Apache-2.0
 * A partition that lost its end is known by the last message that was read of it. */
#include "followed.h"
#include "marks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

static struct bus_message message(int64_t offset, const char *value)
{
	return (struct bus_message){.topic = STR("t"),
	        .partition = 3,
	        .offset = offset,
	        .timestamp_ms = 1700000000000 + offset,
	        .key = STR("k"),
	        .value = str_c(value)};
}

static void witness_knows_its_message_from_any_other(void **state)
{
	(void)state;
	struct bus_message m = message(7, "seven");
	struct witness w = witness_of(&m);
	assert_true(witness_is(&w, &m));
	struct bus_message other = m;
	other.value = STR("Seven");
	assert_false(witness_is(&w, &other));
	other = m;
	other.key = STR("ks"); /* the same bytes, split otherwise */
	other.value = STR("even");
	assert_false(witness_is(&w, &other));
	other = m;
	other.timestamp_ms++;
	assert_false(witness_is(&w, &other));
	other = m;
	other.offset++;
	assert_false(witness_is(&w, &other));
	m.value = (struct str){NULL, 0}; /* a tombstone is not an empty value */
	w = witness_of(&m);
	m.value = STR("");
	assert_false(witness_is(&w, &m));
}

static void text_comes_back_as_it_was(void **state)
{
	(void)state;
	static const int64_t numbers[] = {0, 1, 1700000000000, INT64_MAX};
	for (size_t i = 0; i < 4; i++) {
		char text[BUS_METADATA_MAX + WITNESS_BYTES] = "1rf3-s.1";
		struct witness w = {numbers[i], numbers[i], (uint32_t)(0x9abcdef0u * i)};
		size_t n = 8 + witness_encode(&w, text + 8);
		assert_true(n < 8 + WITNESS_BYTES);
		struct str metadata = {text, n};
		struct witness back = witness_take(&metadata);
		assert_int_equal(back.offset, w.offset);
		assert_int_equal(back.timestamp_ms, w.timestamp_ms);
		assert_int_equal(back.crc, w.crc);
		assert_true(str_eq(metadata, STR("1rf3-s.1")));
	}
	struct witness none = witness_none();
	char text[WITNESS_BYTES];
	assert_int_equal(witness_encode(&none, text), 0);
}

static void what_is_no_witness_stays_where_it_is(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "1rf3", "@", "1r@", "1r@5", "1r@5.6", "1r@5.6.7",
	        "1r@5.6.0000000", "1r@5.6.000000000", "1r@5.6.0000000G", "1r@-5.6.00000000",
	        "1r@5.6.00000000.", "1r@5.6.00000000x", "@99999999999999999999.6.00000000"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct str metadata = str_c(texts[i]);
		assert_int_equal(witness_take(&metadata).offset, -1);
		assert_true(str_eq(metadata, str_c(texts[i])));
	}
	struct str absent = {NULL, 0};
	assert_int_equal(witness_take(&absent).offset, -1);
}

/* The longest marks and the longest witness: brokers take 4,096 bytes, librdkafka 2.0.2 gives back
 * 4,000. */
static void metadata_is_never_too_long_to_be_read_back(void **state)
{
	(void)state;
	char text[WITNESS_BYTES];
	struct witness w = {INT64_MAX, INT64_MIN, UINT32_MAX};
	assert_true(BUS_METADATA_MAX + witness_encode(&w, text) < 4000);
}

struct log {
	struct followed_set set;
	struct bus_position at;
};

static struct followed *begin(struct log *l, int64_t offset, struct witness known)
{
	struct err e;
	l->at = (struct bus_position){.topic = STR("t"), .partition = 3, .offset = offset};
	assert_int_equal(followed_begin(&l->set, &l->at, &known, 1, &e), 0);
	struct followed *f = followed_find(&l->set, STR("t"), 3);
	assert_non_null(f);
	assert_null(followed_find(&l->set, STR("t"), 2));
	return f;
}

static enum follow see_in(
        const struct followed_set *s, struct followed *f, int64_t offset, const char *value)
{
	struct bus_message m = message(offset, value);
	return followed_see(s, f, &m);
}

static enum follow see(struct followed *f, int64_t offset, const char *value)
{
	static const struct followed_set quiet; /* no connection broke */
	return see_in(&quiet, f, offset, value);
}

static struct witness known_of(int64_t offset, const char *value)
{
	struct bus_message m = message(offset, value);
	return witness_of(&m);
}

static void whole_log_is_read_on_behind_what_was_read(void **state)
{
	(void)state;
	struct log l;
	struct followed *f = begin(&l, 10, known_of(9, "nine"));
	assert_int_equal(l.at.offset, 9); /* it is read once more */
	assert_int_equal(see(f, 9, "nine"), FOLLOW_KNOWN);
	assert_int_equal(see(f, 10, "ten"), FOLLOW_NEW);
	assert_int_equal(see(f, 14, "after a gap"), FOLLOW_NEW);
	assert_int_equal(f->seen.offset, 14);
	followed_end(&l.set);
}

static void another_message_at_that_place_is_a_cut(void **state)
{
	(void)state;
	struct log l;
	struct followed *f = begin(&l, 10, known_of(9, "nine"));
	assert_int_equal(see(f, 9, "another"), FOLLOW_CUT);
	assert_true(f->is_cut);
	assert_int_equal(f->back_to, -1); /* by time */
	assert_int_equal(see(f, 10, "ten"), FOLLOW_CUT);
	assert_int_equal(f->seen.offset, 9); /* what is committed meanwhile stays true */
	followed_end(&l.set);
}

/* Else the first message of the new connection would be the one that is compared with itself. */
static void nothing_is_taken_before_the_look_that_is_owed(void **state)
{
	(void)state;
	struct log l;
	struct followed *f = begin(&l, 10, known_of(9, "nine"));
	assert_int_equal(see_in(&l.set, f, 9, "nine"), FOLLOW_KNOWN);
	assert_int_equal(see_in(&l.set, f, 10, "ten"), FOLLOW_NEW);
	l.set.owes_look = true;
	assert_int_equal(see_in(&l.set, f, 11, "of another log"), FOLLOW_KNOWN);
	assert_int_equal(f->seen.offset, 10);
	assert_int_equal(f->next, 11);
	l.set.owes_look = false;
	assert_int_equal(see_in(&l.set, f, 11, "eleven"), FOLLOW_NEW);
	followed_end(&l.set);
	/* where nothing was read, nothing can be compared */
	f = begin(&l, 0, witness_none());
	l.set.owes_look = true;
	assert_int_equal(see_in(&l.set, f, 0, "first"), FOLLOW_NEW);
	followed_end(&l.set);
}

static void message_that_is_gone_proves_nothing(void **state)
{
	(void)state;
	struct log l;
	struct followed *f = begin(&l, 10, known_of(9, "nine"));
	assert_int_equal(see(f, 12, "twelve"), FOLLOW_NEW); /* retention, compaction */
	assert_int_equal(see(f, 13, "thirteen"), FOLLOW_NEW);
	followed_end(&l.set);
}

static void earlier_messages_than_asked_for_are_a_log_begun_anew(void **state)
{
	(void)state;
	struct log l;
	struct followed *f = begin(&l, 10, known_of(9, "nine"));
	assert_int_equal(see(f, 0, "zero"), FOLLOW_CUT);
	assert_int_equal(f->back_to, 0);
	followed_end(&l.set);
	f = begin(&l, 10, witness_none());
	assert_int_equal(l.at.offset, 10);
	assert_int_equal(see(f, 2, "two"), FOLLOW_CUT);
	assert_int_equal(f->back_to, 2);
	followed_end(&l.set);
}

/* Marks above the floor: what lies between is read anyway, and the witness is one of them. */
static void witness_above_the_start_is_compared_and_handled(void **state)
{
	(void)state;
	struct log l;
	struct followed *f = begin(&l, 5, known_of(9, "nine"));
	assert_int_equal(l.at.offset, 5);
	assert_int_equal(see(f, 5, "five"), FOLLOW_NEW);
	assert_int_equal(f->seen.offset, 9);
	assert_int_equal(see(f, 9, "nine"), FOLLOW_NEW);
	followed_end(&l.set);
	f = begin(&l, 5, known_of(9, "nine"));
	assert_int_equal(see(f, 8, "eight"), FOLLOW_NEW);
	assert_int_equal(see(f, 9, "another"), FOLLOW_CUT);
	followed_end(&l.set);
}

static void witness_of_another_offset_says_nothing(void **state)
{
	(void)state;
	struct log l;
	struct followed *f = begin(&l, 10, known_of(4, "four"));
	assert_int_equal(l.at.offset, 10);
	assert_int_equal(f->seen.offset, -1);
	assert_int_equal(see(f, 10, "ten"), FOLLOW_NEW);
	followed_end(&l.set);
	f = begin(&l, -1, known_of(4, "four")); /* nothing was committed */
	assert_int_equal(see(f, 0, "zero"), FOLLOW_NEW);
	assert_int_equal(see(f, 4, "another"), FOLLOW_NEW);
	followed_end(&l.set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(witness_knows_its_message_from_any_other),
	        cmocka_unit_test(text_comes_back_as_it_was),
	        cmocka_unit_test(what_is_no_witness_stays_where_it_is),
	        cmocka_unit_test(metadata_is_never_too_long_to_be_read_back),
	        cmocka_unit_test(whole_log_is_read_on_behind_what_was_read),
	        cmocka_unit_test(another_message_at_that_place_is_a_cut),
	        cmocka_unit_test(nothing_is_taken_before_the_look_that_is_owed),
	        cmocka_unit_test(message_that_is_gone_proves_nothing),
	        cmocka_unit_test(earlier_messages_than_asked_for_are_a_log_begun_anew),
	        cmocka_unit_test(witness_above_the_start_is_compared_and_handled),
	        cmocka_unit_test(witness_of_another_offset_says_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
