/* SPDX-License-Identifier: Apache-2.0
 * Writer schemas from a real table. */
#include "schema_source.h"

#include "database.h"

#include "longshore/clock.h"

#include <arpa/inet.h>
#include <sys/socket.h>

enum { PATIENCE_MS = 120000 };

static const char fingerprint[] = "\x01\x02\x03\x04\x05\x06\x07\x08";

static void schema_is_found_by_its_fingerprint(void **state)
{
	(void)state;
	struct database db;
	struct schema_table table;
	struct arena mem;
	struct err e;
	struct str json;
	database_make(&db, true);
	struct pg *pg = database_open(&db);
	arena_init(&mem, 1 << 20);
	schema_table_init(&table, db.conninfo, "test");
	struct schema_source source = schema_table_source(&table);
	struct str wanted = {fingerprint, 8};
	assert_int_equal(source.find(source.arg, wanted, &mem, &json, &e), ERR_REJECT);
	assert_string_equal(e.code, "unknown_schema");
	database_sql(pg, "INSERT INTO event.schema (fingerprint, name, schema) VALUES "
	                 "('\\x0102030405060708', 'X', '{}')");
	assert_int_equal(source.find(source.arg, wanted, &mem, &json, &e), 0);
	assert_true(str_eq(json, STR("{}")));
	/* a table that is not there is nobody's message's fault */
	database_sql(pg, "ALTER TABLE event.schema RENAME TO away");
	assert_int_equal(source.find(source.arg, wanted, &mem, &json, &e), ERR_RETRY);
	database_sql(pg, "ALTER TABLE event.away RENAME TO schema");
	int64_t until_ms = clock_mono_ms() + PATIENCE_MS;
	while (source.find(source.arg, wanted, &mem, &json, &e) == ERR_RETRY)
		assert_true(clock_mono_ms() < until_ms);
	assert_true(str_eq(json, STR("{}")));
	schema_table_release(&table);
	arena_release(&mem);
	pg_close(pg);
	database_drop(&db);
}

static void database_that_is_away_is_asked_again(void **state)
{
	(void)state;
	struct schema_table table;
	struct arena mem;
	struct err e;
	struct str json;
	arena_init(&mem, 1 << 20);
	schema_table_init(
	        &table, "host=127.0.0.1 port=1 connect_timeout=2 dbname=none user=none", "test");
	struct schema_source source = schema_table_source(&table);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		        source.find(source.arg, (struct str){fingerprint, 8}, &mem, &json, &e),
		        ERR_RETRY);
	schema_table_release(&table);
	schema_table_init(&table, "", "test");
	assert_null(schema_table_source(&table).find);
	arena_release(&mem);
}

/* A port that takes connections and never says a word. */
static int silent_port(char conninfo[128])
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	(void)snprintf(conninfo, 128, "host=127.0.0.1 port=%d connect_timeout=2 user=none",
	        ntohs(at.sin_port));
	return fd;
}

/* A thousand messages may wait for one schema: they must not wait for a time-out each. */
static void database_that_hangs_is_left_alone_for_a_moment(void **state)
{
	(void)state;
	enum { MESSAGES = 1000 };
	struct schema_table table;
	struct arena mem;
	struct err e;
	struct str json;
	char conninfo[128];
	int fd = silent_port(conninfo);
	arena_init(&mem, 1 << 20);
	schema_table_init(&table, conninfo, "test");
	struct schema_source source = schema_table_source(&table);
	for (int i = 0; i < MESSAGES; i++)
		assert_int_equal(
		        source.find(source.arg, (struct str){fingerprint, 8}, &mem, &json, &e),
		        ERR_RETRY);
	int connections = 0;
	for (int c; (c = accept(fd, NULL, NULL)) >= 0; connections++)
		(void)close(c);
	assert_in_range(connections, 1, 2);
	schema_table_release(&table);
	arena_release(&mem);
	(void)close(fd);
}

int main(void)
{
	if (!getenv("LONGSHORE_POSTGRES")) {
		fprintf(stderr, "LONGSHORE_POSTGRES is not set\n");
		return 1;
	}
	const struct CMUnitTest all[] = {
	        cmocka_unit_test(schema_is_found_by_its_fingerprint),
	        cmocka_unit_test(database_that_is_away_is_asked_again),
	        cmocka_unit_test(database_that_hangs_is_left_alone_for_a_moment),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}
