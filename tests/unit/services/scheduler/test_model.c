/* SPDX-License-Identifier: Apache-2.0
 *
 * decide in a hostile world: messages are lost, doubled, late and out of order; workers retry,
 * defer, reject and die with their answer unsaid; people cancel, approve and resume at any moment;
 * clocks jump. Every step is checked by world.h, every end here. A seed makes a run; the same seed
 * makes the same run.
 */
#include "workers.h"

enum { SEEDS = 400, STEPS = 500, ROUTE_DELIVERIES = 3, RESULTS = 8192, LISTS = 512, SAID = 60 };

struct dice {
	uint64_t x;
};

static uint32_t roll(struct dice *d, uint32_t sides)
{
	d->x ^= d->x << 13;
	d->x ^= d->x >> 7;
	d->x ^= d->x << 17;
	return (uint32_t)((d->x >> 32) % sides);
}

struct list_state { /* of the suppression list, from then on */
	int64_t from_ms;
	const char *hash;
};

struct said { /* to a delivery that was there */
	struct str id;
	enum decide_kind kind;
	enum ev_resolution resolution;
	const char *actor, *identity;
};

struct run {
	struct world w;
	struct workers k;
	struct dice dice;
	bool is_gone[MESSAGES]; /* task messages that were consumed or lost */
	struct ev_task_result *results[RESULTS];
	bool result_gone[RESULTS];
	size_t results_count;
	struct spec_suppression list;
	int words;
	struct said said[SAID]; /* fewer than a delivery remembers */
	size_t said_count;
	struct list_state lists[LISTS]; /* in order; the last is now */
	size_t lists_count;
	size_t tasks_checked;
};

static void note_list(struct run *r)
{
	assert_true(r->lists_count < LISTS);
	r->lists[r->lists_count++] = (struct list_state){r->w.now_ms, r->k.list_hash};
}

static struct str name_of(struct run *r, int i)
{
	return arena_printf(&r->w.mem, "d%031d", i);
}

static void send_result(struct run *r, struct ev_task_result *result)
{
	assert_true(r->results_count < RESULTS);
	r->results[r->results_count++] = result;
}

/* --- laws over the whole world --- */

static void check_route(struct run *r)
{
	int holders = 0;
	for (size_t i = 0; i < r->w.count; i++) {
		const struct stored *s = &r->w.all[i];
		bool is_holder = str_eq(r->w.head.holder, s->x.id);
		assert_int_equal(is_holder, s->x.memory.holds_route);
		holders += is_holder;
		if (delivery_state_is_final(s->x.state))
			assert_false(is_holder);
	}
	assert_true(holders <= 1);
}

static int64_t sum_of_rows(const struct stored *s, const char *count)
{
	int64_t sum = 0;
	for (size_t i = 0; i < s->rows_count; i++) {
		const struct task_row *row = &s->rows[i];
		bool counts = row->stage == STAGE_SELECT && row->status == TASK_DONE;
		int64_t n = counts ? done_count(row->result, str_c(count)) : 0;
		/* selections live on over revisions that only looked at lists again */
		if (counts && n > 0)
			sum = row->revision >= 0 ? sum + n : sum;
	}
	return sum;
}

/* An upload of file n is made only when all before it in the order are receipted. */
static void check_order(const struct stored *s)
{
	for (size_t i = 0; i < s->rows_count; i++) {
		const struct task_row *late = &s->rows[i];
		if (late->stage != STAGE_UPLOAD || late->index < s->x.memory.parts ||
		        late->revision != s->x.revision)
			continue;
		for (int32_t file = 0; file < late->index; file++) {
			bool is_done = false;
			for (size_t k = 0; k < s->rows_count; k++)
				is_done =
				        is_done || (s->rows[k].stage == STAGE_UPLOAD &&
				                           s->rows[k].index == file &&
				                           s->rows[k].revision == late->revision &&
				                           s->rows[k].status == TASK_DONE);
			assert_true(is_done);
		}
	}
}

