/* SPDX-License-Identifier: Apache-2.0 */
#include "lists.h"

#include "longshore/csv.h"
#include "longshore/result.h"

#include <stdio.h>
#include <stdlib.h>

enum { PIECE_BYTES = 256 * 1024 };

struct reading {
	const struct op *op;
	const struct spec_suppression *list;
	int (*on_id)(void *arg, struct str id, struct err *e);
	void *arg;
	struct hash *version, *object;
	size_t column;
	struct list_facts facts;
};

static int on_header(void *arg, const struct csv_record *header, struct err *e)
{
	struct reading *r = arg;
	for (size_t i = 0; i < header->count; i++) {
		if (str_eq(header->fields[i], r->list->id_column)) {
			r->column = i;
			return 0;
		}
	}
	return err_set(e, ERR_REJECT, "bad_source", "header: there is no column " STR_FMT,
	        STR_ARG(r->list->id_column));
}

static int on_record(void *arg, const struct csv_record *record, struct err *e)
{
	struct reading *r = arg;
	r->facts.ids++;
	return r->on_id(r->arg, record->fields[r->column], e);
}

static int read_bytes(struct reading *r, struct source_reader *from, struct csv_reader *csv,
        int64_t *bytes, struct err *e)
{
	char *piece = malloc(PIECE_BYTES);
	int act = piece ? 0 : err_set(e, ERR_FATAL, "out_of_memory", "no memory to read a list");
	*bytes = 0;
	while (act == 0) {
		size_t n = 0;
		act = op_go_on(r->op, e);
		if (act == 0)
			act = source_read(from, *bytes, piece, PIECE_BYTES, &n, e);
		if (act != 0 || n == 0)
			break;
		hash_add(r->object, piece, n);
		act = csv_feed(csv, piece, n, e);
		*bytes += (int64_t)n;
	}
	free(piece);
	return act == 0 ? csv_finish(csv, e) : act;
}

static int read_object(
        struct reading *r, struct source *source, const struct source_object *object, struct err *e)
{
	struct csv_format format = {.delimiter = r->list->source.delimiter, .has_header = true};
	struct csv_reader *csv = NULL;
	struct source_reader *from = NULL;
	int64_t bytes = 0;
	int act = source_read_open(source, object->name, &from, e);
	if (act == 0)
		act = csv_reader_new(&format, on_header, on_record, r, &csv, e);
	if (act == 0)
		act = read_bytes(r, from, csv, &bytes, e);
	csv_reader_free(csv);
	source_read_close(from);
	if (act != 0)
		return err_note(e, "object " STR_FMT, STR_ARG(object->name));
	char sha[SHA256_HEX], line[64];
	hash_take_hex(r->object, sha);
	int n = snprintf(line, sizeof(line), "\t%lld\t", (long long)bytes);
	hash_add(r->version, object->name.p, object->name.n);
	hash_add(r->version, line, (size_t)n);
	hash_add(r->version, sha, SHA256_HEX - 1);
	hash_add(r->version, "\n", 1);
	r->facts.bytes += bytes;
	if (object->modified_ms > r->facts.modified_ms)
		r->facts.modified_ms = object->modified_ms;
	return 0;
}

static int read_all(struct reading *r, struct source *source, struct err *e)
{
	struct source_object *objects = NULL;
	size_t count = 0;
	bool ready = false;
	int act = source_list(source, r->op->mem, &objects, &count, e);
	if (act == 0)
		act = source_ready(source, r->list->source.ready_marker,
		        r->list->source.quiet_seconds, r->op->now_ms, objects, count, &ready, e);
	if (act != 0)
		return act;
	if (!ready ||
	        count == 0) /* an empty list is a file with a header; nothing at all is a mistake */
		return err_set(e, ERR_RETRY, "source_missing", STR_FMT " is not complete",
		        STR_ARG(r->list->source.url));
	for (size_t i = 0; act == 0 && i < count; i++)
		act = read_object(r, source, &objects[i], e);
	return act;
}

int list_read(const struct op *op, const struct spec_suppression *list,
        int (*on_id)(void *arg, struct str id, struct err *e), void *arg, struct list_facts *out,
        struct err *e)
{
	struct reading r = {.op = op,
	        .list = list,
	        .on_id = on_id,
	        .arg = arg,
	        .version = hash_new_sha256(),
	        .object = hash_new_sha256()};
	struct source *source = NULL;
	int act = source_open(list->source.url, &source, e);
	if (act == 0)
		act = read_all(&r, source, e);
	hash_take_hex(r.version, r.facts.version);
	source_close(source);
	hash_free(r.version);
	hash_free(r.object);
	if (act != 0)
		return err_note(e, "suppression list " STR_FMT, STR_ARG(list->name));
	*out = r.facts;
	return 0;
}

static int no_id(void *arg, struct str id, struct err *e)
{
	(void)arg;
	(void)id;
	(void)e;
	return 0;
}

int op_lists(const struct op *op, struct err *e)
{
	for (size_t i = 0; i < op->spec->suppressions_count; i++) {
		const struct spec_suppression *list = &op->spec->suppressions[i];
		struct list_facts facts;
		int act = list_read(op, list, no_id, NULL, &facts, e);
		if (act != 0)
			return act;
		struct ev_staged_ref ref = {.kind = STR("suppression"),
		        .name = list->name,
		        .sha256 = str_c(facts.version),
		        .bytes = facts.bytes,
		        .rows = facts.ids};
		result_output(op->out, op->mem, &ref);
		struct str name =
		        arena_printf(op->mem, "modified_ms." STR_FMT, STR_ARG(list->name));
		result_fact(op->out, op->mem, name,
		        arena_printf(op->mem, "%lld", (long long)facts.modified_ms));
	}
	return 0;
}
