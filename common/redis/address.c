/* SPDX-License-Identifier: Apache-2.0 */
#include "address.h"

#include "longshore/private_file.h"
#include "longshore/secret.h"
#include "longshore/str.h"

#include <stddef.h>

enum { REDIS_PORT = 6379 };

static int bad(struct err *e, const char *what)
{
	return err_set(e, ERR_FATAL, "bad_settings",
	        "LONGSHORE_REDIS: %s; set host:port or redis://host:port, or leave it empty to run "
	        "without Redis",
	        what);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes the %XX escapes of a URL part. Returns false if it does not fit or is malformed. */
static bool decode(struct str s, char *out, size_t room)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '%') {
			int high = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? hex_value(s.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			c = (char)(16 * high + low);
			i += 2;
		}
		if (c == '\0' || n + 1 >= room)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return true;
}

static int take_user(struct address *a, struct str info, struct err *e)
{
	ptrdiff_t colon = str_find(info, ':', 0);
	struct str user = {info.p, colon < 0 ? info.n : (size_t)colon};
	struct str password = {NULL, 0};
	if (colon >= 0)
		password = (struct str){info.p + colon + 1, info.n - (size_t)colon - 1};
	if (!decode(user, a->user, sizeof(a->user)) ||
	        (colon >= 0 && !decode(password, a->password, sizeof(a->password))))
		return bad(e, "user or password is too long or wrongly encoded");
	a->has_password = password.n > 0;
	return 0;
}

static int take_place(struct address *a, struct str place, bool needs_port, struct err *e)
{
	size_t colon = place.n; /* after the last ':' outside [] */
	while (colon > 0 && place.p[colon - 1] != ':' && place.p[colon - 1] != ']')
		colon--;
	bool has_port = colon > 0 && place.p[colon - 1] == ':';
	struct str host = {place.p, has_port ? colon - 1 : place.n};
	int64_t number = REDIS_PORT;
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = (struct str){host.p + 1, host.n - 2};
	if (!has_port && needs_port)
		return bad(e, "it has no port");
	if (has_port && !str_to_i64((struct str){place.p + colon, place.n - colon}, &number))
		return bad(e, "its port is not a number");
	if (host.n == 0 || host.n >= sizeof(a->host) || number < 1 || number > 65535)
		return bad(e, "host or port is invalid");
	memcpy(a->host, host.p, host.n);
	a->host[host.n] = '\0';
	a->port = (int)number;
	return 0;
}

static int take_url(struct address *a, struct str rest, struct err *e)
{
	size_t at = rest.n; /* after the last '@' */
	while (at > 0 && rest.p[at - 1] != '@')
		at--;
	if (at > 0 && take_user(a, (struct str){rest.p, at - 1}, e))
		return e->act;
	rest = (struct str){rest.p + at, rest.n - at};
	ptrdiff_t slash = str_find(rest, '/', 0);
	struct str path = {NULL, 0};
	if (slash >= 0) {
		path = (struct str){rest.p + slash, rest.n - (size_t)slash};
		rest.n = (size_t)slash;
	}
	if (path.n > 1 && !str_eq(path, STR("/0")))
		return bad(e, "it names a database other than 0");
	return take_place(a, rest, false, e);
}

int address_parse(struct address *out, const char *text, struct err *e)
{
	static const struct str plain = {"redis://", sizeof("redis://") - 1};
	struct str s = str_c(text);
	*out = (struct address){.port = 0};
	if (s.n == 0)
		return 0;
	if (str_has_prefix(s, STR("rediss://")))
		return err_set(e, ERR_FATAL, "bad_settings",
		        "LONGSHORE_REDIS: the Redis client of this release (hiredis 0.14) has no "
		        "TLS; "
		        "run a TLS tunnel such as stunnel on this machine, and give its address as "
		        "redis://");
	int act = str_has_prefix(s, plain)
	                  ? take_url(out, (struct str){s.p + plain.n, s.n - plain.n}, e)
	                  : take_place(out, s, true, e);
	if (act)
		address_wipe(out);
	return act;
}

static int keep(char *out, size_t room, const char *name, const char *value, struct err *e)
{
	size_t n = strlen(value);
	if (n >= room)
		return err_set(e, ERR_FATAL, "bad_settings", "%s is longer than %zu bytes", name,
		        room - 1);
	memcpy(out, value, n + 1);
	return 0;
}

static int take_line(void *arg, const char *name, const char *value, struct err *e)
{
	struct address *a = arg;
	if (strcmp(name, "user") == 0)
		return keep(a->user, sizeof(a->user), name, value, e);
	if (strcmp(name, "password") != 0)
		return err_set(e, ERR_FATAL, "bad_settings",
		        "unknown setting %s: use user and password", name);
	a->has_password = true;
	return keep(a->password, sizeof(a->password), name, value, e);
}

int address_read(struct address *a, const char *path, struct err *e)
{
	if (!path || !path[0])
		return 0;
	if (a->has_password || a->user[0])
		return err_set(e, ERR_FATAL, "bad_settings",
		        "LONGSHORE_REDIS and LONGSHORE_REDIS_CONFIG both give credentials: remove "
		        "user and password from LONGSHORE_REDIS");
	int act = private_file_read("LONGSHORE_REDIS_CONFIG", path, take_line, a, e);
	if (!act && !a->has_password)
		act = err_set(e, ERR_FATAL, "bad_settings",
		        "LONGSHORE_REDIS_CONFIG: %s has no password: add a line password=...",
		        path);
	return act;
}

void address_wipe(struct address *a)
{
	wipe(a, sizeof(*a));
}
