/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/lease.h"

#include "bucket.h"
#include "connection.h"
#include "script.h"

#include "longshore/host.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEY_BYTES = 512, PREFIX_BYTES = 128, LEASE_MAX_MS = 3600 * 1000 };

struct memo {
	struct connection connection;
	struct buckets local;
	char prefix[PREFIX_BYTES];
	struct script take;
	struct script release;
	struct script rate;
};

/* KEYS lease; ARGV token, ms, max ms. Returns 1 if taken, 0 if another token holds it. A lease with
 * no expiry, or one later than the maximum, is not ours and is overwritten. */
#define TAKE \
	"local holder = redis.call('GET', KEYS[1])\n" \
	"local left = redis.call('PTTL', KEYS[1])\n" \
	"local is_ours = left >= 0 and left <= tonumber(ARGV[3])\n" \
	"if holder and is_ours and holder ~= ARGV[1] then return 0 end\n" \
	"redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])\n" \
	"return 1\n"

/* KEYS lease; ARGV token. Returns 1 if released. */
#define RELEASE \
	"if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end\n" \
	"return redis.call('DEL', KEYS[1])\n"

/* KEYS bucket[, claim]; ARGV interval (us per unit), burst, cost, ahead (us). Returns the wait in
 * ms; 0 = go. No reservation is further ahead than `ahead`: a caller that would have to wait longer
 * comes back after that time and asks again. So a stored time that is further ahead is not ours,
 * and the bucket counts as empty of tokens. (Comparisons with NaN are false.) */
#define RATE \
	"local t = redis.call('TIME')\n" \
	"local now = tonumber(t[1]) * 1000000 + tonumber(t[2])\n" \
	"local interval, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])\n" \
	"local ahead = tonumber(ARGV[4])\n" \
	"if KEYS[2] then\n" \
	"  local at = tonumber(redis.call('GET', KEYS[2]))\n" \
	"  if at and at > now and at <= now + ahead then\n" \
	"    return math.ceil((at - now) / 1000)\n" \
	"  end\n" \
	"  if at then redis.call('DEL', KEYS[2]) end\n" \
	"  if at and at <= now then return 0 end\n" \
	"end\n" \
	"local tat = tonumber(redis.call('GET', KEYS[1])) or now\n" \
	"if not (tat <= now + burst * interval + ahead) then tat = now + burst * interval end\n" \
	"if tat < now then tat = now end\n" \
	"tat = tat + cost * interval\n" \
	"if tat - burst * interval - now > ahead then return math.ceil(ahead / 1000) end\n" \
	"redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / " \
	"1000) + 1)\n" \
	"local wait = tat - burst * interval - now\n" \
	"if wait <= 0 then return 0 end\n" \
	"if KEYS[2] then\n" \
	"  redis.call('SET', KEYS[2], string.format('%.0f', now + wait), 'PX', math.ceil(wait / " \
	"1000) + 600000)\n" \
	"end\n" \
	"return math.ceil(wait / 1000)\n"

int memo_open(const struct memo_server *server, struct memo **out, struct err *e)
{
	struct memo *m = calloc(1, sizeof(*m));
	if (!m)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for the Redis client");
	if (connection_init(&m->connection, server->address, server->config, e)) {
		free(m);
		return e->act;
	}
	int n = snprintf(m->prefix, sizeof(m->prefix), "%s", server->prefix);
	if (n < 0 || n >= PREFIX_BYTES) {
		memo_close(m);
		return err_set(e, ERR_FATAL, "bad_settings",
		        "a prefix of Redis keys has fewer than %d bytes", PREFIX_BYTES);
	}
	m->take.text = STR(TAKE);
	m->release.text = STR(RELEASE);
	m->rate.text = STR(RATE);
	*out = m;
	return 0;
}

void memo_close(struct memo *m)
{
	if (!m)
		return;
	connection_release(&m->connection);
	free(m);
}

bool memo_is_there(struct memo *m)
{
	const struct str words[] = {STR("PING")};
	redisReply *reply = connection_ask(&m->connection, words, 1);
	if (!reply)
		return false;
	freeReplyObject(reply);
	return true;
}

const char *memo_place(const struct memo *m, char *out, size_t bytes)
{
	const struct address *at = &m->connection.at;
	bool is_v6 = strchr(at->host, ':');
	(void)snprintf(
	        out, bytes, "%s%s%s:%d", is_v6 ? "[" : "", at->host, is_v6 ? "]" : "", at->port);
	return out;
}

const char *memo_problem(const struct memo *m, bool *out_refused)
{
	*out_refused = m->connection.is_refused;
	return m->connection.problem ? m->connection.problem : "";
}

