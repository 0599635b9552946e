/* SPDX-License-Identifier: Apache-2.0
 *
 * Triggers become events for decide.
 *
 * Identity of a trigger: "<source>/<trigger_id>", with %2F and %25 for a slash and a percent sign in
 * the source; without a trigger_id the hash of topic, partition, offset, timestamp and value stands
 * in its place. It is the cause of a delivery or
 * build (cause kind "trigger", epoch "0"), so the same trigger makes the same delivery however
 * often it is read.
 *
 * A request for a route or bridge that cannot be resolved becomes a delivery that is rejected
 * (bad_configuration), so that who asked finds it. What names no delivery at all (no tenant, an
 * audience without routes, an unknown kind) leaves a record `trigger.refused` in the trail.
 */
#ifndef SCHEDULER_TRIGGER_H
#define SCHEDULER_TRIGGER_H

#include "cycle/cycle.h"
#include "cycle/resolve.h"
#include "scheduler.h"

struct trigger_reader {
	struct scheduler *s;
	struct cycle *c;
	struct arena *mem; /* of the reader: outlives the cycles of a batch */
	struct resolver resolver;
	size_t messages;
	struct str *decided; /* to be remembered once their cycles are through */
	size_t decided_count;
	struct audience_routes *audiences; /* already looked up */
};

/* The cycle runs and restarts whenever it is full: one trigger may fill many. */
void trigger_reader_init(
        struct trigger_reader *r, struct scheduler *s, struct cycle *c, size_t messages);
/* Fails only when a cycle does, or the database. */
int trigger_read(
        struct trigger_reader *r, const struct batch_message *msg, struct err *e) ERR_MUST_USE;
/* Between two messages: runs the cycle, with everything that is in it, and starts a new one. */
int trigger_flush(struct trigger_reader *r, struct err *e) ERR_MUST_USE;

#endif
