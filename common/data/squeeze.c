/* SPDX-License-Identifier: Apache-2.0
 *
 * The stored form: the mark, the original length (4 bytes, big-endian), the CRC-32C of the original
 * bytes (4 bytes, big-endian), the deflate stream.
 */
#include "longshore/squeeze.h"

#include "longshore/crc.h"

#include <assert.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>

enum {
	HEAD_BYTES = 9,
	LEVEL = 1,
	RATIO_MAX = 1032 /* maximum of deflate: 258 bytes for two bits */
};

struct deflater {
	struct isal_zstream stream;
	unsigned char level_memory[ISAL_DEF_LVL1_DEFAULT];
};

static int no_memory(struct err *e)
{
	return err_set(e, ERR_FATAL, "out_of_memory", "squeeze: out of memory");
}

static void put_u32(unsigned char *p, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(n >> (24 - 8 * i));
}

static uint32_t get_u32(const char *p)
{
	uint32_t n = 0;
	for (int i = 0; i < 4; i++)
		n = n << 8 | (unsigned char)p[i];
	return n;
}

/* The library declares its read-only input as writable. */
static uint8_t *read_only(struct str s)
{
	return (uint8_t *)(uintptr_t)s.p;
}

static int set_words(struct deflater *d, struct str words, struct err *e)
{
	int act = words.n == 0
	                  ? COMP_OK
	                  : isal_deflate_set_dict(&d->stream, read_only(words), (uint32_t)words.n);
	return act == COMP_OK ? 0
	                      : err_set_native(e, ERR_FATAL, "squeeze", "isal", act,
	                                "squeeze: the dictionary was refused (code %d)", act);
}

static int deflate_with(struct deflater *d, struct str bytes, struct str words, unsigned char *to,
        size_t room, size_t *out_n, struct err *e)
{
	isal_deflate_init(&d->stream);
	d->stream.level = LEVEL;
	d->stream.level_buf = d->level_memory;
	d->stream.level_buf_size = sizeof d->level_memory;
	if (set_words(d, words, e) != 0)
		return e->act;
	d->stream.next_in = read_only(bytes);
	d->stream.avail_in = (uint32_t)bytes.n;
	d->stream.end_of_stream = 1;
	d->stream.next_out = to;
	d->stream.avail_out = (uint32_t)room;
	int act = isal_deflate(&d->stream);
	if (act != COMP_OK)
		return err_set_native(e, ERR_FATAL, "squeeze", "isal", act,
		        "squeeze: the encoder failed (code %d)", act);
	*out_n = d->stream.internal_state.state == ZSTATE_END ? d->stream.total_out : 0;
	return 0;
}

/* Writes a stream of at most `room` bytes. *out_n is 0 if it does not fit. */
static int deflate_into(struct str bytes, struct str words, unsigned char *to, size_t room,
        size_t *out_n, struct err *e)
{
	struct deflater *d = malloc(sizeof *d);
	int act = d ? deflate_with(d, bytes, words, to, room, out_n, e) : no_memory(e);
	free(d);
	return act;
}

int squeeze(struct str bytes, struct str words, struct arena *mem, struct str *out, struct err *e)
{
	assert(words.n <= SQUEEZE_WORDS_MAX);
	if (bytes.n > SQUEEZE_MAX_BYTES)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "a record of %zu bytes is too large to be stored; %d are possible", bytes.n,
		        SQUEEZE_MAX_BYTES);
	bool is_marked = bytes.n > 0 && (unsigned char)bytes.p[0] == SQUEEZE_MARK;
	size_t room = is_marked ? bytes.n + bytes.n / 2 + 64 : bytes.n;
	if (room <= HEAD_BYTES) {
		*out = bytes;
		return 0;
	}
	unsigned char *form = arena_try_alloc(mem, room, 1);
	if (!form)
		return no_memory(e);
	size_t n = 0;
	if (deflate_into(bytes, words, form + HEAD_BYTES, room - HEAD_BYTES, &n, e) != 0)
		return e->act;
	if (n == 0) {
		assert(!is_marked);
		*out = bytes;
		return 0;
	}
	form[0] = SQUEEZE_MARK;
	put_u32(form + 1, (uint32_t)bytes.n);
	put_u32(form + 5, crc32c(0, bytes.p, bytes.n));
	*out = (struct str){(const char *)form, HEAD_BYTES + n};
	return 0;
}

static bool inflate_into(struct inflate_state *s, struct str stream, struct str words,
        unsigned char *to, uint32_t most)
{
	isal_inflate_init(s);
	s->crc_flag = ISAL_DEFLATE;
	if (words.n > 0 && isal_inflate_set_dict(s, read_only(words), (uint32_t)words.n) != COMP_OK)
		return false;
	s->next_in = read_only(stream);
	s->avail_in = (uint32_t)stream.n;
	s->next_out = to;
	s->avail_out = most;
	return isal_inflate(s) == ISAL_DECOMP_OK && s->block_state == ISAL_BLOCK_FINISH &&
	       s->avail_in == 0 && s->read_in_length < 8 /* bits */ && s->avail_out == 0;
}

int unsqueeze(struct str bytes, struct str words, struct arena *mem, struct str *out, struct err *e)
{
	assert(words.n <= SQUEEZE_WORDS_MAX);
	if (bytes.n == 0 || (unsigned char)bytes.p[0] != SQUEEZE_MARK) {
		*out = bytes;
		return 0;
	}
	uint32_t length = bytes.n < HEAD_BYTES ? 0 : get_u32(bytes.p + 1);
	if (length == 0 || length > SQUEEZE_MAX_BYTES || length / RATIO_MAX > bytes.n)
		return err_set(e, ERR_REJECT, CODE_CORRUPT,
		        "a stored record of %zu bytes is damaged", bytes.n);
	unsigned char *plain = arena_try_alloc(mem, length, 1);
	struct inflate_state *s = malloc(sizeof *s);
	if (!plain || !s) {
		free(s);
		return no_memory(e);
	}
	struct str stream = {bytes.p + HEAD_BYTES, bytes.n - HEAD_BYTES};
	bool is_whole = inflate_into(s, stream, words, plain, length);
	free(s);
	if (!is_whole || crc32c(0, plain, length) != get_u32(bytes.p + 5))
		return err_set(e, ERR_REJECT, CODE_CORRUPT,
		        "a stored record of %zu bytes is damaged, or was stored by a newer release",
		        bytes.n);
	*out = (struct str){(const char *)plain, length};
	return 0;
}
