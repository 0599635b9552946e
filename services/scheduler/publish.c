/* SPDX-License-Identifier: Apache-2.0
 * Only stored things are published; then they are marked. */
#include "cycle.h"

#include "longshore/log.h"
#include "longshore/probe.h"

static struct publication publication_of(const struct outbox_row *row)
{
	return (struct publication){
	        .topic = row->topic,
	        .partition = row->partition,
	        .key = row->key,
	        .value = row->value,
	        .traceparent = row->traceparent,
	        .type = row->type,
	        .tenant = row->tenant,
	        .delivery = row->delivery_id.n > 0 ? row->delivery_id : (struct str){NULL, 0},
	        .task = row->task_id,
	};
}

static void drop_at(struct publication *items, size_t *origins, size_t *count, size_t at)
{
	for (size_t i = at + 1; i < *count; i++) {
		items[i - 1] = items[i];
		origins[i - 1] = origins[i];
	}
	--*count;
}

/* A message that can never go is left out and named; the others go, in their order. Those before it
 * may go twice. */
static int send_all(struct scheduler *s, const struct outbox_row *rows, size_t count,
        struct arena *mem, struct failed_rows *failed, struct err *e)
{
	struct publication *items = arena_alloc(mem, (count + 1) * sizeof *items);
	size_t *origins = arena_alloc(mem, (count + 1) * sizeof *origins);
	size_t given = count;
	count = 0;
	for (size_t i = 0; i < given; i++) {
		if (!rows[i].value.p)
			continue;
		items[count] = publication_of(&rows[i]);
		origins[count++] = i;
	}
	while (count > 0) {
		size_t bad_item = count;
		int bad = s->outlet.send(s->outlet.arg, items, count, &bad_item, e);
		if (bad == 0)
			break;
		if (bad == ERR_REJECT && bad_item >= count)
			e->act = ERR_FATAL; /* refused, and nobody says what: nothing here can be
			                       right */
		if (e->act != ERR_REJECT)
			return (int)e->act;
		const struct outbox_row *row = &rows[origins[bad_item]];
		LOG(LOG_ERROR, "scheduler.event.unproducible", e->text,
		        LOG_TEXT("delivery_id", row->delivery_id), LOG_TEXT("type", row->type));
		if (row->delivery_id.n > 0 && row->task_id.p)
			failed->ids[failed->count++] = row->delivery_id;
		drop_at(items, origins, &count, bad_item);
	}
	s->tally.published += (int64_t)count;
	return 0;
}

int publish_only(struct scheduler *s, const struct outbox_row *rows, size_t count,
        struct arena *mem, struct err *e)
{
	struct failed_rows failed = {.ids = arena_alloc(mem, (count + 1) * sizeof(struct str))};
	return send_all(s, rows, count, mem, &failed, e);
}

int publish_rows(struct scheduler *s, struct outbox_row *rows, size_t count, struct arena *mem,
        struct failed_rows *out_failed, struct err *e)
{
	*out_failed =
	        (struct failed_rows){.ids = arena_alloc(mem, (count + 1) * sizeof(struct str))};
	int bad = send_all(s, rows, count, mem, out_failed, e);
	if (bad)
		return bad;
	PROBE(sched_after_publish);
	bad = outbox_db_delete(s->pg, rows, count, mem, e);
	PROBE(sched_after_mark);
	return bad;
}
