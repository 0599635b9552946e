/* SPDX-License-Identifier: Apache-2.0
 * run.quota_place: deliveries that wait for a place under a quota, have one, or began to
 * upload. */
#ifndef SCHEDULER_QUOTA_DB_H
#define SCHEDULER_QUOTA_DB_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/str.h"

#include <stddef.h>
#include <stdint.h>

struct pg;

struct quota_name {
	struct str tenant, destination; /* destination empty: all of the tenant */
};
struct quota_names {
	const struct quota_name *items;
	size_t count;
};

struct quota_taken {
	struct quota_name name;
	int64_t hour, day;
};
/* Places taken in the hour and the day (Unix ms of their starts). Omits names without any. */
int quota_db_count(struct pg *pg, struct quota_names names, const int64_t begins_ms[2],
        struct arena *mem, struct quota_taken **out, size_t *out_count, struct err *e) ERR_MUST_USE;

struct quota_waiting {
	struct quota_name name;
	struct str delivery_id;
};
/* Deliveries that wait for a place and can have it at now_ms: the first `most` of each name, in
 * order. */
int quota_db_queues(struct pg *pg, struct quota_names names, int64_t now_ms, int64_t most,
        struct arena *mem, struct quota_waiting **out, size_t *out_count,
        struct err *e) ERR_MUST_USE;

struct quota_place {
	struct str delivery_id, tenant, destination;
	int64_t free_ms;  /* waits, and can have a place from then on; 0 = has one */
	int64_t begun_ms; /* 0 = not yet */
};
int quota_db_store(struct pg *pg, const struct quota_place *places, size_t count, int64_t now_ms,
        struct arena *mem, struct err *e) ERR_MUST_USE;
/* Marks as begun those of the deliveries that have a place and have not begun. */
int quota_db_begin(struct pg *pg, const struct str *ids, size_t count, int64_t now_ms,
        struct arena *mem, struct err *e) ERR_MUST_USE;
struct quota_texts {
	struct str *items;
	size_t count;
};
/* Removes the places of ended deliveries that never began. *out_tenants: the tenants in which a
 * place became free. */
int quota_db_drop(struct pg *pg, const struct str *ids, size_t count, struct arena *mem,
        struct quota_texts *out_tenants, struct err *e) ERR_MUST_USE;
/* Takes the place away from deliveries whose bucket is down. *out_tenants: as above. */
int quota_db_return(struct pg *pg, const struct str *ids, size_t count, int64_t now_ms,
        struct arena *mem, struct quota_texts *out_tenants, struct err *e) ERR_MUST_USE;
/* Ids of deliveries that are held for a quota: the first `most` of each tenant, in order. */
int quota_db_waiting(struct pg *pg, struct quota_texts tenants, int64_t most, struct arena *mem,
        struct quota_texts *out_ids, struct err *e) ERR_MUST_USE;

#endif
