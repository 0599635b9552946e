/* SPDX-License-Identifier: Apache-2.0
 *
 * A search through interleavings of commits of one temporary, each call a step: they go on in an order
 * drawn from a seed, die and are restarted, while the partner takes the file away, one puts the
 * temporary aside, and directories vanish. Some of them see the drop through a mount that renames
 * without replacing, others through one that cannot. A failure names the seed; put it into FIRST_SEED
 * to see it again. */
#include "file/drop_take.h"
#include "folder.h"

enum { ACTORS = 4, SCHEDULES = 1500, FIRST_SEED = 1, TRAIL = 300 };

#define TEMP ".longshore-tmp/0001"
#define NAME "out/a.csv"

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

struct actor {
	struct drop *drop;
	struct take take;
	bool is_busy, is_aside;
};

struct play {
	struct folder folder;
	struct dice dice;
	uint64_t seed;
	struct actor actors[ACTORS];
	int count, appeared;
	bool was_there, has_fault, has_committed, has_gone, is_put_aside;
	char trail[TRAIL];
	size_t trail_bytes;
};

static void check(const struct play *p, bool is_right, const char *what)
{
	if (!is_right)
		fail_msg("seed %llu, after %s: %s", (unsigned long long)p->seed, p->trail, what);
}

static void note(struct play *p, char who)
{
	if (p->trail_bytes < TRAIL - 1)
		p->trail[p->trail_bytes++] = who;
}

static const char *path_of(const struct play *p, const char *below)
{
	static char path[512];
	(void)snprintf(path, sizeof path, "%s/drop/%s", p->folder.path, below);
	return path;
}

static void look(struct play *p)
{
	bool is_there = access(path_of(p, NAME), F_OK) == 0;
	p->appeared += is_there && !p->was_there;
	p->was_there = is_there;
	p->is_put_aside = p->is_put_aside || access(path_of(p, TEMP ".aside"), F_OK) == 0;
	check(p, p->appeared <= 1, "the file became visible twice");
	check(p, !p->is_put_aside || p->appeared == 0, "put aside, and yet it was visible");
	check(p, !p->has_committed || p->appeared == 1, "committed, and it was never visible");
	check(p, !p->has_gone || p->appeared == 1 || p->is_put_aside,
	        "gone, and it was neither visible nor put aside");
}

static void begin(struct play *p, int i)
{
	struct actor *a = &p->actors[i];
	take_init(&a->take, file_drop_of(a->drop), TEMP, a->is_aside ? NULL : NAME);
	a->is_busy = true;
}

static void end(struct actor *a)
{
	take_release(&a->take);
	a->is_busy = false;
}

static void answered(struct play *p, const struct actor *a)
{
	switch (a->take.answer) {
	case TAKE_COMMITTED:
		p->has_committed = true;
		break;
	case TAKE_GONE:
		p->has_gone = true;
		break;
	case TAKE_ASIDE:
		p->is_put_aside = true;
		break;
	case TAKE_IN_DOUBT:
		check(p, p->has_fault, "in doubt without any fault");
		break;
	case TAKE_NAME_TAKEN:
		check(p, p->appeared > 0, "taken, and nobody else is there");
		break;
	}
}

static void act(struct play *p, int i)
{
	struct actor *a = &p->actors[i];
	struct err e;
	note(p, (char)('A' + i));
	if (a->take.step == TAKE_WAIT && roll(&p->dice, 16) == 0) {
		p->has_fault = true; /* whoever has the claim is silent for long */
		a->take.waits = TAKE_WAITS_MAX;
	}
	int rc = take_step(&a->take, &e);
	if (rc == 0 && a->take.step == TAKE_DONE)
		answered(p, a);
	if (rc != 0) /* it is done again, as any task is */
		check(p, strcmp(e.code, "drop_unavailable") == 0, e.text);
	if (rc != 0 || a->take.step == TAKE_DONE)
		end(a);
	look(p);
	if (rc != 0)
		begin(p, i);
}

