/* SPDX-License-Identifier: Apache-2.0
 *
 * One task message in this process. The loop thread owns it. While it is RUNNING, a pool thread
 * works on `work` and reads `event`.
 *
 *   UNREAD -> WAITING -> MARKED -> RUNNING -> SENDING -> ACKED -> freed, once committed
 *                `--------------------------^   dead letters, expired ones: never started
 *
 * A revoke frees tasks that have not started. A started task continues without its partition
 * (is_owned false) and is freed once its result is acknowledged. If its message is read again
 * meanwhile, the task has its partition again. */
#ifndef COMMON_WORKER_TASK_H
#define COMMON_WORKER_TASK_H

#include "marks.h"

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/worker.h"

enum task_state {
	TASK_UNREAD,  /* not decoded: its writer's schema is not available yet */
	TASK_WAITING, /* not started */
	TASK_MARKED,  /* marked; starts once the mark is committed */
	TASK_RUNNING, /* on a pool thread */
	TASK_SENDING, /* a dead letter or result is on its way */
	TASK_ACKED,   /* everything is acknowledged; to be committed as finished */
};

enum task_letter { LETTER_NONE, LETTER_DEAD, LETTER_DEAD_THEN_RESULT, LETTER_RESULT };

enum task_lease {
	LEASE_UNASKED, /* to be taken before the start */
	LEASE_OURS,
	LEASE_WITHOUT, /* Redis is unavailable: continue without a lease */
};

enum { TASK_TOKEN_BYTES = 33 };

struct task {
	int64_t offset; /* -1: of a log that no longer exists */
	uint64_t order; /* of arrival */
	const struct bus_message *message;
	int32_t partition;
	enum task_state state;
	struct mark mark; /* copy of the partition's mark */

	struct arena mem; /* of the decoded event */
	const struct ev_type *type;
	void *event;                     /* begins with the head */
	const struct ev_task_head *head; /* NULL until decoded */

	int64_t not_before_ms;  /* monotonic: do not decode or start earlier */
	int64_t lease_renew_ms; /* monotonic */
	int64_t started_ms;     /* wall clock */
	int64_t on_thread_ms;   /* monotonic: on its thread since */

	struct buf wire;       /* SENDING: its bytes; RUNNING: the encoded result */
	const char *reason;    /* SENDING: for the log */
	struct err failure;    /* act != 0 */
	struct ev_fact *facts; /* act != 0: facts that `handle` reported anyway, in mem */
	size_t facts_count;
	int act;                 /* of the execution: 0 = `wire` holds the result to send */
	enum ev_outcome outcome; /* SENDING a result: for logs and counters */
	enum task_letter letter; /* SENDING: which letter */
	enum task_lease lease;

	bool is_owned;      /* its partition is assigned to us */
	bool is_told;       /* UNREAD: already logged */
	bool is_repeated;   /* the result was found in staging */
	bool is_queued;     /* SENDING: handed to the producer, no report yet */
	bool is_substitute; /* `wire` replaces a result that was too large */
	bool is_finished;   /* ACKED: the mark is set but not committed */
	char token[TASK_TOKEN_BYTES];
};

#endif
