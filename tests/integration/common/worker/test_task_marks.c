/* SPDX-License-Identifier: Apache-2.0
 * What the broker keeps of a task while it runs, while its result is on its way, and when it is set
 * aside. */
#include "fleet.h"

static struct fleet f;

static void mark_is_committed_before_its_task_runs(void **state)
{
	(void)state;
	struct fleet_commit c;
	fleet_open(&f, "mark");
	fleet_send(&f, &(struct fleet_task){.id = "a", .lane = "block:go"});
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	fleet_await_handled(&f, "a", 1);
	assert_int_equal(fleet_kill(pid, SIGKILL), 1000 + SIGKILL);
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], 0);
	assert_string_equal(c.metadata[0], "1r");
	fleet_close(&f);
}

/* It dies when it learns that its result is there: what it has committed says nothing of that yet. */
static void offset_is_not_finished_before_its_result_is_acknowledged(void **state)
{
	(void)state;
	struct fleet_commit c;
	fleet_open(&f, "ack");
	fleet_send(&f, &(struct fleet_task){.id = "a", .lane = "ok"});
	f.kill_at = "task_after_ack";
	assert_int_equal(fleet_wait(fleet_spawn(&f, "probe", NULL)), 0);
	f.kill_at = NULL;
	assert_int_equal(fleet_result_of(&f, "a", 0)->outcome, EV_OUTCOME_DONE);
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], 0);
	assert_string_equal(c.metadata[0], "1r");
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	(void)fleet_result_of(&f, "a", 1); /* from staging: it is not done again */
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	assert_int_equal(fleet_handled(&f, "a"), 1);
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], 1);
	fleet_close(&f);
}

/* The result of the task behind it comes last: whatever is said of the poison is there then. */
static void poison_is_rejected_before_its_offset_is_finished(void **state)
{
	(void)state;
	enum { DEATHS = 3 }; /* in company, then alone up to the limit of two */
	struct fleet_commit c;
	fleet_open(&f, "reject");
	fleet_send(&f, &(struct fleet_task){.id = "poison", .lane = "abort"});
	for (int i = 0; i < DEATHS; i++)
		assert_int_equal(fleet_wait(fleet_spawn(&f, "probe", NULL)), 99);
	fleet_committed(&f, &c);
	assert_string_equal(
	        c.metadata[0], "1l.1"); /* it ran alone, one such death counted before */
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	fleet_await_dead(&f, 1);
	fleet_send(&f, &(struct fleet_task){.id = "last", .lane = "ok"});
	(void)fleet_result_of(&f, "last", 0);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], 2);
	assert_int_equal(fleet_results_of(&f, "poison"), 1);
	const struct fleet_result *r = fleet_result_of(&f, "poison", 0);
	assert_int_equal(r->outcome, EV_OUTCOME_REJECT);
	assert_string_equal(r->reason, "poison");
	fleet_close(&f);
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
	        cmocka_unit_test(mark_is_committed_before_its_task_runs),
	        cmocka_unit_test(offset_is_not_finished_before_its_result_is_acknowledged),
	        cmocka_unit_test(poison_is_rejected_before_its_offset_is_finished),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	return fleet_main(argc, argv, tests);
}
