/* SPDX-License-Identifier: Apache-2.0
 * Names of files: what {label} stands for, that no two deliveries stop each other by a name, and
 * that what can be no name is found before anything is read. */
#include "bench.h"

#include "decide/naming.h"

#include "longshore/civil.h"

static const int64_t AT_MS = INT64_C(1780000000000); /* 2026-05-28T20:26:40Z */

static struct str label_of(
        struct bench *b, const char *label, const char *cause, int64_t planned_ms)
{
	struct naming_cause c = {.label = str_c(label),
	        .cause = str_c(cause),
	        .planned_ms = planned_ms,
	        .zone = &tz_utc};
	return naming_label(&c, &b->w.mem);
}

static void the_label_says_when(void **state)
{
	struct bench *b = *state;
	int64_t civil = 0;
	assert_true(str_eq(label_of(b, "", "cli/a", AT_MS), STR("20260528T202640")));
	/* the cause of a trigger is no cadence's, whatever it is called */
	assert_true(str_eq(label_of(b, "", "cli/a|1", AT_MS), STR("20260528T202640")));
	/* Havana, clocks go back from 01:00 to 00:00 */
	assert_true(civil_parse_label(STR("2026-11-01T00:30"), &civil));
	int64_t first = (civil + 4 * 3600) * 1000, second = (civil + 5 * 3600) * 1000;
	assert_true(
	        str_eq(label_of(b, "2026-11-01T00:30", "2026-11-01T00:30|America/Havana|0", first),
	                STR("2026-11-01T00:30")));
	struct str again =
	        label_of(b, "2026-11-01T00:30", "2026-11-01T00:30|America/Havana|1", second);
	assert_true(str_eq(again, STR("20261101T0030-0500")));
	/* it stays as it was taken when the delivery starts over */
	assert_true(
	        str_eq(label_of(b, again.p, "2026-11-01T00:30|America/Havana|1", second), again));
	/* east of Greenwich, and half an hour */
	assert_true(str_eq(label_of(b, "2026-04-05T01:45", "x|Australia/Lord_Howe|1",
	                           (civil_days((struct civil_date){2026, 4, 5}) * CIVIL_DAY_S +
	                                   105 * 60 - 630 * 60) *
	                                   1000),
	        STR("20260405T0145+1030")));
}

static struct str first_name(struct bench *b, struct str id)
{
	for (size_t i = 0; i < b->w.claims_count; i++)
		if (str_eq(b->w.claims[i].delivery_id, id))
			return b->w.claims[i].path;
	return STR("");
}

static void use_labels(struct bench *b)
{
	b->w.spec.destination.data_template = STR("{route}_{label}_{part}.csv");
	b->w.spec.destination.manifest_template = STR("");
	b->w.spec.destination.marker_template = STR("{route}_{label}_SUCCESS");
}

static void two_requests_of_a_minute_have_names_of_their_own(void **state)
{
	struct bench *b = *state;
	use_labels(b);
	struct stored *one = run(b, D1);
	b->w.now_ms += 1000;
	struct stored *two = run(b, D2);
	is_at(one, STATE_COMPLETED, "");
	is_at(two, STATE_COMPLETED, "");
	assert_int_equal(two->x.revision, 1); /* the seconds differ: nothing was made twice */
	assert_true(str_eq(first_name(b, D1), STR("daily_20260528T202640_00001.csv")));
	assert_true(str_eq(first_name(b, D2), STR("daily_20260528T202641_00001.csv")));
}

static void two_requests_of_a_second_have_names_of_their_own(void **state)
{
	struct bench *b = *state;
	use_labels(b);
	b->w.spec.approval = APPROVAL_ALWAYS; /* what was approved stays approved */
	struct stored *one = run(b, D1);
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	work_all(&b->k, &b->next);
	struct stored *two = run(b, D2);
	(void)world_say(&b->w, D2, DECIDE_APPROVE, "bob", "a2");
	work_all(&b->k, &b->next);
	is_at(one, STATE_COMPLETED, "");
	is_at(two, STATE_COMPLETED, "");
	assert_int_equal(two->x.revision, 2);
	assert_true(str_eq(first_name(b, D2), STR("daily_20260528T202640-d2000000_00001.csv")));
	assert_true(b->w.head.holder.n == 0); /* and the route is free */
}

