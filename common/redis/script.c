/* SPDX-License-Identifier: Apache-2.0 */
#include "script.h"

#include <assert.h>
#include <stdio.h>

static bool learn_sha(struct connection *c, struct script *s)
{
	const struct str words[] = {STR("SCRIPT"), STR("LOAD"), s->text};
	redisReply *reply = connection_ask(c, words, 3);
	bool known = reply && reply->type == REDIS_REPLY_STRING &&
	             (size_t)reply->len == sizeof(s->sha) - 1;
	if (known)
		memcpy(s->sha, reply->str, sizeof(s->sha));
	freeReplyObject(reply);
	return known;
}

static redisReply *send_script(
        struct connection *c, struct str verb, struct str script, const struct script_call *call)
{
	char keys[8];
	int n = snprintf(keys, sizeof(keys), "%zu", call->keys);
	struct str words[3 + SCRIPT_ARGS_MAX] = {verb, script, {keys, (size_t)n}};
	assert(call->count <= SCRIPT_ARGS_MAX);
	for (size_t i = 0; i < call->count; i++)
		words[3 + i] = call->words[i];
	return connection_ask(c, words, 3 + call->count);
}

bool script_run(
        struct connection *c, struct script *s, const struct script_call *call, int64_t *out)
{
	if (s->sha[0] == '\0' && !learn_sha(c, s))
		return false;
	redisReply *reply = send_script(c, STR("EVALSHA"), str_c(s->sha), call);
	if (reply && reply->type == REDIS_REPLY_ERROR) { /* NOSCRIPT; EVAL loads it again */
		freeReplyObject(reply);
		reply = send_script(c, STR("EVAL"), s->text, call);
	}
	bool good = reply && reply->type == REDIS_REPLY_INTEGER;
	if (good)
		*out = reply->integer;
	freeReplyObject(reply);
	return good;
}
