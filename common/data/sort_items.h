/* SPDX-License-Identifier: Apache-2.0
 * The index that extsort.c sorts in memory. */
#ifndef LONGSHORE_DATA_SORT_ITEMS_H
#define LONGSHORE_DATA_SORT_ITEMS_H

#include <stddef.h>
#include <stdint.h>

struct item {
	uint64_t first; /* eight bytes, big-endian, zeros behind a shorter entry */
	const char *p;
	size_t n;
};

/* The eight bytes at `depth`, as in item.first. */
uint64_t item_bytes(const char *p, size_t n, size_t depth);

/* In byte order, in place; `first` is used up by it. Time grows with the bytes that tell entries
 * apart, memory does not. */
void sort_items(struct item *items, size_t count);

#endif
