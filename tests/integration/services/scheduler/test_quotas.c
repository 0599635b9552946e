/* SPDX-License-Identifier: Apache-2.0
 * Quotas on a real database: exactly as many deliveries begin as may, whoever decides and in
 * whatever batches; and the rows that say so. */
#include "replicas.h"

#include "db/stored.h"
#include "longshore/events.h"

#include <pthread.h>

enum { REPLICAS = 3, RACERS = 60, PLACES = 7 };

static struct batch_message race[RACERS]; /* each of another delivery: its upload is next */

static void add_routes(struct bench *b, int count, const char *destination)
{
	for (int i = 0; i < count; i++) {
		char name[16], body[256];
		(void)snprintf(name, sizeof name, "r%d", i);
		(void)snprintf(body, sizeof body,
		        "{\"name\":\"%s\",\"audience\":\"people\",\"bridge\":\"b\",\"destination\":"
		        "\"%s\",\"bucket\":\"drop\"}",
		        name, destination);
		fleet_document(b, "Route", "acme", name, body);
	}
}

static void limit_tenant(struct bench *b, int per_day)
{
	char body[128];
	(void)snprintf(body, sizeof body, "{\"limits\":{\"deliveries_per_day\":%d}}", per_day);
	fleet_document(b, "Tenant", "acme", "acme", body);
}

static void ask(struct bench *b, int from, int to)
{
	for (int i = from; i < to; i++) {
		struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, "");
		t.route = arena_printf(&b->mem, "r%d", i);
		t.trigger_id = t.route;
		fleet_ask(b, &t);
	}
}

static int64_t count(struct bench *b, const char *what)
{
	struct str sql = arena_printf(&b->mem, "SELECT count(*) FROM %s", what);
	return database_num(b->admin, sql.p);
}

static int64_t today(struct bench *b)
{
	return database_num(b->admin, "SELECT floor(extract(epoch FROM now()) / 86400)::bigint");
}

#define BEGAN \
	"(SELECT DISTINCT delivery_id FROM run.task WHERE stage = 'upload' AND issue > 0) began"
#define HELD "run.state WHERE state = 'held' AND reason = 'quota'"

/* All of it in one batch of one scheduler: what it decided itself it knows, nothing is fenced. */
static void a_batch_takes_no_more_places_than_there_are(void **state)
{
	struct bench *b = *state;
	add_routes(b, 12, "partner");
	limit_tenant(b, PLACES);
	ask(b, 0, 12);
	int64_t day = today(b);
	fleet_run(b);
	if (day != today(b))
		return; /* midnight, and other places */
	assert_int_equal(count(b, "run.state WHERE state = 'completed'"), PLACES);
	assert_int_equal(count(b, BEGAN), PLACES);
	assert_int_equal(count(b, HELD), 12 - PLACES);
	assert_int_equal(b->s.engine.tally.fenced, 0);
	assert_int_equal(count(b, "run.quota_place WHERE begun_at IS NOT NULL"), PLACES);
	assert_int_equal(count(b, "run.quota_place WHERE free_at > now()"), 12 - PLACES);
	assert_int_equal(count(b, "run.name_claim"), 2 * PLACES); /* part and marker */
}

/* Everything is done but what comes before the uploads: those results are kept for the race. */
static void run_to_the_uploads(struct bench *b)
{
	size_t racers = 0;
	for (; b->worked < b->sent->count; b->worked++) {
		const struct sent *s = &b->sent->items[b->worked];
		if (!fleet_is_task(s))
			continue;
		struct batch_message m =
		        fleet_message(b, TOPIC_RESULTS, &ev_task_result_type, fleet_work(b, s));
		if (str_eq(((const struct ev_task_head *)s->event)->stage, STR("marker")))
			race[racers++] = m;
		else
			assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0);
	}
	assert_int_equal(racers, RACERS);
}

static pthread_barrier_t *start;
static int place_in_line; /* of this replica */

