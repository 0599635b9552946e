/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct seen {
	char text[4096]; /* fields end in '|', records in '$', header in '#' */
	size_t n;
	int64_t last_row, ends[64];
	size_t records;
};

static void note(struct seen *s, struct str field, char end)
{
	assert_true(s->n + field.n + 1 < sizeof(s->text));
	memcpy(s->text + s->n, field.p, field.n);
	s->n += field.n;
	s->text[s->n++] = end;
	s->text[s->n] = '\0';
}

static int on_header(void *arg, const struct row_record *r, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < r->count; i++)
		note(arg, r->fields[i], '|');
	note(arg, STR(""), '#');
	return 0;
}

static int on_record(void *arg, const struct row_record *r, struct err *e)
{
	struct seen *s = arg;
	(void)e;
	for (size_t i = 0; i < r->count; i++)
		note(s, r->fields[i], '|');
	note(s, STR(""), '$');
	s->last_row = r->row;
	s->ends[s->records++] = r->end;
	return 0;
}

static int read_pieces(
        const char *text, size_t n, size_t piece, bool header, struct seen *s, struct err *e)
{
	struct csv_format format = {.delimiter = ',', .has_header = header};
	struct csv_reader *r = NULL;
	*s = (struct seen){0};
	assert_int_equal(
	        csv_reader_new(&format, &(struct csv_calls){on_header, s, on_record, s}, &r, e), 0);
	int act = 0;
	for (size_t at = 0; act == 0 && at < n; at += piece)
		act = csv_feed(r, text + at, n - at < piece ? n - at : piece, e);
	if (act == 0)
		act = csv_finish(r, e);
	csv_reader_free(r);
	return act;
}

static void same_records_however_the_pieces_are_cut(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
	        {"a,b\n1,2\n3,4\n", "a|b|#1|2|$3|4|$"},
	        {"a,b\r\n1,2\r\n3,4", "a|b|#1|2|$3|4|$"},
	        {"\xef\xbb\xbf"
	         "a,b\n1,2\n",
	                "a|b|#1|2|$"},
	        {"a,b\n\"x,\"\"y\"\"\n\r\nz\",\"\"\n", "a|b|#x,\"y\"\n\r\nz||$"},
	        {"a,b\n,\n", "a|b|#||$"},
	        {"a\n\nx\n", "a|#|$x|$"},
	        {"\"a\",\"b\"\n1,\"2\"", "a|b|#1|2|$"},
	        {"a\n", "a|#"},
	        {"\xef\xbb"
	         "a\nb\n",
	                "\xef\xbb"
	                "a|#b|$"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].text);
		for (size_t piece = 1; piece <= n; piece++) {
			struct seen s;
			struct err e;
			if (read_pieces(cases[i].text, n, piece, true, &s, &e) != 0)
				fail_msg("case %zu, pieces of %zu: %s", i, piece, e.text);
			assert_string_equal(s.text, cases[i].want);
		}
	}
}

static void ends_cut_exactly_at_records(void **state)
{
	(void)state;
	static const char text[] = "id\n\"a\nb\"\ncc\r\nd";
	struct seen s, again;
	struct err e;
	assert_int_equal(read_pieces(text, sizeof(text) - 1, 3, true, &s, &e), 0);
	assert_int_equal(s.records, 3);
	assert_int_equal(s.ends[0], 9);
	assert_int_equal(s.ends[1], 13);
	assert_int_equal(s.ends[2], sizeof(text) - 1);
	/* Each record read alone, from where it begins to where it ends, is the same record. */
	for (size_t i = 0; i < s.records; i++) {
		int64_t from = i == 0 ? 3 : s.ends[i - 1];
		assert_int_equal(
		        read_pieces(text + from, (size_t)(s.ends[i] - from), 2, false, &again, &e),
		        0);
		assert_int_equal(again.records, 1);
	}
}

static void errors_name_the_row(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t n;
		const char *says;
	} cases[] = {
	        {"a,b\n1,2\n1,x\"y\n", 0,
	                "row 2: a quote inside an unquoted field: quote the field and double the "
	                "quote"},
	        {"a,b\n1,\"x\"y\n", 0,
	                "row 1: text after a closing quote: double the quotes inside a quoted "
	                "field"},
	        {"a,b\n1,2\n1,\"x\n", 0, "row 2: an open quote at the end: is the file cut off?"},
	        {"a,b\n1,2\n1,2,3\n", 0,
	                "row 2: 3 fields, expected 2: correct the row, or the delimiter in the "
	                "configuration"},
	        {"a,b\n1\n", 0,
	                "row 1: 1 fields, expected 2: correct the row, or the delimiter in the "
	                "configuration"},
	        {"a,b\n1,2\rx\n", 0,
	                "row 1: a carriage return without a line feed: end lines with LF or CR LF"},
	        {"a,b\n1,2\r", 0,
	                "row 1: a carriage return without a line feed: end lines with LF or CR LF"},
	        {"a,b\n1,\0\n", 8,
	                "row 1: a NUL byte: is the file UTF-16 or compressed? provide it as UTF-8"},
	        {"a\"b\n", 0,
	                "header: a quote inside an unquoted field: quote the field and double the "
	                "quote"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct seen s;
		struct err e;
		size_t n = cases[i].n ? cases[i].n : strlen(cases[i].text);
		assert_int_equal(read_pieces(cases[i].text, n, n, true, &s, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_csv");
		assert_string_equal(e.text, cases[i].says);
	}
}

static void a_record_of_one_mebibyte_passes_and_one_more_byte_does_not(void **state)
{
	(void)state;
	char *text = malloc(CSV_RECORD_MAX + 2);
	assert_non_null(text);
	memset(text, 'x', CSV_RECORD_MAX + 1);
	struct csv_format format = {.delimiter = ','};
	for (size_t extra = 0; extra < 2; extra++) {
		struct csv_reader *r = NULL;
		struct err e;
		text[CSV_RECORD_MAX + extra] = '\n';
		assert_int_equal(csv_reader_new(&format, &(struct csv_calls){NULL}, &r, &e), 0);
		int act = csv_feed(r, text, CSV_RECORD_MAX + extra + 1, &e);
		assert_int_equal(act, extra == 0 ? 0 : ERR_REJECT);
		csv_reader_free(r);
		text[CSV_RECORD_MAX + extra] = 'x';
	}
	free(text);
}

static void damaged_bytes_never_harm_the_reader(void **state)
{
	(void)state;
	static const char alphabet[] = "a,\"\n\r \xef\xbb\xbf";
	uint64_t seed = 42;
	for (int round = 0; round < 20000; round++) {
		char text[40];
		size_t n = 0;
		for (; n < sizeof(text); n++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			text[n] = alphabet[(seed >> 33) % (sizeof(alphabet) - 1)];
		}
		struct seen s, t;
		struct err e;
		int whole = read_pieces(text, n, n, true, &s, &e);
		int bytes = read_pieces(text, n, 1, true, &t, &e);
		assert_int_equal(whole, bytes);
		assert_string_equal(s.text, t.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(same_records_however_the_pieces_are_cut),
	        cmocka_unit_test(ends_cut_exactly_at_records),
	        cmocka_unit_test(errors_name_the_row),
	        cmocka_unit_test(a_record_of_one_mebibyte_passes_and_one_more_byte_does_not),
	        cmocka_unit_test(damaged_bytes_never_harm_the_reader),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
