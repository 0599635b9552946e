/* SPDX-License-Identifier: Apache-2.0 */
#include "lists.h"

#include "longshore/bridge.h"
#include "longshore/result.h"

struct listing {
	const struct op *op;
	const struct spec_suppression *list;
	list_on_id on_id;
	void *arg;
	size_t column;
	struct str object;
	struct list_facts facts;
};

static int on_object(void *arg, const struct source_object *object, struct err *e)
{
	struct listing *l = arg;
	(void)e; /* nothing here can fail */
	l->object = object->name;
	return 0;
}

static int on_header(void *arg, const struct row_header *header, struct err *e)
{
	struct listing *l = arg;
	return row_header_find(header, l->list->id_column, &l->column, e);
}

static int on_record(void *arg, const struct row_record *record, struct err *e)
{
	struct listing *l = arg;
	struct str id = record->fields[l->column];
	if (!bridge_id_is_valid(id)) {
		row_places_add(&l->facts.invalid, l->object, record->row, l->op->mem);
		return 0;
	}
	return l->on_id ? l->on_id(l->arg, id, e) : 0;
}

int list_read(const struct op *op, const struct spec_suppression *list, list_on_id on_id, void *arg,
        struct list_facts *out, struct err *e)
{
	struct listing l = {.op = op, .list = list, .on_id = on_id, .arg = arg};
	struct row_source from = op_source(op, &list->source);
	struct row_source_calls calls = {
	        .on_header = on_header, .on_record = on_record, .on_object = on_object, .arg = &l};
	int act = row_source_read(&from, &calls, op->mem, &l.facts.source, e);
	/* A list can consist of one person. Anyone who sees the hash of its bytes could find the
	 * person by trying ids. */
	if (act == 0)
		act = keyring_conceal(
		        op->worker->keys, STR("selections"), STR("source"), l.facts.source.pins, e);
	if (act != 0)
		return err_note(e, "suppression list " STR_FMT, STR_ARG(list->name));
	*out = l.facts;
	return 0;
}

static void name_num(const struct op *op, const char *what, struct str list, int64_t value)
{
	result_fact(op->out, op->mem, arena_printf(op->mem, "%s." STR_FMT, what, STR_ARG(list)),
	        arena_printf(op->mem, "%lld", (long long)value));
}

enum { CLOCKS_DIFFER_MS = 5 * 60 * 1000 };

/* A list is as old as its oldest object, which may be a part that was not renewed. A time in the
 * future says nothing about the age. The scheduler compares again with its own clock. A failure
 * here makes the task try again instead of being done. */
static int check_age(const struct op *op, const struct spec_suppression *list,
        const struct row_source_facts *facts, struct err *e)
{
	const int64_t hour_ms = INT64_C(3600) * 1000;
	bool is_old = op->now_ms - facts->oldest_ms > list->max_age_hours * hour_ms;
	bool is_ahead = facts->modified_ms > op->now_ms + CLOCKS_DIFFER_MS;
	if (list->max_age_hours <= 0 || (!is_old && !is_ahead))
		return 0;
	return err_set(e, ERR_RETRY, CODE_SUPPRESSION_STALE,
	        "suppression list " STR_FMT " has an object that is older than %lld hours or has a "
	        "time in the future; put a newer one there",
	        STR_ARG(list->name), (long long)list->max_age_hours);
}

int op_lists(const struct op *op, struct err *e)
{
	for (size_t i = 0; i < op->spec->suppressions_count; i++) {
		const struct spec_suppression *list = &op->spec->suppressions[i];
		struct list_facts facts = {0};
		int act = list_read(op, list, NULL, NULL, &facts, e);
		act = act ? act : check_age(op, list, &facts.source, e);
		if (act != 0)
			return act;
		struct ev_staged_ref ref = {.kind = STR("suppression"),
		        .name = list->name,
		        .sha256 = str_c(facts.source.pins),
		        .bytes = facts.source.bytes,
		        .rows = facts.source.rows};
		result_output(op->out, op->mem, &ref);
		name_num(op, "modified_ms", list->name, facts.source.oldest_ms);
		name_num(op, "hidden", list->name, facts.source.hidden_count);
		name_num(op, "partial", list->name, facts.source.partial_count);
	}
	return 0;
}