static void wait_for_the_others(void)
{
	int bad = pthread_barrier_wait(start);
	if (bad != 0 && bad != PTHREAD_BARRIER_SERIAL_THREAD)
		_exit(1);
}

/* A third of the deliveries each, so that they meet at the quota only. */
static void feed_own(struct bench *b, struct scheduler *s)
{
	struct batch_message own[RACERS];
	size_t n = 0;
	for (int i = place_in_line; i < RACERS; i += REPLICAS)
		own[n++] = race[i];
	wait_for_the_others();
	for (size_t i = 0; i < n; i += 5)
		if (fleet_feed(b, s, own + i, n - i < 5 ? n - i : 5) != 0)
			_exit(1);
}

/* All of the deliveries, so that batches are rolled back for that, too. */
static void feed_all(struct bench *b, struct scheduler *s)
{
	wait_for_the_others();
	for (int i = 0; i < RACERS; i += 10)
		if (fleet_feed(b, s, race + (i + place_in_line * 20) % RACERS, 10) != 0)
			_exit(1);
}

static void race_with(struct bench *b, void (*feed)(struct bench *, struct scheduler *))
{
	struct shared *counts = shared_new();
	start = mmap(
	        NULL, sizeof *start, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(start != MAP_FAILED);
	pthread_barrierattr_t attr;
	assert_int_equal(pthread_barrierattr_init(&attr), 0);
	assert_int_equal(pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED), 0);
	assert_int_equal(pthread_barrier_init(start, &attr, REPLICAS), 0);
	pid_t pids[REPLICAS];
	for (place_in_line = 0; place_in_line < REPLICAS; place_in_line++)
		pids[place_in_line] = replica(b, counts, feed);
	join(pids, REPLICAS);
	munmap(start, sizeof *start);
	munmap(counts, sizeof *counts);
}

static void exactly_as_many_begin_as_may(
        struct bench *b, void (*feed)(struct bench *, struct scheduler *))
{
	int64_t day = today(b);
	ask(b, 0, RACERS);
	run_to_the_uploads(b);
	race_with(b, feed);
	if (day != today(b))
		return; /* midnight, and other places */
	assert_int_equal(count(b, BEGAN), PLACES);
	assert_int_equal(count(b, "run.state WHERE state = 'uploading'"), PLACES);
	assert_int_equal(count(b, HELD), RACERS - PLACES);
	assert_int_equal(count(b, "run.quota_place WHERE begun_at IS NOT NULL"), PLACES);
	assert_int_equal(count(b, "run.quota_place"), RACERS);
}

static void three_schedulers_begin_no_more_than_one(void **state)
{
	struct bench *b = *state;
	add_routes(b, RACERS, "partner");
	limit_tenant(b, PLACES);
	exactly_as_many_begin_as_may(b, feed_own);
}

static void nor_do_they_where_batches_are_rolled_back(void **state)
{
	struct bench *b = *state;
	fleet_document(b, "Destination", "", "narrow",
	        "{\"columns\":[{\"name\":\"u\",\"source\":\"t\"}],\"naming\":{\"data_template\":"
	        "\"n_{route}_{delivery}_{part}.csv\"},\"completion\":{\"kind\":\"success_file\","
	        "\"name_template\":\"n_{route}_{delivery}_SUCCESS\"},"
	        "\"limits\":{\"deliveries_per_day\":7,\"deliveries_per_hour\":50}}");
	add_routes(b, RACERS, "narrow");
	limit_tenant(b, RACERS);
	exactly_as_many_begin_as_may(b, feed_all);
}

/* --- in the course of time: rows are moved into other hours and days --- */

static void move_begun(struct bench *b, const char *interval)
{
	struct str sql = arena_printf(&b->mem,
	        "UPDATE run.quota_place SET begun_at = begun_at - interval '%s'", interval);
	database_sql(b->admin, sql.p);
}

