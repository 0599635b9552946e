/* SPDX-License-Identifier: Apache-2.0
 * What the broker keeps of a task while it runs, while its result is on its way, and when it is set
 * aside. */
#include "fleet.h"

static struct fleet f;

/* Topics as always, but for the results': no broker of ours can acknowledge what is sent there. */
static void without_acknowledgements(void)
{
	static const char *const settings[] = {"min.insync.replicas", "2", NULL};
	static const enum topic others[] = {TOPIC_BRIDGE_TASKS, TOPIC_DEADLETTERS};
	char name[128], prefix[sizeof(f.prefix)];
	struct err e;
	snprintf(prefix, sizeof(prefix), "%s", f.prefix);
	snprintf(f.prefix, sizeof(f.prefix), "x%.60s", prefix);
	fleet_topics(&f, others, 2);
	struct bus_topic results = {.name = fleet_topic(&f, TOPIC_RESULTS, name),
	        .partitions = 1,
	        .replication = 1,
	        .settings = settings};
	fleet_ok(bus_topics_create(getenv("LONGSHORE_KAFKA"), &results, 1, &e), &e);
}

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

/* With one thread the second task starts when the first has left it, its result on its way; the
 * commit of the second one's mark says what is known of the first. */
static void offset_is_not_finished_before_its_result_is_acknowledged(void **state)
{
	(void)state;
	static const struct fleet_env env[] = {{"LONGSHORE_THREADS", "1"}, {NULL, NULL}};
	struct fleet_commit c;
	fleet_open(&f, "ack");
	without_acknowledgements();
	fleet_send(&f, &(struct fleet_task){.id = "a", .lane = "ok"});
	fleet_send(&f, &(struct fleet_task){.id = "b", .lane = "block:never"});
	pid_t pid = fleet_spawn(&f, "probe", env);
	fleet_await_handled(&f, "b", 1);
	assert_int_equal(fleet_handled(&f, "a"), 1);
	assert_int_equal(fleet_kill(pid, SIGKILL), 1000 + SIGKILL);
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], 0);
	assert_string_equal(c.metadata[0], "1r2");
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
