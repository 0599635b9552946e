/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/arena.h"

#include <sanitizer/asan_interface.h>
#include <signal.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void memory_is_zeroed_aligned_and_stays(void **state)
{
	(void)state;
	struct arena mem;
	arena_init(&mem, 4 * 1024 * 1024);
	unsigned char *all[2000];
	for (size_t i = 0; i < 2000; i++) {
		all[i] = arena_alloc(&mem, 1 + i % 700);
		assert_true((uintptr_t)all[i] % alignof(max_align_t) == 0);
		for (size_t k = 0; k < 1 + i % 700; k++)
			assert_int_equal(all[i][k], 0);
		memset(all[i], (int)(i & 255), 1 + i % 700);
	}
	for (size_t i = 0; i < 2000; i++)
		assert_int_equal(all[i][i % 700], i & 255);
	arena_release(&mem);
}

static void the_limit_is_met_to_the_byte(void **state)
{
	(void)state;
	for (size_t limit = 1; limit < 20000; limit += 1 + limit / 3) {
		struct arena mem;
		arena_init(&mem, limit);
		assert_null(arena_try_alloc(&mem, 1, limit + 1));
		assert_non_null(arena_try_alloc(&mem, limit, 1));
		assert_null(arena_try_alloc(&mem, 1, 1));
		assert_true(mem.used_bytes <= limit);
		arena_reset(&mem);
		assert_int_equal(mem.used_bytes, 0);
		assert_non_null(arena_try_alloc(&mem, 1, limit));
		arena_release(&mem);
	}
}

static void many_small_ones_never_pass_the_limit(void **state)
{
	(void)state;
	struct arena mem;
	arena_init(&mem, 100000);
	size_t sum = 0;
	while (arena_try_alloc(&mem, 1, 24))
		sum += 24;
	assert_true(sum <= 100000);
	assert_true(sum >= 60000); /* padding to 32 and little more is lost */
	assert_true(mem.used_bytes <= 100000);
	arena_release(&mem);
}

static void a_large_one_does_not_waste_the_rest_of_the_newest_block(void **state)
{
	(void)state;
	struct arena mem;
	arena_init(&mem, 64 * 1024);
	char *first = arena_alloc(&mem, 16);
	assert_non_null(arena_try_alloc(&mem, 1, 32 * 1024));
	char *second = arena_alloc(&mem, 16);
	assert_ptr_equal(second, first + 16);
	arena_reset(&mem);
	assert_ptr_equal(arena_alloc(&mem, 16), first); /* the first block was kept */
	arena_release(&mem);
}

static void an_overflowing_product_is_refused(void **state)
{
	(void)state;
	struct arena mem;
	arena_init(&mem, SIZE_MAX);
	assert_null(arena_try_alloc(&mem, SIZE_MAX / 2, 3));
	assert_null(arena_try_alloc(&mem, 1, SIZE_MAX));
	assert_null(arena_try_alloc(&mem, 1, SIZE_MAX - 20));
	assert_non_null(arena_try_alloc(&mem, 0, 8));
	arena_release(&mem);
}

static void a_zeroed_arena_can_be_reset_and_released(void **state)
{
	(void)state;
	struct arena mem = {0};
	arena_reset(&mem);
	arena_release(&mem);
	arena_release(&mem);
	assert_null(arena_try_alloc(&mem, 1, 1));
}

static void copies_are_terminated_and_absence_stays(void **state)
{
	(void)state;
	struct arena mem;
	arena_init(&mem, 65536);
	char source[] = "bridge";
	struct str copy = arena_str(&mem, str_bytes(source, 3));
	source[0] = 'x';
	assert_string_equal(copy.p, "bri");
	assert_int_equal(copy.n, 3);
	assert_null(arena_str(&mem, str_c(NULL)).p);
	assert_non_null(arena_str(&mem, STR("")).p);
	assert_string_equal(arena_cstr(&mem, str_c(NULL)), "");
	struct str made = arena_printf(&mem, "%s-%d", "part", 12);
	assert_string_equal(made.p, "part-12");
	assert_int_equal(made.n, 7);
	arena_release(&mem);
}

#ifdef __SANITIZE_ADDRESS__
static void the_sanitizer_sees_use_after_reset_and_past_the_end(void **state)
{
	(void)state;
	struct arena mem;
	arena_init(&mem, 65536);
	char *p = arena_alloc(&mem, 21);
	assert_false(__asan_address_is_poisoned(p + 20));
	assert_true(__asan_address_is_poisoned(p + 21));
	arena_reset(&mem);
	assert_true(__asan_address_is_poisoned(p));
	arena_release(&mem);
}
#endif

static void the_programmers_own_sizes_abort_past_the_limit(void **state)
{
	(void)state;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct arena mem;
		arena_init(&mem, 64);
		(void)close(2);
		(void)arena_alloc(&mem, 65);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void an_array_grows_until_the_limit_and_keeps_what_it_has(void **state)
{
	(void)state;
	struct arena mem;
	arena_init(&mem, 64 * 1024);
	int *items = NULL;
	size_t count = 0, room = 0, copies = 0;
	for (const int *before = items; ARENA_GROW(&mem, items, count, room); before = items) {
		copies += items != before && count > 0 ? count : 0;
		items[count] = (int)count;
		count++;
	}
	assert_true(count >= 4096 && count == room);
	assert_true(copies < 2 * count); /* it doubles */
	for (size_t i = 0; i < count; i++)
		assert_int_equal(items[i], i);
	arena_release(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(memory_is_zeroed_aligned_and_stays),
	        cmocka_unit_test(the_limit_is_met_to_the_byte),
	        cmocka_unit_test(many_small_ones_never_pass_the_limit),
	        cmocka_unit_test(a_large_one_does_not_waste_the_rest_of_the_newest_block),
	        cmocka_unit_test(an_overflowing_product_is_refused),
	        cmocka_unit_test(an_array_grows_until_the_limit_and_keeps_what_it_has),
	        cmocka_unit_test(a_zeroed_arena_can_be_reset_and_released),
	        cmocka_unit_test(copies_are_terminated_and_absence_stays),
#ifdef __SANITIZE_ADDRESS__
	        cmocka_unit_test(the_sanitizer_sees_use_after_reset_and_past_the_end),
#endif
	        cmocka_unit_test(the_programmers_own_sizes_abort_past_the_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
