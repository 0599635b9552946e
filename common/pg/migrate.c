/* SPDX-License-Identifier: Apache-2.0
 *
 * Migrations. Each runs in its own transaction, together with the row that records it. All run
 * under one advisory lock, so two processes that start at the same time do the work once. The
 * hashes of applied migrations are compared: a file that changed since, or a migration that this
 * program does not know, is an error.
 */
#include "connection.h"

#include "longshore/sha256.h"
#include "sql/pg.h"

/* "longshor" as a number: the lock for the migrations of a database. */
#define LOCK "7813865511072919410"

enum { MEMORY_MAX = 1024 * 1024 };

static const char make_table[] =
        "CREATE SCHEMA IF NOT EXISTS longshore;"
        "CREATE TABLE IF NOT EXISTS longshore.migration (number integer PRIMARY KEY, name text NOT "
        "NULL,"
        " sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());"
        "GRANT USAGE ON SCHEMA longshore TO PUBLIC; GRANT SELECT ON longshore.migration TO PUBLIC";

/* Compares one applied row with the list. */
static int check_applied(int64_t number, struct str stored_hash, const struct pg_migration *list,
        size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].number != number) {
			continue;
		}
		char hash[SHA256_HEX];
		sha256_hex(list[i].sql, strlen(list[i].sql), hash);
		if (str_eq(stored_hash, str_c(hash))) {
			return 0;
		}
		return err_set(e, ERR_FATAL, "migration_changed",
		        "migration %s was changed after it was applied: restore its text and put "
		        "the change into a new"
		        " migration",
		        list[i].name);
	}
	return err_set(e, ERR_FATAL, "migration_unknown",
	        "the database has migration %04lld, which this program does not know: use the "
	        "newer release",
	        (long long)number);
}

/* Migrations are applied in order, so the number of applied rows is the index of the next one. */
static int count_applied(struct pg *pg, const struct pg_migration *list, size_t count,
        size_t *out_applied, struct err *e)
{
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_select_migrations, NULL, &rows, NULL, e);
	if (act != 0) {
		return act;
	}
	struct arena mem;
	arena_init(&mem, MEMORY_MAX);
	for (size_t i = 0; act == 0 && i < pg_rows_count(rows); i++) {
		act = check_applied(pg_num(rows, i, COL_SELECT_MIGRATIONS_NUMBER),
		        pg_text(rows, i, COL_SELECT_MIGRATIONS_SHA256, &mem), list, count, e);
	}
	arena_release(&mem);
	*out_applied = act == 0 ? pg_rows_count(rows) : *out_applied;
	return act;
}

static int apply_one(struct pg *pg, const struct pg_migration *migration, struct err *e)
{
	char hash[SHA256_HEX];
	sha256_hex(migration->sql, strlen(migration->sql), hash);
	struct arena mem;
	arena_init(&mem, MEMORY_MAX);
	struct pg_params params;
	pg_params_init(&params, &mem);
	pg_set_num(&params, PARAM_INSERT_MIGRATION_NUMBER, migration->number);
	pg_set(&params, PARAM_INSERT_MIGRATION_NAME, str_c(migration->name));
	pg_set(&params, PARAM_INSERT_MIGRATION_SHA256, str_c(hash));
	int act = pg_tx_begin(pg, e);
	if (act == 0) {
		act = pg_command(pg, migration->sql, migration->name, e);
	}
	if (act == 0) {
		act = pg_run(pg, &sql_insert_migration, &params, NULL, NULL, e);
	}
	if (act == 0) {
		act = pg_tx_commit(pg, e);
	}
	pg_tx_rollback(pg);
	arena_release(&mem);
	return act;
}

static int migrate_locked(struct pg *pg, const struct pg_migration *list, size_t count,
        int *out_applied, struct err *e)
{
	size_t next = 0;
	int act = pg_command(pg, make_table, "make the table of migrations", e);
	if (act == 0) {
		act = count_applied(pg, list, count, &next, e);
	}
	int applied = 0;
	for (; act == 0 && next < count; next++, applied++) {
		act = apply_one(pg, &list[next], e);
	}
	*out_applied = act == 0 ? applied : *out_applied;
	return act;
}

int pg_migrate(struct pg *pg, const struct pg_migration *list, size_t count, int *out_applied,
        struct err *e)
{
	int act = pg_be_patient(pg, 0, e); /* a table can be large, or another process at work */
	if (act == 0) {
		act = pg_command(
		        pg, "SELECT pg_advisory_lock(" LOCK ")", "wait for another migration", e);
	}
	if (act != 0) {
		return act;
	}
	act = migrate_locked(pg, list, count, out_applied, e);
	if (pg->conn) { /* a lost session has already released its lock */
		struct err other;
		int unlocked =
		        pg_command(pg, "SELECT pg_advisory_unlock(" LOCK ")", "unlock", &other);
		if (act == 0 && unlocked != 0) {
			*e = other;
			act = unlocked;
		}
	}
	return act;
}

int pg_migrations_pending(struct pg *pg, const struct pg_migration *list, size_t count,
        size_t *out_pending, struct err *e)
{
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_select_has_migrations, NULL, &rows, NULL, e);
	if (act != 0) {
		return act;
	}
	size_t applied = 0;
	if (pg_bool(rows, 0, COL_SELECT_HAS_MIGRATIONS_HAS_TABLE)) {
		act = count_applied(pg, list, count, &applied, e);
	}
	*out_pending = act == 0 ? count - applied : *out_pending;
	return act;
}
