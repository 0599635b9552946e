/* SPDX-License-Identifier: Apache-2.0
 * No hold is without an end. Each reason that there is has a case here that leads to it; cancelled,
 * rejected or forgotten, the delivery is over, also where no uploader can say what became of its
 * files; and what the table of holds says lets it go on. */
#include "bench.h"

#include "decide/deciding.h"

struct hold_case {
	const char *reason;
	void (*make)(struct bench *b);
	void (*mend)(
	        struct bench *b); /* what has to be put right before it goes on; NULL: nothing */
	enum ev_resolution resolution; /* of the resume */
	bool new_place;
};

/* --- ways to be held --- */

static void make_draft(struct bench *b)
{
	b->w.spec.destination.is_draft = true;
	(void)run(b, D1);
}
static void mend_draft(struct bench *b)
{
	b->w.spec.destination.is_draft = false;
}

static void make_paused(struct bench *b)
{
	b->w.spec.paused = true;
	(void)run(b, D1);
}

static void mend_paused(struct bench *b)
{
	b->w.spec.paused = false;
}

static void make_unsupported(struct bench *b)
{
	b->unsupported = STR("packaging.encryption");
	b->w.spec.unsupported = &b->unsupported;
	b->w.spec.unsupported_count = 1;
	(void)run(b, D1);
}

static void mend_unsupported(struct bench *b)
{
	b->w.spec.unsupported_count = 0;
}

static void reject_upload(struct bench *b, const char *reason)
{
	(void)world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	(void)world_result(&b->w, answer(&b->k, &b->w.tasks[b->next++], EV_OUTCOME_REJECT, reason));
}

static void make_strangers_file(struct bench *b)
{
	reject_upload(b, "name_conflict");
}

/* Of a template that was applied when such were not refused. */
static void make_claimed_name(struct bench *b)
{
	b->w.spec.destination.data_template = STR("people_{part}.csv");
	(void)run(b, D2);
	(void)run(b, D1);
}

static void mend_template(struct bench *b)
{
	b->w.spec.destination.data_template = STR("{delivery}_{part}.csv");
}

static void make_credentials(struct bench *b)
{
	reject_upload(b, "credentials");
}

static void make_uncertain(struct bench *b)
{
	reject_upload(b, "uncertain");
}

static void make_uncertain_end(struct bench *b)
{
	(void)world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "ann", "c0");
	work_until(&b->k, &b->next, STAGE_SETTLE);
	(void)world_result(
	        &b->w, answer(&b->k, &b->w.tasks[b->next++], EV_OUTCOME_REJECT, "uncertain"));
}

static void make_drop_changed(struct bench *b)
{
	b->w.spec.limits.attempts = 1;
	(void)world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	struct ev_task_result *r =
	        answer(&b->k, &b->w.tasks[b->next++], EV_OUTCOME_RETRY, "drop_unavailable");
	give_fact(&b->k, r, "place_wanted", STR("0123456789abcdef0123456789abcdef"));
	give_fact(&b->k, r, "place_found", STR("none"));
	(void)world_result(&b->w, r);
}

static void make_below_floor(struct bench *b)
{
	b->w.rules.min_audience = 1000;
	(void)run(b, D1);
}

static void mend_below_floor(struct bench *b)
{
	b->w.rules.min_audience = 1;
}

static void make_empty_source(struct bench *b)
{
	b->k.slices = 0;
	(void)run(b, D1);
}

static void make_zero_match(struct bench *b)
{
	b->k.rows_per_slice = 0;
	(void)run(b, D1);
}

static void make_below_minimum(struct bench *b)
{
	b->w.spec.guards.min_size = 1000;
	(void)run(b, D1);
}

static void make_above_maximum(struct bench *b)
{
	b->w.spec.guards.max_size = 1;
	(void)run(b, D1);
}

static void make_sudden_change(struct bench *b)
{
	b->w.spec.guards.max_shrink_ppm = 10000;
	(void)run(b, D2);
	b->k.rows_per_slice = 5;
	(void)run(b, D1);
}

static void make_low_match_rate(struct bench *b)
{
	b->w.spec.guards.min_match_rate_ppm = 990000;
	(void)run(b, D1);
}

static void use_list(struct bench *b)
{
	b->list = (struct spec_suppression){.name = STR("optout"),
	        .source = {.url = STR("file:///lists/optout/")},
	        .max_shrink_ppm = GUARD_OFF};
	b->w.spec.suppressions = &b->list;
	b->w.spec.suppressions_count = 1;
}

static void make_list_invalid(struct bench *b)
{
	use_list(b);
	b->k.list_invalid = 1;
	(void)run(b, D1);
}

static void make_list_empty(struct bench *b)
{
	use_list(b);
	b->k.list_ids = b->k.list_known = 0;
	(void)run(b, D1);
}

static void make_list_shrunk(struct bench *b)
{
	use_list(b);
	b->list.max_shrink_ppm = 100000;
	(void)run(b, D2);
	b->w.head.lists = STR("optout\t100\n");
	(void)run(b, D1);
}

