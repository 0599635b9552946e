/* SPDX-License-Identifier: Apache-2.0
 *
 * Redis' address and our credentials: from LONGSHORE_REDIS, and from the private file that
 * LONGSHORE_REDIS_CONFIG names.
 */
#ifndef COMMON_REDIS_ADDRESS_H
#define COMMON_REDIS_ADDRESS_H

#include "longshore/err.h"

#include <stdbool.h>

struct address {
	char host[256]; /* empty: Redis is not used */
	int port;
	bool has_password;
	char user[128]; /* empty: the default user */
	char password[512];
};

/* text: "host:port", "redis://[user[:password]@]host[:port][/0]", or empty. Errors do not repeat
 * it, because it may contain a password. */
int address_parse(struct address *out, const char *text, struct err *e) ERR_MUST_USE;
/* path: a file with lines user=... and password=... (longshore/private_file.h). Empty or NULL: no
 * file. */
int address_read(struct address *a, const char *path, struct err *e) ERR_MUST_USE;
void address_wipe(struct address *a);

#endif
