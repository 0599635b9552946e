/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a batch service goes on reading, kept in its database (audit.position) in the transaction of
 * what it writes: so a crash neither loses nor repeats anything. For batch services with
 * `keeps_offsets`, whose `position` and `rewind` call these.
 */
#ifndef LONGSHORE_POSITIONS_H
#define LONGSHORE_POSITIONS_H

#include "longshore/pg.h"
#include "longshore/worker.h"

/* In the service's transaction: the messages are done. Positions only grow, so a late writer changes
 * nothing. */
int positions_store(struct pg *pg, enum service service, const struct batch_message *msgs,
        size_t count, struct arena *mem, struct err *e) ERR_MUST_USE;
/* out->next is -1 if none is stored. */
int positions_find(struct pg *pg, enum service service, enum topic topic, int32_t partition,
        struct batch_position *out, struct err *e) ERR_MUST_USE;

struct position_rewind {
	enum topic topic;
	int32_t partition;
	int64_t next;
};
/* The partition lost its end: the position goes back to `next`, and never forward. */
int positions_rewind(struct pg *pg, enum service service, const struct position_rewind *to,
        struct err *e) ERR_MUST_USE;

#endif