static void make_list_unknown(struct bench *b)
{
	use_list(b);
	b->list.min_known_ppm = 500000;
	b->k.list_known = 0;
	(void)run(b, D1);
}

static void make_approval(struct bench *b)
{
	b->w.spec.approval = APPROVAL_ALWAYS;
	(void)run(b, D1);
}

static void make_source_missing(struct bench *b)
{
	(void)world_request(&b->w, D1, b->w.now_ms);
	(void)world_result(
	        &b->w, answer(&b->k, &b->w.tasks[b->next++], EV_OUTCOME_RETRY, "source_missing"));
}

static void make_stale_bridge(struct bench *b)
{
	b->w.bridge_version = STR("");
	(void)run(b, D1);
}

static void mend_stale_bridge(struct bench *b)
{
	b->w.bridge_version = STR("v1");
}

static void make_list_stale(struct bench *b)
{
	use_list(b);
	b->list.max_age_hours = 24;
	b->k.list_modified_ms = b->w.now_ms - INT64_C(25) * 3600 * 1000;
	(void)run(b, D1);
}

static void mend_list_stale(struct bench *b)
{
	b->k.list_modified_ms = b->w.now_ms;
}

static void make_overlap(struct bench *b)
{
	(void)world_request(&b->w, D2, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_PART);
	b->next = b->w.tasks_count;
	(void)run(b, D1);
}

static void mend_overlap(struct bench *b)
{
	(void)world_say(&b->w, D2, DECIDE_CANCEL, "ann", "c2");
}

static void make_blackout(struct bench *b)
{
	b->blackout = (struct spec_blackout){3 * 1440 + 1226, 3 * 1440 + 1230};
	b->w.spec.blackouts = &b->blackout;
	b->w.spec.blackouts_count = 1;
	(void)run(b, D1);
}

static void make_quota(struct bench *b)
{
	b->w.spec.limits.tenant_per_hour = 1;
	(void)run(b, D2);
	(void)run(b, D1);
}

static const struct hold_case cases[] = {
        {.reason = "paused", .make = make_paused, .mend = mend_paused},
        {.reason = "draft", .make = make_draft, .mend = mend_draft},
        {.reason = "unsupported", .make = make_unsupported, .mend = mend_unsupported},
        {.reason = "name_conflict",
                .make = make_strangers_file,
                .resolution = EV_RESOLUTION_RESEND},
        {.reason = "name_conflict", .make = make_strangers_file, .resolution = EV_RESOLUTION_ADOPT},
        {.reason = "name_conflict", .make = make_claimed_name, .mend = mend_template},
        {.reason = "credentials", .make = make_credentials},
        {.reason = "uncertain", .make = make_uncertain, .resolution = EV_RESOLUTION_RESEND},
        {.reason = "uncertain", .make = make_uncertain, .resolution = EV_RESOLUTION_ADOPT},
        {.reason = "uncertain", .make = make_uncertain_end, .resolution = EV_RESOLUTION_RESEND},
        {.reason = "drop_changed", .make = make_drop_changed},
        {.reason = "drop_changed", .make = make_drop_changed, .new_place = true},
        {.reason = "below_floor", .make = make_below_floor, .mend = mend_below_floor},
        {.reason = "empty_source", .make = make_empty_source},
        {.reason = "zero_match", .make = make_zero_match},
        {.reason = "below_minimum", .make = make_below_minimum},
        {.reason = "above_maximum", .make = make_above_maximum},
        {.reason = "sudden_change", .make = make_sudden_change},
        {.reason = "low_match_rate", .make = make_low_match_rate},
        {.reason = "suppression_invalid", .make = make_list_invalid},
        {.reason = "suppression_empty", .make = make_list_empty},
        {.reason = "suppression_shrunk", .make = make_list_shrunk},
        {.reason = "suppression_unknown", .make = make_list_unknown},
        {.reason = "approval", .make = make_approval},
        {.reason = "source_missing", .make = make_source_missing},
        {.reason = "stale_bridge", .make = make_stale_bridge, .mend = mend_stale_bridge},
        {.reason = "suppression_stale", .make = make_list_stale, .mend = mend_list_stale},
        {.reason = "overlap", .make = make_overlap, .mend = mend_overlap},
        {.reason = "blackout", .make = make_blackout},
        {.reason = "quota", .make = make_quota},
};
enum { CASES = sizeof cases / sizeof cases[0] };

/* --- */

static bool is_held_for(const struct stored *s, const char *reason)
{
	const struct hold_row *hold = hold_of(s->x.reason);
	return s->x.state == STATE_HELD && hold && strcmp(hold->word, reason) == 0;
}

static struct stored *held(struct bench *b, const struct hold_case *c)
{
	c->make(b);
	struct stored *s = world_find(&b->w, D1);
	if (!is_held_for(s, c->reason))
		fail_msg("%s: it is %s(" STR_FMT "): " STR_FMT, c->reason,
		        delivery_state_name(s->x.state), STR_ARG(s->x.reason),
		        STR_ARG(s->x.memory.detail));
	return s;
}

