/* SPDX-License-Identifier: Apache-2.0
 * JSON Lines; tests/contract/format holds them against Python's json. */
#include "longshore/row_writer.h"

#include "longshore/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MAX = 1024 * 1024 };

static const struct row_column columns[] = {{.name = {"id", 2}, .is_required = true},
        {.name = {"the \"name\"", 10}, .max_length = 4},
        {.name = {"k", 1}, .is_constant = true, .constant = {"a\\b", 3}}};

static const struct row_layout layout = {
        .columns = columns, .columns_count = 3, .format = FILE_JSONL};

static int collect(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_append(arg, p, n, e);
}

static int one_row(struct str a, struct str b, struct buf *out, struct err *e)
{
	const struct str values[] = {a, b, {NULL, 0}};
	struct encoder *bytes = NULL;
	struct row_writer *w = NULL;
	struct encoded_facts facts;
	buf_init(out, MAX);
	assert_int_equal(encoder_new(COMPRESSION_NONE, collect, out, &bytes, e), 0);
	int act = row_writer_new(&layout, bytes, &w, e);
	if (act == 0)
		act = row_writer_put(w, values, e);
	if (act == 0)
		act = encoder_finish(bytes, &facts, e);
	row_writer_free(w);
	encoder_free(bytes);
	return act;
}

static void quotes_and_backslashes_are_escaped_and_nothing_else(void **state)
{
	(void)state;
	static const struct {
		struct str a, b;
		const char *want;
	} cases[] = {
	        {{"x", 1}, {"", 0}, "{\"id\":\"x\",\"the \\\"name\\\"\":\"\",\"k\":\"a\\\\b\"}\n"},
	        {{"\"", 1}, {"\\\\", 2},
	                "{\"id\":\"\\\"\",\"the \\\"name\\\"\":\"\\\\\\\\\",\"k\":\"a\\\\b\"}\n"},
	        {{"/\xe2\x80\xa8", 4}, {"\xc3\xa9,;", 4},
	                "{\"id\":\"/\xe2\x80\xa8\",\"the \\\"name\\\"\":\"\xc3\xa9,;\",\"k\":"
	                "\"a\\\\b\"}\n"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e;
		struct buf out;
		if (one_row(cases[i].a, cases[i].b, &out, &e) != 0)
			fail_msg("%s", e.text);
		assert_int_equal(out.n, strlen(cases[i].want));
		assert_memory_equal(out.p, cases[i].want, out.n);
		buf_release(&out);
	}
}

static void values_that_no_file_takes_are_refused_by_column_and_row(void **state)
{
	(void)state;
	static const struct {
		struct str a, b;
		const char *says;
	} cases[] = {
	        {{"", 0}, {"b", 1}, "column \"id\", row 1 of the file: the value is empty"},
	        {{"a\nb", 3}, {"b", 1}, "contains a line end"},
	        {{"a\0b", 3}, {"b", 1}, "contains a NUL"},
	        {{"a\x1f", 2}, {"b", 1}, "contains a control character"},
	        {{"\xc2\x85", 2}, {"b", 1}, "contains a control character"},
	        {{"\xff", 1}, {"b", 1}, "is not UTF-8"},
	        {{"\xed\xa0\x80", 3}, {"b", 1}, "is not UTF-8"}, /* half of a surrogate pair */
	        {{"a", 1}, {"12345", 5}, "is longer than the column's max_length"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e;
		struct buf out;
		assert_int_equal(one_row(cases[i].a, cases[i].b, &out, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_value");
		if (!strstr(e.text, cases[i].says))
			fail_msg("case %zu says: %s", i, e.text);
		buf_release(&out);
	}
}

static void what_only_csv_has_is_refused(void **state)
{
	(void)state;
	static const struct row_column twice[] = {{.name = {"id", 2}}, {.name = {"id", 2}}};
	const struct {
		struct row_layout layout;
		const char *says;
	} cases[] = {
	        {{columns, 3, FILE_JSONL, .has_header = true}, "header_row: "},
	        {{columns, 3, FILE_JSONL, .quotes = QUOTE_ALL}, "quote_mode: "},
	        {{columns, 3, FILE_JSONL, .is_crlf = true}, "crlf: "},
	        {{.columns = twice, .columns_count = 2, .format = FILE_JSONL},
	                "columns[1].name: another column has it"},
	        {{.columns = columns, .format = FILE_JSONL}, "columns: there must be 1 to 256"},
	};
	struct err e;
	assert_int_equal(row_layout_check(&layout, &e), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(row_layout_check(&cases[i].layout, &e), ERR_REJECT);
		assert_string_equal(e.code, "bad_spec");
		assert_memory_equal(e.text, cases[i].says, strlen(cases[i].says));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(quotes_and_backslashes_are_escaped_and_nothing_else),
	        cmocka_unit_test(values_that_no_file_takes_are_refused_by_column_and_row),
	        cmocka_unit_test(what_only_csv_has_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
