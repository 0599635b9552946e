/* SPDX-License-Identifier: Apache-2.0
 * When routes run: rhythms, the two clock changes of a year, the ends of months. */
#include "longshore/cadence_runs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena mem;
static struct tz new_york, lord_howe;

static void load(const char *file, struct tz *out)
{
	char path[512];
	struct err e;
	(void)snprintf(path, sizeof path, LONGSHORE_TESTS "/unit/common/time/zones/%s", file);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	char *bytes = arena_alloc(&mem, TZIF_MAX_BYTES);
	size_t n = fread(bytes, 1, TZIF_MAX_BYTES, f);
	(void)fclose(f);
	assert_int_equal(tzif_parse((struct str){bytes, n}, &mem, out, &e), 0);
}

static int begin(void **state)
{
	(void)state;
	arena_init(&mem, 16 * 1024 * 1024);
	load("America_New_York.tzif", &new_york);
	load("Australia_Lord_Howe.tzif", &lord_howe);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	arena_release(&mem);
	return 0;
}

static int64_t utc(const char *label)
{
	int64_t s = 0;
	if (!civil_parse_label(str_c(label), &s))
		fail_msg("%s", label);
	return s;
}

static struct cadence make(struct spec_cadence spec, const struct tz *zone)
{
	struct cadence c;
	struct err e;
	if (cadence_init(&c, &spec, zone, &e) != 0)
		fail_msg("%s", e.text);
	return c;
}

static struct spec_cadence cron(const char *line)
{
	return (struct spec_cadence){.kind = CADENCE_CRON, .cron = str_c(line)};
}

struct want {
	const char *label;
	int fold;
	const char *due; /* UTC */
};

/* The runs behind a moment, by cadence_after for the first and by cadence_next for those behind. */
static void runs_are(
        const struct cadence *c, const char *after, const struct want *want, size_t count)
{
	struct cadence_run run, next;
	assert_true(cadence_after(c, utc(after), &run));
	for (size_t i = 0; i < count; i++) {
		char due[CIVIL_LABEL_BYTES];
		civil_label(run.due_s, due);
		if (strcmp(run.label, want[i].label) != 0 || run.fold != want[i].fold ||
		        strcmp(due, want[i].due) != 0)
			fail_msg("run %zu: %s fold %d at %s; want %s fold %d at %s", i, run.label,
			        run.fold, due, want[i].label, want[i].fold, want[i].due);
		int64_t again = 0;
		assert_true(cadence_due(c, str_c(run.label), run.fold, &again));
		assert_true(again == run.due_s);
		assert_true(cadence_next(c, &run, &next));
		run = next;
	}
}

#define RUNS(c, after, ...) \
	runs_are((c), (after), (const struct want[]){__VA_ARGS__}, \
	        sizeof((const struct want[]){__VA_ARGS__}) / sizeof(struct want))

static void daily_keeps_its_civil_time(void **state)
{
	(void)state;
	struct cadence c = make((struct spec_cadence){.kind = CADENCE_DAILY, .hour = 6}, &new_york);
	RUNS(&c, "2026-03-07T11:00", {"2026-03-08T06:00", 0, "2026-03-08T10:00"},
	        {"2026-03-09T06:00", 0, "2026-03-09T10:00"});
	RUNS(&c, "2026-03-07T10:59",
	        {"2026-03-07T06:00", 0, "2026-03-07T11:00"}); /* a minute before */
	RUNS(&c, "2026-10-31T10:00", {"2026-11-01T06:00", 0, "2026-11-01T11:00"});
}

static void in_a_gap_a_daily_run_is_at_the_first_valid_moment(void **state)
{
	(void)state;
	struct cadence c = make(
	        (struct spec_cadence){.kind = CADENCE_DAILY, .hour = 2, .minute = 30}, &new_york);
	RUNS(&c, "2026-03-07T07:30", {"2026-03-08T02:30", 0, "2026-03-08T07:00"},
	        {"2026-03-09T02:30", 0, "2026-03-09T06:30"});
	struct cadence same = make(cron("30 2 * * *"), &new_york);
	RUNS(&same, "2026-03-07T07:30", {"2026-03-08T02:30", 0, "2026-03-08T07:00"},
	        {"2026-03-09T02:30", 0, "2026-03-09T06:30"});
	/* Half an hour is lost on Lord Howe Island: 02:00 to 02:30 on the first Sunday of October.
	 */
	struct cadence howe = make(
	        (struct spec_cadence){.kind = CADENCE_DAILY, .hour = 2, .minute = 15}, &lord_howe);
	RUNS(&howe, "2026-10-03T00:00", {"2026-10-04T02:15", 0, "2026-10-03T15:30"});
}

