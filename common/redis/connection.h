/* SPDX-License-Identifier: Apache-2.0
 * One connection that may be absent: 100 ms to connect, 100 ms an answer, then absent for a second.
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
	const char *problem;     /* why the last command was not done, static; NULL: it was */
	bool is_refused;         /* by a server that answers: a person has to correct something */
};

int connection_init(
        struct connection *c, const char *address, const char *config, struct err *e) ERR_MUST_USE;
void connection_release(struct connection *c);

/* Free with freeReplyObject. NULL: absent, or Redis refused the command. An error beginning with
 * NOSCRIPT is returned. */
redisReply *connection_ask(struct connection *c, const struct str *words, size_t count);

#endif
