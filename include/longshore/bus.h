/* SPDX-License-Identifier: Apache-2.0
 *
 * Kafka as Longshore uses it: an idempotent producer with acknowledged sends, a consumer that never
 * commits by itself, and explicit commits of offset lists with metadata. No transactions.
 *
 * Topic names are `prefix` + suffix. The prefix is a setting ("longshore." by default), so two
 * environments can share a cluster. Unless a partition is given, a key's partition is its murmur2
 * hash, as in Java clients.
 *
 * Threads: a producer and a consumer each belong to one thread. Callbacks run inside
 * bus_consumer_poll.
 */
#ifndef LONGSHORE_BUS_H
#define LONGSHORE_BUS_H

#include "longshore/arena.h"
#include "longshore/bus_admin.h"
#include "longshore/err.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	BUS_METADATA_MAX = 3500
}; /* bytes of commit metadata; brokers accept 4,096, librdkafka 2.0.2 returns 4,000 */

struct bus_header {
	struct str name;
	struct str value; /* may be absent */
};

struct bus_message {
	struct str topic; /* full name */
	int32_t partition;
	int64_t offset;
	int64_t timestamp_ms;
	struct str key;   /* may be absent */
	struct str value; /* absent: tombstone */
	const struct bus_header *headers;
	size_t headers_count;
};

/* --- producer --- */

struct bus_producer;

struct bus_send {
	struct str topic;  /* full name */
	int32_t partition; /* -1: by key */
	struct str key;
	struct str value;
	const struct bus_header *headers;
	size_t headers_count;
	uint64_t tag; /* the caller's; the report returns it */
};

int bus_producer_open(const char *brokers, const char *client_id, struct bus_producer **out,
        struct err *e) ERR_MUST_USE;
void bus_producer_close(struct bus_producer *p); /* does not flush; accepts NULL */

/* Queues a copy. ERR_RETRY ("bus_full"): poll and try again. ERR_REJECT ("too_large"): this message
 * can never be sent. */
int bus_produce(struct bus_producer *p, const struct bus_send *send, struct err *e) ERR_MUST_USE;

struct bus_report {
	uint64_t tag;
	int act;        /* 0: acknowledged by all replicas; else an enum err_act */
	int64_t native; /* librdkafka's code */
};
/* Waits up to timeout_ms for at least one delivery report; *out_count may be 0. ERR_FATAL: the
 * producer is unusable. */
int bus_reports(struct bus_producer *p, int timeout_ms, struct bus_report *out, size_t max,
        size_t *out_count, struct err *e) ERR_MUST_USE;
/* Waits until everything queued is acknowledged; returns the first failure. Consumes all pending
 * reports. */
int bus_flush(struct bus_producer *p, int timeout_ms, struct err *e) ERR_MUST_USE;

/* Writes eight bytes to the non-blocking eventfd `fd` when a report enters an empty queue, so a
 * loop can wait for several things at once. Then call bus_reports with timeout 0 until it returns
 * none. Call once per producer. */
void bus_producer_wake(struct bus_producer *p, int fd);

/* Number of partitions; ERR_RETRY ("no_topic") while the topic does not exist. */
int bus_partitions(
        struct bus_producer *p, struct str topic, int32_t *out, struct err *e) ERR_MUST_USE;
/* The partition that `partition = -1` would choose: murmur2, as in the Java client. Pure. */
int32_t bus_partition_of(struct str key, int32_t partitions);

/* --- consumer --- */

struct bus_consumer;

struct bus_position {
	struct str topic;
	int32_t partition;
	int64_t offset;      /* next to read; -1: none committed */
	struct str metadata; /* may be absent */
};

struct bus_listener {
	/* Partitions were assigned; `positions` has their committed offsets. The listener may
	 * change an offset to start elsewhere. ERR_RETRY or ERR_DEFER: something that it needs is
	 * unavailable. It is then called again with the offsets committed by then, so it must keep
	 * nothing from the failed call. Any other failure ends the consumer: poll returns
	 * ERR_FATAL. */
	int (*assigned)(void *arg, struct bus_position *positions, size_t count, struct err *e);
	/* Partitions are being revoked. It may call bus_commit for them one last time, unless lost:
	 * then another member may own them already. */
	void (*revoked)(void *arg, const struct bus_position *positions, size_t count, bool lost);
	void *arg;
	/* Assigned partitions cannot be accepted yet, because the coordinator or something that
	 * `assigned` needs is unavailable. Called before each retry, at least every few seconds.
	 * false: give up and continue without partitions. NULL: retry without end. */
	bool (*waiting)(void *arg, const struct err *why);
};

