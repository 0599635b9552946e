/* SPDX-License-Identifier: Apache-2.0
 * Lists of deliveries that are over: each owner of a prefix goes through them once, in order, when they
 * are old enough, and removes what is below the ids that they name and nothing else. */
#include "folder.h"
#include "longshore/ended.h"
#include "longshore/place.h"
#include "longshore/sealed.h"
#include "longshore/worker.h"

enum { SEEN_MAX = 64 };

static struct world {
	struct folder folder;
	struct store *staging;
	struct keyring *scheduler, *formatter;
	int seen_count;
	char seen[SEEN_MAX][33];
	int fails_at; /* of the seen, 0: none */
	int act;
} w;

static void must(int act, const struct err *e)
{
	if (act != 0)
		fail_msg("%s: %s", e->code, e->text);
}

static struct keyring *keys_of(const char *service)
{
	char path[128];
	struct keyring *k = NULL;
	struct err e;
	(void)snprintf(path, sizeof path, "%s/keys/%s", w.folder.path, service);
	must(keyring_open(path, &k, &e), &e);
	return k;
}

static int setup(void **state)
{
	(void)state;
	struct err e;
	char url[128], keys[128];
	memset(&w, 0, sizeof w);
	folder_make(&w.folder);
	(void)snprintf(url, sizeof url, "%s/staging", w.folder.url);
	(void)snprintf(keys, sizeof keys, "%s/keys", w.folder.path);
	must(store_open(PLACE_AT(url), &w.staging, &e), &e);
	must(keyring_init(keys, false, &e), &e);
	w.scheduler = keys_of("scheduler");
	w.formatter = keys_of("formatter");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	keyring_close(w.scheduler);
	keyring_close(w.formatter);
	store_close(w.staging);
	folder_drop(&w.folder);
	return 0;
}

static struct str id(int number)
{
	static char text[4][33];
	static int turn;
	turn = (turn + 1) % 4;
	(void)snprintf(text[turn], sizeof text[turn], "%032x", number);
	return str_c(text[turn]);
}

static void tell(int number)
{
	struct err e;
	int64_t at_ms = 0;
	const struct ended one = {id(number), id(1000 + number)};
	must(ended_tell(w.staging, w.scheduler, &one, 1, &e), &e);
	must(store_clock(w.staging, STR("specs"), &at_ms, &e), &e);
	for (int64_t now_ms = at_ms; now_ms == at_ms;) /* lists are ordered by milliseconds */
		must(store_clock(w.staging, STR("specs"), &now_ms, &e), &e);
}

static int see(void *arg, const struct ended *what, struct err *e)
{
	(void)arg;
	assert_true(w.seen_count < SEEN_MAX);
	(void)snprintf(w.seen[w.seen_count++], 33, STR_FMT, STR_ARG(what->delivery));
	if (w.seen_count == w.fails_at)
		return err_set(e, (enum err_act)w.act, "of_the_test", "fails");
	return 0;
}

static int walk(const char *mark, int64_t keep_ms, struct err *e)
{
	const struct ended_walk plan = {.staging = w.staging,
	        .keys = w.formatter,
	        .prefix = "files",
	        .mark = mark,
	        .keep_ms = keep_ms,
	        .each = see};
	w.seen_count = 0;
	return ended_walk(&plan, e);
}

static void sees(const char *mark, int first, int count)
{
	struct err e;
	must(walk(mark, 0, &e), &e);
	assert_int_equal(w.seen_count, count);
	for (int i = 0; i < count; i++)
		assert_true(str_eq(str_c(w.seen[i]), id(first + i)));
}

static void each_walk_goes_on_where_the_last_one_of_its_name_ended(void **state)
{
	(void)state;
	struct err e;
	sees("tidied", 0, 0);
	tell(1);
	tell(2);
	must(walk("tidied", INT64_C(3600000), &e), &e);
	assert_int_equal(w.seen_count, 0); /* too young */
	sees("tidied", 1, 2);
	sees("tidied", 0, 0);
	tell(3);
	sees("tidied", 3, 1);
	sees("other", 1, 3);
	sees("other", 0, 0);
}

static void a_turn_has_a_bound(void **state)
{
	(void)state;
	for (int i = 1; i <= ENDED_LISTS_A_TURN + 3; i++)
		tell(i);
	sees("tidied", 1, ENDED_LISTS_A_TURN);
	sees("tidied", ENDED_LISTS_A_TURN + 1, 3);
}

static void what_fails_is_done_again_and_what_is_refused_passed_over(void **state)
{
	(void)state;
	struct err e;
	tell(1);
	tell(2);
	tell(3);
	w.fails_at = 2;
	w.act = ERR_RETRY;
	assert_int_equal(walk("tidied", 0, &e), ERR_RETRY);
	assert_int_equal(w.seen_count, 2);
	w.fails_at = 0;
	sees("tidied", 2, 2);
	tell(4);
	tell(5);
	w.fails_at = 1;
	w.act = ERR_REJECT;
	assert_int_equal(walk("tidied", 0, &e), ERR_REJECT);
	assert_string_equal(e.code, "of_the_test");
	assert_int_equal(w.seen_count, 2);
	w.fails_at = 0;
	sees("tidied", 0, 0);
}

