/* SPDX-License-Identifier: Apache-2.0
 * The outbox holds what nothing else holds. What it only names is swept as the same bytes. A packet
 * goes with its last message. */
#include "time/sweep.h"

#include "fleet.h"

/* Messages are noted, and the broker is away all the same. */
static int send_in_vain(void *arg, const struct publication_set *set, struct err *e)
{
	(void)capture_send(arg, set, e);
	for (size_t i = 0; i < set->count; i++)
		set->fates[i] = PUBLICATION_OPEN;
	return err_set(e, ERR_RETRY, "bus_away", "as the test says");
}

static void ask_in_vain(struct bench *b)
{
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, "t1");
	t.route = STR("daily");
	struct batch_message m = fleet_message(b, TOPIC_TRIGGERS, &ev_trigger_type, &t);
	b->s.engine.outlet.send = send_in_vain;
	assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0);
	b->s.engine.outlet.send = capture_send;
	memset(b->s.engine.rests, 0, sizeof b->s.engine.rests); /* it is back at once */
}

static void result_in_vain(struct bench *b)
{
	struct ev_task_result *r = fleet_work(b, fleet_last_task(b));
	struct batch_message m = fleet_message(b, TOPIC_RESULTS, &ev_task_result_type, r);
	b->s.engine.outlet.send = send_in_vain;
	assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0);
	b->s.engine.outlet.send = capture_send;
	memset(b->s.engine.rests, 0, sizeof b->s.engine.rests); /* it is back at once */
}

static int64_t rows(const struct bench *b)
{
	return database_num(b->admin, "SELECT count(*) FROM run.outbox");
}

static void assert_same(const struct sent *a, const struct sent *b)
{
	assert_int_equal(a->topic, b->topic);
	assert_int_equal(a->partition, b->partition);
	assert_true(str_eq(a->key, b->key));
	assert_true(str_eq(a->type, b->type));
	assert_true(str_eq(a->value, b->value));
}

static void what_is_swept_is_what_was_to_be_sent(void **state)
{
	struct bench *b = *state;
	ask_in_vain(b); /* inspect, a status, a record */
	size_t first = b->sent->count;
	assert_int_equal(first, 3);
	fleet_tick(b, &b->s);
	assert_int_equal(rows(b), 0);
	for (size_t i = 0; i < first; i++)
		assert_same(&b->sent->items[i], &b->sent->items[first + i]);
	for (int step = 0; step < 6; step++) { /* select to the marker's upload */
		size_t begin = b->sent->count;
		result_in_vain(b);
		size_t count = b->sent->count - begin;
		assert_true(count > 0);
		fleet_tick(b, &b->s);
		assert_int_equal(rows(b), 0);
		assert_int_equal(b->sent->count, begin + 2 * count);
		for (size_t i = 0; i < count; i++)
			assert_same(&b->sent->items[begin + i], &b->sent->items[begin + count + i]);
	}
	assert_true(str_eq(fleet_last_task(b)->type, STR("UploadTask")));
}

static void what_the_tables_hold_is_not_stored_twice(void **state)
{
	struct bench *b = *state;
	ask_in_vain(b);
	assert_int_equal(rows(b), 3);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.outbox WHERE value = ''"), 2);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.outbox WHERE value <> '' "
	                                        "AND type = 'AuditRecord'"),
	        1);
}

static void what_is_out_of_date_is_not_said(void **state)
{
	struct bench *b = *state;
	ask_in_vain(b);
	size_t sent = b->sent->count;
	database_sql(b->admin, "UPDATE run.task SET status = 'done'");
	database_sql(b->admin, "UPDATE run.state SET status_version = status_version + 1");
	fleet_tick(b, &b->s);
	assert_int_equal(rows(b), 0);
	assert_int_equal(b->sent->count, sent + 1); /* the record */
	assert_int_equal(b->sent->items[sent].topic, TOPIC_AUDIT);
}

