/* SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include "longshore/place.h"
#include "longshore/random.h"
#include "longshore/sealed.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The format, written out by hand: header of magic, version and salt, then chunks. */
enum { HEADER = 6 + 2 + 32, TAG = 16, CHUNK = 65536, FULL = CHUNK + TAG };

static char root[64];
static struct store *store;
static struct arena mem;
static const struct secret key = {{1, 2, 3}};
static const struct secret other_key = {{1, 2, 4}};
static unsigned char plain[4 * CHUNK];

static int setup(void **state)
{
	(void)state;
	char url[80];
	struct err e;
	memcpy(root, "/tmp/longshore-sealed-XXXXXX", sizeof "/tmp/longshore-sealed-XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	(void)snprintf(url, sizeof url, "file://%s", root);
	arena_init(&mem, 8 * 1024 * 1024);
	for (size_t i = 0; i < sizeof plain; i++)
		plain[i] = (unsigned char)(i * 2654435761U >> 13);
	return store_open(PLACE_AT(url), &store, &e);
}

static int teardown(void **state)
{
	(void)state;
	store_close(store);
	arena_release(&mem);
	return folder_remove(root);
}

static void put(const char *name, size_t n)
{
	struct err e;
	struct sealed_facts facts;
	assert_int_equal(
	        sealed_put_once(store, str_c(name), &key, str_bytes(plain, n), &facts, &e), 0);
	assert_true(facts.won);
	assert_int_equal(facts.bytes, n);
}

/* Below a prefix, names are fanned out by their first two characters. */
static const char *path_of(const char *name)
{
	static char path[200];
	const char *slash = strchr(name, '/');
	const char *rest = slash != NULL ? slash + 1 : name;
	if (slash != NULL && strlen(rest) > 1)
		(void)snprintf(path, sizeof path, "%s/%.*s/%.2s/%s", root, (int)(slash - name),
		        name, rest, rest);
	else
		(void)snprintf(path, sizeof path, "%s/%s", root, name);
	return path;
}

/* The bytes as they lie in staging. */
static size_t raw_read(const char *name, unsigned char *out, size_t room)
{
	int fd = open(path_of(name), O_RDONLY);
	assert_true(fd >= 0);
	ssize_t n = read(fd, out, room);
	assert_true(n >= 0);
	(void)close(fd);
	return (size_t)n;
}

static void raw_write(const char *name, const unsigned char *p, size_t n)
{
	(void)chmod(path_of(name), 0600);
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), n);
	(void)close(fd);
}

/* Every way of reading it must notice. */
static void expect_corrupt(const char *name, const struct secret *with)
{
	struct err e;
	struct str got = {0};
	struct sealed_facts facts = {.bytes = -7};
	assert_int_equal(sealed_check(store, str_c(name), with, &facts, &e), ERR_REJECT);
	assert_string_equal(e.code, "corrupt");
	assert_int_equal(facts.bytes, -7);
	arena_reset(&mem);
	assert_int_equal(
	        sealed_get(store, str_c(name), with, sizeof plain, &mem, &got, &e), ERR_REJECT);
	assert_string_equal(e.code, "corrupt");
	assert_null(got.p);
}

static const size_t sizes[] = {
        0, 1, 2, 65535, 65536, 65537, 2 * CHUNK - 1, 2 * CHUNK, 3 * CHUNK, 3 * CHUNK + 1};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void what_was_written_is_read_at_every_size(void **state)
{
	(void)state;
	struct err e;
	for (size_t i = 0; i < SIZES; i++) {
		char name[32], want[SHA256_HEX];
		struct str got;
		struct sealed_facts facts;
		struct stat st;
		(void)snprintf(name, sizeof name, "files/%zu", i);
		put(name, sizes[i]);
		arena_reset(&mem);
		assert_int_equal(sealed_get(store, str_c(name), &key, sizes[i], &mem, &got, &e), 0);
		assert_int_equal(got.n, sizes[i]);
		assert_memory_equal(got.p, plain, sizes[i]);
		assert_int_equal(sealed_check(store, str_c(name), &key, &facts, &e), 0);
		sha256_hex(plain, sizes[i], want);
		assert_string_equal(facts.sha256, want);
		assert_int_equal(facts.bytes, sizes[i]);
		assert_false(facts.won);
		assert_int_equal(stat(path_of(name), &st), 0);
		assert_int_equal(st.st_size, HEADER + sizes[i] + (sizes[i] / CHUNK + 1) * TAG);
		if (sizes[i] > 0)
			assert_int_equal(
			        sealed_get(store, str_c(name), &key, sizes[i] - 1, &mem, &got, &e),
			        ERR_REJECT);
	}
}

