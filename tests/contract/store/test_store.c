/* SPDX-License-Identifier: Apache-2.0
 *
 * What every store promises, the same cases for each driver: a new driver adds one line CASES(its
 * setup, its teardown). Each case gets an empty store of its own.
 */
#include "folder.h"

#include "longshore/place.h"
#include "longshore/random.h"
#include "longshore/store.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct ground {
	char url[128];
	char path[100]; /* file: the directory */
	struct store *store;
	struct arena mem;
};

static int file_setup(void **state)
{
	struct ground *p = calloc(1, sizeof *p);
	memcpy(p->path, "/tmp/longshore-store-XXXXXX", sizeof "/tmp/longshore-store-XXXXXX");
	if (mkdtemp(p->path) == NULL)
		return -1;
	(void)snprintf(p->url, sizeof p->url, "file://%s", p->path);
	arena_init(&p->mem, 64 * 1024 * 1024);
	struct err e;
	*state = p;
	return store_open(PLACE_AT(p->url), &p->store, &e);
}

static int file_teardown(void **state)
{
	struct ground *p = *state;
	store_close(p->store);
	arena_release(&p->mem);
	int rc = folder_remove(p->path);
	free(p);
	return rc;
}

static void expect_content(struct ground *p, const char *name, struct str want)
{
	struct err e;
	struct str got;
	assert_int_equal(store_get(p->store, str_c(name), want.n, &p->mem, &got, NULL, &e), 0);
	assert_true(str_eq(got, want));
}

static void expect_error(int rc, const struct err *e, enum err_act act, const char *code)
{
	assert_int_equal(rc, act);
	assert_int_equal(e->act, act);
	assert_string_equal(e->code, code);
}

static void an_object_is_there_whole_after_finish_and_not_before(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store_writer *w = NULL;
	struct store_facts facts;
	assert_int_equal(store_create(p->store, STR("selections/d1/t1.sel"), &w, &e), 0);
	assert_int_equal(store_write(w, "hello, ", 7, &e), 0);
	assert_int_equal(store_write(w, NULL, 0, &e), 0);
	expect_error(store_stat(p->store, STR("selections/d1/t1.sel"), &facts, &e), &e, ERR_REJECT,
	        "not_found");
	assert_int_equal(store_write(w, "world", 5, &e), 0);
	assert_int_equal(store_finish(w, &e), 0);
	expect_content(p, "selections/d1/t1.sel", STR("hello, world"));
	assert_int_equal(store_stat(p->store, STR("selections/d1/t1.sel"), &facts, &e), 0);
	assert_int_equal(facts.bytes, 12);
}

static int count_names(void *arg, struct str name, struct err *e)
{
	(void)name, (void)e;
	++*(int *)arg;
	return 0;
}

static void an_abandoned_object_leaves_nothing(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store_writer *w = NULL;
	struct store_facts facts;
	int names = 0;
	assert_int_equal(store_create(p->store, STR("files/a"), &w, &e), 0);
	assert_int_equal(store_write(w, "x", 1, &e), 0);
	assert_int_equal(store_list(p->store, STR(""), count_names, &names, &e), 0);
	store_abandon(w);
	store_abandon(NULL);
	expect_error(store_stat(p->store, STR("files/a"), &facts, &e), &e, ERR_REJECT, "not_found");
	assert_int_equal(store_list(p->store, STR(""), count_names, &names, &e), 0);
	assert_int_equal(names, 0);
}

static void empty_objects_exist(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store_facts facts;
	assert_int_equal(store_put_once(p->store, STR("e"), STR(""), &e), 0);
	expect_content(p, "e", STR(""));
	assert_int_equal(store_stat(p->store, STR("e"), &facts, &e), 0);
	assert_int_equal(facts.bytes, 0);
	expect_error(store_put_once(p->store, STR("e"), STR(""), &e), &e, ERR_REJECT, "exists");
}

static void of_many_creators_one_wins_and_its_object_stays(void **state)
{
	struct ground *p = *state;
	struct err e;
	enum { WRITERS = 5 };
	struct store_writer *w[WRITERS];
	for (size_t i = 0; i < WRITERS; i++) {
		assert_int_equal(store_create(p->store, STR("ledger/x"), &w[i], &e), 0);
		char c = (char)('a' + i);
		assert_int_equal(store_write(w[i], &c, 1, &e), 0);
	}
	assert_int_equal(store_finish(w[3], &e), 0);
	for (size_t i = 0; i < WRITERS; i++)
		if (i != 3)
			expect_error(store_finish(w[i], &e), &e, ERR_REJECT, "exists");
	expect_content(p, "ledger/x", STR("d"));
}

