/* SPDX-License-Identifier: Apache-2.0
 * A place that is away: all that goes there rests, whatever its destination and tenant, and nothing
 * else does. One upload looks, and then all go. */
#include "waiting.h"

enum { FAILURES = 3, ROUTES = 12 };

#define UPLOADING "run.state WHERE state = 'uploading'"
#define UPLOADS_OUT IN_FLIGHT " AND stage = 'upload'"

/* Everything that was published is done; uploads to the bucket `dead` find it away. */
static void run_with_dead(struct bench *b)
{
	for (; b->worked < b->sent->count; b->worked++) {
		const struct sent *s = &b->sent->items[b->worked];
		if (!fleet_is_task(s))
			continue;
		const struct ev_task_head *h = s->event;
		bool is_dead = s->topic == TOPIC_UPLOAD_TASKS &&
		               strstr(arena_cstr(&b->mem, h->spec), "file:///dead/");
		fleet_result(b, is_dead ? fleet_answer(b, h, EV_OUTCOME_RETRY, "drop_unavailable")
		                        : fleet_work(b, s));
	}
}

static void begin_dead(struct bench *b)
{
	b->s.engine.rules.breaker_failures = FAILURES;
	add_bucket(b, "dead");
	add_bucket(b, "alive");
	add_routes(b, "dead", ROUTES, "partner", "dead");
	ask_all(b, "dead", ROUTES);
	run_with_dead(b);
	assert_int_equal(count(b, UPLOADING), ROUTES);
	assert_int_equal(count(b, UPLOADS_OUT), 0);
	assert_int_equal(
	        count(b, "run.place_breaker WHERE place = 'file:///dead/' AND open_until > now()"),
	        1);
}

/* Those that tried have a pause of their own, which is over now. */
static void pauses_pass(struct bench *b)
{
	database_sql(b->admin, "UPDATE run.task SET ready_at = now() WHERE status = 'waiting'");
	database_sql(b->admin, "UPDATE run.state SET due_at = now() WHERE state = 'uploading'");
	fleet_tick(b, &b->s);
	assert_int_equal(count(b, "run.waiting WHERE what = 'place:file:///dead/'"), ROUTES);
	assert_int_equal(count(b, UPLOADS_OUT), 0);
}

static void rest_is_over(struct bench *b)
{
	database_sql(b->admin, "UPDATE run.place_breaker SET open_until = now()");
}

static void a_dead_place_holds_up_no_other_of_its_destination(void **state)
{
	struct bench *b = *state;
	begin_dead(b);
	add_routes(b, "alive", 3, "partner", "alive");
	ask_all(b, "alive", 3);
	run_with_dead(b);
	assert_int_equal(count(b, COMPLETED), 3);
	assert_int_equal(count(b, "run.place_breaker"), 1);
}

/* They name the same place; nobody has to find out again. */
static void another_destination_and_tenant_know_that_it_is_away(void **state)
{
	struct bench *b = *state;
	begin_dead(b);
	add_destination(b, "other", NULL);
	add_bucket(b, "dead"); /* by another document */
	fleet_document(b, "Bucket", "", "same", "{\"url\":\"file:///dead\"}");
	add_route(b, "else", "other", "same");
	size_t before = b->sent->count;
	ask_for(b, "else");
	run_with_dead(b);
	for (size_t i = before; i < b->sent->count; i++)
		assert_int_not_equal(b->sent->items[i].topic, TOPIC_UPLOAD_TASKS);
	assert_int_equal(count(b, UPLOADING " AND route = 'else'"), 1);
}

static void one_upload_looks_and_then_all_go_at_once(void **state)
{
	struct bench *b = *state;
	begin_dead(b);
	pauses_pass(b);
	rest_is_over(b);
	for (int i = 0; i < 5; i++)
		fleet_tick(b, &b->s);
	assert_int_equal(count(b, UPLOADS_OUT), 1);
	size_t before = b->worked;
	while (!fleet_is_task(&b->sent->items[before]))
		before++;
	b->worked = before + 1;
	fleet_result(b, fleet_work(b, &b->sent->items[before])); /* it arrives */
	assert_int_equal(count(b, "run.place_breaker"), 0);
	assert_int_equal(count(b, "run.waiting"), 0);
	/* No tick was needed; the one that looked is at its marker. */
	assert_int_equal(count(b, UPLOADS_OUT), ROUTES);
	fleet_run(b);
	assert_int_equal(count(b, COMPLETED), ROUTES);
}

