/* SPDX-License-Identifier: Apache-2.0
 * Packets of SFTP 3: what is written is read again, and no packet, however malformed, makes the reader
 * look past its end. */
#include "sftp/wire.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void what_is_written_is_read_again(void **state)
{
	unsigned char room[64];
	struct wire_out w = {room, 0, sizeof room, false};
	(void)state;
	wire_begin(&w, SFTP_MKDIR, 7);
	wire_text(&w, STR("a b"));
	wire_text(&w, STR(""));
	wire_u64(&w, UINT64_MAX - 1);
	wire_attrs(&w, 0750);
	wire_attrs(&w, 0);
	wire_end(&w);
	assert_false(w.is_bad);
	struct wire_in in = {room, w.n, false};
	struct sftp_attrs attrs = {0};
	assert_int_equal(wire_get_u32(&in), w.n - 4);
	assert_int_equal(wire_get_u8(&in), SFTP_MKDIR);
	assert_int_equal(wire_get_u32(&in), 7);
	assert_true(str_eq(wire_get_text(&in), STR("a b")));
	assert_int_equal(wire_get_text(&in).n, 0);
	assert_true(wire_get_u64(&in) == UINT64_MAX - 1);
	wire_get_attrs(&in, &attrs);
	assert_true(attrs.has_mode && !attrs.has_bytes && !attrs.has_times);
	assert_int_equal(attrs.mode, 0750);
	wire_get_attrs(&in, &attrs);
	assert_false(attrs.has_mode);
	assert_false(in.is_bad);
	assert_int_equal(in.n, 0);
}

/* 9 bytes of head, 4 of length: 3 of text fit into 16, 4 do not. */
static void a_request_that_does_not_fit_is_bad_and_stays_so(void **state)
{
	unsigned char room[17];
	struct wire_out w = {room, 0, 16, false};
	(void)state;
	room[16] = 'x';
	wire_begin(&w, SFTP_REMOVE, 1);
	wire_text(&w, STR("abc"));
	assert_false(w.is_bad);
	assert_int_equal(w.n, 16);
	wire_u8(&w, 1);
	assert_true(w.is_bad);
	w = (struct wire_out){room, 0, 16, false};
	wire_begin(&w, SFTP_REMOVE, 1);
	wire_text(&w, STR("abcd"));
	assert_true(w.is_bad);
	wire_u8(&w, 1); /* it would fit; but the packet has a hole */
	assert_true(w.is_bad);
	wire_end(&w);
	assert_true(w.is_bad);
	assert_int_equal(room[16], 'x');
}

/* Exactly as many bytes on the heap as the packet has, so that the address sanitizer sees a read past them. */
static struct wire_in on_heap(const void *bytes, size_t n, unsigned char **out)
{
	*out = malloc(n > 0 ? n : 1);
	assert_non_null(*out);
	if (n > 0)
		memcpy(*out, bytes, n);
	return (struct wire_in){*out, n, false};
}

static void a_text_longer_than_its_packet_is_bad(void **state)
{
	static const struct {
		unsigned char bytes[8];
		size_t n;
		bool is_bad;
	} cases[] = {
	        {{0, 0, 0, 0}, 4, false},
	        {{0, 0, 0, 2, 'a', 'b'}, 6, false},
	        {{0, 0, 0, 3, 'a', 'b'}, 6, true},
	        {{0xff, 0xff, 0xff, 0xff, 'a', 'b'}, 6, true},
	        {{0x80, 0, 0, 2, 'a', 'b'}, 6, true},
	        {{0, 0, 0}, 3, true},
	        {{0}, 0, true},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned char *heap;
		struct wire_in in = on_heap(cases[i].bytes, cases[i].n, &heap);
		struct str text = wire_get_text(&in);
		assert_int_equal(in.is_bad, cases[i].is_bad);
		if (in.is_bad) {
			assert_int_equal(text.n, 0);
			assert_int_equal(wire_get_u8(&in), 0); /* it stays bad */
			assert_true(in.is_bad);
		}
		free(heap);
	}
}

