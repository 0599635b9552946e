/* SPDX-License-Identifier: Apache-2.0
 *
 * A state machine that reads one byte at a time; runs of plain bytes are copied at once.
 *
 *   RECORD_START -> FIELD_START -> PLAIN -> (delimiter) FIELD_START
 *                        |           +----> (line end) RECORD_START
 *                        +-> QUOTED -> QUOTE -> (quote) QUOTED
 *                                       +-----> (delimiter) FIELD_START, (line end) RECORD_START
 *   CR: a carriage return was read outside quotes; only a line feed may follow.
 */
#include "longshore/csv.h"

#include "longshore/buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The two start states come first, because csv_feed tests for both with one comparison. */
enum state { RECORD_START, FIELD_START, PLAIN, QUOTED, QUOTE, CR };

struct csv_reader {
	struct csv_format format;
	struct csv_calls calls;
	struct buf text;             /* fields of the current record, without quotes */
	size_t ends[CSV_FIELDS_MAX]; /* end of each field in text */
	struct str fields[CSV_FIELDS_MAX];
	size_t count;
	enum state state;
	bool special[256]; /* bytes that are not plain outside quotes */
	bool header_done;
	int bom; /* bytes of the byte order mark matched so far; -1: done */
	int64_t rows, offset;
};

static const unsigned char mark[3] = {0xef, 0xbb, 0xbf};

int csv_reader_new(const struct csv_format *format, const struct csv_calls *calls,
        struct csv_reader **out, struct err *e)
{
	if (format->delimiter == '"' || format->delimiter == '\n' || format->delimiter == '\r' ||
	        format->delimiter == '\0')
		return err_set(e, ERR_REJECT, CODE_BAD_CSV,
		        "the delimiter is a quote, a line end or NUL: correct the source");
	struct csv_reader *r = calloc(1, sizeof(*r));
	if (!r)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a CSV reader");
	r->format = *format;
	r->calls = *calls;
	r->header_done = !format->has_header;
	r->offset = format->offset;
	r->bom = format->offset == 0 ? 0 : -1;
	r->special[(unsigned char)format->delimiter] = true;
	r->special['\n'] = r->special['\r'] = r->special['"'] = true;
	buf_init(&r->text, CSV_RECORD_MAX);
	*out = r;
	return 0;
}

void csv_reader_free(struct csv_reader *r)
{
	if (!r)
		return;
	buf_release(&r->text);
	free(r);
}

bool csv_is_between_records(const struct csv_reader *r)
{
	return r->state == RECORD_START;
}

int64_t csv_rows(const struct csv_reader *r)
{
	return r->rows;
}

/* Names the row that is being read, never its content. */
static int bad(const struct csv_reader *r, struct err *e, const char *what)
{
	if (!r->header_done)
		return err_set(e, ERR_REJECT, CODE_BAD_CSV, "header: %s", what);
	int64_t first = r->format.first_row ? r->format.first_row : 1;
	return err_set(e, ERR_REJECT, CODE_BAD_CSV, "row %" PRId64 ": %s", first + r->rows, what);
}

static int end_field(struct csv_reader *r, struct err *e)
{
	if (r->count == CSV_FIELDS_MAX)
		return bad(r, e, "more than 1024 fields: provide fewer columns");
	r->ends[r->count++] = r->text.n;
	return 0;
}

static int check_count(struct csv_reader *r, struct err *e)
{
	if (r->format.fields == 0)
		r->format.fields = r->count;
	if (r->count == r->format.fields)
		return 0;
	char what[160];
	(void)snprintf(what, sizeof(what),
	        "%zu fields, expected %zu: correct the row, or the delimiter in the configuration",
	        r->count, r->format.fields);
	return bad(r, e, what);
}

/* `end`: position after the record's line end. */
static int end_record(struct csv_reader *r, int64_t end, struct err *e)
{
	int act = end_field(r, e);
	if (act == 0)
		act = check_count(r, e);
	if (act != 0)
		return act;
	size_t at = 0;
	for (size_t i = 0; i < r->count; i++) {
		r->fields[i] = str_bytes(r->text.p ? r->text.p + at : "", r->ends[i] - at);
		at = r->ends[i];
	}
	int64_t first = r->format.first_row ? r->format.first_row : 1;
	struct row_record record = {
	        .fields = r->fields, .count = r->count, .row = first + r->rows, .end = end};
	if (!r->header_done) {
		record.row = 0;
		r->header_done = true;
		act = r->calls.on_header ? r->calls.on_header(r->calls.header_arg, &record, e) : 0;
	} else {
		r->rows++;
		act = r->calls.on_record ? r->calls.on_record(r->calls.record_arg, &record, e) : 0;
	}
	buf_clear(&r->text);
	r->count = 0;
	r->state = RECORD_START;
	return act;
}

static int take(struct csv_reader *r, const char *p, size_t n, struct err *e)
{
	struct err inner;
	if (r->text.n + n <= r->text.cap && r->text.n + n <= r->text.max) { /* the usual case */
		memcpy(r->text.p + r->text.n, p, n);
		r->text.n += n;
		return 0;
	}
	if (buf_append(&r->text, p, n, &inner) != 0)
		return inner.act == ERR_REJECT
		               ? bad(r, e, "longer than 1 MiB: is a quote missing?")
		               : err_set(e, inner.act, "out_of_memory", "%s", inner.text);
	return 0;
}

