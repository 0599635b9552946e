/* SPDX-License-Identifier: Apache-2.0
 * run.route_due: when each route runs next. */
#ifndef SCHEDULER_RUNS_DB_H
#define SCHEDULER_RUNS_DB_H

#include "longshore/arena.h"
#include "longshore/err.h"

#include <stdbool.h>

struct pg;

struct changed_route {
	struct str tenant, route, body, hash;
	struct str cadence_hash; /* of the current plan; absent = there is none */
};
int runs_db_find_changed(struct pg *pg, int64_t most, struct arena *mem, struct changed_route **out,
        size_t *out_count, struct err *e) ERR_MUST_USE;

struct route_plan {
	struct str tenant, route, document_hash, cadence_hash, label, zone;
	int64_t fold;
	int64_t due_ms; /* 0 = no cadence */
};
int runs_db_store(struct pg *pg, const struct route_plan *plan, struct arena *mem,
        struct err *e) ERR_MUST_USE;
int runs_db_touch(struct pg *pg, const struct route_plan *plan, struct arena *mem,
        struct err *e) ERR_MUST_USE;
int runs_db_delete_gone(struct pg *pg, struct err *e) ERR_MUST_USE;

struct due_run {
	struct str tenant, route, label, zone;
	int64_t fold, due_ms;
	struct str cadence_hash, body, document_hash, applied_by;
	int64_t now_ms; /* the database's clock */
};
/* Within a transaction: no other scheduler gets these runs until it ends. */
int runs_db_claim(struct pg *pg, int64_t most, struct arena *mem, struct due_run **out,
        size_t *out_count, struct err *e) ERR_MUST_USE;
struct run_advance {
	struct str tenant, route, old_label, label;
	int64_t old_fold, fold, due_ms; /* due 0 = never again */
};
/* ERR_FENCED ("route_due"): another scheduler advanced one of them. */
int runs_db_advance(struct pg *pg, const struct run_advance *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
/* All plans, with tenant, route, label, fold, due_ms and body set. */
int runs_db_load_plans(struct pg *pg, struct arena *mem, struct due_run **out, size_t *out_count,
        struct err *e) ERR_MUST_USE;

#endif
