/* SPDX-License-Identifier: Apache-2.0
 * The small pure parts: books, names, plans, pauses, reading back. */
#include "decide/backoff.h"
#include "decide/books.h"
#include "decide/naming.h"
#include "decide/plan.h"
#include "time/readback.h"
#include "workers.h"

static struct arena mem;

static int begin(void **state)
{
	(void)state;
	arena_init(&mem, 16 * 1024 * 1024);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	arena_release(&mem);
	return 0;
}

/* --- books --- */

static const char *const names[] = {"rows_read", "invalid", "filtered", "unmatched", "matched",
        "links_found", "not_picked", "over_cap", "links", "fan_out", "repeated", "shared", "chosen",
        "blocked", "held_out", "capped", "members", "unchanged", "changed", "added", "removed",
        "baseline"};
enum { NAMES = sizeof names / sizeof names[0] };

static void good_books(struct ev_count counts[NAMES])
{
	static const int64_t values[NAMES] = {
	        100, 3, 7, 10, 80, 120, 20, 10, 90, 10, 5, 5, 80, 10, 2, 3, 65, 50, 5, 10, 4, 59};
	for (int i = 0; i < NAMES; i++)
		counts[i] = (struct ev_count){STR(""), str_c(names[i]), values[i]};
}

static void every_line_of_the_books_is_looked_at(void **state)
{
	(void)state;
	struct ev_count counts[NAMES];
	good_books(counts);
	struct books books = {counts, NAMES, 100, 65, true};
	assert_null(books_fault(&books, &mem).p);
	for (int i = 0; i < NAMES; i++) { /* whatever single count is wrong, some line says so */
		good_books(counts);
		counts[i].value++;
		struct str fault = books_fault(&books, &mem);
		if (!fault.p)
			fail_msg("a wrong %s was not seen", names[i]);
	}
	good_books(counts);
	books.rows_inspected = 99;
	assert_non_null(books_fault(&books, &mem).p);
	books.rows_inspected = -1; /* a container that has no count */
	assert_null(books_fault(&books, &mem).p);
	books.rows_of_files = 64;
	assert_non_null(books_fault(&books, &mem).p);
	books.rows_of_files = -1;
	counts[NAMES - 1].value = 0; /* a delta line counts only with a baseline */
	books.has_baseline = false;
	assert_null(books_fault(&books, &mem).p);
}

static void negative_counts_never_balance(void **state)
{
	(void)state;
	struct ev_count counts[NAMES];
	good_books(counts);
	counts[1].value = -3; /* invalid */
	counts[2].value = 13; /* filtered: the sum is right */
	struct books books = {counts, NAMES, -1, -1, true};
	assert_non_null(books_fault(&books, &mem).p);
}

/* --- names --- */

struct name_case {
	const char *template;
	int32_t part;
	const char *want; /* NULL: refused */
};

static void templates_become_names(void **state)
{
	(void)state;
	static const struct name_case cases[] = {
	        {"{tenant}/{audience}/{route}-{destination}.csv", 1,
	                "acme/people/daily-partner.csv"},
	        {"x_{yyyymmdd}_{hhmmss}.csv", 1, "x_20260528_202640.csv"},
	        {"{label}_{delivery}_{part}_of_{parts}", 7, "20260528T2026_d1_00007_of_12"},
	        {"{part}", 0, NULL}, /* of no part */
	        {"{nothing}", 1, NULL},
	        {"{part", 1, NULL},
	        {"", 1, NULL},
	        {"/abs", 1, NULL},
	        {"a//b", 1, NULL},
	        {"a/../b", 1, NULL},
	        {"./a", 1, NULL},
	        {"a/", 1, NULL},
	        {"a\tb", 1, NULL},
	        {"a\\b", 1, NULL},
	};
	struct world w;
	world_init(&w);
	w.spec.destination.part_format = STR("00001");
	struct naming n = {.spec = &w.spec,
	        .zone = &tz_utc,
	        .delivery_id = STR("d1"),
	        .label = STR(""),
	        .planned_ms = INT64_C(1780000000000),
	        .parts = 12};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str out = STR("untouched");
		struct err e;
		n.part = cases[i].part;
		int bad = naming_expand(str_c(cases[i].template), &n, &mem, &out, &e);
		if (!cases[i].want) {
			assert_int_equal(bad, ERR_REJECT);
			assert_string_equal(e.code, "bad_name");
			assert_true(str_eq(out, STR("untouched")));
		} else if (bad || !str_eq(out, str_c(cases[i].want))) {
			fail_msg("%s: " STR_FMT, cases[i].template, STR_ARG(out));
		}
	}
	n.label = STR("2026-01-31T06:00");
	struct str out;
	struct err e;
	assert_int_equal(naming_expand(STR("{label}"), &n, &mem, &out, &e), 0);
	assert_true(str_eq(out, STR("20260131T0600")));
	world_release(&w);
}

