/* SPDX-License-Identifier: Apache-2.0
 * The task loop as a process, against a real broker: results, ends, dead letters, drain. */
#include "fleet.h"

#include "longshore/place.h"
#include "longshore/sealed.h"

static struct fleet f;

static void every_task_has_one_result_and_is_committed(void **state)
{
	(void)state;
	enum { TASKS = 60 };
	char id[32];
	fleet_open(&f, "once");
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	for (int i = 0; i < TASKS; i++) {
		snprintf(id, sizeof(id), "task-%d", i);
		fleet_send(&f, &(struct fleet_task){.id = id, .lane = "ok", .partition = i % 2});
	}
	for (int i = 0; i < TASKS; i++) {
		snprintf(id, sizeof(id), "task-%d", i);
		const struct fleet_result *r = fleet_result_of(&f, id, 0);
		assert_int_equal(r->outcome, EV_OUTCOME_DONE);
		assert_int_equal(r->issue, 1);
		assert_int_equal(r->first_count, 7);
		assert_string_equal(r->header_task, id);
		assert_string_equal(r->traceparent, "00-aa-bb-01");
		assert_string_equal(r->reason, "");
	}
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_look(&f, 200);
	for (int i = 0; i < TASKS; i++) {
		snprintf(id, sizeof(id), "task-%d", i);
		assert_int_equal(fleet_results_of(&f, id), 1);
		assert_int_equal(fleet_handled(&f, id), 1);
	}
	struct fleet_commit c;
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], TASKS / 2);
	assert_int_equal(c.offset[1], TASKS / 2);
	assert_string_equal(c.metadata[0], "");
	assert_string_equal(c.metadata[1], "");
	fleet_close(&f);
}

static void failures_become_results(void **state)
{
	(void)state;
	static const struct {
		const char *lane;
		enum ev_outcome outcome;
		const char *reason;
		int64_t not_before_ms;
	} cases[] = {
	        {"retry", EV_OUTCOME_RETRY, "source_away", 1234567890123},
	        {"defer", EV_OUTCOME_DEFER, "rate_limited", 0},
	        {"reject", EV_OUTCOME_REJECT, "source_changed", 0},
	        {"large", EV_OUTCOME_REJECT, "too_large", 0},
	};
	fleet_open(&f, "failures");
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	for (size_t i = 0; i < 4; i++)
		fleet_send(&f, &(struct fleet_task){.id = cases[i].lane, .lane = cases[i].lane});
	for (size_t i = 0; i < 4; i++) {
		const struct fleet_result *r = fleet_result_of(&f, cases[i].lane, 0);
		assert_int_equal(r->outcome, cases[i].outcome);
		assert_string_equal(r->reason, cases[i].reason);
		assert_int_equal(r->not_before_ms, cases[i].not_before_ms);
	}
	/* no failure is staged: another issue runs again */
	fleet_send(&f, &(struct fleet_task){.id = "retry", .lane = "ok", .issue = 2});
	assert_int_equal(fleet_result_of(&f, "retry", 1)->outcome, EV_OUTCOME_DONE);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

static void done_task_is_reported_again_from_staging(void **state)
{
	(void)state;
	fleet_open(&f, "again");
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	fleet_send(&f, &(struct fleet_task){.id = "a", .lane = "ok"});
	(void)fleet_result_of(&f, "a", 0);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	pid = fleet_spawn(&f, "probe", NULL);
	fleet_send(&f, &(struct fleet_task){.id = "a", .lane = "reject", .issue = 5});
	const struct fleet_result *again = fleet_result_of(&f, "a", 1);
	assert_int_equal(again->outcome, EV_OUTCOME_DONE);
	assert_int_equal(again->issue, 5);
	assert_int_equal(again->first_count, 7);
	assert_string_equal(again->worker, f.results[0].worker);
	assert_int_equal(fleet_handled(&f, "a"), 1);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

static void expired_task_is_never_started(void **state)
{
	(void)state;
	fleet_open(&f, "expired");
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	fleet_send(&f, &(struct fleet_task){.id = "late", .lane = "abort", .is_expired = true});
	fleet_send(&f, &(struct fleet_task){.id = "good", .lane = "ok"});
	assert_int_equal(fleet_result_of(&f, "late", 0)->outcome, EV_OUTCOME_EXPIRED);
	assert_string_equal(fleet_result_of(&f, "late", 0)->reason, "expired");
	(void)fleet_result_of(&f, "good", 0);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	assert_int_equal(fleet_handled(&f, "late"), 0);
	struct fleet_commit c;
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], 2);
	fleet_close(&f);
}

