/* SPDX-License-Identifier: Apache-2.0
 * The way of a delivery, and every turn off it. */
#include "bench.h"

static int64_t number(const struct stored *s, const char *name)
{
	for (size_t i = 0; i < s->x.memory.counts_count; i++)
		if (str_eq(s->x.memory.counts[i].name, str_c(name)))
			return s->x.memory.counts[i].value;
	return -1;
}

static const struct message *last_task(const struct bench *b)
{
	return &b->w.tasks[b->w.tasks_count - 1];
}

static void a_delivery_goes_its_way(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	is_at(s, STATE_SELECTING, "");
	assert_int_equal(b->w.tasks_count, 1); /* inspect goes with the request: nothing waits */
	work_until(&b->k, &b->next, STAGE_PART);
	is_at(s, STATE_FORMATTING, "");
	assert_int_equal(s->x.memory.parts, 3); /* 24 members, 10 a file */
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	is_at(s, STATE_UPLOADING, "");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(number(s, "rows_read"), 28);
	assert_int_equal(number(s, "members"), 24);
	assert_int_equal(s->receipts, 5);
	assert_int_equal(s->x.memory.files_visible, 5);
	assert_true(str_eq(b->w.head.delivery_id, D1));
	assert_int_equal(b->w.head.members, 24);
	assert_int_equal(b->w.head.holder.n, 0);
	/* selecting, formatting, uploading, completed: and no snapshot more */
	assert_int_equal(s->published_statuses, 4);
}

static const struct ev_staged_ref *input_of_combine(struct bench *b, int32_t slices)
{
	b->k.slices = slices;
	(void)world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_COMBINE);
	return b->w.tasks[b->next].event.bridge.input;
}

static void the_selections_of_several_slices_are_listed(void **state)
{
	const struct ev_staged_ref *input = input_of_combine(*state, 2);
	assert_true(str_has_suffix(input->name, STR(".list")));
	assert_int_equal(input->rows, 2);
}

static void the_only_selection_is_named_itself(void **state)
{
	const struct ev_staged_ref *input = input_of_combine(*state, 1);
	assert_true(str_eq(input->kind, STR("selection")));
	assert_true(str_has_prefix(input->name, STR("sel/")));
}

static void manifest_and_marker_wait_for_all_before_them(void **state)
{
	struct bench *b = *state;
	(void)world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	size_t first = b->next;
	assert_int_equal(b->w.tasks_count - first, 3); /* the parts, together */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(b->w.tasks_count, first + 3);
		(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
	}
	assert_int_equal(b->w.tasks_count, first + 4);
	assert_int_equal(last_task(b)->event.upload.role, EV_FILE_ROLE_MANIFEST);
	(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
	assert_int_equal(last_task(b)->event.upload.role, EV_FILE_ROLE_MARKER);
}

static void parts_are_cut_by_rank(void **state)
{
	struct bench *b = *state;
	(void)world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_PART);
	static const int64_t firsts[] = {0, 10, 20}, ranks[] = {10, 10, 4};
	for (size_t i = 0; i < 3; i++) {
		const struct ev_format_task *t = &b->w.tasks[b->next + i].event.format;
		assert_int_equal(t->first_rank, firsts[i]);
		assert_int_equal(t->ranks, ranks[i]);
		assert_true(str_has_suffix(
		        t->file_name, arena_printf(&b->w.mem, "_%05d.csv", (int)i + 1)));
	}
}

static void the_same_cause_again_changes_nothing(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	int64_t version = s->x.version;
	(void)world_request(&b->w, D1, b->w.now_ms);
	assert_int_equal(s->x.version, version);
	assert_int_equal(b->w.tasks_count, 1);
}

static void a_configuration_that_fails_is_a_rejected_delivery(void **state)
{
	struct bench *b = *state;
	b->w.frozen = (struct frozen){.fault = STR("Route daily: is not there")};
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	is_at(s, STATE_REJECTED, "bad_configuration");
	assert_true(str_eq(s->x.memory.detail, STR("Route daily: is not there")));
}

