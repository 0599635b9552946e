/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/squeeze.h"

#include "longshore/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 64 << 20 };

static int make(void **state)
{
	static struct arena mem;
	arena_init(&mem, ROOM);
	*state = &mem;
	return 0;
}

static int end(void **state)
{
	arena_release(*state);
	return 0;
}

static struct str squeezed(struct arena *mem, struct str bytes, struct str words)
{
	struct str out = STR("");
	struct err e;
	if (squeeze(bytes, words, mem, &out, &e) != 0)
		fail_msg("%s", e.text);
	return out;
}

static void assert_comes_back(struct arena *mem, struct str bytes, struct str words)
{
	struct str plain = STR("");
	struct err e;
	if (unsqueeze(squeezed(mem, bytes, words), words, mem, &plain, &e) != 0)
		fail_msg("%zu bytes: %s", bytes.n, e.text);
	assert_true(str_eq(plain, bytes));
}

/* Bytes that no dictionary helps with, and the same ones each time. */
static struct str noise(struct arena *mem, size_t n)
{
	char *p = arena_alloc(mem, n + 1);
	uint32_t x = 2463534242u;
	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		p[i] = (char)(x >> 24);
	}
	return (struct str){p, n};
}

static void every_length_comes_back(void **state)
{
	struct arena *mem = *state;
	for (size_t n = 0; n < 700; n++) {
		char *text = arena_alloc(mem, n + 1);
		struct str random = noise(mem, n);
		memset(text, 'a', n);
		assert_comes_back(mem, (struct str){text, n}, STR("aaaaaaaa"));
		assert_comes_back(mem, (struct str){text, n}, STR(""));
		assert_comes_back(mem, random, STR("words"));
		if (n == 0)
			continue;
		((char *)(uintptr_t)random.p)[0] = (char)SQUEEZE_MARK;
		assert_comes_back(mem, random, STR("words"));
	}
}

static void what_would_grow_stays_as_it_is(void **state)
{
	struct arena *mem = *state;
	struct str random = noise(mem, 300), out = squeezed(mem, random, STR("words"));
	assert_ptr_equal(out.p, random.p);
	assert_int_equal(out.n, random.n);
}

static void an_absent_slice_stays_absent(void **state)
{
	struct arena *mem = *state;
	struct str out = squeezed(mem, (struct str){NULL, 0}, STR("words"));
	struct err e;
	assert_null(out.p);
	assert_int_equal(unsqueeze(out, STR("words"), mem, &out, &e), 0);
	assert_null(out.p);
}

static void a_known_text_takes_little_room(void **state)
{
	struct arena *mem = *state;
	struct str words = noise(mem, 2000);
	assert_in_range(squeezed(mem, words, words).n, 1, 100);
	assert_in_range(squeezed(mem, words, STR("others")).n, 2000, 2000);
}

static void assert_corrupt(struct arena *mem, struct str bytes, struct str words)
{
	struct str out = STR("untouched");
	struct err e;
	assert_int_equal(unsqueeze(bytes, words, mem, &out, &e), ERR_REJECT);
	assert_string_equal(e.code, "corrupt");
	assert_true(str_eq(out, STR("untouched")));
}

static void another_dictionary_gives_an_error_and_no_other_bytes(void **state)
{
	struct arena *mem = *state;
	struct str text = STR("one two three four five six seven eight nine ten eleven twelve");
	struct str small = squeezed(mem, text, STR("nine ten eleven twelve"));
	assert_int_equal((unsigned char)small.p[0], SQUEEZE_MARK);
	assert_corrupt(mem, small, STR("nine ten eleven twelvf"));
	assert_corrupt(mem, small, STR(""));
}

/* The last bits of a deflate stream may mean nothing: damage to them gives the same bytes. */
static void assert_no_other_bytes(
        struct arena *mem, struct str bytes, struct str words, struct str right)
{
	struct str out;
	struct err e;
	if (unsqueeze(bytes, words, mem, &out, &e) == 0)
		assert_true(str_eq(out, right));
	else
		assert_string_equal(e.code, "corrupt");
}

static void damage_and_cuts_never_give_other_bytes(void **state)
{
	struct arena *mem = *state;
	struct str words = STR("alpha beta gamma delta"),
	           text = STR(
	                   "alpha beta gamma delta alpha beta gamma epsilon alpha beta gamma zeta"),
	           small = squeezed(mem, text, words);
	assert_int_equal((unsigned char)small.p[0], SQUEEZE_MARK);
	for (size_t i = 1; i < small.n; i++) {
		char *bad = arena_alloc(mem, small.n + 1);
		assert_corrupt(mem, (struct str){small.p, i}, words);
		for (int bit = 0; bit < 8; bit++) {
			memcpy(bad, small.p, small.n);
			bad[i] = (char)(bad[i] ^ 1 << bit);
			assert_no_other_bytes(mem, (struct str){bad, small.n}, words, text);
		}
	}
	char *longer = arena_alloc(mem, small.n + 1);
	memcpy(longer, small.p, small.n);
	assert_corrupt(mem, (struct str){longer, small.n + 1}, words);
	longer[4] = (char)(longer[4] + 1);
	assert_corrupt(mem, (struct str){longer, small.n}, words);
}

static void the_longest_record_passes_and_one_byte_more_does_not(void **state)
{
	struct arena *mem = *state;
	char *text = arena_alloc(mem, (size_t)SQUEEZE_MAX_BYTES + 1);
	struct str out;
	struct err e;
	assert_comes_back(mem, (struct str){text, SQUEEZE_MAX_BYTES}, STR("words"));
	assert_int_equal(squeeze((struct str){text, (size_t)SQUEEZE_MAX_BYTES + 1}, STR("words"),
	                         mem, &out, &e),
	        ERR_REJECT);
	assert_string_equal(e.code, "too_large");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(every_length_comes_back, make, end),
	        cmocka_unit_test_setup_teardown(what_would_grow_stays_as_it_is, make, end),
	        cmocka_unit_test_setup_teardown(an_absent_slice_stays_absent, make, end),
	        cmocka_unit_test_setup_teardown(a_known_text_takes_little_room, make, end),
	        cmocka_unit_test_setup_teardown(
	                another_dictionary_gives_an_error_and_no_other_bytes, make, end),
	        cmocka_unit_test_setup_teardown(damage_and_cuts_never_give_other_bytes, make, end),
	        cmocka_unit_test_setup_teardown(
	                the_longest_record_passes_and_one_byte_more_does_not, make, end),
	};
	return cmocka_run_group_tests_name("squeeze", tests, NULL, NULL);
}
