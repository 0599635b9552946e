/* SPDX-License-Identifier: Apache-2.0
 * The guards of the gate, at their edges. */
#include "bench.h"

enum {
	NOTHING = -2
}; /* in the table below a guard of 0 is left out, and this one tolerates nothing */

struct gate_case {
	const char *name;
	struct spec_guards guards;
	int64_t audience_min, destination_min, min_rows;
	int64_t rows; /* per slice, two slices */
	int64_t blocked;
	int64_t before;     /* members of the last accepted delivery; -1 = none */
	const char *reason; /* empty = it passes */
};

static const struct gate_case gate_cases[] = {
        {"no guard", {0}, 0, 0, 0, 12, 0, -1, ""},
        {"nobody left", {0}, 0, 0, 0, 12, 24, -1, "below_minimum"},
        {"at the route's minimum", {.min_size = 24}, 0, 0, 0, 12, 0, -1, ""},
        {"one below", {.min_size = 25}, 0, 0, 0, 12, 0, -1, "below_minimum"},
        {"one below the audience's", {.min_size = 1}, 25, 0, 0, 12, 0, -1, "below_minimum"},
        {"one below the destination's", {.min_size = 1}, 0, 25, 0, 12, 0, -1, "below_minimum"},
        {"at the destination's rows", {0}, 0, 0, 24, 12, 0, -1, ""},
        {"one row below", {0}, 0, 0, 25, 12, 0, -1, "below_minimum"},
        {"at the maximum", {.max_size = 24}, 0, 0, 0, 12, 0, -1, ""},
        {"one above", {.max_size = 23}, 0, 0, 0, 12, 0, -1, "above_maximum"},
        {"no row matched", {0}, 0, 0, 0, 0, 0, -1, "zero_match"},
        {"match rate met: 24 of 28, 2 of them invalid", {.min_match_rate_ppm = 857142}, 0, 0, 0, 12,
                0, -1, ""},
        {"match rate missed", {.min_match_rate_ppm = 857143}, 0, 0, 0, 12, 0, -1, "low_match_rate"},
        {"nobody has to match", {.min_match_rate_ppm = NOTHING}, 0, 0, 0, 12, 0, -1, ""},
        {"shrinks as much as allowed: 20 % of 30", {.max_shrink_ppm = 200000}, 0, 0, 0, 12, 0, 30,
                ""},
        {"shrinks more", {.max_shrink_ppm = 199999}, 0, 0, 0, 12, 0, 30, "sudden_change"},
        {"grows as much as allowed: 20 % of 20", {.max_growth_ppm = 200000}, 0, 0, 0, 12, 0, 20,
                ""},
        {"grows more", {.max_growth_ppm = 199999}, 0, 0, 0, 12, 0, 20, "sudden_change"},
        {"from nothing to something", {.max_growth_ppm = 1000000}, 0, 0, 0, 12, 0, 0,
                "sudden_change"},
        {"the first has nothing to be compared with", {.max_growth_ppm = 1}, 0, 0, 0, 12, 0, -1,
                ""},
        {"nothing may be missing, and nothing is", {.max_shrink_ppm = NOTHING}, 0, 0, 0, 12, 0, 24,
                ""},
        {"nothing may be missing, and one is", {.max_shrink_ppm = NOTHING}, 0, 0, 0, 12, 0, 25,
                "sudden_change"},
        {"nobody may come, and nobody does", {.max_growth_ppm = NOTHING}, 0, 0, 0, 12, 0, 24, ""},
        {"nobody may come, and one does", {.max_growth_ppm = NOTHING}, 0, 0, 0, 12, 0, 23,
                "sudden_change"},
        {"changes as much as allowed: 20 % of 20", {.max_change_ppm = 200000}, 0, 0, 0, 12, 0, 20,
                ""},
        {"changes more", {.max_change_ppm = 199999}, 0, 0, 0, 12, 0, 20, "sudden_change"},
};

static int64_t share(int64_t ppm)
{
	return ppm == 0 ? GUARD_OFF : ppm == NOTHING ? 0 : ppm;
}

static struct spec_guards guards_of(const struct gate_case *c)
{
	struct spec_guards g = c->guards;
	g.max_shrink_ppm = share(g.max_shrink_ppm);
	g.max_growth_ppm = share(g.max_growth_ppm);
	g.max_change_ppm = share(g.max_change_ppm);
	g.min_match_rate_ppm = share(g.min_match_rate_ppm);
	return g;
}

