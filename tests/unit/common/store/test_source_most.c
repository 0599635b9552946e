/* SPDX-License-Identifier: Apache-2.0
 * So many objects a source may have, and not one more. */
#include "folder.h"

#include "longshore/source.h"

#include <fcntl.h>

static void put_empty(const struct folder *f, int number)
{
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/%06d.csv", f->path, number);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
}

static int list(struct folder *f, size_t *out_count, struct err *e)
{
	static const struct source_options plain = {.reads_partial = false};
	struct source_listing found = {.count = 0};
	struct source *s = NULL;
	struct arena mem;
	char url[96];
	(void)snprintf(url, sizeof(url), "%s/", f->url);
	arena_init(&mem, (size_t)256 << 20);
	assert_int_equal(source_open(PLACE_AT(url), &s, e), 0);
	int act = source_list(s, &plain, &mem, &found, e);
	*out_count = found.count;
	source_close(s);
	arena_release(&mem);
	return act;
}

static void a_source_has_so_many_objects_and_no_more(void **state)
{
	struct folder f;
	struct err e;
	size_t count = 0;
	(void)state;
	folder_make(&f);
	for (int i = 0; i < SOURCE_OBJECTS_MAX; i++)
		put_empty(&f, i);
	assert_int_equal(list(&f, &count, &e), 0);
	assert_int_equal(count, SOURCE_OBJECTS_MAX);
	put_empty(&f, SOURCE_OBJECTS_MAX);
	assert_int_equal(list(&f, &count, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_source");
	assert_non_null(strstr(e.text, "100000"));
	folder_drop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_source_has_so_many_objects_and_no_more)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
