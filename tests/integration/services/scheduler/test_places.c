/* SPDX-License-Identifier: Apache-2.0
 * The place behind a bucket's URL is remembered once, whoever sees it at the same time, and before the
 * first file is sent. */
#include "db/drop_place_db.h"
#include "fleet.h"

#define HERE "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define THERE "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* One that belongs to the delivery of this route, the newest. */
static const struct ev_upload_task *upload_of(
        const struct bench *b, const struct capture *c, const char *route)
{
	(void)b;
	for (size_t i = c->count; i > 0; i--) {
		if (c->items[i - 1].topic != TOPIC_UPLOAD_TASKS)
			continue;
		const struct ev_upload_task *t = c->items[i - 1].event;
		if (str_has_prefix(t->file_name, str_c(route)))
			return t;
	}
	fail_msg("no upload of %s was issued", route);
	return NULL;
}

static void to_uploads(struct bench *b)
{
	for (;; b->worked++) {
		if (b->worked == b->sent->count)
			return;
		const struct sent *s = &b->sent->items[b->worked];
		if (fleet_is_task(s) && s->topic != TOPIC_UPLOAD_TASKS)
			fleet_result(b, fleet_work(b, s));
	}
}

static void two_routes_to_uploads(struct bench *b)
{
	fleet_document(b, "Route", "acme", "other", "{\"name\":\"other\"," ROUTE "}");
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, "t1");
	t.route = STR("daily");
	fleet_ask(b, &t);
	t.route = STR("other");
	fleet_ask(b, &t);
	to_uploads(b);
	assert_true(upload_of(b, b->sent, "daily")->asks_place);
	assert_true(upload_of(b, b->sent, "other")->asks_place);
}

static struct batch_message seen(struct bench *b, const struct ev_upload_task *t, const char *place)
{
	struct ev_task_result *r = fleet_answer(b, &t->head, EV_OUTCOME_DEFER, "place_unknown");
	give_fact(&b->k, r, "place", str_c(place));
	return fleet_message(b, TOPIC_RESULTS, &ev_task_result_type, r);
}

static void is_told(
        const struct bench *b, const struct capture *c, const char *route, struct str place)
{
	const struct ev_upload_task *t = upload_of(b, c, route);
	assert_false(t->asks_place);
	if (!str_eq(t->bucket_place, place))
		fail_msg("upload of %s goes to " STR_FMT, route, STR_ARG(t->bucket_place));
}

static void of_two_at_once_one_counts_for_both(void **state)
{
	struct bench *b = *state;
	two_routes_to_uploads(b);
	struct batch_message both[] = {seen(b, upload_of(b, b->sent, "daily"), HERE),
	        seen(b, upload_of(b, b->sent, "other"), THERE)};
	assert_int_equal(fleet_feed(b, &b->s, both, 2), 0);
	assert_int_equal(database_num(b->admin, "SELECT count(*) FROM run.drop_place"), 1);
	struct str place = upload_of(b, b->sent, "daily")->bucket_place;
	assert_true(str_eq(place, STR(HERE)) || str_eq(place, STR(THERE)));
	is_told(b, b->sent, "daily", place);
	is_told(b, b->sent, "other", place);
}

static void another_scheduler_is_told_what_the_first_has_stored(void **state)
{
	struct bench *b = *state;
	struct scheduler second;
	struct capture *sent = NULL;
	two_routes_to_uploads(b);
	fleet_join(b, &second, &sent);
	struct batch_message one = seen(b, upload_of(b, b->sent, "daily"), HERE);
	struct batch_message other = seen(b, upload_of(b, b->sent, "other"), THERE);
	assert_int_equal(fleet_feed(b, &b->s, &one, 1), 0);
	assert_int_equal(fleet_feed(b, &second, &other, 1), 0);
	is_told(b, b->sent, "daily", STR(HERE));
	is_told(b, sent, "other", STR(HERE));
	assert_int_equal(
	        database_num(b->admin, "SELECT count(*) FROM run.drop_place WHERE identity = '" HERE
	                               "' AND url = 'file:///drop/' AND accepted_by = ''"),
	        1);
	fleet_leave(&second, sent);
}

static int send_in_vain(void *arg, const struct publication_set *set, struct err *e)
{
	(void)arg;
	for (size_t i = 0; i < set->count; i++)
		set->fates[i] = PUBLICATION_OPEN;
	return err_set(e, ERR_RETRY, "bus_away", "as the test says");
}

/* Stored, and the scheduler dies before it could publish: whoever sweeps names the place, too. */
static void an_upload_that_is_swept_is_told_its_place(void **state)
{
	struct bench *b = *state;
	two_routes_to_uploads(b);
	struct batch_message m = seen(b, upload_of(b, b->sent, "daily"), HERE);
	b->s.engine.outlet.send = send_in_vain;
	assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0);
	memset(b->s.engine.rests, 0, sizeof b->s.engine.rests);  /* the topic is back at once */
	assert_true(upload_of(b, b->sent, "daily")->asks_place); /* the one of before */
	b->s.engine.outlet.send = capture_send;
	fleet_tick(b, &b->s);
	is_told(b, b->sent, "daily", STR(HERE));
}

/* What is accepted without an identity is asked for like the first one, and only then replaced. */
static void a_place_that_is_to_be_asked_for_is_remembered_anew(void **state)
{
	struct bench *b = *state;
	two_routes_to_uploads(b);
	struct batch_message one = seen(b, upload_of(b, b->sent, "daily"), HERE);
	struct batch_message other = seen(b, upload_of(b, b->sent, "other"), THERE);
	assert_int_equal(fleet_feed(b, &b->s, &one, 1), 0);
	database_sql(b->admin, "UPDATE run.drop_place SET identity = '', accepted_by = 'bob'");
	assert_int_equal(fleet_feed(b, &b->s, &other, 1), 0);
	is_told(b, b->sent, "other", STR(THERE));
	assert_int_equal(database_num(b->admin,
	                         "SELECT count(*) FROM run.drop_place WHERE accepted_by = 'bob'"),
	        1);
}

/* Two people answered two holds: the later answer was about a place that is not remembered any more. */
static void an_answer_about_what_was_replaced_since_changes_nothing(void **state)
{
	struct bench *b = *state;
	struct err e;
	const struct drop_place_row first = {STR("file:///drop/"), STR(HERE), STR("d1")};
	const struct drop_place_row next = {STR("file:///drop/"), STR(THERE), STR("d2")};
	assert_int_equal(drop_place_db_remember(b->s.engine.pg, &first, 1, &b->mem, &e), 0);
	assert_int_equal(
	        drop_place_db_accept(b->s.engine.pg, &next, STR(HERE), STR("bob"), &b->mem, &e), 0);
	const struct drop_place_row late = {STR("file:///drop/"), STR(""), STR("d3")};
	assert_int_equal(
	        drop_place_db_accept(b->s.engine.pg, &late, STR(HERE), STR("eve"), &b->mem, &e), 0);
	assert_int_equal(database_num(b->admin,
	                         "SELECT count(*) FROM run.drop_place WHERE identity = '" THERE
	                         "' AND accepted_by = 'bob' AND told_by = 'd2'"),
	        1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FLEET_TEST(of_two_at_once_one_counts_for_both),
	        FLEET_TEST(another_scheduler_is_told_what_the_first_has_stored),
	        FLEET_TEST(an_upload_that_is_swept_is_told_its_place),
	        FLEET_TEST(a_place_that_is_to_be_asked_for_is_remembered_anew),
	        FLEET_TEST(an_answer_about_what_was_replaced_since_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
