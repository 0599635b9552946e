/* SPDX-License-Identifier: Apache-2.0
 *
 * The connection and its state, shared by the files of this folder.
 *
 * Invariants:
 *  1. `prepared` lists the statements that this PGconn has prepared. A new PGconn starts with
 *     none.
 *  2. in_tx is true from pg_tx_begin to the end of the transaction. While it is true no call
 *     reconnects, so half a transaction is never repeated outside of it. If the connection is
 *     lost, calls return ERR_RETRY until pg_tx_rollback.
 *  3. A new PGconn listens to all `channels` before it is used.
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
	int64_t patience_ms; /* how long to wait for a result; 0 = no limit */
	bool is_late;        /* the last result did not arrive in time */
	bool in_tx;
	bool has_missed; /* reconnected while listening: a notification may have been missed */
};

static inline void pg_result_drop(PGresult **result)
{
	PQclear(*result);
}
#define AUTO_PGRESULT __attribute__((cleanup(pg_result_drop))) PGresult *

#define PG_ALWAYS INT64_MAX

/* The two parts of a PG_NAME. */
#define PG_OWNER(name) ((name) >> 8)
#define PG_PLACE(name) ((name)&0xff)

/* answer.c: the result of the statement that was sent; the caller clears it. is_sent is the return
 * value of libpq's send function. NULL: no result in time, or the connection is lost; pg_check
 * reports which. */
PGresult *pg_answer(struct pg *pg, int is_sent);

/* security.c: recognises in libpq's message a permanent reason for a failed connection. Returns
 * false if one of the hosts may be back later. */
bool security_refused(const char *message, const char **out_code, const char **out_remedy);

/* Ensures a live connection. Reconnects if it was lost, but not inside a transaction. */
int pg_ready(struct pg *pg, struct err *e) ERR_MUST_USE;

/* Returns 0 if the result is a success. Otherwise fills *e by SQLSTATE and closes a connection that
 * is no longer usable. result may be NULL (libpq had no memory or no connection). step names the
 * operation. */
int pg_check(struct pg *pg, const PGresult *result, const char *step, struct err *e) ERR_MUST_USE;

/* Runs an internal command of this folder, without parameters. */
int pg_command(struct pg *pg, const char *sql, const char *step, struct err *e) ERR_MUST_USE;

#endif
