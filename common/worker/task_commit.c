/* SPDX-License-Identifier: Apache-2.0
 * Commits the floor of each assigned partition that changed, with its marks as metadata. A task
 * waits for its mark, so a mark is committed at once. Nothing waits for the end of a task: it
 * is committed with the next mark, or after a pause. If the process is killed before that, the
 * result is found in staging. */
#include "task_loop.h"

#include "longshore/clock.h"
#include "longshore/log_events.h"
#include "longshore/probe.h"

#include <poll.h>

enum {
	BACKOFF_FIRST_MS = 50,
	BACKOFF_MAX_MS = 2000,
	FINISHED_PAUSE_MS = 100,
	SPARED_MAX_MS = 10000,
	SPARED_PAUSE_MS = 100,
};

struct commit {
	struct bus_position *positions;
	size_t count;
};

static int gather(struct task_loop *l, struct commit *out, struct err *e)
{
	*out = (struct commit){
	        ARENA_TRY_ARRAY(&l->turn, struct bus_position, l->partitions_count + 1), 0};
	if (!out->positions)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for a commit");
	for (size_t i = 0; i < l->partitions_count; i++) {
		struct partition *p = &l->partitions[i];
		if (!p->is_dirty)
			continue;
		char *text = arena_try_alloc(&l->turn, BUS_METADATA_MAX + WITNESS_BYTES, 1);
		if (!text)
			return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for a commit");
		size_t n = marks_encode(&p->marks, text);
		n += witness_encode(&l->logs.items[i].seen, text + n);
		out->positions[out->count++] = (struct bus_position){
		        .topic = l->frame->topics[l->service->plan->reads[0]],
		        .partition = p->number,
		        .offset = p->marks.floor,
		        .metadata = {text, n},
		};
	}
	return 0;
}

/* Marks acknowledged tasks as finished, as far as the metadata has room. */
static void finish_acknowledged(struct task_loop *l)
{
	for (size_t i = 0; i < l->tasks_count; i++) {
		struct task *t = l->tasks[i];
		struct partition *p = partition_find(l, t->partition);
		if (t->state != TASK_ACKED || t->is_finished || !marks_finish(&p->marks, t->offset))
			continue;
		t->is_finished = true;
		p->is_dirty = true;
	}
}

/* True if a mark waits, or a task that can start only when all others have ended. */
static bool is_urgent(const struct task_loop *l)
{
	bool is_urgent = l->is_draining;
	for (size_t i = 0; i < l->tasks_count && !is_urgent; i++) {
		const struct task *t = l->tasks[i];
		is_urgent = t->state == TASK_MARKED || t->mark.state == MARK_SUSPECT ||
		            t->mark.state == MARK_ALONE;
	}
	return is_urgent;
}

static bool is_dirty(const struct task_loop *l)
{
	bool is_dirty = false;
	for (size_t i = 0; i < l->partitions_count && !is_dirty; i++)
		is_dirty = l->partitions[i].is_dirty;
	return is_dirty;
}

/* Gathers changes that nothing waits for. */
static bool may_rest(struct task_loop *l)
{
	int64_t now_ms = clock_mono_ms();
	if (!is_dirty(l)) {
		l->commit_due_ms = 0;
		return true;
	}
	if (l->commit_due_ms == 0)
		l->commit_due_ms = now_ms + FINISHED_PAUSE_MS;
	return now_ms < l->commit_due_ms && !is_urgent(l);
}

static void committed(struct task_loop *l)
{
	PROBE(task_after_commit);
	frame_count(l->frame, METRIC_COMMITS);
	l->commit_backoff_ms = 0;
	l->commit_due_ms = 0;
	for (size_t i = 0; i < l->partitions_count; i++)
		l->partitions[i].is_dirty = false;
	for (size_t i = l->tasks_count; i-- > 0;) {
		if (l->tasks[i]->state == TASK_ACKED && l->tasks[i]->is_finished)
			task_free(l, l->tasks[i]);
	}
	begin_marked(l);
}

static int refused(struct task_loop *l, struct err *e)
{
	switch (e->act) {
	case ERR_FENCED: /* a revoke follows in one of the next polls */
		frame_count(l->frame, METRIC_COMMITS_FENCED);
		LOG_ERR(WORKER_FENCED, e, NULL, 0);
		l->is_fenced = true;
		return 0;
	case ERR_RETRY:
	case ERR_DEFER:
		if (l->commit_backoff_ms == 0)
			LOG_ERR(WORKER_COMMIT_FAILED, e, NULL, 0);
		l->commit_backoff_ms =
		        l->commit_backoff_ms == 0 ? BACKOFF_FIRST_MS : 2 * l->commit_backoff_ms;
		if (l->commit_backoff_ms > BACKOFF_MAX_MS)
			l->commit_backoff_ms = BACKOFF_MAX_MS;
		l->commit_not_before_ms = clock_mono_ms() + l->commit_backoff_ms;
		return 0;
	case ERR_REJECT: /* metadata that the broker refuses is our own fault */
	case ERR_FATAL:
		break;
	}
	return e->act;
}

int commit_marks(struct task_loop *l, struct err *e)
{
	if (l->is_fenced || clock_mono_ms() < l->commit_not_before_ms)
		return 0;
	finish_acknowledged(l);
	if (may_rest(l))
		return 0;
	struct commit commit;
	if (gather(l, &commit, e))
		return e->act;
	PROBE(task_before_commit);
	if (bus_commit(l->consumer, commit.positions, commit.count, e))
		return refused(l, e);
	committed(l);
	return 0;
}

void commit_last(struct task_loop *l)
{
	struct err e;
	struct commit commit;
	if (gather(l, &commit, &e) || bus_commit(l->consumer, commit.positions, commit.count, &e))
		LOG_ERR(WORKER_LAST_COMMIT_FAILED, &e, NULL, 0);
}

void commit_spared(struct task_loop *l)
{
	struct err e;
	struct commit commit;
	bool has_alone = false;
	for (size_t i = 0; i < l->partitions_count; i++) {
		struct partition *p = &l->partitions[i];
		has_alone |= marks_has_alone(&p->marks);
		p->is_dirty |= marks_has_alone(&p->marks);
		marks_revoke(&p->marks);
	}
	if (!has_alone || l->is_fenced)
		return;
	int64_t until_ms = clock_mono_ms() + SPARED_MAX_MS;
	int act = gather(l, &commit, &e);
	while (!act && (act = bus_commit(l->consumer, commit.positions, commit.count, &e)) != 0) {
		if (act != ERR_RETRY || clock_mono_ms() > until_ms)
			break;
		act = 0;
		(void)poll(NULL, 0, SPARED_PAUSE_MS);
	}
	if (act)
		LOG_ERR(WORKER_LAST_COMMIT_FAILED, &e, NULL, 0);
}
