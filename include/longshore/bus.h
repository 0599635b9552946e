/* SPDX-License-Identifier: Apache-2.0
 *
 * Kafka as Longshore uses it: an idempotent producer with acknowledged sends, a consumer that never
 * commits by itself, and explicit commits of offset lists with metadata. No transactions.
 *
 * Topic names are `prefix` + suffix; the prefix is a setting ("longshore." by default), so two
 * environments can share a cluster. Partition of a key is murmur2, as Java clients do it, unless a
 * partition is named.
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
}; /* bytes of commit metadata; brokers take 4,096, librdkafka 2.0.2 returns 4,000 */

struct bus_header {
	struct str name;
	struct str value; /* absent allowed */
};

struct bus_message {
	struct str topic; /* full name */
	int32_t partition;
	int64_t offset;
	int64_t timestamp_ms;
	struct str key;   /* absent allowed */
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
	uint64_t tag; /* the caller's, given back in the report */
};

int bus_producer_open(const char *brokers, const char *client_id, struct bus_producer **out,
        struct err *e) ERR_MUST_USE;
void bus_producer_close(struct bus_producer *p); /* without flushing; accepts NULL */

/* Queues a copy. ERR_RETRY ("bus_full"): poll and try again. ERR_REJECT ("too_large"): this message
 * will never go. */
int bus_produce(struct bus_producer *p, const struct bus_send *send, struct err *e) ERR_MUST_USE;

struct bus_report {
	uint64_t tag;
	int act;        /* 0 acknowledged by all replicas; else an enum err_act */
	int64_t native; /* librdkafka's code */
};
/* Waits up to timeout_ms for at least one delivery report; *out_count may be 0. ERR_FATAL: the
 * producer is lost. */
int bus_reports(struct bus_producer *p, int timeout_ms, struct bus_report *out, size_t max,
        size_t *out_count, struct err *e) ERR_MUST_USE;
/* Waits until everything queued was acknowledged; the first failure is returned. Takes all pending
 * reports. */
int bus_flush(struct bus_producer *p, int timeout_ms, struct err *e) ERR_MUST_USE;

/* Writes eight bytes to the non-blocking eventfd `fd` when reports have come to an empty queue, so
 * that a loop can wait for several things at once; then bus_reports(0) until nothing comes. Once
 * per producer. */
void bus_producer_wake(struct bus_producer *p, int fd);

/* Number of partitions; ERR_RETRY ("no_topic") while the topic is not there. */
int bus_partitions(
        struct bus_producer *p, struct str topic, int32_t *out, struct err *e) ERR_MUST_USE;
/* murmur2 as the Java client: what `partition = -1` would choose. Pure. */
int32_t bus_partition_of(struct str key, int32_t partitions);

/* --- consumer --- */

struct bus_consumer;

struct bus_position {
	struct str topic;
	int32_t partition;
	int64_t offset;      /* next to read; -1 = none committed */
	struct str metadata; /* absent allowed */
};

struct bus_listener {
	/* Partitions have come, with what is committed for them. The listener may change each
	 * offset: where to start. ERR_RETRY or ERR_DEFER: something that it needs is away; it is
	 * called again with what is committed then, and nothing must be left over from this call.
	 * Other failures end the consumer: poll then answers ERR_FATAL. */
	int (*assigned)(void *arg, struct bus_position *positions, size_t count, struct err *e);
	/* Partitions are going: may call bus_commit once more for them. lost = they are already
	 * gone. */
	void (*revoked)(void *arg, const struct bus_position *positions, size_t count, bool lost);
	void *arg;
	/* The partitions that have come cannot be taken yet, as the coordinator or something that
	 * `assigned` needs is away. Called before each new try, every few seconds at least; false:
	 * give up, and go on without partitions. NULL: it is tried for ever. */
	bool (*waiting)(void *arg, const struct err *why);
};

/* librdkafka wants a session to be no longer than the longest time between two polls. */
enum { BUS_MAX_SESSION_MS = 5 * 60 * 1000 };

struct bus_group {
	const char *brokers;
	const char *client_id;
	const char *group;        /* full name */
	const char *instance;     /* group.instance.id, NULL = dynamic membership */
	const struct str *topics; /* full names; copied */
	size_t topics_count;
	int session_timeout_ms;
};

