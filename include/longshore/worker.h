/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop every service runs in. Two shapes, one wiring:
 *
 *   task service   one task in, one result out, such as the formatter. The loop owns Kafka and Avro on one thread; a fixed pool of threads runs
 *                  `handle`.
 *   batch service  many events at once, in order per partition, such as the scheduler. `batch` runs
 *                  on the loop's thread.
 *
 * The head comment of common/worker/task_loop.c states what is true after a crash at each point.
 */
#ifndef LONGSHORE_WORKER_H
#define LONGSHORE_WORKER_H

#include "longshore/arena.h"
#include "longshore/bus.h"
#include "longshore/conf.h"
#include "longshore/err.h"
#include "longshore/event.h"
#include "longshore/events.h"
#include "longshore/publisher.h"
#include "longshore/services.h"
#include "longshore/tidy.h"
#include "longshore/topics.h"

#include <stdatomic.h>

/* Settings that every service has; the loop reads them. */
struct worker_conf {
	const char *kafka;        /* LONGSHORE_KAFKA */
	const char *kafka_config; /* LONGSHORE_KAFKA_CONFIG: file; empty = none */
	const char *topic_prefix; /* LONGSHORE_TOPIC_PREFIX, "longshore." */
	const char *postgres;     /* LONGSHORE_POSTGRES: conninfo; task services use it for writer
	                             schemas only */
	const char *redis;        /* LONGSHORE_REDIS: host:port; empty = none */
	const char *redis_config; /* LONGSHORE_REDIS_CONFIG: file; empty = none */
	const char *staging;      /* LONGSHORE_STAGING: URL */
	const char *keys;         /* LONGSHORE_KEYS: this service's key directory */
	const char *instance;     /* LONGSHORE_INSTANCE: group.instance.id, empty = dynamic */
	const char *admin; /* LONGSHORE_ADMIN: host:port of the admin port, port 0 = any free, empty
	                      = none */
	const char *log_level; /* LONGSHORE_LOG_LEVEL */
	const char *cache_dir; /* LONGSHORE_CACHE_DIR: decrypted bridge shards, mode 0700 */
	int64_t cache_bytes;   /* LONGSHORE_CACHE_BYTES */
	int64_t threads;       /* LONGSHORE_THREADS: tasks of a task service at a time */
	int64_t session_timeout_ms;
	int64_t drain_ms;     /* LONGSHORE_DRAIN_MS: time to finish after SIGTERM */
	int64_t poison_limit; /* LONGSHORE_POISON_LIMIT: deaths while running alone until the dead
	                         letter */
	int64_t lease_ms;     /* LONGSHORE_LEASE_MS */
	int64_t tidy_age_ms, tidy_every_ms; /* LONGSHORE_TIDY_AGE_MS, LONGSHORE_TIDY_EVERY_MS */
	int64_t keep_staged_ms;             /* LONGSHORE_KEEP_STAGED_MS */
};

/* --- task services --- */

/* One execution of one task. Valid during the call. */
struct task_run {
	const struct ev_task_head *head;
	const struct ev_type *type;
	const void *task; /* struct ev_bridge_task etc. by type */
	struct str spec;  /* canonical JSON, fetched and hash-checked by the loop if it came by
	                     address */
	int64_t now_ms;   /* wall clock at the start; for receipts, never for decisions */
	const atomic_bool
	        *stop;     /* set when the drain time is over: return ERR_DEFER ("drain") soon */
	struct arena *mem; /* reset after the result was encoded */
};

struct task_service {
	const struct service_plan *plan; /* its row in services/registry.toml */
	const char
	        *threads; /* default of LONGSHORE_THREADS: more than processors where tasks wait for
	                        disks; NULL: 4 */
	bool shares_threads; /* lanes may hang (a destination): no lane gets all threads */
	const struct conf_field *conf; /* the service's own settings, may be NULL */
	size_t conf_count;
	size_t conf_bytes;

	/* Once per process, before any thread starts: opens what all threads share. */
	int (*start)(const struct worker_conf *common, const void *conf, void **out_state,
	        struct err *e);
	/* On a pool thread, concurrently with others: does the task. Fills outcome-independent
	 * parts of *out (counts, outputs, facts, receipt: memory in run->mem) and returns 0 = done;
	 * ERR_RETRY, ERR_DEFER, ERR_REJECT become a result with e->code as reason, e->text as
	 * detail, and the facts that were filled by then; ERR_FATAL ends the process. Must be idempotent: the same task may run in
	 * two processes at once. */
	int (*handle)(
	        void *state, const struct task_run *run, struct ev_task_result *out, struct err *e);
	/* On a separate thread, every LONGSHORE_TIDY_EVERY_MS: removes the service's other dead data. A
	 * failure is reported and retried. May be NULL. */
	int (*tidy)(void *state, const struct tidy_run *run, struct tidied *out, struct err *e);
	/* After the last thread ended; may be NULL. Not called if the process ends because of a failure. */
	void (*stop)(void *state);
};

