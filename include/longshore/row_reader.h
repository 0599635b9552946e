/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of one object, whatever its format. The caller feeds the object's bytes in order, in pieces
 * of any size. The reader calls back once for the columns and once for each row. The caller hashes
 * the bytes that it feeds, so a pin covers exactly what was read.
 *
 *   row_reader_open -> (row_reader_seek, for a part of the object) -> row_reader_feed, per piece
 *   -> row_reader_finish -> row_reader_close
 *
 * To add a format, implement row_format.h and add its word to formats.h. One thread owns a reader.
 */
#ifndef LONGSHORE_ROW_READER_H
#define LONGSHORE_ROW_READER_H

#include "longshore/err.h"
#include "longshore/formats.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The form of an object. */
struct row_form {
	enum source_format format;
	char delimiter;      /* CSV only */
	const char *duckdb;  /* Parquet only: the library, as dlopen takes it */
	int64_t split_bytes; /* wanted distance of split positions; 0: no preference */
};

/* A setting of services that read sources; the value for row_form.duckdb. */
#define ROW_DUCKDB_SETTING(at) \
	{ \
		"LONGSHORE_DUCKDB", CONF_TEXT, at, "libduckdb.so", 0, 0, NULL, false, \
		        "DuckDB's C library, which Parquet sources need; a path, or a name that " \
		        "the " \
		        "loader finds. It is loaded when the first such source is read" \
	}

/* The columns of an object. Valid until its reader is closed. */
struct row_header {
	const struct str *names;
	size_t count;
	bool *wanted;     /* set by row_header_find; fields of other columns may be empty */
	struct str bytes; /* the bytes of the object that define the columns */
	int64_t rows_at;  /* no row begins before this position */
};

/* One row. Valid during the call. */
struct row_record {
	const struct str *fields; /* one for each column */
	size_t count;
	int64_t row; /* row number in the object, from 1 */
	int64_t end; /* the object can be split here, after this row; 0: it cannot */
};

typedef int (*row_on_header)(void *arg, const struct row_header *header, struct err *e);
typedef int (*row_on_record)(void *arg, const struct row_record *record, struct err *e);

struct row_calls {
	row_on_header on_header; /* call row_header_find here to find the columns */
	row_on_record on_record; /* may be NULL */
	void *arg;
};

/* Reads the object, because some formats need parts of it before the rows. read: *out_n < n only at
 * the end. bytes: its length. */
struct row_input {
	int (*read)(void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e);
	int (*bytes)(void *arg, int64_t *out, struct err *e);
	void *arg;
};

/* A part of an object: the bytes between two split positions, and their rows. */
struct row_span {
	int64_t offset, length;
	int64_t first_row, rows;
};

struct row_reader;

/* What `input` points to must live until row_reader_close. */
int row_reader_open(const struct row_form *form, const struct row_input *input,
        const struct row_calls *calls, struct row_reader **out, struct err *e) ERR_MUST_USE;
/* Announces that only this part will be fed. Reads the header through the input and calls
 * on_header. */
int row_reader_seek(struct row_reader *r, const struct row_span *span, struct err *e) ERR_MUST_USE;
int row_reader_feed(struct row_reader *r, const void *p, size_t n, struct err *e) ERR_MUST_USE;
/* Call after the last byte. Reads a last row without a line end. */
int row_reader_finish(struct row_reader *r, struct err *e) ERR_MUST_USE;
void row_reader_close(struct row_reader *r); /* accepts NULL */

/* NULL if the header was not read yet. */
const struct row_header *row_reader_header(const struct row_reader *r);
bool row_reader_is_between_rows(const struct row_reader *r); /* the last row that was fed is
                                                                complete */
int64_t row_reader_rows(const struct row_reader *r);         /* rows read so far */

/* Finds a column by name and marks it as wanted. ERR_REJECT ("bad_source") unless the name exists
 * exactly once. */
int row_header_find(
        const struct row_header *header, struct str name, size_t *out, struct err *e) ERR_MUST_USE;

#endif
