/* SPDX-License-Identifier: Apache-2.0
 *
 * Select: maps one slice through the bridge into three sets.
 *
 * An id is looked up in the form of bridge_id_canonical. A row whose id is not valid
 * (bridge_id_is_valid) is invalid; the audience's filters apply after that check. A row of a
 * suppressed state is still counted and chosen, but its record is also blocked. So the books say
 * how many were removed, and no other row can bring the record back.
 */
#include "audience.h"
#include "lookup.h"
#include "op.h"
#include "selfile.h"
#include "slice_read.h"
#include "states.h"

#include "longshore/probe.h"
#include "longshore/result.h"
#include "longshore/result_names.h"

#include <stdlib.h>

enum { TAG_BLOCKED = 1 };

struct selecting {
	const struct op *op;
	struct audience_columns columns;
	struct lookup *lookup;
	struct selfile sets;
	uint64_t rows, filtered, unmatched, matched;
	struct str object;
	struct row_places invalid;
};

static int on_header(void *arg, const struct row_header *header, struct err *e)
{
	struct selecting *s = arg;
	return audience_columns_find(&s->op->spec->audience, header, &s->columns, e);
}

static int on_record(void *arg, const struct row_record *record, struct err *e)
{
	struct selecting *s = arg;
	const struct spec_audience *audience = &s->op->spec->audience;
	struct str id = record->fields[s->columns.id];
	s->rows++;
	if (!bridge_id_is_valid(id)) {
		row_places_add(&s->invalid, s->object, record->row, s->op->mem);
		return 0;
	}
	if (!audience_passes(audience, &s->columns, record)) {
		s->filtered++;
		return 0;
	}
	bool blocked =
	        audience->state_column.n > 0 &&
	        state_is_suppressed(&s->op->spec->destination, record->fields[s->columns.state]);
	return lookup_add(s->lookup, id, blocked ? TAG_BLOCKED : 0, e);
}

static int on_hits(
        void *arg, const struct bridge_hit *hits, const uint8_t *tags, size_t count, struct err *e)
{
	struct selecting *s = arg;
	uint32_t chosen[LOOKUP_BATCH], blocked[LOOKUP_BATCH], persons[LOOKUP_BATCH];
	size_t n = 0, b = 0;
	(void)e; /* sets grow in memory and abort when it runs out */
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
	} counts[] = {{COUNT_ROWS_READ, s->rows}, {COUNT_INVALID, (uint64_t)s->invalid.count},
	        {COUNT_FILTERED, s->filtered}, {COUNT_UNMATCHED, s->unmatched},
	        {COUNT_MATCHED, s->matched}, {COUNT_LINKS_FOUND, s->matched}, {COUNT_NOT_PICKED, 0},
	        {COUNT_OVER_CAP, 0}, {COUNT_LINKS, s->matched}, {COUNT_FAN_OUT, 0}};
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		result_count(s->op->out, s->op->mem, counts[i].name, counts[i].value);
	if (s->invalid.count > 0)
		result_fact(s->op->out, s->op->mem, str_c(FACT_INVALID_AT), s->invalid.text);
}

static int find_slice(const struct op *op, struct str *out, struct err *e)
{
	struct secret key;
	struct str list;
	if (!op->task->input)
		return err_set(e, ERR_REJECT, CODE_BAD_TASK, "a select task without a slice list");
	int act = op_key(op, STR("selections"), op->task->head.delivery_id, &key, e);
	if (act == 0)
		act = sealed_get(op->worker->staging, op->task->input->name, &key, SLICES_MAX_BYTES,
		        op->mem, &list, e);
	secret_wipe(&key);
	return act == 0 ? slice_at(list, op->task->head.index, out, e) : act;
}

static int check_spec(const struct spec *spec, struct err *e)
{
	const struct spec_destination *to = &spec->destination;
	if (spec->audience.state_column.n == 0 &&
	        (to->suppress_states_count > 0 || to->suppress_unknown_state))
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC,
		        "the destination suppresses states, but audience " STR_FMT
		        " has no state_column",
		        STR_ARG(spec->audience.name));
	if (!states_are_known(to))
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC,
		        "the destination's privacy.suppress_states_dtc contains a value that is "
		        "not a state; use USPS codes such as WA");
	return 0;
}

static int read_slice(struct selecting *s, struct str slice, struct err *e)
{
	const struct row_calls calls = {on_header, on_record, s};
	struct slice_piece piece;
	int act = 0;
	for (bool more = true; act == 0 && more;) {
		act = slice_next_piece(&slice, &piece, &more, e);
		s->object = act == 0 ? piece.object : STR("");
		if (act == 0)
			act = slice_read_piece(s->op, &piece, &calls, e);
	}
	return act;
}

int op_select(const struct op *op, struct err *e)
{
	struct selecting *s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to select");
	s->op = op;
	s->sets = (struct selfile){
	        .chosen = selection_new(), .blocked = selection_new(), .persons = selection_new()};
	struct str slice = STR("");
	int act = check_spec(op->spec, e);
	if (act == 0)
		act = find_slice(op, &slice, e);
	if (act == 0)
		act = lookup_new(op, on_hits, s, &s->lookup, e);
	if (act == 0)
		act = read_slice(s, slice, e);
	if (act == 0)
		act = lookup_flush(s->lookup, e);
	if (act == 0)
		act = write_sets(s, e);
	if (act == 0)
		count_rows(s);
	lookup_free(s->lookup);
	selfile_release(&s->sets);
	free(s);
	return act == 0 ? 0 : err_note(e, "audience " STR_FMT, STR_ARG(op->spec->audience.name));
}
