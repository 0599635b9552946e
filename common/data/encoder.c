/* SPDX-License-Identifier: Apache-2.0
 *
 * The encoder cuts its input into blocks of one size before it hashes and compresses them. So the
 * stored bytes depend only on the plain bytes, not on the sizes of the writes.
 */
#include "gzip.h"

#include "longshore/crc.h"
#include "longshore/encoder.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_BYTES = 64 * 1024 };

/* Counts and hashes of the stored bytes, used for writing and for checking. */
struct tally {
	struct hash *plain, *md5;
	int64_t plain_bytes, bytes;
	uint32_t crc32c;
};

struct encoder {
	encoder_sink sink;
	void *arg;
	struct gzip_writer *gzip; /* NULL: not compressed */
	struct tally tally;
	bool is_over;
	size_t held;
	unsigned char block[BLOCK_BYTES];
};

static void tally_init(struct tally *t)
{
	t->plain = hash_new_sha256();
	t->md5 = hash_new_md5();
}

static void tally_release(struct tally *t)
{
	hash_free(t->plain);
	hash_free(t->md5);
}

static void tally_plain(struct tally *t, const void *p, size_t n)
{
	hash_add(t->plain, p, n);
	t->plain_bytes += (int64_t)n;
}

static void tally_stored(struct tally *t, const void *p, size_t n)
{
	hash_add(t->md5, p, n);
	t->crc32c = crc32c(t->crc32c, p, n);
	t->bytes += (int64_t)n;
}

static void tally_facts(struct tally *t, struct encoded_facts *out)
{
	out->plain_bytes = t->plain_bytes;
	out->bytes = t->bytes;
	hash_take_hex(t->plain, out->plain_sha256);
	hash_take_hex(t->md5, out->md5);
	(void)snprintf(out->crc32c, sizeof out->crc32c, "%08" PRIx32, t->crc32c);
}

const char *encoder_id(enum compression compression)
{
	return compression == COMPRESSION_GZIP ? gzip_id() : "";
}

static int hand_on(void *arg, const void *p, size_t n, struct err *e)
{
	struct encoder *c = arg;
	tally_stored(&c->tally, p, n);
	return c->sink(c->arg, p, n, e);
}

int encoder_new(enum compression compression, encoder_sink sink, void *arg, struct encoder **out,
        struct err *e)
{
	struct encoder *c = calloc(1, sizeof *c);
	if (!c)
		return err_set(e, ERR_FATAL, "out_of_memory", "encoder: out of memory");
	c->sink = sink;
	c->arg = arg;
	if (compression == COMPRESSION_GZIP && gzip_writer_new(hand_on, c, &c->gzip, e) != 0) {
		free(c);
		return e->act;
	}
	tally_init(&c->tally);
	*out = c;
	return 0;
}

void encoder_free(struct encoder *c)
{
	if (!c)
		return;
	gzip_writer_free(c->gzip);
	tally_release(&c->tally);
	free(c);
}

static int emit(struct encoder *c, bool is_last, struct err *e)
{
	size_t n = c->held;
	c->held = 0;
	tally_plain(&c->tally, c->block, n);
	if (c->gzip)
		return gzip_write(c->gzip, c->block, n, is_last, e);
	return n == 0 ? 0 : hand_on(c, c->block, n, e);
}

int encoder_write(struct encoder *c, const void *p, size_t n, struct err *e)
{
	assert(!c->is_over);
	const unsigned char *at = p;
	if (n > 0 && n < BLOCK_BYTES - c->held) { /* the usual case */
		memcpy(c->block + c->held, p, n);
		c->held += n;
		return 0;
	}
	while (n > 0) {
		size_t take = BLOCK_BYTES - c->held < n ? BLOCK_BYTES - c->held : n;
		memcpy(c->block + c->held, at, take);
		c->held += take;
		at += take;
		n -= take;
		if (c->held == BLOCK_BYTES && emit(c, false, e) != 0)
			return e->act;
	}
	return 0;
}

int encoder_finish(struct encoder *c, struct encoded_facts *out, struct err *e)
{
	assert(!c->is_over);
	c->is_over = true;
	if (emit(c, true, e) != 0)
		return e->act;
	tally_facts(&c->tally, out);
	return 0;
}

static int take_plain(void *arg, const void *p, size_t n, struct err *e)
{
	(void)e; /* counting cannot fail */
	tally_plain(arg, p, n);
	return 0;
}

/* Reads the whole file, one block at a time. */
static int walk(
        struct tally *t, struct gzip_reader *gzip, encoded_read read, void *arg, struct err *e)
{
	unsigned char block[BLOCK_BYTES];
	size_t got = BLOCK_BYTES;
	while (got == BLOCK_BYTES) {
		if (read(arg, t->bytes, block, BLOCK_BYTES, &got, e) != 0)
			return e->act;
		tally_stored(t, block, got);
		if (!gzip)
			tally_plain(t, block, got);
		else if (gzip_read(gzip, block, got, e) != 0)
			return e->act;
	}
	return !gzip ? 0 : gzip_reader_end(gzip, e);
}

int encoded_check(enum compression compression, encoded_read read, void *arg,
        struct encoded_facts *out, struct err *e)
{
	struct tally tally = {0};
	struct gzip_reader *gzip = NULL;
	if (compression == COMPRESSION_GZIP && gzip_reader_new(take_plain, &tally, &gzip, e) != 0)
		return e->act;
	tally_init(&tally);
	int act = walk(&tally, gzip, read, arg, e);
	if (act == 0)
		tally_facts(&tally, out);
	tally_release(&tally);
	gzip_reader_free(gzip);
	return act;
}
