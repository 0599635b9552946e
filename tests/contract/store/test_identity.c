/* SPDX-License-Identifier: Apache-2.0
 * A store of a known identity: only what has it is taken for it, however the directory at its URL
 * changes while it is open. */
#include "folder.h"
#include "longshore/hex.h"
#include "longshore/place.h"
#include "longshore/store.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char OURS[] = "00112233445566778899aabbccddeeff";
static const char OTHER[] = "ffeeddccbbaa99887766554433221100";

struct ground {
	struct folder folder;
	char url[300];
	struct store *store;
	struct arena mem;
};

static const char *at(const struct ground *p, const char *name)
{
	static char path[4][400];
	static int next;
	char *out = path[next++ % 4];
	(void)snprintf(out, sizeof path[0], "%s/%s", p->folder.path, name);
	return out;
}

/* A directory of that name, with this identity; empty: none. */
static void make(const struct ground *p, const char *name, const char *identity)
{
	char url[420];
	struct store *s = NULL;
	struct err e;
	(void)snprintf(url, sizeof url, "file://%s", at(p, name));
	assert_int_equal(store_open(PLACE_AT(url), &s, &e), 0);
	if (identity[0])
		assert_int_equal(store_identify(s, identity, &e), 0);
	store_close(s);
}

static int setup(void **state)
{
	struct ground *p = calloc(1, sizeof *p);
	struct err e;
	folder_make(&p->folder);
	(void)snprintf(p->url, sizeof p->url, "%s/staging", p->folder.url);
	arena_init(&p->mem, 1 << 20);
	make(p, "staging", OURS);
	*state = p;
	return store_open_known(PLACE_AT(p->url), OURS, &p->store, &e);
}

static int teardown(void **state)
{
	struct ground *p = *state;
	store_close(p->store);
	arena_release(&p->mem);
	folder_drop(&p->folder);
	free(p);
	return 0;
}

static void move(const struct ground *p, const char *from, const char *to)
{
	assert_int_equal(rename(at(p, from), at(p, to)), 0);
}

static int entries(const struct ground *p, const char *name)
{
	int count = 0;
	DIR *d = opendir(at(p, name));
	assert_non_null(d);
	while (readdir(d) != NULL)
		count++;
	(void)closedir(d);
	return count - 2;
}

static bool is_there(const struct ground *p, const char *name)
{
	return access(at(p, name), F_OK) == 0;
}

static int visit(void *arg, struct str name, struct err *e)
{
	(void)name, (void)e;
	++*(int *)arg;
	return 0;
}

static void expect_away(int rc, const struct err *e)
{
	assert_int_equal(rc, ERR_RETRY);
	assert_string_equal(e->code, "store_unavailable");
}

/* Every call by name, and the end of what was begun. */
static void expect_all_away(struct ground *p, struct store_writer *begun)
{
	struct err e;
	struct store_writer *w = NULL;
	struct store_reader *r = NULL;
	struct store_facts facts;
	struct str got;
	int64_t number = 0;
	int names = 0;
	const struct store_sweep sweep = {.age_ms = 1, .most = 10};
	expect_away(store_finish(begun, &e), &e);
	expect_away(store_create(p->store, STR("files/new"), &w, &e), &e);
	expect_away(store_put_once(p->store, STR("files/new"), STR("x"), &e), &e);
	expect_away(store_replace(p->store, STR("files/a"), STR("x"), "tag", &e), &e);
	expect_away(store_get(p->store, STR("files/a"), 9, &p->mem, &got, NULL, &e), &e);
	expect_away(store_stat(p->store, STR("files/a"), &facts, &e), &e);
	expect_away(store_read_open(p->store, STR("files/a"), &r, NULL, &e), &e);
	expect_away(store_remove(p->store, STR("files/a"), &e), &e);
	expect_away(store_remove_below(p->store, STR("files/d"), NULL, &number, &e), &e);
	expect_away(store_sweep(p->store, STR("files"), &sweep, &number, &e), &e);
	expect_away(store_clock(p->store, STR("files"), &number, &e), &e);
	expect_away(store_list(p->store, STR("files/"), visit, &names, &e), &e);
}

