/* SPDX-License-Identifier: Apache-2.0
 *
 * One execution of one task, on a pool thread: fetch the spec, look for a staged result of an
 * earlier execution, else handle, stage the result. What only the loop's thread may do, encoding
 * and decoding, is asked of it in the middle:
 *
 *   pool thread                                loop thread
 *   spec, then a staged result if there is one
 *     found: its bytes                --ADOPT--> decode, put the current issue in, encode
 *     none: handle() makes a result  --ENCODE--> encode into task->wire
 *   put task->wire, create-once
 *     lost: read the winner's         --ADOPT--> as above
 *   return: task->act, task->failure
 *
 * Staging that is away is waited for here, with growing pauses: it is this process's neighbour and
 * no fault of the task.
 */
#ifndef COMMON_WORKER_EXECUTE_H
#define COMMON_WORKER_EXECUTE_H

#include "pool.h"
#include "task.h"

#include "longshore/keyring.h"
#include "longshore/store.h"

struct executor {
	const struct task_service *service;
	void *state; /* the service's */
	struct store *staging;
	const struct keyring *keys;
	atomic_bool stop;   /* draining has run out of grace */
	struct arena *mems; /* one per thread */
};

enum question_kind { QUESTION_ENCODE, QUESTION_ADOPT };

struct question {
	enum question_kind kind;
	struct ev_task_result *result; /* ENCODE: what handle filled */
	struct str stored;             /* ADOPT: bytes of a staged result */
	int act;                       /* answer: 0 = task->wire holds the result to report */
	struct err *e;
};

enum { EXECUTE_MEM_BYTES = 256 << 20, SPEC_MAX_BYTES = 16 << 20 };

/* A pool_job: arg is the executor, job the task. */
void execute(void *arg, struct pool_thread *thread, void *job);

#endif