static void the_gate_holds_at_its_edges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof gate_cases / sizeof gate_cases[0]; i++) {
		const struct gate_case *c = &gate_cases[i];
		struct bench b = {0};
		world_init(&b.w);
		workers_init(&b.k, &b.w);
		b.w.spec.guards = guards_of(c);
		b.w.spec.audience.min_size = c->audience_min;
		b.w.spec.destination.min_audience_size = c->destination_min;
		b.w.spec.destination.min_rows = c->min_rows;
		b.k.rows_per_slice = c->rows;
		b.k.blocked = c->blocked;
		if (c->before >= 0)
			b.w.head = (struct route_head){true, STR(""), STR("old"), STR("v0"),
			        STR("h"), c->before, NULL, false, STR("")};
		struct stored *s = run(&b, D1);
		enum delivery_state want = c->reason[0] ? STATE_HELD : STATE_COMPLETED;
		if (s->x.state != want || !str_eq(s->x.reason, str_c(c->reason)))
			fail_msg("%s: %s(" STR_FMT ") " STR_FMT, c->name,
			        delivery_state_name(s->x.state), STR_ARG(s->x.reason),
			        STR_ARG(s->x.memory.detail));
		world_release(&b.w);
	}
}

/* Who is asked to let it go has to know which document to look at. */
static void a_minimum_that_is_missed_says_whose_it_is(void **state)
{
	static const struct {
		int64_t route, audience, destination, rows;
		const char *detail;
	} cases[] = {
	        {30, 29, 28, 0,
	                "24 are fewer than the minimum of 30 (guards.min_size of Route daily)"},
	        {28, 30, 29, 0,
	                "24 are fewer than the minimum of 30 (min_size of Audience people)"},
	        {28, 29, 30, 0,
	                "24 are fewer than the minimum of 30 (min_audience_size of Destination "
	                "partner)"},
	        {30, 30, 30, 0,
	                "24 are fewer than the minimum of 30 (guards.min_size of Route daily)"},
	        {0, 0, 0, 25,
	                "24 rows are fewer than the minimum of 25 (limits.min_rows of Destination "
	                "partner)"}};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct bench b = {0};
		world_init(&b.w);
		workers_init(&b.k, &b.w);
		b.w.spec.guards.min_size = cases[i].route;
		b.w.spec.audience.min_size = cases[i].audience;
		b.w.spec.destination.min_audience_size = cases[i].destination;
		b.w.spec.destination.min_rows = cases[i].rows;
		b.k.rows_per_slice = 12;
		struct stored *s = run(&b, D1);
		is_at(s, STATE_HELD, "below_minimum");
		if (!str_eq(s->x.memory.detail, str_c(cases[i].detail)))
			fail_msg(STR_FMT "; want %s", STR_ARG(s->x.memory.detail), cases[i].detail);
		world_release(&b.w);
	}
}

