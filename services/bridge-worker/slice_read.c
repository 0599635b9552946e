/* SPDX-License-Identifier: Apache-2.0 */
#include "slice_read.h"

#include <errno.h>
#include <stdlib.h>

enum { READ_BYTES = 256 * 1024 };

struct piece_reading {
	const struct op *op;
	const struct slice_piece *piece;
	csv_on_record on_header;
	void *arg;
	struct source_reader *from;
	char *read;
	struct hash *hash;
	size_t columns;
	int64_t header_end; /* 0: not read yet */
};

static int changed(struct err *e, const char *how)
{
	return err_set(e, ERR_REJECT, "source_changed", "%s than when it was inspected", how);
}

/* An object that inspect could read and that cannot be read now is another one. */
static int unless_changed(int act, struct err *e)
{
	if (act == ERR_REJECT &&
	        (strcmp(e->code, "bad_csv") == 0 || strcmp(e->code, "bad_source") == 0))
		return changed(e, "it reads otherwise");
	return act;
}

/* It was there when it was inspected: what stands there now is for a new inspection. */
static int unless_gone(int act, struct err *e)
{
	bool is_gone = act == ERR_RETRY && (e->native == ENOENT || e->native == ENOTDIR ||
	                                           e->native == ELOOP || e->native == EINVAL);
	bool is_led_away = act == ERR_REJECT && strcmp(e->code, "bad_source") == 0;
	return is_gone || is_led_away
	               ? err_set(e, ERR_REJECT, "source_changed",
	                         "it is gone, or is no regular file below the source any more")
	               : act;
}

static int take_header(void *arg, const struct csv_record *header, struct err *e)
{
	struct piece_reading *r = arg;
	r->header_end = header->end;
	r->columns = header->count;
	return r->on_header(r->arg, header, e);
}

/* From the object's first byte on, until the header is known. */
static int parse_header(struct piece_reading *r, struct err *e)
{
	struct csv_format format = {
	        .delimiter = r->op->spec->audience.source.delimiter, .has_header = true};
	struct csv_reader *csv = NULL;
	int act = csv_reader_new(&format, take_header, NULL, r, &csv, e);
	for (int64_t at = 0; act == 0 && r->header_end == 0;) {
		int64_t left = r->piece->offset - at;
		size_t n = 0;
		act = source_read(
		        r->from, at, r->read, left < READ_BYTES ? (size_t)left : READ_BYTES, &n, e);
		if (act == 0 && n == 0)
			act = changed(e, "its header is longer");
		if (act == 0)
			act = csv_feed(csv, r->read, n, e);
		at += (int64_t)n;
	}
	csv_reader_free(csv);
	return unless_changed(act, e);
}

/* Bytes first..first + length - 1 through the hash and, where there is one, the reader. */
static int pass(struct piece_reading *r, int64_t first, int64_t length, struct csv_reader *csv,
        struct err *e)
{
	for (int64_t done = 0; done < length;) {
		int64_t left = length - done;
		size_t n = 0;
		int act = op_go_on(r->op, e);
		if (act == 0)
			act = source_read(r->from, first + done, r->read,
			        left < READ_BYTES ? (size_t)left : READ_BYTES, &n, e);
		if (act == 0 && n == 0)
			act = changed(e, "it is shorter");
		if (act == 0 && csv)
			act = unless_changed(csv_feed(csv, r->read, n, e), e);
		if (act != 0)
			return act;
		hash_add(r->hash, r->read, n);
		done += (int64_t)n;
	}
	return csv ? unless_changed(csv_finish(csv, e), e) : 0;
}

static int read_rows(struct piece_reading *r, csv_on_record on_record, struct err *e)
{
	struct csv_format format = {.delimiter = r->op->spec->audience.source.delimiter,
	        .first_row = r->piece->first_row,
	        .offset = r->piece->offset,
	        .fields = r->columns};
	struct csv_reader *csv = NULL;
	char sha[SHA256_HEX];
	int act = csv_reader_new(&format, NULL, on_record, r->arg, &csv, e);
	if (act == 0)
		act = pass(r, 0, r->header_end, NULL, e);
	if (act == 0)
		act = pass(r, r->piece->offset, r->piece->length, csv, e);
	csv_reader_free(csv);
	if (act != 0)
		return act;
	hash_take_hex(r->hash, sha);
	return strcmp(sha, r->piece->sha256) == 0 ? 0 : changed(e, "it holds other bytes");
}

int slice_read_piece(const struct op *op, const struct slice_piece *piece, csv_on_record on_header,
        csv_on_record on_record, void *arg, struct err *e)
{
	struct piece_reading r = {.op = op, .piece = piece, .on_header = on_header, .arg = arg};
	struct source *source = NULL;
	r.read = malloc(READ_BYTES);
	if (!r.read)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to read a slice");
	r.hash = hash_new_sha256();
	int act = source_open(op->spec->audience.source.url, &source, e);
	if (act == 0)
		act = source_confine(source, op->worker->sources, e);
	if (act == 0)
		act = unless_gone(source_read_open(source, piece->object, &r.from, e), e);
	if (act == 0)
		act = parse_header(&r, e);
	if (act == 0)
		act = read_rows(&r, on_record, e);
	source_read_close(r.from);
	source_close(source);
	hash_free(r.hash);
	free(r.read);
	return act == 0 ? 0 : err_note(e, "object " STR_FMT, STR_ARG(piece->object));
}
