/* SPDX-License-Identifier: Apache-2.0
 * Sends stored messages, and marks those that were acknowledged. */
#ifndef SCHEDULER_PUBLISH_H
#define SCHEDULER_PUBLISH_H

#include "db/outbox_db.h"
#include "engine.h"

enum {
	PUBLISH_WAIT_MS = 10000, /* for acknowledgements, while the topic is not known to be down */
	PUBLISH_ROWS_MAX = 500   /* per sweep */
};

/* Deliveries with events that can never be published. */
struct failed_rows {
	struct str *ids;
	size_t count;
};

/* Sends rows and marks those that were acknowledged. The others are left to a sweep; nothing waits
 * for them. A message that can never be sent fails its delivery: *out_failed has the ids. */
int publish_rows(struct engine *g, struct outbox_row *rows, size_t count, struct arena *mem,
        struct failed_rows *out_failed, struct err *e) ERR_MUST_USE;
/* Only sends: for rows that are stored elsewhere or need no storing. *out_all: all were
 * acknowledged. */
int publish_only(struct engine *g, const struct outbox_row *rows, size_t count, struct arena *mem,
        bool *out_all, struct err *e) ERR_MUST_USE;

/* Rows taken by a sweep. They are sent even if their topic rests. */
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
/* One row for the deliveries topic. */
struct outbox_row publish_status_row(const struct engine *g, struct str delivery_id,
        struct str tenant, struct str status, struct arena *mem);

#endif