static void replace_compares_with_what_was_read(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store_facts one, two;
	struct str got;
	expect_error(store_replace(p->store, STR("ledger/x"), STR("1"), "0", &e), &e, ERR_REJECT,
	        "not_found");
	assert_int_equal(store_put_once(p->store, STR("ledger/x"), STR("1"), &e), 0);
	assert_int_equal(store_get(p->store, STR("ledger/x"), 10, &p->mem, &got, &one, &e), 0);
	assert_int_equal(store_replace(p->store, STR("ledger/x"), STR("22"), one.tag, &e), 0);
	expect_error(store_replace(p->store, STR("ledger/x"), STR("333"), one.tag, &e), &e,
	        ERR_FENCED, "changed");
	expect_content(p, "ledger/x", STR("22"));
	assert_int_equal(store_stat(p->store, STR("ledger/x"), &two, &e), 0);
	assert_string_not_equal(one.tag, two.tag);
	assert_int_equal(two.bytes, 2);
	assert_int_equal(store_replace(p->store, STR("ledger/x"), STR("333"), two.tag, &e), 0);
	expect_content(p, "ledger/x", STR("333"));
	assert_int_equal(store_remove(p->store, STR("ledger/x"), &e), 0);
	expect_error(store_replace(p->store, STR("ledger/x"), STR("4"), two.tag, &e), &e,
	        ERR_REJECT, "not_found");
}

static void get_and_stat_and_open_agree_on_the_tag(void **state)
{
	struct ground *p = *state;
	struct err e;
	static char big[1024 * 1024 + 1];
	static const size_t sizes[] = {0, 1, 16384, 16385, sizeof big - 1, sizeof big};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct store_facts got, stat, opened;
		struct str bytes;
		struct store_reader *r = NULL;
		assert_int_equal(
		        store_put_once(p->store, STR("keys/k"), str_bytes(big, sizes[i]), &e), 0);
		assert_int_equal(
		        store_get(p->store, STR("keys/k"), sizeof big, &p->mem, &bytes, &got, &e),
		        0);
		assert_int_equal(store_stat(p->store, STR("keys/k"), &stat, &e), 0);
		assert_int_equal(store_read_open(p->store, STR("keys/k"), &r, &opened, &e), 0);
		assert_int_equal(store_size(r), sizes[i]);
		store_read_close(r);
		assert_string_equal(got.tag, stat.tag);
		assert_string_equal(got.tag, opened.tag);
		assert_int_equal(got.bytes, sizes[i]);
		assert_int_equal(store_remove(p->store, STR("keys/k"), &e), 0);
	}
	store_read_close(NULL);
}

static void replace_is_refused_above_its_limit(void **state)
{
	struct ground *p = *state;
	struct err e;
	static char big[1024 * 1024 + 1];
	struct store_facts facts;
	assert_int_equal(store_put_once(p->store, STR("a"), STR("x"), &e), 0);
	assert_int_equal(store_stat(p->store, STR("a"), &facts, &e), 0);
	expect_error(store_replace(p->store, STR("a"), str_bytes(big, sizeof big), facts.tag, &e),
	        &e, ERR_REJECT, "too_large");
	assert_int_equal(
	        store_replace(p->store, STR("a"), str_bytes(big, sizeof big - 1), facts.tag, &e),
	        0);
}

static void get_takes_max_bytes_and_not_one_more(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct str got = {0};
	assert_int_equal(store_put_once(p->store, STR("a"), STR("12345"), &e), 0);
	expect_error(store_get(p->store, STR("a"), 4, &p->mem, &got, NULL, &e), &e, ERR_REJECT,
	        "too_large");
	assert_null(got.p);
	assert_int_equal(store_get(p->store, STR("a"), 5, &p->mem, &got, NULL, &e), 0);
	expect_error(store_get(p->store, STR("b"), 5, &p->mem, &got, NULL, &e), &e, ERR_REJECT,
	        "not_found");
	expect_error(store_get(p->store, STR("a/b"), 5, &p->mem, &got, NULL, &e), &e, ERR_REJECT,
	        "not_found");
}

