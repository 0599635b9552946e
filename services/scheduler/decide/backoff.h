/* SPDX-License-Identifier: Apache-2.0
 * Pauses between the issues of a task. Pure: the jitter is derived from the task's id. */
#ifndef SCHEDULER_BACKOFF_H
#define SCHEDULER_BACKOFF_H

#include "longshore/str.h"

/* The pause after `spent` failed issues (1 or more): first * 2^(spent - 1), at most `most`. The
 * result is between half of that and all of it, so that tasks that failed together do not retry
 * together. */
int64_t backoff_ms(struct str id, int32_t spent, int64_t first_ms, int64_t most_ms);

#endif
