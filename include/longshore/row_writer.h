/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes rows to an encoder in the format of the layout. The same rows give the same bytes, however
 * they were batched. Control characters (C0, DEL, C1), including line ends, are never written, so a
 * row is always one line. One thread owns a writer. */
#ifndef LONGSHORE_ROW_WRITER_H
#define LONGSHORE_ROW_WRITER_H

#include "longshore/encoder.h"
#include "longshore/str.h"

#include <stdbool.h>

struct row_column {
	struct str name;
	bool is_constant;
	struct str constant;
	int64_t max_length; /* characters; 0 = no limit */
	bool is_required;   /* an empty value is an error */
};

enum { ROW_COLUMNS_MAX = 256 };

struct row_layout {
	const struct row_column *columns; /* borrowed until row_writer_free */
	size_t columns_count;
	enum file_format format;
	/* CSV only: */
	char delimiter;
	enum quote_mode quotes;
	bool has_header;
	bool is_crlf;
};

struct row_writer;

/* Checks that delimiter, names and constants can be written. ERR_REJECT ("bad_spec") says "field:
 * what is wrong". */
int row_layout_check(const struct row_layout *layout, struct err *e) ERR_MUST_USE;
/* Checks layout and constants, ERR_REJECT ("bad_spec"), and writes what comes before the rows.
 * Layout and encoder are borrowed until row_writer_free. */
int row_writer_new(const struct row_layout *layout, struct encoder *bytes, struct row_writer **out,
        struct err *e) ERR_MUST_USE;
/* values: one per column; those of constant columns are ignored. ERR_REJECT ("bad_value") names
 * column and row, never the value. The value is too long, is not UTF-8, has a control character, or
 * needs quotes that the layout does not permit. */
int row_writer_put(struct row_writer *w, const struct str *values, struct err *e) ERR_MUST_USE;
int64_t row_writer_rows(const struct row_writer *w); /* without the header */
void row_writer_free(struct row_writer *w);          /* accepts NULL */

#endif
