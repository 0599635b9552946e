/* SPDX-License-Identifier: Apache-2.0
 * However much is asked for or due at once: cycles stay small, memory stays bounded, and what is too
 * large by itself fails by itself. */
#include "fleet.h"

#include "cycle/cycle.h"

enum { MB = 1 << 20 };

struct tide { /* what a scheduler held each time that it published, and what it published */
	struct scheduler *s;
	size_t memory_most, statuses_most;
	size_t sends;
	int64_t tasks, statuses;
	size_t stop_after; /* so many sends: then the process is to end; 0 = never */
	size_t breaths;
};

static int tide_send(void *arg, const struct publication_set *set, struct err *e)
{
	struct tide *t = arg;
	const struct scheduler *s = t->s;
	size_t memory = s->work.used_bytes + s->reading.used_bytes + s->engine.attempt.used_bytes +
	                s->engine.rounds[0].used_bytes + s->engine.rounds[1].used_bytes;
	size_t statuses = 0;
	(void)e;
	for (size_t i = 0; i < set->count; i++) {
		statuses += str_eq(set->items[i].type, STR("DeliveryStatus"));
		t->tasks += set->items[i].topic == TOPIC_BRIDGE_TASKS;
		set->fates[i] = PUBLICATION_ACKED;
	}
	t->memory_most = memory > t->memory_most ? memory : t->memory_most;
	t->statuses_most = statuses > t->statuses_most ? statuses : t->statuses_most;
	t->statuses += (int64_t)statuses;
	t->sends++;
	return 0;
}

static bool tide_breathe(void *arg)
{
	struct tide *t = arg;
	t->breaths++;
	return t->stop_after == 0 || t->sends < t->stop_after;
}

static void tide_take(struct bench *b, struct tide *t)
{
	*t = (struct tide){.s = &b->s};
	b->s.engine.outlet.arg = t;
	b->s.engine.outlet.send = tide_send;
	b->s.engine.outlet.breathe = tide_breathe;
}

static void make_routes(struct bench *b, int count)
{
	for (int i = 0; i < count; i++) {
		char name[16], body[256];
		(void)snprintf(name, sizeof name, "r%d", i);
		(void)snprintf(body, sizeof body, "{\"name\":\"%s\"," ROUTE "}", name);
		fleet_document(b, "Route", "acme", name, body);
	}
	database_sql(b->admin, "DELETE FROM conf.document WHERE kind = 'Route' AND name = 'daily'");
}

static struct batch_message *make_triggers(struct bench *b, int count)
{
	struct batch_message *batch = arena_alloc(&b->mem, (size_t)count * sizeof *batch);
	for (int i = 0; i < count; i++) {
		struct ev_trigger *t = ARENA_NEW(&b->mem, struct ev_trigger);
		*t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, "x");
		t->trigger_id = arena_printf(&b->mem, "t%d", i);
		t->audience = STR("people");
		batch[i] = fleet_message(b, TOPIC_TRIGGERS, &ev_trigger_type, t);
	}
	return batch;
}

static void triggers_that_fan_out_need_no_more_memory_for_being_many(void **state)
{
	enum { TRIGGERS = 60, ROUTES = 400 };
	struct bench *b = *state;
	struct tide t;
	tide_take(b, &t);
	make_routes(b, ROUTES);
	const struct batch_message *batch = make_triggers(b, TRIGGERS);
	assert_int_equal(fleet_feed(b, &b->s, batch, TRIGGERS), 0);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.state"), TRIGGERS * ROUTES);
	assert_int_equal(database_num(b->admin,
	                         "SELECT count(*) FROM (SELECT route FROM run.state WHERE "
	                         "state = 'selecting' GROUP BY route HAVING count(*) = 60) r"),
	        ROUTES);
	assert_int_equal(t.tasks, TRIGGERS * ROUTES);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.outbox"), 0);
	assert_true(t.statuses_most <= CYCLE_ITEMS);
	assert_true(t.breaths >= TRIGGERS * ROUTES / CYCLE_ITEMS);
	if (t.memory_most > 24 * MB)
		fail_msg("%zu bytes for %d deliveries", t.memory_most, TRIGGERS * ROUTES);
}