static void undecodable_message_is_set_aside_whole(void **state)
{
	(void)state;
	fleet_open(&f, "undecodable");
	static char large[1000 * 1000];
	memset(large, 'x', sizeof(large));
	fleet_produce(&f, 0, STR("no event at all"));
	fleet_produce(&f, 0, (struct str){NULL, 0});
	fleet_produce(&f, 0, STR("\xc3\x01\x01\x02\x03\x04\x05\x06\x07\x08xyz"));
	fleet_produce(&f, 0, (struct str){large, sizeof(large)});
	fleet_send(&f, &(struct fleet_task){.id = "good", .lane = "ok"});
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	(void)fleet_result_of(&f, "good", 0);
	fleet_await_dead(&f, 4);
	static const char *const reasons[] = {
	        "undecodable", "undecodable", "unknown_schema", "too_large"};
	static const size_t bytes[] = {15, 0, 13, 512 * 1024};
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(f.dead[i].reason, reasons[i]);
		assert_int_equal(f.dead[i].offset, i);
		assert_int_equal(f.dead[i].value_bytes, bytes[i]);
		assert_int_equal(f.dead[i].headers, 1);
		assert_string_equal(f.dead[i].key, "lane");
	}
	assert_non_null(strstr(f.dead[3].detail, "1000000 bytes"));
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	struct fleet_commit c;
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], 5);
	fleet_close(&f);
}

