/* SPDX-License-Identifier: Apache-2.0
 *
 * What the last message that was read of a partition looked like. It is kept beside the offsets, and
 * compared with the message that has its offset later: where a broker lost the end of a partition
 * and gave its offsets out again, that is another one. No I/O, no clock.
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
	/* Around a message that is gone so much is read again: a broker that falls loses seconds,
	 * and clocks differ. */
	WITNESS_REREAD_MS = 15 * 60 * 1000,
};

struct witness witness_none(void);
struct witness witness_of(const struct bus_message *m);
bool witness_is(const struct witness *w, const struct bus_message *m);

/* Length of the text; it is terminated. None: 0. */
size_t witness_encode(const struct witness *w, char out[WITNESS_BYTES]);
/* Takes the text off the end of the metadata. What cannot be read is none, and stays where it is. */
struct witness witness_take(struct str *metadata);

#endif
