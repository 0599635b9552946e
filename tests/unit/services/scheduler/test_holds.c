/* SPDX-License-Identifier: Apache-2.0
 * Holds: what sets each, what releases it, and that each has an end. */
#include "bench.h"

static const int64_t HOUR = 3600 * 1000;

static void use_list(struct bench *b)
{
	b->list = (struct spec_suppression){
	        .name = STR("optout"), .source = {.url = STR("file:///lists/optout/")}};
	b->w.spec.suppressions = &b->list;
	b->w.spec.suppressions_count = 1;
}

/* Of a record that is not written whole each primary id may have one; a person can allow more. */
static void rows_that_would_repeat_are_held(void **state)
{
	struct bench *b = *state;
	b->w.spec.destination.one_row_a_primary = true;
	is_at(run(b, D1), STATE_COMPLETED, "");
	b->k.more_records = 1;
	struct stored *s = run(b, D2);
	is_at(s, STATE_HELD, "unsupported(format.dedupe)");
	b->w.spec.destination.one_row_a_primary = false;
	(void)world_say(&b->w, D2, DECIDE_RESUME, "bob", "r1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

static void an_empty_source_is_held_and_may_be_approved(void **state)
{
	struct bench *b = *state;
	b->k.slices = 0;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "empty_source");
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.memory.parts, 1); /* one file without rows */
}

/* --- approval --- */

static void approval_is_by_another_person_for_what_was_seen(void **state)
{
	struct bench *b = *state;
	b->w.spec.approval = APPROVAL_ALWAYS;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "approval");
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "ann", "a1");
	is_at(s, STATE_HELD, "approval");
	assert_string_equal(b->w.last_audit, "delivery.approve_refused");
	assert_non_null(strstr(s->x.memory.detail.p, "the approver must not be the requester"));
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "", "a2");
	is_at(s, STATE_HELD, "approval");
	static const char *const spelt[] = {"Ann", "ann ", "\tA NN", "ann\xe2\x80\x8b", " "};
	static const char *const words[] = {"w0", "w1", "w2", "w3", "w4"};
	for (size_t i = 0; i < 5; i++) {
		(void)world_say(&b->w, D1, DECIDE_APPROVE, spelt[i], words[i]);
		is_at(s, STATE_HELD, "approval");
		assert_string_equal(b->w.last_audit, "delivery.approve_refused");
	}
	struct decide_event other = {.kind = DECIDE_APPROVE,
	        .identity = STR("a3"),
	        .actor = STR("bob"),
	        .note = STR(""),
	        .content_hash = STR("hash-of-something-else")};
	(void)world_step(&b->w, D1, &other, 1);
	is_at(s, STATE_HELD, "approval");
	other.identity = STR("a4");
	other.content_hash = s->x.memory.content_hash;
	(void)world_step(&b->w, D1, &other, 1);
	is_at(s, STATE_FORMATTING, "");
	assert_true(str_eq(s->x.memory.approved_by, STR("bob")));
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

static void an_approval_may_not_come_from_another_tenant(void **state)
{
	struct bench *b = *state;
	b->w.spec.approval = APPROVAL_ALWAYS;
	struct stored *s = run(b, D1);
	struct decide_event ev = {.kind = DECIDE_APPROVE,
	        .identity = STR("a1"),
	        .actor = STR("bob"),
	        .note = STR(""),
	        .content_hash = STR(""),
	        .request = {.tenant = STR("other")}};
	(void)world_step(&b->w, D1, &ev, 1);
	is_at(s, STATE_HELD, "approval");
	assert_string_equal(b->w.last_audit, "delivery.request_refused");
}

static void a_repeated_word_is_heard_once(void **state)
{
	struct bench *b = *state;
	b->w.spec.approval = APPROVAL_ALWAYS;
	(void)run(b, D1);
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "ann", "a1");
	int audits = b->w.audits;
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "ann", "a1");
	assert_int_equal(b->w.audits, audits);
}

