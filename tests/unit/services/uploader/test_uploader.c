/* SPDX-License-Identifier: Apache-2.0
 * The service as the loop calls it: a real directory, keys of its own, a file staged by the
 * formatter's key. */
#include "folder.h"
#include "longshore/result.h"
#include "longshore/sealed.h"
#include "uploader.h"

#define DELIVERY "0123456789abcdef0123456789abcdef"

enum { FILE_BYTES = 3 * LEDGER_PART_BYTES + 17, MEM_BYTES = 256 * 1024 };

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

static void must(int act, const struct err *e)
{
	if (act != 0)
		fail_msg("%s: %s", e->code, e->text);
}

static struct secret key_of(const struct keyring *k, const char *prefix)
{
	struct secret key;
	struct err e;
	must(keyring_staging(k, str_c(prefix), STR(DELIVERY), &key, &e), &e);
	return key;
}

static void stage_file(void)
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

static int setup(void **state)
{
	(void)state;
	struct err e;
	char path[256];
	memset(&w, 0, sizeof w);
	folder_make(&w.folder);
	(void)snprintf(w.root, sizeof w.root, "%s/staging", w.folder.url);
	(void)snprintf(w.keys, sizeof w.keys, "%s/keys", w.folder.path);
	must(store_open(w.root, &w.staging, &e), &e);
	must(keyring_init(w.keys, false, &e), &e);
	(void)snprintf(path, sizeof path, "%s/formatter", w.keys);
	must(keyring_open(path, &w.formatter, &e), &e);
	(void)snprintf(path, sizeof path, "%s/uploader", w.keys);
	must(keyring_open(path, &w.uploader, &e), &e);
	stage_file();
	folder_mkdir(&w.folder, "drop");
	const struct worker_conf conf = {
	        .staging = w.root, .keys = path, .redis = "", .topic_prefix = "t."};
	must(uploader_service.start(&conf, NULL, &w.state, &e), &e);
	return 0;
}

static int teardown(void **state)
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

static void write_spec(struct job *j, const char *url, const char *limits)
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

static void job_init(struct job *j, enum ev_upload_op op, int file)
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

static void job_run(struct job *j)
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

static void job_fails(struct job *j, enum err_act act, const char *code)
{
	job_run(j);
	if (j->rc != 0 && strcmp(j->e.code, code) != 0)
		fail_msg("%s: %s", j->e.code, j->e.text);
	assert_int_equal(j->rc, act);
	arena_release(&j->mem);
}

static void text_is(struct str text, const char *want)
{
	if (!str_eq(text, str_c(want)))
		fail_msg("\"" STR_FMT "\" is not \"%s\"", STR_ARG(text), want);
}

static void expect_delivered(const char *name)
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

static void an_upload_delivers_the_file_and_its_receipt_says_all(void **state)
{
	(void)state;
	struct job j;
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
	job_run(&j);
	must(j.rc, &j.e);
	expect_delivered("2026/part1.csv");
	const struct ev_file_receipt *r = j.out.receipt;
	char url[200];
	(void)snprintf(url, sizeof url, "%s/drop/2026/part1.csv", w.folder.url);
	assert_non_null(r);
	text_is(r->file_id, "f1");
	text_is(r->name, "2026/part1.csv");
	text_is(r->url, url);
	text_is(r->role, "manifest");
	assert_int_equal(r->rows, 42);
	assert_int_equal(r->bytes, FILE_BYTES);
	text_is(r->sha256, w.sha256);
	text_is(r->plain_sha256, "abcd");
	assert_int_equal(r->md5.n, 32);
	assert_int_equal(r->crc32c.n, 8);
	text_is(r->guarantee, "rename_noreplace");
	text_is(r->verified, "size_sha256");
	assert_true(r->blind);
	assert_int_equal(r->committed_at_ms, 1000);
	text_is(r->encoder, "isal-2.30.0/1");
	assert_int_equal(result_fact_of(&j.out, STR("place")).n, DROP_IDENTITY_BYTES - 1);
	assert_null(result_fact_of(&j.out, STR("place_by")).p);
	arena_release(&j.mem);
}

static void a_repeated_upload_gives_the_same_receipt_without_file_and_drop(void **state)
{
	(void)state;
	struct err e;
	struct job j;
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
	job_run(&j);
	must(j.rc, &j.e);
	assert_int_equal(store_remove(w.staging, w.file.name, &e), 0);
	folder_rmdir(&w.folder, "drop");
	j.now_ms = 7777;
	job_run(&j);
	must(j.rc, &j.e);
	assert_int_equal(j.out.receipt->committed_at_ms, 1000);
	text_is(j.out.receipt->sha256, w.sha256);
	arena_release(&j.mem);
	job_init(&j, EV_UPLOAD_OP_SETTLE, 1);
	job_run(&j);
	must(j.rc, &j.e);
	text_is(result_fact_of(&j.out, STR("visible")), "true");
	arena_release(&j.mem);
}