static void reads_are_positioned_and_short_only_at_the_end(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store_reader *r = NULL;
	char part[16];
	size_t n = 99;
	assert_int_equal(store_put_once(p->store, STR("a"), STR("0123456789"), &e), 0);
	assert_int_equal(store_read_open(p->store, STR("a"), &r, NULL, &e), 0);
	assert_int_equal(store_read(r, 3, part, 4, &n, &e), 0);
	assert_int_equal(n, 4);
	assert_memory_equal(part, "3456", 4);
	assert_int_equal(store_read(r, 8, part, 4, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_int_equal(store_read(r, 10, part, 4, &n, &e), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_read(r, 1000, part, 4, &n, &e), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_read(r, 0, part, sizeof part, &n, &e), 0);
	assert_int_equal(n, 10);
	expect_error(store_read(r, -1, part, 1, &n, &e), &e, ERR_REJECT, "bad_offset");
	/* What was opened stays what it is, whatever happens to the name. */
	struct store_facts facts;
	assert_int_equal(store_stat(p->store, STR("a"), &facts, &e), 0);
	assert_int_equal(store_replace(p->store, STR("a"), STR("new"), facts.tag, &e), 0);
	assert_int_equal(store_remove(p->store, STR("a"), &e), 0);
	assert_int_equal(store_read(r, 0, part, sizeof part, &n, &e), 0);
	assert_int_equal(n, 10);
	store_read_close(r);
}

static void remove_is_idempotent(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store_facts facts;
	assert_int_equal(store_put_once(p->store, STR("x/y"), STR("1"), &e), 0);
	assert_int_equal(store_remove(p->store, STR("x/y"), &e), 0);
	assert_int_equal(store_remove(p->store, STR("x/y"), &e), 0);
	assert_int_equal(store_remove(p->store, STR("never/was"), &e), 0);
	expect_error(store_stat(p->store, STR("x/y"), &facts, &e), &e, ERR_REJECT, "not_found");
	assert_int_equal(store_put_once(p->store, STR("x/y"), STR("2"), &e), 0);
	expect_content(p, "x/y", STR("2"));
}

static void names_are_checked(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct str got;
	struct store_facts facts;
	struct store_writer *w = NULL;
	struct store_reader *r = NULL;
	int names = 0;
	static const char *const bad[] = {"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a",
	        "a/./b", "a b", "a\\b", "a\nb", "caf\xc3\xa9", "a*", ".tmp", "a/.tmp/b", "a+1",
	        "a/b+1/c", "a:b"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct str name = str_c(bad[i]);
		expect_error(store_create(p->store, name, &w, &e), &e, ERR_REJECT, "bad_name");
		expect_error(
		        store_put_once(p->store, name, STR("x"), &e), &e, ERR_REJECT, "bad_name");
		expect_error(store_replace(p->store, name, STR("x"), "", &e), &e, ERR_REJECT,
		        "bad_name");
		expect_error(store_get(p->store, name, 1, &p->mem, &got, NULL, &e), &e, ERR_REJECT,
		        "bad_name");
		expect_error(store_stat(p->store, name, &facts, &e), &e, ERR_REJECT, "bad_name");
		expect_error(store_remove(p->store, name, &e), &e, ERR_REJECT, "bad_name");
		expect_error(
		        store_read_open(p->store, name, &r, NULL, &e), &e, ERR_REJECT, "bad_name");
	}
	expect_error(store_put_once(p->store, (struct str){"a\0b", 3}, STR("x"), &e), &e,
	        ERR_REJECT, "bad_name");
	expect_error(store_list(p->store, STR("../"), count_names, &names, &e), &e, ERR_REJECT,
	        "bad_name");
	static const char *const good[] = {
	        "a", "A-z_0.9=b", "...", ".hidden/x", "a/b/c/d/e", "route=1/date=2"};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(store_put_once(p->store, str_c(good[i]), STR("x"), &e), 0);
		assert_int_equal(store_remove(p->store, str_c(good[i]), &e), 0);
	}
}

static void names_have_512_bytes_at_most_and_components_250(void **state)
{
	struct ground *p = *state;
	struct err e;
	char name[513];
	memset(name, 'a', sizeof name);
	name[250] = '/'; /* 250, 251, 9 */
	name[502] = '/';
	expect_error(store_put_once(p->store, str_bytes(name, 512), STR("x"), &e), &e, ERR_REJECT,
	        "bad_name");
	name[502] = 'a';
	name[501] = '/'; /* 250, 250, 10 */
	assert_int_equal(store_put_once(p->store, str_bytes(name, 512), STR("x"), &e), 0);
	expect_error(store_put_once(p->store, str_bytes(name, 513), STR("x"), &e), &e, ERR_REJECT,
	        "bad_name");
	struct store_facts facts; /* and the longest component can be replaced */
	name[500] = 'z';
	assert_int_equal(store_put_once(p->store, str_bytes(name, 501), STR("x"), &e), 0);
	assert_int_equal(store_stat(p->store, str_bytes(name, 501), &facts, &e), 0);
	assert_int_equal(store_replace(p->store, str_bytes(name, 501), STR("y"), facts.tag, &e), 0);
}

enum { RACERS = 8, ROUNDS = 25 };

struct racer {
	pthread_t thread;
	struct ground *place;
	int64_t wins;
};

/* Adds 1 to a number by comparison until it has won ROUNDS times. */
static void *count_up(void *arg)
{
	struct racer *r = arg;
	struct arena mem;
	arena_init(&mem, 1024 * 1024);
	while (r->wins < ROUNDS) {
		struct err e;
		struct str got;
		struct store_facts facts;
		int64_t n = 0;
		arena_reset(&mem);
		if (store_get(r->place->store, STR("n"), 64, &mem, &got, &facts, &e) != 0 ||
		        !str_to_i64(got, &n))
			break;
		int rc = store_replace(r->place->store, STR("n"),
		        arena_printf(&mem, "%lld", (long long)n + 1), facts.tag, &e);
		if (rc == 0)
			r->wins++;
		else if (rc != ERR_FENCED)
			break;
	}
	arena_release(&mem);
	return NULL;
}

static void no_replacement_is_lost_between_threads(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct racer racers[RACERS] = {0};
	char want[16];
	assert_int_equal(store_put_once(p->store, STR("n"), STR("0"), &e), 0);
	for (size_t i = 0; i < RACERS; i++) {
		racers[i].place = p;
		assert_int_equal(pthread_create(&racers[i].thread, NULL, count_up, &racers[i]), 0);
	}
	for (size_t i = 0; i < RACERS; i++) {
		assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
		assert_int_equal(racers[i].wins, ROUNDS);
	}
	(void)snprintf(want, sizeof want, "%d", RACERS * ROUNDS);
	expect_content(p, "n", str_c(want));
}

static void no_replacement_is_lost_between_processes(void **state)
{
	struct ground *p = *state;
	struct err e;
	pid_t children[4];
	char want[16];
	assert_int_equal(store_put_once(p->store, STR("n"), STR("0"), &e), 0);
	for (size_t i = 0; i < 4; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			struct ground own = {.store = NULL};
			struct racer r = {.place = &own};
			if (store_open(PLACE_AT(p->url), &own.store, &e) != 0)
				_exit(1);
			(void)count_up(&r);
			_exit(r.wins == ROUNDS ? 0 : 1);
		}
	}
	for (size_t i = 0; i < 4; i++) {
		int status = 1;
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	(void)snprintf(want, sizeof want, "%d", 4 * ROUNDS);
	expect_content(p, "n", str_c(want));
}

static void replace_forever(const struct ground *p)
{
	struct ground own = {.store = NULL};
	struct racer r = {.place = &own};
	struct err e;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (store_open(PLACE_AT(p->url), &own.store, &e) == 0)
		(void)count_up(&r);
	_exit(r.wins == ROUNDS ? 0 : 1);
}

/* Whoever is stopped in the middle, and for however long, the others get on. */
static void a_stopped_replacer_holds_up_nobody(void **state)
{
	struct ground *p = *state;
	struct err e;
	for (useconds_t delay = 0; delay < 60; delay++) {
		struct store_facts facts;
		int status = 1;
		assert_int_equal(store_put_once(p->store, STR("n"), STR("0"), &e), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0)
			replace_forever(p);
		usleep(2000 + delay * 350);
		assert_int_equal(kill(child, SIGSTOP), 0);
		assert_int_equal(waitpid(child, &status, WUNTRACED), child);
		(void)alarm(60); /* the child is not stopped in vain: a lock would hold us here */
		assert_int_equal(store_stat(p->store, STR("n"), &facts, &e), 0);
		assert_int_equal(store_replace(p->store, STR("n"), STR("7"), facts.tag, &e), 0);
		(void)alarm(0);
		if (!WIFEXITED(status)) {
			assert_int_equal(kill(child, SIGCONT), 0);
			assert_int_equal(waitpid(child, &status, 0), child);
		}
		assert_int_equal(status, 0);
		assert_int_equal(store_remove(p->store, STR("n"), &e), 0);
	}
}

static void replace_is_refused_above_its_number(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store_facts facts;
	char text[16] = "0";
	assert_int_equal(store_put_once(p->store, STR("a"), str_c(text), &e), 0);
	for (int i = 1; i <= 255; i++) {
		(void)snprintf(text, sizeof text, "%d", i);
		assert_int_equal(store_stat(p->store, STR("a"), &facts, &e), 0);
		assert_int_equal(store_replace(p->store, STR("a"), str_c(text), facts.tag, &e), 0);
	}
	assert_int_equal(store_stat(p->store, STR("a"), &facts, &e), 0);
	expect_error(store_replace(p->store, STR("a"), STR("x"), facts.tag, &e), &e, ERR_REJECT,
	        "too_many");
	expect_content(p, "a", STR("255"));
	assert_int_equal(store_remove(p->store, STR("a"), &e), 0);
	assert_int_equal(store_put_once(p->store, STR("a"), STR("new"), &e), 0);
	expect_content(p, "a", STR("new"));
}

/* A writer dies at any moment: the object is there whole or not at all, and can be made by the
 * next. */
static void a_killed_writer_leaves_a_whole_object_or_none(void **state)
{
	struct ground *p = *state;
	struct err e;
	static char bytes[300000];
	memset(bytes, 'q', sizeof bytes);
	for (useconds_t delay = 0; delay < 30; delay++) {
		char name[32];
		(void)snprintf(name, sizeof name, "files/%u", (unsigned)delay);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0)
			_exit(store_put_once(p->store, str_c(name), str_bytes(bytes, sizeof bytes),
			              &e) == 0
			                ? 0
			                : 1);
		(void)usleep(delay * 100);
		(void)kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		int rc = store_put_once(p->store, str_c(name), str_bytes(bytes, sizeof bytes), &e);
		assert_true(rc == 0 || strcmp(e.code, "exists") == 0);
		arena_reset(&p->mem);
		expect_content(p, name, str_bytes(bytes, sizeof bytes));
	}
	int names = 0;
	assert_int_equal(store_list(p->store, STR("files/"), count_names, &names, &e), 0);
	assert_int_equal(names, 30);
}

