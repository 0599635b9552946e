/* SPDX-License-Identifier: Apache-2.0
 * A source on a directory: the cases of every source, and links. */
#include "source_cases.h"

static int open_file(const char *path, struct source **out, struct err *e)
{
	char url[256];
	(void)snprintf(url, sizeof url, "file://%s", path);
	return source_open(PLACE_AT(url), out, e);
}

static void link_to(struct world *w, const char *target, const char *name)
{
	char path[256];
	(void)snprintf(path, sizeof(path), "%s/%s", w->folder.path, name);
	assert_int_equal(symlink(target, path), 0);
}

/* What the listing of w->url answers, and the text of its error. */
static int try_list(struct world *w, struct err *e)
{
	struct source *s = NULL;
	struct source_listing found;
	must(open_below(w, "", &s, e), e);
	int act = source_list(s, &plain, &w->mem, &found, e);
	source_close(s);
	return act;
}

static void links_to_files_and_directories_are_read_once(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_listing found;
	struct err e;
	folder_mkdir(&w->folder, "in/a");
	put(w, "in/a/z.csv", "x");
	put(w, "in/a.csv", "x");
	link_to(w, "a", "in/linked-dir"); /* its files are listed under their own names */
	link_to(w, "a.csv", "in/linked.csv");
	must(open_below(w, "", &s, &e), &e);
	must(source_list(s, &plain, &w->mem, &found, &e), &e);
	is_listed(&found, (const char *const[]){"a.csv", "a/z.csv"}, 2);
	source_close(s);
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
	must(open_below(w, "", &s, &e), &e);
	must(source_list(s, &plain, &w->mem, &found, &e), &e);
	is_listed(&found, want, 4);
	assert_int_equal(found.hidden_count, 2);
	read_whole(s, "people.csv", "one");
	read_whole(s, "sub/deep.csv", "two");
	source_close(s);
	must(open_below(w, "people.csv", &s, &e), &e); /* one object that is a link */
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
static void no_link_leads_out(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct err e;
	char path[256];
	static const char *const leads_out[] = {"link.csv", "dir/real.csv"};
	static const char *const planted[] = {"pipe"};
	put(w, "real.csv", "x");
	link_to(w, "../real.csv", "in/link.csv");
	link_to(w, "..", "in/dir");
	(void)snprintf(path, sizeof(path), "%s/in/pipe", w->folder.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	must(open_below(w, "", &s, &e), &e);
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
	link_to(w, "/etc/passwd", "in/_SUCCESS"); /* and marks nothing */
	bool is_ready = false;
	assert_int_equal(
	        source_ready(s, STR("_SUCCESS"), 0, 0, NULL, 0, &is_ready, &e), ERR_REJECT);
	source_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        SOURCE_CASES(),
	        SOURCE_CASE(links_to_files_and_directories_are_read_once),
	        SOURCE_CASE(links_to_what_is_hidden_below_the_prefix_are_read),
	        SOURCE_CASE(a_link_that_leads_out_is_refused_by_name),
	        SOURCE_CASE(links_in_circles_end),
	        SOURCE_CASE(a_link_to_nothing_is_waited_for),
	        SOURCE_CASE(what_is_neither_file_nor_directory_is_refused_by_name),
	        SOURCE_CASE(no_link_leads_out),
	        cmocka_unit_test(urls_are_file_and_absolute),
	};
	driver.open = open_file;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
