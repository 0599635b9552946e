/* SPDX-License-Identifier: Apache-2.0
 * The formats of sources and of delivered files, and their options, each with its word in documents
 * and specs. The words of a list are in the order of its enum and end with NULL. */
#ifndef LONGSHORE_FORMATS_H
#define LONGSHORE_FORMATS_H

/* Formats that row_reader.h reads. */
enum source_format { SOURCE_CSV, SOURCE_PARQUET };
extern const char *const source_formats[];

/* Formats that row_writer.h writes. */
enum file_format { FILE_CSV, FILE_JSONL };
extern const char *const file_formats[];

/* When a CSV value is quoted: if a reader needs it, always, or never. With "never", a value that
 * needs quotes is an error. */
enum quote_mode { QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONE };
extern const char *const quote_modes[];

enum compression { COMPRESSION_NONE, COMPRESSION_GZIP };
extern const char *const compressions[];

#endif
