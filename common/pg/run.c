/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements (prepared on their first use on a connection), rows, and transactions.
 */
#include "connection.h"

#include "longshore/hex.h"

#include <assert.h>
#include <stdlib.h>

struct pg_rows {
	PGresult *result;
	int columns_of; /* number of the statement whose column names apply */
};

/* Whether every parameter was set, under names of this statement. */
static bool is_complete(const struct pg_statement *stmt, const struct pg_params *params)
{
	int count = params ? params->count : 0;
	for (int i = 0; i < count; i++) {
		bool is_own = params->owners[i] == stmt->number ||
		              (stmt->params_of != 0 && params->owners[i] == stmt->params_of);
		if (!is_own || !(params->given >> i & 1))
			return false;
	}
	return count == stmt->params;
}

static bool is_prepared(const struct pg *pg, const struct pg_statement *stmt)
{
	for (size_t i = 0; i < pg->prepared_count; i++) {
		if (pg->prepared[i] == stmt) {
			return true;
		}
	}
	return false;
}

static int prepare(struct pg *pg, const struct pg_statement *stmt, struct err *e)
{
	if (stmt->name[0] == '\0') {
		AUTO_PGRESULT unnamed =
		        pg_answer(pg, PQsendPrepare(pg->conn, "", stmt->sql, stmt->params, NULL));
		return pg_check(pg, unnamed, "statement", e);
	}
	if (is_prepared(pg, stmt)) {
		return 0;
	}
	if (pg->prepared_count == pg->prepared_cap) {
		size_t cap = pg->prepared_cap * 2 + 16;
		const struct pg_statement **list =
		        realloc(pg->prepared, cap * sizeof(const void *));
		if (!list) {
			return err_set(
			        e, ERR_FATAL, "out_of_memory", "%s: out of memory", stmt->name);
		}
		pg->prepared = list;
		pg->prepared_cap = cap;
	}
	AUTO_PGRESULT result =
	        pg_answer(pg, PQsendPrepare(pg->conn, stmt->name, stmt->sql, stmt->params, NULL));
	int act = pg_check(pg, result, stmt->name, e);
	if (act == 0) {
		pg->prepared[pg->prepared_count++] = stmt;
	}
	return act;
}

static int64_t changed(PGresult *result)
{
	int64_t n = 0;
	return str_to_i64(str_c(PQcmdTuples(result)), &n) ? n : 0;
}

int pg_run(struct pg *pg, const struct pg_statement *stmt, const struct pg_params *params,
        struct pg_rows **rows, int64_t *out_changed, struct err *e)
{
	assert(is_complete(stmt, params));
	if (params && params->problem) {
		return err_set(e, ERR_REJECT, "pg_bad_data", "%s: %s", stmt->name, params->problem);
	}
	int act = pg_ready(pg, e);
	if (act == 0) {
		act = prepare(pg, stmt, e);
	}
	if (act != 0) {
		return act;
	}
	AUTO_PGRESULT result = pg_answer(
	        pg, params ? PQsendQueryPrepared(pg->conn, stmt->name, params->count,
	                             params->values, params->lengths, params->formats, 0)
	                   : PQsendQueryPrepared(pg->conn, stmt->name, 0, NULL, NULL, NULL, 0));
	act = pg_check(pg, result, stmt->name, e);
	if (act != 0) {
		return act;
	}
	if (out_changed) {
		*out_changed = changed(result);
	}
	if (rows) {
		struct pg_rows *box = malloc(sizeof(*box));
		if (!box) {
			return err_set(
			        e, ERR_FATAL, "out_of_memory", "%s: out of memory", stmt->name);
		}
		box->result = result;
		box->columns_of = stmt->columns_of;
		result = NULL; /* the rows own it now */
		*rows = box;
	}
	return 0;
}

size_t pg_rows_count(const struct pg_rows *rows)
{
	return (size_t)PQntuples(rows->result);
}

