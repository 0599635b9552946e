/* SPDX-License-Identifier: Apache-2.0
 *
 * Only stored messages are published. Then each acknowledged message is marked. The others stay in
 * the outbox for a sweep to publish; nothing waits for them.
 *
 * A topic that does not accept messages rests. Decisions leave its rows to the sweep, which
 * retries now and then with a few rows and spends at most a sixth of the time waiting for it. The
 * topic rests until the sweep finds no more rows of it, so what was stored while it rested is sent
 * first. */
#include "publish.h"

#include "delivery/lookup.h"
#include "packets.h"

#include "longshore/log_events.h"
#include "longshore/probe.h"

#include <assert.h>

enum {
	PROBE_FIRST_MS = 1000,
	PAUSES = 5, /* pause after a failed wait, in lengths of that wait */
	PROBE_ROWS_FIRST = 16
};

struct sending {
	struct engine *g;
	struct arena *mem;
	const struct outbox_row *
	        *rows; /* to be sent; after them the rows that need no message any more */
	size_t count, all;
	enum publication_fate *fates;
};

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

static void begin(struct sending *x, struct engine *g, const struct outbox_row *rows, size_t count)
{
	x->rows = arena_alloc(x->mem, (count + 1) * sizeof(void *));
	x->fates = arena_alloc(x->mem, (count + 1) * sizeof *x->fates);
	x->g = g;
	for (size_t i = 0; i < count; i++)
		if (rows[i].value.p)
			x->rows[x->count++] = &rows[i];
	x->all = x->count;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].value.p)
			continue;
		x->fates[x->all] = PUBLICATION_ACKED;
		x->rows[x->all++] = &rows[i];
	}
}

/* Rows of a new decision all have a value. */
static void leave_out_resting(struct sending *x)
{
	size_t count = 0;
	assert(x->all == x->count);
	for (size_t i = 0; i < x->count; i++) {
		bool is_resting = x->g->rests[x->rows[i]->topic].is_resting;
		assert(!is_resting || !x->rows[i]->packet); /* packets_store */
		if (!is_resting)
			x->rows[count++] = x->rows[i];
	}
	x->count = x->all = count;
}

static struct str topic_name(size_t topic)
{
	return str_c(topic_plan((enum topic)topic)->suffix);
}

/* Called after a wait that timed out. A topic that accepted some rows is retried sooner, with more
 * rows. */
static void rest(struct engine *g, size_t topic, int32_t waited_ms, bool took_some)
{
	struct topic_rest *r = &g->rests[topic];
	if (!r->is_resting)
		*r = (struct topic_rest){.wait_ms = PROBE_FIRST_MS, .rows = PROBE_ROWS_FIRST};
	else if (took_some)
		r->rows = r->rows * 2 < PUBLISH_ROWS_MAX ? r->rows * 2 : PUBLISH_ROWS_MAX;
	else {
		r->wait_ms = r->wait_ms * 2 < PUBLISH_WAIT_MS ? r->wait_ms * 2 : PUBLISH_WAIT_MS;
		r->rows = PROBE_ROWS_FIRST;
	}
	int64_t pause_ms = took_some ? waited_ms : (int64_t)PAUSES * r->wait_ms;
	r->is_resting = true;
	r->not_before_ms = g->mono_ms + waited_ms + pause_ms;
}

static void note_topics(struct sending *x, int32_t waited_ms, const struct err *why)
{
	bool is_open[TOPIC_COUNT] = {false}, took_some[TOPIC_COUNT] = {false};
	for (size_t i = 0; i < x->count; i++) {
		if (x->fates[i] == PUBLICATION_OPEN)
			is_open[x->rows[i]->topic] = true;
		else
			took_some[x->rows[i]->topic] = true;
	}
	for (size_t t = 0; t < TOPIC_COUNT; t++) {
		if (!is_open[t])
			continue;
		if (!x->g->rests[t].is_resting) {
			const struct log_field fields[] = {LOG_TEXT("topic", topic_name(t))};
			LOG_ERR(SCHEDULER_TOPIC_AWAY, why, fields, 1);
		}
		rest(x->g, t, waited_ms, took_some[t]);
	}
}

