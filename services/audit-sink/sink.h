/* SPDX-License-Identifier: Apache-2.0
 *
 * The only recorder: writes the topics' events into the public tables, and its positions in the
 * same transaction. So a restart has no visible effect, and if the tables are emptied, it
 * rebuilds them. */
#ifndef SINK_H
#define SINK_H

#include "longshore/pg.h"
#include "longshore/worker.h"

struct sink {
	struct pg *pg;
};

/* Uses one transaction for the whole batch. ERR_RETRY: nothing was written. */
int sink_batch(void *state, const struct batch_message *msgs, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
int sink_position(void *state, enum topic topic, int32_t partition, struct batch_position *out,
        struct err *e) ERR_MUST_USE;
int sink_rewind(
        void *state, enum topic topic, int32_t partition, int64_t next, struct err *e) ERR_MUST_USE;

#endif
