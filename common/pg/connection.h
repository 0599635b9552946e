/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this folder share: the connection and its state.
 *
 * Invariants:
 *  1. `prepared` lists what this PGconn has prepared; a new PGconn begins with none.
 *  2. in_tx: between pg_tx_begin and its end. While in_tx no call reconnects, so half a transaction
 * is never repeated outside of it: a lost connection answers ERR_RETRY until pg_tx_rollback.
 *  3. A new PGconn listens to `channels` again before it is used.
 */
#ifndef LONGSHORE_PG_CONNECTION_H
#define LONGSHORE_PG_CONNECTION_H

#include "longshore/pg.h"

#include <libpq-fe.h>

struct pg {
	PGconn *conn; /* NULL: lost */
	char *conninfo;
	char *application;
	const struct pg_statement **prepared;
	size_t prepared_count;
	size_t prepared_cap;
	char **channels;
	size_t channels_count;
	int64_t patience_ms; /* for an answer; 0 = for ever */
	bool is_late;        /* the last answer did not come in time */
	bool in_tx;
	bool has_missed; /* reconnected while listening: a notification may have been missed */
};

static inline void pg_result_drop(PGresult **result)
{
	PQclear(*result);
}
#define AUTO_PGRESULT __attribute__((cleanup(pg_result_drop))) PGresult *

#define PG_ALWAYS INT64_MAX

/* The parts of a PG_NAME. */
#define PG_OWNER(name) ((name) >> 8)
#define PG_PLACE(name) ((name)&0xff)

/* answer.c: the result of what was sent (is_sent: libpq's word for it), to be cleared. NULL: none
 * came in time, or the connection is lost; pg_check says which. */
PGresult *pg_answer(struct pg *pg, int is_sent);

/* security.c: why no server took us, by libpq's message, if it does not mend itself. false: one of
 * the hosts may be back later. */
bool security_refused(const char *message, const char **out_code, const char **out_remedy);

/* A live connection. Reconnects if the connection was lost, but not inside a transaction. */
int pg_ready(struct pg *pg, struct err *e) ERR_MUST_USE;

/* 0 if the result is one of success; else fills *e by SQLSTATE and lets go of a connection that is
 * done for. result may be NULL (libpq had no memory or no connection). step: what was being done.
 */
int pg_check(struct pg *pg, const PGresult *result, const char *step, struct err *e) ERR_MUST_USE;

/* A command of this folder's own, without parameters. */
int pg_command(struct pg *pg, const char *sql, const char *step, struct err *e) ERR_MUST_USE;

#endif
