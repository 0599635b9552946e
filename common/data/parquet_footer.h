/* SPDX-License-Identifier: Apache-2.0
 * What a Parquet object's footer says: its columns, and where its row groups lie. */
#ifndef LONGSHORE_DATA_PARQUET_FOOTER_H
#define LONGSHORE_DATA_PARQUET_FOOTER_H

#include "duck.h"
#include "parquet_window.h"

#include "longshore/buf.h"

enum {
	PARQUET_FOOTER_MAX_BYTES = 16 * 1024 * 1024,
	PARQUET_GROUP_MAX_BYTES = 256 * 1024 * 1024, /* as it lies there, compressed */
	PARQUET_GROUPS_MAX = 100000,
	PARQUET_HEAD_BYTES = 4, /* "PAR1" */
};

struct parquet_group {
	int64_t from, end; /* bytes of the object */
	int64_t first_row; /* from 0 */
	int64_t rows;
};

struct parquet_footer {
	struct buf bytes; /* with its length and the mark after it, as they lie there */
	int64_t at;       /* where it begins */
	struct parquet_group *groups;
	size_t groups_count, groups_room;
	int64_t rows;
	size_t columns;
	struct buf text;       /* names, one after the other */
	struct str *names;     /* as they stand there */
	struct str *sql_names; /* as DuckDB calls them */
	enum duck_kind *kinds;
};

/* The footer's bytes go into f->bytes. ERR_RETRY ("source_missing"): it is not complete yet;
 * ERR_REJECT ("bad_source"): it is no Parquet object. */
int parquet_footer_read(const struct row_input *input, int64_t object_bytes,
        struct parquet_footer *f, struct err *e) ERR_MUST_USE;
/* What DuckDB makes of it, once it is in the window. */
int parquet_footer_parse(struct duck *d, const struct parquet_window *w, struct parquet_footer *f,
        struct err *e) ERR_MUST_USE;
void parquet_footer_release(struct parquet_footer *f); /* accepts a zeroed one */

#endif
