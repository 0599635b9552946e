/* SPDX-License-Identifier: Apache-2.0
 * Lua scripts, sent by hash; whole again when Redis has lost them (SCRIPT FLUSH, restart). */
#ifndef COMMON_REDIS_SCRIPT_H
#define COMMON_REDIS_SCRIPT_H

#include "connection.h"

enum { SCRIPT_ARGS_MAX = 8 };

struct script {
	struct str text;
	char sha[41]; /* empty until Redis has told it */
};

struct script_call {
	size_t keys; /* how many of the words are keys; they come first */
	size_t count;
	struct str words[SCRIPT_ARGS_MAX];
};

/* The script's integer; false: absent, or refused. */
bool script_run(
        struct connection *c, struct script *s, const struct script_call *call, int64_t *out);

#endif
