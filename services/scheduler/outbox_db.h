/* SPDX-License-Identifier: Apache-2.0
 * run.outbox: what is to be published. A row is written with its decision and deleted once it was
 * acknowledged. */
#ifndef SCHEDULER_OUTBOX_DB_H
#define SCHEDULER_OUTBOX_DB_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/topics.h"

struct pg;

enum { OUTBOX_NEWEST = -1 };

struct outbox_row {
	int64_t id;             /* given by the database */
	struct str delivery_id; /* empty: of no delivery */
	enum topic topic;
	int32_t partition;     /* -1: by key */
	struct str key, value; /* value absent: nothing is to be said any more */
	struct str type, tenant;
	struct str task_id, traceparent; /* absent: none */
	/* A task's event and a status are stored elsewhere: the row only names the task, or the
	 * delivery. Swept, it lacks key, value and type until it is composed again. */
	bool is_by_reference;
	int64_t version; /* by reference, of a status: its own; OUTBOX_NEWEST: whichever it is */
};

/* Fills in the ids. */
int outbox_db_insert(struct pg *pg, struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
/* The mark. */
int outbox_db_delete(struct pg *pg, const struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
struct outbox_sweep {
	int64_t age_ms;  /* rows stored longer ago than this */
	int64_t back_ms; /* and not longer ago than this */
	int64_t most;
	const int64_t *topics; /* of these */
	size_t topics_count;
};
/* Claims rows, in their order and without traceparent: for OUTBOX_LEASE_MS nobody else sweeps them.
 * No transaction stays open. */
enum { OUTBOX_LEASE_MS = 15000 };
int outbox_db_sweep(struct pg *pg, const struct outbox_sweep *what, struct arena *mem,
        struct outbox_row **out, size_t *out_count, struct err *e) ERR_MUST_USE;

#endif
