/* SPDX-License-Identifier: Apache-2.0 */
#include "lists.h"

#include "longshore/result.h"

struct listing {
	const struct spec_suppression *list;
	list_on_id on_id;
	void *arg;
	size_t column;
};

static int on_header(void *arg, const struct csv_record *header, struct err *e)
{
	struct listing *l = arg;
	return csv_column(header, l->list->id_column, &l->column, e);
}

static int on_record(void *arg, const struct csv_record *record, struct err *e)
{
	struct listing *l = arg;
	return l->on_id ? l->on_id(l->arg, record->fields[l->column], e) : 0;
}

int list_read(const struct op *op, const struct spec_suppression *list, list_on_id on_id, void *arg,
        struct csv_source_facts *out, struct err *e)
{
	struct listing l = {.list = list, .on_id = on_id, .arg = arg};
	struct csv_source from = op_source(op, &list->source);
	struct csv_source_calls calls = {.on_header = on_header, .on_record = on_record, .arg = &l};
	int act = csv_source_read(&from, &calls, op->mem, out, e);
	return act == 0 ? 0 : err_note(e, "suppression list " STR_FMT, STR_ARG(list->name));
}

int op_lists(const struct op *op, struct err *e)
{
	for (size_t i = 0; i < op->spec->suppressions_count; i++) {
		const struct spec_suppression *list = &op->spec->suppressions[i];
		struct csv_source_facts facts;
		int act = list_read(op, list, NULL, NULL, &facts, e);
		if (act != 0)
			return act;
		struct ev_staged_ref ref = {.kind = STR("suppression"),
		        .name = list->name,
		        .sha256 = str_c(facts.pins),
		        .bytes = facts.bytes,
		        .rows = facts.rows};
		result_output(op->out, op->mem, &ref);
		struct str name =
		        arena_printf(op->mem, "modified_ms." STR_FMT, STR_ARG(list->name));
		result_fact(op->out, op->mem, name,
		        arena_printf(op->mem, "%lld", (long long)facts.modified_ms));
	}
	return 0;
}
