/* SPDX-License-Identifier: Apache-2.0
 * A delivery of very many tasks: a wave loads what it can issue, however many rows the others have, and
 * none of them is forgotten. */
#include "fleet.h"

#include "db/task_db.h"

static void forget_sent(struct bench *b)
{
	arena_reset(&b->sent->mem);
	b->sent->count = 0;
	b->worked = b->looked = 0;
}

/* A delivery that has so many slices; the first wave of them is issued. */
static void select_slices(struct bench *b, int slices)
{
	b->s.engine.rules.tasks_max = slices;
	b->slices = slices;
	fleet_deliver(b, "t1");
	for (; b->worked < b->sent->count; b->worked++) {
		if (!fleet_is_task(&b->sent->items[b->worked]))
			continue;
		const struct ev_task_result *r = fleet_work(b, &b->sent->items[b->worked]);
		b->worked++;
		fleet_result(b, r);
		break;
	}
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.task WHERE stage = 'select'"),
	        b->s.engine.rules.wave); /* the others have no rows yet */
}

/* One wave; what the attempt took of its arena. */
static size_t wave_bytes(struct bench *b)
{
	int64_t before = database_num(b->admin, "SELECT tasks_out FROM run.state");
	forget_sent(b);
	fleet_tick(b, &b->s);
	assert_int_equal(database_num(b->admin, "SELECT tasks_out FROM run.state"),
	        before + b->s.engine.rules.wave);
	return b->s.engine.attempt.used_bytes;
}

static size_t bytes_with(struct bench *b, int slices)
{
	select_slices(b, slices);
	size_t first = wave_bytes(b), second = wave_bytes(b);
	print_message("%d tasks: a wave takes %zu and %zu bytes\n", slices, first, second);
	return first > second ? first : second;
}

enum { WAVE_BYTES_MAX = 8 << 20 };

static void a_wave_of_20000_tasks_is_small(void **state)
{
	assert_true(bytes_with(*state, 20000) < WAVE_BYTES_MAX);
}

static void a_wave_of_100000_tasks_is_as_small(void **state)
{
	assert_true(bytes_with(*state, 100000) < WAVE_BYTES_MAX);
}

static void waves_follow_at_once_until_all_are_out(void **state)
{
	struct bench *b = *state;
	enum { TASKS = 1700 };
	select_slices(b, TASKS);
	for (int wave = 0; wave < 3; wave++) {
		forget_sent(b);
		fleet_tick(b, &b->s);
	}
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.task WHERE status = 'issued'"),
	        TASKS);
	assert_int_equal(database_num(b->admin, "SELECT tasks_out FROM run.state"), TASKS);
	forget_sent(b);
	fleet_tick(b, &b->s);
	assert_int_equal(b->sent->count, 0); /* nothing is due before an alarm */
}

static void lost_waves_are_issued_again_until_none_is_left(void **state)
{
	struct bench *b = *state;
	enum { TASKS = 1200 };
	select_slices(b, TASKS);
	for (int wave = 0; wave < 2; wave++) {
		forget_sent(b);
		fleet_tick(b, &b->s);
	}
	database_sql(b->admin, "UPDATE run.task SET not_after = now() - interval '1 hour' "
	                       "WHERE status = 'issued'");
	database_sql(b->admin, "UPDATE run.state SET due_at = now()");
	for (int wave = 0; wave < 3; wave++) {
		forget_sent(b);
		fleet_tick(b, &b->s);
	}
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.task WHERE status = 'issued' "
	                               "AND issue = 2"),
	        TASKS);
	assert_int_equal(database_num(b->admin, "SELECT tasks_out FROM run.state"), TASKS);
}

static bool has(const struct loaded_tasks *loaded, const char *task)
{
	for (size_t i = 0; i < loaded->count; i++)
		if (str_eq(loaded->items[i].row.id, str_c(task)))
			return true;
	return false;
}

