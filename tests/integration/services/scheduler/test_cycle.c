/* SPDX-License-Identifier: Apache-2.0
 * The scheduler on a real database: what is stored, what is published, and what crashes in between
 * leave behind. */
#include "fleet.h"

#include "longshore/reflist.h"
#include "longshore/sealed.h"

static void a_delivery_goes_from_trigger_to_confirmed(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	fleet_is_at(b, "selecting", "");
	fleet_run(b);
	fleet_is_at(b, "completed", "");
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.outbox"), 0);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.state WHERE due_at IS NOT NULL"),
	        1);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.task WHERE status = 'done'"), 7);
	fleet_read_back(b);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.state WHERE due_at IS NULL "
	                               "AND confirmed AND state = 'completed'"),
	        1);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.name_claim"), 2);
	assert_int_equal(
	        database_num(b->admin, "SELECT members FROM run.route_head WHERE holder IS NULL"),
	        24);
}

static void the_same_trigger_again_makes_nothing(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	size_t sent = b->sent->count;
	fleet_deliver(b, "t1");
	fleet_run(b);
	fleet_deliver(b, "t1");
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), 1);
	assert_true(sent > 0 && b->sent->items[0].topic == TOPIC_BRIDGE_TASKS);
	fleet_is_at(b, "completed", "");
}

static void ids_of_one_source_are_not_those_of_another(void **state)
{
	static const char *const causes[][2] = {
	        {"a/b", "c"}, {"a", "b/c"}, {"a%2Fb", "c"}, {"", "a/b/c"}};
	struct bench *b = *state;
	for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
		struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, causes[i][1]);
		t.source = str_c(causes[i][0]);
		t.route = STR("daily");
		fleet_ask(b, &t);
		fleet_ask(b, &t);
		assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), i + 1);
	}
}

/* A slip is told, and makes no row of something that nobody can ask for. */
static void a_word_to_what_is_no_id_is_refused(void **state)
{
	static const char *const ids[] = {
	        "", "d1", "zz000000000000000000000000000001", "../../../../../../../../../../etc"};
	struct bench *b = *state;
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_CANCEL, "c1");
		t.delivery_id = str_c(ids[i]);
		fleet_ask(b, &t);
		const struct sent *last = &b->sent->items[b->sent->count - 1];
		const struct ev_audit_record *record = last->event;
		assert_int_equal(b->sent->count, i + 1);
		assert_true(str_eq(record->reason, STR("no_delivery")));
	}
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), 0);
}

static void a_trigger_without_id_is_known_by_its_place(void **state)
{
	struct bench *b = *state;
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, NULL);
	t.route = STR("daily");
	struct batch_message m = fleet_message(b, TOPIC_TRIGGERS, &ev_trigger_type, &t);
	assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0);
	assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), 1);
	m.offset++;
	assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), 2);
}

static void an_unknown_route_is_a_rejected_delivery(void **state)
{
	struct bench *b = *state;
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, "t1");
	t.route = STR("nowhere");
	fleet_ask(b, &t);
	fleet_is_at(b, "rejected", "bad_configuration");
	t.route = (struct str){NULL, 0};
	t.audience = STR("nobody");
	t.trigger_id = STR("t2");
	fleet_ask(b, &t);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), 1);
	const struct sent *last = &b->sent->items[b->sent->count - 1];
	assert_int_equal(last->topic, TOPIC_AUDIT);
	assert_true(str_eq(
	        ((const struct ev_audit_record *)last->event)->action, STR("trigger.refused")));
}

static void a_trigger_that_could_not_be_stored_is_refused(void **state)
{
	struct bench *b = *state;
	static char endless[201];
	memset(endless, 'x', sizeof(endless));
	const struct str large = {endless, sizeof(endless)};
	struct ev_trigger bad[6];
	for (size_t i = 0; i < 6; i++) {
		bad[i] = fleet_trigger(EV_TRIGGER_KIND_DELIVER, "t1");
		bad[i].route = STR("daily");
	}
	bad[0].trigger_id = large;
	bad[1].source = large;
	bad[2].actor = large;
	bad[3].actor = STR("a\nb");
	bad[4].at_ms = INT64_MAX;
	bad[5].at_ms = -1;
	for (size_t i = 0; i < 6; i++) {
		fleet_ask(b, &bad[i]);
		const struct sent *last = &b->sent->items[b->sent->count - 1];
		const struct ev_audit_record *record = last->event;
		assert_int_equal(last->topic, TOPIC_AUDIT);
		assert_true(str_eq(record->reason, STR("bad_trigger")));
		assert_true(record->actor.n <= 200);
	}
	assert_int_equal(b->sent->count, 6);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state"), 0);
}

