/* SPDX-License-Identifier: Apache-2.0 */
#include "gzip.h"

#include <assert.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>

enum { OUT_BYTES = 64 * 1024 };

struct gzip_reader {
	gzip_sink sink;
	void *arg;
	struct inflate_state state;
	unsigned char out[OUT_BYTES];
};

int gzip_reader_new(gzip_sink sink, void *arg, struct gzip_reader **out, struct err *e)
{
	struct gzip_reader *r = calloc(1, sizeof *r);
	if (!r)
		return err_set(e, ERR_FATAL, "out_of_memory", "gzip: out of memory");
	r->sink = sink;
	r->arg = arg;
	isal_inflate_init(&r->state);
	r->state.crc_flag = ISAL_GZIP; /* reads the header and checks the trailer */
	*out = r;
	return 0;
}

void gzip_reader_free(struct gzip_reader *r)
{
	free(r);
}

static bool is_over(const struct gzip_reader *r)
{
	return r->state.block_state == ISAL_BLOCK_FINISH;
}

int gzip_read(struct gzip_reader *r, const void *p, size_t n, struct err *e)
{
	assert(n <= UINT32_MAX);
	r->state.next_in = (uint8_t *)(uintptr_t)p; /* the library only reads it */
	r->state.avail_in = (uint32_t)n;
	while (!is_over(r) && (r->state.avail_in > 0 || r->state.avail_out == 0)) {
		r->state.next_out = r->out;
		r->state.avail_out = OUT_BYTES;
		int act = isal_inflate(&r->state);
		if (act != ISAL_DECOMP_OK && act != ISAL_END_INPUT)
			return err_set_native(e, ERR_REJECT, CODE_CORRUPT, "isal", act,
			        "gzip: the file is damaged (code %d)", act);
		size_t made = OUT_BYTES - r->state.avail_out;
		if (made > 0 && r->sink(r->arg, r->out, made, e) != 0)
			return e->act;
	}
	if (r->state.avail_in > 0)
		return err_set(e, ERR_REJECT, CODE_CORRUPT, "gzip: there are bytes after the end");
	return 0;
}

int gzip_reader_end(struct gzip_reader *r, struct err *e)
{
	if (!is_over(r))
		return err_set(e, ERR_REJECT, CODE_CORRUPT, "gzip: the file is cut off");
	return 0;
}
