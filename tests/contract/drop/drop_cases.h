/* SPDX-License-Identifier: Apache-2.0
 *
 * What every drop promises, the same cases for each driver. A new driver adds a test_drop_*.c that
 * says how its drop is opened (`driver`) and runs CASES().
 */
#ifndef LONGSHORE_TESTS_DROP_CASES_H
#define LONGSHORE_TESTS_DROP_CASES_H

#include "drop_cases_names.h"
#include "drop_cases_race.h"

static void a_commit_makes_the_file_visible_whole_and_consumes_the_temporary(void **state)
{
	struct ground *p = *state;
	temp_with(p, T1, "hello");
	outside_sees(p, "a.csv", NULL);
	assert_int_equal(commit(p, T1, "a.csv"), DROP_COMMITTED);
	outside_sees(p, "a.csv", "hello");
	outside_sees(p, T1, NULL);
	assert_int_equal(commit(p, T1, "a.csv"), DROP_TEMP_GONE);
	outside_sees(p, "a.csv", "hello");
}

static void a_commit_is_not_done_again_when_the_partner_has_taken_the_file(void **state)
{
	struct ground *p = *state;
	temp_with(p, T1, "hello");
	assert_int_equal(commit(p, T1, "a.csv"), DROP_COMMITTED);
	outside_take(p, "a.csv");
	assert_int_equal(commit(p, T1, "a.csv"), DROP_TEMP_GONE);
	outside_sees(p, "a.csv", NULL);
}

static void a_file_that_is_there_is_never_replaced(void **state)
{
	struct ground *p = *state;
	temp_with(p, T1, "hello");
	outside_put(p, "a.csv", "a stranger's");
	assert_int_equal(commit(p, T1, "a.csv"), DROP_NAME_TAKEN);
	outside_sees(p, "a.csv", "a stranger's");
	outside_sees(p, T1, "hello");
	assert_int_equal(mkdir(path_of(p, "dir"), 0755), 0);
	assert_int_equal(commit(p, T1, "dir"), DROP_NAME_TAKEN);
	assert_int_equal(symlink("nowhere", path_of(p, "link")), 0);
	assert_int_equal(commit(p, T1, "link"), DROP_NAME_TAKEN);
	outside_take(p, "a.csv");
	assert_int_equal(commit(p, T1, "a.csv"), DROP_COMMITTED);
	outside_sees(p, "a.csv", "hello");
}

static void a_temporary_is_created_once(void **state)
{
	struct ground *p = *state;
	struct err e;
	temp_with(p, T1, "hello");
	expect_error(create(p->drop, T1, &e), &e, ERR_REJECT, "exists");
	outside_sees(p, T1, "hello");
}

static void a_removed_temporary_is_gone_and_may_be_removed_again(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct drop_temp *t = NULL;
	temp_with(p, T1, "one");
	temp_with(p, T2, "two");
	assert_int_equal(drop_temp_remove(p->drop, STR(T1), &e), 0);
	expect_error(drop_temp_open(p->drop, STR(T1), &t, &e), &e, ERR_REJECT, "gone");
	assert_int_equal(drop_temp_remove(p->drop, STR(T1), &e), 0);
	assert_int_equal(drop_temp_remove(p->drop, STR(".longshore-none/x"), &e), 0);
	outside_sees(p, T2, "two");
	outside_put(p, "a.csv", "a");
	expect_error(drop_temp_remove(p->drop, STR("a.csv"), &e), &e, ERR_REJECT, "bad_name");
	outside_sees(p, "a.csv", "a");
}

static enum drop_aside set_aside(struct ground *p, const char *temp)
{
	struct err e;
	enum drop_aside answer = DROP_ASIDE_IN_DOUBT;
	assert_int_equal(drop_temp_set_aside(p->drop, str_c(temp), &answer, &e), 0);
	return answer;
}

