/* SPDX-License-Identifier: Apache-2.0
 *
 * Opens, checks and reopens the connection. Error texts name the statement, the server's message
 * and the SQLSTATE, but never DETAIL, which quotes rows.
 */
#include "connection.h"

#include "sqlstate.h"

#include <stdlib.h>

/* A known session state, whatever defaults the role or the database has. */
static const char session_settings[] =
        "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET bytea_output = 'hex';"
        " SET search_path = ''; SET standard_conforming_strings = on;"
        /* A process that is stopped inside a transaction must not lock rows indefinitely. Waiters
         * wait slightly longer than that. The server reports a slow statement itself before our
         * patience ends. */
        " SET idle_in_transaction_session_timeout = '10s'; SET lock_timeout = '11s';"
        " SET statement_timeout = '12s'";

static const char patient_settings[] = "SET lock_timeout = 0; SET statement_timeout = 0";

enum { PATIENCE_MS = 15000 };

static void be_silent(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

/* Copies the first line of a message. */
static void first_line(const char *message, char *out, size_t out_bytes)
{
	size_t n = strcspn(message, "\n");
	if (n >= out_bytes) {
		n = out_bytes - 1;
	}
	memcpy(out, message, n);
	out[n] = '\0';
}

static void forget(struct pg *pg)
{
	PQfinish(pg->conn);
	pg->conn = NULL;
	pg->prepared_count = 0;
}

int pg_check(struct pg *pg, const PGresult *result, const char *step, struct err *e)
{
	ExecStatusType status = PQresultStatus(result);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
		return 0;
	}
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	char words[256];
	if (!state) { /* no answer from a server: the message is libpq's */
		if (pg->is_late)
			(void)snprintf(words, sizeof(words),
			        "it hangs or is overloaded: no answer within %lld ms",
			        (long long)pg->patience_ms);
		else
			first_line(PQerrorMessage(pg->conn), words, sizeof(words));
		forget(pg);
		return err_set_native(e, ERR_RETRY, "pg_unavailable", "libpq", 0,
		        "%s: PostgreSQL did not answer: %s", step, words);
	}
	const struct pg_verdict *verdict = pg_verdict(state);
	first_line(primary ? primary : "", words, sizeof(words));
	(void)err_set_native(
	        e, verdict->act, verdict->code, "libpq", 0, "%s: %s [%s]", step, words, state);
	if (verdict->drops_connection || PQstatus(pg->conn) != CONNECTION_OK) {
		forget(pg);
	}
	return (int)verdict->act;
}

int pg_command(struct pg *pg, const char *sql, const char *step, struct err *e)
{
	AUTO_PGRESULT result = pg_answer(pg, PQsendQuery(pg->conn, sql));
	return pg_check(pg, result, step, e);
}

static int listen_on(struct pg *pg, const char *channel, struct err *e)
{
	char *name = PQescapeIdentifier(pg->conn, channel, strlen(channel));
	if (!name) {
		return err_set(e, ERR_FATAL, "out_of_memory", "listen: out of memory");
	}
	size_t bytes = strlen(name) + sizeof("LISTEN ");
	char *sql = calloc(1, bytes);
	if (!sql) {
		PQfreemem(name);
		return err_set(e, ERR_FATAL, "out_of_memory", "listen: out of memory");
	}
	(void)snprintf(sql, bytes, "LISTEN %s", name);
	int act = pg_command(pg, sql, "listen", e);
	free(sql);
	PQfreemem(name);
	return act;
}

/* Why the connection failed. A wrong password or certificate is permanent; a server that is down is
 * not. */
static int connect_failed(struct pg *pg, struct err *e)
{
	char words[256];
	const char *code, *remedy;
	first_line(PQerrorMessage(pg->conn), words, sizeof(words));
	bool needs_password = PQconnectionNeedsPassword(pg->conn) != 0;
	bool is_refused = security_refused(PQerrorMessage(pg->conn), &code, &remedy);
	forget(pg);
	if (is_refused)
		return err_set_native(
		        e, ERR_FATAL, code, "libpq", 0, "connect: %s; %s", words, remedy);
	if (needs_password) {
		return err_set_native(e, ERR_FATAL, "pg_refused", "libpq", 0,
		        "connect: %s; set LONGSHORE_POSTGRES or a password file", words);
	}
	return err_set_native(e, ERR_RETRY, "pg_unavailable", "libpq", 0, "connect: %s", words);
}

