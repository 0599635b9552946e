/* SPDX-License-Identifier: Apache-2.0 */
#include "slice_read.h"

#include "longshore/codes.h"

#include <stdlib.h>

enum { READ_BYTES = 256 * 1024 };

struct piece_reading {
	const struct op *op;
	const struct slice_piece *piece;
	struct source_reader *from;
	char *read;
	struct hash *hash;
};

static int changed(struct err *e, const char *how)
{
	return err_set(e, ERR_REJECT, CODE_SOURCE_CHANGED, "%s than when it was inspected", how);
}

/* Inspect could read the object. If it cannot be read now, it has changed. */
static int unless_changed(int act, struct err *e)
{
	bool is_bad = act == ERR_REJECT &&
	              (strcmp(e->code, CODE_BAD_CSV) == 0 || strcmp(e->code, CODE_BAD_SOURCE) == 0);
	bool is_cut =
	        act == ERR_RETRY && strcmp(e->code, CODE_SOURCE_MISSING) == 0 && e->native == 0;
	if (is_bad || is_cut)
		return changed(e, "it has other content");
	return act;
}

/* The object was there when it was inspected. Whatever is there now needs a new inspection. */
static int unless_gone(int act, struct err *e)
{
	bool is_gone = act == ERR_RETRY && strcmp(e->code, CODE_SOURCE_GONE) == 0;
	bool is_led_away = act == ERR_REJECT && strcmp(e->code, CODE_BAD_SOURCE) == 0;
	return is_gone || is_led_away
	               ? err_set(e, ERR_REJECT, CODE_SOURCE_CHANGED,
	                         "it is gone, or is no longer a regular file below the source")
	               : act;
}

static int read_input(void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	return source_read(arg, offset, p, n, out_n, e);
}

static int input_bytes(void *arg, int64_t *out, struct err *e)
{
	return source_bytes(arg, out, e);
}

/* Passes the piece's bytes to the hash and the reader. */
static int pass(struct piece_reading *r, struct row_reader *rows, struct err *e)
{
	const struct slice_piece *piece = r->piece;
	for (int64_t done = 0; done < piece->length;) {
		int64_t left = piece->length - done;
		size_t n = 0;
		int act = op_go_on(r->op, e);
		if (act == 0)
			act = source_read(r->from, piece->offset + done, r->read,
			        left < READ_BYTES ? (size_t)left : READ_BYTES, &n, e);
		if (act == 0 && n == 0)
			act = changed(e, "it is shorter");
		if (act == 0)
			act = unless_changed(row_reader_feed(rows, r->read, n, e), e);
		if (act != 0)
			return act;
		hash_add(r->hash, r->read, n);
		done += (int64_t)n;
	}
	return unless_changed(row_reader_finish(rows, e), e);
}

static int read_rows(struct piece_reading *r, struct row_reader *rows, struct err *e)
{
	const struct slice_piece *piece = r->piece;
	const struct row_span span = {piece->offset, piece->length, piece->first_row, piece->rows};
	char sha[SHA256_HEX];
	int act = unless_changed(row_reader_seek(rows, &span, e), e);
	if (act != 0)
		return act;
	const struct row_header *header = row_reader_header(rows);
	hash_add(r->hash, header->bytes.p, header->bytes.n);
	act = pass(r, rows, e);
	if (act != 0)
		return act;
	hash_take_hex(r->hash, sha);
	return strcmp(sha, piece->sha256) == 0 ? 0 : changed(e, "it holds other bytes");
}

static int read_piece(struct piece_reading *r, const struct row_calls *calls, struct err *e)
{
	const struct row_input input = {read_input, input_bytes, r->from};
	const struct row_form form = op_form(r->op, &r->op->spec->audience.source);
	struct row_reader *rows = NULL;
	int act = unless_changed(row_reader_open(&form, &input, calls, &rows, e), e);
	if (act == 0)
		act = read_rows(r, rows, e);
	row_reader_close(rows);
	return act;
}

int slice_read_piece(const struct op *op, const struct slice_piece *piece,
        const struct row_calls *calls, struct err *e)
{
	struct piece_reading r = {.op = op, .piece = piece};
	struct source *source = NULL;
	r.read = malloc(READ_BYTES);
	if (!r.read)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to read a slice");
	r.hash = hash_new_sha256();
	const struct spec_source *from = &op->spec->audience.source;
	const struct place place = {.url = from->url,
	        .credential = from->credential,
	        .host_key = from->host_key,
	        .keys = op->worker->key_dir,
	        .allowed = op->worker->sources};
	int act = source_open(&place, &source, e);
	if (act == 0)
		act = unless_gone(source_read_open(source, piece->object, &r.from, e), e);
	if (act == 0)
		act = read_piece(&r, calls, e);
	source_read_close(r.from);
	source_close(source);
	hash_free(r.hash);
	free(r.read);
	return act == 0 ? 0 : err_note(e, "object " STR_FMT, STR_ARG(piece->object));
}
