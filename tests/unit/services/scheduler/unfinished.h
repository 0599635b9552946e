/* SPDX-License-Identifier: Apache-2.0
 * Of the unfinished rows those that a decision is given, as load_unfinished.sql chooses them. */
#ifndef TESTS_SCHEDULER_UNFINISHED_H
#define TESTS_SCHEDULER_UNFINISHED_H

#include "decide/decide.h"

static inline bool row_is_open(const struct task_row *row)
{
	return row->status == TASK_WAITING || row->status == TASK_ISSUED;
}

static inline bool row_is_unanswered(const struct task_row *row)
{
	return row->stage == STAGE_UPLOAD && row_is_open(row) &&
	       (row->status == TASK_ISSUED || row->issue != row->attempts);
}

static inline bool row_is_same_kind(const struct task_row *a, const struct task_row *b)
{
	if (a->status != b->status)
		return false;
	return a->status == TASK_ISSUED || (a->stage == STAGE_UPLOAD) == (b->stage == STAGE_UPLOAD);
}

static inline int64_t row_time_of(const struct task_row *row)
{
	return row->status == TASK_ISSUED ? row->not_after_ms : row->ready_ms;
}

/* Of each kind no more than a wave and one, and one that nobody answered. */
static inline bool row_matters(const struct task_row *rows, size_t count, size_t at, int32_t wave)
{
	const struct task_row *row = &rows[at];
	int32_t before = 0, unanswered = 0;
	if (!row_is_open(row))
		return false;
	for (size_t i = 0; i < count; i++) {
		int64_t time = row_time_of(&rows[i]), own = row_time_of(row);
		before +=
		        row_is_same_kind(row, &rows[i]) && (time < own || (time == own && i < at));
		unanswered += row_is_unanswered(&rows[i]) && i < at;
	}
	return before <= wave || (row_is_unanswered(row) && unanswered == 0);
}

/* Tasks that are out; the delivery counts them along by the rows that its decisions see. */
static inline int32_t rows_out(const struct task_row *rows, size_t count)
{
	int32_t out = 0;
	for (size_t i = 0; i < count; i++)
		out += rows[i].status == TASK_ISSUED;
	return out;
}

#endif
