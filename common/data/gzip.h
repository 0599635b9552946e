/* SPDX-License-Identifier: Apache-2.0
 *
 * gzip with ISA-L, as a stream in fixed memory. The writer creates one member: no name, no time,
 * operating system "unknown".
 */
#ifndef COMMON_DATA_GZIP_H
#define COMMON_DATA_GZIP_H

#include "longshore/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef int (*gzip_sink)(void *arg, const void *p, size_t n, struct err *e);

struct gzip_writer;

/* The compressed bytes depend on how the input is cut. A caller that needs the same bytes must cut
 * it in the same way. */
int gzip_writer_new(
        gzip_sink sink, void *arg, struct gzip_writer **out, struct err *e) ERR_MUST_USE;
/* is_last ends the member. No call may follow. */
int gzip_write(
        struct gzip_writer *w, const void *p, size_t n, bool is_last, struct err *e) ERR_MUST_USE;
void gzip_writer_free(struct gzip_writer *w); /* accepts NULL */
const char *gzip_id(void);                    /* "isal-2.30.0/1" */

struct gzip_reader;

/* The sink receives the plain bytes. */
int gzip_reader_new(
        gzip_sink sink, void *arg, struct gzip_reader **out, struct err *e) ERR_MUST_USE;
/* ERR_REJECT ("corrupt") if it is not gzip, is damaged, or has bytes after the member. */
int gzip_read(struct gzip_reader *r, const void *p, size_t n, struct err *e) ERR_MUST_USE;
/* ERR_REJECT ("corrupt") if the member is incomplete. */
int gzip_reader_end(struct gzip_reader *r, struct err *e) ERR_MUST_USE;
void gzip_reader_free(struct gzip_reader *r); /* accepts NULL */

#endif
