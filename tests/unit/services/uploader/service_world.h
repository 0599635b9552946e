/* SPDX-License-Identifier: Apache-2.0
 * A world for the service as the loop calls it: a real directory, keys of its own, and a file that is
 * staged by the formatter's key. */
#ifndef TESTS_UPLOADER_SERVICE_WORLD_H
#define TESTS_UPLOADER_SERVICE_WORLD_H

#include "folder.h"
#include "longshore/place.h"
#include "longshore/result.h"
#include "longshore/sealed.h"
#include "longshore/staging.h"
#include "result_of.h"
#include "uploader.h"

#define DELIVERY "0123456789abcdef0123456789abcdef"

enum { FILE_BYTES = 3 * 256 * 1024 + 17 /* three parts and a bit */, MEM_BYTES = 256 * 1024 };

static struct world {
	struct folder folder;
	struct store *staging;
	struct keyring *formatter, *uploader;
	void *state; /* of the service */
	char root[96], keys[128];
	char bytes[FILE_BYTES];
	char sha256[SHA256_HEX];
	struct ev_staged_ref file;
	int tasks;
} w;

static inline void must(int act, const struct err *e)
{
	if (act != 0)
		fail_msg("%s: %s", e->code, e->text);
}

static inline struct secret key_of(const struct keyring *k, const char *prefix)
{
	struct secret key;
	struct err e;
	must(keyring_staging(k, str_c(prefix), STR(DELIVERY), &key, &e), &e);
	return key;
}

static inline void stage_file(void)
{
	static const char name[] = "files/" DELIVERY "/part0.out";
	struct secret key = key_of(w.formatter, "files");
	struct sealed_facts facts;
	struct err e;
	for (size_t i = 0; i < sizeof w.bytes; i++)
		w.bytes[i] = (char)(i * 2654435761U >> 11);
	must(sealed_put_once(
	             w.staging, str_c(name), &key, str_bytes(w.bytes, sizeof w.bytes), &facts, &e),
	        &e);
	memcpy(w.sha256, facts.sha256, sizeof w.sha256);
	w.file = (struct ev_staged_ref){.kind = STR("file"),
	        .name = str_c(name),
	        .sha256 = str_c(w.sha256),
	        .bytes = FILE_BYTES,
	        .rows = 42};
}

static inline int setup(void **state)
{
	(void)state;
	struct err e;
	char path[256];
	memset(&w, 0, sizeof w);
	folder_make(&w.folder);
	(void)snprintf(w.root, sizeof w.root, "%s/staging", w.folder.url);
	(void)snprintf(w.keys, sizeof w.keys, "%s/keys", w.folder.path);
	must(store_open(PLACE_AT(w.root), &w.staging, &e), &e);
	must(staging_init(&(struct staging_init){.url = w.root, .keys = w.keys}, &e), &e);
	(void)snprintf(path, sizeof path, "%s/formatter", w.keys);
	must(keyring_open(path, &w.formatter, &e), &e);
	(void)snprintf(path, sizeof path, "%s/uploader", w.keys);
	must(keyring_open(path, &w.uploader, &e), &e);
	stage_file();
	folder_mkdir(&w.folder, "drop");
	const struct worker_conf conf = {.staging = w.root,
	        .keys = path,
	        .redis = "",
	        .redis_config = "",
	        .topic_prefix = "t.",
	        .keep_staged_ms = INT64_C(2592000000)};
	const struct uploader_settings own = {
	        .drop_mode = "0640", .drop_group = "", .drop_roots = ""};
	must(uploader_service.start(&conf, &own, &w.state, &e), &e);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	uploader_service.stop(w.state);
	keyring_close(w.formatter);
	keyring_close(w.uploader);
	store_close(w.staging);
	folder_drop(&w.folder);
	return 0;
}

