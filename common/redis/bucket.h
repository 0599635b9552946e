/* SPDX-License-Identifier: Apache-2.0
 *
 * The same buckets in this process, for the time without Redis. GCRA by worked example: 10 a second
 * is an interval of 100 ms; a unit taken moves the bucket's time (TAT) 100 ms ahead; a burst of 5
 * lets that time be 500 ms ahead of now before anybody waits. A bucket seen for the first time is
 * empty: its time is `burst` intervals ahead. */
#ifndef COMMON_REDIS_BUCKET_H
#define COMMON_REDIS_BUCKET_H

#include "longshore/lease.h"

enum { BUCKETS_MAX = 64, BUCKET_NAME_BYTES = 192 };

struct bucket {
	char name[BUCKET_NAME_BYTES]; /* bucket or claim; cut names share a bucket, which only slows
	                                 them down */
	int64_t at_us;                /* TAT, or the time reserved for a claim */
	bool is_used;
};

struct buckets {
	struct bucket
	        items[BUCKETS_MAX]; /* when all are used the one whose time is earliest gives way */
};

/* claim may be absent. Answers the wait in ms, 0 = go. Pure but for *b. */
int64_t buckets_take(struct buckets *b, struct str name, struct str claim,
        const struct memo_rate *rate, int64_t now_ms);

#endif
