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
	/* Python: sha256(struct.pack('<Q', 3) + b'seg' + struct.pack('<Q', 3) + struct.pack('<3I', 1, 7, 65536)) */
	static const char want[] = "8591a6d1365bb1239f27846f3a8bcb47df917ff96bbe5c04bd5905c6b1a28aad";
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
	static const uint32_t shapes[][3] = {{0, 1, 0}, {5, 1, 1}, {0, 1, 4096}, {0, 1, 4097}, {0, 1, 65536}, {3, 70001, 60000},
		{4294967295u, 1, 1}, {0, 1, 200000}};
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
	assert_int_equal(selection_minus_count(a, b), 5);
	selection_unite(a, b);
	assert_int_equal(selection_count(a), 15);
	selection_subtract(a, b);
	assert_int_equal(selection_count(a), 5);
	assert_true(selection_has(a, 4));
	assert_false(selection_has(a, 5));
	selection_intersect(b, a);
	assert_int_equal(selection_count(b), 0);
	selection_free(a);
	selection_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_of_the_content_alone),
		cmocka_unit_test(stored_sets_come_back),
		cmocka_unit_test(damaged_bytes_are_refused_or_a_set),
		cmocka_unit_test(ranks_are_in_order_and_end),
		cmocka_unit_test(groups_count_primary_ids),
		cmocka_unit_test(set_algebra),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