/* As many as before, and all of them others: who is compared, not how many. */
static void others_in_place_of_all_are_a_sudden_change(void **state)
{
	static const struct {
		const char *name;
		struct spec_guards guards;
		int64_t replaced;
		const char *reason;
	} cases[] = {
	        {"removed as allowed", {.max_shrink_ppm = 250000}, 6, ""},
	        {"removed more", {.max_shrink_ppm = 250000}, 7, "sudden_change"},
	        {"added as allowed", {.max_growth_ppm = 250000}, 6, ""},
	        {"added more", {.max_growth_ppm = 250000}, 7, "sudden_change"},
	        {"changed as allowed", {.max_change_ppm = 500000}, 6, ""},
	        {"changed more", {.max_change_ppm = 500000}, 7, "sudden_change"},
	        {"all replaced", {.max_change_ppm = 1999999}, 24, "sudden_change"},
	        {"no guard", {0}, 24, ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct bench b = {0};
		const struct gate_case as_guards = {.guards = cases[i].guards};
		struct ev_staged_ref base = {.name = STR("selections/r/old"), .rows = 24};
		world_init(&b.w);
		workers_init(&b.k, &b.w);
		b.w.spec.guards = guards_of(&as_guards);
		b.k.replaced = cases[i].replaced;
		b.w.head = (struct route_head){
		        true, STR(""), STR("old"), STR("v1"), STR("h"), 24, &base, false, STR("")};
		struct stored *s = run(&b, D1);
		if (!str_eq(s->x.reason, str_c(cases[i].reason)))
			fail_msg("%s: " STR_FMT, cases[i].name, STR_ARG(s->x.reason));
		if (cases[i].reason[0])
			assert_string_equal(arena_cstr(&b.w.mem, s->x.memory.detail),
			        arena_printf(&b.w.mem,
			                "24 members; the last accepted delivery had 24: %lld "
			                "added, %lld removed",
			                (long long)cases[i].replaced, (long long)cases[i].replaced)
			                .p);
		world_release(&b.w);
	}
}

/* A list that suppresses too few sends those it should have named. */
static void doubtful_lists_are_held(void **state)
{
	static const struct {
		const char *name;
		int64_t max_invalid, max_shrink, min_known;
		bool may_be_empty;
		int64_t ids, invalid, known;
		const char *before, *reason, *says;
	} cases[] = {
	        {"fine", 0, GUARD_OFF, 10000, false, 100, 0, 1, "", "", ""},
	        {"one invalid row", 0, GUARD_OFF, 10000, false, 100, 1, 100, "",
	                "suppression_invalid",
	                "suppression list optout: 1 of 101 rows have no valid id and suppress "
	                "nobody "
	                "(a.csv "
	                "row 3); max_invalid allows 0 %"},
	        {"as many invalid as allowed", 10000, GUARD_OFF, 0, false, 99, 1, 99, "", "", ""},
	        {"more", 9999, GUARD_OFF, 0, false, 99, 1, 99, "", "suppression_invalid",
	                "max_invalid allows 0.9999 %"},
	        {"empty", 0, GUARD_OFF, 10000, false, 0, 0, 0, "optout\t3\n", "suppression_empty",
	                "suppression list optout has no id; it had 3 for the last accepted "
	                "delivery"},
	        {"empty from the first", 0, GUARD_OFF, 10000, false, 0, 0, 0, "",
	                "suppression_empty", "suppression list optout has no id"},
	        {"empty, and may be", 0, GUARD_OFF, 10000, true, 0, 0, 0, "optout\t3\n", "", ""},
	        {"shrunk as allowed", 0, 200000, 0, false, 80, 0, 80, "x\t7\noptout\t100\n", "",
	                ""},
	        {"shrunk more", 0, 200000, 0, false, 79, 0, 79, "x\t7\noptout\t100\n",
	                "suppression_shrunk", "has 79 ids; it had 100"},
	        {"nothing may be missing", 0, 0, 0, false, 99, 0, 99, "optout\t100\n",
	                "suppression_shrunk", "max_shrink allows 0 % fewer"},
	        {"another list was larger", 0, 0, 0, false, 99, 0, 99, "optouts\t100\n", "", ""},
	        {"shrinking is not looked at", 0, GUARD_OFF, 0, false, 1, 0, 1, "optout\t100\n", "",
	                ""},
	        {"known as asked for", 0, GUARD_OFF, 10000, false, 1000, 0, 10, "", "", ""},
	        {"known less", 0, GUARD_OFF, 10000, false, 1000, 0, 9, "", "suppression_unknown",
	                "the bridge knows 9 of 1000 ids, but min_known requires 1 %"},
	        {"nobody need be known", 0, GUARD_OFF, 0, false, 1000, 0, 0, "", "", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct bench b = {0};
		world_init(&b.w);
		workers_init(&b.k, &b.w);
		b.list = (struct spec_suppression){.name = STR("optout"),
		        .source = {.url = STR("file:///lists/optout/")},
		        .max_invalid_ppm = cases[i].max_invalid,
		        .max_shrink_ppm = cases[i].max_shrink,
		        .min_known_ppm = cases[i].min_known,
		        .may_be_empty = cases[i].may_be_empty};
		b.w.spec.suppressions = &b.list;
		b.w.spec.suppressions_count = 1;
		b.k.list_ids = cases[i].ids;
		b.k.list_invalid = cases[i].invalid;
		b.k.list_known = cases[i].known;
		b.w.head = (struct route_head){true, STR(""), STR("old"), STR("v0"), STR("h"), 24,
		        NULL, false, str_c(cases[i].before)};
		struct stored *s = run(&b, D1);
		enum delivery_state want = cases[i].reason[0] ? STATE_HELD : STATE_COMPLETED;
		if (s->x.state != want || !str_eq(s->x.reason, str_c(cases[i].reason)))
			fail_msg("%s: %s(" STR_FMT ") " STR_FMT, cases[i].name,
			        delivery_state_name(s->x.state), STR_ARG(s->x.reason),
			        STR_ARG(s->x.memory.detail));
		if (cases[i].reason[0] &&
		        !strstr(arena_cstr(&b.w.mem, s->x.memory.detail), cases[i].says))
			fail_msg("%s: " STR_FMT, cases[i].name, STR_ARG(s->x.memory.detail));
		if (cases[i].reason[0]) { /* another person may know better */
			(void)world_say(&b.w, D1, DECIDE_APPROVE, "bob", "a1");
			work_all(&b.k, &b.next);
			is_at(s, STATE_COMPLETED, "");
		}
		world_release(&b.w);
	}
}

/* 24 people, and a floor of the scheduler's or of the bridge-worker's. */
static void the_floor_holds_at_its_edge_whoever_has_it(void **state)
{
	static const struct {
		const char *name;
		int64_t floor, worker_floor, rows, more_records;
		const char *reason;
	} cases[] = {
	        {"no floor", 0, 0, 12, 0, ""},
	        {"one more than the floor", 23, 23, 12, 0, ""},
	        {"as many as the floor", 24, 24, 12, 0, ""},
	        {"one fewer", 25, 0, 12, 0, "below_floor"},
	        {"one fewer for the bridge-worker", 0, 25, 12, 0, "below_floor"},
	        {"one fewer for both", 25, 25, 12, 0, "below_floor"},
	        {"as many records of one person fewer", 24, 0, 12, 1, "below_floor"},
	        {"nobody is no small group", 25, 25, 0, 0, "zero_match"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct bench b = {0};
		world_init(&b.w);
		workers_init(&b.k, &b.w);
		b.w.rules.min_audience = cases[i].floor;
		b.k.worker_floor = cases[i].worker_floor;
		b.k.rows_per_slice = cases[i].rows;
		b.k.more_records = cases[i].more_records;
		struct stored *s = run(&b, D1);
		if (!str_eq(s->x.reason, str_c(cases[i].reason)))
			fail_msg("%s: " STR_FMT, cases[i].name, STR_ARG(s->x.reason));
		world_release(&b.w);
	}
}

/* Every other guard asks a person; a person may not ask the floor. */
static void no_approval_goes_below_the_floor(void **state)
{
	struct bench *b = *state;
	b->w.rules.min_audience = 25;
	b->w.spec.approval = APPROVAL_ALWAYS;
	b->w.spec.guards.max_size = 1;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "below_floor");
	assert_non_null(strstr(arena_cstr(&b->w.mem, s->x.memory.detail), "more than the maximum"));
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "below_floor");
	assert_non_null(
	        strstr(arena_cstr(&b->w.mem, s->x.memory.detail), "refused: approve by bob"));
	/* Other people in the source, and it is checked again. */
	b->w.spec.guards.max_size = 0;
	b->k.rows_per_slice = 13;
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "approval");
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "carol", "a2");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

