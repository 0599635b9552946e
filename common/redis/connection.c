/* SPDX-License-Identifier: Apache-2.0 */
#include "connection.h"

#include "longshore/clock.h"

#include <assert.h>
#include <errno.h>

enum { WAIT_MS = 100, ABSENT_MS = 1000, WORDS_MAX = 16 };

/* What an error of Redis starts with, and what it means for us. Redis' own text is not repeated. */
static const struct {
	const char *word, *problem;
	bool is_refusal;
} meanings[] = {
        {"WRONGPASS", "it rejects our user and password: correct them", true},
        {"NOAUTH", "it requires a password: set it in the file named by LONGSHORE_REDIS_CONFIG",
                true},
        {"NOPERM", "its ACL does not give our user the required rights: see docs/OPERATING.md",
                true},
        {"READONLY", "it is a replica: name the primary", true},
        {"LOADING", "it is loading its data", false},
        {"OOM", "it is out of memory", false},
        {"MISCONF", "it cannot save its data, and rejects writes", false},
};

static void note_refusal(struct connection *c, const redisReply *reply, const char *otherwise)
{
	struct str text = str_bytes(reply->str, reply->len);
	c->problem = otherwise;
	c->is_refused = true;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (str_has_prefix(text, str_c(meanings[i].word))) {
			c->problem = meanings[i].problem;
			c->is_refused = meanings[i].is_refusal;
		}
	}
}

int connection_init(struct connection *c, const char *address, const char *config, struct err *e)
{
	*c = (struct connection){.problem = NULL};
	if (address_parse(&c->at, address, e) || address_read(&c->at, config, e)) {
		address_wipe(&c->at);
		return e->act;
	}
	return 0;
}

static void drop(struct connection *c)
{
	if (c->redis)
		redisFree(c->redis);
	c->redis = NULL;
}

void connection_release(struct connection *c)
{
	drop(c);
	address_wipe(&c->at);
}

static redisReply *ask_once(struct connection *c, const struct str *words, size_t count)
{
	const char *argv[WORDS_MAX];
	size_t lengths[WORDS_MAX];
	assert(count <= WORDS_MAX);
	for (size_t i = 0; i < count; i++) {
		argv[i] = words[i].p;
		lengths[i] = words[i].n;
	}
	errno = 0;
	return redisCommandArgv(c->redis, (int)count, argv, lengths);
}

/* Returns false if Redis does not accept us; c->problem has the reason. */
static bool introduce(struct connection *c)
{
	struct str words[3] = {STR("AUTH")};
	size_t count = 1;
	if (!c->at.has_password)
		return true;
	if (c->at.user[0])
		words[count++] = str_c(c->at.user);
	words[count++] = str_c(c->at.password);
	redisReply *reply = ask_once(c, words, count);
	bool is_taken = reply && reply->type == REDIS_REPLY_STATUS;
	if (reply && !is_taken)
		note_refusal(c, reply,
		        "it has no password or no users configured: correct our settings or its "
		        "ACL");
	freeReplyObject(reply);
	return is_taken;
}

static bool connect_now(struct connection *c)
{
	const struct timeval wait = {.tv_usec = WAIT_MS * 1000};
	c->problem = "it does not answer within 100 ms";
	c->is_refused = false;
	c->redis = redisConnectWithTimeout(c->at.host, c->at.port, wait);
	if (c->redis && !c->redis->err && redisSetTimeout(c->redis, wait) == REDIS_OK &&
	        introduce(c))
		return true;
	drop(c);
	return false;
}

/* The server closed the connection: a restart, or an idle connection that was cut. That is worth a
 * second try; a time-out is not. */
static bool hung_up(const struct connection *c)
{
	return c->redis->err == REDIS_ERR_EOF ||
	       (c->redis->err == REDIS_ERR_IO && (errno == EPIPE || errno == ECONNRESET));
}

static redisReply *answer_of(struct connection *c, const struct str *words, size_t count)
{
	bool was_open = c->redis;
	if (!was_open && !connect_now(c))
		return NULL;
	redisReply *reply = ask_once(c, words, count);
	if (reply || !was_open || !hung_up(c))
		return reply;
	drop(c);
	return connect_now(c) ? ask_once(c, words, count) : NULL;
}

redisReply *connection_ask(struct connection *c, const struct str *words, size_t count)
{
	if (c->at.host[0] == '\0' || (!c->redis && clock_mono_ms() < c->absent_until_ms))
		return NULL;
	redisReply *reply = answer_of(c, words, count);
	if (!reply) {
		if (c->redis) { /* otherwise connect_now has set it */
			c->problem = "it does not answer within 100 ms";
			c->is_refused = false;
		}
		drop(c); /* a late answer must not be taken for the next command's */
		c->absent_until_ms = clock_mono_ms() + ABSENT_MS;
		return NULL;
	}
	if (reply->type == REDIS_REPLY_ERROR &&
	        !str_has_prefix(str_bytes(reply->str, reply->len), STR("NOSCRIPT"))) {
		note_refusal(c, reply, "it refuses our command");
		freeReplyObject(reply); /* the same as absent */
		return NULL;
	}
	c->problem = NULL;
	c->is_refused = false;
	return reply;
}
