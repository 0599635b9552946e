/* SPDX-License-Identifier: Apache-2.0
 * Parquet files that other people's writers made (golden/parquet/make_golden.py), and damaged ones. */
#include "longshore/row_reader.h"

#include "longshore/buf.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define GOLDEN LONGSHORE_TESTS "/unit/common/data/golden/parquet/"

enum { MAX = 4 * 1024 * 1024, SPLITS = 4096 };

struct seen {
	struct buf text; /* "id|state\n" of each row */
	size_t id, state, splits;
	int64_t row;
	struct row_span spans[SPLITS];
	int64_t span_from;
};

static const char *library(void)
{
	const char *path = getenv("LONGSHORE_DUCKDB");
	if (!path)
		fail_msg("LONGSHORE_DUCKDB names no library: run the tests by ./dev test");
	return path;
}

static void read_file(const char *name, struct buf *out)
{
	char path[1024], block[65536];
	struct err e;
	(void)snprintf(path, sizeof(path), GOLDEN "%s", name);
	FILE *f = fopen(path, "rb");
	if (!f)
		fail_msg("%s cannot be read", path);
	buf_init(out, MAX);
	for (size_t n; (n = fread(block, 1, sizeof(block), f)) > 0;)
		assert_int_equal(buf_append(out, block, n, &e), 0);
	assert_int_equal(fclose(f), 0);
}

static int read_bytes(void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	const struct buf *b = arg;
	(void)e;
	size_t left = offset < (int64_t)b->n ? b->n - (size_t)offset : 0;
	*out_n = n < left ? n : left;
	if (*out_n > 0)
		memcpy(p, b->p + offset, *out_n);
	return 0;
}

static int count_bytes(void *arg, int64_t *out, struct err *e)
{
	const struct buf *b = arg;
	(void)e;
	*out = (int64_t)b->n;
	return 0;
}

static int on_header(void *arg, const struct row_header *header, struct err *e)
{
	struct seen *s = arg;
	if (s->span_from == 0)
		s->span_from = header->rows_at;
	int act = row_header_find(header, STR("id"), &s->id, e);
	return act == 0 ? row_header_find(header, STR("state"), &s->state, e) : act;
}

static int on_record(void *arg, const struct row_record *record, struct err *e)
{
	struct seen *s = arg;
	assert_int_equal(record->row, ++s->row);
	struct str id = record->fields[s->id], state = record->fields[s->state];
	if (record->end > 0) {
		assert_true(s->splits < SPLITS);
		int64_t before =
		        s->splits ? s->spans[s->splits - 1].first_row + s->spans[s->splits - 1].rows
		                  : 1;
		s->spans[s->splits++] = (struct row_span){
		        s->span_from, record->end - s->span_from, before, record->row - before + 1};
		s->span_from = record->end;
	}
	return buf_printf(&s->text, e, STR_FMT "|" STR_FMT "\n", STR_ARG(id), STR_ARG(state));
}

static struct seen begin(int64_t row)
{
	struct seen s = {.row = row};
	buf_init(&s.text, MAX);
	return s;
}

/* span: NULL: the whole object. */
static int read_rows(const struct buf *object, const struct row_span *span, size_t piece,
        struct seen *s, struct err *e)
{
	const struct row_form form = {
	        .format = SOURCE_PARQUET, .duckdb = library(), .split_bytes = 1};
	const struct row_input input = {read_bytes, count_bytes, (void *)(uintptr_t)object};
	const struct row_calls calls = {on_header, on_record, s};
	struct row_reader *r = NULL;
	int act = row_reader_open(&form, &input, &calls, &r, e);
	if (act == 0 && span)
		act = row_reader_seek(r, span, e);
	size_t at = span ? (size_t)span->offset : 0;
	size_t end = span ? at + (size_t)span->length : object->n;
	for (size_t n; act == 0 && at < end; at += n) {
		n = end - at < piece ? end - at : piece;
		act = row_reader_feed(r, object->p + at, n, e);
	}
	if (act == 0)
		act = row_reader_finish(r, e);
	if (act == 0)
		assert_int_equal(row_reader_rows(r), s->row - (span ? span->first_row - 1 : 0));
	row_reader_close(r);
	return act;
}

