/* SPDX-License-Identifier: Apache-2.0
 * run.state: one row per delivery. Every call can block as long as the database does, and
 * returns its errors. */
#ifndef SCHEDULER_STATE_DB_H
#define SCHEDULER_STATE_DB_H

#include "delivery/delivery.h"

struct pg;

/* Begin, commit and rollback, for code that does not include the database adapter. */
int db_begin(struct pg *pg, struct err *e) ERR_MUST_USE;
int db_commit(struct pg *pg, struct err *e) ERR_MUST_USE;
void db_rollback(struct pg *pg);

struct db_clock {
	int64_t now_ms;
	int64_t timeline;
};

struct state_row {
	struct delivery x;
	struct str memory;     /* encoded, in the form before stored_pack (stored.h) */
	struct str status;     /* as published; absent: equal to status_of(x) */
	struct str waits_what; /* of run.waiting; absent: it waits for nothing */
	int64_t waits_since_ms;
};

/* Loads those of the ids that exist, and decodes memory into x. Rows and texts are in mem. */
int state_db_load(struct pg *pg, const struct str *ids, size_t count, struct arena *mem,
        struct db_clock *clock, struct state_row **out, size_t *out_count,
        struct err *e) ERR_MUST_USE;

/* Locks the rows and compares their versions. ERR_FENCED ("version"): one was changed or
 * deleted. */
int state_db_lock(struct pg *pg, const struct delivery *const *before, size_t count,
        struct arena *mem, struct err *e) ERR_MUST_USE;
/* ERR_FENCED ("version"): one already existed. */
int state_db_insert(struct pg *pg, const struct state_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
int state_db_update(struct pg *pg, const struct state_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;

struct claim_bounds {
	int64_t most;     /* rows to look at */
	int64_t claim_ms; /* other schedulers cannot claim them for this long */
	int64_t back_ms;  /* ignores rows that have been due for longer */
};
/* Due deliveries. *out_looked: rows looked at; some turn out not to be due. */
int state_db_claim_due(struct pg *pg, const struct claim_bounds *bounds, struct arena *mem,
        struct str **out, size_t *out_count, size_t *out_looked, struct err *e) ERR_MUST_USE;
/* Milliseconds until something is due, from back_ms ago to ahead_ms ahead; INT64_MAX: nothing
 * is. */
int state_db_next_due(struct pg *pg, int64_t back_ms, int64_t ahead_ms, int64_t *out_ms,
        struct err *e) ERR_MUST_USE;

struct ended_delivery {
	struct str id, tenant, route;
};
/* Takes deliveries that have been over for age_ms. They are gone once the caller's transaction
 * commits. */
int state_db_take_ended(struct pg *pg, int64_t age_ms, int64_t most, struct arena *mem,
        struct ended_delivery **out, size_t *out_count, struct err *e) ERR_MUST_USE;
struct seen_status {
	struct str id;
	int64_t version;
};
struct confirm_bounds {
	int64_t alarm_ms;
	int64_t tasks; /* a delivery of more tasks keeps its rows until tidying */
};
/* Handles statuses that were read back, in order. Reading the stored final status confirms it,
 * and the delivery's task rows become a short summary. An older status after it gives the
 * delivery an alarm again, in alarm_ms. *out_rows: task rows removed. */
int state_db_confirm(struct pg *pg, const struct seen_status *seen, size_t count,
        const struct confirm_bounds *bounds, struct arena *mem, int64_t *out_rows,
        struct err *e) ERR_MUST_USE;
/* Deliveries whose stored status is newer than the last one read. */
int state_db_find_behind(struct pg *pg, const struct seen_status *seen, size_t count,
        struct arena *mem, struct str **out, size_t *out_count, struct err *e) ERR_MUST_USE;

/* Those of the ids that already exist as deliveries or builds. */
int state_db_existing(struct pg *pg, const struct str *ids, size_t count, struct arena *mem,
        struct str **out, size_t *out_count, struct err *e) ERR_MUST_USE;

/* Deliveries to wake. */
int state_db_route_waiting(struct pg *pg, const struct str *tenants, const struct str *routes,
        size_t count, struct arena *mem, struct str **out, size_t *out_count,
        struct err *e) ERR_MUST_USE;
int state_db_bridge_waiting(struct pg *pg, const struct str *tenants, size_t count,
        struct arena *mem, struct str **out, size_t *out_count, struct err *e) ERR_MUST_USE;

#endif
