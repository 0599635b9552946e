/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop of a batch service: read what is available, decode, call `batch`, note the
 * positions, commit; call `tick` when idle or due. While a dependency is unavailable, the same
 * batch is retried with growing pauses. Reading is paused meanwhile, but Kafka is still polled,
 * so the partitions stay assigned. If they are revoked anyway, the batch is dropped, and their
 * new owner reads it again.
 *
 * Where a process can die, by the names of the probes, and the state afterwards:
 *
 *   batch_before
 *       nothing of the batch happened; it is read again
 *   publish_after_produce, publish_after_ack
 *       some or all messages of a send are stored; the service's own store says what to send
 *       again
 *   batch_after, batch_before_commit
 *       the service has stored the batch, but its offsets are not committed: it is read again
 *       and must change nothing
 *   batch_after_commit
 *       done
 *   revoke_begin
 *       as at any other time */
#include "batch_loop.h"

#include "longshore/clock.h"
#include "longshore/log_events.h"
#include "longshore/probe.h"

#include <stdlib.h>
#include <unistd.h>

enum {
	WAIT_MAX_MS = 250,
	BREATHE_MS = 1000, /* shorter calls of the service need no poll in between */
	BACKOFF_FIRST_MS = 50,
	BACKOFF_MAX_MS = 5000,
	DECODED_MEM_BYTES = 256 << 20,
	SERVICE_MEM_BYTES = 256 << 20,
	EXIT_OK = 0,
	EXIT_FAILED = 1,
};

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void show(struct batch_loop *l)
{
	telemetry_alive(l->frame->telemetry, clock_mono_ms());
	telemetry_ready(l->frame->telemetry, bus_is_assigned(l->consumer));
}

/* Waits for backoff_ms while polling. false: give the batch up, because it is no longer ours or
 * the process is stopping. */
static bool wait_polling(struct batch_loop *l, int64_t backoff_ms, int *out_act, struct err *e)
{
	uint64_t generation = l->generation;
	int64_t until_ms = clock_mono_ms() + backoff_ms;
	*out_act = 0;
	for (;;) {
		*out_act = batch_read(l, l->messages_cap, e);
		if (*out_act || l->generation != generation || wake_is_asked_to_end())
			return false;
		show(l);
		int64_t left_ms = until_ms - clock_mono_ms();
		if (left_ms <= 0)
			return true;
		wake_wait(&l->frame->wake, smaller(left_ms, WAIT_MAX_MS));
	}
}

/* Called during a call of the service. Messages read meanwhile wait until after the batch. */
static bool breathe(void *arg)
{
	struct batch_loop *l = arg;
	uint64_t generation = l->generation;
	int64_t now_ms = clock_mono_ms();
	struct err e;
	wake_wait(&l->frame->wake, 0); /* signals are delivered only here */
	if (wake_is_asked_to_end())
		return false;
	if (now_ms - l->breathed_ms < BREATHE_MS)
		return true;
	l->breathed_ms = now_ms;
	show(l);
	if (batch_pause(l, true, &e) || batch_read(l, l->messages_cap, &e))
		return false; /* the next turn fails the same way, and reports it */
	return l->generation == generation;
}

static int call_service(struct batch_loop *l, size_t first, size_t count, struct err *e)
{
	arena_reset(&l->mem);
	PROBE(batch_before);
	int act = l->service->batch(l->state, l->views + first, count, &l->mem, e);
	PROBE(batch_after);
	return act;
}

/* A message that is refused even alone is at fault: it becomes a dead letter. Messages that are
 * done stay done when the step is retried. */
static int one_by_one(struct batch_loop *l, struct err *e)
{
	while (l->single_at < l->views_count) {
		struct err why;
		int act = call_service(l, l->single_at, 1, &why);
		if (act == ERR_REJECT)
			act = batch_set_aside(l, l->origins[l->single_at], &why, e);
		else if (act)
			*e = why;
		if (act)
			return act;
		l->single_at++;
	}
	return 0;
}

static int service_step(struct batch_loop *l, struct err *e)
{
	if (l->views_count == 0)
		return 0;
	int act = l->is_singly ? ERR_REJECT : call_service(l, 0, l->views_count, e);
	if (act != ERR_REJECT)
		return act;
	if (!l->is_singly)
		l->single_at = 0;
	l->is_singly = true;
	return one_by_one(l, e);
}

