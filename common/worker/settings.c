/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#include "longshore/log.h"

#include <assert.h>
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>

#define TEXT_OF(which, name, variable, value, text) \
	{ \
		.env = (variable), .kind = (which), .offset = offsetof(struct worker_conf, name), \
		.preset = (value), .help = (text) \
	}
#define TEXT(name, variable, value, text) TEXT_OF(CONF_TEXT, name, variable, value, text)
#define INT(name, variable, value, low, high, what, text) \
	{ \
		.env = (variable), .kind = CONF_INT, .offset = offsetof(struct worker_conf, name), \
		.preset = (value), .min = (low), .max = (high), .unit = (what), .help = (text) \
	}

#define HOUR_MS (60 * 60 * 1000)
#define TIB (INT64_C(1) << 40)

static const struct conf_field common_fields[] = {
        TEXT(kafka, "LONGSHORE_KAFKA", NULL, "Kafka brokers, comma-separated host:port"),
        TEXT(kafka_config, "LONGSHORE_KAFKA_CONFIG", "",
                "file of librdkafka properties for TLS and SASL, mode 0600; empty: none"),
        TEXT(topic_prefix, "LONGSHORE_TOPIC_PREFIX", "longshore.",
                "prefix of all topic and group names"),
        TEXT(postgres, "LONGSHORE_POSTGRES", "", "PostgreSQL, as a libpq connection string"),
        TEXT(redis, "LONGSHORE_REDIS", "",
                "Redis, host:port or redis://host:port; empty: run without Redis"),
        TEXT(redis_config, "LONGSHORE_REDIS_CONFIG", "",
                "file with user= and password= for Redis, mode 0600; empty: none"),
        TEXT(staging, "LONGSHORE_STAGING", "", "URL of staging: file:///path"),
        TEXT(keys, "LONGSHORE_KEYS", "", "directory with this service's keys"),
        TEXT(instance, "LONGSHORE_INSTANCE", "",
                "stable name of this replica in its group (StatefulSet); empty: none"),
        TEXT_OF(CONF_TEXT_OR_NONE, admin, "LONGSHORE_ADMIN", "127.0.0.1:0",
                "admin port, host:port; port 0: any free port; empty: none"),
        TEXT(log_level, "LONGSHORE_LOG_LEVEL", "info",
                "lowest level to log: debug, info, warn or error"),
        INT(session_timeout_ms, "LONGSHORE_SESSION_TIMEOUT_MS", "10000", 1000, BUS_MAX_SESSION_MS,
                "ms", "time after which Kafka takes partitions away from a silent process"),
        INT(drain_ms, "LONGSHORE_DRAIN_MS", "25000", 0, HOUR_MS, "ms",
                "time for running work to finish after SIGTERM"),
        INT(tidy_age_ms, "LONGSHORE_TIDY_AGE_MS", "86400000", HOUR_MS, INT64_C(365) * 24 * HOUR_MS,
                "ms",
                "age at which temporaries that nobody writes to are removed; must be longer than "
                "any task"),
        INT(tidy_every_ms, "LONGSHORE_TIDY_EVERY_MS", "3600000", 100, 24 * HOUR_MS, "ms",
                "interval between removals of dead temporaries"),
        INT(keep_staged_ms, "LONGSHORE_KEEP_STAGED_MS", "2592000000", 1000,
                INT64_C(10) * 365 * 24 * HOUR_MS, "ms",
                "how long the staged data of a finished delivery is kept; use the same value for "
                "all services, more than twice the longest upload"),
};

static const struct conf_field task_fields[] = {
        INT(threads, "LONGSHORE_THREADS", "4", 1, 256, "threads",
                "tasks that run at the same time"),
        INT(poison_limit, "LONGSHORE_POISON_LIMIT", "3", 1, 100, "deaths",
                "how often a task may kill its process while it runs alone, before it becomes a "
                "dead letter"),
        INT(lease_ms, "LONGSHORE_LEASE_MS", "5000", 100, HOUR_MS, "ms",
                "how long other processes wait before they take over the task of a dead process; "
                "needs Redis"),
        TEXT(cache_dir, "LONGSHORE_CACHE_DIR", "/var/tmp/longshore-cache",
                "local directory for decrypted bridge shards, used by this service only, mode "
                "0700"),
        INT(cache_bytes, "LONGSHORE_CACHE_BYTES", "8589934592", 1 << 20, TIB, "bytes",
                "maximum size of that directory"),
};

