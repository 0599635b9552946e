/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch service of the test program itself. It notes "<partition> <offset> <type>" for each
 * message in <dir>/batched and answers each trigger with a TaskResult whose task id is the
 * trigger's note. While <dir>/away is there, it answers ERR_RETRY. The note "long" makes it work,
 * and breathe, until <dir>/short is there. The note "large" makes it
 * publish something too large; what publisher_send says is noted in <dir>/said. The note "refused"
 * makes it refuse the batch. As "keeper" it keeps its own offset in <dir>/position. */
#ifndef TESTS_SINK_SERVICE_H
#define TESTS_SINK_SERVICE_H

#include "probe_service.h"

struct sink {
	const char *dir;
	struct publisher *publisher;
	bool is_keeper;
	bool has_ticked;
};

static inline int sink_start_as(
        bool is_keeper, const void *conf, struct publisher *pub, void **out_state, struct err *e)
{
	struct sink *s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(e, ERR_FATAL, "out_of_memory", "sink");
	*s = (struct sink){((const struct probe_conf *)conf)->dir, pub, is_keeper, false};
	*out_state = s;
	return 0;
}

static inline int sink_start(const struct worker_conf *common, const void *conf,
        struct publisher *pub, void **out_state, struct err *e)
{
	(void)common;
	return sink_start_as(false, conf, pub, out_state, e);
}

static inline int keeper_start(const struct worker_conf *common, const void *conf,
        struct publisher *pub, void **out_state, struct err *e)
{
	(void)common;
	return sink_start_as(true, conf, pub, out_state, e);
}

static inline bool sink_has(const struct sink *s, const char *file)
{
	char path[512];
	struct stat st;
	snprintf(path, sizeof(path), "%s/%s", s->dir, file);
	return stat(path, &st) == 0;
}

static inline int sink_answer(
        struct sink *s, const struct ev_trigger *trigger, struct arena *mem, struct err *e)
{
	struct buf wire;
	size_t bad = 99;
	const struct ev_task_result r = {.task_id = trigger->note,
	        .issue = 1,
	        .tenant = trigger->tenant,
	        .delivery_id = STR("delivery"),
	        .outcome = EV_OUTCOME_DONE,
	        .worker = STR("sink")};
	buf_init(&wire, EVENT_MAX_BYTES);
	int act = event_encode(&ev_task_result_type, &r, &wire, e);
	struct publication items[2] = {
	        {.topic = TOPIC_RESULTS,
	                .partition = -1,
	                .key = STR("delivery"),
	                .value = buf_str(&wire),
	                .task = trigger->note,
	                .traceparent = STR("00-cc-dd-01")},
	};
	size_t count = 1;
	if (str_eq(trigger->note, STR("large"))) {
		items[count++] = (struct publication){.topic = TOPIC_RESULTS,
		        .partition = -1,
		        .value = {arena_alloc(mem, 1200000), 1200000}};
	}
	if (!act)
		act = publisher_send(s->publisher, items, count, &bad, e);
	buf_release(&wire);
	if (act == ERR_REJECT) {
		char line[128];
		snprintf(line, sizeof(line), "%s %zu\n", e->code, bad);
		probe_note(s->dir, "said", line);
		return 0;
	}
	return act;
}

/* Long work, until <dir>/short is there. */
static inline bool sink_breathe(const struct sink *s)
{
	probe_note(s->dir, "breathing", "x");
	while (!sink_has(s, "short")) {
		if (!publisher_breathe(s->publisher)) {
			probe_note(s->dir, "stopped", "x");
			return false;
		}
		poll(NULL, 0, 5);
	}
	return true;
}

