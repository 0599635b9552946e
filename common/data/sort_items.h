/* SPDX-License-Identifier: Apache-2.0
 *
 * The index that extsort.c sorts in memory.
 */
#ifndef LONGSHORE_DATA_SORT_ITEMS_H
#define LONGSHORE_DATA_SORT_ITEMS_H

#include <stddef.h>
#include <stdint.h>

struct item {
	uint64_t first; /* eight bytes, big-endian; zeros after a shorter entry */
	const char *p;
	size_t n;
};

/* The eight bytes at `depth`, in the form of item.first. */
uint64_t item_bytes(const char *p, size_t n, size_t depth);

/* Sorts in byte order, in place, and destroys `first`. Time grows with the number of bytes that
 * distinguish entries; memory does not. */
void sort_items(struct item *items, size_t count);

#endif