static void an_audience_is_delivered_by_all_its_routes(void **state)
{
	struct bench *b = *state;
	fleet_document(b, "Route", "acme", "weekly", "{\"name\":\"weekly\"," ROUTE "}");
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, "t1");
	t.audience = STR("people");
	fleet_ask(b, &t);
	fleet_run(b);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.state WHERE state = 'completed'"),
	        2);
}

static bool has(struct str json, const char *word)
{
	return json.n > 0 && memmem(json.p, json.n, word, strlen(word)) != NULL;
}

static void a_task_carries_its_services_part_of_the_spec(void **state)
{
	struct bench *b = *state;
	size_t looked_at = 0;
	fleet_deliver(b, "t1");
	fleet_run(b);
	fleet_is_at(b, "completed", "");
	for (size_t i = 0; i < b->sent->count; i++) {
		const struct sent *sent = &b->sent->items[i];
		const struct ev_task_head *head = sent->event; /* it comes first in each task */
		bool is_bridge = sent->topic == TOPIC_BRIDGE_TASKS,
		     is_format = sent->topic == TOPIC_FORMAT_TASKS,
		     is_upload = sent->topic == TOPIC_UPLOAD_TASKS;
		if (!is_bridge && !is_format && !is_upload)
			continue;
		char hash[SHA256_HEX];
		sha256_hex(head->spec.p, head->spec.n, hash);
		assert_true(str_eq(head->spec_part, str_c(hash)));
		assert_false(str_eq(head->spec_part, head->spec_hash));
		assert_int_equal(has(head->spec, "\"id_column\""), is_bridge);
		assert_int_equal(has(head->spec, "\"columns\""), is_format);
		assert_int_equal(has(head->spec, "\"bucket\""), is_upload);
		looked_at++;
	}
	assert_true(looked_at >= 6);
}

static void what_could_not_be_published_is_swept(void **state)
{
	struct bench *b = *state;
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, "t1");
	t.route = STR("daily");
	struct batch_message m = fleet_message(b, TOPIC_TRIGGERS, &ev_trigger_type, &t);
	b->sent->fails = 1;
	assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0); /* stored, and the broker is away */
	assert_int_equal(b->sent->count, 0);
	int64_t stored = database_num(b->admin, "SELECT count(*) FROM run.outbox");
	assert_int_equal(stored, 3); /* task, status, trail */
	struct scheduler other;      /* it is another who finds it */
	struct capture *seen = NULL;
	fleet_join(b, &other, &seen);
	fleet_tick(b, &other);
	assert_int_equal(seen->count, 3);
	assert_int_equal(seen->items[0].topic, TOPIC_BRIDGE_TASKS);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.outbox"), 0);
	fleet_leave(&other, seen);
	assert_int_equal(fleet_feed(b, &b->s, &m, 1),
	        0); /* the message comes again: nothing is left to do */
	assert_int_equal(b->sent->count, 0);
}

static void a_lost_task_comes_back_by_its_alarm(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	database_sql(b->admin, "UPDATE run.task SET not_after = now() - interval '1 hour'");
	database_sql(b->admin, "UPDATE run.state SET due_at = now()");
	size_t sent = b->sent->count;
	fleet_tick(b, &b->s);
	const struct sent *again = fleet_last_task(b);
	assert_true(b->sent->count > sent);
	const struct ev_bridge_task *t = again->event;
	assert_int_equal(t->head.issue, 2);
	assert_true(t->head.spec.n > 0); /* the whole event again, spec and all */
	assert_int_equal(t->op, EV_BRIDGE_OP_INSPECT);
	b->worked = b->sent->count - 1;
	while (&b->sent->items[b->worked] > again)
		b->worked--;
	fleet_run(b);
	fleet_is_at(b, "completed", "");
}