/* It was approved with 25, and a list that is newer takes one of them: an approval that outlives
 * removals does not outlive the floor. */
static void an_approval_does_not_outlive_the_floor(void **state)
{
	struct bench *b = *state;
	b->list = (struct spec_suppression){
	        .name = STR("optout"), .source = {.url = STR("file:///lists/optout/")}};
	b->w.spec.suppressions = &b->list;
	b->w.spec.suppressions_count = 1;
	b->w.spec.approval = APPROVAL_ALWAYS;
	b->w.rules.min_audience = 24;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "approval");
	b->k.list_hash = "l2";
	b->k.blocked = 1;
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "below_floor");
}

/* The same selection, approved, waits for the end of a blackout; meanwhile the floor is raised. */
static void a_floor_that_is_raised_counts_for_what_was_approved(void **state)
{
	struct bench *b = *state;
	b->blackout = (struct spec_blackout){3 * 1440 + 1226, 3 * 1440 + 1230}; /* it is 1226 */
	b->w.spec.blackouts = &b->blackout;
	b->w.spec.blackouts_count = 1;
	b->w.spec.approval = APPROVAL_ALWAYS;
	b->w.rules.min_audience = 24;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "approval");
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "blackout");
	b->w.rules.min_audience = 25;
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "below_floor");
}

/* Cancel and reject end it, as any other hold. */
static void a_delivery_below_the_floor_can_be_ended(void **state)
{
	struct bench *b = *state;
	b->k.worker_floor = 25;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "below_floor");
	(void)world_say(&b->w, D1, DECIDE_REJECT, "bob", "r1");
	is_at(s, STATE_REJECTED, "rejected");
	struct stored *other = run(b, D2);
	is_at(other, STATE_HELD, "below_floor");
	(void)world_say(&b->w, D2, DECIDE_CANCEL, "bob", "c1");
	is_at(other, STATE_CANCELLED, "cancelled");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(the_gate_holds_at_its_edges),
	        TEST(a_minimum_that_is_missed_says_whose_it_is),
	        TEST(others_in_place_of_all_are_a_sudden_change),
	        TEST(doubtful_lists_are_held),
	        TEST(the_floor_holds_at_its_edge_whoever_has_it),
	        TEST(no_approval_goes_below_the_floor),
	        TEST(an_approval_does_not_outlive_the_floor),
	        TEST(a_floor_that_is_raised_counts_for_what_was_approved),
	        TEST(a_delivery_below_the_floor_can_be_ended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
