/* SPDX-License-Identifier: Apache-2.0
 * Temporaries that nobody will ever commit go: at once, or as soon as their place is back; and no
 * other does. */
#include "ledger_world.h"

#include <fcntl.h>

static atomic_bool never;
static const struct tidy_run all = {.age_ms = 86400000, .most = 100, .stop = &never};

static int count(void *arg, struct str name, struct err *e)
{
	(void)name, (void)e;
	++*(int *)arg;
	return 0;
}

static int notes(const struct world *w)
{
	struct err e;
	int n = 0;
	assert_int_equal(store_list(w->store, STR("ledger/leftover/"), count, &n, &e), 0);
	return n;
}

static int temps(const struct world *w)
{
	char names[16][64];
	return world_temps(w, names, 16);
}

static int64_t remove_all(struct world *w)
{
	struct err e;
	int64_t removed = -1;
	if (leftover_remove_all(&w->leftovers, &all, &removed, &e) != 0)
		fail_msg("%s: %s", e.code, e.text);
	return removed;
}

static void waits(struct world *w, int64_t want)
{
	struct err e;
	int64_t removed = -1;
	char text[32];
	assert_int_equal(leftover_remove_all(&w->leftovers, &all, &removed, &e), ERR_RETRY);
	assert_string_equal(e.code, "drop_unavailable");
	(void)snprintf(text, sizeof text, "%lld temporaries", (long long)want);
	assert_non_null(strstr(e.text, text));
	assert_int_equal(removed, 0);
}

static void away(const struct world *w)
{
	assert_int_equal(rename(world_path(w, "drop"), world_path(w, "aside")), 0);
}

static void back(const struct world *w)
{
	(void)folder_remove(world_path(w, "drop"));
	assert_int_equal(rename(world_path(w, "aside"), world_path(w, "drop")), 0);
}

/* An attempt dies while it writes. */
static void half_written(struct world *w)
{
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_SYNC);
	ledger_free(a);
}

static void settle_removes_at_once_where_it_can(void **state)
{
	struct world *w = *state;
	half_written(w);
	assert_int_equal(temps(w), 1);
	world_finish(w, world_settle(w), false);
	assert_int_equal(temps(w), 0);
	assert_int_equal(notes(w), 0);
	assert_int_equal(remove_all(w), 0);
}

static void settled_while_the_drop_was_away_it_goes_when_that_is_back(void **state)
{
	struct world *w = *state;
	half_written(w);
	away(w);
	world_finish(w, world_settle(w), false);
	world_finish(w, world_settle(w), false); /* the task came twice */
	world_expect_phase(w, RECORD_CLOSED);
	assert_int_equal(notes(w), 1);
	waits(w, 1);
	assert_int_equal(notes(w), 1);
	back(w);
	assert_int_equal(temps(w), 1);
	assert_int_equal(remove_all(w), 1);
	assert_int_equal(temps(w), 0);
	assert_int_equal(notes(w), 0);
	world_fails(w, world_upload(w), ERR_REJECT, "closed");
	world_expect_seen(w, 0);
}

/* Withdrawn, closed, and the drop goes away before what was put aside is removed. */
static void what_was_put_aside_goes_when_the_drop_is_back(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_COMMIT);
	ledger_free(a);
	struct ledger_task task = world_task(w, LEDGER_SETTLE);
	task.withdraws = true;
	struct ledger *s = world_begin(w, &task);
	world_until(w, s, LEDGER_REMOVE);
	ledger_free(s);
	assert_int_equal(temps(w), 1);
	away(w);
	world_finish(w, world_begin(w, &task), false);
	assert_int_equal(notes(w), 1);
	back(w);
	assert_int_equal(remove_all(w), 1);
	assert_int_equal(temps(w), 0);
	world_expect_seen(w, 0);
}

