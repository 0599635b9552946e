/* SPDX-License-Identifier: Apache-2.0
 * Re-reads topics if the store may have lost what was stored of them. */
#include "batch_history.h"

#include "longshore/clock.h"
#include "longshore/log_events.h"

#include <stdio.h>
#include <stdlib.h>

#define HISTORY "history="

static bool is_reread(const struct batch_loop *l, struct str topic)
{
	for (size_t i = 0; i < l->service->rereads_count; i++)
		if (str_eq(l->frame->topics[l->service->rereads[i]], topic))
			return true;
	return false;
}

/* Offsets that were committed in another history. Metadata without a history counts as the
 * current one. */
static bool is_of_another(const struct batch_loop *l, const struct bus_position *p)
{
	return p->offset > 0 && str_has_prefix(p->metadata, STR(HISTORY)) &&
	       !str_eq(p->metadata, str_c(l->history)) && is_reread(l, p->topic);
}

struct lookup { /* room for all positions */
	struct bus_position *then;
	size_t *of;
};

static int look_up(struct batch_loop *l, const struct batch_history *h, const struct lookup *found,
        struct bus_position *positions, size_t count, struct err *e)
{
	size_t n = 0;
	int64_t again = 0;
	for (size_t i = 0; i < count; i++) {
		if (!is_of_another(l, &positions[i]))
			continue;
		found->of[n] = i;
		found->then[n++] = positions[i];
	}
	if (n == 0)
		return 0;
	if (bus_offsets_at(l->consumer, clock_unix_ms() - h->reread_ms, found->then, n, e))
		return e->act;
	for (size_t i = 0; i < n; i++) {
		struct bus_position *p = &positions[found->of[i]];
		int64_t offset = found->then[i].offset;
		if (offset < 0 || offset >= p->offset)
			continue;
		again += p->offset - offset;
		p->offset = offset;
	}
	LOG(WORKER_REREAD,
	        "the database's timeline changed since the offsets were committed: the latest "
	        "messages are read again",
	        LOG_NUM("history", h->number), LOG_NUM("partitions", (int64_t)n),
	        LOG_NUM("messages", again));
	return 0;
}

static int reread(struct batch_loop *l, const struct batch_history *h,
        struct bus_position *positions, size_t count, struct err *e)
{
	const struct lookup found = {
	        calloc(count + 1, sizeof(*found.then)), calloc(count + 1, sizeof(*found.of))};
	int act = found.then && found.of
	                  ? look_up(l, h, &found, positions, count, e)
	                  : err_set(e, ERR_FATAL, "out_of_memory", "out of memory for positions");
	free(found.then);
	free(found.of);
	return act;
}

int batch_history_take(
        struct batch_loop *l, struct bus_position *positions, size_t count, struct err *e)
{
	struct batch_history now;
	if (!l->service->history)
		return 0;
	if (l->service->history(l->state, &now, e))
		return e->act;
	l->history_number = now.number;
	l->reread_ms = now.reread_ms;
	l->owes_history = false;
	(void)snprintf(l->history, sizeof(l->history), HISTORY "%lld", (long long)now.number);
	return reread(l, &now, positions, count, e);
}

int batch_is_same_history(struct batch_loop *l, bool *out_same, struct err *e)
{
	struct batch_history now;
	*out_same = true;
	if (!l->service->history || !l->owes_history || l->places_count == 0)
		return 0;
	int act = l->service->history(l->state, &now, e);
	if (act == ERR_RETRY)
		return 0; /* retried in the next turn */
	if (act)
		return act;
	l->owes_history = false;
	*out_same = now.number == l->history_number;
	return 0;
}
