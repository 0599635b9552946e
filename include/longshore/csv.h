/* SPDX-License-Identifier: Apache-2.0
 *
 * A streaming RFC 4180 reader: any line end (LF, CRLF), quotes doubled inside, a field may hold
 * line ends when quoted, optional UTF-8 byte order mark, header row by exact names. Feed it bytes
 * in pieces of any size; it calls back per record with the fields as slices, valid during the call.
 * Memory: one record of at most CSV_RECORD_MAX bytes.
 *
 * Strict: a quote inside an unquoted field, text after a closing quote, an unterminated quote at
 * the end, NUL, a record over the maximum, or another number of fields than the header's are
 * ERR_REJECT ("bad_csv") naming the row. An empty last line is no record. Row numbers count data
 * records from 1.
 */
#ifndef LONGSHORE_CSV_H
#define LONGSHORE_CSV_H

#include "longshore/row_reader.h"

enum { CSV_RECORD_MAX = 1024 * 1024, CSV_FIELDS_MAX = 1024 };

struct csv_reader;

struct csv_format {
	char delimiter;    /* neither quote, line end nor NUL */
	bool has_header;   /* the first record is the header: given to on_header, not counted */
	int64_t first_row; /* number of the first data record; 0 = 1 */
	int64_t offset;    /* of the first byte fed, when a slice of an object is read */
	size_t fields;     /* expected count, 0 = that of the first record */
};

/* Either may be NULL. */
struct csv_calls {
	row_on_record on_header; /* the names as fields */
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
bool csv_is_between_records(const struct csv_reader *r); /* all that was fed ended in a line end */
int64_t csv_rows(const struct csv_reader *r);

#endif
