/* SPDX-License-Identifier: Apache-2.0
 * How a batch service publishes: with the loop's producer, only from the loop's thread, in start,
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
/* 0: all acknowledged. ERR_REJECT ("too_large"): *out_bad is the first that can never be sent; if its
 * size shows this, nothing was sent. ERR_RETRY: some may have been sent; send all again.
 * Blocks for at most 10 s. Only from the loop's thread: in start, batch, tick. */
int publisher_send(struct publisher *p, const struct publication *items, size_t count,
        size_t *out_bad, struct err *e) ERR_MUST_USE;
/* The same for each item separately: a topic that refuses or does not accept messages blocks no other. */
enum publication_fate {
	PUBLICATION_OPEN,    /* not acknowledged in time; it may still have been written */
	PUBLICATION_ACKED,   /* acknowledged */
	PUBLICATION_REFUSED, /* can never be sent */
};
struct publication_set {
	const struct publication *items; /* those of one partition stay in their order */
	size_t count;
	int wait_ms;                  /* for all of them together */
	enum publication_fate *fates; /* of each; filled in */
};
/* 0: none is open. ERR_RETRY: some are; *e has the reason of the first. */
int publisher_send_each(
        struct publisher *p, const struct publication_set *set, struct err *e) ERR_MUST_USE;
/* For long work in batch or tick, between two steps: shows that the loop is alive, and polls Kafka now and
 * then so that we keep the partitions. false: return ERR_DEFER at once and do not touch the batch again:
 * the process is ending, or its partitions went to another process. */
bool publisher_breathe(struct publisher *p);
/* Counts removed rows, for /metrics. */
void publisher_count_removed(struct publisher *p, int64_t rows);

#endif