static void task_with_an_endless_head_is_set_aside(void **state)
{
	(void)state;
	fleet_open(&f, "head");
	static char large[900 * 1000];
	memset(large, 'x', sizeof(large));
	struct ev_bridge_task task = {.head = {.task_id = STR("t"), .delivery_id = STR("d")}};
	struct str *const texts[] = {&task.head.task_id, &task.head.tenant, &task.head.delivery_id,
	        &task.head.stage, &task.head.lane};
	enum { TEXTS = 5 };
	struct buf wire;
	struct err e;
	buf_init(&wire, EVENT_MAX_BYTES);
	for (size_t i = 0; i <= TEXTS; i++) {
		const struct ev_bridge_task good = task;
		if (i < TEXTS)
			*texts[i] = (struct str){large, sizeof(large)};
		else
			task.head.task_id = STR("");
		buf_clear(&wire);
		fleet_ok(event_encode(&ev_bridge_task_type, &task, &wire, &e), &e);
		fleet_produce(&f, 0, buf_str(&wire));
		task = good;
	}
	buf_release(&wire);
	fleet_send(&f, &(struct fleet_task){.id = "good", .lane = "ok"});
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	(void)fleet_result_of(&f, "good", 0);
	fleet_await_dead(&f, TEXTS + 1);
	for (size_t i = 0; i <= TEXTS; i++) {
		assert_string_equal(f.dead[i].reason, "bad_task");
		assert_int_equal(f.dead[i].offset, i);
		assert_string_equal(f.dead[i].task, "");
	}
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

static void spec_by_address_is_fetched_and_checked(void **state)
{
	(void)state;
	static const char spec[] = "{\"large\":true}";
	fleet_open(&f, "spec");
	struct err e;
	struct store *staging;
	struct keyring *keys;
	struct secret key;
	struct sealed_facts facts;
	char url[256];
	char dir[256];
	snprintf(url, sizeof(url), "file://%s/staging", f.folder.path);
	snprintf(dir, sizeof(dir), "%s/keys/scheduler", f.folder.path);
	fleet_ok(store_open(PLACE_AT(url), &staging, &e), &e);
	fleet_ok(keyring_open(dir, &keys, &e), &e);
	fleet_ok(keyring_staging(keys, STR("specs"), STR("delivery"), &key, &e), &e);
	fleet_ok(sealed_put_once(staging, STR("specs/delivery/one"), &key, str_c(spec), &facts, &e),
	        &e);
	struct ev_staged_ref ref = {
	        STR("spec"), STR("specs/delivery/one"), str_c(facts.sha256), facts.bytes, 0};
	struct ev_staged_ref gone = {
	        STR("spec"), STR("specs/delivery/none"), str_c(facts.sha256), facts.bytes, 0};
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	fleet_send(&f, &(struct fleet_task){.id = "ref", .lane = "ok", .spec = spec, .ref = &ref});
	fleet_send(
	        &f, &(struct fleet_task){.id = "gone", .lane = "ok", .spec = spec, .ref = &gone});
	fleet_send(&f, &(struct fleet_task){.id = "other", .lane = "ok", .ref = &ref});
	fleet_send(
	        &f, &(struct fleet_task){.id = "value", .lane = "ok", .spec_hash = facts.sha256});
	assert_int_equal(fleet_result_of(&f, "ref", 0)->outcome, EV_OUTCOME_DONE);
	assert_string_equal(fleet_result_of(&f, "gone", 0)->reason, "not_found");
	assert_string_equal(fleet_result_of(&f, "other", 0)->reason, "spec_mismatch");
	assert_string_equal(fleet_result_of(&f, "value", 0)->reason, "spec_mismatch");
	assert_int_equal(fleet_result_of(&f, "value", 0)->outcome, EV_OUTCOME_REJECT);
	assert_int_equal(fleet_handled(&f, "other"), 0);
	char path[256];
	char line[256];
	snprintf(path, sizeof(path), "%s/handled", f.folder.path);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	fclose(file);
	assert_non_null(strstr(line, spec));
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	keyring_close(keys);
	store_close(staging);
	fleet_close(&f);
}

/* --- staging that cannot be written --- */

static void staging_that_is_away_is_waited_for(void **state)
{
	(void)state;
	char path[256];
	fleet_open(&f, "staging");
	folder_mkdir(&f.folder, "staging/selections");
	snprintf(path, sizeof(path), "%s/staging/selections", f.folder.path);
	assert_int_equal(chmod(path, 0500), 0);
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	fleet_send(&f, &(struct fleet_task){.id = "a", .lane = "ok"});
	fleet_await_log(&f, 0, "worker.staging_awaited", 1);
	assert_int_equal(fleet_results_of(&f, "a"), 0);
	assert_int_equal(chmod(path, 0700), 0);
	assert_int_equal(fleet_result_of(&f, "a", 0)->outcome, EV_OUTCOME_DONE);
	assert_int_equal(fleet_handled(&f, "a"), 1);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

static void move(const char *from, const char *to)
{
	char a[256], b[256];
	snprintf(a, sizeof(a), "%s/%s", f.folder.path, from);
	snprintf(b, sizeof(b), "%s/%s", f.folder.path, to);
	assert_int_equal(rename(a, b), 0);
}

/* One task is under way and one comes later: neither writes into the empty directory. */
static void an_empty_directory_is_not_taken_for_staging(void **state)
{
	(void)state;
	fleet_open(&f, "staging-unmounted");
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	fleet_send(&f, &(struct fleet_task){.id = "running", .lane = "block:go"});
	fleet_await_handled(&f, "running", 1);
	move("staging", "aside");
	folder_mkdir(&f.folder, "staging");
	fleet_send(&f, &(struct fleet_task){.id = "later", .lane = "ok"});
	fleet_await_log(&f, 0, "worker.staging_awaited", 1);
	folder_write(&f.folder, "go", "", 0);
	fleet_await_log(&f, 0, "worker.staging_awaited", 2);
	assert_int_equal(fleet_results_of(&f, "running"), 0);
	assert_int_equal(fleet_results_of(&f, "later"), 0);
	assert_int_equal(fleet_handled(&f, "later"), 0);
	move("aside", "staging"); /* which fails if the other is not empty */
	assert_int_equal(fleet_result_of(&f, "running", 0)->outcome, EV_OUTCOME_DONE);
	assert_int_equal(fleet_result_of(&f, "later", 0)->outcome, EV_OUTCOME_DONE);
	assert_int_equal(fleet_handled(&f, "running"), 1);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

static void drain_does_not_wait_for_staging(void **state)
{
	(void)state;
	static const struct fleet_env env[] = {{"LONGSHORE_DRAIN_MS", "50"}, {NULL, NULL}};
	char path[256];
	fleet_open(&f, "staging-drain");
	folder_mkdir(&f.folder, "staging/selections");
	snprintf(path, sizeof(path), "%s/staging/selections", f.folder.path);
	assert_int_equal(chmod(path, 0500), 0);
	pid_t pid = fleet_spawn(&f, "probe", env);
	fleet_send(&f, &(struct fleet_task){.id = "a", .lane = "ok"});
	fleet_await_log(&f, 0, "worker.staging_awaited", 1);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	assert_int_equal(fleet_result_of(&f, "a", 0)->outcome, EV_OUTCOME_DEFER);
	assert_string_equal(fleet_result_of(&f, "a", 0)->reason, "drain");
	fleet_close(&f);
}

/* --- ends --- */

static void drain_lets_running_tasks_end(void **state)
{
	(void)state;
	fleet_open(&f, "drain");
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	fleet_send(&f, &(struct fleet_task){.id = "running", .lane = "block:go"});
	fleet_await_handled(&f, "running", 1);
	kill(pid, SIGTERM);
	fleet_await_log(&f, 0, "worker.draining", 1);
	fleet_send(&f, &(struct fleet_task){.id = "next", .lane = "ok"});
	folder_write(&f.folder, "go", "", 0);
	assert_int_equal(fleet_wait(pid), 0);
	assert_int_equal(fleet_result_of(&f, "running", 0)->outcome, EV_OUTCOME_DONE);
	struct fleet_commit c;
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], 1);
	assert_string_equal(c.metadata[0], "");
	assert_int_equal(fleet_handled(&f, "next"), 0);
	fleet_close(&f);
}

static void drain_ends_with_defer_when_grace_is_out(void **state)
{
	(void)state;
	fleet_open(&f, "defer");
	static const struct fleet_env env[] = {{"LONGSHORE_DRAIN_MS", "50"}, {NULL, NULL}};
	pid_t pid = fleet_spawn(&f, "probe", env);
	fleet_send(&f, &(struct fleet_task){.id = "long", .lane = "block:never"});
	fleet_await_handled(&f, "long", 1);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	const struct fleet_result *r = fleet_result_of(&f, "long", 0);
	assert_int_equal(r->outcome, EV_OUTCOME_DEFER);
	assert_string_equal(r->reason, "drain");
	struct fleet_commit c;
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], 1);
	fleet_close(&f);
}

