/* SPDX-License-Identifier: Apache-2.0
 * Documents name places; what may be one is not theirs to say. */
#include "folder.h"

#include "longshore/drop.h"
#include "longshore/source.h"

#include <fcntl.h>

struct world {
	struct folder folder;
	char text[512];
};

static int setup(void **state)
{
	static const char *const dirs[] = {
	        "in", "in/a", "out", "staging", "staging/deep", "keys", "keys/uploader", "inner"};
	struct world *w = calloc(1, sizeof *w);
	assert_non_null(w);
	folder_make(&w->folder);
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
		folder_mkdir(&w->folder, dirs[i]);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	folder_drop(&w->folder);
	free(w);
	return 0;
}

static const char *below(struct world *w, const char *name)
{
	(void)snprintf(w->text, sizeof w->text, "%s/%s", w->folder.path, name);
	return w->text;
}

static struct confine *confined(struct world *w, const char *roots)
{
	struct err e;
	struct confine *c = NULL;
	char keys[256], staging[256];
	(void)snprintf(keys, sizeof keys, "%s/keys/uploader", w->folder.path);
	(void)snprintf(staging, sizeof staging, "file://%s/staging/", w->folder.path);
	const struct confine_conf conf = {CONFINE_DROP_ROOTS, roots, staging, keys};
	if (confine_new(&conf, &c, &e) != 0)
		fail_msg("%s", e.text);
	return c;
}

/* 0, or ERR_REJECT with the code and the remedy. */
static int drop_at(struct world *w, const struct confine *c, const char *name, struct err *e)
{
	struct drop *d = NULL;
	char url[512];
	(void)snprintf(url, sizeof url, "file://%s/%s", w->folder.path, name);
	const struct place place = {.url = str_c(url), .allowed = c};
	int act = drop_open(&place, &d, e);
	if (act == 0)
		drop_close(d);
	if (act != 0) {
		assert_string_equal(e->code, "bad_place");
		assert_non_null(strstr(e->text, url));
	}
	return act;
}

static void only_what_lies_below_a_root_is_a_place(void **state)
{
	struct world *w = *state;
	struct err e;
	char roots[600], link[256];
	(void)snprintf(roots, sizeof roots, "/nowhere, file://%s/in/", w->folder.path);
	struct confine *c = confined(w, roots);
	assert_int_equal(drop_at(w, c, "in", &e), 0);
	assert_int_equal(drop_at(w, c, "in/a", &e), 0);
	assert_int_equal(drop_at(w, c, "out", &e), ERR_REJECT);
	assert_non_null(strstr(e.text, "LONGSHORE_DROP_ROOTS"));
	assert_int_equal(drop_at(w, c, "inner", &e), ERR_REJECT); /* begins alike */
	assert_int_equal(drop_at(w, c, "", &e), ERR_REJECT);
	/* Where a link leads counts, not where it lies. */
	(void)snprintf(link, sizeof link, "%s/in/link", w->folder.path);
	assert_int_equal(symlink(below(w, "out"), link), 0);
	assert_int_equal(drop_at(w, c, "in/link", &e), ERR_REJECT);
	(void)snprintf(link, sizeof link, "%s/out/link", w->folder.path);
	assert_int_equal(symlink(below(w, "in/a"), link), 0);
	assert_int_equal(drop_at(w, c, "out/link", &e), 0);
	confine_free(c);
}

static void staging_and_keys_are_no_places_wherever_roots_are(void **state)
{
	struct world *w = *state;
	static const char *const never[] = {"staging", "staging/deep", "keys/uploader", "keys", ""};
	struct err e;
	char root[256];
	(void)snprintf(root, sizeof root, "%s", w->folder.path);
	const char *const roots[] = {"", "/", root};
	for (size_t r = 0; r < 3; r++) {
		struct confine *c = confined(w, roots[r]);
		for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
			if (drop_at(w, c, never[i], &e) != ERR_REJECT)
				fail_msg("roots \"%s\": \"%s\" is a place", roots[r], never[i]);
		assert_int_equal(drop_at(w, c, "out", &e), 0);
		confine_free(c);
	}
}

static void a_single_object_is_judged_by_its_own_place(void **state)
{
	struct world *w = *state;
	struct err e;
	struct source *s = NULL;
	char url[512];
	struct confine *c = confined(w, "");
	folder_write(&w->folder, "list.csv", "id\n", 3);
	(void)snprintf(url, sizeof url, "file://%s/list.csv", w->folder.path);
	const struct place beside = {.url = str_c(url), .allowed = c}; /* staging */
	assert_int_equal(source_open(&beside, &s, &e), 0);
	source_close(s);
	assert_int_equal(source_open(PLACE_AT(url), &s, &e), 0);
	source_close(s);
	(void)snprintf(url, sizeof url, "file://%s/staging/x.csv", w->folder.path);
	const struct place inside = {.url = str_c(url), .allowed = c};
	assert_int_equal(source_open(&inside, &s, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_place");
	confine_free(c);
}

static int remote_at(const struct confine *c, const char *url, struct err *e)
{
	int act = confine_check_remote(c, str_c(url), e);
	if (act != 0)
		assert_string_equal(e->code, "bad_place");
	return act;
}

/* A server always needs a root that covers it: a credential is sent there. */
static void a_place_on_a_server_needs_a_root_of_its_own(void **state)
{
	struct world *w = *state;
	struct err e;
	static const char *const servers = "sftp://in.example/drop/,sftp://bob@out.example:2222/";
	static const char *const good[] = {"sftp://a@in.example/drop",
	        "sftp://b@in.example/drop/x/", "sftp://bob@out.example:2222/any/where"};
	static const char *const bad[] = {"sftp://a@in.example/", "sftp://a@in.example/dropped/",
	        "sftp://a@in.example:2222/drop/", "sftp://a@other.example/drop/",
	        "sftp://eve@out.example:2222/any/", "sftp://bob@out.example/any/"};
	struct confine *c = confined(w, servers), *any = confined(w, "");
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(remote_at(c, good[i], &e), 0);
		assert_int_equal(remote_at(any, good[i], &e), ERR_REJECT);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(remote_at(c, bad[i], &e), ERR_REJECT);
	assert_int_equal(drop_at(w, c, "out", &e), ERR_REJECT); /* no root is a directory */
	confine_free(any);
	confine_free(c);
}

static void roots_are_absolute_paths(void **state)
{
	(void)state;
	static const char *const bad[] = {"relative", "/a,,/b", "/a, b", "s3://bucket/", "sftp://",
	        "sftp://host", "sftp://HOST/", ","};
	struct err e;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct confine *c = NULL;
		const struct confine_conf conf = {CONFINE_SOURCE_ROOTS, bad[i], NULL, NULL};
		if (confine_new(&conf, &c, &e) != ERR_FATAL)
			fail_msg("\"%s\" was taken", bad[i]);
		assert_string_equal(e.code, "bad_settings");
		assert_non_null(strstr(e.text, CONFINE_SOURCE_ROOTS));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                only_what_lies_below_a_root_is_a_place, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                staging_and_keys_are_no_places_wherever_roots_are, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_single_object_is_judged_by_its_own_place, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_place_on_a_server_needs_a_root_of_its_own, setup, teardown),
	        cmocka_unit_test_setup_teardown(roots_are_absolute_paths, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