/* The list was so within the time that a look may be old: the answer's way here, and the rest until
 * the issue. */
static bool was_list(const struct run *r, struct str hash)
{
	int64_t oldest = r->w.now_ms - r->w.rules.not_after_ms - r->w.rules.lists_fresh_ms;
	for (size_t i = 0; i < r->lists_count; i++) {
		bool is_last = i + 1 == r->lists_count;
		bool overlaps = is_last || r->lists[i + 1].from_ms >= oldest;
		if (overlaps && str_eq(str_c(r->lists[i].hash), hash))
			return true;
	}
	return false;
}

/* No upload is issued by an old list while the partner can see nothing. */
static void check_lists(struct run *r)
{
	for (; r->tasks_checked < r->w.tasks_count; r->tasks_checked++) {
		const struct message *m = &r->w.tasks[r->tasks_checked];
		const struct ev_delivery_memory *x = &world_find(&r->w, m->delivery_id)->x.memory;
		if (m->stage == STAGE_UPLOAD && x->files_visible == 0 && x->pins_count > 0)
			assert_true(was_list(r, x->pins[0].version));
	}
}

static void check_all(struct run *r)
{
	check_route(r);
	check_lists(r);
	for (size_t i = 0; i < r->w.count; i++) {
		const struct stored *s = &r->w.all[i];
		if (s->x.state == STATE_ABSENT)
			continue;
		assert_true(s->x.due_ms > 0); /* nothing can be forgotten */
		check_order(s);
	}
}

/* Files of a delivery that the partner can see, and those that may still come. */
static void check_truth(struct run *r, const struct stored *s)
{
	int visible = 0;
	for (size_t i = 0; i < s->rows_count; i++) {
		const struct task_row *row = &s->rows[i];
		if (row->stage != STAGE_UPLOAD || row->issue == 0)
			continue;
		struct ledger_file *f =
		        ledger_of(&r->k, row->made->upload.file_id, row->made->upload.file_name);
		bool is_twin = false;
		for (size_t k = 0; k < i; k++)
			is_twin = is_twin ||
			          (s->rows[k].stage == STAGE_UPLOAD && s->rows[k].issue > 0 &&
			                  str_eq(s->rows[k].made->upload.file_id, f->file_id));
		visible += f->is_visible && !is_twin;
		if (s->x.state != STATE_COMPLETED && row->status != TASK_DONE)
			assert_true(f->is_closed ||
			            f->is_visible); /* settled: it cannot come out later */
	}
	assert_int_equal(s->x.memory.files_visible, visible);
	assert_int_equal(s->receipts, visible);
	if (s->x.state == STATE_COMPLETED)
		assert_int_equal(visible, s->x.memory.files_planned);
	else
		assert_true(visible == 0 || visible < s->x.memory.files_planned);
}

/* An attempt is spent by an issue that was reported to have failed, once each. */
static void check_budget(struct run *r, const struct task_row *row)
{
	bool failed[64] = {false};
	int32_t count = 0;
	for (size_t i = 0; i < r->results_count; i++) {
		const struct ev_task_result *result = r->results[i];
		if (result->outcome != EV_OUTCOME_RETRY || !str_eq(result->task_id, row->id) ||
		        result->issue >= 64 || failed[result->issue])
			continue;
		failed[result->issue] = true;
		count++;
	}
	assert_true(row->attempts <= count);
}

static void check_end(struct run *r)
{
	for (size_t i = 0; i < r->w.count; i++) {
		const struct stored *s = &r->w.all[i];
		if (s->x.state == STATE_ABSENT)
			continue;
		assert_true(delivery_state_is_final(s->x.state));
		assert_int_equal(s->status_version, s->x.status_version);
		check_truth(r, s);
		if (s->x.state == STATE_COMPLETED && s->x.revision == 1)
			assert_int_equal(
			        sum_of_rows(s, "matched"), r->k.rows_per_slice * r->k.slices);
		for (size_t k = 0; k < s->rows_count; k++) {
			assert_true(s->rows[k].status == TASK_DONE ||
			            s->rows[k].status == TASK_DROPPED);
			check_budget(r, &s->rows[k]);
		}
	}
	assert_int_equal(r->w.head.holder.n, 0);
}

