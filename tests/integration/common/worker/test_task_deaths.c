/* SPDX-License-Identifier: Apache-2.0
 * The task loop under deaths: kills from outside, poison, what is kept in the commit metadata. */
#include "fleet.h"

static struct fleet f;

static void killed_process_repeats_only_what_was_in_flight(void **state)
{
	(void)state;
	enum { DONE = 12 };
	char id[32];
	fleet_open(&f, "killed");
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	fleet_send(&f, &(struct fleet_task){.id = "long", .lane = "block:go"});
	for (int i = 0; i < DONE; i++) {
		snprintf(id, sizeof(id), "done-%d", i);
		fleet_send(&f, &(struct fleet_task){.id = id, .lane = "ok"});
	}
	for (int i = 0; i < DONE; i++) {
		snprintf(id, sizeof(id), "done-%d", i);
		(void)fleet_result_of(&f, id, 0);
	}
	/* the commit of the last ones follows their results; another message's mark comes with or
	 * after it */
	fleet_send(&f, &(struct fleet_task){.id = "late", .lane = "block:go"});
	fleet_await_handled(&f, "late", 1);
	assert_int_equal(fleet_kill(pid, SIGKILL), 1000 + SIGKILL);
	struct fleet_commit c;
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], 0);
	assert_string_equal(c.metadata[0], "1rf12r");
	folder_write(&f.folder, "go", "", 0);
	pid = fleet_spawn(&f, "probe", NULL);
	assert_int_equal(fleet_result_of(&f, "long", 0)->outcome, EV_OUTCOME_DONE);
	assert_int_equal(fleet_result_of(&f, "late", 0)->outcome, EV_OUTCOME_DONE);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	assert_int_equal(fleet_handled(&f, "long"), 2);
	assert_int_equal(fleet_handled(&f, "late"), 2);
	for (int i = 0; i < DONE; i++) {
		snprintf(id, sizeof(id), "done-%d", i);
		assert_int_equal(fleet_handled(&f, id), 1);
		assert_int_equal(fleet_results_of(&f, id), 1);
	}
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], DONE + 2);
	fleet_close(&f);
}

/* Starts processes until one of them has nothing to die of. Answers how many died. */
static int run_until_quiet(const char *last_task)
{
	int deaths = 0;
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	int64_t until_ms = clock_mono_ms() + FLEET_PATIENCE_MS;
	while (fleet_results_of(&f, last_task) == 0 && clock_mono_ms() < until_ms) {
		int status;
		fleet_look(&f, 20);
		if (waitpid(pid, &status, WNOHANG) != pid)
			continue;
		assert_int_equal(WEXITSTATUS(status), 99);
		deaths++;
		pid = fleet_spawn(&f, "probe", NULL);
	}
	(void)fleet_result_of(&f, last_task, 0);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	return deaths;
}

static void poison_is_set_aside_and_the_innocent_pass(void **state)
{
	(void)state;
	enum { INNOCENT = 20, POISON_AT = 3, LIMIT = 2 };
	char id[32];
	fleet_open(&f, "poison");
	for (int i = 0; i < INNOCENT; i++) {
		snprintf(id, sizeof(id), "good-%d", i);
		if (i == POISON_AT)
			fleet_send(&f, &(struct fleet_task){.id = "poison", .lane = "abort"});
		fleet_send(&f, &(struct fleet_task){.id = id, .lane = "ok", .partition = i % 2});
	}
	int deaths = run_until_quiet("poison");
	assert_in_range(deaths, LIMIT, LIMIT + 1);
	const struct fleet_result *r = fleet_result_of(&f, "poison", 0);
	assert_int_equal(r->outcome, EV_OUTCOME_REJECT);
	assert_string_equal(r->reason, "poison");
	fleet_await_dead(&f, 1);
	assert_string_equal(f.dead[0].reason, "poison");
	assert_string_equal(f.dead[0].task, "poison");
	assert_int_equal(f.dead[0].tries, LIMIT);
	assert_int_equal(f.dead[0].headers, 1);
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	for (int i = 0; i < INNOCENT; i++) {
		snprintf(id, sizeof(id), "good-%d", i);
		assert_int_equal(fleet_result_of(&f, id, 0)->outcome, EV_OUTCOME_DONE);
	}
	fleet_await_log(&f, f.logs - 1, "worker.assigned", 1); /* before, SIGTERM would just kill */
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	assert_int_equal(f.dead_count, 1);
	struct fleet_commit c;
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0] + c.offset[1], INNOCENT + 1);
	assert_string_equal(c.metadata[0], "");
	fleet_close(&f);
}

