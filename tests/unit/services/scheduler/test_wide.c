/* SPDX-License-Identifier: Apache-2.0
 * Phases of very many tasks: rows are made when they can be issued, few are open at any time, and
 * none is forgotten, whatever becomes of the delivery meanwhile. */
#include "workers.h"

enum { WAVE = 2, SLICES = 21, OPEN_MAX = 4 * WAVE };

struct wide {
	struct world w;
	struct workers k;
	size_t next; /* of the world's tasks, to be worked on */
	struct stored *s;
};

static int32_t rows_of(const struct stored *s, enum stage stage)
{
	int32_t count = 0;
	for (size_t i = 0; i < s->rows_count; i++)
		count += s->rows[i].stage == stage;
	return count;
}

static int32_t open_rows(const struct stored *s)
{
	int32_t count = 0;
	for (size_t i = 0; i < s->rows_count; i++)
		count += row_is_open(&s->rows[i]);
	return count;
}

/* Looks as long as it is due now: no time passes. */
static void look_while_due(struct wide *b)
{
	for (int i = 0; i < 100 && b->s->x.due_ms <= b->w.now_ms; i++)
		b->s = world_due(&b->w, b->s->x.id);
	assert_true(b->s->x.due_ms > b->w.now_ms);
}

/* Work, as long as there is some before a task of this stage, and looks at what is due. */
static void go_until(struct wide *b, enum stage stop)
{
	for (size_t before = SIZE_MAX; before != b->next;) {
		before = b->next;
		work_until(&b->k, &b->next, stop);
		if (b->s->x.due_ms <= b->w.now_ms)
			look_while_due(b);
		assert_true(open_rows(b->s) <= OPEN_MAX);
	}
}

static int begin(void **state)
{
	struct wide *b = calloc(1, sizeof *b);
	assert_non_null(b);
	world_init(&b->w);
	workers_init(&b->k, &b->w);
	b->w.rules.wave = WAVE;
	b->w.rules.tasks_max = SLICES; /* no more are allowed */
	b->k.slices = SLICES;
	b->k.rows_per_slice = 10; /* so there are as many files */
	b->s = world_request(&b->w, STR("d1000000000000000000000000000001"), b->w.now_ms);
	*state = b;
	return 0;
}

static int finish(void **state)
{
	struct wide *b = *state;
	world_release(&b->w);
	free(b);
	return 0;
}

static void all_are_made_and_done_with_few_rows_open(void **state)
{
	struct wide *b = *state;
	go_until(b, STAGE_COUNT);
	assert_int_equal(b->s->x.state, STATE_COMPLETED);
	assert_int_equal(rows_of(b->s, STAGE_SELECT), SLICES);
	assert_int_equal(rows_of(b->s, STAGE_PART), SLICES);
	assert_int_equal(rows_of(b->s, STAGE_UPLOAD), SLICES + 2);
	assert_int_equal(b->s->x.memory.files_visible, SLICES + 2);
}

static void one_slice_more_than_allowed_fails(void **state)
{
	struct wide *b = *state;
	b->k.slices = SLICES + 1;
	go_until(b, STAGE_COUNT);
	assert_int_equal(b->s->x.state, STATE_FAILED);
	assert_true(str_eq(b->s->x.reason, STR("too_many_slices")));
	assert_int_equal(rows_of(b->s, STAGE_SELECT), 0);
}

static void more_than_four_waves_are_never_open(void **state)
{
	struct wide *b = *state;
	go_until(b, STAGE_SELECT);
	look_while_due(b); /* nobody works */
	assert_int_equal(rows_of(b->s, STAGE_SELECT), OPEN_MAX);
	assert_int_equal(b->s->x.tasks_out, OPEN_MAX);
	assert_int_equal(b->s->x.memory.tasks_unmade, SLICES - OPEN_MAX);
}

static void who_waits_for_a_place_has_a_wave_of_rows(void **state)
{
	struct wide *b = *state;
	b->w.tenant.room = 0;
	go_until(b, STAGE_SELECT);
	assert_int_equal(rows_of(b->s, STAGE_SELECT), WAVE);
	b->w.now_ms = b->s->x.due_ms;
	look_while_due(b);
	assert_int_equal(rows_of(b->s, STAGE_SELECT), WAVE);
	b->w.tenant.room = INT64_MAX;
	b->w.now_ms = b->s->x.due_ms;
	look_while_due(b);
	assert_int_equal(b->s->x.tasks_out, OPEN_MAX);
}

/* Tasks are the same whether their rows are made at once or one by one. */
static void ids_do_not_depend_on_when_rows_are_made(void **state)
{
	struct wide *b = *state;
	go_until(b, STAGE_COUNT);
	struct world other;
	struct workers k;
	size_t next = 0;
	world_init(&other);
	workers_init(&k, &other);
	other.now_ms = b->w.now_ms;
	other.rules.tasks_max = 1000;
	other.rules.wave = 500;
	k.slices = SLICES;
	k.rows_per_slice = 10;
	struct stored *s =
	        world_request(&other, STR("d1000000000000000000000000000001"), other.now_ms);
	work_all(&k, &next);
	assert_int_equal(s->x.state, STATE_COMPLETED);
	assert_int_equal(s->rows_count, b->s->rows_count);
	for (size_t i = 0; i < s->rows_count; i++)
		assert_non_null(world_row(b->s, s->rows[i].id));
	world_release(&other);
}

