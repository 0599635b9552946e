/* SPDX-License-Identifier: Apache-2.0
 * The adapter against the real server: values that come back as they went, transactions, a killed
 * backend. */
#include "database.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

static struct database db;
static struct pg *pg;
static struct arena mem;

static int begin(void **state)
{
	(void)state;
	arena_init(&mem, 4 * 1024 * 1024);
	database_make(&db, false);
	pg = database_open(&db);
	database_sql(pg, "CREATE TABLE public.t (id bigint PRIMARY KEY, x text, b bytea)");
	return 0;
}

static int end(void **state)
{
	(void)state;
	pg_tx_rollback(pg);
	pg_close(pg);
	database_drop(&db);
	arena_release(&mem);
	return 0;
}

static const struct pg_statement insert_one = {.name = "insert_one",
        .sql = "INSERT INTO public.t (id, x, b) VALUES ($1, $2, $3)",
        .params = 3};
static const struct pg_statement insert_many = {.name = "insert_many",
        .sql = "INSERT INTO public.t (id, x, b) SELECT * FROM unnest($1::bigint[], $2::text[], "
               "$3::bytea[])",
        .params = 3};
static const struct pg_statement select_all = {
        .name = "select_all", .sql = "SELECT id, x, b, x IS NULL FROM public.t ORDER BY id"};

static int insert(int64_t id, struct str x, struct str b, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, &mem);
	pg_set_num(&p, 0, id);
	pg_set(&p, 1, x);
	pg_set_bytes(&p, 2, b);
	return pg_run(pg, &insert_one, &p, NULL, NULL, e);
}

static void kill_backend_of(struct pg *victim)
{
	char sql[128];
	(void)snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%lld, 5000)",
	        (long long)database_num(victim, "SELECT pg_backend_pid()"));
	struct pg *other = database_server();
	database_sql(other, sql);
	pg_close(other);
}

/* Waits until the server has ended the session. */
static void await_end_of(int64_t backend)
{
	char sql[128];
	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM pg_stat_activity WHERE pid = %lld",
	        (long long)backend);
	struct pg *other = database_server();
	while (database_num(other, sql) > 0) {
	}
	pg_close(other);
}

static void values_come_back_as_they_went(void **state)
{
	(void)state;
	struct err e;
	char bytes[256];
	for (int i = 0; i < 256; i++) {
		bytes[i] = (char)i;
	}
	assert_int_equal(insert(INT64_MIN, STR("a\"b\\c{},\n\t"), (struct str){bytes, 256}, &e), 0);
	int64_t ids[] = {1, INT64_MAX};
	struct str texts[] = {STR("q\"\\,{NULL}"), {NULL, 0}};
	struct str blobs[] = {{bytes, 256}, {NULL, 0}};
	struct pg_params p;
	pg_params_init(&p, &mem);
	pg_set_nums(&p, 0, ids, 2);
	pg_set_texts(&p, 1, texts, 2);
	pg_set_bytes_array(&p, 2, blobs, 2);
	int64_t changed = 0;
	assert_int_equal(pg_run(pg, &insert_many, &p, NULL, &changed, &e), 0);
	assert_int_equal(changed, 2);
	AUTO_PG_ROWS rows = NULL;
	assert_int_equal(pg_run(pg, &select_all, NULL, &rows, NULL, &e), 0);
	assert_int_equal(pg_rows_count(rows), 3);
	assert_true(pg_num(rows, 0, 0) == INT64_MIN && pg_num(rows, 2, 0) == INT64_MAX);
	assert_true(str_eq(pg_text(rows, 0, 1, &mem), STR("a\"b\\c{},\n\t")));
	assert_true(str_eq(pg_text(rows, 1, 1, &mem), texts[0]));
	assert_true(str_eq(pg_bytes(rows, 0, 2, &mem), blobs[0]));
	assert_true(str_eq(pg_bytes(rows, 1, 2, &mem), blobs[0]));
	assert_true(pg_is_null(rows, 2, 1) && pg_text(rows, 2, 1, &mem).p == NULL &&
	            pg_bool(rows, 2, 3));
	assert_true(pg_bytes(rows, 2, 2, &mem).p == NULL && pg_num(rows, 2, 2) == 0);
}

