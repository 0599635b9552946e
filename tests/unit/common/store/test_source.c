/* SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include "longshore/source.h"

#include <fcntl.h>

enum { ARENA = 1 << 20 };

struct world {
	struct folder folder;
	struct arena mem;
	char url[128];
};

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
	(void)snprintf(w->url, sizeof(w->url), "%s/in/", w->folder.url);
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

static void link_to(struct world *w, const char *target, const char *name)
{
	char path[256];
	(void)snprintf(path, sizeof(path), "%s/%s", w->folder.path, name);
	assert_int_equal(symlink(target, path), 0);
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
	link_to(w, "../outside.csv", "in/link.csv");
	link_to(w, "a", "in/linked-dir");
	must(source_open(str_c(w->url), &s, &e), &e);
	must(source_list(s, &w->mem, &objects, &n, &e), &e);
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
	char url[160], bytes[8];
	put(w, "in/one.csv", "hello");
	put(w, "in/two.csv", "x");
	(void)snprintf(url, sizeof(url), "%sone.csv", w->url);
	must(source_open(str_c(url), &s, &e), &e);
	must(source_list(s, &w->mem, &objects, &n, &e), &e);
	assert_int_equal(n, 1);
	assert_true(str_eq(objects[0].name, STR("one.csv")));
	must(source_read_open(s, objects[0].name, &r, &e), &e);
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
	struct source_object *objects = NULL;
	struct err e;
	size_t n = 0;
	char url[160];
	(void)snprintf(url, sizeof(url), "%snowhere/", w->url);
	assert_int_equal(source_open(str_c(url), &s, &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	assert_non_null(strstr(e.text, url)); /* the place and the remedy */
	assert_non_null(strstr(e.text, "deliver it there"));
	(void)snprintf(url, sizeof(url), "%slater.csv", w->url);
	must(source_open(str_c(url), &s, &e), &e);
	assert_int_equal(source_list(s, &w->mem, &objects, &n, &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	source_close(s);
}

static void a_link_is_no_object(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_object *objects = NULL;
	struct err e;
	size_t n = 0;
	char url[160];
	put(w, "real.csv", "x");
	link_to(w, "../real.csv", "in/link.csv");
	(void)snprintf(url, sizeof(url), "%slink.csv", w->url);
	must(source_open(str_c(url), &s, &e), &e);
	assert_int_equal(source_list(s, &w->mem, &objects, &n, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_source");
	source_close(s);
}

static void urls_are_file_and_absolute(void **state)
{
	(void)state;
	static const char *const bad[] = {
	        "", "file://", "file://host/x", "/x", "s3://b/x", "file:/x"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct source *s = NULL;
		struct err e;
		assert_int_equal(source_open(str_c(bad[i]), &s, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_source");
	}
}

/* Whoever can write below the prefix may plant what he likes there: nothing leads out of it. */
static void reading_stays_inside(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct err e;
	char path[256];
	static const char *const out[] = {
	        "..", "../real.csv", "a/../../real.csv", "./x", "a//x", "/etc/passwd", "a/"};
	static const char *const planted[] = {"link.csv", "dir/real.csv", "pipe", "a"};
	put(w, "real.csv", "x");
	folder_mkdir(&w->folder, "in/a");
	link_to(w, "../real.csv", "in/link.csv");
	link_to(w, "..", "in/dir");
	(void)snprintf(path, sizeof(path), "%s/in/pipe", w->folder.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	must(source_open(str_c(w->url), &s, &e), &e);
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		struct source_reader *r = NULL;
		assert_int_equal(source_read_open(s, str_c(out[i]), &r, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_source");
	}
	for (size_t i = 0; i < sizeof(planted) / sizeof(planted[0]); i++) {
		struct source_reader *r = NULL;
		assert_int_equal(source_read_open(s, str_c(planted[i]), &r, &e), ERR_RETRY);
		assert_string_equal(e.code, "source_missing");
	}
	source_close(s);
}

static void names_with_control_characters_are_refused(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_object *objects = NULL;
	struct err e;
	size_t n = 0;
	put(w, "in/a\tb.csv", "x");
	must(source_open(str_c(w->url), &s, &e), &e);
	assert_int_equal(source_list(s, &w->mem, &objects, &n, &e), ERR_REJECT);
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
	must(source_open(str_c(w->url), &s, &e), &e);
	assert_true(ready(s, "", 0, 1000000, 1000000));
	assert_true(
	        ready(s, "", 0, 1000000, 2000000)); /* another clock's future: at once is at once */
	assert_false(ready(s, "", 60, 1059999, 1000000));
	assert_true(ready(s, "", 60, 1060000, 1000000));
	assert_false(ready(s, "", INT64_MAX, 4102444800000, 0));
	assert_false(ready(s, "_SUCCESS", 0, 1060000, 0));
	link_to(w, "/etc/passwd", "in/_SUCCESS");
	assert_false(ready(s, "_SUCCESS", 0, 1060000, 0)); /* a link marks nothing */
	folder_mkdir(&w->folder, "in/done");
	put(w, "in/done/_SUCCESS", "");
	assert_true(ready(s, "done/_SUCCESS", 60, 1000000, 1000000));
	assert_int_equal(source_ready(s, STR("../x"), 0, 0, NULL, 0, &out, &e), ERR_REJECT);
	source_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                a_prefix_is_its_plain_files_in_byte_order, setup, teardown),
	        cmocka_unit_test_setup_teardown(one_object_is_listed_by_its_name, setup, teardown),
	        cmocka_unit_test_setup_teardown(what_is_missing_may_come, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_link_is_no_object, setup, teardown),
	        cmocka_unit_test(urls_are_file_and_absolute),
	        cmocka_unit_test_setup_teardown(reading_stays_inside, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                names_with_control_characters_are_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                ready_is_quiet_for_long_enough_or_marked, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
