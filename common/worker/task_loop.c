/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop of a task service. One turn handles the producer's reports, news of the pool,
 * messages, choices, sending and one commit. Then it waits until one of these has news. It
 * never waits for a task.
 *
 * Where a process can die, by the names of the probes, and the state afterwards. "Again" means:
 * the next owner of the partition reads the message again.
 *
 *   task_before_mark
 *       nothing happened; again, as a fresh task
 *   task_before_commit
 *       the marks of this turn are not committed: the tasks it marked never ran, and finished
 *       ones are repeated from staging
 *   task_after_commit, task_after_mark, task_before_handle
 *       marked as running: again, as a suspect, alone, no death counted
 *   suspect_before_run
 *       marked as running alone: again, alone, one more death counted
 *   task_after_handle
 *       the task's effects may exist; it is done again, and must be idempotent
 *   task_after_result_stored
 *       again, but only the staged result is reported
 *   task_after_produce
 *       the result may be sent twice; the reader counts the first
 *   task_after_ack
 *       the result is sent, but its offset is not committed: it is reported again from staging
 *   deadletter_after_produce, deadletter_after_ack
 *       the dead letter may be sent twice, the `reject` is not sent yet: again, with the same
 *       count of deaths
 *   revoke_begin
 *       as without a revoke: marks as last committed
 *   revoke_end
 *       marks as committed in the revoke: no task is "alone", acknowledged ones are finished
 *   drain_begin
 *       as at any other time
 *
 * A mark is committed in its turn. The end of a task is committed with the next mark or within
 * 100 ms, so a task costs one commit instead of two.
 *
 * No offset is ever committed as finished before the broker has acknowledged the result of its
 * message (for poison: the dead letter and the `reject`). */
#include "task_loop.h"

#include "choice.h"

#include "longshore/clock.h"
#include "longshore/log_events.h"
#include "longshore/probe.h"
#include "longshore/staging.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	TURN_MEM_BYTES = 64 << 20,
	CACHE_DIR_BYTES = 128,
	WAIT_MAX_MS = 250,     /* max time between turns, for liveness */
	STOP_GRACE_MS = 10000, /* after `stop` is set; then the process exits with marked tasks */
	EXIT_OK = 0,
	EXIT_FAILED = 1,
};

/* --- questions of the pool --- */

static int adopt(struct task_loop *l, struct task *t, const struct question *q, struct err *e)
{
	struct ev_task_result stored;
	struct arena mem;
	arena_init(&mem, EVENT_MAX_DECODED_BYTES);
	int act = reading_decode(
	        &l->schema_source, &ev_task_result_type, q->stored, &mem, &stored, e);
	if (act == 0)
		act = letter_again(t->head, &stored, &t->wire, e);
	arena_release(&mem);
	return act;
}

static void answer(struct task_loop *l, struct task *t, struct question *q)
{
	static const struct verdict done = {.outcome = EV_OUTCOME_DONE};
	struct letter_times times = {t->started_ms, clock_unix_ms()};
	switch (q->kind) {
	case QUESTION_ADOPT:
		q->act = adopt(l, t, q, q->e);
		break;
	case QUESTION_ENCODE:
		q->act = letter_result(
		        t->head, q->result, &done, l->frame->who, &times, &t->wire, q->e);
		if (q->act)
			(void)err_note(q->e, "encode the result");
		break;
	}
}

static int take_news(struct task_loop *l, struct err *e)
{
	struct pool_news news;
	while (pool_next(l->pool, &news)) {
		if (news.question) {
			answer(l, news.job, news.question);
			pool_answer(l->pool, news.thread);
		} else if (send_result(l, news.job, e)) {
			return e->act;
		}
	}
	return 0;
}

/* --- turns --- */

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t wait_ms(const struct task_loop *l)
{
	int64_t now_ms = clock_mono_ms();
	int64_t at_ms = now_ms + WAIT_MAX_MS;
	if (l->has_more)
		return 0;
	if (l->commit_not_before_ms > now_ms)
		at_ms = sooner(at_ms, l->commit_not_before_ms);
	if (l->commit_due_ms > 0 && !l->is_fenced)
		at_ms = sooner(at_ms, later(l->commit_due_ms, l->commit_not_before_ms));
	if (l->is_draining && l->drain_until_ms > now_ms)
		at_ms = sooner(at_ms, l->drain_until_ms);
	for (size_t i = 0; i < l->tasks_count; i++) {
		const struct task *t = l->tasks[i];
		bool is_waiting = t->state == TASK_UNREAD || t->state == TASK_WAITING;
		if (is_waiting && t->not_before_ms > now_ms)
			at_ms = sooner(at_ms, t->not_before_ms);
		if (t->lease == LEASE_OURS)
			at_ms = sooner(at_ms, t->lease_renew_ms);
	}
	return at_ms > now_ms ? at_ms - now_ms : 0;
}

