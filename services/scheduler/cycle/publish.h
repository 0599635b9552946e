/* SPDX-License-Identifier: Apache-2.0
 * Sends what is stored, and marks what was acknowledged. */
#ifndef SCHEDULER_PUBLISH_H
#define SCHEDULER_PUBLISH_H

#include "db/outbox_db.h"
#include "engine.h"

enum {
	PUBLISH_WAIT_MS =
	        10000, /* for the acknowledgements of a topic that is not known to be away */
	PUBLISH_ROWS_MAX = 500 /* that a sweep takes at once */
};

/* Deliveries with events that can never be published. */
struct failed_rows {
	struct str *ids;
	size_t count;
};

/* Sends rows, and marks those that were acknowledged; the others are left to a sweep, and nobody
 * waits for them. What can never go fails its delivery: *out_failed has their ids. */
int publish_rows(struct engine *g, struct outbox_row *rows, size_t count, struct arena *mem,
        struct failed_rows *out_failed, struct err *e) ERR_MUST_USE;
/* Rows that are stored elsewhere, or need not be: sent only. *out_all: all were acknowledged. */
int publish_only(struct engine *g, const struct outbox_row *rows, size_t count, struct arena *mem,
        bool *out_all, struct err *e) ERR_MUST_USE;

/* Rows that a sweep took: they are sent whether or not their topic rests. */
struct sweeping {
	const struct outbox_row *rows;
	size_t count;
	int32_t wait_ms;
	struct arena *mem;
	/* out: */
	struct failed_rows failed;
	bool is_open; /* some were not acknowledged */
};
int publish_swept(struct engine *g, struct sweeping *x, struct err *e) ERR_MUST_USE;

struct str publish_traceparent(struct str delivery_id, struct str task_id, struct arena *mem);
/* One row of the deliveries topic. */
struct outbox_row publish_status_row(const struct engine *g, struct str delivery_id,
        struct str tenant, struct str status, struct arena *mem);

#endif
