/* SPDX-License-Identifier: Apache-2.0
 * A bridge-worker to test: staging, keys, a bridge, sources, and tasks as the loop gives them. */
#ifndef BRIDGE_WORKER_TESTS_WORLD_H
#define BRIDGE_WORKER_TESTS_WORLD_H

#include "folder.h"
#include "op.h"
#include "result_of.h"

#include "longshore/bridge_build.h"
#include "longshore/place.h"
#include "longshore/reflist.h"
#include "longshore/result.h"

enum { PEOPLE = 5000, ARENA = 64 * 1024 * 1024 };

struct world {
	struct folder folder;
	struct store *staging;
	struct keyring *builder_keys, *keys;
	struct bridge_cache *cache;
	struct bridge_worker worker;
	struct spec spec;
	struct arena mem;
	char source[96], list[96];
	const char *version;            /* of tasks */
	struct ev_task_result selected; /* sums of what select counted in the last delivery */
};

static inline void must(int act, const struct err *e)
{
	if (act != 0)
		fail_msg("%s: %s", e->code, e->text);
}

/* Person i of PEOPLE: every second id is known; two persons share a record. */
static inline void build_bridge(struct world *w)
{
	static const struct str columns[] = {{"token", 5}};
	struct err e;
	struct bridge_build_facts facts;
	struct bridge_build *b = NULL;
	struct bridge_build_spec spec = {.staging = w->staging,
	        .version = STR("v"),
	        .tenant = STR("t"),
	        .bridge = STR("b"),
	        .id_kind = STR("patient_id"),
	        .recipient = STR("r"),
	        .columns = columns,
	        .columns_count = 1,
	        .key_epoch = 1,
	        .spill_dir = w->folder.path,
	        .memory_bytes = 2 << 20,
	        .shard_bytes = 1 << 16};
	must(keyring_fingerprint(w->builder_keys, STR("t"), STR("b"), 1, &spec.fingerprint_key, &e),
	        &e);
	must(keyring_mark(w->builder_keys, STR("t"), STR("b"), &spec.mark_key, &e), &e);
	must(keyring_staging(w->builder_keys, STR("keys"), spec.version, &spec.keys_scope, &e), &e);
	must(keyring_staging(w->builder_keys, STR("values"), spec.version, &spec.values_scope, &e),
	        &e);
	must(bridge_build_new(&spec, &b, &e), &e);
	for (int i = 0; i < PEOPLE; i += 2) {
		char id[32], token[32];
		(void)snprintf(id, sizeof(id), "p%d", i);
		(void)snprintf(token, sizeof(token), "t%05d", i / 4);
		struct str value = str_c(token);
		must(bridge_build_add(b, str_c(id), &value, i + 1, &e), &e);
	}
	must(bridge_build_finish(b, &facts, &e), &e);
	bridge_build_free(b);
}

static inline int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err e;
	char path[128];
	assert_non_null(w);
	folder_make(&w->folder);
	folder_mkdir(&w->folder, "staging");
	(void)snprintf(path, sizeof(path), "%s/staging", w->folder.url);
	must(store_open(PLACE_AT(path), &w->staging, &e), &e);
	(void)snprintf(path, sizeof(path), "%s/keys", w->folder.path);
	must(keyring_init(path, false, &e), &e);
	(void)snprintf(path, sizeof(path), "%s/keys/bridge-builder", w->folder.path);
	must(keyring_open(path, &w->builder_keys, &e), &e);
	(void)snprintf(path, sizeof(path), "%s/keys/bridge-worker", w->folder.path);
	must(keyring_open(path, &w->keys, &e), &e);
	(void)snprintf(path, sizeof(path), "%s/cache", w->folder.path);
	must(bridge_cache_open(w->staging, w->keys, path, 1 << 24, &w->cache, &e), &e);
	w->worker =
	        (struct bridge_worker){.staging = w->staging, .keys = w->keys, .cache = w->cache};
	arena_init(&w->mem, ARENA);
	build_bridge(w);
	(void)snprintf(w->source, sizeof(w->source), "%s/src/", w->folder.url);
	(void)snprintf(w->list, sizeof(w->list), "%s/list.csv", w->folder.url);
	w->version = "v";
	w->spec.tenant = STR("t");
	w->spec.route = STR("r");
	w->spec.bridge.name = STR("b");
	w->spec.audience = (struct spec_audience){.name = STR("a"),
	        .segment = STR("s"),
	        .id_column = STR("patient"),
	        .id_kind = STR("patient_id"),
	        .state_column = STR("state"),
	        .source = {.url = str_c(w->source), .delimiter = ','}};
	w->spec.limits.slice_bytes = 4096;
	*state = w;
	return 0;
}

