/* SPDX-License-Identifier: Apache-2.0
 *
 * One connection to a Redis that can be absent: 100 ms to connect, 100 ms per answer, then treated
 * as absent for a second.
 */
#ifndef COMMON_REDIS_CONNECTION_H
#define COMMON_REDIS_CONNECTION_H

#include "address.h"

#include "longshore/err.h"
#include "longshore/str.h"

#include <hiredis/hiredis.h>

struct connection {
	struct address at;
	redisContext *redis;     /* NULL: not connected */
	int64_t absent_until_ms; /* monotonic */
	const char *problem;     /* why the last command failed, static; NULL: it worked */
	bool is_refused;         /* by a server that answers: a person must correct something */
};

int connection_init(
        struct connection *c, const char *address, const char *config, struct err *e) ERR_MUST_USE;
void connection_release(struct connection *c);

/* Free the reply with freeReplyObject. NULL: Redis is absent or refused the command. Errors that
 * begin with NOSCRIPT are returned. */
redisReply *connection_ask(struct connection *c, const struct str *words, size_t count);

#endif
