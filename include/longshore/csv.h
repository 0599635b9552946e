/* SPDX-License-Identifier: Apache-2.0
 *
 * A streaming RFC 4180 reader. It accepts LF and CRLF, doubled quotes inside quoted fields, line
 * ends in quoted fields, an optional UTF-8 byte order mark, and a header row. Feed it bytes in
 * pieces of any size. It calls back per record, with the fields as slices that are valid during the
 * call. Memory: one record of at most CSV_RECORD_MAX bytes.
 *
 * Strict: a quote inside an unquoted field, text after a closing quote, an unterminated quote at
 * the end, NUL, a record above the maximum, or a field count that differs from the header's is
 * ERR_REJECT ("bad_csv"), which names the row. An empty last line is not a record. Rows are data
 * records, counted from 1.
 */
#ifndef LONGSHORE_CSV_H
#define LONGSHORE_CSV_H

#include "longshore/row_reader.h"

enum { CSV_RECORD_MAX = 1024 * 1024, CSV_FIELDS_MAX = 1024 };

struct csv_reader;

struct csv_format {
	char delimiter;    /* not a quote, line end or NUL */
	bool has_header;   /* the first record is the header: passed to on_header, not counted */
	int64_t first_row; /* number of the first data record; 0 = 1 */
	int64_t offset;    /* of the first byte that is fed, if a slice of an object is read */
	size_t fields;     /* expected count; 0 = that of the first record */
};

/* Either may be NULL. */
struct csv_calls {
	row_on_record on_header; /* the fields are the names */
	void *header_arg;
	row_on_record on_record;
	void *record_arg;
};

int csv_reader_new(const struct csv_format *format, const struct csv_calls *calls,
        struct csv_reader **out, struct err *e) ERR_MUST_USE;
void csv_reader_free(struct csv_reader *r);
int csv_feed(struct csv_reader *r, const void *p, size_t n, struct err *e) ERR_MUST_USE;
int csv_finish(struct csv_reader *r,
        struct err *e) ERR_MUST_USE;                     /* the last record may lack its line end */
bool csv_is_between_records(const struct csv_reader *r); /* all that was fed ended with a line
                                                            end */
int64_t csv_rows(const struct csv_reader *r);

#endif
