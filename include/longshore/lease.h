/* SPDX-License-Identifier: Apache-2.0
 *
 * What Redis keeps for us, all of which may be lost: leases on task executions, triggers seen, rate
 * limits. It only
 * saves work. Redis slower than 100 ms, or away, counts as absent for a second: calls then answer
 * at once, as if nothing were stored.
 *
 * Keys: <prefix>lease:<task>, <prefix>trigger:<id>, <prefix>rate:<bucket>,
 * <prefix>claim:<bucket>:<claim>.
 * One thread owns a struct memo. A call blocks for some 100 ms at most. The process must ignore
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

/* Never fails for want of a server: it connects when first used, and again after a pause. ERR_FATAL
 * ("bad_settings") repeats neither address nor password. */
int memo_open(const struct memo_server *server, struct memo **out, struct err *e) ERR_MUST_USE;
void memo_close(struct memo *m); /* accepts NULL */

/* Redis answers, now. */
bool memo_is_there(struct memo *m);
/* Why it did not do what was last asked, static; empty: it did. *out_refused: it answers, and a
 * person has to correct something (password, ACL). */
const char *memo_problem(const struct memo *m, bool *out_refused);
/* "host:port", without user and password; in out, which is returned. */
const char *memo_place(const struct memo *m, char *out, size_t bytes);
/* What is wanting in how the connection is protected, NULL if nothing is: static. */
const char *memo_weakness(const struct memo *m);

enum lease { LEASE_TAKEN, LEASE_HELD_ELSEWHERE, LEASE_ABSENT };
/* token: of one execution, drawn at random; who holds the lease by the same token takes it again.
 */
enum lease memo_lease_take(struct memo *m, struct str task_id, struct str token, int64_t lease_ms);
void memo_lease_release(struct memo *m, struct str task_id, struct str token);

/* true: this trigger was seen within keep_ms, according to Redis. The database has the last word.
 */
bool memo_trigger_seen(struct memo *m, struct str trigger_id);
void memo_trigger_remember(struct memo *m, struct str trigger_id, int64_t keep_ms);

/* No wait is longer: who would have to wait longer is told this, has nothing reserved and asks again.
 * So what lies further ahead in Redis was not put there by us, and is not believed. */
enum { MEMO_AHEAD_MAX_MS = 3600 * 1000 };

struct memo_rate {
	double per_second;
	double burst;
	double cost;
};
/* GCRA, one script on Redis's clock. Takes `cost` units of bucket `name`, which refills at `per_second`
 * and holds `burst`. *out_wait_ms: 0 = go; otherwise the units are reserved for `claim` (a task id) and
 * are its own after that long, first come, first served. The claim may come back as another process:
 * it is told what is left before its time, and at or after it uses the reservation up and is told 0.
 * A claim that is absent keeps no reservation. Without Redis: an empty bucket, refilled by now_ms in this
 * process. */
void memo_rate_claim(struct memo *m, struct str name, struct str claim,
        const struct memo_rate *rate, int64_t now_ms, int64_t *out_wait_ms);

#endif
