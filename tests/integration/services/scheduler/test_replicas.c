/* SPDX-License-Identifier: Apache-2.0
 * Several schedulers at once, as processes of their own: what exists once stays once. */
#include "replicas.h"

enum { ROUTES = 10000, REPLICAS = 3, RACERS = 40, PATIENCE_MS = 60000 };

static void plan_all(struct bench *b)
{
	database_sql(b->admin,
	        "INSERT INTO conf.document (kind, tenant, name, body, hash, applied_by) "
	        "SELECT 'Route', 'acme', 'r' || n, '{\"name\":\"r' || n || '\"," ROUTE
	        ",\"cadence\":{\"kind\":\"monthly\",\"day\":1,\"at\":\"00:00\",\"zone\":\"UTC\","
	        "\"catchup_seconds\":4000000}}', 'h' || n, 'ann' FROM generate_series(1, 10000) n");
	for (int i = 0; i < ROUTES / 500 + 1; i++)
		fleet_tick(b, &b->s);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.route_due WHERE next_due > now()"),
	        ROUTES);
	database_sql(b->admin, "UPDATE run.route_due SET label = to_char(date_trunc('month', now() "
	                       "AT TIME ZONE 'UTC'), "
	                       "'YYYY-MM-DD\"T\"HH24:MI'), next_due = date_trunc('month', now() AT "
	                       "TIME ZONE 'UTC') "
	                       "AT TIME ZONE 'UTC' WHERE next_due IS NOT NULL");
}

static void run_until_nothing_is_due(struct bench *b, struct scheduler *s)
{
	struct err e;
	int64_t next = 0;
	(void)b;
	for (int i = 0; i < 10000 && next == 0; i++)
		if (scheduler_tick(s, clock_mono_ms(), &next, &e) != 0) {
			(void)fprintf(stderr, "tick: %s\n", e.text);
			_exit(1);
		}
}

static void ten_thousand_due_runs_are_ten_thousand_deliveries(void **state)
{
	struct bench *b = *state;
	plan_all(b);
	struct shared *counts = shared_new();
	pid_t pids[REPLICAS];
	for (int i = 0; i < REPLICAS; i++)
		pids[i] = replica(b, counts, run_until_nothing_is_due);
	join(pids, REPLICAS);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), ROUTES);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(DISTINCT route) FROM run.state"), ROUTES);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.state WHERE state = 'selecting'"),
	        ROUTES);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.route_due WHERE next_due > now()"),
	        ROUTES);
	assert_int_equal(counts->tasks, ROUTES); /* and each was told once */
	assert_int_equal(counts->others, 2 * ROUTES);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.outbox"), 0);
	munmap(counts, sizeof *counts);
}

#define RUNS "SELECT count(*) FROM run.state"

static void wait_for_runs(struct bench *b, int64_t least)
{
	int64_t until_ms = clock_mono_ms() + PATIENCE_MS;
	while (database_num(b->admin, RUNS) < least)
		if (clock_mono_ms() > until_ms)
			fail_msg("the replicas made fewer than %lld runs", (long long)least);
}

/* Some replicas are killed in the middle; the others and a later one make up for it. */
static void killed_replicas_lose_no_run_and_make_none_twice(void **state)
{
	struct bench *b = *state;
	plan_all(b);
	struct shared *counts = shared_new();
	pid_t pids[REPLICAS];
	for (int i = 0; i < REPLICAS; i++)
		pids[i] = replica(b, counts, run_until_nothing_is_due);
	for (int i = 0; i < 2; i++) {
		wait_for_runs(b, (i + 1) * ROUTES / 10);
		kill(pids[i], SIGKILL);
	}
	assert_true(database_num(b->admin, RUNS) < ROUTES); /* in the middle */
	join(pids, REPLICAS);
	pid_t later = replica(b, counts, run_until_nothing_is_due);
	join(&later, 1);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), ROUTES);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.route_due WHERE next_due > now()"),
	        ROUTES);
	b->s.engine.outlet.arg = counts;
	b->s.engine.outlet.send = count_only;
	b->s.next_sweep_ms = 0;
	run_until_nothing_is_due(b, &b->s); /* what they stored and did not publish */
	assert_true(counts->tasks >= ROUTES);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.outbox"), 0);
	munmap(counts, sizeof *counts);
}

static struct batch_message race[RACERS];

static void feed_forwards(struct bench *b, struct scheduler *s)
{
	for (int i = 0; i < RACERS; i += 5)
		if (fleet_feed(b, s, race + i, 5) != 0)
			_exit(1);
}

static void feed_all_at_once(struct bench *b, struct scheduler *s)
{
	if (fleet_feed(b, s, race, RACERS) != 0)
		_exit(1);
}

static void of_two_that_read_the_same_result_one_decides(void **state)
{
	struct bench *b = *state;
	for (int i = 0; i < RACERS; i++) {
		char id[16];
		(void)snprintf(id, sizeof id, "t%d", i);
		fleet_deliver(b, arena_cstr(&b->mem, str_c(id)));
	}
	size_t n = 0;
	for (size_t i = 0; i < b->sent->count; i++)
		if (b->sent->items[i].topic == TOPIC_BRIDGE_TASKS)
			race[n++] = fleet_message(b, TOPIC_RESULTS, &ev_task_result_type,
			        fleet_work(b, &b->sent->items[i]));
	assert_int_equal(n, RACERS);
	struct shared *counts = shared_new();
	pid_t pids[] = {replica(b, counts, feed_forwards), replica(b, counts, feed_all_at_once),
	        replica(b, counts, feed_forwards)};
	join(pids, 3);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.task WHERE stage = 'select'"),
	        RACERS);
	assert_int_equal(counts->tasks, RACERS); /* the losers published nothing */
	munmap(counts, sizeof *counts);
}

/* Else two that count at the same moment both take the last place under a cap. */
static void places_under_a_cap_are_claimed_by_one_at_a_time(void **state)
{
	struct bench *b = *state;
	fleet_document(b, "Tenant", "acme", "acme", "{\"limits\":{\"tasks_in_flight\":1}}");
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, "t1");
	t.route = STR("daily");
	for (int i = 0; i < RACERS; i++)
		race[i] = fleet_message(b, TOPIC_TRIGGERS, &ev_trigger_type, &t);
	struct pg *first = database_open(&b->db);
	database_sql(first, "SELECT pg_advisory_lock(hashtextextended('tenant:acme', 7417))");
	struct shared *counts = shared_new();
	pid_t second = replica(b, counts, feed_all_at_once);
	static const char waits[] = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND "
	                            "NOT granted AND database = (SELECT oid FROM pg_database WHERE "
	                            "datname = current_database())";
	while (database_num(b->admin, waits) == 0)
		assert_int_equal(waitpid(second, NULL, WNOHANG), 0); /* it did not ask */
	database_sql(first, "SELECT pg_advisory_unlock_all()");
	join(&second, 1);
	assert_int_equal(counts->tasks, 1);
	pg_close(first);
	munmap(counts, sizeof *counts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(ten_thousand_due_runs_are_ten_thousand_deliveries),
	        FLEET_TEST(killed_replicas_lose_no_run_and_make_none_twice),
	        FLEET_TEST(of_two_that_read_the_same_result_one_decides),
	        FLEET_TEST(places_under_a_cap_are_claimed_by_one_at_a_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
