/* SPDX-License-Identifier: Apache-2.0 */
#include "builder.h"

#include "build.h"

#include "longshore/bridge.h"
#include "longshore/confine.h"
#include "longshore/row_reader.h"
#include "longshore/spec_part.h"
#include "longshore/staging.h"

#include <stdlib.h>

struct builder_conf {
	int64_t memory_bytes, shard_bytes;
	const char *source_roots, *duckdb;
};

static const struct conf_field fields[] = {
        CONFINE_SETTING(CONFINE_SOURCE_ROOTS, offsetof(struct builder_conf, source_roots),
                "the bridges' files"),
        ROW_DUCKDB_SETTING(offsetof(struct builder_conf, duckdb)),
        {.env = "LONGSHORE_BUILD_MEMORY_BYTES",
                .kind = CONF_INT,
                .offset = offsetof(struct builder_conf, memory_bytes),
                .preset = "268435456",
                .min = 2097152,
                .max = 68719476736,
                .unit = "bytes",
                .help = "memory for sorting, per build; the rest is spilled to the cache "
                        "directory"},
        {.env = "LONGSHORE_SHARD_BYTES",
                .kind = CONF_INT,
                .offset = offsetof(struct builder_conf, shard_bytes),
                .preset = "268435456",
                .min = 65536,
                .max = 1073741824,
                .unit = "bytes",
                .help = "largest piece of keys or values; it affects a version's bytes, so do not "
                        "change it"},
};

static void stop(void *state)
{
	struct bridge_builder *b = state;
	if (!b)
		return;
	confine_free(b->sources);
	keyring_close(b->keys);
	store_close(b->staging);
	free(b);
}

static int start(
        const struct worker_conf *common, const void *conf, void **out_state, struct err *e)
{
	const struct builder_conf *own = conf;
	struct bridge_builder *b = calloc(1, sizeof(*b));
	if (!b)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for the bridge-builder");
	*b = (struct bridge_builder){.duckdb = own->duckdb,
	        .spill_dir = common->cache_dir,
	        .memory_bytes = own->memory_bytes,
	        .shard_bytes = own->shard_bytes};
	const struct confine_conf sources = {
	        CONFINE_SOURCE_ROOTS, own->source_roots, common->staging, common->keys};
	int act = confine_new(&sources, &b->sources, e);
	if (act == 0)
		act = bridge_cache_dir(common->cache_dir, "bridge-builder", e);
	if (act == 0)
		act = keyring_open(common->keys, &b->keys, e);
	b->key_dir = common->keys;
	if (act == 0)
		act = staging_open(common->staging, b->keys, &b->staging, e);
	if (act != 0) {
		stop(b);
		return act;
	}
	*out_state = b;
	return 0;
}

static int handle(
        void *state, const struct task_run *run, struct ev_task_result *out, struct err *e)
{
	struct spec spec;
	struct building b = {.builder = state,
	        .task = run->task,
	        .spec = &spec,
	        .now_ms = run->now_ms,
	        .stop = run->stop,
	        .mem = run->mem,
	        .out = out};
	int act = spec_parse_part(run->spec, SPEC_FOR_BUILDER, run->mem, &spec, e);
	return act == 0 ? build_version(&b, e) : act;
}

const struct task_service bridge_builder_service = {
        .plan = &service_plans[SERVICE_BRIDGE_BUILDER],
        .conf = fields,
        .conf_count = sizeof(fields) / sizeof(fields[0]),
        .conf_bytes = sizeof(struct builder_conf),
        .start = start,
        .handle = handle,
        .stop = stop,
};