static inline int sink_batch(void *state, const struct batch_message *msgs, size_t count,
        struct arena *mem, struct err *e)
{
	struct sink *s = state;
	if (sink_has(s, "away")) {
		probe_note(s->dir, "tries", "x");
		return err_set(e, ERR_RETRY, "database_away", "no database");
	}
	for (size_t i = 0; i < count; i++) {
		const struct ev_trigger *trigger = msgs[i].event;
		if (str_eq(trigger->note, STR("refused")))
			return err_set(e, ERR_REJECT, "bad_data", "it cannot be stored");
		if (str_eq(trigger->note, STR("long")) && !sink_breathe(s))
			return err_set(e, ERR_DEFER, "stopped", "another process continues");
	}
	for (size_t i = 0; i < count; i++) {
		char line[128];
		if (msgs[i].topic == TOPIC_TRIGGERS && sink_answer(s, msgs[i].event, mem, e))
			return e->act;
		snprintf(line, sizeof(line), "%d %lld %s\n", (int)msgs[i].partition,
		        (long long)msgs[i].offset, ev_type_name(msgs[i].type));
		probe_note(s->dir, "batched", line);
	}
	if (s->is_keeper) {
		char path[512];
		snprintf(path, sizeof(path), "%s/position", s->dir);
		unlink(path);
		char line[128];
		char witness[BATCH_WITNESS_BYTES];
		batch_message_witness(&msgs[count - 1], witness);
		snprintf(line, sizeof(line), "%lld %s", (long long)msgs[count - 1].offset + 1,
		        witness);
		probe_note(s->dir, "position", line);
	}
	return 0;
}

static inline int sink_tick(void *state, struct arena *mem, int64_t *out_next_ms, struct err *e)
{
	struct sink *s = state;
	(void)mem;
	(void)e;
	if (!s->has_ticked)
		probe_note(s->dir, "ticked", "x");
	s->has_ticked = true;
	*out_next_ms = 20;
	return 0;
}

static inline int sink_position(
        void *state, enum topic topic, int32_t partition, struct batch_position *out, struct err *e)
{
	struct sink *s = state;
	char path[512];
	char line[128] = "-1";
	(void)topic;
	(void)partition;
	if (sink_has(s, "away")) {
		probe_note(s->dir, "tries", "x");
		return err_set(e, ERR_RETRY, "database_away", "no database");
	}
	snprintf(path, sizeof(path), "%s/position", s->dir);
	FILE *file = fopen(path, "r");
	if (file && !fgets(line, sizeof(line), file))
		line[0] = '\0';
	if (file)
		fclose(file);
	char *rest;
	out->next = strtoll(line, &rest, 10);
	snprintf(out->witness, sizeof(out->witness), "%s", *rest ? rest + 1 : "");
	return 0;
}

static inline int sink_rewind(
        void *state, enum topic topic, int32_t partition, int64_t next, struct err *e)
{
	struct sink *s = state;
	char path[512];
	char line[32];
	(void)topic;
	(void)partition;
	(void)e;
	snprintf(path, sizeof(path), "%s/position", s->dir);
	unlink(path);
	snprintf(line, sizeof(line), "%lld", (long long)next);
	probe_note(s->dir, "position", line);
	return 0;
}

static inline void sink_stop(void *state)
{
	free(state);
}

static const enum topic sink_reads[] = {TOPIC_TRIGGERS};
static const enum topic sink_writes[] = {TOPIC_DEADLETTERS};
static const char *const sink_stages[] = {NULL};
static const struct service_plan sink_plan = {
        "test-sink", sink_reads, 1, sink_writes, 1, sink_stages};

static inline int sink_main(bool is_keeper)
{
	const struct batch_service service = {
	        .plan = &sink_plan,
	        .batch_max = 50,
	        .conf = probe_fields,
	        .conf_count = 1,
	        .conf_bytes = sizeof(struct probe_conf),
	        .keeps_offsets = is_keeper,
	        .start = is_keeper ? keeper_start : sink_start,
	        .batch = sink_batch,
	        .tick = sink_tick,
	        .position = is_keeper ? sink_position : NULL,
	        .rewind = is_keeper ? sink_rewind : NULL,
	        .stop = sink_stop,
	};
	char *argv[] = {(char *)(uintptr_t) "test-sink", NULL};
	return worker_run_batches(&service, 1, argv);
}

#endif
