/* SPDX-License-Identifier: Apache-2.0
 * Shared by the files of the task loop. All of it belongs to the loop's thread. */
#ifndef COMMON_WORKER_TASK_LOOP_H
#define COMMON_WORKER_TASK_LOOP_H

#include "execute.h"
#include "followed.h"
#include "frame.h"
#include "letter.h"
#include "marks.h"
#include "reading.h"
#include "schema_source.h"
#include "task.h"
#include "tidier.h"

#include "longshore/lease.h"

/* An assigned partition of the service's topic. */
struct partition {
	int32_t number;
	struct marks marks;
	bool is_dirty; /* differs from the committed state */
};

struct task_loop {
	struct frame *frame;
	const struct task_service *service;
	struct bus_consumer *consumer;
	struct memo *memo;
	struct pool *pool;
	struct tidier *tidier;
	struct executor executor;
	struct schema_table schemas;
	struct schema_source schema_source;

	struct task **tasks; /* unordered */
	size_t tasks_count;
	size_t tasks_cap;
	uint64_t arrivals;

	struct partition *partitions; /* assigned now */
	size_t partitions_count;
	struct followed_set logs; /* in the order of partitions */
	bool is_fenced;           /* a commit was refused: wait for the revoke that follows */
	bool is_paused;           /* reading is paused, because enough tasks wait */
	bool has_more;            /* Kafka may have more messages right now */
	int64_t commit_not_before_ms;
	int64_t commit_due_ms; /* for changes that nothing waits for; 0: there are none */
	int64_t commit_backoff_ms;

	bool is_draining;
	int64_t drain_until_ms;
	struct arena turn;      /* reset in each turn */
	const char *last_code;  /* last bus trouble that was logged */
	const char *redis_told; /* last Redis problem that was logged; NULL: none */
	bool is_broken;         /* failed inside a poll: `broken` says why */
	bool is_task_s_own;     /* a task itself ends the process, by returning ERR_FATAL */
	struct err broken;
};

/* --- task_table.c --- */
struct task *task_new(struct task_loop *l, const struct bus_message *m, struct err *e);
void task_free(struct task_loop *l, struct task *t); /* releases its lease */
struct task *task_find(struct task_loop *l, int32_t partition, int64_t offset);
struct partition *partition_find(struct task_loop *l, int32_t number);
size_t tasks_in(const struct task_loop *l, enum task_state state);

/* --- task_intake.c: what comes from Kafka --- */
int intake_assigned(void *arg, struct bus_position *positions, size_t count, struct err *e);
void intake_revoked(void *arg, const struct bus_position *positions, size_t count, bool lost);
int intake_read(struct task_loop *l, struct err *e) ERR_MUST_USE; /* takes available messages */
int intake_decode(struct task_loop *l,
        struct err *e) ERR_MUST_USE; /* retries tasks that could not be decoded yet */
/* Goes back in partitions that lost their end. */
int intake_follow(struct task_loop *l, struct err *e) ERR_MUST_USE;
int intake_pause(struct task_loop *l,
        struct err *e) ERR_MUST_USE; /* or resumes, depending on the number waiting */

/* --- task_begin.c: what starts --- */
int begin_choose(struct task_loop *l, struct err *e) ERR_MUST_USE;
void begin_marked(struct task_loop *l); /* submits tasks to the pool whose marks are committed */
void begin_renew_leases(struct task_loop *l);

/* --- task_send.c: outgoing messages --- */
int send_dead(struct task_loop *l, struct task *t, const struct err *why, bool with_result,
        struct err *e) ERR_MUST_USE;
int send_verdict(struct task_loop *l, struct task *t, const struct verdict *verdict,
        struct err *e) ERR_MUST_USE;
int send_result(struct task_loop *l, struct task *t,
        struct err *e) ERR_MUST_USE; /* of a finished execution */
int send_continue(struct task_loop *l, struct err *e) ERR_MUST_USE;
int send_reports(struct task_loop *l, struct err *e) ERR_MUST_USE;

/* --- task_commit.c --- */
/* Commits the marks of all assigned partitions that changed. */
int commit_marks(struct task_loop *l, struct err *e) ERR_MUST_USE;
/* Commits the marks as they are, during a revoke. Failures are logged and left to the next
 * owner. */
void commit_last(struct task_loop *l);
/* Called when the process exits, but not because of the task that runs alone: that task's death
 * must not be counted. Waits several seconds for Kafka. */
void commit_spared(struct task_loop *l);

#endif
