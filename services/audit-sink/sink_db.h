/* SPDX-License-Identifier: Apache-2.0
 * The sink's statements, one function each. They run inside sink.c's transaction, and build
 * their arrays in mem. */
#ifndef SINK_DB_H
#define SINK_DB_H

#include "chain.h"

#include "longshore/events.h"
#include "longshore/pg.h"
#include "longshore/worker.h"

/* `items` must not have a delivery twice. */
int sink_db_statuses(struct pg *pg, const struct ev_delivery_status *const *items, size_t count,
        struct arena *mem, struct err *e) ERR_MUST_USE;
/* `items` must not have a (delivery, file) twice. */
int sink_db_receipts(struct pg *pg, const struct ev_receipt *const *items, size_t count,
        struct arena *mem, struct err *e) ERR_MUST_USE;
/* Sets known[i] for records that are already in the audit trail. */
int sink_db_known_records(struct pg *pg, const struct ev_audit_record *const *items, size_t count,
        bool *known, struct arena *mem, struct err *e) ERR_MUST_USE;
/* Sets each head's sequence and hash from the audit trail; leaves it unchanged if the tenant
 * has no record. */
int sink_db_chain_heads(struct pg *pg, struct chain_head *heads, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
int sink_db_records(struct pg *pg, const struct chain_link *links, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
/* msgs: messages with dead letters. */
int sink_db_dead_letters(struct pg *pg, const struct batch_message *const *msgs, size_t count,
        struct arena *mem, struct err *e) ERR_MUST_USE;

#endif