static void the_plain_text_is_not_in_staging(void **state)
{
	(void)state;
	static unsigned char raw[HEADER + 2 * FULL];
	put("a", CHUNK + 100);
	size_t n = raw_read("a", raw, sizeof raw);
	assert_null(memmem(raw, n, plain, 16));
	assert_null(memmem(raw, n, plain + CHUNK, 16));
}

static void pieces_of_any_length_give_the_same_object(void **state)
{
	(void)state;
	struct err e;
	static const size_t steps[] = {1, 1000, 65535, 65536, 65537, 200000};
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		char name[32];
		struct sealed_writer *w = NULL;
		struct sealed_facts facts;
		struct str got;
		size_t total = i == 0 ? 3000 : sizeof plain - 5;
		(void)snprintf(name, sizeof name, "p/%zu", i);
		assert_int_equal(sealed_create(store, str_c(name), &key, &w, &e), 0);
		for (size_t at = 0; at < total; at += steps[i]) {
			size_t n = total - at < steps[i] ? total - at : steps[i];
			assert_int_equal(sealed_write(w, plain + at, n, &e), 0);
		}
		assert_int_equal(sealed_finish(w, &facts, &e), 0);
		arena_reset(&mem);
		assert_int_equal(
		        sealed_get(store, str_c(name), &key, sizeof plain, &mem, &got, &e), 0);
		assert_int_equal(got.n, total);
		assert_memory_equal(got.p, plain, total);
	}
}

static void positioned_reads_cross_chunks(void **state)
{
	(void)state;
	struct err e;
	struct sealed_reader *r = NULL;
	static unsigned char part[sizeof plain];
	size_t total = 3 * CHUNK + 77;
	put("a", total);
	assert_int_equal(sealed_open(store, STR("a"), &key, &r, &e), 0);
	static const size_t at[] = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 3, 3 * CHUNK,
	        3 * CHUNK + 76, 3 * CHUNK + 77, 10 * CHUNK};
	static const size_t lengths[] = {0, 1, 5, CHUNK, CHUNK + 1, 4 * CHUNK};
	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
		for (size_t j = 0; j < sizeof lengths / sizeof lengths[0]; j++) {
			size_t n = 99, want = at[i] >= total               ? 0
			                      : total - at[i] < lengths[j] ? total - at[i]
			                                                   : lengths[j];
			assert_int_equal(
			        sealed_read(r, (int64_t)at[i], part, lengths[j], &n, &e), 0);
			assert_int_equal(n, want);
			if (n > 0)
				assert_memory_equal(part, plain + at[i], n);
		}
	size_t n = 0;
	assert_int_equal(sealed_read(r, -1, part, 1, &n, &e), ERR_REJECT);
	assert_int_equal(sealed_read(r, INT64_MAX, part, 1, &n, &e), 0);
	assert_int_equal(n, 0);
	sealed_close(r);
	sealed_close(NULL);
}

/* One bit in each region: magic, version, salt, text and tag of a full chunk, text and tag of the
 * last one. */
