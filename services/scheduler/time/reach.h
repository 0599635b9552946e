/* SPDX-License-Identifier: Apache-2.0
 *
 * A list that is ordered by time: what is due, what was stored and not published. A look begins where
 * the last one found nothing left, so that it does not walk over what is gone already and kept by an
 * old snapshot (a backup). All of it is looked at now and then, for what came in behind. Pure.
 */
#ifndef SCHEDULER_REACH_H
#define SCHEDULER_REACH_H

#include <stdbool.h>
#include <stdint.h>

#define REACH_ALL_MS (INT64_C(10) * 365 * 24 * 3600 * 1000)
enum { REACH_ALL_EVERY_MS = 60 * 1000 };

struct reach {
	bool has_seen_all;
	int64_t all_ms;   /* monotonic: when nothing was left behind it */
	int64_t whole_ms; /* monotonic: the last look at all of it */
};

/* How far back to look, in ms; REACH_ALL_MS: at all of it. late_ms: so much older than its
 * transaction's end may be what is stored. */
int64_t reach_back_ms(const struct reach *reach, int64_t mono_ms, int64_t late_ms);
/* Nothing is left of what lies so far back. */
void reach_saw_all(struct reach *reach, int64_t mono_ms, int64_t back_ms);

#endif
