/* SPDX-License-Identifier: Apache-2.0
 *
 * A search through interleavings: attempts and settles of one file go on step by step in an order
 * drawn from a seed, die and are started again, while the partner takes the file away and, in some
 * worlds, somebody deletes temporaries. After every step the destination is looked at. A failure
 * names the seed; put it into FIRST_SEED to see it again. */
#include "ledger_world.h"
#include "no_rename_flags.h"

enum { ACTORS = 5, SCHEDULES = 4000, FIRST_SEED = 1, TRAIL = 400 };

struct dice {
	uint64_t state;
};

static uint64_t roll(struct dice *d, uint64_t sides)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return (d->state * 0x2545f4914f6cdd1dULL >> 33) % sides;
}

struct scene {
	int uploads;
	int settles;
	int deaths;
	int third; /* how many temporaries somebody deletes */
	bool withdraws;
	bool is_tidied;
};

/* Those of the model, and a few more. */
static const struct scene scenes[] = {
        {2, 0, 1, 0, false, false},
        {3, 0, 2, 0, false, false},
        {2, 1, 2, 0, false, false},
        {3, 1, 3, 0, false, false},
        {2, 2, 3, 0, false, false},
        {2, 0, 1, 1, false, false},
        {3, 0, 1, 2, false, false},
        {2, 1, 1, 1, false, false},
        {3, 2, 4, 2, false, false},
        {2, 1, 2, 0, true, false},
        {3, 1, 2, 0, true, false},
        {2, 2, 3, 0, true, false},
        {2, 1, 1, 1, true, false},
        {3, 2, 4, 2, true, false},
        {2, 0, 1, 0, false, true},
        {3, 0, 1, 0, false, true},
        {2, 1, 1, 0, false, true},
        {3, 2, 2, 0, false, true},
        {2, 1, 1, 0, true, true},
        {3, 2, 2, 0, true, true},
};
enum { SCENES = sizeof scenes / sizeof scenes[0] };

struct play {
	struct world *w;
	struct dice dice;
	struct scene scene;
	uint64_t seed;
	struct ledger *actors[ACTORS];
	int count;
	bool has_receipt, has_seen, has_unseen, has_uncertain;
	bool is_booked;
	char trail[TRAIL]; /* who did a step, and what happened */
	size_t trail_bytes;
};

static void note(struct play *p, char who)
{
	if (p->trail_bytes < TRAIL - 1)
		p->trail[p->trail_bytes++] = who;
}

static void check(const struct play *p, bool is_right, const char *what)
{
	if (!is_right)
		fail_msg("seed %llu, after %s: %s", (unsigned long long)p->seed, p->trail, what);
}

static void look(struct play *p)
{
	world_look(p->w);
	check(p, p->w->appeared <= 1, "the file became visible twice");
	check(p, !p->w->was_wrong, "the partner sees a partial or a mixed file");
	check(p, !p->has_unseen || p->w->appeared == 0,
	        "settle said \"not visible\", but the file is");
}

static void start(struct play *p, int i)
{
	bool is_upload = i < p->scene.uploads;
	struct ledger_task task = world_task(p->w, is_upload ? LEDGER_UPLOAD : LEDGER_SETTLE);
	task.withdraws = !is_upload && p->scene.withdraws;
	p->actors[i] = world_begin(p->w, &task);
}

static void end(struct play *p, int i)
{
	ledger_free(p->actors[i]);
	p->actors[i] = NULL;
}

static void answered(struct play *p, const struct ledger *l)
{
	bool is_upload = l->task.op == LEDGER_UPLOAD;
	check(p, !l->is_visible || p->w->appeared == 1,
	        "a receipt, or \"visible\", for a file that was never visible");
	p->has_receipt |= is_upload;
	p->has_seen |= !is_upload && l->is_visible;
	p->has_unseen |= !l->is_visible;
	check(p, !p->has_seen || !p->has_unseen, "settle contradicts itself");
	look(p);
}

static void failed(struct play *p, const struct err *e)
{
	bool is_closed = strcmp(e->code, "closed") == 0;
	bool is_uncertain = strcmp(e->code, "uncertain") == 0;
	bool is_old = strcmp(e->code, "too_old") == 0;
	if (!is_closed && !is_uncertain && !is_old)
		fail_msg("seed %llu, after %s: %s: %s", (unsigned long long)p->seed, p->trail,
		        e->code, e->text);
	check(p, !is_closed || p->scene.settles > 0, "closed, and nobody settles");
	check(p, !is_old || p->w->is_old, "too old before anything is forgotten");
	check(p, !is_uncertain || p->scene.third > 0, "uncertain without any third party");
	p->has_uncertain |= is_uncertain;
}

static void act(struct play *p, int i)
{
	struct err e;
	struct ledger *l = p->actors[i];
	note(p, (char)(i < p->scene.uploads ? 'A' + i : 'S' + i - p->scene.uploads));
	int rc = ledger_step(l, &e);
	look(p);
	if (rc != 0)
		failed(p, &e);
	else if (l->step == LEDGER_DONE)
		answered(p, l);
	if (rc != 0 || l->step == LEDGER_DONE)
		end(p, i);
}

