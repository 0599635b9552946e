/* SPDX-License-Identifier: Apache-2.0
 *
 * Sorts more than fits in memory, in byte order. Entries are sorted in memory, spilled to an
 * unnamed file as sorted runs, and merged. The sorter's own thread sorts and spills while the
 * caller adds more.
 *
 *   sort_new -> sort_add, any number -> sort_seal -> sort_next until none -> sort_free
 *
 * Memory stays below memory_bytes (at least SORT_MEMORY_MIN), however much is added. Only one
 * thread may call at a time. A failure of the spill file is reported by a later call of sort_add or
 * sort_seal. It is ERR_RETRY ("spill_failed") if a retry can help.
 */
#ifndef LONGSHORE_DATA_EXTSORT_H
#define LONGSHORE_DATA_EXTSORT_H

#include "longshore/err.h"
#include "longshore/str.h"

#include <stdbool.h>

enum { SORT_ENTRY_MAX = 80 * 1024, SORT_MEMORY_MIN = 1024 * 1024 };

struct sorter;

int sort_new(const char *spill_dir, size_t memory_bytes, struct sorter **out,
        struct err *e) ERR_MUST_USE;
void sort_free(struct sorter *s); /* accepts NULL */
/* Copies the entry. ERR_REJECT ("too_large") if it is longer than SORT_ENTRY_MAX. */
int sort_add(struct sorter *s, struct str entry, struct err *e) ERR_MUST_USE;
int sort_seal(struct sorter *s, struct err *e) ERR_MUST_USE;
/* The next entry in order, valid until the next call. *out_some is false after the last one. */
int sort_next(struct sorter *s, struct str *out, bool *out_some, struct err *e) ERR_MUST_USE;

#endif