/* Index of a column. The name must belong to the statement of these rows. */
static int place_of(const struct pg_rows *rows, size_t row, int name)
{
	int place = PG_PLACE(name);
	assert(PG_OWNER(name) == rows->columns_of);
	assert(row < pg_rows_count(rows) && place < PQnfields(rows->result));
	(void)row;
	return place;
}

bool pg_is_null(const struct pg_rows *rows, size_t row, int name)
{
	return PQgetisnull(rows->result, (int)row, place_of(rows, row, name)) != 0;
}

static struct str value_of(const struct pg_rows *rows, size_t row, int name)
{
	int place = place_of(rows, row, name);
	if (PQgetisnull(rows->result, (int)row, place)) {
		return (struct str){NULL, 0};
	}
	return (struct str){PQgetvalue(rows->result, (int)row, place),
	        (size_t)PQgetlength(rows->result, (int)row, place)};
}

struct str pg_text(const struct pg_rows *rows, size_t row, int name, struct arena *mem)
{
	return arena_str(mem, value_of(rows, row, name));
}

bool pg_is_text(const struct pg_rows *rows, size_t row, int name, struct str text)
{
	struct str value = value_of(rows, row, name);
	return value.p && text.p && str_eq(value, text);
}

int64_t pg_num(const struct pg_rows *rows, size_t row, int name)
{
	struct str text = value_of(rows, row, name);
	int64_t number = 0;
	bool is_number = !text.p || str_to_i64(text, &number);
	assert(is_number); /* the statement must cast to bigint */
	(void)is_number;
	return number;
}

bool pg_bool(const struct pg_rows *rows, size_t row, int name)
{
	return str_eq(value_of(rows, row, name), STR("t"));
}

struct str pg_bytes(const struct pg_rows *rows, size_t row, int name, struct arena *mem)
{
	struct str text = value_of(rows, row, name);
	if (!text.p) {
		return text;
	}
	assert(str_has_prefix(
	        text, STR("\\x"))); /* bytea_output is set to hex on every connection */
	struct str hex = {text.p + 2, text.n - 2};
	char *bytes = arena_alloc(mem, hex.n / 2 + 1);
	bool is_hex = hex_decode(hex, bytes, hex.n / 2);
	assert(is_hex);
	(void)is_hex;
	return (struct str){bytes, hex.n / 2};
}

void pg_rows_free(struct pg_rows *rows)
{
	if (rows) {
		PQclear(rows->result);
		free(rows);
	}
}

int pg_tx_begin(struct pg *pg, struct err *e)
{
	assert(!pg->in_tx);
	int act = pg_ready(pg, e);
	if (act == 0) {
		act = pg_command(pg, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", "begin", e);
	}
	pg->in_tx = act == 0;
	return act;
}

static int try_commit(struct pg *pg, struct err *e)
{
	int act = pg_ready(pg, e);
	if (act != 0)
		return act;
	AUTO_PGRESULT answer = pg_answer(pg, PQsendQuery(pg->conn, "COMMIT"));
	act = pg_check(pg, answer, "commit", e);
	/* For a failed transaction, COMMIT succeeds with the tag ROLLBACK. */
	if (act == 0 && strcmp(PQcmdStatus(answer), "COMMIT") != 0) {
		act = err_set(e, ERR_FATAL, "pg_error",
		        "commit: a statement of the transaction failed, and its error was not "
		        "handled");
	}
	return act;
}

int pg_tx_commit(struct pg *pg, struct err *e)
{
	assert(pg->in_tx);
	int act = try_commit(pg, e);
	if (act != 0)
		pg_tx_rollback(pg);
	pg->in_tx = false;
	return act;
}

void pg_tx_rollback(struct pg *pg)
{
	if (!pg->in_tx) {
		return;
	}
	pg->in_tx = false;
	struct err ignored;
	if (pg->conn && pg_command(pg, "ROLLBACK", "rollback", &ignored) != 0 && pg->conn) {
		/* The rollback failed too; closing the connection does it. */
		PQfinish(pg->conn);
		pg->conn = NULL;
		pg->prepared_count = 0;
	}
}
