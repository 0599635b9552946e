/* SPDX-License-Identifier: Apache-2.0
 * What we read against what Python's csv module reads from the same files (golden/). */
#include "longshore/csv.h"

#include "longshore/buf.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define GOLDEN LONGSHORE_TESTS "/contract/data/golden/"

enum { MAX = 1 << 20, CASES = 9 };

static void read_file(const char *name, const char *suffix, struct buf *out)
{
	char path[1024], block[65536];
	struct err e;
	(void)snprintf(path, sizeof(path), GOLDEN "%s%s", name, suffix);
	FILE *f = fopen(path, "rb");
	if (!f)
		fail_msg("%s cannot be read", path);
	buf_init(out, MAX);
	for (size_t n; (n = fread(block, 1, sizeof(block), f)) > 0;)
		assert_int_equal(buf_append(out, block, n, &e), 0);
	assert_int_equal(fclose(f), 0);
}

static int note(void *arg, const struct row_record *record, struct err *e)
{
	struct buf *out = arg;
	int act = 0;
	for (size_t i = 0; act == 0 && i < record->count; i++) {
		act = buf_append_str(out, record->fields[i], e);
		if (act == 0)
			act = buf_append(out, "\x1f", 1, e);
	}
	return act == 0 ? buf_append(out, "\x1e", 1, e) : act;
}

static void check_case(const char *name, size_t piece)
{
	struct buf text, want, got;
	struct csv_reader *r = NULL;
	struct err e;
	read_file(name, ".csv", &text);
	read_file(name, ".fields", &want);
	buf_init(&got, MAX);
	struct csv_format format = {.delimiter = want.p[0], .has_header = true};
	assert_int_equal(
	        csv_reader_new(&format, &(struct csv_calls){note, &got, note, &got}, &r, &e), 0);
	for (size_t at = 0; at < text.n; at += piece) {
		size_t n = text.n - at < piece ? text.n - at : piece;
		if (csv_feed(r, text.p + at, n, &e) != 0)
			fail_msg("%s: %s", name, e.text);
	}
	if (csv_finish(r, &e) != 0)
		fail_msg("%s: %s", name, e.text);
	assert_int_equal(got.n, want.n - 2);
	assert_memory_equal(got.p, want.p + 2, got.n);
	csv_reader_free(r);
	buf_release(&text);
	buf_release(&want);
	buf_release(&got);
}

static void we_read_what_python_reads(void **state)
{
	(void)state;
	static const size_t pieces[] = {1, 7, 4096, MAX};
	int cases = 0;
	DIR *dir = opendir(GOLDEN);
	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		struct str file = str_c(entry->d_name);
		char name[256];
		if (!str_has_suffix(file, STR(".csv")))
			continue;
		(void)snprintf(name, sizeof(name), "%.*s", (int)file.n - 4, file.p);
		for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
			check_case(name, pieces[i]);
		cases++;
	}
	(void)closedir(dir);
	assert_int_equal(cases, CASES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(we_read_what_python_reads)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
