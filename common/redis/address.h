/* SPDX-License-Identifier: Apache-2.0
 * Where Redis is and who we are there: from LONGSHORE_REDIS, and from the file of
 * LONGSHORE_REDIS_CONFIG, which nobody else can read. */
#ifndef COMMON_REDIS_ADDRESS_H
#define COMMON_REDIS_ADDRESS_H

#include "longshore/err.h"

#include <stdbool.h>

struct address {
	char host[256]; /* empty: no Redis is wanted */
	int port;
	bool has_password;
	char user[128]; /* empty: the default user */
	char password[512];
};

/* text: "host:port", "redis://[user[:password]@]host[:port][/0]", or empty. Errors do not repeat
 * it: a password may be in there. */
int address_parse(struct address *out, const char *text, struct err *e) ERR_MUST_USE;
/* path: lines user=... and password=... (longshore/private_file.h); empty or absent: none. */
int address_read(struct address *a, const char *path, struct err *e) ERR_MUST_USE;
void address_wipe(struct address *a);

#endif
