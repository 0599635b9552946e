/* SPDX-License-Identifier: Apache-2.0 */
#include "extsort.h"
#include "folder.h"

struct world {
	struct folder folder;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	assert_non_null(w);
	folder_make(&w->folder);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	folder_drop(&w->folder);
	free(w);
	return 0;
}

static void must(int act, const struct err *e)
{
	if (act != 0)
		fail_msg("%s: %s", e->code, e->text);
}

static uint32_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* Entry i: random bytes of a small alphabet, so that many share their beginning or are equal. */
static size_t entry_of(uint64_t *seed, size_t longest, char *out)
{
	size_t n = draw(seed) % (longest + 1);
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(unsigned char)("\0\1aZ\xff"[draw(seed) % 5]);
	return n;
}

/* Order-free sum of all entries: nothing is lost, nothing is there twice. */
static uint64_t sum_of(struct str entry)
{
	uint64_t h = 1469598103934665603u;
	for (size_t i = 0; i < entry.n; i++)
		h = (h ^ (unsigned char)entry.p[i]) * 1099511628211u;
	return h * (entry.n + 1);
}

static int files_in(const struct folder *f)
{
	char command[128];
	(void)snprintf(command, sizeof(command), "ls -A %s | wc -l", f->path);
	FILE *p = popen(command, "r");
	assert_non_null(p);
	int n = -1;
	assert_int_equal(fscanf(p, "%d", &n), 1);
	(void)pclose(p);
	return n;
}

static void sort_and_check(const struct world *w, size_t count, size_t longest)
{
	struct sorter *s = NULL;
	struct err e;
	uint64_t seed = count, in = 0, out = 0;
	size_t n = 0;
	char *entry = malloc(longest + 1), *last = malloc(longest + 1);
	size_t last_n = 0;
	assert_true(entry && last);
	must(sort_new(w->folder.path, SORT_MEMORY_MIN, &s, &e), &e);
	for (size_t i = 0; i < count; i++) {
		struct str given = str_bytes(entry, entry_of(&seed, longest, entry));
		in += sum_of(given);
		must(sort_add(s, given, &e), &e);
	}
	assert_int_equal(files_in(&w->folder), 0); /* what is spilled has no name */
	must(sort_seal(s, &e), &e);
	for (bool some = true; some;) {
		struct str got;
		must(sort_next(s, &got, &some, &e), &e);
		if (!some)
			break;
		assert_true(n == 0 || str_cmp(str_bytes(last, last_n), got) <= 0);
		memcpy(last, got.p, got.n);
		last_n = got.n;
		out += sum_of(got);
		n++;
	}
	assert_int_equal(n, count);
	assert_true(in == out);
	sort_free(s);
	free(entry);
	free(last);
}

static void entries_come_in_byte_order_from_memory(void **state)
{
	sort_and_check(*state, 0, 10);
	sort_and_check(*state, 1, 10);
	sort_and_check(*state, 3000, 20);
}

/* Two blocks of 512 KiB, each holds some 10,000 entries: 2 runs, 4 runs (all merged into one), many merges of merges. */
/* Longer beginnings that are the same, entries that are the beginning of others or end in zeros, and many that are the same. */
static void beginnings_that_are_the_same_tell_nothing(void **state)
{
	const struct world *w = *state;
	static const char zeros[64] = {0};
	struct sorter *s = NULL;
	struct err e;
	uint64_t seed = 7;
	char last[128];
	size_t last_n = 0, n = 0;
	must(sort_new(w->folder.path, 4 * SORT_MEMORY_MIN, &s, &e), &e);
	for (size_t i = 0; i < 10000; i++) {
		char entry[128] = "the same beginning of all of them, and longer than eight";
		size_t at = draw(&seed) % 57;
		memcpy(entry + at, zeros, draw(&seed) % 20);
		must(sort_add(s, str_bytes(entry, at + draw(&seed) % 40), &e), &e);
	}
	must(sort_seal(s, &e), &e);
	for (bool some = true; some; n++) {
		struct str got;
		must(sort_next(s, &got, &some, &e), &e);
		if (!some)
			break;
		assert_true(n == 0 || str_cmp(str_bytes(last, last_n), got) <= 0);
		memcpy(last, got.p, got.n);
		last_n = got.n;
	}
	assert_int_equal(n, 10000);
	sort_free(s);
}

static void entries_come_in_byte_order_from_runs(void **state)
{
	sort_and_check(*state, 15000, 30);
	sort_and_check(*state, 40000, 30);
	sort_and_check(*state, 200000, 30);
	sort_and_check(*state, 60, SORT_ENTRY_MAX);
}

static void the_longest_entry_passes_and_one_more_byte_does_not(void **state)
{
	const struct world *w = *state;
	struct sorter *s = NULL;
	struct err e;
	char *entry = calloc(1, SORT_ENTRY_MAX + 1);
	assert_non_null(entry);
	must(sort_new(w->folder.path, SORT_MEMORY_MIN, &s, &e), &e);
	must(sort_add(s, str_bytes(entry, SORT_ENTRY_MAX), &e), &e);
	assert_int_equal(sort_add(s, str_bytes(entry, SORT_ENTRY_MAX + 1), &e), ERR_REJECT);
	assert_string_equal(e.code, "too_large");
	sort_free(s);
	free(entry);
}

static void a_directory_that_is_not_there_is_told(void **state)
{
	(void)state;
	struct sorter *s = NULL;
	struct err e;
	int act = 0;
	must(sort_new("/nowhere/at/all", SORT_MEMORY_MIN, &s, &e), &e);
	for (int i = 0; act == 0 && i < 100000; i++)
		act = sort_add(s, STR("0123456789"), &e);
	assert_int_equal(act, ERR_RETRY); /* another machine has one */
	assert_string_equal(e.code, "spill_failed");
	sort_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                entries_come_in_byte_order_from_memory, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                entries_come_in_byte_order_from_runs, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                beginnings_that_are_the_same_tell_nothing, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                the_longest_entry_passes_and_one_more_byte_does_not, setup, teardown),
	        cmocka_unit_test(a_directory_that_is_not_there_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
