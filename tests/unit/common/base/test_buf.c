/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/buf.h"

#include <stdint.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void what_is_appended_is_there(void **state)
{
	(void)state;
	struct err e;
	struct buf b;
	buf_init(&b, 100000);
	assert_int_equal(buf_str(&b).n, 0);
	assert_non_null(buf_str(&b).p);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(buf_printf(&b, &e, "%04d,", i), 0);
	assert_int_equal(b.n, 5000);
	assert_true(str_has_suffix(buf_str(&b), STR("0998,0999,")));
	buf_clear(&b);
	assert_int_equal(b.n, 0);
	assert_int_equal(buf_append_str(&b, STR("a\0b"), &e), 0);
	assert_true(str_eq(buf_str(&b), STR("a\0b")));
	assert_int_equal(buf_append(&b, NULL, 0, &e), 0);
	buf_release(&b);
	buf_release(&b);
}

static void the_maximum_is_met_to_the_byte_and_refused_past_it(void **state)
{
	(void)state;
	for (size_t max = 0; max < 2000; max = 3 * max + 1) {
		struct err e;
		struct buf b;
		char bytes[2048] = {'x'};
		buf_init(&b, max);
		assert_int_equal(buf_append(&b, bytes, max, &e), 0);
		assert_int_equal(buf_append(&b, bytes, 1, &e), ERR_REJECT);
		assert_string_equal(e.code, "too_large");
		assert_int_equal(b.n, max);
		assert_int_equal(buf_append(&b, bytes, 0, &e), 0);
		buf_release(&b);
	}
}

static void printing_meets_the_maximum_too(void **state)
{
	(void)state;
	struct err e;
	struct buf b;
	buf_init(&b, 300);
	assert_int_equal(buf_printf(&b, &e, "%299s", "x"), 0);
	assert_int_equal(buf_printf(&b, &e, "yz"), ERR_REJECT);
	assert_int_equal(b.n, 299);
	assert_int_equal(buf_printf(&b, &e, "y"), 0);
	assert_int_equal(b.n, 300);
	assert_int_equal(b.p[299], 'y');
	buf_release(&b);
}

static void reserved_room_can_be_filled(void **state)
{
	(void)state;
	struct err e;
	struct buf b;
	buf_init(&b, 5000);
	for (size_t n = 0; n < 5000; n += 1000) {
		assert_int_equal(buf_reserve(&b, 1000, &e), 0);
		memset(b.p + b.n, 'a' + (int)(n / 1000), 1000);
		b.n += 1000;
	}
	assert_int_equal(b.p[999], 'a');
	assert_int_equal(b.p[4999], 'e');
	assert_int_equal(buf_reserve(&b, 1, &e), ERR_REJECT);
	assert_int_equal(buf_reserve(&b, SIZE_MAX, &e), ERR_REJECT);
	buf_release(&b);
}

static void without_memory_the_buffer_keeps_what_it_had(void **state)
{
	(void)state;
	struct err e;
	struct buf b;
	buf_init(&b, SIZE_MAX);
	assert_int_equal(buf_append_str(&b, STR("kept"), &e), 0);
	assert_int_equal(buf_reserve(&b, (size_t)1 << 46, &e), ERR_FATAL);
	assert_string_equal(e.code, "out_of_memory");
	assert_true(str_eq(buf_str(&b), STR("kept")));
	buf_release(&b);
}

/* The sanitizer would end the process at the first size that it finds too large. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1:max_allocation_size_mb=65536";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_appended_is_there),
	        cmocka_unit_test(the_maximum_is_met_to_the_byte_and_refused_past_it),
	        cmocka_unit_test(printing_meets_the_maximum_too),
	        cmocka_unit_test(reserved_room_can_be_filled),
	        cmocka_unit_test(without_memory_the_buffer_keeps_what_it_had),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
