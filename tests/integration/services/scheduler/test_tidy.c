/* SPDX-License-Identifier: Apache-2.0
 * Task rows of what has been over for long are removed; what makes a cause known again stays. */
#include "fleet.h"

enum { OLD_MS = 1000 };

static int64_t tasks(const struct bench *b)
{
	return database_num(b->admin, "SELECT count(*) FROM run.task");
}

static int64_t tidied(const struct bench *b)
{
	return database_num(b->admin, "SELECT count(*) FROM run.state WHERE tidied_at IS NOT NULL");
}

/* Deliveries of which a few words tell what their tasks were. */
static int64_t told(const struct bench *b)
{
	return database_num(b->admin, "SELECT count(*) FROM run.state WHERE past IS NOT NULL");
}

static void completed(struct bench *b, const char *id)
{
	fleet_deliver(b, id);
	fleet_run(b);
	fleet_is_at(b, "completed", "");
	fleet_read_back(b);
}

/* As if so much time had gone by: the database's clock is the one that counts. */
static void age(const struct bench *b)
{
	database_sql(b->admin, "UPDATE run.state SET created_at = created_at - interval '1 hour', "
	                       "changed_at = changed_at - interval '1 hour'");
}

static void tidy(struct bench *b)
{
	b->s.duties.rules.keep_tasks_ms = OLD_MS;
	b->s.next_tidy_ms = 0;
	fleet_tick(b, &b->s);
}

static void rows_of_what_is_over_go_and_the_cause_stays_known(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	fleet_run(b);
	assert_int_equal(tasks(b), 7);
	assert_int_equal(told(b), 0);
	fleet_read_back(b);
	assert_int_equal(tasks(b), 0);
	assert_int_equal(b->s.engine.tally.removed, 7);
	assert_int_equal(told(b), 1);
	tidy(b);
	assert_int_equal(told(b), 1); /* not old enough */
	age(b);
	tidy(b);
	assert_int_equal(told(b), 0);
	assert_int_equal(tidied(b), 1);
	size_t sent = b->sent->count;
	fleet_deliver(b, "t1");
	fleet_run(b);
	assert_int_equal(b->sent->count, sent);
	assert_int_equal(tasks(b), 0);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state WHERE state = "
	                                        "'completed' AND confirmed AND due_at IS NULL"),
	        1);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.name_claim"), 2);
}

/* What `longshore trace` tells of the tasks from then on. */
static void a_few_words_tell_what_the_tasks_were(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	fleet_run(b);
	database_sql(b->admin,
	        "UPDATE run.task SET issue = 3, attempts = 2, task_id = 'x' WHERE stage = 'part'");
	database_sql(b->admin,
	        "UPDATE run.task SET worker = 'other' WHERE stage = 'upload' AND index = 1");
	database_sql(b->admin,
	        "INSERT INTO run.task SELECT task_id || n, delivery_id, revision, stage, n, lane, "
	        "issue, "
	        "attempts, status, ready_at, not_after, event, result, tenant, destination FROM "
	        "run.task, generate_series(1, 4) AS n WHERE stage = 'select'");
	fleet_read_back(b);
	static const char *const lines[] = {
	        "^1 inspect 0 done 1 1 0 [0-9]+ - [0-9]+ [0-9]+ [0-9]+ test$",
	        "^1 select 0-4 done 5 1 0 [0-9]+ - [0-9]+ [0-9]+ [0-9]+ test$",
	        "^1 part 0 done 1 3 2 [0-9]+ x [0-9]+ [0-9]+ [0-9]+ test$",
	        "^1 upload 0-1 done 2 1 0 [0-9]+ - [0-9]+ [0-9]+ [0-9]+ other,[+]1$"};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		char sql[256];
		(void)snprintf(sql, sizeof sql,
		        "SELECT count(*) FROM run.state, regexp_split_to_table(past, E'\\n') AS "
		        "line "
		        "WHERE line ~ '%s'",
		        lines[i]);
		assert_int_equal(database_num(b->admin, sql), 1);
	}
}

