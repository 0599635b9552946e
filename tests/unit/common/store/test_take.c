/* SPDX-License-Identifier: Apache-2.0
 * A name taken by link + unlink, a step at a time: what a death at each of them leaves, and what the
 * next one makes of it. */
#include "file/drop_take.h"
#include "folder.h"

#include <fcntl.h>

#define TEMP ".longshore-tmp/0001"
#define NAME "out/a.csv"

struct ground {
	struct folder folder;
	struct drop *drop;
};

static int setup(void **state)
{
	struct ground *p = calloc(1, sizeof *p);
	struct err e;
	char url[256];
	struct drop_handle made;
	const struct drop_new temp = {STR("0001"), STR(NAME)};
	folder_make(&p->folder);
	folder_mkdir(&p->folder, "drop");
	(void)snprintf(url, sizeof url, "%s/drop", p->folder.url);
	if (drop_open(PLACE_AT(url), &p->drop, &e) != 0 ||
	        drop_temp_create(p->drop, &temp, &made, &e) != 0)
		return -1;
	drop_recall(p->drop, TAKE_BY_LINK);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct ground *p = *state;
	drop_close(p->drop);
	folder_drop(&p->folder);
	free(p);
	return 0;
}

static const char *path_of(const struct ground *p, const char *below)
{
	static char path[2][256];
	static int turn;
	turn = !turn;
	(void)snprintf(path[turn], sizeof path[turn], "%s/drop/%s", p->folder.path, below);
	return path[turn];
}

static bool is_there(const struct ground *p, const char *below)
{
	return access(path_of(p, below), F_OK) == 0;
}

static void partner_takes(const struct ground *p)
{
	assert_int_equal(unlink(path_of(p, NAME)), 0);
}

/* An attempt that stands before `until`; where it ends is a death. */
static struct take stops_before(struct ground *p, enum take_step until)
{
	struct take t;
	struct err e;
	take_init(&t, file_drop_of(p->drop), TEMP, NAME);
	while (t.step != until)
		assert_int_equal(take_step(&t, &e), 0);
	return t;
}

static void dies_before(struct ground *p, enum take_step until)
{
	struct take t = stops_before(p, until);
	take_release(&t);
}

/* To its end; it waits for another's claim as often as it may, but in no time. */
static int goes_on(struct take *t, struct err *e)
{
	int rc = 0;
	int finds = 0;
	while (rc == 0 && t->step != TAKE_DONE) {
		finds += t->step == TAKE_WAIT;
		rc = take_step(t, e);
	}
	assert_true(finds <= TAKE_WAITS_MAX + 1);
	take_release(t);
	return rc;
}

static enum take_answer answers(struct ground *p, const char *name)
{
	struct take t;
	struct err e;
	take_init(&t, file_drop_of(p->drop), TEMP, name);
	assert_int_equal(goes_on(&t, &e), 0);
	return t.answer;
}

static void nothing_is_left(struct ground *p)
{
	struct err e;
	assert_int_equal(drop_temp_remove(p->drop, STR(TEMP), &e), 0);
	assert_int_equal(rmdir(path_of(p, ".longshore-tmp")), 0);
}

/* Claimed, and it may have been linked and taken: nobody commits it any more, whoever asks. */
static void take_doubt(void **state)
{
	struct ground *p = *state;
	dies_before(p, TAKE_LINK);
	assert_true(is_there(p, TEMP ".1"));
	for (int i = 0; i < 2; i++)
		assert_int_equal(answers(p, NAME), TAKE_IN_DOUBT);
	assert_int_equal(answers(p, NULL), TAKE_IN_DOUBT);
	drop_recall(p->drop, "rename_noreplace"); /* a host whose mount can do more knows no more */
	assert_int_equal(answers(p, NAME), TAKE_IN_DOUBT);
	assert_false(is_there(p, NAME));
	assert_true(is_there(p, TEMP ".doubt"));
	nothing_is_left(p);
}

static void a_link_that_is_there_is_a_commit(void **state)
{
	struct ground *p = *state;
	dies_before(p, TAKE_CLEAR);
	assert_true(is_there(p, NAME));
	assert_int_equal(answers(p, NAME), TAKE_COMMITTED);
	assert_int_equal(rmdir(path_of(p, ".longshore-tmp")), 0); /* the temporary is consumed */
	assert_true(is_there(p, NAME));
	assert_int_equal(answers(p, NAME), TAKE_GONE);
}

static void a_link_that_was_taken_is_in_doubt(void **state)
{
	struct ground *p = *state;
	dies_before(p, TAKE_CLEAR);
	partner_takes(p);
	assert_int_equal(answers(p, NAME), TAKE_IN_DOUBT);
	assert_false(is_there(p, NAME));
	nothing_is_left(p);
}

/* The file system did it, the answer was lost, and the same request is sent again. */
static void take_inode(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct take t = stops_before(p, TAKE_LINK);
	assert_int_equal(link(path_of(p, TEMP ".1"), path_of(p, NAME)), 0);
	assert_int_equal(goes_on(&t, &e), 0);
	assert_int_equal(t.answer, TAKE_COMMITTED);
	assert_int_equal(rmdir(path_of(p, ".longshore-tmp")), 0);
}

