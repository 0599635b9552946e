/* SPDX-License-Identifier: Apache-2.0
 *
 * Due runs. run.route_due has one row per route: the label, zone and fold of its next run. A run
 * becomes a delivery in the transaction that advances the row, so it exists once however many
 * schedulers there are.
 *
 * Missed runs: each label within the catch-up window runs, late; older ones are skipped, which the
 * trail records. Runs of one route that pile up are superseded by the newest as soon as they would
 * overlap.
 */
#ifndef SCHEDULER_RUNS_H
#define SCHEDULER_RUNS_H

#include "duties.h"

/* Compares plans with the documents of routes. *out_more: there is more to do at once. */
int runs_sync(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;
/* Takes due runs, a batch at once. *out_more: there may be more. */
int runs_materialise(
        struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;
/* After a start: time-zone data may be newer, and moments other than stored. */
int runs_recompute(struct duties *d, struct arena *mem, struct err *e) ERR_MUST_USE;

#endif
