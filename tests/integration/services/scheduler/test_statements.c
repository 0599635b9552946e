/* SPDX-License-Identifier: Apache-2.0
 * Every statement of the scheduler is understood by the migrated schema: no typo reaches
 * production. */
#include "database.h"

#include <dirent.h>
#include <string.h>

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	char *text = calloc(1, 64 * 1024);
	assert_non_null(text);
	assert_true(fread(text, 1, 64 * 1024 - 1, f) > 0);
	(void)fclose(f);
	return text;
}

static void every_statement_is_understood(void **state)
{
	(void)state;
	struct database db;
	struct err e;
	database_make(&db, true);
	char conninfo[1200];
	(void)snprintf(conninfo, sizeof conninfo, "%s user=longshore_scheduler", db.conninfo);
	struct pg *pg = NULL;
	assert_int_equal(pg_open(conninfo, "test", &pg, &e), 0);
	const char *folder = LONGSHORE_TESTS "/../services/scheduler/db/sql";
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	int count = 0;
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		char path[512], name[128];
		if (!strstr(entry->d_name, ".sql"))
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		(void)snprintf(
		        name, sizeof name, "%.*s", (int)strlen(entry->d_name) - 4, entry->d_name);
		char *text = slurp(path);
		size_t bytes = strlen(text) + 256;
		char *sql = malloc(bytes);
		assert_non_null(sql);
		(void)snprintf(sql, bytes, "PREPARE %s AS %s", name, text);
		database_sql(pg, sql); /* fails with the statement and what is wrong in it */
		free(sql);
		free(text);
		count++;
	}
	(void)closedir(dir);
	assert_true(count > 40);
	pg_close(pg);
	database_drop(&db);
}

static void the_scheduler_may_not_read_what_is_not_its_own(void **state)
{
	(void)state;
	static const char *const others[] = {
	        "run.delivery", "run.receipt", "run.file", "audit.record"};
	struct database db;
	struct err e;
	database_make(&db, true);
	char conninfo[1200];
	(void)snprintf(conninfo, sizeof conninfo, "%s user=longshore_scheduler", db.conninfo);
	struct pg *pg = NULL;
	assert_int_equal(pg_open(conninfo, "test", &pg, &e), 0);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		char sql[128];
		(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", others[i]);
		struct pg_statement stmt = {"", sql, 0};
		AUTO_PG_ROWS rows = NULL;
		assert_int_equal(pg_run(pg, &stmt, NULL, &rows, NULL, &e), ERR_FATAL);
	}
	pg_close(pg);
	database_drop(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_statement_is_understood),
	        cmocka_unit_test(the_scheduler_may_not_read_what_is_not_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
