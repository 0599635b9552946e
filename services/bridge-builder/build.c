/* SPDX-License-Identifier: Apache-2.0
 *
 * The objects are read once. Pairs go into the sort while the objects are read, and the objects'
 * hashes, known at the end, name the version. Nothing is written before that.
 */
#include "build.h"

#include "longshore/bridge.h"
#include "longshore/bridge_build.h"
#include "longshore/id.h"
#include "longshore/result.h"
#include "longshore/result_names.h"
#include "longshore/row_source.h"

#include <inttypes.h>

enum { PPM = 1000000 };

struct reading {
	const struct building *b;
	struct bridge_build *build;
	size_t id_column, columns[BRIDGE_COLUMNS_MAX];
	int64_t rows; /* of all objects so far */
	struct str object;
	struct row_places invalid;
};

static int on_object(void *arg, const struct source_object *object, struct err *e)
{
	struct reading *r = arg;
	(void)e; /* nothing here can fail */
	r->object = object->name;
	return 0;
}

static int on_header(void *arg, const struct row_header *header, struct err *e)
{
	struct reading *r = arg;
	const struct spec_bridge *bridge = &r->b->spec->bridge;
	int act = row_header_find(header, bridge->from_column, &r->id_column, e);
	for (size_t i = 0; act == 0 && i < bridge->columns_count; i++)
		act = row_header_find(header, bridge->columns[i].column, &r->columns[i], e);
	return act;
}

static int check_length(const struct spec_bridge_column *column, struct str value,
        const struct row_record *record, struct err *e)
{
	if (column->max_length == 0 || (int64_t)value.n <= column->max_length)
		return 0;
	return err_set(e, ERR_REJECT, CODE_BAD_BRIDGE,
	        "row %" PRId64 ": column " STR_FMT " is longer than %" PRId64
	        " bytes: correct the row, or raise its max_length",
	        record->row, STR_ARG(column->column), column->max_length);
}

/* A row with an invalid id on either side maps nobody. It is counted and skipped, like in select,
 * up to the bridge's max_invalid. Any other fault ends the build. */
static int on_record(void *arg, const struct row_record *record, struct err *e)
{
	struct reading *r = arg;
	const struct spec_bridge *bridge = &r->b->spec->bridge;
	struct str values[BRIDGE_COLUMNS_MAX] = {{NULL, 0}}, id = record->fields[r->id_column];
	r->rows++;
	for (size_t i = 0; i < bridge->columns_count; i++)
		values[i] = bridge_id_canonical(record->fields[r->columns[i]]);
	if (!bridge_id_is_valid(id) || !bridge_id_is_valid(values[0])) {
		row_places_add(&r->invalid, r->object, record->row, r->b->mem);
		return 0;
	}
	for (size_t i = 0; i < bridge->columns_count; i++) {
		int act = check_length(&bridge->columns[i], values[i], record, e);
		if (act != 0)
			return act;
	}
	int act = bridge_build_add(r->build, id, values, r->rows, e);
	return act == ERR_REJECT ? err_note(e, "row %" PRId64, record->row) : act;
}

static struct id version_of(const struct building *b, const char *pins, int epoch)
{
	const struct spec_bridge *bridge = &b->spec->bridge;
	struct id_hash *h = id_begin(STR("bridge/3"));
	id_add(h, b->spec->tenant);
	id_add(h, bridge->name);
	id_add(h, bridge->recipient);
	id_add_num(h, (int64_t)bridge->columns_count);
	for (size_t i = 0; i < bridge->columns_count; i++) {
		id_add(h, bridge->columns[i].name);
		id_add(h, bridge->columns[i].column);
	}
	id_add_num(h, bridge->cardinality == CARDINALITY_1_1);
	id_add(h, bridge->from_column);
	id_add(h, bridge->from_kind);
	id_add_num(h, bridge->source.delimiter);
	if (bridge->source.format != SOURCE_CSV) /* versions from CSV keep their ids */
		id_add(h, str_c(source_formats[bridge->source.format]));
	id_add_num(h, epoch);
	id_add_num(h, b->builder->shard_bytes);
	id_add(h, str_c(pins));
	return id_end(h);
}

