/* SPDX-License-Identifier: Apache-2.0
 * No file goes to another place than is remembered, nothing is written there, and a place is told
 * before the first file goes there. */
#include "service_world.h"

static void expect_untouched(void)
{
	char path[128];
	(void)snprintf(path, sizeof path, "%s/drop", w.folder.path);
	assert_int_equal(rmdir(path), 0); /* nothing is in it */
	folder_mkdir(&w.folder, "drop");
}

static void unmount(void)
{
	char drop[128], away[128];
	(void)snprintf(drop, sizeof drop, "%s/drop", w.folder.path);
	(void)snprintf(away, sizeof away, "%s/away", w.folder.path);
	assert_int_equal(rename(drop, away), 0);
	folder_mkdir(&w.folder, "drop");
}

/* Asks for the place of the drop, and copies it. */
static void ask(char place[DROP_IDENTITY_BYTES])
{
	struct job j;
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 9);
	j.task.asks_place = true;
	job_run(&j);
	assert_int_equal(j.rc, ERR_DEFER);
	assert_string_equal(j.e.code, "place_unknown");
	assert_null(j.out.receipt);
	struct str told = result_fact_of(&j.out, STR("place"));
	assert_int_equal(told.n, DROP_IDENTITY_BYTES - 1);
	memcpy(place, told.p, told.n);
	place[told.n] = '\0';
	arena_release(&j.mem);
}

static void a_question_for_the_place_sends_nothing(void **state)
{
	(void)state;
	char place[DROP_IDENTITY_BYTES], again[DROP_IDENTITY_BYTES], path[128];
	struct job j;
	ask(place);
	ask(again);
	assert_string_equal(place, again);
	(void)snprintf(path, sizeof path, "%s/drop/2026", w.folder.path);
	assert_int_equal(access(path, F_OK), -1);
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
	j.task.bucket_place = str_c(place);
	job_run(&j);
	must(j.rc, &j.e);
	text_is(result_fact_of(&j.out, STR("place")), place);
	expect_delivered("2026/part1.csv");
	arena_release(&j.mem);
}

static void finds(struct job *j, const char *wanted, const char *found)
{
	job_run(j);
	assert_int_equal(j->rc, ERR_RETRY);
	assert_string_equal(j->e.code, "drop_unavailable");
	text_is(result_fact_of(&j->out, STR("place_wanted")), wanted);
	text_is(result_fact_of(&j->out, STR("place_found")), found);
	arena_release(&j->mem);
}

/* Not even a trial, an identity or a directory, whatever a person answered to something else. */
static void an_unmounted_drop_is_not_touched(void **state)
{
	(void)state;
	static const enum ev_resolution answers[] = {
	        EV_RESOLUTION_NONE, EV_RESOLUTION_ADOPT, EV_RESOLUTION_RESEND};
	char place[DROP_IDENTITY_BYTES];
	struct job j;
	ask(place);
	unmount();
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
		j.task.bucket_place = str_c(place);
		j.task.resolution = answers[i];
		finds(&j, place, "none");
		expect_untouched();
	}
	folder_rmdir(&w.folder, "drop");
	job_fails(&j, ERR_RETRY, "drop_unavailable");
	assert_null(result_fact_of(&j.out, STR("place_found")).p); /* nobody knows what is there */
}

static void another_drop_at_the_url_gets_no_file(void **state)
{
	(void)state;
	char place[DROP_IDENTITY_BYTES], other[DROP_IDENTITY_BYTES], path[128];
	struct job j;
	ask(place);
	unmount();
	ask(other);
	assert_string_not_equal(place, other);
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
	j.task.bucket_place = str_c(place);
	finds(&j, place, other);
	(void)snprintf(path, sizeof path, "%s/drop/2026", w.folder.path);
	assert_int_equal(access(path, F_OK), -1);
	j.task.bucket_place = str_c(other);
	job_run(&j); /* accepted */
	must(j.rc, &j.e);
	arena_release(&j.mem);
	/* The bucket's place does not help a delivery whose first file is elsewhere. */
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 2);
	j.task.bucket_place = str_c(other);
	j.task.place = str_c(place);
	finds(&j, place, other);
	j.task.resolution = EV_RESOLUTION_RESEND; /* a person says that this one may go there */
	job_run(&j);
	must(j.rc, &j.e);
	arena_release(&j.mem);
}

static void a_settle_marks_no_place(void **state)
{
	(void)state;
	char place[DROP_IDENTITY_BYTES];
	struct job j;
	ask(place);
	job_init(&j, EV_UPLOAD_OP_UPLOAD, 1);
	job_run(&j);
	must(j.rc, &j.e);
	arena_release(&j.mem);
	unmount();
	for (int file = 1; file <= 2; file++) { /* a committed one, and one that never began */
		job_init(&j, EV_UPLOAD_OP_SETTLE, file);
		job_run(&j);
		must(j.rc, &j.e);
		text_is(result_fact_of(&j.out, STR("visible")), file == 1 ? "true" : "false");
		arena_release(&j.mem);
		expect_untouched();
	}
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
	expect_untouched();
	j.task.resolution = EV_RESOLUTION_RESEND; /* a person: the old place is lost for good */
	job_run(&j);
	must(j.rc, &j.e);
	expect_delivered("2026/part2.csv");
	text_is(result_fact_of(&j.out, STR("place_by")), "person");
	assert_false(str_eq(result_fact_of(&j.out, STR("place")), str_c(place)));
	arena_release(&j.mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        IN_WORLD(a_question_for_the_place_sends_nothing),
	        IN_WORLD(an_unmounted_drop_is_not_touched),
	        IN_WORLD(another_drop_at_the_url_gets_no_file),
	        IN_WORLD(a_settle_marks_no_place),
	        IN_WORLD(a_delivery_keeps_the_place_of_its_first_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
