/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes partitions and messages from Kafka. A revoke takes all partitions away. Tasks that have
 * not started are dropped, and the new owner reads them again. Started tasks continue without
 * their partition. A last commit turns "alone" back into "suspect". If a message is read again
 * while its task still runs here, it joins that task. */
#include "choice.h"
#include "letter.h"
#include "task_loop.h"

#include "longshore/clock.h"
#include "longshore/log_events.h"
#include "longshore/probe.h"

#include <stdlib.h>

enum {
	NO_OFFSET = -1,
	READ_MAX = 256, /* messages per turn */
	LANE_PAUSE_MS = 5000,
	SCHEMA_PAUSE_MS = 1000,
	HEAD_TEXT_BYTES = 512,
};

/* --- partitions --- */

static void take_over(struct partition *p, const struct bus_position *at)
{
	struct err e;
	p->number = at->partition;
	if (marks_take_over(&p->marks, at->offset, at->metadata, &e) == 0)
		return;
	const struct log_field fields[] = {
	        LOG_NUM("partition", at->partition), LOG_NUM("offset", at->offset)};
	LOG_ERR(WORKER_MARKS_UNREADABLE, &e, fields, 2);
}

int intake_assigned(void *arg, struct bus_position *positions, size_t count, struct err *e)
{
	struct task_loop *l = arg;
	l->partitions = calloc(count + 1, sizeof(*l->partitions));
	struct witness *known = calloc(count + 1, sizeof(*known));
	if (!l->partitions || !known) {
		free(known);
		return err_set(
		        e, ERR_FATAL, "out_of_memory", "out of memory for %zu partitions", count);
	}
	l->partitions_count = count;
	for (size_t i = 0; i < count; i++) {
		known[i] = witness_take(&positions[i].metadata);
		take_over(&l->partitions[i], &positions[i]);
		positions[i].topic = l->frame->topics[l->service->plan->reads[0]];
	}
	int act = followed_begin(&l->logs, positions, known, count, e);
	free(known);
	if (act)
		return act;
	l->is_fenced = false;
	l->is_paused = false;
	l->commit_not_before_ms = 0;
	l->last_code = NULL;
	frame_count(l->frame, METRIC_REBALANCES);
	LOG(WORKER_ASSIGNED, "partitions taken", LOG_NUM("partitions", (int64_t)count));
	return 0;
}

/* Drops a task that has not started. A started task continues. An acknowledged one is finished
 * with the last commit. */
static void let_go(struct task_loop *l, struct task *t)
{
	struct partition *p = partition_find(l, t->partition);
	switch (t->state) {
	case TASK_MARKED:
		marks_unstart(&p->marks, t->offset);
		p->is_dirty = true;
		task_free(l, t);
		return;
	case TASK_UNREAD:
	case TASK_WAITING:
		task_free(l, t);
		return;
	case TASK_ACKED:
		p->is_dirty |= marks_finish(&p->marks, t->offset);
		task_free(l, t);
		return;
	case TASK_RUNNING:
	case TASK_SENDING:
		break;
	}
	t->is_owned = false;
	if (t->mark.state == MARK_ALONE) {
		t->mark.state = MARK_SUSPECT;
		p->is_dirty = true;
	}
}

void intake_revoked(void *arg, const struct bus_position *positions, size_t count, bool lost)
{
	struct task_loop *l = arg;
	(void)positions;
	PROBE(revoke_begin);
	for (size_t i = l->tasks_count; i-- > 0;) {
		if (i < l->tasks_count && l->tasks[i]->is_owned)
			let_go(l, l->tasks[i]);
	}
	for (size_t i = 0; i < l->partitions_count; i++)
		marks_revoke(&l->partitions[i].marks);
	if (!lost && !l->is_fenced)
		commit_last(l);
	for (size_t i = 0; i < l->partitions_count; i++)
		marks_release(&l->partitions[i].marks);
	followed_end(&l->logs);
	free(l->partitions);
	l->partitions = NULL;
	l->partitions_count = 0;
	PROBE(revoke_end);
	LOG(WORKER_REVOKED, lost ? "partitions lost" : "partitions revoked",
	        LOG_NUM("partitions", (int64_t)count),
	        LOG_NUM("still_running", (int64_t)l->tasks_count));
}

