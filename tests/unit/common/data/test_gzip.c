/* SPDX-License-Identifier: Apache-2.0 */
#include "gzip.h"

#include "longshore/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { MAX = 64 * 1024 * 1024 };

static int collect(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_append(arg, p, n, e);
}

static int refuse(void *arg, const void *p, size_t n, struct err *e)
{
	(void)arg;
	(void)p;
	(void)n;
	return err_set(e, ERR_RETRY, "disk_full", "no room");
}

/* The same bytes on every machine: a small generator of its own. */
static void fill(struct buf *b, size_t n, bool is_text)
{
	struct err e;
	assert_int_equal(buf_reserve(b, n, &e), 0);
	uint64_t x = 88172645463325252ULL;
	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		b->p[b->n++] = is_text ? "0123456789abcdef\n"[x % 17] : (char)(x & 0xff);
	}
}

static void pack(struct str plain, size_t cut, struct buf *out)
{
	struct err e;
	struct gzip_writer *w = NULL;
	assert_int_equal(gzip_writer_new(collect, out, &w, &e), 0);
	size_t at = 0;
	for (; plain.n - at > cut; at += cut)
		assert_int_equal(gzip_write(w, plain.p + at, cut, false, &e), 0);
	assert_int_equal(gzip_write(w, plain.p + at, plain.n - at, true, &e), 0);
	gzip_writer_free(w);
}

static int unpack(struct str packed, size_t cut, struct buf *out, struct err *e)
{
	struct gzip_reader *r = NULL;
	assert_int_equal(gzip_reader_new(collect, out, &r, e), 0);
	int rc = 0;
	for (size_t at = 0; rc == 0 && at < packed.n; at += cut)
		rc = gzip_read(r, packed.p + at, packed.n - at < cut ? packed.n - at : cut, e);
	if (rc == 0)
		rc = gzip_reader_end(r, e);
	gzip_reader_free(r);
	return rc;
}

static void what_is_packed_comes_back(void **state)
{
	(void)state;
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 5000000};
	static const size_t cuts[] = {1021, 65536, MAX};
	for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
		struct buf plain, packed, back;
		buf_init(&plain, MAX);
		fill(&plain, sizes[i / 2], i % 2 == 0);
		for (size_t c = 0; c < sizeof cuts / sizeof cuts[0]; c++) {
			struct err e;
			buf_init(&packed, MAX);
			buf_init(&back, MAX);
			pack(buf_str(&plain), cuts[c], &packed);
			assert_int_equal(unpack(buf_str(&packed), 4099, &back, &e), 0);
			assert_true(str_eq(buf_str(&back), buf_str(&plain)));
			buf_release(&packed);
			buf_release(&back);
		}
		buf_release(&plain);
	}
}

static void the_header_tells_no_time_name_or_system(void **state)
{
	(void)state;
	struct buf packed;
	buf_init(&packed, MAX);
	pack(STR("a\n"), MAX, &packed);
	static const unsigned char header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
	assert_true(packed.n > sizeof header);
	assert_memory_equal(packed.p, header, sizeof header);
	buf_release(&packed);
}

static void the_same_cuts_give_the_same_bytes(void **state)
{
	(void)state;
	struct buf plain, first, second;
	buf_init(&plain, MAX);
	buf_init(&first, MAX);
	buf_init(&second, MAX);
	fill(&plain, 1000000, true);
	pack(buf_str(&plain), 65536, &first);
	pack(buf_str(&plain), 65536, &second);
	assert_true(str_eq(buf_str(&first), buf_str(&second)));
	assert_true(first.n < plain.n * 7 / 10); /* 17 symbols: about half is possible */
	buf_release(&plain);
	buf_release(&first);
	buf_release(&second);
}

static void a_sink_that_fails_ends_the_writing(void **state)
{
	(void)state;
	struct err e;
	struct gzip_writer *w = NULL;
	assert_int_equal(gzip_writer_new(refuse, NULL, &w, &e), 0);
	assert_int_equal(gzip_write(w, "abc", 3, true, &e), ERR_RETRY);
	assert_string_equal(e.code, "disk_full");
	gzip_writer_free(w);
}

static void damage_is_noticed(void **state)
{
	(void)state;
	struct buf plain, packed, back;
	buf_init(&plain, MAX);
	buf_init(&packed, MAX);
	buf_init(&back, MAX);
	fill(&plain, 20000, true);
	pack(buf_str(&plain), 65536, &packed);
	/* Bytes 4 to 9 are the time, flags and system: no reader looks at them. */
	for (size_t at = 0; at < packed.n; at += at < 4 || at > 60 ? 1 + at / 7 : 1) {
		if (at >= 4 && at < 10)
			continue;
		struct err e;
		packed.p[at] ^= 0x10;
		buf_clear(&back);
		int rc = unpack(buf_str(&packed), 4096, &back, &e);
		packed.p[at] ^= 0x10;
		if (rc == 0)
			fail_msg("byte %zu was changed and nobody noticed", at);
		assert_int_equal(rc, ERR_REJECT);
		assert_string_equal(e.code, "corrupt");
	}
	buf_release(&plain);
	buf_release(&packed);
	buf_release(&back);
}

static void a_file_that_is_cut_off_is_noticed_wherever_the_cut_is(void **state)
{
	(void)state;
	struct buf plain, packed, back;
	buf_init(&plain, MAX);
	buf_init(&packed, MAX);
	buf_init(&back, MAX);
	fill(&plain, 300, true);
	pack(buf_str(&plain), 65536, &packed);
	for (size_t n = 0; n < packed.n; n++) {
		struct err e;
		buf_clear(&back);
		assert_int_equal(unpack(str_bytes(packed.p, n), 7, &back, &e), ERR_REJECT);
		assert_string_equal(e.code, "corrupt");
	}
	buf_release(&plain);
	buf_release(&packed);
	buf_release(&back);
}

static void bytes_behind_the_member_are_noticed(void **state)
{
	(void)state;
	static const size_t cuts[] = {1, 4096};
	for (size_t c = 0; c < 2; c++) {
		for (size_t extra = 1; extra < 30; extra++) {
			struct err e;
			struct buf packed, back;
			buf_init(&packed, MAX);
			buf_init(&back, MAX);
			pack(STR("some rows\n"), MAX, &packed);
			for (size_t i = 0; i < extra; i++)
				assert_int_equal(buf_append(&packed, "\0", 1, &e), 0);
			assert_int_equal(unpack(buf_str(&packed), cuts[c], &back, &e), ERR_REJECT);
			assert_string_equal(e.code, "corrupt");
			buf_release(&packed);
			buf_release(&back);
		}
	}
}

static void the_build_names_its_encoder(void **state)
{
	(void)state;
	int version[3];
	char level;
	assert_int_equal(sscanf(gzip_id(), "isal-%d.%d.%d/%c", &version[0], &version[1],
	                         &version[2], &level),
	        4);
	assert_int_equal(level, '1');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_packed_comes_back),
	        cmocka_unit_test(the_header_tells_no_time_name_or_system),
	        cmocka_unit_test(the_same_cuts_give_the_same_bytes),
	        cmocka_unit_test(a_sink_that_fails_ends_the_writing),
	        cmocka_unit_test(damage_is_noticed),
	        cmocka_unit_test(a_file_that_is_cut_off_is_noticed_wherever_the_cut_is),
	        cmocka_unit_test(bytes_behind_the_member_are_noticed),
	        cmocka_unit_test(the_build_names_its_encoder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
