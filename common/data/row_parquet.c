/* SPDX-License-Identifier: Apache-2.0
 *
 * Parquet objects, read with DuckDB. The footer is the header, and an object can be split between
 * row groups. The bytes that are fed go into a window in memory, a few row groups at a time. When
 * these are complete, their rows are read from the window. So exactly the bytes that were fed are
 * read, and memory is bounded by the largest row group.
 *
 * A wanted column must contain texts or whole numbers. A number is written as digits, and NULL as
 * an empty text.
 */
#include "parquet_engine.h"
#include "parquet_footer.h"

#include "longshore/codes.h"
#include "row_format.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH_BYTES = 4 * 1024 * 1024, SQL_MAX_BYTES = 4 * 1024 * 1024 };

struct row_parquet {
	const struct row_input *input;
	struct row_calls calls;
	int64_t batch_bytes; /* row groups of about this many bytes are read together */
	struct parquet_engine *engine;
	struct parquet_footer footer;
	struct row_header header;
	bool is_announced, is_whole;
	bool *wanted;
	struct str *fields;
	int64_t at;              /* position of the next byte to be fed */
	size_t batch, next, end; /* groups: first of this batch, first incomplete, last + 1 */
	int64_t expected, rows;
	/* the running statement */
	int64_t row;
};

/* --- rows --- */

static int on_row(void *arg, const struct duck_value *values, struct err *e)
{
	struct row_parquet *r = arg;
	size_t value = 1;
	if (values[0].is_null || values[0].number != r->row)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "row %" PRId64 " is not where its footer says: write it again", r->row + 1);
	for (size_t i = 0; i < r->footer.columns; i++)
		r->fields[i] = r->wanted[i] ? values[value++].text : STR("");
	r->row++;
	r->rows++;
	const struct parquet_group *last = &r->footer.groups[r->next - 1];
	bool may_split = r->row == last->first_row + last->rows;
	const struct row_record record = {.fields = r->fields,
	        .count = r->footer.columns,
	        .row = r->row,
	        .end = may_split ? last->end : 0};
	return r->calls.on_record ? r->calls.on_record(r->calls.arg, &record, e) : 0;
}

static int put_name(struct buf *sql, struct str name, struct err *e)
{
	int act = buf_append(sql, ", CAST(\"", 8, e);
	for (size_t i = 0; act == 0 && i < name.n; i++)
		act = buf_append(
		        sql, name.p[i] == '"' ? "\"\"" : name.p + i, name.p[i] == '"' ? 2 : 1, e);
	return act == 0 ? buf_append(sql, "\" AS VARCHAR)", 13, e) : act;
}

static int put_statement(struct row_parquet *r, struct buf *sql, struct err *e)
{
	const struct parquet_group *first = &r->footer.groups[r->batch];
	const struct parquet_group *last = &r->footer.groups[r->next - 1];
	int act = buf_printf(sql, e, "SELECT CAST(file_row_number AS BIGINT)");
	for (size_t i = 0; act == 0 && i < r->footer.columns; i++)
		if (r->wanted[i])
			act = put_name(sql, r->footer.sql_names[i], e);
	if (act == 0)
		act = buf_printf(sql, e,
		        " FROM read_parquet('%s', file_row_number = true, hive_partitioning = "
		        "false) WHERE file_row_number BETWEEN %" PRId64 " AND %" PRId64,
		        r->engine->window.path, first->first_row, last->first_row + last->rows - 1);
	return act == 0 ? buf_append(sql, "", 1, e) : act;
}

/* Reads the rows of groups batch..next - 1, which are in the window. */
static int read_batch(struct row_parquet *r, struct err *e)
{
	const struct parquet_group *groups = r->footer.groups;
	const struct duck_calls calls = {.on_row = on_row, .arg = r};
	int64_t end = groups[r->next - 1].first_row + groups[r->next - 1].rows;
	struct buf sql;
	buf_init(&sql, SQL_MAX_BYTES);
	r->row = groups[r->batch].first_row;
	int act = put_statement(r, &sql, e);
	if (act == 0)
		act = duck_query(r->engine->duck, sql.p, &calls, e);
	buf_release(&sql);
	if (act == 0 && r->row != end)
		act = err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "it has fewer rows than its footer says: write it again");
	if (act == 0)
		act = parquet_window_forget(
		        &r->engine->window, groups[r->batch].from, groups[r->next - 1].end, e);
	r->batch = r->next;
	return act;
}

/* --- the object --- */

static int announce(struct row_parquet *r, struct err *e)
{
	r->is_announced = true;
	int act = r->calls.on_header(r->calls.arg, &r->header, e);
	for (size_t i = 0; act == 0 && i < r->footer.columns; i++)
		if (r->wanted[i] && r->footer.kinds[i] == DUCK_OTHER)
			act = err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
			        "column " STR_FMT
			        " holds neither texts nor whole numbers, so its values have no one "
			        "form as text: write it as text",
			        STR_ARG(r->footer.names[i]));
	return act;
}

/* The footer was read before the rows. If it is fed again, it must be the same. */
static int check_footer(struct row_parquet *r, const char *p, size_t n, struct err *e)
{
	int64_t from = r->at > r->footer.at ? r->at : r->footer.at;
	int64_t end = r->at + (int64_t)n;
	if (end <= from)
		return 0;
	size_t at = (size_t)(from - r->footer.at), length = (size_t)(end - from);
	if (at + length <= r->footer.bytes.n &&
	        memcmp(r->footer.bytes.p + at, p + (from - r->at), length) == 0)
		return 0;
	return err_set(e, ERR_REJECT, CODE_BAD_SOURCE, "it changed while it was read");
}

