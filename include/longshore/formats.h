/* SPDX-License-Identifier: Apache-2.0
 *
 * The formats of sources and of delivered files, and the choices they have, each with its word in
 * documents and specs. The words of a list are in the order of its enum and end with NULL.
 */
#ifndef LONGSHORE_FORMATS_H
#define LONGSHORE_FORMATS_H

/* What row_reader.h reads. */
enum source_format { SOURCE_CSV, SOURCE_PARQUET };
extern const char *const source_formats[];

/* What row_writer.h writes. */
enum file_format { FILE_CSV, FILE_JSONL };
extern const char *const file_formats[];

/* When a value of a CSV file is quoted: where a reader needs it, always, or never. A value that
 * would need quotes and may have none is refused. */
enum quote_mode { QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONE };
extern const char *const quote_modes[];

enum compression { COMPRESSION_NONE, COMPRESSION_GZIP };
extern const char *const compressions[];

#endif
