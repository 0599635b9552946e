/* SPDX-License-Identifier: Apache-2.0
 *
 * Combine: members = union of chosen - union of blocked - records of suppressed persons. The lists
 * are read again and must match their pins. The members are written twice: for the delivery, and
 * as the route's next baseline.
 *
 * A selection below the floor stays here: it is counted and hashed, but not written
 * (longshore/floor.h).
 *
 * persons counts distinct persons that matched, before anything was blocked; primary_ids counts
 * distinct primary ids among the members.
 */
#include "lists.h"
#include "lookup.h"
#include "op.h"
#include "selfile.h"

#include "longshore/floor.h"
#include "longshore/id.h"
#include "longshore/probe.h"
#include "longshore/reflist.h"
#include "longshore/result.h"
#include "longshore/result_names.h"

enum { ADD_BATCH = LOOKUP_BATCH };

struct combining {
	const struct op *op;
	struct selfile all; /* union of the slices */
	struct selection *members;
	struct lookup *lookup;
	const struct bridge_keys *keys;
	uint64_t by_state;            /* chosen records that are removed because of a state */
	int64_t listed, listed_known; /* ids in the lists, and those that the bridge knows */
	int64_t known;                /* in the list that is being read */
	uint64_t primary_ids;         /* of the members */
};

static int get_object(const struct op *op, struct str name, struct str prefix, struct str scope,
        size_t max_bytes, struct arena *mem, struct str *out, struct err *e)
{
	struct secret key;
	int act = op_key(op, prefix, scope, &key, e);
	if (act == 0)
		act = sealed_get(op->worker->staging, name, &key, max_bytes, mem, out, e);
	secret_wipe(&key);
	return act;
}

static int check_ref(struct str bytes, struct str sha256, const char *what, struct err *e)
{
	char sha[SHA256_HEX];
	sha256_hex(bytes.p, bytes.n, sha);
	return str_eq(str_c(sha), sha256)
	               ? 0
	               : err_set(e, ERR_REJECT, CODE_CORRUPT, "%s does not match the task", what);
}

static int add_slice(struct combining *c, const struct reflist_item *item, struct err *e)
{
	struct arena mem; /* a slice's bytes are needed only until they are merged */
	struct selfile slice;
	struct str bytes;
	arena_init(&mem, SELFILE_MAX_BYTES);
	int act = get_object(c->op, item->name, STR("selections"), c->op->task->head.delivery_id,
	        SELFILE_MAX_BYTES, &mem, &bytes, e);
	if (act == 0)
		act = check_ref(bytes, item->sha256, "a selection", e);
	if (act == 0)
		act = selfile_read(bytes, &slice, e);
	arena_release(&mem);
	if (act != 0)
		return act;
	c->all.links += slice.links;
	selection_unite(c->all.chosen, slice.chosen);
	selection_unite(c->all.blocked, slice.blocked);
	selection_unite(c->all.persons, slice.persons);
	selfile_release(&slice);
	return 0;
}

static int unite_listed(struct combining *c, const struct ev_staged_ref *list, struct err *e)
{
	const struct op *op = c->op;
	struct str text;
	struct reflist_item *items = NULL;
	size_t count = 0;
	int act = get_object(op, list->name, STR("specs"), op->task->head.delivery_id,
	        REFLIST_MAX_BYTES, op->mem, &text, e);
	if (act == 0)
		act = check_ref(text, list->sha256, "the list of selections", e);
	if (act == 0)
		act = reflist_parse(text, op->mem, &items, &count, e);
	for (size_t i = 0; act == 0 && i < count; i++) {
		act = op_go_on(op, e);
		if (act == 0)
			act = add_slice(c, &items[i], e);
	}
	return act;
}

/* The input is a list of selections, or the only selection itself. */
static int unite(struct combining *c, struct err *e)
{
	const struct ev_staged_ref *input = c->op->task->input;
	if (!input)
		return err_set(e, ERR_REJECT, CODE_BAD_TASK,
		        "a combine task without a list of selections");
	if (!str_eq(input->kind, STR("selection")))
		return unite_listed(c, input, e);
	struct reflist_item only = {.name = input->name, .sha256 = input->sha256};
	return add_slice(c, &only, e);
}

/* --- suppression --- */

static int on_hits(
        void *arg, const struct bridge_hit *hits, const uint8_t *tags, size_t count, struct err *e)
{
	struct combining *c = arg;
	uint32_t blocked[ADD_BATCH];
	size_t n = 0;
	(void)tags;
	(void)e; /* sets grow in memory and abort when it runs out */
	for (size_t i = 0; i < count; i++) {
		if (hits[i].ordinal != BRIDGE_NO_ORDINAL)
			blocked[n++] = (uint32_t)hits[i].ordinal;
	}
	c->known += (int64_t)n;
	selection_add(c->all.blocked, blocked, n);
	return 0;
}

static int on_id(void *arg, struct str id, struct err *e)
{
	struct combining *c = arg;
	return lookup_add(c->lookup, id, 0, e);
}

