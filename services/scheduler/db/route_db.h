/* SPDX-License-Identifier: Apache-2.0
 * What deliveries share: route heads, names, bridge versions. */
#ifndef SCHEDULER_ROUTE_DB_H
#define SCHEDULER_ROUTE_DB_H

#include "delivery/delivery.h"

struct pg;

struct route_key {
	struct str tenant, route;
};
struct loaded_head {
	struct route_key key;
	struct route_head head;
};
int route_db_load_heads(struct pg *pg, const struct route_key *keys, size_t count,
        struct arena *mem, struct loaded_head **out, size_t *out_count, struct err *e) ERR_MUST_USE;
/* Ids of those deliveries for which a newer delivery of the same route waits. */
int route_db_newer_waiting(struct pg *pg, const struct delivery *const *deliveries, size_t count,
        struct arena *mem, struct str **out, size_t *out_count, struct err *e) ERR_MUST_USE;
/* All three: ERR_FENCED ("route_head") if the head has changed since it was loaded. They take
 * deliveries as they are after the decision. */
int route_db_take(struct pg *pg, const struct delivery *const *deliveries, size_t count,
        struct arena *mem, struct err *e) ERR_MUST_USE;
int route_db_advance(
        struct pg *pg, const struct delivery *x, struct arena *mem, struct err *e) ERR_MUST_USE;
int route_db_release(struct pg *pg, const struct delivery *x, bool forces_full, struct arena *mem,
        struct err *e) ERR_MUST_USE;

struct claim_set {
	struct str location, delivery_id;
	const struct name_claim *claims;
	size_t count;
};
/* *out_path: a path that belongs to another delivery; absent = there is none. */
int route_db_find_claims(struct pg *pg, const struct claim_set *set, struct arena *mem,
        struct str *out_path, struct err *e) ERR_MUST_USE;
/* ERR_FENCED ("name_claim"): another delivery took a path meanwhile. */
int route_db_claim(
        struct pg *pg, const struct claim_set *set, size_t limit_bytes, struct err *e) ERR_MUST_USE;

struct loaded_bridge {
	struct route_key key; /* route = bridge */
	struct str version;
	int64_t built_ms, persons;
};
int route_db_load_bridges(struct pg *pg, const struct route_key *keys, size_t count,
        struct arena *mem, struct loaded_bridge **out, size_t *out_count,
        struct err *e) ERR_MUST_USE;
int route_db_add_bridge(struct pg *pg, const struct delivery *build, const struct bridge_row *row,
        struct arena *mem, struct err *e) ERR_MUST_USE;

#endif
