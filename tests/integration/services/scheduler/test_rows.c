/* SPDX-License-Identifier: Apache-2.0
 * What a delivery costs the database: changes stay within their page, little lasts, and no look walks
 * over what is gone, however long an old snapshot keeps it. */
#include "fleet.h"

static void complete(struct bench *b, int first, int count)
{
	for (int i = first; i < first + count; i++) {
		char id[32];
		(void)snprintf(id, sizeof id, "t%d", i);
		fleet_deliver(b, arena_cstr(&b->mem, arena_str(&b->mem, str_c(id))));
		fleet_run(b);
		fleet_is_at(b, "completed", "");
		fleet_read_back(b);
	}
}

static int64_t percent_hot(struct bench *b, const char *table)
{
	char sql[256];
	(void)snprintf(sql, sizeof sql,
	        "SELECT 100 * n_tup_hot_upd / greatest(n_tup_upd, 1) FROM pg_stat_user_tables "
	        "WHERE "
	        "schemaname = 'run' AND relname = '%s' AND n_tup_upd >= 100",
	        table);
	return database_num(b->admin, sql);
}

static void changes_stay_within_their_page(void **state)
{
	struct bench *b = *state;
	complete(b, 0, 20);
	database_sql(b->s.engine.pg, "DO $$ BEGIN PERFORM pg_stat_force_next_flush(); END $$");
	int64_t tasks = percent_hot(b, "task"), states = percent_hot(b, "state");
	if (tasks < 90 || states < 65) /* a state's end is in an index */
		fail_msg("%lld %% of run.task, %lld %% of run.state", (long long)tasks,
		        (long long)states);
}

static void little_lasts(void **state)
{
	struct bench *b = *state;
	complete(b, 0, 10);
	static const char *const gone[] = {"task", "outbox", "packet", "live"};
	for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
		char sql[64];
		(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM run.%s", gone[i]);
		assert_int_equal(database_num(b->admin, sql), 0);
	}
	int64_t bytes =
	        database_num(b->admin, "SELECT max(pg_column_size(s.*)) FROM run.state AS s");
	if (bytes > 1000)
		fail_msg("a row of run.state has %lld bytes", (long long)bytes);
}

/* The number that stands behind a word of the plan; 0 where it is not there. */
static int64_t number_after(const char *line, const char *word)
{
	const char *at = strstr(line, word);
	return at ? (int64_t)strtoll(at + strlen(word), NULL, 10) : 0;
}

/* Pages that a statement touches. */
static int64_t pages(struct bench *b, const struct pg_statement *stmt, const struct pg_params *p)
{
	struct str text = arena_printf(&b->mem, "EXPLAIN (ANALYZE, BUFFERS) %s", stmt->sql);
	struct pg_statement explain = *stmt;
	explain.name = "";
	explain.sql = arena_cstr(&b->mem, text);
	explain.columns_of = 0; /* the plan's lines */
	AUTO_PG_ROWS rows = NULL;
	struct err e = {0};
	if (pg_run(b->admin, &explain, p, &rows, NULL, &e) != 0)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < pg_rows_count(rows); i++) { /* the first line counts all below it */
		const char *line = arena_cstr(&b->mem, pg_text(rows, i, 0, &b->mem));
		if (strncmp(line, "Planning", 8) == 0)
			break;
		if (strstr(line, "Buffers: shared"))
			return number_after(line, "hit=") + number_after(line, "read=");
	}
	return 0;
}

struct touched {
	int64_t next, claim, sweep, take;
};