/* It leaves its group: whoever joins next need not wait five minutes for its session to end,
 * the longest that is allowed. */
static void fatal_failure_ends_the_process(void **state)
{
	(void)state;
	fleet_open(&f, "fatal");
	static const struct fleet_env env[] = {
	        {"LONGSHORE_SESSION_TIMEOUT_MS", "300000"}, {NULL, NULL}};
	pid_t pid = fleet_spawn(&f, "probe", env);
	fleet_send(&f, &(struct fleet_task){.id = "bad", .lane = "fatal"});
	assert_int_equal(fleet_wait(pid), 1);
	fleet_await_log(&f, 0, "worker.failed", 1);
	struct fleet_commit c;
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], 0);
	assert_string_equal(c.metadata[0], "1r");
	fleet_close(&f);
}

static void waits_for_its_topics(void **state)
{
	(void)state;
	fleet_open(&f, "topics");
	char prefix[80];
	char saved[64];
	snprintf(prefix, sizeof(prefix), "x%s", f.prefix);
	const struct fleet_env env[] = {{"LONGSHORE_TOPIC_PREFIX", prefix}, {NULL, NULL}};
	pid_t pid = fleet_spawn(&f, "probe", env);
	fleet_await_log(&f, 0, "worker.topics_awaited", 1);
	static const enum topic topics[] = {TOPIC_BRIDGE_TASKS, TOPIC_RESULTS, TOPIC_DEADLETTERS};
	snprintf(saved, sizeof(saved), "%s", f.prefix);
	snprintf(f.prefix, sizeof(f.prefix), "x%.60s", saved);
	fleet_topics(&f, topics, 3);
	fleet_await_log(&f, 0, "worker.assigned", 1);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	pid = fleet_spawn(&f, "probe",
	        (const struct fleet_env[]){{"LONGSHORE_TOPIC_PREFIX", "none."}, {NULL, NULL}});
	fleet_await_log(&f, 1, "worker.topics_awaited", 1);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0); /* also while it waits */
	fleet_close(&f);
}

