/* SPDX-License-Identifier: Apache-2.0
 * Several processes of one service: rebalances, zombies, leases. */
#include "fleet.h"

static struct fleet f;

static void send_blocked(const char *name, int count)
{
	char id[64];
	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "%s-%d", name, i);
		fleet_send(
		        &f, &(struct fleet_task){.id = id, .lane = "block:go", .partition = i % 2});
	}
}

static void expect_done(const char *name, int count)
{
	char id[64];
	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "%s-%d", name, i);
		assert_int_equal(fleet_result_of(&f, id, 0)->outcome, EV_OUTCOME_DONE);
	}
}

static void expect_committed(int64_t messages)
{
	struct fleet_commit c;
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0] + c.offset[1], messages);
	assert_string_equal(c.metadata[0], "");
	assert_string_equal(c.metadata[1], "");
}

static void rebalance_loses_nothing(void **state)
{
	(void)state;
	enum { TASKS = 8, MORE = 30 };
	fleet_open(&f, "rebalance");
	pid_t one = fleet_spawn(&f, "probe", NULL);
	send_blocked("first", TASKS); /* four of them run, four wait */
	fleet_await_handled(&f, NULL, 4);
	pid_t two = fleet_spawn(&f, "probe", NULL);
	fleet_await_log(&f, 1, "worker.assigned", 1);
	fleet_await_log(&f, 0, "worker.revoked", 1);
	send_blocked("second", MORE);
	folder_write(&f.folder, "go", "", 0);
	expect_done("first", TASKS);
	expect_done("second", MORE);
	assert_int_equal(fleet_kill(one, SIGTERM), 0);
	assert_int_equal(fleet_kill(two, SIGTERM), 0);
	expect_committed(TASKS + MORE);
	fleet_close(&f);
}

static void task_whose_message_comes_back_is_not_run_twice(void **state)
{
	(void)state;
	fleet_open(&f, "joins");
	pid_t one = fleet_spawn(&f, "probe", NULL);
	send_blocked("task", 4);
	for (int i = 0; i < 4; i++) {
		char id[32];
		snprintf(id, sizeof(id), "task-%d", i);
		fleet_await_handled(&f, id, 1);
	}
	/* somebody joins and leaves again, without doing anything */
	struct fleet_commit c = {.is_known = false};
	struct bus_consumer *guest = NULL;
	char topic[128];
	char group[128];
	struct err e;
	const struct bus_message *m;
	struct str name = fleet_topic(&f, TOPIC_BRIDGE_TASKS, topic);
	snprintf(group, sizeof(group), "%stest-probe", f.prefix);
	struct bus_group settings = {.brokers = getenv("LONGSHORE_KAFKA"),
	        .client_id = "guest",
	        .group = group,
	        .topics = &name,
	        .topics_count = 1,
	        .session_timeout_ms = 2000};
	struct bus_listener listener = {
	        .assigned = fleet_note_commit, .revoked = fleet_revoked, .arg = &c};
	fleet_ok(bus_consumer_open(&settings, &listener, &guest, &e), &e);
	while (!bus_is_assigned(guest)) {
		fleet_ok(bus_consumer_poll(guest, 20, &m, &e), &e);
		bus_message_free(m);
	}
	/* it has one of the two; both tasks of it still run, and neither is finished */
	const char *marks = c.metadata[0][0] ? c.metadata[0] : c.metadata[1];
	assert_string_equal(marks, "1r2");
	assert_int_equal(c.offset[0] + c.offset[1], 0);
	bus_consumer_close(guest);
	fleet_await_log(&f, 0, "worker.assigned", 3);
	/* what is behind them in their partitions was read, so they have come back */
	fleet_send(&f, &(struct fleet_task){
	                       .id = "late-0", .lane = "ok", .is_expired = true, .partition = 0});
	fleet_send(&f, &(struct fleet_task){
	                       .id = "late-1", .lane = "ok", .is_expired = true, .partition = 1});
	(void)fleet_result_of(&f, "late-0", 0);
	(void)fleet_result_of(&f, "late-1", 0);
	folder_write(&f.folder, "go", "", 0);
	expect_done("task", 4);
	fleet_send(&f, &(struct fleet_task){.id = "after", .lane = "ok"});
	assert_int_equal(fleet_result_of(&f, "after", 0)->outcome, EV_OUTCOME_DONE);
	assert_int_equal(fleet_kill(one, SIGTERM), 0);
	for (int i = 0; i < 4; i++) {
		char id[32];
		snprintf(id, sizeof(id), "task-%d", i);
		assert_int_equal(fleet_handled(&f, id), 1);
		assert_int_equal(fleet_results_of(&f, id), 1);
	}
	expect_committed(7);
	fleet_close(&f);
}