static int someone(struct play *p)
{
	int busy[ACTORS], n = 0;
	for (int i = 0; i < p->count; i++)
		if (p->actors[i].is_busy)
			busy[n++] = i;
	return n == 0 ? -1 : busy[roll(&p->dice, (uint64_t)n)];
}

static void world_happens(struct play *p)
{
	int i = someone(p);
	switch (roll(&p->dice, 4)) {
	case 0:
		note(p, '-');
		if (unlink(path_of(p, NAME)) == 0)
			p->was_there = false;
		return;
	case 1:
		if (rmdir(path_of(p, "out")) == 0)
			note(p, '/');
		return;
	case 2:
		note(p, '!');
		p->has_fault = true;
		end(&p->actors[i]);
		begin(p, i);
		return;
	default:
		return;
	}
}

static void make_temporary(const struct play *p)
{
	(void)mkdir(path_of(p, ".longshore-tmp"), 0755);
	FILE *f = fopen(path_of(p, TEMP), "w");
	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
}

static void play(struct play *p)
{
	struct err e;
	p->count = 2 + (int)roll(&p->dice, 3);
	make_temporary(p);
	for (int i = 0; i < p->count; i++) {
		p->actors[i].is_aside = i == 3;
		drop_recall(p->actors[i].drop,
		        roll(&p->dice, 4) == 0 ? "rename_noreplace" : TAKE_BY_LINK);
		begin(p, i);
	}
	uint64_t haste =
	        2 + roll(&p->dice, 12); /* how long one goes on before another has a turn */
	int who = -1;
	for (int turn = 0; turn < 200 && someone(p) >= 0; turn++) {
		if (roll(&p->dice, 6) == 0)
			world_happens(p);
		if (who < 0 || !p->actors[who].is_busy || roll(&p->dice, haste) == 0)
			who = someone(p);
		if (who >= 0)
			act(p, who);
	}
	for (int i, n = 0; (i = someone(p)) >= 0; n++) {
		check(p, n < 100000, "it does not end");
		act(p, i);
	}
	/* Whatever it is called by now: it is gone, and nobody brings it back. */
	assert_int_equal(drop_temp_remove(p->actors[0].drop, STR(TEMP), &e), 0);
	assert_int_equal(rmdir(path_of(p, ".longshore-tmp")), 0);
	(void)unlink(path_of(p, NAME));
}

/* In memory, where there is such a place: a commit syncs often. */
static void make_folder(struct folder *f)
{
	if (access("/dev/shm", W_OK) != 0) {
		folder_make(f);
		return;
	}
	(void)snprintf(f->path, sizeof f->path, "/dev/shm/longshore-test-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	(void)snprintf(f->url, sizeof f->url, "file://%s", f->path);
}

static void no_interleaving_takes_a_name_twice(void **state)
{
	struct play p = {0};
	struct err e;
	char url[256];
	int in_doubt = 0, committed = 0, aside = 0;
	(void)state;
	make_folder(&p.folder);
	folder_mkdir(&p.folder, "drop");
	(void)snprintf(url, sizeof url, "%s/drop", p.folder.url);
	for (int i = 0; i < ACTORS; i++)
		assert_int_equal(drop_open(PLACE_AT(url), &p.actors[i].drop, &e), 0);
	for (uint64_t seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed++) {
		p.seed = seed;
		p.dice.state = seed * 0x9e3779b97f4a7c15ULL + 1;
		p.appeared = 0;
		p.was_there = p.has_fault = p.has_committed = p.has_gone = p.is_put_aside = false;
		memset(p.trail, 0, sizeof p.trail);
		p.trail_bytes = 0;
		play(&p);
		committed += p.has_committed;
		aside += p.is_put_aside;
		in_doubt += !p.has_committed && !p.is_put_aside;
	}
	for (int i = 0; i < ACTORS; i++)
		drop_close(p.actors[i].drop);
	folder_drop(&p.folder);
	/* All ends were met. */
	assert_true(
	        committed > SCHEDULES / 4 && aside > SCHEDULES / 100 && in_doubt > SCHEDULES / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(no_interleaving_takes_a_name_twice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
