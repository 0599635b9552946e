/* SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

#include "longshore/floor.h"
#include "longshore/spec_part.h"
#include "longshore/staging.h"
#include "op.h"
#include "over.h"

#include <stddef.h>
#include <stdlib.h>

struct settings {
	int64_t min_audience;
	const char *source_roots, *duckdb;
};

static const struct conf_field fields[] = {FLOOR_SETTING(offsetof(struct settings, min_audience)),
        CONFINE_SETTING(CONFINE_SOURCE_ROOTS, offsetof(struct settings, source_roots),
                "sources and suppression lists"),
        ROW_DUCKDB_SETTING(offsetof(struct settings, duckdb))};

static void stop(void *state)
{
	struct bridge_worker *w = state;
	if (!w)
		return;
	confine_free(w->sources);
	bridge_cache_close(w->cache);
	keyring_close(w->keys);
	store_close(w->staging);
	free(w);
}

static int start(
        const struct worker_conf *common, const void *conf, void **out_state, struct err *e)
{
	const struct settings *settings = conf;
	struct bridge_worker *w = calloc(1, sizeof(*w));
	if (!w)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for the bridge-worker");
	const struct confine_conf sources = {
	        CONFINE_SOURCE_ROOTS, settings->source_roots, common->staging, common->keys};
	w->min_audience = settings->min_audience;
	w->duckdb = settings->duckdb;
	int act = confine_new(&sources, &w->sources, e);
	if (act == 0)
		act = keyring_open(common->keys, &w->keys, e);
	w->key_dir = common->keys;
	if (act == 0)
		act = staging_open(common->staging, w->keys, &w->staging, e);
	if (act == 0)
		act = bridge_cache_dir(common->cache_dir, "bridge-worker", e);
	if (act == 0)
		act = bridge_cache_open(
		        w->staging, w->keys, common->cache_dir, common->cache_bytes, &w->cache, e);
	if (act != 0) {
		stop(w);
		return act;
	}
	*out_state = w;
	return 0;
}

/* By operation. NULL for an operation that this release does not know. */
static int (*const tasks[])(const struct op *op, struct err *e) = {
#define TASK(SYMBOL, word) [EV_BRIDGE_OP_##SYMBOL] = op_##word,
        TASKS_OF_BRIDGE_WORKER(TASK)
#undef TASK
};

static int handle(
        void *state, const struct task_run *run, struct ev_task_result *out, struct err *e)
{
	struct spec spec;
	struct op op = {.worker = state,
	        .task = run->task,
	        .spec = &spec,
	        .now_ms = run->now_ms,
	        .stop = run->stop,
	        .mem = run->mem,
	        .out = out};
	int act = spec_parse_part(run->spec, SPEC_FOR_BRIDGE_WORKER, run->mem, &spec, e);
	if (act != 0)
		return act;
	size_t task = (size_t)op.task->op;
	if (task < sizeof tasks / sizeof tasks[0] && tasks[task])
		return tasks[task](&op, e);
	return err_set(e, ERR_REJECT, CODE_UNKNOWN_OPERATION,
	        "this bridge-worker does not know the task's operation: upgrade it");
}

static int tidy(void *state, const struct tidy_run *run, struct tidied *out, struct err *e)
{
	const struct bridge_worker *w = state;
	return over_remove(w->staging, w->keys, run, &out->objects, e);
}

const struct task_service bridge_worker_service = {
        .plan = &service_plans[SERVICE_BRIDGE_WORKER],
        .threads = "8",
        .conf = fields,
        .conf_count = sizeof fields / sizeof fields[0],
        .conf_bytes = sizeof(struct settings),
        .start = start,
        .handle = handle,
        .tidy = tidy,
        .stop = stop,
};
