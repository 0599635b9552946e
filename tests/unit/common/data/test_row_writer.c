/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/row_writer.h"

#include "longshore/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MAX = 64 * 1024 * 1024 };

static int collect(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_append(arg, p, n, e);
}

static const struct row_column two[] = {{.name = {"id", 2}}, {.name = {"state", 5}}};

/* Two columns, the defaults. */
static struct row_layout plain_format(void)
{
	return (struct row_layout){
	        .columns = two, .columns_count = 2, .delimiter = ',', .has_header = true};
}

/* One row through a whole file; rows written before a failure stay in *out. */
static int one_row(
        const struct row_layout *format, const struct str *values, struct buf *out, struct err *e)
{
	struct encoder *bytes = NULL;
	struct row_writer *r = NULL;
	struct encoded_facts facts;
	buf_init(out, MAX);
	assert_int_equal(encoder_new(COMPRESSION_NONE, collect, out, &bytes, e), 0);
	int rc = row_writer_new(format, bytes, &r, e);
	if (rc == 0)
		rc = row_writer_put(r, values, e);
	if (rc == 0)
		rc = encoder_finish(bytes, &facts, e);
	row_writer_free(r);
	encoder_free(bytes);
	return rc;
}

static void assert_row(
        const struct row_layout *format, struct str a, struct str b, const char *text)
{
	struct err e;
	struct buf out;
	const struct str values[] = {a, b};
	if (one_row(format, values, &out, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(out.n, strlen(text));
	assert_memory_equal(out.p, text, out.n);
	buf_release(&out);
}

static void refused(const struct row_layout *format, struct str a, struct str b, const char *words)
{
	struct err e;
	struct buf out;
	const struct str values[] = {a, b};
	assert_int_equal(one_row(format, values, &out, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_value");
	if (strstr(e.text, words) == NULL)
		fail_msg("'%s' is not in: %s", words, e.text);
	buf_release(&out);
}

static void rows_have_the_delimiter_and_the_line_end_that_were_asked_for(void **state)
{
	(void)state;
	struct row_layout format = plain_format();
	assert_row(&format, STR("a"), STR("b c"), "id,state\na,b c\n");
	format.is_crlf = true;
	format.delimiter = '|';
	assert_row(&format, STR("a,b"), STR(""), "id|state\r\na,b|\r\n");
	format.has_header = false;
	format.delimiter = '\t';
	assert_row(&format, STR(""), STR(""), "\t\r\n");
}

static void minimal_quotes_only_what_a_reader_would_misread(void **state)
{
	(void)state;
	struct row_layout format = plain_format();
	format.has_header = false;
	assert_row(&format, STR("a,b"), STR("c"), "\"a,b\",c\n");
	assert_row(&format, STR("a\"b"), STR("\""), "\"a\"\"b\",\"\"\"\"\n");
	assert_row(&format, STR("\"\""), STR(" x "), "\"\"\"\"\"\", x \n");
	format.delimiter = ';';
	assert_row(&format, STR("a,b"), STR("c;d"), "a,b;\"c;d\"\n");
}

static void all_quotes_everything_the_header_too(void **state)
{
	(void)state;
	struct row_layout format = plain_format();
	format.quotes = QUOTE_ALL;
	assert_row(&format, STR("a\"b"), STR(""), "\"id\",\"state\"\n\"a\"\"b\",\"\"\n");
}

static void none_refuses_what_would_need_quotes(void **state)
{
	(void)state;
	struct row_layout format = plain_format();
	format.quotes = QUOTE_NONE;
	assert_row(&format, STR("a"), STR(""), "id,state\na,\n");
	refused(&format, STR("SECRET,"), STR("x"), "column \"id\", row 1");
	refused(&format, STR("x"), STR("SECRET\""), "column \"state\", row 1");
	refused(&format, STR("x"), STR("SECRET\n"), "line end");
}

static void a_row_of_one_empty_value_is_no_blank_line(void **state)
{
	(void)state;
	struct row_layout format = plain_format();
	format.columns_count = 1;
	assert_row(&format, STR(""), STR(""), "id\n\"\"\n");
	format.quotes = QUOTE_NONE;
	refused(&format, STR(""), STR(""), "alone in its row");
}

static void what_a_partner_cannot_read_is_refused_without_being_repeated(void **state)
{
	(void)state;
	struct row_layout format = plain_format();
	static const struct {
		struct str value;
		const char *words;
	} bad[] = {
	        {{"SECRET\0x", 8}, "contains a NUL"},
	        {{"SECRET\r", 7}, "contains a line end"},
	        {{"SECRET\n", 7}, "contains a line end"},
	        {{"SECRET\t", 7}, "contains a control character"},
	        {{"SECRET\x1f", 7}, "contains a control character"},
	        {{"SECRET\x7f", 7}, "contains a control character"},
	        {{"SECRET\xc2\x80", 8}, "contains a control character"},
	        {{"SECRET\xc2\x9f", 8}, "contains a control character"},
	        {{"SECRET\xff", 7}, "is not UTF-8"},
	        {{"SECRET\xc3", 7}, "is not UTF-8"},
	        {{"SECRET\xed\xa0\x80", 9}, "is not UTF-8"},
	        {{"SECRET\xc0\xaf", 8}, "is not UTF-8"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e;
		struct buf out;
		refused(&format, STR("x"), bad[i].value, bad[i].words);
		const struct str values[] = {bad[i].value, STR("x")};
		assert_int_equal(one_row(&format, values, &out, &e), ERR_REJECT);
		assert_null(strstr(e.text, "SECRET"));
		buf_release(&out);
	}
	/* the neighbours of what is refused */
	assert_row(&format, STR("\xc2\xa0"), STR("\xc3\xa9 ~\xf0\x9f\x98\x80"),
	        "id,state\n\xc2\xa0,\xc3\xa9 ~\xf0\x9f\x98\x80\n");
}

static void a_tab_is_no_value_even_where_it_is_the_delimiter(void **state)
{
	(void)state;
	struct row_layout format = plain_format();
	format.delimiter = '\t';
	refused(&format, STR("x"), STR("a\tb"), "contains a control character");
}

static void max_length_counts_characters_up_to_its_edge(void **state)
{
	(void)state;
	const struct row_column columns[] = {
	        {.name = STR("id"), .max_length = 3}, {.name = STR("state")}};
	struct row_layout format = plain_format();
	format.columns = columns;
	assert_row(&format, STR("\xc3\xa9\xc3\xa9\xc3\xa9"), STR("long enough"),
	        "id,state\n\xc3\xa9\xc3\xa9\xc3\xa9,long enough\n");
	refused(&format, STR("abcd"), STR(""), "max_length");
	refused(&format, STR("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"), STR(""), "column \"id\", row 1");
}

static void a_required_column_takes_no_empty_value(void **state)
{
	(void)state;
	const struct row_column columns[] = {
	        {.name = STR("id")}, {.name = STR("state"), .is_required = true}};
	struct row_layout format = plain_format();
	format.columns = columns;
	assert_row(&format, STR(""), STR("x"), "id,state\n,x\n");
	refused(&format, STR("x"), STR(""), "column \"state\", row 1");
	refused(&format, STR("x"), STR(""), "is empty, but the column is required");
}

static void the_row_that_is_named_is_the_one_of_the_file(void **state)
{
	(void)state;
	struct err e;
	struct buf out;
	struct encoder *bytes = NULL;
	struct row_writer *r = NULL;
	struct row_layout format = plain_format();
	buf_init(&out, MAX);
	assert_int_equal(encoder_new(COMPRESSION_NONE, collect, &out, &bytes, &e), 0);
	assert_int_equal(row_writer_new(&format, bytes, &r, &e), 0);
	const struct str good[] = {STR("a"), STR("b")}, bad[] = {STR("a"), STR("\x01")};
	for (int i = 0; i < 41; i++)
		assert_int_equal(row_writer_put(r, good, &e), 0);
	assert_int_equal(row_writer_rows(r), 41);
	assert_int_equal(row_writer_put(r, bad, &e), ERR_REJECT);
	assert_non_null(strstr(e.text, "row 42 of the file"));
	assert_int_equal(row_writer_rows(r), 41);
	row_writer_free(r);
	encoder_free(bytes);
	buf_release(&out);
}

static void constants_take_no_value(void **state)
{
	(void)state;
	const struct row_column columns[] = {{.name = STR("id")}, {.name = STR("kind"),
	                                                                  .is_constant = true,
	                                                                  .constant = STR("x,y"),
	                                                                  .max_length = 3}};
	struct row_layout format = plain_format();
	format.columns = columns;
	assert_row(&format, STR("1"), (struct str){NULL, 0}, "id,kind\n1,\"x,y\"\n");
}

static void assert_bad_spec(const struct row_layout *format, const char *words)
{
	struct err e;
	struct buf out;
	const struct str values[] = {STR("a"), STR("b")};
	assert_int_equal(one_row(format, values, &out, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_spec");
	if (strstr(e.text, words) == NULL)
		fail_msg("'%s' is not in: %s", words, e.text);
	assert_int_equal(out.n, 0);
	buf_release(&out);
}

static void a_format_that_cannot_be_is_refused_before_a_byte_is_written(void **state)
{
	(void)state;
	struct row_layout format = plain_format();
	static const char bad[] = {'"', '\n', '\r', '\0', '\x01', '\x7f', (char)0xc3};
	for (size_t i = 0; i < sizeof bad; i++) {
		format.delimiter = bad[i];
		assert_bad_spec(&format, "delimiter");
	}
	format = plain_format();
	format.columns_count = 0;
	assert_bad_spec(&format, "columns: there must be 1 to 256");
	struct row_column columns[] = {{.name = STR("id")}, {.name = STR("a\nb")}};
	format = plain_format();
	format.columns = columns;
	assert_bad_spec(&format, "columns[1].name: contains a line end");
	columns[1] = (struct row_column){
	        .name = STR("kind"), .is_constant = true, .constant = STR("abcd"), .max_length = 3};
	assert_bad_spec(&format, "columns[1].constant: is longer");
	format.quotes = QUOTE_NONE;
	columns[1] = (struct row_column){.name = STR("a,b")};
	assert_bad_spec(&format, "columns[1].name: contains the delimiter");
}

static void as_many_columns_as_the_header_promises(void **state)
{
	(void)state;
	struct err e;
	struct buf out;
	struct row_column *columns = calloc(ROW_COLUMNS_MAX + 1, sizeof *columns);
	struct str *values = calloc(ROW_COLUMNS_MAX + 1, sizeof *values);
	assert_non_null(columns);
	assert_non_null(values);
	for (size_t i = 0; i <= ROW_COLUMNS_MAX; i++) {
		columns[i].name = STR("n");
		values[i] = STR("v");
	}
	struct row_layout format = plain_format();
	format.columns = columns;
	format.columns_count = ROW_COLUMNS_MAX;
	assert_int_equal(one_row(&format, values, &out, &e), 0);
	assert_int_equal(out.n, 4 * ROW_COLUMNS_MAX);
	buf_release(&out);
	format.columns_count++;
	assert_int_equal(one_row(&format, values, &out, &e), ERR_REJECT);
	buf_release(&out);
	free(columns);
	free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rows_have_the_delimiter_and_the_line_end_that_were_asked_for),
	        cmocka_unit_test(minimal_quotes_only_what_a_reader_would_misread),
	        cmocka_unit_test(all_quotes_everything_the_header_too),
	        cmocka_unit_test(none_refuses_what_would_need_quotes),
	        cmocka_unit_test(a_row_of_one_empty_value_is_no_blank_line),
	        cmocka_unit_test(what_a_partner_cannot_read_is_refused_without_being_repeated),
	        cmocka_unit_test(a_tab_is_no_value_even_where_it_is_the_delimiter),
	        cmocka_unit_test(max_length_counts_characters_up_to_its_edge),
	        cmocka_unit_test(a_required_column_takes_no_empty_value),
	        cmocka_unit_test(the_row_that_is_named_is_the_one_of_the_file),
	        cmocka_unit_test(constants_take_no_value),
	        cmocka_unit_test(a_format_that_cannot_be_is_refused_before_a_byte_is_written),
	        cmocka_unit_test(as_many_columns_as_the_header_promises),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
