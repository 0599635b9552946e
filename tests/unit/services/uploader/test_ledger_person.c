/* SPDX-License-Identifier: Apache-2.0
 * Strangers' files, what a person answers, places that go away, and staged files that are not what
 * they should be. */
#include "ledger_world.h"

static struct ledger *answering(
        struct world *w, enum ledger_op op, enum ledger_answer answer, const char *task_id)
{
	struct ledger_task task = world_task(w, op);
	task.answer = answer;
	task.task_id = str_c(task_id);
	return world_begin(w, &task);
}

static void expect_there(const struct world *w, const char *text)
{
	char path[WORLD_PATH], got[64] = "";
	(void)snprintf(path, sizeof path, "%s/drop/%s", w->root, w->name);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	(void)fread(got, 1, sizeof got - 1, f);
	(void)fclose(f);
	assert_string_equal(got, text);
}

static void a_strangers_file_is_left_alone_and_a_person_is_asked(void **state)
{
	struct world *w = *state;
	world_put(w, "theirs");
	world_fails(w, world_upload(w), ERR_REJECT, "name_conflict");
	world_fails(w, world_upload(w), ERR_REJECT, "name_conflict");
	expect_there(w, "theirs");
	world_expect_phase(w, RECORD_WRITTEN);
	/* They took it away: the same task, or "resend", goes on where it was. */
	world_take(w);
	w->appeared = 0;
	w->was_wrong = false;
	world_finish(w, answering(w, LEDGER_UPLOAD, LEDGER_RESEND, "again"), true);
	world_expect_seen(w, 1);
}

static void resend_never_replaces(void **state)
{
	struct world *w = *state;
	world_put(w, "theirs");
	world_fails(w, world_upload(w), ERR_REJECT, "name_conflict");
	world_fails(w, answering(w, LEDGER_UPLOAD, LEDGER_RESEND, "again"), ERR_REJECT,
	        "name_conflict");
	world_finish(w, answering(w, LEDGER_SETTLE, LEDGER_RESEND, "settle-again"), false);
	expect_there(w, "theirs");
}

static void the_same_bytes_are_adopted_and_the_temporary_goes(void **state)
{
	struct world *w = *state;
	struct record r;
	char names[4][64];
	struct ledger *a = world_upload(w), *b = world_upload(w);
	world_until(w, b, LEDGER_COMMIT);
	world_put(w, WORLD_CONTENT);
	world_finish(w, a, true);
	assert_true(world_record(w, &r));
	assert_string_equal(r.guarantee, "adopted");
	assert_string_equal(r.verified, "size_sha256");
	assert_string_equal(r.there_sha256, "");
	assert_int_equal(world_temps(w, names, 4), 0);
	/* A zombie cannot put ours behind it when the name is free again. */
	world_take(w);
	world_finish(w, b, true);
	world_finish(w, world_settle(w), true);
	assert_false(w->was_there);
}

/* The record says adopted, and its writer died before the temporary went: the next one removes it
 * before it answers. */
static void an_adopted_file_has_no_temporary_even_after_a_death(void **state)
{
	struct world *w = *state;
	char names[4][64];
	world_put(w, WORLD_CONTENT);
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_FINISH);
	ledger_free(a);
	assert_int_equal(world_temps(w, names, 4), 1);
	world_finish(w, world_upload(w), true);
	assert_int_equal(world_temps(w, names, 4), 0);
}

static void a_person_may_let_another_file_stand_for_ours_and_the_receipt_says_so(void **state)
{
	struct world *w = *state;
	struct record r, again;
	char theirs[SHA256_HEX];
	sha256_hex("theirs", 6, theirs);
	world_put(w, "theirs");
	world_fails(w, world_upload(w), ERR_REJECT, "name_conflict");
	world_finish(w, answering(w, LEDGER_UPLOAD, LEDGER_ADOPT, "adopt"), true);
	assert_true(world_record(w, &r));
	assert_string_equal(r.guarantee, "adopted_by_person");
	assert_string_equal(r.verified, "no");
	assert_string_equal(r.there_sha256, theirs);
	assert_int_equal(r.there_bytes, 6);
	expect_there(w, "theirs");
	world_take(w);
	world_finish(w, world_upload(w), true); /* the task as it was first */
	world_finish(w, world_settle(w), true);
	assert_true(world_record(w, &again));
	assert_memory_equal(&r, &again, sizeof r);
	assert_false(w->was_there);
}