/* Runs until SIGTERM or SIGINT; returns the exit code. --help prints the settings.
 *
 * Around `handle` the loop does this: it reports a task past its not_after as `expired`; it fetches the
 * spec and compares its hash; if it finds a result in staging as
 * <prefix>/<delivery>/<task>.result, it reports that again without a call; it stores the result of
 * `handle` there, create-once, sealed under the delivery's key of that prefix (so the service needs
 * this key and, for specs by address, that of "specs"). It waits while staging is unavailable.
 */
int worker_run_tasks(const struct task_service *service, int argc, char **argv);

/* --- batch services --- */

struct batch_message {
	enum topic topic;
	int32_t partition;
	int64_t offset;
	int64_t timestamp_ms;
	struct str key;
	struct str raw; /* bytes as read */
	const struct ev_type *type;
	const void *event; /* decoded */
};

/* A digest of a message, as text to be stored with the offset after it. If a broker lost the end of a
 * partition and reused its offsets, a different message is found there. */
enum { BATCH_WITNESS_BYTES = 64 };
void batch_message_witness(const struct batch_message *m, char out[BATCH_WITNESS_BYTES]);

struct batch_position {
	int64_t next;                      /* offset to read; -1 = from the beginning */
	char witness[BATCH_WITNESS_BYTES]; /* of the message before it; empty: not known */
};

/* The history of a service's store: the number changes when the store may lack data that it had already
 * acknowledged (a standby was promoted without the last commits). */
struct batch_history {
	int64_t number;
	int64_t reread_ms; /* how much of the topics may be ahead of the store then */
};

struct batch_service {
	const struct service_plan *plan; /* its row in services/registry.toml: all topics that it
	                                    reads or writes are awaited before it starts */
	size_t batch_max;                /* most messages in a batch */
	const struct conf_field *conf;
	size_t conf_count;
	size_t conf_bytes;
	bool keeps_offsets; /* the service stores offsets itself (audit-sink): `positions` is asked,
	                       Kafka's are not used */

	int (*start)(const struct worker_conf *common, const void *conf, struct publisher *pub,
	        void **out_state, struct err *e);
	/* Decoded messages, in order per partition. 0 = all are durable: the loop commits their
	 * offsets (unless keeps_offsets). ERR_RETRY: a server is down: the loop pauses, keeps polling
	 * and calls again with the same batch after a backoff. ERR_REJECT: something in the batch can
	 * never be stored: the loop calls again with one message at a time, and a message that is
	 * rejected alone becomes a dead letter, with *e. ERR_FATAL ends the process. Undecodable
	 * messages never get here: the loop has already set them aside as dead letters. */
	int (*batch)(void *state, const struct batch_message *msgs, size_t count, struct arena *mem,
	        struct err *e);
	/* Called when due, and after batches as soon as there is nothing left to read. Sets *out_next_ms
	 * to the longest time until the next call. ERR_RETRY: called again after a growing pause. May be
	 * NULL. */
	int (*tick)(void *state, struct arena *mem, int64_t *out_next_ms, struct err *e);
	/* keeps_offsets only: where to continue reading. */
	int (*position)(void *state, enum topic topic, int32_t partition,
	        struct batch_position *out, struct err *e);
	/* keeps_offsets only: the partition lost its end and is read again from `next`, which must be
	 * stored in place of the higher offset. ERR_RETRY: called again. */
	int (*rewind)(
	        void *state, enum topic topic, int32_t partition, int64_t next, struct err *e);
	/* May be NULL. Called when partitions are assigned, and after a server was down. Commits carry
	 * the number; if it differs from the one at the time of the commit, the topics of `rereads` are
	 * read again from reread_ms back. */
	int (*history)(void *state, struct batch_history *out, struct err *e);
	const enum topic *rereads;
	size_t rereads_count;
	/* As for a task service; runs beside the loop's thread and shares no writable data with it. */
	int (*tidy)(void *state, const struct tidy_run *run, struct tidied *out, struct err *e);
	void (*stop)(void *state);
};

int worker_run_batches(const struct batch_service *service, int argc, char **argv);

#endif