static void a_name_may_be_as_long_as_it_may(void **state)
{
	(void)state;
	struct world w;
	world_init(&w);
	char text[600];
	memset(text, 'a', sizeof text);
	text[200] = text[400] = '/';
	struct naming n = {
	        .spec = &w.spec, .zone = &tz_utc, .delivery_id = STR("d"), .label = STR("")};
	struct str out;
	struct err e;
	assert_int_equal(naming_expand((struct str){text, 512}, &n, &mem, &out, &e), 0);
	assert_int_equal(naming_expand((struct str){text, 513}, &n, &mem, &out, &e), ERR_REJECT);
	text[200] = 'a'; /* one component of 400 bytes */
	assert_int_equal(naming_expand((struct str){text, 512}, &n, &mem, &out, &e), ERR_REJECT);
	world_release(&w);
}

static void names_follow_the_zone_of_the_destination(void **state)
{
	(void)state;
	static const int32_t offset = -4 * 3600;
	static const int64_t at = 0;
	const struct tz zone = {.at = &at, .offset = &offset, .count = 1};
	struct world w;
	world_init(&w);
	struct naming n = {.spec = &w.spec,
	        .zone = &zone,
	        .delivery_id = STR("d"),
	        .label = STR(""),
	        .planned_ms = INT64_C(1780023600000)}; /* 2026-05-29T03:00Z */
	struct str out;
	struct err e;
	assert_int_equal(naming_expand(STR("{yyyymmdd}{hhmmss}"), &n, &mem, &out, &e), 0);
	assert_true(str_eq(out, STR("20260528230000")));
	world_release(&w);
}

/* --- plans --- */

static void parts_have_exactly_the_allowed_rows(void **state)
{
	(void)state;
	static const struct {
		int64_t members, most;
		int32_t parts;
		int64_t last;
	} cases[] = {{0, 10, 1, 0}, {1, 10, 1, 1}, {10, 10, 1, 10}, {11, 10, 2, 1}, {20, 10, 2, 10},
	        {21, 10, 3, 1}, {21, 0, 1, 21}, {1000, 1, 1000, 1}};
	struct world w;
	world_init(&w);
	struct delivery x = {.id = STR("d"), .memory = {.label = STR("")}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		w.spec.destination.max_rows_per_file = cases[i].most;
		struct file_plan plan = {.spec = &w.spec, .zone = &tz_utc, .delivery = &x};
		struct err e;
		assert_int_equal(plan_init(&plan, cases[i].members, 1000, &e), 0);
		assert_int_equal(plan.parts, cases[i].parts);
		int64_t next = 0, first = 0, ranks = 0;
		for (int32_t p = 0; p < plan.parts; p++) {
			plan_part(&plan, p, &first, &ranks);
			assert_true(first == next);
			next += ranks;
		}
		assert_true(next == cases[i].members && ranks == cases[i].last);
		assert_int_equal(plan_files(&plan), plan.parts + 2);
		assert_int_equal(plan_role(&plan, plan.parts - 1), EV_FILE_ROLE_PART);
		assert_int_equal(plan_role(&plan, plan.parts), EV_FILE_ROLE_MANIFEST);
		assert_int_equal(plan_role(&plan, plan.parts + 1), EV_FILE_ROLE_MARKER);
	}
	struct file_plan plan = {.spec = &w.spec, .zone = &tz_utc, .delivery = &x};
	struct err e;
	assert_int_equal(plan_init(&plan, 1001, 1000, &e), ERR_REJECT);
	world_release(&w);
}