static void show(struct task_loop *l)
{
	int64_t suspects = 0;
	for (size_t i = 0; i < l->tasks_count; i++)
		suspects += l->tasks[i]->mark.state == MARK_SUSPECT ||
		            l->tasks[i]->mark.state == MARK_ALONE;
	telemetry_set(l->frame->telemetry, METRIC_RUNNING, (int64_t)tasks_in(l, TASK_RUNNING));
	telemetry_set(l->frame->telemetry, METRIC_WAITING, (int64_t)tasks_in(l, TASK_WAITING));
	telemetry_set(l->frame->telemetry, METRIC_SUSPECTS, suspects);
	telemetry_alive(l->frame->telemetry, clock_mono_ms());
	telemetry_ready(l->frame->telemetry, bus_is_assigned(l->consumer) && !l->is_draining);
}

/* The part of a turn that needs no partitions, for the time while the coordinator has not
 * assigned positions: running tasks have questions, results must be sent, and leases renewed. */
static bool turn_without_kafka(void *arg, const struct err *why)
{
	struct task_loop *l = arg;
	struct err *e = &l->broken;
	if (!l->last_code || strcmp(l->last_code, why->code) != 0)
		LOG_ERR(WORKER_ASSIGNMENT_AWAITED, why, NULL, 0);
	l->last_code = why->code;
	if (send_reports(l, e) || take_news(l, e) || send_continue(l, e)) {
		l->is_broken = true;
		return false;
	}
	begin_renew_leases(l);
	show(l);
	return !wake_is_asked_to_end();
}

static int turn(struct task_loop *l, struct err *e)
{
	if (send_reports(l, e) || take_news(l, e) || intake_follow(l, e) || intake_read(l, e) ||
	        intake_decode(l, e))
		return e->act;
	if (l->is_broken) {
		*e = l->broken;
		return e->act;
	}
	begin_renew_leases(l);
	if (begin_choose(l, e) || send_continue(l, e) || commit_marks(l, e) || intake_pause(l, e))
		return e->act;
	show(l);
	arena_reset(&l->turn);
	return 0;
}

/* --- the end --- */

static void begin_drain(struct task_loop *l)
{
	PROBE(drain_begin);
	l->is_draining = true;
	l->drain_until_ms = clock_mono_ms() + l->frame->conf.drain_ms;
	LOG(WORKER_DRAINING, "no further task is started",
	        LOG_NUM("running", (int64_t)tasks_in(l, TASK_RUNNING)),
	        LOG_NUM("grace_ms", l->frame->conf.drain_ms));
}

/* True if everything that was started has its end committed. */
static bool is_drained(const struct task_loop *l)
{
	return l->tasks_count == tasks_in(l, TASK_WAITING) + tasks_in(l, TASK_UNREAD);
}

static int run(struct task_loop *l, struct err *e)
{
	for (;;) {
		if (turn(l, e))
			return e->act;
		int64_t now_ms = clock_mono_ms();
		if (!l->is_draining && wake_is_asked_to_end())
			begin_drain(l);
		if (l->is_draining && is_drained(l))
			return 0;
		if (l->is_draining && now_ms >= l->drain_until_ms &&
		        !atomic_load(&l->executor.stop)) {
			atomic_store(&l->executor.stop, true);
			pool_hurry(l->pool);
		}
		if (l->is_draining && now_ms >= l->drain_until_ms + STOP_GRACE_MS)
			return err_set(e, ERR_FATAL, "drain",
			        "%zu tasks did not finish within the drain time",
			        tasks_in(l, TASK_RUNNING));
		wake_wait(&l->frame->wake, wait_ms(l));
	}
}

/* --- wiring --- */

static int open_consumer(struct task_loop *l, struct err *e)
{
	const struct worker_conf *conf = &l->frame->conf;
	const struct bus_group group = {
	        .brokers = conf->kafka,
	        .client_id = l->service->plan->name,
	        .group = l->frame->group,
	        .instance = conf->instance[0] ? conf->instance : NULL,
	        .topics = &l->frame->topics[l->service->plan->reads[0]],
	        .topics_count = 1,
	        .session_timeout_ms = (int)conf->session_timeout_ms,
	};
	const struct bus_listener listener = {.assigned = intake_assigned,
	        .revoked = intake_revoked,
	        .arg = l,
	        .waiting = turn_without_kafka};
	if (bus_consumer_open(&group, &listener, &l->consumer, e))
		return e->act;
	bus_consumer_wake(l->consumer, l->frame->wake.fd);
	return 0;
}

/* Spare threads, which replace threads that hang, cost nothing until they are needed. */
static size_t pool_threads(const struct task_loop *l)
{
	int64_t threads = l->frame->conf.threads;
	return (size_t)(threads + (l->service->shares_threads ? choice_spare_threads(threads) : 0));
}

