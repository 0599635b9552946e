/* SPDX-License-Identifier: Apache-2.0
 *
 * Select: one slice through the bridge into three sets. The bytes are hashed as they are read and
 * must be those that inspect pinned, else the source has changed and the delivery begins a new
 * revision.
 *
 * A row of a suppressed state is still counted and chosen, and its record also blocked: so the
 * books say how many were taken out, and no other row can bring the record back.
 */
#include "lookup.h"
#include "op.h"
#include "selfile.h"
#include "slices.h"
#include "states.h"

#include "longshore/csv.h"
#include "longshore/probe.h"
#include "longshore/result.h"

#include <stdlib.h>

enum { PIECE_BYTES = 256 * 1024, HEADER_PIECE = 4096, TAG_BLOCKED = 1, ADD_BATCH = LOOKUP_BATCH };

struct selecting {
	const struct op *op;
	struct slice slice;
	struct lookup *lookup;
	struct selfile sets;
	size_t columns, id_column, state_column;
	size_t filter_columns[32];
	bool has_header;
	uint64_t rows, invalid, filtered, unmatched, matched;
};

/* --- header --- */

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
	struct selecting *s = arg;
	const struct spec_audience *audience = &s->op->spec->audience;
	s->has_header = true;
	s->columns = header->count;
	int act = column_of(header, audience->id_column, &s->id_column, e);
	if (act == 0 && audience->state_column.n > 0)
		act = column_of(header, audience->state_column, &s->state_column, e);
	for (size_t i = 0; act == 0 && i < audience->filters_count; i++)
		act = column_of(header, audience->filters[i].column, &s->filter_columns[i], e);
	return act;
}

static int check_spec(const struct selecting *s, struct err *e)
{
	const struct spec *spec = s->op->spec;
	if (spec->audience.filters_count > sizeof(s->filter_columns) / sizeof(s->filter_columns[0]))
		return err_set(e, ERR_REJECT, "bad_spec", "audience %.*s has more than 32 filters",
		        STR_ARG(spec->audience.name));
	if (spec->audience.state_column.n == 0 && (spec->destination.suppress_states_count > 0 ||
	                                                  spec->destination.suppress_unknown_state))
		return err_set(e, ERR_REJECT, "bad_spec",
		        "destination %.*s suppresses states, but audience %.*s names no "
		        "state_column",
		        STR_ARG(spec->destination.name), STR_ARG(spec->audience.name));
	return 0;
}

static int read_header(struct selecting *s, struct source_reader *from, struct err *e)
{
	struct csv_format format = {
	        .delimiter = s->op->spec->audience.source.delimiter, .has_header = true};
	struct csv_reader *csv = NULL;
	char piece[HEADER_PIECE];
	int act = csv_reader_new(&format, on_header, NULL, s, &csv, e);
	for (int64_t at = 0; act == 0 && !s->has_header && at < s->slice.offset;) {
		size_t n = 0, want = (size_t)(s->slice.offset - at) < sizeof(piece)
		                             ? (size_t)(s->slice.offset - at)
		                             : sizeof(piece);
		act = source_read(from, at, piece, want, &n, e);
		if (act == 0 && n == 0)
			break;
		if (act == 0)
			act = csv_feed(csv, piece, n, e);
		at += (int64_t)n;
	}
	if (act == 0 && !s->has_header)
		act = err_set(e, ERR_REJECT, "source_changed", "the header is not where it was");
	csv_reader_free(csv);
	return act;
}

/* --- rows --- */

static bool passes_filters(const struct selecting *s, const struct csv_record *record)
{
	const struct spec_audience *audience = &s->op->spec->audience;
	for (size_t i = 0; i < audience->filters_count; i++) {
		const struct spec_filter *f = &audience->filters[i];
		bool found = false;
		for (size_t k = 0; k < f->values_count && !found; k++)
			found = str_eq(record->fields[s->filter_columns[i]], f->values[k]);
		if (!found)
			return false;
	}
	return true;
}

