/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet_footer.h"

#include "longshore/codes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { TAIL_BYTES = 8, TEXT_MAX_BYTES = 1024 * 1024, SQL_BYTES = 1024 };

/* --- bytes --- */

static bool is_mark(const char *p)
{
	return memcmp(p, "PAR1", PARQUET_HEAD_BYTES) == 0;
}

static int read_all(const struct row_input *input, int64_t at, void *p, size_t n, struct err *e)
{
	size_t got = 0;
	int act = input->read(input->arg, at, p, n, &got, e);
	if (act == 0 && got < n)
		act = err_set(
		        e, ERR_REJECT, CODE_BAD_SOURCE, "it became shorter while it was read");
	return act;
}

static int64_t length_of(const char tail[TAIL_BYTES])
{
	const unsigned char *p = (const unsigned char *)tail;
	return (int64_t)p[0] | (int64_t)p[1] << 8 | (int64_t)p[2] << 16 | (int64_t)p[3] << 24;
}

/* Checks both marks, and that the footer fits between them. */
static int check_marks(const char *head, const char tail[TAIL_BYTES], int64_t bytes, struct err *e)
{
	if (!is_mark(head))
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "it is no Parquet file, or an encrypted one: correct the source, or "
		        "source.format");
	if (bytes < PARQUET_HEAD_BYTES + TAIL_BYTES || !is_mark(tail + 4))
		return err_set(e, ERR_RETRY, CODE_SOURCE_MISSING,
		        "it has no Parquet footer at its end, so it is not complete yet");
	int64_t length = length_of(tail);
	if (length > PARQUET_FOOTER_MAX_BYTES)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "its footer is longer than %d MiB: write fewer columns or larger row "
		        "groups",
		        PARQUET_FOOTER_MAX_BYTES >> 20);
	if (length == 0 || length > bytes - PARQUET_HEAD_BYTES - TAIL_BYTES)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "its Parquet footer is damaged: write it again");
	return 0;
}

int parquet_footer_read(const struct row_input *input, int64_t object_bytes,
        struct parquet_footer *f, struct err *e)
{
	char head[PARQUET_HEAD_BYTES], tail[TAIL_BYTES] = {0};
	if (object_bytes < PARQUET_HEAD_BYTES)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "it is empty: even an object without rows needs its header");
	int act = read_all(input, 0, head, sizeof(head), e);
	if (act == 0 && object_bytes >= PARQUET_HEAD_BYTES + TAIL_BYTES)
		act = read_all(input, object_bytes - TAIL_BYTES, tail, sizeof(tail), e);
	if (act == 0)
		act = check_marks(head, tail, object_bytes, e);
	if (act != 0)
		return act;
	size_t n = (size_t)length_of(tail) + TAIL_BYTES;
	buf_init(&f->bytes, PARQUET_FOOTER_MAX_BYTES + TAIL_BYTES);
	f->at = object_bytes - (int64_t)n;
	act = buf_reserve(&f->bytes, n, e);
	if (act == 0)
		act = read_all(input, f->at, f->bytes.p, n, e);
	if (act == 0)
		f->bytes.n = n;
	return act;
}

void parquet_footer_release(struct parquet_footer *f)
{
	buf_release(&f->bytes);
	buf_release(&f->text);
	free(f->groups);
	free(f->names);
	free(f->sql_names);
	free(f->kinds);
}

/* --- row groups --- */

static int damaged(struct err *e)
{
	return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
	        "its row groups are not one after the other before its footer: write it again");
}

static int check_group(const struct parquet_footer *f, const struct parquet_group *g, struct err *e)
{
	int64_t before =
	        f->groups_count > 0 ? f->groups[f->groups_count - 1].end : PARQUET_HEAD_BYTES;
	if (g->rows < 0 || g->rows > INT64_MAX - f->rows || g->from < before || g->end < g->from ||
	        g->end > f->at)
		return damaged(e);
	if (g->end - g->from > PARQUET_GROUP_MAX_BYTES)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "a row group of it has more than %d MiB: write smaller row groups",
		        PARQUET_GROUP_MAX_BYTES >> 20);
	return 0;
}

static int on_group(void *arg, const struct duck_value *values, struct err *e)
{
	struct parquet_footer *f = arg;
	struct parquet_group g = {.rows = values[0].number,
	        .from = values[1].number,
	        .end = values[2].number,
	        .first_row = f->rows};
	if (g.rows == 0 && !values[0].is_null)
		return 0; /* an empty group is never read */
	if (values[0].is_null || values[1].is_null || values[2].is_null)
		return damaged(e);
	int act = check_group(f, &g, e);
	if (act != 0)
		return act;
	if (f->groups_count == PARQUET_GROUPS_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "it has more than %d row groups: write larger ones", PARQUET_GROUPS_MAX);
	if (f->groups_count == f->groups_room) {
		size_t room = f->groups_room ? 2 * f->groups_room : 64;
		struct parquet_group *more = realloc(f->groups, room * sizeof(*more));
		if (!more)
			return err_set(e, ERR_FATAL, "out_of_memory", "no memory for row groups");
		f->groups = more;
		f->groups_room = room;
	}
	f->groups[f->groups_count++] = g;
	f->rows += g.rows;
	return 0;
}

