/* SPDX-License-Identifier: Apache-2.0
 *
 * What we keep in Redis: leases on task executions, recently seen triggers, rate limits. It only saves
 * work, and all of it may be lost. If Redis is down or takes longer than 100 ms, it counts as absent for
 * a second: calls then return at once, as if nothing were stored.
 *
 * Keys: <prefix>lease:<task>, <prefix>trigger:<id>, <prefix>rate:<bucket>,
 * <prefix>claim:<bucket>:<claim>.
 * One thread owns a struct memo. A call blocks for about 100 ms at most. The process must ignore
 * SIGPIPE.
 */
#ifndef LONGSHORE_LEASE_H
#define LONGSHORE_LEASE_H

#include "longshore/err.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memo;

struct memo_server {
	const char *
	        address; /* LONGSHORE_REDIS: "host:port", "[v6]:port", "redis://user:password@host:port";
	                        empty = always absent */
	const char *config; /* LONGSHORE_REDIS_CONFIG: file with user and password; empty: none */
	const char *prefix;
};

/* Never fails because the server is down: it connects at the first use, and again after a pause.
 * ERR_FATAL ("bad_settings") shows neither address nor password. */
int memo_open(const struct memo_server *server, struct memo **out, struct err *e) ERR_MUST_USE;
void memo_close(struct memo *m); /* accepts NULL */

/* Whether Redis answers now. */
bool memo_is_there(struct memo *m);
/* Why the last call failed, static; empty: it did not. *out_refused: Redis answers, but a person has to
 * correct something (password, ACL). */
const char *memo_problem(const struct memo *m, bool *out_refused);
/* "host:port", without user and password; in out, which is returned. */
const char *memo_place(const struct memo *m, char *out, size_t bytes);
/* What is missing in the protection of the connection, static; NULL: nothing. */
const char *memo_weakness(const struct memo *m);

enum lease { LEASE_TAKEN, LEASE_HELD_ELSEWHERE, LEASE_ABSENT };
/* token: random, one per execution. The holder of the same token takes the lease again. */
enum lease memo_lease_take(struct memo *m, struct str task_id, struct str token, int64_t lease_ms);
void memo_lease_release(struct memo *m, struct str task_id, struct str token);

/* true: according to Redis, this trigger was seen within keep_ms. The database decides. */
bool memo_trigger_seen(struct memo *m, struct str trigger_id);
void memo_trigger_remember(struct memo *m, struct str trigger_id, int64_t keep_ms);

/* The longest wait. A caller that would wait longer gets this value, reserves nothing and asks again.
 * So a later time in Redis is not ours, and is ignored. */
enum { MEMO_AHEAD_MAX_MS = 3600 * 1000 };

struct memo_rate {
	double per_second;
	double burst;
	double cost;
};
/* GCRA, one script on Redis's clock. Takes `cost` units of bucket `name`, which refills at `per_second`
 * and holds `burst`. *out_wait_ms: 0 = go; otherwise the units are reserved for `claim` (a task id) and
 * are its own after that long, first come, first served. The claim may come back from another
 * process: before its time it gets the remaining wait; at or after its time it uses the reservation and
 * gets 0. An absent claim keeps no reservation. Without Redis: an empty bucket, refilled by now_ms in this
 * process. */
void memo_rate_claim(struct memo *m, struct str name, struct str claim,
        const struct memo_rate *rate, int64_t now_ms, int64_t *out_wait_ms);

#endif