static int on_record(void *arg, const struct csv_record *record, struct err *e)
{
	struct selecting *s = arg;
	struct str id = record->fields[s->id_column];
	s->rows++;
	if (!lookup_is_valid(id)) {
		s->invalid++;
		return 0;
	}
	if (!passes_filters(s, record)) {
		s->filtered++;
		return 0;
	}
	bool blocked =
	        s->op->spec->audience.state_column.n > 0 &&
	        state_is_suppressed(&s->op->spec->destination, record->fields[s->state_column]);
	return lookup_add(s->lookup, id, blocked ? TAG_BLOCKED : 0, e);
}

static int on_hits(
        void *arg, const struct bridge_hit *hits, const uint8_t *tags, size_t count, struct err *e)
{
	struct selecting *s = arg;
	uint32_t chosen[ADD_BATCH], blocked[ADD_BATCH], persons[ADD_BATCH];
	size_t n = 0, b = 0;
	(void)e; /* sets grow in memory; they abort when that is out */
	for (size_t i = 0; i < count; i++) {
		if (hits[i].ordinal == BRIDGE_NO_ORDINAL) {
			s->unmatched++;
			continue;
		}
		chosen[n] = (uint32_t)hits[i].ordinal;
		persons[n++] = (uint32_t)hits[i].person;
		if (tags[i] == TAG_BLOCKED)
			blocked[b++] = (uint32_t)hits[i].ordinal;
	}
	s->matched += n;
	selection_add(s->sets.chosen, chosen, n);
	selection_add(s->sets.persons, persons, n);
	selection_add(s->sets.blocked, blocked, b);
	return 0;
}

/* Reads and hashes the whole slice. A row that cannot be read does not end that: whether the source
 * has changed is the better answer, and only the hash of all bytes tells. */
static int read_rows(struct selecting *s, struct source_reader *from, struct csv_reader *csv,
        struct hash *hash, int *unreadable, struct err *why, struct err *e)
{
	char *piece = malloc(PIECE_BYTES);
	int act = piece ? 0 : err_set(e, ERR_FATAL, "out_of_memory", "no memory to select");
	for (int64_t done = 0; act == 0 && done < s->slice.length;) {
		int64_t left = s->slice.length - done;
		size_t n = 0;
		act = op_go_on(s->op, e);
		if (act == 0)
			act = source_read(from, s->slice.offset + done, piece,
			        left < PIECE_BYTES ? (size_t)left : PIECE_BYTES, &n, e);
		if (act == 0 && n == 0)
			act = err_set(e, ERR_REJECT, "source_changed",
			        "the object is shorter than it was");
		if (act != 0)
			break;
		hash_add(hash, piece, n);
		done += (int64_t)n;
		if (*unreadable == 0)
			*unreadable = csv_feed(csv, piece, n, why);
		if (*unreadable != 0 && strcmp(why->code, "bad_csv") != 0)
			break;
	}
	free(piece);
	if (act == 0 && *unreadable == 0)
		*unreadable = csv_finish(csv, why);
	return act;
}

static int check_pin(const struct selecting *s, struct hash *hash, struct err *e)
{
	char sha[SHA256_HEX];
	hash_take_hex(hash, sha);
	if (strcmp(sha, s->slice.sha256) != 0)
		return err_set(e, ERR_REJECT, "source_changed",
		        "its bytes are not those that were inspected");
	return 0;
}

static int select_rows(struct selecting *s, struct source_reader *from, struct err *e)
{
	struct csv_format format = {.delimiter = s->op->spec->audience.source.delimiter,
	        .first_row = s->slice.first_row,
	        .offset = s->slice.offset,
	        .fields = s->columns};
	struct csv_reader *csv = NULL;
	struct hash *hash = hash_new_sha256();
	struct err why;
	int unreadable = 0;
	int act = csv_reader_new(&format, NULL, on_record, s, &csv, e);
	if (act == 0)
		act = read_rows(s, from, csv, hash, &unreadable, &why, e);
	if (act == 0 && (unreadable == 0 || strcmp(why.code, "bad_csv") == 0))
		act = check_pin(s, hash, e);
	if (act == 0 && unreadable != 0) {
		*e = why;
		act = unreadable;
	}
	if (act == 0)
		act = lookup_flush(s->lookup, e);
	csv_reader_free(csv);
	hash_free(hash);
	return act;
}

