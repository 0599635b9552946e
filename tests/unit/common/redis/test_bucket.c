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

static void oldest_bucket_gives_way_when_all_are_used(void **state)
{
	(void)state;
	static struct buckets b;
	b = (struct buckets){0};
	for (int i = 0; i < BUCKETS_MAX; i++) {
		char name[16];
		int n = snprintf(name, sizeof(name), "d%d", i);
		(void)buckets_take(&b, (struct str){name, (size_t)n}, none, &ten_a_second, 10 * i);
	}
	(void)buckets_take(&b, STR("one more"), none, &ten_a_second, 5000);
	assert_int_equal(
	        buckets_take(&b, STR("d1"), none, &ten_a_second, 10), 200); /* still there */
	assert_int_equal(
	        buckets_take(&b, STR("d0"), none, &ten_a_second, 0), 100); /* new again: empty */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(new_bucket_is_empty_and_refills_by_the_clock),
	        cmocka_unit_test(buckets_do_not_touch_each_other),
	        cmocka_unit_test(waiting_is_first_come_first_served),
	        cmocka_unit_test(claim_keeps_its_reserved_time),
	        cmocka_unit_test(oldest_bucket_gives_way_when_all_are_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
