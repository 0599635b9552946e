/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL: a connection, prepared statements that live in .sql files, and a visible transaction
 * bracket.
 *
 * <folder>/sql/<verb>_<noun>.sql becomes `extern const struct pg_statement sql_<verb>_<noun>;` in the
 * generated header "sql/<folder>.h", and so do its names: PARAM_<VERB>_<NOUN>_<X> for the parameter
 * `:x`, COL_<VERB>_<NOUN>_<X> for the result column x. scripts/laws/sql.py says how names are read.
 * Parameters are always bound, never pasted. No general query call leaves a *_db.c file.
 *
 * Errors by SQLSTATE class, one table: connection (08, 57P0x), serialization and deadlock (40),
 * resources (53), lock not available (55P03): ERR_RETRY; broken SQL or rights (42, 28): ERR_FATAL;
 * data (22, 23): ERR_REJECT (23505 has code "pg_duplicate"). A server that does not offer the TLS
 * that the conninfo asks for ("pg_insecure"), or does not take our password ("pg_refused"), is
 * ERR_FATAL. After a lost connection the object
 * reconnects at the next call outside a transaction.
 * A transaction that idles for ten seconds (its process is stopped or stuck) is ended by the
 * server, so that others get at its rows; who waits for a row longer than eleven seconds, or for a
 * statement longer than twelve, gets ERR_RETRY. A server that does not answer at all, or not within
 * fifteen, is away: ERR_RETRY ("pg_unavailable"), and the connection is given up. So is a standby
 * ("pg_read_only"), unless the conninfo has a target_session_attrs of its own. One thread owns a
 * struct pg.
 */
#ifndef LONGSHORE_PG_H
#define LONGSHORE_PG_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg;
struct pg_rows;

/* A parameter or result column of a generated statement: its number among the statements of its
 * folder, and its place. A statement of a test's own has the number 0: places alone are its names. */
#define PG_NAME(statement, place) (((statement) << 8) | (place))

struct pg_statement {
	const char *name; /* one name, one statement; static. Empty: prepared for each use and not
	                     kept */
	const char *sql;
	int params;
	int number;                     /* of PG_NAME */
	int params_of;                  /* whose names its first parameters have, too; 0: none */
	int columns_of;                 /* whose names its columns have */
	const char *const *param_names; /* generated statements only */
};

int pg_open(
        const char *conninfo, const char *application, struct pg **out, struct err *e) ERR_MUST_USE;
/* The same for who can wait: a server that is away now is asked again by each later call. */
int pg_open_away(
        const char *conninfo, const char *application, struct pg **out, struct err *e) ERR_MUST_USE;
/* How long answers are waited for, from now on; 0: for ever, on the server's side, too. */
int pg_be_patient(struct pg *pg, int64_t patience_ms, struct err *e) ERR_MUST_USE;
void pg_close(struct pg *pg); /* accepts NULL */

/* What is wanting in how connections of this conninfo are protected, NULL if nothing is: static. A
 * server on this machine is no reason to complain. */
const char *pg_conninfo_weakness(const char *conninfo);
struct pg_protection {
	bool is_here; /* the server is on this machine */
	bool is_encrypted;
	const char *tls; /* "TLSv1.3"; empty: none. Until the next call. */
};
/* Of the connection as it is. */
void pg_protection(const struct pg *pg, struct pg_protection *out);

/* Parameters: text format, built by these. Absent str = NULL. Arrays are for unnest(): one
 * statement, many rows. */
enum { PG_PARAMS_MAX = 40 };
struct pg_params {
	struct arena *mem;
	const char *values[PG_PARAMS_MAX];
	int lengths[PG_PARAMS_MAX];
	int formats[PG_PARAMS_MAX]; /* 0 text, 1 binary (bytea only) */
	int owners[PG_PARAMS_MAX];  /* the number of the statement that each was named for */
	uint64_t given;             /* a bit for each place */
	int count;
	const char *problem; /* set by pg_set...: pg_run answers ERR_REJECT with it (a NUL in a
	                        text, too large) */
};
/* Each takes the parameter's name, in any order. pg_run asserts that each parameter of the statement
 * was given, by a name of that statement. */
void pg_params_init(struct pg_params *p, struct arena *mem);
void pg_set(struct pg_params *p, int name, struct str text);
void pg_set_null(struct pg_params *p, int name); /* of any type */
void pg_set_num(struct pg_params *p, int name, int64_t number);
void pg_set_bool(struct pg_params *p, int name, bool value);
void pg_set_bytes(struct pg_params *p, int name, struct str bytes);
void pg_set_texts(struct pg_params *p, int name, const struct str *items,
        size_t count); /* text[]; absent items are NULL */
void pg_set_nums(struct pg_params *p, int name, const int64_t *items, size_t count); /* bigint[] */
void pg_set_bytes_array(struct pg_params *p, int name, const struct str *items, size_t count);

/* Runs a prepared statement. rows may be NULL when none is expected. *out_changed (may be NULL):
 * rows affected. */
int pg_run(struct pg *pg, const struct pg_statement *stmt, const struct pg_params *params,
        struct pg_rows **rows, int64_t *out_changed, struct err *e) ERR_MUST_USE;

size_t pg_rows_count(const struct pg_rows *rows);
bool pg_is_null(const struct pg_rows *rows, size_t row, int name);
struct str pg_text(const struct pg_rows *rows, size_t row, int name,
        struct arena *mem); /* copied; NULL: absent */
bool pg_is_text(const struct pg_rows *rows, size_t row, int name,
        struct str text);                                         /* is this text; NULL is none */
int64_t pg_num(const struct pg_rows *rows, size_t row, int name); /* NULL: 0 */
bool pg_bool(const struct pg_rows *rows, size_t row, int name);
struct str pg_bytes(
        const struct pg_rows *rows, size_t row, int name, struct arena *mem); /* bytea */
void pg_rows_free(struct pg_rows *rows);                                      /* accepts NULL */
static inline void pg_rows_drop(struct pg_rows **rows)
{
	pg_rows_free(*rows);
}
#define AUTO_PG_ROWS __attribute__((cleanup(pg_rows_drop))) struct pg_rows *

int pg_tx_begin(struct pg *pg, struct err *e) ERR_MUST_USE; /* READ COMMITTED */
/* Ends the transaction whatever it answers. ERR_RETRY ("pg_unavailable"): it may have happened. */
int pg_tx_commit(struct pg *pg, struct err *e) ERR_MUST_USE;
void pg_tx_rollback(struct pg *pg); /* never fails; no-op outside a transaction */

/* Wakes on NOTIFY `channel`, at once or after timeout_ms; for `--wait`. */
int pg_listen(struct pg *pg, const char *channel, struct err *e) ERR_MUST_USE;
int pg_wait_notify(struct pg *pg, int timeout_ms, bool *out_notified, struct err *e) ERR_MUST_USE;

/* Applies db/migrations in order, each in its own transaction, under an advisory lock; records
 * number and hash. A migration that was changed after it was applied is ERR_FATAL
 * ("migration_changed"). */
struct pg_migration {
	int number;
	const char *name;
	const char *sql;
};
int pg_migrate(struct pg *pg, const struct pg_migration *list, size_t count, int *out_applied,
        struct err *e) ERR_MUST_USE;
/* How many of them a database still lacks; changes nothing. */
int pg_migrations_pending(struct pg *pg, const struct pg_migration *list, size_t count,
        size_t *out_pending, struct err *e) ERR_MUST_USE;

#endif