/* Another call, after a death, gives the same answer; and what a commit consumed is not put aside. */
static void a_temporary_put_aside_is_never_committed(void **state)
{
	struct ground *p = *state;
	struct err e;
	enum drop_aside answer;
	temp_with(p, T1, "first");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(set_aside(p, T1), DROP_ASIDE);
		assert_int_equal(commit(p, T1, "out.csv"), DROP_TEMP_GONE);
	}
	outside_sees(p, "out.csv", NULL);
	assert_int_equal(drop_temp_remove(p->drop, STR(T1), &e), 0);
	assert_int_equal(set_aside(p, T1), DROP_ASIDE_GONE);
	temp_with(p, T2, "second");
	assert_int_equal(commit(p, T2, "out.csv"), DROP_COMMITTED);
	assert_int_equal(set_aside(p, T2), DROP_ASIDE_GONE);
	outside_sees(p, "out.csv", "second");
	expect_error(drop_temp_set_aside(p->drop, STR("out.csv"), &answer, &e), &e, ERR_REJECT,
	        "bad_name");
}

static void only_create_creates(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct drop_temp *t = NULL;
	expect_error(drop_temp_open(p->drop, STR(T1), &t, &e), &e, ERR_REJECT, "gone");
	assert_int_equal(create(p->drop, T1, &e), 0);
	drop_temp_discard(p->drop, STR(T1));
	expect_error(drop_temp_open(p->drop, STR(T1), &t, &e), &e, ERR_REJECT, "gone");
	outside_sees(p, T1, NULL);
	assert_int_equal(commit(p, T1, "a.csv"), DROP_TEMP_GONE);
	outside_sees(p, "a.csv", NULL);
}

static void writes_are_positioned_and_never_truncate(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct drop_temp *one = NULL, *two = NULL;
	assert_int_equal(create(p->drop, T1, &e), 0);
	assert_int_equal(drop_temp_open(p->drop, STR(T1), &one, &e), 0);
	assert_int_equal(drop_temp_write(one, 3, "def", 3, &e), 0);
	assert_int_equal(drop_temp_open(p->drop, STR(T1), &two, &e), 0);
	assert_int_equal(drop_temp_write(two, 0, "abc", 3, &e), 0);
	assert_int_equal(drop_temp_sync(one, 6, &e), 0);
	assert_int_equal(drop_temp_sync(two, 6, &e), 0);
	outside_sees(p, T1, "abcdef");
	drop_temp_close(one);
	drop_temp_close(two);
}

static void a_second_writer_changes_nothing(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct drop_temp *t = NULL;
	temp_with(p, T1, "hello");
	assert_int_equal(drop_temp_open(p->drop, STR(T1), &t, &e), 0);
	outside_sees(p, T1, "hello");
	assert_int_equal(drop_temp_write(t, 0, "he", 2, &e), 0);
	assert_int_equal(drop_temp_write(t, 0, NULL, 0, &e), 0);
	outside_sees(p, T1, "hello");
	expect_error(drop_temp_write(t, -1, "x", 1, &e), &e, ERR_REJECT, "bad_offset");
	/* A late write to what was committed meanwhile: the same bytes at the same place. */
	assert_int_equal(commit(p, T1, "a.csv"), DROP_COMMITTED);
	assert_int_equal(drop_temp_write(t, 2, "llo", 3, &e), 0);
	int synced = drop_temp_sync(t, 5, &e);
	if (driver.loses_renamed)
		expect_error(synced, &e, ERR_REJECT, "gone");
	else
		assert_int_equal(synced, 0);
	outside_sees(p, "a.csv", "hello");
	drop_temp_close(t);
	drop_temp_close(NULL);
}