static void two_poisons_end_both(void **state)
{
	(void)state;
	fleet_open(&f, "poisons");
	fleet_send(&f, &(struct fleet_task){.id = "p1", .lane = "abort"});
	fleet_send(&f, &(struct fleet_task){.id = "good", .lane = "ok"});
	fleet_send(&f, &(struct fleet_task){.id = "p2", .lane = "abort"});
	int deaths = run_until_quiet("p2");
	assert_in_range(deaths, 4, 6);
	fleet_await_dead(&f, 2);
	assert_int_equal(fleet_result_of(&f, "good", 0)->outcome, EV_OUTCOME_DONE);
	fleet_close(&f);
}

/* Killed in company, then, as a suspect, once more: below the limit of two nothing is set aside. */
static void kills_from_outside_condemn_nobody(void **state)
{
	(void)state;
	struct fleet_commit c;
	fleet_open(&f, "outside");
	fleet_send(&f, &(struct fleet_task){.id = "a", .lane = "block:go"});
	fleet_send(&f, &(struct fleet_task){.id = "b", .lane = "block:go"});
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	fleet_await_handled(&f, "a", 1);
	fleet_await_handled(&f, "b", 1);
	(void)fleet_kill(pid, SIGKILL);
	fleet_committed(&f, &c);
	assert_string_equal(c.metadata[0], "1r2");
	pid = fleet_spawn(&f, "probe", NULL);
	fleet_await_handled(&f, "a", 2);
	(void)fleet_kill(pid, SIGKILL);
	assert_int_equal(fleet_handled(&f, "b"), 1);
	fleet_committed(&f, &c);
	assert_string_equal(c.metadata[0], "1ls");
	folder_write(&f.folder, "go", "", 0);
	pid = fleet_spawn(&f, "probe", NULL);
	assert_int_equal(fleet_result_of(&f, "a", 0)->outcome, EV_OUTCOME_DONE);
	assert_int_equal(fleet_result_of(&f, "b", 0)->outcome, EV_OUTCOME_DONE);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	assert_int_equal(f.dead_count, 0);
	fleet_close(&f);
}

/* The process ends in its own time, as its task does not: no death of the task, which runs on. What a
 * task says itself (`fatal`) is one. */
static void only_a_task_s_own_end_is_counted(void **state)
{
	(void)state;
	struct fleet_commit c;
	struct fleet_env env[] = {{"LONGSHORE_DRAIN_MS", "0"}, {NULL, NULL}};
	fleet_open(&f, "own");
	fleet_send(&f, &(struct fleet_task){.id = "hung", .lane = "hang:go"});
	pid_t pid = fleet_spawn(&f, "probe", env);
	fleet_await_handled(&f, "hung", 1);
	(void)fleet_kill(pid, SIGKILL);
	pid = fleet_spawn(&f, "probe", env);
	fleet_await_handled(&f, "hung", 2); /* alone */
	assert_int_equal(fleet_kill(pid, SIGTERM), 1);
	fleet_committed(&f, &c);
	assert_string_equal(c.metadata[0], "1s");
	fleet_send(&f, &(struct fleet_task){.id = "own", .lane = "fatal", .partition = 1});
	folder_write(&f.folder, "go", "", 0);
	pid = fleet_spawn(&f, "probe", env);
	assert_int_equal(fleet_wait(pid), 1);
	pid = fleet_spawn(&f, "probe", env); /* now it is alone */
	assert_int_equal(fleet_wait(pid), 1);
	fleet_committed(&f, &c);
	assert_string_equal(c.metadata[1], "1l");
	fleet_close(&f);
}

