/* SPDX-License-Identifier: Apache-2.0
 *
 * Sorted runs in one unnamed file, and their merge. Used by extsort.c.
 */
#ifndef LONGSHORE_DATA_SORT_RUNS_H
#define LONGSHORE_DATA_SORT_RUNS_H

#include "extsort.h"

#include <stdint.h>

enum { RUN_BUFFER_MIN = 96 * 1024, RUN_BUFFER_MAX = 1024 * 1024 };

struct runs;

int runs_new(const char *dir, struct runs **out, struct err *e) ERR_MUST_USE;
void runs_free(struct runs *r); /* accepts NULL */
size_t runs_count(const struct runs *r);

/* For each run: begin, write its entries in order, end. */
int runs_begin(struct runs *r, struct err *e) ERR_MUST_USE;
int runs_write(struct runs *r, struct str entry, struct err *e) ERR_MUST_USE;
int runs_end(struct runs *r, struct err *e) ERR_MUST_USE;

/* Merges all runs into one sequence. memory_bytes: at least count * RUN_BUFFER_MIN. */
int runs_merge(struct runs *r, size_t memory_bytes, struct err *e) ERR_MUST_USE;
/* The entry is valid until the next call. *out_some is false after the last one. */
int runs_next(struct runs *r, struct str *out, bool *out_some, struct err *e) ERR_MUST_USE;

#endif