static void sync_wants_the_exact_length(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct drop_temp *t = NULL;
	assert_int_equal(create(p->drop, T1, &e), 0);
	assert_int_equal(drop_temp_open(p->drop, STR(T1), &t, &e), 0);
	assert_int_equal(drop_temp_write(t, 0, "12345", 5, &e), 0);
	expect_error(drop_temp_sync(t, 4, &e), &e, ERR_REJECT, "bad_length");
	expect_error(drop_temp_sync(t, 6, &e), &e, ERR_REJECT, "bad_length");
	assert_int_equal(drop_temp_sync(t, 5, &e), 0);
	outside_take(p, T1);
	expect_error(drop_temp_sync(t, 5, &e), &e, ERR_REJECT, "gone");
	drop_temp_close(t);
}

static void stat_reads_back_what_the_destination_has(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct drop_facts facts;
	assert_int_equal(drop_stat(p->drop, STR("a.csv"), &facts, &e), 0);
	assert_false(facts.is_there);
	assert_int_equal(drop_stat(p->drop, STR("no/such/dir"), &facts, &e), 0);
	assert_false(facts.is_there);
	outside_put(p, "a.csv", "abc");
	assert_int_equal(drop_stat(p->drop, STR("a.csv"), &facts, &e), 0);
	assert_true(facts.is_there);
	assert_int_equal(facts.bytes, 3);
	assert_string_equal(
	        facts.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	outside_put(p, "empty", "");
	assert_int_equal(drop_stat(p->drop, STR("empty"), &facts, &e), 0);
	assert_true(facts.is_there);
	assert_int_equal(facts.bytes, 0);
	assert_int_equal(symlink("a.csv", path_of(p, "link")), 0);
	assert_int_equal(drop_stat(p->drop, STR("link"), &facts, &e), 0);
	assert_true(facts.is_there);
	assert_int_equal(facts.bytes, -1);
	assert_string_equal(facts.sha256, "");
}

static void a_temporary_is_private_until_it_is_synced(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct stat st;
	assert_int_equal(create(p->drop, T1, &e), 0);
	assert_int_equal(stat(path_of(p, T1), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void links_below_the_drop_are_refused(void **state)
{
	struct ground *p = *state;
	struct err e;
	char outside[] = "/tmp/longshore-outside-XXXXXX";
	enum drop_commit answer = DROP_TEMP_GONE;
	struct drop_facts facts;
	assert_non_null(mkdtemp(outside));
	temp_with(p, T1, "x");
	assert_int_equal(symlink(outside, path_of(p, "away")), 0);
	expect_error(drop_commit(p->drop, STR(T1), STR("away/a.csv"), &answer, &e), &e, ERR_REJECT,
	        "bad_name");
	expect_error(drop_stat(p->drop, STR("away/a.csv"), &facts, &e), &e, ERR_REJECT, "bad_name");
	outside_sees(p, T1, "x");
	assert_int_equal(rmdir(outside), 0); /* empty */
	outside_take(p, T1);
	assert_int_equal(rmdir(path_of(p, ".longshore-tmp")), 0);
	assert_non_null(mkdtemp(memcpy(outside, "/tmp/longshore-outside-XXXXXX", sizeof outside)));
	assert_int_equal(symlink(outside, path_of(p, ".longshore-tmp")), 0);
	expect_error(create(p->drop, T1, &e), &e, ERR_REJECT, "bad_name");
	assert_int_equal(rmdir(outside), 0);
}

static void bad_names_are_refused(void **state)
{
	struct ground *p = *state;
	struct err e;
	enum drop_commit answer;
	struct drop_facts facts;
	temp_with(p, T1, "x");
	static const char *const bad[] = {"", "/", "/etc/passwd", "a/", "a//b", "../a", "a/../b",
	        ".", "a/.", "a\nb", "a\x7f", ".longshore-tmp/x", "a/.longshore", T1};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		expect_error(drop_commit(p->drop, STR(T1), str_c(bad[i]), &answer, &e), &e,
		        ERR_REJECT, "bad_name");
		expect_error(
		        drop_stat(p->drop, str_c(bad[i]), &facts, &e), &e, ERR_REJECT, "bad_name");
	}
	static const char *const bad_tokens[] = {"", ".", "..", ".x", "a/b", "A", "a b", "a\n",
	        "0123456789012345678901234567890123456789a"};
	struct drop_handle made;
	for (size_t i = 0; i < sizeof bad_tokens / sizeof bad_tokens[0]; i++) {
		const struct drop_new what = {str_c(bad_tokens[i]), STR("a.csv")};
		expect_error(
		        drop_temp_create(p->drop, &what, &made, &e), &e, ERR_REJECT, "bad_name");
	}
	static const char *const bad_handles[] = {
	        "", "a", "a/b", ".tmp/x", "../.longshore/x", ".longshore/../x", ".longshore/a\nb"};
	for (size_t i = 0; i < sizeof bad_handles / sizeof bad_handles[0]; i++)
		expect_error(drop_temp_remove(p->drop, str_c(bad_handles[i]), &e), &e, ERR_REJECT,
		        "bad_name");
	char name[1025];
	for (size_t i = 0; i < sizeof name; i++)
		name[i] = i % 200 == 199 ? '/' : 'n';
	assert_int_equal(drop_stat(p->drop, str_bytes(name, 1024), &facts, &e), 0);
	expect_error(
	        drop_stat(p->drop, str_bytes(name, 1025), &facts, &e), &e, ERR_REJECT, "bad_name");
	memset(name, 'n', sizeof name);
	assert_int_equal(drop_stat(p->drop, str_bytes(name, 255), &facts, &e), 0);
	expect_error(
	        drop_stat(p->drop, str_bytes(name, 256), &facts, &e), &e, ERR_REJECT, "bad_name");
	/* What must never be discarded by mistake. */
	outside_put(p, "a.csv", "theirs");
	drop_temp_discard(p->drop, STR("a.csv"));
	drop_temp_discard(p->drop, STR(".longshore-tmp/none"));
	outside_sees(p, "a.csv", "theirs");
}

static void a_place_that_goes_away_is_unavailable_and_says_nothing_of_files(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct drop_facts facts;
	struct drop_temp *t = NULL;
	enum drop_commit answer;
	char identity[DROP_IDENTITY_BYTES];
	assert_int_equal(rmdir(p->path), 0);
	expect_error(drop_identity(p->drop, identity, &e), &e, ERR_RETRY, "drop_unavailable");
	expect_error(drop_mark(p->drop, identity, &e), &e, ERR_RETRY, "drop_unavailable");
	expect_error(create(p->drop, T1, &e), &e, ERR_RETRY, "drop_unavailable");
	expect_error(drop_temp_open(p->drop, STR(T1), &t, &e), &e, ERR_RETRY, "drop_unavailable");
	expect_error(drop_temp_remove(p->drop, STR(T1), &e), &e, ERR_RETRY, "drop_unavailable");
	expect_error(
	        drop_stat(p->drop, STR("a.csv"), &facts, &e), &e, ERR_RETRY, "drop_unavailable");
	expect_error(drop_commit(p->drop, STR(T1), STR("a.csv"), &answer, &e), &e, ERR_RETRY,
	        "drop_unavailable");
	assert_int_equal(mkdir(p->path, 0700), 0);
}

static void a_place_keeps_its_identity_and_another_has_another(void **state)
{
	struct ground *p = *state;
	struct err e;
	char one[DROP_IDENTITY_BYTES], again[DROP_IDENTITY_BYTES], other[DROP_IDENTITY_BYTES];
	struct drop *d = NULL;
	assert_int_equal(drop_identity(p->drop, one, &e), 0);
	assert_string_equal(one, ""); /* looking makes none */
	assert_int_equal(access(path_of(p, ".longshore-tmp"), F_OK), -1);
	assert_int_equal(drop_mark(p->drop, one, &e), 0);
	assert_int_equal(strlen(one), 32);
	assert_int_equal(driver.open(p, &d, &e), 0);
	assert_int_equal(drop_identity(d, again, &e), 0);
	assert_string_equal(one, again);
	assert_int_equal(drop_mark(d, again, &e), 0);
	assert_string_equal(one, again);
	drop_close(d);
	/* What an unmounted drop looks like: the same path, empty. */
	char aside[120];
	(void)snprintf(aside, sizeof aside, "%s.aside", p->path);
	assert_int_equal(rename(p->path, aside), 0);
	assert_int_equal(mkdir(p->path, 0700), 0);
	assert_int_equal(driver.open(p, &d, &e), 0);
	assert_int_equal(drop_identity(d, other, &e), 0);
	assert_string_equal(other, "");
	assert_int_equal(drop_mark(d, other, &e), 0);
	assert_string_not_equal(one, other);
	drop_close(d);
	assert_int_equal(nftw(p->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	assert_int_equal(rename(aside, p->path), 0);
	assert_int_equal(drop_identity(p->drop, again, &e), 0);
	assert_string_equal(one, again);
	outside_put(p, driver.identity, "something else\n");
	expect_error(drop_identity(p->drop, again, &e), &e, ERR_RETRY, "drop_unavailable");
	expect_error(drop_mark(p->drop, again, &e), &e, ERR_RETRY, "drop_unavailable");
}

static void the_probe_leaves_nothing_a_partner_sees(void **state)
{
	struct ground *p = *state;
	struct err e;
	assert_int_equal(drop_probe(p->drop, &e), 0);
	assert_int_equal(drop_probe(p->drop, &e), 0);
	assert_int_equal(rmdir(path_of(p, ".longshore-tmp")), 0); /* empty */
	assert_int_equal(rmdir(p->path), 0);
	assert_int_equal(mkdir(p->path, 0700), 0);
	assert_string_equal(drop_guarantee(p->drop), driver.guarantee);
}

static void a_driver_says_what_it_can(void **state)
{
	struct ground *p = *state;
	const struct drop_traits *traits = drop_traits(p->drop);
	assert_true(traits->part_bytes > 0 && traits->part_bytes <= 64 * 1024 * 1024);
	assert_true((traits->verifies & DROP_VERIFIES_LENGTH) != 0);
}

#define CASES() \
	CASE(a_driver_says_what_it_can), \
	        CASE(a_commit_makes_the_file_visible_whole_and_consumes_the_temporary), \
	        CASE(a_commit_is_not_done_again_when_the_partner_has_taken_the_file), \
	        CASE(a_file_that_is_there_is_never_replaced), CASE(a_temporary_is_created_once), \
	        CASE(a_removed_temporary_is_gone_and_may_be_removed_again), \
	        CASE(a_temporary_put_aside_is_never_committed), CASE(only_create_creates), \
	        CASE(writes_are_positioned_and_never_truncate), \
	        CASE(a_second_writer_changes_nothing), CASE(sync_wants_the_exact_length), \
	        CASE(stat_reads_back_what_the_destination_has), \
	        CASE(names_may_have_directories_which_are_made), \
	        CASE(a_temporary_is_private_until_it_is_synced), \
	        CASE(links_below_the_drop_are_refused), CASE(bad_names_are_refused), \
	        CASE(a_place_that_goes_away_is_unavailable_and_says_nothing_of_files), \
	        CASE(a_place_keeps_its_identity_and_another_has_another), \
	        CASE(the_probe_leaves_nothing_a_partner_sees), \
	        CASE(of_many_commits_one_takes_the_name), \
	        CASE(of_two_and_of_five_writers_one_wins), CASE(an_empty_file_is_a_file), \
	        CASE(a_name_is_taken_as_it_is), CASE(a_file_in_the_way_is_refused), \
	        CASE(directories_that_two_make_at_once_are_made_once)

#endif
