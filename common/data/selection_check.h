/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks that bytes are the portable Roaring format with arrays and bitsets only, complete and in
 * order. Pure; it trusts no byte. ERR_REJECT ("corrupt") otherwise. Format:
 * github.com/RoaringBitmap/RoaringFormatSpec.
 */
#ifndef LONGSHORE_DATA_SELECTION_CHECK_H
#define LONGSHORE_DATA_SELECTION_CHECK_H

#include "longshore/err.h"
#include "longshore/str.h"

#include <stdint.h>

enum {
	STORED_COOKIE = 12346, /* without runs */
	STORED_CONTAINERS_MAX = 65536,
	STORED_ARRAY_MAX = 4096, /* values; a larger container is a bitset */
	STORED_BITSET_BYTES = 8192,
	STORED_HEADER_BYTES = 8,      /* cookie, number of containers */
	STORED_DESCRIPTION_BYTES = 4, /* key, cardinality - 1 */
	STORED_OFFSET_BYTES = 4,      /* position of the container from the first byte */
};

static inline size_t stored_container_bytes(uint32_t values)
{
	return values <= STORED_ARRAY_MAX ? (size_t)2 * values : STORED_BITSET_BYTES;
}

int selection_check(struct str bytes, struct err *e) ERR_MUST_USE;

#endif
