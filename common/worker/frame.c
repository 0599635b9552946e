/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#include "longshore/bus_config.h"
#include "longshore/clock.h"
#include "longshore/lease.h"
#include "longshore/log_events.h"
#include "longshore/pg.h"
#include "longshore/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	SETTINGS_BYTES = 1 << 20,
	TEXT_BYTES = 64 * 1024,
	TOPIC_PAUSE_MS = 500,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2
};

static void print(int fd, const struct buf *text)
{
	ssize_t n = write(fd, buf_str(text).p, text->n); /* nothing to do if nobody reads it */
	(void)n;
}

static int help(const struct frame_plan *plan)
{
	struct buf text;
	struct err e;
	buf_init(&text, TEXT_BYTES);
	int act = settings_help(&plan->want, &text, &e);
	print(STDOUT_FILENO, &text);
	buf_release(&text);
	return act ? EXIT_FAILED : 0;
}

static int usage(const struct frame_plan *plan)
{
	dprintf(STDERR_FILENO, "usage: longshore-%s [--help]; settings are environment variables\n",
	        plan->name);
	return EXIT_USAGE;
}

/* Writes mistakes to standard error, one per line, for people. */
static int read_settings(struct frame *f, const struct frame_plan *plan)
{
	struct err e;
	struct buf report;
	buf_init(&report, TEXT_BYTES);
	if (plan->own_bytes)
		f->own_conf = arena_alloc(&f->mem, plan->own_bytes);
	int act = settings_read(&plan->want, &f->conf, f->own_conf, &f->mem, &report, &e);
	if (act) {
		print(STDERR_FILENO, &report);
		dprintf(STDERR_FILENO, "longshore-%s: %s\n", plan->name, e.text);
	}
	buf_release(&report);
	return act;
}

static void name_things(struct frame *f)
{
	for (int i = 0; i < TOPIC_COUNT; i++)
		f->topics[i] = arena_printf(
		        &f->mem, "%s%s", f->conf.topic_prefix, topic_plan((enum topic)i)->suffix);
	f->group =
	        arena_cstr(&f->mem, arena_printf(&f->mem, "%s%s", f->conf.topic_prefix, f->name));
	char host[64] = "";
	if (gethostname(host, sizeof(host) - 1))
		host[0] = '\0';
	(void)snprintf(f->who, sizeof(f->who), "%s@%s:%d", f->name, host, (int)getpid());
}

static int open_all(struct frame *f, struct err *e)
{
	if (wake_init(&f->wake, e))
		return e->act;
	if (bus_config_read(f->conf.kafka_config, e) ||
	        telemetry_start(
	                f->name, f->conf.admin, worker_metrics, WORKER_METRICS, &f->telemetry, e) ||
	        bus_producer_open(f->conf.kafka, f->name, &f->producer, e)) {
		telemetry_stop(f->telemetry);
		wake_release(&f->wake);
		return e->act;
	}
	bus_producer_wake(f->producer, f->wake.fd);
	return 0;
}

/* A file that cannot be read is reported by the code that needs it. */
static void tell_redis(const struct frame *f)
{
	const struct memo_server server = {
	        f->conf.redis, f->conf.redis_config, f->conf.topic_prefix};
	struct memo *memo;
	struct err e;
	bool is_refused = false;
	if (!f->conf.redis[0] || memo_open(&server, &memo, &e))
		return;
	const char *weakness = memo_weakness(memo);
	const char *problem = memo_is_there(memo) ? "" : memo_problem(memo, &is_refused);
	if (weakness)
		LOG(WORKER_REDIS_UNPROTECTED, weakness,
		        LOG_TEXT("remedy", STR("run a TLS tunnel such as stunnel on this machine, "
		                               "and use its address in LONGSHORE_REDIS")));
	if (is_refused)
		LOG(WORKER_REDIS_REFUSED, problem,
		        LOG_TEXT("remedy", STR("correct the file named by LONGSHORE_REDIS_CONFIG "
		                               "or Redis' ACL")));
	memo_close(memo);
}

static void tell_weakness(const struct frame *f)
{
	const char *postgres = f->conf.postgres[0] ? pg_conninfo_weakness(f->conf.postgres) : NULL;
	const char *weakness = bus_config_weakness(f->conf.kafka);
	if (postgres)
		LOG(WORKER_POSTGRES_UNPROTECTED, postgres,
		        LOG_TEXT("remedy", STR("set sslmode=verify-full and sslrootcert in "
		                               "LONGSHORE_POSTGRES")));
	if (weakness)
		LOG(WORKER_KAFKA_UNPROTECTED, weakness,
		        LOG_TEXT("remedy", STR("set security.protocol=sasl_ssl in the file named "
		                               "by LONGSHORE_KAFKA_CONFIG")));
}

int frame_open(struct frame *f, const struct frame_plan *plan, int argc, char **argv)
{
	*f = (struct frame){.name = plan->name};
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return help(plan);
	if (argc != 1)
		return usage(plan);
	secret_keep_from_cores();
	arena_init(&f->mem, SETTINGS_BYTES);
	struct err e;
	if (read_settings(f, plan)) {
		arena_release(&f->mem);
		return EXIT_FAILED;
	}
	enum log_level level = LOG_INFO;
	(void)log_level_parse(str_c(f->conf.log_level), &level); /* checked with the settings */
	log_start(f->name, level, STDOUT_FILENO);
	name_things(f);
	if (open_all(f, &e)) {
		LOG_ERR(WORKER_START_FAILED, &e, NULL, 0);
		arena_release(&f->mem);
		return EXIT_FAILED;
	}
	LOG(WORKER_STARTED, "started", LOG_TEXT("group", str_c(f->group)),
	        LOG_NUM("admin_port", telemetry_port(f->telemetry)), LOG_NUM("pid", getpid()));
	tell_weakness(f);
	tell_redis(f);
	return -1;
}

void frame_close(struct frame *f)
{
	bus_producer_close(f->producer);
	telemetry_stop(f->telemetry);
	wake_release(&f->wake);
	arena_release(&f->mem);
}

static bool await_topics(struct frame *f, const enum topic *topics, size_t count, struct err *e)
{
	const char *told = "";
	for (size_t i = 0; i < count;) {
		int32_t partitions;
		telemetry_alive(f->telemetry, clock_mono_ms());
		if (bus_partitions(f->producer, f->topics[topics[i]], &partitions, e) == 0) {
			i++;
			continue;
		}
		if (e->act != ERR_RETRY || wake_is_asked_to_end())
			return false;
		if (strcmp(told, e->code) != 0) /* once, until the reason changes */
			LOG_ERR(WORKER_TOPICS_AWAITED, e, NULL, 0);
		told = e->code;
		wake_wait(&f->wake, TOPIC_PAUSE_MS);
	}
	return !wake_is_asked_to_end();
}

bool frame_await_service(struct frame *f, const struct service_plan *plan, struct err *e)
{
	return await_topics(f, plan->reads, plan->reads_count, e) &&
	       await_topics(f, plan->writes, plan->writes_count, e);
}
