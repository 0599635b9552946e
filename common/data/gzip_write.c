/* SPDX-License-Identifier: Apache-2.0 */
#include "gzip.h"

#include <assert.h>
#include <isa-l.h>
#include <stdlib.h>

#define WORD(x) WORD_OF(x)
#define WORD_OF(x) #x

enum { LEVEL = 1, OUT_BYTES = 64 * 1024 };

struct gzip_writer {
	gzip_sink sink;
	void *arg;
	bool is_over;
	struct isal_zstream stream;
	unsigned char level_memory[ISAL_DEF_LVL1_DEFAULT];
	unsigned char out[OUT_BYTES];
};

const char *gzip_id(void)
{
	return "isal-" WORD(ISAL_MAJOR_VERSION) "." WORD(ISAL_MINOR_VERSION) "." WORD(
	        ISAL_PATCH_VERSION) "/1";
}

int gzip_writer_new(gzip_sink sink, void *arg, struct gzip_writer **out, struct err *e)
{
	struct gzip_writer *w = calloc(1, sizeof *w);
	if (!w)
		return err_set(e, ERR_FATAL, "out_of_memory", "gzip: out of memory");
	w->sink = sink;
	w->arg = arg;
	isal_deflate_init(&w->stream);
	w->stream.gzip_flag = IGZIP_GZIP;
	w->stream.level = LEVEL;
	w->stream.level_buf = w->level_memory;
	w->stream.level_buf_size = sizeof w->level_memory;
	*out = w;
	return 0;
}

void gzip_writer_free(struct gzip_writer *w)
{
	free(w);
}

/* Calls the library once and passes its output to the sink. */
static int turn(struct gzip_writer *w, struct err *e)
{
	w->stream.next_out = w->out;
	w->stream.avail_out = OUT_BYTES;
	int act = isal_deflate(&w->stream);
	if (act != COMP_OK)
		return err_set_native(e, ERR_FATAL, "gzip", "isal", act,
		        "gzip: the encoder failed (code %d)", act);
	size_t made = OUT_BYTES - w->stream.avail_out;
	return made == 0 ? 0 : w->sink(w->arg, w->out, made, e);
}

int gzip_write(struct gzip_writer *w, const void *p, size_t n, bool is_last, struct err *e)
{
	assert(!w->is_over && n <= UINT32_MAX);
	w->is_over = is_last;
	w->stream.next_in = (uint8_t *)(uintptr_t)p; /* the library only reads it */
	w->stream.avail_in = (uint32_t)n;
	w->stream.end_of_stream = is_last;
	do {
		if (turn(w, e) != 0)
			return e->act;
	} while (w->stream.avail_in > 0 || w->stream.avail_out == 0 ||
	         (is_last && w->stream.internal_state.state != ZSTATE_END));
	return 0;
}
