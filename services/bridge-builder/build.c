/* SPDX-License-Identifier: Apache-2.0
 *
 * The objects are read twice: once to pin them, for the version's id must be known before the first
 * piece is named, and once to build. Their hashes are compared, so a file that changes in between
 * is told, not built.
 */
#include "build.h"

#include "longshore/bridge_build.h"
#include "longshore/csv.h"
#include "longshore/id.h"
#include "longshore/result.h"
#include "longshore/sha256.h"
#include "longshore/source.h"

#include <stdio.h>
#include <stdlib.h>

enum { PIECE_BYTES = 256 * 1024 };

struct reading {
	const struct building *b;
	struct bridge_build *build; /* NULL: only pin */
	size_t id_column, columns[BRIDGE_COLUMNS_MAX];
	int64_t rows; /* of all objects so far */
	struct hash *pins, *object;
};

static int column_of(const struct csv_record *header, struct str name, size_t *out, struct err *e)
{
	for (size_t i = 0; i < header->count; i++) {
		if (str_eq(header->fields[i], name)) {
			*out = i;
			return 0;
		}
	}
	return err_set(
	        e, ERR_REJECT, "bad_source", "header: there is no column " STR_FMT, STR_ARG(name));
}

static int on_header(void *arg, const struct csv_record *header, struct err *e)
{
	struct reading *r = arg;
	const struct spec_bridge *bridge = &r->b->spec->bridge;
	int act = column_of(header, bridge->from_column, &r->id_column, e);
	for (size_t i = 0; act == 0 && i < bridge->columns_count; i++)
		act = column_of(header, bridge->columns[i].column, &r->columns[i], e);
	return act;
}

static int check_length(
        const struct spec_bridge_column *column, struct str value, int64_t row, struct err *e)
{
	if (column->max_length == 0 || (int64_t)value.n <= column->max_length)
		return 0;
	return err_set(e, ERR_REJECT, "bad_bridge",
	        "row %lld: column " STR_FMT " is longer than %lld bytes", (long long)row,
	        STR_ARG(column->column), (long long)column->max_length);
}

static int on_record(void *arg, const struct csv_record *record, struct err *e)
{
	struct reading *r = arg;
	const struct spec_bridge *bridge = &r->b->spec->bridge;
	struct str values[BRIDGE_COLUMNS_MAX];
	r->rows++;
	if (!r->build)
		return 0;
	for (size_t i = 0; i < bridge->columns_count; i++) {
		values[i] = record->fields[r->columns[i]];
		int act = check_length(&bridge->columns[i], values[i], r->rows, e);
		if (act != 0)
			return act;
	}
	return bridge_build_add(r->build, record->fields[r->id_column], values, r->rows, e);
}

