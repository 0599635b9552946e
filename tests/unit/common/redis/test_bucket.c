/* SPDX-License-Identifier: Apache-2.0 */
#include "bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

static const struct str none = {NULL, 0};
static const struct memo_rate ten_a_second = {.per_second = 10, .burst = 5, .cost = 1};

static void new_bucket_is_empty_and_refills_by_the_clock(void **state)
{
	(void)state;
	static struct buckets b;
	b = (struct buckets){0};
	assert_int_equal(buckets_take(&b, STR("d"), none, &ten_a_second, 1000), 100);
	assert_int_equal(buckets_take(&b, STR("d"), none, &ten_a_second, 1000), 200);
	/* two units are owed; after a second ten have come: eight are over, of which five are kept
	 */
	for (int i = 0; i < 5; i++)
		assert_int_equal(buckets_take(&b, STR("d"), none, &ten_a_second, 3000), 0);
	assert_int_equal(buckets_take(&b, STR("d"), none, &ten_a_second, 3000), 100);
}

static void buckets_do_not_touch_each_other(void **state)
{
	(void)state;
	static struct buckets b;
	b = (struct buckets){0};
	assert_int_equal(buckets_take(&b, STR("a"), none, &ten_a_second, 0), 100);
	assert_int_equal(buckets_take(&b, STR("b"), none, &ten_a_second, 0), 100);
	assert_int_equal(buckets_take(&b, STR("a"), none, &ten_a_second, 0), 200);
}

static void waiting_is_first_come_first_served(void **state)
{
	(void)state;
	static struct buckets b;
	b = (struct buckets){0};
	for (int i = 1; i <= 20; i++)
		assert_int_equal(buckets_take(&b, STR("d"), none, &ten_a_second, 0), 100 * i);
}

static void claim_keeps_its_reserved_time(void **state)
{
	(void)state;
	static struct buckets b;
	b = (struct buckets){0};
	assert_int_equal(buckets_take(&b, STR("d"), STR("t1"), &ten_a_second, 0), 100);
	assert_int_equal(buckets_take(&b, STR("d"), STR("t2"), &ten_a_second, 0), 200);
	assert_int_equal(buckets_take(&b, STR("d"), STR("t1"), &ten_a_second, 40), 60);
	assert_int_equal(buckets_take(&b, STR("d"), STR("t2"), &ten_a_second, 199), 1);
	assert_int_equal(buckets_take(&b, STR("d"), STR("t2"), &ten_a_second, 200), 0);
	assert_int_equal(buckets_take(&b, STR("d"), STR("t1"), &ten_a_second, 200), 0);
	/* used up: the next is a new one, behind two units taken at 0 */
	assert_int_equal(buckets_take(&b, STR("d"), STR("t1"), &ten_a_second, 200), 100);
}

static struct str numbered(char out[32], const char *prefix, int64_t number)
{
	int n = snprintf(out, 32, "%s%lld", prefix, (long long)number);
	return (struct str){out, (size_t)n};
}

/* Bursts that neither time nor the test's patience bounds: the clock is an argument. */
static const struct memo_rate thousand_a_second = {.per_second = 1000, .burst = 1, .cost = 1};

/* `count` ask at once, then each asks again at the time it was told: it goes, in its turn. */
static void all_go_in_order_at_the_rate(int count)
{
	static struct buckets b;
	b = (struct buckets){0};
	char text[32];
	for (int i = 0; i < count; i++)
		assert_int_equal(
		        buckets_take(&b, STR("d"), numbered(text, "t", i), &thousand_a_second, 0),
		        i + 1);
	for (int i = 0; i < count; i++) {
		struct str claim = numbered(text, "t", i);
		if (i < CLAIMS_MAX) /* one that is reserved stays where it is, asked early */
			assert_int_equal(
			        buckets_take(&b, STR("d"), claim, &thousand_a_second, i), 1);
		assert_int_equal(buckets_take(&b, STR("d"), claim, &thousand_a_second, i + 1), 0);
	}
	assert_int_equal(b.claims_count, 0);
}

static void many_more_waiters_than_a_page_all_go_in_order(void **state)
{
	(void)state;
	all_go_in_order_at_the_rate(1000);
}

static void at_the_bound_all_go_in_order(void **state)
{
	(void)state;
	all_go_in_order_at_the_rate(CLAIMS_MAX);
	all_go_in_order_at_the_rate(CLAIMS_MAX + 1);
	all_go_in_order_at_the_rate(CLAIMS_MAX + 2000);
}