static void errors_say_what_to_do_and_hold_no_row(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(insert(7, STR("x"), (struct str){NULL, 0}, &e), 0);
	assert_int_equal(insert(7, STR("secret"), (struct str){NULL, 0}, &e), ERR_REJECT);
	assert_string_equal(e.code, "pg_duplicate");
	assert_null(strstr(e.text, "(7)"));
	assert_non_null(strstr(e.text, "insert_one"));
	struct pg_statement broken = {.name = "broken", .sql = "SELEKT 1"};
	assert_int_equal(pg_run(pg, &broken, NULL, NULL, NULL, &e), ERR_FATAL);
	assert_string_equal(e.code, "pg_broken_sql");
	assert_int_equal(insert(8, (struct str){"a\0b", 3}, (struct str){NULL, 0}, &e), ERR_REJECT);
	assert_int_equal(insert(8, STR("goes on"), (struct str){NULL, 0}, &e), 0);
}

/* Ran it into an assert? */
static bool dies(void (*act)(const void *), const void *arg)
{
	int status = 0;
	(void)fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)freopen("/dev/null", "w", stderr);
		act(arg);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static const struct pg_statement named = {.name = "named",
        .sql = "SELECT $1::text AS a, $2::bigint AS b",
        .params = 2,
        .number = 7,
        .params_of = 3,
        .columns_of = 7};

static void run_named(const void *names)
{
	const int *name = names;
	struct pg_params p;
	struct err e;
	pg_params_init(&p, &mem);
	pg_set(&p, name[0], STR("x"));
	pg_set_num(&p, name[1], 5);
	(void)pg_run(pg, &named, &p, NULL, NULL, &e);
}

static void read_named(const void *rows)
{
	(void)pg_text(rows, 0, PG_NAME(8, 0), &mem);
}

static void read_by_place(const void *rows)
{
	(void)pg_text(rows, 0, 0, &mem);
}

static void a_name_of_another_statement_is_refused(void **state)
{
	(void)state;
	AUTO_PG_ROWS rows = NULL;
	struct pg_params p;
	struct err e;
	pg_params_init(&p, &mem);
	pg_set_num(&p, PG_NAME(7, 1), 5); /* in any order */
	pg_set(&p, PG_NAME(3, 0), STR("x"));
	assert_int_equal(pg_run(pg, &named, &p, &rows, NULL, &e), 0);
	assert_true(pg_is_text(rows, 0, PG_NAME(7, 0), STR("x")));
	assert_int_equal(pg_num(rows, 0, PG_NAME(7, 1)), 5);
	assert_true(dies(read_named, rows));
	assert_true(dies(read_by_place, rows));
	static const int wrong[][2] = {{PG_NAME(8, 0), PG_NAME(7, 1)}, {PG_NAME(7, 0), 1},
	        {PG_NAME(7, 0), PG_NAME(7, 0)}, {PG_NAME(7, 1), PG_NAME(7, 1)},
	        {PG_NAME(7, 0), PG_NAME(7, 2)}};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_true(dies(run_named, wrong[i]));
}

static void rollback_leaves_nothing_and_commit_leaves_all(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(pg_tx_begin(pg, &e), 0);
	assert_int_equal(insert(1, STR("x"), (struct str){NULL, 0}, &e), 0);
	pg_tx_rollback(pg);
	pg_tx_rollback(pg);
	assert_int_equal(database_num(pg, "SELECT count(*) FROM public.t"), 0);
	assert_int_equal(pg_tx_begin(pg, &e), 0);
	assert_int_equal(insert(1, STR("x"), (struct str){NULL, 0}, &e), 0);
	assert_int_equal(pg_tx_commit(pg, &e), 0);
	assert_int_equal(database_num(pg, "SELECT count(*) FROM public.t"), 1);
}

static void commit_of_a_failed_transaction_is_no_success(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(insert(1, STR("x"), (struct str){NULL, 0}, &e), 0);
	assert_int_equal(pg_tx_begin(pg, &e), 0);
	assert_int_equal(insert(2, STR("x"), (struct str){NULL, 0}, &e), 0);
	assert_int_equal(insert(1, STR("x"), (struct str){NULL, 0}, &e), ERR_REJECT);
	assert_int_equal(pg_tx_commit(pg, &e), ERR_FATAL); /* and the transaction is over */
	assert_int_equal(database_num(pg, "SELECT count(*) FROM public.t"), 1);
	assert_int_equal(insert(3, STR("x"), (struct str){NULL, 0}, &e), 0);
}