static void two_files_of_one_name_are_refused(void **state)
{
	(void)state;
	struct world w;
	world_init(&w);
	struct delivery x = {.id = STR("d"), .memory = {.label = STR("")}};
	struct file_plan plan = {.spec = &w.spec, .zone = &tz_utc, .delivery = &x};
	struct err e;
	struct str *out = NULL;
	assert_int_equal(plan_init(&plan, 30, 1000, &e), 0);
	assert_int_equal(plan_names(&plan, &mem, &out, &e), 0);
	w.spec.destination.data_template = STR("same.csv");
	assert_int_equal(plan_names(&plan, &mem, &out, &e), ERR_REJECT);
	assert_non_null(strstr(e.text, "{part}"));
	world_release(&w);
}

/* --- pauses --- */

static void pauses_double_up_to_the_most_and_differ(void **state)
{
	(void)state;
	static const int64_t full[] = {1000, 2000, 4000, 8000, 16000, 20000, 20000};
	struct str a = STR("a0000000000000000000000000000000"),
	           b = STR("b0000000000000000000000000000000");
	for (int32_t spent = 1; spent <= 7; spent++) {
		int64_t pause = backoff_ms(a, spent, 1000, 20000);
		assert_true(pause >= full[spent - 1] / 2 && pause <= full[spent - 1]);
		assert_true(pause == backoff_ms(a, spent, 1000, 20000)); /* no dice */
	}
	assert_true(backoff_ms(a, 3, 1000, 20000) != backoff_ms(b, 3, 1000, 20000));
	assert_true(backoff_ms(a, INT32_MAX, 1000, INT64_MAX) > 0);
	assert_true(backoff_ms(a, 1, 5000, 100) <= 100);
}

/* --- reading back --- */

static void the_last_word_of_each_is_kept_for_a_while(void **state)
{
	(void)state;
	struct readback r;
	struct err e;
	struct readback_entry out[8];
	assert_int_equal(readback_init(&r, &e), 0);
	assert_true(readback_note(&r, STR("a"), 5, 100));
	assert_true(readback_note(&r, STR("b"), 7, 200));
	assert_true(
	        readback_note(&r, STR("a"), 3, 300)); /* lower, but later: compaction keeps it */
	assert_int_equal(readback_take(&r, 250, out, 8), 1);
	assert_string_equal(out[0].id, "b");
	assert_int_equal(readback_take(&r, 300, out, 8), 1);
	assert_string_equal(out[0].id, "a");
	assert_int_equal(out[0].version, 3);
	assert_int_equal(r.count, 0);
	assert_false(readback_note(
	        &r, STR("0123456789012345678901234567890123"), 1, 1)); /* no id of ours */
	readback_release(&r);
}

static void a_full_table_refuses_and_loses_nothing(void **state)
{
	(void)state;
	struct readback r;
	struct err e;
	int kept = 0;
	assert_int_equal(readback_init(&r, &e), 0);
	for (int i = 0; i < READBACK_KEPT; i++) {
		struct str id = arena_printf(&mem, "%032d", i * 7919);
		kept += readback_note(&r, id, i, i % 2); /* every other one is older */
	}
	assert_int_equal(kept, READBACK_KEPT / 4 * 3);
	int found = 0, taken = 0;
	struct readback_entry out[64];
	size_t n = 0;
	while ((n = readback_take(&r, 0, out, 64)) > 0) /* holes in the middle of the probe rows */
		for (size_t i = 0; i < n; i++, taken++)
			assert_int_equal(out[i].version % 2, 0);
	assert_int_equal(taken, kept / 2);
	while ((n = readback_take(&r, INT64_MAX, out, 64)) > 0)
		for (size_t i = 0; i < n; i++, found++)
			assert_int_equal(out[i].version % 2, 1);
	assert_int_equal(found, kept / 2);
	readback_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_line_of_the_books_is_looked_at),
	        cmocka_unit_test(negative_counts_never_balance),
	        cmocka_unit_test(templates_become_names),
	        cmocka_unit_test(a_name_may_be_as_long_as_it_may),
	        cmocka_unit_test(names_follow_the_zone_of_the_destination),
	        cmocka_unit_test(parts_have_exactly_the_allowed_rows),
	        cmocka_unit_test(two_files_of_one_name_are_refused),
	        cmocka_unit_test(pauses_double_up_to_the_most_and_differ),
	        cmocka_unit_test(the_last_word_of_each_is_kept_for_a_while),
	        cmocka_unit_test(a_full_table_refuses_and_loses_nothing),
	};
	return cmocka_run_group_tests(tests, begin, finish);
}
