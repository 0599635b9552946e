/* SPDX-License-Identifier: Apache-2.0
 *
 * Inspect: reads every object of the source once, counts and hashes it, and cuts it into slices at
 * record boundaries near slice_bytes. Small objects share a slice. Data that arrives later is
 * ignored: the slices pin offset, length and SHA-256 of what was read, including the headers.
 */
#include "audience.h"
#include "op.h"
#include "slices.h"

#include "longshore/probe.h"
#include "longshore/result.h"
#include "longshore/result_names.h"
#include "longshore/row_source.h"

struct inspection {
	const struct op *op;
	struct buf list; /* slices */
	int64_t slices;
	/* the object that is being read */
	struct str object;
	int32_t pieces; /* in the current slice */
	int64_t filled; /* their bytes */
	struct hash *piece_hash;
	const struct row_header *header; /* NULL: not read yet */
	const char *read;
	size_t read_bytes;
	int64_t read_at; /* its position in the object */
	int64_t hashed;  /* piece_hash includes the piece up to here */
	int64_t piece_from, piece_row, last_row;
};

static void begin_piece(struct inspection *in, int64_t from)
{
	in->piece_from = in->hashed = from;
	in->piece_row = in->last_row + 1;
	hash_add(in->piece_hash, in->header->bytes.p, in->header->bytes.n);
}

static void hash_upto(struct inspection *in, int64_t end)
{
	hash_add(in->piece_hash, in->read + (in->hashed - in->read_at), (size_t)(end - in->hashed));
	in->hashed = end;
}

static int end_slice(struct inspection *in, struct err *e)
{
	bool is_begun = in->pieces > 0;
	in->pieces = 0;
	in->filled = 0;
	return is_begun ? slice_end(&in->list, e) : 0;
}

/* Adds the piece to the current slice, and ends the slice when it has the maximum number of
 * pieces. */
static int end_piece(struct inspection *in, int64_t end, struct err *e)
{
	struct slice_piece p = {.object = in->object,
	        .offset = in->piece_from,
	        .length = end - in->piece_from,
	        .first_row = in->piece_row,
	        .rows = in->last_row - in->piece_row + 1};
	hash_take_hex(in->piece_hash, p.sha256);
	if (p.rows == 0)
		return 0;
	bool is_first = in->pieces == 0;
	if (is_first && in->slices == SLICES_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "more than %d slices: raise limits.slice_bytes", SLICES_MAX);
	in->slices += is_first;
	in->pieces++;
	in->filled += p.length;
	int act = slice_add_piece(&in->list, is_first, &p, e);
	if (act == 0 && in->pieces == SLICE_PIECES_MAX)
		act = end_slice(in, e);
	return act;
}

/* --- callbacks of the source --- */

static int on_object(void *arg, const struct source_object *object, struct err *e)
{
	struct inspection *in = arg;
	(void)e; /* nothing here can fail */
	in->object = object->name;
	in->header = NULL;
	in->last_row = 0;
	return 0;
}

static int on_piece(void *arg, const char *p, size_t n, int64_t at, struct err *e)
{
	struct inspection *in = arg;
	(void)e; /* nothing here can fail */
	in->read = p;
	in->read_bytes = n;
	in->read_at = at;
	return 0;
}

static int on_header(void *arg, const struct row_header *header, struct err *e)
{
	struct inspection *in = arg;
	struct audience_columns columns;
	int act = audience_columns_find(&in->op->spec->audience, header, &columns, e);
	in->header = header;
	if (act == 0)
		begin_piece(in, header->rows_at);
	return act;
}

static int on_record(void *arg, const struct row_record *record, struct err *e)
{
	struct inspection *in = arg;
	in->last_row = record->row;
	if (record->end == 0 ||
	        in->filled + record->end - in->piece_from < in->op->spec->limits.slice_bytes)
		return 0;
	hash_upto(in, record->end);
	int act = end_piece(in, record->end, e);
	if (act == 0)
		act = end_slice(in, e);
	begin_piece(in, record->end);
	return act;
}

static int on_piece_done(void *arg, struct err *e)
{
	struct inspection *in = arg;
	(void)e;        /* nothing here can fail */
	if (in->header) /* else the rows begin in a later piece */
		hash_upto(in, in->read_at + (int64_t)in->read_bytes);
	return 0;
}

static int on_object_done(void *arg, int64_t bytes, struct err *e)
{
	return end_piece(arg, bytes, e);
}

/* --- result --- */

static int write_list(struct inspection *in, const struct row_source_facts *facts, struct err *e)
{
	const struct op *op = in->op;
	struct secret key;
	struct sealed_facts stored;
	struct str name = op_object(op, "slices");
	char own[SHA256_HEX];
	int act = op_key(op, STR("selections"), op->task->head.delivery_id, &key, e);
	if (act == 0)
		act = sealed_put_once(
		        op->worker->staging, name, &key, buf_str(&in->list), &stored, e);
	secret_wipe(&key);
	if (act != 0)
		return act;
	PROBE(inspect_after_list);
	sha256_hex(buf_str(&in->list).p, in->list.n, own);
	if (strcmp(own, stored.sha256) != 0) /* an earlier attempt wrote another list */
		return err_set(e, ERR_REJECT, CODE_SOURCE_CHANGED,
		        "it changed since an earlier attempt inspected it");
	struct ev_staged_ref ref = {.kind = STR("slices"),
	        .name = name,
	        .sha256 = str_c(stored.sha256),
	        .bytes = stored.bytes,
	        .rows = facts->rows};
	result_output(op->out, op->mem, &ref);
	result_fact_num(op->out, op->mem, FACT_SLICES, in->slices);
	result_fact(op->out, op->mem, str_c(FACT_SOURCE_HASH), str_c(facts->pins));
	result_fact_num(op->out, op->mem, FACT_HIDDEN, facts->hidden_count);
	result_fact_num(op->out, op->mem, FACT_PARTIAL, facts->partial_count);
	result_count(op->out, op->mem, COUNT_ROWS_READ, (uint64_t)facts->rows);
	return 0;
}

int op_inspect(const struct op *op, struct err *e)
{
	struct inspection in = {.op = op, .piece_hash = hash_new_sha256()};
	struct row_source from = op_source(op, &op->spec->audience.source);
	struct row_source_calls calls = {.on_header = on_header,
	        .on_record = on_record,
	        .on_object = on_object,
	        .on_piece = on_piece,
	        .on_piece_done = on_piece_done,
	        .on_object_done = on_object_done,
	        .arg = &in};
	struct row_source_facts facts;
	buf_init(&in.list, SLICES_MAX_BYTES);
	int act = row_source_read(&from, &calls, op->mem, &facts, e);
	if (act == 0)
		act = keyring_conceal(
		        op->worker->keys, STR("selections"), STR("source"), facts.pins, e);
	if (act == 0)
		act = end_slice(&in, e);
	if (act == 0)
		act = write_list(&in, &facts, e);
	buf_release(&in.list);
	hash_free(in.piece_hash);
	return act == 0 ? 0 : err_note(e, "audience " STR_FMT, STR_ARG(op->spec->audience.name));
}