static bool may_try_again(int act)
{
	return act == ERR_RETRY || act == ERR_FENCED || act == ERR_DEFER;
}

/* Retries a step until it is done. *out_ours false: the batch was given up meanwhile. */
static int insist(struct batch_loop *l, int (*step)(struct batch_loop *, struct err *),
        bool *out_ours, struct err *e)
{
	int act;
	int64_t backoff_ms = BACKOFF_FIRST_MS;
	*out_ours = true;
	for (;;) {
		uint64_t generation = l->generation;
		l->breathed_ms = clock_mono_ms();
		act = step(l, e);
		if (l->generation != generation || (act && wake_is_asked_to_end())) {
			*out_ours = false;
			return act == ERR_FATAL ? act : 0;
		}
		if (!may_try_again(act))
			break;
		l->owes_history = true;
		frame_count(l->frame, METRIC_BATCH_RETRIES);
		if (backoff_ms == BACKOFF_FIRST_MS)
			LOG_ERR(WORKER_BATCH_FAILED, e, NULL, 0);
		if (batch_pause(l, true, e))
			return e->act;
		*out_ours = wait_polling(l, backoff_ms, &act, e);
		if (!*out_ours)
			return act;
		backoff_ms = smaller(2 * backoff_ms, BACKOFF_MAX_MS);
	}
	if (act) {
		e->act = ERR_FATAL; /* messages are refused one by one, so this is our own fault */
		return err_note(e, "batch");
	}
	return 0;
}

static int do_batch(struct batch_loop *l, struct err *e)
{
	bool is_ours;
	int act = insist(l, batch_decode, &is_ours, e);
	if (!act && is_ours)
		act = insist(l, service_step, &is_ours, e);
	if (act || !is_ours)
		return act;
	frame_count(l->frame, METRIC_BATCHES);
	l->owes_tick = true;
	batch_done(l, l->views_taken);
	return batch_commit(l, e);
}

static int do_tick(struct batch_loop *l, struct err *e)
{
	int64_t next_ms = WAIT_MAX_MS;
	arena_reset(&l->mem);
	l->breathed_ms = clock_mono_ms();
	int act = l->service->tick ? l->service->tick(l->state, &l->mem, &next_ms, e) : 0;
	l->owes_tick = false;
	if (act == ERR_DEFER && wake_is_asked_to_end())
		return 0;
	if (act == 0) {
		l->tick_backoff_ms = 0;
		l->tick_at_ms = clock_mono_ms() + (next_ms > 0 ? next_ms : 0);
		return 0;
	}
	if (!may_try_again(act)) {
		e->act = ERR_FATAL;
		return err_note(e, "tick");
	}
	l->owes_history = true;
	if (l->tick_backoff_ms == 0)
		LOG_ERR(WORKER_TICK_FAILED, e, NULL, 0);
	l->tick_backoff_ms = l->tick_backoff_ms ? smaller(2 * l->tick_backoff_ms, BACKOFF_MAX_MS)
	                                        : BACKOFF_FIRST_MS;
	l->tick_at_ms = clock_mono_ms() + l->tick_backoff_ms;
	return 0;
}

static int open_consumer(struct batch_loop *l, struct err *e);

/* Has the partitions assigned again if the store's history changed. */
static int follow_history(struct batch_loop *l, struct err *e)
{
	bool is_same;
	if (batch_is_same_history(l, &is_same, e))
		return e->act;
	if (is_same)
		return 0;
	LOG(WORKER_HISTORY_CHANGED, "partitions are assigned again",
	        LOG_NUM("before", l->history_number));
	batch_drop(l, l->messages_count);
	bus_consumer_close(l->consumer);
	l->consumer = NULL;
	return open_consumer(l, e);
}

static int turn(struct batch_loop *l, struct err *e)
{
	show(l);
	if (l->owes_history && follow_history(l, e))
		return e->act;
	if (batch_pause(l, false, e) || batch_follow(l, e) ||
	        batch_read(l, l->service->batch_max, e))
		return e->act;
	if (l->messages_count && do_batch(l, e))
		return e->act;
	bool is_idle = l->messages_count == 0 && !l->has_more;
	bool is_due = clock_mono_ms() >= l->tick_at_ms;
	if ((is_due || (is_idle && l->owes_tick && l->tick_backoff_ms == 0)) && do_tick(l, e))
		return e->act;
	return batch_commit(l, e); /* commits what an earlier turn left */
}

