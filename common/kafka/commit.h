/* SPDX-License-Identifier: Apache-2.0
 *
 * Commits of one consumer, strictly one at a time. A commit without an answer stays outstanding,
 * and no other commit is sent until its result is known. An older list of offsets can therefore
 * never overwrite a newer one.
 */
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

/* Waits until no commit is outstanding. Returns false after timeout_ms. Does not report the
 * commit's result. */
bool commits_settle(struct commits *c, int timeout_ms);
int commits_send(struct commits *c, const struct bus_position *positions, size_t count,
        int timeout_ms, struct err *e) ERR_MUST_USE;

#endif