static void in_an_overlap_a_daily_run_is_once(void **state)
{
	(void)state;
	struct cadence c = make(
	        (struct spec_cadence){.kind = CADENCE_DAILY, .hour = 1, .minute = 30}, &new_york);
	RUNS(&c, "2026-10-31T06:00", {"2026-11-01T01:30", 0, "2026-11-01T05:30"},
	        {"2026-11-02T01:30", 0, "2026-11-02T06:30"});
	struct cadence_run run;
	assert_true(cadence_after(&c, utc("2026-11-01T05:30"), &run)); /* not the second 01:30 */
	assert_string_equal(run.label, "2026-11-02T01:30");
}

static void hourly_follows_elapsed_time(void **state)
{
	(void)state;
	struct cadence c = make(cron("30 * * * *"), &new_york);
	RUNS(&c, "2026-11-01T05:00", {"2026-11-01T01:30", 0, "2026-11-01T05:30"},
	        {"2026-11-01T01:30", 1, "2026-11-01T06:30"},
	        {"2026-11-01T02:30", 0, "2026-11-01T07:30"});
	RUNS(&c, "2026-03-08T06:00", {"2026-03-08T01:30", 0, "2026-03-08T06:30"},
	        {"2026-03-08T03:30", 0, "2026-03-08T07:30"});
	struct cadence quarters = make(cron("*/15 * * * *"), &new_york);
	RUNS(&quarters, "2026-03-08T06:45", {"2026-03-08T03:00", 0, "2026-03-08T07:00"},
	        {"2026-03-08T03:15", 0, "2026-03-08T07:15"});
}

static void an_hourly_year_has_an_hour_of_each(void **state)
{
	(void)state;
	struct cadence c = make(cron("0 * * * *"), &new_york);
	struct cadence_run run;
	assert_true(cadence_after(&c, utc("2026-01-01T04:59"), &run));
	int64_t first = run.due_s;
	for (int i = 1; i <= 8760; i++) {
		struct cadence_run next;
		assert_true(cadence_next(&c, &run, &next));
		assert_true(next.due_s == first + INT64_C(3600) * i);
		assert_true(strcmp(next.label, run.label) != 0 || next.fold != run.fold);
		run = next;
	}
}

static void the_end_of_a_month_is_its_last_day(void **state)
{
	(void)state;
	struct cadence c = make(
	        (struct spec_cadence){.kind = CADENCE_MONTHLY, .day = 31, .hour = 12}, &tz_utc);
	RUNS(&c, "2027-12-31T12:00", {"2028-01-31T12:00", 0, "2028-01-31T12:00"},
	        {"2028-02-29T12:00", 0, "2028-02-29T12:00"},
	        {"2028-03-31T12:00", 0, "2028-03-31T12:00"},
	        {"2028-04-30T12:00", 0, "2028-04-30T12:00"});
	struct cadence q = make(
	        (struct spec_cadence){.kind = CADENCE_QUARTERLY, .day = 31, .month = 2}, &tz_utc);
	RUNS(&q, "2026-01-01T00:00", {"2026-02-28T00:00", 0, "2026-02-28T00:00"},
	        {"2026-05-31T00:00", 0, "2026-05-31T00:00"},
	        {"2026-08-31T00:00", 0, "2026-08-31T00:00"},
	        {"2026-11-30T00:00", 0, "2026-11-30T00:00"},
	        {"2027-02-28T00:00", 0, "2027-02-28T00:00"});
}