static void settle_says_what_is_visible_and_gives_its_receipt(void **state)
{
	(void)state;
	struct job j;
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
	job_run(&j);
	must(j.rc, &j.e);
	arena_release(&j.mem);
	job_init(&j, EV_UPLOAD_OP_SETTLE, 1);
	job_run(&j);
	must(j.rc, &j.e);
	text_is(result_fact_of(&j.out, STR("visible")), "true");
	text_is(j.out.receipt->name, "2026/part1.csv");
	text_is(j.out.receipt->sha256, w.sha256);
	arena_release(&j.mem);
	job_init(&j, EV_UPLOAD_OP_SETTLE, 2);
	job_run(&j);
	must(j.rc, &j.e);
	text_is(result_fact_of(&j.out, STR("visible")), "false");
	assert_null(j.out.receipt);
	arena_release(&j.mem);
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 2);
	job_fails(&j, ERR_REJECT, "closed");
}

static void settle_does_not_believe_an_empty_staging(void **state)
{
	(void)state;
	struct err e;
	struct job j;
	assert_int_equal(store_remove(w.staging, w.file.name, &e), 0);
	job_init(&j, EV_UPLOAD_OP_SETTLE, 1);
	job_fails(&j, ERR_RETRY, "store_unavailable");
}

static void a_dead_destination_is_a_retry(void **state)
{
	(void)state;
	struct job j;
	folder_rmdir(&w.folder, "drop");
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
	job_fails(&j, ERR_RETRY, "drop_unavailable");
	folder_mkdir(&w.folder, "drop");
	job_run(&j);
	must(j.rc, &j.e);
	expect_delivered("2026/part1.csv");
	arena_release(&j.mem);
}

/* Unmounted between two files, the drop is an empty directory: the second must not go there. */
static void a_delivery_keeps_the_place_of_its_first_file(void **state)
{
	(void)state;
	struct job j;
	char drop[128], away[128], place[DROP_IDENTITY_BYTES] = "";
	(void)snprintf(drop, sizeof drop, "%s/drop", w.folder.path);
	(void)snprintf(away, sizeof away, "%s/away", w.folder.path);
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
	job_run(&j);
	must(j.rc, &j.e);
	memcpy(place, result_fact_of(&j.out, STR("place")).p, sizeof place - 1);
	arena_release(&j.mem);
	assert_int_equal(rename(drop, away), 0);
	folder_mkdir(&w.folder, "drop");
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 2);
	j.task.place = str_c(place);
	job_fails(&j, ERR_RETRY, "drop_unavailable");
	(void)snprintf(drop, sizeof drop, "%s/drop/2026", w.folder.path);
	assert_int_equal(access(drop, F_OK), -1);
	j.task.resolution = EV_RESOLUTION_RESEND; /* a person: the old place is lost for good */
	job_run(&j);
	must(j.rc, &j.e);
	expect_delivered("2026/part2.csv");
	text_is(result_fact_of(&j.out, STR("place_by")), "person");
	assert_false(str_eq(result_fact_of(&j.out, STR("place")), str_c(place)));
	arena_release(&j.mem);
}

static void a_tampered_staged_file_is_not_sent(void **state)
{
	(void)state;
	struct job j;
	char path[256];
	(void)snprintf(path, sizeof path, "%s/staging/files/01/" DELIVERY "/part0.out", w.folder.path);
	FILE *f = fopen(path, "r+b");
	assert_non_null(f);
	assert_int_equal(fseek(f, 100000, SEEK_SET), 0);
	assert_int_not_equal(fputc('x', f), EOF);
	assert_int_not_equal(fputc('y', f), EOF);
	assert_int_equal(fclose(f), 0);
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
	job_fails(&j, ERR_REJECT, "corrupt");
	(void)snprintf(path, sizeof path, "%s/drop/2026", w.folder.path);
	assert_int_equal(access(path, F_OK), -1);
}

static void another_hash_than_the_tasks_is_not_sent(void **state)
{
	(void)state;
	struct job j;
	struct ev_staged_ref other = w.file;
	char sha256[SHA256_HEX];
	memcpy(sha256, w.sha256, sizeof sha256);
	sha256[0] = sha256[0] == 'a' ? 'b' : 'a';
	other.sha256 = str_c(sha256);
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
	j.task.file = &other;
	job_fails(&j, ERR_REJECT, "staged_mismatch");
}

