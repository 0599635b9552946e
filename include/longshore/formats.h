/* SPDX-License-Identifier: Apache-2.0
 * The formats of sources and of delivered files, and their options, each with its word in documents
 * and specs. The words of a list are in the order of its enum and end with NULL. */
#ifndef LONGSHORE_FORMATS_H
#define LONGSHORE_FORMATS_H

#include <stdbool.h>

/* Formats that row_reader.h reads. ROW(NAME, word): row_format_<word> in common/data reads it. */
#define SOURCE_FORMAT_ROWS(ROW) ROW(CSV, csv) ROW(PARQUET, parquet)
#define SOURCE_FORMAT_NAME(NAME, word) SOURCE_##NAME,
enum source_format { SOURCE_FORMAT_ROWS(SOURCE_FORMAT_NAME) };
#undef SOURCE_FORMAT_NAME
extern const char *const source_formats[];

/* Formats that row_writer.h writes. ROW(NAME, word): file_<word> in common/data writes it. */
#define FILE_FORMAT_ROWS(ROW) ROW(CSV, csv) ROW(JSONL, jsonl)
#define FILE_FORMAT_NAME(NAME, word) FILE_##NAME,
enum file_format { FILE_FORMAT_ROWS(FILE_FORMAT_NAME) };
#undef FILE_FORMAT_NAME
extern const char *const file_formats[];

/* The words of a destination's format.container. ROW(word, FORMAT, delimiter, has_header) */
#define CONTAINER_ROWS(ROW) \
	ROW(csv, CSV, ',', true) \
	ROW(tsv, CSV, '\t', true) \
	ROW(psv, CSV, '|', true) \
	ROW(jsonl, JSONL, ',', false)
struct container {
	const char *word;
	enum file_format format;
	char delimiter;  /* unless the document names another; some formats use none */
	bool has_header; /* false: the format has no row with the names of the columns */
};
extern const struct container containers[]; /* the last has no word */

/* When a CSV value is quoted: if a reader needs it, always, or never. With "never", a value that
 * needs quotes is an error. */
enum quote_mode { QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONE };
extern const char *const quote_modes[];

enum compression { COMPRESSION_NONE, COMPRESSION_GZIP };
extern const char *const compressions[];

#endif
