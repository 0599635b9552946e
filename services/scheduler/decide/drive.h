/* SPDX-License-Identifier: Apache-2.0
 * The one table of phases, and who goes through it. Pure. */
#ifndef SCHEDULER_DRIVE_H
#define SCHEDULER_DRIVE_H

#include "stages.h"

struct phase_row {
	enum next next; /* that begins it */
	enum ev_phase phase;
	enum delivery_state state; /* unless it is held */
	uint32_t stages;           /* bit per stage of its tasks */
	decide_step *begin;
	decide_answer *answered; /* a task is done; NULL: it is only counted */
	decide_step *done;       /* all its tasks are done; NULL: `answered` says how it goes on */
	decide_step *looked_at;  /* held: it is time to look, or the world has changed; NULL: no */
	decide_failure *failed;  /* a task will never work */
	uint32_t follows;        /* bit per `enum next` that it may lead to; any may end */
};
extern const struct phase_row decide_phases[];
extern const size_t decide_phases_count;

/* Goes from step to step, until it stays or lacks a fact. */
void decide_drive(struct deciding *d, enum next next);
void decide_look_again(struct deciding *d);
enum next decide_answered(struct deciding *d, const struct task_row *row);
enum next decide_failed(
        struct deciding *d, struct task_row *row, const struct ev_task_result *result);

#endif
