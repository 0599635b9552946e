/* SPDX-License-Identifier: Apache-2.0
 * The ledger at a place that cannot rename without replacing: the kernel refuses it to this process. */
#include "ledger_world.h"
#include "no_rename_flags.h"

static int temps(const struct world *w)
{
	char names[1][64];
	return world_temps(w, names, 1);
}

/* What an uploader leaves that ended in the middle of a commit, once its claim was waited for. */
static void leave_in_doubt(struct world *w)
{
	struct record r;
	char from[WORLD_PATH], to[WORLD_PATH + 8];
	struct ledger *l = world_upload(w);
	world_until(w, l, LEDGER_COMMIT);
	ledger_free(l);
	assert_true(world_record(w, &r));
	(void)snprintf(from, sizeof from, "%s/drop/%s", w->root, r.temp);
	(void)snprintf(to, sizeof to, "%s.doubt", from);
	assert_int_equal(rename(from, to), 0);
}

static struct ledger *answered(struct world *w, enum ledger_op op, enum ledger_answer answer)
{
	struct ledger_task task = world_task(w, op);
	task.answer = answer;
	return world_begin(w, &task);
}

static void the_receipt_names_the_guarantee(void **state)
{
	struct world *w = *state;
	struct record r;
	world_finish(w, world_upload(w), true);
	world_take(w);
	world_finish(w, world_upload(w), true);
	assert_true(world_record(w, &r));
	assert_string_equal(r.guarantee, "link_noreplace");
	assert_string_equal(r.verified, "size_sha256");
	assert_int_equal(temps(w), 0);
	world_expect_seen(w, 1);
}

static void link_doubt(void **state)
{
	struct world *w = *state;
	leave_in_doubt(w);
	world_fails(w, world_upload(w), ERR_REJECT, "uncertain");
	world_fails(w, world_settle(w), ERR_REJECT, "uncertain");
	world_expect_seen(w, 0);
	world_expect_phase(w, RECORD_WRITTEN);
}

static void what_is_in_doubt_and_there_was_committed(void **state)
{
	struct world *w = *state;
	struct record r;
	leave_in_doubt(w);
	world_put(w, WORLD_CONTENT);
	world_finish(w, world_upload(w), true);
	assert_true(world_record(w, &r));
	assert_string_equal(r.guarantee, "link_noreplace");
	assert_int_equal(temps(w), 0);
}

static void a_person_says_that_it_arrived(void **state)
{
	struct world *w = *state;
	struct record r;
	leave_in_doubt(w);
	world_finish(w, answered(w, LEDGER_UPLOAD, LEDGER_ADOPT), true);
	assert_true(world_record(w, &r));
	assert_string_equal(r.guarantee, "asserted_by_person");
	assert_int_equal(temps(w), 0); /* the people in it are not left lying there */
	world_expect_seen(w, 0);
}

static void a_person_says_that_it_did_not(void **state)
{
	struct world *w = *state;
	leave_in_doubt(w);
	world_finish(w, answered(w, LEDGER_UPLOAD, LEDGER_RESEND), true);
	assert_int_equal(temps(w), 0);
	world_expect_seen(w, 1);
	world_next_file(w, 1);
	leave_in_doubt(w);
	world_finish(w, answered(w, LEDGER_SETTLE, LEDGER_RESEND), false);
	assert_int_equal(temps(w), 0);
	world_expect_seen(w, 0);
	world_fails(w, world_upload(w), ERR_REJECT, "closed");
}

/* Put aside is proof here, too, for only a free temporary is; what is in doubt is not put aside. */
static void what_is_withdrawn_is_never_committed(void **state)
{
	struct world *w = *state;
	struct ledger_task task = world_task(w, LEDGER_SETTLE);
	task.withdraws = true;
	struct ledger *l = world_upload(w);
	world_until(w, l, LEDGER_COMMIT);
	world_finish(w, world_begin(w, &task), false);
	world_fails(w, l, ERR_REJECT, "closed");
	assert_int_equal(temps(w), 0);
	world_expect_seen(w, 0);
	world_next_file(w, 1);
	leave_in_doubt(w);
	task = world_task(w, LEDGER_SETTLE);
	task.withdraws = true;
	world_fails(w, world_begin(w, &task), ERR_REJECT, "uncertain");
	task.answer = LEDGER_RESEND;
	world_finish(w, world_begin(w, &task), false);
	assert_int_equal(temps(w), 0);
	world_expect_seen(w, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
	        CASE(the_receipt_names_the_guarantee),
	        CASE(link_doubt),
	        CASE(what_is_in_doubt_and_there_was_committed),
	        CASE(a_person_says_that_it_arrived),
	        CASE(a_person_says_that_it_did_not),
	        CASE(what_is_withdrawn_is_never_committed),
	};
	return no_rename_flags() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