static void a_place_under_quotas_goes_once_it_counts_no_more(void **state)
{
	struct bench *b = *state;
	const char *places = "SELECT count(*) FROM run.quota_place";
	completed(b, "t1");
	completed(b, "t2");
	database_sql(b->admin, "UPDATE run.quota_place SET begun_at = now() - interval '3 days' "
	                       "WHERE delivery_id = (SELECT min(delivery_id) FROM run.state)");
	tidy(b);
	assert_int_equal(database_num(b->admin, places), 2); /* not over for long */
	age(b);
	tidy(b);
	assert_int_equal(database_num(b->admin, places), 1); /* it began today */
}

static void results_and_words_that_come_again_change_nothing(void **state)
{
	struct bench *b = *state;
	completed(b, "t1");
	age(b);
	tidy(b);
	size_t sent = b->sent->count;
	b->worked = 0; /* all results once more */
	fleet_run(b);
	assert_int_equal(b->sent->count, sent);
	struct ev_trigger cancel = fleet_trigger(EV_TRIGGER_KIND_CANCEL, "t2");
	cancel.delivery_id = fleet_last_status(b)->delivery_id;
	fleet_ask(b, &cancel);
	assert_int_equal(b->sent->count, sent + 1); /* refused, on record */
	assert_int_equal(b->sent->items[sent].topic, TOPIC_AUDIT);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.state WHERE state = 'completed'"),
	        1);
}

static void a_final_status_that_is_not_the_last_word_is_published_all_the_same(void **state)
{
	struct bench *b = *state;
	completed(b, "t1");
	age(b);
	tidy(b);
	const struct ev_delivery_status *last = fleet_last_status(b);
	struct ev_delivery_status old = *last;
	old.version--;
	old.state = STR("uploading");
	struct batch_message m = fleet_message(b, TOPIC_DELIVERIES, &ev_delivery_status_type, &old);
	size_t sent = b->sent->count;
	assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0);
	fleet_tick(b, &b->s);
	assert_int_equal(b->sent->count, sent + 1);
	assert_int_equal(fleet_last_status(b)->version, last->version);
	fleet_is_at(b, "completed", "");
}

static void what_is_not_over_or_not_read_back_keeps_its_rows(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1"); /* selecting */
	int64_t under_way = tasks(b);
	assert_true(under_way > 0);
	age(b);
	tidy(b);
	assert_int_equal(tasks(b), under_way);
	fleet_run(b); /* over, not read back */
	fleet_is_at(b, "completed", "");
	age(b);
	tidy(b);
	assert_int_equal(tasks(b), 7);
	assert_int_equal(told(b), 0);
	assert_int_equal(tidied(b), 0);
}

static void what_may_be_read_again_keeps_its_rows(void **state)
{
	struct bench *b = *state;
	completed(b, "t1");
	age(b);
	b->s.duties.rules.reread_ms = INT64_C(2) * 3600 * 1000;
	tidy(b);
	assert_int_equal(told(b), 1);
	assert_int_equal(tidied(b), 0);
}

static void many_go_in_small_steps(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	fleet_run(b);
	database_sql(b->admin,
	        "INSERT INTO run.task SELECT 'x' || n, delivery_id, revision, stage, n, lane, "
	        "issue, "
	        "attempts, status, ready_at, not_after, event, result, tenant, destination FROM "
	        "run.task, generate_series(1, 1500) AS n WHERE stage = 'combine'");
	fleet_read_back(b);
	assert_int_equal(tasks(b), 1507); /* too many for one step */
	age(b);
	tidy(b);
	assert_int_equal(tasks(b), 507);
	assert_int_equal(tidied(b), 0);
	fleet_tick(b, &b->s); /* it is due at once */
	assert_int_equal(tasks(b), 0);
	assert_int_equal(tidied(b), 1);
	assert_int_equal(b->s.engine.tally.removed, 1507);
}