static void a_backend_killed_inside_a_transaction_is_retry_and_never_half(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(pg_tx_begin(pg, &e), 0);
	assert_int_equal(insert(1, STR("x"), (struct str){NULL, 0}, &e), 0);
	kill_backend_of(pg);
	assert_int_equal(insert(2, STR("x"), (struct str){NULL, 0}, &e), ERR_RETRY);
	/* Nothing reconnects behind the caller's back: the second half alone must not be stored. */
	assert_int_equal(insert(3, STR("x"), (struct str){NULL, 0}, &e), ERR_RETRY);
	assert_int_equal(pg_tx_commit(pg, &e), ERR_RETRY); /* and the transaction is over */
	assert_int_equal(pg_tx_begin(pg, &e), 0);
	assert_int_equal(insert(4, STR("x"), (struct str){NULL, 0}, &e), 0);
	assert_int_equal(pg_tx_commit(pg, &e), 0);
	assert_int_equal(database_num(pg, "SELECT sum(id)::bigint FROM public.t"), 4);
}

/* A process that was stopped inside a transaction: the server ends that, so that its rows are free.
 * When it wakes, that is no reason to end it. */
static void a_transaction_that_idled_too_long_is_retry_and_never_half(void **state)
{
	(void)state;
	struct err e;
	database_sql(pg, "SET idle_in_transaction_session_timeout = '50ms'");
	int64_t backend = database_num(pg, "SELECT pg_backend_pid()");
	assert_int_equal(pg_tx_begin(pg, &e), 0);
	assert_int_equal(insert(1, STR("x"), (struct str){NULL, 0}, &e), 0);
	await_end_of(backend);
	assert_int_equal(insert(2, STR("x"), (struct str){NULL, 0}, &e), ERR_RETRY);
	assert_int_equal(pg_tx_commit(pg, &e), ERR_RETRY);
	assert_int_equal(insert(3, STR("x"), (struct str){NULL, 0}, &e), 0);
	assert_int_equal(database_num(pg, "SELECT sum(id)::bigint FROM public.t"), 3);
}

static void a_backend_killed_while_idle_costs_one_retry(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(insert(1, STR("x"), (struct str){NULL, 0}, &e), 0);
	kill_backend_of(pg);
	int result = insert(2, STR("x"), (struct str){NULL, 0}, &e);
	assert_true(result == 0 || result == ERR_RETRY);
	if (result != 0) {
		assert_int_equal(insert(2, STR("x"), (struct str){NULL, 0}, &e), 0);
	}
}

static void a_serialization_conflict_is_retry(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(insert(1, STR("x"), (struct str){NULL, 0}, &e), 0);
	struct pg *other = database_open(&db);
	assert_int_equal(pg_tx_begin(other, &e), 0);
	database_sql(other, "UPDATE public.t SET x = 'other' WHERE id = 1");
	database_sql(pg, "SET lock_timeout = '50ms'");
	struct pg_statement update = {
	        .name = "", .sql = "UPDATE public.t SET x = 'mine' WHERE id = 1"};
	assert_int_equal(pg_run(pg, &update, NULL, NULL, NULL, &e), ERR_RETRY);
	assert_string_equal(e.code, "pg_locked");
	assert_int_equal(pg_tx_commit(other, &e), 0);
	pg_close(other);
}

static void a_notification_wakes_and_a_reconnect_counts_as_one(void **state)
{
	(void)state;
	struct err e;
	bool notified = true;
	struct pg *waiter = database_open(&db);
	assert_int_equal(pg_listen(waiter, "Odd Channel", &e), 0);
	assert_int_equal(pg_wait_notify(waiter, 0, &notified, &e), 0);
	assert_false(notified);
	database_sql(pg, "SELECT pg_notify('Odd Channel', 'x')");
	assert_int_equal(pg_wait_notify(waiter, 20000, &notified, &e), 0);
	assert_true(notified);
	assert_int_equal(pg_wait_notify(waiter, 20, &notified, &e), 0);
	assert_false(notified);
	kill_backend_of(waiter);
	assert_int_equal(pg_wait_notify(waiter, 20000, &notified, &e), ERR_RETRY);
	assert_int_equal(pg_wait_notify(waiter, 0, &notified, &e), 0);
	assert_true(notified);
	database_sql(pg, "SELECT pg_notify('Odd Channel', 'y')");
	assert_int_equal(pg_wait_notify(waiter, 20000, &notified, &e), 0);
	assert_true(notified);
	pg_close(waiter);
}

