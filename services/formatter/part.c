/* SPDX-License-Identifier: Apache-2.0
 *
 * A part is a range of the members' ranks, in order of ordinals. Memory holds the members (a
 * compressed bitmap, at most 512 MiB for 2^32 ordinals) and one batch of rows, whatever the size
 * of the file.
 */
#include "staged.h"

#include "longshore/probe.h"
#include "longshore/row_writer.h"
#include "longshore/selection.h"

#include <inttypes.h>

enum {
	BATCH_ROWS = 1024,
	SCRATCH_BYTES = 80 * 1024 * 1024, /* a batch of the longest possible rows */
	MEMBERS_BYTES = 576 * 1024 * 1024,
};

struct part {
	const struct format_op *op;
	struct selection *members;
	struct bridge_values *values;
	struct row_column *columns;
	size_t *sources; /* the bridge column of each column; unused for constants */
	struct staged_file file;
	struct row_writer *rows;
	struct arena scratch;
};

static int load_members(struct part *p, struct err *e)
{
	const struct ev_staged_ref *ref = p->op->task->members;
	struct str bytes = {0};
	struct arena mem;
	arena_init(&mem, MEMBERS_BYTES);
	int act = staged_get(p->op, STR("selections"), ref, MEMBERS_BYTES, &mem, &bytes, e);
	if (act == 0)
		act = selection_load(bytes, &p->members, e);
	arena_release(&mem);
	if (act != 0)
		return err_note(e, "members");
	uint64_t count = selection_count(p->members);
	if (ref->rows < 0 || count != (uint64_t)ref->rows)
		return err_set(e, ERR_REJECT, CODE_CORRUPT,
		        "the selection has %" PRIu64 " members, the task names %" PRId64, count,
		        ref->rows);
	int64_t first = p->op->task->first_rank, ranks = p->op->task->ranks;
	if (first < 0 || ranks < 0 || first > ref->rows || ranks > ref->rows - first)
		return err_set(e, ERR_REJECT, CODE_BAD_TASK,
		        "ranks %" PRId64 " and %" PRId64 " more are not in a selection of %" PRId64,
		        first, ranks, ref->rows);
	return 0;
}

/* Finds the bridge column that a destination column takes its values from. */
static int find_source(const struct part *p, struct str name, size_t *out, struct err *e)
{
	for (size_t i = 0; i < bridge_values_columns(p->values); i++) {
		if (str_eq(bridge_values_column_name(p->values, i), name)) {
			*out = i;
			return 0;
		}
	}
	return err_set(e, ERR_REJECT, CODE_BAD_SPEC,
	        "destination column source \"" STR_FMT "\": bridge version " STR_FMT
	        " has no such column; correct the destination, or build the bridge with this "
	        "column",
	        STR_ARG(name), STR_ARG(p->op->task->bridge_version));
}

static int plan_columns(struct part *p, struct err *e)
{
	const struct spec_destination *to = &p->op->spec->destination;
	struct arena *mem = p->op->run->mem;
	p->columns = ARENA_TRY_ARRAY(mem, struct row_column, to->columns_count);
	p->sources = ARENA_TRY_ARRAY(mem, size_t, to->columns_count);
	if (!p->columns || !p->sources)
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC,
		        "destination: %zu columns are too many", to->columns_count);
	for (size_t i = 0; i < to->columns_count; i++) {
		const struct spec_column *column = &to->columns[i];
		p->columns[i] = (struct row_column){
		        .name = column->name,
		        .is_constant = column->is_constant,
		        .constant = column->constant,
		        .max_length = column->max_length,
		        .is_required = column->is_required,
		};
		if (!column->is_constant && find_source(p, column->source, &p->sources[i], e) != 0)
			return e->act;
	}
	return 0;
}

static int put_batch(struct part *p, const uint32_t *ordinals, size_t n, struct str *records,
        struct str *row, struct err *e)
{
	size_t width = bridge_values_columns(p->values);
	size_t columns_count = p->op->spec->destination.columns_count;
	arena_reset(&p->scratch);
	if (bridge_values_fetch(p->values, ordinals, n, &p->scratch, records, e) != 0)
		return e->act;
	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < columns_count; c++)
			row[c] = records[i * width + p->sources[c]];
		if (row_writer_put(p->rows, row, e) != 0)
			return e->act;
	}
	return 0;
}

static int put_rows(struct part *p, struct err *e)
{
	const struct ev_format_task *task = p->op->task;
	struct arena *mem = p->op->run->mem;
	size_t width = bridge_values_columns(p->values);
	uint32_t *ordinals = ARENA_TRY_ARRAY(mem, uint32_t, BATCH_ROWS);
	struct str *records = ARENA_TRY_ARRAY(mem, struct str, BATCH_ROWS * width);
	struct str *row = ARENA_TRY_ARRAY(mem, struct str, p->op->spec->destination.columns_count);
	if (!ordinals || !records || !row)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a batch of rows");
	for (int64_t done = 0; done < task->ranks;) {
		if (p->op->run->stop && atomic_load(p->op->run->stop))
			return err_set(e, ERR_DEFER, "drain", "the formatter is ending");
		int64_t left = task->ranks - done;
		size_t got = 0;
		selection_ranks(p->members, (uint64_t)(task->first_rank + done), ordinals,
		        left < BATCH_ROWS ? (size_t)left : BATCH_ROWS, &got);
		if (got == 0)
			return err_set(
			        e, ERR_FATAL, "selection", "a selection ends before its count");
		if (put_batch(p, ordinals, got, records, row, e) != 0)
			return e->act;
		done += (int64_t)got;
	}
	return 0;
}

static int put_file(struct part *p, struct err *e)
{
	const struct spec_destination *to = &p->op->spec->destination;
	const struct row_layout layout = {
	        .columns = p->columns,
	        .columns_count = to->columns_count,
	        .format = to->format,
	        .delimiter = to->delimiter,
	        .quotes = to->quote_mode,
	        .has_header = to->header_row,
	        .is_crlf = to->crlf,
	};
	if (staged_begin(p->op, to->compression, &p->file, e) != 0)
		return e->act;
	if (row_writer_new(&layout, p->file.encoder, &p->rows, e) != 0)
		return e->act;
	PROBE(format_after_header);
	int act = put_rows(p, e);
	if (act == 0 && row_writer_rows(p->rows) != p->op->task->ranks)
		act = err_set(
		        e, ERR_FATAL, "rows", "a part has a different number of rows than planned");
	row_writer_free(p->rows); /* it borrows `layout` */
	p->rows = NULL;
	return act != 0 ? act : staged_finish(&p->file, p->op->task->ranks, e);
}

static int run(struct part *p, struct err *e)
{
	const struct ev_format_task *task = p->op->task;
	if (!task->members || !task->bridge_version.p)
		return err_set(
		        e, ERR_REJECT, CODE_BAD_TASK, "a part needs members and a bridge version");
	if (load_members(p, e) != 0)
		return e->act;
	if (bridge_values_open(p->op->formatter->cache, task->bridge_version, &p->values, e) != 0)
		return e->act;
	if (plan_columns(p, e) != 0)
		return e->act;
	return put_file(p, e);
}

int format_part(const struct format_op *op, struct err *e)
{
	struct part p = {.op = op};
	arena_init(&p.scratch, SCRATCH_BYTES);
	int act = run(&p, e);
	staged_release(&p.file);
	bridge_values_release(p.values);
	selection_free(p.members);
	arena_release(&p.scratch);
	return act;
}
