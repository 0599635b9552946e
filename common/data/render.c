/* SPDX-License-Identifier: Apache-2.0
 *
 * A value is looked at once, byte by byte, by a table: most hold nothing special and are copied
 * whole.
 *
 * Control characters (C0, DEL, C1) are never written, line ends among them; so a record is always
 * one line.
 */
#include "longshore/render.h"

#include <inttypes.h>
#include <stdlib.h>

enum byte_class { BYTE_PLAIN, BYTE_SPECIAL, BYTE_CONTROL, BYTE_HIGH };

struct render {
	const struct render_format *format;
	struct encoder *out;
	int64_t rows;
	unsigned char class_of[256];
};

/* What there is to know of a value before it is written. */
struct look {
	size_t characters;
	bool has_special;  /* delimiter or quote */
	const char *fault; /* NULL: none; static */
};

static void classes_fill(struct render *r)
{
	for (int byte = 0; byte < 256; byte++) {
		bool is_control = byte < 0x20 || byte == 0x7f;
		r->class_of[byte] = is_control    ? BYTE_CONTROL
		                    : byte < 0x80 ? BYTE_PLAIN
		                                  : BYTE_HIGH;
	}
	r->class_of[(unsigned char)'"'] = BYTE_SPECIAL;
	if (r->class_of[(unsigned char)r->format->delimiter] == BYTE_PLAIN)
		r->class_of[(unsigned char)r->format->delimiter] =
		        BYTE_SPECIAL; /* a tab stays a control */
}

/* C1 controls are U+0080 to U+009F: c2 80 to c2 9f. */
static bool is_c1(const char *p)
{
	return (unsigned char)p[0] == 0xc2 && (unsigned char)p[1] < 0xa0;
}

static const char *fault_of_control(char byte)
{
	if (byte == '\0')
		return "holds a NUL";
	return byte == '\n' || byte == '\r' ? "holds a line end" : "holds a control character";
}

static struct look look_at(const struct render *r, struct str value)
{
	struct look look = {0};
	for (size_t i = 0; i < value.n; look.characters++) {
		unsigned char byte = (unsigned char)value.p[i];
		size_t length = 1;
		switch ((enum byte_class)r->class_of[byte]) {
		case BYTE_PLAIN:
			break;
		case BYTE_SPECIAL:
			look.has_special = true;
			break;
		case BYTE_CONTROL:
			look.fault = fault_of_control(value.p[i]);
			return look;
		case BYTE_HIGH:
			length = str_utf8_length(str_bytes(value.p + i, value.n - i));
			if (length == 0 || is_c1(value.p + i)) {
				look.fault =
				        length == 0 ? "is not UTF-8" : "holds a control character";
				return look;
			}
			break;
		}
		i += length;
	}
	return look;
}

/* Says what is wrong with a value, NULL if nothing is. */
static const char *fault_of(
        const struct render *r, const struct look *look, const struct render_column *column)
{
	if (look->fault != NULL)
		return look->fault;
	if (column->is_required && look->characters == 0)
		return "is empty, and the column is required";
	if (column->max_length > 0 && look->characters > (size_t)column->max_length)
		return "is longer than the column's max_length";
	if (r->format->quotes != RENDER_QUOTES_NONE)
		return NULL;
	if (look->has_special)
		return "holds the delimiter or a quote, and quote_mode is none";
	bool is_blank_line = look->characters == 0 && r->format->columns_count == 1;
	return is_blank_line ? "is empty and alone in its row, and quote_mode is none" : NULL;
}

static int put_quoted(struct render *r, struct str value, struct err *e)
{
	if (encoder_write(r->out, "\"", 1, e) != 0)
		return e->act;
	for (ptrdiff_t at; (at = str_find(value, '"', 0)) >= 0;) {
		size_t n = (size_t)at + 1; /* with the quote, which is then written again */
		if (encoder_write(r->out, value.p, n, e) != 0 ||
		        encoder_write(r->out, "\"", 1, e) != 0)
			return e->act;
		value = str_bytes(value.p + n, value.n - n);
	}
	if (encoder_write(r->out, value.p, value.n, e) != 0)
		return e->act;
	return encoder_write(r->out, "\"", 1, e);
}

