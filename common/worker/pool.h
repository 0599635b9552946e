/* SPDX-License-Identifier: Apache-2.0
 *
 * A fixed number of threads for one loop thread. There is no queue: the loop submits a job only
 * if a thread is free. A job can ask the loop a question (for work that only the loop's thread
 * may do) and waits for the answer. The loop must keep taking news until every job is done.
 * News wake the loop through its eventfd.
 *
 * Threads: pool_ask and pool_pause are for jobs, everything else is for the loop. */
#ifndef COMMON_WORKER_POOL_H
#define COMMON_WORKER_POOL_H

#include "longshore/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool;
struct pool_thread;

typedef void pool_job(void *arg, struct pool_thread *thread, void *job);

int pool_start(size_t threads, pool_job *run, void *arg, int wake_fd, struct pool **out,
        struct err *e) ERR_MUST_USE;
/* Waits for running jobs, which must not ask questions any more. Accepts NULL. */
void pool_stop(struct pool *p);

/* At most `threads` jobs can be unfinished at a time; more abort the process. */
void pool_submit(struct pool *p, void *job);

struct pool_news {
	void *job;
	void *question;             /* NULL: the job is done */
	struct pool_thread *thread; /* thread to answer */
};
bool pool_next(struct pool *p, struct pool_news *out);
void pool_answer(struct pool *p, struct pool_thread *thread);

/* Ends all current and future pauses. */
void pool_hurry(struct pool *p);

void pool_ask(struct pool_thread *t, void *question);
/* Waits for ms. Returns false at once after pool_hurry. */
bool pool_pause(struct pool_thread *t, int64_t ms);
size_t pool_number(const struct pool_thread *t); /* 0 to threads - 1 */

#endif
