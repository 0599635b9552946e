/* SPDX-License-Identifier: Apache-2.0
 * What a transaction says is stored in packets, one row for many messages, and the row goes once all
 * of them were acknowledged. A packet of which a part was not is split into rows of run.outbox; so is
 * one that nobody removed, because its scheduler died (time/sweep.c). From there a sweep publishes it. */
#ifndef SCHEDULER_PACKETS_H
#define SCHEDULER_PACKETS_H

#include "db/outbox_db.h"
#include "engine.h"

/* Within the transaction. Messages of topics that rest get rows of their own: nobody sends them now.
 */
int packets_store(struct engine *g, struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
/* Rows that were sent, each with its fate; those of no packet are passed over. All messages of a
 * packet are among them. */
int packets_mark(struct engine *g, const struct outbox_row *const *rows,
        const enum publication_fate *fates, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;

#endif
