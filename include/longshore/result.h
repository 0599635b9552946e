/* SPDX-License-Identifier: Apache-2.0
 * Fills a TaskResult: each call appends one item in mem. Names must be static or live as long as
 * the result. */
#ifndef LONGSHORE_RESULT_H
#define LONGSHORE_RESULT_H

#include "longshore/arena.h"
#include "longshore/events.h"

void result_count(struct ev_task_result *r, struct arena *mem, const char *name, uint64_t value);
void result_fact(struct ev_task_result *r, struct arena *mem, struct str name, struct str value);
void result_fact_num(struct ev_task_result *r, struct arena *mem, const char *name, int64_t value);
/* Copies the texts of ref. */
void result_output(struct ev_task_result *r, struct arena *mem, const struct ev_staged_ref *ref);

#endif
