/* SPDX-License-Identifier: Apache-2.0
 * What people say to a delivery: the same message is heard once, whether it was done or refused,
 * and an answer is for the selection that was looked at. */
#include "bench.h"

enum { REMEMBERED = 64 };

static struct decide_event word(enum decide_kind kind, const char *identity, struct str content)
{
	return (struct decide_event){
	        .kind = kind,
	        .identity = str_c(identity),
	        .actor = STR("bob"),
	        .note = STR(""),
	        .content_hash = content,
	        .request = {.tenant = STR("acme")},
	};
}

static void say(struct bench *b, struct decide_event ev)
{
	ev.frozen = b->w.frozen;
	(void)world_step(&b->w, D1, &ev, 1);
}

static struct stored *held_for_approval(struct bench *b)
{
	b->w.spec.approval = APPROVAL_ALWAYS;
	struct stored *s = run(b, D1);
	is_at(s, STATE_HELD, "approval");
	return s;
}

/* At-least-once: the message comes again when the delivery is where the word would fit. */
static void a_refused_word_stays_refused(void **state)
{
	static const enum decide_kind kinds[] = {DECIDE_APPROVE, DECIDE_REJECT, DECIDE_RESUME};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct bench *b = NULL;
		assert_int_equal(begin((void **)&b), 0);
		b->w.spec.approval = APPROVAL_ALWAYS;
		struct stored *s = world_request(&b->w, D1, b->w.now_ms);
		say(b, word(kinds[i], "w1", STR("")));
		is_at(s, STATE_SELECTING, "");
		assert_true(b->w.last.audits_count == 1);
		work_all(&b->k, &b->next);
		is_at(s, STATE_HELD, "approval");
		int64_t version = s->x.version;
		int audits = b->w.audits;
		say(b, word(kinds[i], "w1", STR("")));
		is_at(s, STATE_HELD, "approval");
		assert_true(s->x.version == version);
		assert_int_equal(b->w.audits, audits);
		say(b, word(kinds[i], "w2", STR(""))); /* said anew it counts */
		assert_true(s->x.version > version);
		assert_true(s->x.state != STATE_HELD || s->x.revision > 1);
		(void)finish((void **)&b);
	}
	(void)state;
}

static void a_refusal_costs_no_snapshot_where_nobody_waits(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	int words = s->published_statuses;
	int64_t due = s->x.due_ms;
	say(b, word(DECIDE_APPROVE, "w1", STR("")));
	assert_int_equal(s->published_statuses, words);
	assert_int_equal(s->x.due_ms, due);
	work_all(&b->k, &b->next);
	is_at(s, STATE_COMPLETED, "");
}

/* The newest words are known; who comes again after that many others is heard anew. */
static void so_many_words_are_remembered(void **state)
{
	for (int more = 0; more < 2; more++) {
		struct bench *b = NULL;
		assert_int_equal(begin((void **)&b), 0);
		b->w.spec.approval = APPROVAL_ALWAYS;
		struct stored *s = world_request(&b->w, D1, b->w.now_ms);
		say(b, word(DECIDE_APPROVE, "first", STR("")));
		for (int i = 0; i < REMEMBERED - 1 + more; i++)
			say(b, word(DECIDE_REJECT, arena_printf(&b->w.mem, "w%d", i).p, STR("")));
		assert_int_equal(s->x.memory.handled_count, REMEMBERED);
		work_all(&b->k, &b->next);
		is_at(s, STATE_HELD, "approval");
		say(b, word(DECIDE_APPROVE, "first", STR("")));
		is_at(s, more ? STATE_FORMATTING : STATE_HELD, more ? "" : "approval");
		(void)finish((void **)&b);
	}
	(void)state;
}

static void what_an_older_scheduler_remembered_is_known(void **state)
{
	struct bench *b = *state;
	struct stored *s = held_for_approval(b);
	static struct ev_handled old[1];
	old[0].identity = STR("api/an-identity-in-full");
	s->x.memory.handled = old;
	s->x.memory.handled_count = 1;
	say(b, word(DECIDE_APPROVE, "api/an-identity-in-full", STR("")));
	is_at(s, STATE_HELD, "approval");
}

static void who_may_not_speak_pushes_nobody_out(void **state)
{
	struct bench *b = *state;
	struct stored *s = held_for_approval(b);
	struct decide_event foreign = word(DECIDE_APPROVE, "f1", STR(""));
	foreign.request.tenant = STR("other");
	say(b, foreign);
	assert_int_equal(s->x.memory.handled_count, 0);
	is_at(s, STATE_HELD, "approval");
}

static void an_answer_is_for_the_selection_that_was_looked_at(void **state)
{
	static const enum decide_kind kinds[] = {DECIDE_APPROVE, DECIDE_REJECT, DECIDE_RESUME};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct bench *b = NULL;
		assert_int_equal(begin((void **)&b), 0);
		struct stored *s = held_for_approval(b);
		say(b, word(kinds[i], "w1", STR("hash-of-something-else")));
		is_at(s, STATE_HELD, "approval");
		assert_int_equal(s->x.revision, 1);
		assert_non_null(strstr(s->x.memory.detail.p, "not the one that was looked at"));
		say(b, word(kinds[i], "w2", s->x.memory.content_hash));
		assert_true(s->x.state != STATE_HELD || s->x.revision > 1);
		(void)finish((void **)&b);
	}
	(void)state;
}

/* A stranger's file stands for a selection that somebody looked at, not for the next one. */
static void an_answer_to_a_conflict_is_for_its_selection(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	(void)world_result(
	        &b->w, answer(&b->k, &b->w.tasks[b->next], EV_OUTCOME_REJECT, "name_conflict"));
	is_at(s, STATE_HELD, "name_conflict");
	size_t tasks = b->w.tasks_count;
	struct decide_event ev = word(DECIDE_RESUME, "w1", STR("hash-of-something-else"));
	ev.resolution = EV_RESOLUTION_ADOPT;
	say(b, ev);
	is_at(s, STATE_HELD, "name_conflict");
	assert_int_equal(b->w.tasks_count, tasks);
	ev = word(DECIDE_RESUME, "w2", s->x.memory.content_hash);
	ev.resolution = EV_RESOLUTION_ADOPT;
	say(b, ev);
	is_at(s, STATE_UPLOADING, "");
	assert_int_equal(
	        b->w.tasks[b->w.tasks_count - 1].event.upload.resolution, EV_RESOLUTION_ADOPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, finish)
	        CASE(a_refused_word_stays_refused),
	        CASE(a_refusal_costs_no_snapshot_where_nobody_waits),
	        CASE(so_many_words_are_remembered),
	        CASE(what_an_older_scheduler_remembered_is_known),
	        CASE(who_may_not_speak_pushes_nobody_out),
	        CASE(an_answer_is_for_the_selection_that_was_looked_at),
	        CASE(an_answer_to_a_conflict_is_for_its_selection),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