static void when_it_is_back_caps_hold(void **state)
{
	struct bench *b = *state;
	fleet_document(b, "Destination", "", "partner",
	        "{\"columns\":[{\"name\":\"u\",\"source\":\"t\"}],\"naming\":{\"data_template\":"
	        "\"{route}_{delivery}_{part}.csv\"},\"limits\":{\"tasks_in_flight\":4}}");
	begin_dead(b);
	pauses_pass(b);
	rest_is_over(b);
	fleet_tick(b, &b->s);
	const struct sent *probe = fleet_last_task(b);
	b->worked = b->sent->count;
	fleet_result(b, fleet_work(b, probe));
	assert_int_equal(count(b, UPLOADS_OUT), 4);
	assert_int_equal(count(b, "run.waiting WHERE what = 'destination:partner'"), ROUTES - 5);
	while (b->worked < b->sent->count) {
		fleet_run(b);
		assert_true(count(b, IN_FLIGHT) <= 4);
	}
	assert_int_equal(count(b, COMPLETED), ROUTES);
}

static void a_probe_that_is_cancelled_is_followed_by_another(void **state)
{
	struct bench *b = *state;
	begin_dead(b);
	pauses_pass(b);
	rest_is_over(b);
	fleet_tick(b, &b->s);
	cancel(b, "delivery_id = (SELECT prober FROM run.place_breaker)");
	fleet_tick(b, &b->s);
	assert_int_equal(count(b, UPLOADS_OUT), 1);
	assert_int_equal(
	        count(b, "run.place_breaker WHERE prober = (SELECT delivery_id FROM run.task "
	                 "WHERE status = 'issued' AND stage = 'upload')"),
	        1);
}

static void a_probe_that_fails_lets_it_rest_for_longer(void **state)
{
	struct bench *b = *state;
	begin_dead(b);
	pauses_pass(b);
	for (int i = 1; i <= 3; i++) {
		rest_is_over(b);
		fleet_tick(b, &b->s);
		assert_int_equal(count(b, UPLOADS_OUT), 1);
		run_with_dead(b);
		assert_int_equal(database_num(b->admin, "SELECT rests FROM run.place_breaker"), i);
		pauses_pass(b);
	}
}

static void breakers_that_nobody_needs_are_forgotten(void **state)
{
	struct bench *b = *state;
	database_sql(b->admin,
	        "INSERT INTO run.place_breaker SELECT 'file:///old' || n || '/', 9, 0, "
	        "now(), '', '', now() - interval '8 days' FROM generate_series(1, 5) n");
	database_sql(b->admin, "INSERT INTO run.place_breaker SELECT 'file:///p' || n || '/', 9, "
	                       "0, now(), '', '', "
	                       "now() - n * interval '1 second' FROM generate_series(1, 10003) n");
	fleet_tick(b, &b->s);
	assert_int_equal(count(b, "run.place_breaker"), 10000);
	assert_int_equal(count(b, "run.place_breaker WHERE place LIKE 'file:///old%'"), 0);
	assert_int_equal(count(b, "run.place_breaker WHERE place IN ('file:///p10000/', "
	                          "'file:///p10001/')"),
	        1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(a_dead_place_holds_up_no_other_of_its_destination),
	        FLEET_TEST(another_destination_and_tenant_know_that_it_is_away),
	        FLEET_TEST(one_upload_looks_and_then_all_go_at_once),
	        FLEET_TEST(when_it_is_back_caps_hold),
	        FLEET_TEST(a_probe_that_is_cancelled_is_followed_by_another),
	        FLEET_TEST(a_probe_that_fails_lets_it_rest_for_longer),
	        FLEET_TEST(breakers_that_nobody_needs_are_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