/* --- messages --- */

static struct err undecodable(const char *text)
{
	struct err e;
	(void)err_set(&e, ERR_REJECT, "undecodable", "%s", text);
	return e;
}

/* The head's texts are copied into the result and into message headers, so they must be short. */
static int check_head(const struct ev_task_head *h, struct err *e)
{
	const struct {
		const char *name;
		struct str text;
	} all[] = {{"task_id", h->task_id}, {"tenant", h->tenant}, {"delivery_id", h->delivery_id},
	        {"stage", h->stage}, {"lane", h->lane}};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].text.n > HEAD_TEXT_BYTES)
			return err_set(e, ERR_REJECT, CODE_BAD_TASK,
			        "head: %s has %zu bytes; at most %d are allowed", all[i].name,
			        all[i].text.n, HEAD_TEXT_BYTES);
	}
	if (h->task_id.n == 0 || h->delivery_id.n == 0)
		return err_set(
		        e, ERR_REJECT, CODE_BAD_TASK, "head: it names no task or no delivery");
	return 0;
}

/* Tasks of a lane that hangs must not fill the waiting room, because tasks of other lanes come
 * after them in the same partitions. A task without room goes back to the scheduler, and no
 * attempt is counted. */
static int make_room(struct task_loop *l, struct task *t, struct err *e)
{
	if (!l->service->shares_threads || t->mark.state != MARK_UNTOUCHED ||
	        !choice_is_lane_full(l->tasks, l->tasks_count, t))
		return 0;
	const struct verdict verdict = {.outcome = EV_OUTCOME_DEFER,
	        .reason = "lane_full",
	        .detail = "too many files for the same place are already waiting in this process",
	        .not_before_ms = clock_unix_ms() + LANE_PAUSE_MS};
	return send_verdict(l, t, &verdict, e);
}

/* Decodes the message, sends it to the dead letters, or leaves it for later. */
static int decode(struct task_loop *l, struct task *t, struct err *e)
{
	struct err why = undecodable("the message has no value");
	int act = ERR_REJECT;
	arena_reset(&t->mem);
	if (t->message->value.p) {
		t->event = arena_alloc(&t->mem, ev_type_struct_bytes(t->type));
		act = reading_decode(
		        &l->schema_source, t->type, t->message->value, &t->mem, t->event, &why);
		if (act == 0)
			act = check_head(t->event, &why);
	}
	switch (act) {
	case 0:
		t->head = t->event;
		t->state = TASK_WAITING;
		return make_room(l, t, e);
	case ERR_REJECT:
		return send_dead(l, t, &why, false, e);
	case ERR_FATAL:
		*e = why;
		return act;
	default:
		if (!t->is_told)
			LOG_ERR(WORKER_SCHEMA_AWAITED, &why, NULL, 0);
		t->is_told = true;
		t->not_before_ms = clock_mono_ms() + SCHEMA_PAUSE_MS;
		return 0;
	}
}

/* The topic was recreated, or lost its end, and its offsets are reused. Started tasks continue
 * and report; no message may join them. */
static int begin_anew(void *arg, size_t index, int64_t offset, struct err *e)
{
	struct task_loop *l = arg;
	struct partition *p = &l->partitions[index];
	(void)e;
	for (size_t i = l->tasks_count; i-- > 0;) {
		struct task *t = l->tasks[i];
		if (t->partition != p->number)
			continue;
		if (t->state == TASK_RUNNING || t->state == TASK_SENDING) {
			t->is_owned = false;
			t->offset = NO_OFFSET;
		} else {
			task_free(l, t);
		}
	}
	marks_begin_anew(&p->marks, offset);
	p->is_dirty = true;
	frame_count(l->frame, METRIC_LOGS_CUT);
	return 0;
}

int intake_follow(struct task_loop *l, struct err *e)
{
	const struct followed_plan plan = {.consumer = l->consumer,
	        .is_paused = l->is_paused,
	        .now_ms = clock_mono_ms(),
	        .reread_ms = WITNESS_REREAD_MS,
	        .rewound = begin_anew,
	        .arg = l};
	return followed_turn(&l->logs, &plan, e);
}

