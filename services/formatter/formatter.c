/* SPDX-License-Identifier: Apache-2.0 */
#include "formatter.h"

#include "longshore/ended.h"
#include "longshore/spec_part.h"
#include "longshore/staging.h"

#include <stdlib.h>

static void stop(void *state)
{
	struct formatter *f = state;
	if (!f)
		return;
	bridge_cache_close(f->cache);
	store_close(f->staging);
	keyring_close(f->keys);
	free(f);
}

static int open_all(struct formatter *f, const struct worker_conf *common, struct err *e)
{
	if (keyring_open(common->keys, &f->keys, e) != 0)
		return e->act;
	if (staging_open(common->staging, f->keys, &f->staging, e) != 0)
		return e->act;
	if (bridge_cache_dir(common->cache_dir, "formatter", e) != 0)
		return e->act;
	return bridge_cache_open(
	        f->staging, f->keys, common->cache_dir, common->cache_bytes, &f->cache, e);
}

static int start(
        const struct worker_conf *common, const void *conf, void **out_state, struct err *e)
{
	(void)conf; /* the formatter has no settings */
	struct formatter *f = calloc(1, sizeof *f);
	if (!f)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for the formatter");
	if (open_all(f, common, e) != 0) {
		stop(f);
		return e->act;
	}
	*out_state = f;
	return 0;
}

/* By operation. NULL for an operation that this release does not know. */
static int (*const tasks[])(const struct format_op *op, struct err *e) = {
#define TASK(SYMBOL, word) [EV_FORMAT_OP_##SYMBOL] = format_##word,
        TASKS_OF_FORMATTER(TASK)
#undef TASK
};

static int handle(
        void *state, const struct task_run *run, struct ev_task_result *out, struct err *e)
{
	struct spec spec;
	if (spec_parse_part(run->spec, SPEC_FOR_FORMATTER, run->mem, &spec, e) != 0)
		return e->act;
	if (spec.kind != SPEC_DELIVERY)
		return err_set(e, ERR_REJECT, CODE_BAD_TASK, "the task's spec is not a delivery's");
	const struct format_op op = {
	        .formatter = state,
	        .run = run,
	        .task = run->task,
	        .spec = &spec,
	        .out = out,
	};
	size_t task = (size_t)op.task->op;
	if (task < sizeof tasks / sizeof tasks[0] && tasks[task])
		return tasks[task](&op, e);
	return err_set(e, ERR_REJECT, CODE_BAD_TASK,
	        "this formatter does not know the task's operation; is it older than the "
	        "scheduler?");
}

static int tidy(void *state, const struct tidy_run *run, struct tidied *out, struct err *e)
{
	const struct formatter *f = state;
	const struct ended_owner files = {f->staging, f->keys, "files"};
	return ended_remove(&files, run, &out->objects, e);
}

const struct task_service formatter_service = {
        .plan = &service_plans[SERVICE_FORMATTER],
        .threads = "8",
        .start = start,
        .handle = handle,
        .tidy = tidy,
        .stop = stop,
};