static void every_hold_that_there_is_has_a_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOLDS; i++) {
		bool has_case = false;
		for (size_t k = 0; k < CASES; k++)
			has_case = has_case || strcmp(cases[k].reason, holds[i].word) == 0;
		if (!has_case)
			fail_msg("no case here leads to %s and ends it", holds[i].word);
	}
}

/* Uploaders that can never say what became of a file. */
static void work_unknowing(struct bench *b)
{
	while (b->next < b->w.tasks_count) {
		const struct message *m = &b->w.tasks[b->next++];
		(void)world_result(&b->w, m->stage == STAGE_SETTLE
		                                  ? answer(&b->k, m, EV_OUTCOME_REJECT, "uncertain")
		                                  : work(&b->k, m));
	}
}

static void say_end(struct bench *b, struct stored *s, enum decide_kind kind, int turn)
{
	if (kind == DECIDE_DUE) {
		b->w.now_ms = s->x.memory.hold_expires_ms;
		(void)world_due(&b->w, D1);
		return;
	}
	(void)world_say(&b->w, D1, kind, "ann", turn == 0 ? "e0" : "e1");
}

static void end_it(const struct hold_case *c, enum decide_kind kind)
{
	void *state = NULL;
	assert_int_equal(begin(&state), 0);
	struct bench *b = state;
	struct stored *s = held(b, c);
	for (int turn = 0; turn < 2 && s->x.state == STATE_HELD; turn++) {
		say_end(b, s, kind, turn);
		work_unknowing(b);
	}
	if (!delivery_state_is_final(s->x.state))
		fail_msg("%s: nothing ends it, it is %s(" STR_FMT "): " STR_FMT, c->reason,
		        delivery_state_name(s->x.state), STR_ARG(s->x.reason),
		        STR_ARG(s->x.memory.detail));
	assert_false(str_eq(b->w.head.holder, D1)); /* and the route is free */
	(void)finish(&state);
}

static void cancel_ends_every_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++)
		end_it(&cases[i], DECIDE_CANCEL);
}

static void reject_ends_every_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++)
		end_it(&cases[i], DECIDE_REJECT);
}

static void time_ends_every_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++)
		end_it(&cases[i], DECIDE_DUE);
}

static void let_go_on(struct bench *b, struct stored *s, const struct hold_case *c)
{
	if (c->mend)
		c->mend(b);
	b->w.resolution = c->resolution;
	b->w.new_place = c->new_place;
	switch (hold_of(s->x.reason)->end) {
	case HOLD_RESUME:
		(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
		return;
	case HOLD_APPROVE:
		(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
		return;
	case HOLD_ITSELF:
		b->w.now_ms = s->x.memory.hold_check_ms > s->x.due_ms ? s->x.memory.hold_check_ms
		                                                      : s->x.due_ms;
		b->w.bridge_built_ms = b->w.now_ms;
		(void)world_due(&b->w, D1);
		return;
	}
}

static void its_answer_lets_it_go_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		void *own = NULL;
		assert_int_equal(begin(&own), 0);
		struct bench *b = own;
		struct stored *s = held(b, &cases[i]);
		bool was_ending = s->x.memory.phase == EV_PHASE_SETTLE;
		let_go_on(b, s, &cases[i]);
		work_all(&b->k, &b->next);
		if (s->x.state != (was_ending ? STATE_CANCELLED : STATE_COMPLETED))
			fail_msg("case %zu, %s: it is %s(" STR_FMT "): " STR_FMT, i,
			        cases[i].reason, delivery_state_name(s->x.state),
			        STR_ARG(s->x.reason), STR_ARG(s->x.memory.detail));
		(void)finish(&own);
	}
}

/* The end says what is not known, and the next delivery is a full one. */
static void an_end_without_knowledge_says_so(void **state)
{
	struct bench *b = *state;
	make_uncertain_end(b);
	struct stored *s = world_find(&b->w, D1);
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "ann", "c1");
	is_at(s, STATE_CANCELLED, "cancelled");
	assert_non_null(strstr(s->x.memory.detail.p, "not all files could be settled"));
	assert_true(b->w.head.force_full);
}

/* While an uploader still looks, nobody is asked, and nothing ends before it has answered. */
static void what_is_being_settled_is_waited_for(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "ann", "c0");
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "ann", "c1");
	is_at(s, STATE_CANCELLING, "cancelled");
	assert_string_equal(b->w.last_audit, "delivery.cancel_refused");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_hold_that_there_is_has_a_case),
	        cmocka_unit_test(cancel_ends_every_hold),
	        cmocka_unit_test(reject_ends_every_hold),
	        cmocka_unit_test(time_ends_every_hold),
	        cmocka_unit_test(its_answer_lets_it_go_on),
	        cmocka_unit_test_setup_teardown(an_end_without_knowledge_says_so, begin, finish),
	        cmocka_unit_test_setup_teardown(what_is_being_settled_is_waited_for, begin, finish),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
