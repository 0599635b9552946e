/* SPDX-License-Identifier: Apache-2.0
 * How staging lies on a directory: no directory grows with the number of deliveries, and nobody reads
 * what he did not ask for. */
#include "folder.h"
#include "longshore/place.h"
#include "longshore/store.h"

#include <errno.h>
#include <sys/inotify.h>

enum { DELIVERIES = 40 };

struct ground {
	struct folder folder;
	struct store *store;
};

static int setup(void **state)
{
	struct ground *p = calloc(1, sizeof *p);
	struct err e;
	folder_make(&p->folder);
	*state = p;
	return store_open(PLACE_AT(p->folder.url), &p->store, &e);
}

static int teardown(void **state)
{
	struct ground *p = *state;
	store_close(p->store);
	folder_drop(&p->folder);
	free(p);
	return 0;
}

static void put(const struct ground *p, const char *name)
{
	struct err e;
	if (store_put_once(p->store, str_c(name), STR("x"), &e) != 0)
		fail_msg("%s: %s", name, e.text);
}

static bool is_there(const struct ground *p, const char *path)
{
	char full[256];
	(void)snprintf(full, sizeof full, "%s/%s", p->folder.path, path);
	return access(full, F_OK) == 0;
}

static void what_a_prefix_has_is_fanned_out_by_its_first_characters(void **state)
{
	struct ground *p = *state;
	put(p, "ledger/3fab/f0.file");
	put(p, "ledger/3fab.done");
	put(p, "ledger/x/y");
	put(p, "specs/..a");
	put(p, "top");
	assert_true(is_there(p, "ledger/3f/3fab/f0.file"));
	assert_true(is_there(p, "ledger/3f/3fab.done"));
	assert_true(is_there(p, "ledger/x/y"));
	assert_true(is_there(p, "specs/..a")); /* and no directory above is reached */
	assert_true(is_there(p, "top"));
}

static int watch(int fd, const struct ground *p, const char *path)
{
	char full[256];
	(void)snprintf(full, sizeof full, "%s/%s", p->folder.path, path);
	return inotify_add_watch(fd, full, IN_ACCESS | IN_ONLYDIR);
}

/* How often one of the watched directories was read. */
static int reads(int fd)
{
	static _Alignas(struct inotify_event) char events[64 * 1024];
	int count = 0;
	ssize_t n;
	while ((n = read(fd, events, sizeof events)) > 0)
		for (const char *at = events; at < events + n;) {
			const struct inotify_event *event = (const struct inotify_event *)at;
			count += (event->mask & IN_ISDIR) != 0;
			at += sizeof *event + event->len;
		}
	assert_int_equal(errno, EAGAIN);
	return count;
}

static int count(void *arg, struct str name, struct err *e)
{
	(void)name, (void)e;
	++*(int *)arg;
	return 0;
}

static int list(const struct ground *p, const char *prefix)
{
	struct err e;
	int n = 0;
	assert_int_equal(store_list(p->store, str_c(prefix), count, &n, &e), 0);
	return n;
}

static void a_list_reads_no_directory_but_those_of_its_prefix(void **state)
{
	struct ground *p = *state;
	char name[64];
	for (int i = 0; i < DELIVERIES; i++) {
		(void)snprintf(name, sizeof name, "ledger/%02x00/f.file", i);
		put(p, name);
	}
	put(p, "ledger/leftover/n");
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(watch(fd, p, "") >= 0 && watch(fd, p, "ledger") >= 0);
	for (int i = 0; i < DELIVERIES; i++) {
		(void)snprintf(name, sizeof name, "ledger/%02x/%02x00", i, i);
		assert_true(watch(fd, p, name) >= 0);
	}
	assert_int_equal(list(p, "ledger/leftover/"), 1);
	assert_int_equal(list(p, "ledger/0000"), 1); /* of this one the fan must be looked into */
	assert_int_equal(list(p, "ledger/0100/"), 1);
	int some = reads(fd);
	assert_int_equal(list(p, "ledger/"), DELIVERIES + 1);
	int all = reads(fd);
	(void)close(fd);
	assert_true(all > DELIVERIES); /* the kernel tells of it at all */
	assert_in_range(some, 1, 8);
}

static int entries_seen;

static int add_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	entries_seen += strstr(path, "/3f/3fab/") != NULL;
	return 0;
}

static void a_replacement_costs_one_entry_and_no_directory(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct store_facts facts;
	put(p, "ledger/3fab/f0.file");
	for (int i = 0; i < 2; i++) {
		char text[8];
		(void)snprintf(text, sizeof text, "%d", i);
		assert_int_equal(store_stat(p->store, STR("ledger/3fab/f0.file"), &facts, &e), 0);
		assert_int_equal(store_replace(p->store, STR("ledger/3fab/f0.file"), str_c(text),
		                         facts.tag, &e),
		        0);
	}
	entries_seen = 0;
	assert_int_equal(nftw(p->folder.path, add_entry, 16, FTW_PHYS), 0);
	assert_int_equal(entries_seen, 3);
	assert_int_equal(list(p, "ledger/3fab/"), 1);
}