static void an_unknown_url_is_refused_with_a_remedy(void **state)
{
	(void)state;
	struct err e;
	struct store *s = NULL;
	static const char *const bad[] = {
	        "", "nfs://x", "/tmp/x", "file:/tmp/x", "file://relative/x", "filex:///tmp"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		expect_error(store_open(PLACE_AT(bad[i]), &s, &e), &e, ERR_FATAL, "bad_url");
		assert_non_null(strstr(e.text, "file:///"));
	}
	expect_error(store_open(PLACE_AT("file:///nowhere/at/all"), &s, &e), &e, ERR_RETRY,
	        "store_unavailable");
	store_close(NULL);
}

#define CASE(setup, teardown, test) \
	{ \
#test " (" #setup ")", test, setup, teardown, NULL \
	}
#define CASES(setup, teardown) \
	CASE(setup, teardown, an_object_is_there_whole_after_finish_and_not_before), \
	        CASE(setup, teardown, an_abandoned_object_leaves_nothing), \
	        CASE(setup, teardown, empty_objects_exist), \
	        CASE(setup, teardown, of_many_creators_one_wins_and_its_object_stays), \
	        CASE(setup, teardown, replace_compares_with_what_was_read), \
	        CASE(setup, teardown, get_and_stat_and_open_agree_on_the_tag), \
	        CASE(setup, teardown, replace_is_refused_above_its_limit), \
	        CASE(setup, teardown, get_takes_max_bytes_and_not_one_more), \
	        CASE(setup, teardown, reads_are_positioned_and_short_only_at_the_end), \
	        CASE(setup, teardown, remove_is_idempotent), \
	        CASE(setup, teardown, names_are_checked), \
	        CASE(setup, teardown, names_have_512_bytes_at_most_and_components_250), \
	        CASE(setup, teardown, no_replacement_is_lost_between_threads), \
	        CASE(setup, teardown, no_replacement_is_lost_between_processes), \
	        CASE(setup, teardown, a_stopped_replacer_holds_up_nobody), \
	        CASE(setup, teardown, replace_is_refused_above_its_number), \
	        CASE(setup, teardown, a_killed_writer_leaves_a_whole_object_or_none)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASES(file_setup, file_teardown),
	        cmocka_unit_test(an_unknown_url_is_refused_with_a_remedy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
