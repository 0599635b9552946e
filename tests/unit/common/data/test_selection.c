/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/selection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { STORED_MAX = 1 << 24 };

static struct selection *from(uint32_t first, uint32_t step, uint32_t count)
{
	struct selection *s = selection_new();
	for (uint32_t i = 0; i < count; i++) {
		uint32_t v = first + i * step;
		selection_add(s, &v, 1);
	}
	return s;
}

static void the_hash_is_of_the_content_alone(void **state)
{
	(void)state;
	/* Python: sha256(struct.pack('<Q', 3) + b'seg' + struct.pack('<Q', 3) + struct.pack('<3I',
	 * 1, 7, 65536)) */
	static const char want[] =
	        "8591a6d1365bb1239f27846f3a8bcb47df917ff96bbe5c04bd5905c6b1a28aad";
	static const uint32_t a[] = {65536, 1, 7}, b[] = {7, 65536}, c[] = {1, 7};
	struct selection *x = selection_new(), *y = selection_new();
	char hx[SHA256_HEX], hy[SHA256_HEX];
	selection_add(x, a, 3);
	selection_add(y, b, 2);
	selection_add(y, c, 2);
	selection_hash(x, STR("seg"), hx);
	selection_hash(y, STR("seg"), hy);
	assert_string_equal(hx, want);
	assert_string_equal(hy, want);
	selection_hash(y, STR("other"), hy);
	assert_string_not_equal(hx, hy);
	selection_free(x);
	selection_free(y);
}

static void stored_sets_come_back(void **state)
{
	(void)state;
	static const uint32_t shapes[][3] = {{0, 1, 0}, {5, 1, 1}, {0, 1, 4096}, {0, 1, 4097},
	        {0, 1, 65536}, {3, 70001, 60000}, {4294967295u, 1, 1}, {0, 1, 200000}};
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct selection *s = from(shapes[i][0], shapes[i][1], shapes[i][2]), *t = NULL;
		struct buf b;
		struct err e;
		char hs[SHA256_HEX], ht[SHA256_HEX];
		buf_init(&b, STORED_MAX);
		assert_int_equal(selection_store(s, &b, &e), 0);
		assert_int_equal(selection_load(buf_str(&b), &t, &e), 0);
		assert_int_equal(selection_count(t), shapes[i][2]);
		selection_hash(s, STR(""), hs);
		selection_hash(t, STR(""), ht);
		assert_string_equal(hs, ht);
		selection_free(s);
		selection_free(t);
		buf_release(&b);
	}
}

static void the_stored_form_is_the_published_one(void **state)
{
	(void)state;
	/* Two containers: {1, 7} with key 0 at 24, {0} with key 1 at 28. */
	static const char want[] = "\x3a\x30\0\0\2\0\0\0"
	                           "\0\0\1\0\1\0\0\0"
	                           "\x18\0\0\0\x1c\0\0\0"
	                           "\1\0\7\0"
	                           "\0\0";
	static const uint32_t values[] = {65536, 1, 7};
	struct selection *s = selection_new();
	struct buf b;
	struct err e;
	buf_init(&b, STORED_MAX);
	selection_add(s, values, 3);
	assert_int_equal(selection_store(s, &b, &e), 0);
	assert_int_equal(b.n, sizeof(want) - 1);
	assert_memory_equal(b.p, want, b.n);
	selection_free(s);
	buf_release(&b);
}

/* Two halves of a full container: the library keeps their union as a run, which we never store. */
static void equal_sets_have_equal_bytes_however_they_came_to_be(void **state)
{
	(void)state;
	struct selection *whole = from(0, 1, 131072 + 10), *even = from(0, 2, 65536 + 5),
	                 *odd = from(1, 2, 65536 + 5), *back = NULL;
	struct buf a, b;
	struct err e;
	buf_init(&a, STORED_MAX);
	buf_init(&b, STORED_MAX);
	selection_unite(even, odd);
	assert_int_equal(selection_store(whole, &a, &e), 0);
	assert_int_equal(selection_store(even, &b, &e), 0);
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	assert_int_equal(selection_load(buf_str(&b), &back, &e), 0);
	assert_int_equal(selection_count(back), 131072 + 10);
	selection_free(back);
	selection_free(whole);
	selection_free(even);
	selection_free(odd);
	buf_release(&a);
	buf_release(&b);
}

enum { MODEL = 4 * 65536 };

static uint32_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* A stretch or a scatter, so that containers become arrays, bitsets and full ones. */
static void add_some(struct selection *s, bool *model, uint64_t *seed)
{
	uint32_t first = draw(seed) % MODEL, step = draw(seed) % 3 == 0 ? 1 + draw(seed) % 50 : 1;
	uint32_t n = draw(seed) % 2 == 0 ? draw(seed) % 140000 : draw(seed) % 300;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t v = (first + i * step) % MODEL;
		selection_add(s, &v, 1);
		model[v] = true;
	}
}

static void assert_same(const struct selection *s, const bool *model)
{
	uint64_t count = 0, seen = 0;
	uint32_t out[1000];
	size_t n = 0;
	for (size_t v = 0; v < MODEL; v++)
		count += model[v];
	assert_int_equal(selection_count(s), count);
	do {
		selection_ranks(s, seen, out, 1000, &n);
		for (size_t i = 0; i < n; i++)
			assert_true(model[out[i]]);
		seen += n;
	} while (n == 1000);
	assert_int_equal(seen, count);
}

