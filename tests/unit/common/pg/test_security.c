/* SPDX-License-Identifier: Apache-2.0 */
#include "connection.h"

#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define AT "connection to server at \"db\" (10.0.0.1), port 5432 failed: "
#define OTHER "connection to server at \"db2\" (10.0.0.2), port 5432 failed: "

static void refused(const char *message, const char *wanted, const char *remedy)
{
	const char *code = NULL, *help = NULL;
	bool is_refused = security_refused(message, &code, &help);
	assert_int_equal(is_refused, wanted != NULL);
	if (!wanted)
		return;
	assert_string_equal(code, wanted);
	if (!strstr(help, remedy))
		fail_msg("%s: '%s' does not say '%s'", message, help, remedy);
}

static void what_does_not_mend_itself_is_told_with_a_remedy(void **state)
{
	(void)state;
	refused(AT "server does not support SSL, but SSL was required\n", "pg_insecure",
	        "ssl=on at the server");
	refused(AT "server certificate for \"a\" does not match host name \"db\"\n", "pg_insecure",
	        "from the server's certificate");
	refused(AT "SSL error: certificate verify failed\n", "pg_insecure", "sslrootcert");
	refused(AT "root certificate file \"/root.crt\" does not exist\nEither provide the file or "
	           "change sslmode to disable server certificate verification.\n",
	        "pg_insecure", "set sslrootcert");
	refused(AT "FATAL:  no pg_hba.conf entry for host \"::1\", user \"x\", database \"x\", no "
	           "encryption\n",
	        "pg_refused", "sslmode=verify-full");
	refused(AT "FATAL:  password authentication failed for user \"x\"\n", "pg_refused",
	        "PGPASSFILE");
}

static void a_server_that_may_be_back_is_waited_for(void **state)
{
	(void)state;
	refused("", NULL, NULL);
	refused(AT "Connection refused\n\tIs the server running on that host?\n", NULL, NULL);
	refused(AT "FATAL:  the database system is starting up\n", NULL, NULL);
	refused(AT "server does not support SSL, but SSL was required\n" OTHER
	           "Connection refused\n",
	        NULL, NULL);
	refused(OTHER "session is read-only\n" AT "SSL error: certificate verify failed\n", NULL,
	        NULL);
	refused(AT "SSL error: certificate verify failed\n" OTHER
	           "server does not support SSL, but SSL was required\n",
	        "pg_insecure", "sslrootcert");
}

static void weak(const char *conninfo, const char *wanted)
{
	const char *weakness = pg_conninfo_weakness(conninfo);
	if (!wanted)
		assert_null(weakness);
	else if (!weakness || !strstr(weakness, wanted))
		fail_msg("%s: '%s' is not '%s'", conninfo, weakness ? weakness : "", wanted);
}

static void a_weak_way_to_another_machine_is_told(void **state)
{
	(void)state;
	(void)unsetenv("PGHOST");
	(void)unsetenv("PGSSLMODE");
	weak("dbname=x", NULL);
	weak("host=/run/postgresql", NULL);
	weak("host=127.0.0.1 sslmode=disable", NULL);
	weak("host=db.example hostaddr=127.0.0.1", NULL);
	weak("host=localhost,::1", NULL);
	weak("host=localhost,db.example", "encryption is not required");
	weak("host=localhost hostaddr=10.0.0.1", "encryption is not required");
	weak("host=db.example", "encryption is not required");
	weak("postgresql://u@db.example/x?sslmode=prefer", "encryption is not required");
	weak("host=db.example sslmode=disable", "encryption is not required");
	weak("host=db.example sslmode=require", "is not always verified");
	weak("host=db.example sslmode=verify-ca", "name is not compared");
	weak("host=db.example sslmode=verify-full", NULL);
	weak("service=live", "encryption is not required");
	assert_int_equal(setenv("PGHOST", "db.example", 1), 0);
	weak("dbname=x", "encryption is not required");
	assert_int_equal(setenv("PGSSLMODE", "verify-full", 1), 0);
	weak("dbname=x", NULL);
	weak("dbname=x sslmode=require", "is not always verified");
	(void)unsetenv("PGHOST");
	(void)unsetenv("PGSSLMODE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_does_not_mend_itself_is_told_with_a_remedy),
	        cmocka_unit_test(a_server_that_may_be_back_is_waited_for),
	        cmocka_unit_test(a_weak_way_to_another_machine_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