static void a_changed_source_begins_another_revision(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_SELECT);
	(void)world_result(&b->w, answer(&b->k, last_task(b), EV_OUTCOME_REJECT, "source_changed"));
	assert_int_equal(s->x.revision, 2);
	is_at(s, STATE_SELECTING, "");
	assert_int_equal(last_task(b)->stage, STAGE_INSPECT);
	assert_int_equal(last_task(b)->event.head.revision, 2);
	/* what is left of revision 1 has no say */
	(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next]));
	b->next = b->w.tasks_count - 1;
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(number(s, "members"), 24);
}

static void a_source_that_never_rests_fails(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	for (int i = 0; i < 9; i++) {
		is_at(s, STATE_SELECTING, "");
		work_until(&b->k, &b->next, STAGE_SELECT);
		b->next = b->w.tasks_count;
		(void)world_result(
		        &b->w, answer(&b->k, last_task(b), EV_OUTCOME_REJECT, "source_changed"));
	}
	is_at(s, STATE_FAILED, "source_changed");
}

static void books_that_do_not_balance_fail(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_SELECT);
	struct ev_task_result *r = work(&b->k, &b->w.tasks[b->next++]);
	r->counts[1].value++; /* invalid */
	(void)world_result(&b->w, r);
	work_all(&b->k, &b->next);
	is_at(s, STATE_FAILED, "books");
	assert_non_null(strstr(s->x.memory.detail.p, "rows_read 28 does not equal invalid 3"));
}

/* Whoever may write to the results' topic: a number is no reason to end the scheduler. */
static void counts_that_cannot_be_are_refused(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_SELECT);
	for (; b->next < b->w.tasks_count; b->next++) {
		struct ev_task_result *r = work(&b->k, &b->w.tasks[b->next]);
		for (size_t i = 0; i < r->counts_count; i++)
			r->counts[i].value = INT64_C(1000000000001);
		(void)world_result(&b->w, r);
	}
	is_at(s, STATE_FAILED, "bad_result");
	s = world_request(&b->w, D2, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_PART);
	for (int i = 0; i < 3; i++) {
		struct ev_task_result *r = work(&b->k, &b->w.tasks[b->next++]);
		r->outputs[0].rows = INT64_MAX;
		(void)world_result(&b->w, r);
	}
	is_at(s, STATE_FAILED, "books");
}

static void a_part_with_other_rows_fails(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_PART);
	struct ev_task_result *r = work(&b->k, &b->w.tasks[b->next++]);
	r->outputs[0].rows--;
	(void)world_result(&b->w, r);
	work_all(&b->k, &b->next);
	is_at(s, STATE_FAILED, "books");
	assert_int_equal(s->receipts, 0);
}

static void cancel_before_any_upload_is_at_once(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_PART);
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "bob", "c1");
	is_at(s, STATE_CANCELLED, "cancelled");
	assert_int_equal(b->w.head.holder.n, 0);
	work_all(&b->k, &b->next); /* late results */
	is_at(s, STATE_CANCELLED, "cancelled");
}

static void cancel_after_an_upload_settles_every_issued_file(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++])); /* one receipted */
	struct message late = b->w.tasks[b->next];
	b->next = b->w.tasks_count;
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "bob", "c1");
	is_at(s, STATE_CANCELLING, "cancelled");
	assert_int_equal(b->w.tasks_count - b->next, 2); /* the two parts that are not */
	assert_int_equal(last_task(b)->stage, STAGE_SETTLE);
	work_all(&b->k, &b->next);
	is_at(s, STATE_CANCELLED, "cancelled");
	assert_non_null(strstr(s->x.memory.detail.p, "1 of 5 files are visible: "));
	assert_true(b->w.head.force_full);
	struct ev_task_result *r = work(&b->k, &late);
	assert_true(str_eq(r->reason, STR("closed"))); /* and it can never come out */
	(void)world_result(&b->w, r);
	is_at(s, STATE_CANCELLED, "cancelled");
}

static void cancel_too_late_is_completed(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	while (last_task(b)->event.upload.role != EV_FILE_ROLE_MARKER)
		(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
	(void)work(&b->k, last_task(b)); /* visible, but the answer is lost */
	b->next = b->w.tasks_count;
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "bob", "c1");
	is_at(s, STATE_CANCELLING, "cancelled");
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "too_late");
	assert_int_equal(s->x.memory.files_visible, 5);
	assert_int_equal(s->receipts, 5);
}

