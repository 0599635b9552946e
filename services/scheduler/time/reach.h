/* SPDX-License-Identifier: Apache-2.0
 *
 * The reach of scans over lists that are ordered by time: what is due, or stored but not
 * published. A scan starts where the last one found nothing left, so it does not walk over
 * deleted rows that an old snapshot (a backup) keeps. Now and then it scans everything, for
 * rows that were added behind it. Pure. */
#ifndef SCHEDULER_REACH_H
#define SCHEDULER_REACH_H

#include <stdbool.h>
#include <stdint.h>

#define REACH_ALL_MS (INT64_C(10) * 365 * 24 * 3600 * 1000)
enum { REACH_ALL_EVERY_MS = 60 * 1000 };

struct reach {
	bool has_seen_all;
	int64_t all_ms;   /* monotonic: when a scan left nothing behind */
	int64_t whole_ms; /* monotonic: the last full scan */
};

/* How far back to scan, in ms; REACH_ALL_MS: everything. late_ms: how much older than its
 * transaction's end a row's time can be. */
int64_t reach_back_ms(const struct reach *reach, int64_t mono_ms, int64_t late_ms);
/* A scan that went back by back_ms left nothing. */
void reach_saw_all(struct reach *reach, int64_t mono_ms, int64_t back_ms);

#endif