static void what_is_not_a_file_cannot_stand_for_one(void **state)
{
	struct world *w = *state;
	char path[WORLD_PATH];
	(void)mkdir(world_path(w, "drop/out"), 0700);
	(void)snprintf(path, sizeof path, "%s/drop/%s", w->root, w->name);
	assert_int_equal(mkdir(path, 0700), 0);
	world_fails(w, world_upload(w), ERR_REJECT, "name_conflict");
	world_fails(
	        w, answering(w, LEDGER_UPLOAD, LEDGER_ADOPT, "adopt"), ERR_REJECT, "name_conflict");
}

static void make_uncertain(struct world *w)
{
	w->others_may_delete = true;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_COMMIT);
	world_delete_temps(w);
	world_fails(w, a, ERR_REJECT, "uncertain");
}

static void adopt_ends_uncertainty_for_ever(void **state)
{
	struct world *w = *state;
	struct record r;
	make_uncertain(w);
	world_finish(w, answering(w, LEDGER_UPLOAD, LEDGER_ADOPT, "adopt"), true);
	world_finish(w, world_upload(w), true);
	world_finish(w, world_settle(w), true);
	assert_true(world_record(w, &r));
	assert_string_equal(r.guarantee, "asserted_by_person");
	assert_string_equal(r.verified, "no");
	world_expect_seen(w, 0);
	world_next_file(w, 1);
	make_uncertain(w);
	world_finish(w, answering(w, LEDGER_SETTLE, LEDGER_ADOPT, "adopt"), true);
}

static void resend_sends_once_more_and_its_answer_is_used_up(void **state)
{
	struct world *w = *state;
	make_uncertain(w);
	struct ledger *a = answering(w, LEDGER_UPLOAD, LEDGER_RESEND, "resend-1");
	world_until(w, a, LEDGER_WRITTEN);
	world_until(w, a, LEDGER_COMMIT);
	world_delete_temps(w); /* it happens again: the person has not spoken about this one */
	world_fails(w, a, ERR_REJECT, "uncertain");
	world_fails(
	        w, answering(w, LEDGER_UPLOAD, LEDGER_RESEND, "resend-1"), ERR_REJECT, "uncertain");
	world_fails(w, world_upload(w), ERR_REJECT, "uncertain");
	world_finish(w, answering(w, LEDGER_UPLOAD, LEDGER_RESEND, "resend-2"), true);
	world_expect_seen(w, 1);
	world_take(w);
	world_finish(w, answering(w, LEDGER_UPLOAD, LEDGER_RESEND, "resend-3"), true);
	world_expect_seen(w, 1);
}

/* A zombie that had read `written` before the answer finds its temporary gone, and the record
 * another. */
static void a_zombie_follows_the_resent_file(void **state)
{
	struct world *w = *state;
	w->others_may_delete = true;
	struct ledger *z = world_upload(w), *y = world_upload(w);
	world_until(w, z, LEDGER_COMMIT);
	world_until(w, y, LEDGER_COMMIT);
	world_delete_temps(w);
	world_until(w, y, LEDGER_DOUBT);
	struct ledger *a = answering(w, LEDGER_UPLOAD, LEDGER_RESEND, "resend");
	world_until(w, a, LEDGER_WRITE);
	world_until(w, z, LEDGER_GONE);
	world_finish(w, z, true);
	world_take(w);
	world_finish(w, a, true);
	world_expect_seen(w, 1);
	world_fails(w, y, ERR_REJECT, "uncertain"); /* as it saw it; asked again it knows */
	world_finish(w, world_upload(w), true);
}

static void settle_closes_what_a_person_says_did_not_arrive(void **state)
{
	struct world *w = *state;
	make_uncertain(w);
	world_finish(w, answering(w, LEDGER_SETTLE, LEDGER_RESEND, "settle"), false);
	world_fails(w, world_upload(w), ERR_REJECT, "closed");
	world_finish(w, world_settle(w), false);
	world_expect_seen(w, 0);
}

static void an_answer_without_a_question_changes_nothing(void **state)
{
	struct world *w = *state;
	static const enum ledger_answer answers[] = {LEDGER_ADOPT, LEDGER_RESEND};
	for (int i = 0; i < 2; i++) {
		world_next_file(w, i);
		world_finish(w, answering(w, LEDGER_UPLOAD, answers[i], "x"), true);
		world_expect_seen(w, 1);
		world_take(w);
		world_finish(w, answering(w, LEDGER_UPLOAD, answers[i], "y"), true);
		world_expect_seen(w, 1);
		world_next_file(w, 10 + i);
		world_finish(w, answering(w, LEDGER_SETTLE, answers[i], "x"), false);
		world_fails(w, answering(w, LEDGER_UPLOAD, answers[i], "z"), ERR_REJECT, "closed");
		world_expect_seen(w, 0);
	}
}

