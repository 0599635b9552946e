/* SPDX-License-Identifier: Apache-2.0
 *
 * Lua scripts, sent by hash, or in full if Redis has lost them (SCRIPT FLUSH, restart).
 */
#ifndef COMMON_REDIS_SCRIPT_H
#define COMMON_REDIS_SCRIPT_H

#include "connection.h"

enum { SCRIPT_ARGS_MAX = 8 };

struct script {
	struct str text;
	char sha[41]; /* empty until Redis has returned it */
};

struct script_call {
	size_t keys; /* number of keys among the words; keys come first */
	size_t count;
	struct str words[SCRIPT_ARGS_MAX];
};

/* Runs the script and returns its integer in *out. False: Redis is absent or refused it. */
bool script_run(
        struct connection *c, struct script *s, const struct script_call *call, int64_t *out);

#endif