static void another_place_at_the_same_url_is_left_alone(void **state)
{
	struct world *w = *state;
	half_written(w);
	away(w);
	assert_int_equal(mkdir(world_path(w, "drop"), 0700), 0);
	world_finish(w, world_settle(w), false);
	assert_int_equal(notes(w), 1);
	waits(w, 1);
	/* Looking for what is left touches nothing where a mount is missing. */
	(void)folder_remove(world_path(w, "drop"));
	assert_int_equal(mkdir(world_path(w, "drop"), 0700), 0);
	waits(w, 1);
	assert_int_equal(rmdir(world_path(w, "drop")), 0);
	back(w);
	assert_int_equal(remove_all(w), 1);
	assert_int_equal(temps(w), 0);
}

static void what_was_left_at_the_old_place_goes_and_the_file_stays(void **state)
{
	struct world *w = *state;
	struct ledger *z = world_upload(w);
	world_until(w, z, LEDGER_WRITTEN);
	away(w);
	assert_int_equal(mkdir(world_path(w, "drop"), 0700), 0);
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_SYNC);
	assert_int_equal(notes(w), 1);
	waits(w, 1); /* of the file that is written at the new place nothing is taken */
	world_finish(w, a, true);
	world_expect_seen(w, 1);
	world_take(w);
	back(w);
	assert_int_equal(temps(w), 1);
	assert_int_equal(remove_all(w), 1);
	assert_int_equal(temps(w), 0);
	ledger_free(z);
}

static void a_persons_word_for_a_lost_place_leaves_a_note(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_COMMIT);
	ledger_free(a);
	away(w);
	assert_int_equal(mkdir(world_path(w, "drop"), 0700), 0);
	struct ledger_task adopt = world_task(w, LEDGER_UPLOAD);
	adopt.answer = LEDGER_ADOPT;
	world_finish(w, world_begin(w, &adopt), true);
	assert_int_equal(notes(w), 1);
	back(w);
	assert_int_equal(remove_all(w), 1);
	assert_int_equal(temps(w), 0);
	world_expect_seen(w, 0);
}

static void what_is_in_use_or_not_ours_stays(void **state)
{
	struct world *w = *state;
	half_written(w);
	away(w);
	world_finish(w, world_settle(w), false);
	back(w);
	world_next_file(w, 1);
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_COMMIT); /* written, not committed */
	world_next_file(w, 2);
	struct ledger *b = world_upload(w);
	world_until(w, b, LEDGER_CLAIM); /* created, not named by any record */
	int fd = open(world_path(w, "drop/.longshore-tmp/0123456789abcdef0123456789abcdef"),
	        O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(temps(w), 4);
	assert_int_equal(remove_all(w), 1);
	assert_int_equal(temps(w), 3);
	world_finish(w, b, true);
	world_expect_seen(w, 1);
	world_next_file(w, 1);
	world_finish(w, a, true);
	world_expect_seen(w, 1);
	assert_int_equal(temps(w), 1);
}