static void a_task_that_was_issued_again_goes_in_its_present_issue(void **state)
{
	struct bench *b = *state;
	ask_in_vain(b);
	size_t sent = b->sent->count;
	database_sql(b->admin, "UPDATE run.task SET issue = 7");
	fleet_tick(b, &b->s);
	assert_int_equal(b->sent->count, sent + 3);
	const struct ev_bridge_task *t = b->sent->items[sent].event;
	assert_int_equal(t->head.issue, 7);
	assert_true(t->head.spec.n > 0);
}

/* Everything is sent, and the scheduler dies before it marks anything. */
static int send_and_die(void *arg, const struct publication_set *set, struct err *e)
{
	(void)capture_send(arg, set, e);
	return err_set(e, ERR_FATAL, "dead", "as the test says");
}

static int64_t packets(const struct bench *b)
{
	return database_num(b->admin, "SELECT count(*) FROM run.packet");
}

static void ask_and_die(struct bench *b)
{
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, "t1");
	t.route = STR("daily");
	struct batch_message m = fleet_message(b, TOPIC_TRIGGERS, &ev_trigger_type, &t);
	struct err e;
	b->s.engine.outlet.send = send_and_die;
	assert_int_equal(scheduler_batch(&b->s, &m, 1, clock_mono_ms(), &e), ERR_FATAL);
	assert_string_equal(e.code, "dead");
	b->s.engine.outlet.send = capture_send;
}

static void a_transaction_is_one_packet_that_goes_when_all_of_it_went(void **state)
{
	struct bench *b = *state;
	ask_and_die(b);
	assert_int_equal(packets(b), 1);
	assert_int_equal(rows(b), 0);
	fleet_deliver(b, "t2"); /* it supersedes the first one */
	assert_int_equal(packets(b), 1);
	assert_int_equal(rows(b), 0);
}

static void a_packet_that_nobody_marked_goes_out_again_once(void **state)
{
	struct bench *b = *state;
	struct scheduler other;
	struct capture *seen = NULL;
	ask_and_die(b);
	size_t sent = b->sent->count;
	assert_int_equal(sent, 3);
	fleet_join(b, &other, &seen);
	fleet_tick(b, &other);
	assert_int_equal(seen->count, sent);
	for (size_t i = 0; i < sent; i++)
		assert_same(&b->sent->items[i], &seen->items[i]);
	assert_int_equal(packets(b), 0);
	assert_int_equal(rows(b), 0);
	fleet_leave(&other, seen);
}

/* Two split the same packet: the messages are stored by one of them. */
static int send_while_another_splits(void *arg, const struct publication_set *set, struct err *e)
{
	struct bench *b = arg;
	bool is_more = false;
	if (sweep_packets(&b->s.duties, &b->mem, &is_more, e) != 0)
		fail_msg("%s", e->text);
	for (size_t i = 0; i < set->count; i++)
		set->fates[i] = PUBLICATION_OPEN;
	return err_set(e, ERR_RETRY, "bus_away", "as the test says");
}

static void a_packet_is_split_by_one_only(void **state)
{
	struct bench *b = *state;
	struct capture *sent = b->s.engine.outlet.arg;
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, "t1");
	t.route = STR("daily");
	struct batch_message m = fleet_message(b, TOPIC_TRIGGERS, &ev_trigger_type, &t);
	b->s.engine.outlet.arg = b;
	b->s.engine.outlet.send = send_while_another_splits;
	assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0);
	b->s.engine.outlet.arg = sent;
	b->s.engine.outlet.send = capture_send;
	assert_int_equal(packets(b), 0);
	assert_int_equal(rows(b), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(what_is_swept_is_what_was_to_be_sent),
	        FLEET_TEST(what_the_tables_hold_is_not_stored_twice),
	        FLEET_TEST(what_is_out_of_date_is_not_said),
	        FLEET_TEST(a_task_that_was_issued_again_goes_in_its_present_issue),
	        FLEET_TEST(a_transaction_is_one_packet_that_goes_when_all_of_it_went),
	        FLEET_TEST(a_packet_that_nobody_marked_goes_out_again_once),
	        FLEET_TEST(a_packet_is_split_by_one_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
