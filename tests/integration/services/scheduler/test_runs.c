/* SPDX-License-Identifier: Apache-2.0
 * Runs of a cadence: what was missed, what is caught up, and what a plan does when its route or the
 * rules of its zone change. */
#include "fleet.h"

#define CADENCE(text) "{\"name\":\"daily\"," ROUTE ",\"cadence\":{" text ",\"zone\":\"UTC\"}}"
#define HOURLY(window) \
	CADENCE("\"kind\":\"cron\",\"cron\":\"0 * * * *\",\"catchup_seconds\":" window)

static void plan(struct bench *b, const char *body)
{
	fleet_document(b, "Route", "acme", "daily", body);
	fleet_tick(b, &b->s);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.route_due WHERE next_due > now()"),
	        1);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), 0);
}

/* As if no scheduler had run since then. */
static void go_back(struct bench *b, const char *to)
{
	char sql[512];
	(void)snprintf(sql, sizeof sql,
	        "UPDATE run.route_due SET label = to_char(at AT TIME ZONE 'UTC', "
	        "'YYYY-MM-DD\"T\"HH24:MI'), next_due = at FROM (SELECT %s AS at) x",
	        to);
	database_sql(b->admin, sql);
}

static void run_all(struct bench *b)
{
	for (int i = 0; i < 12; i++)
		fleet_tick(b, &b->s);
}

/* The trail's only record of that action. */
static const struct ev_audit_record *told(const struct bench *b, const char *action)
{
	const struct ev_audit_record *found = NULL;
	for (size_t i = 0; i < b->sent->count; i++) {
		const struct ev_audit_record *r = b->sent->items[i].event;
		if (b->sent->items[i].topic != TOPIC_AUDIT || !str_eq(r->action, str_c(action)))
			continue;
		assert_null(found);
		found = r;
	}
	return found;
}

static void runs_within_the_window_are_caught_up_each_once(void **state)
{
	struct bench *b = *state;
	plan(b, HOURLY("10799"));
	go_back(b, "date_trunc('hour', now()) - interval '10 hours'");
	run_all(b);
	int64_t runs = database_num(b->admin, "SELECT count(*) FROM run.state");
	assert_true(runs >= 3);
	assert_int_equal(database_num(b->admin,
	                         "SELECT count(*) FROM run.state WHERE planned_at <= created_at - "
	                         "interval '3 hours' OR planned_at > created_at"),
	        0);
	assert_int_equal(
	        database_num(b->admin,
	                "SELECT (extract(epoch FROM (SELECT next_due FROM run.route_due) - "
	                "min(planned_at)) / 3600)::bigint FROM run.state"),
	        runs); /* each hour, and none twice */
	const struct ev_audit_record *skipped = told(b, "run.skipped");
	assert_non_null(skipped);
	assert_true(strtol(skipped->detail.p, NULL, 10) >= 7);
	assert_true(str_eq(skipped->route, STR("daily")));
}

/* So that nobody approves what they planned themselves. */
static void who_applied_the_route_asks_for_its_runs(void **state)
{
	struct bench *b = *state;
	plan(b, HOURLY("7200"));
	go_back(b, "date_trunc('hour', now())");
	run_all(b);
	bool is_seen = false;
	for (size_t i = 0; i < b->sent->count; i++) {
		const struct ev_delivery_status *s = b->sent->items[i].event;
		if (b->sent->items[i].event_type != &ev_delivery_status_type)
			continue;
		is_seen = true;
		assert_true(str_eq(s->cause_kind, STR("cadence")));
		assert_true(str_eq(s->requested_by, STR("ann")));
	}
	assert_true(is_seen);
}

static void a_long_absence_is_no_reason_to_deliver_what_is_old(void **state)
{
	struct bench *b = *state;
	plan(b, CADENCE("\"kind\":\"cron\",\"cron\":\"* * * * *\",\"catchup_seconds\":60"));
	go_back(b, "date_trunc('minute', now()) - interval '100 days'"); /* 144,000 runs */
	run_all(b);
	assert_in_range(database_num(b->admin, "SELECT count(*) FROM run.state"), 1, 3);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state WHERE "
	                                        "planned_at < created_at - interval '61 s'"),
	        0);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.route_due WHERE next_due > now()"),
	        1);
}

static void a_changed_cadence_has_a_plan_of_its_own(void **state)
{
	struct bench *b = *state;
	plan(b, HOURLY("86400"));
	go_back(b, "date_trunc('hour', now())");
	fleet_document(b, "Route", "acme", "daily",
	        CADENCE("\"kind\":\"weekly\",\"weekday\":\"monday\",\"at\":\"00:00\",\"catchup_"
	                "seconds\":"
	                "86400"));
	run_all(b);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), 0);
	assert_int_equal(
	        database_num(b->admin, "SELECT extract(isodow FROM next_due AT TIME ZONE "
	                               "'UTC')::bigint FROM run.route_due WHERE next_due > now()"),
	        1);
	fleet_document(b, "Route", "acme", "daily", "{\"name\":\"daily\"," ROUTE "}");
	run_all(b);
	assert_int_equal(database_num(b->admin, "SELECT count(next_due) FROM run.route_due"), 0);
	database_sql(b->admin, "DELETE FROM conf.document WHERE kind = 'Route'");
	run_all(b);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.route_due"), 0);
}

/* The label says what the run is; when that is, the zone's rules of today say. */
static void other_zone_rules_move_a_run_and_make_no_second_one(void **state)
{
	struct bench *b = *state;
	plan(b, CADENCE("\"kind\":\"daily\",\"at\":\"00:00\",\"catchup_seconds\":86400"));
	int64_t due = database_num(
	        b->admin, "SELECT extract(epoch FROM next_due)::bigint FROM run.route_due");
	database_sql(b->admin, "UPDATE run.route_due SET next_due = now() - interval '1 hour'");
	run_all(b); /* computed under other rules it is due, and it is not */
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), 0);
	static const char when[] = "SELECT extract(epoch FROM next_due)::bigint FROM run.route_due";
	assert_int_equal(database_num(b->admin, when), due);
	database_sql(b->admin, "UPDATE run.route_due SET next_due = next_due + interval '1 hour'");
	b->s.plans_checked = false; /* as after a start */
	fleet_tick(b, &b->s);
	assert_int_equal(database_num(b->admin, when), due);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(runs_within_the_window_are_caught_up_each_once),
	        FLEET_TEST(who_applied_the_route_asks_for_its_runs),
	        FLEET_TEST(a_long_absence_is_no_reason_to_deliver_what_is_old),
	        FLEET_TEST(a_changed_cadence_has_a_plan_of_its_own),
	        FLEET_TEST(other_zone_rules_move_a_run_and_make_no_second_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