/* As after a topic was recreated, or a broker lost the end of its log: more is committed than
 * there is. The tasks that come now are new ones, not finished ones. */
static void log_that_began_anew_is_read_anew(void **state)
{
	(void)state;
	struct err e;
	struct fleet_commit c;
	char topic[128];
	char id[32];
	fleet_open(&f, "recreated");
	for (int i = 0; i < 3; i++) {
		snprintf(id, sizeof(id), "task-%d", i);
		fleet_send(&f, &(struct fleet_task){.id = id, .lane = "ok"});
	}
	struct bus_consumer *member = fleet_member(&f, &c);
	const struct bus_position beyond = {.topic = fleet_topic(&f, TOPIC_BRIDGE_TASKS, topic),
	        .partition = 0,
	        .offset = 50,
	        .metadata = STR("1r-s.1")};
	fleet_ok(bus_commit(member, &beyond, 1, &e), &e);
	bus_consumer_close(member);
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	for (int i = 0; i < 3; i++) {
		snprintf(id, sizeof(id), "task-%d", i);
		assert_int_equal(fleet_result_of(&f, id, 0)->outcome, EV_OUTCOME_DONE);
		assert_int_equal(fleet_handled(&f, id), 1);
	}
	fleet_await_log(&f, 0, "worker.log_began_anew", 1);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], 3);
	assert_string_equal(c.metadata[0], "");
	fleet_close(&f);
}

static void redis_that_does_not_serve_is_told_once_and_holds_nothing_up(void **state)
{
	(void)state;
	enum { TASKS = 20 };
	char id[32];
	fleet_open(&f, "redis");
	static const struct fleet_env env[] = {{"LONGSHORE_REDIS", "127.0.0.1:1"}, {NULL, NULL}};
	pid_t pid = fleet_spawn(&f, "probe", env);
	for (int i = 0; i < TASKS; i++) {
		snprintf(id, sizeof(id), "task-%d", i);
		fleet_send(&f, &(struct fleet_task){.id = id, .lane = "ok"});
		assert_int_equal(fleet_result_of(&f, id, 0)->outcome, EV_OUTCOME_DONE);
	}
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	assert_int_equal(fleet_log_count(&f, 0, "worker.redis_absent"), 1);
	fleet_close(&f);
}

static void wrong_settings_are_all_told(void **state)
{
	(void)state;
	fleet_open(&f, "settings");
	static const struct fleet_env env[] = {{"LONGSHORE_THREADS", "0"}, {"LONGSHORE_KEYS", ""},
	        {"LONGSHORE_LOG_LEVEL", "loud"}, {"LONGSHORE_TEST_DIR", ""}, {NULL, NULL}};
	assert_int_equal(fleet_wait(fleet_spawn(&f, "probe", env)), 1);
	for (const struct fleet_env *v = env; v->name; v++)
		fleet_await_log(&f, 0, v->name, 1);
	fleet_close(&f);
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
	        cmocka_unit_test(every_task_has_one_result_and_is_committed),
	        cmocka_unit_test(failures_become_results),
	        cmocka_unit_test(done_task_is_reported_again_from_staging),
	        cmocka_unit_test(expired_task_is_never_started),
	        cmocka_unit_test(undecodable_message_is_set_aside_whole),
	        cmocka_unit_test(task_with_an_endless_head_is_set_aside),
	        cmocka_unit_test(spec_by_address_is_fetched_and_checked),
	        cmocka_unit_test(staging_that_is_away_is_waited_for),
	        cmocka_unit_test(an_empty_directory_is_not_taken_for_staging),
	        cmocka_unit_test(drain_does_not_wait_for_staging),
	        cmocka_unit_test(drain_lets_running_tasks_end),
	        cmocka_unit_test(drain_ends_with_defer_when_grace_is_out),
	        cmocka_unit_test(fatal_failure_ends_the_process),
	        cmocka_unit_test(waits_for_its_topics),
	        cmocka_unit_test(log_that_began_anew_is_read_anew),
	        cmocka_unit_test(redis_that_does_not_serve_is_told_once_and_holds_nothing_up),
	        cmocka_unit_test(wrong_settings_are_all_told),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	return fleet_main(argc, argv, tests);
}
