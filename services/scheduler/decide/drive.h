/* SPDX-License-Identifier: Apache-2.0
 * The table of phases, and the function that moves a delivery through it. Pure. */
#ifndef SCHEDULER_DRIVE_H
#define SCHEDULER_DRIVE_H

#include "stages.h"

struct phase_row {
	enum next next; /* begins this phase */
	enum ev_phase phase;
	enum delivery_state state; /* unless the delivery is held */
	uint32_t stages;           /* bit per stage of its tasks */
	decide_step *begin;
	decide_answer *answered; /* a task is done; NULL: it is only counted */
	decide_step *done;       /* all its tasks are done; NULL: `answered` returns what is next */
	decide_step *looked_at;  /* held, and it is time to check or something changed; NULL: no
	                            check */
	decide_failure *failed;  /* a task was rejected */
	uint32_t follows;        /* one bit per `enum next` that can follow; every phase can end */
};
extern const struct phase_row decide_phases[];
extern const size_t decide_phases_count;

/* Runs steps until the delivery stays or a fact is missing. */
void decide_drive(struct deciding *d, enum next next);
void decide_look_again(struct deciding *d);
enum next decide_answered(struct deciding *d, const struct task_row *row);
enum next decide_failed(
        struct deciding *d, struct task_row *row, const struct ev_task_result *result);

#endif
