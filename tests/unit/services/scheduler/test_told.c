/* SPDX-License-Identifier: Apache-2.0
 * When a snapshot is published: on a change of state and on coarse progress, and with the version of
 * the status that was stored. */
#include "bench.h"

/* A delivery at its first part; `rows` of them make a file. */
static struct stored *to_parts(struct bench *b, int64_t rows)
{
	b->w.spec.destination.max_rows_per_file = rows;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_PART);
	return s;
}

static void progress_is_told_in_quarters(void **state)
{
	struct bench *b = *state;
	struct stored *s = to_parts(b, 1);
	int words = s->published_statuses;
	assert_int_equal(s->x.memory.tasks_total, 24);
	for (int i = 1; i <= 23; i++) {
		(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
		assert_int_equal(s->x.memory.tasks_done, i);
		assert_int_equal(s->published_statuses, words + i * 4 / 24);
	}
}

static void a_short_phase_is_told_when_it_is_over(void **state)
{
	struct bench *b = *state;
	struct stored *s = to_parts(b, 4); /* 6 files */
	int words = s->published_statuses;
	for (int i = 1; i <= 5; i++) {
		(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
		assert_int_equal(s->published_statuses, words);
	}
}

/* So that a decision that only touches tasks makes nobody publish, and is seen as no older word. */
static void a_snapshot_has_the_version_of_its_status(void **state)
{
	struct bench *b = *state;
	struct stored *s = to_parts(b, 4);
	int64_t told = s->x.status_version, version = s->x.version;
	assert_int_equal(s->status_version, told);
	(void)world_result(&b->w, work(&b->k, &b->w.tasks[b->next++]));
	assert_true(s->x.version > version);
	assert_int_equal(s->x.status_version, told);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	assert_true(s->x.status_version > told);
	assert_int_equal(s->status_version, s->x.status_version);
}

/* Who waits for the answer must see one, also where it is the answer of before. */
static void a_refusal_is_told_each_time(void **state)
{
	struct bench *b = *state;
	b->w.spec.approval = APPROVAL_ALWAYS;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_all(&b->k, &b->next);
	assert_int_equal(s->x.state, STATE_HELD);
	for (int i = 1; i <= 3; i++) {
		int words = s->published_statuses;
		int64_t told = s->x.status_version;
		char id[] = {'a', (char)('0' + i), '\0'};
		(void)world_say(&b->w, D1, DECIDE_APPROVE, "ann", arena_cstr(&b->w.mem, str_c(id)));
		assert_int_equal(s->x.state, STATE_HELD);
		assert_int_equal(s->published_statuses, words + 1);
		assert_true(s->x.status_version > told);
	}
	b->w.frozen = (struct frozen){.fault = STR("Route daily: is not there")};
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r1");
	int words = s->published_statuses;
	(void)world_say(&b->w, D1, DECIDE_RESUME, "bob", "r2");
	assert_int_equal(s->published_statuses, words + 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)
	const struct CMUnitTest tests[] = {
	        TEST(progress_is_told_in_quarters),
	        TEST(a_short_phase_is_told_when_it_is_over),
	        TEST(a_snapshot_has_the_version_of_its_status),
	        TEST(a_refusal_is_told_each_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
