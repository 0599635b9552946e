/* SPDX-License-Identifier: Apache-2.0
 *
 * DuckDB, as far as reading one Parquet file needs it. The library is loaded when the first reader
 * is opened, so a process that never meets such a file does not need it.
 *
 * A duck may read the one path that it was opened for, and nothing else: no other file, no network,
 * no extension. It spills nothing to disk and has a bound on its memory. Errors never quote what
 * DuckDB says, because that may quote the file. One thread owns a duck.
 */
#ifndef LONGSHORE_DATA_DUCK_H
#define LONGSHORE_DATA_DUCK_H

#include "longshore/err.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DUCK_MEMORY_MB = 256 };

struct duck;

/* library: as dlopen takes it. ERR_RETRY ("no_duckdb") if it cannot be used. */
int duck_open(const char *library, const char *path, struct duck **out, struct err *e) ERR_MUST_USE;
void duck_close(struct duck *d); /* accepts NULL */

enum duck_kind { DUCK_OTHER, DUCK_TEXT, DUCK_WHOLE_NUMBER };

struct duck_column {
	const char *name; /* valid during the call */
	enum duck_kind kind;
};
/* A value: a text, or a number for a column that is one. */
struct duck_value {
	bool is_null;
	int64_t number;
	struct str text; /* valid during the call */
};

struct duck_calls {
	/* The columns of the answer, before its rows; may be NULL. */
	int (*on_columns)(
	        void *arg, const struct duck_column *columns, size_t count, struct err *e);
	int (*on_row)(void *arg, const struct duck_value *values, struct err *e);
	void *arg;
};

enum { DUCK_COLUMNS_MAX = 1024 };

/* Rows come as they are read; columns are BIGINT or VARCHAR, or none is read. ERR_REJECT
 * ("bad_source") where the statement fails. */
int duck_query(struct duck *d, const char *sql, const struct duck_calls *calls,
        struct err *e) ERR_MUST_USE;

#endif
