/* SPDX-License-Identifier: Apache-2.0
 * Work driven by time: due deliveries, ended deliveries, and statuses that were not read back. */
#ifndef SCHEDULER_DUE_H
#define SCHEDULER_DUE_H

#include "db/state_db.h"
#include "duties.h"

int due_deliveries(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;
/* For each place whose rest is over, one upload checks whether the place is back. */
int due_places(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;

/* due_ended lists ended deliveries in staging (longshore/ended.h). due_tidy removes the task
 * rows of deliveries that ended long ago, a few at a time; the delivery's own row stays: see
 * README.md. */
int due_ended(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;
int due_tidy(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;

/* Handles statuses read from the topic. */
struct status_reader {
	struct duties *d;
	struct seen_status *seen;
	size_t seen_count;
};
void status_reader_init(
        struct status_reader *r, struct duties *d, size_t messages, struct arena *mem);
void status_read(struct status_reader *r, const struct ev_delivery_status *status, int64_t mono_ms);
int status_confirm(struct status_reader *r, struct arena *mem, struct err *e) ERR_MUST_USE;
/* Republishes the status of deliveries whose last status on the topic is older than the stored
 * one. */
int due_statuses(struct duties *d, int64_t mono_ms, struct arena *mem, bool *out_more,
        struct err *e) ERR_MUST_USE;

#endif