/* A row after an open row of the same delivery and topic is sent again after it. */
static void keep_order(struct sending *x)
{
	struct lookup open = {0};
	for (size_t i = 0; i < x->count; i++) {
		const struct outbox_row *row = x->rows[i];
		struct str key = arena_printf(
		        x->mem, "%d|" STR_FMT, (int)row->topic, STR_ARG(row->delivery_id));
		bool is_behind = lookup_find(&open, key);
		if (is_behind && x->fates[i] == PUBLICATION_ACKED)
			x->fates[i] = PUBLICATION_OPEN;
		if (!is_behind && x->fates[i] == PUBLICATION_OPEN)
			lookup_put(&open, key, x, x->mem);
	}
}

static int send(struct sending *x, int32_t wait_ms, bool *out_open, struct err *e)
{
	struct publication *items = arena_alloc(x->mem, (x->count + 1) * sizeof *items);
	for (size_t i = 0; i < x->count; i++)
		items[i] = publication_of(x->rows[i]);
	const struct publication_set set = {items, x->count, wait_ms, x->fates};
	*out_open = false;
	if (x->count == 0)
		return 0;
	int act = x->g->outlet.send(x->g->outlet.arg, &set, e);
	if (act != 0 && act != ERR_RETRY)
		return act;
	*out_open = act != 0;
	if (*out_open) {
		note_topics(x, wait_ms, e);
		keep_order(x);
	}
	for (size_t i = 0; i < x->count; i++)
		x->g->tally.published += x->fates[i] == PUBLICATION_ACKED;
	return 0;
}

static void note_refused(const struct outbox_row *row, struct failed_rows *failed)
{
	LOG(SCHEDULER_EVENT_UNPRODUCIBLE, "an event can never be published",
	        LOG_TEXT("delivery_id", row->delivery_id), LOG_TEXT("type", row->type));
	if (row->delivery_id.n > 0 && row->task_id.p)
		failed->ids[failed->count++] = row->delivery_id;
}

static int mark(struct sending *x, struct failed_rows *out_failed, struct err *e)
{
	struct outbox_row *done = arena_alloc(x->mem, (x->all + 1) * sizeof *done);
	size_t count = 0;
	*out_failed =
	        (struct failed_rows){.ids = arena_alloc(x->mem, (x->all + 1) * sizeof(struct str))};
	for (size_t i = 0; i < x->all; i++) {
		if (x->fates[i] == PUBLICATION_OPEN)
			continue;
		if (x->fates[i] == PUBLICATION_REFUSED)
			note_refused(x->rows[i], out_failed);
		if (!x->rows[i]->packet)
			done[count++] = *x->rows[i];
	}
	int act = outbox_db_delete(x->g->pg, done, count, x->mem, e);
	return act ? act : packets_mark(x->g, x->rows, x->fates, x->all, x->mem, e);
}

int publish_only(struct engine *g, const struct outbox_row *rows, size_t count, struct arena *mem,
        bool *out_all, struct err *e)
{
	struct sending x = {.mem = mem};
	bool is_open = false;
	begin(&x, g, rows, count);
	leave_out_resting(&x);
	int act = send(&x, PUBLISH_WAIT_MS, &is_open, e);
	*out_all = act == 0 && !is_open && x.count == count;
	return act;
}

int publish_rows(struct engine *g, struct outbox_row *rows, size_t count, struct arena *mem,
        struct failed_rows *out_failed, struct err *e)
{
	struct sending x = {.mem = mem};
	bool is_open = false;
	begin(&x, g, rows, count);
	leave_out_resting(&x);
	int act = send(&x, PUBLISH_WAIT_MS, &is_open, e);
	if (act)
		return act;
	PROBE(sched_after_publish);
	act = mark(&x, out_failed, e);
	PROBE(sched_after_mark);
	return act;
}

int publish_swept(struct engine *g, struct sweeping *x, struct err *e)
{
	struct sending sending = {.mem = x->mem};
	begin(&sending, g, x->rows, x->count);
	int act = send(&sending, x->wait_ms, &x->is_open, e);
	act = act ? act : mark(&sending, &x->failed, e);
	if (act)
		return act;
	int64_t done = 0;
	for (size_t i = 0; i < sending.all; i++)
		done += sending.fates[i] != PUBLICATION_OPEN;
	g->tally.swept += done;
	if (done > 0)
		LOG(SCHEDULER_OUTBOX_SWEPT, "published stored events that were not marked",
		        LOG_NUM("rows", done));
	return 0;
}
