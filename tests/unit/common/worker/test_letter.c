/* SPDX-License-Identifier: Apache-2.0 */
#include "letter.h"

#include "longshore/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

static struct arena mem;
static struct buf wire;
static struct err e;

static const struct ev_task_head head = {.task_id = {"task", 4},
        .issue = 3,
        .tenant = {"tenant", 6},
        .delivery_id = {"delivery", 8},
        .revision = 2,
        .stage = {"select", 6},
        .index = 5};
static const struct letter_times times = {100, 200};

static int open_all(void **state)
{
	(void)state;
	arena_init(&mem, 64 << 20);
	buf_init(&wire, EVENT_MAX_BYTES);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	arena_release(&mem);
	buf_release(&wire);
	return 0;
}

static struct ev_task_result result(void)
{
	struct ev_task_result r;
	assert_int_equal(event_decode(&ev_task_result_type, buf_str(&wire), &mem, &r, &e), 0);
	return r;
}

static struct ev_dead_letter dead(void)
{
	struct ev_dead_letter d;
	assert_int_equal(event_decode(&ev_dead_letter_type, buf_str(&wire), &mem, &d, &e), 0);
	return d;
}

static void result_names_task_and_issue(void **state)
{
	(void)state;
	struct ev_count count = {STR("s"), STR("members"), 9};
	const struct ev_task_result fields = {
	        .task_id = STR("ignored"), .counts = &count, .counts_count = 1};
	const struct verdict done = {.outcome = EV_OUTCOME_DONE};
	assert_int_equal(letter_result(&head, &fields, &done, "w@h:1", &times, &wire, &e), 0);
	struct ev_task_result r = result();
	assert_true(str_eq(r.task_id, STR("task")));
	assert_true(str_eq(r.delivery_id, STR("delivery")));
	assert_true(str_eq(r.tenant, STR("tenant")));
	assert_true(str_eq(r.stage, STR("select")));
	assert_true(str_eq(r.worker, STR("w@h:1")));
	assert_int_equal(r.issue, 3);
	assert_int_equal(r.revision, 2);
	assert_int_equal(r.index, 5);
	assert_int_equal(r.outcome, EV_OUTCOME_DONE);
	assert_int_equal(r.reason.n, 0);
	assert_int_equal(r.started_at_ms, 100);
	assert_int_equal(r.finished_at_ms, 200);
	assert_int_equal(r.counts_count, 1);
	assert_int_equal(r.counts[0].value, 9);
}

static void detail_cut_in_a_character_still_goes(void **state)
{
	(void)state;
	const struct verdict no = {.outcome = EV_OUTCOME_RETRY,
	        .reason = "away",
	        .detail = "caf\xc3",
	        .not_before_ms = 77};
	assert_int_equal(letter_result(&head, NULL, &no, "w", &times, &wire, &e), 0);
	struct ev_task_result r = result();
	assert_true(str_eq(r.detail, STR("caf")));
	assert_true(str_eq(r.reason, STR("away")));
	assert_int_equal(r.not_before_ms, 77);
}

static void stored_result_is_said_again_under_the_new_issue(void **state)
{
	(void)state;
	struct ev_task_head first = head;
	const struct verdict done = {.outcome = EV_OUTCOME_DONE};
	first.issue = 1;
	assert_int_equal(letter_result(&first, NULL, &done, "the first", &times, &wire, &e), 0);
	struct ev_task_result stored = result();
	assert_int_equal(letter_again(&head, &stored, &wire, &e), 0);
	struct ev_task_result r = result();
	assert_int_equal(r.issue, 3);
	assert_true(str_eq(r.worker, STR("the first")));
	assert_int_equal(r.finished_at_ms, 200);
}

static void stored_result_of_another_task_is_refused(void **state)
{
	(void)state;
	struct ev_task_result stored = {
	        .task_id = STR("task"), .delivery_id = STR("delivery"), .outcome = EV_OUTCOME_DONE};
	assert_int_equal(letter_again(&head, &stored, &wire, &e), 0);
	stored.outcome = EV_OUTCOME_REJECT;
	assert_int_equal(letter_again(&head, &stored, &wire, &e), ERR_REJECT);
	stored.outcome = EV_OUTCOME_DONE;
	stored.task_id = STR("other");
	assert_int_equal(letter_again(&head, &stored, &wire, &e), ERR_REJECT);
	assert_string_equal(e.code, "result_unreadable");
	stored.task_id = STR("task");
	stored.delivery_id = STR("other");
	assert_int_equal(letter_again(&head, &stored, &wire, &e), ERR_REJECT);
}