static int find_groups(
        struct duck *d, const struct parquet_window *w, struct parquet_footer *f, struct err *e)
{
	const struct duck_calls calls = {.on_row = on_group, .arg = f};
	char sql[SQL_BYTES];
	(void)snprintf(sql, sizeof(sql),
	        "SELECT CAST(any_value(row_group_num_rows) AS BIGINT), CAST(min(s) AS BIGINT), "
	        "CAST(max(s + total_compressed_size) AS BIGINT) FROM (SELECT *, least("
	        "data_page_offset, coalesce(nullif(dictionary_page_offset, 0), data_page_offset)) "
	        "AS s FROM parquet_metadata('%s')) GROUP BY row_group_id ORDER BY row_group_id",
	        w->path);
	return duck_query(d, sql, &calls, e);
}

/* --- columns --- */

struct names { /* of the top-level columns */
	struct parquet_footer *f;
	int64_t inside; /* nested elements of the previous column that still follow */
	size_t ends[DUCK_COLUMNS_MAX], count;
	bool has_root;
};

static int on_element(void *arg, const struct duck_value *values, struct err *e)
{
	struct names *n = arg;
	int64_t children = values[1].is_null ? 0 : values[1].number;
	if (children < 0 || children > INT32_MAX)
		return damaged(e);
	if (!n->has_root) {
		n->has_root = true;
		return 0;
	}
	if (n->inside > 0) {
		n->inside += children - 1;
		return 0;
	}
	n->inside = children;
	if (n->count == DUCK_COLUMNS_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "more than %d columns: deliver fewer columns", DUCK_COLUMNS_MAX);
	int act = buf_append_str(&n->f->text, values[0].text, e);
	n->ends[n->count++] = n->f->text.n;
	return act;
}

struct described {
	struct parquet_footer *f;
	size_t ends[DUCK_COLUMNS_MAX];
};

static int on_columns(void *arg, const struct duck_column *columns, size_t count, struct err *e)
{
	struct described *s = arg;
	struct parquet_footer *f = s->f;
	f->columns = count;
	f->names = calloc(count + 1, sizeof(*f->names));
	f->sql_names = calloc(count + 1, sizeof(*f->sql_names));
	f->kinds = calloc(count + 1, sizeof(*f->kinds));
	if (!f->names || !f->sql_names || !f->kinds)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for columns");
	for (size_t i = 0; i < count; i++) {
		int act = buf_append_str(&f->text, str_c(columns[i].name), e);
		if (act != 0)
			return act;
		if (strcasecmp(columns[i].name, "file_row_number") == 0)
			return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
			        "a column is called file_row_number, which DuckDB takes for its "
			        "own: rename it");
		s->ends[i] = f->text.n;
		f->kinds[i] = columns[i].kind;
	}
	return 0;
}

/* DuckDB renames columns whose names are equal or differ only in case, so both names are kept. */
static int find_columns(
        struct duck *d, const struct parquet_window *w, struct parquet_footer *f, struct err *e)
{
	struct names names = {.f = f};
	struct described described = {.f = f};
	const struct duck_calls elements = {.on_row = on_element, .arg = &names};
	const struct duck_calls columns = {.on_columns = on_columns, .arg = &described};
	char sql[SQL_BYTES];
	(void)snprintf(sql, sizeof(sql),
	        "SELECT CAST(name AS VARCHAR), CAST(num_children AS BIGINT) FROM "
	        "parquet_schema('%s')",
	        w->path);
	int act = duck_query(d, sql, &elements, e);
	(void)snprintf(sql, sizeof(sql),
	        "SELECT * FROM read_parquet('%s', hive_partitioning = false) LIMIT 0", w->path);
	if (act == 0)
		act = duck_query(d, sql, &columns, e);
	if (act != 0)
		return act;
	if (names.count != f->columns)
		return damaged(e);
	size_t at = 0;
	for (size_t i = 0; i < 2 * f->columns; i++) {
		bool is_own = i < f->columns;
		size_t k = is_own ? i : i - f->columns;
		size_t end = is_own ? names.ends[k] : described.ends[k];
		(is_own ? f->names : f->sql_names)[k] = str_bytes(f->text.p + at, end - at);
		at = end;
	}
	return 0;
}

int parquet_footer_parse(
        struct duck *d, const struct parquet_window *w, struct parquet_footer *f, struct err *e)
{
	buf_init(&f->text, TEXT_MAX_BYTES);
	int act = find_groups(d, w, f, e);
	return act == 0 ? find_columns(d, w, f, e) : act;
}
