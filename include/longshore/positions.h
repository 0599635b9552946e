/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a batch service continues reading. Positions are in its database (audit.position) and are
 * stored in the same transaction as the service's rows, so a crash neither loses nor repeats
 * anything. For batch services with `keeps_offsets`; their `position` and `rewind` call these
 * functions.
 */
#ifndef LONGSHORE_POSITIONS_H
#define LONGSHORE_POSITIONS_H

#include "longshore/pg.h"
#include "longshore/worker.h"

/* Call in the service's transaction: marks the messages as done. Positions only grow, so a late
 * writer changes nothing. */
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
/* The partition lost its end: moves the position back to `next`, never forward. */
int positions_rewind(struct pg *pg, enum service service, const struct position_rewind *to,
        struct err *e) ERR_MUST_USE;

#endif