static void bad_tasks_are_refused(void **state)
{
	(void)state;
	struct job j;
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
	j.task.file = NULL;
	job_fails(&j, ERR_REJECT, "bad_task");
	job_init(&j, EV_UPLOAD_OP_UNKNOWN, 1);
	job_fails(&j, ERR_REJECT, "bad_task");
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
	j.task.file_name = STR("../outside.csv");
	job_fails(&j, ERR_REJECT, "bad_name");
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 2);
	j.task.file_id = STR("no/../id");
	job_fails(&j, ERR_REJECT, "bad_name");
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 3);
	write_spec(&j, "ftp://x", "");
	job_fails(&j, ERR_REJECT, "bad_url");
	j.spec[0] = '[';
	job_fails(&j, ERR_REJECT, "bad_spec");
}

static void a_drain_gives_the_task_back(void **state)
{
	(void)state;
	struct job j;
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
	atomic_store(&j.stop, true);
	job_fails(&j, ERR_DEFER, "drain");
	atomic_store(&j.stop, false);
	job_run(&j);
	must(j.rc, &j.e);
	expect_delivered("2026/part1.csv");
	arena_release(&j.mem);
}

/* One file a second: the second has to wait, is told how long, and has its turn when it comes back.
 */
static void the_rate_is_kept_by_deferring(void **state)
{
	(void)state;
	struct job j;
	char url[128];
	static const char limits[] = "\"limits\":{\"files_per_second_milli\":1000},";
	(void)snprintf(url, sizeof url, "%s/drop", w.folder.url);
	int deferred = 0;
	int64_t now_ms = 1000000;
	for (int i = 0; i < 4; i++) {
		job_init(&j, EV_UPLOAD_OP_UPLOAD, i);
		write_spec(&j, url, limits);
		j.now_ms = now_ms;
		job_run(&j);
		while (j.rc == ERR_DEFER) {
			assert_string_equal(j.e.code, "rate_limited");
			assert_true(
			        j.e.not_before_ms > now_ms && j.e.not_before_ms <= now_ms + 5000);
			deferred++;
			now_ms = j.now_ms = j.e.not_before_ms;
			job_run(&j);
		}
		must(j.rc, &j.e);
		arena_release(&j.mem);
	}
	assert_true(deferred >= 3);
	assert_true(now_ms >= 1000000 + 2000);
}

static void settle_is_never_held_back_by_the_rate(void **state)
{
	(void)state;
	struct job j;
	char url[128];
	(void)snprintf(url, sizeof url, "%s/drop", w.folder.url);
	for (int i = 0; i < 5; i++) {
		job_init(&j, EV_UPLOAD_OP_SETTLE, i);
		write_spec(&j, url, "\"limits\":{\"files_per_second_milli\":1},");
		job_run(&j);
		must(j.rc, &j.e);
		arena_release(&j.mem);
	}
}

struct racer {
	pthread_t thread;
	struct job job;
};

static void *race(void *arg)
{
	job_run(arg);
	return NULL;
}

/* Eight threads of one process, one file: one commit, one receipt. */
static void threads_share_the_service(void **state)
{
	(void)state;
	static struct racer racers[8];
	for (size_t i = 0; i < 8; i++) {
		job_init(&racers[i].job, EV_UPLOAD_OP_UPLOAD, 1);
		racers[i].job.now_ms = 1000 + (int64_t)i;
		assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i].job), 0);
	}
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
	for (size_t i = 0; i < 8; i++) {
		must(racers[i].job.rc, &racers[i].job.e);
		assert_int_equal(racers[i].job.out.receipt->committed_at_ms,
		        racers[0].job.out.receipt->committed_at_ms);
	}
	for (size_t i = 0; i < 8; i++)
		arena_release(&racers[i].job.mem);
	expect_delivered("2026/part1.csv");
}

/* The lane of an upload is its destination; what the loop makes of it test_choice shows. */
static void no_destination_may_have_all_threads(void **state)
{
	(void)state;
	assert_true(uploader_service.shares_threads);
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
	        IN_WORLD(an_upload_delivers_the_file_and_its_receipt_says_all),
	        IN_WORLD(a_repeated_upload_gives_the_same_receipt_without_file_and_drop),
	        IN_WORLD(settle_says_what_is_visible_and_gives_its_receipt),
	        IN_WORLD(settle_does_not_believe_an_empty_staging),
	        IN_WORLD(a_dead_destination_is_a_retry),
	        IN_WORLD(a_delivery_keeps_the_place_of_its_first_file),
	        IN_WORLD(a_tampered_staged_file_is_not_sent),
	        IN_WORLD(another_hash_than_the_tasks_is_not_sent),
	        IN_WORLD(bad_tasks_are_refused),
	        IN_WORLD(a_drain_gives_the_task_back),
	        IN_WORLD(the_rate_is_kept_by_deferring),
	        IN_WORLD(settle_is_never_held_back_by_the_rate),
	        IN_WORLD(threads_share_the_service),
	        cmocka_unit_test(no_destination_may_have_all_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