static void after_an_approval_the_lists_are_looked_at_again(void **state)
{
	struct bench *b = *state;
	use_list(b);
	b->w.spec.approval = APPROVAL_ALWAYS;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "approval");
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	assert_int_equal(b->w.tasks[b->w.tasks_count - 1].stage, STAGE_LISTS);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 1); /* nothing was newer */
}

static void a_newer_list_that_only_removes_keeps_the_approval(void **state)
{
	struct bench *b = *state;
	use_list(b);
	b->w.spec.approval = APPROVAL_ALWAYS;
	struct stored *s = run(b, D1);
	b->k.list_hash = "l2";
	b->k.blocked = 3;
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 2);
	assert_int_equal(b->w.head.members, 21);
	assert_true(str_eq(b->w.head.content_hash, STR("hash-21-l2")));
}

static void a_newer_list_that_adds_needs_another_approval(void **state)
{
	struct bench *b = *state;
	use_list(b);
	b->k.blocked = 3;
	b->w.spec.approval = APPROVAL_ALWAYS;
	struct stored *s = run(b, D1);
	b->k.list_hash = "l2";
	b->k.blocked = 2;
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "approval");
	assert_int_equal(s->x.revision, 2);
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a2");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

static void removals_beyond_the_guards_need_another_approval(void **state)
{
	struct bench *b = *state;
	use_list(b);
	b->w.spec.approval = APPROVAL_ALWAYS;
	b->w.spec.guards.min_size = 22;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "approval");
	b->k.list_hash = "l2";
	b->k.blocked = 3;
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "below_minimum");
}

static void a_list_that_changes_while_it_is_used_is_read_again(void **state)
{
	struct bench *b = *state;
	use_list(b);
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_COMBINE);
	(void)world_result(&b->w,
	        answer(&b->k, &b->w.tasks[b->next++], EV_OUTCOME_REJECT, "suppression_changed"));
	assert_int_equal(b->w.tasks[b->w.tasks_count - 1].stage, STAGE_LISTS);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 2);
}

static void a_rejection_ends_a_held_delivery_only(void **state)
{
	struct bench *b = *state;
	b->w.spec.approval = APPROVAL_ALWAYS;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	(void)world_say(&b->w, D1, DECIDE_REJECT, "bob", "r0");
	is_at(s, STATE_SELECTING, "");
	work_all(&b->k, &b->next);
	(void)world_say(&b->w, D1, DECIDE_REJECT, "bob", "r1");
	is_at(s, STATE_REJECTED, "rejected");
	assert_non_null(strstr(s->x.memory.detail.p, "by bob"));
}

/* --- holds of the start --- */

static void a_paused_route_waits_for_resume_with_a_new_spec(void **state)
{
	struct bench *b = *state;
	struct spec paused = b->w.spec;
	paused.paused = true;
	b->w.frozen.spec = &paused;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "paused");
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	is_at(s, STATE_HELD, "paused"); /* it still is */
	b->w.frozen.spec = &b->w.spec;
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r2");
	is_at(s, STATE_SELECTING, "");
	assert_int_equal(s->x.revision, 3);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

/* Nothing is read, let alone sent; a dry run sends nothing anyhow. */
static void a_draft_is_not_delivered_to(void **state)
{
	struct bench *b = *state;
	b->w.spec.destination.is_draft = true;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "draft");
	assert_int_equal(b->w.tasks_count, 0);
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	is_at(s, STATE_HELD, "draft"); /* nobody approves a draft */
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	is_at(s, STATE_HELD, "draft"); /* it still is */
	b->w.spec.destination.is_draft = false;
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r2");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

static void a_dry_run_to_a_draft_goes_on(void **state)
{
	struct bench *b = *state;
	b->w.spec.destination.is_draft = b->w.spec.dry_run = true;
	struct stored *s = run(b, D1);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "dry_run");
}