static void a_retry_waits_as_a_row(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	const struct ev_bridge_task *t = fleet_last_task(b)->event;
	fleet_result(b, fleet_answer(b, &t->head, EV_OUTCOME_RETRY, "store_unavailable"));
	assert_int_equal(
	        database_num(b->admin,
	                "SELECT count(*) FROM run.task WHERE status = 'waiting' AND attempts = 1"),
	        1);
	database_sql(b->admin, "UPDATE run.state SET due_at = now(); ");
	database_sql(b->admin, "UPDATE run.task SET ready_at = now()");
	fleet_tick(b, &b->s);
	t = fleet_last_task(b)->event;
	assert_int_equal(t->head.issue, 2);
}

static void the_last_word_is_corrected(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	struct ev_delivery_status first = *fleet_last_status(b);
	fleet_run(b);
	fleet_read_back(b);
	/* A paused scheduler publishes an old snapshot after the last one. */
	struct batch_message m = {.topic = TOPIC_DELIVERIES,
	        .raw = STR("x"),
	        .type = &ev_delivery_status_type,
	        .event = &first};
	assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0);
	size_t sent = b->sent->count;
	fleet_tick(b, &b->s);
	assert_int_equal(b->sent->count, sent + 1);
	fleet_is_at(b, "completed", "");
	assert_true(str_eq(b->sent->items[sent].key, first.delivery_id));
	assert_int_equal(b->sent->items[sent].partition, bus_partition_of(first.delivery_id, 12));
	fleet_tick(b, &b->s);
	assert_int_equal(b->sent->count, sent + 1);
}

static void a_final_status_that_was_lost_is_published_again(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	fleet_run(b);
	b->looked = b->sent->count; /* nobody ever reads them */
	database_sql(b->admin, "UPDATE run.state SET due_at = now()");
	size_t sent = b->sent->count;
	fleet_tick(b, &b->s);
	assert_int_equal(b->sent->count, sent + 1);
	fleet_read_back(b);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.state WHERE due_at IS NULL"), 1);
}

static void receipts_come_before_the_final_status_in_its_partition(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	fleet_run(b);
	int receipts = 0;
	for (size_t i = 0; i < b->sent->count; i++) {
		const struct sent *s = &b->sent->items[i];
		if (s->topic != TOPIC_DELIVERIES)
			continue;
		assert_int_equal(
		        s->partition, bus_partition_of(fleet_last_status(b)->delivery_id, 12));
		if (s->event_type != &ev_receipt_type)
			continue;
		receipts++;
		assert_true(s->event != NULL && i < b->sent->count - 2);
	}
	assert_int_equal(receipts, 2);
}

static void a_route_is_passed_on_without_waiting(void **state)
{
	struct bench *b = *state;
	struct ev_trigger one = fleet_trigger(EV_TRIGGER_KIND_DELIVER, "t1");
	struct ev_trigger two = fleet_trigger(EV_TRIGGER_KIND_DELIVER, "t2");
	one.route = two.route = STR("daily");
	struct batch_message batch[] = {
	        fleet_message(b, TOPIC_TRIGGERS, &ev_trigger_type, &one),
	        fleet_message(b, TOPIC_TRIGGERS, &ev_trigger_type, &two),
	};
	assert_int_equal(fleet_feed(b, &b->s, batch, 2), 0);
	fleet_run(b); /* both select; one combines, the other is held; then it is woken: no tick */
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.state WHERE state IN "
	                                        "('completed', 'superseded')"),
	        2);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.route_head WHERE holder IS NULL"),
	        1);
}

static void a_build_wakes_who_waits_for_it(void **state)
{
	struct bench *b = *state;
	database_sql(b->admin, "DELETE FROM run.bridge_version");
	fleet_deliver(b, "t1");
	fleet_is_at(b, "held", "stale_bridge");
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_BUILD, "b1");
	t.bridge = STR("b");
	fleet_ask(b, &t);
	assert_int_equal(fleet_last_task(b)->topic, TOPIC_BUILD_TASKS);
	fleet_run(b);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.state WHERE state = 'completed'"),
	        2);
	assert_int_equal(database_num(b->admin,
	                         "SELECT count(*) FROM run.bridge_version WHERE version = 'v2'"),
	        1);
}

