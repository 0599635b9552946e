/* SPDX-License-Identifier: Apache-2.0
 *
 * Declares the part of DuckDB's stable C API that is used here, so that DuckDB's own header is not
 * needed.
 */
#include "duck.h"

#include "longshore/codes.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* --- declarations of DuckDB --- */

typedef struct {
	uint64_t deprecated[3];
	void *columns;
	char *error;
	void *internal;
} duckdb_result;

typedef union {
	struct {
		uint32_t length;
		char prefix[4];
		const char *p;
	} far;
	struct {
		uint32_t length;
		char p[12];
	} near;
} duckdb_string;

enum {
	TYPE_TINYINT = 2,
	TYPE_BIGINT = 5,
	TYPE_UTINYINT = 6,
	TYPE_UBIGINT = 9,
	TYPE_VARCHAR = 17,
	TYPE_NULL = 36, /* a column without a type or values */
	ERROR_OUT_OF_MEMORY = 33
};

#define FUNCTIONS(F) \
	F(const char *, library_version, (void)) \
	F(int, open, (const char *path, void **database)) \
	F(void, close, (void **database)) \
	F(int, connect, (void *database, void **connection)) \
	F(void, disconnect, (void **connection)) \
	F(int, query, (void *connection, const char *sql, duckdb_result *out)) \
	F(int, prepare, (void *connection, const char *sql, void **out)) \
	F(void, destroy_prepare, (void **statement)) \
	F(int, pending_prepared_streaming, (void *statement, void **out)) \
	F(void, destroy_pending, (void **pending)) \
	F(int, execute_pending, (void *pending, duckdb_result *out)) \
	F(void *, fetch_chunk, (duckdb_result result)) \
	F(void, destroy_data_chunk, (void **chunk)) \
	F(void, destroy_result, (duckdb_result * result)) \
	F(const char *, result_error, (duckdb_result * result)) \
	F(int, result_error_type, (duckdb_result result)) \
	F(uint64_t, column_count, (duckdb_result * result)) \
	F(const char *, column_name, (duckdb_result * result, uint64_t column)) \
	F(int, column_type, (duckdb_result * result, uint64_t column)) \
	F(uint64_t, data_chunk_get_size, (void *chunk)) \
	F(void *, data_chunk_get_vector, (void *chunk, uint64_t column)) \
	F(void *, vector_get_data, (void *vector)) \
	F(uint64_t *, vector_get_validity, (void *vector))

#define MEMBER(result, name, arguments) result(*name) arguments;
struct api {
	FUNCTIONS(MEMBER)
};

struct duck {
	struct api api;
	void *database, *connection;
};

/* --- the library --- */

#define REMEDY \
	": Parquet sources need DuckDB's C library (libduckdb.so) of version 1.5 on the " \
	"hosts of this service; install it and let LONGSHORE_DUCKDB name it"

static int no_duckdb(struct err *e, const char *library, const char *why)
{
	return err_set(e, ERR_RETRY, CODE_NO_DUCKDB, "%s %s" REMEDY, library, why);
}

/* POSIX allows converting an object pointer to a function pointer; ISO C does not. */
static bool find(void *handle, const char *name, void *out)
{
	void *found = dlsym(handle, name);
	memcpy(out, &found, sizeof(found));
	return found;
}

/* The library stays loaded until the process ends, because it has its own threads and
 * destructors. */