int bus_consumer_open(const struct bus_group *group, const struct bus_listener *listener,
        struct bus_consumer **out, struct err *e) ERR_MUST_USE;
/* Leaves the group; calls revoked; accepts NULL. Ends in time, whatever librdkafka does. */
void bus_consumer_close(struct bus_consumer *c);
/* For a process that is about to end by a failure: leaves the group, so that the next owner need not
 * wait for the session to end. Calls no listener, commits nothing, waits three seconds at most, and
 * nothing but the end of the process may follow. Accepts NULL. */
void bus_consumer_abandon(struct bus_consumer *c);

/* Next message or NULL after timeout_ms; free with bus_message_free. Must be called at least every
 * few seconds. */
int bus_consumer_poll(struct bus_consumer *c, int timeout_ms, const struct bus_message **out,
        struct err *e) ERR_MUST_USE;
void bus_message_free(const struct bus_message *m); /* accepts NULL; before bus_consumer_close */
/* As bus_producer_wake: after a wake-up poll with timeout 0 until there is no message. */
void bus_consumer_wake(struct bus_consumer *c, int fd);

/* Commit of exactly this list; waits a few seconds for the answer. ERR_FENCED: another generation
 * owns them now. ERR_RETRY: may have happened or may yet; commit the newest list again, it is sent
 * after this one. */
int bus_commit(struct bus_consumer *c, const struct bus_position *positions, size_t count,
        struct err *e) ERR_MUST_USE;
int bus_pause(struct bus_consumer *c, const struct bus_position *positions, size_t count,
        bool pause, struct err *e) ERR_MUST_USE;
/* Sets each position's offset to that of its first message at or after the time; -1 where there is
 * none so young. For a listener's assigned, too. */
int bus_offsets_at(struct bus_consumer *c, int64_t at_ms, struct bus_position *positions,
        size_t count, struct err *e) ERR_MUST_USE;
/* Sets each position's offset to the one that the next message written will have. */
int bus_ends(struct bus_consumer *c, struct bus_position *positions, size_t count,
        struct err *e) ERR_MUST_USE;
/* The same as the last answer to our reading told it, without asking; it may be of an earlier
 * assignment. -1: nothing is known. */
int64_t bus_known_end(const struct bus_consumer *c, struct str topic, int32_t partition);
/* Reads on from these offsets, in partitions that are ours. ERR_RETRY: try again; those before the
 * one that failed may have moved. */
int bus_seek(struct bus_consumer *c, const struct bus_position *positions, size_t count,
        struct err *e) ERR_MUST_USE;
/* A connection to a broker broke since this was last asked: a partition may have another leader, or
 * its broker other data, than before. */
bool bus_was_cut_off(struct bus_consumer *c);
bool bus_is_assigned(const struct bus_consumer *c); /* at least once since the start */

/* --- reader: partitions from given places on, without a group, commits or marks --- */

struct bus_reader;

/* from: all of one topic, offsets to begin at; -1 or one that is gone: the earliest there is. Asks
 * for the topic, ten seconds at most: ERR_RETRY ("no_topic"). One thread owns it. */
int bus_reader_open(const char *brokers, const char *client_id, const struct bus_position *from,
        size_t count, struct bus_reader **out, struct err *e) ERR_MUST_USE;
/* As bus_consumer_poll. ERR_RETRY: brokers are away; they are tried again by themselves. */
int bus_reader_poll(struct bus_reader *r, int timeout_ms, const struct bus_message **out,
        struct err *e) ERR_MUST_USE;
/* Reads on from other offsets of the same partitions; it does not wait for brokers. */
int bus_reader_go(struct bus_reader *r, const struct bus_position *to, size_t count,
        struct err *e) ERR_MUST_USE;
bool bus_reader_was_cut_off(struct bus_reader *r);  /* as bus_was_cut_off */
void bus_reader_wake(struct bus_reader *r, int fd); /* as bus_consumer_wake */
void bus_reader_close(struct bus_reader *r);        /* accepts NULL */

#endif