/* Of each kind the first by time; what waits behind many others of another kind is not hidden by them. */
static void of_each_kind_the_first_are_loaded(void **state)
{
	struct bench *b = *state;
	database_sql(b->admin,
	        "INSERT INTO run.task (task_id, delivery_id, revision, stage, index, lane, issue, "
	        "attempts, "
	        "status, ready_at, not_after, event, tenant, destination) "
	        "SELECT task, 'd', 1, stage, at, 'x', issue, attempts, status, now() + ready * "
	        "interval '1 s', "
	        "now() + ends * interval '1 s', '', 'acme', 'partner' FROM ("
	        "SELECT 'u' || i, 'upload', i, 0, 0, 'waiting', -i, NULL::integer FROM "
	        "generate_series(1, 9) AS i "
	        "UNION ALL SELECT 'i' || i, 'upload', 30 + i, 1, 0, 'issued', 0, -i FROM "
	        "generate_series(1, 5) AS i "
	        "UNION ALL VALUES ('look', 'lists', 0, 1, 1, 'waiting', 3600, NULL), "
	        "('lost', 'upload', 20, 2, 1, 'waiting', 7200, NULL), ('done', 'upload', 40, 1, 0, "
	        "'done', 0, 0)) "
	        "AS n (task, stage, at, issue, attempts, status, ready, ends)");
	struct loaded_tasks loaded;
	struct err e = {0};
	const struct str ids[] = {STR("d")};
	const struct rows_max most = {100, 3};
	if (task_db_load_unfinished(b->s.engine.pg, ids, 1, most, &b->mem, &loaded, &e) != 0)
		fail_msg("%s", e.text);
	assert_true(has(&loaded, "u9") && has(&loaded, "u8") && has(&loaded, "u7"));
	assert_true(has(&loaded, "i5") && has(&loaded, "i4") && has(&loaded, "i3"));
	assert_true(has(&loaded, "look"));
	assert_in_range(
	        loaded.count, 7, 8); /* one that is not answered is there, maybe one of these */
	database_sql(b->admin, "UPDATE run.task SET status = 'done' WHERE status = 'issued'");
	if (task_db_load_unfinished(b->s.engine.pg, ids, 1, most, &b->mem, &loaded, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(loaded.count, 5);
	assert_true(has(&loaded, "lost")); /* nobody said what became of it */
	const struct rows_max few = {2, 3};
	if (task_db_load_unfinished(b->s.engine.pg, ids, 1, few, &b->mem, &loaded, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(loaded.count, 2);
}

/* One file for each member, and no cap. */
static void make_many_files(struct bench *b)
{
	fleet_document(b, "Destination", "", "partner",
	        "{\"columns\":[{\"name\":\"u\",\"source\":\"t\"}],\"limits\":{\"max_rows_per_"
	        "file\":1,"
	        "\"tasks_in_flight\":0},\"naming\":{\"data_template\":\"{route}_{delivery}_{part}."
	        "csv\"},"
	        "\"completion\":{\"kind\":\"success_file\",\"name_template\":\"{route}_{delivery}_"
	        "SUCCESS\"}}");
}

enum { AT_ONCE = 500 };

/* Does what was published, at most so much. */
static size_t work_some(struct bench *b)
{
	struct batch_message batch[AT_ONCE];
	size_t n = 0;
	arena_reset(&b->mem);
	for (; b->worked < b->sent->count && n < AT_ONCE; b->worked++) {
		const struct sent *s = &b->sent->items[b->worked];
		if (!fleet_is_task(s))
			continue;
		batch[n++] =
		        fleet_message(b, TOPIC_RESULTS, &ev_task_result_type, fleet_work(b, s));
	}
	if (n > 0)
		assert_int_equal(fleet_feed(b, &b->s, batch, n), 0);
	return n;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static bool is_in(struct bench *b, const char *name)
{
	char query[128];
	(void)snprintf(
	        query, sizeof query, "SELECT count(*) FROM run.state WHERE state = '%s'", name);
	return database_num(b->admin, query) == 1;
}

/* To the end, or to this state; the most that any attempt took of its arena. */
static size_t live(struct bench *b, const char *until)
{
	size_t peak = 0, done = 1, sent = 1;
	while ((done > 0 || sent > 0) && !is_in(b, until)) {
		done = work_some(b);
		peak = larger(peak, b->s.engine.attempt.used_bytes);
		if (b->worked == b->sent->count)
			forget_sent(b);
		if (b->sent->count == 0)
			fleet_tick(b, &b->s);
		peak = larger(peak, b->s.engine.attempt.used_bytes);
		sent = b->sent->count;
	}
	assert_true(is_in(b, until));
	return peak;
}

static void begin_wide(struct bench *b, int tasks)
{
	make_many_files(b);
	b->members = b->slices = tasks;
	b->is_row_each = true;
	b->s.engine.rules.tasks_max = tasks;
	fleet_deliver(b, "t1");
}

/* A scheduler of the release before made all rows at once, and remembered nothing of it. More are
 * open than a wave sees. */
static void what_was_made_at_once_goes_on(void **state)
{
	struct bench *b = *state;
	enum { TASKS = 3000, WAVE = 500 };
	b->s.engine.rules.wave = TASKS;
	begin_wide(b, TASKS);
	(void)work_some(b);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.task WHERE stage = 'select'"),
	        TASKS);
	forget_sent(b);
	database_sql(b->admin,
	        "UPDATE run.task SET status = 'waiting', issue = 0 WHERE stage = 'select'");
	database_sql(b->admin, "UPDATE run.state SET tasks_out = 0, due_at = now()");
	b->s.engine.rules.wave = WAVE;
	(void)live(b, "completed");
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.task WHERE stage = 'select'"),
	        TASKS);
}

static void a_cancel_settles_what_was_issued(void **state)
{
	struct bench *b = *state;
	enum { TASKS = 6000 };
	begin_wide(b, TASKS);
	(void)live(b, "uploading");
	for (int i = 0; i < 3; i++)
		fleet_tick(b, &b->s);
	int64_t out = database_num(b->admin, "SELECT count(*) FROM run.task WHERE stage = 'upload' "
	                                     "AND status = 'issued'");
	assert_in_range(out, b->s.engine.rules.wave, 4 * b->s.engine.rules.wave);
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_CANCEL, "c1");
	t.delivery_id = database_text(b->admin, "SELECT delivery_id FROM run.state", &b->mem);
	fleet_ask(b, &t);
	assert_true(is_in(b, "cancelling"));
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.task WHERE stage = 'settle'"),
	        out);
	(void)live(b, "cancelled");
}

/* A fifth of what LONGSHORE_SCHEDULER_TASKS_MAX allows; `./dev bench wide` does it with all. The
 * ends of the stages alone grow with the tasks. */
static void a_delivery_of_20000_files_takes_less_than_16_mb(void **state)
{
	struct bench *b = *state;
	begin_wide(b, 20000);
	size_t peak = live(b, "completed");
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.name_claim"), 20001);
	print_message("20000 slices and files: at most %zu bytes\n", peak);
	assert_true(peak < (size_t)16 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(a_wave_of_20000_tasks_is_small),
	        FLEET_TEST(a_wave_of_100000_tasks_is_as_small),
	        FLEET_TEST(waves_follow_at_once_until_all_are_out),
	        FLEET_TEST(lost_waves_are_issued_again_until_none_is_left),
	        FLEET_TEST(of_each_kind_the_first_are_loaded),
	        FLEET_TEST(what_was_made_at_once_goes_on),
	        FLEET_TEST(a_cancel_settles_what_was_issued),
	        FLEET_TEST(a_delivery_of_20000_files_takes_less_than_16_mb),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