static void a_failing_upload_settles_too(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	struct message m = b->w.tasks[b->next];
	b->next = b->w.tasks_count;
	(void)world_result(&b->w, answer(&b->k, &m, EV_OUTCOME_REJECT, "closed"));
	is_at(s, STATE_CANCELLING, "closed");
	work_all(&b->k, &b->next);
	is_at(s, STATE_FAILED, "closed");
	assert_int_equal(s->x.memory.files_visible, 0);
	assert_false(b->w.head.force_full);
}

static void settle_never_gives_up_but_asks_in_the_end(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "bob", "c1");
	for (size_t i = b->w.tasks_count - 3; i < b->w.tasks_count - 1; i++)
		(void)world_result(&b->w, work(&b->k, &b->w.tasks[i]));
	struct message m;
	for (int i = 1; i <= 40; i++) {
		m = *last_task(b);
		(void)world_result(&b->w, answer(&b->k, &m, EV_OUTCOME_RETRY, "store_unavailable"));
		is_at(s, i < 24 ? STATE_CANCELLING : STATE_HELD,
		        i < 24 ? "cancelled" : "uncertain");
		b->w.now_ms = s->x.due_ms;
		(void)world_due(&b->w, D1);
		assert_int_equal(last_task(b)->event.head.issue, m.event.head.issue + 1);
	}
	b->next = b->w.tasks_count - 1;
	work_all(&b->k, &b->next);
	is_at(s, STATE_CANCELLED, "cancelled");
}

static void a_settle_that_cannot_know_takes_a_person_s_answer(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "bob", "c1");
	b->next = b->w.tasks_count - 1;
	struct message m = *last_task(b);
	(void)world_result(&b->w, answer(&b->k, &m, EV_OUTCOME_REJECT, "uncertain"));
	is_at(s, STATE_HELD, "uncertain");
	b->w.resolution = EV_RESOLUTION_RESEND;
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	is_at(s, STATE_CANCELLING, "cancelled");
	assert_int_equal(last_task(b)->stage, STAGE_SETTLE);
	assert_int_equal(last_task(b)->event.upload.resolution, EV_RESOLUTION_RESEND);
	b->next = b->w.tasks_count - 4;
	work_all(&b->k, &b->next);
	is_at(s, STATE_CANCELLED, "cancelled");
}

static void an_uncertain_upload_asks_a_person(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	struct message m = b->w.tasks[b->next++];
	(void)world_result(&b->w, answer(&b->k, &m, EV_OUTCOME_REJECT, "uncertain"));
	is_at(s, STATE_HELD, "uncertain");
	work_all(&b->k, &b->next); /* the others go on, the manifest does not */
	is_at(s, STATE_HELD, "uncertain");
	assert_int_equal(s->x.memory.files_visible, 2);
	struct decide_event ev = {.kind = DECIDE_RESUME,
	        .identity = STR("r1"),
	        .actor = STR("bob"),
	        .note = STR(""),
	        .frozen = b->w.frozen,
	        .resolution = EV_RESOLUTION_ADOPT};
	(void)world_step(&b->w, D1, &ev, 1);
	is_at(s, STATE_UPLOADING, "");
	assert_int_equal(last_task(b)->event.upload.resolution, EV_RESOLUTION_ADOPT);
	assert_int_equal(last_task(b)->event.head.index, m.event.head.index);
	assert_false(str_eq(last_task(b)->event.head.task_id, m.event.head.task_id));
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_int_equal(s->receipts, 5);
}

static void a_hold_expires_by_way_of_settle(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	(void)world_result(
	        &b->w, answer(&b->k, &b->w.tasks[b->next], EV_OUTCOME_REJECT, "uncertain"));
	b->next = b->w.tasks_count;
	b->w.now_ms += INT64_C(720) * 3600 * 1000;
	(void)world_due(&b->w, D1);
	is_at(s, STATE_CANCELLING, "expired");
	work_all(&b->k, &b->next);
	is_at(s, STATE_REJECTED, "expired");
}