/* librdkafka does not allow a session timeout longer than the maximum time between two polls. */
enum { BUS_MAX_SESSION_MS = 5 * 60 * 1000 };

struct bus_group {
	const char *brokers;
	const char *client_id;
	const char *group;        /* full name */
	const char *instance;     /* group.instance.id; NULL: dynamic membership */
	const struct str *topics; /* full names; copied */
	size_t topics_count;
	int session_timeout_ms;
};

int bus_consumer_open(const struct bus_group *group, const struct bus_listener *listener,
        struct bus_consumer **out, struct err *e) ERR_MUST_USE;
/* Leaves the group and calls revoked. Accepts NULL. The wait is bounded, whatever librdkafka
 * does. */
void bus_consumer_close(struct bus_consumer *c);
/* For a process that is about to exit after a failure: leaves the group, so the next owner need not
 * wait for the session timeout. Calls no listener, commits nothing and blocks for at most three
 * seconds. After it, the process may only exit. Accepts NULL. */
void bus_consumer_abandon(struct bus_consumer *c);

/* Returns the next message, or NULL after timeout_ms. Free it with bus_message_free. Call at least
 * every few seconds. */
int bus_consumer_poll(struct bus_consumer *c, int timeout_ms, const struct bus_message **out,
        struct err *e) ERR_MUST_USE;
void bus_message_free(
        const struct bus_message *m); /* accepts NULL; call before bus_consumer_close */
/* Like bus_producer_wake: after a wake-up, poll with timeout 0 until there is no message. */
void bus_consumer_wake(struct bus_consumer *c, int fd);

/* Commits exactly this list and waits a few seconds for the answer. ERR_FENCED: another generation
 * owns the partitions now. ERR_RETRY: the commit may have happened or may still happen. Commit the
 * newest list again; it is sent after this one. */
int bus_commit(struct bus_consumer *c, const struct bus_position *positions, size_t count,
        struct err *e) ERR_MUST_USE;
int bus_pause(struct bus_consumer *c, const struct bus_position *positions, size_t count,
        bool pause, struct err *e) ERR_MUST_USE;
/* Sets each position's offset to that of the first message at or after the time, or to -1 if there
 * is none. A listener's `assigned` may call it, too. */
int bus_offsets_at(struct bus_consumer *c, int64_t at_ms, struct bus_position *positions,
        size_t count, struct err *e) ERR_MUST_USE;
/* Sets each position's offset to the end of its partition: the offset of the next message to be
 * written. */
int bus_ends(struct bus_consumer *c, struct bus_position *positions, size_t count,
        struct err *e) ERR_MUST_USE;
/* The end of the partition as the last fetch response reported it; sends no request. It may be from
 * an earlier assignment. -1: not known. */
int64_t bus_known_end(const struct bus_consumer *c, struct str topic, int32_t partition);
/* Continues reading from these offsets, in partitions assigned to us. ERR_RETRY: try again;
 * positions before the failed one may have moved already. */
int bus_seek(struct bus_consumer *c, const struct bus_position *positions, size_t count,
        struct err *e) ERR_MUST_USE;
/* True if a connection to a broker was lost since the last call. A partition may now have another
 * leader, or its broker other data. */
bool bus_was_cut_off(struct bus_consumer *c);
bool bus_is_assigned(const struct bus_consumer *c); /* at least once since the start */

/* --- reader: reads partitions from given offsets, without a group, commits or marks --- */

struct bus_reader;

/* from: positions of one topic. An offset of -1, or one that no longer exists, starts at the
 * earliest message. Queries the topic, for at most ten seconds: ERR_RETRY ("no_topic"). One thread
 * owns the reader. */
int bus_reader_open(const char *brokers, const char *client_id, const struct bus_position *from,
        size_t count, struct bus_reader **out, struct err *e) ERR_MUST_USE;
/* Like bus_consumer_poll. ERR_RETRY: brokers are unavailable; the reader reconnects by itself. */
int bus_reader_poll(struct bus_reader *r, int timeout_ms, const struct bus_message **out,
        struct err *e) ERR_MUST_USE;
/* Continues from other offsets of the same partitions. Does not wait for brokers. */
int bus_reader_go(struct bus_reader *r, const struct bus_position *to, size_t count,
        struct err *e) ERR_MUST_USE;
bool bus_reader_was_cut_off(struct bus_reader *r);  /* like bus_was_cut_off */
void bus_reader_wake(struct bus_reader *r, int fd); /* like bus_consumer_wake */
void bus_reader_close(struct bus_reader *r);        /* accepts NULL */

#endif
