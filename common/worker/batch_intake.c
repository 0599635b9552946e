/* SPDX-License-Identifier: Apache-2.0
 * Partitions, messages and commits of the batch loop. */
#include "batch_history.h"

#include "longshore/clock.h"
#include "longshore/log_events.h"
#include "longshore/probe.h"

#include <assert.h>
#include <stdlib.h>

enum {
	READ_MAX_MS = 5,
	COMMIT_PAUSE_MS = 200,
};

static enum topic topic_of(const struct batch_loop *l, struct str name)
{
	for (size_t i = 0; i < l->service->plan->reads_count; i++) {
		if (str_eq(l->frame->topics[l->service->plan->reads[i]], name))
			return l->service->plan->reads[i];
	}
	return TOPIC_COUNT;
}

static struct place *place_find(struct batch_loop *l, enum topic topic, int32_t partition)
{
	for (size_t i = 0; i < l->places_count; i++) {
		if (l->places[i].topic == topic && l->places[i].partition == partition)
			return &l->places[i];
	}
	return NULL;
}

/* Uses the position that the service keeps itself, instead of the committed one. */
static int ask_position(
        struct batch_loop *l, const struct place *at, struct bus_position *p, struct err *e)
{
	struct batch_position kept = {.next = -1};
	if (l->service->position(l->state, at->topic, at->partition, &kept, e))
		return e->act;
	struct str text = str_c(kept.witness);
	p->offset = kept.next;
	p->metadata = text.n ? arena_str(&l->mem, text) : (struct str){NULL, 0};
	return 0;
}

static int take_places(struct batch_loop *l, struct place *places, struct bus_position *positions,
        size_t count, struct err *e)
{
	struct witness *known = ARENA_TRY_ARRAY(&l->mem, struct witness, count + 1);
	if (!known)
		return err_set(
		        e, ERR_FATAL, "out_of_memory", "out of memory for %zu partitions", count);
	for (size_t i = 0; i < count; i++) {
		struct place *at = &places[i];
		struct bus_position *p = &positions[i];
		*at = (struct place){.topic = topic_of(l, p->topic), .partition = p->partition};
		if (l->service->keeps_offsets && ask_position(l, at, p, e))
			return e->act;
		p->topic = l->frame->topics[at->topic];
		known[i] = witness_take(&p->metadata);
		at->next = p->offset;
		at->done = known[i];
	}
	l->reread_ms = WITNESS_REREAD_MS;
	if (batch_history_take(l, positions, count, e))
		return e->act;
	return followed_begin(&l->logs, positions, known, count, e);
}

int batch_assigned(void *arg, struct bus_position *positions, size_t count, struct err *e)
{
	struct batch_loop *l = arg;
	struct place *places = calloc(count + 1, sizeof(*places));
	if (!places)
		return err_set(
		        e, ERR_FATAL, "out_of_memory", "out of memory for %zu partitions", count);
	if (take_places(l, places, positions, count, e)) {
		free(places);
		return e->act;
	}
	l->places = places;
	l->places_count = count;
	l->is_fenced = false;
	l->is_paused = false;
	l->last_code = NULL;
	frame_count(l->frame, METRIC_REBALANCES);
	LOG(WORKER_ASSIGNED, "partitions taken", LOG_NUM("partitions", (int64_t)count));
	return 0;
}

/* Called while positions are not known: nothing can be read without those in the service's own
 * store. */
bool batch_waiting(void *arg, const struct err *why)
{
	struct batch_loop *l = arg;
	if (!l->last_code || strcmp(l->last_code, why->code) != 0)
		LOG_ERR(WORKER_ASSIGNMENT_AWAITED, why, NULL, 0);
	l->last_code = why->code;
	telemetry_alive(l->frame->telemetry, clock_mono_ms());
	return !wake_is_asked_to_end();
}

/* Commits what was done, and forgets messages that were only read. */
void batch_revoked(void *arg, const struct bus_position *positions, size_t count, bool lost)
{
	struct batch_loop *l = arg;
	struct err e;
	(void)positions;
	PROBE(revoke_begin);
	l->commit_not_before_ms = 0;
	if (!lost && batch_commit(l, &e))
		LOG_ERR(WORKER_LAST_COMMIT_FAILED, &e, NULL, 0);
	batch_drop(l, l->messages_count);
	followed_end(&l->logs);
	free(l->places);
	l->places = NULL;
	l->places_count = 0;
	l->generation++;
	LOG(WORKER_REVOKED, lost ? "partitions lost" : "partitions revoked",
	        LOG_NUM("partitions", (int64_t)count));
}

void batch_drop(struct batch_loop *l, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bus_message_free(l->messages[i]);
	l->messages_count -= count;
	memmove(l->messages, l->messages + count,
	        l->messages_count * sizeof(const struct bus_message *));
}

static int tell_trouble(struct batch_loop *l, const struct err *e)
{
	if (e->act == ERR_FATAL)
		return e->act;
	if (!l->last_code || strcmp(l->last_code, e->code) != 0)
		LOG_ERR(WORKER_BUS_TROUBLE, e, NULL, 0);
	l->last_code = e->code;
	return 0;
}

