/* SPDX-License-Identifier: Apache-2.0
 *
 * Cases of drop_cases.h: several commits at once.
 */
#ifndef LONGSHORE_TESTS_DROP_CASES_RACE_H
#define LONGSHORE_TESTS_DROP_CASES_RACE_H

#include "drop_ground.h"

struct racer {
	pthread_t thread;
	struct drop *drop;
	const char *temp;
	enum drop_commit answer;
};

static void *race(void *arg)
{
	struct racer *r = arg;
	struct err e;
	r->answer = DROP_TEMP_GONE;
	if (drop_commit(r->drop, str_c(r->temp), STR("race/a.csv"), &r->answer, &e) != 0)
		return arg;
	return NULL;
}

/* Eight at once, by two temporaries, and no directory yet: one temporary is committed. By links whoever
 * sees another's link may end the commit for it, and who is told that the name is taken while it links
 * cannot know by whom. */
static void of_many_commits_one_takes_the_name(void **state)
{
	struct ground *p = *state;
	for (int turn = 0; turn < (driver.is_shared_slowly ? 2 : 50); turn++) {
		struct racer racers[8];
		bool is_link = strcmp(driver.guarantee, "link_noreplace") == 0;
		int committed = 0, gone = 0, taken = 0, winner = -1;
		temp_with(p, T1, "one");
		temp_with(p, T2, "two");
		for (size_t i = 0; i < 8; i++) {
			racers[i].drop = p->drop;
			racers[i].temp = i % 2 == 0 ? T1 : T2;
			assert_int_equal(
			        pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
		}
		for (size_t i = 0; i < 8; i++) {
			void *failed = NULL;
			assert_int_equal(pthread_join(racers[i].thread, &failed), 0);
			assert_null(failed);
			if (racers[i].answer == DROP_COMMITTED) {
				assert_true(winner < 0 || (winner == (int)i % 2 && is_link));
				winner = (int)i % 2;
			}
			committed += racers[i].answer == DROP_COMMITTED;
			gone += racers[i].answer == DROP_TEMP_GONE;
			taken += racers[i].answer == DROP_NAME_TAKEN ||
			         (is_link && racers[i].answer == DROP_IN_DOUBT);
		}
		assert_true(winner >= 0);
		assert_int_equal(committed + gone, 4);
		assert_int_equal(taken, 4);
		outside_sees(p, "race/a.csv", winner == 0 ? "one" : "two");
		outside_take(p, "race/a.csv");
		assert_int_equal(rmdir(path_of(p, "race")), 0);
		drop_temp_discard(p->drop, STR(T1));
		drop_temp_discard(p->drop, STR(T2));
	}
}

/* Each writer has a connection and a temporary of its own, as uploaders in several processes do. */
static void writers_race(struct ground *p, size_t n)
{
	static const char *const temps[] = {
	        T1, T2, ".longshore-tmp/0003", ".longshore-tmp/0004", ".longshore-tmp/0005"};
	static const char *const texts[] = {"one", "two", "three", "four", "five"};
	struct racer racers[5];
	size_t winner = n;
	for (size_t i = 0; i < n; i++) {
		struct err e;
		temp_with(p, temps[i], texts[i]);
		racers[i].temp = temps[i];
		if (driver.open(p, &racers[i].drop, &e) != 0)
			fail_msg("writer %zu: %s", i, e.text);
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
	for (size_t i = 0; i < n; i++) {
		void *failed = NULL;
		assert_int_equal(pthread_join(racers[i].thread, &failed), 0);
		assert_null(failed);
		drop_close(racers[i].drop);
	}
	for (size_t i = 0; i < n; i++) {
		if (racers[i].answer != DROP_COMMITTED) {
			assert_int_not_equal(racers[i].answer, DROP_TEMP_GONE);
			continue;
		}
		assert_int_equal(winner, n); /* the only one */
		winner = i;
	}
	assert_true(winner < n);
	outside_sees(p, "race/a.csv", texts[winner]);
	outside_take(p, "race/a.csv");
	for (size_t i = 0; i < n; i++)
		drop_temp_discard(p->drop, str_c(temps[i]));
	assert_int_equal(rmdir(path_of(p, "race")), 0);
}

static void of_two_and_of_five_writers_one_wins(void **state)
{
	for (int turn = 0; turn < (driver.is_shared_slowly ? 2 : 20); turn++) {
		writers_race(*state, 2);
		writers_race(*state, 5);
	}
}

struct maker {
	pthread_t thread;
	struct drop *drop;
	const char *temp, *name;
	enum drop_commit answer;
};

static void *make(void *arg)
{
	struct maker *m = arg;
	struct err e;
	m->answer = DROP_TEMP_GONE;
	return drop_commit(m->drop, str_c(m->temp), str_c(m->name), &m->answer, &e) != 0 ? arg
	                                                                                 : NULL;
}

/* Two files of one delivery go to directories that neither finds there. */
static void directories_that_two_make_at_once_are_made_once(void **state)
{
	struct ground *p = *state;
	for (int turn = 0; turn < (driver.is_shared_slowly ? 3 : 30); turn++) {
		struct maker makers[2] = {{.drop = p->drop, .temp = T1, .name = "d/e/f/a.csv"},
		        {.temp = T2, .name = "d/e/f/b.csv"}};
		struct err e;
		temp_with(p, T1, "one");
		temp_with(p, T2, "two");
		assert_int_equal(driver.open(p, &makers[1].drop, &e), 0);
		for (int i = 0; i < 2; i++)
			assert_int_equal(
			        pthread_create(&makers[i].thread, NULL, make, &makers[i]), 0);
		for (int i = 0; i < 2; i++) {
			void *failed = NULL;
			assert_int_equal(pthread_join(makers[i].thread, &failed), 0);
			assert_null(failed);
			assert_int_equal(makers[i].answer, DROP_COMMITTED);
			outside_take(p, makers[i].name);
		}
		drop_close(makers[1].drop);
		assert_int_equal(rmdir(path_of(p, "d/e/f")), 0);
		assert_int_equal(rmdir(path_of(p, "d/e")), 0);
		assert_int_equal(rmdir(path_of(p, "d")), 0);
	}
}

#endif
