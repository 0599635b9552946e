/* SPDX-License-Identifier: Apache-2.0
 *
 * Commits of one consumer, strictly one after the other. A commit that is not answered in time
 * stays outstanding, and no later one is sent before its fate is known: an old list can never land
 * on top of a newer one. */
#ifndef COMMON_KAFKA_COMMIT_H
#define COMMON_KAFKA_COMMIT_H

#include "kafka.h"

struct commits {
	rd_kafka_t *rk;
	rd_kafka_queue_t *answers;
	bool outstanding;
};

void commits_init(struct commits *c, rd_kafka_t *rk);
void commits_release(struct commits *c);

/* Waits until nothing is outstanding; false after timeout_ms. What became of the commit is not
 * told. */
bool commits_settle(struct commits *c, int timeout_ms);
int commits_send(struct commits *c, const struct bus_position *positions, size_t count,
        int timeout_ms, struct err *e) ERR_MUST_USE;

#endif
