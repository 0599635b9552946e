/* SPDX-License-Identifier: Apache-2.0
 * What starts next: the rules of the executable specification, one by one. */
#include "choice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { NOW = 1000000, MONO = 5000, TASKS = 4 };

static struct ev_task_head heads[TASKS];
static struct task tasks[TASKS];
static struct task *list[TASKS];
static struct choice_facts facts;

/* Fresh tasks of one partition, decoded, with leases, in time. */
static int fresh(void **state)
{
	(void)state;
	facts = (struct choice_facts){
	        .now_ms = NOW, .mono_ms = MONO, .threads = 2, .lane_threads = 2, .poison_limit = 3};
	for (int i = 0; i < TASKS; i++) {
		heads[i] = (struct ev_task_head){.not_after_ms = NOW};
		tasks[i] = (struct task){.state = TASK_WAITING,
		        .offset = i,
		        .order = (uint64_t)i,
		        .is_owned = true,
		        .head = &heads[i],
		        .lease = LEASE_WITHOUT};
		list[i] = &tasks[i];
	}
	return 0;
}

static void suspect(int i, int deaths)
{
	tasks[i].mark = (struct mark){MARK_SUSPECT, deaths};
}

static void expect(enum choice_step step, int i)
{
	struct choice c = choose(list, TASKS, &facts);
	assert_int_equal(c.step, step);
	assert_ptr_equal(c.task, i < 0 ? NULL : &tasks[i]);
}

static void fresh_tasks_start_as_they_came(void **state)
{
	(void)state;
	tasks[2].order = 0;
	tasks[0].order = 2;
	expect(CHOICE_RUN, 2);
	tasks[2].state = TASK_RUNNING;
	expect(CHOICE_RUN, 1);
}

static void no_more_tasks_than_threads(void **state)
{
	(void)state;
	tasks[0].state = TASK_RUNNING;
	expect(CHOICE_RUN, 1);
	tasks[1].state = TASK_MARKED;
	expect(CHOICE_NONE, -1);
	tasks[0].state = TASK_SENDING; /* needs no thread any more */
	expect(CHOICE_RUN, 2);
	tasks[2].state = TASK_RUNNING;
	tasks[2].is_owned = false; /* left over from a revoked partition, but at work */
	expect(CHOICE_NONE, -1);
}

/* A destination that hangs leaves threads for the others. */
static void a_lane_gets_its_share_of_the_threads(void **state)
{
	(void)state;
	facts.threads = 3;
	facts.lane_threads = 1;
	for (int i = 0; i < TASKS; i++)
		heads[i].lane = i < 3 ? STR("hangs") : STR("other");
	expect(CHOICE_RUN, 0);
	tasks[0].state = TASK_RUNNING;
	expect(CHOICE_RUN, 3); /* those before it wait for their lane */
	tasks[3].state = TASK_RUNNING;
	expect(CHOICE_NONE, -1);
	tasks[0].state = TASK_SENDING;
	expect(CHOICE_RUN, 1);
	facts.lane_threads = 3; /* not shared */
	tasks[1].state = TASK_RUNNING;
	expect(CHOICE_RUN, 2);
}

/* Its threads are not counted, up to the spare ones; where none are spare, all are. */
static void who_hangs_takes_no_thread_of_others(void **state)
{
	(void)state;
	facts.threads = 2;
	facts.lane_threads = 1;
	facts.spare_threads = 1;
	static const char *const lanes[TASKS] = {"a", "b", "c", "d"};
	for (int i = 0; i < TASKS; i++)
		heads[i].lane = str_c(lanes[i]);
	for (int i = 0; i < 2; i++) {
		tasks[i].state = TASK_RUNNING;
		tasks[i].on_thread_ms = MONO - SILENT_MS + 1;
	}
	expect(CHOICE_NONE, -1);
	tasks[0].on_thread_ms--;
	expect(CHOICE_RUN, 2);
	heads[2].lane = heads[3].lane = STR("a");
	expect(CHOICE_NONE, -1); /* its lane has its share */
	heads[2].lane = STR("c");
	facts.spare_threads = 0;
	expect(CHOICE_NONE, -1);
	facts.spare_threads = 1;
	tasks[2].state = TASK_RUNNING;
	tasks[2].on_thread_ms = MONO - SILENT_MS;
	expect(CHOICE_NONE, -1); /* three threads there are, and no more */
}

/* However many lanes hang: when as many threads hang as should work, each lane gets two, so that one
 * that answers finds a thread. */
