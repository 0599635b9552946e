/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of DuckDB that is needed to read one Parquet file. The library is loaded when the first
 * reader is opened, so a process that never reads Parquet does not need it.
 *
 * A duck can read the one path that it was opened for and nothing else: no other file, no network,
 * no extension. It spills nothing to disk, and its memory is bounded. Our errors never quote
 * DuckDB's messages, because those can quote the file. One thread owns a duck.
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

/* library: as for dlopen. ERR_RETRY ("no_duckdb") if it cannot be used. */
int duck_open(const char *library, const char *path, struct duck **out, struct err *e) ERR_MUST_USE;
void duck_close(struct duck *d); /* accepts NULL */

enum duck_kind { DUCK_OTHER, DUCK_TEXT, DUCK_WHOLE_NUMBER };

struct duck_column {
	const char *name; /* valid during the call */
	enum duck_kind kind;
};
/* A value: a number if the column is numeric, otherwise a text. */
struct duck_value {
	bool is_null;
	int64_t number;
	struct str text; /* valid during the call */
};

struct duck_calls {
	/* Called with the columns of the result, before its rows. May be NULL. */
	int (*on_columns)(
	        void *arg, const struct duck_column *columns, size_t count, struct err *e);
	int (*on_row)(void *arg, const struct duck_value *values, struct err *e);
	void *arg;
};

enum { DUCK_COLUMNS_MAX = 1024 };

/* Delivers rows as they are read. All columns must be BIGINT or VARCHAR, otherwise no row is
 * delivered. ERR_REJECT ("bad_source") if the statement fails. */
int duck_query(struct duck *d, const char *sql, const struct duck_calls *calls,
        struct err *e) ERR_MUST_USE;

#endif