static void zombie_changes_nothing_when_it_wakes(void **state)
{
	(void)state;
	enum { TASKS = 6 };
	fleet_open(&f, "zombie");
	pid_t one = fleet_spawn(&f, "probe", NULL);
	send_blocked("task", TASKS);
	fleet_await_handled(&f, NULL, 4);
	kill(one, SIGSTOP);
	folder_write(&f.folder, "go", "", 0);
	pid_t two = fleet_spawn(&f, "probe", NULL);
	expect_done("task", TASKS);
	kill(one, SIGCONT);
	fleet_await_log(&f, 0, "worker.assigned", 2); /* it has noticed and joined again */
	fleet_send(&f, &(struct fleet_task){.id = "p0", .lane = "ok", .partition = 0});
	fleet_send(&f, &(struct fleet_task){.id = "p1", .lane = "ok", .partition = 1});
	(void)fleet_result_of(&f, "p0", 0);
	(void)fleet_result_of(&f, "p1", 0);
	assert_int_equal(fleet_kill(one, SIGTERM), 0);
	assert_int_equal(fleet_kill(two, SIGTERM), 0);
	assert_int_equal(f.dead_count, 0);
	expect_committed(TASKS + 2);
	fleet_close(&f);
}

static void leased_task_is_done_once_and_holds_up_no_other(void **state)
{
	(void)state;
	fleet_open(&f, "lease");
	const struct fleet_env env[] = {{"LONGSHORE_REDIS", getenv("LONGSHORE_REDIS")},
	        {"LONGSHORE_LEASE_MS", "1000"}, {NULL, NULL}};
	pid_t one = fleet_spawn(&f, "probe", env);
	send_blocked("task", 2);
	fleet_await_handled(&f, "task-0", 1);
	fleet_await_handled(&f, "task-1", 1);
	pid_t two = fleet_spawn(&f, "probe", env);
	fleet_await_log(&f, 1, "worker.assigned", 1);
	/* each has one partition now, and one of them a suspect that the first still runs */
	fleet_send(&f, &(struct fleet_task){.id = "p0", .lane = "ok", .partition = 0});
	fleet_send(&f, &(struct fleet_task){.id = "p1", .lane = "ok", .partition = 1});
	(void)fleet_result_of(&f, "p0", 0);
	(void)fleet_result_of(&f, "p1", 0);
	folder_write(&f.folder, "go", "", 0);
	expect_done("task", 2);
	fleet_send(&f, &(struct fleet_task){.id = "q0", .lane = "ok", .partition = 0});
	fleet_send(&f, &(struct fleet_task){.id = "q1", .lane = "ok", .partition = 1});
	(void)fleet_result_of(&f, "q0", 0);
	(void)fleet_result_of(&f, "q1", 0);
	assert_int_equal(fleet_handled(&f, "task-0"), 1);
	assert_int_equal(fleet_handled(&f, "task-1"), 1);
	assert_int_equal(fleet_kill(one, SIGTERM), 0);
	assert_int_equal(fleet_kill(two, SIGTERM), 0);
	fleet_close(&f);
}

static void lease_of_the_dead_runs_out(void **state)
{
	(void)state;
	fleet_open(&f, "lease-dead");
	const struct fleet_env env[] = {{"LONGSHORE_REDIS", getenv("LONGSHORE_REDIS")},
	        {"LONGSHORE_LEASE_MS", "1000"}, {NULL, NULL}};
	pid_t pid = fleet_spawn(&f, "probe", env);
	send_blocked("task", 2);
	fleet_await_handled(&f, "task-0", 1);
	(void)fleet_kill(pid, SIGKILL);
	folder_write(&f.folder, "go", "", 0);
	pid = fleet_spawn(&f, "probe", env);
	expect_done("task", 2);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	expect_committed(2);
	fleet_close(&f);
}

