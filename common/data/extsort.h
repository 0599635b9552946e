/* SPDX-License-Identifier: Apache-2.0
 *
 * Sorting more than memory holds, in byte order: entries are sorted in memory, spilled as sorted
 * runs to an unnamed file, merged. Sorting and spilling go on in a thread of the sorter's own while
 * more is added.
 *
 *   sort_new -> sort_add, any number -> sort_seal -> sort_next until none -> sort_free
 *
 * Memory stays below memory_bytes (at least SORT_MEMORY_MIN), whatever is added. Called by one
 * thread at a time. A failure of the spill file is told by a later call of sort_add or sort_seal.
 * Errors of the spill file are ERR_RETRY ("spill_failed") where trying again may help.
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
/* Copies. ERR_REJECT ("too_large") past SORT_ENTRY_MAX. */
int sort_add(struct sorter *s, struct str entry, struct err *e) ERR_MUST_USE;
int sort_seal(struct sorter *s, struct err *e) ERR_MUST_USE;
/* The next entry in order, valid until the next call; *out_some false: there is none. */
int sort_next(struct sorter *s, struct str *out, bool *out_some, struct err *e) ERR_MUST_USE;

#endif
