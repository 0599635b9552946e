/* SPDX-License-Identifier: Apache-2.0
 * What checks share, and the checks of settings and Redis. */
#include "doctor.h"

#include "longshore/lease.h"
#include "longshore/migrations.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { TEXT_MAX = 1000, REDIS_TRIES = 3, LEASE_MS = 1000 };

static void send_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);
		if (done <= 0)
			return; /* nobody listens any more */
		p += done;
		n -= (size_t)done;
	}
}

/* Includes the terminator. Text that is not plain is escaped when it is printed. */
static void add_part(char *out, size_t *n, size_t room, const char *text)
{
	size_t at = *n;
	for (; *text && at + 1 < *n + room; text++)
		out[at++] = *text;
	out[at++] = '\0';
	*n = at;
}

static void tell(struct doctor *d, enum doctor_level level, const char *subject, const char *remedy,
        const char *text)
{
	char out[1 + 3 * TEXT_MAX];
	size_t n = 1;
	out[0] = (char)('0' + (int)level);
	add_part(out, &n, TEXT_MAX, subject);
	add_part(out, &n, TEXT_MAX, text);
	add_part(out, &n, TEXT_MAX, remedy);
	send_all(d->fd, out, n);
}

void doctor_ok(struct doctor *d, const char *subject, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	tell(d, DOCTOR_OK, subject, "", text);
}

void doctor_line(struct doctor *d, enum doctor_level level, const char *subject, const char *remedy,
        const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	tell(d, level, subject, remedy, text);
}

bool doctor_has(const char *setting)
{
	return setting && setting[0];
}

bool doctor_is_migrated(struct doctor *d)
{
	struct err e;
	size_t pending = 0;
	return doctor_has(d->cli->conf.postgres) && cli_pg_bare(d->cli, &e) == 0 &&
	       pg_migrations_pending(d->cli->pg, migrations, migrations_count, &pending, &e) == 0 &&
	       pending == 0;
}

bool doctor_asks(struct doctor *d, const struct pg_statement *stmt, const struct pg_params *p,
        struct pg_rows **rows)
{
	struct err e;
	if (!doctor_is_migrated(d))
		return false;
	if (pg_run(d->cli->pg, stmt, p, rows, NULL, &e) == 0)
		return true;
	doctor_line(d, DOCTOR_PROBLEM, "database",
	        strcmp(e.code, "pg_refused") == 0
	                ? "use a role in LONGSHORE_POSTGRES that may read: longshore_operator"
	                : "",
	        "%s", e.text);
	return false;
}

void doctor_settings(struct doctor *d)
{
	const struct cli_conf *c = &d->cli->conf;
	const struct {
		const char *name, *value, *what;
		enum doctor_level level;
	} wanted[] = {
	        {"LONGSHORE_KAFKA", c->kafka, "brokers, topics and services were not checked",
	                DOCTOR_PROBLEM},
	        {"LONGSHORE_POSTGRES", c->postgres,
	                "tables, grants, drops and work were not checked", DOCTOR_PROBLEM},
	        {"LONGSHORE_STAGING", c->staging, "staging was not checked", DOCTOR_PROBLEM},
	        {"LONGSHORE_KEYS", c->keys, "key directories were not checked", DOCTOR_WARNING},
	};
	enum { WANTED = sizeof(wanted) / sizeof(wanted[0]) };
	int set = 0;
	for (size_t i = 0; i < WANTED; i++) {
		if (doctor_has(wanted[i].value))
			set++;
		else
			doctor_line(d, wanted[i].level, wanted[i].name,
			        "set it; see longshore help", "is not set: %s", wanted[i].what);
	}
	if (set == WANTED)
		doctor_ok(d, "settings", "all are set; topic names begin with %s", c->topic_prefix);
}

static void tell_redis(struct doctor *d, const struct memo *memo, bool is_there)
{
	char place[300];
	bool is_refused = false;
	const char *problem = memo_problem(memo, &is_refused);
	const char *weakness = memo_weakness(memo);
	(void)memo_place(memo, place, sizeof(place));
	if (is_there)
		doctor_ok(d, "redis", "%s answers", place);
	else
		doctor_line(d, is_refused ? DOCTOR_PROBLEM : DOCTOR_WARNING, "redis",
		        is_refused ? "correct LONGSHORE_REDIS_CONFIG or Redis' ACL"
		                   : "start Redis or correct LONGSHORE_REDIS",
		        "%s: %s: services run without Redis, and work may be done twice", place,
		        problem);
	if (weakness)
		doctor_line(d, DOCTOR_WARNING, "redis encryption",
		        "run a TLS tunnel such as stunnel on this machine, and use its address",
		        "%s", weakness);
}

/* Uses the commands that services use, because a user that may only ping is not enough. */
static bool takes_leases(struct memo *memo)
{
	const struct str task = STR("doctor"), token = STR("doctor");
	if (memo_lease_take(memo, task, token, LEASE_MS) == LEASE_ABSENT)
		return false;
	memo_lease_release(memo, task, token);
	return true;
}

void doctor_redis(struct doctor *d)
{
	const char *address = d->cli->conf.redis;
	struct memo *memo = NULL;
	struct err e;
	bool is_there = false;
	if (!doctor_has(address)) {
		doctor_line(d, DOCTOR_WARNING, "redis", "set LONGSHORE_REDIS",
		        "LONGSHORE_REDIS is not set: work may be done twice, and each process "
		        "limits rates on its own");
		return;
	}
	const struct memo_server server = {
	        address, d->cli->conf.redis_config, d->cli->conf.topic_prefix};
	for (int i = 0; i < REDIS_TRIES && !is_there; i++) { /* try it for 100 ms each time */
		memo_close(memo);
		if (memo_open(&server, &memo, &e) != 0) {
			doctor_line(d, DOCTOR_PROBLEM, "redis",
			        "correct LONGSHORE_REDIS and LONGSHORE_REDIS_CONFIG", "%s", e.text);
			return;
		}
		is_there = takes_leases(memo);
	}
	tell_redis(d, memo, is_there);
	memo_close(memo);
}
