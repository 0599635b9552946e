/* SPDX-License-Identifier: Apache-2.0
 *
 * The same token buckets inside this process, for the time without Redis. They use GCRA. Example:
 * 10 per second is an interval of 100 ms. Each unit moves the bucket's time (TAT) 100 ms ahead.
 * With a burst of 5, that time can be 500 ms ahead of now before anyone waits. A new bucket starts
 * without tokens: its time is `burst` intervals ahead.
 *
 * A reservation that is not due yet is never dropped: its owner can go at the promised time,
 * however many others wait. When CLAIMS_MAX callers are waiting, further callers get no
 * reservation. They get a time after everybody else, one interval apart, and take a free slot when
 * they come back.
 */
#ifndef COMMON_REDIS_BUCKET_H
#define COMMON_REDIS_BUCKET_H

#include "longshore/lease.h"

enum {
	BUCKETS_MAX = 1024,
	CLAIMS_MAX = 65536,
	CLAIMS_SLOTS = 2 * CLAIMS_MAX, /* a power of two; at least half of the slots stay free */
	CLAIM_KEEP_MS =
	        600000, /* unused reservations are kept this long after their time, as in Redis */
};

struct bucket {
	uint64_t name;    /* hash; 0: unused */
	int64_t at_us;    /* TAT */
	int64_t queue_us; /* last time given to a caller without a reservation */
};

struct claim {
	uint64_t name; /* hash of bucket and claim; 0: free */
	int64_t at_us; /* the reserved time */
};

/* All zero is the empty state. Large, but memory is only touched as far as it is used. */
struct buckets {
	struct bucket items[BUCKETS_MAX];
	struct claim claims[CLAIMS_SLOTS]; /* by hash, with linear probing */
	size_t claims_count;
	int64_t swept_us; /* when unused claims were last looked for */
};

/* Returns how long to wait in ms; 0 = go. claim may be absent: then the reservation has no name,
 * and the caller must not ask again. Pure except for *b. */
int64_t buckets_take(struct buckets *b, struct str name, struct str claim,
        const struct memo_rate *rate, int64_t now_ms);

#endif
