/* SPDX-License-Identifier: Apache-2.0
 * How staging lies on a directory: no directory grows with the number of deliveries, and nobody reads
 * what he did not ask for. */
#include "folder.h"
#include "longshore/store.h"

#include <errno.h>
#include <sys/inotify.h>

enum { DELIVERIES = 40 };

struct place {
	struct folder folder;
	struct store *store;
};

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	struct err e;
	folder_make(&p->folder);
	*state = p;
	return store_open(p->folder.url, &p->store, &e);
}

static int teardown(void **state)
{
	struct place *p = *state;
	store_close(p->store);
	folder_drop(&p->folder);
	free(p);
	return 0;
}

static void put(const struct place *p, const char *name)
{
	struct err e;
	if (store_put_once(p->store, str_c(name), STR("x"), &e) != 0)
		fail_msg("%s: %s", name, e.text);
}

static bool is_there(const struct place *p, const char *path)
{
	char full[256];
	(void)snprintf(full, sizeof full, "%s/%s", p->folder.path, path);
	return access(full, F_OK) == 0;
}

static void what_a_prefix_has_is_fanned_out_by_its_first_characters(void **state)
{
	struct place *p = *state;
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

static int watch(int fd, const struct place *p, const char *path)
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

static int list(const struct place *p, const char *prefix)
{
	struct err e;
	int n = 0;
	assert_int_equal(store_list(p->store, str_c(prefix), count, &n, &e), 0);
	return n;
}

static void a_list_reads_no_directory_but_those_of_its_prefix(void **state)
{
	struct place *p = *state;
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
	struct place *p = *state;
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

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE(what_a_prefix_has_is_fanned_out_by_its_first_characters),
	        CASE(a_list_reads_no_directory_but_those_of_its_prefix),
	        CASE(a_replacement_costs_one_entry_and_no_directory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
