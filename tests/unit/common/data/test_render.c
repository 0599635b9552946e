/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/render.h"

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

static int refuse(void *arg, const void *p, size_t n, struct err *e)
{
	(void)arg;
	(void)p;
	(void)n;
	return err_set(e, ERR_RETRY, "disk_full", "no room");
}

static int read_buf(void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	(void)e;
	const struct buf *b = arg;
	size_t left = b->n - (size_t)offset;
	*out_n = left < n ? left : n;
	if (*out_n > 0)
		memcpy(p, b->p + offset, *out_n);
	return 0;
}

static const struct render_column two[] = {{.name = {"id", 2}}, {.name = {"state", 5}}};

/* Two columns, the defaults. */
static struct render_format plain_format(void)
{
	return (struct render_format){
	        .columns = two, .columns_count = 2, .delimiter = ',', .has_header = true};
}

/* One row through a whole file; what was written up to then stays in *out. */
static int one_row(const struct render_format *format, const struct str *values, struct buf *out,
        struct err *e)
{
	struct encoder *bytes = NULL;
	struct render *r = NULL;
	struct encoded_facts facts;
	buf_init(out, MAX);
	assert_int_equal(encoder_new(ENCODING_NONE, collect, out, &bytes, e), 0);
	int rc = render_new(format, bytes, &r, e);
	if (rc == 0)
		rc = render_row(r, values, e);
	if (rc == 0)
		rc = encoder_finish(bytes, &facts, e);
	render_free(r);
	encoder_free(bytes);
	return rc;
}

static void assert_row(
        const struct render_format *format, struct str a, struct str b, const char *text)
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

static void refused(
        const struct render_format *format, struct str a, struct str b, const char *words)
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
	struct render_format format = plain_format();
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
	struct render_format format = plain_format();
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
	struct render_format format = plain_format();
	format.quotes = RENDER_QUOTES_ALL;
	assert_row(&format, STR("a\"b"), STR(""), "\"id\",\"state\"\n\"a\"\"b\",\"\"\n");
}

static void none_refuses_what_would_need_quotes(void **state)
{
	(void)state;
	struct render_format format = plain_format();
	format.quotes = RENDER_QUOTES_NONE;
	assert_row(&format, STR("a"), STR(""), "id,state\na,\n");
	refused(&format, STR("SECRET,"), STR("x"), "column \"id\", row 1");
	refused(&format, STR("x"), STR("SECRET\""), "column \"state\", row 1");
	refused(&format, STR("x"), STR("SECRET\n"), "line end");
}

static void a_row_of_one_empty_value_is_no_blank_line(void **state)
{
	(void)state;
	struct render_format format = plain_format();
	format.columns_count = 1;
	assert_row(&format, STR(""), STR(""), "id\n\"\"\n");
	format.quotes = RENDER_QUOTES_NONE;
	refused(&format, STR(""), STR(""), "alone in its row");
}