static void weeks_are_counted_from_the_anchor_s(void **state)
{
	(void)state;
	struct cadence w =
	        make((struct spec_cadence){.kind = CADENCE_WEEKLY, .weekday = 7}, &tz_utc);
	RUNS(&w, "2026-11-21T00:00", {"2026-11-22T00:00", 0, "2026-11-22T00:00"},
	        {"2026-11-29T00:00", 0, "2026-11-29T00:00"});
	struct spec_cadence spec = {
	        .kind = CADENCE_BIWEEKLY, .weekday = 1, .anchor = STR("2026-11-22")}; /* a Sunday */
	struct cadence b = make(spec, &tz_utc);
	RUNS(&b, "2026-11-01T00:00", {"2026-11-02T00:00", 0, "2026-11-02T00:00"},
	        {"2026-11-16T00:00", 0, "2026-11-16T00:00"},
	        {"2026-11-30T00:00", 0, "2026-11-30T00:00"});
	/* before the anchor the count goes on, over the turn of the year, too */
	RUNS(&b, "2025-12-20T00:00", {"2025-12-29T00:00", 0, "2025-12-29T00:00"},
	        {"2026-01-12T00:00", 0, "2026-01-12T00:00"});
	struct cadence c;
	struct err e;
	spec.anchor = STR("");
	assert_int_equal(cadence_init(&c, &spec, &tz_utc, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_cadence");
}

static void cron_fields_mean_what_they_always_meant(void **state)
{
	(void)state;
	struct cadence either = make(cron("0 0 13 * 5"), &tz_utc); /* the 13th, and Fridays */
	RUNS(&either, "2026-11-12T12:00", {"2026-11-13T00:00", 0, "2026-11-13T00:00"},
	        {"2026-11-20T00:00", 0, "2026-11-20T00:00"});
	RUNS(&either, "2026-12-11T12:00", {"2026-12-13T00:00", 0, "2026-12-13T00:00"},
	        {"2026-12-18T00:00", 0, "2026-12-18T00:00"});
	struct cadence leap = make(cron("5 4 29 2 *"), &tz_utc);
	RUNS(&leap, "2026-01-01T00:00", {"2028-02-29T04:05", 0, "2028-02-29T04:05"},
	        {"2032-02-29T04:05", 0, "2032-02-29T04:05"});
	struct cadence steps = make(cron("10-20/5,55 22-23 * jan,MAR *"), &tz_utc);
	RUNS(&steps, "2026-01-31T22:20", {"2026-01-31T22:55", 0, "2026-01-31T22:55"},
	        {"2026-01-31T23:10", 0, "2026-01-31T23:10"},
	        {"2026-01-31T23:15", 0, "2026-01-31T23:15"},
	        {"2026-01-31T23:20", 0, "2026-01-31T23:20"},
	        {"2026-01-31T23:55", 0, "2026-01-31T23:55"},
	        {"2026-03-01T22:10", 0, "2026-03-01T22:10"});
	struct cadence sunday = make(cron("0 0 * * 7"), &tz_utc),
	               zero = make(cron("0 0 * * sun"), &tz_utc);
	RUNS(&sunday, "2026-11-21T00:00", {"2026-11-22T00:00", 0, "2026-11-22T00:00"});
	RUNS(&zero, "2026-11-21T00:00", {"2026-11-22T00:00", 0, "2026-11-22T00:00"});
	struct cadence_run run;
	struct cadence never = make(cron("0 0 31 2 *"), &tz_utc);
	assert_false(cadence_after(&never, utc("2026-01-01T00:00"), &run));
	struct cadence never_hourly = make(cron("0 * 31 2 *"), &new_york);
	assert_false(cadence_after(&never_hourly, utc("2026-01-01T00:00"), &run));
	struct cadence rare = make(cron("0 * 1 1 *"), &new_york);
	RUNS(&rare, "2026-01-01T23:59", {"2026-01-01T19:00", 0, "2026-01-02T00:00"});
}

static void a_bad_cron_line_names_its_field(void **state)
{
	(void)state;
	static const struct {
		const char *line, *says;
	} cases[] = {
	        {"", "five fields"},
	        {"* * * *", "five fields"},
	        {"* * * * * *", "more than five"},
	        {"60 * * * *", "minute"},
	        {"-1 * * * *", "minute"},
	        {"*/0 * * * *", "minute"},
	        {"5,, * * * *", "minute"},
	        {"5, * * * *", "minute"},
	        {"* 24 * * *", "hour"},
	        {"* * 0 * *", "day of month"},
	        {"* * 32 * *", "day of month"},
	        {"* * * 13 *", "month"},
	        {"* * * foo *", "month"},
	        {"* * * * 8", "day of week"},
	        {"* * * * 5-3", "day of week"},
	        {"1x * * * *", "minute"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct cron c;
		struct err e;
		if (cron_parse(str_c(cases[i].line), &c, &e) != ERR_REJECT ||
		        !strstr(e.text, cases[i].says))
			fail_msg("'%s': %s", cases[i].line, e.text);
		assert_string_equal(e.code, "bad_cron");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(daily_keeps_its_civil_time),
	        cmocka_unit_test(in_a_gap_a_daily_run_is_at_the_first_valid_moment),
	        cmocka_unit_test(in_an_overlap_a_daily_run_is_once),
	        cmocka_unit_test(hourly_follows_elapsed_time),
	        cmocka_unit_test(an_hourly_year_has_an_hour_of_each),
	        cmocka_unit_test(the_end_of_a_month_is_its_last_day),
	        cmocka_unit_test(weeks_are_counted_from_the_anchor_s),
	        cmocka_unit_test(cron_fields_mean_what_they_always_meant),
	        cmocka_unit_test(a_bad_cron_line_names_its_field),
	};
	return cmocka_run_group_tests(tests, begin, finish);
}
