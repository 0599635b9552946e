/* SPDX-License-Identifier: Apache-2.0 */
#include "connection.h"

#include "longshore/clock.h"

#include <assert.h>
#include <errno.h>

enum { WAIT_MS = 100, ABSENT_MS = 1000, WORDS_MAX = 16 };

static int bad_address(const char *address, struct err *e)
{
	return err_set(e, ERR_FATAL, "bad_settings",
	        "LONGSHORE_REDIS: '%s' is not host:port; leave it empty to do without Redis",
	        address);
}

int connection_init(struct connection *c, const char *address, struct err *e)
{
	*c = (struct connection){0};
	struct str all = str_c(address);
	if (all.n == 0)
		return 0;
	size_t colon = all.n;
	while (colon > 0 && all.p[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return bad_address(address, e);
	struct str host = {all.p, colon - 1};
	struct str port = {all.p + colon, all.n - colon};
	int64_t number;
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = (struct str){host.p + 1, host.n - 2};
	if (host.n == 0 || host.n >= sizeof(c->host) || !str_to_i64(port, &number) || number < 1 ||
	        number > 65535)
		return bad_address(address, e);
	memcpy(c->host, host.p, host.n);
	c->host[host.n] = '\0';
	c->port = (int)number;
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
}

static bool connect_now(struct connection *c)
{
	const struct timeval wait = {.tv_usec = WAIT_MS * 1000};
	c->redis = redisConnectWithTimeout(c->host, c->port, wait);
	if (c->redis && !c->redis->err && redisSetTimeout(c->redis, wait) == REDIS_OK)
		return true;
	drop(c);
	return false;
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

/* The other side hung up: a restart, or an idle connection cut. Worth a second try; a time-out is
 * not. */
static bool hung_up(const struct connection *c)
{
	return c->redis->err == REDIS_ERR_EOF ||
	       (c->redis->err == REDIS_ERR_IO && (errno == EPIPE || errno == ECONNRESET));
}

static redisReply *answer_of(struct connection *c, const struct str *words, size_t count)
{
	bool was_open = c->redis != NULL;
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
	if (c->host[0] == '\0' || (!c->redis && clock_mono_ms() < c->absent_until_ms))
		return NULL;
	redisReply *reply = answer_of(c, words, count);
	if (!reply) {
		drop(c); /* a late answer must not be taken for that of the next command */
		c->absent_until_ms = clock_mono_ms() + ABSENT_MS;
		return NULL;
	}
	if (reply->type == REDIS_REPLY_ERROR &&
	        !str_has_prefix(str_bytes(reply->str, reply->len), STR("NOSCRIPT"))) {
		freeReplyObject(reply); /* loading, read-only, out of memory: as good as absent */
		return NULL;
	}
	return reply;
}
