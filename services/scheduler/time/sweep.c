/* SPDX-License-Identifier: Apache-2.0 */
#include "sweep.h"

#include "cycle/cycle.h"

#include "longshore/log_events.h"

enum { SPLIT_AT_ONCE = 64 };

/* --- unmarked packets --- */

static int split_taken(struct engine *g, const struct packet_bounds *bounds, struct arena *mem,
        struct taken_packets *out, struct err *e)
{
	int act = packet_db_take(g->pg, bounds, mem, out, e);
	return act || out->count == 0 ? act
	                              : outbox_db_insert(g->pg, out->rows, out->count, mem, e);
}

int sweep_packets(struct duties *d, struct arena *mem, bool *out_more, struct err *e)
{
	struct engine *g = d->g;
	const struct packet_bounds bounds = {.age_ms = d->rules.outbox_age_ms,
	        .back_ms = reach_back_ms(
	                &d->packet_reach, g->mono_ms, d->rules.outbox_age_ms + OUTBOX_LATE_MS),
	        .most = SPLIT_AT_ONCE};
	struct taken_packets taken = {0};
	int act = db_begin(g->pg, e);
	if (act)
		return act;
	act = split_taken(g, &bounds, mem, &taken, e);
	act = act ? act : db_commit(g->pg, e);
	if (act) {
		db_rollback(g->pg);
		return act;
	}
	*out_more = taken.packets == SPLIT_AT_ONCE;
	if (!*out_more)
		reach_saw_all(&d->packet_reach, g->mono_ms, bounds.back_ms);
	if (taken.count > 0)
		d->outbox_reach = (struct reach){0}; /* old rows have just been inserted */
	return 0;
}

/* --- rows of the outbox --- */

struct swept {
	struct arena *mem;
	struct failed_rows failed;
	bool is_full; /* there can be more */
	bool is_open; /* some were not acknowledged */
};

static int sweep(struct engine *g, const struct outbox_sweep *what, int32_t wait_ms,
        struct swept *out, struct err *e)
{
	struct outbox_row *rows = NULL;
	size_t count = 0;
	out->failed = (struct failed_rows){0};
	out->is_open = false;
	int act = outbox_db_sweep(g->pg, what, out->mem, &rows, &count, e);
	out->is_full = act == 0 && (int64_t)count == what->most;
	if (act || count == 0)
		return act;
	act = cycle_compose_again(g, rows, count, out->mem, e);
	if (act)
		return act;
	struct sweeping x = {.rows = rows, .count = count, .wait_ms = wait_ms, .mem = out->mem};
	act = publish_swept(g, &x, e);
	out->failed = x.failed;
	out->is_open = x.is_open;
	return act;
}

/* Sweeps all topics that do not rest. */
static int sweep_topics(struct duties *d, struct swept *out, struct err *e)
{
	struct engine *g = d->g;
	int64_t topics[TOPIC_COUNT];
	struct outbox_sweep what = {.age_ms = d->rules.outbox_age_ms,
	        .back_ms = reach_back_ms(
	                &d->outbox_reach, g->mono_ms, d->rules.outbox_age_ms + OUTBOX_LATE_MS),
	        .most = PUBLISH_ROWS_MAX,
	        .topics = topics};
	for (size_t t = 0; t < TOPIC_COUNT; t++)
		if (!g->rests[t].is_resting)
			topics[what.topics_count++] = (int64_t)t;
	int act = sweep(g, &what, PUBLISH_WAIT_MS, out, e);
	if (act == 0 && !out->is_full && !out->is_open)
		reach_saw_all(&d->outbox_reach, g->mono_ms, what.back_ms);
	return act;
}

/* Probes a resting topic if it is time to. */
static int probe(struct engine *g, enum topic topic, struct swept *out, struct err *e)
{
	struct topic_rest *r = &g->rests[topic];
	const int64_t topics[] = {topic};
	const struct outbox_sweep what = {.age_ms = 0,
	        .back_ms = REACH_ALL_MS,
	        .most = r->rows,
	        .topics = topics,
	        .topics_count = 1};
	*out = (struct swept){.mem = out->mem};
	if (!r->is_resting || g->mono_ms < r->not_before_ms)
		return 0;
	int act = sweep(g, &what, r->wait_ms, out, e);
	if (act || out->is_open)
		return act;
	if (out->is_full) {
		r->rows = r->rows * 2 < PUBLISH_ROWS_MAX ? r->rows * 2 : PUBLISH_ROWS_MAX;
		return 0;
	}
	LOG(SCHEDULER_TOPIC_BACK, "its stored events were published",
	        LOG_TEXT("topic", str_c(topic_plan(topic)->suffix)));
	*r = (struct topic_rest){0};
	return 0;
}

static int fail_unproducible(struct engine *g, const struct swept *swept, struct err *e)
{
	struct cycle c;
	cycle_init(&c, g, swept->mem);
	cycle_fail_unproducible(&c, &swept->failed);
	return c.count > 0 ? cycle_run(&c, e) : 0;
}

int sweep_outbox(struct duties *d, struct arena *mem, bool *out_more, struct err *e)
{
	struct swept swept = {.mem = mem};
	int act = sweep_packets(d, mem, out_more, e);
	act = act ? act : sweep_topics(d, &swept, e);
	*out_more = act == 0 && (*out_more || swept.is_full);
	act = act ? act : fail_unproducible(d->g, &swept, e);
	for (int t = 0; t < TOPIC_COUNT && act == 0; t++) {
		act = probe(d->g, (enum topic)t, &swept, e);
		*out_more = *out_more || (act == 0 && swept.is_full && !swept.is_open);
		act = act ? act : fail_unproducible(d->g, &swept, e);
	}
	return act;
}
