/* SPDX-License-Identifier: Apache-2.0
 *
 * What a source format implements. row_reader.c has the table of formats.
 */
#ifndef LONGSHORE_DATA_ROW_FORMAT_H
#define LONGSHORE_DATA_ROW_FORMAT_H

#include "longshore/row_reader.h"

struct row_format {
	/* *out: the format's state, which `close` frees. */
	int (*open)(const struct row_form *form, const struct row_input *input,
	        const struct row_calls *calls, void **out, struct err *e);
	int (*seek)(void *state, const struct row_span *span, struct err *e);
	int (*feed)(void *state, const void *p, size_t n, struct err *e);
	int (*finish)(void *state, struct err *e);
	void (*close)(void *state);
	const struct row_header *(*header)(const void *state);
	bool (*is_between_rows)(const void *state);
	int64_t (*rows)(const void *state);
};

#define ROW_FORMAT_OF(NAME, word) extern const struct row_format row_format_##word;
SOURCE_FORMAT_ROWS(ROW_FORMAT_OF)
#undef ROW_FORMAT_OF

#endif
