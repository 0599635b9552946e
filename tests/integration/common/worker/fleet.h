/* SPDX-License-Identifier: Apache-2.0
 *
 * Topics, directories, keys and child processes of one test, and what the loops under test say on
 * the topics. */
#ifndef TESTS_FLEET_H
#define TESTS_FLEET_H

#include "folder.h"
#include "probe_service.h"

#include "longshore/bus.h"
#include "longshore/clock.h"
#include "longshore/event.h"
#include "longshore/events.h"
#include "longshore/sha256.h"
#include "longshore/staging.h"
#include "longshore/topics.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { FLEET_PATIENCE_MS = 60000, FLEET_RESULTS = 2000, FLEET_PARTITIONS = 2, FLEET_DEAD = 64 };

struct fleet_result {
	char task[64];
	int issue;
	enum ev_outcome outcome;
	char reason[64];
	char worker[128];
	char header_task[64];
	char traceparent[64];
	int64_t not_before_ms;
	int64_t first_count;
};

struct fleet_dead {
	char reason[64];
	char detail[600];
	char task[64];
	char topic[128];
	int partition;
	int64_t offset;
	int tries;
	size_t value_bytes;
	size_t headers;
	char key[64];
};

struct fleet {
	char prefix[64];
	struct folder folder; /* staging/ keys/ and what the service notes */
	struct bus_producer *producer;
	struct bus_consumer *observer;
	struct fleet_result results[FLEET_RESULTS];
	size_t results_count;
	struct fleet_dead dead[FLEET_DEAD]; /* the first ones */
	size_t dead_count;
	int logs;
	const char *kill_at; /* processes spawned now die at this tracepoint; NULL: they do not */
};

struct fleet_env {
	const char *name;
	const char *value;
};

static inline void fleet_ok(int act, const struct err *e)
{
	if (act)
		fail_msg("%s: %s", e->code, e->text);
}

static inline struct str fleet_topic(const struct fleet *f, enum topic topic, char out[128])
{
	int n = snprintf(out, 128, "%s%s", f->prefix, topic_plan(topic)->suffix);
	return (struct str){out, (size_t)n};
}

static inline int fleet_assigned(
        void *arg, struct bus_position *positions, size_t count, struct err *e)
{
	(void)arg;
	(void)positions;
	(void)count;
	(void)e;
	return 0;
}

static inline void fleet_revoked(
        void *arg, const struct bus_position *positions, size_t count, bool lost)
{
	(void)arg;
	(void)positions;
	(void)count;
	(void)lost;
}

static inline void fleet_topics(const struct fleet *f, const enum topic *topics, size_t count)
{
	struct bus_topic plan[TOPIC_COUNT];
	char names[TOPIC_COUNT][128];
	struct err e;
	for (size_t i = 0; i < count; i++)
		plan[i] = (struct bus_topic){.name = fleet_topic(f, topics[i], names[i]),
		        .partitions = topics[i] == TOPIC_BRIDGE_TASKS ? FLEET_PARTITIONS : 1,
		        .settings = topic_plan(topics[i])->settings};
	fleet_ok(bus_topics_create(getenv("LONGSHORE_KAFKA"), plan, count, &e), &e);
}

static inline void fleet_open(struct fleet *f, const char *name)
{
	static const enum topic topics[] = {TOPIC_BRIDGE_TASKS, TOPIC_RESULTS, TOPIC_DEADLETTERS};
	struct err e;
	char path[256];
	char results[128];
	char dead[128];
	char group[128];
	char url[256];
	*f = (struct fleet){.logs = 0};
	snprintf(f->prefix, sizeof(f->prefix), "t-%s-%d-%llx.", name, (int)getpid(),
	        (unsigned long long)clock_unix_ms());
	folder_make(&f->folder);
	folder_mkdir(&f->folder, "staging");
	folder_mkdir(&f->folder, "keys");
	snprintf(path, sizeof(path), "%s/keys", f->folder.path);
	snprintf(url, sizeof(url), "file://%s/staging", f->folder.path);
	fleet_ok(staging_init(&(struct staging_init){.url = url, .keys = path}, &e), &e);
	fleet_topics(f, topics, 3);
	fleet_ok(bus_producer_open(getenv("LONGSHORE_KAFKA"), "test", &f->producer, &e), &e);
	snprintf(group, sizeof(group), "%sobserver", f->prefix);
	struct str both[] = {
	        fleet_topic(f, TOPIC_RESULTS, results), fleet_topic(f, TOPIC_DEADLETTERS, dead)};
	struct bus_group observer = {.brokers = getenv("LONGSHORE_KAFKA"),
	        .client_id = "observer",
	        .group = group,
	        .topics = both,
	        .topics_count = 2,
	        .session_timeout_ms = 10000};
	struct bus_listener listener = {.assigned = fleet_assigned, .revoked = fleet_revoked};
	fleet_ok(bus_consumer_open(&observer, &listener, &f->observer, &e), &e);
}

