/* SPDX-License-Identifier: Apache-2.0
 * run.task: one row per task. */
#ifndef SCHEDULER_TASK_DB_H
#define SCHEDULER_TASK_DB_H

#include "delivery/delivery.h"

struct pg;

struct loaded_task {
	struct str delivery_id;
	struct task_row row; /* event absent; result decoded if requested */
};
struct loaded_tasks {
	struct loaded_task *items;
	size_t count;
};

int task_db_load(struct pg *pg, const struct str *task_ids, size_t count, struct arena *mem,
        struct loaded_tasks *out, struct err *e) ERR_MUST_USE;
/* A call with `most` loads at most that many rows. ERR_REJECT ("too_large") if the arena has
 * enough before that. */
struct rows_max {
	int64_t all;     /* of all deliveries together */
	int64_t of_kind; /* per delivery and kind: NEED_UNFINISHED */
};
int task_db_load_unfinished(struct pg *pg, const struct str *delivery_ids, size_t count,
        struct rows_max most, struct arena *mem, struct loaded_tasks *out,
        struct err *e) ERR_MUST_USE;
struct wanted_stage {
	struct str delivery_id;
	int64_t revision;
	enum stage stage;
};
struct index_range {
	int64_t first, last;
};
int task_db_load_stages(struct pg *pg, const struct wanted_stage *wanted, size_t count,
        int64_t most, struct arena *mem, struct loaded_tasks *out, struct err *e) ERR_MUST_USE;

int task_db_load_resting(struct pg *pg, const struct wanted_stage *wanted, size_t count,
        int64_t most, struct arena *mem, struct loaded_tasks *out, struct err *e) ERR_MUST_USE;
int task_db_load_open(struct pg *pg, const struct wanted_stage *wanted, int64_t floor, int64_t most,
        struct arena *mem, struct loaded_tasks *out, struct err *e) ERR_MUST_USE;
int task_db_load_page(struct pg *pg, const struct wanted_stage *wanted, struct index_range range,
        struct arena *mem, struct loaded_tasks *out, struct err *e) ERR_MUST_USE;

struct task_event_row {
	struct str task_id, event;
};
int task_db_load_events(struct pg *pg, const struct str *task_ids, size_t count, struct arena *mem,
        struct task_event_row **out, size_t *out_count, struct err *e) ERR_MUST_USE;

struct task_write {
	struct task_row row;
	struct str delivery_id, tenant;
	int64_t rows_done; /* of that result: rows read, written or sent */
	int64_t started_ms,
	        done_ms;   /* of the result that this decision accepts; 0: none, or no valid time */
	struct str worker; /* of that result; absent: none */
};
int task_db_insert(struct pg *pg, const struct task_write *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
int task_db_update(struct pg *pg, const struct task_write *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
int task_db_drop(struct pg *pg, const struct str *delivery_ids, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;

/* --- caps --- */

/* Locks these caps until the transaction ends, so that only the caller gives out places. */
int task_db_lock_caps(struct pg *pg, const struct str *names, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
struct flight {
	bool is_tenant; /* false: destination */
	struct str name;
	int64_t tasks;
};
struct cap_names {
	struct str *tenants, *destinations;
	size_t tenants_count, destinations_count;
};
int task_db_count_flight(struct pg *pg, const struct cap_names *names, struct arena *mem,
        struct flight **out, size_t *out_count, struct err *e) ERR_MUST_USE;

/* Removes task rows of deliveries that have been over for age_ms, at most for so many
 * deliveries and so many rows. Runs in its own transaction. */
struct tidy_bounds {
	int64_t age_ms, deliveries, rows;
};
int task_db_remove_old(struct pg *pg, const struct tidy_bounds *bounds, struct arena *mem,
        int64_t *out_rows, int64_t *out_deliveries, struct err *e) ERR_MUST_USE;

#endif