static int open_pool(struct task_loop *l, struct err *e)
{
	size_t threads = pool_threads(l);
	l->executor.mems = calloc(threads, sizeof(struct arena));
	if (!l->executor.mems)
		return err_set(
		        e, ERR_FATAL, "out_of_memory", "out of memory for %zu threads", threads);
	for (size_t i = 0; i < threads; i++)
		arena_init(&l->executor.mems[i], EXECUTE_MEM_BYTES);
	return pool_start(threads, execute, &l->executor, l->frame->wake.fd, &l->pool, e);
}

static int open_tidier(struct task_loop *l, struct err *e)
{
	const struct tidier_plan plan = {.frame = l->frame,
	        .prefixes = l->service->plan->stages,
	        .more = l->service->tidy,
	        .state = l->executor.state};
	return tidier_start(&plan, &l->tidier, e);
}

static int open_all(struct task_loop *l, struct err *e)
{
	const struct worker_conf *conf = &l->frame->conf;
	const struct memo_server redis = {conf->redis, conf->redis_config, conf->topic_prefix};
	struct keyring *keys;
	arena_init(&l->turn, TURN_MEM_BYTES);
	schema_table_init(&l->schemas, conf->postgres, l->service->plan->name);
	l->schema_source = schema_table_source(&l->schemas);
	l->executor.service = l->service;
	if (keyring_open(conf->keys, &keys, e))
		return e->act;
	l->executor.keys = keys;
	if (keyring_holds(keys, l->service->plan->name, e) ||
	        staging_open(conf->staging, keys, &l->executor.staging, e) ||
	        memo_open(&redis, &l->memo, e) ||
	        l->service->start(conf, l->frame->own_conf, &l->executor.state, e))
		return e->act;
	if (open_tidier(l, e) || open_pool(l, e))
		return e->act;
	return open_consumer(l, e);
}

static void close_all(struct task_loop *l)
{
	for (size_t i = l->tasks_count;
	        i-- > 0;) /* before the consumer, whose messages they hold */
		task_free(l, l->tasks[i]);
	bus_consumer_close(l->consumer);
	pool_stop(l->pool);
	tidier_stop(l->tidier, EXIT_OK); /* everything is committed */
	if (l->service->stop)
		l->service->stop(l->executor.state);
	for (size_t i = 0; i < pool_threads(l); i++)
		arena_release(&l->executor.mems[i]);
	free(l->executor.mems);
	memo_close(l->memo);
	store_close(l->executor.staging);
	keyring_close((struct keyring *)(uintptr_t)l->executor.keys);
	schema_table_release(&l->schemas);
	arena_release(&l->turn);
	free(l->tasks);
}

/* A process that cannot continue exits at once, as if it were killed, because threads can be in
 * the middle of tasks. It only leaves its group, so that its successor need not wait for its
 * session to time out. */
static void end_now(struct bus_consumer *consumer, enum log_event event, const struct err *e)
{
	log_err(log_events[event].level, log_events[event].word, e, NULL, 0);
	bus_consumer_abandon(consumer);
	_exit(EXIT_FAILED);
}

int worker_run_tasks(const struct task_service *service, int argc, char **argv)
{
	char cache_dir[CACHE_DIR_BYTES];
	(void)snprintf(cache_dir, sizeof cache_dir, "/var/tmp/longshore-%s", service->plan->name);
	const struct frame_plan plan = {.name = service->plan->name,
	        .own_bytes = service->conf_bytes,
	        .want = {.service = service->plan->name,
	                .is_task_service = true,
	                .threads = service->threads,
	                .cache_dir = cache_dir,
	                .own = service->conf,
	                .own_count = service->conf_count}};
	struct frame frame;
	struct err e;
	int code = frame_open(&frame, &plan, argc, argv);
	if (code >= 0)
		return code;
	if (!frame_await_service(&frame, service->plan, &e)) {
		if (!wake_is_asked_to_end())
			end_now(NULL, LOG_EVENT_WORKER_START_FAILED, &e);
		frame_close(&frame);
		return EXIT_OK;
	}
	struct task_loop loop = {.frame = &frame, .service = service};
	if (open_all(&loop, &e))
		end_now(loop.consumer, LOG_EVENT_WORKER_START_FAILED, &e);
	if (run(&loop, &e)) {
		if (!loop.is_task_s_own)
			commit_spared(&loop);
		end_now(loop.consumer, LOG_EVENT_WORKER_FAILED, &e);
	}
	close_all(&loop);
	LOG(WORKER_STOPPED, "drained", LOG_NUM("pid", getpid()));
	frame_close(&frame);
	return EXIT_OK;
}