static const struct ev_suppression_pin *pin_of(const struct ev_bridge_task *task, struct str name)
{
	for (size_t i = 0; i < task->suppressions_count; i++) {
		if (str_eq(task->suppressions[i].name, name))
			return &task->suppressions[i];
	}
	return NULL;
}

static void tell(const struct combining *c, const char *what, struct str list, struct str value)
{
	const struct op *op = c->op;
	result_fact(
	        op->out, op->mem, arena_printf(op->mem, "%s." STR_FMT, what, STR_ARG(list)), value);
}

static void tell_num(const struct combining *c, const char *what, struct str list, int64_t value)
{
	tell(c, what, list, arena_printf(c->op->mem, "%lld", (long long)value));
}

static int suppress_by(struct combining *c, const struct spec_suppression *list, struct err *e)
{
	const struct op *op = c->op;
	const struct ev_suppression_pin *pin = pin_of(op->task, list->name);
	struct list_facts facts;
	if (!pin)
		return err_set(e, ERR_REJECT, CODE_SUPPRESSION_CHANGED,
		        "suppression list " STR_FMT " is not pinned", STR_ARG(list->name));
	c->known = 0;
	int act = list_read(op, list, on_id, c, &facts, e);
	if (act == 0)
		act = lookup_flush(c->lookup, e);
	if (act != 0)
		return act;
	if (!str_eq(pin->version, str_c(facts.source.pins)))
		return err_set(e, ERR_REJECT, CODE_SUPPRESSION_CHANGED,
		        "suppression list " STR_FMT " has changed since the look at the lists",
		        STR_ARG(list->name));
	int64_t ids = facts.source.rows - facts.invalid.count;
	c->listed += ids;
	c->listed_known += c->known;
	tell_num(c, FACT_LIST_IDS, list->name, ids);
	tell_num(c, FACT_LIST_INVALID, list->name, facts.invalid.count);
	tell_num(c, FACT_LIST_KNOWN, list->name, c->known);
	if (facts.invalid.count > 0)
		tell(c, "list_invalid_at", list->name, facts.invalid.text);
	return 0;
}

static int suppress(struct combining *c, struct err *e)
{
	int act = 0;
	for (size_t i = 0; i < c->op->spec->suppressions_count && act == 0; i++)
		act = suppress_by(c, &c->op->spec->suppressions[i], e);
	return act;
}

/* --- result --- */

static int put_members(struct combining *c, struct str kind, struct str name, struct str scope,
        struct str bytes, struct err *e)
{
	const struct op *op = c->op;
	struct secret key;
	struct sealed_facts facts;
	int act = op_key(op, STR("selections"), scope, &key, e);
	if (act == 0)
		act = sealed_put_once(op->worker->staging, name, &key, bytes, &facts, e);
	secret_wipe(&key);
	if (act != 0)
		return act;
	struct ev_staged_ref ref = {.kind = kind,
	        .name = name,
	        .sha256 = str_c(facts.sha256),
	        .bytes = facts.bytes,
	        .rows = (int64_t)selection_count(c->members)};
	result_output(op->out, op->mem, &ref);
	return 0;
}

static int write_members(struct combining *c, struct err *e)
{
	const struct op *op = c->op;
	const struct str route[] = {op->spec->tenant, op->spec->route};
	struct id route_id = id_of("route/1", route, 2);
	struct str baseline = arena_printf(op->mem, "selections/%s/" STR_FMT ".members",
	        route_id.text, STR_ARG(op->task->head.task_id));
	struct buf bytes;
	buf_init(&bytes, SELFILE_MAX_BYTES);
	int act = selection_store(c->members, &bytes, e);
	PROBE(combine_before_write);
	if (act == 0)
		act = put_members(c, STR("members"), op_object(op, "members"),
		        op->task->head.delivery_id, buf_str(&bytes), e);
	if (act == 0)
		act = put_members(
		        c, STR("baseline"), baseline, id_str(&route_id), buf_str(&bytes), e);
	PROBE(combine_after_write);
	buf_release(&bytes);
	return act;
}

/* Loads members that were stored under the route's key. */
static int load_members(const struct op *op, const struct ev_staged_ref *ref, const char *what,
        struct selection **out, struct err *e)
{
	const struct str route[] = {op->spec->tenant, op->spec->route};
	struct id route_id = id_of("route/1", route, 2);
	struct arena mem;
	struct str bytes;
	arena_init(&mem, SELFILE_MAX_BYTES);
	int act = get_object(op, ref->name, STR("selections"), id_str(&route_id), SELFILE_MAX_BYTES,
	        &mem, &bytes, e);
	if (act == 0)
		act = check_ref(bytes, ref->sha256, what, e);
	if (act == 0)
		act = selection_load(bytes, out, e);
	arena_release(&mem);
	return act == 0 ? 0 : err_note(e, "%s", what);
}

/* The hash of a selection that people see. Ordinals are small numbers, so a small set could be
 * found by trying. */
static int hash_selection(
        const struct op *op, const struct selection *s, char hash[SHA256_HEX], struct err *e)
{
	struct str what = arena_printf(op->mem, "selection/" STR_FMT "/" STR_FMT,
	        STR_ARG(op->spec->tenant), STR_ARG(op->spec->route));
	selection_hash(s, op->spec->audience.segment, hash);
	return keyring_conceal(op->worker->keys, STR("selections"), what, hash, e);
}

