/* SPDX-License-Identifier: Apache-2.0
 *
 * Triggers become events for decide.
 *
 * Identity of a trigger: "<source>/<trigger_id>". A slash and a percent sign in the source are
 * written as %2F and %25. Without a trigger_id, the hash of topic, partition, offset, timestamp
 * and value is used instead. The identity is the cause of a delivery or build (cause kind
 * "trigger", epoch "0"), so the same trigger makes the same delivery however often it is read.
 *
 * A request for a route or bridge that cannot be resolved becomes a rejected delivery
 * (bad_configuration), so that the requester can find it. A trigger that names no delivery at
 * all (no tenant, an audience without routes, an unknown kind) leaves a record `trigger.refused`
 * in the audit trail.
 */
#ifndef SCHEDULER_TRIGGER_H
#define SCHEDULER_TRIGGER_H

#include "cycle/cycle.h"
#include "cycle/resolve.h"
#include "scheduler.h"

struct trigger_reader {
	struct scheduler *s;
	struct cycle *c;
	struct arena *mem; /* s->reading; outlives the cycles of a batch */
	struct resolver resolver;
	size_t messages;
	struct str *decided; /* remembered after their cycles have run */
	size_t decided_count;
	struct audience_routes *audiences; /* looked up in this batch */
};

/* The reader runs and restarts the cycle whenever it is full: one trigger can fill several. */
void trigger_reader_init(
        struct trigger_reader *r, struct scheduler *s, struct cycle *c, size_t messages);
/* Fails only if a cycle or the database fails. */
int trigger_read(
        struct trigger_reader *r, const struct batch_message *msg, struct err *e) ERR_MUST_USE;
/* Call it between two messages: runs the cycle and starts a new one. */
int trigger_flush(struct trigger_reader *r, struct err *e) ERR_MUST_USE;

#endif
