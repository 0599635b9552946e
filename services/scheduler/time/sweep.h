/* SPDX-License-Identifier: Apache-2.0
 * What was stored and not published, by whichever scheduler. */
#ifndef SCHEDULER_SWEEP_H
#define SCHEDULER_SWEEP_H

#include "duties.h"

/* Splits packets that were stored for long. */
int sweep_packets(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;
/* That, and all topics: those that do not rest, and those that do, where it is time to try one. */
int sweep_outbox(struct duties *d, struct arena *mem, bool *out_more, struct err *e) ERR_MUST_USE;

#endif