/* The time to look has come: as if the clock had been set forward. */
static void let_look(struct bench *b)
{
	static const struct pg_statement get = {.name = "test_memory",
	        .sql = "SELECT delivery_id, memory FROM " HELD " ORDER BY delivery_id"};
	static const struct pg_statement put = {.name = "test_put_memory",
	        .sql = "UPDATE run.state SET memory = $2, due_at = now() WHERE delivery_id = $1",
	        .params = 2};
	struct err e;
	AUTO_PG_ROWS rows = NULL;
	if (pg_run(b->admin, &get, NULL, &rows, NULL, &e) != 0)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < pg_rows_count(rows); i++) {
		struct ev_delivery_memory m;
		struct buf bytes;
		buf_init(&bytes, EVENT_MAX_BYTES);
		const struct stored_key key = {.delivery_id = pg_text(rows, i, 0, &b->mem)};
		struct str plain;
		if (stored_unpack(&key, pg_bytes(rows, i, 1, &b->mem), &b->mem, &plain, &e) != 0 ||
		        event_decode(&ev_delivery_memory_type, plain, &b->mem, &m, &e) != 0)
			fail_msg("%s", e.text);
		assert_true(m.hold_check_ms > clock_unix_ms());
		m.hold_check_ms = 1;
		if (event_encode(&ev_delivery_memory_type, &m, &bytes, &e) != 0)
			fail_msg("%s", e.text);
		struct pg_params p;
		pg_params_init(&p, &b->mem);
		pg_set(&p, 0, pg_text(rows, i, 0, &b->mem));
		pg_set_bytes(&p, 1, buf_str(&bytes));
		if (pg_run(b->admin, &put, &p, NULL, NULL, &e) != 0)
			fail_msg("%s", e.text);
		buf_release(&bytes);
	}
	database_sql(b->admin, "UPDATE run.quota_place SET free_at = now() WHERE free_at > now()");
	fleet_tick(b, &b->s);
}

static void what_began_yesterday_does_not_count_and_those_that_wait_go_on_in_order(void **state)
{
	struct bench *b = *state;
	add_routes(b, 5, "partner");
	limit_tenant(b, 2);
	int64_t day = today(b);
	for (int i = 0; i < 5; i++) { /* one after the other */
		ask(b, i, i + 1);
		fleet_run(b);
	}
	assert_int_equal(count(b, "run.state WHERE state = 'completed'"), 2);
	let_look(b); /* the day is not over: nobody goes */
	fleet_run(b);
	assert_int_equal(count(b, "run.state WHERE state = 'completed'"), 2);
	move_begun(b, "1 day");
	let_look(b);
	fleet_run(b);
	if (day != today(b))
		return; /* midnight, and other places */
	assert_int_equal(count(b, "run.state WHERE state = 'completed' AND route IN ('r0', 'r1', "
	                          "'r2', 'r3')"),
	        4);
	assert_int_equal(count(b, HELD " AND route = 'r4'"), 1);
	assert_int_equal(count(b, "run.task WHERE stage = 'part'"), 5); /* nothing was made twice */
	move_begun(b, "1 day");
	let_look(b);
	fleet_run(b);
	assert_int_equal(count(b, "run.state WHERE state = 'completed'"), 5);
}

static void what_began_an_hour_ago_counts_for_the_day_only(void **state)
{
	struct bench *b = *state;
	add_routes(b, 3, "partner");
	fleet_document(b, "Tenant", "acme", "acme",
	        "{\"limits\":{\"deliveries_per_hour\":1,\"deliveries_per_day\":2}}");
	int64_t day = today(b);
	ask(b, 0, 1);
	fleet_run(b);
	/* The same day, and not this hour: the first or the last one of the day is another. */
	database_sql(b->admin,
	        "UPDATE run.quota_place SET begun_at = CASE WHEN extract(hour FROM now() AT TIME "
	        "ZONE "
	        "'UTC') >= 12 THEN date_trunc('day', now(), 'UTC') ELSE date_trunc('day', now(), "
	        "'UTC') + interval '23 hours 59 minutes' END");
	ask(b, 1, 3);
	fleet_run(b);
	if (day != today(b))
		return; /* midnight, and other places */
	assert_int_equal(count(b, "run.state WHERE state = 'completed'"), 2);
	assert_int_equal(count(b, HELD), 1);
	struct str detail = STR("");
	for (size_t i = 0; i < b->sent->count; i++) {
		const struct ev_delivery_status *said = b->sent->items[i].event;
		if (b->sent->items[i].event_type == &ev_delivery_status_type &&
		        str_eq(said->reason, STR("quota")))
			detail = said->detail;
	}
	assert_true(str_has_prefix(detail, STR("Tenant acme: limits.deliveries_per_day is 2")));
}