static int read_bytes(struct reading *r, struct source_reader *from, struct csv_reader *csv,
        int64_t *bytes, struct err *e)
{
	char *piece = malloc(PIECE_BYTES);
	int act = piece ? 0 : err_set(e, ERR_FATAL, "out_of_memory", "no memory to build");
	*bytes = 0;
	while (act == 0) {
		size_t n = 0;
		if (r->b->stop && atomic_load(r->b->stop))
			act = err_set(e, ERR_DEFER, "drain", "the builder is going down");
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

static int read_object(struct reading *r, struct source *source, struct str name, struct err *e)
{
	struct csv_format format = {
	        .delimiter = r->b->spec->bridge.source.delimiter, .has_header = true};
	struct csv_reader *csv = NULL;
	struct source_reader *from = NULL;
	int64_t bytes = 0;
	int act = source_read_open(source, name, &from, e);
	if (act == 0)
		act = csv_reader_new(&format, on_header, on_record, r, &csv, e);
	if (act == 0)
		act = read_bytes(r, from, csv, &bytes, e);
	csv_reader_free(csv);
	source_read_close(from);
	if (act != 0)
		return err_note(e, "object " STR_FMT, STR_ARG(name));
	char sha[SHA256_HEX], line[64];
	hash_take_hex(r->object, sha);
	int n = snprintf(line, sizeof(line), "\t%lld\t", (long long)bytes);
	hash_add(r->pins, name.p, name.n);
	hash_add(r->pins, line, (size_t)n);
	hash_add(r->pins, sha, SHA256_HEX - 1);
	hash_add(r->pins, "\n", 1);
	return 0;
}

/* Reads all objects; pins: hash over name, size and SHA-256 of each. */
static int read_all(const struct building *b, struct source *source,
        const struct source_object *objects, size_t count, struct bridge_build *build,
        char pins[SHA256_HEX], int64_t *rows, struct err *e)
{
	struct reading r = {
	        .b = b, .build = build, .pins = hash_new_sha256(), .object = hash_new_sha256()};
	int act = 0;
	for (size_t i = 0; act == 0 && i < count; i++)
		act = read_object(&r, source, objects[i].name, e);
	hash_take_hex(r.pins, pins);
	hash_free(r.pins);
	hash_free(r.object);
	*rows = r.rows;
	return act;
}

static struct id version_of(const struct building *b, const char *pins, int epoch)
{
	const struct spec_bridge *bridge = &b->spec->bridge;
	struct id_hash *h = id_begin(STR("bridge/1"));
	id_add(h, b->spec->tenant);
	id_add(h, bridge->name);
	id_add(h, bridge->from_kind);
	id_add(h, bridge->recipient);
	id_add_num(h, bridge->cardinality == CARDINALITY_1_1);
	id_add_num(h, (int64_t)bridge->columns_count);
	for (size_t i = 0; i < bridge->columns_count; i++) {
		id_add(h, bridge->columns[i].name);
		id_add(h, bridge->columns[i].column);
	}
	id_add(h, bridge->from_column);
	id_add_num(h, epoch);
	id_add(h, str_c(pins));
	return id_end(h);
}

static int fill_keys(const struct building *b, struct bridge_build_spec *spec, struct err *e)
{
	const struct keyring *keys = b->builder->keys;
	int act = keyring_fingerprint(
	        keys, b->spec->tenant, spec->bridge, spec->key_epoch, &spec->fingerprint_key, e);
	if (act == 0)
		act = keyring_mark(keys, b->spec->tenant, spec->bridge, &spec->mark_key, e);
	if (act == 0)
		act = keyring_staging(keys, STR("keys"), spec->version, &spec->keys_scope, e);
	if (act == 0)
		act = keyring_staging(keys, STR("values"), spec->version, &spec->values_scope, e);
	return act;
}

static void report(const struct building *b, const struct id *version, int epoch, const char *pins,
        const struct bridge_build_facts *facts)
{
	struct ev_task_result *out = b->out;
	result_fact(out, b->mem, STR("bridge_version"), id_str(version));
	result_fact_num(out, b->mem, "key_epoch", epoch);
	result_fact_num(out, b->mem, "records", (int64_t)facts->records);
	result_fact_num(out, b->mem, "persons", (int64_t)facts->persons);
	result_fact_num(out, b->mem, "primary_ids", (int64_t)facts->primaries);
	result_fact_num(out, b->mem, "rows", (int64_t)facts->pairs);
	result_fact_num(out, b->mem, "duplicates", (int64_t)facts->repeated);
	result_fact(out, b->mem, STR("source_hash"), str_c(pins));
	result_count(out, b->mem, "rows_read", facts->pairs);
	result_count(out, b->mem, "invalid", 0);
	result_count(out, b->mem, "repeated", facts->repeated);
	result_count(out, b->mem, "pairs", facts->pairs - facts->repeated);
}

static int build_pinned(const struct building *b, struct source *source,
        const struct source_object *objects, size_t count, const char *pins, struct err *e)
{
	const struct spec_bridge *bridge = &b->spec->bridge;
	struct str columns[BRIDGE_COLUMNS_MAX];
	if (bridge->columns_count > BRIDGE_COLUMNS_MAX)
		return err_set(e, ERR_REJECT, "bad_spec",
		        "bridge " STR_FMT ": more than %d columns", STR_ARG(bridge->name),
		        BRIDGE_COLUMNS_MAX);
	for (size_t i = 0; i < bridge->columns_count; i++)
		columns[i] = bridge->columns[i].name;
	int epoch = b->task->key_epoch;
	int act = epoch == 0 ? keyring_current_epoch(b->builder->keys, &epoch, e) : 0;
	if (act != 0)
		return act;
	struct id version = version_of(b, pins, epoch);
	struct bridge_build_spec spec = {.staging = b->builder->staging,
	        .version = id_str(&version),
	        .tenant = b->spec->tenant,
	        .bridge = bridge->name,
	        .id_kind = bridge->from_kind,
	        .recipient = bridge->recipient,
	        .columns = columns,
	        .columns_count = bridge->columns_count,
	        .one_to_one = bridge->cardinality == CARDINALITY_1_1,
	        .key_epoch = epoch,
	        .spill_dir = b->builder->spill_dir,
	        .memory_bytes = (size_t)b->builder->memory_bytes,
	        .shard_bytes = b->builder->shard_bytes};
	struct bridge_build *build = NULL;
	struct bridge_build_facts facts;
	char again[SHA256_HEX];
	int64_t rows = 0;
	act = fill_keys(b, &spec, e);
	if (act == 0)
		act = bridge_build_new(&spec, &build, e);
	if (act == 0)
		act = read_all(b, source, objects, count, build, again, &rows, e);
	if (act == 0 && strcmp(again, pins) != 0)
		act = err_set(e, ERR_RETRY, "source_changed",
		        "the partner's files changed while they were read");
	if (act == 0)
		act = bridge_build_finish(build, &facts, e);
	bridge_build_free(build);
	wipe(&spec, sizeof(spec));
	if (act == 0)
		report(b, &version, epoch, pins, &facts);
	return act;
}

static int build_from(const struct building *b, struct source *source, struct err *e)
{
	const struct spec_source *from = &b->spec->bridge.source;
	struct source_object *objects = NULL;
	size_t count = 0;
	bool ready = false;
	char pins[SHA256_HEX];
	int64_t rows = 0;
	int act = source_list(source, b->mem, &objects, &count, e);
	if (act == 0)
		act = source_ready(source, from->ready_marker, from->quiet_seconds, b->now_ms,
		        objects, count, &ready, e);
	if (act == 0 && (!ready || count == 0))
		act = err_set(e, ERR_RETRY, "source_missing", STR_FMT " %s", STR_ARG(from->url),
		        count == 0 ? "holds no object yet" : "is not complete yet");
	if (act == 0)
		act = read_all(b, source, objects, count, NULL, pins, &rows, e);
	if (act == 0 && rows == 0)
		act = err_set(
		        e, ERR_REJECT, "bad_bridge", STR_FMT " holds no row", STR_ARG(from->url));
	return act == 0 ? build_pinned(b, source, objects, count, pins, e) : act;
}

int build_version(const struct building *b, struct err *e)
{
	struct source *source = NULL;
	int act = source_open(b->spec->bridge.source.url, &source, e);
	if (act == 0)
		act = build_from(b, source, e);
	source_close(source);
	return act == 0 ? 0 : err_note(e, "build bridge " STR_FMT, STR_ARG(b->spec->bridge.name));
}
