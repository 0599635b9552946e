/* SPDX-License-Identifier: Apache-2.0
 * What every source driver must do, on a directory that the driver of the test reaches in its own way. A test
 * sets `driver` and runs SOURCE_CASES(). */
#ifndef TESTS_SOURCE_CASES_H
#define TESTS_SOURCE_CASES_H

#include "folder.h"

#include "longshore/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARENA = 1 << 20 };

struct world {
	struct folder folder;
	struct arena mem;
	char path[128]; /* of the prefix, on this machine; ends in a slash */
};

static struct source_driver {
	/* Opens this path, which ends in a slash for a prefix, as the driver's URL. */
	int (*open)(const char *path, struct source **out, struct err *e);
} driver;

static void must(int act, const struct err *e)
{
	if (act != 0)
		fail_msg("%s: %s", e->code, e->text);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	assert_non_null(w);
	folder_make(&w->folder);
	folder_mkdir(&w->folder, "in");
	arena_init(&w->mem, ARENA);
	(void)snprintf(w->path, sizeof(w->path), "%s/in/", w->folder.path);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	arena_release(&w->mem);
	folder_drop(&w->folder);
	free(w);
	return 0;
}

static void put(struct world *w, const char *name, const char *text)
{
	folder_write(&w->folder, name, text, strlen(text));
}

/* Opens the prefix (""), or what has this name below it. */
static int open_below(struct world *w, const char *name, struct source **out, struct err *e)
{
	char path[256];
	(void)snprintf(path, sizeof path, "%s%s", w->path, name);
	return driver.open(path, out, e);
}

static const struct source_options plain = {.reads_partial = false};

static void list(struct source *s, struct world *w, struct source_object **objects, size_t *count)
{
	struct source_listing found;
	struct err e;
	must(source_list(s, &plain, &w->mem, &found, &e), &e);
	*objects = found.objects;
	*count = found.count;
}

static void is_listed(const struct source_listing *found, const char *const *want, size_t n)
{
	assert_int_equal(found->count, n);
	for (size_t i = 0; i < n; i++)
		assert_true(str_eq(found->objects[i].name, str_c(want[i])));
}

static void read_whole(struct source *s, const char *name, const char *want)
{
	struct source_reader *r = NULL;
	struct err e;
	char bytes[16];
	size_t n = 0;
	must(source_read_open(s, str_c(name), &r, &e), &e);
	must(source_read(r, 0, bytes, sizeof(bytes), &n, &e), &e);
	assert_int_equal(n, strlen(want));
	assert_memory_equal(bytes, want, n);
	source_read_close(r);
}

static void a_prefix_is_its_plain_files_in_byte_order(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_object *objects = NULL;
	struct err e;
	size_t n = 0;
	static const char *const dirs[] = {"in/a", "in/b", "in/_temporary", "in/.git", "in/b/_x"};
	static const char *const files[] = {"in/a/z.csv", "in/a.csv", "in/a-b.csv", "in/b/1.csv",
	        "in/.hidden", "in/_SUCCESS", "in/_temporary/x.csv", "in/.git/x.csv",
	        "in/b/_x/y.csv", "in/Z.csv", "outside.csv"};
	/* '-' < '.' < '/': the order of whole paths, not of directories. */
	static const char *const want[] = {"Z.csv", "a-b.csv", "a.csv", "a/z.csv", "b/1.csv"};
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		folder_mkdir(&w->folder, dirs[i]);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		put(w, files[i], "x\n");
	must(open_below(w, "", &s, &e), &e);
	list(s, w, &objects, &n);
	assert_int_equal(n, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < n; i++) {
		assert_true(str_eq(objects[i].name, str_c(want[i])));
		assert_int_equal(objects[i].bytes, 2);
		assert_true(objects[i].modified_ms > 0);
	}
	source_close(s);
}

