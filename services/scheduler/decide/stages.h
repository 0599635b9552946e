/* SPDX-License-Identifier: Apache-2.0
 * The stages of a delivery, as the table in decide_drive.c names them. No stage calls another:
 * each returns what is next. Pure. */
#ifndef SCHEDULER_STAGES_H
#define SCHEDULER_STAGES_H

#include "deciding.h"

/* A phase begins, continues, or is checked while it is held. */
typedef enum next decide_step(struct deciding *d);
decide_step decide_ending; /* ends as decide_end noted */
decide_step decide_start, decide_inspect, decide_select, decide_selected;
decide_step decide_take_route, decide_look_at_lists, decide_look_at_lists_again, decide_combine;
decide_step decide_gate, decide_gate_again;
decide_step decide_format, decide_parts_done, decide_trailers, decide_trailers_done;
decide_step decide_upload, decide_upload_manifest, decide_upload_marker, decide_uploaded;
decide_step decide_look_at_uploads;
decide_step decide_settle, decide_settled, decide_over;
decide_step decide_start_build;

/* A task is done; its result is row->result. */
typedef enum next decide_answer(struct deciding *d, const struct task_row *row);
decide_answer decide_inspected, decide_lists_seen, decide_combined, decide_built;
decide_answer decide_done_at_destination;

/* A task was rejected: it will never work. */
typedef enum next decide_failure(
        struct deciding *d, struct task_row *row, const struct ev_task_result *r);
decide_failure decide_rejected, decide_rejected_upload, decide_ask_person;

#endif