/* --- what may happen --- */

static enum ev_outcome outcome(struct run *r)
{
	uint32_t n = roll(&r->dice, 20);
	return n < 15   ? EV_OUTCOME_DONE
	       : n < 17 ? EV_OUTCOME_RETRY
	       : n < 18 ? EV_OUTCOME_DEFER
	       : n < 19 ? EV_OUTCOME_EXPIRED
	                : EV_OUTCOME_REJECT;
}

static const char *rejection(struct run *r, enum stage stage)
{
	static const char *const uploads[] = {
	        "uncertain", "name_conflict", "refused", "source_changed"};
	if (stage == STAGE_UPLOAD || stage == STAGE_SETTLE)
		return uploads[roll(&r->dice, stage == STAGE_SETTLE ? 2 : 4)];
	if (stage == STAGE_COMBINE)
		return roll(&r->dice, 2) ? "suppression_changed" : "poison";
	return roll(&r->dice, 2) ? "source_changed" : "poison";
}

static void a_worker_takes(struct run *r, const struct message *m)
{
	enum ev_outcome word = outcome(r);
	if (word == EV_OUTCOME_DONE) {
		send_result(r, work(&r->k, m));
		return;
	}
	/* A failed attempt may have done its work all the same. */
	if (word == EV_OUTCOME_RETRY && m->stage == STAGE_UPLOAD && roll(&r->dice, 2))
		(void)work(&r->k, m);
	if (word == EV_OUTCOME_REJECT && m->stage == STAGE_SETTLE)
		return; /* it dies instead: settle answers in the end */
	const char *reason = word == EV_OUTCOME_REJECT ? rejection(r, m->stage)
	                     : roll(&r->dice, 3)       ? "store_unavailable"
	                                               : "drop_unavailable";
	if (m->stage == STAGE_INSPECT && word == EV_OUTCOME_RETRY && roll(&r->dice, 2))
		reason = "source_missing";
	send_result(r, answer(&r->k, m, word, reason));
}

/* Mostly one that is there; now and then any that ever was, delivered once more. */
static bool pick(struct run *r, const bool *gone, size_t count, size_t *out)
{
	if (count == 0)
		return false;
	size_t i = roll(&r->dice, (uint32_t)count);
	if (roll(&r->dice, 12) > 0) {
		size_t tried = 0;
		while (gone[i] && tried++ < count)
			i = (i + 1) % count;
		if (gone[i])
			return false;
	}
	*out = i;
	return true;
}

static void some_task(struct run *r)
{
	size_t i = 0;
	if (!pick(r, r->is_gone, r->w.tasks_count, &i))
		return;
	struct message m = r->w.tasks[i];
	uint32_t fate = roll(&r->dice, 20);
	r->is_gone[i] = fate != 1; /* doubled */
	if (fate == 0)
		return; /* lost */
	if (m.event.head.not_after_ms < r->w.now_ms)
		send_result(r, answer(&r->k, &m, EV_OUTCOME_EXPIRED, "expired"));
	else
		a_worker_takes(r, &m);
}

static void some_result(struct run *r)
{
	size_t i = 0;
	if (!pick(r, r->result_gone, r->results_count, &i))
		return;
	uint32_t fate = roll(&r->dice, 20);
	r->result_gone[i] = fate != 1; /* doubled */
	if (fate != 0)
		(void)world_result(&r->w, r->results[i]);
}

