/* SPDX-License-Identifier: Apache-2.0
 * What time brings: overdue deliveries, what is over, and statuses that were not read back. */
#ifndef SCHEDULER_DUE_H
#define SCHEDULER_DUE_H

#include "db/state_db.h"
#include "duties.h"

int due_deliveries(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;
/* Places whose rest is over: one upload of each looks whether it is back. */
int due_places(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;

/* Task rows of what has been over for long are removed, a few at a time. The delivery's own row
 * stays: see README.md. */
/* Names what is over in staging (longshore/ended.h). */
int due_ended(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;
int due_tidy(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;

/* Statuses as they were read from the topic. */
struct status_reader {
	struct duties *d;
	struct seen_status *seen;
	size_t seen_count;
};
void status_reader_init(
        struct status_reader *r, struct duties *d, size_t messages, struct arena *mem);
void status_read(struct status_reader *r, const struct ev_delivery_status *status, int64_t mono_ms);
int status_confirm(struct status_reader *r, struct arena *mem, struct err *e) ERR_MUST_USE;
/* Last words that are older than what is stored are corrected. */
int due_statuses(struct duties *d, int64_t mono_ms, struct arena *mem, bool *out_more,
        struct err *e) ERR_MUST_USE;

#endif
