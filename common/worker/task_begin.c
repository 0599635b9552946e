/* SPDX-License-Identifier: Apache-2.0
 *
 * Starts tasks. choose() decides which task and how. This file does it: it takes the lease,
 * sets the mark and, once the mark is committed, submits the task to the pool. The mark is on
 * the broker before the task's first instruction runs. */
#include "choice.h"
#include "letter.h"
#include "task_loop.h"

#include "longshore/clock.h"
#include "longshore/log_events.h"
#include "longshore/probe.h"

enum { LEASE_PAUSE_LEAST_MS = 20, LEASE_PAUSE_MAX_MS = 1000, ROOM_PAUSE_MS = 100 };

static struct str lease_of(const struct task *t)
{
	return t->head->task_id;
}

/* Logs that Redis is unavailable or returns errors, so that a wrong address or password is
 * noticed. */
static void tell_redis(struct task_loop *l, bool is_absent)
{
	char place[300];
	bool is_refused;
	const char *problem = is_absent ? memo_problem(l->memo, &is_refused) : NULL;
	if (problem == l->redis_told || l->frame->conf.redis[0] == '\0')
		return;
	l->redis_told = problem;
	if (is_absent)
		LOG(WORKER_REDIS_ABSENT,
		        "Redis is unavailable: tasks start without leases, so some may be done "
		        "twice",
		        LOG_TEXT("redis", str_c(memo_place(l->memo, place, sizeof(place)))),
		        LOG_TEXT("why", str_c(problem)));
	else
		LOG(WORKER_REDIS_BACK, "Redis is available again",
		        LOG_TEXT("redis", str_c(memo_place(l->memo, place, sizeof(place)))));
}

static void take_lease(struct task_loop *l, struct task *t)
{
	int64_t lease_ms = l->frame->conf.lease_ms;
	int64_t now_ms = clock_mono_ms();
	int64_t pause_ms = lease_ms / 8;
	enum lease lease = memo_lease_take(l->memo, lease_of(t), str_c(t->token), lease_ms);
	tell_redis(l, lease == LEASE_ABSENT);
	switch (lease) {
	case LEASE_TAKEN:
		t->lease = LEASE_OURS;
		t->lease_renew_ms = now_ms + lease_ms / 3;
		break;
	case LEASE_ABSENT:
		t->lease = LEASE_WITHOUT;
		break;
	case LEASE_HELD_ELSEWHERE:
		frame_count(l->frame, METRIC_LEASED_ELSEWHERE);
		if (pause_ms < LEASE_PAUSE_LEAST_MS)
			pause_ms = LEASE_PAUSE_LEAST_MS;
		t->not_before_ms =
		        now_ms + (pause_ms < LEASE_PAUSE_MAX_MS ? pause_ms : LEASE_PAUSE_MAX_MS);
		break;
	}
}

/* Taking a lease again renews it, or restores it if Redis was emptied. If it is held elsewhere,
 * both processes do the task, which is harmless. */
void begin_renew_leases(struct task_loop *l)
{
	int64_t now_ms = clock_mono_ms();
	for (size_t i = 0; i < l->tasks_count; i++) {
		struct task *t = l->tasks[i];
		if (t->lease != LEASE_OURS || t->lease_renew_ms > now_ms)
			continue;
		enum lease lease = memo_lease_take(
		        l->memo, lease_of(t), str_c(t->token), l->frame->conf.lease_ms);
		t->lease = lease == LEASE_HELD_ELSEWHERE ? LEASE_WITHOUT : LEASE_OURS;
		t->lease_renew_ms = now_ms + l->frame->conf.lease_ms / 3;
	}
}

static void mark(struct task_loop *l, struct task *t, bool (*set)(struct marks *, int64_t))
{
	struct partition *p = partition_find(l, t->partition);
	if (!set(&p->marks, t->offset)) { /* the metadata is full until the floor moves */
		t->not_before_ms = clock_mono_ms() + ROOM_PAUSE_MS;
		return;
	}
	p->is_dirty = true;
	t->mark = marks_get(&p->marks, t->offset);
	t->state = TASK_MARKED;
	PROBE(task_before_mark);
}

static int bury(struct task_loop *l, struct task *t, struct err *e)
{
	struct err why;
	(void)err_set(&why, ERR_REJECT, CODE_POISON,
	        "the task killed its process %d times while it ran alone; see the last log lines "
	        "of those processes of %s",
	        t->mark.deaths, l->service->plan->name);
	return send_dead(l, t, &why, true, e);
}

static int expire(struct task_loop *l, struct task *t, struct err *e)
{
	const struct verdict verdict = {.outcome = EV_OUTCOME_EXPIRED,
	        .reason = "expired",
	        .detail = "it was read after the latest time at which it may start"};
	return send_verdict(l, t, &verdict, e);
}

int begin_choose(struct task_loop *l, struct err *e)
{
	if (l->is_draining || l->is_fenced)
		return 0;
	for (;;) {
		int64_t threads = l->frame->conf.threads;
		const struct choice_facts facts = {
		        .now_ms = clock_unix_ms(),
		        .mono_ms = clock_mono_ms(),
		        .threads = threads,
		        .spare_threads =
		                l->service->shares_threads ? choice_spare_threads(threads) : 0,
		        .lane_threads =
		                l->service->shares_threads ? choice_lane_threads(threads) : threads,
		        .poison_limit = l->frame->conf.poison_limit,
		};
		struct choice c = choose(l->tasks, l->tasks_count, &facts);
		int act = 0;
		switch (c.step) {
		case CHOICE_NONE:
			return 0;
		case CHOICE_BURY:
			act = bury(l, c.task, e);
			break;
		case CHOICE_EXPIRE:
			act = expire(l, c.task, e);
			break;
		case CHOICE_LEASE:
			take_lease(l, c.task);
			break;
		case CHOICE_ALONE:
			mark(l, c.task, marks_alone);
			break;
		case CHOICE_RUN:
			mark(l, c.task, marks_run);
			break;
		}
		if (act)
			return act;
	}
}

void begin_marked(struct task_loop *l)
{
	for (size_t i = 0; i < l->tasks_count; i++) {
		struct task *t = l->tasks[i];
		if (t->state != TASK_MARKED)
			continue;
		PROBE(task_after_mark);
		if (t->mark.state == MARK_ALONE) {
			PROBE(suspect_before_run);
			LOG(WORKER_SUSPECT_RUNS_ALONE, "its process died while it ran",
			        LOG_TEXT("task_id", t->head->task_id),
			        LOG_NUM("deaths", t->mark.deaths));
		}
		t->state = TASK_RUNNING;
		t->started_ms = clock_unix_ms();
		t->on_thread_ms = clock_mono_ms();
		pool_submit(l->pool, t);
	}
}