/* The first is lost while all others come and go: it is issued again by its alarm. */
static void a_straggler_is_not_left_behind(void **state)
{
	struct wide *b = *state;
	go_until(b, STAGE_SELECT);
	size_t lost = b->next++;
	go_until(b, STAGE_COUNT);
	assert_int_equal(b->s->x.memory.tasks_done, SLICES - 1);
	assert_int_equal(b->s->x.memory.tasks_unmade, 0);
	assert_int_equal(b->s->x.memory.tasks_floor, 0);
	size_t before = b->w.tasks_count;
	b->w.now_ms = b->s->x.due_ms;
	b->s = world_due(&b->w, b->s->x.id);
	assert_int_equal(b->w.tasks_count, before + 1);
	assert_true(
	        str_eq(b->w.tasks[before].event.head.task_id, b->w.tasks[lost].event.head.task_id));
	go_until(b, STAGE_COUNT);
	assert_int_equal(b->s->x.state, STATE_COMPLETED);
}

static void what_is_done_is_not_looked_at_again(void **state)
{
	struct wide *b = *state;
	go_until(b, STAGE_SELECT);
	for (int i = 0; i < SLICES - WAVE; i++) {
		(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
		look_while_due(b);
	}
	assert_in_range(b->s->x.memory.tasks_floor, SLICES - OPEN_MAX - WAVE, SLICES);
}

static void begin_uploads(struct wide *b, int done)
{
	go_until(b, STAGE_UPLOAD);
	for (int i = 0; i < done; i++) {
		(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
		look_while_due(b);
	}
	assert_true(b->s->x.memory.tasks_unmade > 0);
}

/* Whatever may become visible is asked for; what has no row yet cannot. */
static void a_cancel_settles_all_that_was_issued_and_no_more(void **state)
{
	struct wide *b = *state;
	begin_uploads(b, 5);
	int32_t out = b->s->x.tasks_out;
	b->s = world_say(&b->w, b->s->x.id, DECIDE_CANCEL, "ann", "w1");
	assert_int_equal(b->s->x.state, STATE_CANCELLING);
	assert_int_equal(rows_of(b->s, STAGE_SETTLE), out);
	assert_int_equal(b->s->x.memory.tasks_unmade, 0);
	int32_t uploads = rows_of(b->s, STAGE_UPLOAD);
	b->next = b->w.tasks_count - (size_t)b->s->x.tasks_out;
	go_until(b, STAGE_COUNT);
	assert_int_equal(b->s->x.state, STATE_CANCELLED);
	assert_int_equal(b->s->x.memory.files_visible, 5);
	assert_int_equal(rows_of(b->s, STAGE_UPLOAD), uploads);
}

/* Held for a person none is made; answered, all the others are. */
static void a_question_about_one_file_holds_up_the_making(void **state)
{
	struct wide *b = *state;
	begin_uploads(b, 3);
	const struct message *m = &b->w.tasks[b->next++];
	b->s = world_result(&b->w, answer(&b->k, m, EV_OUTCOME_REJECT, "uncertain"));
	assert_int_equal(b->s->x.state, STATE_HELD);
	int32_t uploads = rows_of(b->s, STAGE_UPLOAD);
	go_until(b, STAGE_COUNT); /* what is out is done */
	assert_int_equal(rows_of(b->s, STAGE_UPLOAD), uploads);
	assert_int_equal(b->s->x.state, STATE_HELD);
	b->w.resolution = EV_RESOLUTION_RESEND;
	b->s = world_say(&b->w, b->s->x.id, DECIDE_RESUME, "bob", "w2");
	look_while_due(b);
	go_until(b, STAGE_COUNT);
	assert_int_equal(b->s->x.state, STATE_COMPLETED);
	assert_int_equal(b->s->x.memory.files_visible, SLICES + 2);
}

/* A scheduler of the release before made all rows at once, and remembered nothing of it. */
static void what_was_made_at_once_goes_on(void **state)
{
	struct wide *b = *state;
	b->w.rules.wave = 500;
	work_until(&b->k, &b->next, STAGE_SELECT);
	assert_int_equal(rows_of(b->s, STAGE_SELECT), SLICES);
	assert_int_equal(b->s->x.memory.tasks_unmade, 0);
	for (size_t i = 0; i < b->s->rows_count;
	        i++) /* all but the first two were not issued yet */
		if (b->s->rows[i].stage == STAGE_SELECT && b->s->rows[i].index >= WAVE) {
			b->s->rows[i].status = TASK_WAITING;
			b->s->rows[i].issue = 0;
		}
	b->w.tasks_count = b->next + WAVE;
	b->s->x.tasks_out = WAVE;
	b->s->x.due_ms = b->w.now_ms;
	b->w.rules.wave = WAVE;
	look_while_due(b);
	for (size_t before = SIZE_MAX; before != b->next;) {
		before = b->next;
		work_until(&b->k, &b->next, STAGE_PART);
		if (b->s->x.due_ms <= b->w.now_ms)
			look_while_due(b);
	}
	assert_int_equal(b->s->x.state, STATE_FORMATTING);
	go_until(b, STAGE_COUNT);
	assert_int_equal(b->s->x.state, STATE_COMPLETED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                all_are_made_and_done_with_few_rows_open, begin, finish),
	        cmocka_unit_test_setup_teardown(one_slice_more_than_allowed_fails, begin, finish),
	        cmocka_unit_test_setup_teardown(more_than_four_waves_are_never_open, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                who_waits_for_a_place_has_a_wave_of_rows, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                ids_do_not_depend_on_when_rows_are_made, begin, finish),
	        cmocka_unit_test_setup_teardown(a_straggler_is_not_left_behind, begin, finish),
	        cmocka_unit_test_setup_teardown(what_is_done_is_not_looked_at_again, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                a_cancel_settles_all_that_was_issued_and_no_more, begin, finish),
	        cmocka_unit_test_setup_teardown(
	                a_question_about_one_file_holds_up_the_making, begin, finish),
	        cmocka_unit_test_setup_teardown(what_was_made_at_once_goes_on, begin, finish),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