static void an_event_that_can_never_go_fails_its_delivery(void **state)
{
	struct bench *b = *state;
	b->sent->refuse_at = TOPIC_BRIDGE_TASKS;
	fleet_deliver(b, "t1");
	fleet_is_at(b, "failed", "unproducible");
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.outbox"), 0);
}

static const struct ev_task_head *last_head(struct bench *b)
{
	return fleet_last_task(b)->event; /* it comes first in each task */
}

static void a_large_spec_goes_by_address(void **state)
{
	struct bench *b = *state;
	struct buf body;
	struct err e;
	buf_init(&body, 1024 * 1024);
	assert_int_equal(
	        buf_printf(&body, &e, "{\"columns\":[{\"name\":\"u\",\"source\":\"t\"}"), 0);
	for (int i = 0; i < 1500; i++)
		assert_int_equal(
		        buf_printf(&body, &e, ",{\"name\":\"c%d\",\"constant\":\"%032d\"}", i, i),
		        0);
	assert_int_equal(buf_printf(&body, &e,
	                         "],\"naming\":{\"data_template\":\"{route}_{delivery}.csv\"}}"),
	        0);
	fleet_document(b, "Destination", "", "partner", arena_cstr(&b->mem, buf_str(&body)));
	buf_release(&body);
	fleet_deliver(b, "t1");
	assert_non_null(last_head(b)->spec.p); /* the bridge-worker's part is small */
	while (fleet_last_task(b)->topic == TOPIC_BRIDGE_TASKS)
		fleet_result(b, fleet_work(b, fleet_last_task(b)));
	const struct ev_task_head *head = last_head(b);
	assert_int_equal(fleet_last_task(b)->topic, TOPIC_FORMAT_TASKS);
	assert_null(head->spec.p);
	assert_int_equal(head->spec_part.n, 0);
	assert_non_null(head->spec_ref);
	struct secret key;
	struct str json;
	assert_int_equal(
	        keyring_staging(b->s.engine.keys, STR("specs"), head->delivery_id, &key, &e), 0);
	assert_int_equal(sealed_get(b->s.engine.store, head->spec_ref->name, &key, 1 << 20, &b->mem,
	                         &json, &e),
	        0);
	char hash[SHA256_HEX];
	sha256_hex(json.p, json.n, hash);
	assert_true(str_eq(head->spec_hash, str_c(hash)));
	fleet_run(b);
	fleet_is_at(b, "completed", "");
}

/* What a delivery is made of is frozen at its trigger and goes by value into every task. */
static void a_change_of_configuration_touches_no_delivery_in_flight(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	const struct ev_task_head *first = last_head(b);
	fleet_document(b, "Destination", "", "partner",
	        "{\"columns\":[{\"name\":\"other\",\"source\":\"t\"}],\"naming\":{"
	        "\"data_template\":\"other_{delivery}_{part}.csv\"}}");
	fleet_run(b);
	fleet_is_at(b, "completed", "");
	size_t tasks = 0;
	for (size_t i = 0; i < b->sent->count; i++) {
		const struct ev_task_head *h = b->sent->items[i].event;
		if (!fleet_is_task(&b->sent->items[i]))
			continue;
		assert_true(str_eq(h->spec_hash, first->spec_hash));
		assert_false(has(h->spec, "other"));
		tasks++;
	}
	assert_int_equal(tasks, 7);
}