static struct store_writer *begin(struct ground *p)
{
	struct err e;
	struct store_writer *w = NULL;
	assert_int_equal(store_put_once(p->store, STR("files/a"), STR("one"), &e), 0);
	assert_int_equal(store_create(p->store, STR("files/begun"), &w, &e), 0);
	assert_int_equal(store_write(w, "x", 1, &e), 0);
	return w;
}

static void expect_back(struct ground *p)
{
	struct err e;
	struct str got;
	assert_int_equal(store_get(p->store, STR("files/a"), 9, &p->mem, &got, NULL, &e), 0);
	assert_true(str_eq(got, STR("one")));
	assert_int_equal(store_put_once(p->store, STR("files/later"), STR("x"), &e), 0);
	assert_true(is_there(p, "staging/files/la/later"));
}

static void an_empty_directory_is_not_taken_for_it_and_stays_empty(void **state)
{
	struct ground *p = *state;
	struct store_writer *w = begin(p);
	move(p, "staging", "aside");
	folder_mkdir(&p->folder, "staging");
	expect_all_away(p, w);
	assert_int_equal(entries(p, "staging"), 0);
	assert_false(is_there(p, "aside/files/be/begun"));
	move(p, "aside", "staging");
	expect_back(p);
}

static void nothing_at_all_is_waited_for_and_not_made(void **state)
{
	struct ground *p = *state;
	struct store_writer *w = begin(p);
	move(p, "staging", "aside");
	expect_all_away(p, w);
	assert_false(is_there(p, "staging"));
	move(p, "aside", "staging");
	expect_back(p);
}

static void staging_of_others_is_not_taken_for_it(void **state)
{
	struct ground *p = *state;
	struct store_writer *w = begin(p);
	move(p, "staging", "aside");
	make(p, "staging", OTHER);
	expect_all_away(p, w);
	assert_int_equal(entries(p, "staging"), 1);
	move(p, "staging", "others");
	move(p, "aside", "staging");
	expect_back(p);
}

static void a_damaged_identity_is_none(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store_facts facts;
	move(p, "staging", "aside");
	folder_mkdir(&p->folder, "staging");
	folder_write(&p->folder, "staging/.longshore-staging", OURS, sizeof OURS - 1);
	expect_away(store_stat(p->store, STR("files/a"), &facts, &e), &e);
	assert_non_null(strstr(e.text, "restore it"));
}

static void a_copy_of_it_is_followed_and_the_old_one_left(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store_facts facts;
	assert_int_equal(store_put_once(p->store, STR("files/a"), STR("one"), &e), 0);
	make(p, "copy", OURS);
	folder_mkdir(&p->folder, "copy/files");
	folder_write(&p->folder, "copy/files/b", "two", 3);
	move(p, "staging", "aside");
	move(p, "copy", "staging");
	assert_int_equal(store_stat(p->store, STR("files/b"), &facts, &e), 0);
	assert_int_equal(store_stat(p->store, STR("files/a"), &facts, &e), ERR_REJECT);
	assert_string_equal(e.code, "not_found");
	assert_int_equal(store_put_once(p->store, STR("files/later"), STR("x"), &e), 0);
	assert_true(is_there(p, "staging/files/la/later"));
	assert_false(is_there(p, "aside/files/la/later"));
}

static void only_the_right_one_is_opened_and_none_is_made(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store *s = NULL;
	char url[420];
	expect_away(store_open_known(PLACE_AT(p->url), OTHER, &s, &e), &e);
	(void)snprintf(url, sizeof url, "file://%s", at(p, "none"));
	expect_away(store_open_known(PLACE_AT(url), OURS, &s, &e), &e);
	assert_false(is_there(p, "none"));
	folder_mkdir(&p->folder, "none");
	expect_away(store_open_known(PLACE_AT(url), OURS, &s, &e), &e);
	assert_int_equal(entries(p, "none"), 0);
}