static void dead_letter_holds_the_message_whole(void **state)
{
	(void)state;
	const struct bus_header headers[] = {{STR("a"), STR("\x00\xff")}, {STR("b"), {NULL, 0}},
	        {STR("n\xff\xc3\xa9"), STR("x")}};
	const struct bus_message m = {.topic = STR("t.tasks"),
	        .partition = 4,
	        .offset = 99,
	        .timestamp_ms = 55,
	        .key = STR("k\0"),
	        .value = STR("v\xfe"),
	        .headers = headers,
	        .headers_count = 3};
	const struct death death = {.service = "probe",
	        .reason = "poison",
	        .detail = "it kills",
	        .deaths = 3,
	        .head = &head,
	        .now_ms = 66};
	assert_int_equal(letter_dead(&m, &death, &mem, &wire, &e), 0);
	struct ev_dead_letter d = dead();
	assert_true(str_eq(d.service, STR("probe")));
	assert_true(str_eq(d.topic, STR("t.tasks")));
	assert_int_equal(d.partition, 4);
	assert_int_equal(d.offset, 99);
	assert_int_equal(d.timestamp_ms, 55);
	assert_int_equal(d.at_ms, 66);
	assert_int_equal(d.tries, 3);
	assert_true(str_eq(d.key, STR("k\0")));
	assert_true(str_eq(d.value, STR("v\xfe")));
	assert_true(str_eq(d.reason, STR("poison")));
	assert_true(str_eq(d.task_id, STR("task")));
	assert_true(str_eq(d.delivery_id, STR("delivery")));
	assert_true(str_eq(d.tenant, STR("tenant")));
	assert_int_equal(d.headers_count, 3);
	assert_true(str_eq(d.headers[0].value, STR("\x00\xff")));
	assert_null(d.headers[1].value.p);
	assert_true(str_eq(d.headers[2].name, STR("n?\xc3\xa9"))); /* a name must be text */
}

static void tombstone_and_undecoded_message_have_dead_letters(void **state)
{
	(void)state;
	const struct bus_message m = {.topic = STR("t")};
	const struct death death = {
	        .service = "probe", .reason = "undecodable", .detail = "no value"};
	assert_int_equal(letter_dead(&m, &death, &mem, &wire, &e), 0);
	struct ev_dead_letter d = dead();
	assert_null(d.value.p);
	assert_null(d.key.p);
	assert_int_equal(d.task_id.n, 0);
}

static void what_does_not_fit_is_cut_and_says_so(void **state)
{
	(void)state;
	enum { LARGE = 1000 * 1000, MANY = EVENT_MAX_ITEMS + 1 };
	char *value = calloc(1, LARGE);
	struct bus_header *headers = calloc(MANY, sizeof(*headers));
	for (size_t i = 0; i < MANY; i++)
		headers[i] = (struct bus_header){STR("h"), STR("v")};
	struct bus_message m = {.topic = STR("t"),
	        .key = {value, 5000},
	        .value = {value, LARGE},
	        .headers = headers,
	        .headers_count = 1};
	const struct death death = {
	        .service = "probe", .reason = "too_large", .detail = "too large"};
	assert_int_equal(letter_dead(&m, &death, &mem, &wire, &e), 0);
	struct ev_dead_letter d = dead();
	assert_int_equal(d.value.n, 512 * 1024);
	assert_int_equal(d.key.n, 1024);
	assert_int_equal(d.headers_count, 1);
	assert_true(str_has_prefix(d.detail,
	        STR("too large (the message of 1000000 bytes with 1 headers is truncated")));
	m.value.n = 10;
	m.headers_count = MANY;
	assert_int_equal(letter_dead(&m, &death, &mem, &wire, &e), 0);
	d = dead();
	assert_int_equal(d.value.n, 10);
	assert_int_equal(d.headers_count, 1000);
	m.headers_count = MANY - 1;
	assert_int_equal(letter_dead(&m, &death, &mem, &wire, &e), 0);
	assert_int_equal(dead().headers_count, MANY - 1);
	headers[1].value = (struct str){value, LARGE};
	m.headers_count = 3;
	assert_int_equal(letter_dead(&m, &death, &mem, &wire, &e), 0);
	assert_int_equal(dead().headers_count, 1); /* those before the large one */
	free(value);
	free(headers);
}

static void header_is_found_by_name(void **state)
{
	(void)state;
	const struct bus_header headers[] = {{STR("a"), STR("1")}, {STR("traceparent"), STR("2")}};
	const struct bus_message m = {.headers = headers, .headers_count = 2};
	assert_true(str_eq(letter_header(&m, STR("traceparent")), STR("2")));
	assert_null(letter_header(&m, STR("x")).p);
}

static void what_goes_along_is_bounded(void **state)
{
	(void)state;
	static char bytes[1025];
	struct bus_header headers[] = {{STR("traceparent"), {bytes, 128}}};
	struct bus_message m = {.headers = headers, .headers_count = 1, .key = {bytes, 1024}};
	assert_int_equal(letter_traceparent(&m).n, 128);
	assert_int_equal(letter_key(&m).n, 1024);
	headers[0].value.n = 129;
	m.key.n = 1025;
	assert_null(letter_traceparent(&m).p);
	assert_null(letter_key(&m).p);
	m = (struct bus_message){.headers_count = 0};
	assert_null(letter_traceparent(&m).p);
	assert_null(letter_key(&m).p);
}

int main(void)
{
	const struct CMUnitTest all[] = {
	        cmocka_unit_test_setup_teardown(result_names_task_and_issue, open_all, close_all),
	        cmocka_unit_test_setup_teardown(
	                detail_cut_in_a_character_still_goes, open_all, close_all),
	        cmocka_unit_test_setup_teardown(
	                stored_result_is_said_again_under_the_new_issue, open_all, close_all),
	        cmocka_unit_test_setup_teardown(
	                stored_result_of_another_task_is_refused, open_all, close_all),
	        cmocka_unit_test_setup_teardown(
	                dead_letter_holds_the_message_whole, open_all, close_all),
	        cmocka_unit_test_setup_teardown(
	                tombstone_and_undecoded_message_have_dead_letters, open_all, close_all),
	        cmocka_unit_test_setup_teardown(
	                what_does_not_fit_is_cut_and_says_so, open_all, close_all),
	        cmocka_unit_test(header_is_found_by_name),
	        cmocka_unit_test(what_goes_along_is_bounded),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}