static void what_a_partner_cannot_read_is_refused_without_being_repeated(void **state)
{
	(void)state;
	struct render_format format = plain_format();
	static const struct {
		struct str value;
		const char *words;
	} bad[] = {
	        {{"SECRET\0x", 8}, "holds a NUL"},
	        {{"SECRET\r", 7}, "holds a line end"},
	        {{"SECRET\n", 7}, "holds a line end"},
	        {{"SECRET\t", 7}, "holds a control character"},
	        {{"SECRET\x1f", 7}, "holds a control character"},
	        {{"SECRET\x7f", 7}, "holds a control character"},
	        {{"SECRET\xc2\x80", 8}, "holds a control character"},
	        {{"SECRET\xc2\x9f", 8}, "holds a control character"},
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
	struct render_format format = plain_format();
	format.delimiter = '\t';
	refused(&format, STR("x"), STR("a\tb"), "holds a control character");
}

static void max_length_counts_characters_up_to_its_edge(void **state)
{
	(void)state;
	const struct render_column columns[] = {
	        {.name = STR("id"), .max_length = 3}, {.name = STR("state")}};
	struct render_format format = plain_format();
	format.columns = columns;
	assert_row(&format, STR("\xc3\xa9\xc3\xa9\xc3\xa9"), STR("long enough"),
	        "id,state\n\xc3\xa9\xc3\xa9\xc3\xa9,long enough\n");
	refused(&format, STR("abcd"), STR(""), "max_length");
	refused(&format, STR("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"), STR(""), "column \"id\", row 1");
}

static void the_row_that_is_named_is_the_one_of_the_file(void **state)
{
	(void)state;
	struct err e;
	struct buf out;
	struct encoder *bytes = NULL;
	struct render *r = NULL;
	struct render_format format = plain_format();
	buf_init(&out, MAX);
	assert_int_equal(encoder_new(ENCODING_NONE, collect, &out, &bytes, &e), 0);
	assert_int_equal(render_new(&format, bytes, &r, &e), 0);
	const struct str good[] = {STR("a"), STR("b")}, bad[] = {STR("a"), STR("\x01")};
	for (int i = 0; i < 41; i++)
		assert_int_equal(render_row(r, good, &e), 0);
	assert_int_equal(render_rows(r), 41);
	assert_int_equal(render_row(r, bad, &e), ERR_REJECT);
	assert_non_null(strstr(e.text, "row 42 of the file"));
	assert_int_equal(render_rows(r), 41);
	render_free(r);
	encoder_free(bytes);
	buf_release(&out);
}

static void constants_take_no_value(void **state)
{
	(void)state;
	const struct render_column columns[] = {{.name = STR("id")}, {.name = STR("kind"),
	                                                                     .is_constant = true,
	                                                                     .constant = STR("x,y"),
	                                                                     .max_length = 3}};
	struct render_format format = plain_format();
	format.columns = columns;
	assert_row(&format, STR("1"), (struct str){NULL, 0}, "id,kind\n1,\"x,y\"\n");
}

static void assert_bad_spec(const struct render_format *format, const char *words)
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
	struct render_format format = plain_format();
	static const char bad[] = {'"', '\n', '\r', '\0', '\x01', '\x7f', (char)0xc3};
	for (size_t i = 0; i < sizeof bad; i++) {
		format.delimiter = bad[i];
		assert_bad_spec(&format, "delimiter");
	}
	format = plain_format();
	format.columns_count = 0;
	assert_bad_spec(&format, "columns: there must be 1 to 256");
	struct render_column columns[] = {{.name = STR("id")}, {.name = STR("a\nb")}};
	format = plain_format();
	format.columns = columns;
	assert_bad_spec(&format, "columns[1].name: holds a line end");
	columns[1] = (struct render_column){
	        .name = STR("kind"), .is_constant = true, .constant = STR("abcd"), .max_length = 3};
	assert_bad_spec(&format, "columns[1].constant: is longer");
	format.quotes = RENDER_QUOTES_NONE;
	columns[1] = (struct render_column){.name = STR("a,b")};
	assert_bad_spec(&format, "columns[1].name: holds the delimiter");
}

static void as_many_columns_as_the_header_promises(void **state)
{
	(void)state;
	struct err e;
	struct buf out;
	struct render_column *columns = calloc(RENDER_COLUMNS_MAX + 1, sizeof *columns);
	struct str *values = calloc(RENDER_COLUMNS_MAX + 1, sizeof *values);
	assert_non_null(columns);
	assert_non_null(values);
	for (size_t i = 0; i <= RENDER_COLUMNS_MAX; i++) {
		columns[i].name = STR("n");
		values[i] = STR("v");
	}
	struct render_format format = plain_format();
	format.columns = columns;
	format.columns_count = RENDER_COLUMNS_MAX;
	assert_int_equal(one_row(&format, values, &out, &e), 0);
	assert_int_equal(out.n, 4 * RENDER_COLUMNS_MAX);
	buf_release(&out);
	format.columns_count++;
	assert_int_equal(one_row(&format, values, &out, &e), ERR_REJECT);
	buf_release(&out);
	free(columns);
	free(values);
}

/* --- the encoder --- */

/* `rows` rows written in cuts of a size, so that only the cutting differs. */
static void encode(enum encoding encoding, size_t rows, size_t cut, struct buf *out,
        struct encoded_facts *facts)
{
	struct err e;
	struct buf text;
	struct encoder *c = NULL;
	buf_init(&text, MAX);
	buf_init(out, MAX);
	for (size_t i = 0; i < rows; i++)
		assert_int_equal(buf_printf(&text, &e, "%zu,%zx\n", i * 7919, i * i), 0);
	assert_int_equal(encoder_new(encoding, collect, out, &c, &e), 0);
	for (size_t at = 0; at < text.n; at += cut)
		assert_int_equal(
		        encoder_write(c, text.p + at, text.n - at < cut ? text.n - at : cut, &e),
		        0);
	assert_int_equal(encoder_finish(c, facts, &e), 0);
	encoder_free(c);
	char sha[SHA256_HEX];
	sha256_hex(text.p, text.n, sha);
	assert_string_equal(facts->plain_sha256, sha);
	assert_int_equal(facts->plain_bytes, text.n);
	assert_int_equal(facts->bytes, out->n);
	if (encoding == ENCODING_NONE)
		assert_true(str_eq(buf_str(out), buf_str(&text)));
	buf_release(&text);
}

static void stored_bytes_do_not_depend_on_how_they_were_written(void **state)
{
	(void)state;
	for (enum encoding encoding = ENCODING_NONE; encoding <= ENCODING_GZIP; encoding++) {
		struct buf whole, cut;
		struct encoded_facts a, b;
		encode(encoding, 50000, MAX, &whole, &a);
		encode(encoding, 50000, 13, &cut, &b);
		assert_true(str_eq(buf_str(&whole), buf_str(&cut)));
		assert_memory_equal(&a.md5, &b.md5, sizeof a.md5);
		assert_memory_equal(&a.crc32c, &b.crc32c, sizeof a.crc32c);
		buf_release(&whole);
		buf_release(&cut);
	}
}

