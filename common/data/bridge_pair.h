/* SPDX-License-Identifier: Apache-2.0
 *
 * A pair of an id and a record as a sort entry: the columns, each followed by a NUL (values contain
 * none), then the id's fingerprint, then the row number, big-endian. So byte order sorts by record,
 * column by column, and then by fingerprint.
 */
#ifndef LONGSHORE_DATA_BRIDGE_PAIR_H
#define LONGSHORE_DATA_BRIDGE_PAIR_H

#include "longshore/fingerprint.h"
#include "longshore/str.h"

#include <stdint.h>

enum { PAIR_ROW_BYTES = 8, PAIR_TAIL_BYTES = FINGERPRINT_BYTES + PAIR_ROW_BYTES };

static inline void put_be64(char *p, uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		p[i] = (char)(unsigned char)v;
}

static inline uint64_t get_be64(const char *p)
{
	uint64_t v = 0;
	for (int i = 0; i < 8; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

static inline struct str pair_record(struct str pair)
{
	return str_bytes(pair.p, pair.n - PAIR_TAIL_BYTES);
}

static inline const char *pair_fingerprint(struct str pair)
{
	return pair.p + pair.n - PAIR_TAIL_BYTES;
}

static inline int64_t pair_row(struct str pair)
{
	return (int64_t)get_be64(pair.p + pair.n - PAIR_ROW_BYTES);
}

/* Splits a record into its columns. */
static inline void record_values(struct str record, struct str *out, size_t columns)
{
	size_t at = 0;
	for (size_t c = 0; c < columns; c++) {
		const char *end = memchr(record.p + at, '\0', record.n - at);
		out[c] = str_bytes(record.p + at, (size_t)(end - record.p) - at);
		at += out[c].n + 1;
	}
}

#endif