static void what_is_not_honoured_is_held_by_name(void **state)
{
	struct bench *b = *state;
	b->unsupported = STR("packaging.encryption");
	b->w.spec.unsupported = &b->unsupported;
	b->w.spec.unsupported_count = 1;
	is_at(run(b, D1), STATE_HELD, "unsupported(packaging.encryption)");
}

static void an_unknown_zone_is_held(void **state)
{
	struct bench *b = *state;
	b->w.frozen.file_zone = NULL;
	is_at(run(b, D1), STATE_HELD, "unsupported(time_zone)");
}

/* Before anything is read; one file needs none, whatever it holds. */
static void several_files_without_marker_need_consent(void **state)
{
	struct bench *b = *state;
	b->w.spec.destination.completion = COMPLETION_NONE;
	is_at(run(b, D1), STATE_HELD, "unsupported(parts_without_marker)");
	assert_int_equal(b->w.tasks_count, 0);
	b->w.spec.destination.parts_without_marker = true; /* one remedy */
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	work_all(&b->k, &b->next);
	is_at(world_find(&b->w, D1), STATE_COMPLETED, "");
	b->w.spec.destination.parts_without_marker = false;
	b->w.spec.destination.max_rows_per_file = 0;
	is_at(run(b, D2), STATE_COMPLETED, "");
}

/* The remedy that the detail names is one. */
static void too_many_files_are_held_until_they_are_larger(void **state)
{
	struct bench *b = *state;
	b->w.rules.tasks_max = 2;
	struct stored *s = run(b, D1); /* 24 rows in files of 10 */
	is_at(s, STATE_HELD, "unsupported(max_rows_per_file)");
	b->w.spec.destination.max_rows_per_file = 12;
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

/* Began before this was looked at first: it is looked at again where it counts. */
static void consent_is_asked_for_again_when_the_parts_are_known(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_COMBINE);
	b->w.spec.destination.completion = COMPLETION_NONE;
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "unsupported(parts_without_marker)");
	is_at(run(b, D2), STATE_HELD, "unsupported(parts_without_marker)");
}

static void states_that_are_suppressed_need_their_column(void **state)
{
	struct bench *b = *state;
	b->w.spec.destination.suppress_unknown_state = true;
	b->w.spec.audience.state_column = STR("");
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "unsupported(state_column)");
	assert_int_equal(b->w.tasks_count, 0);
	b->w.spec.audience.state_column = STR("state");
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

static void a_bridge_too_old_releases_itself(void **state)
{
	struct bench *b = *state;
	b->w.bridge_built_ms = b->w.now_ms - 48 * HOUR; /* just young enough */
	(void)world_request(&b->w, D1, b->w.now_ms);
	is_at(world_find(&b->w, D1), STATE_SELECTING, "");
	b->w.bridge_built_ms--;
	struct stored *s = run(b, D2);
	is_at(s, STATE_HELD, "stale_bridge");
	int words = s->published_statuses;
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D2);
	is_at(s, STATE_HELD, "stale_bridge");
	assert_int_equal(s->published_statuses, words); /* nothing new to say */
	b->w.bridge_built_ms = b->w.now_ms;
	(void)world_wake(&b->w, D2);
	is_at(s, STATE_SELECTING, "");
}

static void without_any_bridge_it_waits_for_the_first(void **state)
{
	struct bench *b = *state;
	b->w.bridge_version = STR("");
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "stale_bridge");
	b->w.bridge_version = STR("v1");
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

static void a_missing_source_is_looked_for_without_spending(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	for (int i = 0; i < 20; i++) {
		struct message m = b->w.tasks[b->w.tasks_count - 1];
		assert_int_equal(m.stage, STAGE_INSPECT);
		(void)world_result(&b->w, answer(&b->k, &m, EV_OUTCOME_RETRY, "source_missing"));
		is_at(s, STATE_HELD, "source_missing");
		b->w.now_ms = s->x.due_ms;
		(void)world_due(&b->w, D1);
	}
	assert_int_equal(s->rows[0].attempts, 0);
	assert_int_equal(s->published_statuses, 2);
	b->next = b->w.tasks_count - 1;
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

static void a_slice_that_was_missing_does_not_stop_the_others(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_SELECT);
	struct message m = b->w.tasks[b->next++];
	(void)world_result(&b->w, answer(&b->k, &m, EV_OUTCOME_RETRY, "source_missing"));
	is_at(s, STATE_HELD, "source_missing");
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "source_missing"); /* one is missing still */
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 1);
}