/* It ends all the same, says what is known, and what comes next sends everything. */
static void nobody_s_answer_ends_a_settle_too(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "bob", "c1");
	for (b->next = b->w.tasks_count - 3; b->next < b->w.tasks_count; b->next++)
		(void)world_result(
		        &b->w, answer(&b->k, &b->w.tasks[b->next], EV_OUTCOME_REJECT, "uncertain"));
	is_at(s, STATE_HELD, "uncertain");
	b->w.now_ms += INT64_C(720) * 3600 * 1000;
	(void)world_due(&b->w, D1);
	is_at(s, STATE_CANCELLED, "cancelled");
	assert_non_null(strstr(s->x.memory.detail.p, "not all files could be settled"));
	assert_true(b->w.head.force_full);
}

/* As before, and one file was found to be there. */
static void what_was_settled_before_the_end_is_named(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next]));
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "bob", "c1");
	(void)world_result(&b->w, answer(&b->k, last_task(b), EV_OUTCOME_REJECT, "uncertain"));
	b->w.now_ms += INT64_C(720) * 3600 * 1000;
	(void)world_due(&b->w, D1);
	is_at(s, STATE_CANCELLED, "cancelled");
	assert_non_null(strstr(s->x.memory.detail.p, "1 of 5 files are visible: "));
}

/* Such a template is refused today; one that was applied long ago is not. */
static void a_name_of_another_delivery_holds(void **state)
{
	struct bench *b = *state;
	b->w.spec.destination.data_template = STR("people_{part}.csv");
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	s = world_request(&b->w, D2, b->w.now_ms);
	work_all(&b->k, &b->next);
	is_at(s, STATE_HELD, "name_conflict");
	assert_non_null(strstr(s->x.memory.detail.p, "people_00001.csv"));
	b->w.spec.destination.data_template = STR("{delivery}_{part}.csv");
	(void)world_say(&b->w, D2, DECIDE_RESUME, "bob", "r1");
	assert_int_equal(s->x.revision, 2);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

static void the_next_of_a_route_waits(void **state)
{
	struct bench *b = *state;
	struct stored *one = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_PART);
	size_t mine = b->next;
	b->next = b->w.tasks_count;
	struct stored *two = world_request(&b->w, D2, b->w.now_ms + 1);
	work_all(&b->k, &b->next);
	is_at(two, STATE_HELD, "overlap");
	b->next = mine;
	work_until(&b->k, &b->next, STAGE_COUNT);
	is_at(one, STATE_COMPLETED, "");
	assert_true(b->w.wakes_route);
	(void)world_wake(&b->w, D2);
	is_at(two, STATE_SELECTING, "");
	assert_true(str_eq(two->x.memory.base_delivery, D1));
	work_all(&b->k, &b->next);
	is_at(two, STATE_COMPLETED, "");
	assert_int_equal(number(two, "unchanged"), 24); /* compared with the first */
}

static void an_older_one_behind_which_a_newer_waits_is_superseded(void **state)
{
	struct bench *b = *state;
	(void)world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_PART);
	b->next = b->w.tasks_count;
	struct stored *two = world_request(&b->w, D2, b->w.now_ms + 1);
	work_all(&b->k, &b->next);
	struct stored *three = world_request(&b->w, D3, b->w.now_ms + 2);
	work_all(&b->k, &b->next);
	is_at(three, STATE_HELD, "overlap");
	(void)world_wake(&b->w, D2);
	is_at(two, STATE_SUPERSEDED, "newer_delivery");
	(void)world_wake(&b->w, D3);
	is_at(three, STATE_HELD, "overlap");
}

static void a_build_makes_a_version(void **state)
{
	struct bench *b = *state;
	b->w.spec.kind = SPEC_BUILD;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	is_at(s, STATE_SELECTING, "");
	assert_true(str_eq(last_task(b)->event.build.previous, STR("v1")));
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_true(str_eq(b->w.bridge_version, STR("v2")));
	assert_true(b->w.last.wakes_bridge);
}

/* The last version stays, so deliveries go on with it. */
static void a_bridge_that_shrank_too_far_is_no_version(void **state)
{
	struct bench *b = *state;
	b->w.spec.kind = SPEC_BUILD;
	b->w.spec.bridge.max_shrink_ppm = 500000;
	b->w.bridge_persons = 21; /* and the workers' build has 10 */
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_all(&b->k, &b->next);
	is_at(s, STATE_FAILED, "bridge_shrunk");
	assert_true(str_eq(b->w.bridge_version, STR("v1")));
	b->w.bridge_persons = 20; /* half of them is allowed */
	s = world_request(&b->w, D2, b->w.now_ms);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
	assert_true(str_eq(b->w.bridge_version, STR("v2")));
}

