/* SPDX-License-Identifier: Apache-2.0
 *
 * Each value is scanned once, byte by byte, with a table. Most values contain nothing special and
 * are copied whole.
 */
#include "file_format.h"

#include <inttypes.h>
#include <stdlib.h>

enum byte_class { BYTE_PLAIN, BYTE_SPECIAL, BYTE_CONTROL, BYTE_HIGH };

#define FILE_FORMAT(NAME, word) [FILE_##NAME] = &file_##word,
static const struct file_format_ops *const formats[] = {FILE_FORMAT_ROWS(FILE_FORMAT)};

struct row_writer {
	struct file_writing to;
	const struct file_format_ops *format;
	int64_t rows;
};

static void classes_fill(struct row_writer *w)
{
	unsigned char *class_of = w->to.class_of;
	char special[8] = "";
	for (int byte = 0; byte < 256; byte++) {
		bool is_control = byte < 0x20 || byte == 0x7f;
		class_of[byte] = is_control ? BYTE_CONTROL : byte < 0x80 ? BYTE_PLAIN : BYTE_HIGH;
	}
	w->format->special(w->to.layout, special);
	for (const char *p = special; *p; p++)
		if (class_of[(unsigned char)*p] == BYTE_PLAIN) /* a tab stays a control */
			class_of[(unsigned char)*p] = BYTE_SPECIAL;
}

/* C1 controls are U+0080 to U+009F, in UTF-8 c2 80 to c2 9f. */
static bool is_c1(const char *p)
{
	return (unsigned char)p[0] == 0xc2 && (unsigned char)p[1] < 0xa0;
}

static const char *fault_of_control(char byte)
{
	if (byte == '\0')
		return "contains a NUL";
	return byte == '\n' || byte == '\r' ? "contains a line end"
	                                    : "contains a control character";
}

struct look file_look_at(const struct file_writing *w, struct str value)
{
	struct look look = {0};
	for (size_t i = 0; i < value.n; look.characters++) {
		unsigned char byte = (unsigned char)value.p[i];
		size_t length = 1;
		switch ((enum byte_class)w->class_of[byte]) {
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
				look.fault = length == 0 ? "is not UTF-8"
				                         : "contains a control character";
				return look;
			}
			break;
		}
		i += length;
	}
	return look;
}

/* Says what is wrong with a value; NULL if nothing is. */
static const char *fault_of(
        const struct row_writer *w, const struct look *look, const struct row_column *column)
{
	if (look->fault)
		return look->fault;
	if (column->is_required && look->characters == 0)
		return "is empty, but the column is required";
	if (column->max_length > 0 && look->characters > (size_t)column->max_length)
		return "is longer than the column's max_length";
	/* Only a layout without quotes has values that its format cannot write. */
	if (w->to.layout->quotes != QUOTE_NONE)
		return NULL;
	return w->format->fault(w->to.layout, look);
}

static int check_column(const struct row_writer *w, size_t i, struct err *e)
{
	const struct row_column *column = &w->to.layout->columns[i];
	struct look look = file_look_at(&w->to, column->name);
	const char *fault = fault_of(w, &look, &(struct row_column){.max_length = 0});
	if (fault)
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC, "columns[%zu].name: %s", i, fault);
	if (!column->is_constant)
		return 0;
	look = file_look_at(&w->to, column->constant);
	fault = fault_of(w, &look, column);
	if (fault)
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC, "columns[%zu].constant: %s", i, fault);
	return 0;
}

static int check_layout(const struct row_writer *w, struct err *e)
{
	const struct row_layout *layout = w->to.layout;
	if (w->format->check(layout, e) != 0)
		return e->act;
	if (layout->columns_count == 0 || layout->columns_count > ROW_COLUMNS_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC, "columns: there must be 1 to %d",
		        ROW_COLUMNS_MAX);
	for (size_t i = 0; i < layout->columns_count; i++)
		if (check_column(w, i, e) != 0)
			return e->act;
	return 0;
}

static void prepare(struct row_writer *w, const struct row_layout *layout)
{
	w->to.layout = layout;
	w->format = formats[layout->format];
	classes_fill(w);
}

int row_layout_check(const struct row_layout *layout, struct err *e)
{
	struct row_writer w = {.rows = 0};
	prepare(&w, layout);
	return check_layout(&w, e);
}

int row_writer_new(const struct row_layout *layout, struct encoder *bytes, struct row_writer **out,
        struct err *e)
{
	struct row_writer *w = calloc(1, sizeof *w);
	if (!w)
		return err_set(e, ERR_FATAL, "out_of_memory", "row writer: out of memory");
	prepare(w, layout);
	w->to.out = bytes;
	if (check_layout(w, e) != 0 || w->format->begin(&w->to, e) != 0) {
		free(w);
		return e->act;
	}
	*out = w;
	return 0;
}

int row_writer_put(struct row_writer *w, const struct str *values, struct err *e)
{
	const struct row_layout *layout = w->to.layout;
	for (size_t i = 0; i < layout->columns_count; i++) {
		const struct row_column *column = &layout->columns[i];
		struct str value = column->is_constant ? column->constant : values[i];
		struct look look = file_look_at(&w->to, value);
		const char *fault = fault_of(w, &look, column);
		if (fault)
			return err_set(e, ERR_REJECT, CODE_BAD_VALUE,
			        "column \"" STR_FMT "\", row %" PRId64 " of the file: the value %s",
			        STR_ARG(column->name), w->rows + 1, fault);
		if (w->format->put(&w->to, i, value, &look, e) != 0)
			return e->act;
	}
	w->rows++;
	return 0;
}

int64_t row_writer_rows(const struct row_writer *w)
{
	return w->rows;
}

void row_writer_free(struct row_writer *w)
{
	free(w);
}