static int run(struct batch_loop *l, struct err *e)
{
	while (!wake_is_asked_to_end()) {
		if (turn(l, e))
			return e->act;
		int64_t left_ms = l->tick_at_ms - clock_mono_ms();
		if (l->messages_count || l->has_more || left_ms <= 0)
			left_ms = 0;
		wake_wait(&l->frame->wake, smaller(left_ms, WAIT_MAX_MS));
	}
	return 0;
}

/* --- wiring --- */

static int open_memory(struct batch_loop *l, struct err *e)
{
	l->messages_cap = 2 * l->service->batch_max; /* room for more during retries */
	l->messages = calloc(l->messages_cap, sizeof(const struct bus_message *));
	l->views = calloc(l->service->batch_max, sizeof(*l->views));
	l->origins = calloc(l->service->batch_max, sizeof(const struct bus_message *));
	if (!l->messages || !l->views || !l->origins)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for batches of %zu",
		        l->service->batch_max);
	arena_init(&l->decoded, DECODED_MEM_BYTES);
	arena_init(&l->mem, SERVICE_MEM_BYTES);
	return 0;
}

static int open_consumer(struct batch_loop *l, struct err *e)
{
	const struct worker_conf *conf = &l->frame->conf;
	struct str topics[TOPIC_COUNT];
	for (size_t i = 0; i < l->service->plan->reads_count; i++)
		topics[i] = l->frame->topics[l->service->plan->reads[i]];
	const struct bus_group group = {
	        .brokers = conf->kafka,
	        .client_id = l->service->plan->name,
	        .group = l->frame->group,
	        .instance = conf->instance[0] ? conf->instance : NULL,
	        .topics = topics,
	        .topics_count = l->service->plan->reads_count,
	        .session_timeout_ms = (int)conf->session_timeout_ms,
	};
	const struct bus_listener listener = {.assigned = batch_assigned,
	        .revoked = batch_revoked,
	        .arg = l,
	        .waiting = batch_waiting};
	if (bus_consumer_open(&group, &listener, &l->consumer, e))
		return e->act;
	bus_consumer_wake(l->consumer, l->frame->wake.fd);
	return 0;
}

static int open_all(struct batch_loop *l, struct err *e)
{
	publisher_init(&l->publisher, l->frame);
	l->publisher.breathe = breathe;
	l->publisher.breathe_arg = l;
	schema_table_init(&l->schemas, l->frame->conf.postgres, l->service->plan->name);
	l->schema_source = schema_table_source(&l->schemas);
	if (open_memory(l, e) ||
	        l->service->start(&l->frame->conf, l->frame->own_conf, &l->publisher, &l->state, e))
		return e->act;
	const struct tidier_plan tidy = {.frame = l->frame,
	        .prefixes = l->service->plan->stages,
	        .more = l->service->tidy,
	        .state = l->state};
	if (tidier_start(&tidy, &l->tidier, e))
		return e->act;
	return open_consumer(l, e);
}

static void close_all(struct batch_loop *l)
{
	batch_drop(l, l->messages_count);
	bus_consumer_close(l->consumer);
	tidier_stop(l->tidier, EXIT_OK); /* everything is committed */
	if (l->service->stop)
		l->service->stop(l->state);
	publisher_release(&l->publisher);
	schema_table_release(&l->schemas);
	arena_release(&l->decoded);
	arena_release(&l->mem);
	free(l->messages);
	free(l->views);
	free(l->origins);
}

static void end_now(struct bus_consumer *consumer, enum log_event event, const struct err *e)
{
	log_err(log_events[event].level, log_events[event].word, e, NULL, 0);
	bus_consumer_abandon(consumer);
	_exit(EXIT_FAILED);
}

int worker_run_batches(const struct batch_service *service, int argc, char **argv)
{
	const struct frame_plan plan = {.name = service->plan->name,
	        .own_bytes = service->conf_bytes,
	        .want = {.service = service->plan->name,
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
	struct batch_loop loop = {.frame = &frame, .service = service};
	if (open_all(&loop, &e))
		end_now(loop.consumer, LOG_EVENT_WORKER_START_FAILED, &e);
	if (run(&loop, &e))
		end_now(loop.consumer, LOG_EVENT_WORKER_FAILED, &e);
	close_all(&loop);
	LOG(WORKER_STOPPED, "stopped", LOG_NUM("pid", getpid()));
	frame_close(&frame);
	return EXIT_OK;
}
