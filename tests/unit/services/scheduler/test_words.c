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
		say(b, word(kinds[i], "w2", STR(""))); /* sent again, it counts */
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

/* The latest commands are known; one that comes again after that many others is evaluated again. */
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
		assert_non_null(strstr(s->x.memory.detail.p, "has changed since you looked at it"));
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

static struct str fact(const struct ev_audit_record *a, const char *name)
{
	for (size_t i = 0; i < a->facts_count; i++)
		if (str_eq(a->facts[i].name, str_c(name)))
			return a->facts[i].value;
	return (struct str){NULL, 0};
}

/* How often the records of the last step tell of this word, each time with this answer. */
static int told(const struct bench *b, const char *identity, const char *answer)
{
	int n = 0;
	for (size_t i = 0; i < b->w.last.audits_count; i++) {
		const struct ev_audit_record *a = &b->w.last.audits[i];
		if (!str_eq(fact(a, "word"), str_c(identity)))
			continue;
		assert_true(str_eq(fact(a, "answer"), str_c(answer)));
		n++;
	}
	return n;
}

static void each_word_has_its_own_answer(void **state)
{
	struct bench *b = *state;
	struct stored *s = held_for_approval(b);
	const struct decide_event said[] = {
	        word(DECIDE_APPROVE, "w1", STR("hash-of-something-else")),
	        word(DECIDE_APPROVE, "w2", STR("")), word(DECIDE_REJECT, "w3", STR(""))};
	(void)world_step(&b->w, D1, said, 3);
	assert_int_equal(told(b, "w1", "refused"), 1);
	assert_int_equal(told(b, "w2", "carried_out"), 1);
	assert_int_equal(told(b, "w3", "refused"), 1);
	const struct ev_delivery_memory *m = &s->x.memory;
	assert_int_equal(m->handled_count, 3);
	assert_true(str_has_prefix(m->handled[0].answer, STR("other_content: ")));
	assert_true(str_eq(m->handled[1].answer, STR("done")));
	assert_true(str_has_prefix(m->handled[2].answer, STR("not_held: ")));
}

static void what_is_over_answers_in_the_trail(void **state)
{
	struct bench *b = *state;
	(void)run(b, D1);
	say(b, word(DECIDE_CANCEL, "w1", STR("")));
	assert_int_equal(told(b, "w1", "refused"), 1);
}

/* Nothing else of this step is in the trail: files are looked for first. */
static void an_end_that_has_only_begun_is_an_answer(void **state)
{
	struct bench *b = *state;
	struct stored *s = world_request(&b->w, D1, b->w.now_ms);
	work_until(&b->k, &b->next, STAGE_UPLOAD);
	say(b, word(DECIDE_CANCEL, "w1", STR("")));
	is_at(s, STATE_CANCELLING, "cancelled");
	assert_int_equal(told(b, "w1", "carried_out"), 1);
	assert_string_equal(b->w.last_audit, "delivery.cancel_accepted");
}

/* A configuration's fault may be long; the memory is written with each decision. */
static void an_answer_is_bounded_and_ends_with_a_character(void **state)
{
	enum { MOST = 200 };
	for (size_t n = MOST - 20; n <= MOST + 4; n++) {
		struct bench *b = NULL;
		assert_int_equal(begin((void **)&b), 0);
		struct stored *s = held_for_approval(b);
		struct decide_event ev = word(DECIDE_RESUME, "w1", STR(""));
		char *fault = arena_alloc(&b->w.mem, n + 3);
		memset(fault, 'x', n);
		memcpy(fault + n, "\xe2\x82\xac", 3);
		ev.frozen = (struct frozen){.fault = {fault, n + 3}};
		(void)world_step(&b->w, D1, &ev, 1);
		struct str kept = s->x.memory.handled[0].answer, head = STR("bad_configuration: ");
		size_t whole = head.n + n + 3;
		size_t expect = whole <= MOST ? whole : head.n + n <= MOST ? head.n + n : MOST;
		assert_int_equal(kept.n, expect);
		assert_true(str_has_prefix(kept, head) && str_is_utf8(kept));
		(void)finish((void **)&b);
	}
	(void)state;
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
	        CASE(each_word_has_its_own_answer),
	        CASE(what_is_over_answers_in_the_trail),
	        CASE(an_end_that_has_only_begun_is_an_answer),
	        CASE(an_answer_is_bounded_and_ends_with_a_character),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