/* The process ends in the middle of a trigger; the next one reads it again. */
static void a_trigger_that_was_stored_in_part_is_completed(void **state)
{
	enum { ROUTES = CYCLE_ITEMS + 50 };
	struct bench *b = *state;
	struct tide t;
	struct err e;
	tide_take(b, &t);
	make_routes(b, ROUTES);
	const struct batch_message *batch = make_triggers(b, 1);
	t.stop_after = 1;
	assert_int_equal(scheduler_batch(&b->s, batch, 1, clock_mono_ms(), &e), ERR_DEFER);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), CYCLE_ITEMS);
	tide_take(b, &t);
	assert_int_equal(fleet_feed(b, &b->s, batch, 1), 0);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), ROUTES);
	assert_int_equal(
	        t.tasks, ROUTES - CYCLE_ITEMS); /* what was stored before is not done again */
}

/* Each delivery that is asked for has so many more tasks, with a lane of its own of so many bytes, and waves
 * that load all of them. */
static void swell(struct bench *b, const char *route, int tasks, int bytes)
{
	char sql[1024];
	b->s.engine.rules.wave = tasks;
	(void)snprintf(sql, sizeof sql,
	        "INSERT INTO run.task (task_id, delivery_id, revision, stage, index, lane, issue, "
	        "attempts, status, ready_at, not_after, event, tenant, destination) "
	        "SELECT md5(s.delivery_id || n), s.delivery_id, 1, 'select', n, rpad(n::text, %d, "
	        "'l'), 1, 0, "
	        "'issued', now(), now() + interval '1 day', '', 'acme', '' FROM run.state s, "
	        "generate_series(1, %d) n WHERE s.route LIKE '%s'",
	        bytes, tasks, route);
	database_sql(b->admin, sql);
	database_sql(b->admin, "UPDATE run.state SET due_at = now()");
}

/* A claim that no decision followed would be due much sooner. */
static const char *looked_at =
        "SELECT count(*) FROM run.state WHERE due_at > now() + interval '5 minutes'";

static void ask_for(struct bench *b, int routes)
{
	make_routes(b, routes);
	assert_int_equal(fleet_feed(b, &b->s, make_triggers(b, 1), 1), 0);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), routes);
}

static void what_is_due_together_and_too_many_rows_goes_in_halves(void **state)
{
	enum { ROUTES = 7 };
	struct bench *b = *state;
	struct tide t;
	tide_take(b, &t);
	ask_for(b, ROUTES);
	swell(b, "r%", CYCLE_ROWS / 3, 1);
	t.breaths = 0;
	t.memory_most = 0;
	fleet_tick(b, &b->s);
	assert_int_equal(database_num(b->admin, looked_at), ROUTES);
	assert_true(t.breaths > 1);
	assert_true(t.breaths < 2 * ROUTES); /* pairs fit */
	assert_true(t.memory_most < CYCLE_MEM_MANY);
}

static void what_is_due_together_and_too_large_goes_in_halves(void **state)
{
	enum { ROUTES = 3 };
	struct bench *b = *state;
	struct tide t;
	tide_take(b, &t);
	ask_for(b, ROUTES);
	swell(b, "r%", 2000, CYCLE_MEM_MANY / 2000 / 2);
	t.breaths = 0;
	fleet_tick(b, &b->s);
	assert_int_equal(database_num(b->admin, looked_at), ROUTES);
	assert_true(t.breaths > 1);
}

/* Alone it has all the memory of an attempt. With less than it needs it fails, and nobody else. */
static void a_delivery_too_large_for_all_memory_fails_by_itself(void **state)
{
	enum { ROUTES = 3 };
	struct bench *b = *state;
	struct tide t;
	tide_take(b, &t);
	ask_for(b, ROUTES);
	b->s.engine.attempt.limit_bytes = 16 * MB;
	swell(b, "r1", 2000, 7000);
	fleet_tick(b, &b->s);
	assert_int_equal(database_num(b->admin, looked_at), ROUTES - 1);
	assert_int_equal(database_num(b->admin,
	                         "SELECT count(*) FROM run.state WHERE route = 'r1' AND state = "
	                         "'failed' AND reason = 'too_large'"),
	        1);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.state WHERE state = 'failed'"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(triggers_that_fan_out_need_no_more_memory_for_being_many),
	        FLEET_TEST(a_trigger_that_was_stored_in_part_is_completed),
	        FLEET_TEST(what_is_due_together_and_too_many_rows_goes_in_halves),
	        FLEET_TEST(what_is_due_together_and_too_large_goes_in_halves),
	        FLEET_TEST(a_delivery_too_large_for_all_memory_fails_by_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
