/* SPDX-License-Identifier: Apache-2.0
 * The service as the loop calls it: a real directory, keys of its own, a file staged by the
 * formatter's key. */
#include "service_world.h"

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

static void a_tampered_staged_file_is_not_sent(void **state)
{
	(void)state;
	struct job j;
	char path[256];
	(void)snprintf(
	        path, sizeof path, "%s/staging/files/01/" DELIVERY "/part0.out", w.folder.path);
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
	const struct CMUnitTest tests[] = {
	        IN_WORLD(an_upload_delivers_the_file_and_its_receipt_says_all),
	        IN_WORLD(a_repeated_upload_gives_the_same_receipt_without_file_and_drop),
	        IN_WORLD(settle_says_what_is_visible_and_gives_its_receipt),
	        IN_WORLD(settle_does_not_believe_an_empty_staging),
	        IN_WORLD(a_dead_destination_is_a_retry),
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
