/* SPDX-License-Identifier: Apache-2.0
 *
 * What Redis keeps for us, all of which may be lost: leases on task executions, pointers to finished results, triggers
 * seen. It only saves work. Redis slower than 100 ms, or away, counts as absent: every call then answers as if nothing
 * were stored, and says so in *out_absent.
 *
 * Keys: <prefix>lease:<task>:<issue>, <prefix>done:<task>, <prefix>trigger:<id>. One thread owns a struct memo.
 */
#ifndef LONGSHORE_LEASE_H
#define LONGSHORE_LEASE_H

#include "longshore/err.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stdint.h>

struct memo;

/* address "host:port"; empty = always absent. Never fails for want of a server: it connects when first used, and again
 * after a pause. */
int memo_open(const char *address, const char *prefix, struct memo **out, struct err *e) ERR_MUST_USE;
void memo_close(struct memo *m); /* accepts NULL */

enum lease { LEASE_TAKEN, LEASE_HELD_ELSEWHERE, LEASE_ABSENT };
enum lease memo_lease_take(struct memo *m, struct str task_id, struct str token, int64_t lease_ms);
bool memo_lease_renew(struct memo *m, struct str task_id, struct str token, int64_t lease_ms);
void memo_lease_release(struct memo *m, struct str task_id, struct str token);

/* true: this trigger was seen within keep_ms, according to Redis. The database has the last word. */
bool memo_trigger_seen(struct memo *m, struct str trigger_id);
void memo_trigger_remember(struct memo *m, struct str trigger_id, int64_t keep_ms);

/* GCRA, one script on Redis's clock. Takes `cost` units of bucket `name` that refills `per_second` and holds `burst`.
 * *out_wait_ms: 0 = go; else a reserved time: come back after so long and it is yours (first come, first served).
 * Without Redis: an empty bucket, refilled by now_ms in this process. */
void memo_rate_take(struct memo *m, struct str name, double per_second, double burst, double cost, int64_t now_ms,
	int64_t *out_wait_ms);

#endif
