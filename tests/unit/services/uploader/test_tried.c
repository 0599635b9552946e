/* SPDX-License-Identifier: Apache-2.0
 * A place is tried out once, however many there are. Trials are counted by the kernel: each makes one
 * file of a name that nothing else has. */
#include "folder.h"
#include "place.h"

#include <errno.h>
#include <sys/inotify.h>

enum { DROPS = 400, EVENTS_BYTES = 64 * 1024 };

static struct world {
	struct folder folder;
	struct uploader uploader;
	int watch_fd;
} w;

static void must(int act, const struct err *e)
{
	if (act != 0)
		fail_msg("%s: %s", e->code, e->text);
}

static const char *below(const char *root, const char *word, int number)
{
	static char text[2][128];
	static int turn;
	turn = !turn;
	(void)snprintf(text[turn], sizeof text[turn], "%s/%s%d", root, word, number);
	return text[turn];
}

static void make_drop(int number)
{
	const char *path = below(w.folder.path, "drop", number);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_true(inotify_add_watch(w.watch_fd, path, IN_CREATE | IN_MOVED_TO) >= 0);
}

static int setup(void **state)
{
	(void)state;
	struct err e;
	memset(&w, 0, sizeof w);
	folder_make(&w.folder);
	w.watch_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	assert_true(w.watch_fd >= 0);
	assert_int_equal(pthread_mutex_init(&w.uploader.lock, NULL), 0);
	must(tried_new(TRIED_PLACES_MAX, &w.uploader.tried, &e), &e);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)close(w.watch_fd);
	tried_free(w.uploader.tried);
	(void)pthread_mutex_destroy(&w.uploader.lock);
	folder_drop(&w.folder);
	return 0;
}

/* Since it was asked last. */
static int trials(void)
{
	static _Alignas(struct inotify_event) char events[EVENTS_BYTES];
	int count = 0;
	ssize_t n;
	while ((n = read(w.watch_fd, events, sizeof events)) > 0)
		for (const char *at = events; at < events + n;) {
			const struct inotify_event *event = (const struct inotify_event *)at;
			assert_false(event->mask & IN_Q_OVERFLOW);
			if (event->len > 0 && strncmp(event->name, ".longshore-trial-", 17) == 0)
				count++;
			at += sizeof *event + event->len;
		}
	assert_int_equal(errno, EAGAIN);
	return count;
}

static void open_drop(int number)
{
	struct err e;
	struct drop *drop = NULL;
	struct arena mem;
	char identity[DROP_IDENTITY_BYTES];
	arena_init(&mem, 4096);
	const struct spec spec = {.bucket.url = str_c(below(w.folder.url, "drop", number))};
	const struct ev_upload_task task = {.op = EV_UPLOAD_OP_UPLOAD};
	const struct task_run run = {.mem = &mem};
	const struct upload_op op = {
	        .uploader = &w.uploader, .run = &run, .task = &task, .spec = &spec};
	must(place_open(&op, &drop, identity, &e), &e);
	drop_close(drop);
	arena_release(&mem);
}

static void hundreds_of_places_are_tried_once_each(void **state)
{
	(void)state;
	for (int i = 0; i < DROPS; i++) {
		make_drop(i);
		open_drop(i);
	}
	assert_int_equal(trials(), DROPS);
	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < DROPS; i++)
			open_drop(i);
	assert_int_equal(trials(), 0);
}

static void another_place_at_the_same_url_is_tried_too(void **state)
{
	(void)state;
	make_drop(0);
	open_drop(0);
	assert_int_equal(trials(), 1);
	assert_int_equal(
	        rename(below(w.folder.path, "drop", 0), below(w.folder.path, "away", 0)), 0);
	make_drop(0);
	open_drop(0);
	assert_int_equal(trials(), 1);
	folder_rmdir(&w.folder, "drop0");
	assert_int_equal(
	        rename(below(w.folder.path, "away", 0), below(w.folder.path, "drop", 0)), 0);
	open_drop(0);
	assert_int_equal(trials(), 0);
}

static void what_was_not_asked_for_longest_is_forgotten_first(void **state)
{
	(void)state;
	enum { ROOM = 5 };
	struct err e;
	struct tried *t = NULL;
	must(tried_new(ROOM, &t, &e), &e);
	for (int i = 0; i < ROOM; i++)
		tried_add(t, below("u", "d", i), "same", "renamed");
	for (int i = 0; i < ROOM; i++)
		assert_string_equal(tried_how(t, below("u", "d", i), "same"), "renamed");
	assert_non_null(tried_how(t, "u/d0", "same")); /* 1 is the oldest now */
	tried_add(t, "u/d5", "same", "renamed");
	assert_null(tried_how(t, "u/d1", "same"));
	tried_add(t, "u/d6", "same", "renamed");
	assert_null(tried_how(t, "u/d2", "same"));
	for (int i = 3; i < 7; i++)
		assert_non_null(tried_how(t, below("u", "d", i), "same"));
	assert_non_null(tried_how(t, "u/d0", "same"));
	assert_null(tried_how(t, "u/d0", "another"));
	tried_free(t);
}

/* Many more than there is room for, in an order that makes chains long and takes them apart. */
static void it_never_remembers_what_it_was_not_told(void **state)
{
	(void)state;
	enum { ROOM = 64, TURNS = 20000 };
	struct err e;
	struct tried *t = NULL;
	must(tried_new(ROOM, &t, &e), &e);
	for (int i = 0; i < TURNS; i++) {
		assert_null(tried_how(t, below("u", "d", i), "i"));
		tried_add(t, below("u", "d", i), "i", "renamed");
		assert_non_null(tried_how(t, below("u", "d", i), "i"));
		assert_true(i < ROOM || tried_how(t, below("u", "d", i - ROOM), "i") == NULL);
		assert_true(
		        i < ROOM - 1 || tried_how(t, below("u", "d", i - ROOM + 1), "i") != NULL);
		tried_add(t, below("u", "d", i), "i", "renamed");
		/* what was asked for is the newest: bring the order back */
		for (int k = i - ROOM + 1 < 0 ? 0 : i - ROOM + 1; k <= i && i % 97 == 0; k++)
			assert_non_null(tried_how(t, below("u", "d", k), "i"));
		if (i >= ROOM - 1 && i % 97 != 0)
			for (int k = i - ROOM + 2; k <= i; k++)
				(void)tried_how(t, below("u", "d", k), "i");
	}
	tried_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                hundreds_of_places_are_tried_once_each, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                another_place_at_the_same_url_is_tried_too, setup, teardown),
	        cmocka_unit_test(what_was_not_asked_for_longest_is_forgotten_first),
	        cmocka_unit_test(it_never_remembers_what_it_was_not_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