static void a_stored_file_gives_the_same_facts(void **state)
{
	(void)state;
	static const size_t rows[] = {0, 1, 4000, 50000};
	for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
		struct err e;
		struct buf out;
		struct encoded_facts wrote, found = {0};
		enum encoding encoding = i % 2 == 0 ? ENCODING_NONE : ENCODING_GZIP;
		encode(encoding, rows[i / 2], 1000, &out, &wrote);
		assert_int_equal(encoded_check(encoding, read_buf, &out, &found, &e), 0);
		assert_string_equal(found.plain_sha256, wrote.plain_sha256);
		assert_string_equal(found.md5, wrote.md5);
		assert_string_equal(found.crc32c, wrote.crc32c);
		assert_int_equal(found.plain_bytes, wrote.plain_bytes);
		assert_int_equal(found.bytes, wrote.bytes);
		buf_release(&out);
	}
}

static void a_file_of_whole_blocks_is_read_to_its_end(void **state)
{
	(void)state;
	static char zeros[3 * 65536];
	for (size_t n = 65535; n <= sizeof zeros; n += n % 65536 == 1 ? 65534 : 1) {
		struct err e;
		struct buf out;
		struct encoder *c = NULL;
		struct encoded_facts wrote, found;
		buf_init(&out, MAX);
		assert_int_equal(encoder_new(ENCODING_NONE, collect, &out, &c, &e), 0);
		assert_int_equal(encoder_write(c, zeros, n, &e), 0);
		assert_int_equal(encoder_finish(c, &wrote, &e), 0);
		assert_int_equal(encoded_check(ENCODING_NONE, read_buf, &out, &found, &e), 0);
		assert_int_equal(found.bytes, n);
		assert_string_equal(found.plain_sha256, wrote.plain_sha256);
		encoder_free(c);
		buf_release(&out);
	}
}

static void known_bytes_have_the_published_sums(void **state)
{
	(void)state;
	struct err e;
	struct buf out;
	struct encoder *c = NULL;
	struct encoded_facts facts;
	buf_init(&out, MAX);
	assert_int_equal(encoder_new(ENCODING_NONE, collect, &out, &c, &e), 0);
	assert_int_equal(encoder_write(c, "123456789", 9, &e), 0);
	assert_int_equal(encoder_finish(c, &facts, &e), 0);
	assert_string_equal(facts.crc32c, "e3069283");
	assert_string_equal(facts.md5, "25f9e794323b453885f5181f1b624d0b");
	encoder_free(c);
	buf_release(&out);
}

static void a_damaged_file_is_refused(void **state)
{
	(void)state;
	struct err e;
	struct buf out;
	struct encoded_facts facts;
	encode(ENCODING_GZIP, 1000, MAX, &out, &facts);
	out.n--;
	assert_int_equal(encoded_check(ENCODING_GZIP, read_buf, &out, &facts, &e), ERR_REJECT);
	assert_string_equal(e.code, "corrupt");
	out.n = 0;
	assert_int_equal(encoded_check(ENCODING_GZIP, read_buf, &out, &facts, &e), ERR_REJECT);
	buf_release(&out);
}

static void a_sink_that_fails_is_heard(void **state)
{
	(void)state;
	static char block[65536];
	for (enum encoding encoding = ENCODING_NONE; encoding <= ENCODING_GZIP; encoding++) {
		struct err e;
		struct encoder *c = NULL;
		struct encoded_facts facts;
		assert_int_equal(encoder_new(encoding, refuse, NULL, &c, &e), 0);
		int rc = encoder_write(c, block, sizeof block, &e);
		if (rc == 0)
			rc = encoder_finish(c, &facts, &e);
		assert_int_equal(rc, ERR_RETRY);
		assert_string_equal(e.code, "disk_full");
		encoder_free(c);
	}
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
	        cmocka_unit_test(the_row_that_is_named_is_the_one_of_the_file),
	        cmocka_unit_test(constants_take_no_value),
	        cmocka_unit_test(a_format_that_cannot_be_is_refused_before_a_byte_is_written),
	        cmocka_unit_test(as_many_columns_as_the_header_promises),
	        cmocka_unit_test(stored_bytes_do_not_depend_on_how_they_were_written),
	        cmocka_unit_test(a_stored_file_gives_the_same_facts),
	        cmocka_unit_test(a_file_of_whole_blocks_is_read_to_its_end),
	        cmocka_unit_test(known_bytes_have_the_published_sums),
	        cmocka_unit_test(a_damaged_file_is_refused),
	        cmocka_unit_test(a_sink_that_fails_is_heard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
