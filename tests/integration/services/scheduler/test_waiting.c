/* SPDX-License-Identifier: Apache-2.0
 * Who waits for a place under a cap is left in peace until there is one, and then goes in its turn. */
#include "replicas.h"
#include "waiting.h"

enum { WAITING = 58, TICKS = 100 };

static void cap_tenant(struct bench *b, int cap)
{
	char body[64];
	(void)snprintf(body, sizeof body, "{\"limits\":{\"tasks_in_flight\":%d}}", cap);
	fleet_document(b, "Tenant", "acme", "acme", body);
}

static void work_on_one(struct bench *b, struct scheduler *s)
{
	while (!fleet_is_task(&b->sent->items[b->worked]))
		b->worked++;
	struct batch_message m = fleet_message(b, TOPIC_RESULTS, &ev_task_result_type,
	        fleet_work(b, &b->sent->items[b->worked++]));
	assert_int_equal(fleet_feed(b, s, &m, 1), 0);
}

static void caps_bound_what_is_in_flight(void **state)
{
	struct bench *b = *state;
	cap_tenant(b, 2);
	add_routes(b, "r", 5, "partner", "drop");
	ask_all(b, "r", 5);
	assert_int_equal(count(b, IN_FLIGHT), 2);
	assert_int_equal(count(b, "run.task WHERE status = 'waiting'"), 3);
	assert_int_equal(count(b, "run.waiting WHERE what = 'tenant:acme'"), 3);
	while (b->worked < b->sent->count) {
		const struct sent *s = &b->sent->items[b->worked++];
		if (!fleet_is_task(s))
			continue;
		fleet_result(b, fleet_work(b, s));
		assert_true(count(b, IN_FLIGHT) <= 2);
	}
	/* Each place that became free was given on at once: no tick was needed. */
	assert_int_equal(count(b, COMPLETED), 5);
	assert_int_equal(count(b, "run.waiting"), 0);
}

/* Neither ticks nor what is free for one of them: 58 that wait cost nothing. */
static void who_waits_is_decided_when_its_turn_comes_and_not_before(void **state)
{
	struct bench *b = *state;
	cap_tenant(b, 1);
	add_routes(b, "r", WAITING + 1, "partner", "drop");
	ask_all(b, "r", WAITING + 1);
	int64_t before = decided(b);
	for (int i = 0; i < TICKS; i++)
		fleet_tick(b, &b->s);
	assert_int_equal(decided(b), before);
	for (int i = 1; i <= 10; i++) {
		work_on_one(b, &b->s);
		assert_int_equal(decided(b), before + 2 * i); /* who ended its task, who goes */
		assert_int_equal(count(b, IN_FLIGHT), 1);
		assert_int_equal(count(b, "run.waiting"), WAITING);
	}
	for (size_t i = 0; i < scheduler_fields_count; i++) /* and by itself it looks seldom */
		if (strcmp(scheduler_fields[i].env, "LONGSHORE_SCHEDULER_CAP_WAIT_MS") == 0)
			assert_string_equal(scheduler_fields[i].preset, "30000");
}

static struct str oldest(struct bench *b)
{
	return database_text(b->admin,
	        "SELECT delivery_id FROM run.waiting ORDER BY since, delivery_id LIMIT 1", &b->mem);
}

static void the_longest_waiting_goes_first_whoever_frees_the_place(void **state)
{
	struct bench *b = *state;
	cap_tenant(b, 1);
	add_routes(b, "r", 6, "partner", "drop");
	ask_all(b, "r", 6);
	for (int i = 0; i < 30; i++) {
		struct str next = oldest(b);
		work_on_one(b, &b->s);
		const struct ev_task_head *h = fleet_last_task(b)->event;
		assert_true(str_eq(h->delivery_id, next));
	}
}

/* A delivery of many tasks takes no place that it frees while others wait. */
static void a_large_delivery_leaves_small_ones_their_turn(void **state)
{
	struct bench *b = *state;
	cap_tenant(b, 2);
	add_routes(b, "r", 3, "partner", "drop");
	ask_for(b, "r0");
	struct ev_task_result *inspected = fleet_work(b, fleet_last_task(b));
	((struct ev_fact *)(uintptr_t)inspected->facts)[0].value = STR("40");
	b->worked = b->sent->count;
	fleet_result(b, inspected);
	assert_int_equal(count(b, IN_FLIGHT " AND stage = 'select'"), 2);
	ask_for(b, "r1");
	ask_for(b, "r2");
	for (int i = 0; i < 12; i++)
		work_on_one(b, &b->s);
	assert_int_equal(
	        count(b, "run.task WHERE stage = 'select' AND status = 'done' AND "
	                 "delivery_id IN (SELECT delivery_id FROM run.state WHERE route <> "
	                 "'r0')"),
	        2);
	assert_true(count(b, "run.task WHERE stage = 'select' AND status = 'done'") >= 5);
}