static void one_object_is_listed_by_its_name(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_object *objects = NULL;
	struct source_reader *r = NULL;
	struct err e;
	size_t n = 0;
	char bytes[8];
	put(w, "in/one.csv", "hello");
	put(w, "in/two.csv", "x");
	must(open_below(w, "one.csv", &s, &e), &e);
	list(s, w, &objects, &n);
	assert_int_equal(n, 1);
	assert_true(str_eq(objects[0].name, STR("one.csv")));
	must(source_read_open(s, objects[0].name, &r, &e), &e);
	int64_t length = 0;
	must(source_bytes(r, &length, &e), &e);
	assert_int_equal(length, 5);
	must(source_read(r, 1, bytes, sizeof(bytes), &n, &e), &e);
	assert_int_equal(n, 4);
	assert_memory_equal(bytes, "ello", 4);
	must(source_read(r, 5, bytes, sizeof(bytes), &n, &e), &e);
	assert_int_equal(n, 0);
	source_read_close(r);
	source_close(s);
}

static void what_is_missing_may_come(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_listing found;
	struct err e;
	assert_int_equal(open_below(w, "nowhere/", &s, &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	assert_non_null(strstr(e.text, w->path)); /* the place and the remedy */
	assert_non_null(strstr(e.text, "it there"));
	must(open_below(w, "later.csv", &s, &e), &e);
	assert_int_equal(source_list(s, &plain, &w->mem, &found, &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	source_close(s);
}

static void what_is_still_written_is_read_only_if_asked_for(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_listing found;
	struct err e;
	static const char *const all[] = {
	        "a.csv", "b.csv.filepart", "c.part", "d.tmp", "e.csv~", "f.tmp/g.csv"};
	static const char *const whole[] = {"a.csv", "f.tmp/g.csv"};
	folder_mkdir(&w->folder, "in/f.tmp");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char path[64];
		(void)snprintf(path, sizeof(path), "in/%s", all[i]);
		put(w, path, "x");
	}
	put(w, "in/_note", "x");
	must(open_below(w, "", &s, &e), &e);
	must(source_list(s, &plain, &w->mem, &found, &e), &e);
	is_listed(&found, whole, 2);
	assert_int_equal(found.partial_count, 4);
	assert_int_equal(found.hidden_count, 1);
	const struct source_options asked = {.reads_partial = true};
	must(source_list(s, &asked, &w->mem, &found, &e), &e);
	is_listed(&found, all, sizeof(all) / sizeof(all[0]));
	assert_int_equal(found.partial_count, 0);
	source_close(s);
}

static void grow(const char *path)
{
	FILE *f = fopen(path, "a");
	assert_non_null(f);
	assert_true(fputs("y\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Another file of the same length. */
static void replace(const char *path)
{
	assert_int_equal(unlink(path), 0);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs("y\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void an_object_that_is_not_as_it_was_listed_is_told(void **state)
{
	struct world *w = *state;
	static void (*const changes[])(const char *) = {grow, replace};
	const struct timespec old[2] = {{1000000000, 0}, {1000000000, 0}};
	char path[256];
	(void)snprintf(path, sizeof(path), "%sa.csv", w->path);
	for (int i = 0; i < 2; i++) {
		struct source *s = NULL;
		struct source_object *objects = NULL;
		struct source_reader *r = NULL;
		struct err e;
		size_t n = 0;
		put(w, "in/a.csv", "x\n");
		assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
		must(open_below(w, "", &s, &e), &e);
		list(s, w, &objects, &n);
		assert_int_equal(objects[0].modified_ms, INT64_C(1000000000000));
		must(source_read_open(s, objects[0].name, &r, &e), &e);
		must(source_check_unchanged(r, &objects[0], &e), &e);
		source_read_close(r);
		changes[i](path);
		must(source_read_open(s, objects[0].name, &r, &e), &e);
		assert_int_equal(source_check_unchanged(r, &objects[0], &e), ERR_RETRY);
		assert_string_equal(e.code, "source_missing");
		source_read_close(r);
		source_close(s);
		assert_int_equal(unlink(path), 0);
	}
}

/* The reader that was opened before sees it, too. */
static void an_object_that_grows_while_it_is_read_is_told(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_object *objects = NULL;
	struct source_reader *r = NULL;
	struct err e;
	size_t n = 0;
	char path[256];
	(void)snprintf(path, sizeof(path), "%sa.csv", w->path);
	put(w, "in/a.csv", "x\n");
	must(open_below(w, "", &s, &e), &e);
	list(s, w, &objects, &n);
	must(source_read_open(s, objects[0].name, &r, &e), &e);
	grow(path);
	assert_int_equal(source_check_unchanged(r, &objects[0], &e), ERR_RETRY);
	source_read_close(r);
	source_close(s);
}

static void names_with_control_characters_are_refused(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_listing found;
	struct err e;
	put(w, "in/a\tb.csv", "x");
	must(open_below(w, "", &s, &e), &e);
	assert_int_equal(source_list(s, &plain, &w->mem, &found, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_source");
	source_close(s);
}

static bool ready(
        struct source *s, const char *marker, int64_t quiet, int64_t now, int64_t modified)
{
	struct source_object objects[2] = {
	        {.modified_ms = modified - 5000}, {.modified_ms = modified}};
	bool out = false;
	struct err e;
	must(source_ready(s, str_c(marker), quiet, now, objects, 2, &out, &e), &e);
	return out;
}

static void ready_is_quiet_for_long_enough_or_marked(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct err e;
	bool out = false;
	must(open_below(w, "", &s, &e), &e);
	assert_true(ready(s, "", 0, 1000000, 1000000));
	assert_true(
	        ready(s, "", 0, 1000000, 2000000)); /* another clock's future: at once is at once */
	assert_false(ready(s, "", 60, 1059999, 1000000));
	assert_true(ready(s, "", 60, 1060000, 1000000));
	assert_false(ready(s, "", INT64_MAX, 4102444800000, 0));
	assert_false(ready(s, "_SUCCESS", 0, 1060000, 0));
	folder_mkdir(&w->folder, "in/done");
	put(w, "in/done/_SUCCESS", "");
	assert_true(ready(s, "done/_SUCCESS", 60, 1000000, 1000000));
	assert_int_equal(source_ready(s, STR("../x"), 0, 0, NULL, 0, &out, &e), ERR_REJECT);
	source_close(s);
}

/* A name is below the prefix, or it is refused before anybody is asked for it. */
static void reading_stays_inside(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct err e;
	static const char *const out[] = {
	        "..", "../real.csv", "a/../../real.csv", "./x", "a//x", "/etc/passwd", "a/", ""};
	static const char *const no_file[] = {"a", "nothing", "nowhere/a.csv"};
	put(w, "real.csv", "x");
	folder_mkdir(&w->folder, "in/a");
	must(open_below(w, "", &s, &e), &e);
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		struct source_reader *r = NULL;
		assert_int_equal(source_read_open(s, str_c(out[i]), &r, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_source");
	}
	for (size_t i = 0; i < sizeof(no_file) / sizeof(no_file[0]); i++) {
		struct source_reader *r = NULL;
		assert_int_equal(source_read_open(s, str_c(no_file[i]), &r, &e), ERR_RETRY);
		assert_string_equal(e.code, "source_gone");
	}
	source_close(s);
}

static void names_may_have_any_other_character(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_listing found;
	struct err e;
	static const char *const names[] = {" a b ", "\"'\\", "%41.csv", "+.csv", "-f", "a?b#c&d=e",
	        "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\x88", "\xff\xfe"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[64];
		(void)snprintf(path, sizeof(path), "in/%s", names[i]);
		put(w, path, names[i]);
	}
	must(open_below(w, "", &s, &e), &e);
	must(source_list(s, &plain, &w->mem, &found, &e), &e);
	is_listed(&found, names, sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < found.count; i++)
		read_whole(s, names[i], names[i]);
	source_close(s);
}

/* Reads at and past the end give what there is; so does one that is larger than a packet. */
static void reads_end_where_the_object_ends(void **state)
{
	enum { BYTES = 300001 };
	struct world *w = *state;
	struct source *s = NULL;
	struct source_reader *r = NULL;
	struct err e;
	char *text = malloc(BYTES), *got = malloc(BYTES + 10);
	size_t n = 1;
	int64_t length = -1;
	for (int i = 0; i < BYTES; i++)
		text[i] = (char)('a' + i % 23);
	folder_write(&w->folder, "in/large.csv", text, BYTES);
	put(w, "in/empty.csv", "");
	must(open_below(w, "", &s, &e), &e);
	must(source_read_open(s, STR("large.csv"), &r, &e), &e);
	must(source_bytes(r, &length, &e), &e);
	assert_int_equal(length, BYTES);
	must(source_read(r, 0, got, BYTES + 10, &n, &e), &e);
	assert_int_equal(n, BYTES);
	assert_memory_equal(got, text, BYTES);
	must(source_read(r, BYTES - 3, got, 10, &n, &e), &e);
	assert_int_equal(n, 3);
	must(source_read(r, BYTES, got, 10, &n, &e), &e);
	assert_int_equal(n, 0);
	must(source_read(r, INT64_C(1) << 40, got, 10, &n, &e), &e);
	assert_int_equal(n, 0);
	source_read_close(r);
	must(source_read_open(s, STR("empty.csv"), &r, &e), &e);
	must(source_bytes(r, &length, &e), &e);
	assert_int_equal(length, 0);
	must(source_read(r, 0, got, 10, &n, &e), &e);
	assert_int_equal(n, 0);
	source_read_close(r);
	source_close(s);
	free(text);
	free(got);
}

/* Directories in directories, and one more. */
static void depth_has_a_limit(void **state)
{
	enum { DEPTH_MAX = 16 }; /* SOURCE_DEPTH_MAX */
	struct world *w = *state;
	struct source *s = NULL;
	struct source_listing found;
	struct err e;
	char path[128] = "in", file[160];
	for (int i = 0; i <= DEPTH_MAX; i++) {
		(void)snprintf(path + 2 + 2 * i, sizeof path - 2 - 2 * (size_t)i, "/d");
		folder_mkdir(&w->folder, path);
		if (i == 0)
			must(open_below(w, "", &s, &e), &e);
		(void)snprintf(file, sizeof file, "%s/a.csv", path);
		put(w, file, "x");
		bool is_deeper = i == DEPTH_MAX;
		assert_int_equal(
		        source_list(s, &plain, &w->mem, &found, &e), is_deeper ? ERR_REJECT : 0);
		if (is_deeper)
			assert_string_equal(e.code, "bad_source");
		else
			assert_int_equal(found.count, i + 1);
	}
	source_close(s);
}

#define SOURCE_CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define SOURCE_CASES() \
	SOURCE_CASE(a_prefix_is_its_plain_files_in_byte_order), \
	        SOURCE_CASE(one_object_is_listed_by_its_name), \
	        SOURCE_CASE(what_is_missing_may_come), \
	        SOURCE_CASE(what_is_still_written_is_read_only_if_asked_for), \
	        SOURCE_CASE(an_object_that_is_not_as_it_was_listed_is_told), \
	        SOURCE_CASE(an_object_that_grows_while_it_is_read_is_told), \
	        SOURCE_CASE(names_with_control_characters_are_refused), \
	        SOURCE_CASE(names_may_have_any_other_character), \
	        SOURCE_CASE(ready_is_quiet_for_long_enough_or_marked), \
	        SOURCE_CASE(reading_stays_inside), SOURCE_CASE(reads_end_where_the_object_ends), \
	        SOURCE_CASE(depth_has_a_limit)

#endif