static void a_server_that_is_away_is_retry_and_bad_settings_are_fatal(void **state)
{
	(void)state;
	struct err e;
	struct pg *none = NULL;
	assert_int_equal(pg_open("host=127.0.0.1 port=1", "test", &none, &e), ERR_RETRY);
	assert_null(none);
	assert_int_equal(pg_open("password=hunter2 nonsense", "test", &none, &e), ERR_FATAL);
	assert_null(strstr(e.text, "hunter2"));
}

/* --- a server that hangs, and a standby --- */

static void run_on(
        struct pg *victim, const struct pg_params *params, const struct pg_statement *stmt)
{
	struct err e;
	int64_t backend = database_num(victim, "SELECT pg_backend_pid()");
	assert_int_equal(pg_be_patient(victim, 300, &e), 0);
	assert_int_equal(kill((pid_t)backend, SIGSTOP), 0);
	int bad = pg_run(victim, stmt, params, NULL, NULL, &e);
	assert_int_equal(kill((pid_t)backend, SIGCONT), 0);
	assert_int_equal(bad, ERR_RETRY);
	assert_string_equal(e.code, "pg_unavailable");
	assert_non_null(strstr(e.text, "no answer within 300 ms"));
}

/* Its kernel goes on acknowledging: only the client's own deadline ends the wait. */
static void a_server_that_hangs_is_away(void **state)
{
	(void)state;
	struct err e;
	run_on(pg, NULL, &select_all);
	assert_int_equal(insert(1, STR("x"), (struct str){NULL, 0}, &e), 0); /* a new connection */
	assert_int_equal(pg_tx_begin(pg, &e), 0);
	run_on(pg, NULL, &select_all);
	assert_int_equal(pg_tx_commit(pg, &e), ERR_RETRY);
	assert_int_equal(insert(2, STR("x"), (struct str){NULL, 0}, &e), 0);
}

static void a_server_that_takes_nothing_is_away_though_the_statement_is_large(void **state)
{
	(void)state;
	enum { BYTES = 32 * 1024 * 1024 };
	struct err e;
	struct arena large;
	struct pg_params p;
	arena_init(&large, 4 * (size_t)BYTES);
	pg_params_init(&p, &large);
	pg_set_num(&p, 0, 1);
	pg_set(&p, 1, (struct str){NULL, 0});
	pg_set_bytes(&p, 2, (struct str){arena_alloc(&large, BYTES), BYTES});
	assert_int_equal(insert(1, STR("x"), (struct str){NULL, 0}, &e), 0); /* prepared */
	run_on(pg, &p, &insert_one);
	arena_release(&large);
}

static void a_statement_that_takes_too_long_is_ended_by_the_server(void **state)
{
	(void)state;
	struct err e;
	static const struct pg_statement forever = {.name = "", .sql = "SELECT pg_sleep(3600)"};
	AUTO_PG_ROWS rows = NULL;
	assert_int_equal(database_num(pg, "SELECT count(*) FROM pg_settings WHERE name = "
	                                  "'statement_timeout' AND setting::bigint BETWEEN 1 AND "
	                                  "14000"),
	        1);
	database_sql(pg, "SET statement_timeout = '50ms'");
	assert_int_equal(pg_run(pg, &forever, NULL, &rows, NULL, &e), ERR_RETRY);
	assert_string_equal(e.code, "pg_cancelled");
	assert_int_equal(insert(1, STR("x"), (struct str){NULL, 0}, &e), 0);
	assert_int_equal(pg_be_patient(pg, 0, &e), 0); /* migrations */
	assert_int_equal(
	        database_num(pg, "SELECT sum(setting::bigint)::bigint FROM pg_settings WHERE "
	                         "name IN ('statement_timeout', 'lock_timeout')"),
	        0);
}

