/* SPDX-License-Identifier: Apache-2.0
 * How a batch service publishes: by the loop's producer, from the loop's thread only, in start,
 * batch and tick. */
#ifndef LONGSHORE_PUBLISHER_H
#define LONGSHORE_PUBLISHER_H

#include "longshore/err.h"
#include "longshore/str.h"
#include "longshore/topics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct publisher;
struct publication {
	enum topic topic;
	int32_t partition; /* -1: by key */
	struct str key;
	struct str value; /* encoded */
	struct str traceparent, type, tenant, delivery,
	        task; /* headers; absent ones are left out */
};
/* 0: all acknowledged. ERR_REJECT ("too_large") names the first that can never go in *out_bad; if
 * that is known by its size, nothing was sent. ERR_RETRY: some may have been sent; send all again.
 * Blocks for 10 s at most. Only from the loop's thread: in start, batch, tick. */
int publisher_send(struct publisher *p, const struct publication *items, size_t count,
        size_t *out_bad, struct err *e) ERR_MUST_USE;
/* The same, each item for itself: what one topic refuses or does not take holds up no other. */
enum publication_fate {
	PUBLICATION_OPEN,    /* not acknowledged in time; it may be there all the same */
	PUBLICATION_ACKED,   /* there */
	PUBLICATION_REFUSED, /* can never go */
};
struct publication_set {
	const struct publication *items; /* those of one partition stay in their order */
	size_t count;
	int wait_ms;                  /* for all of them together */
	enum publication_fate *fates; /* of each; filled in */
};
/* 0: none is open. ERR_RETRY: some are; *e says why the first of them is. */
int publisher_send_each(
        struct publisher *p, const struct publication_set *set, struct err *e) ERR_MUST_USE;
/* For long work in batch or tick, between two of its steps: shows that the loop goes on, and polls
 * Kafka now and then, so that the partitions stay ours. false: return ERR_DEFER at once, and look
 * at the batch no more: the process is to end, or its partitions went to somebody else. */
bool publisher_breathe(struct publisher *p);
/* Counts rows that the service removed for good, for /metrics. */
void publisher_count_removed(struct publisher *p, int64_t rows);

#endif