static void where_many_hang_a_lane_gets_few(void **state)
{
	enum { MANY = 6 };
	struct ev_task_head head[MANY];
	struct task many[MANY];
	struct task *all[MANY];
	(void)state;
	facts.threads = 4;
	facts.spare_threads = choice_spare_threads(4);
	facts.lane_threads = choice_lane_threads(4);
	for (int i = 0; i < MANY; i++) {
		many[i] = tasks[0];
		head[i] = heads[0];
		head[i].lane = i < 2 ? STR("hangs") : i < 4 ? STR("hangs, too") : STR("third");
		many[i].head = &head[i];
		many[i].order = (uint64_t)i;
		many[i].state = i < 4 ? TASK_RUNNING : TASK_WAITING;
		many[i].on_thread_ms = MONO - SILENT_MS;
		all[i] = &many[i];
	}
	head[4].lane = STR("hangs");
	assert_ptr_equal(choose(all, MANY, &facts).task, all[5]);
	many[3].on_thread_ms = MONO; /* three hang: the share of a lane is three */
	assert_ptr_equal(choose(all, MANY, &facts).task, all[4]);
}

static void spare_threads_have_a_bound(void **state)
{
	static const int64_t spare[][2] = {{1, 3}, {16, 48}, {64, 192}, {256, 192}};
	(void)state;
	for (size_t i = 0; i < sizeof spare / sizeof spare[0]; i++)
		assert_int_equal(choice_spare_threads(spare[i][0]), spare[i][1]);
}

static void a_share_leaves_room_and_is_never_nothing(void **state)
{
	static const int64_t shares[][2] = {{1, 1}, {2, 1}, {3, 2}, {4, 3}, {8, 6}, {256, 192}};
	(void)state;
	for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
		assert_int_equal(choice_lane_threads(shares[i][0]), shares[i][1]);
}

static void lease_comes_before_the_start(void **state)
{
	(void)state;
	tasks[0].lease = LEASE_UNASKED;
	expect(CHOICE_LEASE, 0);
	tasks[0].lease = LEASE_OURS;
	expect(CHOICE_RUN, 0);
}

static void task_leased_elsewhere_holds_up_no_other(void **state)
{
	(void)state;
	tasks[0].lease = LEASE_UNASKED;
	tasks[0].not_before_ms = MONO + 1;
	expect(CHOICE_RUN, 1);
	tasks[0].not_before_ms = MONO;
	expect(CHOICE_LEASE, 0);
	suspect(0, 0);
	tasks[0].not_before_ms = MONO + 1;
	expect(CHOICE_RUN, 1);
}

/* alone */
static void suspects_run_alone_and_before_fresh_ones(void **state)
{
	(void)state;
	suspect(3, 0);
	expect(CHOICE_ALONE, 3);
	tasks[0].state = TASK_RUNNING;
	expect(CHOICE_NONE, -1); /* it waits for company to end, and nothing joins the company */
	tasks[0].state = TASK_WAITING;
	tasks[3].state = TASK_RUNNING;
	tasks[3].mark.state = MARK_ALONE;
	expect(CHOICE_NONE, -1);
	tasks[3].state = TASK_SENDING;
	expect(CHOICE_NONE, -1);
	tasks[3].state = TASK_ACKED; /* until its end is committed */
	expect(CHOICE_NONE, -1);
}

static void suspects_run_one_at_a_time_by_place(void **state)
{
	(void)state;
	suspect(1, 0);
	suspect(2, 0);
	suspect(3, 0);
	tasks[1].partition = 7;
	tasks[2].offset = 9;
	expect(CHOICE_ALONE, 3);
	tasks[3].state = TASK_MARKED;
	tasks[3].mark.state = MARK_ALONE;
	expect(CHOICE_NONE, -1);
}

/* alone-in-process */
static void company_is_all_of_the_process(void **state)
{
	(void)state;
	static const enum task_state at_work[] = {
	        TASK_MARKED, TASK_RUNNING, TASK_SENDING, TASK_ACKED};
	suspect(3, 0);
	for (size_t i = 0; i < 4; i++) {
		tasks[0].state = at_work[i];
		tasks[0].partition = 5;
		tasks[0].is_owned = i % 2;
		expect(CHOICE_NONE, -1);
	}
	tasks[0].state = TASK_UNREAD;
	expect(CHOICE_ALONE, 3);
}

static void suspect_takes_its_lease_while_others_end(void **state)
{
	(void)state;
	suspect(3, 0);
	tasks[3].lease = LEASE_UNASKED;
	tasks[0].state = TASK_RUNNING;
	expect(CHOICE_LEASE, 3);
}

static void suspect_that_still_runs_here_is_no_hindrance(void **state)
{
	(void)state;
	suspect(0, 1); /* came back to its running task after a rebalance */
	tasks[0].state = TASK_RUNNING;
	expect(CHOICE_RUN, 1);
}

