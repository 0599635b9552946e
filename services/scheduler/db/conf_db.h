/* SPDX-License-Identifier: Apache-2.0
 * Configuration documents, and frozen specs. */
#ifndef SCHEDULER_CONF_DB_H
#define SCHEDULER_CONF_DB_H

#include "longshore/arena.h"
#include "longshore/err.h"

struct pg;

struct conf_document {
	struct str kind, tenant, name, body, applied_by;
};
/* All except routes. */
int conf_db_load(struct pg *pg, const struct str *tenants, size_t count, struct arena *mem,
        struct conf_document **out, size_t *out_count, struct err *e) ERR_MUST_USE;
/* *out_count: 1, or 0 if there is none. */
int conf_db_load_route(struct pg *pg, struct str tenant, struct str route, struct arena *mem,
        struct conf_document *out, size_t *out_count, struct err *e) ERR_MUST_USE;
/* Names of the routes that deliver an audience. */
int conf_db_routes_of(struct pg *pg, struct str tenant, struct str audience, struct arena *mem,
        struct str **out, size_t *out_count, struct err *e) ERR_MUST_USE;

struct spec_row {
	struct str hash, body;
};
int conf_db_load_specs(struct pg *pg, const struct str *hashes, size_t count, struct arena *mem,
        struct spec_row **out, size_t *out_count, struct err *e) ERR_MUST_USE;
int conf_db_insert_specs(struct pg *pg, const struct spec_row *rows, size_t count,
        struct arena *mem, struct err *e) ERR_MUST_USE;

#endif