/* Takes bytes up to the end of the incomplete row group. *out: how many. */
static int take_group(struct row_parquet *r, const char *p, size_t n, size_t *out, struct err *e)
{
	const struct parquet_group *g = &r->footer.groups[r->next];
	size_t take = (int64_t)n < g->end - r->at ? n : (size_t)(g->end - r->at);
	int act = parquet_window_put(&r->engine->window, r->at, p, take, e);
	*out = take;
	if (act != 0 || r->at + (int64_t)take < g->end)
		return act;
	r->next++;
	bool is_full = g->end - r->footer.groups[r->batch].from >= r->batch_bytes;
	return is_full || r->next == r->end ? read_batch(r, e) : 0;
}

static int row_parquet_feed(void *state, const void *p, size_t n, struct err *e)
{
	struct row_parquet *r = state;
	const char *bytes = p;
	int act = r->is_announced ? 0 : announce(r, e);
	if (act == 0)
		act = check_footer(r, bytes, n, e);
	for (size_t done = 0; act == 0 && done < n;) {
		size_t took = n - done; /* no row group is expected */
		if (r->next < r->end)
			act = take_group(r, bytes + done, n - done, &took, e);
		done += took;
		r->at += (int64_t)took;
	}
	return act;
}

static int row_parquet_finish(void *state, struct err *e)
{
	struct row_parquet *r = state;
	r->is_whole = r->is_announced && r->next == r->end && r->rows == r->expected;
	if (r->is_whole)
		return 0;
	return err_set(
	        e, ERR_REJECT, CODE_BAD_SOURCE, "it ends before its rows do: write it again");
}

static int row_parquet_seek(void *state, const struct row_span *span, struct err *e)
{
	struct row_parquet *r = state;
	const struct parquet_footer *f = &r->footer;
	size_t first = 0, end;
	int64_t rows = 0;
	while (first < f->groups_count && f->groups[first].first_row + 1 < span->first_row)
		first++;
	for (end = first; end < f->groups_count && rows < span->rows; end++)
		rows += f->groups[end].rows;
	if (first == end || f->groups[first].first_row + 1 != span->first_row ||
	        rows != span->rows || f->groups[first].from < span->offset ||
	        f->groups[end - 1].end > span->offset + span->length)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE, "its row groups lie elsewhere");
	r->batch = r->next = first;
	r->end = end;
	r->expected = rows;
	r->at = span->offset;
	return announce(r, e);
}

static int prepare(struct row_parquet *r, const char *library, struct err *e)
{
	int64_t bytes = 0;
	int act = r->input->bytes(r->input->arg, &bytes, e);
	if (act == 0)
		act = parquet_footer_read(r->input, bytes, &r->footer, e);
	if (act == 0)
		act = parquet_engine_take(library, bytes, &r->engine, e);
	if (act == 0)
		act = parquet_window_put(&r->engine->window, 0, "PAR1", PARQUET_HEAD_BYTES, e);
	if (act == 0)
		act = parquet_window_put(
		        &r->engine->window, r->footer.at, r->footer.bytes.p, r->footer.bytes.n, e);
	if (act == 0)
		act = parquet_footer_parse(r->engine->duck, &r->engine->window, &r->footer, e);
	if (act != 0)
		return act;
	r->wanted = calloc(r->footer.columns + 1, sizeof(*r->wanted));
	r->fields = calloc(r->footer.columns + 1, sizeof(*r->fields));
	if (!r->wanted || !r->fields)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for columns");
	r->header = (struct row_header){.names = r->footer.names,
	        .count = r->footer.columns,
	        .wanted = r->wanted,
	        .bytes = buf_str(&r->footer.bytes),
	        .rows_at = PARQUET_HEAD_BYTES};
	r->end = r->footer.groups_count;
	r->expected = r->footer.rows;
	return 0;
}

static void row_parquet_close(void *state)
{
	struct row_parquet *r = state;
	parquet_engine_give(r->engine, r->is_whole);
	parquet_footer_release(&r->footer);
	free(r->wanted);
	free(r->fields);
	free(r);
}

static int row_parquet_open(const struct row_form *form, const struct row_input *input,
        const struct row_calls *calls, void **out, struct err *e)
{
	struct row_parquet *r = calloc(1, sizeof(*r));
	if (!r)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a Parquet reader");
	r->input = input;
	r->calls = *calls;
	r->batch_bytes = form->split_bytes > 0 && form->split_bytes < BATCH_BYTES
	                         ? form->split_bytes
	                         : BATCH_BYTES;
	int act = prepare(r, form->duckdb, e);
	if (act != 0) {
		row_parquet_close(r);
		return act;
	}
	*out = r;
	return 0;
}

static const struct row_header *row_parquet_header(const void *state)
{
	const struct row_parquet *r = state;
	return r->is_announced ? &r->header : NULL;
}

/* Always true: a row group is complete or absent, because an incomplete object has no footer. */
static bool row_parquet_is_between_rows(const void *state)
{
	(void)state;
	return true;
}

static int64_t row_parquet_rows(const void *state)
{
	return ((const struct row_parquet *)state)->rows;
}

const struct row_format row_format_parquet = {
        .open = row_parquet_open,
        .seek = row_parquet_seek,
        .feed = row_parquet_feed,
        .finish = row_parquet_finish,
        .close = row_parquet_close,
        .header = row_parquet_header,
        .is_between_rows = row_parquet_is_between_rows,
        .rows = row_parquet_rows,
};
