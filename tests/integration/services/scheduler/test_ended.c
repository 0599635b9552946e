/* SPDX-License-Identifier: Apache-2.0
 * Deliveries that are over are named in staging, so that services may remove what they staged for
 * them; no other is, and not the last accepted one of its route. */
#include "fleet.h"
#include "longshore/ended.h"
#include "longshore/id.h"

enum { OLD_MS = 1000, TOLD_MAX = 8 };

static void completed(struct bench *b, const char *id)
{
	fleet_deliver(b, id);
	fleet_run(b);
	fleet_is_at(b, "completed", "");
	fleet_read_back(b);
}

/* The database's clock is the one that counts. */
static void age(const struct bench *b)
{
	database_sql(b->admin, "UPDATE run.ended SET at = at - interval '1 hour'");
}

static void list(struct bench *b)
{
	b->s.duties.rules.list_ended_ms = OLD_MS;
	b->s.duties.rules.reread_ms = OLD_MS;
	b->s.next_list_ms = 0;
	fleet_tick(b, &b->s);
}

struct told {
	size_t count;
	char ids[TOLD_MAX][33];
	char routes[TOLD_MAX][33];
};

static int note(void *arg, const struct ended *what, struct err *e)
{
	struct told *t = arg;
	(void)e;
	assert_true(t->count < TOLD_MAX);
	(void)snprintf(t->ids[t->count], 33, STR_FMT, STR_ARG(what->delivery));
	(void)snprintf(t->routes[t->count++], 33, STR_FMT, STR_ARG(what->route_id));
	return 0;
}

/* What was told since it was asked last. */
static struct told told(const struct bench *b)
{
	struct told t = {0};
	struct err e;
	const struct ended_walk walk = {.staging = b->s.engine.store,
	        .keys = b->s.engine.keys,
	        .prefix = "specs",
	        .mark = "test",
	        .each = note,
	        .arg = &t};
	if (ended_walk(&walk, &e) != 0)
		fail_msg("%s", e.text);
	return t;
}

static int64_t waiting(const struct bench *b)
{
	return database_num(b->admin, "SELECT count(*) FROM run.ended");
}

static void the_last_accepted_delivery_of_a_route_is_not_told(void **state)
{
	struct bench *b = *state;
	const struct str route[] = {STR("acme"), STR("daily")};
	struct id route_id = id_of("route/1", route, 2);
	char first[33];
	completed(b, "t1");
	(void)snprintf(first, sizeof first, STR_FMT, STR_ARG(fleet_last_status(b)->delivery_id));
	age(b);
	list(b);
	assert_int_equal(told(b).count, 0);
	assert_int_equal(waiting(b), 1);
	completed(b, "t2");
	list(b); /* t2 is not old enough, and is the last one */
	struct told t = told(b);
	assert_int_equal(t.count, 1);
	assert_string_equal(t.ids[0], first);
	assert_string_equal(t.routes[0], route_id.text);
	assert_int_equal(waiting(b), 1);
	age(b);
	list(b);
	assert_int_equal(told(b).count, 0);
}

static void what_ended_otherwise_is_told(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	struct ev_trigger cancel = fleet_trigger(EV_TRIGGER_KIND_CANCEL, "t2");
	cancel.delivery_id = fleet_last_status(b)->delivery_id;
	fleet_ask(b, &cancel);
	fleet_run(b);
	fleet_is_at(b, "cancelled", "cancelled");
	assert_int_equal(waiting(b), 0); /* not read back */
	fleet_read_back(b);
	assert_int_equal(waiting(b), 1);
	list(b);
	assert_int_equal(told(b).count, 0); /* not old enough */
	age(b);
	list(b);
	assert_int_equal(told(b).count, 1);
	assert_int_equal(waiting(b), 0);
}

static void what_is_under_way_is_not_told(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	age(b);
	list(b);
	fleet_run(b);
	age(b);
	list(b);
	assert_int_equal(waiting(b), 0);
	assert_int_equal(told(b).count, 0);
}

static void what_may_be_read_again_is_not_told(void **state)
{
	struct bench *b = *state;
	completed(b, "t1");
	completed(b, "t2");
	age(b);
	b->s.duties.rules.list_ended_ms = OLD_MS;
	b->s.duties.rules.reread_ms = INT64_C(2) * 3600 * 1000;
	b->s.next_list_ms = 0;
	fleet_tick(b, &b->s);
	assert_int_equal(told(b).count, 0);
	assert_int_equal(waiting(b), 2);
}

/* Nobody is forgotten, and the rest of the scheduler goes on. */
static void without_staging_it_is_told_later(void **state)
{
	struct bench *b = *state;
	char lists[160];
	completed(b, "t1");
	completed(b, "t2");
	age(b);
	(void)snprintf(lists, sizeof lists, "%s/specs", b->folder.path);
	(void)mkdir(lists, 0700);
	(void)snprintf(lists, sizeof lists, "%s/specs/en", b->folder.path);
	(void)mkdir(lists, 0700);
	(void)snprintf(lists, sizeof lists, "%s/specs/en/ended", b->folder.path);
	assert_int_equal(symlink("/nowhere", lists), 0);
	list(b);
	assert_int_equal(waiting(b), 2);
	assert_int_equal(unlink(lists), 0);
	list(b);
	assert_int_equal(told(b).count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(the_last_accepted_delivery_of_a_route_is_not_told),
	        FLEET_TEST(what_ended_otherwise_is_told),
	        FLEET_TEST(what_is_under_way_is_not_told),
	        FLEET_TEST(what_may_be_read_again_is_not_told),
	        FLEET_TEST(without_staging_it_is_told_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
