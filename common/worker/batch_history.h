/* SPDX-License-Identifier: Apache-2.0
 * Decides where to start reading if the service's store has another history; see struct
 * batch_history. */
#ifndef COMMON_WORKER_BATCH_HISTORY_H
#define COMMON_WORKER_BATCH_HISTORY_H

#include "batch_loop.h"

/* Called with assigned partitions: notes the history, and moves back offsets that were
 * committed in another one. */
int batch_history_take(struct batch_loop *l, struct bus_position *positions, size_t count,
        struct err *e) ERR_MUST_USE;

#endif
