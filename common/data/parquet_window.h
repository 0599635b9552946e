/* SPDX-License-Identifier: Apache-2.0
 *
 * A part of a Parquet object as a file in memory, which DuckDB reads by path. It is as long as the
 * object and has holes where nothing was put, so bytes that were not fed cannot be read as data.
 * The file has no name in any file system, so no person's id reaches a disk.
 */
#ifndef LONGSHORE_DATA_PARQUET_WINDOW_H
#define LONGSHORE_DATA_PARQUET_WINDOW_H

#include "longshore/err.h"

#include <stdint.h>

struct parquet_window {
	int fd;
	int64_t bytes; /* of the object */
	char path[40];
};

int parquet_window_open(struct parquet_window *out, struct err *e) ERR_MUST_USE; /* of no bytes */
/* Takes everything out of it and gives it the length of an object. */
int parquet_window_resize(struct parquet_window *w, int64_t bytes, struct err *e) ERR_MUST_USE;
void parquet_window_close(struct parquet_window *w); /* accepts a closed one (fd -1) */
int parquet_window_put(const struct parquet_window *w, int64_t at, const void *p, size_t n,
        struct err *e) ERR_MUST_USE;
/* Frees the memory of these bytes. */
int parquet_window_forget(
        const struct parquet_window *w, int64_t from, int64_t end, struct err *e) ERR_MUST_USE;

#endif
