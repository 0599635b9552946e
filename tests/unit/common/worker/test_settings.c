/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

struct own {
	int64_t width;
};

static const struct conf_field own_fields[] = {
        {.env = "LONGSHORE_WIDTH",
                .kind = CONF_INT,
                .offset = offsetof(struct own, width),
                .preset = "7",
                .min = 1,
                .max = 9,
                .unit = "count",
                .help = "how wide"},
};

static const struct settings_want task_service = {
        .service = "bridge-worker", .is_task_service = true, .own = own_fields, .own_count = 1};
static const struct settings_want waiting_service = {
        .service = "uploader", .is_task_service = true, .threads = "16"};
static const struct settings_want batch_service = {
        .service = "audit-sink", .is_task_service = false};

static struct arena mem;
static struct buf report;
static struct worker_conf conf;
static struct own own;
static struct err e;

static const char *const names[] = {"KAFKA", "TOPIC_PREFIX", "POSTGRES", "REDIS", "STAGING", "KEYS",
        "INSTANCE", "ADMIN", "LOG_LEVEL", "SESSION_TIMEOUT_MS", "DRAIN_MS", "THREADS",
        "POISON_LIMIT", "LEASE_MS", "CACHE_DIR", "CACHE_BYTES", "TIDY_AGE_MS", "TIDY_EVERY_MS",
        "WIDTH"};

static void set(const char *name, const char *value)
{
	char full[64] = "LONGSHORE_";
	memcpy(full + 10, name, strlen(name) + 1);
	if (value)
		setenv(full, value, 1);
	else
		unsetenv(full);
}

static int open_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		set(names[i], NULL);
	set("KAFKA", "127.0.0.1:9092");
	set("STAGING", "file:///staging");
	set("KEYS", "/keys");
	arena_init(&mem, 1 << 20);
	buf_init(&report, 1 << 16);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	arena_release(&mem);
	buf_release(&report);
	return 0;
}

static int read_all(const struct settings_want *want)
{
	conf = (struct worker_conf){0};
	buf_clear(&report);
	return settings_read(want, &conf, &own, &mem, &report, &e);
}

static bool report_has(const char *text)
{
	return report.p && memmem(report.p, report.n, text, strlen(text)) != NULL;
}

static void only_three_must_be_set(void **state)
{
	(void)state;
	assert_int_equal(read_all(&task_service), 0);
	assert_string_equal(conf.topic_prefix, "longshore.");
	assert_string_equal(conf.redis, "");
	assert_int_equal(conf.threads, 4);
	assert_int_equal(conf.poison_limit, 3);
	assert_int_equal(conf.drain_ms, 25000);
	assert_int_equal(own.width, 7);
}

static void a_service_that_waits_for_disks_has_more_threads_by_default(void **state)
{
	(void)state;
	assert_int_equal(read_all(&waiting_service), 0);
	assert_int_equal(conf.threads, 16);
	assert_int_equal(conf.poison_limit, 3);
	set("THREADS", "2");
	assert_int_equal(read_all(&waiting_service), 0);
	assert_int_equal(conf.threads, 2);
	set("THREADS", NULL);
	buf_clear(&report);
	assert_int_equal(settings_help(&waiting_service, &report, &e), 0);
	assert_true(report_has("tasks that run at the same time [1 to 256 threads; default 16]"));
}

/* One that is misspelt, or that a new release renamed, would silently have its default. */
static void a_setting_of_this_service_that_there_is_not_is_refused(void **state)
{
	(void)state;
	set("BRIDGE_WORKER_WIDHT", "3");
	assert_int_equal(read_all(&task_service), ERR_FATAL);
	assert_true(report_has("LONGSHORE_BRIDGE_WORKER_WIDHT: there is no such setting"));
	assert_false(report_has("=3"));
	assert_int_equal(read_all(&waiting_service), 0); /* another service's */
	set("BRIDGE_WORKER_WIDHT", NULL);
	static const char *const of_kubernetes[] = {"BRIDGE_WORKER_SERVICE_HOST",
	        "BRIDGE_WORKER_SERVICE_PORT", "BRIDGE_WORKER_SERVICE_PORT_ADMIN",
	        "BRIDGE_WORKER_PORT", "BRIDGE_WORKER_PORT_80_TCP_ADDR"};
	for (size_t i = 0; i < sizeof of_kubernetes / sizeof of_kubernetes[0]; i++)
		set(of_kubernetes[i], "tcp://10.0.0.1:80");
	assert_int_equal(read_all(&task_service), 0);
	for (size_t i = 0; i < sizeof of_kubernetes / sizeof of_kubernetes[0]; i++)
		set(of_kubernetes[i], NULL);
	set("BRIDGE_WORKER_PORTS", "1");
	assert_int_equal(read_all(&task_service), ERR_FATAL);
	set("BRIDGE_WORKER_PORTS", NULL);
}

