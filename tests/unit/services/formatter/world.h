/* SPDX-License-Identifier: Apache-2.0
 * The formatter on a real directory, with a bridge version that the builder wrote. One world a test
 * program: made by world_setup, removed by world_teardown; tests differ in their task ids. */
#ifndef FORMATTER_TESTS_WORLD_H
#define FORMATTER_TESTS_WORLD_H

#include "folder.h"
#include "formatter.h"
#include "result_of.h"

#include "longshore/bridge_build.h"
#include "longshore/place.h"
#include "longshore/reflist.h"
#include "longshore/result.h"
#include "longshore/sealed.h"
#include "longshore/selection.h"
#include "longshore/staging.h"

#define DELIVERY "0123456789abcdef0123456789abcdef"
#define VERSION "feedfeedfeedfeedfeedfeedfeedfeed"

enum { RECORDS = 5000, MEMBERS = 4000, MEM_BYTES = 512 * 1024, FILE_MAX = 1024 * 1024 };

static struct world {
	struct folder folder;
	struct store *staging;
	struct keyring *builder, *worker, *uploader, *scheduler;
	void *state; /* of the service */
	char root[96], keys_dir[128], cache_dir[128];
	char (*tokens)[32]; /* by ordinal: the oracle's own order */
	struct ev_staged_ref members;
	char members_sha[SHA256_HEX];
	int tasks;
} w;

static inline void must(int act, const struct err *e)
{
	if (act != 0)
		fail_msg("%s: %s", e->code, e->text);
}

static inline struct secret key_of(const struct keyring *k, const char *prefix, const char *scope)
{
	struct secret key;
	struct err e;
	must(keyring_staging(k, str_c(prefix), str_c(scope), &key, &e), &e);
	return key;
}

static inline void keyring_of(const char *service, struct keyring **out)
{
	char path[256];
	struct err e;
	(void)snprintf(path, sizeof path, "%s/%s", w.keys_dir, service);
	must(keyring_open(path, out, &e), &e);
}

static inline int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static inline void token_of(unsigned i, char out[32])
{
	(void)snprintf(out, 32, "t%08x", i * 2654435761u);
}

/* Records of two columns: a token, and what `extra` says for it. */
static inline void build(const char *version, const char *extra)
{
	static const struct str columns[] = {{"token", 5}, {"extra", 5}};
	struct bridge_build_spec spec = {
	        .staging = w.staging,
	        .version = str_c(version),
	        .tenant = STR("acme"),
	        .bridge = STR("tokens"),
	        .id_kind = STR("patient_id"),
	        .recipient = STR("partner"),
	        .columns = columns,
	        .columns_count = 2,
	        .one_to_one = true,
	        .key_epoch = 1,
	        .fingerprint_key = {{1}},
	        .mark_key = {{2}},
	        .keys_scope = key_of(w.builder, "keys", version),
	        .values_scope = key_of(w.builder, "values", version),
	        .spill_dir = w.folder.path,
	        .memory_bytes = 2 * 1024 * 1024,
	        .shard_bytes = 16 * 1024, /* several shards */
	};
	struct bridge_build *b = NULL;
	struct bridge_build_facts facts;
	struct err e;
	must(bridge_build_new(&spec, &b, &e), &e);
	for (unsigned i = 0; i < RECORDS; i++) {
		char id[32], token[32];
		(void)snprintf(id, sizeof id, "p%u", i);
		token_of(i, token);
		const struct str values[2] = {str_c(token), str_c(extra)};
		must(bridge_build_add(b, str_c(id), values, i + 1, &e), &e);
	}
	must(bridge_build_finish(b, &facts, &e), &e);
	assert_int_equal(facts.records, RECORDS);
	bridge_build_free(b);
}

/* Every fifth record is left out. */
static inline bool is_member(uint32_t ordinal)
{
	return ordinal % 5 != 3;
}

static inline void store_members(void)
{
	static const char name[] = "selections/" DELIVERY "/combine.members";
	struct secret key = key_of(w.worker, "selections", DELIVERY);
	struct selection *s = selection_new();
	struct buf bytes;
	struct err e;
	struct sealed_facts facts;
	for (uint32_t i = 0; i < RECORDS; i++)
		if (is_member(i))
			selection_add(s, &i, 1);
	buf_init(&bytes, FILE_MAX);
	must(selection_store(s, &bytes, &e), &e);
	must(sealed_put_once(w.staging, str_c(name), &key, buf_str(&bytes), &facts, &e), &e);
	memcpy(w.members_sha, facts.sha256, sizeof w.members_sha);
	w.members = (struct ev_staged_ref){.kind = STR("members"),
	        .name = str_c(name),
	        .sha256 = str_c(w.members_sha),
	        .bytes = facts.bytes,
	        .rows = (int64_t)selection_count(s)};
	assert_int_equal(w.members.rows, MEMBERS);
	buf_release(&bytes);
	selection_free(s);
}

