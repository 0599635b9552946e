/* SPDX-License-Identifier: Apache-2.0
 *
 * The URL of a place on a server: scheme://user@host:port/absolute/path. A place has exactly one
 * spelling, because file names are claimed under it: host name in lower case, no default port, no
 * "%", no empty, "." or ".." component. */
#ifndef LONGSHORE_REMOTE_URL_H
#define LONGSHORE_REMOTE_URL_H

#include "longshore/err.h"
#include "longshore/str.h"

#include <stdbool.h>

enum { REMOTE_USER_MAX = 64, REMOTE_HOST_MAX = 255, REMOTE_PATH_MAX = 1024, SFTP_PORT = 22 };

struct remote_url {
	char user[REMOTE_USER_MAX + 1]; /* empty: none (in a root: any) */
	char host[REMOTE_HOST_MAX + 1];
	int port;
	char path[REMOTE_PATH_MAX + 1]; /* absolute, without a slash at the end; the root is "/" */
	bool ends_in_slash;
};

/* url: sftp://... . ERR_REJECT ("bad_url") says what is wrong and never repeats a password. */
int remote_url_parse(struct str url, struct remote_url *out, struct err *e) ERR_MUST_USE;

/* True if the place is below the root, with the same host, port and, if the root names one,
 * user. */
bool remote_url_covers(const struct remote_url *root, const struct remote_url *place);

/* SHA256: and 43 characters of base64, as ssh-keygen -l prints it. */
bool remote_host_key_is_good(struct str text);

/* The name of a credential: 1 to 64 lower-case letters, digits, '.', '_' and '-', and the first is
 * a letter or digit. */
enum { CREDENTIAL_NAME_MAX = 64 };
bool credential_is_name(struct str name);

#endif