static int put_value(struct render *r, struct str value, const struct look *look, struct err *e)
{
	/* An empty line is not a row to every reader, so a row of one empty value has quotes. */
	bool is_blank_line = value.n == 0 && r->format->columns_count == 1;
	if (r->format->quotes == RENDER_QUOTES_ALL || look->has_special || is_blank_line)
		return put_quoted(r, value, e);
	return encoder_write(r->out, value.p, value.n, e);
}

/* What follows value number `column`: a delimiter, or behind the last one a line end. */
static int put_separator(struct render *r, size_t column, struct err *e)
{
	if (column + 1 < r->format->columns_count)
		return encoder_write(r->out, &r->format->delimiter, 1, e);
	return r->format->is_crlf ? encoder_write(r->out, "\r\n", 2, e)
	                          : encoder_write(r->out, "\n", 1, e);
}

static int put_header(struct render *r, struct err *e)
{
	for (size_t i = 0; i < r->format->columns_count; i++) {
		struct str name = r->format->columns[i].name;
		struct look look = look_at(r, name);
		if (put_value(r, name, &look, e) != 0 || put_separator(r, i, e) != 0)
			return e->act;
	}
	return 0;
}

/* A tab is the one control character that separates. */
static bool is_delimiter(char c)
{
	return c == '\t' || (c >= 0x20 && c < 0x7f && c != '"');
}

static int check_format(const struct render *r, struct err *e)
{
	const struct render_format *format = r->format;
	if (!is_delimiter(format->delimiter))
		return err_set(e, ERR_REJECT, "bad_spec",
		        "delimiter: must be a tab or a printable ASCII character other than a "
		        "quote");
	if (format->columns_count == 0 || format->columns_count > RENDER_COLUMNS_MAX)
		return err_set(e, ERR_REJECT, "bad_spec", "columns: there must be 1 to %d",
		        RENDER_COLUMNS_MAX);
	for (size_t i = 0; i < format->columns_count; i++) {
		const struct render_column *column = &format->columns[i];
		struct look look = look_at(r, column->name);
		const char *fault = fault_of(r, &look, &(struct render_column){.max_length = 0});
		if (fault != NULL)
			return err_set(
			        e, ERR_REJECT, "bad_spec", "columns[%zu].name: %s", i, fault);
		if (!column->is_constant)
			continue;
		look = look_at(r, column->constant);
		fault = fault_of(r, &look, column);
		if (fault != NULL)
			return err_set(
			        e, ERR_REJECT, "bad_spec", "columns[%zu].constant: %s", i, fault);
	}
	return 0;
}

int render_check(const struct render_format *format, struct err *e)
{
	struct render r = {.format = format};
	classes_fill(&r);
	return check_format(&r, e);
}

int render_new(const struct render_format *format, struct encoder *out_bytes, struct render **out,
        struct err *e)
{
	struct render *r = calloc(1, sizeof *r);
	if (r == NULL)
		return err_set(e, ERR_FATAL, "no_memory", "render: out of memory");
	r->format = format;
	r->out = out_bytes;
	classes_fill(r);
	if (check_format(r, e) != 0 || (format->has_header && put_header(r, e) != 0)) {
		free(r);
		return e->act;
	}
	*out = r;
	return 0;
}

int render_row(struct render *r, const struct str *values, struct err *e)
{
	for (size_t i = 0; i < r->format->columns_count; i++) {
		const struct render_column *column = &r->format->columns[i];
		struct str value = column->is_constant ? column->constant : values[i];
		struct look look = look_at(r, value);
		const char *fault = fault_of(r, &look, column);
		if (fault != NULL)
			return err_set(e, ERR_REJECT, "bad_value",
			        "column \"" STR_FMT "\", row %" PRId64 " of the file: the value %s",
			        STR_ARG(column->name), r->rows + 1, fault);
		if (put_value(r, value, &look, e) != 0 || put_separator(r, i, e) != 0)
			return e->act;
	}
	r->rows++;
	return 0;
}

int64_t render_rows(const struct render *r)
{
	return r->rows;
}

void render_free(struct render *r)
{
	free(r);
}
