/* SPDX-License-Identifier: Apache-2.0
 *
 * The one recorder: writes what the topics say into the public tables, and its own place in the
 * topics in the same transaction. So a crash repeats nothing that can be seen, and with the tables
 * emptied it builds them again.
 */
#ifndef SINK_H
#define SINK_H

#include "longshore/pg.h"
#include "longshore/worker.h"

struct sink {
	struct pg *pg;
};

/* One transaction for the whole batch. ERR_RETRY: nothing was written. */
int sink_batch(void *state, const struct batch_message *msgs, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
int sink_position(void *state, enum topic topic, int32_t partition, struct batch_position *out,
        struct err *e) ERR_MUST_USE;
int sink_rewind(
        void *state, enum topic topic, int32_t partition, int64_t next, struct err *e) ERR_MUST_USE;

#endif