static void a_flipped_bit_anywhere_is_noticed(void **state)
{
	(void)state;
	static unsigned char raw[HEADER + 2 * FULL];
	put("a", CHUNK + 3);
	size_t n = raw_read("a", raw, sizeof raw);
	assert_int_equal(n, HEADER + FULL + 3 + TAG);
	static const size_t regions[] = {0, 5, 6, 7, 8, 20, HEADER - 1, HEADER, HEADER + 30000,
	        HEADER + CHUNK - 1, HEADER + CHUNK, HEADER + FULL - 1, HEADER + FULL,
	        HEADER + FULL + 2, HEADER + FULL + 3, HEADER + FULL + 3 + TAG - 1};
	for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++)
		for (int bit = 0; bit < 8; bit += 7) {
			raw[regions[i]] = (unsigned char)(raw[regions[i]] ^ 1 << bit);
			raw_write("a", raw, n);
			expect_corrupt("a", &key);
			raw[regions[i]] = (unsigned char)(raw[regions[i]] ^ 1 << bit);
		}
	raw_write("a", raw, n);
	struct err e;
	struct sealed_facts facts;
	assert_int_equal(sealed_check(store, STR("a"), &key, &facts, &e), 0);
}

/* All lengths below the right one, around every border; and a byte or a chunk too much. */
static void a_cut_or_longer_object_is_noticed(void **state)
{
	(void)state;
	static unsigned char raw[HEADER + 4 * FULL + 100];
	put("a", 2 * CHUNK + 50);
	size_t n = raw_read("a", raw, sizeof raw);
	static const size_t cuts[] = {0, 1, 7, HEADER - 1, HEADER, HEADER + 1, HEADER + TAG - 1,
	        HEADER + TAG, HEADER + TAG + 1, HEADER + CHUNK, HEADER + FULL - 1, HEADER + FULL,
	        HEADER + FULL + 1, HEADER + FULL + TAG, HEADER + 2 * FULL - 1, HEADER + 2 * FULL,
	        HEADER + 2 * FULL + TAG, HEADER + 2 * FULL + TAG + 49};
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		raw_write("a", raw, cuts[i]);
		expect_corrupt("a", &key);
	}
	raw_write("a", raw, n + 1);
	expect_corrupt("a", &key);
	memcpy(raw + n, raw + HEADER + 2 * FULL, 50 + TAG);
	raw_write("a", raw, n + 50 + TAG);
	expect_corrupt("a", &key);
}

static void dropped_repeated_and_reordered_chunks_are_noticed(void **state)
{
	(void)state;
	static unsigned char raw[HEADER + 4 * FULL], made[HEADER + 5 * FULL];
	put("a", 3 * CHUNK + 9);
	size_t n = raw_read("a", raw, sizeof raw);
	size_t tail = n - HEADER - 3 * FULL;
	static const int orders[][4] = {{1, 2, -1, -1}, {0, 2, -1, -1}, {0, 1, -1, -1},
	        {1, 0, 2, -1}, {0, 2, 1, -1}, {0, 0, 1, 2}, {2, 1, 0, -1}, {0, 1, 1, -1}};
	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		size_t at = HEADER;
		memcpy(made, raw, HEADER);
		for (size_t j = 0; j < 4 && orders[i][j] >= 0; j++, at += FULL)
			memcpy(made + at, raw + HEADER + (size_t)orders[i][j] * FULL, FULL);
		memcpy(made + at, raw + HEADER + 3 * FULL, tail);
		raw_write("a", made, at + tail);
		expect_corrupt("a", &key);
	}
}

static void a_renamed_object_and_another_key_are_noticed(void **state)
{
	(void)state;
	static unsigned char raw[HEADER + FULL];
	put("files/d1/a", 100);
	size_t n = raw_read("files/d1/a", raw, sizeof raw);
	raw_write("files/d1/b", raw, n);
	expect_corrupt("files/d1/b", &key);
	expect_corrupt("files/d1/a", &other_key);
	struct err e;
	struct sealed_facts facts;
	assert_int_equal(sealed_check(store, STR("files/d1/a"), &key, &facts, &e), 0);
}

static void chunks_of_two_objects_cannot_be_mixed(void **state)
{
	(void)state;
	static unsigned char a[HEADER + 2 * FULL], b[HEADER + 2 * FULL];
	put("a", CHUNK + 1);
	size_t n = raw_read("a", a, sizeof a);
	struct err e;
	assert_int_equal(store_remove(store, STR("a"), &e), 0);
	put("a", CHUNK + 1); /* same name, text and key: another salt */
	(void)raw_read("a", b, sizeof b);
	assert_memory_not_equal(a, b, n);
	memcpy(b + HEADER, a + HEADER, FULL);
	raw_write("a", b, n);
	expect_corrupt("a", &key);
}

