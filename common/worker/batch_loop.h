/* SPDX-License-Identifier: Apache-2.0
 * What the files of the batch loop share. One thread. */
#ifndef COMMON_WORKER_BATCH_LOOP_H
#define COMMON_WORKER_BATCH_LOOP_H

#include "followed.h"
#include "frame.h"
#include "publisher.h"
#include "reading.h"
#include "schema_source.h"
#include "tidier.h"

/* How far an assigned partition is done. */
struct place {
	enum topic topic;
	int32_t partition;
	int64_t next;        /* offset to commit */
	bool is_dirty;       /* more than is committed */
	struct witness done; /* of the message before `next`; none: not known */
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

	const struct bus_message **messages; /* read, not done; in order per partition */
	size_t messages_count;
	size_t messages_cap;
	struct batch_message *views; /* of the current batch */
	size_t views_count;
	size_t views_taken; /* messages that the batch uses up: its own, and those set aside */
	const struct bus_message **origins; /* of the views */
	bool is_singly; /* the batch was refused: its messages go one by one, from single_at on */
	size_t single_at;

	struct place *places; /* assigned now */
	size_t places_count;
	struct followed_set logs; /* in the order of the places */
	int64_t reread_ms;        /* so much, where a partition lost its end */
	uint64_t generation;      /* grows with each revoke: what was read before it is forgotten */
	char history[BATCH_HISTORY_BYTES]; /* that the partitions were taken in; of commits */
	int64_t history_number;
	bool owes_history; /* a neighbour was away: is it still the same history? */
	bool is_fenced;
	bool is_paused;
	bool has_more;
	int64_t breathed_ms; /* monotonic */
	int64_t commit_not_before_ms;
	const char *told_code;

	struct arena decoded; /* events of the batch */
	struct arena mem;     /* handed to the service */
	int64_t tick_at_ms;
	bool owes_tick; /* a batch was done since the last */
	int64_t tick_backoff_ms;
};

/* --- batch_intake.c --- */
int batch_assigned(void *arg, struct bus_position *positions, size_t count, struct err *e);
bool batch_waiting(void *arg, const struct err *why);
void batch_revoked(void *arg, const struct bus_position *positions, size_t count, bool lost);
/* After a neighbour was away: is the service's store still in the history that the partitions were
 * taken in? (batch_history.c) */
int batch_is_same_history(struct batch_loop *l, bool *out_same, struct err *e) ERR_MUST_USE;
/* Until `most` messages are held, if there are so many; serves rebalances. */
int batch_read(struct batch_loop *l, size_t most, struct err *e) ERR_MUST_USE;
/* The first ones are forgotten. */
void batch_drop(struct batch_loop *l, size_t count);
/* Goes back where a partition was cut, between batches. */
int batch_follow(struct batch_loop *l, struct err *e) ERR_MUST_USE;
/* The same, and notes how far we are. */
void batch_done(struct batch_loop *l, size_t taken);
int batch_pause(struct batch_loop *l, bool pause, struct err *e) ERR_MUST_USE;
int batch_commit(struct batch_loop *l, struct err *e) ERR_MUST_USE;

/* --- batch_decode.c --- */
/* Decodes as many of the messages as make a batch into l->views; sets aside what cannot be decoded,
 * acknowledged. ERR_RETRY: Kafka or the schema table is away. */
int batch_decode(struct batch_loop *l, struct err *e) ERR_MUST_USE;
/* To the dead letters, acknowledged. */
int batch_set_aside(struct batch_loop *l, const struct bus_message *m, const struct err *why,
        struct err *e) ERR_MUST_USE;

#endif
