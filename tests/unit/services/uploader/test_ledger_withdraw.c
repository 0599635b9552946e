/* SPDX-License-Identifier: Apache-2.0
 * A settle that withdraws: what is written and not visible never becomes visible, and what is
 * visible is told. The tests bear the names of their rules in the model. */
#include "ledger_world.h"

static struct ledger *withdraw(struct world *w)
{
	struct ledger_task task = world_task(w, LEDGER_SETTLE);
	task.withdraws = true;
	return world_begin(w, &task);
}

static int temps(const struct world *w)
{
	char names[4][64];
	return world_temps(w, names, 4);
}

static void what_is_written_is_taken_back(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_COMMIT);
	world_finish(w, withdraw(w), false);
	world_expect_phase(w, RECORD_CLOSED);
	assert_int_equal(temps(w), 0);
	world_fails(w, a, ERR_REJECT, "closed");
	world_fails(w, world_upload(w), ERR_REJECT, "closed");
	world_finish(w, withdraw(w), false);
	world_finish(w, world_settle(w), false);
	world_expect_seen(w, 0);
}

/* The name was a stranger's, a person removed that, and now a list is newer. */
static void a_name_that_became_free_is_not_taken(void **state)
{
	struct world *w = *state;
	world_put(w, "somebody else's");
	world_fails(w, world_upload(w), ERR_REJECT, "name_conflict");
	world_finish(w, withdraw(w), false); /* also while it is taken */
	world_next_file(w, 1);
	world_put(w, "somebody else's");
	world_fails(w, world_upload(w), ERR_REJECT, "name_conflict");
	char path[WORLD_PATH];
	(void)snprintf(path, sizeof path, "%s/drop/%s", w->root, w->name);
	assert_int_equal(unlink(path), 0);
	world_look(w);
	int seen = w->appeared;
	world_finish(w, withdraw(w), false);
	assert_int_equal(w->appeared, seen);
	assert_int_equal(temps(w), 0);
}

/* It is open, or there is no record: closed, as by any settle. */
static void what_is_not_written_is_closed(void **state)
{
	struct world *w = *state;
	world_finish(w, withdraw(w), false);
	world_fails(w, world_upload(w), ERR_REJECT, "closed");
	world_next_file(w, 1);
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_WRITTEN);
	world_finish(w, withdraw(w), false);
	world_fails(w, a, ERR_REJECT, "closed");
	world_expect_seen(w, 0);
}

/* An attempt that read `written` finds its temporary gone: it reads again, and gives no receipt. */
static void withdraw_records(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ledger *a = world_upload(w), *s = withdraw(w);
	world_until(w, a, LEDGER_COMMIT);
	world_until(w, s, LEDGER_ASIDE);
	world_expect_phase(w, RECORD_WITHDRAWN);
	assert_int_equal(world_step(w, s, &e), 0);
	assert_int_equal(s->step, LEDGER_CLOSE);
	world_fails(w, a, ERR_REJECT, "closed");
	world_finish(w, s, false);
	world_expect_seen(w, 0);
}

/* It dies behind each of its steps: the next one gives the same answer. */
static void withdraw_aside(void **state)
{
	struct world *w = *state;
	for (int steps = 0; steps < 8; steps++) {
		struct err e;
		world_next_file(w, steps);
		struct ledger *a = world_upload(w), *s = withdraw(w);
		world_until(w, a, LEDGER_COMMIT);
		for (int i = 0; i < steps && s->step != LEDGER_DONE; i++)
			assert_int_equal(world_step(w, s, &e), 0);
		ledger_free(s);
		world_finish(w, withdraw(w), false);
		world_fails(w, a, ERR_REJECT, "closed");
		assert_int_equal(temps(w), 0);
		world_expect_seen(w, 0);
	}
}

/* The commit had begun: whoever is first takes the temporary, and the answer is what happened. */
static void withdraw_believes(void **state)
{
	struct world *w = *state;
	for (int taken = 0; taken < 2; taken++) {
		world_next_file(w, taken);
		struct ledger *a = world_upload(w), *s = withdraw(w);
		world_until(w, a, LEDGER_COMMIT);
		world_until(w, s, LEDGER_ASIDE);
		world_until(w, a, LEDGER_VERIFY);
		if (taken)
			world_take(w); /* and the partner had it */
		world_finish(w, s, true);
		ledger_free(a);
		world_finish(w, withdraw(w), true);
		world_expect_seen(w, 1);
	}
}

static void where_others_delete_a_person_is_asked(void **state)
{
	struct world *w = *state;
	w->others_may_delete = true;
	struct ledger *a = world_upload(w), *s = withdraw(w);
	world_until(w, a, LEDGER_COMMIT);
	world_until(w, s, LEDGER_ASIDE);
	world_delete_temps(w);
	world_fails(w, s, ERR_REJECT, "uncertain");
	world_fails(w, withdraw(w), ERR_REJECT, "uncertain");
	struct ledger_task answer = world_task(w, LEDGER_SETTLE);
	answer.answer = LEDGER_RESEND; /* it did not arrive */
	world_finish(w, world_begin(w, &answer), false);
	world_expect_phase(w, RECORD_CLOSED);
	world_fails(w, a, ERR_REJECT, "closed");
	/* What was put aside was not committed, whoever deletes. */
	world_next_file(w, 1);
	a = world_upload(w);
	world_until(w, a, LEDGER_COMMIT);
	world_finish(w, withdraw(w), false);
	world_fails(w, a, ERR_REJECT, "closed");
	world_expect_seen(w, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
	        CASE(what_is_written_is_taken_back),
	        CASE(a_name_that_became_free_is_not_taken),
	        CASE(what_is_not_written_is_closed),
	        CASE(withdraw_records),
	        CASE(withdraw_aside),
	        CASE(withdraw_believes),
	        CASE(where_others_delete_a_person_is_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
