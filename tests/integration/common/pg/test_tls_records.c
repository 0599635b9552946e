/* SPDX-License-Identifier: Apache-2.0
 * Answers that come in records of TLS larger than what libpq takes at a time. */
#include "longshore/pg.h"

#include "folder.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { ROWS_MAX = 120, ROW_BYTES = 700 };

static struct folder folder;
static pid_t front;
static int port;

static void start_front(const char *server_port)
{
	int ends[2];
	char text[16] = "";
	assert_int_equal(pipe(ends), 0);
	front = fork();
	if (front == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ends[1], 1);
		execlp("python3", "python3", LONGSHORE_TESTS "/harness/tls_front.py", server_port,
		        folder.path, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	close(ends[0]);
	assert_int_equal(sscanf(text, "%5d", &port), 1);
}

/* The last piece of an answer may lie inside OpenSSL, where no poll sees it. */
static void no_end_of_an_answer_is_waited_for(void **state)
{
	(void)state;
	struct err e;
	struct pg *pg;
	char conninfo[600];
	(void)snprintf(conninfo, sizeof(conninfo), "%s port=%d sslmode=require",
	        getenv("LONGSHORE_POSTGRES"), port);
	if (pg_open(conninfo, "test", &pg, &e))
		fail_msg("%s", e.text);
	for (int rows = 1; rows <= ROWS_MAX; rows++) {
		char sql[100];
		struct pg_rows *found = NULL;
		(void)snprintf(sql, sizeof(sql),
		        "SELECT repeat('x', %d) FROM generate_series(1, %d)", ROW_BYTES, rows);
		const struct pg_statement statement = {.name = "", .sql = sql};
		if (pg_run(pg, &statement, NULL, &found, NULL, &e))
			fail_msg("%d rows: %s", rows, e.text);
		assert_int_equal(pg_rows_count(found), rows);
		pg_rows_free(found);
	}
	struct pg_protection is;
	pg_protection(pg, &is);
	assert_true(is.is_encrypted && is.is_here && strncmp(is.tls, "TLSv1", 5) == 0);
	pg_close(pg);
}

static int set_up(void **state)
{
	(void)state;
	const char *server = getenv("LONGSHORE_POSTGRES");
	const char *at = server ? strstr(server, "port=") : NULL;
	char server_port[8] = "";
	assert_non_null(at);
	(void)sscanf(at, "port=%7[0-9]", server_port);
	folder_make(&folder);
	start_front(server_port);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	kill(front, SIGKILL);
	waitpid(front, NULL, 0);
	folder_drop(&folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(no_end_of_an_answer_is_waited_for),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
