/* SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include "longshore/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* What the listing of w->url answers, and the text of its error. */
static int try_list(struct world *w, struct err *e)
{
	struct source *s = NULL;
	struct source_listing found;
	must(source_open(PLACE_AT(w->url), &s, e), e);
	int act = source_list(s, &plain, &w->mem, &found, e);
	source_close(s);
	return act;
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
	link_to(w, "a", "in/linked-dir"); /* its files are listed under their own names */
	link_to(w, "a.csv", "in/linked.csv");
	must(source_open(PLACE_AT(w->url), &s, &e), &e);
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
	char url[160], bytes[8];
	put(w, "in/one.csv", "hello");
	put(w, "in/two.csv", "x");
	(void)snprintf(url, sizeof(url), "%sone.csv", w->url);
	must(source_open(PLACE_AT(url), &s, &e), &e);
	list(s, w, &objects, &n);
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
	struct source_listing found;
	struct err e;
	char url[160];
	(void)snprintf(url, sizeof(url), "%snowhere/", w->url);
	assert_int_equal(source_open(PLACE_AT(url), &s, &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	assert_non_null(strstr(e.text, url)); /* the place and the remedy */
	assert_non_null(strstr(e.text, "put it there"));
	(void)snprintf(url, sizeof(url), "%slater.csv", w->url);
	must(source_open(PLACE_AT(url), &s, &e), &e);
	assert_int_equal(source_list(s, &plain, &w->mem, &found, &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	source_close(s);
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

/* As Kubernetes mounts a ConfigMap: ..data leads to a directory of the day, and is replaced whole. */
static void links_to_what_is_hidden_below_the_prefix_are_read(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_listing found;
	struct err e;
	char absolute[256];
	static const char *const want[] = {
	        "absolute.csv", "people.csv", "sub/deep.csv", "today/deep.csv"};
	folder_mkdir(&w->folder, "in/..2026_11_30");
	folder_mkdir(&w->folder, "in/..2026_11_30/sub");
	put(w, "in/..2026_11_30/people.csv", "one");
	put(w, "in/..2026_11_30/sub/deep.csv", "two");
	link_to(w, "..2026_11_30", "in/..data");
	link_to(w, "..data/people.csv", "in/people.csv");
	link_to(w, "..data/sub", "in/sub");
	link_to(w, "sub", "in/today");
	(void)snprintf(absolute, sizeof(absolute), "%s/in/..data/people.csv", w->folder.path);
	link_to(w, absolute, "in/absolute.csv");
	must(source_open(PLACE_AT(w->url), &s, &e), &e);
	must(source_list(s, &plain, &w->mem, &found, &e), &e);
	is_listed(&found, want, 4);
	assert_int_equal(found.hidden_count, 2);
	read_whole(s, "people.csv", "one");
	read_whole(s, "sub/deep.csv", "two");
	source_close(s);
	(void)snprintf(absolute, sizeof(absolute), "%speople.csv", w->url);
	must(source_open(PLACE_AT(absolute), &s, &e), &e); /* one object that is a link */
	must(source_list(s, &plain, &w->mem, &found, &e), &e);
	is_listed(&found, (const char *const[]){"people.csv"}, 1);
	assert_int_equal(found.objects[0].bytes, 3);
	source_close(s);
}

static void a_link_that_leads_out_is_refused_by_name(void **state)
{
	struct world *w = *state;
	static const char *const targets[] = {"../outside.csv", "/etc/passwd", "..", "../near",
	        "../in-as-well", "../../../../../.."};
	put(w, "outside.csv", "x");
	folder_mkdir(&w->folder, "near");
	folder_mkdir(&w->folder, "in-as-well"); /* begins as the prefix does */
	put(w, "in/a.csv", "x");
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		struct err e;
		char path[256];
		(void)snprintf(path, sizeof(path), "%s/in/tuesday.csv", w->folder.path);
		link_to(w, targets[i], "in/tuesday.csv");
		assert_int_equal(try_list(w, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_source");
		assert_non_null(strstr(e.text, "tuesday.csv is a link that leaves it"));
		assert_int_equal(unlink(path), 0);
		must(try_list(w, &e), &e); /* the remedy */
	}
}

static void links_in_circles_end(void **state)
{
	struct world *w = *state;
	struct err e;
	folder_mkdir(&w->folder, "in/.a");
	folder_mkdir(&w->folder, "in/.b");
	link_to(w, ".a", "in/start");
	link_to(w, "../.b", "in/.a/b");
	link_to(w, "../.a", "in/.b/a");
	assert_int_equal(try_list(w, &e), ERR_REJECT);
	assert_non_null(strstr(e.text, "start/b/a is a link to one of its own parent directories"));
}

static void a_link_to_nothing_is_waited_for(void **state)
{
	struct world *w = *state;
	struct err e;
	put(w, "in/a.csv", "x");
	link_to(w, "later.csv", "in/link.csv");
	assert_int_equal(try_list(w, &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	assert_non_null(strstr(e.text, "link.csv"));
	link_to(w, "itself.csv", "in/itself.csv");
	put(w, "in/later.csv", "x");
	assert_int_equal(try_list(w, &e), ERR_RETRY);
	assert_non_null(strstr(e.text, "itself.csv"));
}

static void what_is_neither_file_nor_directory_is_refused_by_name(void **state)
{
	struct world *w = *state;
	struct err e;
	char path[256];
	(void)snprintf(path, sizeof(path), "%s/in/pipe", w->folder.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(try_list(w, &e), ERR_REJECT);
	assert_non_null(strstr(e.text, "pipe is neither a file nor a directory"));
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
	must(source_open(PLACE_AT(w->url), &s, &e), &e);
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

static void an_object_that_changed_since_it_was_listed_is_told(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_object *objects = NULL;
	struct source_reader *r = NULL;
	struct err e;
	size_t n = 0;
	put(w, "in/a.csv", "x\n");
	must(source_open(PLACE_AT(w->url), &s, &e), &e);
	list(s, w, &objects, &n);
	must(source_read_open(s, objects[0].name, &r, &e), &e);
	must(source_check_unchanged(r, &objects[0], &e), &e);
	char path[256];
	(void)snprintf(path, sizeof(path), "%s/in/a.csv", w->folder.path);
	FILE *f = fopen(path, "a");
	assert_non_null(f);
	assert_true(fputs("y\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(source_check_unchanged(r, &objects[0], &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	source_read_close(r);
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
		assert_int_equal(source_open(PLACE_AT(bad[i]), &s, &e), ERR_REJECT);
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
	static const char *const leads_out[] = {"link.csv", "dir/real.csv"};
	static const char *const planted[] = {"pipe", "a", "nothing"};
	put(w, "real.csv", "x");
	folder_mkdir(&w->folder, "in/a");
	link_to(w, "../real.csv", "in/link.csv");
	link_to(w, "..", "in/dir");
	(void)snprintf(path, sizeof(path), "%s/in/pipe", w->folder.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	must(source_open(PLACE_AT(w->url), &s, &e), &e);
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		struct source_reader *r = NULL;
		assert_int_equal(source_read_open(s, str_c(out[i]), &r, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_source");
	}
	for (size_t i = 0; i < sizeof(leads_out) / sizeof(leads_out[0]); i++) {
		struct source_reader *r = NULL;
		assert_int_equal(source_read_open(s, str_c(leads_out[i]), &r, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_source");
	}
	for (size_t i = 0; i < sizeof(planted) / sizeof(planted[0]); i++) {
		struct source_reader *r = NULL;
		assert_int_equal(source_read_open(s, str_c(planted[i]), &r, &e), ERR_RETRY);
		assert_string_equal(e.code, "source_gone");
	}
	source_close(s);
}

static void names_with_control_characters_are_refused(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_listing found;
	struct err e;
	put(w, "in/a\tb.csv", "x");
	must(source_open(PLACE_AT(w->url), &s, &e), &e);
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
	must(source_open(PLACE_AT(w->url), &s, &e), &e);
	assert_true(ready(s, "", 0, 1000000, 1000000));
	assert_true(
	        ready(s, "", 0, 1000000, 2000000)); /* another clock's future: at once is at once */
	assert_false(ready(s, "", 60, 1059999, 1000000));
	assert_true(ready(s, "", 60, 1060000, 1000000));
	assert_false(ready(s, "", INT64_MAX, 4102444800000, 0));
	assert_false(ready(s, "_SUCCESS", 0, 1060000, 0));
	link_to(w, "/etc/passwd", "in/_SUCCESS"); /* a link that leads out marks nothing */
	assert_int_equal(source_ready(s, STR("_SUCCESS"), 0, 0, NULL, 0, &out, &e), ERR_REJECT);
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
	        cmocka_unit_test_setup_teardown(
	                links_to_what_is_hidden_below_the_prefix_are_read, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_link_that_leads_out_is_refused_by_name, setup, teardown),
	        cmocka_unit_test_setup_teardown(links_in_circles_end, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_link_to_nothing_is_waited_for, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                what_is_neither_file_nor_directory_is_refused_by_name, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                what_is_still_written_is_read_only_if_asked_for, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                an_object_that_changed_since_it_was_listed_is_told, setup, teardown),
	        cmocka_unit_test(urls_are_file_and_absolute),
	        cmocka_unit_test_setup_teardown(reading_stays_inside, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                names_with_control_characters_are_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                ready_is_quiet_for_long_enough_or_marked, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