static void take_inode_of_one_that_was_taken(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct take t = stops_before(p, TAKE_LINK);
	assert_int_equal(link(path_of(p, TEMP ".1"), path_of(p, NAME)), 0);
	assert_int_equal(take_step(&t, &e), 0);
	partner_takes(p);
	assert_int_equal(goes_on(&t, &e), 0);
	assert_int_equal(t.answer, TAKE_IN_DOUBT);
	assert_int_equal(answers(p, NAME), TAKE_IN_DOUBT);
	assert_false(is_there(p, NAME));
}

/* Silent for too long, and put into doubt: it links nothing when it goes on. */
static void who_lost_its_claim_links_nothing(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct take slow = stops_before(p, TAKE_LINK);
	assert_int_equal(answers(p, NAME), TAKE_IN_DOUBT);
	assert_int_equal(goes_on(&slow, &e), 0);
	assert_int_equal(slow.answer, TAKE_IN_DOUBT);
	assert_false(is_there(p, NAME));
}

/* It failed, certainly: the next one may, and one who looks meanwhile does not think it is gone. */
static void take_forward(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct take failing = stops_before(p, TAKE_LINK), looking;
	take_init(&looking, file_drop_of(p->drop), TEMP, NAME);
	assert_int_equal(take_step(&looking, &e), 0); /* it is not under its first name */
	assert_int_equal(rmdir(path_of(p, "out")), 0);
	assert_int_equal(goes_on(&failing, &e), ERR_RETRY);
	assert_string_equal(e.code, "drop_unavailable");
	assert_int_equal(goes_on(&looking, &e), 0);
	assert_int_equal(looking.answer, TAKE_COMMITTED);
	assert_true(is_there(p, NAME));
	assert_int_equal(rmdir(path_of(p, ".longshore-tmp")), 0);
}

/* What can be foreseen uses no claim up. */
static void a_name_that_is_taken_is_not_claimed_for(void **state)
{
	struct ground *p = *state;
	folder_mkdir(&p->folder, "drop/out");
	folder_write(&p->folder, "drop/" NAME, "x", 1);
	for (int i = 0; i < CHAIN_CLAIMS + 1; i++)
		assert_int_equal(answers(p, NAME), TAKE_NAME_TAKEN);
	assert_true(is_there(p, TEMP));
}

/* It found the temporary free, and then the other attempt was quicker. */
static void what_another_attempt_takes_for_this_file_is_ours(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct take slow = stops_before(p, TAKE_LOOK);
	struct take quick = stops_before(p, TAKE_CLEAR);
	assert_int_equal(goes_on(&slow, &e), 0);
	assert_int_equal(slow.answer, TAKE_COMMITTED);
	assert_int_equal(goes_on(&quick, &e), 0);
	assert_int_equal(quick.answer, TAKE_COMMITTED);
	nothing_is_left(p);
}

static void what_another_attempt_has_taken_for_this_file_is_gone(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct take slow = stops_before(p, TAKE_LOOK);
	assert_int_equal(answers(p, NAME), TAKE_COMMITTED);
	assert_int_equal(goes_on(&slow, &e), 0);
	assert_int_equal(slow.answer, TAKE_GONE);
}

/* The file system may give the number of our inode to the stranger's file. */
static void a_strangers_file_at_the_name_does_not_hide_that_ours_is_gone(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct take slow = stops_before(p, TAKE_LOOK);
	assert_int_equal(answers(p, NAME), TAKE_COMMITTED);
	partner_takes(p);
	int fd = open(path_of(p, NAME), O_CREAT | O_EXCL | O_WRONLY, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(goes_on(&slow, &e), 0);
	assert_int_equal(slow.answer, TAKE_GONE);
}

/* 32 claims, not 33; and it may be put aside still, or be committed where one call does it. */
static void the_chain_has_an_end(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct take t;
	char last[64];
	(void)snprintf(last, sizeof last, TEMP ".%d", CHAIN_LAST_FREE - 2);
	assert_int_equal(rename(path_of(p, TEMP), path_of(p, last)), 0);
	t = stops_before(p, TAKE_LINK);
	assert_int_equal(rmdir(path_of(p, "out")), 0);
	assert_int_equal(goes_on(&t, &e), ERR_RETRY);
	take_init(&t, file_drop_of(p->drop), TEMP, NAME);
	assert_int_equal(goes_on(&t, &e), ERR_REJECT);
	assert_string_equal(e.code, "drop_unfit");
	assert_int_equal(answers(p, NULL), TAKE_ASIDE);
	assert_int_equal(answers(p, NAME), TAKE_GONE);
	assert_false(is_there(p, NAME));
	nothing_is_left(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	        CASE(take_doubt),
	        CASE(a_link_that_is_there_is_a_commit),
	        CASE(a_link_that_was_taken_is_in_doubt),
	        CASE(take_inode),
	        CASE(take_inode_of_one_that_was_taken),
	        CASE(who_lost_its_claim_links_nothing),
	        CASE(take_forward),
	        CASE(a_name_that_is_taken_is_not_claimed_for),
	        CASE(what_another_attempt_takes_for_this_file_is_ours),
	        CASE(what_another_attempt_has_taken_for_this_file_is_gone),
	        CASE(a_strangers_file_at_the_name_does_not_hide_that_ours_is_gone),
	        CASE(the_chain_has_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
