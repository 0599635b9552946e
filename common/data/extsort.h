/* SPDX-License-Identifier: Apache-2.0
 *
 * Sorting more than memory holds: entries of bytes, sorted in memory, spilled as sorted runs to
 * unnamed files, merged. add... -> sort_seal -> sort_next until none. One thread. Not stable: give
 * entries a total order.
 */
#ifndef LONGSHORE_DATA_EXTSORT_H
#define LONGSHORE_DATA_EXTSORT_H

#include "longshore/err.h"
#include "longshore/str.h"

#include <stdbool.h>

enum { SORT_ENTRY_MAX = 256 * 1024, SORT_RUNS_MAX = 512 };

struct sorter;

typedef int (*sort_compare)(struct str a, struct str b);

int sort_new(const char *spill_dir, size_t memory_bytes, sort_compare compare, struct sorter **out,
        struct err *e) ERR_MUST_USE;
void sort_free(struct sorter *s); /* accepts NULL */
/* Copies. ERR_REJECT ("too_large"): the entry, or more than SORT_RUNS_MAX runs (raise
 * memory_bytes). */
int sort_add(struct sorter *s, struct str entry, struct err *e) ERR_MUST_USE;
int sort_seal(struct sorter *s, struct err *e) ERR_MUST_USE;
/* The next entry in order, valid until the next call; *out_some false: there is none. */
int sort_next(struct sorter *s, struct str *out, bool *out_some, struct err *e) ERR_MUST_USE;

#endif