static int someone(struct play *p)
{
	int alive[ACTORS], n = 0;
	for (int i = 0; i < p->count; i++)
		if (p->actors[i] != NULL)
			alive[n++] = i;
	return n == 0 ? -1 : alive[roll(&p->dice, (uint64_t)n)];
}

static void world_happens(struct play *p, int *deaths, int *third)
{
	switch (roll(&p->dice, 3)) {
	case 0:
		note(p, '-');
		world_take(p->w);
		return;
	case 1:
		if (*deaths > 0) {
			int i = someone(p);
			--*deaths;
			note(p, '!');
			end(p, i);
			start(p, i);
		}
		return;
	default:
		if (*third > 0) {
			char names[8][64];
			int n = world_temps(p->w, names, 8);
			if (n > 0) {
				--*third;
				note(p, '?');
				world_delete_temp(p->w, names[roll(&p->dice, (uint64_t)n)]);
			}
		}
		return;
	}
}

/* The delivery is over: its records go into the book, and long after everything goes. */
static void tidy(struct play *p)
{
	struct err e;
	int64_t removed = 0;
	const struct book_place place = {p->w->store, &p->w->key, str_c(p->w->delivery_id)};
	bool is_over = p->scene.settles > 0 ? p->has_seen || p->has_unseen : p->has_receipt;
	if (!p->scene.is_tidied || !is_over || p->w->is_old)
		return;
	note(p, p->is_booked ? '0' : '#');
	int rc =
	        p->is_booked ? book_remove(&place, &removed, &e) : book_close(&place, &removed, &e);
	if (rc != 0)
		fail_msg("seed %llu, after %s: %s", (unsigned long long)p->seed, p->trail, e.text);
	p->w->is_old = p->is_booked;
	p->is_booked = true;
}

/* Everybody who is left goes on, without faults, then a repeated task and, with a cancel, a
 * repeated settle. */
static void come_to_rest(struct play *p)
{
	for (int i; (i = someone(p)) >= 0;)
		act(p, i);
	note(p, '|');
	if (!p->w->is_old) /* else it has expired */
		start(p, 0);
	if (p->scene.settles > 0 && !p->w->is_old)
		start(p, p->scene.uploads);
	for (int i; (i = someone(p)) >= 0;)
		act(p, i);
	bool has_answer = p->has_seen || p->has_unseen || p->has_uncertain;
	bool is_reported = p->has_receipt || p->has_uncertain;
	check(p, p->scene.settles > 0 ? has_answer : is_reported, "nothing was reported");
}

static void play(struct world *w, uint64_t seed)
{
	struct play p = {.w = w, .seed = seed, .dice = {seed * 0x9e3779b97f4a7c15ULL + 1}};
	p.scene = scenes[roll(&p.dice, SCENES)];
	p.count = p.scene.uploads + p.scene.settles;
	w->others_may_delete = p.scene.third > 0;
	world_next_file(w, (int)seed);
	w->is_old = false;
	(void)snprintf(
	        w->delivery_id, sizeof w->delivery_id, "delivery%llu", (unsigned long long)seed);
	for (int i = 0; i < p.count; i++)
		start(&p, i);
	int deaths = p.scene.deaths, third = p.scene.third, who = -1;
	uint64_t haste = 2 + roll(&p.dice, 12); /* how long one goes on before another has a turn */
	for (int turn = 0; turn < 120 && someone(&p) >= 0; turn++) {
		if (roll(&p.dice, 8) == 0)
			world_happens(&p, &deaths, &third);
		if (roll(&p.dice, 6) == 0)
			tidy(&p);
		if (who < 0 || p.actors[who] == NULL || roll(&p.dice, haste) == 0)
			who = someone(&p);
		if (who >= 0)
			act(&p, who);
	}
	come_to_rest(&p);
	world_delete_temps(w); /* what the dead have left */
	world_take(w);
}

static void no_interleaving_breaks_the_ledger(void **state)
{
	for (uint64_t seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed++)
		play(*state, seed);
}

/* Not drawn: A takes i steps, B takes j, then A ends, then B; with and without a partner who takes
 * the file at once. */
static void no_switch_between_two_breaks_the_ledger(void **state)
{
	struct world *w = *state;
	int number = 0;
	for (int kind = 0; kind < 6; kind++)
		for (int i = 0; i < 16; i++)
			for (int j = 0; j < 16; j++) {
				struct play p = {.w = w,
				        .scene = {2, 0, 0, 0, false, false},
				        .count = 2,
				        .seed = (uint64_t)number};
				if (kind >= 2)
					p.scene = (struct scene){1, 1, 0, 0, kind >= 4, false};
				world_next_file(w, ++number);
				start(&p, 0);
				start(&p, 1);
				for (int k = 0; k < i && p.actors[0] != NULL; k++)
					act(&p, 0);
				for (int k = 0; k < j && p.actors[1] != NULL; k++)
					act(&p, 1);
				if (kind % 2 == 1)
					world_take(w);
				while (p.actors[0] != NULL)
					act(&p, 0);
				if (kind % 2 == 1)
					world_take(w);
				come_to_rest(&p);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                no_interleaving_breaks_the_ledger, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(
	                no_switch_between_two_breaks_the_ledger, world_setup, world_teardown),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	/* Once more, where a name is taken by links. */
	return no_rename_flags() ? failed + cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
