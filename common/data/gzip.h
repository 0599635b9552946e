/* SPDX-License-Identifier: Apache-2.0
 * gzip by ISA-L: streams in fixed memory. The writer makes one member: no name, no time, operating
 * system "unknown". */
#ifndef COMMON_DATA_GZIP_H
#define COMMON_DATA_GZIP_H

#include "longshore/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef int (*gzip_sink)(void *arg, const void *p, size_t n, struct err *e);

struct gzip_writer;

/* The compressed bytes depend on how the input is cut: callers that want the same bytes cut it the
 * same way. */
int gzip_writer_new(
        gzip_sink sink, void *arg, struct gzip_writer **out, struct err *e) ERR_MUST_USE;
/* is_last ends the member; nothing may follow. */
int gzip_write(
        struct gzip_writer *w, const void *p, size_t n, bool is_last, struct err *e) ERR_MUST_USE;
void gzip_writer_free(struct gzip_writer *w); /* accepts NULL */
const char *gzip_id(void);                    /* "isal-2.30.0/1" */

struct gzip_reader;

/* The sink gets the plain bytes. */
int gzip_reader_new(
        gzip_sink sink, void *arg, struct gzip_reader **out, struct err *e) ERR_MUST_USE;
/* ERR_REJECT ("corrupt"): no gzip, damaged, or bytes behind the member. */
int gzip_read(struct gzip_reader *r, const void *p, size_t n, struct err *e) ERR_MUST_USE;
/* ERR_REJECT ("corrupt"): the member is not over. */
int gzip_reader_end(struct gzip_reader *r, struct err *e) ERR_MUST_USE;
void gzip_reader_free(struct gzip_reader *r); /* accepts NULL */

#endif