static int compare_baseline(struct combining *c, struct err *e)
{
	const struct op *op = c->op;
	struct selection *old = NULL;
	char hash[SHA256_HEX];
	if (!op->task->baseline)
		return 0;
	if (!str_eq(op->task->baseline_version, op->task->bridge_version))
		return err_set(e, ERR_REJECT, CODE_BAD_TASK,
		        "the baseline is of another bridge version: ordinals cannot be compared");
	int act = load_members(op, op->task->baseline, "the route's baseline", &old, e);
	if (act != 0)
		return act;
	uint64_t unchanged = selection_common(c->members, old);
	result_count(op->out, op->mem, COUNT_UNCHANGED, unchanged);
	result_count(op->out, op->mem, COUNT_CHANGED, 0);
	result_count(op->out, op->mem, COUNT_ADDED, selection_count(c->members) - unchanged);
	result_count(op->out, op->mem, COUNT_REMOVED, selection_count(old) - unchanged);
	result_count(op->out, op->mem, COUNT_BASELINE, selection_count(old));
	act = hash_selection(op, old, hash, e);
	if (act == 0)
		result_fact(op->out, op->mem, str_c(FACT_BASELINE_HASH), str_c(hash));
	selection_free(old);
	return act;
}

static int compare_approved(struct combining *c, struct err *e)
{
	const struct op *op = c->op;
	struct selection *approved = NULL;
	if (!op->task->approved)
		return 0;
	int act = load_members(op, op->task->approved, "the approved selection", &approved, e);
	if (act != 0)
		return act;
	result_fact_num(op->out, op->mem, FACT_APPROVED_ADDED,
	        (int64_t)(selection_count(c->members) - selection_common(c->members, approved)));
	selection_free(approved);
	return 0;
}

static bool is_withheld(const struct combining *c)
{
	return floor_forbids(c->op->worker->min_audience,
	        floor_size((int64_t)selection_count(c->all.persons), (int64_t)c->primary_ids));
}

static int give_members(struct combining *c, struct err *e)
{
	const struct op *op = c->op;
	c->primary_ids = selection_groups(c->members, bridge_keys_leader(c->keys));
	if (!is_withheld(c))
		return write_members(c, e);
	result_fact_num(op->out, op->mem, FACT_WITHHELD_BELOW, op->worker->min_audience);
	return 0;
}

static int count_members(struct combining *c, struct err *e)
{
	const struct op *op = c->op;
	uint64_t chosen = selection_count(c->all.chosen), persons = selection_count(c->all.persons),
	         members = selection_count(c->members);
	const struct {
		const char *name;
		uint64_t value;
	} counts[] = {{COUNT_REPEATED, c->all.links - persons}, {COUNT_SHARED, persons - chosen},
	        {COUNT_CHOSEN, chosen}, {COUNT_BLOCKED, chosen - members},
	        {COUNT_BLOCKED_BY_STATE, c->by_state},
	        {COUNT_BLOCKED_BY_LIST, chosen - members - c->by_state}, {COUNT_HELD_OUT, 0},
	        {COUNT_CAPPED, 0}, {COUNT_MEMBERS, members}, {COUNT_PERSONS, persons},
	        {COUNT_PRIMARY_IDS, c->primary_ids}};
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		result_count(op->out, op->mem, counts[i].name, counts[i].value);
	char hash[SHA256_HEX];
	if (hash_selection(op, c->members, hash, e) != 0)
		return e->act;
	result_fact(op->out, op->mem, str_c(FACT_CONTENT_HASH), str_c(hash));
	result_fact(op->out, op->mem, str_c(FACT_SUPPRESSION_IDS),
	        arena_printf(op->mem, "%lld", (long long)c->listed));
	result_fact(op->out, op->mem, str_c(FACT_SUPPRESSION_KNOWN),
	        arena_printf(op->mem, "%lld", (long long)c->listed_known));
	return 0;
}

int op_combine(const struct op *op, struct err *e)
{
	struct combining c = {.op = op,
	        .members = selection_new(),
	        .all = {.chosen = selection_new(),
	                .blocked = selection_new(),
	                .persons = selection_new()}};
	int act = lookup_new(op, on_hits, &c, &c.lookup, e);
	if (act == 0) {
		c.keys = lookup_keys(c.lookup);
		act = unite(&c, e);
	}
	c.by_state = selection_common(c.all.chosen, c.all.blocked);
	if (act == 0)
		act = suppress(&c, e);
	if (act == 0) {
		selection_unite(c.members, c.all.chosen);
		selection_subtract(c.members, c.all.blocked);
		act = give_members(&c, e);
	}
	if (act == 0)
		act = compare_baseline(&c, e);
	if (act == 0)
		act = compare_approved(&c, e);
	if (act == 0)
		act = count_members(&c, e);
	lookup_free(c.lookup);
	selfile_release(&c.all);
	selection_free(c.members);
	return act == 0 ? 0 : err_note(e, "route " STR_FMT, STR_ARG(op->spec->route));
}
