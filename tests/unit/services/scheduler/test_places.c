/* SPDX-License-Identifier: Apache-2.0
 * All files of a delivery go to one place: that of the first receipt, unless a person names another. */
#include "bench.h"

static int begin_at_a_place(void **state)
{
	int rc = begin(state);
	struct bench *b = *state;
	b->k.place = "here";
	return rc;
}

/* Its uploads are the next tasks. */
static struct stored *to_uploads(struct bench *b)
{
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	assert_true(b->next < b->w.tasks_count);
	return s;
}

static struct stored *do_next(struct bench *b)
{
	assert_true(b->next < b->w.tasks_count);
	return world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
}

static struct str place_of(const struct bench *b, size_t task)
{
	return b->w.tasks[task].event.upload.place;
}

static void whoever_is_issued_after_the_first_receipt_is_told_its_place(void **state)
{
	struct bench *b = *state;
	struct stored *s = to_uploads(b);
	size_t first = b->next, parts = b->w.tasks_count - first;
	assert_true(parts >= 2);
	for (size_t i = 0; i < parts; i++)
		assert_int_equal(place_of(b, first + i).n, 0); /* nobody knows it yet */
	(void)do_next(b);
	/* One that was under way before is issued again: now it is known. */
	(void)world_result(&b->w, answer(&b->k, &b->w.tasks[b->next], EV_OUTCOME_DEFER, "drain"));
	assert_true(str_eq(place_of(b, b->w.tasks_count - 1), STR("here")));
	work_all(&b->k, &b->next);
	assert_int_equal(s->x.state, STATE_COMPLETED);
	for (size_t i = first + parts; i < b->w.tasks_count; i++)
		assert_true(str_eq(place_of(b, i), STR("here")));
}

static void a_delivery_in_two_places_is_never_complete(void **state)
{
	struct bench *b = *state;
	struct stored *s = to_uploads(b);
	(void)do_next(b);
	b->k.place = "there"; /* unmounted while the second part was under way */
	(void)do_next(b);
	work_all(&b->k, &b->next);
	assert_int_equal(s->x.state, STATE_FAILED);
	assert_true(str_eq(s->x.reason, STR("drop_changed")));
	assert_true(s->x.memory.files_visible < s->x.memory.files_planned);
}

static void not_even_when_the_last_file_is_elsewhere(void **state)
{
	struct bench *b = *state;
	struct stored *s = to_uploads(b);
	while (b->w.tasks[b->next].event.upload.role != EV_FILE_ROLE_MARKER)
		(void)do_next(b);
	b->k.place = "there";
	work_all(&b->k, &b->next);
	assert_int_equal(s->x.state, STATE_FAILED);
	assert_true(str_eq(s->x.reason, STR("drop_changed")));
	assert_int_equal(s->x.memory.files_visible, s->x.memory.files_planned - 1);
	assert_int_equal(s->receipts, s->x.memory.files_planned); /* all were sent: somewhere */
}

static void a_cancelled_delivery_counts_only_what_is_in_its_place(void **state)
{
	struct bench *b = *state;
	struct stored *s = to_uploads(b);
	size_t second = b->next + 1;
	(void)do_next(b);
	b->k.place = "there";
	(void)work(&b->k, &b->w.tasks[second]); /* committed there, and its uploader dies */
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "bob", "cancel");
	work_all(&b->k, &b->next);
	assert_int_equal(s->x.state, STATE_CANCELLED);
	assert_int_equal(s->x.memory.files_visible, 1);
}

static void what_a_person_answers_names_the_place(void **state)
{
	struct bench *b = *state;
	struct stored *s = to_uploads(b);
	(void)do_next(b);
	struct ev_task_result *r = work(&b->k, &b->w.tasks[b->next++]);
	r->facts[r->facts_count - 1].value = STR("there");
	give_fact(&b->k, r, "place_by", STR("person"));
	(void)world_result(&b->w, r);
	b->k.place = "there";
	work_all(&b->k, &b->next);
	assert_int_equal(s->x.state, STATE_COMPLETED);
	assert_true(str_eq(place_of(b, b->w.tasks_count - 1), STR("there")));
}

static void an_uploader_that_does_not_say_is_believed(void **state)
{
	struct bench *b = *state;
	b->k.place = NULL;
	struct stored *s = to_uploads(b);
	work_all(&b->k, &b->next);
	assert_int_equal(s->x.state, STATE_COMPLETED);
	assert_int_equal(s->x.memory.place.n, 0);
}

static void an_upload_of_a_part_says_the_md5_that_the_formatter_found(void **state)
{
	struct bench *b = *state;
	(void)to_uploads(b);
	size_t parts = 0;
	for (size_t i = 0; i < b->w.tasks_count; i++) {
		const struct ev_upload_task *t = &b->w.tasks[i].event.upload;
		if (b->w.tasks[i].stage != STAGE_UPLOAD || t->role != EV_FILE_ROLE_PART)
			continue;
		assert_true(str_eq(t->md5, STR("0123456789abcdef0123456789abcdef")));
		parts++;
	}
	assert_true(parts >= 2);
}

static void an_upload_says_which_encoder_made_the_file(void **state)
{
	struct bench *b = *state;
	(void)to_uploads(b);
	size_t first = b->next;
	(void)world_say(&b->w, D1, DECIDE_CANCEL, "bob", "cancel");
	size_t settles = 0;
	for (size_t i = first; i < b->w.tasks_count; i++) {
		assert_true(str_eq(b->w.tasks[i].event.upload.encoder, STR("isal-0")));
		settles += b->w.tasks[i].stage == STAGE_SETTLE;
	}
	assert_true(settles >= 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_at_a_place, finish)
	const struct CMUnitTest tests[] = {
	        TEST(whoever_is_issued_after_the_first_receipt_is_told_its_place),
	        TEST(a_delivery_in_two_places_is_never_complete),
	        TEST(not_even_when_the_last_file_is_elsewhere),
	        TEST(a_cancelled_delivery_counts_only_what_is_in_its_place),
	        TEST(what_a_person_answers_names_the_place),
	        TEST(an_uploader_that_does_not_say_is_believed),
	        TEST(an_upload_of_a_part_says_the_md5_that_the_formatter_found),
	        TEST(an_upload_says_which_encoder_made_the_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