static void a_stale_list_is_looked_at_again_while_held(void **state)
{
	struct bench *b = *state;
	use_list(b);
	b->list.max_age_hours = 24;
	b->k.list_modified_ms = b->w.now_ms - 24 * HOUR - 1;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "suppression_stale");
	int64_t since = s->x.memory.hold_since_ms;
	for (int i = 0; i < 3; i++) {
		b->w.now_ms = s->x.due_ms;
		(void)world_due(&b->w, D1);
		work_all(&b->k, &b->next);
		is_at(s, STATE_HELD, "suppression_stale");
		assert_int_equal(s->x.memory.hold_since_ms, since); /* its end comes nearer */
	}
	b->k.list_modified_ms = b->w.now_ms;
	b->w.now_ms = s->x.due_ms;
	(void)world_due(&b->w, D1);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

/* A worker that sees it for itself: the same task goes again, however long it takes. */
static void a_stale_list_makes_no_row_a_look(void **state)
{
	struct bench *b = *state;
	use_list(b);
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_LISTS);
	size_t rows = s->rows_count;
	for (int i = 0; i < 20; i++) {
		struct message m = b->w.tasks[b->next++];
		assert_int_equal(m.stage, STAGE_LISTS);
		(void)world_result(&b->w, answer(&b->k, &m, EV_OUTCOME_RETRY, "suppression_stale"));
		is_at(s, STATE_HELD, "suppression_stale");
		b->w.now_ms = s->x.due_ms;
		(void)world_due(&b->w, D1);
		assert_int_equal(s->rows_count, rows);
	}
	assert_int_equal(s->published_statuses, 2);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 1);
}

static void a_blackout_ends_by_itself_and_lists_are_looked_at(void **state)
{
	struct bench *b = *state;
	use_list(b);
	/* 2026-05-28T20:26:40Z is a Thursday: minute 3 * 1440 + 1226 of the week */
	b->blackout = (struct spec_blackout){3 * 1440 + 1226, 3 * 1440 + 1230};
	b->w.spec.blackouts = &b->blackout;
	b->w.spec.blackouts_count = 1;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "blackout");
	assert_int_equal(s->x.due_ms, INT64_C(1780000000000) - 40000 + 4 * 60000);
	b->w.now_ms = s->x.due_ms;
	b->k.list_hash = "l2";
	(void)world_due(&b->w, D1);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->x.revision, 2);
}

static void a_blackout_may_go_over_the_week_s_end(void **state)
{
	struct bench *b = *state;
	b->blackout = (struct spec_blackout){3 * 1440 + 1226, 3 * 1440}; /* until next Thursday */
	b->w.spec.blackouts = &b->blackout;
	b->w.spec.blackouts_count = 1;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "blackout");
	int64_t thursday = (b->w.now_ms / 86400000 + 7) * 86400000;
	assert_int_equal(s->x.memory.hold_check_ms, thursday);
}

