/* SPDX-License-Identifier: Apache-2.0
 *
 * What a format of delivered files implements. row_writer.c has the table of formats.
 */
#ifndef LONGSHORE_DATA_FILE_FORMAT_H
#define LONGSHORE_DATA_FILE_FORMAT_H

#include "longshore/row_writer.h"

/* What is known about a value before it is written. */
struct look {
	size_t characters;
	bool has_special;  /* contains a byte that `special` names */
	const char *fault; /* NULL: no fault; static */
};

struct file_writing {
	const struct row_layout *layout;
	struct encoder *out;
	unsigned char class_of[256];
};

struct file_format_ops {
	/* Names printable ASCII characters that must be quoted or escaped. */
	void (*special)(const struct row_layout *layout, char out[8]);
	int (*check)(const struct row_layout *layout, struct err *e);
	/* Says why the format cannot write the value; NULL if it can. Static. */
	const char *(*fault)(const struct row_layout *layout, const struct look *look);
	int (*begin)(const struct file_writing *w, struct err *e);
	/* Writes the value of `column` with whatever comes before and after it. */
	int (*put)(const struct file_writing *w, size_t column, struct str value,
	        const struct look *look, struct err *e);
};

struct look file_look_at(const struct file_writing *w, struct str value);

#define FILE_FORMAT_OF(NAME, word) extern const struct file_format_ops file_##word;
FILE_FORMAT_ROWS(FILE_FORMAT_OF)
#undef FILE_FORMAT_OF

#endif
