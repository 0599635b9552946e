/* SPDX-License-Identifier: Apache-2.0
 *
 * The same buckets in this process, for the time without Redis. GCRA by worked example: 10 a second
 * is an interval of 100 ms; a unit taken moves the bucket's time (TAT) 100 ms ahead; a burst of 5
 * lets that time be 500 ms ahead of now before anybody waits. A bucket seen for the first time is
 * empty: its time is `burst` intervals ahead.
 *
 * A reservation that is still to come is never dropped: whoever was told a time may go at that
 * time, however many others wait. When CLAIMS_MAX are waiting, the next ones get no reservation.
 * They are told a time behind everybody else, each one an interval after the one before, and take a
 * free place when they come back. */
#ifndef COMMON_REDIS_BUCKET_H
#define COMMON_REDIS_BUCKET_H

#include "longshore/lease.h"

enum {
	BUCKETS_MAX = 1024,
	CLAIMS_MAX = 65536,
	CLAIMS_SLOTS = 2 * CLAIMS_MAX, /* a power of two: half of them stay free */
	CLAIM_KEEP_MS = 600000, /* a reservation that nobody used so long after its time is dropped,
	                           as Redis does */
};

struct bucket {
	uint64_t name;    /* hash; 0: unused */
	int64_t at_us;    /* TAT */
	int64_t queue_us; /* the last time told to somebody without a reservation */
};

struct claim {
	uint64_t name; /* hash of bucket and claim; 0: free */
	int64_t at_us; /* the time reserved */
};

/* All zero: empty. Large, and only touched as far as it is used. */
struct buckets {
	struct bucket items[BUCKETS_MAX];
	struct claim claims[CLAIMS_SLOTS]; /* by hash, the next free slot where one is taken */
	size_t claims_count;
	int64_t swept_us; /* when claims that nobody used were last looked for */
};

/* claim may be absent: then the time told is reserved without a name, and the caller does not ask
 * again. Answers the wait in ms, 0 = go. Pure but for *b. */
int64_t buckets_take(struct buckets *b, struct str name, struct str claim,
        const struct memo_rate *rate, int64_t now_ms);

#endif
