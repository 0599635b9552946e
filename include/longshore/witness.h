/* SPDX-License-Identifier: Apache-2.0
 *
 * A digest of the last message read from a partition. It is stored with the offsets and later compared
 * with the message at that offset. If they differ, a broker lost the end of the partition and reused its
 * offsets. No I/O, no clock.
 *
 * As text: "@<offset>.<timestamp>.<CRC-32C, hex>", at the end of the commit metadata. */
#ifndef LONGSHORE_WITNESS_H
#define LONGSHORE_WITNESS_H

#include "longshore/bus.h"
#include "longshore/worker.h"

struct witness {
	int64_t offset; /* -1: there is none */
	int64_t timestamp_ms;
	uint32_t crc; /* of key and value */
};

enum {
	WITNESS_BYTES = BATCH_WITNESS_BYTES,
	/* How far back to read again before a lost message: a broker that fails loses seconds, and clocks
	 * differ. */
	WITNESS_REREAD_MS = 15 * 60 * 1000,
};

struct witness witness_none(void);
struct witness witness_of(const struct bus_message *m);
bool witness_is(const struct witness *w, const struct bus_message *m);

/* Returns the length of the terminated text; 0 if there is no witness. */
size_t witness_encode(const struct witness *w, char out[WITNESS_BYTES]);
/* Removes the text from the end of the metadata. Unreadable text counts as none and stays there. */
struct witness witness_take(struct str *metadata);

#endif
