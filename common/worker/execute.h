/* SPDX-License-Identifier: Apache-2.0
 *
 * One execution of one task, on a pool thread: fetch the spec, look for a staged result of an
 * earlier execution, otherwise handle the task and stage the result. Encoding and decoding are
 * restricted to the loop's thread, so the pool thread asks the loop for them:
 *
 *   pool thread                                loop thread
 *   spec, then a staged result if there is one
 *     found: its bytes                --ADOPT--> decode, put the current issue in, encode
 *     none: handle() makes a result  --ENCODE--> encode into task->wire
 *   put task->wire, create-once
 *     lost: read the winner's         --ADOPT--> as above
 *   return: task->act, task->failure
 *
 * While staging is unavailable, the execution waits here with growing pauses, because the task
 * is not at fault. */
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
	atomic_bool stop;   /* set when draining has used up its grace period */
	struct arena *mems; /* one per thread */
};

enum question_kind { QUESTION_ENCODE, QUESTION_ADOPT };

struct question {
	enum question_kind kind;
	struct ev_task_result *result; /* ENCODE: filled by handle */
	struct str stored;             /* ADOPT: bytes of a staged result */
	int act;                       /* answer: 0 = task->wire holds the result to report */
	struct err *e;
};

enum { EXECUTE_MEM_BYTES = 256 << 20, SPEC_MAX_BYTES = 16 << 20 };

/* A pool_job: arg is the executor, job the task. */
void execute(void *arg, struct pool_thread *thread, void *job);

#endif