static void bytes_that_changed_after_the_commit_are_not_verified(void **state)
{
	struct world *w = *state;
	struct record r;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_VERIFY);
	world_put(w, "changed");
	world_fails(w, a, ERR_REJECT, "verify_failed");
	world_fails(w, world_upload(w), ERR_REJECT, "verify_failed");
	world_finish(w, world_settle(w), true); /* it was visible, whatever is there now */
	assert_true(world_record(w, &r));
	assert_string_equal(r.verified, "differs");
}

/* --- places --- */

static void swap_drop(struct world *w)
{
	assert_int_equal(rename(world_path(w, "drop"), world_path(w, "aside")), 0);
	assert_int_equal(mkdir(world_path(w, "drop"), 0700), 0);
}

static void swap_back(struct world *w)
{
	assert_int_equal(folder_remove(world_path(w, "drop")), 0);
	assert_int_equal(rename(world_path(w, "aside"), world_path(w, "drop")), 0);
}

/* Unmounted, a drop is an empty directory, where every temporary is gone: that must not pass for a
 * commit. */
static void an_empty_mount_point_is_no_proof_of_a_commit(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_COMMIT);
	ledger_free(a);
	swap_drop(w);
	world_fails(w, world_upload(w), ERR_RETRY, "drop_unavailable");
	world_fails(w, world_settle(w), ERR_RETRY, "drop_unavailable");
	world_expect_phase(w, RECORD_WRITTEN);
	swap_back(w);
	world_finish(w, world_upload(w), true);
	world_expect_seen(w, 1);
}

static void an_unwritten_file_moves_to_the_new_place(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w), *z = world_upload(w);
	world_until(w, a, LEDGER_OPEN);
	world_until(w, z, LEDGER_WRITTEN);
	ledger_free(a);
	swap_drop(w);
	world_finish(w, world_upload(w), true);
	world_finish(w, z, true); /* it had the old place open, and finds the record changed */
	world_expect_seen(w, 1);
}

static void a_place_that_is_lost_for_good_needs_a_person(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_COMMIT);
	ledger_free(a);
	assert_int_equal(folder_remove(world_path(w, "drop")), 0);
	world_fails(w, world_upload(w), ERR_RETRY, "drop_unavailable");
	assert_int_equal(mkdir(world_path(w, "drop"), 0700), 0);
	world_fails(w, world_upload(w), ERR_RETRY, "drop_unavailable");
	world_finish(w, answering(w, LEDGER_UPLOAD, LEDGER_RESEND, "resend"), true);
	world_expect_seen(w, 1);
}

static void settle_closes_without_the_drop(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_SYNC);
	ledger_free(a);
	assert_int_equal(rename(world_path(w, "drop"), world_path(w, "aside")), 0);
	world_fails(w, world_upload(w), ERR_RETRY, "drop_unavailable");
	world_finish(w, world_settle(w), false);
	assert_int_equal(rename(world_path(w, "aside"), world_path(w, "drop")), 0);
	world_fails(w, world_upload(w), ERR_REJECT, "closed");
	world_expect_seen(w, 0);
}

static void a_record_that_vanished_is_looked_for_again(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_WRITTEN);
	assert_int_equal(rename(world_path(w, "staging/ledger"), world_path(w, "staging/away")), 0);
	struct err e;
	assert_int_equal(world_step(w, a, &e), 0); /* "not_found": reads again, and finds nothing */
	assert_int_equal(a->step, LEDGER_READ);
	assert_int_equal(access(world_path(w, "staging/ledger"), F_OK), -1);
	assert_int_equal(rename(world_path(w, "staging/away"), world_path(w, "staging/ledger")), 0);
	world_finish(w, a, true);
	world_expect_seen(w, 1);
}

static void an_empty_staging_is_no_proof_that_nothing_was_begun(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_COMMIT);
	assert_int_equal(rename(world_path(w, "staging/ledger"), world_path(w, "staging/away")), 0);
	w->is_staging_lost = true;
	world_fails(w, world_settle(w), ERR_RETRY, "store_unavailable");
	w->is_staging_lost = false;
	assert_int_equal(access(world_path(w, "staging/ledger"), F_OK), -1);
	assert_int_equal(rename(world_path(w, "staging/away"), world_path(w, "staging/ledger")), 0);
	world_finish(w, a, true);
	world_finish(w, world_settle(w), true);
}

/* --- staged files --- */

static void a_staged_file_with_other_bytes_is_never_recorded_as_written(void **state)
{
	struct world *w = *state;
	static const char *const contents[] = {"firstsecon", "firstsecondd", "firstseconx", ""};
	for (int i = 0; i < 4; i++) {
		world_next_file(w, i);
		w->content = contents[i];
		world_fails(w, world_upload(w), ERR_REJECT, "staged_mismatch");
		world_expect_phase(w, RECORD_OPEN);
		w->content = WORLD_CONTENT;
		world_finish(w, world_upload(w), true); /* a wrongly written file is overwritten */
		world_expect_seen(w, 1);
	}
}