static void bytes_before_a_bad_chunk_are_given_the_bad_ones_not(void **state)
{
	(void)state;
	static unsigned char raw[HEADER + 3 * FULL], part[CHUNK + 1];
	struct err e;
	struct sealed_reader *r = NULL;
	size_t got = 77;
	put("a", 2 * CHUNK + 1);
	size_t n = raw_read("a", raw, sizeof raw);
	raw[HEADER + FULL + 9] ^= 1;
	raw_write("a", raw, n);
	assert_int_equal(sealed_open(store, STR("a"), &key, &r, &e), 0);
	assert_int_equal(sealed_read(r, 0, part, CHUNK, &got, &e), 0);
	assert_memory_equal(part, plain, CHUNK);
	got = 77;
	assert_int_equal(sealed_read(r, 0, part, CHUNK + 1, &got, &e), ERR_REJECT);
	assert_int_equal(got, 77);
	assert_int_equal(sealed_read(r, 2 * CHUNK, part, 1, &got, &e), 0);
	sealed_close(r);
}

static void the_loser_reports_the_winners_facts(void **state)
{
	(void)state;
	struct err e;
	struct sealed_writer *a = NULL, *b = NULL;
	struct sealed_facts won, lost;
	char want[SHA256_HEX];
	sha256_hex("winner", 6, want);
	assert_int_equal(sealed_create(store, STR("x"), &key, &a, &e), 0);
	assert_int_equal(sealed_create(store, STR("x"), &key, &b, &e), 0);
	assert_int_equal(sealed_write(b, "winner", 6, &e), 0);
	assert_int_equal(sealed_write(a, "the other", 9, &e), 0);
	assert_int_equal(sealed_finish(b, &won, &e), 0);
	assert_int_equal(sealed_finish(a, &lost, &e), 0);
	assert_true(won.won);
	assert_false(lost.won);
	assert_string_equal(lost.sha256, want);
	assert_string_equal(won.sha256, want);
	assert_int_equal(lost.bytes, 6);
	/* A loser that cannot read the winner's object says so. */
	assert_int_equal(
	        sealed_put_once(store, STR("x"), &other_key, STR("y"), &lost, &e), ERR_REJECT);
	assert_string_equal(e.code, "corrupt");
}

static void an_abandoned_object_leaves_nothing(void **state)
{
	(void)state;
	struct err e;
	struct sealed_writer *w = NULL;
	struct sealed_facts facts;
	assert_int_equal(sealed_create(store, STR("x"), &key, &w, &e), 0);
	assert_int_equal(sealed_write(w, plain, CHUNK + 5, &e), 0);
	sealed_abandon(w);
	sealed_abandon(NULL);
	assert_int_equal(sealed_check(store, STR("x"), &key, &facts, &e), ERR_REJECT);
	assert_string_equal(e.code, "not_found");
	assert_int_equal(sealed_create(store, STR(""), &key, &w, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_name");
	char name[513];
	memset(name, 'n', sizeof name);
	assert_int_equal(
	        sealed_create(store, str_bytes(name, sizeof name), &key, &w, &e), ERR_REJECT);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
	        WITH_STORE(what_was_written_is_read_at_every_size),
	        WITH_STORE(the_plain_text_is_not_in_staging),
	        WITH_STORE(pieces_of_any_length_give_the_same_object),
	        WITH_STORE(positioned_reads_cross_chunks),
	        WITH_STORE(a_flipped_bit_anywhere_is_noticed),
	        WITH_STORE(a_cut_or_longer_object_is_noticed),
	        WITH_STORE(dropped_repeated_and_reordered_chunks_are_noticed),
	        WITH_STORE(a_renamed_object_and_another_key_are_noticed),
	        WITH_STORE(chunks_of_two_objects_cannot_be_mixed),
	        WITH_STORE(bytes_before_a_bad_chunk_are_given_the_bad_ones_not),
	        WITH_STORE(the_loser_reports_the_winners_facts),
	        WITH_STORE(an_abandoned_object_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