/* More tasks for a lane that hangs than a process may hold, and one for another behind them. */
static void lane_that_hangs_holds_up_no_other(void **state)
{
	(void)state;
	enum { HUNG = 1200, RUNNING = 3, WAITING = 500, MOVED = HUNG - RUNNING - WAITING };
	struct fleet_env env[] = {{"LONGSHORE_THREADS", "4"}, {NULL, NULL}};
	char id[32];
	fleet_open(&f, "hangs");
	for (int i = 0; i < HUNG; i++) {
		snprintf(id, sizeof(id), "hung-%d", i);
		fleet_send(&f, &(struct fleet_task){.id = id, .lane = "block:go"});
	}
	fleet_send(&f, &(struct fleet_task){.id = "healthy", .lane = "ok"});
	pid_t pid = fleet_spawn(&f, "shared", env);
	assert_int_equal(fleet_result_of(&f, "healthy", 0)->outcome, EV_OUTCOME_DONE);
	/* the last one was read before it, and has no room: the scheduler has it again */
	snprintf(id, sizeof(id), "hung-%d", HUNG - 1);
	const struct fleet_result *last = fleet_result_of(&f, id, 0);
	assert_int_equal(last->outcome, EV_OUTCOME_DEFER);
	assert_string_equal(last->reason, "lane_full");
	assert_true(last->not_before_ms > 0);
	folder_write(&f.folder, "go", "", 0);
	int moved = 0;
	for (int i = 0; i < HUNG; i++) {
		snprintf(id, sizeof(id), "hung-%d", i);
		const struct fleet_result *r = fleet_result_of(&f, id, 0);
		moved += r->outcome == EV_OUTCOME_DEFER;
		if (r->outcome != EV_OUTCOME_DEFER)
			assert_int_equal(r->outcome, EV_OUTCOME_DONE);
	}
	assert_int_equal(moved, MOVED);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

/* Three lanes that hang: two of them could have all threads. */
static void lanes_that_hang_hold_up_no_other(void **state)
{
	(void)state;
	enum { LANES = 3, TASKS = 12 };
	struct fleet_env env[] = {{"LONGSHORE_THREADS", "4"}, {NULL, NULL}};
	char id[32], lane[32];
	fleet_open(&f, "hang");
	for (int i = 0; i < LANES * TASKS; i++) {
		snprintf(id, sizeof(id), "hung-%d", i);
		snprintf(lane, sizeof(lane), "block:go%d", i / TASKS);
		fleet_send(&f, &(struct fleet_task){.id = id, .lane = lane});
	}
	fleet_send(&f, &(struct fleet_task){.id = "healthy", .lane = "ok"});
	pid_t pid = fleet_spawn(&f, "shared", env);
	assert_int_equal(fleet_result_of(&f, "healthy", 0)->outcome, EV_OUTCOME_DONE);
	for (int i = 0; i < LANES; i++) {
		snprintf(lane, sizeof(lane), "go%d", i);
		folder_write(&f.folder, lane, "", 0);
	}
	for (int i = 0; i < LANES * TASKS; i++) {
		snprintf(id, sizeof(id), "hung-%d", i);
		assert_int_equal(fleet_result_of(&f, id, 0)->outcome, EV_OUTCOME_DONE);
	}
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
	        cmocka_unit_test(lane_that_hangs_holds_up_no_other),
	        cmocka_unit_test(lanes_that_hang_hold_up_no_other),
	        cmocka_unit_test(rebalance_loses_nothing),
	        cmocka_unit_test(task_whose_message_comes_back_is_not_run_twice),
	        cmocka_unit_test(zombie_changes_nothing_when_it_wakes),
	        cmocka_unit_test(leased_task_is_done_once_and_holds_up_no_other),
	        cmocka_unit_test(lease_of_the_dead_runs_out),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	if (argc == 1 && !getenv("LONGSHORE_REDIS")) {
		fprintf(stderr, "LONGSHORE_REDIS is not set\n");
		return 1;
	}
	return fleet_main(argc, argv, tests);
}
