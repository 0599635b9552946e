/* SPDX-License-Identifier: Apache-2.0
 *
 * formatter: renders a delivery's files into staging. It reads members and values, never ids of
 * the audience.
 *
 * Every operation is idempotent: the file is created once, under the task's id. A second attempt
 * renders it again, finds the first attempt's file, compares it with its own bytes and reports the
 * facts of the file that is there.
 */
#ifndef FORMATTER_FORMATTER_H
#define FORMATTER_FORMATTER_H

#include "longshore/bridge.h"
#include "longshore/keyring.h"
#include "longshore/spec.h"
#include "longshore/store.h"
#include "longshore/worker.h"

struct formatter { /* one per process, shared by its threads */
	struct store *staging;
	struct keyring *keys;
	struct bridge_cache *cache;
};

struct format_op {
	const struct formatter *formatter;
	const struct task_run *run;
	const struct ev_format_task *task;
	const struct spec *spec;
	struct ev_task_result *out;
};

/* One function for each task that services/registry.toml names. */
#define TASK(SYMBOL, word) \
	int format_##word(const struct format_op *op, struct err *e) ERR_MUST_USE;
TASKS_OF_FORMATTER(TASK)
#undef TASK

extern const struct task_service formatter_service;

#endif
