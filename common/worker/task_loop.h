/* SPDX-License-Identifier: Apache-2.0
 * What the files of the task loop share. All of it belongs to the loop's thread. */
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
	bool is_dirty; /* differs from what is committed */
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

	struct task **tasks; /* in no order */
	size_t tasks_count;
	size_t tasks_cap;
	uint64_t arrivals;

	struct partition *partitions; /* assigned now */
	size_t partitions_count;
	struct followed_set logs; /* in the order of the partitions */
	bool is_fenced;           /* a commit was refused: wait for the revoke that must follow */
	bool is_paused;           /* reading is, as enough wait */
	bool has_more;            /* Kafka may have more messages at once */
	int64_t commit_not_before_ms;
	int64_t commit_due_ms; /* of what nobody waits for; 0: there is nothing */
	int64_t commit_backoff_ms;

	bool is_draining;
	int64_t drain_until_ms;
	struct arena turn;      /* reset in each turn */
	const char *told_code;  /* trouble of the bus, told once */
	const char *redis_told; /* what was last said of Redis; NULL: that it serves, or nothing */
	bool is_broken;         /* inside a poll: `broken` says why */
	bool is_task_s_own;     /* it is a task that ends the process, by its own word */
	struct err broken;
};

/* --- task_table.c --- */
struct task *task_new(struct task_loop *l, const struct bus_message *m, struct err *e);
void task_free(struct task_loop *l, struct task *t); /* gives its lease back */
struct task *task_find(struct task_loop *l, int32_t partition, int64_t offset);
struct partition *partition_find(struct task_loop *l, int32_t number);
size_t tasks_in(const struct task_loop *l, enum task_state state);

/* --- task_intake.c: what comes from Kafka --- */
int intake_assigned(void *arg, struct bus_position *positions, size_t count, struct err *e);
void intake_revoked(void *arg, const struct bus_position *positions, size_t count, bool lost);
int intake_read(struct task_loop *l, struct err *e) ERR_MUST_USE; /* takes what is there */
int intake_decode(struct task_loop *l,
        struct err *e) ERR_MUST_USE; /* tries those that could not be decoded yet */
/* Goes back where a partition lost its end. */
int intake_follow(struct task_loop *l, struct err *e) ERR_MUST_USE;
int intake_pause(struct task_loop *l,
        struct err *e) ERR_MUST_USE; /* or resumes, as the number waiting says */

/* --- task_begin.c: what starts --- */
int begin_choose(struct task_loop *l, struct err *e) ERR_MUST_USE;
void begin_marked(struct task_loop *l); /* their marks are committed: to the pool */
void begin_renew_leases(struct task_loop *l);

/* --- task_send.c: what goes out, and the commits --- */
int send_dead(struct task_loop *l, struct task *t, const struct err *why, bool with_result,
        struct err *e) ERR_MUST_USE;
int send_verdict(struct task_loop *l, struct task *t, const struct verdict *verdict,
        struct err *e) ERR_MUST_USE;
int send_result(struct task_loop *l, struct task *t,
        struct err *e) ERR_MUST_USE; /* of a finished execution */
int send_continue(struct task_loop *l, struct err *e) ERR_MUST_USE;
int send_reports(struct task_loop *l, struct err *e) ERR_MUST_USE;

/* --- task_commit.c --- */
/* Writes the marks of all assigned partitions that changed. */
int commit_marks(struct task_loop *l, struct err *e) ERR_MUST_USE;
/* The same as they are now, in the middle of a revoke; failures are told and left to the next
 * owner. */
void commit_last(struct task_loop *l);
/* The process ends, and not by the task that runs alone: its death must not be counted. Waits some
 * seconds for Kafka. */
void commit_spared(struct task_loop *l);

#endif
