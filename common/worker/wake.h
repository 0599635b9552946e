/* SPDX-License-Identifier: Apache-2.0
 *
 * How a loop waits for news of Kafka and its pool (an eventfd) and for signals at once. SIGTERM
 * and SIGINT are blocked except inside wake_wait, so none is missed between checking and
 * waiting. One per process. */
#ifndef COMMON_WORKER_WAKE_H
#define COMMON_WORKER_WAKE_H

#include "longshore/err.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct wake {
	int fd;
	sigset_t waiting; /* the mask inside wake_wait */
};

/* Call before any thread starts. Also ignores SIGPIPE. */
int wake_init(struct wake *w, struct err *e) ERR_MUST_USE;
void wake_release(struct wake *w);

/* Waits until fd is written, a signal arrives, or ms have passed. Clears fd, so check all
 * sources afterwards. */
void wake_wait(struct wake *w, int64_t ms);

bool wake_is_asked_to_end(void); /* SIGTERM or SIGINT has come */

#endif