static int name_version(struct reading *r, struct str version, struct err *e)
{
	const struct keyring *keys = r->b->builder->keys;
	struct secret keys_scope, values_scope;
	int act = keyring_staging(keys, STR("keys"), version, &keys_scope, e);
	if (act == 0)
		act = keyring_staging(keys, STR("values"), version, &values_scope, e);
	if (act == 0)
		bridge_build_name(r->build, version, &keys_scope, &values_scope);
	secret_wipe(&keys_scope);
	secret_wipe(&values_scope);
	return act;
}

static void report(const struct reading *r, struct str version, int epoch,
        const struct row_source_facts *read, const struct bridge_build_facts *facts)
{
	struct ev_task_result *out = r->b->out;
	struct arena *mem = r->b->mem;
	result_fact(out, mem, str_c(FACT_BRIDGE_VERSION), arena_str(mem, version));
	result_fact_num(out, mem, FACT_KEY_EPOCH, epoch);
	result_fact_num(out, mem, COUNT_RECORDS, (int64_t)facts->records);
	result_fact_num(out, mem, COUNT_PERSONS, (int64_t)facts->persons);
	result_fact_num(out, mem, COUNT_PRIMARY_IDS, (int64_t)facts->primaries);
	result_fact_num(out, mem, FACT_ROWS, read->rows);
	result_fact_num(out, mem, FACT_DUPLICATES, (int64_t)facts->repeated);
	result_fact(out, mem, str_c(FACT_SOURCE_HASH), arena_str(mem, str_c(read->pins)));
	result_count(out, mem, COUNT_ROWS_READ, (uint64_t)read->rows);
	result_fact_num(out, mem, FACT_HIDDEN, read->hidden_count);
	result_fact_num(out, mem, FACT_PARTIAL, read->partial_count);
	if (r->invalid.count > 0)
		result_fact(out, mem, str_c(FACT_INVALID_AT), r->invalid.text);
	result_count(out, mem, COUNT_INVALID, (uint64_t)r->invalid.count);
	result_count(out, mem, COUNT_REPEATED, facts->repeated);
	result_count(out, mem, COUNT_PAIRS, facts->pairs - facts->repeated);
}

/* Nothing is written before this. */
static int check_invalid(const struct reading *r, int64_t rows, struct err *e)
{
	const struct spec_bridge *bridge = &r->b->spec->bridge;
	int64_t invalid = r->invalid.count;
	if (rows == invalid)
		return err_set(e, ERR_REJECT, CODE_BAD_BRIDGE,
		        STR_FMT " holds no row with both ids: correct it, or the columns in the "
		                "configuration",
		        STR_ARG(bridge->source.url));
	if (invalid * PPM <= bridge->max_invalid_ppm * rows)
		return 0;
	return err_set(e, ERR_REJECT, CODE_BAD_BRIDGE,
	        "%" PRId64 " of %" PRId64 " rows have no valid id (" STR_FMT
	        "), and max_invalid allows %" PRId64 ".%04" PRId64
	        " %%: correct them, or raise max_invalid",
	        invalid, rows, STR_ARG(r->invalid.text), bridge->max_invalid_ppm / 10000,
	        bridge->max_invalid_ppm % 10000);
}