static inline int teardown(void **state)
{
	struct world *w = *state;
	arena_release(&w->mem);
	bridge_cache_close(w->cache);
	keyring_close(w->keys);
	keyring_close(w->builder_keys);
	store_close(w->staging);
	folder_drop(&w->folder);
	free(w);
	return 0;
}

/* rows: every person once, each tenth again, one row without an id, in so many objects. */
static inline void write_source(struct world *w, int objects)
{
	enum { ROWS = PEOPLE + PEOPLE / 10 + 1 };
	char path[160];
	folder_rmdir(&w->folder, "src");
	folder_mkdir(&w->folder, "src");
	for (int o = 0; o < objects; o++) {
		(void)snprintf(path, sizeof(path), "%s/src/part-%03d.csv", w->folder.path, o);
		FILE *f = fopen(path, "wb");
		assert_non_null(f);
		(void)fprintf(f, "patient,state\n");
		for (int i = (int)((long)ROWS * o / objects);
		        i < (int)((long)ROWS * (o + 1) / objects); i++) {
			if (i == ROWS - 1)
				(void)fprintf(f, ",NY\n");
			else
				(void)fprintf(f, "p%d,%s\n", i < PEOPLE ? i : (i - PEOPLE) * 10,
				        i % 100 == 4 ? "WA" : "\"NY\"");
		}
		assert_int_equal(fclose(f), 0);
	}
}

static inline struct ev_bridge_task task_of(
        const char *delivery, const char *id, enum ev_bridge_op op, int32_t index)
{
	return (struct ev_bridge_task){.op = op,
	        .bridge_version = STR("v"),
	        .head = {.task_id = str_c(id),
	                .delivery_id = str_c(delivery),
	                .tenant = STR("t"),
	                .index = index}};
}

static inline int run(struct world *w, const struct ev_bridge_task *task,
        struct ev_task_result *out, struct err *e)
{
	struct op op = {.worker = &w->worker,
	        .task = task,
	        .spec = &w->spec,
	        .now_ms = INT64_C(4102444800000),
	        .mem = &w->mem,
	        .out = out};
	*out = (struct ev_task_result){0};
	switch (task->op) {
	case EV_BRIDGE_OP_INSPECT:
		return op_inspect(&op, e);
	case EV_BRIDGE_OP_SELECT:
		return op_select(&op, e);
	case EV_BRIDGE_OP_LISTS:
		return op_lists(&op, e);
	case EV_BRIDGE_OP_COMBINE:
		return op_combine(&op, e);
	case EV_BRIDGE_OP_UNKNOWN:
		break;
	}
	fail();
	return 0;
}

static inline struct ev_staged_ref put_list(
        struct world *w, const char *delivery, const struct buf *text)
{
	struct secret key;
	struct sealed_facts facts;
	struct err e;
	char path[128];
	struct keyring *scheduler = NULL;
	(void)snprintf(path, sizeof(path), "%s/keys/scheduler", w->folder.path);
	must(keyring_open(path, &scheduler, &e), &e);
	must(keyring_staging(scheduler, STR("specs"), str_c(delivery), &key, &e), &e);
	struct str name = arena_printf(&w->mem, "specs/%s/x.list", delivery);
	must(sealed_put_once(w->staging, name, &key, buf_str(text), &facts, &e), &e);
	keyring_close(scheduler);
	return (struct ev_staged_ref){
	        .name = name, .sha256 = arena_str(&w->mem, str_c(facts.sha256))};
}

