/* SPDX-License-Identifier: Apache-2.0
 * A topic that takes nothing holds up no other topic, no timer and no transaction; what is stored
 * for it goes out in its order when it is back. */
#include "fleet.h"

enum { HOUR_MS = 3600 * 1000 };

static int64_t rows(const struct bench *b)
{
	return database_num(b->admin, "SELECT count(*) FROM run.outbox");
}

static size_t sent_to(const struct bench *b, enum topic topic)
{
	size_t count = 0;
	for (size_t i = 0; i < b->sent->count; i++)
		count += b->sent->items[i].topic == topic;
	return count;
}

static void tick_at(struct bench *b, int64_t mono_ms)
{
	struct err e = {0};
	int64_t next = 0;
	if (scheduler_tick(&b->s, mono_ms, &next, &e) != 0)
		fail_msg("tick: %s", e.text);
}

static void ask_for(struct bench *b, const char *route)
{
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, route);
	char body[256];
	(void)snprintf(body, sizeof body, "{\"name\":\"%s\"," ROUTE "}", route);
	fleet_document(b, "Route", "acme", route, body);
	t.route = str_c(route);
	fleet_ask(b, &t);
}

static void a_topic_that_takes_nothing_holds_up_no_other(void **state)
{
	struct bench *b = *state;
	b->sent->away_at = TOPIC_BRIDGE_TASKS;
	ask_for(b, "r1");
	assert_int_equal(sent_to(b, TOPIC_DELIVERIES), 1);
	assert_int_equal(sent_to(b, TOPIC_AUDIT), 1);
	assert_int_equal(rows(b), 1);
	/* From now on it is known: nobody waits for it but the sweep, in its time. */
	int64_t waited_ms = b->sent->waited_ms;
	ask_for(b, "r2");
	tick_at(b, clock_mono_ms());
	assert_int_equal(sent_to(b, TOPIC_DELIVERIES), 2);
	assert_int_equal(b->sent->tried[TOPIC_BRIDGE_TASKS], 1);
	assert_int_equal(b->sent->waited_ms, waited_ms);
	assert_int_equal(rows(b), 2);
	b->sent->away_at = -1;
	tick_at(b, clock_mono_ms() + HOUR_MS);
	assert_int_equal(rows(b), 0);
	ask_for(b, "r3"); /* without a sweep again */
	assert_int_equal(rows(b), 0);
	fleet_run(b);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.state WHERE state = 'completed'"),
	        3);
}

/* Of all the time of ticks that follow each other at once, a sixth at most is spent waiting. */
static void a_topic_that_stays_away_costs_the_timers_little(void **state)
{
	enum { TICKS = 200 };
	struct bench *b = *state;
	b->sent->away_at = TOPIC_BRIDGE_TASKS;
	int64_t begin_ms = clock_mono_ms(), now_ms = begin_ms;
	ask_for(b, "r1");
	now_ms += b->sent->waited_ms;
	b->sent->waited_ms = 0;
	for (int i = 0; i < TICKS; i++) {
		int64_t waited_ms = b->sent->waited_ms;
		tick_at(b, now_ms);
		now_ms += b->s.tick_ms + b->sent->waited_ms - waited_ms;
		database_sql(b->admin, "UPDATE run.outbox SET swept_at = NULL");
	}
	assert_true(b->sent->tried[TOPIC_BRIDGE_TASKS] > 3);
	assert_true(b->sent->waited_ms * 5 <= now_ms - begin_ms);
	/* and what came due meanwhile was done at once */
	database_sql(b->admin, "UPDATE run.task SET not_after = now() - interval '1 hour'");
	database_sql(b->admin, "UPDATE run.state SET due_at = now()");
	tick_at(b, now_ms);
	assert_int_equal(database_num(b->admin, "SELECT max(issue) FROM run.task"), 2);
}

struct scripted { /* leaves the first message of a type open, and looks around while it sends */
	struct bench *b;
	const char *open_type;
	struct scheduler *other;
	int64_t others_swept, transactions;
};

