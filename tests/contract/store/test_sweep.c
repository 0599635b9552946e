/* SPDX-License-Identifier: Apache-2.0
 * What killed writers leave in staging on a directory is removed, and nothing else; a writer that
 * was only stopped makes no wrong object of it. */
#include "folder.h"

#include "longshore/place.h"
#include "longshore/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HOUR_MS (INT64_C(3600) * 1000)
#define SOME_NAME "0123456789abcdef0123456789abcdef"

static const struct store_sweep day = {.age_ms = 24 * HOUR_MS, .most = 100};

struct ground {
	char path[64];
	char temps[96];
	struct store *store;
	struct arena mem;
};

static int setup(void **state)
{
	struct ground *p = calloc(1, sizeof *p);
	char url[128];
	struct err e;
	(void)snprintf(p->path, sizeof p->path, "/tmp/longshore-sweep-XXXXXX");
	if (mkdtemp(p->path) == NULL)
		return -1;
	(void)snprintf(p->temps, sizeof p->temps, "%s/files/.tmp", p->path);
	(void)snprintf(url, sizeof url, "file://%s", p->path);
	arena_init(&p->mem, 1024 * 1024);
	*state = p;
	return store_open(PLACE_AT(url), &p->store, &e);
}

static int teardown(void **state)
{
	struct ground *p = *state;
	store_close(p->store);
	arena_release(&p->mem);
	int rc = folder_remove(p->path);
	free(p);
	return rc;
}

static int64_t sweep(const struct ground *p, const struct store_sweep *limits)
{
	struct err e;
	int64_t removed = -1;
	if (store_sweep(p->store, STR("files"), limits, &removed, &e) != 0)
		fail_msg("%s", e.text);
	return removed;
}

/* All that lies with the temporaries is two days old. */
static void age(const struct ground *p)
{
	struct timespec now;
	assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
	const struct timespec old[2] = {{now.tv_sec - 2 * 86400, 0}, {now.tv_sec - 2 * 86400, 0}};
	DIR *d = opendir(p->temps);
	assert_non_null(d);
	for (const struct dirent *entry = readdir(d); entry != NULL; entry = readdir(d))
		if (entry->d_name[0] != '.')
			assert_int_equal(
			        utimensat(dirfd(d), entry->d_name, old, AT_SYMLINK_NOFOLLOW), 0);
	(void)closedir(d);
}

static int count(const struct ground *p)
{
	int n = 0;
	DIR *d = opendir(p->temps);
	assert_non_null(d);
	for (const struct dirent *entry = readdir(d); entry != NULL; entry = readdir(d))
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	(void)closedir(d);
	return n;
}

static void put(const struct ground *p, const char *name)
{
	struct err e;
	assert_int_equal(store_put_once(p->store, str_c(name), STR("whole"), &e), 0);
}

static void is_whole(struct ground *p, const char *name)
{
	struct err e;
	struct str got;
	assert_int_equal(store_get(p->store, str_c(name), 100, &p->mem, &got, NULL, &e), 0);
	assert_true(str_eq(got, STR("whole")));
}

/* A writer that dies in the middle. */
static void killed_writer(const struct ground *p)
{
	int ready[2];
	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct err e;
		struct store_writer *w = NULL;
		bool is_good = store_create(p->store, STR("files/d/killed"), &w, &e) == 0 &&
		               store_write(w, "half", 4, &e) == 0;
		(void)write(ready[1], is_good ? "y" : "n", 1);
		for (;;)
			(void)pause();
	}
	char answer = 'n';
	assert_int_equal(read(ready[0], &answer, 1), 1);
	assert_int_equal(answer, 'y');
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

static void what_a_killed_writer_left_goes_once_it_is_old(void **state)
{
	struct ground *p = *state;
	put(p, "files/d/there");
	killed_writer(p);
	assert_int_equal(count(p), 1);
	assert_int_equal(sweep(p, &day), 0);
	assert_int_equal(count(p), 1);
	age(p);
	const struct store_sweep week = {.age_ms = 7 * 24 * HOUR_MS, .most = 100};
	assert_int_equal(sweep(p, &week), 0);
	assert_int_equal(sweep(p, &day), 1);
	assert_int_equal(count(p), 0);
	is_whole(p, "files/d/there");
	put(p, "files/d/killed");
}

