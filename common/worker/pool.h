/* SPDX-License-Identifier: Apache-2.0
 *
 * A fixed number of threads for one loop thread. There is no queue: the loop submits a job only
 * when a thread is free. A job may ask the loop a question (what only the loop's thread may do) and
 * waits for the answer; the loop must go on taking news until every job is done. News wake the loop
 * through its eventfd.
 *
 * Threads: pool_ask and pool_pause belong to the jobs, everything else to the loop.
 */
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
/* Waits for running jobs, which must not ask any more. Accepts NULL. */
void pool_stop(struct pool *p);

/* At most `threads` jobs are unfinished at a time: else it aborts. */
void pool_submit(struct pool *p, void *job);

struct pool_news {
	void *job;
	void *question;             /* NULL: the job is done */
	struct pool_thread *thread; /* whom to answer */
};
bool pool_next(struct pool *p, struct pool_news *out);
void pool_answer(struct pool *p, struct pool_thread *thread);

/* Ends all pauses, now and later. */
void pool_hurry(struct pool *p);

void pool_ask(struct pool_thread *t, void *question);
/* Waits for ms, or until pool_hurry: then false. */
bool pool_pause(struct pool_thread *t, int64_t ms);
size_t pool_number(const struct pool_thread *t); /* 0 to threads - 1 */

#endif
