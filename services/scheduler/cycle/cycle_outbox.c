/* SPDX-License-Identifier: Apache-2.0
 * Composes a decision's messages, in order: receipts, tasks, the status, audit records. */
#include "cycle.h"

#include "decide/status.h"

static struct outbox_row *add_row(struct outbox *out, struct arena *mem)
{
	ARENA_GROW_KNOWN(mem, out->rows, out->count, out->room);
	struct outbox_row *row = &out->rows[out->count++];
	*row = (struct outbox_row){.partition = -1};
	return row;
}

static int encode(struct cycle *c, const struct ev_type *type, const void *event, struct str *out,
        struct err *e)
{
	struct buf bytes;
	buf_init(&bytes, EVENT_MAX_BYTES);
	int act = event_encode(type, event, &bytes, e);
	if (act == 0)
		*out = arena_str(c->mem, buf_str(&bytes));
	buf_release(&bytes);
	return act;
}

/* A trace is a delivery; a span is a task. */
struct str publish_traceparent(struct str delivery_id, struct str task_id, struct arena *mem)
{
	struct str span = task_id.n >= 16 ? task_id : delivery_id;
	if (delivery_id.n != 32 || span.n < 16)
		return (struct str){NULL, 0};
	return arena_printf(mem, "00-" STR_FMT "-%.16s-01", STR_ARG(delivery_id), span.p);
}

struct composing {
	struct cycle *c;
	struct outbox *out;
};

static int add_event(const struct composing *k, const struct delivery *x,
        const struct ev_type *type, const void *event, struct outbox_row **out, struct err *e)
{
	struct str value;
	int act = encode(k->c, type, event, &value, e);
	if (act)
		return act;
	struct outbox_row *row = add_row(k->out, k->c->mem);
	row->delivery_id = x->id;
	row->key = x->id;
	row->value = value;
	row->type = str_c(ev_type_name(type));
	row->tenant = x->tenant;
	row->task_id = (struct str){NULL, 0};
	row->traceparent = publish_traceparent(x->id, row->task_id, k->c->mem);
	*out = row;
	return 0;
}

/* Receipts have their own keys but their delivery's partition, so they are read before its final
 * status. */
static int add_receipt(const struct composing *k, const struct delivery *x,
        const struct ev_receipt *receipt, struct err *e)
{
	struct outbox_row *row = NULL;
	int act = add_event(k, x, &ev_receipt_type, receipt, &row, e);
	if (act)
		return act;
	row->topic = TOPIC_DELIVERIES;
	row->partition =
	        k->c->g->outlet.partition_of(x->id, topic_plan(TOPIC_DELIVERIES)->partitions);
	row->key = arena_printf(
	        k->c->mem, STR_FMT "/" STR_FMT, STR_ARG(x->id), STR_ARG(receipt->file.file_id));
	return 0;
}

/* Tasks of a lane go to few partitions, so that not every worker caches every bridge. */
static struct str lane_key(struct cycle *c, const struct delivery *x, const struct task_row *row)
{
	uint64_t hash = 0;
	for (size_t i = 0; i < row->id.n; i++)
		hash = hash * 31 + (unsigned char)row->id.p[i];
	uint64_t place = hash % (uint64_t)c->g->lane_spread;
	return arena_printf(c->mem, STR_FMT "/" STR_FMT "/%llu", STR_ARG(x->tenant),
	        STR_ARG(row->lane), (unsigned long long)place);
}

static enum spec_reader reader_of(enum topic topic)
{
	return topic == TOPIC_BUILD_TASKS    ? SPEC_FOR_BUILDER
	       : topic == TOPIC_BRIDGE_TASKS ? SPEC_FOR_BRIDGE_WORKER
	       : topic == TOPIC_FORMAT_TASKS ? SPEC_FOR_FORMATTER
	                                     : SPEC_FOR_UPLOADER;
}

/* If the part is too large for the task, the task has the address of the whole spec. */
static void fill_spec(
        struct cycle *c, const struct item *item, enum topic topic, struct ev_task_head *head)
{
	const struct frozen *frozen =
	        item->decision.new_spec.json.p ? &item->decision.new_spec : &item->facts.frozen;
	enum spec_reader reader = reader_of(topic);
	if (frozen->parts[reader].json.n <= SPEC_BY_VALUE_MAX) {
		head->spec = frozen->parts[reader].json;
		head->spec_part = frozen->parts[reader].hash;
		return;
	}
	struct ev_staged_ref *ref = ARENA_NEW(c->mem, struct ev_staged_ref);
	*ref = (struct ev_staged_ref){
	        .kind = STR("spec"),
	        .name = arena_printf(c->mem, "specs/" STR_FMT "/" STR_FMT ".json",
	                STR_ARG(item->id), STR_ARG(frozen->hash)),
	        .sha256 = frozen->hash,
	        .bytes = (int64_t)frozen->json.n,
	};
	head->spec_ref = ref;
}

