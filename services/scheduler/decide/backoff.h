/* SPDX-License-Identifier: Apache-2.0
 * Pauses between the issues of a task. Pure: the jitter comes from the task's id. */
#ifndef SCHEDULER_BACKOFF_H
#define SCHEDULER_BACKOFF_H

#include "longshore/str.h"

/* The pause after `spent` spent issues (1 or more): first * 2^(spent - 1), at most `most`, and of
 * that between a half and the whole: tasks that failed together do not come back together. */
int64_t backoff_ms(struct str id, int32_t spent, int64_t first_ms, int64_t most_ms);

#endif
