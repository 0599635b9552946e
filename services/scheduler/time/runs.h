/* SPDX-License-Identifier: Apache-2.0
 *
 * Due runs. run.route_due has one row per route: the label, zone and fold of its next run. A
 * run becomes a delivery in the transaction that advances the row, so it exists once for any
 * number of schedulers.
 *
 * Missed runs: each label within the catch-up window runs late. Older ones are skipped, with an
 * audit record. If runs of one route pile up, the newest supersedes the others as soon as they
 * would overlap. */
#ifndef SCHEDULER_RUNS_H
#define SCHEDULER_RUNS_H

#include "duties.h"

/* Compares plans with the routes' documents. *out_more: there is more to do right away. */
int runs_sync(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;
/* Takes a batch of due runs. *out_more: there can be more. */
int runs_materialise(
        struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;
/* Runs after a start: newer time-zone data can give other times than those stored. */
int runs_recompute(struct duties *d, struct arena *mem, struct err *e) ERR_MUST_USE;

#endif
