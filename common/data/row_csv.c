/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV objects. The header is the first record. An object can be split after any record.
 */
#include "row_format.h"

#include "longshore/buf.h"
#include "longshore/codes.h"
#include "longshore/csv.h"

#include <stdlib.h>

enum {
	HEADER_MAX_BYTES = 4 * 1024 * 1024, /* as stored, including quotes */
	SEEK_BYTES = 256 * 1024
};

struct row_csv {
	char delimiter;
	const struct row_input *input;
	struct row_calls calls;
	struct csv_reader *csv;
	struct row_header header;
	bool has_header;
	bool *wanted;
	struct str *names;
	struct buf names_text, header_bytes;
	/* the piece being read */
	const char *piece;
	int64_t at;
};

/* --- the header --- */

static int keep_names(struct row_csv *r, const struct row_record *first, struct err *e)
{
	size_t at = 0;
	r->names = calloc(first->count, sizeof(*r->names));
	r->wanted = calloc(first->count, sizeof(*r->wanted));
	if (!r->names || !r->wanted)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a CSV header");
	for (size_t i = 0; i < first->count; i++) {
		int act = buf_append_str(&r->names_text, first->fields[i], e);
		if (act != 0)
			return act;
	}
	for (size_t i = 0; i < first->count; i++) {
		r->names[i] =
		        str_bytes(r->names_text.p ? r->names_text.p + at : "", first->fields[i].n);
		at += first->fields[i].n;
	}
	return 0;
}

static int on_header(void *arg, const struct row_record *first, struct err *e)
{
	struct row_csv *r = arg;
	int act = keep_names(r, first, e);
	if (act == 0)
		act = buf_append(&r->header_bytes, r->piece, (size_t)(first->end - r->at), e);
	if (act != 0)
		return act;
	r->header = (struct row_header){.names = r->names,
	        .count = first->count,
	        .wanted = r->wanted,
	        .bytes = buf_str(&r->header_bytes),
	        .rows_at = first->end};
	r->has_header = true;
	return r->calls.on_header(r->calls.arg, &r->header, e);
}

/* --- the object --- */

static int csv_new(struct row_csv *r, const struct csv_format *format, struct err *e)
{
	csv_reader_free(r->csv);
	r->csv = NULL;
	const struct csv_calls calls = {on_header, r, r->calls.on_record, r->calls.arg};
	return csv_reader_new(format, &calls, &r->csv, e);
}

static void row_csv_close(void *state)
{
	struct row_csv *r = state;
	csv_reader_free(r->csv);
	buf_release(&r->names_text);
	buf_release(&r->header_bytes);
	free(r->names);
	free(r->wanted);
	free(r);
}

static int row_csv_open(const struct row_form *form, const struct row_input *input,
        const struct row_calls *calls, void **out, struct err *e)
{
	struct row_csv *r = calloc(1, sizeof(*r));
	if (!r)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a CSV reader");
	r->delimiter = form->delimiter;
	r->input = input;
	r->calls = *calls;
	buf_init(&r->names_text, CSV_RECORD_MAX);
	buf_init(&r->header_bytes, HEADER_MAX_BYTES);
	const struct csv_format format = {.delimiter = r->delimiter, .has_header = true};
	int act = csv_new(r, &format, e);
	if (act != 0) {
		row_csv_close(r);
		return act;
	}
	*out = r;
	return 0;
}

static int row_csv_feed(void *state, const void *p, size_t n, struct err *e)
{
	struct row_csv *r = state;
	r->piece = p;
	int act = csv_feed(r->csv, p, n, e);
	if (act == 0 && !r->has_header) /* the header spans several pieces */
		act = buf_append(&r->header_bytes, p, n, e);
	r->at += (int64_t)n;
	return act;
}

/* Reads from the first byte of the object until the header is complete. */
static int read_header(struct row_csv *r, int64_t before, char *piece, struct err *e)
{
	while (!r->has_header) {
		int64_t left = before - r->at;
		size_t n = 0;
		int act = r->input->read(r->input->arg, r->at, piece,
		        left < SEEK_BYTES ? (size_t)left : SEEK_BYTES, &n, e);
		if (act == 0 && n == 0)
			act = err_set(e, ERR_REJECT, CODE_BAD_SOURCE, "its header is longer");
		if (act == 0)
			act = row_csv_feed(r, piece, n, e);
		if (act != 0)
			return act;
	}
	return 0;
}

static int row_csv_seek(void *state, const struct row_span *span, struct err *e)
{
	struct row_csv *r = state;
	char *piece = malloc(SEEK_BYTES);
	if (!piece)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to read a header");
	row_on_record on_record = r->calls.on_record;
	r->calls.on_record = NULL; /* the rows after the header are not wanted here */
	const struct csv_format head = {.delimiter = r->delimiter, .has_header = true};
	int act = csv_new(r, &head, e);
	if (act == 0)
		act = read_header(r, span->offset, piece, e);
	free(piece);
	r->calls.on_record = on_record;
	const struct csv_format format = {.delimiter = r->delimiter,
	        .first_row = span->first_row,
	        .offset = span->offset,
	        .fields = r->header.count};
	return act == 0 ? csv_new(r, &format, e) : act;
}

static int row_csv_finish(void *state, struct err *e)
{
	struct row_csv *r = state;
	r->piece = "";
	int act = csv_finish(r->csv, e);
	if (act == 0 && !r->has_header)
		act = err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "it is empty: even an object without rows needs its header");
	return act;
}

static const struct row_header *row_csv_header(const void *state)
{
	const struct row_csv *r = state;
	return r->has_header ? &r->header : NULL;
}

static bool row_csv_is_between_rows(const void *state)
{
	return csv_is_between_records(((const struct row_csv *)state)->csv);
}

static int64_t row_csv_rows(const void *state)
{
	return csv_rows(((const struct row_csv *)state)->csv);
}

const struct row_format row_format_csv = {
        .open = row_csv_open,
        .seek = row_csv_seek,
        .feed = row_csv_feed,
        .finish = row_csv_finish,
        .close = row_csv_close,
        .header = row_csv_header,
        .is_between_rows = row_csv_is_between_rows,
        .rows = row_csv_rows,
};