static struct touched look(struct bench *b, int64_t back_ms, int64_t back_outbox_ms)
{
	const int64_t topics[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
	struct pg_params next, claim, sweep, take;
	pg_params_init(&next, &b->mem);
	pg_set_num(&next, PARAM_NEXT_DUE_BACK_MS, back_ms);
	pg_set_num(&next, PARAM_NEXT_DUE_AHEAD_MS, 500);
	pg_params_init(&claim, &b->mem);
	pg_set_num(&claim, PARAM_CLAIM_DUE_LIMIT, 100);
	pg_set_num(&claim, PARAM_CLAIM_DUE_CLAIM_MS, 30000);
	pg_set_num(&claim, PARAM_CLAIM_DUE_BACK_MS, back_ms);
	pg_params_init(&sweep, &b->mem);
	pg_set_num(&sweep, PARAM_SWEEP_OUTBOX_OVER_MS, 0);
	pg_set_num(&sweep, PARAM_SWEEP_OUTBOX_LIMIT, 500);
	pg_set_nums(&sweep, PARAM_SWEEP_OUTBOX_TOPICS, topics, sizeof topics / sizeof topics[0]);
	pg_set_num(&sweep, PARAM_SWEEP_OUTBOX_CLAIM_MS, 15000);
	pg_set_num(&sweep, PARAM_SWEEP_OUTBOX_BACK_MS, back_outbox_ms);
	pg_params_init(&take, &b->mem);
	pg_set_num(&take, PARAM_TAKE_PACKETS_OVER_MS, 0);
	pg_set_num(&take, PARAM_TAKE_PACKETS_BACK_MS, back_outbox_ms);
	pg_set_num(&take, PARAM_TAKE_PACKETS_LIMIT, 64);
	return (struct touched){pages(b, &sql_next_due, &next), pages(b, &sql_claim_due, &claim),
	        pages(b, &sql_sweep_outbox, &sweep), pages(b, &sql_take_packets, &take)};
}

static void no_look_walks_over_what_an_old_snapshot_keeps(void **state)
{
	struct bench *b = *state;
	struct pg *backup = database_open(&b->db);
	b->s.engine.rules.confirm_ms = 3600000; /* no alarm comes while this runs, however slow */
	database_sql(b->admin, "SET enable_seqscan = off"); /* as if the tables were large */
	database_sql(b->admin, "ALTER TABLE run.outbox SET (autovacuum_enabled = off)");
	database_sql(b->admin, "ALTER TABLE run.packet SET (autovacuum_enabled = off)");
	database_sql(b->admin, "ALTER TABLE run.live SET (autovacuum_enabled = off)");
	complete(b, 0, 5);
	database_sql(backup, "SET idle_in_transaction_session_timeout = 0");
	database_sql(backup, "BEGIN ISOLATION LEVEL REPEATABLE READ");
	database_sql(backup, "DO $$ BEGIN PERFORM count(*) FROM run.state; END $$");
	complete(b, 5, 10);
	(void)look(b, 30000, 0); /* what is only read once is read now */
	struct touched few = look(b, 30000, 0), all_few = look(b, REACH_ALL_MS, REACH_ALL_MS);
	complete(b, 15, 60);
	struct touched many = look(b, 30000, 0), all = look(b, REACH_ALL_MS, REACH_ALL_MS);
	database_sql(backup, "ROLLBACK");
	pg_close(backup);
	/* The snapshot does keep what is gone: who looks at all of it walks over it. */
	assert_true(all.take > 2 * all_few.take);
	if (many.next > few.next + 8 || many.claim > few.claim + 8 || many.sweep > few.sweep + 8 ||
	        many.take > few.take + 8)
		fail_msg("pages: next due %lld, then %lld; claim %lld, then %lld; sweep %lld, then "
		         "%lld; packets %lld, then %lld",
		        (long long)few.next, (long long)many.next, (long long)few.claim,
		        (long long)many.claim, (long long)few.sweep, (long long)many.sweep,
		        (long long)few.take, (long long)many.take);
}

static void the_narrow_row_follows_the_wide_one(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	const char *same =
	        "SELECT count(*) FROM run.live JOIN run.state AS s USING (delivery_id) WHERE "
	        "live.due_at <= s.due_at AND live.tasks_out = s.tasks_out AND s.tasks_out = 1";
	assert_int_equal(database_num(b->admin, same), 1);
	database_sql(b->admin, "UPDATE run.state SET due_at = due_at + interval '1 hour'");
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.live JOIN run.state AS s "
	                                        "USING (delivery_id) WHERE live.due_at < s.due_at"),
	        1); /* later: it follows when it has come */
	database_sql(b->admin, "UPDATE run.live SET due_at = now()");
	size_t sent = b->sent->count;
	fleet_tick(b, &b->s);
	assert_int_equal(b->sent->count, sent); /* nothing is due */
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.live JOIN run.state AS s "
	                                        "USING (delivery_id) WHERE live.due_at = s.due_at"),
	        1);
	database_sql(b->admin, "UPDATE run.state SET due_at = now()"); /* sooner: at once */
	assert_int_equal(database_num(b->admin, same), 1);
	database_sql(b->admin, "UPDATE run.task SET not_after = now() - interval '1 hour'");
	fleet_tick(b, &b->s);
	assert_int_equal(database_num(b->admin, "SELECT issue FROM run.task"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(changes_stay_within_their_page),
	        FLEET_TEST(little_lasts),
	        FLEET_TEST(no_look_walks_over_what_an_old_snapshot_keeps),
	        FLEET_TEST(the_narrow_row_follows_the_wide_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