static void an_empty_file_is_a_file(void **state)
{
	struct world *w = *state;
	struct ledger_task task = world_task(w, LEDGER_UPLOAD);
	char empty[SHA256_HEX];
	sha256_hex("", 0, empty);
	w->content = "";
	task.sha256 = str_c(empty);
	task.bytes = 0;
	struct ledger *l = world_begin(w, &task);
	struct err e;
	assert_int_equal(world_run(w, l, &e), 0);
	assert_string_equal(l->record.md5, "d41d8cd98f00b204e9800998ecf8427e");
	assert_string_equal(l->record.crc32c, "00000000");
	assert_string_equal(l->record.verified, "size_sha256");
	ledger_free(l);
	expect_there(w, "");
}

static void something_else_that_writes_to_the_temporary_makes_it_useless(void **state)
{
	struct world *w = *state;
	char path[WORLD_PATH], names[4][64];
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_SYNC);
	(void)snprintf(path, sizeof path, "%s/drop/%s", w->root, a->record.temp);
	FILE *f = fopen(path, "a");
	assert_non_null(f);
	assert_true(fputs("more", f) >= 0);
	(void)fclose(f);
	world_finish(w, a, true);
	assert_int_equal(world_temps(w, names, 4), 0);
	world_expect_seen(w, 1);
}

static void a_drain_stops_between_two_parts(void **state)
{
	struct world *w = *state;
	struct err e;
	atomic_bool stop = false;
	struct ledger_task task = world_task(w, LEDGER_UPLOAD);
	task.stop = &stop;
	struct ledger *a = world_begin(w, &task);
	world_until(w, a, LEDGER_WRITE);
	assert_int_equal(world_step(w, a, &e), 0);
	atomic_store(&stop, true);
	assert_int_equal(world_step(w, a, &e), ERR_DEFER);
	assert_string_equal(e.code, "drain");
	ledger_free(a);
	world_finish(w, world_upload(w), true);
	world_expect_seen(w, 1);
}

static void temporaries_that_vanish_again_and_again_end_the_attempt(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ledger *a = world_upload(w);
	int rc = 0, steps = 0;
	while (rc == 0 && a->step != LEDGER_DONE && steps++ < 10000) {
		rc = world_step(w, a, &e);
		world_delete_temps(w);
	}
	assert_int_equal(rc, ERR_RETRY);
	assert_string_equal(e.code, "ledger_contended");
	ledger_free(a);
	world_finish(w, world_upload(w), true);
	world_expect_seen(w, 1);
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
	        IN_WORLD(a_strangers_file_is_left_alone_and_a_person_is_asked),
	        IN_WORLD(resend_never_replaces),
	        IN_WORLD(the_same_bytes_are_adopted_and_the_temporary_goes),
	        IN_WORLD(an_adopted_file_has_no_temporary_even_after_a_death),
	        IN_WORLD(a_person_may_let_another_file_stand_for_ours_and_the_receipt_says_so),
	        IN_WORLD(what_is_not_a_file_cannot_stand_for_one),
	        IN_WORLD(adopt_ends_uncertainty_for_ever),
	        IN_WORLD(resend_sends_once_more_and_its_answer_is_used_up),
	        IN_WORLD(a_zombie_follows_the_resent_file),
	        IN_WORLD(settle_closes_what_a_person_says_did_not_arrive),
	        IN_WORLD(an_answer_without_a_question_changes_nothing),
	        IN_WORLD(bytes_that_changed_after_the_commit_are_not_verified),
	        IN_WORLD(an_empty_mount_point_is_no_proof_of_a_commit),
	        IN_WORLD(an_unwritten_file_moves_to_the_new_place),
	        IN_WORLD(a_place_that_is_lost_for_good_needs_a_person),
	        IN_WORLD(settle_closes_without_the_drop),
	        IN_WORLD(a_record_that_vanished_is_looked_for_again),
	        IN_WORLD(an_empty_staging_is_no_proof_that_nothing_was_begun),
	        IN_WORLD(a_staged_file_with_other_bytes_is_never_recorded_as_written),
	        IN_WORLD(an_empty_file_is_a_file),
	        IN_WORLD(something_else_that_writes_to_the_temporary_makes_it_useless),
	        IN_WORLD(a_drain_stops_between_two_parts),
	        IN_WORLD(temporaries_that_vanish_again_and_again_end_the_attempt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