/* What the rate lets through must go through, whoever asks: here everybody asks early and often, as
 * a fleet does that was told a time by another process. */
static void waiters_beyond_the_bound_leave_the_rate_whole(void **state)
{
	(void)state;
	enum { STEPS = 200 };
	static struct buckets b;
	b = (struct buckets){0};
	char text[32];
	for (int i = 0; i < CLAIMS_MAX; i++)
		(void)buckets_take(&b, STR("d"), numbered(text, "t", i), &thousand_a_second, 0);
	int gone = 0;
	for (int ms = 1; ms <= STEPS; ms++) {
		for (int i = 0; i < 50; i++) /* strangers who find no place */
			(void)buckets_take(&b, STR("d"), numbered(text, "s", ms * 50 + i),
			        &thousand_a_second, ms);
		for (int i = gone; i < STEPS; i++)
			gone += buckets_take(&b, STR("d"), numbered(text, "t", i),
			                &thousand_a_second, ms) == 0;
		assert_int_equal(gone, ms);
	}
}

static void a_claim_that_nobody_used_is_dropped_for_others(void **state)
{
	(void)state;
	static struct buckets b;
	b = (struct buckets){0};
	char text[32];
	for (int i = 0; i < CLAIMS_MAX; i++)
		(void)buckets_take(&b, STR("d"), numbered(text, "t", i), &thousand_a_second, 0);
	/* the first is overdue by just as long as it is kept, then by a millisecond more */
	int64_t over_ms = 1 + CLAIM_KEEP_MS;
	(void)buckets_take(&b, STR("e"), STR("x"), &thousand_a_second, over_ms);
	assert_int_equal(b.claims_count, CLAIMS_MAX);
	over_ms += 1000;
	(void)buckets_take(&b, STR("f"), STR("y"), &thousand_a_second, over_ms);
	assert_int_equal(b.claims_count, CLAIMS_MAX - 1000 + 1);
	/* those that are left keep their times */
	assert_int_equal(buckets_take(&b, STR("d"), numbered(text, "t", CLAIMS_MAX - 1),
	                         &thousand_a_second, over_ms),
	        0);
}

static void a_bucket_whose_time_has_passed_gives_way(void **state)
{
	(void)state;
	static struct buckets b;
	b = (struct buckets){0};
	char text[32];
	for (int i = 0; i < BUCKETS_MAX; i++)
		(void)buckets_take(&b, numbered(text, "d", i), none, &ten_a_second, 10 * i);
	/* d0's time was 600 */
	(void)buckets_take(&b, STR("one more"), none, &ten_a_second, 600);
	assert_int_equal(
	        buckets_take(&b, STR("d1"), none, &ten_a_second, 10), 200); /* still there */
	assert_int_equal(
	        buckets_take(&b, STR("d0"), none, &ten_a_second, 700), 100); /* new again: empty */
}

static void no_bucket_in_debt_gives_way(void **state)
{
	(void)state;
	static struct buckets b;
	b = (struct buckets){0};
	char text[32];
	for (int i = 0; i < BUCKETS_MAX; i++)
		(void)buckets_take(&b, numbered(text, "d", i), none, &ten_a_second, 10 * i);
	/* one more shares the earliest: both wait for one another, neither is hurried */
	assert_int_equal(buckets_take(&b, STR("one more"), none, &ten_a_second, 0), 200);
	assert_int_equal(buckets_take(&b, STR("d0"), none, &ten_a_second, 0), 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(new_bucket_is_empty_and_refills_by_the_clock),
	        cmocka_unit_test(buckets_do_not_touch_each_other),
	        cmocka_unit_test(waiting_is_first_come_first_served),
	        cmocka_unit_test(claim_keeps_its_reserved_time),
	        cmocka_unit_test(many_more_waiters_than_a_page_all_go_in_order),
	        cmocka_unit_test(at_the_bound_all_go_in_order),
	        cmocka_unit_test(waiters_beyond_the_bound_leave_the_rate_whole),
	        cmocka_unit_test(a_claim_that_nobody_used_is_dropped_for_others),
	        cmocka_unit_test(a_bucket_whose_time_has_passed_gives_way),
	        cmocka_unit_test(no_bucket_in_debt_gives_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
