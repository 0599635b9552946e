/* SPDX-License-Identifier: Apache-2.0
 * A transaction's messages are stored in packets, one row for many messages. The row is deleted
 * once all of them are acknowledged. If some are not, the packet is split into rows of run.outbox.
 * The same happens to a packet left behind by a dead scheduler (time/sweep.c). A sweep then
 * publishes those rows. */
#ifndef SCHEDULER_PACKETS_H
#define SCHEDULER_PACKETS_H

#include "db/outbox_db.h"
#include "engine.h"

/* Within the transaction. Messages of resting topics get rows of their own, because they are not
 * sent now. */
int packets_store(struct engine *g, struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
/* Takes sent rows, each with its fate, and skips those without a packet. All messages of a packet
 * must be among them. */
int packets_mark(struct engine *g, const struct outbox_row *const *rows,
        const enum publication_fate *fates, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;

#endif