static inline int world_setup(void **state)
{
	(void)state;
	struct err e;
	folder_make(&w.folder);
	folder_mkdir(&w.folder, "staging");
	(void)snprintf(w.root, sizeof w.root, "%s/staging", w.folder.url);
	(void)snprintf(w.keys_dir, sizeof w.keys_dir, "%s/keys", w.folder.path);
	(void)snprintf(w.cache_dir, sizeof w.cache_dir, "%s/cache", w.folder.path);
	must(store_open(PLACE_AT(w.root), &w.staging, &e), &e);
	must(staging_init(&(struct staging_init){.url = w.root, .keys = w.keys_dir}, &e), &e);
	keyring_of("bridge-builder", &w.builder);
	keyring_of("bridge-worker", &w.worker);
	keyring_of("uploader", &w.uploader);
	keyring_of("scheduler", &w.scheduler);
	build(VERSION, "x");
	store_members();
	w.tokens = calloc(RECORDS, 32);
	assert_non_null(w.tokens);
	for (unsigned i = 0; i < RECORDS; i++)
		token_of(i, w.tokens[i]);
	qsort(w.tokens, RECORDS, 32, by_text);
	char own_keys[256];
	(void)snprintf(own_keys, sizeof own_keys, "%s/formatter", w.keys_dir);
	const struct worker_conf conf = {.staging = w.root,
	        .keys = own_keys,
	        .cache_dir = w.cache_dir,
	        .cache_bytes = 1 << 20};
	must(formatter_service.start(&conf, NULL, &w.state, &e), &e);
	return 0;
}

static inline int world_teardown(void **state)
{
	(void)state;
	formatter_service.stop(w.state);
	keyring_close(w.builder);
	keyring_close(w.worker);
	keyring_close(w.uploader);
	keyring_close(w.scheduler);
	store_close(w.staging);
	folder_drop(&w.folder);
	free(w.tokens);
	return 0;
}

/* --- tasks --- */

/* One task and what came of it. */
struct job {
	struct ev_format_task task;
	const char *spec;
	char id[33];
	atomic_bool stop;
	struct arena mem;
	struct ev_task_result out;
	struct err e;
	int rc;
};

#define SPEC(columns, more) \
	"{\"audience\":{\"id_column\":\"id\",\"id_kind\":\"patient_id\",\"name\":\"a " \
	"\\\"1\\\"\",\"source\":" \
	"{\"url\":\"file:///a/" \
	"\"}},\"bridge\":{\"columns\":[{\"column\":\"t\",\"name\":\"token\"}]," \
	"\"from_column\":\"id\",\"from_kind\":\"patient_id\",\"name\":\"tokens\",\"source\":{" \
	"\"url\":" \
	"\"file:///b\"}},\"bucket\":{\"url\":\"file:///drop/" \
	"\"},\"destination\":{\"columns\":[" columns "]," more \
	"\"data_template\":\"{delivery}\",\"name\":\"dsp\"},\"route\":\"r\",\"tenant\":\"acme\"}"

#define TOKEN "{\"name\":\"Token Id\",\"source\":\"token\"}"
#define PLAIN_SPEC \
	SPEC(TOKEN ",{\"constant\":\"US\",\"is_constant\":true,\"name\":\"country\"}", "")
#define GZIP_SPEC SPEC(TOKEN, "\"compression\":\"gzip\",")

static inline struct job job_new(const char *spec, enum ev_format_op op)
{
	struct job j = {.spec = spec};
	(void)snprintf(j.id, sizeof j.id, "%032d", ++w.tasks);
	j.task.op = op;
	j.task.bridge_version = STR(VERSION);
	j.task.members = &w.members;
	j.task.ranks = MEMBERS;
	j.task.file_name = STR("f.csv");
	return j;
}

static inline void job_run(struct job *j)
{
	j->task.head = (struct ev_task_head){.task_id = str_c(j->id),
	        .delivery_id = STR(DELIVERY),
	        .tenant = STR("acme"),
	        .stage = STR("part")};
	arena_init(&j->mem, MEM_BYTES);
	const struct task_run run = {.head = &j->task.head,
	        .type = &ev_format_task_type,
	        .task = &j->task,
	        .spec = str_c(j->spec),
	        .stop = &j->stop,
	        .mem = &j->mem};
	j->rc = formatter_service.handle(w.state, &run, &j->out, &j->e);
}

static inline void job_release(struct job *j)
{
	arena_release(&j->mem);
}

static inline void job_must(struct job *j)
{
	job_run(j);
	must(j->rc, &j->e);
}

static inline void job_refused(struct job *j, const char *code, const char *words)
{
	job_run(j);
	assert_int_equal(j->rc, ERR_REJECT);
	assert_string_equal(j->e.code, code);
	if (strstr(j->e.text, words) == NULL)
		fail_msg("'%s' is not in: %s", words, j->e.text);
	assert_int_equal(j->out.outputs_count, 0);
	job_release(j);
}

/* The file as the uploader gets it. */
static inline struct str stored(struct job *j)
{
	struct secret key = key_of(w.uploader, "files", DELIVERY);
	struct str bytes;
	struct err e;
	char sha[SHA256_HEX];
	const struct ev_staged_ref *file = result_output_of(&j->out, STR("file"));
	assert_non_null(file);
	arena_release(&j->mem); /* the file is looked at after the task's memory is gone */
	arena_init(&j->mem, 2 * FILE_MAX);
	struct str name = arena_printf(&j->mem, "files/" DELIVERY "/%s.out", j->id);
	must(sealed_get(w.staging, name, &key, FILE_MAX, &j->mem, &bytes, &e), &e);
	sha256_hex(bytes.p, bytes.n, sha);
	return bytes;
}

static inline void fact_is(const struct job *j, const char *name, const char *value)
{
	struct str fact = result_fact_of(&j->out, str_c(name));
	if (!str_eq(fact, str_c(value)))
		fail_msg("fact %s is " STR_FMT ", not %s", name, STR_ARG(fact), value);
}

#endif
