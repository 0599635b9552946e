/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BYTES = 256 };

void buf_init(struct buf *b, size_t max_bytes)
{
	*b = (struct buf){.max = max_bytes};
}

void buf_release(struct buf *b)
{
	free(b->p);
	*b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b)
{
	b->n = 0;
}

int buf_reserve(struct buf *b, size_t n, struct err *e)
{
	if (b->n > b->max || n > b->max - b->n)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "would exceed the maximum of %zu bytes", b->max);
	/* One extra byte, because printf writes a terminator. */
	size_t most = b->max < SIZE_MAX ? b->max + 1 : b->max;
	size_t need = b->n + n < most ? b->n + n + 1 : most;
	if (b->p && need <= b->cap)
		return 0;
	size_t cap = b->cap < FIRST_BYTES ? FIRST_BYTES : b->cap;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	cap = cap < most ? cap : most;
	char *p = realloc(b->p, cap);
	if (!p)
		return err_set(
		        e, ERR_FATAL, "out_of_memory", "no memory for a buffer of %zu bytes", cap);
	b->p = p;
	b->cap = cap;
	return 0;
}

int buf_append(struct buf *b, const void *p, size_t n, struct err *e)
{
	int act = buf_reserve(b, n, e);
	if (act < 0)
		return act;
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	return 0;
}

int buf_append_str(struct buf *b, struct str s, struct err *e)
{
	return buf_append(b, s.p, s.n, e);
}

int buf_printf(struct buf *b, struct err *e, const char *fmt, ...)
{
	va_list args;
	va_list again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	int act = n < 0 ? err_set(e, ERR_FATAL, "bad_format", "bad format string")
	                : buf_reserve(b, (size_t)n, e);
	if (act == 0) {
		(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
	return act;
}
