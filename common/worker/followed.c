/* SPDX-License-Identifier: Apache-2.0 */
#include "followed.h"

#include "longshore/log_events.h"

#include <stdlib.h>

enum { LOOK_PAUSE_MS = 1000, BACK_PAUSE_MS = 1000 };

int followed_begin(struct followed_set *s, struct bus_position *positions,
        const struct witness *known, size_t count, struct err *e)
{
	struct followed *items = calloc(count + 1, sizeof(*items));
	if (!items)
		return err_set(
		        e, ERR_FATAL, "out_of_memory", "out of memory for %zu partitions", count);
	for (size_t i = 0; i < count; i++) {
		struct bus_position *at = &positions[i];
		struct witness due = at->offset >= 0 ? known[i] : witness_none();
		int64_t start = at->offset;
		if (due.offset >= 0 && at->offset == due.offset + 1)
			at->offset = due.offset;
		else if (at->offset > due.offset) /* it belongs to another offset: ignore it */
			due = witness_none();
		items[i] = (struct followed){.topic = at->topic,
		        .partition = at->partition,
		        .next = at->offset,
		        .start = start,
		        .seen = due,
		        .due = due,
		        .back_to = -1};
	}
	*s = (struct followed_set){.items = items, .count = count};
	return 0;
}

void followed_end(struct followed_set *s)
{
	free(s->items);
	*s = (struct followed_set){0};
}

struct followed *followed_find(struct followed_set *s, struct str topic, int32_t partition)
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->items[i].partition == partition && str_eq(s->items[i].topic, topic))
			return &s->items[i];
	}
	return NULL;
}

/* --- messages --- */

static enum follow cut(struct followed *f, int64_t back_to)
{
	f->is_cut = true;
	f->back_to = back_to;
	return FOLLOW_CUT;
}

enum follow followed_see(
        const struct followed_set *s, struct followed *f, const struct bus_message *m)
{
	if (f->is_cut)
		return FOLLOW_CUT;
	if (s->owes_look && f->seen.offset >= 0)
		return FOLLOW_KNOWN; /* look() seeks back, so this one comes again */
	if (m->offset < f->next)     /* it ended before: this is the earliest there is */
		return cut(f, m->offset);
	bool is_due = f->due.offset >= 0 && m->offset >= f->due.offset;
	if (is_due && m->offset == f->due.offset && !witness_is(&f->due, m))
		return cut(f, -1);
	f->next = m->offset + 1;
	if (is_due)
		f->due = witness_none();
	if (m->offset > f->seen.offset)
		f->seen = witness_of(m);
	return m->offset < f->start ? FOLLOW_KNOWN : FOLLOW_NEW;
}

/* --- turns --- */

static struct bus_position position_of(const struct followed *f, int64_t offset)
{
	return (struct bus_position){
	        .topic = f->topic, .partition = f->partition, .offset = offset};
}

/* Re-reads the last message. */
static int look(struct followed_set *s, const struct followed_plan *plan, struct err *e)
{
	for (size_t i = 0; i < s->count; i++) {
		struct followed *f = &s->items[i];
		if (f->seen.offset < 0 || f->is_cut)
			continue;
		struct bus_position at = position_of(f, f->seen.offset);
		if (bus_seek(plan->consumer, &at, 1, e))
			return e->act;
		f->next = f->seen.offset;
		f->start = f->seen.offset + 1;
		f->due = f->seen;
	}
	s->owes_look = false;
	return 0;
}

/* Checks a partition that was fetched and seems to end before the awaited message. librdkafka's
 * known end can be out of date, so this asks the broker, too. */
static int look_at_end(
        struct followed *f, const struct followed_plan *plan, bool *has_asked, struct err *e)
{
	int64_t end = bus_known_end(plan->consumer, f->topic, f->partition);
	if (f->is_cut || f->due.offset < 0 || end < 0 || end > f->due.offset)
		return 0;
	struct bus_position at = position_of(f, -1);
	*has_asked = true;
	if (bus_ends(plan->consumer, &at, 1, e))
		return e->act;
	if (at.offset >= 0 && at.offset <= f->due.offset)
		(void)cut(f, -1);
	return 0;
}

static int find_back(
        const struct followed *f, const struct followed_plan *plan, int64_t *out, struct err *e)
{
	struct bus_position end = position_of(f, -1);
	struct bus_position then = position_of(f, -1);
	int64_t at_ms =
	        f->seen.timestamp_ms > plan->reread_ms ? f->seen.timestamp_ms - plan->reread_ms : 0;
	*out = f->back_to;
	if (f->back_to >= 0)
		return 0;
	if (bus_ends(plan->consumer, &end, 1, e) ||
	        bus_offsets_at(plan->consumer, at_ms, &then, 1, e))
		return e->act;
	*out = then.offset >= 0 ? then.offset : end.offset;
	return 0;
}

static void tell(const struct followed *f, int64_t offset)
{
	if (f->back_to >= 0)
		LOG(WORKER_LOG_BEGAN_ANEW,
		        "the partition has fewer messages than were already read: it is read again "
		        "from the beginning",
		        LOG_TEXT("topic", f->topic), LOG_NUM("partition", f->partition),
		        LOG_NUM("read", f->seen.offset), LOG_NUM("offset", offset));
	else
		LOG(WORKER_LOG_CUT,
		        "the partition lost messages that were already read, and its broker reused "
		        "their offsets: it is read again from an earlier offset",
		        LOG_TEXT("topic", f->topic), LOG_NUM("partition", f->partition),
		        LOG_NUM("read", f->seen.offset), LOG_NUM("offset", offset));
}

static int go_back(
        struct followed_set *s, size_t index, const struct followed_plan *plan, struct err *e)
{
	struct followed *f = &s->items[index];
	int64_t offset;
	if (find_back(f, plan, &offset, e))
		return e->act;
	struct bus_position at = position_of(f, offset);
	if (bus_seek(plan->consumer, &at, 1, e) || plan->rewound(plan->arg, index, offset, e))
		return e->act;
	tell(f, offset);
	f->is_cut = false;
	f->back_to = -1;
	f->next = f->start = offset;
	f->seen = f->due = witness_none();
	return 0;
}

/* An unavailable dependency is not a failure here. */
static int later(int act, int64_t *not_before_ms, int64_t at_ms)
{
	if (act == 0 || act == ERR_FATAL)
		return act;
	*not_before_ms = at_ms;
	return 0;
}

int followed_turn(struct followed_set *s, const struct followed_plan *plan, struct err *e)
{
	s->owes_look |= bus_was_cut_off(plan->consumer);
	if (plan->is_paused)
		return 0;
	if (s->owes_look && plan->now_ms >= s->look_not_before_ms) {
		s->look_not_before_ms = plan->now_ms + LOOK_PAUSE_MS;
		int64_t unused_ms;
		if (later(look(s, plan, e), &unused_ms, 0))
			return e->act;
	}
	bool has_asked = false; /* brokers can be slow: one partition per turn */
	for (size_t i = 0; i < s->count && !has_asked && plan->now_ms >= s->back_not_before_ms;
	        i++) {
		int act = look_at_end(&s->items[i], plan, &has_asked, e);
		if (!act && s->items[i].is_cut) {
			has_asked = true;
			act = go_back(s, i, plan, e);
		}
		if (later(act, &s->back_not_before_ms, plan->now_ms + BACK_PAUSE_MS))
			return e->act;
	}
	return 0;
}