static void what_another_replica_is_at_is_passed_over(void **state)
{
	struct bench *b = *state;
	completed(b, "t1");
	age(b);
	database_sql(b->admin, "BEGIN");
	database_sql(b->admin, "DO $$ BEGIN PERFORM 1 FROM run.state FOR UPDATE; END $$");
	tidy(b); /* does not wait */
	assert_int_equal(tidied(b), 0);
	database_sql(b->admin, "ROLLBACK");
	tidy(b);
	assert_int_equal(tidied(b), 1);
}

static void what_is_over_is_found_by_its_index(void **state)
{
	struct bench *b = *state;
	database_sql(b->admin, "SET enable_seqscan = off");
	struct pg_statement stmt = {.name = "",
	        .sql = "EXPLAIN SELECT delivery_id FROM run.state WHERE is_over AND confirmed AND "
	               "tidied_at "
	               "IS NULL AND created_at < now() AND changed_at < now() ORDER BY created_at "
	               "LIMIT "
	               "100"};
	AUTO_PG_ROWS rows = NULL;
	struct err e;
	assert_int_equal(pg_run(b->admin, &stmt, NULL, &rows, NULL, &e), 0);
	bool is_found = false;
	for (size_t i = 0; i < pg_rows_count(rows); i++) {
		struct str line = pg_text(rows, i, 0, &b->mem);
		is_found = is_found || strstr(arena_cstr(&b->mem, line), "state_over") != NULL;
	}
	assert_true(is_found);
}

/* A worker's word on itself is shown only: a time beyond the calendar, or a name that is none, is left
 * out, and holds up nobody. */
static void a_worker_s_times_and_name_are_stored_if_they_can_be(void **state)
{
	struct bench *b = *state;
	static const struct {
		int64_t started_ms, finished_ms;
		const char *worker, *row;
	} cases[] = {{1, 253402300799999, "w@h:1",
	                     "issued_at > now() - interval '1 hour' AND worker = "
	                     "'w@h:1' AND started_at = to_timestamp(0.001) AND "
	                     "done_at > '9999-12-31 23:59Z'"},
	        {0, 253402300800000, "",
	                "worker IS NULL AND started_at IS NULL AND done_at IS NULL"},
	        {INT64_MIN, INT64_MAX, "w@h 1",
	                "worker IS NULL AND started_at IS NULL AND done_at IS NULL"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char id[8], sql[400];
		(void)snprintf(id, sizeof id, "t%zu", i);
		fleet_deliver(b, id);
		struct ev_task_result *r = fleet_work(b, fleet_last_task(b));
		r->started_at_ms = cases[i].started_ms;
		r->finished_at_ms = cases[i].finished_ms;
		r->worker = str_c(cases[i].worker);
		fleet_result(b, r);
		(void)snprintf(sql, sizeof sql,
		        "SELECT count(*) FROM run.task WHERE task_id = '" STR_FMT "' AND %s",
		        STR_ARG(r->task_id), cases[i].row);
		assert_int_equal(database_num(b->admin, sql), 1);
		b->worked = b->sent->count - 1; /* the next one of this delivery */
		fleet_run(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(rows_of_what_is_over_go_and_the_cause_stays_known),
	        FLEET_TEST(a_few_words_tell_what_the_tasks_were),
	        FLEET_TEST(a_worker_s_times_and_name_are_stored_if_they_can_be),
	        FLEET_TEST(a_place_under_quotas_goes_once_it_counts_no_more),
	        FLEET_TEST(results_and_words_that_come_again_change_nothing),
	        FLEET_TEST(a_final_status_that_is_not_the_last_word_is_published_all_the_same),
	        FLEET_TEST(what_is_not_over_or_not_read_back_keeps_its_rows),
	        FLEET_TEST(what_may_be_read_again_keeps_its_rows),
	        FLEET_TEST(many_go_in_small_steps),
	        FLEET_TEST(what_another_replica_is_at_is_passed_over),
	        FLEET_TEST(what_is_over_is_found_by_its_index),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
