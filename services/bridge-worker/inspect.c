/* SPDX-License-Identifier: Apache-2.0
 *
 * Inspect: every object of the source is read once, counted, hashed and cut into slices at record
 * boundaries near slice_bytes. What arrives later is left alone: the slices pin offset, length and
 * SHA-256 of what was seen.
 */
#include "op.h"
#include "slices.h"

#include "longshore/csv.h"
#include "longshore/probe.h"
#include "longshore/result.h"

#include <stdio.h>
#include <stdlib.h>

enum { PIECE_BYTES = 256 * 1024 };

struct inspection {
	const struct op *op;
	struct buf list; /* slices */
	int64_t slices, rows;
	struct hash *pins; /* over "name\tbytes\tsha256\n" of all objects */
	/* of the object that is being read */
	struct str object;
	struct hash *slice_hash, *object_hash;
	const char *piece;
	int64_t piece_at; /* position of piece in the object */
	int64_t hashed;   /* bytes of the object that slice_hash has seen, or that lie before the
	                     slice */
	int64_t slice_from, slice_row, last_row;
};

static void hash_upto(struct inspection *in, int64_t end)
{
	if (end > in->hashed)
		hash_add(in->slice_hash, in->piece + (in->hashed - in->piece_at),
		        (size_t)(end - in->hashed));
	in->hashed = end;
}

static int close_slice(struct inspection *in, int64_t end, struct err *e)
{
	struct slice s = {.object = in->object,
	        .offset = in->slice_from,
	        .length = end - in->slice_from,
	        .first_row = in->slice_row,
	        .rows = in->last_row - in->slice_row + 1};
	hash_take_hex(in->slice_hash, s.sha256);
	if (s.rows == 0)
		return 0;
	if (in->slices == SLICES_MAX)
		return err_set(e, ERR_REJECT, "bad_source",
		        "more than %d slices: raise slice_bytes", SLICES_MAX);
	in->slices++;
	in->slice_from = end;
	in->slice_row = in->last_row + 1;
	return slice_add(&in->list, &s, e);
}

static int on_header(void *arg, const struct csv_record *record, struct err *e)
{
	struct inspection *in = arg;
	bool found = false;
	for (size_t i = 0; i < record->count; i++)
		found = found || str_eq(record->fields[i], in->op->spec->audience.id_column);
	if (!found)
		return err_set(e, ERR_REJECT, "bad_source", "header: there is no column " STR_FMT,
		        STR_ARG(in->op->spec->audience.id_column));
	in->hashed = in->slice_from = record->end; /* slices hold data only */
	return 0;
}

static int on_record(void *arg, const struct csv_record *record, struct err *e)
{
	struct inspection *in = arg;
	in->last_row = record->row;
	in->rows++;
	if (record->end - in->slice_from < in->op->spec->limits.slice_bytes)
		return 0;
	hash_upto(in, record->end);
	return close_slice(in, record->end, e);
}

static int read_object(struct inspection *in, struct source_reader *from, struct csv_reader *csv,
        int64_t *bytes, struct err *e)
{
	char *piece = malloc(PIECE_BYTES);
	int act = piece ? 0 : err_set(e, ERR_FATAL, "out_of_memory", "no memory to inspect");
	int64_t at = 0;
	for (size_t n = 1; act == 0;) {
		act = op_go_on(in->op, e);
		if (act == 0)
			act = source_read(from, at, piece, PIECE_BYTES, &n, e);
		if (act != 0 || n == 0)
			break;
		in->piece = piece;
		in->piece_at = at;
		hash_add(in->object_hash, piece, n);
		act = csv_feed(csv, piece, n, e);
		at += (int64_t)n;
		if (act == 0)
			hash_upto(in, at);
	}
	free(piece);
	if (act == 0)
		act = csv_finish(csv, e);
	*bytes = at;
	return act;
}