enum {
	COMMON_COUNT = sizeof(common_fields) / sizeof(common_fields[0]),
	TASK_COUNT = sizeof(task_fields) / sizeof(task_fields[0]),
	PREFIX_BYTES = 64
};

/* The fields of task services, with this service's defaults. */
static void task_fields_of(const struct settings_want *want, struct conf_field out[TASK_COUNT])
{
	memcpy(out, task_fields, sizeof(task_fields));
	for (size_t i = 0; i < TASK_COUNT; i++) {
		if (want->threads && out[i].offset == offsetof(struct worker_conf, threads))
			out[i].preset = want->threads;
		if (want->cache_dir && out[i].offset == offsetof(struct worker_conf, cache_dir))
			out[i].preset = want->cache_dir;
	}
}

/* Checks that the tables cannot express. */
static int check(const struct settings_want *want, const struct worker_conf *c, struct buf *report,
        struct err *e)
{
	enum log_level level;
	if (!log_level_parse(str_c(c->log_level), &level) &&
	        buf_printf(report, e, "LONGSHORE_LOG_LEVEL: must be debug, info, warn or error\n"))
		return e->act;
	if (want->is_task_service && !c->staging[0] &&
	        buf_printf(report, e,
	                "LONGSHORE_STAGING: is not set; it is required: URL of staging: "
	                "file:///path\n"))
		return e->act;
	if (want->is_task_service && !c->keys[0] &&
	        buf_printf(report, e,
	                "LONGSHORE_KEYS: is not set; it is required: the directory that `longshore "
	                "keys init` created for this service\n"))
		return e->act;
	return 0;
}

/* bridge-worker: LONGSHORE_BRIDGE_WORKER_ */
static void prefix_of(const char *service, char out[PREFIX_BYTES])
{
	int n = snprintf(out, PREFIX_BYTES, "LONGSHORE_%s_", service);
	assert(n > 0 && n < PREFIX_BYTES);
	for (char *at = out; *at; at++)
		*at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
}

int settings_read(const struct settings_want *want, struct worker_conf *common, void *own,
        struct arena *mem, struct buf *report, struct err *e)
{
	struct conf_field task[TASK_COUNT];
	task_fields_of(want, task);
	bool is_wrong = conf_read(common_fields, COMMON_COUNT, common, mem, report, e) != 0;
	bool has_all = !is_wrong;
	if (want->is_task_service && conf_read(task, TASK_COUNT, common, mem, report, e))
		is_wrong = true;
	if (want->own_count && conf_read(want->own, want->own_count, own, mem, report, e))
		is_wrong = true;
	char prefix[PREFIX_BYTES];
	prefix_of(want->service, prefix);
	if (conf_refuse_unknown(prefix, want->own, want->own_count, report, e))
		is_wrong = true;
	size_t before = report->n;
	if (has_all && check(want, common, report, e))
		return e->act;
	if (is_wrong || report->n > before)
		return err_set(
		        e, ERR_FATAL, "bad_settings", "the settings have mistakes; see --help");
	return 0;
}

int settings_help(const struct settings_want *want, struct buf *out, struct err *e)
{
	struct conf_field task[TASK_COUNT];
	task_fields_of(want, task);
	if (buf_printf(out, e,
	            "usage: longshore-%s [--help]\n\nSettings are environment variables:\n",
	            want->service) ||
	        conf_help(common_fields, COMMON_COUNT, out, e))
		return e->act;
	if (want->is_task_service && conf_help(task, TASK_COUNT, out, e))
		return e->act;
	if (want->own_count && conf_help(want->own, want->own_count, out, e))
		return e->act;
	return buf_printf(out, e,
	        "\nSIGTERM drains; /healthz, /readyz and /metrics are on the admin port.\n");
}