static void a_list_that_is_none_names_nothing(void **state)
{
	(void)state;
	struct err e;
	struct secret key;
	struct sealed_facts facts;
	static const char *const texts[] = {"", "longshore-ended 2\n",
	        "longshore-ended 1\nleftover leftover\n",
	        "longshore-ended 1\n0000000000000000000000000000000A "
	        "00000000000000000000000000000001\n",
	        "longshore-ended 1\n../../../../../../../../../etc/ "
	        "00000000000000000000000000000001\n"};
	must(keyring_staging(w.scheduler, STR("specs"), STR("ended"), &key, &e), &e);
	for (int i = 0; i < 5; i++) {
		char name[64];
		(void)snprintf(name, sizeof name, "specs/ended/%015d-0123abcd", i + 1);
		must(sealed_put_once(w.staging, str_c(name), &key, str_c(texts[i]), &facts, &e),
		        &e);
	}
	must(store_put_once(
	             w.staging, STR("specs/ended/000000000000009-00000000"), STR("not sealed"), &e),
	        &e);
	must(store_put_once(w.staging, STR("specs/ended/README"), STR("not a list"), &e), &e);
	tell(7);
	assert_int_equal(walk("tidied", 0, &e), ERR_REJECT);
	assert_int_equal(w.seen_count, 1);
	assert_true(str_eq(str_c(w.seen[0]), id(7)));
}

static void a_list_has_a_bound(void **state)
{
	(void)state;
	struct err e;
	static struct ended many[ENDED_LIST_MAX + 1];
	static char ids[ENDED_LIST_MAX + 1][33];
	for (int i = 0; i <= ENDED_LIST_MAX; i++) {
		(void)snprintf(ids[i], sizeof ids[i], "%032x", i);
		many[i] = (struct ended){str_c(ids[i]), str_c(ids[i])};
	}
	assert_int_equal(
	        ended_tell(w.staging, w.scheduler, many, ENDED_LIST_MAX + 1, &e), ERR_REJECT);
	assert_string_equal(e.code, "too_large");
	must(ended_tell(w.staging, w.scheduler, many, ENDED_LIST_MAX, &e), &e);
	const struct ended none = {STR("leftover"), id(1)};
	assert_int_equal(ended_tell(w.staging, w.scheduler, &none, 1, &e), ERR_REJECT);
	const atomic_bool never = false;
	const struct tidy_run run = {.keep_ms = 0, .stop = &never};
	const struct ended_owner files = {w.staging, w.formatter, "files"};
	int64_t removed = 0;
	must(ended_remove(&files, &run, &removed, &e), &e);
	assert_int_equal(removed, 0);
}

static int count(void *arg, struct str name, struct err *e)
{
	(void)name, (void)e;
	++*(int *)arg;
	return 0;
}

static int objects(const char *prefix)
{
	struct err e;
	int n = 0;
	must(store_list(w.staging, str_c(prefix), count, &n, &e), &e);
	return n;
}

static void stage(const char *prefix, int number, const char *name)
{
	struct err e;
	char full[128];
	struct str delivery = id(number);
	(void)snprintf(full, sizeof full, "%s/" STR_FMT "/%s", prefix, STR_ARG(delivery), name);
	must(store_put_once(w.staging, str_c(full), STR("x"), &e), &e);
}

static void what_is_named_goes_and_nothing_else(void **state)
{
	(void)state;
	struct err e;
	const atomic_bool never = false;
	const struct tidy_run late = {.keep_ms = INT64_C(3600000), .stop = &never};
	const struct tidy_run run = {.keep_ms = 0, .stop = &never};
	const struct ended_owner files = {w.staging, w.formatter, "files"};
	int64_t removed = 0;
	for (int i = 1; i <= 3; i++) {
		stage("files", i, "a.out");
		stage("files", i, "b.out");
		stage("selections", i, "a.sel");
	}
	tell(1);
	tell(3);
	must(ended_remove(&files, &late, &removed, &e), &e);
	assert_int_equal(removed, 0);
	must(ended_remove(&files, &run, &removed, &e), &e);
	assert_int_equal(removed, 4);
	assert_int_equal(objects("files/0"), 2);
	assert_int_equal(objects("selections/"), 3);
	must(ended_remove(&files, &run, &removed, &e), &e);
	assert_int_equal(removed, 4);
	assert_int_equal(objects("files/tidied/"), 1); /* one mark, however many lists */
}

static void lists_go_when_they_are_old(void **state)
{
	(void)state;
	struct err e;
	int64_t removed = 0;
	tell(1);
	tell(2);
	must(ended_forget(w.staging, INT64_C(3600000), &removed, &e), &e);
	assert_int_equal(removed, 0);
	must(ended_forget(w.staging, 0, &removed, &e), &e);
	assert_int_equal(removed, 2);
	assert_int_equal(objects("specs/ended/"), 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE(each_walk_goes_on_where_the_last_one_of_its_name_ended),
	        CASE(a_turn_has_a_bound),
	        CASE(what_fails_is_done_again_and_what_is_refused_passed_over),
	        CASE(a_list_that_is_none_names_nothing),
	        CASE(a_list_has_a_bound),
	        CASE(what_is_named_goes_and_nothing_else),
	        CASE(lists_go_when_they_are_old),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