static inline void fleet_close(struct fleet *f)
{
	bus_consumer_close(f->observer);
	bus_producer_close(f->producer);
	folder_drop(&f->folder);
}

/* --- processes --- */

/* Runs the child below a debugger, which kills it at this static tracepoint. */
static inline void fleet_trap(const char *point, const char *what)
{
	char at[128];
	char self[512];
	snprintf(at, sizeof(at), "break -probe-stap longshore:%s", point);
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	execlp("gdb", "gdb", "-nx", "-batch", "-ex", "set startup-with-shell off", "-ex", at, "-ex",
	        "run", "-ex", "kill", "--args", self, what, (char *)NULL);
}

static inline void fleet_child(const struct fleet *f, const char *what, const struct fleet_env *env)
{
	char text[512];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* for root too a directory's mode counts; others never had these rights, and the calls do
	 * nothing */
	prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE);
	prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH);
	setenv("LONGSHORE_TOPIC_PREFIX", f->prefix, 1);
	snprintf(text, sizeof(text), "file://%s/staging", f->folder.path);
	setenv("LONGSHORE_STAGING", text, 1);
	snprintf(text, sizeof(text), "%s/keys/bridge-worker", f->folder.path);
	setenv("LONGSHORE_KEYS", text, 1);
	setenv("LONGSHORE_REDIS", "", 1);
	setenv("LONGSHORE_POSTGRES", "", 1);
	setenv("LONGSHORE_SESSION_TIMEOUT_MS", "2000", 1);
	setenv("LONGSHORE_POISON_LIMIT", "2", 1);
	setenv("LONGSHORE_TEST_DIR", f->folder.path, 1);
	for (; env && env->name; env++)
		setenv(env->name, env->value, 1);
	snprintf(text, sizeof(text), "%s/log.%d", f->folder.path, f->logs);
	int fd = open(text, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
	if (f->kill_at)
		fleet_trap(f->kill_at, what);
	execl("/proc/self/exe", "child", what, (char *)NULL);
	_exit(127);
}

static inline pid_t fleet_spawn(struct fleet *f, const char *what, const struct fleet_env *env)
{
	pid_t pid = fork();
	if (pid == 0)
		fleet_child(f, what, env);
	assert_true(pid > 0);
	f->logs++;
	return pid;
}