static void a_dry_run_ends_behind_the_gate(void **state)
{
	struct bench *b = *state;
	b->w.spec.dry_run = true;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "dry_run");
	assert_int_equal(b->w.head.delivery_id.n, 0); /* nothing was delivered */
	assert_int_equal(b->w.head.holder.n, 0);
}

static void ids_are_causes(void **state)
{
	struct bench *b = *state;
	(void)world_request(&b->w, D1, b->w.now_ms);
	work_all(&b->k, &b->next);
	for (size_t i = 0; i < b->w.tasks_count; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(b->w.tasks[i].event.head.task_id,
			        b->w.tasks[k].event.head.task_id));
	struct world again;
	world_init(&again);
	struct workers k;
	workers_init(&k, &again);
	size_t next = 0;
	again.now_ms += 12345; /* another time is the same cause */
	(void)world_request(&again, D1, b->w.now_ms);
	work_all(&k, &next);
	assert_int_equal(again.tasks_count, b->w.tasks_count);
	for (size_t i = 0; i < again.tasks_count; i++)
		assert_true(str_eq(
		        again.tasks[i].event.head.task_id, b->w.tasks[i].event.head.task_id));
	world_release(&again);
}

static void a_final_status_is_repeated_until_it_was_read_back(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_all(&b->k, &b->next);
	assert_int_equal(s->x.due_ms, b->w.now_ms + 30000);
	int64_t version = s->x.version;
	(void)world_due(&b->w, D1);
	assert_true(b->w.last.republish);
	assert_int_equal(s->x.version, version);
}

static void an_event_that_can_never_go_fails_its_delivery(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	struct decide_event ev = {
	        .kind = DECIDE_FAIL, .reason = STR("unproducible"), .detail = STR("too large")};
	(void)world_step(&b->w, D1, &ev, 1);
	is_at(s, STATE_FAILED, "unproducible");
}

static void versions_grow_over_a_promotion(void **state)
{
	(void)state;
	int64_t a = version_next(0, 1), z = version_next(a, 2);
	assert_int_equal(a, (INT64_C(1) << 40) + 1);
	assert_int_equal(z, (INT64_C(2) << 40) + 2);
	assert_true(version_next(z, 1) > z); /* a clock that goes back is not believed */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(a_delivery_goes_its_way),
	        TEST(the_selections_of_several_slices_are_listed),
	        TEST(the_only_selection_is_named_itself),
	        TEST(manifest_and_marker_wait_for_all_before_them),
	        TEST(parts_are_cut_by_rank),
	        TEST(the_same_cause_again_changes_nothing),
	        TEST(a_configuration_that_fails_is_a_rejected_delivery),
	        TEST(a_changed_source_begins_another_revision),
	        TEST(a_source_that_never_rests_fails),
	        TEST(books_that_do_not_balance_fail),
	        TEST(counts_that_cannot_be_are_refused),
	        TEST(a_part_with_other_rows_fails),
	        TEST(cancel_before_any_upload_is_at_once),
	        TEST(cancel_after_an_upload_settles_every_issued_file),
	        TEST(cancel_too_late_is_completed),
	        TEST(a_failing_upload_settles_too),
	        TEST(settle_never_gives_up_but_asks_in_the_end),
	        TEST(a_settle_that_cannot_know_takes_a_person_s_answer),
	        TEST(an_uncertain_upload_asks_a_person),
	        TEST(a_hold_expires_by_way_of_settle),
	        TEST(nobody_s_answer_ends_a_settle_too),
	        TEST(what_was_settled_before_the_end_is_named),
	        TEST(a_name_of_another_delivery_holds),
	        TEST(the_next_of_a_route_waits),
	        TEST(an_older_one_behind_which_a_newer_waits_is_superseded),
	        TEST(a_build_makes_a_version),
	        TEST(a_bridge_that_shrank_too_far_is_no_version),
	        TEST(a_dry_run_ends_behind_the_gate),
	        TEST(ids_are_causes),
	        TEST(a_final_status_is_repeated_until_it_was_read_back),
	        TEST(an_event_that_can_never_go_fails_its_delivery),
	        TEST(versions_grow_over_a_promotion),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