static int inspect_object(struct inspection *in, struct source *source,
        const struct source_object *object, struct err *e)
{
	struct csv_format format = {
	        .delimiter = in->op->spec->audience.source.delimiter, .has_header = true};
	struct csv_reader *csv = NULL;
	struct source_reader *from = NULL;
	int64_t bytes = 0;
	in->object = object->name;
	in->hashed = in->slice_from = 0;
	in->slice_row = 1;
	in->last_row = 0;
	int act = source_read_open(source, object->name, &from, e);
	if (act == 0)
		act = csv_reader_new(&format, on_header, on_record, in, &csv, e);
	if (act == 0)
		act = read_object(in, from, csv, &bytes, e);
	if (act == 0 && bytes == 0)
		act = err_set(e, ERR_REJECT, "bad_source",
		        "it is empty: even an object without rows needs its header");
	if (act == 0)
		act = close_slice(in, bytes, e);
	csv_reader_free(csv);
	source_read_close(from);
	if (act != 0)
		return err_note(e, "object " STR_FMT, STR_ARG(object->name));
	char sha[SHA256_HEX], line[64];
	hash_take_hex(in->object_hash, sha);
	int n = snprintf(line, sizeof(line), "\t%lld\t", (long long)bytes);
	hash_add(in->pins, object->name.p, object->name.n);
	hash_add(in->pins, line, (size_t)n);
	hash_add(in->pins, sha, SHA256_HEX - 1);
	hash_add(in->pins, "\n", 1);
	return 0;
}

static int write_list(struct inspection *in, struct err *e)
{
	const struct op *op = in->op;
	struct secret key;
	struct sealed_facts facts;
	struct str name = op_object(op, "slices");
	char pins[SHA256_HEX];
	int act = op_key(op, STR("selections"), op->task->head.delivery_id, &key, e);
	if (act == 0)
		act = sealed_put_once(
		        op->worker->staging, name, &key, buf_str(&in->list), &facts, e);
	secret_wipe(&key);
	if (act != 0)
		return act;
	PROBE(inspect_after_list);
	char own[SHA256_HEX];
	sha256_hex(in->list.p ? in->list.p : "", in->list.n, own);
	if (strcmp(own, facts.sha256) != 0) /* an earlier attempt saw another source: its list
	                                       stands under this task's name */
		return err_set(e, ERR_REJECT, "source_changed",
		        "the source changed while it was inspected");
	struct ev_staged_ref ref = {.kind = STR("slices"),
	        .name = name,
	        .sha256 = str_c(facts.sha256),
	        .bytes = facts.bytes,
	        .rows = in->rows};
	hash_take_hex(in->pins, pins);
	result_output(op->out, op->mem, &ref);
	result_fact_num(op->out, op->mem, "slices", in->slices);
	result_fact(op->out, op->mem, STR("source_hash"), str_c(pins));
	result_count(op->out, op->mem, "rows_read", (uint64_t)in->rows);
	return 0;
}

static int inspect_all(struct inspection *in, struct source *source, struct err *e)
{
	const struct spec_source *spec = &in->op->spec->audience.source;
	struct source_object *objects = NULL;
	size_t count = 0;
	bool ready = false;
	int act = source_list(source, in->op->mem, &objects, &count, e);
	if (act == 0)
		act = source_ready(source, spec->ready_marker, spec->quiet_seconds, in->op->now_ms,
		        objects, count, &ready, e);
	if (act != 0)
		return act;
	if (!ready || count == 0)
		return err_set(e, ERR_RETRY, "source_missing", STR_FMT " %s", STR_ARG(spec->url),
		        count == 0 ? "holds no object yet" : "is not complete yet");
	for (size_t i = 0; act == 0 && i < count; i++)
		act = inspect_object(in, source, &objects[i], e);
	return act == 0 ? write_list(in, e) : act;
}

int op_inspect(const struct op *op, struct err *e)
{
	struct inspection in = {.op = op,
	        .pins = hash_new_sha256(),
	        .slice_hash = hash_new_sha256(),
	        .object_hash = hash_new_sha256()};
	struct source *source = NULL;
	buf_init(&in.list, SLICES_MAX_BYTES);
	int act = source_open(op->spec->audience.source.url, &source, e);
	if (act == 0)
		act = inspect_all(&in, source, e);
	source_close(source);
	buf_release(&in.list);
	hash_free(in.pins);
	hash_free(in.slice_hash);
	hash_free(in.object_hash);
	return act == 0
	               ? 0
	               : err_note(e, "inspect audience " STR_FMT, STR_ARG(op->spec->audience.name));
}
