/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/remote_url.h"

#include <string.h>

enum { HOST_KEY_CHARS = 50 }; /* "SHA256:" and 43 characters */

static int bad(struct err *e, const char *why)
{
	return err_set(e, ERR_REJECT, "bad_url",
	        "%s; write sftp://user@host/absolute/path/, with :port where it is not 22", why);
}

static bool copy(char *to, size_t room, struct str text)
{
	if (text.n == 0 || text.n >= room)
		return false;
	memcpy(to, text.p, text.n);
	to[text.n] = '\0';
	return true;
}

static bool is_made_of(struct str text, const char *others)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!is_plain && (c == '\0' || !strchr(others, c)))
			return false;
	}
	return true;
}

static int take_user(struct str *rest, struct remote_url *out, struct err *e)
{
	ptrdiff_t at = str_find(*rest, '@', 0), slash = str_find(*rest, '/', 0);
	if (at < 0 || (slash >= 0 && slash < at))
		return 0;
	struct str user = str_bytes(rest->p, (size_t)at);
	if (str_find(user, ':', 0) >= 0)
		return bad(e, "the url holds a password, which belongs into a credential");
	if (!is_made_of(user, "ABCDEFGHIJKLMNOPQRSTUVWXYZ._-+") ||
	        !copy(out->user, sizeof out->user, user))
		return bad(e, "the user has 1 to 64 letters, digits, '.', '_', '-' and '+'");
	*rest = str_bytes(rest->p + at + 1, rest->n - (size_t)at - 1);
	return 0;
}

static int take_port(struct str text, struct remote_url *out, struct err *e)
{
	int64_t port = 0;
	out->port = SFTP_PORT;
	if (text.n == 0)
		return 0;
	text = str_bytes(text.p + 1, text.n - 1); /* skips the colon */
	if (text.n == 0 || text.p[0] == '0' || !str_to_i64(text, &port) || port < 1 || port > 65535)
		return bad(e, "the port is a number from 1 to 65535");
	if (port == SFTP_PORT)
		return bad(e, "leave the port 22 out, so that a place has one spelling");
	out->port = (int)port;
	return 0;
}

static int take_host(struct str *rest, struct remote_url *out, struct err *e)
{
	ptrdiff_t slash = str_find(*rest, '/', 0);
	struct str all = str_bytes(rest->p, slash < 0 ? rest->n : (size_t)slash), host = all;
	bool is_v6 = all.n > 0 && all.p[0] == '[';
	ptrdiff_t end = is_v6 ? str_find(all, ']', 0) : str_find(all, ':', 0);
	if (is_v6 && end > 0)
		host = str_bytes(all.p + 1, (size_t)end - 1);
	else if (end >= 0)
		host = str_bytes(all.p, (size_t)end);
	size_t used = is_v6 ? host.n + 2 : host.n;
	if (slash < 0 || (is_v6 && end < 0) || !is_made_of(host, is_v6 ? ":." : ".-") ||
	        !copy(out->host, sizeof out->host, host) || (used < all.n && all.p[used] != ':'))
		return bad(e, "the host is a name in small letters or an address");
	*rest = str_bytes(rest->p + slash, rest->n - (size_t)slash);
	return take_port(str_bytes(all.p + used, all.n - used), out, e);
}

static bool is_good_path(struct str path)
{
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] < ' ' || path.p[i] == 0x7f || path.p[i] == '%')
			return false;
	for (size_t at = 1; at < path.n;) {
		ptrdiff_t slash = str_find(path, '/', at);
		size_t end = slash < 0 ? path.n : (size_t)slash;
		struct str part = str_bytes(path.p + at, end - at);
		if (part.n == 0 || str_eq(part, STR(".")) || str_eq(part, STR("..")))
			return false;
		at = end + 1;
	}
	return true;
}

int remote_url_parse(struct str url, struct remote_url *out, struct err *e)
{
	struct remote_url u = {.port = SFTP_PORT};
	if (!str_has_prefix(url, STR("sftp://")))
		return bad(e, "this is no url of an SFTP server");
	struct str rest = str_bytes(url.p + 7, url.n - 7);
	if (take_user(&rest, &u, e) != 0 || take_host(&rest, &u, e) != 0)
		return e->act;
	u.ends_in_slash = rest.n > 0 && rest.p[rest.n - 1] == '/';
	if (!is_good_path(rest))
		return bad(e, "the path holds a '%', a control character, or an empty, \".\" or "
		              "\"..\" component");
	if (u.ends_in_slash && rest.n > 1)
		rest.n--;
	if (!copy(u.path, sizeof u.path, rest))
		return bad(e, "the path is empty or too long");
	*out = u;
	return 0;
}

bool remote_url_covers(const struct remote_url *root, const struct remote_url *place)
{
	size_t n = strcmp(root->path, "/") == 0 ? 0 : strlen(root->path);
	if (strcmp(root->host, place->host) != 0 || root->port != place->port)
		return false;
	if (root->user[0] != '\0' && strcmp(root->user, place->user) != 0)
		return false;
	return strncmp(root->path, place->path, n) == 0 &&
	       (place->path[n] == '/' || place->path[n] == '\0');
}

bool remote_host_key_is_good(struct str text)
{
	if (text.n != HOST_KEY_CHARS || !str_has_prefix(text, STR("SHA256:")))
		return false;
	for (size_t i = 7; i < text.n; i++) {
		char c = text.p[i];
		bool is_base64 = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		                 (c >= '0' && c <= '9') || c == '+' || c == '/';
		if (!is_base64)
			return false;
	}
	return true;
}

bool credential_is_name(struct str name)
{
	if (name.n == 0 || name.n > CREDENTIAL_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!is_plain && (i == 0 || (c != '.' && c != '_' && c != '-')))
			return false;
	}
	return true;
}
