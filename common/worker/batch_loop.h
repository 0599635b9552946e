/* SPDX-License-Identifier: Apache-2.0
 * Shared by the files of the batch loop. One thread. */
#ifndef COMMON_WORKER_BATCH_LOOP_H
#define COMMON_WORKER_BATCH_LOOP_H

#include "followed.h"
#include "frame.h"
#include "publisher.h"
#include "reading.h"
#include "schema_source.h"
#include "tidier.h"

/* Progress in an assigned partition. */
struct place {
	enum topic topic;
	int32_t partition;
	int64_t next;        /* offset to commit */
	bool is_dirty;       /* ahead of the committed offset */
	struct witness done; /* of the message before `next`; none: unknown */
};

enum { BATCH_HISTORY_BYTES = 32 };

struct batch_loop {
	struct frame *frame;
	const struct batch_service *service;
	void *state;
	struct bus_consumer *consumer;
	struct publisher publisher;
	struct tidier *tidier;
	struct schema_table schemas;
	struct schema_source schema_source;

	const struct bus_message **messages; /* read but not done; in order per partition */
	size_t messages_count;
	size_t messages_cap;
	struct batch_message *views; /* of the current batch */
	size_t views_count;
	size_t views_taken; /* messages that the batch consumes, including dead letters */
	const struct bus_message **origins; /* of the views */
	bool is_singly; /* the batch was refused: send its messages one by one, from single_at on */
	size_t single_at;

	struct place *places; /* assigned now */
	size_t places_count;
	struct followed_set logs; /* in the order of places */
	int64_t reread_ms;        /* how far to go back if a partition lost its end */
	uint64_t generation;      /* grows with each revoke; invalidates messages read before */
	char history[BATCH_HISTORY_BYTES]; /* of the assignment; goes into commits */
	int64_t history_number;
	bool owes_history; /* a dependency was unavailable: check that the history is the same */
	bool is_fenced;
	bool is_paused;
	bool has_more;
	int64_t breathed_ms; /* monotonic */
	int64_t commit_not_before_ms;
	const char *last_code;

	struct arena decoded; /* events of the batch */
	struct arena mem;     /* passed to the service */
	int64_t tick_at_ms;
	bool owes_tick; /* a batch was done since the last tick */
	int64_t tick_backoff_ms;
};

/* --- batch_intake.c --- */
int batch_assigned(void *arg, struct bus_position *positions, size_t count, struct err *e);
bool batch_waiting(void *arg, const struct err *why);
void batch_revoked(void *arg, const struct bus_position *positions, size_t count, bool lost);
/* After a dependency was unavailable: is the service's store still in the history in which the
 * partitions were assigned? (batch_history.c) */
int batch_is_same_history(struct batch_loop *l, bool *out_same, struct err *e) ERR_MUST_USE;
/* Reads until `most` messages are held or no more are available; serves rebalances. */
int batch_read(struct batch_loop *l, size_t most, struct err *e) ERR_MUST_USE;
/* Drops the first messages. */
void batch_drop(struct batch_loop *l, size_t count);
/* Between batches: goes back in partitions that were cut. */
int batch_follow(struct batch_loop *l, struct err *e) ERR_MUST_USE;
/* Notes the first messages as done, and drops them. */
void batch_done(struct batch_loop *l, size_t taken);
int batch_pause(struct batch_loop *l, bool pause, struct err *e) ERR_MUST_USE;
int batch_commit(struct batch_loop *l, struct err *e) ERR_MUST_USE;

/* --- batch_decode.c --- */
/* Decodes as many messages as make a batch into l->views. Messages that cannot be decoded
 * become dead letters, acknowledged. ERR_RETRY: Kafka or the schema table is unavailable. */
int batch_decode(struct batch_loop *l, struct err *e) ERR_MUST_USE;
/* Sends the message to the dead letters, and waits for the acknowledgement. */
int batch_set_aside(struct batch_loop *l, const struct bus_message *m, const struct err *why,
        struct err *e) ERR_MUST_USE;

#endif