/* Exit code, or 1000 + the signal. */
static inline int fleet_wait(pid_t pid)
{
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static inline int fleet_kill(pid_t pid, int signal)
{
	assert_int_equal(kill(pid, signal), 0);
	return fleet_wait(pid);
}

static inline void fleet_print_logs(const struct fleet *f)
{
	for (int i = 0; i < f->logs; i++) {
		char path[256];
		char line[2048];
		snprintf(path, sizeof(path), "%s/log.%d", f->folder.path, i);
		FILE *file = fopen(path, "r");
		while (file && fgets(line, sizeof(line), file))
			fprintf(stderr, "[%d] %s", i, line);
		if (file)
			fclose(file);
	}
}

/* --- tasks --- */

struct fleet_task {
	const char *id;
	const char *lane;
	int issue;
	int partition;
	bool is_expired;
	const char *spec;          /* NULL: "{}" */
	struct ev_staged_ref *ref; /* instead of the spec */
	const char *spec_hash;     /* NULL: the right one */
};

static inline void fleet_produce(struct fleet *f, int partition, struct str value)
{
	char topic[128];
	struct err e;
	struct bus_header headers[] = {{STR("traceparent"), STR("00-aa-bb-01")}};
	struct bus_send send = {.topic = fleet_topic(f, TOPIC_BRIDGE_TASKS, topic),
	        .partition = partition,
	        .key = STR("lane"),
	        .value = value,
	        .headers = headers,
	        .headers_count = 1};
	fleet_ok(bus_produce(f->producer, &send, &e), &e);
	fleet_ok(bus_flush(f->producer, FLEET_PATIENCE_MS, &e), &e);
}

static inline void fleet_send(struct fleet *f, const struct fleet_task *t)
{
	struct err e;
	struct buf wire;
	char hash[SHA256_HEX];
	struct str spec = str_c(t->spec ? t->spec : "{}");
	sha256_hex(spec.p, spec.n, hash);
	struct ev_bridge_task task = {
	        .head = {.task_id = str_c(t->id),
	                .issue = t->issue ? t->issue : 1,
	                .not_after_ms = clock_unix_ms() + (t->is_expired ? -1000 : 600000),
	                .tenant = STR("tenant"),
	                .delivery_id = STR("delivery"),
	                .revision = 1,
	                .stage = STR("select"),
	                .index = 0,
	                .lane = str_c(t->lane),
	                .spec_hash = str_c(t->spec_hash ? t->spec_hash : hash),
	                .spec = t->ref ? (struct str){NULL, 0} : spec,
	                .spec_ref = t->ref},
	        .op = EV_BRIDGE_OP_SELECT,
	};
	buf_init(&wire, EVENT_MAX_BYTES);
	fleet_ok(event_encode(&ev_bridge_task_type, &task, &wire, &e), &e);
	fleet_produce(f, t->partition, buf_str(&wire));
	buf_release(&wire);
}

/* --- what comes back --- */

static inline void fleet_copy(char *out, size_t bytes, struct str s)
{
	snprintf(out, bytes, "%.*s", (int)s.n, s.p ? s.p : "");
}

static inline void fleet_take_result(
        struct fleet *f, const struct bus_message *m, const struct ev_task_result *r)
{
	assert_true(f->results_count < FLEET_RESULTS);
	struct fleet_result *out = &f->results[f->results_count++];
	*out = (struct fleet_result){.issue = r->issue,
	        .outcome = r->outcome,
	        .not_before_ms = r->not_before_ms,
	        .first_count = r->counts_count ? r->counts[0].value : -1};
	fleet_copy(out->task, sizeof(out->task), r->task_id);
	fleet_copy(out->reason, sizeof(out->reason), r->reason);
	fleet_copy(out->worker, sizeof(out->worker), r->worker);
	assert_true(str_eq(m->key, STR("delivery")));
	for (size_t i = 0; i < m->headers_count; i++) {
		if (str_eq(m->headers[i].name, STR("longshore-task")))
			fleet_copy(out->header_task, sizeof(out->header_task), m->headers[i].value);
		if (str_eq(m->headers[i].name, STR("traceparent")))
			fleet_copy(out->traceparent, sizeof(out->traceparent), m->headers[i].value);
	}
}

static inline void fleet_take_dead(
        struct fleet *f, const struct bus_message *m, const struct ev_dead_letter *d)
{
	if (f->dead_count++ >= FLEET_DEAD)
		return;
	struct fleet_dead *out = &f->dead[f->dead_count - 1];
	*out = (struct fleet_dead){.partition = d->partition,
	        .offset = d->offset,
	        .tries = d->tries,
	        .value_bytes = d->value.n,
	        .headers = d->headers_count};
	fleet_copy(out->reason, sizeof(out->reason), d->reason);
	fleet_copy(out->detail, sizeof(out->detail), d->detail);
	fleet_copy(out->task, sizeof(out->task), d->task_id);
	fleet_copy(out->topic, sizeof(out->topic), d->topic);
	fleet_copy(out->key, sizeof(out->key), m->key);
}

/* Takes what comes within ms. */
static inline void fleet_look(struct fleet *f, int ms)
{
	struct err e;
	const struct bus_message *m;
	fleet_ok(bus_consumer_poll(f->observer, ms, &m, &e), &e);
	if (!m)
		return;
	struct arena mem;
	const struct ev_type *type;
	void *event;
	arena_init(&mem, 64 << 20);
	fleet_ok(event_decode_any(m->value, &mem, &type, &event, &e), &e);
	if (type == &ev_task_result_type)
		fleet_take_result(f, m, event);
	else
		fleet_take_dead(f, m, event);
	arena_release(&mem);
	bus_message_free(m);
}

/* The index-th result of this task, waiting for it. */
static inline const struct fleet_result *fleet_result_of(
        struct fleet *f, const char *task, size_t index)
{
	int64_t until_ms = clock_mono_ms() + FLEET_PATIENCE_MS;
	for (;;) {
		size_t seen = 0;
		for (size_t i = 0; i < f->results_count; i++) {
			if (strcmp(f->results[i].task, task) == 0 && seen++ == index)
				return &f->results[i];
		}
		if (clock_mono_ms() > until_ms) {
			fleet_print_logs(f);
			fail_msg("no result %zu of %s", index, task);
		}
		fleet_look(f, 20);
	}
}

static inline void fleet_await_dead(struct fleet *f, size_t count)
{
	for (int64_t until_ms = clock_mono_ms() + FLEET_PATIENCE_MS; f->dead_count < count;) {
		if (clock_mono_ms() > until_ms) {
			fleet_print_logs(f);
			fail_msg("%zu of %zu dead letters", f->dead_count, count);
		}
		fleet_look(f, 20);
	}
}

static inline size_t fleet_results_of(const struct fleet *f, const char *task)
{
	size_t count = 0;
	for (size_t i = 0; i < f->results_count; i++)
		count += strcmp(f->results[i].task, task) == 0;
	return count;
}

/* How often `handle` was called for it; NULL: for any task. */
static inline int fleet_handled(const struct fleet *f, const char *task)
{
	char path[256];
	char line[512];
	size_t n = task ? strlen(task) : 0;
	int count = 0;
	snprintf(path, sizeof(path), "%s/handled", f->folder.path);
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		count += !task || (strncmp(line, task, n) == 0 && line[n] == ' ');
	if (file)
		fclose(file);
	return count;
}

static inline void fleet_await_handled(const struct fleet *f, const char *task, int times)
{
	for (int64_t until_ms = clock_mono_ms() + FLEET_PATIENCE_MS;
	        fleet_handled(f, task) < times;) {
		if (clock_mono_ms() > until_ms) {
			fleet_print_logs(f);
			fail_msg("%s was handled %d times, not %d", task ? task : "any task",
			        fleet_handled(f, task), times);
		}
		poll(NULL, 0, 5);
	}
}

/* Lines of the log that say so. */
static inline int fleet_log_count(const struct fleet *f, int log, const char *event)
{
	char path[256];
	char line[4096];
	int seen = 0;
	snprintf(path, sizeof(path), "%s/log.%d", f->folder.path, log);
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		seen += strstr(line, event) != NULL;
	if (file)
		fclose(file);
	return seen;
}

static inline void fleet_await_log(const struct fleet *f, int log, const char *event, int times)
{
	for (int64_t until_ms = clock_mono_ms() + FLEET_PATIENCE_MS;
	        fleet_log_count(f, log, event) < times;) {
		if (clock_mono_ms() > until_ms) {
			fleet_print_logs(f);
			fail_msg("log %d does not say %s %d times", log, event, times);
		}
		poll(NULL, 0, 10);
	}
}

/* --- what is committed --- */

struct fleet_commit {
	bool is_known;
	int64_t offset[FLEET_PARTITIONS];
	char metadata[FLEET_PARTITIONS][BUS_METADATA_MAX + 600];
};

static inline int fleet_note_commit(
        void *arg, struct bus_position *positions, size_t count, struct err *e)
{
	(void)e;
	struct fleet_commit *c = arg;
	for (size_t i = 0; i < count; i++) {
		c->offset[positions[i].partition] = positions[i].offset;
		char *text = c->metadata[positions[i].partition];
		fleet_copy(text, sizeof(c->metadata[0]), positions[i].metadata);
		text[strcspn(text, "@")] = '\0'; /* the marks; behind them is the last message */
	}
	c->is_known = count == FLEET_PARTITIONS;
	return 0;
}

/* A member of the service's group, which must have no other: knows what is committed, may commit.
 */
static inline struct bus_consumer *fleet_member(struct fleet *f, struct fleet_commit *c)
{
	struct err e;
	char topic[128];
	char group[128];
	struct str name = fleet_topic(f, TOPIC_BRIDGE_TASKS, topic);
	snprintf(group, sizeof(group), "%stest-probe", f->prefix);
	struct bus_group settings = {.brokers = getenv("LONGSHORE_KAFKA"),
	        .client_id = "test",
	        .group = group,
	        .topics = &name,
	        .topics_count = 1,
	        .session_timeout_ms = 2000};
	struct bus_listener listener = {
	        .assigned = fleet_note_commit, .revoked = fleet_revoked, .arg = c};
	struct bus_consumer *member;
	*c = (struct fleet_commit){.is_known = false};
	fleet_ok(bus_consumer_open(&settings, &listener, &member, &e), &e);
	for (int64_t until_ms = clock_mono_ms() + FLEET_PATIENCE_MS;
	        !c->is_known && clock_mono_ms() < until_ms;) {
		const struct bus_message *m;
		fleet_ok(bus_consumer_poll(member, 20, &m, &e), &e);
		bus_message_free(m);
	}
	assert_true(c->is_known);
	return member;
}

static inline void fleet_committed(struct fleet *f, struct fleet_commit *c)
{
	bus_consumer_close(fleet_member(f, c));
}

static inline int fleet_main(int argc, char **argv, int (*tests)(void))
{
	if (argc == 2 && strcmp(argv[1], "probe") == 0)
		return probe_main(false);
	if (argc == 2 && strcmp(argv[1], "shared") == 0) /* its lanes may hang */
		return probe_main(true);
	if (!getenv("LONGSHORE_KAFKA")) {
		fprintf(stderr, "LONGSHORE_KAFKA is not set\n");
		return 1;
	}
	return tests();
}

#endif
