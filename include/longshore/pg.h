/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL: a connection, prepared statements from .sql files, and explicit transactions.
 *
 * <folder>/sql/<verb>_<noun>.sql becomes `extern const struct pg_statement sql_<verb>_<noun>;` in
 * the generated header "sql/<folder>.h". The header also has its names: PARAM_<VERB>_<NOUN>_<X> for
 * the parameter `:x`, COL_<VERB>_<NOUN>_<X> for the result column x. scripts/laws/sql.py defines
 * how names are read. Parameters are always bound, never pasted. Services
 * run statements in *_db.c files only.
 *
 * Errors by SQLSTATE, in one table: connection (08, 57P0x), serialization and deadlock (40),
 * resources (53), lock not available (55P03): ERR_RETRY. Broken SQL or rights (42, 28): ERR_FATAL.
 * Data (22, 23): ERR_REJECT (23505 has the code "pg_duplicate"). A server that does not offer the
 * TLS that the conninfo requires ("pg_insecure"), or rejects our password ("pg_refused"), is
 * ERR_FATAL. After a lost connection, the next call outside a transaction reconnects.
 *
 * Limits: the server ends a transaction that is idle for ten seconds (its process is stopped or
 * stuck), so that others get its locks. A wait for a lock longer than eleven seconds, or a
 * statement longer than twelve, is ERR_RETRY. If the server does not answer within fifteen seconds,
 * the call gives up the connection: ERR_RETRY ("pg_unavailable"). A standby is ERR_RETRY
 * ("pg_read_only"), unless the conninfo has its own target_session_attrs.
 *
 * Every call that talks to the server blocks. One thread owns a struct pg.
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

/* A parameter or result column of a generated statement: the statement's number in its folder, and
 * the place. A statement written in a test has the number 0, so its names are places alone. */
#define PG_NAME(statement, place) (((statement) << 8) | (place))

struct pg_statement {
	const char *name; /* unique and static. Empty: prepared for each use and not kept */
	const char *sql;
	int params;
	int number;     /* of PG_NAME */
	int params_of;  /* statement whose names its first parameters also have; 0: none */
	int columns_of; /* statement whose names its columns have */
	const char *const *param_names; /* generated statements only */
};

int pg_open(
        const char *conninfo, const char *application, struct pg **out, struct err *e) ERR_MUST_USE;
/* The same for callers that can wait: if the server is unavailable, each later call tries to
 * connect again. */
int pg_open_away(
        const char *conninfo, const char *application, struct pg **out, struct err *e) ERR_MUST_USE;
/* Sets how long calls wait for answers from now on; 0: without limit, also on the server's side. */
int pg_be_patient(struct pg *pg, int64_t patience_ms, struct err *e) ERR_MUST_USE;
void pg_close(struct pg *pg); /* accepts NULL */

/* Static text that says what protection connections of this conninfo lack; NULL if they lack
 * nothing, or if the server is on this machine. */
const char *pg_conninfo_weakness(const char *conninfo);
struct pg_protection {
	bool is_here; /* the server is on this machine */
	bool is_encrypted;
	const char *tls; /* "TLSv1.3"; empty: none. Valid until the next call */
};
/* Describes the connection as it is now. */
void pg_protection(const struct pg *pg, struct pg_protection *out);

/* Parameters in text format; the functions below set them. An absent str is NULL. Arrays are for
 * unnest(): one statement, many rows. */
enum { PG_PARAMS_MAX = 40 };
struct pg_params {
	struct arena *mem;
	const char *values[PG_PARAMS_MAX];
	int lengths[PG_PARAMS_MAX];
	int formats[PG_PARAMS_MAX]; /* 0 text, 1 binary (bytea only) */
	int owners[PG_PARAMS_MAX];  /* number of the statement that each name belongs to */
	uint64_t given;             /* one bit per place */
	int count;
	const char *problem; /* set by pg_set...: pg_run returns ERR_REJECT with it (a NUL in a
	                        text, too large) */
};
/* Each function takes the parameter's name, in any order. pg_run asserts that every parameter of
 * the statement was set, by a name of that statement. */
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

/* Runs a prepared statement. rows may be NULL if no rows are expected. *out_changed (may be NULL):
 * number of affected rows. Free *rows with pg_rows_free. */
int pg_run(struct pg *pg, const struct pg_statement *stmt, const struct pg_params *params,
        struct pg_rows **rows, int64_t *out_changed, struct err *e) ERR_MUST_USE;

size_t pg_rows_count(const struct pg_rows *rows);
bool pg_is_null(const struct pg_rows *rows, size_t row, int name);
struct str pg_text(const struct pg_rows *rows, size_t row, int name,
        struct arena *mem); /* a copy in mem; NULL: absent */
bool pg_is_text(
        const struct pg_rows *rows, size_t row, int name, struct str text); /* false for NULL */
int64_t pg_num(const struct pg_rows *rows, size_t row, int name);           /* NULL: 0 */
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
/* Ends the transaction, whatever it returns. ERR_RETRY ("pg_unavailable"): the commit may have
 * happened. */
int pg_tx_commit(struct pg *pg, struct err *e) ERR_MUST_USE;
void pg_tx_rollback(struct pg *pg); /* never fails; no-op outside a transaction */

/* Listens on `channel`; pg_wait_notify blocks until a NOTIFY or for timeout_ms. For `--wait`. */
int pg_listen(struct pg *pg, const char *channel, struct err *e) ERR_MUST_USE;
int pg_wait_notify(struct pg *pg, int timeout_ms, bool *out_notified, struct err *e) ERR_MUST_USE;

/* Applies db/migrations in order, each in its own transaction, under an advisory lock, and records
 * number and hash of each. ERR_FATAL ("migration_changed"): a migration was changed after it was
 * applied. */
struct pg_migration {
	int number;
	const char *name;
	const char *sql;
};
int pg_migrate(struct pg *pg, const struct pg_migration *list, size_t count, int *out_applied,
        struct err *e) ERR_MUST_USE;
/* Number of migrations that the database still lacks. Changes nothing. */
int pg_migrations_pending(struct pg *pg, const struct pg_migration *list, size_t count,
        size_t *out_pending, struct err *e) ERR_MUST_USE;

#endif
