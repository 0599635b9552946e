/* SPDX-License-Identifier: Apache-2.0
 *
 * One build: pins the partner's objects, reads them, and writes a bridge version. The version's id
 * is a hash of all inputs (sources by content, columns, cardinality, recipient, key epoch), so the
 * same inputs give the same version, and a repeated build finds its pieces there.
 */
#ifndef BRIDGE_BUILDER_BUILD_H
#define BRIDGE_BUILDER_BUILD_H

#include "longshore/events.h"
#include "longshore/keyring.h"
#include "longshore/spec.h"
#include "longshore/store.h"

#include <stdatomic.h>

struct bridge_builder { /* one per process */
	struct store *staging;
	struct keyring *keys;
	const char *key_dir;     /* also has the credentials */
	struct confine *sources; /* where sources may be */
	const char *duckdb;      /* row_reader.h */
	const char *spill_dir;
	int64_t memory_bytes; /* for sorting, per build */
	int64_t shard_bytes;
};

struct building {
	const struct bridge_builder *builder;
	const struct ev_build_task *task;
	const struct spec *spec;
	int64_t now_ms;
	const atomic_bool *stop; /* may be NULL */
	struct arena *mem;
	struct ev_task_result *out;
};

int build_version(const struct building *b, struct err *e) ERR_MUST_USE;

#endif