static void some_word(struct run *r)
{
	static const enum decide_kind kinds[] = {DECIDE_CANCEL, DECIDE_APPROVE, DECIDE_APPROVE,
	        DECIDE_REJECT, DECIDE_RESUME, DECIDE_RESUME, DECIDE_WAKE, DECIDE_WAKE};
	struct str id = name_of(r, (int)roll(&r->dice, ROUTE_DELIVERIES));
	enum decide_kind kind = kinds[roll(&r->dice, 8)];
	if (kind == DECIDE_CANCEL && roll(&r->dice, 3))
		return;
	if (kind == DECIDE_WAKE) {
		if (world_find(&r->w, id))
			(void)world_wake(&r->w, id);
		return;
	}
	char identity[32];
	(void)snprintf(identity, sizeof identity, "w%d", r->words++);
	r->w.resolution = (enum ev_resolution)roll(&r->dice, 3);
	const char *actor = roll(&r->dice, 4) ? "bob" : "ann";
	const struct stored *known = world_find(&r->w, id);
	bool is_known = known && known->x.state != STATE_ABSENT;
	(void)world_say(&r->w, id, kind, actor, identity);
	if (is_known && r->said_count < SAID)
		r->said[r->said_count++] = (struct said){id, kind, r->w.resolution, actor,
		        arena_printf(&r->w.mem, "%s", identity).p};
}

/* Delivered once more: done or refused, it was heard. */
static void an_old_word(struct run *r)
{
	if (r->said_count == 0)
		return;
	const struct said *old = &r->said[roll(&r->dice, (uint32_t)r->said_count)];
	int64_t version = world_find(&r->w, old->id)->x.version;
	r->w.resolution = old->resolution;
	struct stored *s = world_say(&r->w, old->id, old->kind, old->actor, old->identity);
	assert_true(s->x.version == version);
}

static void time_passes(struct run *r, int64_t most_ms)
{
	r->w.now_ms += roll(&r->dice, (uint32_t)most_ms);
	for (size_t i = 0; i < r->w.count; i++)
		if (r->w.all[i].x.due_ms > 0 && r->w.all[i].x.due_ms <= r->w.now_ms)
			(void)world_due(&r->w, r->w.all[i].x.id);
}

static void the_world_changes(struct run *r)
{
	switch (roll(&r->dice, 4)) {
	case 0:
		r->k.blocked = roll(&r->dice, 6);
		r->k.list_hash = arena_printf(&r->w.mem, "l%u", roll(&r->dice, 1000)).p;
		note_list(r);
		return;
	case 1:
		r->w.bridge_built_ms = r->w.now_ms;
		return;
	case 2:
		r->w.bridge_version = arena_printf(&r->w.mem, "v%u", roll(&r->dice, 3) + 1);
		return;
	default:
		r->w.tenant.room = roll(&r->dice, 3) ? INT64_MAX : (int64_t)roll(&r->dice, 3);
		return;
	}
}

static void step(struct run *r)
{
	uint32_t n = roll(&r->dice, 100);
	if (n < 35)
		some_task(r);
	else if (n < 75)
		some_result(r);
	else if (n < 80)
		(void)world_request(
		        &r->w, name_of(r, (int)roll(&r->dice, ROUTE_DELIVERIES)), r->w.now_ms);
	else if (n < 84)
		some_word(r);
	else if (n < 86)
		an_old_word(r);
	else if (n < 97)
		time_passes(r, roll(&r->dice, 10) ? 5000 : 1200000);
	else
		the_world_changes(r);
}

/* No more faults: whoever waits for a person gets an answer, and everything must come to its end.
 */