int batch_read(struct batch_loop *l, size_t most, struct err *e)
{
	int64_t until_ms = clock_mono_ms() + READ_MAX_MS;
	l->has_more = false;
	while (l->messages_count < most && clock_mono_ms() <= until_ms) {
		const struct bus_message *m;
		if (bus_consumer_poll(l->consumer, 0, &m, e)) {
			l->has_more = true;
			return tell_trouble(l, e);
		}
		if (!m)
			return 0;
		l->last_code = NULL;
		frame_count(l->frame, METRIC_MESSAGES);
		l->logs.owes_look |= bus_was_cut_off(l->consumer);
		struct followed *log = followed_find(&l->logs, m->topic, m->partition);
		if (log && followed_see(&l->logs, log, m) == FOLLOW_NEW)
			l->messages[l->messages_count++] = m;
		else
			bus_message_free(m);
	}
	l->has_more = true;
	return 0;
}

static struct str metadata_of(struct batch_loop *l, const struct place *p)
{
	char text[WITNESS_BYTES];
	(void)witness_encode(&p->done, text);
	return arena_printf(&l->mem, "%s%s", l->history, text);
}

static int positions_of(struct batch_loop *l, bool only_dirty, struct bus_position **out,
        size_t *out_count, struct err *e)
{
	struct bus_position *at = calloc(l->places_count + 1, sizeof(*at));
	if (!at)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for positions");
	size_t count = 0;
	for (size_t i = 0; i < l->places_count; i++) {
		const struct place *p = &l->places[i];
		if (p->is_dirty || !only_dirty)
			at[count++] = (struct bus_position){.topic = l->frame->topics[p->topic],
			        .partition = p->partition,
			        .offset = p->next,
			        .metadata = metadata_of(l, p)};
	}
	*out = at;
	*out_count = count;
	return 0;
}

int batch_pause(struct batch_loop *l, bool pause, struct err *e)
{
	if (pause == l->is_paused || l->places_count == 0)
		return 0;
	struct bus_position *at = NULL;
	size_t count = 0;
	if (positions_of(l, false, &at, &count, e))
		return e->act;
	int act = bus_pause(l->consumer, at, count, pause, e);
	free(at);
	if (act)
		return tell_trouble(l, e);
	l->is_paused = pause;
	return 0;
}

static int commit_refused(struct batch_loop *l, struct err *e)
{
	if (e->act == ERR_FENCED) { /* a revoke follows in one of the next polls */
		frame_count(l->frame, METRIC_COMMITS_FENCED);
		LOG_ERR(WORKER_FENCED, e, NULL, 0);
		l->is_fenced = true;
		return 0;
	}
	l->commit_not_before_ms = clock_mono_ms() + COMMIT_PAUSE_MS;
	return tell_trouble(l, e);
}

/* Commits everything that is done and not yet committed. A failed commit is retried; nothing
 * waits for it. */
int batch_commit(struct batch_loop *l, struct err *e)
{
	if (l->service->keeps_offsets || l->is_fenced || clock_mono_ms() < l->commit_not_before_ms)
		return 0;
	struct bus_position *at = NULL;
	size_t count = 0;
	if (positions_of(l, true, &at, &count, e))
		return e->act;
	if (count) {
		PROBE(batch_before_commit);
	}
	int act = bus_commit(l->consumer, at, count, e);
	free(at);
	if (act)
		return commit_refused(l, e);
	if (count == 0)
		return 0;
	PROBE(batch_after_commit);
	frame_count(l->frame, METRIC_COMMITS);
	for (size_t i = 0; i < l->places_count; i++)
		l->places[i].is_dirty = false;
	return 0;
}

void batch_done(struct batch_loop *l, size_t taken)
{
	for (size_t i = 0; i < taken; i++) {
		const struct bus_message *m = l->messages[i];
		struct place *p = place_find(l, topic_of(l, m->topic), m->partition);
		assert(p); /* messages from before the last revoke were dropped with it */
		p->next = m->offset + 1;
		p->done = witness_of(m);
		p->is_dirty = true;
	}
	batch_drop(l, taken);
}

/* --- partitions that lost their end --- */

static void forget_messages(struct batch_loop *l, const struct followed *log)
{
	size_t kept = 0;
	for (size_t i = 0; i < l->messages_count; i++) {
		const struct bus_message *m = l->messages[i];
		if (m->partition == log->partition && str_eq(m->topic, log->topic))
			bus_message_free(m);
		else
			l->messages[kept++] = m;
	}
	l->messages_count = kept;
}

static int rewound(void *arg, size_t index, int64_t offset, struct err *e)
{
	struct batch_loop *l = arg;
	struct place *p = &l->places[index];
	if (l->service->keeps_offsets &&
	        l->service->rewind(l->state, p->topic, p->partition, offset, e))
		return e->act;
	forget_messages(l, &l->logs.items[index]);
	p->next = offset;
	p->done = witness_none();
	p->is_dirty = true;
	frame_count(l->frame, METRIC_LOGS_CUT);
	return 0;
}

int batch_follow(struct batch_loop *l, struct err *e)
{
	const struct followed_plan plan = {.consumer = l->consumer,
	        .is_paused = l->is_paused,
	        .now_ms = clock_mono_ms(),
	        .reread_ms = l->reread_ms,
	        .rewound = rewound,
	        .arg = l};
	return followed_turn(&l->logs, &plan, e);
}
