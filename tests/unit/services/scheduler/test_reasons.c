/* SPDX-License-Identifier: Apache-2.0
 * Where much is wrong at once the reason of the hold is the first of an order that docs/data.md tells;
 * the detail names all. */
#include "bench.h"

#include "longshore/holds.h"

static void all_is_wrong(struct bench *b)
{
	b->w.rules.min_audience = 1000;
	b->list = (struct spec_suppression){.name = STR("optout"),
	        .source = {.url = STR("file:///lists/optout/")},
	        .max_shrink_ppm = 10000,
	        .min_known_ppm = 500000};
	b->w.spec.suppressions = &b->list;
	b->w.spec.suppressions_count = 1;
	b->k.list_invalid = 1;
	b->k.list_known = 0;
	b->w.spec.guards = (struct spec_guards){.min_size = 1000,
	        .max_size = 1,
	        .max_shrink_ppm = 10000,
	        .max_growth_ppm = GUARD_OFF,
	        .max_change_ppm = GUARD_OFF,
	        .min_match_rate_ppm = 999999};
	b->w.spec.approval = APPROVAL_ALWAYS;
	b->blackout = (struct spec_blackout){3 * 1440 + 1226, 3 * 1440 + 1230};
	b->w.spec.blackouts = &b->blackout;
	b->w.spec.blackouts_count = 1;
}

static void mend_floor(struct bench *b)
{
	b->w.rules.min_audience = 0;
}

static void mend_invalid(struct bench *b)
{
	b->k.list_invalid = 0;
}

static void mend_shrunk(struct bench *b)
{
	b->list.max_shrink_ppm = GUARD_OFF;
}

static void mend_unknown(struct bench *b)
{
	b->k.list_known = 3;
}

static void mend_minimum(struct bench *b)
{
	b->w.spec.guards.min_size = 0;
}

static void mend_maximum(struct bench *b)
{
	b->w.spec.guards.max_size = 0;
}

static void mend_rate(struct bench *b)
{
	b->w.spec.guards.min_match_rate_ppm = GUARD_OFF;
}

static void mend_change(struct bench *b)
{
	b->w.spec.guards.max_shrink_ppm = GUARD_OFF;
}

static void mend_approval(struct bench *b)
{
	b->w.spec.approval = APPROVAL_NONE;
}

static void mend_blackout(struct bench *b)
{
	b->w.spec.blackouts_count = 0;
}

static const struct {
	const char *reason;
	void (*mend)(struct bench *b);
} order[] = {
        {"below_floor", mend_floor},
        {"suppression_invalid", mend_invalid},
        {"suppression_shrunk", mend_shrunk},
        {"suppression_unknown", mend_unknown},
        {"below_minimum", mend_minimum},
        {"above_maximum", mend_maximum},
        {"low_match_rate", mend_rate},
        {"sudden_change", mend_change},
        {"approval", mend_approval},
        {"blackout", mend_blackout},
};
enum { ORDER = sizeof order / sizeof order[0] };

static bool tells(const struct stored *s, const char *text)
{
	size_t n = strlen(text);
	for (size_t i = 0; i + n <= s->x.memory.detail.n; i++)
		if (memcmp(s->x.memory.detail.p + i, text, n) == 0)
			return true;
	return false;
}

/* A delivery of its own, in a route whose last one had 1,000 members and a list of 100 ids. */
static struct stored *next(struct bench *b, int number)
{
	b->w.head = (struct route_head){.exists = true,
	        .holder = STR(""),
	        .delivery_id = STR("d0000000000000000000000000000000"),
	        .bridge_version = STR("v0"),
	        .content_hash = STR("x"),
	        .members = 1000,
	        .lists = STR("optout\t100\n")};
	return run(b, arena_printf(&b->w.mem, "d%031d", number));
}

static void the_reason_is_the_first_of_the_order(void **state)
{
	struct bench *b = *state;
	all_is_wrong(b);
	for (int i = 0; i < ORDER; i++) {
		struct stored *s = next(b, i + 1);
		is_at(s, STATE_HELD, order[i].reason);
		/* The table's rows, which the page is compared with, are in this order. */
		assert_true(i == 0 ||
		            hold_of(str_c(order[i].reason)) > hold_of(str_c(order[i - 1].reason)));
		if (i < ORDER - 2) /* the text names the others, too */
			assert_true(tells(s, "the route requires an approval"));
		order[i].mend(b);
	}
	is_at(next(b, ORDER + 1), STATE_COMPLETED, "");
}

/* Of an empty source, or where nobody matched, nothing else is asked but the lists. */
static void what_has_nobody_is_asked_nothing_else(void **state)
{
	struct bench *b = *state;
	all_is_wrong(b);
	b->w.rules.min_audience = 0;
	b->k.list_invalid = 0;
	b->k.list_ids = b->k.list_known = 0;
	b->k.slices = 0;
	is_at(next(b, 1), STATE_HELD, "suppression_empty");
	b->list.may_be_empty = true;
	b->list.max_shrink_ppm = GUARD_OFF;
	struct stored *s = next(b, 2);
	is_at(s, STATE_HELD, "empty_source");
	assert_false(tells(s, "minimum"));
	b->k.slices = 2;
	b->k.rows_per_slice = 0;
	s = next(b, 3);
	is_at(s, STATE_HELD, "zero_match");
	assert_false(tells(s, "minimum"));
}

/* max_size counts records, the rows of the files; a minimum counts people, or primary ids where those
 * are fewer. */
static void a_maximum_counts_records_and_a_minimum_people(void **state)
{
	struct bench *b = *state;
	b->k.more_records = 4; /* 24 records, 20 primary ids */
	b->w.spec.guards.max_size = 24;
	b->w.spec.guards.min_size = 20;
	is_at(run(b, D1), STATE_COMPLETED, "");
	b->w.spec.guards.max_size = 23;
	struct stored *s = run(b, D2);
	is_at(s, STATE_HELD, "above_maximum");
	assert_true(tells(s, "24 records"));
	(void)world_say(&b->w, D2, DECIDE_CANCEL, "ann", "c2");
	b->w.spec.guards.max_size = 0;
	b->w.spec.guards.min_size = 21;
	is_at(run(b, D3), STATE_HELD, "below_minimum");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                the_reason_is_the_first_of_the_order, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                what_has_nobody_is_asked_nothing_else, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                a_maximum_counts_records_and_a_minimum_people, begin, finish),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