static void batch_service_needs_no_staging_and_ignores_threads(void **state)
{
	(void)state;
	set("STAGING", NULL);
	set("KEYS", NULL);
	set("THREADS", "none");
	assert_int_equal(read_all(&batch_service), 0);
	assert_int_equal(read_all(&task_service), ERR_FATAL);
	assert_true(report_has("LONGSHORE_THREADS"));
}

static void all_mistakes_are_told_at_once(void **state)
{
	(void)state;
	set("KAFKA", NULL);
	set("SESSION_TIMEOUT_MS", "999");
	set("THREADS", "257");
	set("WIDTH", "10");
	assert_int_equal(read_all(&task_service), ERR_FATAL);
	assert_string_equal(e.code, "bad_settings");
	assert_true(report_has("LONGSHORE_KAFKA"));
	assert_true(report_has("LONGSHORE_SESSION_TIMEOUT_MS"));
	assert_true(report_has("LONGSHORE_THREADS"));
	assert_true(report_has("LONGSHORE_WIDTH"));
	set("KAFKA", "127.0.0.1:9092");
	set("SESSION_TIMEOUT_MS", NULL);
	set("THREADS", NULL);
	set("WIDTH", NULL);
	set("STAGING", NULL);
	set("KEYS", NULL);
	set("LOG_LEVEL", "loud");
	assert_int_equal(read_all(&task_service), ERR_FATAL);
	assert_true(report_has("LONGSHORE_STAGING"));
	assert_true(report_has("LONGSHORE_KEYS"));
	assert_true(report_has("LONGSHORE_LOG_LEVEL"));
}

static void limits_hold_at_their_edges(void **state)
{
	(void)state;
	static const struct {
		const char *name, *low, *below, *high, *above;
	} edges[] = {
	        {"THREADS", "1", "0", "256", "257"},
	        {"POISON_LIMIT", "1", "0", "100", "101"},
	        {"LEASE_MS", "100", "99", "3600000", "3600001"},
	        {"DRAIN_MS", "0", "-1", "3600000", "3600001"},
	        {"SESSION_TIMEOUT_MS", "1000", "999", "300000", "300001"},
	};
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		const char *const good[] = {edges[i].low, edges[i].high};
		const char *const bad[] = {edges[i].below, edges[i].above};
		for (int k = 0; k < 2; k++) {
			set(edges[i].name, good[k]);
			assert_int_equal(read_all(&task_service), 0);
			set(edges[i].name, bad[k]);
			assert_int_equal(read_all(&task_service), ERR_FATAL);
		}
		set(edges[i].name, NULL);
	}
}

/* As the help says of each of them. */
static void none_is_said_by_an_empty_text(void **state)
{
	static const char *const empty[] = {"ADMIN", "REDIS", "INSTANCE"};
	(void)state;
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		set(empty[i], "");
	assert_int_equal(read_all(&task_service), 0);
	assert_string_equal(conf.admin, "");
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		set(empty[i], NULL);
}

static void help_lists_every_setting(void **state)
{
	(void)state;
	assert_int_equal(settings_help(&task_service, &report, &e), 0);
	assert_true(report_has("usage: longshore-bridge-worker"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_true(report_has(names[i]));
	buf_clear(&report);
	assert_int_equal(settings_help(&batch_service, &report, &e), 0);
	assert_false(report_has("LONGSHORE_THREADS"));
}

int main(void)
{
	const struct CMUnitTest all[] = {
	        cmocka_unit_test_setup_teardown(only_three_must_be_set, open_all, close_all),
	        cmocka_unit_test_setup_teardown(
	                a_service_that_waits_for_disks_has_more_threads_by_default, open_all,
	                close_all),
	        cmocka_unit_test_setup_teardown(
	                a_setting_of_this_service_that_there_is_not_is_refused, open_all,
	                close_all),
	        cmocka_unit_test_setup_teardown(
	                batch_service_needs_no_staging_and_ignores_threads, open_all, close_all),
	        cmocka_unit_test_setup_teardown(all_mistakes_are_told_at_once, open_all, close_all),
	        cmocka_unit_test_setup_teardown(limits_hold_at_their_edges, open_all, close_all),
	        cmocka_unit_test_setup_teardown(none_is_said_by_an_empty_text, open_all, close_all),
	        cmocka_unit_test_setup_teardown(help_lists_every_setting, open_all, close_all),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}