/* Read-only, as a standby is: it is passed over, and found once it is promoted. */
static void a_standby_is_asked_again_until_it_is_promoted(void **state)
{
	(void)state;
	struct err e;
	struct pg *service = NULL, *reader = NULL;
	char sql[160], any[1200];
	(void)snprintf(sql, sizeof(sql), "ALTER DATABASE %s SET default_transaction_read_only = on",
	        db.name);
	database_sql(pg, sql);
	assert_int_equal(pg_open(db.conninfo, "test", &service, &e), ERR_RETRY);
	assert_null(service);
	assert_int_equal(pg_open_away(db.conninfo, "test", &service, &e), 0);
	pg_close(pg);
	pg = service;
	assert_int_equal(insert(1, STR("x"), (struct str){NULL, 0}, &e), ERR_RETRY);
	/* who says so himself may read from it; what it cannot do is retry, too */
	(void)snprintf(any, sizeof(any), "%s target_session_attrs=any", db.conninfo);
	assert_int_equal(pg_open(any, "test", &reader, &e), 0);
	AUTO_PG_ROWS rows = NULL;
	assert_int_equal(pg_run(reader, &select_all, NULL, &rows, NULL, &e), 0);
	static const struct pg_statement write = {
	        .name = "", .sql = "INSERT INTO public.t (id) VALUES (7)"};
	assert_int_equal(pg_run(reader, &write, NULL, NULL, NULL, &e), ERR_RETRY);
	assert_string_equal(e.code, "pg_read_only");
	pg_close(reader);
	struct pg *server = database_server();
	(void)snprintf(
	        sql, sizeof(sql), "ALTER DATABASE %s RESET default_transaction_read_only", db.name);
	database_sql(server, sql);
	pg_close(server);
	assert_int_equal(insert(1, STR("x"), (struct str){NULL, 0}, &e), 0);
}

/* It accepts, and says nothing. */
static void a_server_that_never_greets_is_away(void **state)
{
	(void)state;
	struct err e;
	struct pg *none = NULL;
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t bytes = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &bytes), 0);
	char conninfo[128];
	(void)snprintf(conninfo, sizeof(conninfo),
	        "host=127.0.0.1 port=%d dbname=x user=x connect_timeout=2", ntohs(at.sin_port));
	assert_int_equal(pg_open(conninfo, "test", &none, &e), ERR_RETRY);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(values_come_back_as_they_went, begin, end),
	        cmocka_unit_test_setup_teardown(errors_say_what_to_do_and_hold_no_row, begin, end),
	        cmocka_unit_test_setup_teardown(a_name_of_another_statement_is_refused, begin, end),
	        cmocka_unit_test_setup_teardown(
	                rollback_leaves_nothing_and_commit_leaves_all, begin, end),
	        cmocka_unit_test_setup_teardown(
	                commit_of_a_failed_transaction_is_no_success, begin, end),
	        cmocka_unit_test_setup_teardown(
	                a_backend_killed_inside_a_transaction_is_retry_and_never_half, begin, end),
	        cmocka_unit_test_setup_teardown(
	                a_transaction_that_idled_too_long_is_retry_and_never_half, begin, end),
	        cmocka_unit_test_setup_teardown(
	                a_backend_killed_while_idle_costs_one_retry, begin, end),
	        cmocka_unit_test_setup_teardown(a_serialization_conflict_is_retry, begin, end),
	        cmocka_unit_test_setup_teardown(
	                a_notification_wakes_and_a_reconnect_counts_as_one, begin, end),
	        cmocka_unit_test_setup_teardown(
	                a_server_that_is_away_is_retry_and_bad_settings_are_fatal, begin, end),
	        cmocka_unit_test_setup_teardown(a_server_that_hangs_is_away, begin, end),
	        cmocka_unit_test_setup_teardown(
	                a_server_that_takes_nothing_is_away_though_the_statement_is_large, begin,
	                end),
	        cmocka_unit_test_setup_teardown(
	                a_statement_that_takes_too_long_is_ended_by_the_server, begin, end),
	        cmocka_unit_test_setup_teardown(
	                a_standby_is_asked_again_until_it_is_promoted, begin, end),
	        cmocka_unit_test_setup_teardown(a_server_that_never_greets_is_away, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
