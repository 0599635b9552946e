/* SPDX-License-Identifier: Apache-2.0
 *
 * The books of a delivery: every line must hold, or the delivery fails.
 *
 *   rows     rows_read = invalid + filtered + unmatched + matched
 *   links    links_found = not_picked + over_cap + links ;  links = matched + fan_out
 *   set      links = repeated + shared + chosen ;  chosen = blocked + held_out + capped + members
 *   blocked  blocked = blocked_by_state + blocked_by_list (if the worker sends the split)
 *   delta    members = unchanged + changed + added ;  baseline = unchanged + changed + removed
 *           (only with a baseline)
 *
 * Pure.
 */
#ifndef SCHEDULER_BOOKS_H
#define SCHEDULER_BOOKS_H

#include "longshore/arena.h"
#include "longshore/events.h"

enum { BOOKS_TERMS_MAX = 4 };
struct books_line { /* whole = the sum of the terms */
	const char *whole;
	const char *terms[BOOKS_TERMS_MAX];
	bool is_delta; /* only with a baseline */
};
const struct books_line *books_line(size_t i); /* NULL past the last */

struct books {
	const struct ev_count *counts; /* of the whole delivery */
	size_t counts_count;
	int64_t rows_inspected; /* inspect's own count of rows; -1 = none */
	int64_t rows_of_files;  /* sum over the part files; -1 = not known */
	bool has_baseline;
};

/* Absent: all lines hold. Otherwise the first line that does not hold, with its numbers. A missing
 * count is 0; a line with a negative count never holds. */
struct str books_fault(const struct books *books, struct arena *mem);

#endif