static void calm_down(struct run *r)
{
	r->w.tenant.room = INT64_MAX;
	for (int i = 0; i < 4000; i++) {
		bool is_over = true;
		for (size_t k = 0; k < r->w.count; k++)
			is_over = is_over && (delivery_state_is_final(r->w.all[k].x.state) ||
			                             r->w.all[k].x.state == STATE_ABSENT);
		if (is_over)
			return;
		for (size_t k = 0; k < r->w.tasks_count; k++) {
			if (r->is_gone[k])
				continue;
			r->is_gone[k] = true;
			struct message m = r->w.tasks[k];
			send_result(r, work(&r->k, &m));
		}
		for (size_t k = 0; k < r->results_count; k++) {
			if (!r->result_gone[k])
				(void)world_result(&r->w, r->results[k]);
			r->result_gone[k] = true;
		}
		for (size_t k = 0; k < r->w.count; k++) {
			struct str id = r->w.all[k].x.id;
			char identity[32];
			(void)snprintf(identity, sizeof identity, "w%d", r->words++);
			if (r->w.all[k].x.state == STATE_HELD)
				(void)world_say(&r->w, id,
				        roll(&r->dice, 2) ? DECIDE_APPROVE : DECIDE_RESUME, "bob",
				        identity);
		}
		r->w.bridge_built_ms = r->w.now_ms;
		check_all(r);
		time_passes(r, 1200000);
	}
	for (size_t k = 0; k < r->w.count; k++)
		print_message("%s(" STR_FMT ") " STR_FMT "\n",
		        delivery_state_name(r->w.all[k].x.state), STR_ARG(r->w.all[k].x.reason),
		        STR_ARG(r->w.all[k].x.memory.detail));
	fail_msg("a delivery came to no end");
}

/* Paused workers wake up and do what they were told long ago. Nothing more may come out. */
static void zombies_wake(struct run *r)
{
	for (size_t i = 0; i < r->w.tasks_count; i++) {
		if (r->w.tasks[i].stage != STAGE_UPLOAD)
			continue;
		struct message m = r->w.tasks[i];
		(void)world_result(&r->w, work(&r->k, &m));
	}
	for (size_t i = 0; i < r->results_count; i++)
		(void)world_result(&r->w, r->results[i]);
}

struct tally_of_ends {
	int states[STATE_COUNT];
};

static void run_seed(uint64_t seed, struct tally_of_ends *ends)
{
	struct run *r = calloc(1, sizeof *r);
	assert_non_null(r);
	r->dice.x = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	world_init(&r->w);
	workers_init(&r->k, &r->w);
	note_list(r);
	r->w.rules.wave = 1 + (int32_t)(seed % 2);
	r->k.rows_per_slice = 6 + roll(&r->dice, 8);
	if (roll(&r->dice, 2)) {
		r->list = (struct spec_suppression){
		        .name = STR("optout"), .source = {.url = STR("file:///lists/")}};
		r->w.spec.suppressions = &r->list;
		r->w.spec.suppressions_count = 1;
	}
	if (roll(&r->dice, 3) == 0)
		r->w.spec.approval = APPROVAL_ALWAYS;
	if (roll(&r->dice, 3) == 0) {
		r->w.spec.limits.tenant_per_hour = 1;
		r->w.spec.limits.destination_per_day = 1 + roll(&r->dice, 2);
	}
	(void)world_request(&r->w, name_of(r, 0), r->w.now_ms);
	for (int i = 0; i < STEPS; i++) {
		step(r);
		check_all(r);
	}
	calm_down(r);
	check_end(r);
	zombies_wake(r);
	check_end(r);
	for (size_t i = 0; i < r->w.count; i++)
		ends->states[r->w.all[i].x.state]++;
	world_release(&r->w);
	free(r);
}

static void no_law_breaks_whatever_happens(void **state)
{
	(void)state;
	struct tally_of_ends ends = {0};
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run_seed(seed, &ends);
	/* The runs reach every end, else they would prove little. */
	for (int i = STATE_COMPLETED; i < STATE_COUNT; i++) {
		print_message(
		        "%s: %d\n", delivery_state_name((enum delivery_state)i), ends.states[i]);
		assert_true(ends.states[i] > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(no_law_breaks_whatever_happens),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