static int send_scripted(void *arg, const struct publication_set *set, struct err *e)
{
	struct scripted *x = arg;
	bool is_left = false;
	x->transactions += database_num(x->b->admin,
	        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
	        "application_name = 'scheduler' AND xact_start IS NOT NULL");
	if (x->other) {
		struct capture *c = x->other->engine.outlet.arg;
		size_t before = c->count;
		fleet_tick(x->b, x->other);
		x->others_swept += (int64_t)(c->count - before);
	}
	(void)capture_send(x->b->sent, set, e);
	for (size_t i = 0; i < set->count && x->open_type && !is_left; i++) {
		if (!str_eq(set->items[i].type, str_c(x->open_type)))
			continue;
		set->fates[i] = PUBLICATION_OPEN;
		is_left = true;
	}
	return is_left ? err_set(e, ERR_RETRY, "bus_away", "as the test says") : 0;
}

/* A receipt is read before the final status, or nobody takes it any more. */
static void what_stands_behind_goes_again_after_it(void **state)
{
	struct bench *b = *state;
	struct scripted x = {.b = b};
	fleet_deliver(b, "t1");
	while (!str_eq(fleet_last_task(b)->type, STR("UploadTask"))) {
		struct ev_task_result *r = fleet_work(b, fleet_last_task(b));
		fleet_result(b, r);
	}
	fleet_result(b, fleet_work(b, fleet_last_task(b)));
	size_t before = b->sent->count;
	x.open_type = "Receipt";
	b->s.engine.outlet.arg = &x;
	b->s.engine.outlet.send = send_scripted;
	fleet_result(b, fleet_work(b, fleet_last_task(b)));
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.state WHERE state = 'completed'"),
	        1);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.outbox WHERE topic = 6"), 2);
	assert_int_equal(rows(b), 2); /* the record of the trail is of another topic */
	x.open_type = NULL;
	tick_at(b, clock_mono_ms() + HOUR_MS);
	assert_int_equal(rows(b), 0);
	assert_true(b->sent->count >= before + 2);
	const struct sent *last = &b->sent->items[b->sent->count - 2];
	assert_true(str_eq(last[0].type, STR("Receipt")));
	assert_true(str_eq(last[1].type, STR("DeliveryStatus")));
	fleet_is_at(b, "completed", "");
}

static void a_sweep_has_its_rows_to_itself_and_holds_no_transaction(void **state)
{
	struct bench *b = *state;
	struct scripted x = {.b = b};
	struct scheduler other;
	struct capture *seen = NULL;
	b->sent->fails = 1;
	fleet_deliver(b, "t1");
	assert_int_equal(rows(b), 3);
	memset(b->s.engine.rests, 0, sizeof b->s.engine.rests);
	fleet_join(b, &other, &seen);
	x.other = &other;
	b->s.engine.outlet.arg = &x;
	b->s.engine.outlet.send = send_scripted;
	fleet_tick(b, &b->s);
	assert_int_equal(x.others_swept, 0);
	assert_int_equal(x.transactions, 0);
	assert_int_equal(b->sent->count, 3);
	assert_int_equal(rows(b), 0);
	fleet_leave(&other, seen);
}

static void a_claim_without_an_end_runs_out(void **state)
{
	struct bench *b = *state;
	b->sent->fails = 1;
	fleet_deliver(b, "t1");
	memset(b->s.engine.rests, 0, sizeof b->s.engine.rests);
	database_sql(b->admin, "UPDATE run.outbox SET swept_at = now() - interval '14 seconds'");
	fleet_tick(b, &b->s);
	assert_int_equal(rows(b), 3);
	database_sql(b->admin, "UPDATE run.outbox SET swept_at = now() - interval '15 seconds'");
	fleet_tick(b, &b->s);
	assert_int_equal(rows(b), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(a_topic_that_takes_nothing_holds_up_no_other),
	        FLEET_TEST(a_topic_that_stays_away_costs_the_timers_little),
	        FLEET_TEST(what_stands_behind_goes_again_after_it),
	        FLEET_TEST(a_sweep_has_its_rows_to_itself_and_holds_no_transaction),
	        FLEET_TEST(a_claim_without_an_end_runs_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
