/* SPDX-License-Identifier: Apache-2.0
 * Publishes what any scheduler stored and did not publish. */
#ifndef SCHEDULER_SWEEP_H
#define SCHEDULER_SWEEP_H

#include "duties.h"

/* Splits packets that were stored long ago. */
int sweep_packets(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;
/* Runs sweep_packets, then sweeps all topics: those that do not rest, and resting ones that are
 * due for a probe. */
int sweep_outbox(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;

#endif
