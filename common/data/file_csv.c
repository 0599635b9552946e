/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV files as in RFC 4180, with the layout's delimiter, quotes and line end.
 */
#include "file_format.h"

static void csv_special(const struct row_layout *layout, char out[8])
{
	out[0] = '"';
	out[1] = layout->delimiter;
}

/* A tab is the only control character that can be a delimiter. */
static bool is_delimiter(char c)
{
	return c == '\t' || (c >= 0x20 && c < 0x7f && c != '"');
}

static int csv_check(const struct row_layout *layout, struct err *e)
{
	if (is_delimiter(layout->delimiter))
		return 0;
	return err_set(e, ERR_REJECT, CODE_BAD_SPEC,
	        "delimiter: must be a tab or a printable ASCII character other than a quote");
}

static const char *csv_fault(const struct row_layout *layout, const struct look *look)
{
	if (layout->quotes != QUOTE_NONE)
		return NULL;
	if (look->has_special)
		return "contains the delimiter or a quote, but quote_mode is none";
	bool is_blank_line = look->characters == 0 && layout->columns_count == 1;
	return is_blank_line ? "is empty and alone in its row, but quote_mode is none" : NULL;
}

static int put_quoted(const struct file_writing *w, struct str value, struct err *e)
{
	if (encoder_write(w->out, "\"", 1, e) != 0)
		return e->act;
	for (ptrdiff_t at; (at = str_find(value, '"', 0)) >= 0;) {
		size_t n = (size_t)at + 1; /* including the quote, which is then written again */
		if (encoder_write(w->out, value.p, n, e) != 0 ||
		        encoder_write(w->out, "\"", 1, e) != 0)
			return e->act;
		value = str_bytes(value.p + n, value.n - n);
	}
	if (encoder_write(w->out, value.p, value.n, e) != 0)
		return e->act;
	return encoder_write(w->out, "\"", 1, e);
}

static int put_value(
        const struct file_writing *w, struct str value, const struct look *look, struct err *e)
{
	/* Some readers skip an empty line, so a row with one empty value is quoted. */
	bool is_blank_line = value.n == 0 && w->layout->columns_count == 1;
	if (w->layout->quotes == QUOTE_ALL || look->has_special || is_blank_line)
		return put_quoted(w, value, e);
	return encoder_write(w->out, value.p, value.n, e);
}

/* Writes what follows the value of `column`: a delimiter, or a line end after the last one. */
static int put_separator(const struct file_writing *w, size_t column, struct err *e)
{
	if (column + 1 < w->layout->columns_count)
		return encoder_write(w->out, &w->layout->delimiter, 1, e);
	return w->layout->is_crlf ? encoder_write(w->out, "\r\n", 2, e)
	                          : encoder_write(w->out, "\n", 1, e);
}

static int csv_put(const struct file_writing *w, size_t column, struct str value,
        const struct look *look, struct err *e)
{
	if (put_value(w, value, look, e) != 0)
		return e->act;
	return put_separator(w, column, e);
}

static int csv_begin(const struct file_writing *w, struct err *e)
{
	for (size_t i = 0; w->layout->has_header && i < w->layout->columns_count; i++) {
		struct str name = w->layout->columns[i].name;
		struct look look = file_look_at(w, name);
		if (csv_put(w, i, name, &look, e) != 0)
			return e->act;
	}
	return 0;
}

const struct file_format_ops file_csv = {
        .special = csv_special,
        .check = csv_check,
        .fault = csv_fault,
        .begin = csv_begin,
        .put = csv_put,
};
