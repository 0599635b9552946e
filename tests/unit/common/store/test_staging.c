/* SPDX-License-Identifier: Apache-2.0
 * Which staging keys are given to, and which they refuse. */
#include "folder.h"
#include "longshore/place.h"
#include "longshore/services.h"
#include "longshore/staging.h"

#include <stdio.h>
#include <unistd.h>

struct world {
	struct folder folder;
	char url[300], keys[300];
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	folder_make(&w->folder);
	(void)snprintf(w->url, sizeof w->url, "%s/staging", w->folder.url);
	(void)snprintf(w->keys, sizeof w->keys, "%s/keys", w->folder.path);
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

static void rename_to(const struct world *w, const char *from, const char *to)
{
	char a[400], b[400];
	(void)snprintf(a, sizeof a, "%s/%s", w->folder.path, from);
	(void)snprintf(b, sizeof b, "%s/%s", w->folder.path, to);
	assert_int_equal(rename(a, b), 0);
}

static bool is_there(const struct world *w, const char *name)
{
	char path[400];
	(void)snprintf(path, sizeof path, "%s/%s", w->folder.path, name);
	return access(path, F_OK) == 0;
}

static void init(const struct world *w)
{
	struct err e;
	if (staging_init(&(struct staging_init){.url = w->url, .keys = w->keys}, &e) != 0)
		fail_msg("%s", e.text);
}

static void expect_refused(const struct world *w, const char *code)
{
	struct err e;
	assert_int_equal(staging_init(&(struct staging_init){.url = w->url, .keys = w->keys}, &e),
	        ERR_REJECT);
	assert_string_equal(e.code, code);
	assert_non_null(strstr(e.text, "nothing was changed"));
}

static int open_as(const struct world *w, const char *service, struct err *e)
{
	char dir[400];
	struct keyring *k = NULL;
	struct store *s = NULL;
	(void)snprintf(dir, sizeof dir, "%s/%s", w->keys, service);
	assert_int_equal(keyring_open(dir, &k, e), 0);
	int rc = staging_open(w->url, k, &s, e);
	store_close(s);
	keyring_close(k);
	return rc;
}

static void drop_identity_keys(const struct world *w)
{
	char path[400];
	for (size_t i = 0; i < service_keys_count; i++) {
		if (strcmp(service_keys[i].file, "identity.key") != 0)
			continue;
		(void)snprintf(
		        path, sizeof path, "%s/%s/identity.key", w->keys, service_keys[i].service);
		assert_int_equal(unlink(path), 0);
	}
}

static void first_keys_make_staging_and_a_second_run_changes_nothing(void **state)
{
	struct world *w = *state;
	struct err e;
	init(w);
	init(w);
	assert_int_equal(open_as(w, "uploader", &e), 0);
	assert_int_equal(open_as(w, "scheduler", &e), 0);
	assert_int_equal(staging_compare(w->url, w->keys, &e), 0);
}

static void an_unmounted_place_gets_no_identity_from_keys_that_are_there(void **state)
{
	struct world *w = *state;
	struct err e;
	init(w);
	rename_to(w, "staging", "aside");
	folder_mkdir(&w->folder, "staging");
	expect_refused(w, "not_staging");
	assert_false(is_there(w, "staging/.longshore-staging"));
	assert_int_equal(staging_compare(w->url, w->keys, &e), ERR_RETRY);
	assert_int_equal(open_as(w, "formatter", &e), ERR_RETRY);
	assert_string_equal(e.code, "store_unavailable");
	const struct staging_init said = {.url = w->url, .keys = w->keys, .is_new = true};
	assert_int_equal(staging_init(&said, &e), 0);
	assert_int_equal(open_as(w, "formatter", &e), 0);
}

static void staging_of_other_keys_is_refused_whatever_a_person_says(void **state)
{
	struct world *w = *state;
	struct err e;
	init(w);
	rename_to(w, "keys", "others");
	expect_refused(w, "other_staging");
	assert_false(is_there(w, "keys/uploader"));
	const struct staging_init said = {.url = w->url, .keys = w->keys, .is_new = true};
	assert_int_equal(staging_init(&said, &e), ERR_REJECT);
	assert_string_equal(e.code, "other_staging");
	assert_false(is_there(w, "keys/uploader"));
}

static void keys_of_an_older_release_are_completed_where_staging_has_content(void **state)
{
	struct world *w = *state;
	struct err e;
	struct store *s = NULL;
	assert_int_equal(keyring_init(w->keys, false, &e), 0);
	drop_identity_keys(w);
	folder_mkdir(&w->folder, "staging");
	assert_int_equal(open_as(w, "uploader", &e), ERR_FATAL);
	assert_string_equal(e.code, "key_missing");
	assert_non_null(strstr(e.text, "longshore keys init"));
	assert_int_equal(staging_compare(w->url, w->keys, &e), ERR_REJECT);
	expect_refused(w, "not_staging"); /* empty: it may not be mounted */
	assert_false(is_there(w, "keys/uploader/identity.key"));
	assert_int_equal(store_open(PLACE_AT(w->url), &s, &e), 0);
	assert_int_equal(store_put_once(s, STR("files/d/a"), STR("x"), &e), 0);
	store_close(s);
	init(w);
	assert_int_equal(open_as(w, "uploader", &e), 0);
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
	        IN_WORLD(first_keys_make_staging_and_a_second_run_changes_nothing),
	        IN_WORLD(an_unmounted_place_gets_no_identity_from_keys_that_are_there),
	        IN_WORLD(staging_of_other_keys_is_refused_whatever_a_person_says),
	        IN_WORLD(keys_of_an_older_release_are_completed_where_staging_has_content),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
