/* SPDX-License-Identifier: Apache-2.0
 *
 * How well the connection to the server is protected: as configured, and in fact.
 */
#include "connection.h"

#include "longshore/host.h"

static const char *option(PQconninfoOption *list, const char *name)
{
	for (; list && list->keyword; list++) {
		if (strcmp(list->keyword, name) == 0 && list->val && list->val[0])
			return list->val;
	}
	return NULL;
}

/* host and hostaddr are comma-separated lists; hostaddr wins if both are given. */
static bool all_are_here(const char *hosts)
{
	struct str rest = str_c(hosts);
	for (;;) {
		ptrdiff_t comma = str_find(rest, ',', 0);
		struct str one = {rest.p, comma < 0 ? rest.n : (size_t)comma};
		if (one.n > 0 && !host_is_here(str_trim(one)))
			return false;
		if (comma < 0)
			return true;
		rest = (struct str){rest.p + comma + 1, rest.n - (size_t)comma - 1};
	}
}

static const char *weakness_of(const char *mode)
{
	if (strcmp(mode, "verify-full") == 0)
		return NULL;
	if (strcmp(mode, "verify-ca") == 0)
		return "the server's name is not compared with its certificate "
		       "(sslmode=verify-ca): anyone with a certificate of the same CA can "
		       "impersonate the server";
	if (strcmp(mode, "require") == 0)
		return "the server's certificate is not always verified (sslmode=require): anybody "
		       "can impersonate the server";
	return "encryption is not required (sslmode is weaker than require): anyone on the network "
	       "path can read and change the data";
}

const char *pg_conninfo_weakness(const char *conninfo)
{
	PQconninfoOption *given = PQconninfoParse(conninfo, NULL);
	PQconninfoOption *presets = PQconndefaults(); /* PGHOST, PGSSLMODE, ... */
	const char *hosts = option(given, "hostaddr");
	const char *mode = option(given, "sslmode");
	if (!hosts)
		hosts = option(given, "host");
	if (!hosts)
		hosts = option(presets, "hostaddr");
	if (!hosts)
		hosts = option(presets, "host");
	if (!mode)
		mode = option(presets, "sslmode");
	bool is_unknown = option(given, "service") || option(presets, "service");
	bool is_here = hosts ? all_are_here(hosts) : !is_unknown; /* no host: a Unix socket */
	const char *weakness = is_here || !given ? NULL : weakness_of(mode ? mode : "prefer");
	PQconninfoFree(given);
	PQconninfoFree(presets);
	return weakness;
}

void pg_protection(const struct pg *pg, struct pg_protection *out)
{
	*out = (struct pg_protection){.tls = ""};
	if (!pg->conn)
		return;
	const char *host = PQhost(pg->conn);
	const char *address = PQhostaddr(pg->conn);
	const char *tls = PQsslAttribute(pg->conn, "protocol");
	out->is_here = host_is_here(str_c(address && address[0] ? address : host));
	out->is_encrypted = PQsslInUse(pg->conn) != 0 || PQgssEncInUse(pg->conn) != 0;
	out->tls = tls ? tls : "";
}

/* --- why the connection failed --- */

struct reason {
	const char *words; /* from libpq 15, or from a server with English messages */
	const char *code, *remedy;
};

/* Permanent reasons. libpq 15 gives no SQLSTATE for a failed connection. */
static const struct reason reasons[] = {
        {"server does not support SSL", "pg_insecure",
                "set ssl=on at the server, with a certificate; nothing was sent unencrypted"},
        {"does not match host name", "pg_insecure",
                "use the name from the server's certificate in LONGSHORE_POSTGRES, or give the "
                "server a certificate for this name"},
        {"root certificate file", "pg_insecure",
                "set sslrootcert in LONGSHORE_POSTGRES: the file with the certificate of the "
                "server's CA"},
        {"certificate verify failed", "pg_insecure",
                "set sslrootcert in LONGSHORE_POSTGRES to the CA that signed the server's "
                "certificate"},
        {"private key file", "pg_insecure", "correct sslkey in LONGSHORE_POSTGRES"},
        {"certificate", "pg_insecure", "correct sslcert and sslrootcert in LONGSHORE_POSTGRES"},
        {"SSL error", "pg_insecure",
                "compare the TLS settings of the server and of LONGSHORE_POSTGRES"},
        {"no encryption", "pg_refused",
                "set sslmode=verify-full in LONGSHORE_POSTGRES, or allow this connection in "
                "pg_hba.conf"},
        {"no pg_hba.conf entry", "pg_refused", "allow this connection in pg_hba.conf"},
        {"password authentication failed", "pg_refused",
                "correct the password in the password file (PGPASSFILE) or in LONGSHORE_POSTGRES"},
        {NULL, NULL, NULL},
};

static const struct reason *reason_of(struct str line)
{
	for (const struct reason *r = reasons; r->words; r++) {
		if (memmem(line.p, line.n, r->words, strlen(r->words)))
			return r;
	}
	return NULL;
}

bool security_refused(const char *message, const char **out_code, const char **out_remedy)
{
	static const struct str server = {
	        "connection to server", sizeof("connection to server") - 1};
	const struct reason *first = NULL;
	struct str rest = str_c(message);
	while (rest.n > 0) {
		ptrdiff_t end = str_find(rest, '\n', 0);
		struct str line = {rest.p, end < 0 ? rest.n : (size_t)end};
		const struct reason *r = reason_of(line);
		if (!r && str_has_prefix(line, server))
			return false; /* another host may be back later */
		if (!first)
			first = r;
		rest = end < 0 ? (struct str){"", 0}
		               : (struct str){rest.p + end + 1, rest.n - (size_t)end - 1};
	}
	if (first) {
		*out_code = first->code;
		*out_remedy = first->remedy;
	}
	return first;
}
