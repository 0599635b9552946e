/* SPDX-License-Identifier: Apache-2.0
 * Names come out of a list in byte order, whatever they begin with; the same cases for each driver, as
 * in test_store.c. */
#include "folder.h"
#include "longshore/place.h"
#include "longshore/store.h"

struct ground {
	struct folder folder;
	struct store *store;
	struct arena mem;
};

static int file_setup(void **state)
{
	struct ground *p = calloc(1, sizeof *p);
	struct err e;
	folder_make(&p->folder);
	arena_init(&p->mem, 1024 * 1024);
	*state = p;
	return store_open(PLACE_AT(p->folder.url), &p->store, &e);
}

static int file_teardown(void **state)
{
	struct ground *p = *state;
	store_close(p->store);
	arena_release(&p->mem);
	folder_drop(&p->folder);
	free(p);
	return 0;
}

static void expect_content(struct ground *p, const char *name, struct str want)
{
	struct err e;
	struct str got;
	assert_int_equal(store_get(p->store, str_c(name), want.n, &p->mem, &got, NULL, &e), 0);
	assert_true(str_eq(got, want));
}

struct listed {
	char text[400];
	size_t n;
	int stop_after;
};

static int add_name(void *arg, struct str name, struct err *e)
{
	struct listed *l = arg;
	l->n += (size_t)snprintf(l->text + l->n, sizeof l->text - l->n, STR_FMT " ", STR_ARG(name));
	if (l->stop_after > 0 && --l->stop_after == 0)
		return err_set(e, ERR_DEFER, "enough", "enough");
	return 0;
}

static void list_gives_names_in_byte_order_below_a_prefix(void **state)
{
	struct ground *p = *state;
	struct err e;
	static const char *const names[] = {
	        "b/z", "a0", "a/b/c", "a-b", "a/b", "a.x", "a/b-", "a/b0", "c"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], "a/b") !=
		        0) /* a directory tree cannot hold a/b beside a/b/c */
			assert_int_equal(
			        store_put_once(p->store, str_c(names[i]), STR("1"), &e), 0);
	static const struct {
		const char *prefix, *want;
	} cases[] = {
	        {"", "a-b a.x a/b- a/b/c a/b0 a0 b/z c "},
	        {"a", "a-b a.x a/b- a/b/c a/b0 a0 "},
	        {"a/", "a/b- a/b/c a/b0 "},
	        {"a/b", "a/b- a/b/c a/b0 "},
	        {"a/b/", "a/b/c "},
	        {"b/z", "b/z "},
	        {"b/zz", ""},
	        {"d", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct listed l = {.n = 0};
		assert_int_equal(store_list(p->store, str_c(cases[i].prefix), add_name, &l, &e), 0);
		assert_string_equal(l.text, cases[i].want);
	}
	struct listed l = {.stop_after = 2};
	assert_int_equal(store_list(p->store, STR("a"), add_name, &l, &e), ERR_DEFER);
	assert_string_equal(l.text, "a-b a.x ");
}

/* Second components of all lengths, and such as begin alike. */
static void list_keeps_the_order_of_what_begins_alike(void **state)
{
	struct ground *p = *state;
	struct err e;
	static const char *const names[] = {"l/b", "l/ab", "l/a/x", "l/a-/y", "l/a-b", "l/a.",
	        "l/a0", "l/abc/z", "l/abc.d", "l/ac", "l/.hidden/h", "l/..x", "l/zz/zz/zz", "l/zza",
	        "l0", "k/zz"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_int_equal(store_put_once(p->store, str_c(names[i]), STR("1"), &e), 0);
	static const struct {
		const char *prefix, *want;
	} cases[] = {
	        {"", "k/zz l/..x l/.hidden/h l/a-/y l/a-b l/a. l/a/x l/a0 l/ab l/abc.d l/abc/z "
	             "l/ac l/b "
	             "l/zz/zz/zz l/zza l0 "},
	        {"l/a", "l/a-/y l/a-b l/a. l/a/x l/a0 l/ab l/abc.d l/abc/z l/ac "},
	        {"l/ab", "l/ab l/abc.d l/abc/z "},
	        {"l/abc", "l/abc.d l/abc/z "},
	        {"l/abc/", "l/abc/z "},
	        {"l/zz", "l/zz/zz/zz l/zza "},
	        {"l/zz/", "l/zz/zz/zz "},
	        {"l/.", "l/..x l/.hidden/h "},
	        {"l/zzab", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct listed l = {.n = 0};
		assert_int_equal(store_list(p->store, str_c(cases[i].prefix), add_name, &l, &e), 0);
		assert_string_equal(l.text, cases[i].want);
	}
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		expect_content(p, names[i], STR("1"));
		assert_int_equal(store_remove(p->store, str_c(names[i]), &e), 0);
	}
	struct listed l = {.n = 0};
	assert_int_equal(store_list(p->store, STR(""), add_name, &l, &e), 0);
	assert_int_equal(l.n, 0);
}

#define CASE(setup, teardown, test) \
	{ \
#test " (" #setup ")", test, setup, teardown, NULL \
	}
#define CASES(setup, teardown) \
	CASE(setup, teardown, list_gives_names_in_byte_order_below_a_prefix), \
	        CASE(setup, teardown, list_keeps_the_order_of_what_begins_alike)

int main(void)
{
	const struct CMUnitTest tests[] = {CASES(file_setup, file_teardown)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