static int read_and_finish(struct reading *r, int epoch, struct err *e)
{
	const struct spec_source *source = &r->b->spec->bridge.source;
	struct row_source from = {.url = source->url,
	        .credential = source->credential,
	        .host_key = source->host_key,
	        .keys = r->b->builder->key_dir,
	        .form = {source->format, source->delimiter, r->b->builder->duckdb, 0},
	        .ready_marker = source->ready_marker,
	        .quiet_seconds = source->quiet_seconds,
	        .allowed = r->b->builder->sources,
	        .reads_partial = source->read_partial,
	        .now_ms = r->b->now_ms,
	        .stop = r->b->stop};
	struct row_source_calls calls = {
	        .on_header = on_header, .on_record = on_record, .on_object = on_object, .arg = r};
	struct row_source_facts read;
	struct bridge_build_facts facts;
	int act = row_source_read(&from, &calls, r->b->mem, &read, e);
	/* People see the pins, and the version that is derived from them, so the pins are
	 * concealed first. */
	if (act == 0)
		act = keyring_conceal(
		        r->b->builder->keys, STR("keys"), STR("source"), read.pins, e);
	if (act == 0)
		act = check_invalid(r, read.rows, e);
	if (act != 0)
		return act;
	struct id version = version_of(r->b, read.pins, epoch);
	act = name_version(r, id_str(&version), e);
	if (act == 0)
		act = bridge_build_finish(r->build, &facts, e);
	if (act == 0)
		report(r, id_str(&version), epoch, &read, &facts);
	return act;
}

/* The epoch that the task names, else the newest. */
static int fill_epoch(const struct building *b, int *out, struct err *e)
{
	int newest = 0, asked = b->task->key_epoch;
	int act = keyring_current_epoch(b->builder->keys, &newest, e);
	if (act != 0)
		return act;
	if (asked < 0 || asked > newest)
		return err_set(e, ERR_REJECT, CODE_BAD_TASK,
		        "key epoch %d is missing; the newest is %d: run `longshore keys init`, or "
		        "request another build",
		        asked, newest);
	*out = asked > 0 ? asked : newest;
	return 0;
}

static int fill_keys(const struct building *b, struct bridge_build_spec *spec, struct err *e)
{
	const struct keyring *keys = b->builder->keys;
	int act = fill_epoch(b, &spec->key_epoch, e);
	if (act == 0)
		act = keyring_fingerprint(keys, spec->tenant, spec->bridge, spec->key_epoch,
		        &spec->fingerprint_key, e);
	if (act == 0)
		act = keyring_mark(keys, spec->tenant, spec->bridge, &spec->mark_key, e);
	return act;
}

static int build_with(const struct building *b, const struct str *columns, struct err *e)
{
	const struct spec_bridge *bridge = &b->spec->bridge;
	struct bridge_build_spec spec = {.staging = b->builder->staging,
	        .tenant = b->spec->tenant,
	        .bridge = bridge->name,
	        .id_kind = bridge->from_kind,
	        .recipient = bridge->recipient,
	        .columns = columns,
	        .columns_count = bridge->columns_count,
	        .one_to_one = bridge->cardinality == CARDINALITY_1_1,
	        .spill_dir = b->builder->spill_dir,
	        .memory_bytes = (size_t)b->builder->memory_bytes,
	        .shard_bytes = b->builder->shard_bytes};
	struct reading r = {.b = b};
	int act = fill_keys(b, &spec, e);
	if (act == 0)
		act = bridge_build_new(&spec, &r.build, e);
	if (act == 0)
		act = read_and_finish(&r, spec.key_epoch, e);
	bridge_build_free(r.build);
	wipe(&spec, sizeof(spec));
	return act;
}

int build_version(const struct building *b, struct err *e)
{
	const struct spec_bridge *bridge = &b->spec->bridge;
	struct str columns[BRIDGE_COLUMNS_MAX];
	if (bridge->columns_count > BRIDGE_COLUMNS_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC,
		        "bridge " STR_FMT ": more than %d columns", STR_ARG(bridge->name),
		        BRIDGE_COLUMNS_MAX);
	for (size_t i = 0; i < bridge->columns_count; i++)
		columns[i] = bridge->columns[i].name;
	int act = build_with(b, columns, e);
	return act == 0 ? 0 : err_note(e, "bridge " STR_FMT, STR_ARG(bridge->name));
}