int cycle_fill_task(struct cycle *c, const struct item *item, const struct task_row *row,
        struct outbox_row *out, struct err *e)
{
	const struct delivery *x = &item->decision.after;
	const struct stage_plan *plan = &stage_plans[row->stage];
	union task_event event;
	memset(&event, 0, sizeof event);
	if (row->made)
		event = *row->made;
	else if (event_decode(plan->type, row->event, c->mem, &event, e) != 0) {
		e->act = ERR_FATAL; /* our own bytes */
		return err_note(e, "stored event of task " STR_FMT, STR_ARG(row->id));
	}
	issue_fill(x, row, item->bucket_place, &event);
	fill_spec(c, item, plan->topic, &event.head);
	int act = encode(c, plan->type, &event, &out->value, e);
	if (act)
		return act;
	out->delivery_id = x->id;
	out->topic = plan->topic;
	out->key = lane_key(c, x, row);
	out->type = str_c(ev_type_name(plan->type));
	out->tenant = x->tenant;
	out->task_id = row->id;
	out->traceparent = publish_traceparent(x->id, row->id, c->mem);
	out->is_by_reference = true;
	return 0;
}

static int add_audit(const struct composing *k, const struct ev_audit_record *record, struct err *e)
{
	const struct delivery x = {.id = record->delivery_id, .tenant = record->tenant};
	struct outbox_row *row = NULL;
	int act = add_event(k, &x, &ev_audit_record_type, record, &row, e);
	if (act)
		return act;
	row->topic = TOPIC_AUDIT;
	row->key = record->tenant;
	return 0;
}

struct outbox_row publish_status_row(const struct engine *g, struct str delivery_id,
        struct str tenant, struct str status, struct arena *mem)
{
	return (struct outbox_row){
	        .delivery_id = delivery_id,
	        .topic = TOPIC_DELIVERIES,
	        .partition = g->outlet.partition_of(
	                delivery_id, topic_plan(TOPIC_DELIVERIES)->partitions),
	        .key = delivery_id,
	        .value = status,
	        .type = STR("DeliveryStatus"),
	        .tenant = tenant,
	        .traceparent = publish_traceparent(delivery_id, (struct str){NULL, 0}, mem),
	        .is_by_reference = true,
	};
}

int cycle_stored_status(struct cycle *c, const struct item *item, struct str *out, struct err *e)
{
	if (item->stored_status.p) {
		*out = item->stored_status;
		return 0;
	}
	struct ev_delivery_status status = status_of(&item->before);
	return encode(c, &ev_delivery_status_type, &status, out, e);
}

static int add_status(const struct composing *k, const struct item *item, struct err *e)
{
	struct cycle *c = k->c;
	const struct delivery *x = &item->decision.after;
	struct str bytes;
	int act = 0;
	if (item->decision.wants_status) {
		struct ev_delivery_status status = status_of(x);
		act = encode(c, &ev_delivery_status_type, &status, &bytes, e);
	} else if (item->decision.republish) {
		act = cycle_stored_status(c, item, &bytes, e);
	} else {
		return 0;
	}
	if (act)
		return act;
	struct outbox_row *row = add_row(k->out, c->mem);
	*row = publish_status_row(c->g, x->id, x->tenant, bytes, c->mem);
	row->version = x->status_version;
	return 0;
}

static int compose_item(const struct composing *k, struct item *item, struct err *e)
{
	struct cycle *c = k->c;
	const struct decision *n = &item->decision;
	int act = 0;
	for (size_t i = 0; i < n->receipts_count && act == 0; i++)
		act = add_receipt(k, &n->after, &n->receipts[i], e);
	for (size_t i = 0; i < n->rows_count && act == 0; i++) {
		if (n->rows[i].is_issued_now)
			act = cycle_fill_task(c, item, &n->rows[i], add_row(k->out, c->mem), e);
		act = act ? act : cycle_has_room(c, e);
	}
	if (act == 0)
		act = add_status(k, item, e);
	for (size_t i = 0; i < n->audits_count && act == 0; i++)
		act = add_audit(k, &n->audits[i], e);
	if (act)
		err_note(e, "delivery " STR_FMT, STR_ARG(item->id));
	return act;
}

/* Tasks issued again have their events in their rows. */
int cycle_load_events(struct cycle *c, struct err *e)
{
	size_t most = 0;
	for (size_t i = 0; i < c->count; i++)
		most += c->items[i]->decision.rows_count;
	struct str *ids = arena_alloc(c->mem, (most + 1) * sizeof *ids);
	struct task_row **rows = arena_alloc(c->mem, (most + 1) * sizeof(struct task_row *));
	size_t count = 0;
	for (size_t i = 0; i < c->count; i++) {
		for (size_t k = 0; k < c->items[i]->decision.rows_count; k++) {
			struct task_row *row = &c->items[i]->decision.rows[k];
			if (!row->is_issued_now || row->made)
				continue;
			rows[count] = row;
			ids[count++] = row->id;
		}
	}
	if (count == 0)
		return 0;
	struct task_event_row *found = NULL;
	size_t found_count = 0;
	int act = task_db_load_events(c->g->pg, ids, count, c->mem, &found, &found_count, e);
	if (act)
		return act;
	struct lookup by_id = {0};
	for (size_t i = 0; i < count; i++)
		lookup_put(&by_id, ids[i], rows[i], c->mem);
	for (size_t i = 0; i < found_count; i++) {
		struct task_row *row = lookup_find(&by_id, found[i].task_id);
		if (row)
			row->event = found[i].event;
	}
	return cycle_has_room(c, e);
}

int cycle_compose(struct cycle *c, struct outbox *out, struct err *e)
{
	const struct composing k = {c, out};
	int act = cycle_load_events(c, e);
	for (size_t i = 0; i < c->count && act == 0; i++)
		act = compose_item(&k, c->items[i], e);
	for (size_t i = 0; i < c->trail.count && act == 0; i++)
		act = add_audit(&k, &c->trail.items[i], e);
	return act;
}