const char *memo_weakness(const struct memo *m)
{
	const char *host = m->connection.at.host;
	return host[0] == '\0' || host_is_here(str_c(host))
	               ? NULL
	               : "the connection to Redis is not encrypted: anyone on the network path can "
	                 "read the password and change leases and rates";
}

struct key {
	char text[KEY_BYTES];
	struct str s;
};

/* <prefix><kind>:<a>[:<b>]. A key that is too long is cut: at worst two callers share one, which
 * only costs time. */
static struct str key_of(
        struct key *k, const struct memo *m, const char *kind, struct str a, struct str b)
{
	int n = snprintf(k->text, sizeof(k->text), "%s%s:" STR_FMT "%s" STR_FMT, m->prefix, kind,
	        STR_ARG(a), b.p ? ":" : "", STR_ARG(b));
	size_t bytes = n < 0 ? 0 : n < KEY_BYTES ? (size_t)n : KEY_BYTES - 1;
	k->s = (struct str){k->text, bytes};
	return k->s;
}

struct number {
	char text[32];
};

static struct str number_of(struct number *out, double value)
{
	int n = snprintf(out->text, sizeof(out->text), "%.17g", value);
	assert(n > 0 && (size_t)n < sizeof(out->text));
	return (struct str){out->text, (size_t)n};
}

static const struct str none = {NULL, 0};

/* --- leases --- */

enum lease memo_lease_take(struct memo *m, struct str task_id, struct str token, int64_t lease_ms)
{
	struct key key;
	struct number ms;
	int64_t taken;
	struct number most;
	struct script_call call = {1, 4,
	        {key_of(&key, m, "lease", task_id, none), token, number_of(&ms, (double)lease_ms),
	                number_of(&most, LEASE_MAX_MS)}};
	if (!script_run(&m->connection, &m->take, &call, &taken))
		return LEASE_ABSENT;
	return taken ? LEASE_TAKEN : LEASE_HELD_ELSEWHERE;
}

void memo_lease_release(struct memo *m, struct str task_id, struct str token)
{
	struct key key;
	int64_t released;
	struct script_call call = {1, 2, {key_of(&key, m, "lease", task_id, none), token}};
	(void)script_run(&m->connection, &m->release, &call, &released); /* else it expires */
}

/* --- triggers --- */

bool memo_trigger_seen(struct memo *m, struct str trigger_id)
{
	struct key key;
	const struct str words[] = {STR("EXISTS"), key_of(&key, m, "trigger", trigger_id, none)};
	redisReply *reply = connection_ask(&m->connection, words, 2);
	bool seen = reply && reply->type == REDIS_REPLY_INTEGER && reply->integer == 1;
	freeReplyObject(reply);
	return seen;
}

void memo_trigger_remember(struct memo *m, struct str trigger_id, int64_t keep_ms)
{
	struct key key;
	struct number ms;
	const struct str words[] = {STR("SET"), key_of(&key, m, "trigger", trigger_id, none),
	        STR("1"), STR("PX"), number_of(&ms, (double)keep_ms)};
	freeReplyObject(connection_ask(&m->connection, words, 5));
}

/* --- rates --- */

void memo_rate_claim(struct memo *m, struct str name, struct str claim,
        const struct memo_rate *rate, int64_t now_ms, int64_t *out_wait_ms)
{
	assert(rate->per_second > 0);
	struct key bucket;
	struct key reserved;
	struct number numbers[4];
	struct script_call call = {.keys = 1, .words[0] = key_of(&bucket, m, "rate", name, none)};
	if (claim.p)
		call.words[call.keys++] = key_of(&reserved, m, "claim", name, claim);
	call.words[call.keys] = number_of(&numbers[0], 1e6 / rate->per_second);
	call.words[call.keys + 1] = number_of(&numbers[1], rate->burst);
	call.words[call.keys + 2] = number_of(&numbers[2], rate->cost);
	call.words[call.keys + 3] = number_of(&numbers[3], (double)MEMO_AHEAD_MAX_MS * 1000);
	call.count = call.keys + 4;
	if (!script_run(&m->connection, &m->rate, &call, out_wait_ms))
		*out_wait_ms = buckets_take(&m->local, name, claim, rate, now_ms);
	/* Bounded, whatever the server returns. */
	if (*out_wait_ms < 0 || *out_wait_ms > MEMO_AHEAD_MAX_MS)
		*out_wait_ms = *out_wait_ms < 0 ? 0 : MEMO_AHEAD_MAX_MS;
}