/* only-alone-counts, at the limit */
static void limit_of_deaths_makes_a_dead_letter(void **state)
{
	(void)state;
	suspect(2, 2);
	expect(CHOICE_ALONE, 2);
	suspect(2, 3);
	expect(CHOICE_BURY, 2);
	tasks[0].state = TASK_RUNNING; /* needs nobody to end */
	expect(CHOICE_BURY, 2);
	tasks[2].is_owned = false;
	expect(CHOICE_RUN, 1);
}

static void late_tasks_are_reported_expired(void **state)
{
	(void)state;
	heads[1].not_after_ms = NOW - 1;
	expect(CHOICE_EXPIRE, 1);
	suspect(1, 0);
	expect(CHOICE_EXPIRE, 1);
	suspect(1, 3); /* what it did is worth more than when it came */
	expect(CHOICE_BURY, 1);
	suspect(1, 0);
	tasks[1].state = TASK_RUNNING;
	tasks[1].mark.state = MARK_RUNNING;
	expect(CHOICE_RUN, 0);
	heads[0].not_after_ms = NOW; /* up to and including */
	expect(CHOICE_RUN, 0);
}

/* `others` tasks of other lanes and `same` of one's own wait, `bytes` each. */
static bool is_full(size_t others, size_t same, size_t bytes)
{
	static struct task waiting[WAITING_MAX + 2];
	static struct task *all[WAITING_MAX + 2];
	struct ev_task_head mine = {.lane = STR("hangs")};
	struct ev_task_head theirs = {.lane = STR("other")};
	struct bus_message m = {.value = {"", bytes}};
	size_t n = others + same + 1;
	assert_true(n <= WAITING_MAX + 2);
	for (size_t i = 0; i < n; i++) {
		waiting[i] = (struct task){
		        .state = TASK_WAITING, .message = &m, .head = i < others ? &theirs : &mine};
		all[i] = &waiting[i];
	}
	return choice_is_lane_full(all, n, all[n - 1]);
}

static void lane_is_full_at_its_share_when_half_of_all_waits(void **state)
{
	(void)state;
	const size_t half = WAITING_MAX / 2;
	assert_false(is_full(half - LANE_WAITING_MAX - 1, LANE_WAITING_MAX, 1));
	assert_true(is_full(half - LANE_WAITING_MAX, LANE_WAITING_MAX, 1));
	assert_false(is_full(half - LANE_WAITING_MAX + 1, LANE_WAITING_MAX - 1, 1));
	assert_false(is_full(0, half - 1, 1)); /* nobody else is held up yet */
	assert_true(is_full(0, half, 1));
	/* large ones count by their bytes */
	const size_t large = WAITING_MAX_BYTES / 2 / LANE_WAITING_MAX + 1;
	assert_true(is_full(0, LANE_WAITING_MAX, large));
	assert_false(is_full(0, LANE_WAITING_MAX - 1, large));
}

static void nothing_to_do(void **state)
{
	(void)state;
	for (int i = 0; i < TASKS; i++)
		tasks[i].state = TASK_UNREAD;
	expect(CHOICE_NONE, -1);
	assert_int_equal(choose(list, 0, &facts).step, CHOICE_NONE);
}

int main(void)
{
	const struct CMUnitTest all[] = {
	        cmocka_unit_test_setup(fresh_tasks_start_as_they_came, fresh),
	        cmocka_unit_test_setup(no_more_tasks_than_threads, fresh),
	        cmocka_unit_test_setup(a_lane_gets_its_share_of_the_threads, fresh),
	        cmocka_unit_test_setup(who_hangs_takes_no_thread_of_others, fresh),
	        cmocka_unit_test_setup(where_many_hang_a_lane_gets_few, fresh),
	        cmocka_unit_test(spare_threads_have_a_bound),
	        cmocka_unit_test(a_share_leaves_room_and_is_never_nothing),
	        cmocka_unit_test(lane_is_full_at_its_share_when_half_of_all_waits),
	        cmocka_unit_test_setup(lease_comes_before_the_start, fresh),
	        cmocka_unit_test_setup(task_leased_elsewhere_holds_up_no_other, fresh),
	        cmocka_unit_test_setup(suspects_run_alone_and_before_fresh_ones, fresh),
	        cmocka_unit_test_setup(suspects_run_one_at_a_time_by_place, fresh),
	        cmocka_unit_test_setup(company_is_all_of_the_process, fresh),
	        cmocka_unit_test_setup(suspect_takes_its_lease_while_others_end, fresh),
	        cmocka_unit_test_setup(suspect_that_still_runs_here_is_no_hindrance, fresh),
	        cmocka_unit_test_setup(limit_of_deaths_makes_a_dead_letter, fresh),
	        cmocka_unit_test_setup(late_tasks_are_reported_expired, fresh),
	        cmocka_unit_test_setup(nothing_to_do, fresh),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}