static void same(const char *name, const struct buf *got, struct str want)
{
	if (got->n != want.n || (want.n > 0 && memcmp(got->p, want.p, want.n) != 0))
		fail_msg("%s: other rows than were written: " STR_FMT, name, STR_ARG(buf_str(got)));
}

/* Each split read alone gives its rows, and all of them together the object's. */
static void check_splits(
        const char *name, const struct buf *object, const struct seen *whole, struct str want)
{
	struct err e;
	size_t at = 0;
	for (size_t i = 0; i < whole->splits; i++) {
		struct seen s = begin(whole->spans[i].first_row - 1);
		if (read_rows(object, &whole->spans[i], 4096, &s, &e) != 0)
			fail_msg("%s, split %zu: %s", name, i, e.text);
		assert_true(at + s.text.n <= want.n);
		same(name, &s.text, str_bytes(want.p + at, s.text.n));
		at += s.text.n;
		buf_release(&s.text);
	}
	assert_int_equal(at, want.n);
}

static void check_case(const char *name)
{
	struct buf object, want;
	struct err e;
	char rows[256];
	read_file(name, &object);
	(void)snprintf(rows, sizeof(rows), "%.*s.rows", (int)(strlen(name) - 8), name);
	read_file(rows, &want);
	static const size_t pieces[] = {MAX, 997};
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct seen s = begin(0);
		if (read_rows(&object, NULL, pieces[i], &s, &e) != 0)
			fail_msg("%s: %s", name, e.text);
		same(name, &s.text, buf_str(&want));
		if (i == 0)
			check_splits(name, &object, &s, buf_str(&want));
		buf_release(&s.text);
	}
	buf_release(&object);
	buf_release(&want);
}

/* Calls `each` for every file that begins so. */
static int for_files(const char *prefix, void (*each)(const char *name))
{
	int count = 0;
	DIR *folder = opendir(GOLDEN);
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		struct str name = str_c(entry->d_name);
		if (!str_has_suffix(name, STR(".parquet")) || !str_has_prefix(name, str_c(prefix)))
			continue;
		each(entry->d_name);
		count++;
	}
	(void)closedir(folder);
	return count;
}

static void rows_are_what_other_writers_wrote(void **state)
{
	(void)state;
	assert_true(for_files("arrow_", check_case) >= 18);
	assert_int_equal(for_files("duckdb_", check_case), 2);
}

