/* SPDX-License-Identifier: Apache-2.0
 *
 * The context of a bridge task. Each operation is idempotent: objects are created once, under the
 * task's id, and a repeat reports the objects that are there.
 */
#ifndef BRIDGE_WORKER_OP_H
#define BRIDGE_WORKER_OP_H

#include "longshore/bridge.h"
#include "longshore/events.h"
#include "longshore/keyring.h"
#include "longshore/row_source.h"
#include "longshore/sealed.h"
#include "longshore/services.h"
#include "longshore/source.h"
#include "longshore/spec.h"
#include "longshore/store.h"

#include <stdatomic.h>

struct bridge_worker { /* one per process, shared by its threads */
	struct store *staging;
	struct keyring *keys;
	const char *key_dir; /* also has the credentials */
	struct bridge_cache *cache;
	struct confine *sources; /* where sources may be */
	int64_t min_audience;    /* longshore/floor.h */
	const char *duckdb;      /* row_reader.h */
};

struct op {
	const struct bridge_worker *worker;
	const struct ev_bridge_task *task;
	const struct spec *spec;
	int64_t now_ms;
	const atomic_bool *stop; /* may be NULL */
	struct arena *mem;
	struct ev_task_result *out;
};

/* How to read the source's objects. */
struct row_form op_form(const struct op *op, const struct spec_source *source);
/* For row_source_read. */
struct row_source op_source(const struct op *op, const struct spec_source *source);

/* One function for each task that services/registry.toml names. */
#define TASK(SYMBOL, word) int op_##word(const struct op *op, struct err *e) ERR_MUST_USE;
TASKS_OF_BRIDGE_WORKER(TASK)
#undef TASK

/* ERR_DEFER ("drain") once the process is stopping. */
int op_go_on(const struct op *op, struct err *e) ERR_MUST_USE;

/* selections/<delivery>/<task>.<suffix> */
struct str op_object(const struct op *op, const char *suffix);
int op_key(const struct op *op, struct str prefix, struct str scope, struct secret *out,
        struct err *e) ERR_MUST_USE;

#endif
