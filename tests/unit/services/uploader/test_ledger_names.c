/* SPDX-License-Identifier: Apache-2.0
 * Names that are not to be had at the destination: a delivery that ends does not wait for them. */
#include "ledger_world.h"

static void expect_no_temps(const struct world *w)
{
	assert_int_equal(world_temps(w, NULL, 0), 0);
}

/* A file of somebody else where a directory of the name should be. */
static void block_the_directory(struct world *w)
{
	FILE *f = fopen(world_path(w, "drop/out"), "w");
	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
}

static void a_settle_ends_where_a_directory_of_the_name_is_a_file(void **state)
{
	struct world *w = *state;
	block_the_directory(w);
	world_fails(w, world_upload(w), ERR_REJECT, "bad_name");
	world_expect_phase(w, RECORD_WRITTEN);
	world_finish(w, world_settle(w), false);
	world_expect_phase(w, RECORD_CLOSED);
	expect_no_temps(w);
	/* and it stays so, also when the directory can be made */
	assert_int_equal(unlink(world_path(w, "drop/out")), 0);
	world_fails(w, world_upload(w), ERR_REJECT, "closed");
	world_finish(w, world_settle(w), false);
	world_expect_seen(w, 0);
}

static void a_settle_ends_where_the_name_is_kept_for_temporaries(void **state)
{
	struct world *w = *state;
	(void)snprintf(w->name, sizeof w->name, "out/.longshore_1");
	world_fails(w, world_upload(w), ERR_REJECT, "bad_name");
	world_finish(w, world_settle(w), false);
	expect_no_temps(w);
	world_expect_seen(w, 0);
}

static void a_settle_leaves_a_strangers_file_alone_and_ends(void **state)
{
	struct world *w = *state;
	world_put(w, "theirs");
	world_fails(w, world_upload(w), ERR_REJECT, "name_conflict");
	struct ledger *zombie = world_upload(w);
	world_until(w, zombie, LEDGER_COMMIT);
	world_finish(w, world_settle(w), false);
	expect_no_temps(w);
	/* Their file goes: an attempt that was about to commit ours finds that it is over. */
	world_take(w);
	w->appeared = 0;
	w->was_there = w->was_wrong = false;
	world_fails(w, zombie, ERR_REJECT, "closed");
	world_expect_seen(w, 0);
}

/* It gave up on the name, and an attempt that had begun before was faster when that became free. */
static void what_came_out_while_settle_gave_up_is_told(void **state)
{
	struct world *w = *state;
	world_put(w, "theirs");
	struct ledger *fast = world_upload(w);
	world_until(w, fast, LEDGER_COMMIT);
	struct ledger *settle = world_settle(w);
	world_until(w, settle, LEDGER_WITHDRAW);
	world_take(w);
	w->appeared = 0;
	w->was_there = w->was_wrong = false;
	world_until(w, fast, LEDGER_VERIFY);
	world_finish(w, settle, true);
	ledger_free(fast);
	world_expect_seen(w, 1);
}

/* Where others remove temporaries nobody can know, and a person's word ends it. */
static void where_nobody_can_know_a_persons_word_ends_it(void **state)
{
	struct world *w = *state;
	w->others_may_delete = true;
	block_the_directory(w);
	world_fails(w, world_upload(w), ERR_REJECT, "bad_name");
	world_delete_temps(w);
	world_fails(w, world_settle(w), ERR_REJECT, "uncertain");
	struct ledger_task task = world_task(w, LEDGER_SETTLE);
	task.task_id = STR("answer");
	task.answer = LEDGER_RESEND;
	world_finish(w, world_begin(w, &task), false);
	world_finish(w, world_settle(w), false);
	world_expect_seen(w, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                a_settle_ends_where_a_directory_of_the_name_is_a_file, world_setup,
	                world_teardown),
	        cmocka_unit_test_setup_teardown(
	                a_settle_ends_where_the_name_is_kept_for_temporaries, world_setup,
	                world_teardown),
	        cmocka_unit_test_setup_teardown(a_settle_leaves_a_strangers_file_alone_and_ends,
	                world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(
	                what_came_out_while_settle_gave_up_is_told, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(
	                where_nobody_can_know_a_persons_word_ends_it, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