static void a_writer_that_was_only_stopped_begins_anew(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store_writer *w = NULL;
	struct store_facts facts;
	assert_int_equal(store_create(p->store, STR("files/d/slow"), &w, &e), 0);
	assert_int_equal(store_write(w, "who", 3, &e), 0);
	age(p);
	assert_int_equal(sweep(p, &day), 1);
	assert_int_equal(store_write(w, "le", 2, &e), 0);
	assert_int_equal(store_finish(w, &e), ERR_RETRY);
	assert_string_equal(e.code, "store_unavailable");
	assert_non_null(strstr(e.text, "starts over"));
	assert_int_equal(store_stat(p->store, STR("files/d/slow"), &facts, &e), ERR_REJECT);
	assert_string_equal(e.code, "not_found");
	put(p, "files/d/slow");
	is_whole(p, "files/d/slow");
}

static void a_writer_that_goes_on_writing_is_not_dead(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store_writer *w = NULL;
	assert_int_equal(store_create(p->store, STR("files/d/slow"), &w, &e), 0);
	age(p);
	assert_int_equal(store_write(w, "whole", 5, &e), 0);
	assert_int_equal(sweep(p, &day), 0);
	assert_int_equal(store_finish(w, &e), 0);
	is_whole(p, "files/d/slow");
}

/* Replaces the object until it is told that its temporary is gone. */
static void replace_until_refused(const struct ground *p, const char *name)
{
	struct err e;
	struct store_facts facts;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < 250; i++) {
		if (store_stat(p->store, str_c(name), &facts, &e) != 0)
			_exit(2);
		int rc = store_replace(p->store, str_c(name), STR("whole"), facts.tag, &e);
		if (rc != 0)
			_exit(rc == ERR_RETRY && strstr(e.text, "starts over") != NULL ? 0 : 2);
	}
	_exit(1);
}