static void refused(const char *name)
{
	struct buf object;
	struct err e;
	struct seen s = begin(0);
	read_file(name, &object);
	assert_int_equal(read_rows(&object, NULL, MAX, &s, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_source");
	if (!strstr(e.text, "column id holds neither texts nor whole numbers"))
		fail_msg("%s says: %s", name, e.text);
	buf_release(&object);
	buf_release(&s.text);
}

static void values_without_one_form_as_text_are_refused_by_column(void **state)
{
	(void)state;
	assert_int_equal(for_files("bad_", refused), 7);
}

/* Cut anywhere, it lacks its footer: whoever writes it may not have finished. */
static void what_is_not_whole_is_waited_for(void **state)
{
	(void)state;
	struct buf object;
	struct err e;
	read_file("arrow_snappy.parquet", &object);
	const size_t whole = object.n;
	for (size_t n = 4; n < whole; n += n < whole - 20 ? 501 : 1) {
		struct seen s = begin(0);
		object.n = n;
		assert_int_equal(read_rows(&object, NULL, MAX, &s, &e), ERR_RETRY);
		assert_string_equal(e.code, "source_missing");
		assert_int_equal(s.text.n, 0);
		buf_release(&s.text);
	}
	object.n = whole;
	buf_release(&object);
}

static void what_is_no_parquet_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t n;
		const char *says;
	} cases[] = {{"", 0, "it is empty"}, {"PAR", 3, "it is empty"},
	        {"id,state\nx,NY\n", 14, "it is no Parquet file"},
	        {"PARExxxxxxxxPARE", 16, "it is no Parquet file, or an encrypted one"},
	        {"PAR1\xff\xff\xff\xffPAR1", 12, "longer than 16 MiB"},
	        {"PAR1\0\0\0\0PAR1", 12, "footer is damaged"},
	        {"PAR1\1\0\0\0PAR1", 12, "footer is damaged"},
	        {"PAR1xxxx\4\0\0\0PAR1", 16, "cannot be read as Parquet"}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf object = {.p = (char *)(uintptr_t)cases[i].text, .n = cases[i].n};
		struct err e;
		struct seen s = begin(0);
		assert_int_equal(read_rows(&object, NULL, MAX, &s, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_source");
		if (!strstr(e.text, cases[i].says))
			fail_msg("case %zu says: %s", i, e.text);
		buf_release(&s.text);
	}
}

/* Bytes that changed on their way: an error or other rows, and never a crash. What is told never
 * quotes the file. */
static void damage_never_kills_and_is_never_quoted(void **state)
{
	(void)state;
	static const char *const names[] = {"arrow_snappy.parquet", "duckdb_v2_groups.parquet"};
	uint32_t chance = 12345;
	int failures = 0;
	for (int round = 0; round < 40; round++) {
		struct buf object;
		struct err e = {.text = ""};
		struct seen s = begin(0);
		read_file(names[round % 2], &object);
		for (int k = 0; k < 3; k++) {
			chance = chance * 1664525 + 1013904223;
			size_t at = 4 + chance % (object.n - 8);
			if (k == 0 && round % 4 < 2) /* mostly of the footer */
				at = object.n - 8 - chance % 500;
			object.p[at] = (char)(chance >> 24);
		}
		if (read_rows(&object, NULL, MAX, &s, &e) != 0) {
			failures++;
			assert_null(strstr(e.text, "P0000"));
		}
		buf_release(&object);
		buf_release(&s.text);
	}
	assert_true(failures > 5);
}

static void a_span_of_another_object_is_refused(void **state)
{
	(void)state;
	struct buf object;
	struct err e;
	read_file("arrow_groups.parquet", &object);
	struct seen whole = begin(0);
	assert_int_equal(read_rows(&object, NULL, MAX, &whole, &e), 0);
	assert_int_equal(whole.splits, 10);
	for (int k = 0; k < 4; k++) {
		struct row_span span = whole.spans[5];
		span.first_row += k == 0;
		span.rows += k == 1;
		span.offset += k == 2;
		span.length -= k == 3;
		struct seen s = begin(span.first_row - 1);
		assert_int_equal(read_rows(&object, &span, MAX, &s, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_source");
		buf_release(&s.text);
	}
	buf_release(&whole.text);
	buf_release(&object);
}

static void without_the_library_it_says_what_is_missing(void **state)
{
	(void)state;
	struct buf object;
	struct err e;
	read_file("arrow_snappy.parquet", &object);
	static const char *const libraries[] = {"/nowhere/libduckdb.so", "libc.so.6"};
	for (size_t i = 0; i < 2; i++) {
		const struct row_form form = {.format = SOURCE_PARQUET, .duckdb = libraries[i]};
		const struct row_input input = {read_bytes, count_bytes, &object};
		const struct row_calls calls = {on_header, on_record, NULL};
		struct row_reader *r = NULL;
		assert_int_equal(row_reader_open(&form, &input, &calls, &r, &e), ERR_RETRY);
		assert_string_equal(e.code, "no_duckdb");
		assert_non_null(strstr(e.text, "LONGSHORE_DUCKDB"));
	}
	buf_release(&object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rows_are_what_other_writers_wrote),
	        cmocka_unit_test(values_without_one_form_as_text_are_refused_by_column),
	        cmocka_unit_test(what_is_not_whole_is_waited_for),
	        cmocka_unit_test(what_is_no_parquet_is_refused),
	        cmocka_unit_test(damage_never_kills_and_is_never_quoted),
	        cmocka_unit_test(a_span_of_another_object_is_refused),
	        cmocka_unit_test(without_the_library_it_says_what_is_missing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