/* One task and what came of it. */
struct job {
	struct ev_upload_task task;
	char spec[1500], id[33], name[32], file_id[32];
	int64_t now_ms;
	atomic_bool stop;
	struct arena mem;
	struct ev_task_result out;
	struct err e;
	int rc;
};

static inline void write_spec(struct job *j, const char *url, const char *limits)
{
	int n = snprintf(j->spec, sizeof j->spec,
	        "{\"audience\":{\"id_column\":\"id\",\"id_kind\":\"patient_id\",\"name\":\"a\","
	        "\"source\":{\"url\":\"file:///a/\"}},"
	        "\"bridge\":{\"columns\":[{\"column\":\"t\",\"name\":\"token\"}],\"from_column\":"
	        "\"id\",\"from_kind\":\"patient_id\","
	        "\"name\":\"tokens\",\"source\":{\"url\":\"file:///"
	        "b\"}},\"bucket\":{\"url\":\"%s\"},\"destination\":{\"columns\":[{"
	        "\"name\":\"Token "
	        "Id\",\"source\":\"token\"}],\"data_template\":\"{delivery}\",\"name\":\"dsp\"},%"
	        "s\"route\":\"r\","
	        "\"tenant\":\"acme\"}",
	        url, limits);
	assert_true(n > 0 && (size_t)n < sizeof j->spec);
}

static inline void job_init(struct job *j, enum ev_upload_op op, int file)
{
	char url[128];
	memset(j, 0, sizeof *j);
	(void)snprintf(j->id, sizeof j->id, "%032d", ++w.tasks);
	(void)snprintf(j->name, sizeof j->name, "2026/part%d.csv", file);
	(void)snprintf(j->file_id, sizeof j->file_id, "f%d", file);
	(void)snprintf(url, sizeof url, "%s/drop", w.folder.url);
	write_spec(j, url, "");
	j->now_ms = 1000;
	j->task = (struct ev_upload_task){.op = op,
	        .file_id = str_c(j->file_id),
	        .file_name = str_c(j->name),
	        .file = op == EV_UPLOAD_OP_UPLOAD ? &w.file : NULL,
	        .plain_sha256 = STR("abcd"),
	        .place = STR(""),
	        .encoder = STR("isal-2.30.0/1"),
	        .role = EV_FILE_ROLE_MANIFEST};
}

static inline void job_run(struct job *j)
{
	j->task.head = (struct ev_task_head){.task_id = str_c(j->id),
	        .delivery_id = STR(DELIVERY),
	        .tenant = STR("acme"),
	        .stage = STR("upload")};
	arena_release(&j->mem);
	arena_init(&j->mem, MEM_BYTES);
	memset(&j->out, 0, sizeof j->out);
	const struct task_run run = {.head = &j->task.head,
	        .type = &ev_upload_task_type,
	        .task = &j->task,
	        .spec = str_c(j->spec),
	        .now_ms = j->now_ms,
	        .stop = &j->stop,
	        .mem = &j->mem};
	j->rc = uploader_service.handle(w.state, &run, &j->out, &j->e);
}

static inline void job_fails(struct job *j, enum err_act act, const char *code)
{
	job_run(j);
	if (j->rc != 0 && strcmp(j->e.code, code) != 0)
		fail_msg("%s: %s", j->e.code, j->e.text);
	assert_int_equal(j->rc, act);
	arena_release(&j->mem);
}

static inline void text_is(struct str text, const char *want)
{
	if (!str_eq(text, str_c(want)))
		fail_msg("\"" STR_FMT "\" is not \"%s\"", STR_ARG(text), want);
}

static inline void expect_delivered(const char *name)
{
	char path[256];
	static char got[FILE_BYTES + 1];
	(void)snprintf(path, sizeof path, "%s/drop/%s", w.folder.path, name);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	assert_int_equal(fread(got, 1, sizeof got, f), FILE_BYTES);
	assert_memory_equal(got, w.bytes, FILE_BYTES);
	(void)fclose(f);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
