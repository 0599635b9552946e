/* SPDX-License-Identifier: Apache-2.0
 *
 * Damaged messages, always the same ones: each golden in 20,000 variants. The sanitizers see every
 * wrong step; here it is checked that memory stays within its bound, that what decodes also
 * encodes, and that it then decodes to itself.
 */
#include "longshore/events.h"

#include "event_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../event/golden/table.h"

enum {
	GOLDENS = sizeof goldens / sizeof goldens[0],
	VARIANTS = 20000,
	MESSAGE_BYTES = 16 * 1024,
	/* What decoding may take, and what an arena adds to it by its blocks. */
	ARENA_BYTES = 2 * EVENT_MAX_DECODED_BYTES,
};

/* splitmix64 */
static uint64_t draw(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static const char *const bad_words[] = {
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", /* the least long */
        "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", /* the largest */
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "\x80\x80\x80\x80\x20", "\x01", "\xff\xff\x03",
        "\x80\x80\x80\x80"};

static size_t damage(char *p, size_t n, uint64_t *seed)
{
	/* Mostly behind the header: a damaged fingerprint ends it all at once. */
	size_t from = draw(seed) % 16 == 0 ? 0 : 10;
	if (n <= from)
		return n;
	size_t at = from + draw(seed) % (n - from);
	const char *word = bad_words[draw(seed) % (sizeof bad_words / sizeof bad_words[0])];
	size_t length;
	switch (draw(seed) % 6) {
	case 0: /* a bit */
		p[at] = (char)(p[at] ^ (1 << draw(seed) % 8));
		return n;
	case 1: /* a byte */
		p[at] = (char)draw(seed);
		return n;
	case 2: /* a word over it */
		length = strlen(word);
		memcpy(p + at, word, length < n - at ? length : n - at);
		return n;
	case 3: /* a word between */
		length = strlen(word);
		memmove(p + at + length, p + at, n - at);
		memcpy(p + at, word, length);
		return n + length;
	case 4: /* a piece out */
		length = draw(seed) % 9 % (n - at + 1);
		memmove(p + at, p + at + length, n - at - length);
		return n - length;
	default: /* a piece twice */
		length = draw(seed) % 40 % (n - at + 1);
		memmove(p + at + length, p + at, n - at);
		return n + length;
	}
}

/* Encoding what was decoded, and decoding that, must come to rest at once. */
static void check_stable(const struct ev_type *type, const void *value, struct arena *mem)
{
	struct err e;
	struct buf first, second;
	buf_init(&first, EVENT_MAX_BYTES);
	buf_init(&second, EVENT_MAX_BYTES);
	assert_int_equal(event_encode(type, value, &first, &e), 0);
	void *again = arena_alloc(mem, ev_type_struct_bytes(type));
	assert_int_equal(event_decode(type, buf_str(&first), mem, again, &e), 0);
	assert_int_equal(event_encode(type, again, &second, &e), 0);
	assert_true(str_eq(buf_str(&first), buf_str(&second)));
	buf_release(&first);
	buf_release(&second);
}

static bool try_variant(struct str bytes, struct arena *mem)
{
	struct err e;
	const struct ev_type *type = NULL;
	void *value = NULL;
	size_t before = mem->used_bytes;
	int rc = event_decode_any(bytes, mem, &type, &value, &e);
	assert_true(mem->used_bytes - before <= EVENT_MAX_DECODED_BYTES);
	if (rc == 0) {
		check_stable(type, value, mem);
		return true;
	}
	assert_int_equal(rc, ERR_REJECT);
	assert_null(type);
	assert_null(value);
	assert_true(strlen(e.text) > 0 && str_is_utf8(str_c(e.text)));
	return false;
}

static void damaged_messages_are_refused_or_read_within_bounds(void **state)
{
	(void)state;
	struct arena files, mem;
	arena_init(&files, 64 * 1024 * 1024);
	arena_init(&mem, ARENA_BYTES);
	uint64_t seed = 20260131;
	size_t read = 0, refused = 0;
	for (size_t i = 0; i < GOLDENS; i++) {
		char name[128];
		(void)snprintf(name, sizeof name, "%s.%s.bin", goldens[i].event, goldens[i].value);
		struct str golden = event_file(&files, name);
		assert_non_null(golden.p);
		assert_true(golden.n < MESSAGE_BYTES - 256);
		for (int k = 0; k < VARIANTS; k++) {
			static char message[MESSAGE_BYTES];
			memcpy(message, golden.p, golden.n);
			size_t n = golden.n;
			for (uint64_t times = 1 + draw(&seed) % 3; times > 0; times--)
				n = damage(message, n, &seed);
			/* In memory of its own size, so that one byte past it is seen. */
			char *exact = arena_try_alloc(&mem, 1, n);
			memcpy(exact, message, n);
			*(try_variant(str_bytes(exact, n), &mem) ? &read : &refused) += 1;
			arena_reset(&mem);
		}
	}
	/* Both happen, or the damage is not of a useful kind. */
	assert_true(read > GOLDENS * VARIANTS / 50);
	assert_true(refused > GOLDENS * VARIANTS / 50);
	arena_release(&files);
	arena_release(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(damaged_messages_are_refused_or_read_within_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
