/* SPDX-License-Identifier: Apache-2.0
 * Messages to publish. They are written with their decision and deleted once they are
 * acknowledged. Most are in packets of run.packet, which cost one row for all messages of a
 * transaction. A message has its own row of run.outbox if its topic did not accept it or is
 * resting. */
#ifndef SCHEDULER_OUTBOX_DB_H
#define SCHEDULER_OUTBOX_DB_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/topics.h"

struct pg;

enum {
	OUTBOX_NEWEST = -1,
	OUTBOX_LATE_MS = 30000 /* stored rows normally become visible within this time */
};

struct packet {
	int64_t id, stored_us;  /* set by the database; Unix time in microseconds */
	bool is_noted, is_open; /* used by publish.c */
};

struct outbox_row {
	int64_t id;             /* set by the database */
	struct packet *packet;  /* the packet that has it; NULL: it has its own row */
	int64_t stored_us;      /* time of first storing; 0: now */
	struct str delivery_id; /* empty: of no delivery */
	enum topic topic;
	int32_t partition;     /* -1: by key */
	struct str key, value; /* value absent: there is nothing left to publish */
	struct str type, tenant;
	struct str task_id, traceparent; /* absent: none */
	/* A task's event and a status are stored elsewhere: the row only names the task or the
	 * delivery. A swept row has no key, value or type until it is composed again. */
	bool is_by_reference;
	int64_t version; /* of a status by reference; OUTBOX_NEWEST: the current one */
};

/* Sets the ids. */
int outbox_db_insert(struct pg *pg, struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
/* Marks rows as published. */
int outbox_db_delete(struct pg *pg, const struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;

/* Stores messages in packets, and sets each row's packet. A message larger than PACKET_BYTES
 * goes into run.outbox. */
enum { PACKET_BYTES = 256 * 1024 };
int packet_db_insert(struct pg *pg, struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
/* Marks packets as published. */
int packet_db_delete(struct pg *pg, const struct packet *const *packets, size_t count,
        struct arena *mem, struct err *e) ERR_MUST_USE;
/* Within the transaction that stores the messages one by one. *out_gone: the number of packets
 * that existed. */
int packet_db_split(struct pg *pg, const struct packet *const *packets, size_t count,
        struct arena *mem, int64_t *out_gone, struct err *e) ERR_MUST_USE;
struct packet_bounds {
	int64_t age_ms, back_ms, most; /* as in struct outbox_sweep; most: packets */
};
struct taken_packets {
	struct outbox_row *rows; /* their messages, in order, as a sweep returns them */
	size_t count, packets;
};
/* Within the transaction that stores the messages one by one: removes packets, and returns
 * their messages. */
int packet_db_take(struct pg *pg, const struct packet_bounds *bounds, struct arena *mem,
        struct taken_packets *out, struct err *e) ERR_MUST_USE;

struct outbox_sweep {
	int64_t age_ms;  /* rows stored longer ago than this */
	int64_t back_ms; /* and not longer ago than this */
	int64_t most;
	const int64_t *topics; /* only of these */
	size_t topics_count;
};
/* Claims rows, in order and without traceparent. No other sweep takes them for OUTBOX_LEASE_MS.
 * Leaves no transaction open. */
enum { OUTBOX_LEASE_MS = 15000 };
int outbox_db_sweep(struct pg *pg, const struct outbox_sweep *what, struct arena *mem,
        struct outbox_row **out, size_t *out_count, struct err *e) ERR_MUST_USE;

#endif
