/* SPDX-License-Identifier: Apache-2.0
 * What is to be published. It is written with its decision and deleted once it was acknowledged: in
 * packets of run.packet as a rule, which cost one row for all that a transaction says; in a row of
 * run.outbox each what a topic did not take, or what is for a topic that takes nothing. */
#ifndef SCHEDULER_OUTBOX_DB_H
#define SCHEDULER_OUTBOX_DB_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/topics.h"

struct pg;

enum {
	OUTBOX_NEWEST = -1,
	OUTBOX_LATE_MS =
	        30000 /* what is stored is seen so long after it at the latest, as a rule */
};

struct packet {
	int64_t id, stored_us;  /* given by the database; Unix time in microseconds */
	bool is_noted, is_open; /* publish.c's */
};

struct outbox_row {
	int64_t id;             /* given by the database */
	struct packet *packet;  /* which has it; NULL: it is a row of its own */
	int64_t stored_us;      /* when it was first stored; 0: now */
	struct str delivery_id; /* empty: of no delivery */
	enum topic topic;
	int32_t partition;     /* -1: by key */
	struct str key, value; /* value absent: nothing is to be said any more */
	struct str type, tenant;
	struct str task_id, traceparent; /* absent: none */
	/* A task's event and a status are stored elsewhere: the row only names the task, or the
	 * delivery. Swept, it lacks key, value and type until it is composed again. */
	bool is_by_reference;
	int64_t version; /* by reference, of a status: its own; OUTBOX_NEWEST: whichever it is */
};

/* Fills in the ids. */
int outbox_db_insert(struct pg *pg, struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
/* The mark. */
int outbox_db_delete(struct pg *pg, const struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;

/* Stores them in packets, and names each one's. A message of more bytes than PACKET_BYTES goes into
 * run.outbox. */
enum { PACKET_BYTES = 256 * 1024 };
int packet_db_insert(struct pg *pg, struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
/* The mark. */
int packet_db_delete(struct pg *pg, const struct packet *const *packets, size_t count,
        struct arena *mem, struct err *e) ERR_MUST_USE;
/* In a transaction that stores the messages one by one. *out_gone: how many were there. */
int packet_db_split(struct pg *pg, const struct packet *const *packets, size_t count,
        struct arena *mem, int64_t *out_gone, struct err *e) ERR_MUST_USE;
struct packet_bounds {
	int64_t age_ms, back_ms, most; /* as of a sweep; most: packets */
};
struct taken_packets {
	struct outbox_row *rows; /* their messages, in order, as a sweep gives them */
	size_t count, packets;
};
/* In a transaction that stores them one by one: removes packets, and gives their messages. */
int packet_db_take(struct pg *pg, const struct packet_bounds *bounds, struct arena *mem,
        struct taken_packets *out, struct err *e) ERR_MUST_USE;

struct outbox_sweep {
	int64_t age_ms;  /* rows stored longer ago than this */
	int64_t back_ms; /* and not longer ago than this */
	int64_t most;
	const int64_t *topics; /* of these */
	size_t topics_count;
};
/* Claims rows, in their order and without traceparent: for OUTBOX_LEASE_MS nobody else sweeps them.
 * No transaction stays open. */
enum { OUTBOX_LEASE_MS = 15000 };
int outbox_db_sweep(struct pg *pg, const struct outbox_sweep *what, struct arena *mem,
        struct outbox_row **out, size_t *out_count, struct err *e) ERR_MUST_USE;

#endif