static struct wire_out attrs_with_all(unsigned char *room, size_t n, uint32_t extended)
{
	struct wire_out w = {room, 0, n, false};
	wire_u32(&w, 0x8000000FU); /* size, owner, mode, times, extended */
	wire_u64(&w, 5);
	wire_u64(&w, 0);
	wire_u32(&w, 0100644);
	wire_u32(&w, 1);
	wire_u32(&w, 1700000000);
	wire_u32(&w, extended);
	for (uint32_t i = 0; i < extended && i < 70; i++) {
		wire_text(&w, STR("n"));
		wire_text(&w, STR("v"));
	}
	assert_false(w.is_bad);
	return w;
}

/* Whatever the packet is cut to, nothing is taken from it. */
static void attributes_are_read_whole_or_not_at_all(void **state)
{
	unsigned char room[256];
	struct wire_out w = attrs_with_all(room, sizeof room, 2);
	(void)state;
	for (size_t n = 0; n <= w.n; n++) {
		unsigned char *heap;
		struct wire_in in = on_heap(room, n, &heap);
		struct sftp_attrs attrs = {.mode = 42};
		wire_get_attrs(&in, &attrs);
		assert_int_equal(in.is_bad, n < w.n);
		assert_int_equal(attrs.mode, n < w.n ? 42 : 0100644);
		if (n == w.n) {
			assert_true(attrs.has_bytes && attrs.has_times);
			assert_int_equal(attrs.bytes, 5);
			assert_int_equal(attrs.modified_s, 1700000000);
		}
		free(heap);
	}
}

static void a_length_that_no_file_has_counts_as_none(void **state)
{
	unsigned char room[12];
	(void)state;
	for (int over = 0; over < 2; over++) {
		struct wire_out w = {room, 0, sizeof room, false};
		wire_u32(&w, 1);
		wire_u64(&w, (uint64_t)INT64_MAX + (uint64_t)over);
		struct wire_in in = {room, w.n, false};
		struct sftp_attrs attrs = {0};
		wire_get_attrs(&in, &attrs);
		assert_false(in.is_bad);
		assert_int_equal(attrs.has_bytes, over == 0);
		assert_true(attrs.bytes == (over == 0 ? INT64_MAX : 0));
	}
}

static void at_most_64_extended_attributes_are_read(void **state)
{
	unsigned char room[1024];
	(void)state;
	for (uint32_t n = 64; n <= 65; n++) {
		struct wire_out w = attrs_with_all(room, sizeof room, n);
		struct wire_in in = {room, w.n, false};
		struct sftp_attrs attrs = {0};
		wire_get_attrs(&in, &attrs);
		assert_int_equal(in.is_bad, n > 64);
		assert_int_equal(attrs.has_bytes, n <= 64);
	}
}

/* Pseudo-random packets: the reader stays inside each of them and reaches its end. */
static void no_bytes_make_the_reader_leave_its_packet(void **state)
{
	uint32_t drawn = 12345;
	(void)state;
	for (int turn = 0; turn < 20000; turn++) {
		unsigned char bytes[48], *heap;
		size_t n = (size_t)turn % sizeof bytes;
		for (size_t i = 0; i < n; i++) {
			drawn = drawn * 1664525U + 1013904223U;
			bytes[i] = (drawn >> 24) % 3 == 0 ? (unsigned char)(drawn >> 16) : 0;
		}
		struct wire_in in = on_heap(bytes, n, &heap);
		struct sftp_attrs attrs = {0};
		while (!in.is_bad && in.n > 0) {
			struct str text = wire_get_text(&in);
			assert_true(text.n <= n);
			wire_get_attrs(&in, &attrs);
		}
		assert_true(in.n <= n);
		free(heap);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_written_is_read_again),
	        cmocka_unit_test(a_request_that_does_not_fit_is_bad_and_stays_so),
	        cmocka_unit_test(a_text_longer_than_its_packet_is_bad),
	        cmocka_unit_test(attributes_are_read_whole_or_not_at_all),
	        cmocka_unit_test(a_length_that_no_file_has_counts_as_none),
	        cmocka_unit_test(at_most_64_extended_attributes_are_read),
	        cmocka_unit_test(no_bytes_make_the_reader_leave_its_packet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
