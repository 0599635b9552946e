/* SPDX-License-Identifier: Apache-2.0
 * run.drop_place: the identity of the place behind each bucket's URL. */
#ifndef SCHEDULER_DROP_PLACE_DB_H
#define SCHEDULER_DROP_PLACE_DB_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/pg.h"
#include "longshore/str.h"

struct drop_place_row {
	struct str url, identity;
	struct str told_by; /* delivery */
};

/* Places that are already remembered stay unchanged. */
int drop_place_db_remember(struct pg *pg, const struct drop_place_row *rows, size_t count,
        struct arena *mem, struct err *e) ERR_MUST_USE;
/* Changes nothing if `replaced` is not the remembered place. */
int drop_place_db_accept(struct pg *pg, const struct drop_place_row *row, struct str replaced,
        struct str actor, struct arena *mem, struct err *e) ERR_MUST_USE;
int drop_place_db_load(struct pg *pg, const struct str *urls, size_t count, struct arena *mem,
        struct drop_place_row **out, size_t *out_count, struct err *e) ERR_MUST_USE;

#endif
