/* SPDX-License-Identifier: Apache-2.0
 *
 * A part of a Parquet object as a file in memory, for DuckDB to read by path. It is as long as the
 * object and has holes wherever nothing was put, so what was not fed cannot be read as data. It
 * has no name in any file system, and no id of a person reaches a disk.
 */
#ifndef LONGSHORE_DATA_PARQUET_WINDOW_H
#define LONGSHORE_DATA_PARQUET_WINDOW_H

#include "longshore/row_reader.h"

struct parquet_window {
	int fd;
	int64_t bytes; /* of the object */
	char path[40];
};

int parquet_window_open(int64_t bytes, struct parquet_window *out, struct err *e) ERR_MUST_USE;
void parquet_window_close(struct parquet_window *w); /* accepts one that is not open: fd -1 */
int parquet_window_put(const struct parquet_window *w, int64_t at, const void *p, size_t n,
        struct err *e) ERR_MUST_USE;
/* Gives back the memory of these bytes. */
int parquet_window_forget(
        const struct parquet_window *w, int64_t from, int64_t end, struct err *e) ERR_MUST_USE;

/* How long an object is, found by reading: at least so many bytes. */
int parquet_find_end(
        const struct row_input *input, int64_t at_least, int64_t *out, struct err *e) ERR_MUST_USE;

#endif
