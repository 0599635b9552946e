/* SPDX-License-Identifier: Apache-2.0
 * Stored, published, marked, in this order; and who decided from a version that is gone publishes
 * nothing and decides again. */
#include "db/outbox_db.h"
#include "replicas.h"
#include "time/reach.h"

enum { PATIENCE_MS = 120000 };

/* --- stored, published, marked --- */

struct watch { /* an outlet that looks into the database before it sends */
	struct pg *pg;
	struct capture *to;
	struct arena *mem;
	size_t sent, not_stored;
};

static bool is_it(const struct outbox_row *row, const struct publication *item)
{
	if (row->topic != item->topic || !str_eq(row->delivery_id, item->delivery))
		return false;
	if (!row->is_by_reference)
		return str_eq(row->value, item->value);
	return row->task_id.p ? str_eq(row->task_id, item->task)
	                      : str_eq(item->type, STR("DeliveryStatus"));
}

/* Messages of stored packets that are it, or name it. The packets stay. */
static int64_t stored_of(struct watch *w, const struct publication *item)
{
	const struct packet_bounds all = {.age_ms = -1000, .back_ms = REACH_ALL_MS, .most = 1000};
	struct taken_packets taken = {0};
	struct err e = {0};
	int64_t count = 0;
	if (pg_tx_begin(w->pg, &e) != 0 || packet_db_take(w->pg, &all, w->mem, &taken, &e) != 0)
		fail_msg("%s", e.text);
	pg_tx_rollback(w->pg);
	for (size_t i = 0; i < taken.count; i++)
		count += is_it(&taken.rows[i], item);
	return count;
}

static int send_watched(void *arg, const struct publication_set *set, struct err *e)
{
	struct watch *w = arg;
	for (size_t i = 0; i < set->count; i++)
		w->not_stored += stored_of(w, &set->items[i]) != 1;
	w->sent += set->count;
	return capture_send(w->to, set, e);
}

static void what_goes_out_is_stored_before_and_marked_after(void **state)
{
	struct bench *b = *state;
	struct watch w = {.pg = b->admin, .to = b->sent, .mem = &b->mem};
	b->s.engine.outlet.arg = &w;
	b->s.engine.outlet.send = send_watched;
	fleet_deliver(b, "t1");
	fleet_run(b);
	fleet_is_at(b, "completed", "");
	assert_true(w.sent > 10);
	assert_int_equal(w.not_stored, 0);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.packet"), 0);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.outbox"), 0);
}

/* --- two decide from one version --- */

/* Two replicas get a message each. Both have loaded and decided when the delivery's row is let go:
 * they wait for it. */
static void race(struct bench *b, struct shared *counts,
        void (*first)(struct bench *, struct scheduler *),
        void (*second)(struct bench *, struct scheduler *))
{
	struct err e = {0};
	struct pg *holder = database_open(&b->db);
	assert_int_equal(pg_tx_begin(holder, &e), 0);
	assert_int_equal(
	        database_num(holder, "SELECT count(*) FROM (SELECT 1 FROM run.state FOR UPDATE) s"),
	        1);
	pid_t pids[] = {replica(b, counts, first), replica(b, counts, second)};
	int64_t until_ms = clock_mono_ms() + PATIENCE_MS;
	while (database_num(b->admin, "SELECT count(DISTINCT l.pid) FROM pg_locks l JOIN "
	                              "pg_stat_activity a ON a.pid = l.pid AND a.datname = "
	                              "current_database() WHERE NOT l.granted") < 2) {
		if (clock_mono_ms() > until_ms)
			fail_msg("the replicas do not wait for the delivery's row");
		usleep(5000);
	}
	assert_int_equal(pg_tx_commit(holder, &e), 0);
	join(pids, 2);
	pg_close(holder);
}

static struct batch_message words[2];

static void feed_first(struct bench *b, struct scheduler *s)
{
	if (fleet_feed(b, s, &words[0], 1) != 0)
		_exit(1);
}

static void feed_second(struct bench *b, struct scheduler *s)
{
	if (fleet_feed(b, s, &words[1], 1) != 0)
		_exit(1);
}

/* Both selections are the last but one, as each of the two sees it. */
static void the_loser_of_a_comparison_decides_anew(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	struct ev_task_result *inspected = fleet_work(b, fleet_last_task(b));
	assert_true(str_eq(inspected->facts[0].name, STR("slices")));
	((struct ev_fact *)(uintptr_t)inspected->facts)[0].value = STR("2");
	fleet_result(b, inspected);
	b->members /= 2;
	size_t n = 0;
	for (size_t i = 0; i < b->sent->count; i++) {
		const struct sent *s = &b->sent->items[i];
		const struct ev_task_head *h = s->event;
		if (s->topic == TOPIC_BRIDGE_TASKS && str_eq(h->stage, STR("select")) && n < 2)
			words[n++] = fleet_message(
			        b, TOPIC_RESULTS, &ev_task_result_type, fleet_work(b, s));
	}
	assert_int_equal(n, 2);
	int64_t version = database_num(b->admin, "SELECT version FROM run.state");
	struct shared *counts = shared_new();
	race(b, counts, feed_first, feed_second);
	assert_int_equal(database_num(b->admin, "SELECT version FROM run.state"), version + 2);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.task WHERE stage = "
	                                        "'select' AND status = 'done'"),
	        2);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.task WHERE stage = 'combine'"), 1);
	assert_int_equal(counts->tasks, 1);
	munmap(counts, sizeof *counts);
}

static void the_loser_of_a_comparison_publishes_nothing(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	const struct ev_task_head *h = fleet_last_task(b)->event;
	words[0] = words[1] = fleet_message(b, TOPIC_RESULTS, &ev_task_result_type,
	        fleet_answer(b, h, EV_OUTCOME_DEFER, "drain"));
	struct shared *counts = shared_new();
	race(b, counts, feed_first, feed_second);
	assert_int_equal(database_num(b->admin, "SELECT issue FROM run.task"), 2);
	assert_int_equal(counts->tasks, 1); /* issue 2, once */
	munmap(counts, sizeof *counts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(what_goes_out_is_stored_before_and_marked_after),
	        FLEET_TEST(the_loser_of_a_comparison_decides_anew),
	        FLEET_TEST(the_loser_of_a_comparison_publishes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
