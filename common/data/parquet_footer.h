/* SPDX-License-Identifier: Apache-2.0
 *
 * A Parquet object's footer: its columns, and where its row groups are.
 */
#ifndef LONGSHORE_DATA_PARQUET_FOOTER_H
#define LONGSHORE_DATA_PARQUET_FOOTER_H

#include "duck.h"
#include "parquet_window.h"

#include "longshore/buf.h"
#include "longshore/row_reader.h"

enum {
	PARQUET_FOOTER_MAX_BYTES = 16 * 1024 * 1024,
	PARQUET_GROUP_MAX_BYTES = 256 * 1024 * 1024, /* compressed, as stored */
	PARQUET_GROUPS_MAX = 100000,
	PARQUET_HEAD_BYTES = 4, /* "PAR1" */
};

struct parquet_group {
	int64_t from, end; /* byte positions in the object */
	int64_t first_row; /* from 0 */
	int64_t rows;
};

struct parquet_footer {
	struct buf bytes; /* as stored, with the length and the mark after it */
	int64_t at;       /* its position in the object */
	struct parquet_group *groups;
	size_t groups_count, groups_room;
	int64_t rows;
	size_t columns;
	struct buf text;       /* all names, one directly after the other */
	struct str *names;     /* as in the object */
	struct str *sql_names; /* as DuckDB names them */
	enum duck_kind *kinds;
};

/* Reads the footer's bytes into f->bytes. ERR_RETRY ("source_missing") if the object is incomplete,
 * ERR_REJECT ("bad_source") if it is not a Parquet object. */
int parquet_footer_read(const struct row_input *input, int64_t object_bytes,
        struct parquet_footer *f, struct err *e) ERR_MUST_USE;
/* Parses the footer with DuckDB. It must be in the window. */
int parquet_footer_parse(struct duck *d, const struct parquet_window *w, struct parquet_footer *f,
        struct err *e) ERR_MUST_USE;
void parquet_footer_release(struct parquet_footer *f); /* accepts a zeroed footer */

#endif
