/* SPDX-License-Identifier: Apache-2.0
 * A database of its own for a test, made on the server that LONGSHORE_POSTGRES names and dropped
 * afterwards. */
#ifndef LONGSHORE_TESTS_DATABASE_H
#define LONGSHORE_TESTS_DATABASE_H

#include "longshore/migrations.h"
#include "longshore/pg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

struct database {
	char name[64];
	char conninfo[1024]; /* as the owner */
};

/* Runs one statement without parameters; fails the test on an error. */
static inline void database_sql(struct pg *pg, const char *sql)
{
	struct err e = {0};
	struct pg_statement stmt = {.name = "", .sql = sql}; /* the unnamed statement: never kept */
	if (pg_run(pg, &stmt, NULL, NULL, NULL, &e) != 0) {
		fail_msg("%s: %s", sql, e.text);
	}
}

/* First column of the first row, in mem; absent text for NULL or no row. */
static inline struct str database_text(struct pg *pg, const char *sql, struct arena *mem)
{
	struct err e = {0};
	struct pg_statement stmt = {.name = "", .sql = sql};
	AUTO_PG_ROWS rows = NULL;
	if (pg_run(pg, &stmt, NULL, &rows, NULL, &e) != 0) {
		fail_msg("%s: %s", sql, e.text);
	}
	return pg_rows_count(rows) == 0 ? (struct str){NULL, 0} : pg_text(rows, 0, 0, mem);
}

static inline int64_t database_num(struct pg *pg, const char *sql)
{
	struct arena mem;
	arena_init(&mem, 4096);
	int64_t n = 0;
	struct str text = database_text(pg, sql, &mem);
	assert_true(str_to_i64(text, &n));
	arena_release(&mem);
	return n;
}

static inline struct pg *database_open(const struct database *db)
{
	struct err e = {0};
	struct pg *pg = NULL;
	if (pg_open(db->conninfo, "test", &pg, &e) != 0) {
		fail_msg("%s", e.text);
	}
	return pg;
}

static inline struct pg *database_server(void)
{
	const char *server = getenv("LONGSHORE_POSTGRES");
	assert_non_null(server); /* integration tests need a server: run them with ./dev test */
	struct err e = {0};
	struct pg *pg = NULL;
	if (pg_open(server, "test", &pg, &e) != 0) {
		fail_msg("%s", e.text);
	}
	return pg;
}

/* Migrated if asked for. */
static inline void database_make(struct database *db, bool migrate)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)snprintf(db->name, sizeof(db->name), "test_%d_%lld%09ld", (int)getpid(),
	        (long long)now.tv_sec, now.tv_nsec);
	struct pg *server = database_server();
	char sql[128];
	(void)snprintf(sql, sizeof(sql), "CREATE DATABASE %s", db->name);
	database_sql(server, sql);
	pg_close(server);
	(void)snprintf(db->conninfo, sizeof(db->conninfo), "%s dbname=%s",
	        getenv("LONGSHORE_POSTGRES"), db->name);
	if (migrate) {
		struct pg *pg = database_open(db);
		struct err e = {0};
		int applied = 0;
		if (pg_migrate(pg, migrations, migrations_count, &applied, &e) != 0) {
			fail_msg("%s", e.text);
		}
		pg_close(pg);
	}
}

static inline void database_drop(const struct database *db)
{
	struct pg *server = database_server();
	char sql[128];
	(void)snprintf(sql, sizeof(sql), "DROP DATABASE IF EXISTS %s WITH (FORCE)", db->name);
	database_sql(server, sql);
	pg_close(server);
}

#endif
