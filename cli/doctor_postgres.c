/* SPDX-License-Identifier: Apache-2.0
 * The database server, its clock, and whether it is migrated. */
#include "doctor.h"

#include "longshore/clock.h"
#include "longshore/migrations.h"
#include "sql/cli.h"

enum { CLOCK_WARNING_MS = 1000, CLOCK_PROBLEM_MS = 60000 };

/* Deadlines of tasks come from the database's clock, but workers compare them with their own. */
static void check_clock(struct doctor *d, int64_t server_ms, int64_t before_ms, int64_t after_ms)
{
	int64_t trip_ms = after_ms - before_ms;
	int64_t ahead_ms = server_ms - (before_ms + trip_ms / 2);
	int64_t apart_ms = ahead_ms < 0 ? -ahead_ms : ahead_ms;
	int64_t most_ms = apart_ms + trip_ms / 2;
	if (apart_ms <= CLOCK_WARNING_MS + trip_ms / 2)
		doctor_ok(d, "clock",
		        "the clocks of this machine and of PostgreSQL agree within %lld ms",
		        (long long)most_ms);
	else
		doctor_line(d, apart_ms > CLOCK_PROBLEM_MS ? DOCTOR_PROBLEM : DOCTOR_WARNING,
		        "clock", "synchronise both with NTP",
		        "the clocks of this machine and of PostgreSQL differ by %lld ms, and so do "
		        "the deadlines of tasks",
		        (long long)apart_ms);
}

static void check_durability(struct doctor *d, const struct pg_rows *rows)
{
	struct arena *mem = &d->cli->mem;
	struct str names = pg_text(rows, 0, COL_SELECT_SERVER_STANDBY_NAMES, mem);
	struct str commit = pg_text(rows, 0, COL_SELECT_SERVER_COMMIT, mem);
	bool has_names = str_trim(names).n > 0;
	if (!pg_bool(rows, 0, COL_SELECT_SERVER_IS_DURABLE))
		doctor_line(d, DOCTOR_WARNING, "postgres durability",
		        "set fsync and full_page_writes to on",
		        "fsync or full_page_writes is off: a power cut can lose or corrupt "
		        "committed data");
	if (str_eq(commit, STR("off")) || str_eq(commit, STR("local")))
		doctor_line(d, DOCTOR_WARNING, "postgres durability",
		        "set synchronous_commit to on",
		        "synchronous_commit is " STR_FMT
		        ": the last commits are lost if the server fails",
		        STR_ARG(commit));
	if (!has_names)
		doctor_line(d, DOCTOR_WARNING, "standby",
		        "set up a standby and set synchronous_standby_names",
		        "there is no synchronous standby: if the server fails, its last decisions "
		        "are lost and made again");
	else if (pg_is_null(rows, 0, COL_SELECT_SERVER_STANDBYS))
		doctor_ok(d, "standby",
		        "synchronous_standby_names is set; this role may not see whether a standby "
		        "is connected");
	else if (pg_num(rows, 0, COL_SELECT_SERVER_STANDBYS) == 0)
		doctor_line(d, DOCTOR_PROBLEM, "standby", "start the standby",
		        "no synchronous standby is connected: commits wait for one");
	else
		doctor_ok(d, "standby", "synchronous standbys connected: %lld",
		        (long long)pg_num(rows, 0, COL_SELECT_SERVER_STANDBYS));
}

static void check_protection(struct doctor *d)
{
	static const char remedy[] =
	        "set sslmode=verify-full and sslrootcert in every service's LONGSHORE_POSTGRES";
	struct pg_protection is;
	const char *weakness = pg_conninfo_weakness(d->cli->conf.postgres);
	pg_protection(d->cli->pg, &is);
	if (!is.is_encrypted && !is.is_here)
		doctor_line(d, DOCTOR_WARNING, "postgres encryption", remedy,
		        "the connection is not encrypted: anyone on the network path can read and "
		        "change the data");
	else if (weakness)
		doctor_line(d, DOCTOR_WARNING, "postgres encryption", remedy, "%s%s%s",
		        is.tls[0] ? is.tls : "encrypted", ", but ", weakness);
	else if (is.is_encrypted)
		doctor_ok(d, "postgres encryption", "%s; the server is verified", is.tls);
}

/* For a server that could not be reached. */
static const char *connect_remedy(const struct err *e)
{
	if (strcmp(e->code, "pg_insecure") == 0 || strcmp(e->code, "pg_refused") == 0)
		return ""; /* it is in the text */
	return "start PostgreSQL or correct LONGSHORE_POSTGRES";
}

void doctor_postgres(struct doctor *d)
{
	struct err e;
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	if (!doctor_has(d->cli->conf.postgres))
		return;
	pg_params_init(&p, &d->cli->mem);
	int act = cli_pg_bare(d->cli, &e);
	int64_t before_ms = clock_unix_ms();
	if (act == 0)
		act = pg_run(d->cli->pg, &sql_select_server, &p, &rows, NULL, &e);
	int64_t after_ms = clock_unix_ms();
	if (act != 0) {
		doctor_line(d, DOCTOR_PROBLEM, "postgres", connect_remedy(&e), "%s", e.text);
		return;
	}
	if (pg_bool(rows, 0, COL_SELECT_SERVER_IS_STANDBY)) {
		doctor_line(d, DOCTOR_PROBLEM, "postgres",
		        "name the primary in LONGSHORE_POSTGRES: target_session_attrs=read-write",
		        "this is a standby: it accepts no writes");
		return;
	}
	doctor_ok(d, "postgres", "version " STR_FMT,
	        STR_ARG(pg_text(rows, 0, COL_SELECT_SERVER_VERSION, &d->cli->mem)));
	check_protection(d);
	check_durability(d, rows);
	check_clock(d, pg_num(rows, 0, COL_SELECT_SERVER_NOW_MS), before_ms, after_ms);
}

void doctor_migrations(struct doctor *d)
{
	struct err e;
	size_t pending = 0;
	if (!doctor_has(d->cli->conf.postgres) || cli_pg_bare(d->cli, &e) != 0)
		return;
	if (pg_migrations_pending(d->cli->pg, migrations, migrations_count, &pending, &e) != 0)
		doctor_line(d, DOCTOR_PROBLEM, "migrations", "", "%s", e.text);
	else if (pending > 0)
		doctor_line(d, DOCTOR_PROBLEM, "migrations", "longshore migrate",
		        "%zu of %zu migrations are not applied", pending, migrations_count);
	else
		doctor_ok(d, "migrations", "all %zu migrations are applied", migrations_count);
}