/* Adds what one select counted to the sums. */
static inline void sum_counts(struct world *w, const struct ev_task_result *r)
{
	struct ev_task_result *sum = &w->selected;
	for (size_t i = 0; i < r->counts_count; i++) {
		struct str name = r->counts[i].name;
		size_t at = 0;
		while (at < sum->counts_count && !str_eq(sum->counts[at].name, name))
			at++;
		if (at == sum->counts_count)
			result_count(sum, &w->mem, name.p, 0);
		sum->counts[at].value += r->counts[i].value;
	}
}

static inline void add_selection(struct buf *list, const struct ev_staged_ref *sel)
{
	struct err e;
	struct reflist_item item = {.name = sel->name,
	        .sha256 = sel->sha256,
	        .bytes = sel->bytes,
	        .rows = sel->rows,
	        .label = STR(""),
	        .plain_sha256 = STR("")};
	must(reflist_add(list, &item, &e), &e);
}

/* Inspects, selects every slice and lists; the combine task that is due then. */
static inline struct ev_bridge_task prepare(struct world *w, const char *delivery, int64_t *slices)
{
	struct ev_task_result r, rows = {0};
	struct err e;
	struct ev_bridge_task inspect = task_of(delivery, "inspect", EV_BRIDGE_OP_INSPECT, 0);
	must(run(w, &inspect, &r, &e), &e);
	struct ev_staged_ref input = *result_output_of(&r, STR("slices"));
	assert_true(str_to_i64(result_fact_of(&r, STR("slices")), slices));
	w->selected = (struct ev_task_result){0};
	int64_t inspected = result_count_of(&r, STR("rows_read")), read = 0;
	struct buf list;
	buf_init(&list, 1 << 20);
	for (int32_t i = 0; i < *slices; i++) {
		struct str id = arena_printf(&w->mem, "select-%d", i);
		struct ev_bridge_task select = task_of(delivery, id.p, EV_BRIDGE_OP_SELECT, i);
		select.bridge_version = str_c(w->version);
		select.input = &input;
		must(run(w, &select, &rows, &e), &e);
		sum_counts(w, &rows);
		read += result_count_of(&rows, STR("rows_read"));
		assert_int_equal(result_count_of(&rows, STR("rows_read")),
		        result_count_of(&rows, STR("invalid")) +
		                result_count_of(&rows, STR("filtered")) +
		                result_count_of(&rows, STR("unmatched")) +
		                result_count_of(&rows, STR("matched")));
		add_selection(&list, result_output_of(&rows, STR("selection")));
	}
	assert_int_equal(read, inspected);
	struct ev_bridge_task combine = task_of(delivery, "combine", EV_BRIDGE_OP_COMBINE, 0);
	combine.bridge_version = str_c(w->version);
	combine.input = arena_alloc(&w->mem, sizeof(*combine.input));
	*combine.input = put_list(w, delivery, &list);
	buf_release(&list);
	struct ev_bridge_task lists = task_of(delivery, "lists", EV_BRIDGE_OP_LISTS, 0);
	must(run(w, &lists, &r, &e), &e);
	combine.suppressions_count = r.outputs_count;
	combine.suppressions =
	        arena_alloc(&w->mem, (r.outputs_count + 1) * sizeof(*combine.suppressions));
	for (size_t i = 0; i < r.outputs_count; i++)
		combine.suppressions[i] = (struct ev_suppression_pin){
		        .name = r.outputs[i].name, .version = r.outputs[i].sha256, .url = STR("")};
	return combine;
}

/* The books of one combine. */
static inline void assert_balanced(const struct ev_task_result *r, int64_t links)
{
	assert_int_equal(links, result_count_of(r, STR("repeated")) +
	                                result_count_of(r, STR("shared")) +
	                                result_count_of(r, STR("chosen")));
	assert_int_equal(result_count_of(r, STR("chosen")),
	        result_count_of(r, STR("blocked")) + result_count_of(r, STR("held_out")) +
	                result_count_of(r, STR("capped")) + result_count_of(r, STR("members")));
}

/* Drives one delivery; the combine's result. */
static inline struct ev_task_result drive(struct world *w, const char *delivery, int64_t *slices)
{
	struct ev_task_result r;
	struct err e;
	struct ev_bridge_task combine = prepare(w, delivery, slices);
	must(run(w, &combine, &r, &e), &e);
	return r;
}

#endif
