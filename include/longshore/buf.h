/* SPDX-License-Identifier: Apache-2.0
 * A growing byte buffer with a maximum, which is set at init. An append beyond the maximum returns
 * ERR_REJECT ("too_large"), because the input is too large, and leaves the buffer as it was. */
#ifndef LONGSHORE_BUF_H
#define LONGSHORE_BUF_H

#include "longshore/err.h"
#include "longshore/str.h"

#include <stddef.h>

struct buf {
	char *p;
	size_t n;
	size_t cap;
	size_t max;
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_release(struct buf *b); /* accepts a zeroed buffer */
void buf_clear(struct buf *b);   /* keeps the memory */

int buf_append(struct buf *b, const void *p, size_t n, struct err *e) ERR_MUST_USE;
int buf_append_str(struct buf *b, struct str s, struct err *e) ERR_MUST_USE;
int buf_printf(struct buf *b, struct err *e, const char *fmt, ...) ERR_MUST_USE
        __attribute__((format(printf, 3, 4)));
/* Makes room for n more bytes at b->p + b->n. The caller adds the number of bytes that it wrote to
 * b->n. */
int buf_reserve(struct buf *b, size_t n, struct err *e) ERR_MUST_USE;

static inline struct str buf_str(const struct buf *b)
{
	return (struct str){b->p ? b->p : "", b->n};
}

#endif