static void an_identity_is_given_once_and_is_no_object(void **state)
{
	struct ground *p = *state;
	struct err e;
	char found[STORE_IDENTITY_BYTES];
	int names = 0;
	bool is_empty = false;
	struct stat st;
	assert_int_equal(store_identify(p->store, OTHER, &e), ERR_REJECT);
	assert_string_equal(e.code, "exists");
	assert_int_equal(store_identity(p->store, found, &e), 0);
	assert_string_equal(found, OURS);
	assert_int_equal(entries(p, "staging"), 1); /* and no draft */
	assert_int_equal(stat(at(p, "staging/.longshore-staging"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0444); /* all services read it */
	assert_int_equal(store_list(p->store, STR(""), visit, &names, &e), 0);
	assert_int_equal(names, 0);
	assert_int_equal(store_is_empty(p->store, &is_empty, &e), 0);
	assert_true(is_empty);
	assert_int_equal(
	        store_put_once(p->store, STR(".longshore-staging"), STR("x"), &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_name");
	assert_int_equal(store_put_once(p->store, STR("files/a"), STR("x"), &e), 0);
	assert_int_equal(store_is_empty(p->store, &is_empty, &e), 0);
	assert_false(is_empty);
}

/* Others work while one follows: each call ends in one of the two, whole. */
struct worker {
	struct ground *p;
	int number;
	atomic_bool *stop;
	int done;
};

static void *put_many(void *arg)
{
	struct worker *w = arg;
	while (!atomic_load(w->stop)) {
		char name[64];
		struct err e;
		(void)snprintf(name, sizeof name, "files/%d-%d", w->number, w->done);
		int rc = store_put_once(w->p->store, str_c(name), STR("x"), &e);
		if (rc == 0)
			w->done++;
		else if (rc != ERR_RETRY)
			return "neither done nor away";
	}
	return NULL;
}

static void threads_follow_together(void **state)
{
	struct ground *p = *state;
	atomic_bool stop = false;
	enum { THREADS = 4, TURNS = 50 };
	pthread_t id[THREADS];
	struct worker w[THREADS];
	make(p, "two", OURS);
	for (int i = 0; i < THREADS; i++) {
		w[i] = (struct worker){.p = p, .number = i, .stop = &stop};
		assert_int_equal(pthread_create(&id[i], NULL, put_many, &w[i]), 0);
	}
	for (int i = 0; i < TURNS; i++) {
		move(p, "staging", "one");
		move(p, "two", "staging");
		move(p, "one", "two");
	}
	atomic_store(&stop, true);
	for (int i = 0; i < THREADS; i++) {
		void *fault = NULL;
		assert_int_equal(pthread_join(id[i], &fault), 0);
		assert_null(fault);
	}
	struct err e;
	struct store_facts facts;
	for (int i = 0; i < THREADS; i++)
		for (int k = 0; k < w[i].done; k++) {
			char name[64];
			(void)snprintf(name, sizeof name, "files/%d-%d", i, k);
			int rc = store_stat(p->store, str_c(name), &facts, &e);
			if (rc == 0)
				continue;
			assert_string_equal(e.code, "not_found");
			(void)snprintf(name, sizeof name, "two/files/%d-/%d-%d", i, i, k);
			assert_true(is_there(p, name));
		}
}

int main(void)
{
#define AT_PLACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
	        AT_PLACE(an_empty_directory_is_not_taken_for_it_and_stays_empty),
	        AT_PLACE(nothing_at_all_is_waited_for_and_not_made),
	        AT_PLACE(staging_of_others_is_not_taken_for_it),
	        AT_PLACE(a_damaged_identity_is_none),
	        AT_PLACE(a_copy_of_it_is_followed_and_the_old_one_left),
	        AT_PLACE(only_the_right_one_is_opened_and_none_is_made),
	        AT_PLACE(an_identity_is_given_once_and_is_no_object),
	        AT_PLACE(threads_follow_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
