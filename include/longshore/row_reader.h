/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of one object, whatever its format. A reader is fed the object's bytes in order, in pieces
 * of any size, and calls back once for the columns and once for each row. The caller hashes the
 * bytes on their way, so what is pinned is what was read.
 *
 *   row_reader_open -> (row_reader_seek, for a part of the object) -> row_reader_feed... -> row_reader_finish
 *
 * A format is an implementation of row_format.h and a word of formats.h. One thread owns a reader.
 */
#ifndef LONGSHORE_ROW_READER_H
#define LONGSHORE_ROW_READER_H

#include "longshore/err.h"
#include "longshore/formats.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How an object is written. */
struct row_form {
	enum source_format format;
	char delimiter;      /* of CSV */
	const char *duckdb;  /* of Parquet: the library, as dlopen takes it */
	int64_t split_bytes; /* the caller would split about so often; 0: as it comes */
};

/* The setting of a service that reads sources: where row_form.duckdb comes from. */
#define ROW_DUCKDB_SETTING(at) \
	{ \
		"LONGSHORE_DUCKDB", CONF_TEXT, at, "libduckdb.so", 0, 0, NULL, false, \
		        "DuckDB's C library, which Parquet sources need; a path, or a name that " \
		        "the " \
		        "loader finds. It is loaded when the first such source is read" \
	}

/* The columns of an object; valid until its reader is closed. */
struct row_header {
	const struct str *names;
	size_t count;
	bool *wanted;     /* set by row_header_find; fields of other columns may be empty */
	struct str bytes; /* what says which columns there are, as it lies in the object */
	int64_t rows_at;  /* no row begins before this position */
};

/* One row; valid during the call. */
struct row_record {
	const struct str *fields; /* one for each column */
	size_t count;
	int64_t row; /* of the object, from 1 */
	int64_t end; /* the object may be split at this position, after this row; 0: it may not */
};

typedef int (*row_on_header)(void *arg, const struct row_header *header, struct err *e);
typedef int (*row_on_record)(void *arg, const struct row_record *record, struct err *e);

struct row_calls {
	row_on_header on_header; /* find the columns here, by row_header_find */
	row_on_record on_record; /* may be NULL */
	void *arg;
};

/* The object, for what a format has to know before the rows come. read: *out_n < n only at the end. */
struct row_input {
	int (*read)(void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e);
	void *arg;
};

/* A part of an object: bytes between two positions at which it may be split, and their rows. */
struct row_span {
	int64_t offset, length;
	int64_t first_row, rows;
};

struct row_reader;

/* Until row_reader_close, what `input` points to stays. */
int row_reader_open(const struct row_form *form, const struct row_input *input,
        const struct row_calls *calls, struct row_reader **out, struct err *e) ERR_MUST_USE;
/* Only this part will be fed. Reads the header through the input and calls on_header. */
int row_reader_seek(struct row_reader *r, const struct row_span *span, struct err *e) ERR_MUST_USE;
int row_reader_feed(struct row_reader *r, const void *p, size_t n, struct err *e) ERR_MUST_USE;
/* All was fed. A last row that lacks its end is read now. */
int row_reader_finish(struct row_reader *r, struct err *e) ERR_MUST_USE;
void row_reader_close(struct row_reader *r); /* accepts NULL */

/* NULL: the header was not read yet. */
const struct row_header *row_reader_header(const struct row_reader *r);
bool row_reader_is_between_rows(const struct row_reader *r); /* the last row fed has its end */
int64_t row_reader_rows(const struct row_reader *r);         /* rows read so far */

/* Where the column of this name is; from now on it is wanted. ERR_REJECT ("bad_source") unless it is
 * there once. */
int row_header_find(
        const struct row_header *header, struct str name, size_t *out, struct err *e) ERR_MUST_USE;

#endif
