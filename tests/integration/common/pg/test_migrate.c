/* SPDX-License-Identifier: Apache-2.0 */
#include "database.h"

#include <sys/wait.h>

static const struct pg_migration two[] = {
        {1, "0001_one", "CREATE TABLE public.one (x int)"},
        {2, "0002_two", "CREATE TABLE public.two (x int); INSERT INTO public.two VALUES (1)"},
};
static const struct pg_migration bad_second[] = {
        {1, "0001_one", "CREATE TABLE public.one (x int)"},
        {2, "0002_two", "CREATE TABLE public.two (x int); INSERT INTO public.three VALUES (1)"},
};
static const struct pg_migration changed_first[] = {
        {1, "0001_one", "CREATE TABLE public.one (x bigint)"},
        {2, "0002_two", "CREATE TABLE public.two (x int); INSERT INTO public.two VALUES (1)"},
};

static struct database db;
static struct pg *pg;

static int begin(void **state)
{
	(void)state;
	database_make(&db, false);
	pg = database_open(&db);
	return 0;
}

static int end(void **state)
{
	(void)state;
	pg_close(pg);
	database_drop(&db);
	return 0;
}

static void each_migration_is_applied_once(void **state)
{
	(void)state;
	struct err e;
	int applied = -1;
	size_t pending = 0;
	assert_int_equal(pg_migrations_pending(pg, two, 2, &pending, &e), 0);
	assert_int_equal(pending, 2);
	assert_int_equal(pg_migrate(pg, two, 1, &applied, &e), 0);
	assert_int_equal(applied, 1);
	assert_int_equal(pg_migrations_pending(pg, two, 2, &pending, &e), 0);
	assert_int_equal(pending, 1);
	assert_int_equal(pg_migrate(pg, two, 2, &applied, &e), 0);
	assert_int_equal(applied, 1);
	assert_int_equal(pg_migrate(pg, two, 2, &applied, &e), 0);
	assert_int_equal(applied, 0);
	assert_int_equal(database_num(pg, "SELECT count(*) FROM public.two"), 1);
}

static void a_changed_or_unknown_migration_ends_it(void **state)
{
	(void)state;
	struct err e;
	int applied = 0;
	size_t pending = 0;
	assert_int_equal(pg_migrate(pg, two, 2, &applied, &e), 0);
	assert_int_equal(pg_migrate(pg, changed_first, 2, &applied, &e), ERR_FATAL);
	assert_string_equal(e.code, "migration_changed");
	assert_non_null(strstr(e.text, "0001_one"));
	assert_int_equal(pg_migrate(pg, two, 1, &applied, &e), ERR_FATAL);
	assert_string_equal(e.code, "migration_unknown");
	assert_int_equal(pg_migrations_pending(pg, two, 1, &pending, &e), ERR_FATAL);
}

static void a_migration_that_fails_leaves_nothing_of_itself(void **state)
{
	(void)state;
	struct err e;
	int applied = 0;
	assert_int_equal(pg_migrate(pg, bad_second, 2, &applied, &e), ERR_FATAL);
	assert_non_null(strstr(e.text, "0002_two"));
	assert_int_equal(database_num(pg, "SELECT count(*) FROM longshore.migration"), 1);
	assert_int_equal(pg_migrate(pg, two, 2, &applied, &e), 0);
	assert_int_equal(applied, 1);
}

static void of_several_at_once_one_applies(void **state)
{
	(void)state;
	enum { PROCESSES = 4 };
	pid_t pids[PROCESSES];
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			struct err e;
			struct pg *own = NULL;
			int applied = 0;
			int bad = pg_open(db.conninfo, "test", &own, &e);
			bad = bad ? bad
			          : pg_migrate(own, migrations, migrations_count, &applied, &e);
			_exit(bad == 0 ? applied : 100);
		}
	}
	int total = 0;
	for (int i = 0; i < PROCESSES; i++) {
		int status = 0;
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status));
		total += WEXITSTATUS(status);
	}
	assert_int_equal(total, migrations_count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(each_migration_is_applied_once, begin, end),
	        cmocka_unit_test_setup_teardown(a_changed_or_unknown_migration_ends_it, begin, end),
	        cmocka_unit_test_setup_teardown(
	                a_migration_that_fails_leaves_nothing_of_itself, begin, end),
	        cmocka_unit_test_setup_teardown(of_several_at_once_one_applies, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