/* The task still runs in this process, or has ended in it. The committed mark counts a death
 * that never happened, because the partition was only lost for a while. */
static void join(struct partition *p, struct task *t)
{
	if (marks_spare(&p->marks, t->offset, t->mark.deaths))
		p->is_dirty = true;
	t->is_owned = true;
	t->mark = marks_get(&p->marks, t->offset);
}

static int take_message(struct task_loop *l, const struct bus_message *m, struct err *e)
{
	struct partition *p = partition_find(l, m->partition);
	frame_count(l->frame, METRIC_MESSAGES);
	l->logs.owes_look |= bus_was_cut_off(l->consumer);
	/* of an assignment that is gone, or to be ignored */
	if (!p || followed_see(&l->logs, &l->logs.items[p - l->partitions], m) != FOLLOW_NEW) {
		bus_message_free(m);
		return 0;
	}
	struct task *known = task_find(l, m->partition, m->offset);
	int64_t floor = p->marks.floor;
	struct mark mark = marks_see(&p->marks, m->offset);
	p->is_dirty |= floor >= 0 && p->marks.floor != floor;
	if (known && !known->is_owned) {
		join(p, known);
		mark = known->mark;
	}
	if (known || mark.state == MARK_FINISHED) {
		bus_message_free(m);
		return 0;
	}
	struct task *t = task_new(l, m, e);
	if (!t) {
		bus_message_free(m);
		return e->act;
	}
	t->mark = mark;
	return decode(l, t, e);
}

/* Logs trouble once, until it changes or ends. */
static int tell_trouble(struct task_loop *l, const struct err *e)
{
	if (e->act == ERR_FATAL)
		return e->act;
	if (!l->last_code || strcmp(l->last_code, e->code) != 0)
		LOG_ERR(WORKER_BUS_TROUBLE, e, NULL, 0);
	l->last_code = e->code;
	return 0;
}

int intake_read(struct task_loop *l, struct err *e)
{
	l->has_more = false;
	for (int i = 0; i < READ_MAX; i++) {
		const struct bus_message *m;
		if (bus_consumer_poll(l->consumer, 0, &m, e)) {
			l->has_more = true;
			return tell_trouble(l, e);
		}
		if (!m)
			return 0;
		l->last_code = NULL;
		if (take_message(l, m, e))
			return e->act;
	}
	l->has_more = true;
	return 0;
}

int intake_decode(struct task_loop *l, struct err *e)
{
	int64_t now_ms = clock_mono_ms();
	for (size_t i = 0; i < l->tasks_count; i++) {
		struct task *t = l->tasks[i];
		if (t->state == TASK_UNREAD && t->not_before_ms <= now_ms && decode(l, t, e))
			return e->act;
	}
	return 0;
}

/* --- pausing --- */

static bool wants_pause(const struct task_loop *l)
{
	size_t waiting = 0;
	size_t bytes = 0;
	for (size_t i = 0; i < l->tasks_count; i++) {
		const struct task *t = l->tasks[i];
		if (t->state == TASK_UNREAD || t->state == TASK_WAITING) {
			waiting++;
			bytes += t->message->value.n;
		}
	}
	unsigned share = l->is_paused ? 2 : 1;
	return l->is_draining || waiting >= WAITING_MAX / share ||
	       bytes >= WAITING_MAX_BYTES / share;
}

int intake_pause(struct task_loop *l, struct err *e)
{
	bool pause = wants_pause(l);
	if (pause == l->is_paused || l->partitions_count == 0)
		return 0;
	struct bus_position *at =
	        ARENA_TRY_ARRAY(&l->turn, struct bus_position, l->partitions_count);
	if (!at)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for a pause");
	for (size_t i = 0; i < l->partitions_count; i++)
		at[i] = (struct bus_position){.topic = l->frame->topics[l->service->plan->reads[0]],
		        .partition = l->partitions[i].number};
	if (bus_pause(l->consumer, at, l->partitions_count, pause, e))
		return tell_trouble(l, e); /* retried in the next turn */
	l->is_paused = pause;
	return 0;
}
