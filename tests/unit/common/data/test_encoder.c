/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/buf.h"
#include "longshore/encoder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

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

static int read_buf(void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	(void)e;
	const struct buf *b = arg;
	size_t left = b->n - (size_t)offset;
	*out_n = left < n ? left : n;
	if (*out_n > 0)
		memcpy(p, b->p + offset, *out_n);
	return 0;
}

/* `rows` rows written in cuts of a size, so that only the cutting differs. */
static void encode(enum compression compression, size_t rows, size_t cut, struct buf *out,
        struct encoded_facts *facts)
{
	struct err e;
	struct buf text;
	struct encoder *c = NULL;
	buf_init(&text, MAX);
	buf_init(out, MAX);
	for (size_t i = 0; i < rows; i++)
		assert_int_equal(buf_printf(&text, &e, "%zu,%zx\n", i * 7919, i * i), 0);
	assert_int_equal(encoder_new(compression, collect, out, &c, &e), 0);
	for (size_t at = 0; at < text.n; at += cut)
		assert_int_equal(
		        encoder_write(c, text.p + at, text.n - at < cut ? text.n - at : cut, &e),
		        0);
	assert_int_equal(encoder_finish(c, facts, &e), 0);
	encoder_free(c);
	char sha[SHA256_HEX];
	sha256_hex(text.p, text.n, sha);
	assert_string_equal(facts->plain_sha256, sha);
	assert_int_equal(facts->plain_bytes, text.n);
	assert_int_equal(facts->bytes, out->n);
	if (compression == COMPRESSION_NONE)
		assert_true(str_eq(buf_str(out), buf_str(&text)));
	buf_release(&text);
}

static void stored_bytes_do_not_depend_on_how_they_were_written(void **state)
{
	(void)state;
	for (enum compression compression = COMPRESSION_NONE; compression <= COMPRESSION_GZIP;
	        compression++) {
		struct buf whole, cut;
		struct encoded_facts a, b;
		encode(compression, 50000, MAX, &whole, &a);
		encode(compression, 50000, 13, &cut, &b);
		assert_true(str_eq(buf_str(&whole), buf_str(&cut)));
		assert_memory_equal(&a.md5, &b.md5, sizeof a.md5);
		assert_memory_equal(&a.crc32c, &b.crc32c, sizeof a.crc32c);
		buf_release(&whole);
		buf_release(&cut);
	}
}

static void a_stored_file_gives_the_same_facts(void **state)
{
	(void)state;
	static const size_t rows[] = {0, 1, 4000, 50000};
	for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
		struct err e;
		struct buf out;
		struct encoded_facts wrote, found = {0};
		enum compression compression = i % 2 == 0 ? COMPRESSION_NONE : COMPRESSION_GZIP;
		encode(compression, rows[i / 2], 1000, &out, &wrote);
		assert_int_equal(encoded_check(compression, read_buf, &out, &found, &e), 0);
		assert_string_equal(found.plain_sha256, wrote.plain_sha256);
		assert_string_equal(found.md5, wrote.md5);
		assert_string_equal(found.crc32c, wrote.crc32c);
		assert_int_equal(found.plain_bytes, wrote.plain_bytes);
		assert_int_equal(found.bytes, wrote.bytes);
		buf_release(&out);
	}
}

static void a_file_of_whole_blocks_is_read_to_its_end(void **state)
{
	(void)state;
	static char zeros[3 * 65536];
	for (size_t n = 65535; n <= sizeof zeros; n += n % 65536 == 1 ? 65534 : 1) {
		struct err e;
		struct buf out;
		struct encoder *c = NULL;
		struct encoded_facts wrote, found;
		buf_init(&out, MAX);
		assert_int_equal(encoder_new(COMPRESSION_NONE, collect, &out, &c, &e), 0);
		assert_int_equal(encoder_write(c, zeros, n, &e), 0);
		assert_int_equal(encoder_finish(c, &wrote, &e), 0);
		assert_int_equal(encoded_check(COMPRESSION_NONE, read_buf, &out, &found, &e), 0);
		assert_int_equal(found.bytes, n);
		assert_string_equal(found.plain_sha256, wrote.plain_sha256);
		encoder_free(c);
		buf_release(&out);
	}
}

static void known_bytes_have_the_published_sums(void **state)
{
	(void)state;
	struct err e;
	struct buf out;
	struct encoder *c = NULL;
	struct encoded_facts facts;
	buf_init(&out, MAX);
	assert_int_equal(encoder_new(COMPRESSION_NONE, collect, &out, &c, &e), 0);
	assert_int_equal(encoder_write(c, "123456789", 9, &e), 0);
	assert_int_equal(encoder_finish(c, &facts, &e), 0);
	assert_string_equal(facts.crc32c, "e3069283");
	assert_string_equal(facts.md5, "25f9e794323b453885f5181f1b624d0b");
	encoder_free(c);
	buf_release(&out);
}

static void a_damaged_file_is_refused(void **state)
{
	(void)state;
	struct err e;
	struct buf out;
	struct encoded_facts facts;
	encode(COMPRESSION_GZIP, 1000, MAX, &out, &facts);
	out.n--;
	assert_int_equal(encoded_check(COMPRESSION_GZIP, read_buf, &out, &facts, &e), ERR_REJECT);
	assert_string_equal(e.code, "corrupt");
	out.n = 0;
	assert_int_equal(encoded_check(COMPRESSION_GZIP, read_buf, &out, &facts, &e), ERR_REJECT);
	buf_release(&out);
}

static void a_sink_that_fails_is_heard(void **state)
{
	(void)state;
	static char block[65536];
	for (enum compression compression = COMPRESSION_NONE; compression <= COMPRESSION_GZIP;
	        compression++) {
		struct err e;
		struct encoder *c = NULL;
		struct encoded_facts facts;
		assert_int_equal(encoder_new(compression, refuse, NULL, &c, &e), 0);
		int rc = encoder_write(c, block, sizeof block, &e);
		if (rc == 0)
			rc = encoder_finish(c, &facts, &e);
		assert_int_equal(rc, ERR_RETRY);
		assert_string_equal(e.code, "disk_full");
		encoder_free(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(stored_bytes_do_not_depend_on_how_they_were_written),
	        cmocka_unit_test(a_stored_file_gives_the_same_facts),
	        cmocka_unit_test(a_file_of_whole_blocks_is_read_to_its_end),
	        cmocka_unit_test(known_bytes_have_the_published_sums),
	        cmocka_unit_test(a_damaged_file_is_refused),
	        cmocka_unit_test(a_sink_that_fails_is_heard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