/* Staging that takes nothing, however often it is tried, must not fill the drop with temporaries. */
static void a_claim_that_was_surely_not_made_takes_its_temporary_along(void **state)
{
	struct world *w = *state;
	assert_int_equal(mkdir(world_path(w, "staging/ledger"), 0700), 0);
	int fd = open(world_path(w, "staging/ledger/.tmp"), O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	for (int i = 0; i < 3; i++)
		world_fails(w, world_upload(w), ERR_REJECT, "bad_name");
	assert_int_equal(temps(w), 0);
	assert_int_equal(unlink(world_path(w, "staging/ledger/.tmp")), 0);
	world_finish(w, world_upload(w), true);
	world_expect_seen(w, 1);
}

/* What staging failed at last may have been made: then the record names the temporary. */
static void a_claim_without_an_answer_leaves_its_temporary(void **state)
{
	struct world *w = *state;
	assert_int_equal(mkdir(world_path(w, "staging/ledger"), 0700), 0);
	assert_int_equal(mkdir(world_path(w, "staging/ledger/de"), 0700), 0);
	int fd = open(
	        world_path(w, "staging/ledger/de/delivery"), O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	world_fails(w, world_upload(w), ERR_REJECT, "bad_name");
	assert_int_equal(temps(w), 1);
	assert_int_equal(notes(w), 0);
}

static void a_note_that_cannot_be_read_holds_up_no_other(void **state)
{
	struct world *w = *state;
	struct err e;
	int64_t removed = -1;
	half_written(w);
	away(w);
	world_finish(w, world_settle(w), false);
	back(w);
	assert_int_equal(store_put_once(w->store, STR("ledger/leftover/0"), STR("no note"), &e), 0);
	assert_int_equal(leftover_remove_all(&w->leftovers, &all, &removed, &e), ERR_REJECT);
	assert_string_equal(e.code, "corrupt");
	assert_non_null(strstr(e.text, "ledger/leftover/0"));
	assert_int_equal(removed, 1);
	assert_int_equal(temps(w), 0);
	assert_int_equal(notes(w), 1);
}

static void a_turn_is_bounded_and_the_next_goes_on(void **state)
{
	struct world *w = *state;
	struct err e;
	int64_t removed = -1;
	const struct tidy_run two = {.most = 2, .stop = &never};
	atomic_bool now = true;
	const struct tidy_run stopped = {.most = 2, .stop = &now};
	for (int i = 0; i < 5; i++) {
		world_next_file(w, i);
		half_written(w);
	}
	away(w);
	for (int i = 0; i < 5; i++) {
		world_next_file(w, i);
		world_finish(w, world_settle(w), false);
	}
	waits(w, 5);
	back(w);
	assert_int_equal(leftover_remove_all(&w->leftovers, &stopped, &removed, &e), 0);
	assert_int_equal(removed, 0);
	assert_int_equal(leftover_remove_all(&w->leftovers, &two, &removed, &e), 0);
	assert_int_equal(removed, 2);
	assert_int_equal(remove_all(w), 3);
	assert_int_equal(temps(w), 0);
	assert_int_equal(notes(w), 0);
}

/* What docs/OPERATING.md lets people do: find -type f -perm 0600 -name '[0-9a-f]*'. */
static int remove_private(const struct world *w)
{
	char names[16][64], path[WORLD_PATH];
	int n = world_temps(w, names, 16), left = 0;
	assert_true(n <= 16);
	for (int i = 0; i < n; i++) {
		struct stat st;
		(void)snprintf(path, sizeof path, "%s/drop/.longshore-tmp/%s", w->root, names[i]);
		assert_int_equal(stat(path, &st), 0);
		if ((st.st_mode & 07777) == 0600 && strchr("0123456789abcdef", names[i][0]))
			assert_int_equal(unlink(path), 0);
		else
			left++;
	}
	return left;
}

static void what_is_private_may_be_removed_by_hand_at_any_time(void **state)
{
	struct world *w = *state;
	static const enum ledger_step stops[] = {LEDGER_CLAIM, LEDGER_OPEN, LEDGER_WRITE,
	        LEDGER_SYNC, LEDGER_WRITTEN, LEDGER_COMMIT};
	for (int i = 0; i < 6; i++) {
		world_next_file(w, i);
		struct ledger *a = world_upload(w);
		world_until(w, a, stops[i]);
		assert_int_equal(temps(w), 1);
		assert_int_equal(remove_private(w), stops[i] > LEDGER_SYNC);
		world_finish(w, a, true);
		world_expect_seen(w, 1);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE(settle_removes_at_once_where_it_can),
	        CASE(settled_while_the_drop_was_away_it_goes_when_that_is_back),
	        CASE(what_was_put_aside_goes_when_the_drop_is_back),
	        CASE(another_place_at_the_same_url_is_left_alone),
	        CASE(what_was_left_at_the_old_place_goes_and_the_file_stays),
	        CASE(a_persons_word_for_a_lost_place_leaves_a_note),
	        CASE(what_is_in_use_or_not_ours_stays),
	        CASE(a_claim_that_was_surely_not_made_takes_its_temporary_along),
	        CASE(a_claim_without_an_answer_leaves_its_temporary),
	        CASE(a_note_that_cannot_be_read_holds_up_no_other),
	        CASE(a_turn_is_bounded_and_the_next_goes_on),
	        CASE(what_is_private_may_be_removed_by_hand_at_any_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