static int connect_now(struct pg *pg, struct err *e)
{
	/* Entries before dbname are defaults that the conninfo can override. Entries after it are
	 * fixed. */
	const char *const names[] = {"connect_timeout", "keepalives_idle", "keepalives_interval",
	        "keepalives_count", "tcp_user_timeout", "target_session_attrs", "dbname",
	        "application_name", "client_encoding", NULL};
	/* read-write: a standby is skipped. Each new connection tries it again, as it may have been
	 * promoted. */
	const char *const values[] = {"5", "10", "5", "3", "15000", "read-write", pg->conninfo,
	        pg->application, "UTF8", NULL};
	pg->conn = PQconnectdbParams(names, values, 1);
	if (!pg->conn) {
		return err_set(e, ERR_FATAL, "out_of_memory", "connect: out of memory");
	}
	if (PQstatus(pg->conn) != CONNECTION_OK) {
		return connect_failed(pg, e);
	}
	(void)PQsetNoticeProcessor(pg->conn, be_silent, NULL);
	(void)PQsetnonblocking(pg->conn, 1); /* so that sending a statement can time out too */
	int act = pg_command(pg, session_settings, "connect", e);
	if (act == 0 && pg->patience_ms == 0)
		act = pg_command(pg, patient_settings, "connect", e);
	for (size_t i = 0; act == 0 && i < pg->channels_count; i++) {
		act = listen_on(pg, pg->channels[i], e);
		pg->has_missed = true;
	}
	if (act != 0) {
		forget(pg);
	}
	return act;
}

int pg_ready(struct pg *pg, struct err *e)
{
	if (pg->conn && PQstatus(pg->conn) == CONNECTION_OK) {
		return 0;
	}
	forget(pg);
	if (pg->in_tx) {
		return err_set_native(e, ERR_RETRY, "pg_unavailable", "libpq", 0,
		        "the connection was lost during a transaction: roll back and start again");
	}
	return connect_now(pg, e);
}

static int make(const char *conninfo, const char *application, struct pg **out, struct err *e)
{
	struct pg *pg = calloc(1, sizeof(*pg));
	if (!pg) {
		return err_set(e, ERR_FATAL, "out_of_memory", "connect: out of memory");
	}
	char *problem = NULL;
	PQconninfoOption *parsed = PQconninfoParse(conninfo, &problem);
	if (!parsed) {
		/* libpq's message would quote the conninfo, which may hold a password. */
		PQfreemem(problem);
		free(pg);
		return err_set(e, ERR_FATAL, "bad_settings",
		        "LONGSHORE_POSTGRES is not a libpq connection string; write it like"
		        " \"host=... port=... dbname=... user=...\" or as a postgresql:// URL");
	}
	PQconninfoFree(parsed);
	pg->patience_ms = PATIENCE_MS;
	pg->conninfo = strdup(conninfo);
	pg->application = strdup(application);
	if (!pg->conninfo || !pg->application) {
		pg_close(pg);
		return err_set(e, ERR_FATAL, "out_of_memory", "connect: out of memory");
	}
	*out = pg;
	return 0;
}

int pg_open(const char *conninfo, const char *application, struct pg **out, struct err *e)
{
	struct pg *pg = NULL;
	int act = make(conninfo, application, &pg, e);
	if (act != 0) {
		return act;
	}
	act = connect_now(pg, e);
	if (act != 0) {
		pg_close(pg);
		return act;
	}
	*out = pg;
	return 0;
}

int pg_open_away(const char *conninfo, const char *application, struct pg **out, struct err *e)
{
	struct pg *pg = NULL;
	int act = make(conninfo, application, &pg, e);
	if (act != 0) {
		return act;
	}
	act = connect_now(pg, e);
	if (act != 0 && act != ERR_RETRY) {
		pg_close(pg);
		return act;
	}
	*out = pg;
	return 0;
}

int pg_be_patient(struct pg *pg, int64_t patience_ms, struct err *e)
{
	pg->patience_ms = patience_ms;
	int act = pg_ready(pg, e);
	if (act == 0 && patience_ms == 0)
		act = pg_command(pg, patient_settings, "connect", e);
	return act;
}

void pg_close(struct pg *pg)
{
	if (!pg) {
		return;
	}
	PQfinish(pg->conn);
	for (size_t i = 0; i < pg->channels_count; i++) {
		free(pg->channels[i]);
	}
	free(pg->channels);
	free(pg->prepared);
	free(pg->application);
	free(pg->conninfo);
	free(pg);
}

int pg_listen(struct pg *pg, const char *channel, struct err *e)
{
	int act = pg_ready(pg, e);
	if (act == 0) {
		act = listen_on(pg, channel, e);
	}
	if (act != 0) {
		return act;
	}
	char **channels = realloc(pg->channels, (pg->channels_count + 1) * sizeof(*channels));
	char *copy = strdup(channel);
	if (channels) {
		pg->channels = channels;
	}
	if (!channels || !copy) {
		free(copy);
		return err_set(e, ERR_FATAL, "out_of_memory", "listen: out of memory");
	}
	pg->channels[pg->channels_count++] = copy;
	return 0;
}