static void replace(const struct ground *p, const char *name, const char *text)
{
	struct err e;
	struct store_facts facts;
	assert_int_equal(store_stat(p->store, str_c(name), &facts, &e), 0);
	assert_int_equal(store_replace(p->store, str_c(name), str_c(text), facts.tag, &e), 0);
}

static int64_t remove_below(const struct ground *p, const char *name)
{
	struct err e;
	int64_t removed = -1;
	if (store_remove_below(p->store, str_c(name), NULL, &removed, &e) != 0)
		fail_msg("%s", e.text);
	return removed;
}

static void what_lies_below_a_name_goes_with_its_directories(void **state)
{
	struct ground *p = *state;
	put(p, "files/3fab/a");
	put(p, "files/3fab/b/c/d");
	replace(p, "files/3fab/a", "1");
	replace(p, "files/3fab/a", "2");
	put(p, "files/3fabc/a");
	put(p, "files/3fab.done");
	put(p, "specs/3fab/a");
	assert_int_equal(remove_below(p, "files/3fab"), 2);
	assert_false(is_there(p, "files/3f/3fab"));
	assert_int_equal(list(p, "files/"), 2);
	assert_int_equal(list(p, "specs/"), 1);
	assert_int_equal(remove_below(p, "files/3fab"), 0);
	assert_int_equal(remove_below(p, "files/3fab.done"), 0); /* an object is not below itself */
	assert_int_equal(remove_below(p, "nothing/at/all"), 0);
	assert_int_equal(list(p, "files/"), 2);
}

static void a_whole_prefix_and_what_is_no_object_are_never_removed(void **state)
{
	struct ground *p = *state;
	struct err e;
	char path[256];
	int64_t removed = -1;
	put(p, "files/3fab/a");
	put(p, "kept/x");
	static const char *const bad[] = {
	        "files", "", "files/", "../files", "files/..", "files/.tmp"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(store_remove_below(p->store, str_c(bad[i]), NULL, &removed, &e),
		        ERR_REJECT);
		assert_string_equal(e.code, "bad_name");
	}
	(void)snprintf(path, sizeof path, "%s/files/3f/3fab/link", p->folder.path);
	assert_int_equal(symlink("../../../kept", path), 0);
	assert_int_equal(remove_below(p, "files/3fab"), 1);
	assert_true(is_there(p, "kept/x"));
	assert_true(is_there(p, "files/3f/3fab"));
	(void)snprintf(path, sizeof path, "%s/files/3f/3fff", p->folder.path);
	assert_int_equal(symlink("../../kept", path), 0);
	assert_int_equal(remove_below(p, "files/3fff"), 0);
	assert_true(is_there(p, "kept/x"));
}

static void a_removal_is_stopped_when_it_is_told(void **state)
{
	struct ground *p = *state;
	struct err e;
	int64_t removed = -1;
	const atomic_bool now = true;
	put(p, "files/3fab/a");
	assert_int_equal(
	        store_remove_below(p->store, STR("files/3fab"), &now, &removed, &e), ERR_DEFER);
	assert_int_equal(list(p, "files/"), 1);
}

static void the_stores_clock_goes_with_its_files(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct stat st;
	char path[256];
	int64_t before_ms = 0, after_ms = 0;
	assert_int_equal(store_clock(p->store, STR("files"), &before_ms, &e), 0);
	put(p, "files/3fab/a");
	assert_int_equal(store_clock(p->store, STR("files"), &after_ms, &e), 0);
	(void)snprintf(path, sizeof path, "%s/files/3f/3fab/a", p->folder.path);
	assert_int_equal(stat(path, &st), 0);
	int64_t at_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	assert_true(before_ms > 0 && before_ms <= at_ms && at_ms <= after_ms);
	assert_int_equal(list(p, "files/"), 1);
	assert_int_equal(store_clock(p->store, STR("files/x"), &after_ms, &e), ERR_REJECT);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE(what_a_prefix_has_is_fanned_out_by_its_first_characters),
	        CASE(a_list_reads_no_directory_but_those_of_its_prefix),
	        CASE(a_replacement_costs_one_entry_and_no_directory),
	        CASE(what_lies_below_a_name_goes_with_its_directories),
	        CASE(a_whole_prefix_and_what_is_no_object_are_never_removed),
	        CASE(a_removal_is_stopped_when_it_is_told),
	        CASE(the_stores_clock_goes_with_its_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