static int load(struct api *api, const char *library, struct err *e)
{
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return no_duckdb(e, library, "cannot be loaded");
#define FIND(result, name, arguments) \
	if (!find(handle, "duckdb_" #name, &api->name)) \
		return no_duckdb(e, library, "lacks duckdb_" #name);
	FUNCTIONS(FIND)
	struct str version = str_c(api->library_version());
	if (!str_has_prefix(version, STR("v1.5.")))
		return no_duckdb(e, library, "is of another version than 1.5");
	return 0;
}

/* --- settings --- */

static int set(struct duck *d, const char *library, const char *sql, struct err *e)
{
	duckdb_result result = {{0}, NULL, NULL, NULL};
	int failed = d->api.query(d->connection, sql, &result);
	d->api.destroy_result(&result);
	return failed ? no_duckdb(e, library, "refuses a setting that confines it") : 0;
}

static int confine(struct duck *d, const char *library, const char *path, struct err *e)
{
	static const char *const settings[] = {"SET threads = 1", "SET temp_directory = ''",
	        "SET preserve_insertion_order = true", "SET autoinstall_known_extensions = false",
	        "SET autoload_known_extensions = false", "SET allow_community_extensions = false",
	        "SET enable_external_file_cache = false", "SET parquet_metadata_cache = false"};
	char sql[512];
	(void)snprintf(sql, sizeof(sql), "SET memory_limit = '%dMiB'", DUCK_MEMORY_MB);
	int act = set(d, library, sql, e);
	for (size_t i = 0; act == 0 && i < sizeof(settings) / sizeof(settings[0]); i++)
		act = set(d, library, settings[i], e);
	(void)snprintf(sql, sizeof(sql), "SET allowed_paths = ['%s']", path);
	if (act == 0)
		act = set(d, library, sql, e);
	if (act == 0)
		act = set(d, library, "SET enable_external_access = false", e);
	return act == 0 ? set(d, library, "SET lock_configuration = true", e) : act;
}

int duck_open(const char *library, const char *path, struct duck **out, struct err *e)
{
	struct duck *d = calloc(1, sizeof(*d));
	if (!d)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for DuckDB");
	int act = load(&d->api, library, e);
	if (act == 0 && (d->api.open(":memory:", &d->database) != 0 ||
	                        d->api.connect(d->database, &d->connection) != 0))
		act = no_duckdb(e, library, "opens no database");
	if (act == 0)
		act = confine(d, library, path, e);
	if (act != 0) {
		duck_close(d);
		return act;
	}
	*out = d;
	return 0;
}

void duck_close(struct duck *d)
{
	if (!d)
		return;
	if (d->connection)
		d->api.disconnect(&d->connection);
	if (d->database)
		d->api.close(&d->database);
	free(d);
}

/* --- results --- */

struct answer {
	const struct api *api;
	duckdb_result result;
	size_t columns;
	int types[DUCK_COLUMNS_MAX];
};

static int failed(struct err *e, bool is_memory)
{
	if (is_memory)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "a row group of it takes more than %d MiB to read: write smaller row "
		        "groups",
		        DUCK_MEMORY_MB);
	return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
	        "it cannot be read as Parquet: is it damaged, encrypted, or text that is not "
	        "UTF-8? "
	        "write it again");
}

static enum duck_kind kind_of(int type)
{
	if (type == TYPE_VARCHAR || type == TYPE_NULL)
		return DUCK_TEXT;
	bool is_whole = (type >= TYPE_TINYINT && type <= TYPE_BIGINT) ||
	                (type >= TYPE_UTINYINT && type <= TYPE_UBIGINT);
	return is_whole ? DUCK_WHOLE_NUMBER : DUCK_OTHER;
}

static int take_columns(struct answer *a, const struct duck_calls *calls, struct err *e)
{
	struct duck_column columns[DUCK_COLUMNS_MAX];
	a->columns = (size_t)a->api->column_count(&a->result);
	if (a->columns > DUCK_COLUMNS_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "more than %d columns: deliver fewer columns", DUCK_COLUMNS_MAX);
	for (size_t i = 0; i < a->columns; i++) {
		a->types[i] = a->api->column_type(&a->result, i);
		columns[i] = (struct duck_column){
		        a->api->column_name(&a->result, i), kind_of(a->types[i])};
	}
	return calls->on_columns ? calls->on_columns(calls->arg, columns, a->columns, e) : 0;
}

static struct str text_at(const duckdb_string *s)
{
	return s->near.length <= sizeof(s->near.p) ? str_bytes(s->near.p, s->near.length)
	                                           : str_bytes(s->far.p, s->far.length);
}

struct vector {
	const void *data;
	const uint64_t *validity; /* NULL: no value is NULL */
};

static void take_value(const struct answer *a, const struct vector *v, size_t column, size_t row,
        struct duck_value *out)
{
	*out = (struct duck_value){.text = STR("")};
	out->is_null = v->validity && !((v->validity[row / 64] >> (row % 64)) & 1);
	if (out->is_null)
		return;
	if (a->types[column] == TYPE_VARCHAR)
		out->text = text_at((const duckdb_string *)v->data + row);
	else
		out->number = ((const int64_t *)v->data)[row];
}

static int take_chunk(
        const struct answer *a, void *chunk, const struct duck_calls *calls, struct err *e)
{
	struct vector vectors[DUCK_COLUMNS_MAX];
	struct duck_value values[DUCK_COLUMNS_MAX];
	size_t rows = (size_t)a->api->data_chunk_get_size(chunk);
	for (size_t i = 0; rows > 0 && i < a->columns; i++) {
		if (a->types[i] != TYPE_VARCHAR && a->types[i] != TYPE_BIGINT)
			return failed(e, false); /* a type with a different layout */
		void *vector = a->api->data_chunk_get_vector(chunk, i);
		vectors[i] = (struct vector){
		        a->api->vector_get_data(vector), a->api->vector_get_validity(vector)};
	}
	for (size_t row = 0; row < rows; row++) {
		for (size_t i = 0; i < a->columns; i++)
			take_value(a, &vectors[i], i, row, &values[i]);
		int act = calls->on_row(calls->arg, values, e);
		if (act != 0)
			return act;
	}
	return 0;
}

static int take_answer(struct answer *a, const struct duck_calls *calls, struct err *e)
{
	int act = take_columns(a, calls, e);
	while (act == 0) {
		void *chunk = a->api->fetch_chunk(a->result);
		if (!chunk)
			break;
		act = take_chunk(a, chunk, calls, e);
		a->api->destroy_data_chunk(&chunk);
	}
	if (act == 0 && a->api->result_error(&a->result))
		act = failed(e, a->api->result_error_type(a->result) == ERROR_OUT_OF_MEMORY);
	return act;
}

int duck_query(struct duck *d, const char *sql, const struct duck_calls *calls, struct err *e)
{
	struct answer a = {.api = &d->api};
	void *statement = NULL, *pending = NULL;
	bool is_wrong = d->api.prepare(d->connection, sql, &statement) != 0 ||
	                d->api.pending_prepared_streaming(statement, &pending) != 0 ||
	                d->api.execute_pending(pending, &a.result) != 0;
	int act = 0;
	if (is_wrong)
		act = failed(e, a.result.internal &&
		                        d->api.result_error_type(a.result) == ERROR_OUT_OF_MEMORY);
	else
		act = take_answer(&a, calls, e);
	d->api.destroy_result(&a.result);
	d->api.destroy_pending(&pending);
	d->api.destroy_prepare(&statement);
	return act;
}