/* One temporary that has no other name yet. */
static bool is_in_the_middle(const struct ground *p)
{
	bool is = false;
	DIR *d = opendir(p->temps);
	assert_non_null(d);
	for (const struct dirent *entry = readdir(d); entry != NULL; entry = readdir(d)) {
		struct stat st;
		if (entry->d_name[0] != '.' &&
		        fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			is = st.st_nlink == 1;
	}
	(void)closedir(d);
	return is;
}

/* -> whether it was stopped with a temporary. */
static bool stop_a_replacement(struct ground *p, const char *name, useconds_t after)
{
	int status = 0;
	put(p, name);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		replace_until_refused(p, name);
	(void)usleep(after);
	assert_int_equal(kill(child, SIGSTOP), 0);
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	bool is_caught = WIFSTOPPED(status) && is_in_the_middle(p);
	age(p);
	if (is_caught)
		assert_int_equal(sweep(p, &day), 1);
	if (WIFSTOPPED(status)) {
		assert_int_equal(kill(child, is_caught ? SIGCONT : SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
	}
	if (is_caught)
		assert_int_equal(status, 0);
	is_whole(p, name);
	age(p);
	(void)sweep(p, &day);
	return is_caught;
}

static void a_replacement_that_was_only_stopped_changes_nothing(void **state)
{
	struct ground *p = *state;
	bool is_caught = false;
	for (unsigned i = 0; i < 300 && !is_caught; i++) {
		char name[32];
		(void)snprintf(name, sizeof name, "files/%u", i);
		is_caught = stop_a_replacement(p, name, 1000 + i * 97);
	}
	assert_true(is_caught);
}

static void what_was_linked_already_stays_under_its_name(void **state)
{
	struct ground *p = *state;
	char from[96], to[160];
	put(p, "files/d");
	(void)snprintf(from, sizeof from, "%s/files/d", p->path);
	(void)snprintf(to, sizeof to, "%s/" SOME_NAME, p->temps);
	assert_int_equal(link(from, to), 0); /* died between link and unlink */
	age(p);
	assert_int_equal(sweep(p, &day), 1);
	is_whole(p, "files/d");
}

static void make(const struct ground *p, const char *name)
{
	char path[256];
	(void)snprintf(path, sizeof path, "%s/%s", p->temps, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
}

static void nothing_else_is_touched(void **state)
{
	struct ground *p = *state;
	char path[256], target[128];
	put(p, "files/d");
	make(p, "0123456789ABCDEF0123456789ABCDEF");
	make(p, "0123456789abcdef0123456789abcdef0");
	make(p, "0123456789abcdef0123456789abcde");
	make(p, "notes-of-an-operator-0123456789a");
	(void)snprintf(target, sizeof target, "%s/files/d", p->path);
	(void)snprintf(path, sizeof path, "%s/" SOME_NAME, p->temps);
	assert_int_equal(symlink(target, path), 0);
	path[strlen(path) - 1] = '0';
	assert_int_equal(mkdir(path, 0700), 0);
	path[strlen(path) - 1] = '1';
	assert_int_equal(mkfifo(path, 0600), 0);
	age(p);
	assert_int_equal(sweep(p, &day), 0);
	assert_int_equal(count(p), 7);
	is_whole(p, "files/d");
}

static void no_link_is_followed_to_the_temporaries(void **state)
{
	struct ground *p = *state;
	struct err e;
	int64_t removed = -1;
	char dir[96], prefix[96];
	put(p, "files/d");
	make(p, SOME_NAME);
	age(p);
	(void)snprintf(prefix, sizeof prefix, "%s/keys", p->path);
	assert_int_equal(symlink("files", prefix), 0);
	assert_int_not_equal(store_sweep(p->store, STR("keys"), &day, &removed, &e), 0);
	assert_int_equal(unlink(prefix), 0);
	assert_int_equal(mkdir(prefix, 0700), 0);
	(void)snprintf(dir, sizeof dir, "%s/.tmp", prefix);
	assert_int_equal(symlink("../files/.tmp", dir), 0);
	assert_int_not_equal(store_sweep(p->store, STR("keys"), &day, &removed, &e), 0);
	assert_int_equal(removed, 0);
	assert_int_equal(count(p), 1);
}

static void a_sweep_has_bounds(void **state)
{
	struct ground *p = *state;
	struct err e;
	int64_t removed = -1;
	atomic_bool stop = true;
	put(p, "files/d");
	for (int i = 0; i < 7; i++) {
		char name[] = SOME_NAME;
		name[0] = (char)('0' + i);
		make(p, name);
	}
	age(p);
	const struct store_sweep stopped = {.age_ms = HOUR_MS, .most = 100, .stop = &stop};
	assert_int_equal(sweep(p, &stopped), 0);
	const struct store_sweep few = {.age_ms = HOUR_MS, .most = 5};
	assert_int_equal(sweep(p, &few), 5);
	assert_int_equal(sweep(p, &few), 2);
	assert_int_equal(store_sweep(p->store, STR("values"), &few, &removed, &e), 0);
	assert_int_equal(removed, 0);
	static const char *const bad[] = {"", ".", "..", ".tmp", "files/.tmp", "/files", "fi les"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(
		        store_sweep(p->store, str_c(bad[i]), &few, &removed, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_name");
	}
}

/* A removal that died behind its first number: nothing of the old object comes back with a new one. */
static void a_removal_that_died_halfway_is_completed(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store_facts facts;
	char path[160];
	assert_int_equal(store_put_once(p->store, STR("l/a"), STR("old"), &e), 0);
	for (int i = 0; i < 3; i++) {
		char text[16];
		(void)snprintf(text, sizeof text, "old %d", i);
		assert_int_equal(store_stat(p->store, STR("l/a"), &facts, &e), 0);
		assert_int_equal(
		        store_replace(p->store, STR("l/a"), str_c(text), facts.tag, &e), 0);
	}
	(void)snprintf(path, sizeof path, "%s/l/a", p->path);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof path, "%s/l/a+1", p->path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(store_remove(p->store, STR("l/a"), &e), 0);
	assert_int_equal(store_put_once(p->store, STR("l/a"), STR("new"), &e), 0);
	assert_int_equal(store_stat(p->store, STR("l/a"), &facts, &e), 0);
	assert_int_equal(store_replace(p->store, STR("l/a"), STR("whole"), facts.tag, &e), 0);
	is_whole(p, "l/a");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE(what_a_killed_writer_left_goes_once_it_is_old),
	        CASE(a_writer_that_was_only_stopped_begins_anew),
	        CASE(a_writer_that_goes_on_writing_is_not_dead),
	        CASE(a_replacement_that_was_only_stopped_changes_nothing),
	        CASE(what_was_linked_already_stays_under_its_name),
	        CASE(nothing_else_is_touched),
	        CASE(no_link_is_followed_to_the_temporaries),
	        CASE(a_sweep_has_bounds),
	        CASE(a_removal_that_died_halfway_is_completed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