/* A suspect runs alone: while it blocks, a fresh task of the other partition is not started. */
static void nothing_runs_beside_a_suspect(void **state)
{
	(void)state;
	fleet_open(&f, "alone");
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	fleet_send(&f, &(struct fleet_task){.id = "suspect", .lane = "block:go"});
	fleet_await_handled(&f, "suspect", 1);
	(void)fleet_kill(pid, SIGKILL);
	pid = fleet_spawn(&f, "probe", NULL);
	fleet_await_handled(&f, "suspect", 2);
	fleet_send(&f, &(struct fleet_task){.id = "fresh", .lane = "ok", .partition = 1});
	fleet_send(&f, &(struct fleet_task){
	                       .id = "late", .lane = "ok", .is_expired = true, .partition = 1});
	/* it has been read, as the one behind it in its partition is already reported */
	assert_int_equal(fleet_result_of(&f, "late", 0)->outcome, EV_OUTCOME_EXPIRED);
	assert_int_equal(fleet_handled(&f, "fresh"), 0);
	folder_write(&f.folder, "go", "", 0);
	(void)fleet_result_of(&f, "suspect", 0);
	(void)fleet_result_of(&f, "fresh", 0);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

/* The metadata left by a predecessor is nearly full: the loop goes on at the floor, and commits no
 * longer text. */
static void metadata_stays_within_its_bound(void **state)
{
	(void)state;
	enum { MESSAGES = 3500 };
	fleet_open(&f, "bound");
	struct fleet_commit c;
	struct err e;
	char topic[128];
	char text[BUS_METADATA_MAX] = "1";
	size_t n = 1;
	while (n + 2 <= BUS_METADATA_MAX - 100)
		n += (size_t)snprintf(text + n, 3, "-f");
	struct bus_consumer *member = fleet_member(&f, &c);
	struct bus_position at = {fleet_topic(&f, TOPIC_BRIDGE_TASKS, topic), 0, 0, {text, n}};
	fleet_ok(bus_commit(member, &at, 1, &e), &e);
	bus_consumer_close(member);
	fleet_send(&f, &(struct fleet_task){.id = "first", .lane = "block:go"});
	for (int i = 1; i < MESSAGES; i++) {
		struct bus_send send = {.topic = fleet_topic(&f, TOPIC_BRIDGE_TASKS, topic),
		        .partition = 0,
		        .value = STR("undecodable")};
		fleet_ok(bus_produce(f.producer, &send, &e), &e);
	}
	fleet_ok(bus_flush(f.producer, FLEET_PATIENCE_MS, &e), &e);
	pid_t pid = fleet_spawn(&f, "probe", NULL);
	fleet_await_handled(&f, "first", 1);
	(void)fleet_kill(pid, SIGKILL);
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], 0);
	assert_in_range(strlen(c.metadata[0]), 1, BUS_METADATA_MAX);
	assert_true(c.metadata[0][1] == 'r');
	folder_write(&f.folder, "go", "", 0);
	pid = fleet_spawn(&f, "probe", NULL);
	assert_int_equal(fleet_result_of(&f, "first", 0)->outcome, EV_OUTCOME_DONE);
	fleet_send(&f, &(struct fleet_task){.id = "last", .lane = "ok"});
	(void)fleet_result_of(&f, "last", 0);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_committed(&f, &c);
	assert_int_equal(c.offset[0], MESSAGES + 1);
	assert_string_equal(c.metadata[0], "");
	fleet_close(&f);
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
	        cmocka_unit_test(killed_process_repeats_only_what_was_in_flight),
	        cmocka_unit_test(poison_is_set_aside_and_the_innocent_pass),
	        cmocka_unit_test(two_poisons_end_both),
	        cmocka_unit_test(kills_from_outside_condemn_nobody),
	        cmocka_unit_test(only_a_task_s_own_end_is_counted),
	        cmocka_unit_test(nothing_runs_beside_a_suspect),
	        cmocka_unit_test(metadata_stays_within_its_bound),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	return fleet_main(argc, argv, tests);
}