static uint64_t minus_count(const struct selection *a, const struct selection *b)
{
	return selection_count(a) - selection_common(a, b);
}

static void sets_agree_with_a_table_of_all_numbers(void **state)
{
	(void)state;
	uint64_t seed = 11;
	bool *a = calloc(MODEL, sizeof(*a)), *b = calloc(MODEL, sizeof(*b));
	assert_true(a && b);
	for (int round = 0; round < 60; round++) {
		struct selection *x = selection_new(), *y = selection_new(), *z = NULL;
		struct buf bytes;
		struct err e;
		uint64_t common = 0, only = 0;
		memset(a, 0, MODEL * sizeof(*a));
		memset(b, 0, MODEL * sizeof(*b));
		for (uint32_t i = draw(&seed) % 4; i < 4; i++)
			add_some(x, a, &seed);
		for (uint32_t i = draw(&seed) % 4; i < 4; i++)
			add_some(y, b, &seed);
		for (size_t v = 0; v < MODEL; v++) {
			common += a[v] && b[v];
			only += a[v] && !b[v];
		}
		assert_int_equal(selection_common(x, y), common);
		assert_int_equal(minus_count(x, y), only);
		bool unites = round % 2 == 0;
		(unites ? selection_unite : selection_subtract)(x, y);
		for (size_t v = 0; v < MODEL; v++)
			a[v] = unites ? a[v] || b[v] : a[v] && !b[v];
		assert_same(x, a);
		buf_init(&bytes, STORED_MAX);
		assert_int_equal(selection_store(x, &bytes, &e), 0);
		assert_int_equal(selection_load(buf_str(&bytes), &z, &e), 0);
		selection_subtract(z, y); /* what was stored and what was built behave alike */
		selection_subtract(x, y);
		assert_int_equal(minus_count(x, z) + minus_count(z, x), 0);
		selection_free(x);
		selection_free(y);
		selection_free(z);
		buf_release(&bytes);
	}
	free(a);
	free(b);
}

static void damaged_bytes_are_refused_or_a_set(void **state)
{
	(void)state;
	struct selection *s = from(10, 17, 9000);
	struct buf b;
	struct err e;
	uint64_t seed = 7;
	buf_init(&b, STORED_MAX);
	assert_int_equal(selection_store(s, &b, &e), 0);
	for (int round = 0; round < 20000; round++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		size_t at = (size_t)(seed >> 33) % b.n, cut = (seed >> 20 & 3) == 0 ? at : b.n;
		char old = b.p[at];
		b.p[at] = (char)(unsigned char)(seed >> 8);
		struct selection *t = NULL;
		int act = selection_load(str_bytes(b.p, cut), &t, &e);
		if (act == 0)
			(void)selection_count(t);
		else
			assert_string_equal(e.code, "corrupt");
		if (cut < b.n)
			assert_int_not_equal(act, 0);
		selection_free(t);
		b.p[at] = old;
	}
	selection_free(s);
	buf_release(&b);
}

static void ranks_are_in_order_and_end(void **state)
{
	(void)state;
	struct selection *s = from(3, 5, 1000);
	uint32_t out[300];
	size_t n = 0;
	for (uint64_t first = 0; first < 1000; first += 300) {
		selection_ranks(s, first, out, 300, &n);
		assert_int_equal(n, first + 300 <= 1000 ? 300 : 100);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(out[i], 3 + 5 * (first + i));
	}
	selection_ranks(s, 1000, out, 300, &n);
	assert_int_equal(n, 0);
	selection_free(s);
}

static void groups_count_primary_ids(void **state)
{
	(void)state;
	static const uint32_t leaders[] = {0, 3, 4, 9}, members[] = {1, 2, 4, 5, 8, 9};
	struct selection *l = selection_new(), *m = selection_new();
	selection_add(l, leaders, 4);
	selection_add(m, members, 6);
	assert_int_equal(selection_groups(m, l), 3); /* 0-2, 4-8, 9 */
	selection_free(l);
	selection_free(m);
}

static void set_algebra(void **state)
{
	(void)state;
	struct selection *a = from(0, 1, 10), *b = from(5, 1, 10);
	assert_int_equal(selection_common(a, b), 5);
	assert_int_equal(minus_count(a, b), 5);
	selection_unite(a, b);
	assert_int_equal(selection_count(a), 15);
	selection_subtract(a, b);
	assert_int_equal(selection_count(a), 5);
	assert_int_equal(selection_common(a, b), 0);
	struct selection *rest = from(0, 1, 5);
	assert_int_equal(minus_count(a, rest), 0); /* 0 to 4, and not 5 */
	selection_free(rest);
	selection_free(a);
	selection_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_hash_is_of_the_content_alone),
	        cmocka_unit_test(stored_sets_come_back),
	        cmocka_unit_test(the_stored_form_is_the_published_one),
	        cmocka_unit_test(equal_sets_have_equal_bytes_however_they_came_to_be),
	        cmocka_unit_test(sets_agree_with_a_table_of_all_numbers),
	        cmocka_unit_test(damaged_bytes_are_refused_or_a_set),
	        cmocka_unit_test(ranks_are_in_order_and_end),
	        cmocka_unit_test(groups_count_primary_ids),
	        cmocka_unit_test(set_algebra),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
