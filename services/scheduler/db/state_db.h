/* SPDX-License-Identifier: Apache-2.0
 * run.state: one row a delivery. Every call may block as long as the database does, and answers
 * with its errors. */
#ifndef SCHEDULER_STATE_DB_H
#define SCHEDULER_STATE_DB_H

#include "delivery/delivery.h"

struct pg;

/* The transaction bracket, for those that may not see the adapter. */
int db_begin(struct pg *pg, struct err *e) ERR_MUST_USE;
int db_commit(struct pg *pg, struct err *e) ERR_MUST_USE;
void db_rollback(struct pg *pg);

struct db_clock {
	int64_t now_ms;
	int64_t timeline;
};

struct state_row {
	struct delivery x;
	struct str memory;     /* encoded, as it is before it is stored (stored.h) */
	struct str status;     /* as published; absent: status_of(x) is it */
	struct str waits_what; /* of run.waiting; absent: it waits for nothing */
	int64_t waits_since_ms;
};

/* Those of the ids that exist; memory is decoded into x. Rows and texts in mem. */
int state_db_load(struct pg *pg, const struct str *ids, size_t count, struct arena *mem,
        struct db_clock *clock, struct state_row **out, size_t *out_count,
        struct err *e) ERR_MUST_USE;

/* Locks the rows and compares their versions. ERR_FENCED ("version"): one was changed, or is gone.
 */
int state_db_lock(struct pg *pg, const struct delivery *const *before, size_t count,
        struct arena *mem, struct err *e) ERR_MUST_USE;
/* ERR_FENCED ("version"): one was there already. */
int state_db_insert(struct pg *pg, const struct state_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
int state_db_update(struct pg *pg, const struct state_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;

struct claim_bounds {
	int64_t most;     /* rows looked at */
	int64_t claim_ms; /* so long they are out of others' reach */
	int64_t back_ms;  /* what is due for longer is not looked for */
};
/* Due deliveries. *out_looked: rows that were looked at; some are not due after all. */
int state_db_claim_due(struct pg *pg, const struct claim_bounds *bounds, struct arena *mem,
        struct str **out, size_t *out_count, size_t *out_looked, struct err *e) ERR_MUST_USE;
/* ms until something is due, from back_ms ago to ahead_ms ahead; INT64_MAX: nothing is. */
int state_db_next_due(struct pg *pg, int64_t back_ms, int64_t ahead_ms, int64_t *out_ms,
        struct err *e) ERR_MUST_USE;

struct ended_delivery {
	struct str id, tenant, route;
};
/* Takes deliveries that have been over for age_ms: for good, once the caller's transaction is
 * committed. */
int state_db_take_ended(struct pg *pg, int64_t age_ms, int64_t most, struct arena *mem,
        struct ended_delivery **out, size_t *out_count, struct err *e) ERR_MUST_USE;
struct seen_status {
	struct str id;
	int64_t version;
};
struct confirm_bounds {
	int64_t alarm_ms;
	int64_t tasks; /* a delivery of more tasks keeps its rows for now */
};
/* What was read back, in order. A final status is confirmed by itself, and the delivery's task rows
 * become a few words; an older one after it gives the delivery an alarm again, in alarm_ms.
 * *out_rows: task rows that were removed. */
int state_db_confirm(struct pg *pg, const struct seen_status *seen, size_t count,
        const struct confirm_bounds *bounds, struct arena *mem, int64_t *out_rows,
        struct err *e) ERR_MUST_USE;
/* Deliveries whose status is newer than what was read last. */
int state_db_find_behind(struct pg *pg, const struct seen_status *seen, size_t count,
        struct arena *mem, struct str **out, size_t *out_count, struct err *e) ERR_MUST_USE;

/* Of the ids those that are deliveries or builds already. */
int state_db_existing(struct pg *pg, const struct str *ids, size_t count, struct arena *mem,
        struct str **out, size_t *out_count, struct err *e) ERR_MUST_USE;

/* Deliveries to be woken. */
int state_db_route_waiting(struct pg *pg, const struct str *tenants, const struct str *routes,
        size_t count, struct arena *mem, struct str **out, size_t *out_count,
        struct err *e) ERR_MUST_USE;
int state_db_bridge_waiting(struct pg *pg, const struct str *tenants, size_t count,
        struct arena *mem, struct str **out, size_t *out_count, struct err *e) ERR_MUST_USE;

#endif