static void lists_are_staged_before_the_tasks_that_read_them(void **state)
{
	struct bench *b = *state;
	b->slices = 2;
	fleet_deliver(b, "t1");
	fleet_run(b);
	int lists = 0;
	for (size_t i = 0; i < b->sent->count; i++) {
		const struct ev_bridge_task *t = b->sent->items[i].event;
		if (b->sent->items[i].topic != TOPIC_BRIDGE_TASKS || t->op != EV_BRIDGE_OP_COMBINE)
			continue;
		struct secret key;
		struct str text;
		struct err e;
		assert_int_equal(keyring_staging(b->s.engine.keys, STR("specs"),
		                         t->head.delivery_id, &key, &e),
		        0);
		assert_int_equal(sealed_get(b->s.engine.store, t->input->name, &key, 1 << 20,
		                         &b->mem, &text, &e),
		        0);
		struct reflist_item *items = NULL;
		size_t count = 0;
		assert_int_equal(reflist_parse(text, &b->mem, &items, &count, &e), 0);
		assert_int_equal(count, 2);
		lists++;
	}
	assert_int_equal(lists, 1);
}

static void a_person_s_words_reach_the_delivery(void **state)
{
	struct bench *b = *state;
	fleet_document(b, "Route", "acme", "daily",
	        "{\"name\":\"daily\"," ROUTE ",\"approval\":\"always\"}");
	fleet_deliver(b, "t1");
	fleet_run(b);
	fleet_is_at(b, "held", "approval");
	struct str id = fleet_last_status(b)->delivery_id;
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_APPROVE, "a1");
	t.delivery_id = id;
	fleet_ask(b, &t);
	fleet_is_at(b, "held", "approval"); /* ann asked for it herself */
	fleet_document(b, "Route", "acme", "daily", "{\"name\":\"daily\"," ROUTE "}");
	t = fleet_trigger(EV_TRIGGER_KIND_RESUME, "r1");
	t.delivery_id = id;
	fleet_ask(b, &t);
	fleet_is_at(b, "selecting", "");
	assert_int_equal(fleet_last_status(b)->revision, 2);
	t = fleet_trigger(EV_TRIGGER_KIND_CANCEL, "c1");
	t.delivery_id = id;
	fleet_ask(b, &t);
	fleet_is_at(b, "cancelled", "cancelled");
	t.delivery_id = STR("00000000000000000000000000000000");
	t.trigger_id = STR("c2");
	fleet_ask(b, &t);
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.state WHERE state = 'cancelled'"),
	        1); /* what is not there is not cancelled for later */
}

static void versions_begin_with_the_timeline(void **state)
{
	struct bench *b = *state;
	fleet_deliver(b, "t1");
	assert_int_equal(fleet_last_status(b)->version >> 40, 1);
	assert_int_equal(
	        database_num(b->admin, "SELECT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), "
	                               "8))::bit(32)::bigint"),
	        1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(a_delivery_goes_from_trigger_to_confirmed),
	        FLEET_TEST(the_same_trigger_again_makes_nothing),
	        FLEET_TEST(ids_of_one_source_are_not_those_of_another),
	        FLEET_TEST(a_word_to_what_is_no_id_is_refused),
	        FLEET_TEST(a_trigger_without_id_is_known_by_its_place),
	        FLEET_TEST(a_trigger_that_could_not_be_stored_is_refused),
	        FLEET_TEST(an_unknown_route_is_a_rejected_delivery),
	        FLEET_TEST(an_audience_is_delivered_by_all_its_routes),
	        FLEET_TEST(a_task_carries_its_services_part_of_the_spec),
	        FLEET_TEST(what_could_not_be_published_is_swept),
	        FLEET_TEST(a_lost_task_comes_back_by_its_alarm),
	        FLEET_TEST(a_retry_waits_as_a_row),
	        FLEET_TEST(the_last_word_is_corrected),
	        FLEET_TEST(a_final_status_that_was_lost_is_published_again),
	        FLEET_TEST(receipts_come_before_the_final_status_in_its_partition),
	        FLEET_TEST(a_route_is_passed_on_without_waiting),
	        FLEET_TEST(a_build_wakes_who_waits_for_it),
	        FLEET_TEST(an_event_that_can_never_go_fails_its_delivery),
	        FLEET_TEST(a_large_spec_goes_by_address),
	        FLEET_TEST(a_change_of_configuration_touches_no_delivery_in_flight),
	        FLEET_TEST(lists_are_staged_before_the_tasks_that_read_them),
	        FLEET_TEST(a_person_s_words_reach_the_delivery),
	        FLEET_TEST(versions_begin_with_the_timeline),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
