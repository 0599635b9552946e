/* SPDX-License-Identifier: Apache-2.0
 *
 * A task service that does what the task's lane says, in the test program itself, restarted as a
 * child:
 *   ok | retry | defer | reject | fatal | abort | large | block:<file> | hang:<file> | file:<file>
 * Each call of `handle` leaves a line "<task> <pid> <spec>" in <dir>/handled. `block` waits until
 * <dir>/<file> is there or the process is to stop; `hang` does not heed the latter. */
#ifndef TESTS_PROBE_SERVICE_H
#define TESTS_PROBE_SERVICE_H

#include "longshore/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct probe_conf {
	const char *dir;
};

static const struct conf_field probe_fields[] = {
        {.env = "LONGSHORE_TEST_DIR",
                .kind = CONF_TEXT,
                .offset = offsetof(struct probe_conf, dir),
                .help = "where the test looks"},
};

static inline int probe_start(
        const struct worker_conf *common, const void *conf, void **out_state, struct err *e)
{
	(void)common;
	(void)e;
	*out_state = (void *)(uintptr_t)((const struct probe_conf *)conf)->dir;
	return 0;
}

static inline void probe_note(const char *dir, const char *file, const char *text)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", dir, file);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
}

static inline int probe_block(const char *dir, const struct task_run *run, struct err *e)
{
	char path[512];
	struct stat st;
	size_t name_at = (size_t)((const char *)memchr(run->head->lane.p, ':', run->head->lane.n) +
	                          1 - run->head->lane.p);
	bool heeds_stop = str_has_prefix(run->head->lane, STR("block:"));
	snprintf(path, sizeof(path), "%s/%.*s", dir, (int)(run->head->lane.n - name_at),
	        run->head->lane.p + name_at);
	while (stat(path, &st)) {
		if (heeds_stop && atomic_load(run->stop))
			return err_set(e, ERR_DEFER, "drain", "told to stop");
		poll(NULL, 0, 2);
	}
	return 0;
}

static inline void probe_fill(const struct task_run *run, struct ev_task_result *out, size_t count)
{
	out->counts = ARENA_TRY_ARRAY(run->mem, struct ev_count, count);
	if (!out->counts)
		abort();
	out->counts_count = count;
	for (size_t i = 0; i < count; i++)
		out->counts[i] = (struct ev_count){STR(""), STR("members"), 7};
}

static inline int probe_handle(
        void *state, const struct task_run *run, struct ev_task_result *out, struct err *e)
{
	const char *dir = state;
	char line[256];
	struct str lane = run->head->lane;
	snprintf(line, sizeof(line), "%.*s %d %.*s\n", (int)run->head->task_id.n,
	        run->head->task_id.p, (int)getpid(), (int)run->spec.n > 40 ? 40 : (int)run->spec.n,
	        run->spec.p);
	probe_note(dir, "handled", line);
	if (str_eq(lane, STR("retry"))) {
		(void)err_set(e, ERR_RETRY, "source_away", "the source does not answer");
		e->not_before_ms = 1234567890123;
		return ERR_RETRY;
	}
	if (str_eq(lane, STR("defer")))
		return err_set(e, ERR_DEFER, "rate_limited", "later");
	if (str_eq(lane, STR("reject")))
		return err_set(e, ERR_REJECT, "source_changed", "object 3 has changed");
	if (str_eq(lane, STR("fatal")))
		return err_set(e, ERR_FATAL, "broken", "an invariant is broken");
	if (str_eq(lane, STR("abort")))
		_exit(99);
	bool waits = str_has_prefix(lane, STR("block:")) || str_has_prefix(lane, STR("hang:"));
	if (waits && probe_block(dir, run, e))
		return e->act;
	probe_fill(run, out, str_eq(lane, STR("large")) ? 20000 : 1);
	return 0;
}

/* Hangs, whatever it is told, while <dir>/hang is there. */
static inline int probe_tidy(
        void *state, const struct tidy_run *run, struct tidied *out, struct err *e)
{
	char path[512];
	struct stat st;
	(void)run;
	(void)e;
	*out = (struct tidied){0};
	snprintf(path, sizeof(path), "%s/hang", (const char *)state);
	if (stat(path, &st) == 0)
		probe_note(state, "hanging", "");
	while (stat(path, &st) == 0)
		poll(NULL, 0, 2);
	return 0;
}

static inline int probe_main(bool shares_threads)
{
	static const char *const stages[] = {"selections", NULL};
	static const enum topic reads[] = {TOPIC_BRIDGE_TASKS};
	static const enum topic writes[] = {TOPIC_RESULTS, TOPIC_DEADLETTERS};
	static const struct service_plan plan = {"test-probe", reads, 1, writes, 2, stages};
	const struct task_service service = {
	        .plan = &plan,
	        .shares_threads = shares_threads,
	        .conf = probe_fields,
	        .conf_count = 1,
	        .conf_bytes = sizeof(struct probe_conf),
	        .start = probe_start,
	        .handle = probe_handle,
	        .tidy = probe_tidy,
	};
	char *argv[] = {(char *)(uintptr_t) "test-probe", NULL};
	return worker_run_tasks(&service, 1, argv);
}

#endif