/* Handles a byte that can end an unquoted or closed field. Returns false if it does not. */
static bool ends_field(struct csv_reader *r, char c, int64_t at, int *act, struct err *e)
{
	if (c == r->format.delimiter) {
		*act = end_field(r, e);
		r->state = FIELD_START;
	} else if (c == '\n') {
		*act = end_record(r, at + 1, e);
	} else if (c == '\r') {
		r->state = CR;
	} else {
		return false;
	}
	return true;
}

/* Handles a byte that is not plain, at the start of a field. */
static int on_start(struct csv_reader *r, char c, int64_t at, struct err *e)
{
	int act = 0;
	r->state = FIELD_START;
	if (c == '"')
		r->state = QUOTED;
	else
		(void)ends_field(r, c, at, &act, e); /* true: csv_feed passes no other byte */
	return act;
}

static int on_quote(struct csv_reader *r, char c, int64_t at, struct err *e)
{
	int act = 0;
	if (c == '"') {
		r->state = QUOTED;
		return take(r, &c, 1, e);
	}
	if (ends_field(r, c, at, &act, e))
		return act;
	return bad(r, e, "text after a closing quote: double the quotes inside a quoted field");
}

/* Length of the plain run at p in this state. */
static size_t plain_span(const struct csv_reader *r, const char *p, size_t n)
{
	const bool *special = r->special;
	const char *at = p, *end = p + n;
	if (r->state == QUOTED) {
		const char *quote = memchr(p, '"', n);
		return quote ? (size_t)(quote - p) : n;
	}
	while (at < end && !special[(unsigned char)*at])
		at++;
	return (size_t)(at - p);
}

static int on_byte(struct csv_reader *r, char c, int64_t at, struct err *e)
{
	int act = 0;
	switch (r->state) {
	case RECORD_START:
	case FIELD_START:
		return on_start(r, c, at, e);
	case PLAIN:
		if (c == '"')
			return bad(r, e,
			        "a quote inside an unquoted field: quote the field and double the "
			        "quote");
		(void)ends_field(r, c, at, &act, e); /* true: plain_span stops at no other byte */
		return act;
	case QUOTED:
		r->state = QUOTE;
		return 0;
	case QUOTE:
		return on_quote(r, c, at, e);
	case CR:
		return c == '\n' ? end_record(r, at + 1, e)
		                 : bad(r, e,
		                           "a carriage return without a line feed: end lines with "
		                           "LF or CR LF");
	}
	return 0;
}

/* Skips the byte order mark, even if it is split between pieces. Returns how many bytes of this
 * piece it skipped. */
static size_t skip_mark(
        struct csv_reader *r, const unsigned char *p, size_t n, struct err *e, int *act)
{
	size_t i = 0;
	while (r->bom >= 0 && r->bom < 3 && i < n && p[i] == mark[r->bom]) {
		r->bom++;
		i++;
	}
	if (r->bom == 3) {
		r->bom = -1;
	} else if (r->bom >= 0 && i < n) { /* not a mark: the matched bytes are content */
		int seen = r->bom;
		r->bom = -1;
		if (seen > 0) {
			r->state = PLAIN;
			*act = take(r, (const char *)mark, (size_t)seen, e);
		}
	}
	return i;
}

int csv_feed(struct csv_reader *r, const void *p, size_t n, struct err *e)
{
	const char *bytes = p;
	int act = 0;
	const char *nul = n > 0 ? memchr(bytes, '\0', n) : NULL;
	if (nul) /* read what is before it first, so that the message names the right row */
		n = (size_t)(nul - bytes);
	size_t i = r->bom >= 0 ? skip_mark(r, p, n, e, &act) : 0;
	while (act == 0 && i < n) {
		if (r->state <= FIELD_START && !r->special[(unsigned char)bytes[i]]) {
			r->state = PLAIN;
		}
		if (r->state == PLAIN || r->state == QUOTED) {
			size_t span = plain_span(r, bytes + i, n - i);
			if (span > 0)
				act = take(r, bytes + i, span, e);
			i += span;
			if (act != 0 || i == n)
				break;
		}
		act = on_byte(r, bytes[i], r->offset + (int64_t)i, e);
		i++;
	}
	r->offset += (int64_t)n;
	return act == 0 && nul ? bad(r, e,
	                                 "a NUL byte: is the file UTF-16 or compressed? provide it "
	                                 "as UTF-8")
	                       : act;
}

int csv_finish(struct csv_reader *r, struct err *e)
{
	if (r->bom > 0 && r->bom < 3) {
		int act = take(r, (const char *)mark, (size_t)r->bom, e);
		r->bom = -1;
		r->state = PLAIN;
		if (act != 0)
			return act;
	}
	switch (r->state) {
	case RECORD_START:
		return 0;
	case QUOTED:
		return bad(r, e, "an open quote at the end: is the file cut off?");
	case CR:
		return bad(
		        r, e, "a carriage return without a line feed: end lines with LF or CR LF");
	case FIELD_START:
	case PLAIN:
	case QUOTE:
		return end_record(r, r->offset, e);
	}
	return 0;
}
