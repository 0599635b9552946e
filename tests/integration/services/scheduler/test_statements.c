/* SPDX-License-Identifier: Apache-2.0
 * What the scheduler's role must not reach. */
#include "database.h"

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
		struct pg_statement stmt = {.name = "", .sql = sql};
		AUTO_PG_ROWS rows = NULL;
		assert_int_equal(pg_run(pg, &stmt, NULL, &rows, NULL, &e), ERR_FATAL);
	}
	pg_close(pg);
	database_drop(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_scheduler_may_not_read_what_is_not_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
