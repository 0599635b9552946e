/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON Lines: each row is one JSON object (RFC 8259) on one line, which ends in a line feed.
 *
 * Members are the columns in order. All values are strings, and an empty value is "". Only the
 * quote and the backslash are escaped. Control characters were refused before, and everything else
 * is written unchanged as UTF-8. There is no white space and no byte order mark.
 */
#include "file_format.h"

#include "longshore/codes.h"

static void jsonl_special(const struct row_layout *layout, char out[8])
{
	(void)layout; /* the same for all layouts */
	out[0] = '"';
	out[1] = '\\';
}

/* RFC 8259 does not define what a reader does with a repeated name. */
static bool has_twice(const struct row_layout *layout, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(layout->columns[k].name, layout->columns[i].name))
			return true;
	return false;
}

static int jsonl_check(const struct row_layout *layout, struct err *e)
{
	if (layout->has_header)
		return err_set(
		        e, ERR_REJECT, CODE_BAD_SPEC, "header_row: JSON Lines have no header");
	if (layout->quotes != QUOTE_MINIMAL)
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC, "quote_mode: is for CSV only");
	if (layout->is_crlf)
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC, "crlf: JSON Lines end in a line feed");
	for (size_t i = 0; i < layout->columns_count && i < ROW_COLUMNS_MAX; i++)
		if (has_twice(layout, i))
			return err_set(e, ERR_REJECT, CODE_BAD_SPEC,
			        "columns[%zu].name: another column has it, and a JSON object holds "
			        "a name once",
			        i);
	return 0;
}

static const char *jsonl_fault(const struct row_layout *layout, const struct look *look)
{
	(void)layout;
	(void)look;
	return NULL; /* every text can be escaped */
}

static int jsonl_begin(const struct file_writing *w, struct err *e)
{
	(void)w;
	(void)e;
	return 0; /* nothing comes before the rows */
}

static int put_escaped(const struct file_writing *w, struct str text, struct err *e)
{
	size_t from = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '"' && text.p[i] != '\\')
			continue;
		if (encoder_write(w->out, text.p + from, i - from, e) != 0 ||
		        encoder_write(w->out, "\\", 1, e) != 0)
			return e->act;
		from = i; /* the character itself comes next */
	}
	return encoder_write(w->out, text.p + from, text.n - from, e);
}

static int jsonl_put(const struct file_writing *w, size_t column, struct str value,
        const struct look *look, struct err *e)
{
	bool is_last = column + 1 == w->layout->columns_count;
	if (encoder_write(w->out, column == 0 ? "{\"" : ",\"", 2, e) != 0 ||
	        put_escaped(w, w->layout->columns[column].name, e) != 0 ||
	        encoder_write(w->out, "\":\"", 3, e) != 0)
		return e->act;
	int act = look->has_special ? put_escaped(w, value, e)
	                            : encoder_write(w->out, value.p, value.n, e);
	if (act != 0)
		return act;
	return is_last ? encoder_write(w->out, "\"}\n", 3, e) : encoder_write(w->out, "\"", 1, e);
}

const struct file_format_ops file_jsonl = {
        .special = jsonl_special,
        .check = jsonl_check,
        .fault = jsonl_fault,
        .begin = jsonl_begin,
        .put = jsonl_put,
};