/* Who must give them to the uploader does, and then the same upload is issued again. */
static void credentials_are_waited_for(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	struct message m = b->w.tasks[b->next++];
	(void)world_result(&b->w, answer(&b->k, &m, EV_OUTCOME_REJECT, "credentials"));
	is_at(s, STATE_HELD, "credentials");
	work_all(&b->k, &b->next); /* the others go on */
	is_at(s, STATE_HELD, "credentials");
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	is_at(s, STATE_UPLOADING, "");
	const struct message *last = &b->w.tasks[b->w.tasks_count - 1];
	assert_true(str_eq(last->event.head.task_id, m.event.head.task_id));
	assert_int_equal(last->event.head.issue, m.event.head.issue + 1);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

static void every_hold_has_an_end(void **state)
{
	struct bench *b = *state;
	b->w.spec.approval = APPROVAL_ALWAYS;
	b->w.spec.limits.hold_hours = 2;
	struct stored *s = run(b, D1);
	assert_int_equal(s->x.due_ms, b->w.now_ms + 2 * HOUR);
	b->w.now_ms += 2 * HOUR - 1;
	(void)world_due(&b->w, D1);
	is_at(s, STATE_HELD, "approval");
	b->w.now_ms += 1;
	(void)world_due(&b->w, D1);
	is_at(s, STATE_REJECTED, "expired");
	assert_int_equal(b->w.head.holder.n, 0);
}

static void a_new_spec_voids_an_approval(void **state)
{
	struct bench *b = *state;
	b->w.spec.approval = APPROVAL_ALWAYS;
	b->w.spec.destination.data_template = STR("x.csv"); /* of all three parts */
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "approval");
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "unsupported(naming)");
	b->w.spec.destination.data_template = STR("x_{part}.csv");
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "approval");
}

static void another_bridge_version_voids_an_approval(void **state)
{
	struct bench *b = *state;
	b->w.spec.approval = APPROVAL_ALWAYS;
	struct stored *s = run(b, D1);
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a1");
	work_until(&b->k, &b->next, STAGE_PART);
	b->next = b->w.tasks_count;
	(void)world_result(&b->w, answer(&b->k, &b->w.tasks[b->w.tasks_count - 1],
	                                  EV_OUTCOME_REJECT, "bridge_version_gone"));
	assert_int_equal(s->x.revision, 2);
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "approval"); /* though the selection has the same hash again */
	assert_int_equal(s->x.memory.approved_by.n, 0);
	(void)world_say(&b->w, D1, DECIDE_APPROVE, "bob", "a2");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(rows_that_would_repeat_are_held),
	        TEST(an_empty_source_is_held_and_may_be_approved),
	        TEST(approval_is_by_another_person_for_what_was_seen),
	        TEST(an_approval_may_not_come_from_another_tenant),
	        TEST(a_repeated_word_is_heard_once),
	        TEST(after_an_approval_the_lists_are_looked_at_again),
	        TEST(a_newer_list_that_only_removes_keeps_the_approval),
	        TEST(a_newer_list_that_adds_needs_another_approval),
	        TEST(removals_beyond_the_guards_need_another_approval),
	        TEST(a_list_that_changes_while_it_is_used_is_read_again),
	        TEST(a_rejection_ends_a_held_delivery_only),
	        TEST(a_draft_is_not_delivered_to),
	        TEST(a_dry_run_to_a_draft_goes_on),
	        TEST(a_paused_route_waits_for_resume_with_a_new_spec),
	        TEST(what_is_not_honoured_is_held_by_name),
	        TEST(an_unknown_zone_is_held),
	        TEST(several_files_without_marker_need_consent),
	        TEST(too_many_files_are_held_until_they_are_larger),
	        TEST(consent_is_asked_for_again_when_the_parts_are_known),
	        TEST(states_that_are_suppressed_need_their_column),
	        TEST(a_bridge_too_old_releases_itself),
	        TEST(without_any_bridge_it_waits_for_the_first),
	        TEST(a_missing_source_is_looked_for_without_spending),
	        TEST(a_slice_that_was_missing_does_not_stop_the_others),
	        TEST(a_stale_list_is_looked_at_again_while_held),
	        TEST(a_stale_list_makes_no_row_a_look),
	        TEST(a_blackout_ends_by_itself_and_lists_are_looked_at),
	        TEST(a_blackout_may_go_over_the_week_s_end),
	        TEST(credentials_are_waited_for),
	        TEST(every_hold_has_an_end),
	        TEST(a_new_spec_voids_an_approval),
	        TEST(another_bridge_version_voids_an_approval),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