static int read_slice(struct selecting *s, struct err *e)
{
	struct source *source = NULL;
	struct source_reader *from = NULL;
	int act = source_open(s->op->spec->audience.source.url, &source, e);
	if (act == 0)
		act = source_read_open(source, s->slice.object, &from, e);
	if (act == 0)
		act = read_header(s, from, e);
	if (act == 0)
		act = select_rows(s, from, e);
	source_read_close(from);
	source_close(source);
	return act == 0 ? 0 : err_note(e, "object " STR_FMT, STR_ARG(s->slice.object));
}

/* --- result --- */

static int write_sets(struct selecting *s, struct err *e)
{
	const struct op *op = s->op;
	struct buf bytes;
	struct secret key;
	struct sealed_facts facts;
	struct str name = op_object(op, "sel");
	s->sets.links = s->matched;
	buf_init(&bytes, SELFILE_MAX_BYTES);
	int act = selfile_write(&s->sets, &bytes, e);
	if (act == 0)
		act = op_key(op, STR("selections"), op->task->head.delivery_id, &key, e);
	PROBE(select_before_write);
	if (act == 0)
		act = sealed_put_once(op->worker->staging, name, &key, buf_str(&bytes), &facts, e);
	secret_wipe(&key);
	buf_release(&bytes);
	PROBE(select_after_write);
	if (act != 0)
		return act;
	struct ev_staged_ref ref = {.kind = STR("selection"),
	        .name = name,
	        .sha256 = str_c(facts.sha256),
	        .bytes = facts.bytes,
	        .rows = (int64_t)selection_count(s->sets.chosen)};
	result_output(op->out, op->mem, &ref);
	return 0;
}

static void count_rows(const struct selecting *s)
{
	const struct {
		const char *name;
		uint64_t value;
	} counts[] = {{"rows_read", s->rows}, {"invalid", s->invalid}, {"filtered", s->filtered},
	        {"unmatched", s->unmatched}, {"matched", s->matched}, {"links_found", s->matched},
	        {"not_picked", 0}, {"over_cap", 0}, {"links", s->matched}, {"fan_out", 0}};
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		result_count(s->op->out, s->op->mem, counts[i].name, counts[i].value);
}

static int find_slice(struct selecting *s, struct err *e)
{
	const struct op *op = s->op;
	struct secret key;
	struct str list;
	if (!op->task->input)
		return err_set(e, ERR_REJECT, "bad_task", "a select task without a slice list");
	int act = op_key(op, STR("selections"), op->task->head.delivery_id, &key, e);
	if (act == 0)
		act = sealed_get(op->worker->staging, op->task->input->name, &key, SLICES_MAX_BYTES,
		        op->mem, &list, e);
	secret_wipe(&key);
	return act == 0 ? slice_at(list, op->task->head.index, &s->slice, e) : act;
}

int op_select(const struct op *op, struct err *e)
{
	struct selecting *s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to select");
	s->op = op;
	s->sets = (struct selfile){
	        .chosen = selection_new(), .blocked = selection_new(), .persons = selection_new()};
	int act = check_spec(s, e);
	if (act == 0)
		act = find_slice(s, e);
	if (act == 0)
		act = lookup_new(op, on_hits, s, &s->lookup, e);
	if (act == 0)
		act = read_slice(s, e);
	if (act == 0)
		act = write_sets(s, e);
	if (act == 0)
		count_rows(s);
	lookup_free(s->lookup);
	selfile_release(&s->sets);
	free(s);
	return act == 0 ? 0
	                : err_note(e, "select from audience " STR_FMT,
	                          STR_ARG(op->spec->audience.name));
}