/* --- rows --- */

#define BREAKER \
	"INSERT INTO run.place_breaker VALUES ('file:///drop/', 5, 0, now() + interval '1 hour', " \
	"'', '', now())"

static void who_can_go_nowhere_takes_no_place(void **state)
{
	struct bench *b = *state;
	add_routes(b, 3, "partner");
	limit_tenant(b, 2);
	int64_t day = today(b);
	database_sql(b->admin, BREAKER);
	ask(b, 0, 3);
	fleet_run(b);
	assert_int_equal(count(b, BEGAN), 0); /* the bucket is away */
	assert_int_equal(count(b, "run.quota_place"), 0);
	assert_int_equal(count(b, HELD), 0);
	fleet_document(b, "Bucket", "", "alive", "{\"url\":\"file:///alive/\"}");
	fleet_document(b, "Route", "acme", "r9",
	        "{\"name\":\"r9\",\"audience\":\"people\",\"bridge\":\"b\",\"destination\":"
	        "\"partner\",\"bucket\":\"alive\"}");
	ask(b, 9, 10);
	fleet_run(b);
	assert_int_equal(count(b, "run.state WHERE state = 'completed' AND route = 'r9'"), 1);
	database_sql(b->admin, "DELETE FROM run.place_breaker");
	database_sql(b->admin, "UPDATE run.state SET due_at = now() WHERE state = 'uploading'");
	fleet_tick(b, &b->s);
	fleet_run(b);
	if (day != today(b))
		return; /* midnight, and other places */
	assert_int_equal(count(b, "run.quota_place WHERE begun_at IS NOT NULL"), 2);
	assert_int_equal(count(b, "run.state WHERE state = 'completed'"), 2);
	assert_int_equal(count(b, HELD), 2);
}

/* Those that found the bucket away count no more, and who waits for their place is told. */
static void a_place_that_was_given_back_goes_to_the_next(void **state)
{
	struct bench *b = *state;
	add_routes(b, 1, "partner");
	limit_tenant(b, 1);
	fleet_document(b, "Bucket", "", "alive", "{\"url\":\"file:///alive/\"}");
	fleet_document(b, "Route", "acme", "r9",
	        "{\"name\":\"r9\",\"audience\":\"people\",\"bridge\":\"b\",\"destination\":"
	        "\"partner\",\"bucket\":\"alive\"}");
	int64_t day = today(b);
	ask(b, 0, 1);
	while (fleet_last_task(b)->topic != TOPIC_UPLOAD_TASKS) {
		const struct sent *s = fleet_last_task(b);
		fleet_result(b, fleet_work(b, s));
	}
	b->worked = b->sent->count;
	const struct ev_task_head *up = fleet_last_task(b)->event;
	ask(b, 9, 10);
	fleet_run(b);
	assert_int_equal(count(b, HELD " AND route = 'r9'"), 1);
	database_sql(b->admin, BREAKER);
	fleet_result(b, fleet_answer(b, up, EV_OUTCOME_RETRY, "drop_unavailable"));
	database_sql(b->admin, "UPDATE run.task SET ready_at = now() WHERE status = 'waiting'");
	database_sql(b->admin, "UPDATE run.state SET due_at = now() WHERE state = 'uploading'");
	fleet_tick(b, &b->s);
	fleet_run(b);
	if (day != today(b))
		return; /* midnight, and other places */
	assert_int_equal(count(b, "run.state WHERE state = 'completed' AND route = 'r9'"), 1);
	assert_int_equal(count(b, "run.state WHERE state = 'uploading' AND route = 'r0'"), 1);
}

