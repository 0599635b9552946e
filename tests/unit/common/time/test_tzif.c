/* SPDX-License-Identifier: Apache-2.0
 * Zone rules against what Python's zoneinfo says about the same files (zones/make-golden.py). */
#include "longshore/tz.h"

#include "longshore/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER LONGSHORE_TESTS "/unit/common/time/zones/"

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

static struct str slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		fail_msg("%s is not there", path);
	char *bytes = arena_alloc(&mem, TZIF_MAX_BYTES);
	size_t n = fread(bytes, 1, TZIF_MAX_BYTES, f);
	(void)fclose(f);
	return (struct str){bytes, n};
}

static struct str zone_bytes(const char *name)
{
	char path[512];
	(void)snprintf(path, sizeof path, FOLDER "%s.tzif", name);
	for (char *p = path + strlen(FOLDER); *p; p++)
		if (*p == '/')
			*p = '_';
	return slurp(path);
}

struct known {
	char name[64];
	struct tz tz;
};

static const struct tz *zone(const char *name)
{
	static struct known known[16];
	for (size_t i = 0; i < 16; i++) {
		if (strcmp(known[i].name, name) == 0)
			return &known[i].tz;
		if (known[i].name[0] != '\0')
			continue;
		struct err e;
		if (tzif_parse(zone_bytes(name), &mem, &known[i].tz, &e) != 0)
			fail_msg("%s: %s", name, e.text);
		(void)snprintf(known[i].name, sizeof known[i].name, "%s", name);
		return &known[i].tz;
	}
	fail();
	return NULL;
}

static void check_line(const char *fit, const char *name, int64_t at, int64_t first, int64_t second)
{
	if (strcmp(fit, "offset") == 0) {
		struct tz_segment s = tz_segment_at(zone(name), at);
		if (s.offset_s != first || at < s.from_s || at >= s.until_s)
			fail_msg("%s at %lld: offset %d, want %lld", name, (long long)at,
			        s.offset_s, (long long)first);
		return;
	}
	static const char *const fits[] = {"once", "gap", "twice"};
	int64_t out[2] = {0, 0};
	enum tz_fit found = tz_resolve(zone(name), at, out);
	if (strcmp(fits[found], fit) != 0 || out[0] != first ||
	        (found == TZ_TWICE && out[1] != second))
		fail_msg("%s, civil %lld: %s %lld %lld, want %s %lld %lld", name, (long long)at,
		        fits[found], (long long)out[0], (long long)out[1], fit, (long long)first,
		        (long long)second);
}

static void offsets_gaps_and_overlaps_are_as_zoneinfo_says(void **state)
{
	(void)state;
	FILE *f = fopen(FOLDER "golden.tsv", "r");
	assert_non_null(f);
	char line[256], fit[16], name[64];
	long long at = 0, first = 0, second = 0;
	int lines = 0;
	while (fgets(line, sizeof line, f)) {
		second = 0;
		int n = sscanf(line, "%15s %63s %lld %lld %lld", fit, name, &at, &first, &second);
		assert_true(n >= 4);
		check_line(fit, name, at, first, second);
		lines++;
	}
	(void)fclose(f);
	assert_true(lines > 3000);
}

static void utc_has_one_segment(void **state)
{
	(void)state;
	struct tz_segment s = tz_segment_at(&tz_utc, 1780000000);
	assert_int_equal(s.offset_s, 0);
	assert_true(s.from_s == INT64_MIN && s.until_s == INT64_MAX);
	int64_t out[2];
	assert_int_equal(tz_resolve(&tz_utc, 1780000000, out), TZ_ONCE);
	assert_int_equal(out[0], 1780000000);
}

static void the_footer_goes_on_for_ever(void **state)
{
	(void)state;
	/* 2999-07-01T12:00Z: summer in New York, winter on Lord Howe Island */
	int64_t summer = civil_days((struct civil_date){2999, 7, 1}) * CIVIL_DAY_S + 43200;
	assert_int_equal(tz_segment_at(zone("America/New_York"), summer).offset_s, -4 * 3600);
	assert_int_equal(
	        tz_segment_at(zone("Australia/Lord_Howe"), summer).offset_s, 10 * 3600 + 1800);
	assert_int_equal(tz_segment_at(zone("Europe/Dublin"), summer).offset_s, 3600);
	assert_int_equal(tz_segment_at(zone("Asia/Kolkata"), summer).offset_s, 5 * 3600 + 1800);
}

/* Every cut and every changed byte: no crash, no endless loop; an error, or some zone. */
static void damaged_files_do_no_harm(void **state)
{
	(void)state;
	struct str good = zone_bytes("Africa/Casablanca");
	for (size_t n = 0; n < good.n; n++) {
		struct arena a;
		struct tz z;
		struct err e;
		arena_init(&a, 4 * 1024 * 1024);
		char *copy = malloc(n ? n : 1); /* so that reading beyond is seen */
		memcpy(copy, good.p, n);
		assert_int_equal(tzif_parse((struct str){copy, n}, &a, &z, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_zone");
		free(copy);
		arena_release(&a);
	}
	char *bytes = arena_alloc(&mem, good.n);
	for (size_t i = 0; i < good.n; i++) {
		struct arena a;
		struct tz z;
		struct err e;
		arena_init(&a, 4 * 1024 * 1024);
		memcpy(bytes, good.p, good.n);
		bytes[i] = (char)(bytes[i] ^ 0x81);
		if (tzif_parse((struct str){bytes, good.n}, &a, &z, &e) == 0) {
			int64_t out[2];
			(void)tz_resolve(&z, 1780000000, out);
			(void)tz_resolve(&z, INT64_C(4000000000), out);
		}
		arena_release(&a);
	}
}

static void civil_days_and_dates_are_each_other_s_inverse(void **state)
{
	(void)state;
	for (int64_t day = -800000; day < 3000000; day += 13) {
		struct civil_date d = civil_date_of(day);
		assert_true(d.month >= 1 && d.month <= 12 && d.day >= 1);
		assert_true(d.day <= civil_days_in_month(d.year, d.month));
		assert_true(civil_days(d) == day);
	}
	assert_int_equal(civil_days((struct civil_date){2000, 3, 1}), 11017);
	assert_int_equal(civil_weekday(civil_days((struct civil_date){2026, 11, 21})), 6);
	assert_int_equal(civil_weekday(-4), 7); /* 1969-12-28 was a Sunday */
	char label[CIVIL_LABEL_BYTES];
	int64_t s = 0;
	assert_true(civil_parse_label(STR("2024-02-29T23:59"), &s));
	civil_label(s, label);
	assert_string_equal(label, "2024-02-29T23:59");
	static const char *const bad[] = {"", "2024-02-30T00:00", "2023-02-29T00:00",
	        "2024-13-01T00:00", "2024-00-01T00:00", "2024-01-01T24:00", "2024-01-01T00:60",
	        "2024-01-01 00:00", "2024-01-01T00:0x", "2024-01-01T00:000"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(civil_parse_label(str_c(bad[i]), &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(offsets_gaps_and_overlaps_are_as_zoneinfo_says),
	        cmocka_unit_test(utc_has_one_segment),
	        cmocka_unit_test(the_footer_goes_on_for_ever),
	        cmocka_unit_test(damaged_files_do_no_harm),
	        cmocka_unit_test(civil_days_and_dates_are_each_other_s_inverse),
	};
	return cmocka_run_group_tests(tests, begin, finish);
}