static struct stored *planned(struct bench *b, struct str id, const char *cause, int64_t at_ms)
{
	struct decide_event ev = {.kind = DECIDE_REQUEST,
	        .identity = id,
	        .actor = STR(""),
	        .note = STR(""),
	        .frozen = b->w.frozen,
	        .request = {.kind = KIND_DELIVERY,
	                .tenant = STR("acme"),
	                .route = STR("daily"),
	                .cause_kind = STR("cadence"),
	                .cause = str_c(cause),
	                .epoch = STR("0"),
	                .requested_by = STR("ann"),
	                .label = STR("2026-11-01T00:30"),
	                .planned_ms = at_ms}};
	struct stored *s = world_step(&b->w, id, &ev, 1);
	work_all(&b->k, &b->next);
	return s;
}

static void both_folds_of_an_autumn_hour_are_delivered(void **state)
{
	struct bench *b = *state;
	int64_t civil = 0;
	use_labels(b);
	assert_true(civil_parse_label(STR("2026-11-01T00:30"), &civil));
	int64_t first = (civil + 4 * 3600) * 1000, second = (civil + 5 * 3600) * 1000;
	is_at(planned(b, D1, "2026-11-01T00:30|America/Havana|0", first), STATE_COMPLETED, "");
	is_at(planned(b, D2, "2026-11-01T00:30|America/Havana|1", second), STATE_COMPLETED, "");
	assert_true(str_eq(first_name(b, D1), STR("daily_20261101T0030_00001.csv")));
	assert_true(str_eq(first_name(b, D2), STR("daily_20261101T0030-0500_00001.csv")));
	/* The zone of the cadence was changed: one label, another run. */
	is_at(planned(b, D3, "2026-11-01T00:30|UTC|0", civil * 1000), STATE_COMPLETED, "");
	assert_true(str_eq(first_name(b, D3), STR("daily_20261101T0030-d3000000_00001.csv")));
}

/* Began before labels had seconds: its names stay what they were. */
static void names_of_what_is_under_way_stay(void **state)
{
	struct bench *b = *state;
	struct naming n = {.spec = &b->w.spec,
	        .zone = &tz_utc,
	        .delivery_id = D1,
	        .label = STR(""),
	        .planned_ms = AT_MS};
	struct str out;
	struct err e;
	assert_int_equal(naming_expand(STR("{label}"), &n, &b->w.mem, &out, &e), 0);
	assert_true(str_eq(out, STR("20260528T2026")));
}

static void what_can_be_no_name_is_held_before_anything_is_read(void **state)
{
	struct bench *b = *state;
	static const struct {
		const char *data, *marker, *says;
	} cases[] = {
	        {"a/{delivery}", "a/{delivery}/done", "would be below"},
	        {"a/{delivery}/x", "a/{delivery}", "would be below"},
	        {"{delivery}_x", "{delivery}_X", "upper and lower case"},
	        {".longshore_{delivery}", "{delivery}_X", ".longshore"},
	        {"{delivery}/../x", "{delivery}_X", "'..'"},
	};
	b->w.spec.destination.max_rows_per_file = 0;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str id = arena_printf(&b->w.mem, "d%031zu", i + 1);
		b->w.spec.destination.data_template = str_c(cases[i].data);
		b->w.spec.destination.marker_template = str_c(cases[i].marker);
		struct stored *s = run(b, id);
		is_at(s, STATE_HELD, "unsupported(naming)");
		assert_int_equal(b->w.tasks_count, b->next);
		assert_int_equal(s->rows_count, 0);
		if (!strstr(s->x.memory.detail.p, cases[i].says))
			fail_msg("%s", s->x.memory.detail.p);
		/* The remedy. */
		b->w.spec.destination.data_template = STR("a/{delivery}");
		b->w.spec.destination.marker_template = STR("b/{delivery}/done");
		(void)world_say(&b->w, id, DECIDE_RESUME, "ann", arena_cstr(&b->w.mem, id));
		work_all(&b->k, &b->next);
		is_at(s, STATE_COMPLETED, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(the_label_says_when, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                two_requests_of_a_minute_have_names_of_their_own, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                two_requests_of_a_second_have_names_of_their_own, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                both_folds_of_an_autumn_hour_are_delivered, begin, finish),
	        cmocka_unit_test_setup_teardown(names_of_what_is_under_way_stay, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                what_can_be_no_name_is_held_before_anything_is_read, begin, finish),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