/* It was cancelled before it began: the next has its place at once, no tick is needed. */
static void a_place_that_was_not_used_is_given_on(void **state)
{
	struct bench *b = *state;
	add_routes(b, 3, "partner");
	limit_tenant(b, 1);
	int64_t day = today(b);
	database_sql(b->admin, BREAKER);
	ask(b, 0, 1);
	fleet_run(b);
	database_sql(b->admin, "DELETE FROM run.place_breaker");
	database_sql(b->admin, "INSERT INTO run.quota_place SELECT delivery_id, 'acme', 'partner', "
	                       "now(), NULL, NULL FROM run.state WHERE state = 'uploading'");
	for (int i = 1; i < 3; i++) { /* one after the other */
		ask(b, i, i + 1);
		fleet_run(b);
	}
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_CANCEL, "c1");
	t.delivery_id = database_text(
	        b->admin, "SELECT delivery_id FROM run.state WHERE state = 'uploading'", &b->mem);
	fleet_ask(b, &t);
	if (day != today(b))
		return; /* midnight, and other places */
	assert_int_equal(count(b, "run.state WHERE state = 'cancelled' AND route = 'r0'"), 1);
	assert_int_equal(count(b, "run.state WHERE state = 'uploading' AND route = 'r1'"), 1);
	assert_int_equal(count(b, HELD " AND route = 'r2'"), 1);
	assert_int_equal(count(b, "run.quota_place WHERE begun_at IS NOT NULL"), 1);
}

static void who_is_over_and_never_began_leaves_no_row(void **state)
{
	struct bench *b = *state;
	add_routes(b, 2, "partner");
	limit_tenant(b, 1);
	int64_t day = today(b);
	ask(b, 0, 2);
	fleet_run(b);
	if (day != today(b))
		return; /* midnight, and other places */
	assert_int_equal(count(b, "run.quota_place"), 2);
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_CANCEL, "c1");
	t.delivery_id = database_text(b->admin, "SELECT delivery_id FROM " HELD, &b->mem);
	fleet_ask(b, &t);
	fleet_is_at(b, "cancelled", "cancelled");
	assert_int_equal(count(b, "run.quota_place"), 1); /* who began stays */
}

/* A limit that is set later counts what began before it. */
static void what_began_without_a_limit_counts(void **state)
{
	struct bench *b = *state;
	add_routes(b, 2, "partner");
	int64_t day = today(b);
	ask(b, 0, 1);
	fleet_run(b);
	assert_int_equal(count(b, "run.state WHERE state = 'completed'"), 1);
	limit_tenant(b, 1);
	ask(b, 1, 2);
	fleet_run(b);
	if (day != today(b))
		return; /* midnight, and other places */
	fleet_is_at(b, "held", "quota");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(a_batch_takes_no_more_places_than_there_are),
	        FLEET_TEST(three_schedulers_begin_no_more_than_one),
	        FLEET_TEST(nor_do_they_where_batches_are_rolled_back),
	        FLEET_TEST(what_began_yesterday_does_not_count_and_those_that_wait_go_on_in_order),
	        FLEET_TEST(what_began_an_hour_ago_counts_for_the_day_only),
	        FLEET_TEST(who_can_go_nowhere_takes_no_place),
	        FLEET_TEST(a_place_that_was_given_back_goes_to_the_next),
	        FLEET_TEST(a_place_that_was_not_used_is_given_on),
	        FLEET_TEST(who_is_over_and_never_began_leaves_no_row),
	        FLEET_TEST(what_began_without_a_limit_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
