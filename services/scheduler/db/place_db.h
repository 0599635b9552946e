/* SPDX-License-Identifier: Apache-2.0
 * run.place_breaker: places that uploads found down. run.waiting: what deliveries wait for. */
#ifndef SCHEDULER_PLACE_DB_H
#define SCHEDULER_PLACE_DB_H

#include "delivery/delivery.h"

struct pg;

struct loaded_breaker {
	struct str place;
	struct breaker state;
};
/* Returns only breakers that exist. locks: holds row locks until the transaction ends. */
int place_db_load_breakers(struct pg *pg, const struct str *places, size_t count, bool locks,
        struct arena *mem, struct loaded_breaker **out, size_t *out_count,
        struct err *e) ERR_MUST_USE;
int place_db_store_breaker(struct pg *pg, const struct loaded_breaker *breaker, struct arena *mem,
        struct err *e) ERR_MUST_USE;
int place_db_close_breakers(struct pg *pg, const struct str *places, size_t count,
        struct arena *mem, struct err *e) ERR_MUST_USE;
/* Deletes breakers unchanged for age_ms, and all but the `most` that changed last. */
int place_db_trim_breakers(
        struct pg *pg, int64_t age_ms, int64_t most, struct arena *mem, struct err *e) ERR_MUST_USE;

struct waiter {
	struct str what, delivery_id;
	int64_t since_ms;
};
/* For each of `what`, the first `most` waiters, oldest first. */
int place_db_load_waiting(struct pg *pg, const struct str *what, size_t count, int64_t most,
        struct arena *mem, struct waiter **out, size_t *out_count, struct err *e) ERR_MUST_USE;
/* Deliveries whose upload can check whether a place is back: one per place whose rest is over. */
int place_db_find_probers(struct pg *pg, int64_t most, struct arena *mem, struct str **out,
        size_t *out_count, struct err *e) ERR_MUST_USE;
int place_db_store_waiting(struct pg *pg, const struct waiter *rows, size_t count,
        struct arena *mem, struct err *e) ERR_MUST_USE;
int place_db_drop_waiting(struct pg *pg, const struct str *ids, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;

#endif