/* Caps of two kinds: those that wait for one keep those that wait for the other from nothing. */
static void who_waits_at_two_caps_comes_through(void **state)
{
	struct bench *b = *state;
	cap_tenant(b, 3);
	add_destination(b, "one", "{\"tasks_in_flight\":1}");
	add_destination(b, "two", "{\"tasks_in_flight\":2}");
	add_routes(b, "r", 5, "one", "drop");
	add_routes(b, "s", 5, "two", "drop");
	add_routes(b, "t", 5, "partner", "drop");
	ask_all(b, "r", 5);
	ask_all(b, "s", 5);
	ask_all(b, "t", 5);
	fleet_run(b);
	assert_int_equal(count(b, COMPLETED), 15);
	assert_int_equal(count(b, "run.waiting"), 0);
}

static void another_scheduler_wakes_it(void **state)
{
	struct bench *b = *state;
	cap_tenant(b, 1);
	add_routes(b, "r", 2, "partner", "drop");
	ask_all(b, "r", 2);
	struct scheduler other;
	struct capture *sent = NULL;
	fleet_join(b, &other, &sent);
	work_on_one(b, &other);
	bool is_told = false;
	for (size_t i = 0; i < sent->count; i++)
		is_told = is_told || fleet_is_task(&sent->items[i]);
	assert_true(is_told);
	assert_int_equal(count(b, IN_FLIGHT), 1);
	assert_int_equal(count(b, "run.waiting"), 1);
	fleet_leave(&other, sent);
}

/* As if a process had died between the commit and the wake. */
static void a_word_that_was_lost_costs_time_only(void **state)
{
	struct bench *b = *state;
	cap_tenant(b, 1);
	add_routes(b, "r", 3, "partner", "drop");
	ask_all(b, "r", 3);
	database_sql(b->admin, "UPDATE run.task SET status = 'dropped' WHERE status = 'issued'");
	database_sql(b->admin, "UPDATE run.state SET tasks_out = 0, destination_tasks_out = 0");
	fleet_tick(b, &b->s);
	assert_int_equal(count(b, IN_FLIGHT), 0);
	assert_int_equal(count(b, "run.state WHERE delivery_id IN (SELECT delivery_id FROM "
	                          "run.waiting) AND due_at <= now() + interval '60 seconds'"),
	        2);
	database_sql(b->admin, "UPDATE run.state SET due_at = now() WHERE delivery_id IN (SELECT "
	                       "delivery_id FROM run.waiting)");
	fleet_tick(b, &b->s);
	assert_int_equal(count(b, IN_FLIGHT), 1);
	assert_int_equal(count(b, "run.waiting"), 1);
}

static void who_is_over_waits_no_more_and_gives_its_turn_on(void **state)
{
	struct bench *b = *state;
	cap_tenant(b, 1);
	add_routes(b, "r", 3, "partner", "drop");
	ask_all(b, "r", 3);
	cancel(b, "route = 'r1'");
	assert_int_equal(count(b, "run.waiting"), 1);
	cancel(b, "route = 'r0'"); /* it had the place */
	assert_int_equal(count(b, IN_FLIGHT), 1);
	assert_int_equal(count(b, "run.waiting"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(caps_bound_what_is_in_flight),
	        FLEET_TEST(who_waits_is_decided_when_its_turn_comes_and_not_before),
	        FLEET_TEST(the_longest_waiting_goes_first_whoever_frees_the_place),
	        FLEET_TEST(a_large_delivery_leaves_small_ones_their_turn),
	        FLEET_TEST(who_waits_at_two_caps_comes_through),
	        FLEET_TEST(another_scheduler_wakes_it),
	        FLEET_TEST(a_word_that_was_lost_costs_time_only),
	        FLEET_TEST(who_is_over_waits_no_more_and_gives_its_turn_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
